import type { Tx } from '../db/pool.ts'
import { orderColumns, runningDeadline, toOrder, type OrderRow, type RawOrder } from './rows.ts'

/** Reading statements for screens, the desk and the requester. */

export async function findOrder(tx: Tx, number: string): Promise<OrderRow | null> {
  const [row] = await tx.query<RawOrder>(`select ${orderColumns} from work_orders o where o.number = $1`, [
    number,
  ])
  return row ? toOrder(row) : null
}

export async function ordersOfRegistration(tx: Tx, registrationId: string): Promise<OrderRow[]> {
  const rows = await tx.query<RawOrder>(
    `select ${orderColumns} from work_orders o join registration_outcomes ro on ro.order_id = o.id
     where o.registration_id = $1 order by ro.position`,
    [registrationId],
  )
  return rows.map(toOrder)
}

export type RegistrationRow = {
  id: string
  contactId: string
  registeredAt: Date
  outcomes: { type: string; cite: string | null }[]
}

export async function registrationOf(tx: Tx, contactId: string): Promise<RegistrationRow | null> {
  const [row] = await tx.query<RegistrationRow>(
    `select r.id, r.contact_id as "contactId", r.registered_at as "registeredAt",
       (select coalesce(jsonb_agg(jsonb_build_object('type', o.type, 'cite', o.cite) order by o.position), '[]')
        from registration_outcomes o where o.registration_id = r.id) as outcomes
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
  overdue?: boolean
  /** Only orders with a leg at this unit: what a unit may see at all. */
  visibleToUnit?: string
  before?: { at: string; id: string }
  limit: number
}

/** Newest first; keyset on (raised_at, id). */
export async function listOrders(tx: Tx, f: OrderFilter, now: Date): Promise<OrderRow[]> {
  const rows = await tx.query<RawOrder>(
    `select ${orderColumns} from work_orders o
     where ($1::text is null or o.state = $1) and ($2::text is null or o.kind = $2)
       and ($3::text is null or o.lead_unit = $3)
       and ($4::uuid is null or exists (select 1 from work_order_contacts wc
         where wc.order_id = o.id and wc.contact_id = $4))
       and ($5::boolean is null or (o.missing <> '{}') = $5)
       and ($6::boolean is null or exists (select 1 from work_order_deadlines d
         where d.order_id = o.id and ${runningDeadline} and d.due <= $7) = $6)
       and ($8::text is null or exists (select 1 from work_order_legs l
         where l.order_id = o.id and l.unit_code = $8))
       and ($9::timestamptz is null or (o.raised_at, o.id) < ($9, $10::uuid))
     order by o.raised_at desc, o.id desc limit $11`,
    [
      f.state ?? null,
      f.kind ?? null,
      f.leadUnit ?? null,
      f.contactId ?? null,
      f.incomplete ?? null,
      f.overdue ?? null,
      now,
      f.visibleToUnit ?? null,
      f.before?.at ?? null,
      f.before?.id ?? null,
      f.limit,
    ],
  )
  return rows.map(toOrder)
}

export type OrderGlimpse = {
  number: string
  title: string
  state: string
  raisedAt: Date
  due: Date | null
  provisional: boolean
  cite: string | null
}

const glimpse = `select o.number, o.title, o.state, o.raised_at as "raisedAt", d.due,
    coalesce(d.provisional, false) as provisional, d.cite
  from work_orders o left join lateral (
    select due, provisional, cite from work_order_deadlines d
    where d.order_id = o.id and ${runningDeadline} order by d.due limit 1) d on true`

/** Open orders with their next clock. A tip-off never shows on a pop: whoever answers need not know of it. */
export const openOrdersOf = (tx: Tx, requesterIds: string[]): Promise<OrderGlimpse[]> =>
  tx.query(
    `${glimpse} where o.requester_id = any($1::uuid[]) and o.ended_at is null and o.confidential <> 'tipOff'
     order by d.due nulls last, o.raised_at desc limit 20`,
    [requesterIds],
  )

export const recentOrdersOf = (tx: Tx, requesterIds: string[], limit: number): Promise<OrderGlimpse[]> =>
  tx.query(
    `${glimpse} where o.requester_id = any($1::uuid[]) and o.confidential <> 'tipOff'
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
  since: Date,
  limit: number,
): Promise<SimilarRow[]> =>
  tx.query(
    `select number, title, state, place, raised_at as "raisedAt", same as "sameRequester" from (
       select o.number, o.title, o.state, o.place, o.raised_at, o.requester_id = any($2::uuid[]) as same,
         (select count(*) from unnest($1::text[]) g where g = any(o.grams)) as shared
       from work_orders o
       where o.ended_at is null and o.grams && $1::text[] and o.confidential <> 'tipOff' and o.raised_at > $3
     ) near
     where same or shared >= least(4, greatest(2, cardinality($1::text[]) / 2))
     order by same desc, shared desc, raised_at desc limit $4`,
    [grams, requesterIds, since, limit],
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

export const listUnits = (tx: Tx): Promise<{ code: string; name: string; petitionOffice: boolean }[]> =>
  tx.query(
    `select code, name, petition_office as "petitionOffice" from units where active order by petition_office, name`,
  )

/** The order whose number and last four digits of the telephone both fit. */
export async function findForRequester(
  tx: Tx,
  number: string,
  lastFourLookup: string,
): Promise<(OrderRow & { leadUnitName: string | null }) | null> {
  const [row] = await tx.query<RawOrder & { leadUnitName: string | null }>(
    `select ${orderColumns}, (select u.name from units u where u.code = o.lead_unit) as "leadUnitName"
     from work_orders o where o.number = $1 and o.last_four_lookup = $2`,
    [number, lastFourLookup],
  )
  return row ? { ...toOrder(row), leadUnitName: row.leadUnitName } : null
}
