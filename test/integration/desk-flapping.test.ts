import fc from 'fast-check'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { createGate } from '../../src/queue/gate.ts'
import { Page } from './desk-page.ts'
import { agent, createDeskSite, quick, text, type DeskSite } from './desk-support.ts'
import { createGround, prefix, type Ground } from './staff-support.ts'

/** Agents whose pages come and go; every third works in two tabs. */
const agents = 200
/** How often each page goes and comes back, at most. */
const flaps = 5
const patient = { timeout: 20_000, interval: 50 }

let ground: Ground
let sites: [DeskSite, DeskSite]

beforeAll(async () => {
  ground = await createGround()
  // Losses count as in the product, only sooner: a flap is shorter than the grace, a page that is gone is gone.
  const config = { loss: { ringGraceMs: 2_000, offlineMs: 4_000, phoneAloneMs: 60_000, textsBackMs: 5_000 } }
  sites = [
    await createDeskSite(ground, { node: 'node-a', config: { ...config, nodeDeadMs: 5_000 } }),
    await createDeskSite(ground, { node: 'node-b', config: { ...config, nodeDeadMs: 5_000 } }),
  ]
})
afterAll(async () => {
  await Promise.all((sites ?? []).map((site) => site.close()))
  await ground?.close()
})

type Flap = { afterMs: number; awayMs: number; gateway: 0 | 1; cut: boolean }
const flap: fc.Arbitrary<Flap> = fc.record({
  afterMs: fc.integer({ min: 0, max: 200 }),
  awayMs: fc.integer({ min: 0, max: 120 }),
  gateway: fc.constantFrom(0, 1),
  cut: fc.boolean(),
})

/** A tab that comes back with the id of the last event it saw, at whatever gateway. */
function tabOf(cookie: string) {
  const tab = newId()
  const seen: string[] = []
  let page: Page | null = null
  let last: string | undefined
  let snapshots = 0
  const take = (): void => {
    if (!page) return
    seen.push(...page.all('notice').map((m) => m.text))
    last = page.lastEvent ?? last
    snapshots += page.all('snapshot').length
    page = null
  }
  return {
    tab,
    seen: () => [...seen, ...(page?.all('notice').map((m) => m.text) ?? [])],
    snapshots: () => snapshots + (page?.all('snapshot').length ?? 0),
    page: () => page,
    async open(gateway: 0 | 1): Promise<void> {
      page = new Page(sites[gateway].base, cookie, { tab })
      await page.hello(last)
    },
    async close(cut: boolean): Promise<void> {
      if (!page) return
      if (cut) page.socket.terminate()
      else page.socket.close()
      await page.over()
      take()
    },
  }
}
const socketsOf = () =>
  ground.db.query<{ agentId: string; tab: string }>(`select agent_id as "agentId", tab from desk_sockets`)

describe('200 agents whose pages come and go between two gateways', () => {
  it('leave presence as it is, every event told once, no offer with nobody, and no memory of the gone', async () => {
    const inTurn = createGate(8)
    const crew = await Promise.all(
      Array.from({ length: agents }, (_, n) =>
        inTurn(async () => {
          const { id, page: _page, cookie } = await agent(ground, sites[0])
          const tabs = Array.from({ length: n % 3 === 0 ? 2 : 1 }, () => tabOf(cookie))
          for (const tab of tabs) await tab.open((n % 2) as 0 | 1)
          await tabs[0]!.page()!.do({ type: 'signIn', mode: 'text' })
          await tabs[0]!.page()!.do({ type: 'available' })
          return { id, tabs, stays: n % 4 !== 0 }
        }),
      ),
    )

    // Something rings at some of them all the while: those who stay keep it, those who go lose it.
    const offered = await Promise.all(
      crew
        .filter((_, n) => n % 10 < 2)
        .map((one) =>
          inTurn(async () => {
            const contact = await text(sites[0])
            const { offerId } = await sites[0].queue.offer(contact.id, one.id, { ms: 60_000 })
            return { one, offerId, contactId: contact.id }
          }),
        ),
    )

    const seed = Date.now() % 1_000_000
    const plans = fc.sample(fc.array(flap, { minLength: 1, maxLength: flaps }), {
      seed,
      numRuns: crew.length * 2,
    })
    let told = 0
    let flapping = true
    const tell = (async () => {
      while (flapping) {
        const line = `第${++told}条`
        const from = sites[told % 2]!.desk.news
        await Promise.all(crew.map(({ id }) => from.notice(id, 'info', line)))
        await pause(100)
      }
    })()
    await Promise.all(
      crew.flatMap(({ tabs }, n) =>
        tabs.map(async (tab, which) => {
          for (const { afterMs, awayMs, gateway, cut } of plans[n * 2 + which]!) {
            await pause(afterMs)
            await tab.close(cut)
            await pause(awayMs)
            await tab.open(gateway)
          }
        }),
      ),
    )
    flapping = false
    await tell
    await Promise.all(
      crew.filter(({ stays }) => !stays).flatMap(({ tabs }) => tabs.map((t) => t.close(true))),
    )
    const there = crew.filter(({ stays }) => stays)
    const gone = crew.filter(({ stays }) => !stays)

    // No lost event: each tab saw all since its first, each once and in order.
    const all = Array.from({ length: told }, (_, n) => `第${n + 1}条`)
    await vi.waitFor(() => {
      for (const { tabs } of there) for (const tab of tabs) expect(tab.seen().at(-1)).toBe(`第${told}条`)
    }, patient)
    for (const { tabs } of there) for (const tab of tabs) expect(tab.seen(), `seed ${seed}`).toEqual(all)

    // Presence is what is open, no more and no less.
    const open = there.flatMap(({ id, tabs }) => tabs.map(({ tab }) => `${id} ${tab}`)).sort()
    const known = async () => (await socketsOf()).map(({ agentId, tab }) => `${agentId} ${tab}`).sort()
    await vi.waitFor(async () => expect(await known()).toEqual(open), patient)
    const intents = async (some: typeof crew) => {
      const rows = await ground.db.query<{ intent: string; lost: boolean; n: number }>(
        `select intent, lost_at is not null as lost, count(*) as n from agents where agent_id = any($1) group by 1, 2`,
        [some.map((one) => one.id)],
      )
      return rows
    }
    await vi.waitFor(
      async () =>
        expect(await intents(there)).toEqual([{ intent: 'available', lost: false, n: there.length }]),
      patient,
    )
    await vi.waitFor(
      async () => expect(await intents(gone)).toEqual([{ intent: 'offline', lost: false, n: gone.length }]),
      patient,
    )

    // What rang at those who stayed rings still; the rest waits again, without a stain on anybody.
    for (const { one, offerId, contactId } of offered) {
      const offer = await sites[0].queue.outcomeOf(offerId)
      // On a busy machine a page may have been away for longer than the grace; then, too, it was nobody's fault.
      const lost = { outcome: 'withdrawn', reason: 'socketLost' }
      const rings = one.stays && offer.outcome === null
      if (!rings) expect(offer, `seed ${seed}`).toEqual(lost)
      expect(await sites[0].contacts.find(contactId)).toMatchObject({
        state: rings ? 'offered' : 'queued',
        agentId: rings ? one.id : null,
      })
    }
    expect(
      await ground.db.query(`select 1 from agents where not_responding is not null`),
      'a lost page was taken for a miss',
    ).toEqual([])

    // And nothing is kept for whoever is gone.
    await Promise.all(there.flatMap(({ tabs }) => tabs.map((tab) => tab.close(false))))
    const nothing = { agents: 0, pages: 0, sessions: 0, lanes: 0, followed: 0 }
    await vi.waitFor(() => {
      for (const site of sites) expect(site.desk.kept()).toEqual(nothing)
    }, patient)
    await vi.waitFor(async () => expect(await socketsOf()).toEqual([]), patient)
    const where = await Promise.all(crew.map(({ id }) => sites[0].redis.zcard(`${prefix}:desk:where:${id}`)))
    expect(where.filter((n) => n > 0)).toEqual([])
    expect(quick.streams.kept).toBeGreaterThan(told)
  }, 120_000)
})
