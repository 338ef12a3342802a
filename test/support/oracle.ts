import type { Db } from '../../src/db/pool.ts'

/**
 * The accounting oracle: what was received outside (the sender's list of acknowledged items, SIPp's calls) against the
 * ledger. It knows nothing of the program but its tables, and answers with counts a reader can add up.
 */
export type Outside = {
  /** Provider ids of messages the gateway acknowledged. */
  acknowledged: { channel: string; providerId: string }[]
  /** Caller numbers as dialled by SIPp, one per placed call; each number calls once. */
  callers: string[]
}

export type Accounts = {
  received: number
  open: number
  ends: Record<string, number>
  /** Acknowledged outside, not in the ledger. */
  lost: string[]
  /** In the ledger more than once. */
  doubled: string[]
  /** received = ends + open, per channel and hour. */
  unbalanced: number
  /** Contacts with more than one registration. */
  registeredTwice: number
  /** Pairs of voice intervals of one agent that overlap. */
  overlappingVoice: number
  /** Agents who held more text conversations at once than `textCapacity` (emergencies aside). */
  overCapacity: number
  /** Offers that ended later than their deadline plus one second, or never though it has passed. */
  lateOffers: number
  /** Contacts with two open offers at one instant. */
  overlappingOffers: number
}

const numbers = async (db: Db, sql: string, values: unknown[] = []): Promise<number> =>
  (await db.query<{ n: number }>(`select count(*) as n from (${sql}) t`, values))[0]!.n

/**
 * @param lookup keyed hash of a caller's number as the ledger keeps it
 * @param ends offers whose deadline passed while everything was down are judged by `graceMs` instead of one second
 */
export async function account(
  db: Db,
  outside: Outside,
  lookup: (caller: string) => string,
  { graceMs = 1_000, textCapacity = 5 }: { graceMs?: number; textCapacity?: number } = {},
): Promise<Accounts> {
  const ends = await db.query<{ end: string; n: number }>(
    `select "end", count(*) as n from contacts where ended_at is not null group by "end"`,
  )
  const stored = await db.query<{ key: string; n: number }>(
    `select channel || ':' || provider_id as key, count(*) as n from messages where direction = 'in' group by 1`,
  )
  const messages = new Map(stored.map((r) => [r.key, r.n]))
  const wanted = outside.acknowledged.map((a) => `${a.channel}:${a.providerId}`)
  const calls = await db.query<{ lookup: string; n: number }>(
    `select address_lookup as lookup, count(*) as n from contacts
     where channel = 'voice' and parent_contact_id is null group by 1`,
  )
  const byCaller = new Map(calls.map((r) => [r.lookup, r.n]))
  return {
    received: await numbers(db, `select 1 from contacts`),
    open: await numbers(db, `select 1 from contacts where ended_at is null`),
    ends: Object.fromEntries(ends.map((e) => [e.end, e.n])),
    lost: [
      ...wanted.filter((key) => !messages.has(key)),
      ...outside.callers.filter((caller) => !byCaller.has(lookup(caller))).map((c) => `call ${c.slice(-4)}`),
    ],
    doubled: [
      ...wanted.filter((key) => (messages.get(key) ?? 0) > 1),
      ...outside.callers.filter((c) => (byCaller.get(lookup(c)) ?? 0) > 1).map((c) => `call ${c.slice(-4)}`),
    ],
    unbalanced: await numbers(
      db,
      `select channel, date_trunc('hour', received_at) from contacts group by 1, 2
       having count(*) <> count("end") + count(*) filter (where ended_at is null)`,
    ),
    registeredTwice: await numbers(
      db,
      `select contact_id from registrations group by contact_id having count(*) > 1`,
    ),
    overlappingVoice: await numbers(db, overlappingVoice),
    overCapacity: await numbers(
      db,
      `select a.id from contacts a join contacts b on b.agent_id = a.agent_id and b.channel <> 'voice'
         and b.answered_at <= a.answered_at and coalesce(b.ended_at, 'infinity') > a.answered_at
       where a.channel <> 'voice' and a.answered_at is not null and not a.emergency
       group by a.id having count(*) > $1`,
      [textCapacity],
    ),
    lateOffers: await numbers(
      db,
      `select id from offers
       where coalesce(ended_at, clock_timestamp()) > deadline + $1 * interval '1 millisecond'`,
      [graceMs],
    ),
    overlappingOffers: await numbers(
      db,
      `select a.id from offers a join offers b on b.contact_id = a.contact_id and b.id > a.id
         and b.offered_at < coalesce(a.ended_at, 'infinity') and a.offered_at < coalesce(b.ended_at, 'infinity')`,
    ),
  }
}

/** An agent's voice interval runs from the bridge to the end of the talk, as the events tell it. */
const overlappingVoice = `
  with talk as (
    select c.id, c.agent_id,
      min(e.at) filter (where e.to_state in ('active')) as started,
      min(e.at) filter (where e.to_state in ('wrapUp', 'ended', 'queued') and e.from_state in
        ('active', 'held', 'consulting')) as stopped
    from contacts c join contact_events e on e.contact_id = c.id
    where c.channel = 'voice' and c.agent_id is not null
    group by c.id, c.agent_id
  )
  select a.id from talk a join talk b on b.agent_id = a.agent_id and b.id > a.id
    and a.started < coalesce(b.stopped, 'infinity') and b.started < coalesce(a.stopped, 'infinity')`
