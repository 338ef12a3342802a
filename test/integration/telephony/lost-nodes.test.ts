import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../src/base/actor.ts'
import type { Contact } from '../../../src/contacts/model.ts'
import { createLostNodes } from '../../../src/telephony/lost-nodes.ts'
import { createNodeMarks } from '../../../src/telephony/node-marks.ts'
import { arrived, ended, fact, heldNew, silentLog, startContacts } from '../../support/contacts.ts'

/** What becomes of the calls on an Asterisk that never comes back, in the real ledger. */

const agents = { 1001: '0190d9a0-0000-7000-8000-0000000000a1', 1002: '0190d9a0-0000-7000-8000-0000000000a2' }
const minute = 60_000
const actor = system('test')
let world: Awaited<ReturnType<typeof startContacts>>

beforeAll(async () => {
  world = await startContacts({ agentOfPhone: async (phone) => agents[phone as unknown as 1001] ?? null })
  for (const node of ['n1', 'n2'])
    await world.db.query(
      `insert into telephony_nodes (node, boot, seen_through, epoch) values ($1, 'b', clock_timestamp(), 1)`,
      [node],
    )
  await owned('n2', true)
})
afterAll(() => world.stop())

/** As the lease of its owner says. */
const owned = (node: string, yes: boolean) =>
  world.db.query(
    `insert into leases (name, owner, epoch, expires_at)
     values ('asterisk:' || $1::text, 'gw', 1, clock_timestamp() + case when $2 then 1 else -1 end * interval '1 hour')
     on conflict (name) do update set expires_at = excluded.expires_at`,
    [node, yes],
  )

/** One gateway that looks, with a clock of its own. */
function watcher() {
  let at = 0
  const nodes = createLostNodes({
    marks: createNodeMarks(world.db, silentLog),
    openCalls: { list: world.contacts.openCallsOf },
    sink: world.contacts.calls,
    limitMs: 5 * minute,
    graceMs: 10_000,
    log: silentLog,
    elapsed: () => at,
  })
  return {
    ...nodes,
    /** Looks every few seconds, as it does. */
    async pass(ms: number) {
      for (const until = at + ms; at < until;) {
        at += 5_000
        await nodes.look()
      }
    },
    /** It, or PostgreSQL, stands still. */
    sleep: (ms: number) => void (at += ms),
  }
}

async function contact(callId: string): Promise<Contact> {
  const [found] = await world.contacts.list({ callId, limit: 1 })
  return found!
}

async function waiting(callId: string, number: string): Promise<Contact> {
  for (const event of [arrived(callId, number), heldNew(callId)]) await world.contacts.calls.handle(event)
  return contact(callId)
}

async function taken(callId: string, number: string, phone: 1001 | 1002): Promise<Contact> {
  const { id } = await waiting(callId, number)
  for (const type of ['offered', 'accepted'] as const)
    await world.contacts.door.apply(id, { type, agentId: agents[phone] }, { actor })
  return contact(callId)
}

describe('an Asterisk that no gateway reaches', () => {
  it('keeps its calls until the limit, then they end accounted for and agents are free', async () => {
    await owned('n1', false)
    await waiting('n1-1.1', '13800000061')
    await taken('n1-1.2', '13800000062', 1001)
    await taken('n1-1.3', '13800000063', 1002)
    await world.contacts.calls.handle(fact('n1-1.3', 'callBridged', 5, { phone: '1002', legId: 'n1-1.9' }))
    const elsewhere = { ...arrived('n2-1.1', '13800000064'), node: 'n2' }
    await world.contacts.calls.handle(elsewhere)

    const gateway = watcher()
    await gateway.pass(4 * minute)
    // What stood still says nothing about the node.
    gateway.sleep(60 * minute)
    await gateway.pass(4 * minute)
    expect((await contact('n1-1.1')).state).toBe('queued')
    expect((await contact('n1-1.3')).state).toBe('active')

    await gateway.pass(2 * minute)
    expect(await contact('n1-1.1')).toMatchObject({ state: 'ended', end: 'abandoned' })
    expect(await contact('n1-1.2')).toMatchObject({ state: 'ended', end: 'abandonedRinging', agentId: null })
    expect(await contact('n1-1.3')).toMatchObject({ state: 'wrapUp', agentId: agents[1002] })
    expect((await contact('n2-1.1')).state).toBe('received')
    expect(gateway.givenUp()).toEqual({ n1: 3 })
    expect((await world.contacts.loads()).get(agents[1001])).toBeUndefined()
    expect((await world.contacts.loads()).get(agents[1002])).toMatchObject({ voice: 0 })
    const owed = await world.db.query<{ n: number }>(
      `select count(*)::int as n from contacts where call_back and state = 'queued' and node = 'n1'`,
    )
    // Who waited and whom the ringing did not reach.
    expect(owed[0]?.n).toBe(2)
  })

  it('changes nothing more when it is back after all and tells how its calls went', async () => {
    await owned('n1', true)
    for (const late of [
      fact('n1-1.1', 'callBridged', 40, { phone: '1001', legId: 'n1-1.8' }),
      ended('n1-1.1', 200, true),
      ended('n1-1.2', 200),
      ended('n1-1.3', 300, true),
    ])
      await world.contacts.calls.handle(late)
    expect(await contact('n1-1.1')).toMatchObject({ state: 'ended', end: 'abandoned' })
    expect(await contact('n1-1.2')).toMatchObject({ state: 'ended', end: 'abandonedRinging' })
    expect(await contact('n1-1.3')).toMatchObject({ state: 'wrapUp' })
    const gateway = watcher()
    await gateway.pass(10 * minute)
    expect(gateway.givenUp()).toEqual({})
  })

  it('does not hold an agent who says that his call is over', async () => {
    await owned('n1', true)
    await taken('n1-2.1', '13800000065', 1001)
    await world.contacts.calls.handle(fact('n1-2.1', 'callBridged', 5, { phone: '1001', legId: 'n1-2.9' }))
    const gateway = watcher()
    await gateway.pass(minute)
    expect(await gateway.giveUp('n1-2.1')).toBe(false)
    await owned('n1', false)
    await gateway.pass(5_000)
    // A successor may be about to take it over.
    expect(await gateway.giveUp('n1-2.1')).toBe(false)
    await gateway.pass(10_000)
    expect(await gateway.giveUp('n1-2.1')).toBe(true)
    expect(await contact('n1-2.1')).toMatchObject({ state: 'wrapUp', agentId: agents[1001] })
  })

  it('gives a call back that it was making to somebody who can make it', async () => {
    await owned('n1', false)
    await waiting('n1-3.1', '13800000066')
    await world.contacts.calls.handle(fact('n1-3.1', 'callBackRequested', 3, { number: '13800000066' }))
    const { id } = await contact('n1-3.1')
    for (const type of ['offered', 'accepted'] as const)
      await world.contacts.door.apply(id, { type, agentId: agents[1001] }, { actor })
    const gateway = watcher()
    await gateway.pass(6 * minute)
    // By the clock of the database the try has only just begun.
    expect((await contact('n1-3.1')).state).toBe('connecting')
    await world.db.query(
      `update contacts set changed_at = clock_timestamp() - interval '2 minutes' where id = $1`,
      [id],
    )
    await gateway.pass(5_000)
    expect(await contact('n1-3.1')).toMatchObject({ state: 'queued', agentId: null, callBack: true })
  })
})
