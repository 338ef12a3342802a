import type { Tx } from '../db/pool.ts'
import { orderColumns, type OrderRow } from './rows.ts'

/** Reading statements for screens and the desk. */

export async function findOrder(tx: Tx, number: string): Promise<OrderRow | null> {
  const [row] = await tx.query<OrderRow>(`select ${orderColumns} from work_orders o where o.number = $1`, [
    number,
  ])
  return row ?? null
}

export const ordersOfRegistration = (tx: Tx, registrationId: string): Promise<OrderRow[]> =>
  tx.query(`select ${orderColumns} from work_orders o where o.registration_id = $1 order by o.number`, [
    registrationId,
  ])

export type RegistrationRow = {
  id: string
  contactId: string
  registeredAt: Date
  outcomes: { type: string; cite: string | null; orderNumber: string | null }[]
}

export async function registrationOf(tx: Tx, contactId: string): Promise<RegistrationRow | null> {
  const [row] = await tx.query<RegistrationRow>(
    `select r.id, r.contact_id as "contactId", r.registered_at as "registeredAt",
       (select jsonb_agg(jsonb_build_object('type', o.type, 'cite', o.cite, 'orderNumber', w.number)
          order by o.position)
        from registration_outcomes o left join work_orders w on w.id = o.order_id
        where o.registration_id = r.id) as outcomes
     from registrations r where r.contact_id = $1`,
    [contactId],
  )
  return row ?? null
}

/** Numbers of orders by the contact they came from or were joined to. */
export async function ordersOfContacts(tx: Tx, contactIds: string[]): Promise<Map<string, string[]>> {
  const rows = await tx.query<{ contactId: string; numbers: string[] }>(
    `select wc.contact_id as "contactId", array_agg(o.number order by o.number) as numbers
     from work_order_contacts wc join work_orders o on o.id = wc.order_id
     where wc.contact_id = any($1::uuid[]) group by wc.contact_id`,
    [contactIds],
  )
  return new Map(rows.map((r) => [r.contactId, r.numbers]))
}

export type OrderFilter = {
  state?: string
  kind?: string
  leadUnit?: string
  contactId?: string
  incomplete?: boolean
  before?: { at: string; id: string }
  limit: number
}

/** Newest first; keyset on (raised_at, id). */
export const listOrders = (tx: Tx, f: OrderFilter): Promise<OrderRow[]> =>
  tx.query(
    `select ${orderColumns} from work_orders o
     where ($1::text is null or o.state = $1) and ($2::text is null or o.kind = $2)
       and ($3::text is null or o.lead_unit = $3 or $3 = any(o.co_units))
       and ($4::uuid is null or exists (select 1 from work_order_contacts wc
         where wc.order_id = o.id and wc.contact_id = $4))
       and ($5::boolean is null or (o.missing <> '{}') = $5)
       and ($6::timestamptz is null or (o.raised_at, o.id) < ($6, $7::uuid))
     order by o.raised_at desc, o.id desc limit $8`,
    [
      f.state ?? null,
      f.kind ?? null,
      f.leadUnit ?? null,
      f.contactId ?? null,
      f.incomplete ?? null,
      f.before?.at ?? null,
      f.before?.id ?? null,
      f.limit,
    ],
  )

export type OrderGlimpse = {
  number: string
  title: string
  state: string
  raisedAt: Date
  due: Date | null
  provisional: boolean
  cite: string | null
  overdue: boolean
}

const glimpse = `select o.number, o.title, o.state, o.raised_at as "raisedAt", d.due, coalesce(d.provisional, false) as provisional,
    d.cite, coalesce(d.due <= clock_timestamp(), false) as overdue
  from work_orders o left join lateral (
    select due, provisional, cite from work_order_deadlines
    where order_id = o.id and met_at is null order by due limit 1) d on true`

/** Open orders with their next clock; those whose substance is a whistle-blower's stay off the pop. */
export const openOrdersOf = (tx: Tx, requesterIds: string[]): Promise<OrderGlimpse[]> =>
  tx.query(
    `${glimpse} where o.requester_id = any($1::uuid[]) and o.ended_at is null and o.confidential_level <> 'tipOff'
     order by d.due nulls last, o.raised_at desc limit 20`,
    [requesterIds],
  )

export const recentOrdersOf = (tx: Tx, requesterIds: string[], limit: number): Promise<OrderGlimpse[]> =>
  tx.query(
    `${glimpse} where o.requester_id = any($1::uuid[]) and o.confidential_level <> 'tipOff'
     order by o.raised_at desc limit $2`,
    [requesterIds, limit],
  )

export type SimilarRow = {
  number: string
  title: string
  state: string
  place: string | null
  raisedAt: Date
  sameRequester: boolean
}

/** Open orders about the same thing: shared pairs of characters of place and title, the requester's own first. */
export const similarOrders = (
  tx: Tx,
  grams: string[],
  requesterIds: string[],
  limit: number,
): Promise<SimilarRow[]> =>
  tx.query(
    `select number, title, state, place, raised_at as "raisedAt", same as "sameRequester" from (
       select o.*, o.requester_id = any($2::uuid[]) as same,
         (select count(*) from unnest($1::text[]) g where g = any(o.grams)) as shared
       from work_orders o
       where o.ended_at is null and o.grams && $1::text[] and o.confidential_level <> 'tipOff'
         and o.raised_at > clock_timestamp() - interval '60 days') near
     where shared >= least(4, greatest(2, cardinality($1::text[]) / 2))
     order by same desc, shared desc, raised_at desc limit $3`,
    [grams, requesterIds, limit],
  )

export type OrderEventRow = {
  type: string
  at: Date
  actorKind: string
  actorId: string
  actorRole: string
  cite: string | null
  data: unknown
}

export const eventsOf = (tx: Tx, orderId: string): Promise<OrderEventRow[]> =>
  tx.query(
    `select type, at, actor_kind as "actorKind", actor_id as "actorId", actor_role as "actorRole", cite, data
     from work_order_events where order_id = $1 order by id`,
    [orderId],
  )

export const listUnits = (tx: Tx): Promise<{ code: string; name: string }[]> =>
  tx.query(`select code, name from units where active order by name`)
