import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import { orderColumns, runningDeadline, toOrder, type OrderRow, type RawOrder } from './rows.ts'
import type { Scope } from './visibility.ts'
import { addVisible, conditions, isTipOff } from './visible-store.ts'

/**
 * Reading statements for screens, the desk and the requester. Whatever a person asks for, an order that does not exist
 * for him is filtered in the statement itself (`addVisible`).
 */

export async function findOrder(tx: Tx, number: string, scope: Scope): Promise<OrderRow | null> {
  const c = conditions()
  c.add(`o.number = ${c.value(number)}`)
  addVisible(c, scope)
  const [row] = await tx.query<RawOrder>(`select ${orderColumns} from work_orders o ${c.where()}`, c.values)
  return row ? toOrder(row) : null
}

/** Which of these numbers the person may know; tip-offs apart, because a link to one tells who made it. */
export async function knownNumbers(
  tx: Tx,
  numbers: readonly string[],
  scope: Scope,
): Promise<{ number: string; tipOff: boolean }[]> {
  if (numbers.length === 0) return []
  const c = conditions()
  c.add(`o.number = any(${c.value(numbers)})`)
  addVisible(c, scope)
  return tx.query(`select o.number, ${isTipOff} as "tipOff" from work_orders o ${c.where()}`, c.values)
}

export async function ordersOfRegistration(tx: Tx, registrationId: string): Promise<OrderRow[]> {
  const rows = await tx.query<RawOrder>(
    prepared(`select ${orderColumns} from work_orders o
       join registration_outcomes ro on ro.registration_id = o.registration_id and ro.order_id = o.id
     where o.registration_id = $1 order by ro.position`),
    [registrationId],
  )
  return rows.map(toOrder)
}

export type RegistrationRow = {
  id: string
  contactId: string
  actorId: string
  registeredAt: Date
  outcomes: { type: string; cite: string | null }[]
}

export async function registrationOf(tx: Tx, contactId: string): Promise<RegistrationRow | null> {
  const [row] = await tx.query<RegistrationRow>(
    prepared(`select r.id, r.contact_id as "contactId", r.actor_id as "actorId", r.registered_at as "registeredAt",
       (select coalesce(jsonb_agg(jsonb_build_object('type', o.type, 'cite', o.cite) order by o.position), '[]')
        from registration_outcomes o where o.registration_id = r.id) as outcomes
     from registrations r where r.contact_id = $1`),
    [contactId],
  )
  return row ?? null
}

/** Every contact of an order: those that raised it, and those by which its requester was called. */
const contactsOfOrders = `(select order_id, contact_id from work_order_contacts
  union all select order_id, contact_id from order_calls) wc`

/** Numbers of orders by the contact they came from or were joined to, or by which their requester was called; tip-offs only where they are asked for. */
export async function ordersOfContacts(
  tx: Tx,
  contactIds: string[],
  scope: Scope | null,
  tipOffs: boolean,
): Promise<Map<string, string[]>> {
  const c = conditions()
  c.add(`wc.contact_id = any(${c.value(contactIds)}::uuid[])`)
  if (scope) addVisible(c, scope)
  if (!tipOffs) c.add(`not ${isTipOff}`)
  const rows = await tx.query<{ contactId: string; numbers: string[] }>(
    `select wc.contact_id as "contactId", array_agg(o.number order by o.number) as numbers
     from ${contactsOfOrders} join work_orders o on o.id = wc.order_id
     ${c.where()} group by wc.contact_id`,
    c.values,
  )
  return new Map(rows.map((r) => [r.contactId, r.numbers]))
}

/** The contacts of an order that this person may know of; of a tip-off only where they are asked for. */
export async function contactsOfOrder(
  tx: Tx,
  number: string,
  scope: Scope,
  tipOffs: boolean,
): Promise<string[]> {
  const c = conditions()
  c.add(`o.number = ${c.value(number)}`)
  addVisible(c, scope)
  if (!tipOffs) c.add(`not ${isTipOff}`)
  const rows = await tx.query<{ contactId: string }>(
    `select wc.contact_id as "contactId" from ${contactsOfOrders} join work_orders o on o.id = wc.order_id
     ${c.where()}`,
    c.values,
  )
  return rows.map((row) => row.contactId)
}

/** Which of these contacts led to an order that this person must not learn of, or to a tip-off. */
export async function contactsToHide(
  tx: Tx,
  contactIds: readonly string[],
  scope: Scope,
): Promise<Set<string>> {
  const c = conditions()
  addVisible(c, scope)
  const rows = await tx.query<{ contactId: string }>(
    `select wc.contact_id as "contactId" from ${contactsOfOrders} join work_orders o on o.id = wc.order_id
     where wc.contact_id = any(${c.value(contactIds)}::uuid[])
       and (${isTipOff} or not exists (select from (select 1) one ${c.where()}))`,
    c.values,
  )
  return new Set(rows.map((r) => r.contactId))
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
export const openOrdersOf = (
  tx: Tx,
  requesterIds: string[],
  scope: Scope | null,
): Promise<OrderGlimpse[]> => {
  const c = glimpsesOf(requesterIds, scope)
  c.add('o.ended_at is null')
  return tx.query(
    prepared(`${glimpse} ${c.where()} order by d.due nulls last, o.raised_at desc limit 20`),
    c.values,
  )
}

export const recentOrdersOf = (
  tx: Tx,
  requesterIds: string[],
  limit: number,
  scope: Scope | null,
): Promise<OrderGlimpse[]> => {
  const c = glimpsesOf(requesterIds, scope)
  return tx.query(
    prepared(`${glimpse} ${c.where()} order by o.raised_at desc limit ${c.value(limit)}`),
    c.values,
  )
}

function glimpsesOf(requesterIds: string[], scope: Scope | null) {
  const c = conditions()
  c.add(`o.requester_id = any(${c.value(requesterIds)}::uuid[])`)
  c.add(`not ${isTipOff}`)
  if (scope) addVisible(c, scope)
  return c
}

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
  scope: Scope | null,
): Promise<SimilarRow[]> => {
  const c = conditions()
  const asked = `${c.value(grams)}::text[]`
  const own = `${c.value(requesterIds)}::uuid[]`
  c.add('o.ended_at is null')
  c.add(`o.grams && ${asked}`)
  c.add(`not ${isTipOff}`)
  c.add(`o.raised_at > ${c.value(since)}`)
  if (scope) addVisible(c, scope)
  return tx.query(
    `select number, title, state, place, raised_at as "raisedAt", same as "sameRequester" from (
       select o.number, o.title, o.state, o.place, o.raised_at, o.requester_id = any(${own}) as same,
         (select count(*) from unnest(${asked}) g where g = any(o.grams)) as shared
       from work_orders o ${c.where()}
     ) near
     where same or shared >= least(4, greatest(2, cardinality(${asked}) / 2))
     order by same desc, shared desc, raised_at desc limit ${c.value(limit)}`,
    c.values,
  )
}

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

/** Codes of the units directly below one. */
export async function unitsBelow(tx: Tx, code: string): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(`select code from units where parent_code = $1`, [code])
  return rows.map((row) => row.code)
}

const withUnitName = `${orderColumns}, (select u.name from units u where u.code = o.lead_unit) as "leadUnitName"`
type NamedOrder = OrderRow & { leadUnitName: string | null }
const toNamed = (row: RawOrder & { leadUnitName: string | null }): NamedOrder => ({
  ...toOrder(row),
  leadUnitName: row.leadUnitName,
})

/** The order whose number and last four digits of the telephone both fit. */
export async function findForRequester(
  tx: Tx,
  number: string,
  lastFourLookup: string,
): Promise<NamedOrder | null> {
  const [row] = await tx.query<RawOrder & { leadUnitName: string | null }>(
    `select ${withUnitName} from work_orders o where o.number = $1 and o.last_four_lookup = $2`,
    [number, lastFourLookup],
  )
  return row ? toNamed(row) : null
}

/** The order in which a merged one goes on: the last of the way, where that one was merged, too. */
export async function orderItGoesOnIn(tx: Tx, orderId: string): Promise<NamedOrder | null> {
  const [row] = await tx.query<RawOrder & { leadUnitName: string | null }>(
    `with recursive way as (
       select id, merged_into from work_orders where id = $1
       union select w.id, w.merged_into from work_orders w join way on w.id = way.merged_into
     )
     select ${withUnitName} from work_orders o join way on way.id = o.id
     where way.merged_into is null and o.id <> $1`,
    [orderId],
  )
  return row ? toNamed(row) : null
}
