import type { Tx } from '../../src/db/pool.ts'

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
  /** Contacts that ended more than once, or went on after their end. */
  endedTwice: number
  /** Times an agent was in a second call before the first was over. */
  overlappingVoice: number
  /** Times an agent got more text conversations at once than `textCapacity` (emergencies aside). */
  overCapacity: number
  /** Offers that ended later than their deadline plus `graceMs`, or never though it has passed. */
  lateOffers: number
  /** The same, where the deadline fell into an outage: whoever came first ended them. */
  lateInOutage: number
  /** Contacts with two open offers at one instant. */
  overlappingOffers: number
}

export type Judging = {
  /** How late an offer may end, ms. */
  graceMs?: number
  textCapacity?: number
  /** Times in which the hotline could not be expected to end an offer, ms since 1970. */
  outages?: { from: number; to: number }[]
}

const numbers = async (db: Tx, sql: string, values: unknown[] = []): Promise<number> =>
  Number((await db.query<{ n: number }>(`select count(*)::int as n from (${sql}) t`, values))[0]!.n)

/** @param lookup keyed hash of a caller's number as the ledger keeps it */
export async function account(
  db: Tx,
  outside: Outside,
  lookup: (caller: string) => string,
  { graceMs = 1_000, textCapacity = 3, outages = [] }: Judging = {},
): Promise<Accounts> {
  const ends = await db.query<{ end: string; n: number }>(
    `select "end", count(*)::int as n from contacts where ended_at is not null group by "end"`,
  )
  const stored = await db.query<{ key: string; n: number }>(
    `select channel || ':' || provider_id as key, count(*)::int as n from messages where direction = 'in' group by 1`,
  )
  const messages = new Map(stored.map((r) => [r.key, r.n]))
  const wanted = [...new Set(outside.acknowledged.map((a) => `${a.channel}:${a.providerId}`))]
  const calls = await db.query<{ lookup: string; n: number }>(
    `select address_lookup as lookup, count(*)::int as n from contacts
     where channel = 'voice' and parent_contact_id is null group by 1`,
  )
  const byCaller = new Map(calls.map((r) => [r.lookup, r.n]))
  const [late] = await db.query<{ late: number; inOutage: number }>(lateOffers, [
    graceMs,
    outages.map(({ from }) => new Date(from)),
    outages.map(({ to }) => new Date(to)),
  ])
  return {
    received: await numbers(db, `select 1 from contacts`),
    open: await numbers(db, `select 1 from contacts where ended_at is null`),
    ends: Object.fromEntries(ends.map((e) => [e.end, e.n])),
    lost: [
      ...wanted.filter((key) => !messages.has(key)),
      ...outside.callers.filter((caller) => !byCaller.has(lookup(caller))).map((c) => `call ${c.slice(-6)}`),
    ],
    doubled: [
      ...wanted.filter((key) => (messages.get(key) ?? 0) > 1),
      ...outside.callers.filter((c) => (byCaller.get(lookup(c)) ?? 0) > 1).map((c) => `call ${c.slice(-6)}`),
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
    endedTwice: await numbers(
      db,
      `select contact_id from contact_events where to_state = 'ended' or from_state = 'ended' group by 1
       having count(*) > 1`,
    ),
    overlappingVoice: await numbers(
      db,
      `${talks} select 1 from (
         select agent, started, max(coalesce(stopped, 'infinity'))
           over (partition by agent order by started, id rows between unbounded preceding and 1 preceding) as busy
         from talks where voice) t
       where busy > started`,
    ),
    overCapacity: await numbers(
      db,
      `${talks} select 1 from (
         select delta, sum(delta) over (partition by agent order by at, delta rows unbounded preceding) as held
         from (select agent, started as at, 1 as delta from talks where not voice and not emergency
           union all select agent, stopped, -1 from talks where not voice and not emergency and stopped is not null) d) t
       where delta = 1 and held > $1`,
      [textCapacity],
    ),
    lateOffers: late!.late,
    lateInOutage: late!.inOutage,
    overlappingOffers: await numbers(
      db,
      `select a.id from offers a join offers b on b.contact_id = a.contact_id and b.id > a.id
         and b.offered_at < coalesce(a.ended_at, 'infinity') and a.offered_at < coalesce(b.ended_at, 'infinity')`,
    ),
  }
}

/** From the start of each talk to its end, as the events tell it, with the agent whom the events name last. */
const talks = `
  with talks as (
    select e.id, e.at as started, c.channel = 'voice' as voice, c.emergency,
      (select p.data ->> 'agentId' from contact_events p
       where p.contact_id = e.contact_id and p.id <= e.id and p.data ->> 'agentId' is not null
       order by p.id desc limit 1) as agent,
      (select min(n.at) from contact_events n where n.contact_id = e.contact_id and n.id > e.id
         and n.to_state is not null) as stopped
    from contact_events e join contacts c on c.id = e.contact_id
    where e.to_state in ('active', 'held', 'consulting'))`

const lateOffers = `
  select count(*) filter (where not in_outage)::int as late, count(*) filter (where in_outage)::int as "inOutage"
  from (
    select exists (select 1 from unnest($2::timestamptz[], $3::timestamptz[]) as o(f, t)
      where deadline between o.f - interval '1 second' and o.t) as in_outage
    from offers where coalesce(ended_at, clock_timestamp()) > deadline + $1 * interval '1 millisecond') l`
