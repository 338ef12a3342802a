import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createChance } from '../support/faults/chance.ts'
import { faultKinds, kinds } from '../support/faults/kinds.ts'
import { boundaries, drawSteps, stepName, type Step } from '../support/faults/schedule.ts'
import { trendOf } from '../support/faults/trend.ts'
import { account, type Outside } from '../support/oracle.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

/** The measuring parts of the fault runs must be able to say no. */
describe('the oracle', () => {
  let database: TestDatabase
  let db: Db
  const agent = randomUUID()
  const requester = randomUUID()

  beforeAll(async () => {
    database = await freshDatabase()
    db = createPool(database.url, createLog('silent'), 2)
  })
  beforeEach(async () => {
    for (const table of ['offers', 'messages', 'contact_events', 'contacts', 'requesters'])
      await db.query(`delete from ${table}`)
    await db.query(`insert into requesters (id, person_id) values ($1, $1)`, [requester])
  })
  afterAll(async () => {
    await db.end()
    await database.drop()
  })

  /** Instants are seconds of one minute. */
  const at = (second: number): Date => new Date(Date.UTC(2026, 2, 2, 1, 0, 0) + second * 1_000)

  async function contact(channel: 'voice' | 'sms', lookup: string = randomUUID()): Promise<string> {
    const id = randomUUID()
    await db.query(
      `insert into contacts (id, channel, account, address_lookup, requester_id, state, received_at, last_inbound_at)
       values ($1, $2, '12345', $3, $4, 'queued', $5, $5)`,
      [id, channel, lookup, requester, at(0)],
    )
    return id
  }

  async function events(
    id: string,
    ...steps: [second: number, from: string | null, to: string][]
  ): Promise<void> {
    for (const [second, from, to] of steps)
      await db.query(
        `insert into contact_events (contact_id, type, from_state, to_state, at, actor_kind, actor_id, actor_role, data)
         values ($1, 'fact', $2, $3, $4, 'system', 'test', 'system', $5)`,
        [id, from, to, at(second), to === 'offered' ? { agentId: agent } : {}],
      )
  }

  async function message(contactId: string, account: string, providerId: string): Promise<void> {
    await db.query(
      `insert into messages (id, contact_id, channel, account, provider_id, direction, kind, body, received_at)
       values ($1, $2, 'sms', $3, $4, 'in', 'text', '你好', $5)`,
      [randomUUID(), contactId, account, providerId, at(0)],
    )
  }

  const judge = (outside: Partial<Outside> = {}, judging = {}) =>
    account(db, { acknowledged: [], callers: [], ...outside }, (caller) => caller, judging)

  it('finds what was acknowledged and is not there, or is there twice', async () => {
    const text = await contact('sms')
    await message(text, 'a', 'once')
    await message(text, 'a', 'twice')
    await message(text, 'b', 'twice')
    await contact('voice', '138001')
    await contact('voice', '138002')
    await contact('voice', '138002')
    const accounts = await judge({
      acknowledged: ['once', 'twice', 'never'].map((providerId) => ({ channel: 'sms', providerId })),
      callers: ['138001', '138002', '138003'],
    })
    expect(accounts.lost).toEqual(['sms:never', 'call 138003'])
    expect(accounts.doubled).toEqual(['sms:twice', 'call 138002'])
  })

  it('finds a second call of one agent before the first is over, and none where one follows the other', async () => {
    const [first, second, third] = [await contact('voice'), await contact('voice'), await contact('voice')]
    await events(
      first,
      [0, 'queued', 'offered'],
      [1, 'offered', 'active'],
      [3, 'active', 'held'],
      [6, 'held', 'wrapUp'],
    )
    await events(third, [6, 'queued', 'offered'], [7, 'offered', 'active'], [9, 'active', 'wrapUp'])
    expect((await judge()).overlappingVoice).toBe(0)
    await events(second, [0, 'queued', 'offered'], [5, 'offered', 'active'], [6, 'active', 'wrapUp'])
    expect((await judge()).overlappingVoice).toBe(1)
  })

  it('finds one conversation too many', async () => {
    for (const second of [1, 2, 3])
      await events(await contact('sms'), [0, 'queued', 'offered'], [second, 'offered', 'active'])
    expect((await judge()).overCapacity).toBe(0)
    const fourth = await contact('sms')
    await events(fourth, [0, 'queued', 'offered'], [4, 'offered', 'active'], [5, 'active', 'ended'])
    expect((await judge()).overCapacity).toBe(1)
    await db.query(`update contacts set emergency = true where id = $1`, [fourth])
    expect((await judge()).overCapacity).toBe(0)
  })

  it('finds an end after the end, and a second registration', async () => {
    const id = await contact('sms')
    await events(id, [1, 'wrapUp', 'ended'])
    expect((await judge()).endedTwice).toBe(0)
    await events(id, [2, 'ended', 'queued'])
    expect((await judge()).endedTwice).toBe(1)
  })

  it('finds offers that ended late, apart from those that an outage made late', async () => {
    const id = await contact('sms')
    const offer = (deadline: number, ended: number | null): Promise<unknown> =>
      db.query(
        `insert into offers (id, contact_id, agent_id, agent_epoch, channel, mode, offered_at, deadline, outcome, ended_at)
         values ($1, $2, $3, 1, 'sms', 'desk', $4, $5, $6, $7)`,
        [
          randomUUID(),
          id,
          agent,
          at(deadline - 10),
          at(deadline),
          ended === null ? null : 'expired',
          ended === null ? null : at(ended),
        ],
      )
    await offer(10, 10.5)
    expect(await judge()).toMatchObject({ lateOffers: 0, lateInOutage: 0, overlappingOffers: 0 })
    await offer(30, 33)
    await offer(45, null)
    expect(await judge()).toMatchObject({ lateOffers: 2, overlappingOffers: 0 })
    const outages = [{ from: at(28).getTime(), to: at(32).getTime() }]
    expect(await judge({}, { outages })).toMatchObject({ lateOffers: 1, lateInOutage: 1 })
    await db.query(`update offers set ended_at = $1 where ended_at = $2`, [at(37), at(33)])
    expect((await judge()).overlappingOffers).toBe(1)
  })
})

describe('a schedule', () => {
  const first = (seed: number, count: number): Step[] => {
    const steps = drawSteps(createChance(seed))
    return Array.from({ length: count }, () => steps.next().value as Step)
  }

  it('is the same for the same seed and another one for another', () => {
    expect(first(7, 80)).toEqual(first(7, 80))
    expect(first(7, 80)).not.toEqual(first(8, 80))
  })

  it('has every kind alone, every kind with another part, and every boundary on both sides, before any comes again', () => {
    const round = first(3, faultKinds.length * 2 + boundaries.length * 2)
    const faults = round.flatMap((step) => ('faults' in step ? [step.faults.map(({ kind }) => kind)] : []))
    expect(
      faults
        .filter((each) => each.length === 1)
        .flat()
        .sort(),
    ).toEqual([...faultKinds].sort())
    for (const [one, other] of faults.filter((each) => each.length === 2))
      expect(kinds[one!].part).not.toBe(kinds[other!].part)
    const edges = round.filter((step) => 'boundary' in step).map(stepName)
    expect(new Set(edges).size).toBe(boundaries.length * 2)
  })
})

describe('a trend', () => {
  const noise = createChance(1)
  const around = (level: number, slope: number): number[] =>
    Array.from({ length: 60 }, (_, n) => level + slope * n + noise.between(-5, 5))

  it('tells steady growth from noise, peaks and a fall', () => {
    expect(trendOf(around(100, 0)).verdict).toBe('flat')
    expect(trendOf(around(100, 1)).verdict).toBe('growing')
    expect(trendOf(around(100, -1)).verdict).toBe('flat')
    expect(trendOf(around(100, 0).map((value, n) => (n % 9 === 0 ? value * 3 : value))).verdict).toBe('flat')
    expect(trendOf(around(100, 1), 100).verdict).toBe('flat')
  })
})
