import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultQueueConfig } from '../../src/queue/config.ts'
import type { OfferMade } from '../../src/queue/ports.ts'
import { startQueues } from '../support/queue.ts'

type World = Awaited<ReturnType<typeof startQueues>>
let world: World

const soon = { timeout: 20_000, interval: 20 }
vi.setConfig({ testTimeout: 60_000 })

/** The `n`th offer (from 0) made to the agent. */
async function offerTo(agentId: string, n = 0): Promise<OfferMade> {
  await vi.waitFor(() => expect(world.offersTo(agentId).length).toBeGreaterThan(n), soon)
  return world.offersTo(agentId)[n]!
}

const openOffers = async (): Promise<number> =>
  (await world.db.query(`select 1 from offers where ended_at is null`)).length

describe('an offer', () => {
  beforeAll(async () => {
    world = await startQueues({ gateways: 2 })
  })
  afterEach(() => world.clear())
  afterAll(() => world?.stop())

  it('comes from the queue, is accepted once, and keeps the agent busy', async () => {
    const agentId = await world.signIn()
    const [a, b] = [await world.enter({ score: 1 }), await world.enter({ score: 2 })]
    const offer = await offerTo(agentId)
    expect(offer).toMatchObject({ contactId: a, channel: 'voice', ring: 0, mode: 'desk', agentEpoch: 1 })
    expect(Date.parse(offer.deadline) - Date.parse(offer.offeredAt)).toBe(10_000)
    expect(await world.state(a)).toMatchObject({ state: 'offered', agentId })
    expect(await world.queue.openOffersOf(agentId)).toEqual([offer])

    const answers = await Promise.all(
      world.gateways.map(({ queue }) => queue.accept(offer.offerId, agentId, 1)),
    )
    expect(answers.filter((x) => x.ok)).toMatchObject([{ contactId: a, channel: 'voice' }])
    expect(answers.filter((x) => !x.ok)).toMatchObject([{ status: 409, code: 'alreadyTaken' }])
    expect(await world.state(a)).toMatchObject({ state: 'connecting', agentId })
    expect(world.offersTo(agentId)).toHaveLength(1)

    // The slot is free again after the call: the next one comes by itself.
    await world.apply(a, { type: 'connected' })
    await world.apply(a, { type: 'hungUp', at: new Date() })
    await world.apply(a, { type: 'registered' })
    expect((await offerTo(agentId, 1)).contactId).toBe(b)
  })

  it('is not made for a caller who is not on the line any more, and those behind him do not wait', async () => {
    world.callStates.set('n1-gone', 'gone')
    const gone = await world.enter({ score: 1, callId: 'n1-gone' })
    const agents = [await world.signIn(), await world.signIn()]
    const [b, c] = [await world.enter({ score: 2 }), await world.enter({ score: 3 })]
    await Promise.all(agents.map((agentId) => offerTo(agentId)))
    const offered = agents.flatMap((agentId) => world.offersTo(agentId).map((offer) => offer.contactId))
    expect(offered.sort()).toEqual([b, c].sort())
    expect(await world.state(gone)).toMatchObject({ state: 'queued', agentId: null })
    expect(world.offersOf(gone)).toEqual([])
    expect(await world.queue.depth()).toMatchObject({ voice: { waiting: 0 } })

    // One who was lost to sight and is found again has kept his place.
    world.callStates.delete('n1-gone')
    await world.apply(b, { type: 'failed' })
    await world.queue.contactChanged(gone)
    await vi.waitFor(() => expect(world.offersOf(gone)).toHaveLength(1), soon)
  })

  it('of a call back that rings on a telephone lasts until the citizen can have been reached', async () => {
    const [telephone, page] = [await world.signIn({ idleSinceMs: 1, mode: 'phone' }), await world.signIn()]
    await world.enter({ callBack: true, stickyAgentId: telephone })
    await world.enter({ callBack: true, stickyAgentId: page })
    const lasts = ({ deadline, offeredAt }: OfferMade): number => Date.parse(deadline) - Date.parse(offeredAt)
    expect(lasts(await offerTo(telephone))).toBe(defaultQueueConfig.callBackConnectingMs)
    expect(lasts(await offerTo(page))).toBe(defaultQueueConfig.offerMs.voice)
  })

  it('goes to the next agent when it is declined, and back to the same one only when he is alone', async () => {
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const contactId = await world.enter()
    const offer = await offerTo(first)
    expect(await world.queue.decline(offer.offerId, second, 'not mine')).toBe(false)
    expect(await world.queue.decline(offer.offerId, first, 'busy')).toBe(true)
    expect((await offerTo(second)).contactId).toBe(contactId)
    expect(world.offersTo(first)).toHaveLength(1)
    expect(await world.queue.accept(offer.offerId, first, 1)).toMatchObject({
      status: 409,
      code: 'contactGone',
    })
  })

  it('of another agent or another sign-in cannot be accepted', async () => {
    const agentId = await world.signIn({ epoch: 5 })
    await world.enter()
    const offer = await offerTo(agentId)
    expect(await world.queue.accept(offer.offerId, 'somebody', 5)).toMatchObject({ status: 404 })
    expect(await world.queue.accept(offer.offerId, agentId, 4)).toMatchObject({ code: 'staleEpoch' })
    expect(await world.queue.accept(offer.offerId, agentId, 5)).toMatchObject({ ok: true })
  })

  it('counts as declined on a pause, and is taken back without penalty when the page is lost', async () => {
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const contactId = await world.enter()
    await offerTo(first)
    world.agents.get(first)!.available = false
    await world.queue.withdrawOffersOf(first, 'declined', 'paused')
    await world.queue.agentChanged(first)
    await offerTo(second)
    world.agents.get(second)!.available = false
    await world.queue.withdrawOffersOf(second, 'withdrawn', 'socketLost')
    await world.queue.agentChanged(second)
    expect(world.endsOf(contactId)).toEqual(['declined', 'withdrawn'])
    expect(await world.state(contactId)).toMatchObject({ state: 'queued', agentId: null })
    // Back from the loss, he is asked again at once: it was not his fault.
    world.agents.get(second)!.available = true
    await world.queue.agentChanged(second)
    expect((await offerTo(second, 1)).contactId).toBe(contactId)
    expect(world.agents.get(second)!.notResponding).toBe(false)
  })

  it('ends with the call when the caller hangs up first, and the agent is free at once', async () => {
    const agentId = await world.signIn()
    const contactId = await world.enter()
    const offer = await offerTo(agentId)
    await world.apply(contactId, { type: 'hungUp', at: new Date() })
    expect(await world.queue.accept(offer.offerId, agentId, 1)).toMatchObject({
      status: 409,
      code: 'contactGone',
    })
    await vi.waitFor(() => expect(world.endsOf(contactId)).toEqual(['abandoned']), soon)
    expect(await world.state(contactId)).toMatchObject({ end: 'abandonedRinging', agentId: null })
    expect(world.agents.get(agentId)!.notResponding).toBe(false)
    const next = await world.enter()
    expect((await offerTo(agentId, 1)).contactId).toBe(next)
  })

  it('and a hang-up at the same instant leave one winner and no half', async () => {
    const agentId = await world.signIn()
    for (let n = 0; n < 8; n += 1) {
      const contactId = await world.enter()
      const offer = await offerTo(agentId, n)
      const [accepted] = await Promise.all([
        world.gateways[n % 2]!.queue.accept(offer.offerId, agentId, 1),
        world.apply(contactId, { type: 'hungUp', at: new Date() }),
      ])
      // Accept first: the call had an agent but no bridge. Hang-up first: 409. The contact has one end either way.
      expect(await world.state(contactId)).toMatchObject({ state: 'ended', end: 'abandonedRinging' })
      const [row] = await world.db.query(`select outcome from offers where id = $1`, [offer.offerId])
      if (accepted.ok) expect(row).toEqual({ outcome: 'accepted' })
      else expect(accepted).toMatchObject({ status: 409, code: 'contactGone' })
      await vi.waitFor(async () => expect(await openOffers()).toBe(0), soon)
    }
  })

  it('by phone ends as the dial ended', async () => {
    const [first, second] = [
      await world.signIn({ idleSinceMs: 1, mode: 'phone' }),
      await world.signIn({ idleSinceMs: 2, mode: 'phone' }),
    ]
    const contactId = await world.enter()
    expect((await offerTo(first)).mode).toBe('phone')
    await world.queue.dialEnded(contactId, first, 'NOANSWER')
    expect(world.agents.get(first)!.notResponding).toBe(true)
    await offerTo(second)
    // Told late of the agent before him, it says nothing of this one.
    await world.queue.dialEnded(contactId, first, 'NOANSWER')
    expect(world.agents.get(second)!.notResponding).toBe(false)
    // The lifted phone is the accept.
    await world.apply(contactId, { type: 'connected', agentId: second })
    await vi.waitFor(() => expect(world.endsOf(contactId)).toEqual(['expired', 'accepted']), soon)
  })
})

describe('time', () => {
  afterEach(() => world?.stop())

  it('ends an offer: the agent is set aside until he returns, the contact keeps its place', async () => {
    world = await startQueues({ config: { offerMs: { voice: 400, text: 400 } } })
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const contactId = await world.enter({ score: 1 })
    const offer = await offerTo(first)
    const again = await offerTo(second)
    expect(again.contactId).toBe(contactId)
    expect(Date.parse(again.offeredAt)).toBeGreaterThanOrEqual(Date.parse(offer.deadline))
    const [{ late }] = (await world.db.query<{ late: boolean }>(
      `select ended_at > deadline + interval '3 seconds' as late from offers where id = $1`,
      [offer.offerId],
    )) as [{ late: boolean }]
    expect(late).toBe(false)
    expect(world.agents.get(first)!.notResponding).toBe(true)
    expect(await world.queue.accept(offer.offerId, first, 1)).toMatchObject({
      status: 410,
      code: 'offerExpired',
    })
  })

  it('and an accept after it are judged by the database clock', async () => {
    world = await startQueues({ config: { offerMs: { voice: 300, text: 300 } } })
    const agentId = await world.signIn()
    const contactId = await world.enter()
    const offer = await offerTo(agentId)
    // Accepts that never stop racing the deadline: each is judged, and the last word is one and the same.
    let answer = await world.queue.accept('00000000-0000-7000-8000-000000000000', agentId, 1)
    while (Date.now() < Date.parse(offer.deadline) + 20) {
      answer = await world.queue.accept(offer.offerId, agentId, 2)
      expect(answer).toMatchObject({ ok: false })
    }
    expect(await world.queue.accept(offer.offerId, agentId, 1)).toMatchObject({
      status: 410,
      code: 'offerExpired',
    })
    await vi.waitFor(() => expect(world.endsOf(contactId)).toEqual(['expired']), soon)
    expect(await world.state(contactId)).toMatchObject({ state: 'queued' })
  })

  it('does not blame an agent who was never told', async () => {
    world = await startQueues({ config: { offerMs: { voice: 500, text: 500 } } })
    world.hooks.offered = async () => {
      throw new Error('the desk cannot be reached')
    }
    const agentId = await world.signIn()
    const contactId = await world.enter()
    await vi.waitFor(() => expect(world.endsOf(contactId)).toContain('withdrawn'), soon)
    expect(world.agents.get(agentId)!.notResponding).toBe(false)
  })

  it('brings an unheard announcement again', async () => {
    world = await startQueues({
      config: {
        reconcile: {
          ...defaultQueueConfig.reconcile,
          announceMs: 100,
        },
      },
    })
    let tries = 0
    world.hooks.offered = async () => {
      tries += 1
      if (tries === 1) throw new Error('the desk cannot be reached')
    }
    const agentId = await world.signIn()
    await world.enter()
    const offer = await offerTo(agentId)
    expect(tries).toBe(2)
    expect(await world.queue.accept(offer.offerId, agentId, 1)).toMatchObject({ ok: true })
  })
})

describe('text', () => {
  afterEach(() => world?.stop())

  it('fills the slots and no more, but lets one emergency on top', async () => {
    world = await startQueues()
    const agentId = await world.signIn({ capacity: { voice: 1, text: 2 } })
    const channels = ['sms', 'wechat', 'web'] as const
    for (const [n, channel] of channels.entries()) await world.enter({ channel, score: n })
    await offerTo(agentId, 1)
    const fire = await world.enter({ channel: 'sms', emergency: true, score: -80_000 })
    expect((await offerTo(agentId, 2)).contactId).toBe(fire)
    const more = await world.enter({ channel: 'sms', emergency: true, score: -70_000 })
    const depth = async () => (await world.queue.depth()).sms.waiting
    await vi.waitFor(async () => expect(await depth()).toBe(1), soon)
    expect(world.offersTo(agentId)).toHaveLength(3)
    const limits = world.offersTo(agentId).map((o) => Date.parse(o.deadline) - Date.parse(o.offeredAt))
    expect(limits).toEqual([45_000, 45_000, 45_000])
    expect(await world.queue.position(more)).toBe(1)
  })
})
