import { grams, rarest } from '../base/grams.ts'
import type { Tx } from '../db/pool.ts'

/** SQL of what is raised again and again, by one or by many, and of dissatisfaction that adds up. Nothing is locked. */

/** Contacts of the order and of those merged into it, since an instant. */
export async function timesRaised(tx: Tx, orderId: string, since: Date): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select count(distinct wc.contact_id)::int as n from work_order_contacts wc
     where wc.at > $2 and wc.order_id in
       (select $1::uuid union all select id from work_orders where merged_into = $1)`,
    [orderId, since],
  )
  return row?.n ?? 0
}

/** When the last supervision of this trigger was closed on the order: what was counted then is not counted again. */
export async function lastSupervised(tx: Tx, orderId: string, trigger: string): Promise<Date | null> {
  const [row] = await tx.query<{ at: Date | null }>(
    `select max(closed_at) as at from work_order_procedures
     where order_id = $1 and kind = 'supervision' and said->>'trigger' = $2`,
    [orderId, trigger],
  )
  return row?.at ?? null
}

export type Alike = {
  id: string
  number: string
  requesterId: string
  /** It lies with a unit that leads. */
  led: boolean
  /** A supervision of the trigger runs on it. */
  supervised: boolean
  /** The last one was closed then. */
  supervisedUntil: Date | null
  raisedAt: Date
}

/**
 * Open orders of the same category (of the same kind, where the statute has no categories) at the same place: they share
 * at least half of the pairs of characters of its place, and of title and place. The oldest first; a tip-off is never put
 * beside others.
 */
export async function alike(
  tx: Tx,
  mine: Topic,
  trigger: string,
  since: Date,
  common: ReadonlyMap<string, number>,
): Promise<Alike[]> {
  const place = grams(mine.place ?? '')
  if (place.length === 0) return []
  return tx.query<Alike>(
    `select o.id, o.number, o.requester_id as "requesterId", o.lead_unit is not null as led,
       exists (select 1 from work_order_procedures p where p.order_id = o.id and p.kind = 'supervision'
         and p.said->>'trigger' = $2 and p.closed_at is null) as supervised,
       (select max(p.closed_at) from work_order_procedures p where p.order_id = o.id and p.kind = 'supervision'
         and p.said->>'trigger' = $2) as "supervisedUntil",
       o.raised_at as "raisedAt"
     from work_orders mine join work_orders o on o.statute = mine.statute
       and o.category is not distinct from mine.category
       and (mine.category is not null or o.kind is not distinct from mine.kind)
     where mine.id = $1 and mine.ended_at is null and mine.place is not null and mine.confidential <> 'tipOff'
       and o.ended_at is null and o.place is not null and o.confidential <> 'tipOff' and o.raised_at > $3
       and o.grams && $5::text[]
       and 2 * (select count(*) from unnest($4::text[]) g where g = any(o.grams)) >= cardinality($4::text[])
       and 2 * (select count(*) from unnest(mine.grams) g where g = any(o.grams))
         >= least(cardinality(mine.grams), cardinality(o.grams))
     order by o.raised_at, o.id limit 500`,
    [mine.id, trigger, since, place, rarest(place, common)],
  )
}

/** Pairs of characters that many orders have, with their share of the orders, by PostgreSQL's own statistics. */
export async function commonGrams(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ gram: string; share: number }>(
    `select e.gram, e.share from pg_stats s,
       unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as e(gram, share)
     where s.schemaname = current_schema() and s.tablename = 'work_orders' and s.attname = 'grams'
       and e.gram is not null`,
  )
  return new Map(rows.map(({ gram, share }) => [gram, share]))
}

/** One look at a topic at a time, so that two gateways do not both open what neither sees yet. */
export async function lockTopic(tx: Tx, topic: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('supervision:' || $1, 0))`, [topic])
}

/** A unit's followed-up orders of a time by the requesters' last word, and one that is dissatisfied. */
export async function satisfaction(
  tx: Tx,
  unit: string,
  since: Date,
): Promise<{ asked: number; dissatisfied: number; newest: string | null }> {
  const [row] = await tx.query<{ asked: number; dissatisfied: number; newest: string | null }>(
    `with said as (
       select distinct on (e.order_id) e.order_id, e.id, e.data->>'satisfied' as satisfied
       from work_order_events e join work_orders o on o.id = e.order_id
       where e.type = 'followedUp' and e.at > $2 and o.lead_unit = $1 and e.data->>'satisfied' is not null
       order by e.order_id, e.id desc)
     select count(*)::int as asked, (count(*) filter (where satisfied = 'dissatisfied'))::int as dissatisfied,
       (array_agg(order_id order by id desc) filter (where satisfied = 'dissatisfied'))[1]::text as newest
     from said`,
    [unit, since],
  )
  return row ?? { asked: 0, dissatisfied: 0, newest: null }
}

/** Whether a supervision of this trigger was opened for the unit since an instant, on whichever order. */
export async function unitSupervised(tx: Tx, unit: string, trigger: string, since: Date): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from work_order_procedures p
     join work_order_legs l on l.order_id = p.order_id and l.n = p.leg
     where p.kind = 'supervision' and p.said->>'trigger' = $2 and p.opened_at > $3 and l.unit_code = $1 limit 1`,
    [unit, trigger, since],
  )
  return rows.length > 0
}

/** Orders that were raised since an instant, anew or again: what a lost bell would have told of. */
export const raisedSince = (tx: Tx, since: Date, limit: number): Promise<{ number: string }[]> =>
  tx.query(
    `select distinct coalesce(m.number, o.number) as number from work_order_contacts wc
     join work_orders o on o.id = wc.order_id left join work_orders m on m.id = o.merged_into
     where wc.at > $1 and (case when m.id is null then o.ended_at else m.ended_at end) is null
     limit $2`,
    [since, limit],
  )

/** Units of which somebody was dissatisfied since an instant. */
export const unitsComplainedOf = (tx: Tx, since: Date): Promise<{ unit: string; statute: string }[]> =>
  tx.query(
    `select distinct o.lead_unit as unit, o.statute from work_order_events e join work_orders o on o.id = e.order_id
     where e.type = 'followedUp' and e.at > $1 and e.data->>'satisfied' = 'dissatisfied' and o.lead_unit is not null`,
    [since],
  )

export type Topic = {
  id: string
  statute: string
  /** Category, or kind where there is none. */
  sort: string
  leadUnit: string | null
  place: string | null
}

export async function topicOf(tx: Tx, number: string): Promise<Topic | null> {
  const [row] = await tx.query<Topic>(
    `select id, statute, coalesce(category::text, kind, '') as sort, lead_unit as "leadUnit", place
     from work_orders where number = $1`,
    [number],
  )
  return row ?? null
}
