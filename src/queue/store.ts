import type { Channel } from '../contacts/model.ts'
import type { Db, Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Offer } from './offer.ts'
import type { OfferMade, OfferOutcome } from './ports.ts'

/** SQL of the offer row. An offer is opened once and ended once; nothing else ever changes but its announcement. */

export type OfferRow = Offer & OfferMade

const columns = `id as "offerId", contact_id as "contactId", channel, agent_id as "agentId",
  agent_epoch as "agentEpoch", mode, ring, outcome, announced_at is not null as announced,
  (extract(epoch from deadline) * 1000)::float8 as "deadlineMs",
  to_char(offered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "offeredAt",
  to_char(deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as deadline`

const one = <T>(rows: T[]): T | null => rows[0] ?? null

export type NewOffer = {
  id: string
  contactId: string
  agentId: string
  agentEpoch: number
  channel: Channel
  mode: 'desk' | 'phone'
  ring: number
  limitMs: number
}

/** The offer, and the bell at its deadline. @throws unique violation when the contact has an open offer */
export async function insertOffer(tx: Tx, o: NewOffer): Promise<OfferRow> {
  const [row] = await tx.query<OfferRow>(
    prepared(`with t as (select clock_timestamp() as now),
     o as (
       insert into offers (id, contact_id, agent_id, agent_epoch, channel, mode, ring, offered_at, deadline)
       select $1, $2, $3, $4, $5, $6, $7, now, now + $8::integer * interval '1 millisecond' from t
       returning *),
     bell as (
       insert into outbox (queue, name, data, delay_ms)
       select 'offers', 'expire', jsonb_build_object('offerId', id), $8::integer from o)
     select ${columns} from o`),
    [o.id, o.contactId, o.agentId, o.agentEpoch, o.channel, o.mode, o.ring, o.limitMs],
  )
  return row!
}

/** The offer, with the instant at which it was read: both by the database clock. */
export async function findOffer(tx: Tx, id: string): Promise<(OfferRow & { nowMs: number }) | null> {
  return one(
    await tx.query<OfferRow & { nowMs: number }>(
      prepared(`select ${columns}, (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"
       from offers where id = $1`),
      [id],
    ),
  )
}

/** Whose offer is accepted; `contactId` where it is known. */
export type Accept = { offerId: string; agentId: string; epoch: number; contactId?: string }

/** Accepts what is this sign-in's while it is open and in time; null when it is not. */
export async function acceptOffer(tx: Tx, a: Accept): Promise<OfferRow | null> {
  return one(
    await tx.query<OfferRow>(
      prepared(`update offers set outcome = 'accepted', ended_at = clock_timestamp()
       where id = $1 and agent_id = $2 and agent_epoch = $3 and contact_id = coalesce($4, contact_id)
         and ended_at is null and deadline > clock_timestamp() returning ${columns}`),
      [a.offerId, a.agentId, a.epoch, a.contactId ?? null],
    ),
  )
}

/** Ends it in another way; null when it had ended. */
export async function closeOffer(
  tx: Tx,
  id: string,
  outcome: OfferOutcome,
  reason: string | null,
): Promise<OfferRow | null> {
  return one(
    await tx.query<OfferRow>(
      prepared(`update offers set outcome = $2, reason = $3, ended_at = clock_timestamp()
       where id = $1 and ended_at is null returning ${columns}`),
      [id, outcome, reason],
    ),
  )
}

export const openOffersOfAgent = (tx: Tx, agentId: string): Promise<OfferRow[]> =>
  tx.query(
    prepared(`select ${columns} from offers where agent_id = $1 and ended_at is null order by offered_at`),
    [agentId],
  )

export const openOffersOfContacts = (tx: Tx, contactIds: readonly string[]): Promise<OfferRow[]> =>
  tx.query(
    prepared(`select ${columns} from offers where contact_id = any($1::uuid[]) and ended_at is null`),
    [contactIds],
  )

/** Open offers whose deadline has passed. */
export async function overdueOffers(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from offers where ended_at is null and deadline <= clock_timestamp() order by deadline limit $1`,
    [limit],
  )
  return rows.map((row) => row.id)
}

/**
 * Open offers of later than now, with the time that each was given: the clock was set back, and by it they would last for
 * as long as it was.
 */
export const offersAhead = (tx: Tx, limit: number): Promise<(OfferRow & { limitMs: number })[]> =>
  tx.query(
    `select ${columns}, (extract(epoch from deadline - offered_at) * 1000)::float8 as "limitMs" from offers
     where ended_at is null and offered_at > clock_timestamp() + interval '1 second' order by deadline limit $1`,
    [limit],
  )

/** Open offers that nobody is known to have announced, made at least so long ago and not about to end. */
export const unannouncedOffers = (tx: Tx, olderMs: number, limit: number): Promise<OfferRow[]> =>
  tx.query(
    `select ${columns} from offers
     where ended_at is null and announced_at is null
       and offered_at < clock_timestamp() - $1 * interval '1 millisecond'
       and deadline > clock_timestamp() + $1 * interval '1 millisecond'
     order by offered_at limit $2`,
    [olderMs, limit],
  )

export async function markAnnounced(tx: Tx, id: string): Promise<void> {
  await tx.query(
    prepared(`update offers set announced_at = clock_timestamp() where id = $1 and announced_at is null`),
    [id],
  )
}

export type PastOffer = { contactId: string; agentId: string; outcome: OfferOutcome; endedMs: number }

/** How lately ended offers of these contacts ended. */
export const recentOffers = (tx: Tx, contactIds: readonly string[], withinMs: number): Promise<PastOffer[]> =>
  tx.query(
    prepared(`select contact_id as "contactId", agent_id as "agentId", outcome,
       (extract(epoch from ended_at) * 1000)::float8 as "endedMs"
     from offers
     where contact_id = any($1::uuid[]) and ended_at > clock_timestamp() - $2 * interval '1 millisecond'
     order by ended_at`),
    [contactIds, withinMs],
  )

/** Nobody else makes this agent an offer until the transaction ends: his free slots cannot be given twice. */
export async function lockAgent(tx: Tx, agentId: string): Promise<void> {
  await tx.query(prepared(`select pg_advisory_xact_lock(hashtextextended($1, 8890))`), [agentId])
}

/**
 * The open offers of an agent, with one that is just being written: who writes it has read the agent's facts under this
 * lock, so an offer made after a sign-out or a pause is either seen here or was never made.
 */
export const openAndComingOffersOf = (db: Db, agentId: string): Promise<OfferRow[]> =>
  db.tx(async (tx) => {
    await lockAgent(tx, agentId)
    return openOffersOfAgent(tx, agentId)
  })

/** The build of the matcher's memory that was filled from this database; null before the first. */
export async function builtGeneration(tx: Tx): Promise<string | null> {
  const [row] = await tx.query<{ generation: string }>(`select generation from matcher_generation`)
  return row?.generation ?? null
}

export async function writeGeneration(tx: Tx, generation: string): Promise<void> {
  await tx.query(
    `insert into matcher_generation (generation) values ($1)
     on conflict (single) do update set generation = excluded.generation, built_at = clock_timestamp()`,
    [generation],
  )
}

/** The database clock, ms. */
export async function databaseNow(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ ms: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  )
  return row!.ms
}
