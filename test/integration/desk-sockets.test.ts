import fc from 'fast-check'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPresenceWatch, type WatchParts } from '../../src/agent-desk/presence-watch.ts'
import { newId } from '../../src/base/ids.ts'
import { quick } from './desk-support.ts'
import { createGround, makeMember, type Ground } from './staff-support.ts'

const patient = { timeout: 15_000, interval: 20 }
let ground: Ground
let agentIds: string[]

beforeAll(async () => {
  ground = await createGround()
  agentIds = await Promise.all([1, 2, 3].map(async () => (await makeMember(ground, ['agent'])).id))
})
afterAll(() => ground?.close())

const none = async () => undefined as never
const rest: Omit<WatchParts, 'db' | 'log'> = {
  node: 'node-a',
  limits: { ...quick.loss, beatMs: 1, nodeDeadMs: 60_000, sweepMs: 60_000 },
  presence: { leave: none, released: none },
  contacts: { door: { apply: none }, ofAgent: async () => [], loads: async () => new Map() },
  offers: { withdrawOffersOf: none, agentChanged: none, contactChanged: none },
}

/** The pool, with the waits of a busy database before its statements. */
function slowly(waits: number[]): WatchParts['db'] {
  let next = 0
  const query = async (sql: string, values?: unknown[]) => {
    await pause(waits[next++ % waits.length])
    return ground.db.query(sql, values)
  }
  return { ...ground.db, query: query as WatchParts['db']['query'] }
}

type Step = { socket: number; opens: boolean; afterMs: number }
const step: fc.Arbitrary<Step> = fc.record({
  socket: fc.integer({ min: 0, max: 5 }),
  opens: fc.boolean(),
  afterMs: fc.integer({ min: 0, max: 4 }),
})

describe('sockets that open and close while signs of life are under way', () => {
  it('leave the database with those that are open, whatever overtakes what', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 24 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 7 }),
        async (steps, waits) => {
          const watch = createPresenceWatch({ ...rest, db: slowly(waits), log: ground.log })
          const sockets = Array.from({ length: 6 }, (_, i) => ({
            id: newId(),
            agentId: agentIds[i % 3]!,
            tab: `tab-${i}`,
          }))
          const open = new Set<string>()
          const underWay: Promise<void>[] = []
          for (const { socket, opens, afterMs } of steps) {
            const one = sockets[socket]!
            if (open.has(one.id) === opens) continue
            if (opens) open.add(one.id)
            else open.delete(one.id)
            // A socket opens once; its page that comes back has a new one.
            if (!opens) sockets[socket] = { ...one, id: newId() }
            underWay.push(opens ? watch.opened(one) : watch.closed(one))
            await pause(afterMs)
          }
          await Promise.all(underWay)
          const held = async () =>
            (await ground.db.query<{ id: string }>(`select id from desk_sockets`)).map((r) => r.id).sort()
          try {
            await vi.waitFor(async () => expect(await held()).toEqual([...open].sort()), {
              ...patient,
              interval: 2,
            })
            // And so it stays, beat after beat.
            const beats = () => ground.db.query(`select seen_at from desk_nodes`)
            const before = await beats()
            await vi.waitFor(async () => expect(await beats()).not.toEqual(before), {
              ...patient,
              interval: 2,
            })
            expect(await held()).toEqual([...open].sort())
          } finally {
            await watch.stop()
            await ground.db.query(`delete from desk_sockets`)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('are written together when they come together, as after the death of a gateway', async () => {
    let statements = 0
    const counting = (sql: string, values?: unknown[]) => {
      if (/desk_sockets/.test(sql)) statements += 1
      return ground.db.query(sql, values)
    }
    const db: WatchParts['db'] = { ...ground.db, query: counting as WatchParts['db']['query'] }
    const limits = { ...rest.limits, beatMs: 60_000 }
    const watch = createPresenceWatch({ ...rest, limits, db, log: ground.log })
    const sockets = Array.from({ length: 500 }, (_, i) => ({
      id: newId(),
      agentId: agentIds[i % 3]!,
      tab: `tab-${i}`,
    }))
    await watch.opened({ id: newId(), agentId: agentIds[0]!, tab: 'first' })
    statements = 0
    await Promise.all(sockets.map((socket) => watch.opened(socket)))
    await Promise.all(sockets.slice(0, 400).map((socket) => watch.closed(socket)))
    expect(await ground.db.query(`select 1 from desk_sockets`)).toHaveLength(101)
    // One for those that open, one for those that close with a look for agents who are lost by it, and some reserve.
    expect(statements).toBeLessThan(10)
    await watch.stop()
  })

  it('keep the sign of life going while routing is slow to hear of agents who are found again', async () => {
    let told = 0
    const never = () => {
      told += 1
      return new Promise<void>(() => {})
    }
    const limits = { ...rest.limits, beatMs: 5 }
    const offers = { ...rest.offers, agentChanged: never }
    const watch = createPresenceWatch({ ...rest, offers, limits, db: ground.db, log: ground.log })
    const seen = () => ground.db.query(`select seen_at from desk_nodes where node = 'node-a'`)
    const socket = { id: newId(), agentId: agentIds[0]!, tab: 'tab' }
    void watch.opened(socket)
    await vi.waitFor(() => expect(told).toBe(1), patient)
    // Another gateway believed this one dead and its agent lost.
    await ground.db.query(
      `insert into agents (agent_id, intent, mode, lost_at) values ($1, 'available', 'text', clock_timestamp())
       on conflict (agent_id) do update set intent = 'available', mode = 'text', lost_at = clock_timestamp()`,
      [agentIds[0]],
    )
    await vi.waitFor(() => expect(told).toBe(2), patient)
    const before = await seen()
    await vi.waitFor(async () => expect(await seen()).not.toEqual(before), patient)
    await watch.stop()
    await ground.db.query(`delete from agents`)
  })

  it('lose the row whose removal failed with the next sign of life', async () => {
    const watch = createPresenceWatch({ ...rest, db: ground.db, log: ground.log })
    const socket = { id: newId(), agentId: agentIds[0]!, tab: 'tab' }
    await watch.opened(socket)
    const refusing = vi.spyOn(ground.db, 'query')
    refusing.mockImplementation(() => Promise.reject(new Error('connection lost')))
    await expect(watch.closed(socket)).rejects.toThrow('connection lost')
    refusing.mockRestore()
    await vi.waitFor(
      async () => expect(await ground.db.query(`select 1 from desk_sockets`)).toEqual([]),
      patient,
    )
    await watch.stop()
  })
})
