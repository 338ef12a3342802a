import { afterEach, describe, expect, it, vi } from 'vitest'
import { defaultQueueConfig } from '../../src/queue/config.ts'
import { createMatcher } from '../../src/queue/matcher.ts'
import type { AgentFacts, OfferMade } from '../../src/queue/ports.ts'
import { patiently, startQueues, type Gateway } from '../support/queue.ts'

type World = Awaited<ReturnType<typeof startQueues>>
let world: World
afterEach(() => world?.stop())

const soon = { timeout: 45_000, interval: 50 }
vi.setConfig({ testTimeout: 60_000 })

/** An agent who takes what he is offered, talks no time at all and registers at once. */
const quickAgent = (w: World) => async (offer: OfferMade, gateway: Gateway) => {
  void (async () => {
    const accepted = await patiently(() =>
      gateway.queue.accept(offer.offerId, offer.agentId, offer.agentEpoch),
    )
    if (!accepted.ok) return
    if (accepted.channel === 'voice') {
      await w.apply(offer.contactId, { type: 'connected' })
      await w.apply(offer.contactId, { type: 'hungUp', at: new Date() })
    } else await w.apply(offer.contactId, { type: 'conversationEnded' })
    await w.apply(offer.contactId, { type: 'registered' })
  })()
}

const freeAgent = (agentId: string): AgentFacts => ({
  agentId,
  epoch: 1,
  attributes: {},
  mode: 'desk',
  phone: null,
  capacity: { voice: 1, text: 1 },
  load: { voice: 0, text: 0 },
  routable: { voice: true, text: true },
  idleSinceMs: 1,
})

const counts = async (w: World) => {
  const [row] = await w.db.query<{ open: number; completed: number; total: number }>(
    `select count(*) filter (where ended_at is null) as open, count(*) filter (where "end" = 'completed') as completed,
       count(*) as total from contacts`,
  )
  return row!
}

/** Two intervals from offer to end of the talk that overlap for one agent and are both calls. */
const doubleVoice = (w: World) =>
  w.db.query(
    `with talk as (
       select o.id, o.agent_id, o.offered_at as began,
         coalesce((select min(e.at) from contact_events e where e.contact_id = o.contact_id and e.at > o.offered_at
           and e.to_state in ('queued', 'wrapUp', 'ended')), 'infinity') as done
       from offers o where o.channel = 'voice')
     select a.id from talk a join talk b on a.agent_id = b.agent_id and a.id < b.id
       and a.began < b.done and b.began < a.done`,
  )

describe('several gateways', () => {
  it('serve every contact once, no agent two calls at a time, texts within their slots', async () => {
    world = await startQueues({ gateways: 3 })
    world.hooks.offered = quickAgent(world)
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        world.enter({ channel: (['voice', 'sms', 'web'] as const)[n % 3]!, score: n }),
      ),
    )
    for (let n = 0; n < 6; n += 1) await world.signIn({ capacity: { voice: 1, text: 2 } })
    await vi.waitFor(async () => expect(await counts(world)).toMatchObject({ completed: ids.length }), soon)
    expect(await doubleVoice(world)).toEqual([])
    expect(await world.db.query(`select 1 from offers where ended_at is null`)).toEqual([])
    const [tooMany] = await world.db.query(
      `select max(n) as n from (select count(*) as n from offers a join offers b on a.agent_id = b.agent_id
         and b.channel <> 'voice' and b.offered_at <= a.offered_at and b.ended_at > a.offered_at
       where a.channel <> 'voice' group by a.id) t`,
    )
    expect(tooMany).toMatchObject({ n: expect.toSatisfy((n: number) => n <= 2) })
  })

  it('keep the order of the queue: emergencies, then the longest wait', async () => {
    world = await startQueues({ gateways: 3 })
    const scores = [7, 3, 9, 1, 5, 8, 2, 6, 4, 0]
    const ids = await Promise.all(scores.map((score) => world.enter({ score })))
    await vi.waitFor(async () => expect((await world.queue.depth()).voice.waiting).toBe(10), soon)
    world.hooks.offered = quickAgent(world)
    const agentId = await world.signIn()
    await vi.waitFor(async () => expect((await counts(world)).open).toBe(0), soon)
    const order = world.offersTo(agentId).map((offer) => scores[ids.indexOf(offer.contactId)])
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('lose nothing when Redis is wiped again and again while they work', async () => {
    world = await startQueues({ gateways: 2 })
    world.hooks.offered = quickAgent(world)
    for (let n = 0; n < 4; n += 1) await world.signIn()
    const total = 60
    for (let n = 0; n < total; n += 1) {
      await world.enter({ channel: n % 2 ? 'voice' : 'wechat', score: n })
      if (n % 20 === 10) await world.redis.flushall()
    }
    await world.redis.flushall()
    await vi.waitFor(async () => expect(await counts(world)).toMatchObject({ completed: total, total }), soon)
    expect(await doubleVoice(world)).toEqual([])
    const rebuilds = world.gateways.map(({ queue }) => queue.reconciler.stats().rebuilds)
    expect(Math.max(...rebuilds)).toBeGreaterThan(0)
  })
})

describe('the loss of Redis', () => {
  it('delays, and no more: accepts go on, and what came meanwhile is offered afterwards', async () => {
    world = await startQueues({ gateways: 2 })
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const before = await world.enter({ score: 1 })
    await vi.waitFor(() => expect(world.offersTo(first)).toHaveLength(1), soon)
    const meanwhile: string[] = []
    await world.withoutRedis(async () => {
      const { offerId } = world.offersTo(first)[0]!
      expect(await world.queue.accept(offerId, first, 1)).toMatchObject({ ok: true, contactId: before })
      meanwhile.push(await world.enter({ score: 2 }), await world.enter({ score: 3 }))
      await world.apply(before, { type: 'hungUp', at: new Date() })
    })
    // The slot that was freed while Redis was away is used as well.
    await vi.waitFor(() => {
      expect(world.offersTo(first)).toHaveLength(2)
      expect(world.offersTo(second)).toHaveLength(1)
    }, soon)
    const offered = [...world.offersTo(first).slice(1), ...world.offersTo(second)].map((o) => o.contactId)
    expect(offered.sort()).toEqual(meanwhile.sort())
  })
})

describe('the reconciler', () => {
  it('offers what no bell ever rang for', async () => {
    world = await startQueues()
    const agentId = await world.signIn()
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(1), soon)
    const contactId = await world.enter()
    await world.db.query(`delete from outbox`)
    await vi.waitFor(() => expect(world.offersTo(agentId)).toMatchObject([{ contactId }]), soon)
  })

  it('goes on when the clock of the ledger was set back: offers end, and new rows are seen at once', async () => {
    world = await startQueues({ config: { offerMs: { voice: 1_000, text: 1_000 } } })
    const agentId = await world.signIn()
    const contactId = await world.enter()
    await vi.waitFor(() => expect(world.offersTo(agentId)).toHaveLength(1), soon)
    // As all rows stand once the clock shows an hour less.
    await world.db.query(`update offers set offered_at = offered_at + interval '1 hour',
      deadline = deadline + interval '1 hour' where ended_at is null`)
    await world.db.query(`update contacts set changed_at = changed_at + interval '1 hour'`)
    await vi.waitFor(() => expect(world.endsOf(contactId)).toEqual(['expired']), soon)
    const passes = world.queue.reconciler.stats().passes
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(passes + 1), soon)
    const other = await world.signIn()
    await vi.waitFor(() => expect(world.offersTo(other)).toMatchObject([{ contactId }]), soon)
    const third = await world.signIn()
    const silent = await world.enter()
    await world.db.query(`delete from outbox`)
    await vi.waitFor(() => expect(world.offersTo(third)).toMatchObject([{ contactId: silent }]), {
      timeout: 8_000,
    })
  })

  it('rebuilds waits, holders and refusals from PostgreSQL', async () => {
    world = await startQueues({ config: { aloneMs: 60_000 } })
    const [busy, refuser] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const held = await world.enter({ score: 1 })
    await vi.waitFor(() => expect(world.offersTo(busy)).toHaveLength(1), soon)
    await world.queue.accept(world.offersTo(busy)[0]!.offerId, busy, 1)
    await world.apply(held, { type: 'connected' })
    const waiting = await world.enter({ score: 2 })
    await vi.waitFor(() => expect(world.offersTo(refuser)).toHaveLength(1), soon)
    await world.queue.decline(world.offersTo(refuser)[0]!.offerId, refuser, 'busy')
    const before = world.queue.reconciler.stats().rebuilds
    await world.redis.flushall()
    await vi.waitFor(() => expect(world.queue.reconciler.stats().rebuilds).toBe(before + 1), soon)
    await vi.waitFor(async () => expect(await world.queue.position(waiting)).toBe(1), soon)
    // The one still talks, the other has refused it: nobody is asked.
    expect(world.offersOf(waiting)).toHaveLength(1)
    const third = await world.signIn()
    await vi.waitFor(() => expect(world.offersTo(third)).toMatchObject([{ contactId: waiting }]), soon)
  })

  it('builds anew for a database that was restored, and believes it', async () => {
    world = await startQueues()
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(1), soon)
    const contactId = await world.enter()
    await world.apply(contactId, { type: 'failed' })
    await world.queue.contactChanged(contactId)
    // What a backup of an hour ago looks like: the contact waits, at an older version, and another build is named.
    await world.db.query(
      `update contacts set state = 'queued', "end" = null, ended_at = null, version = 1 where id = $1`,
      [contactId],
    )
    await world.db.query(`update matcher_generation set generation = 'of the backup'`)
    const agentId = await world.signIn()
    await vi.waitFor(() => expect(world.offersTo(agentId)).toMatchObject([{ contactId }]), soon)
  })

  it('gives a contact that connects too long to whatever its call does now', async () => {
    world = await startQueues({ config: { connectingMs: 300 } })
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const contactId = await world.enter({ callId: 'n1-held' })
    world.callStates.set('n1-held', 'busy')
    await vi.waitFor(() => expect(world.offersTo(first)).toHaveLength(1), soon)
    await world.queue.accept(world.offersTo(first)[0]!.offerId, first, 1)
    // One of whom telephony cannot speak keeps no other waiting.
    world.callStates.set('n1-odd', 'odd')
    await world.signIn({ idleSinceMs: 0 })
    const odd = await world.enter({ callId: 'n1-odd' })
    await vi.waitFor(() => expect(world.offersOf(odd)).toHaveLength(1), soon)
    const its = world.offersOf(odd)[0]!
    await world.queue.accept(its.offerId, its.agentId, 1)
    // As long as it is being dialled, nobody interferes.
    const passes = world.queue.reconciler.stats().passes
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(passes + 2), soon)
    expect(await world.state(contactId)).toMatchObject({ state: 'connecting' })
    // Held again: somebody else, because this agent's phone did not take it.
    world.callStates.set('n1-held', 'waiting')
    await vi.waitFor(() => expect(world.offersTo(second)).toMatchObject([{ contactId }]), soon)
    await world.queue.accept(world.offersTo(second)[0]!.offerId, second, 1)
    world.callStates.set('n1-held', 'gone')
    await vi.waitFor(
      async () => expect(await world.state(contactId)).toMatchObject({ end: 'abandonedRinging' }),
      soon,
    )
  })

  it('leaves a citizen alone whose telephone rings for a call back, and gives up after its own time', async () => {
    world = await startQueues({ config: { connectingMs: 100, callBackConnectingMs: 5_000 } })
    const [first, second] = [await world.signIn({ idleSinceMs: 1 }), await world.signIn({ idleSinceMs: 2 })]
    const contactId = await world.enter({ callId: 'n1-called', callBack: true })
    // Until he answers no leg of his is known.
    world.callStates.set('n1-called', 'gone')
    await vi.waitFor(() => expect(world.offersTo(first)).toHaveLength(1), soon)
    await world.queue.accept(world.offersTo(first)[0]!.offerId, first, 1)
    const passes = world.queue.reconciler.stats().passes
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(passes + 2), soon)
    expect(await world.state(contactId)).toMatchObject({ state: 'connecting' })
    await vi.waitFor(() => expect(world.offersTo(second)).toMatchObject([{ contactId }]), soon)
    // Telephony counts it as a try, and the next is not made at once.
    expect(world.lostCalls).toEqual(['n1-called'])
  })

  it('returns a contact whose gateway died between reservation and offer', async () => {
    const config = { ...defaultQueueConfig, reservationMs: 300 }
    world = await startQueues({ config })
    await vi.waitFor(() => expect(world.queue.reconciler.stats().passes).toBeGreaterThan(0), soon)
    const contactId = await world.enter()
    await vi.waitFor(async () => expect(await world.queue.position(contactId)).toBe(1), soon)
    // What a gateway does in its last breath: it reserves and writes no offer.
    const dying = createMatcher(world.redis, 't', config)
    const agentId = '0199aaaa-0000-7000-8000-000000000001'
    await dying.upsertAgents([freeAgent(agentId)], (await dying.moment())!)
    expect(await dying.reserveForContact(contactId)).toMatchObject({ agentId })
    await world.signIn({ agentId })
    await vi.waitFor(() => expect(world.offersTo(agentId)).toMatchObject([{ contactId }]), soon)
  })

  it('is taken over by another gateway', async () => {
    world = await startQueues({
      gateways: 2,
      config: { reconcile: { ...defaultQueueConfig.reconcile, leaseMs: 800 } },
    })
    await vi.waitFor(() => {
      expect(world.gateways.filter((g) => g.queue.reconciler.stats().passes > 0)).toHaveLength(1)
    }, soon)
    const holder = world.gateways.find((g) => g.queue.reconciler.stats().passes > 0)!
    const other = world.gateways.find((g) => g !== holder)!
    await holder.queue.stop()
    await vi.waitFor(() => expect(other.queue.reconciler.stats().passes).toBeGreaterThan(0), soon)
  })
})

describe('a ring', () => {
  it('widens after its time and is told with the offer', async () => {
    world = await startQueues({
      config: { relaxation: { steps: [{ afterMs: 500, relax: ['language'] }], keep: {} } },
    })
    const agentId = await world.signIn({ attributes: { language: ['mandarin'] } })
    const contactId = await world.enter({ requirement: { language: ['korean'] } })
    await vi.waitFor(() => expect(world.offersTo(agentId)).toMatchObject([{ contactId, ring: 1 }]), soon)
  })
})
