import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { StartedDeadline } from './clock.ts'
import { isEnded, type Order, type OrderEvent } from './model.ts'
import { orderColumns, type DeadlineRow, type NewOrder, type OrderRow } from './rows.ts'

/** SQL that writes orders. Reading for screens is in `reads.ts`. */

export async function insertRegistration(
  tx: Tx,
  r: {
    id: string
    contactId: string
    key: string
    statute: string
    statuteVersion: string
    actor: Actor
    at: Date
  },
): Promise<void> {
  await tx.query(
    `insert into registrations (id, contact_id, idempotency_key, statute, statute_version, actor_kind, actor_id,
       actor_role, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [r.id, r.contactId, r.key, r.statute, r.statuteVersion, r.actor.kind, r.actor.id, r.actor.role, r.at],
  )
}

export async function insertOutcome(
  tx: Tx,
  o: {
    registrationId: string
    position: number
    type: string
    cite: string | null
    data: unknown
    orderId: string | null
  },
): Promise<void> {
  await tx.query(
    `insert into registration_outcomes (registration_id, position, type, cite, data, order_id)
     values ($1, $2, $3, $4, $5, $6)`,
    [o.registrationId, o.position, o.type, o.cite, JSON.stringify(o.data), o.orderId],
  )
}

/** A sequence is never handed out twice, whoever rolls back; gaps are no fault. */
export async function nextSerial(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ n: number }>(`select nextval('work_order_serial') as n`)
  return row!.n
}

export async function insertOrder(tx: Tx, o: NewOrder): Promise<void> {
  await tx.query(
    `insert into work_orders (id, number, registration_id, parent_id, requester_id, statute, statute_version,
       source_channel, state, raised_at, kind, category, title, facts, place, requester_kind, name_sealed, home_sealed,
       contact_sealed, last_four_lookup, care_groups, confidential_level, confidentiality_wish, urgent, incident,
       accused_unit, missing, grams, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       $24, $25, $26, $27, $28, 1)`,
    [
      o.id,
      o.number,
      o.registrationId,
      o.parentId,
      o.requesterId,
      o.statute,
      o.statuteVersion,
      o.sourceChannel,
      o.state,
      o.raisedAt,
      o.kind,
      o.category,
      o.title,
      o.facts,
      o.place,
      o.requesterKind,
      o.nameSealed,
      o.homeSealed,
      o.contactSealed,
      o.lastFourLookup,
      o.careGroups,
      o.confidentialLevel,
      o.confidentialityWish,
      o.urgent,
      o.incident,
      o.accusedUnit,
      o.missing,
      o.grams,
    ],
  )
}

export async function joinContact(
  tx: Tx,
  orderId: string,
  contactId: string,
  relation: 'origin' | 'appended',
  facts: string | null,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into work_order_contacts (order_id, contact_id, relation, facts, at) values ($1, $2, $3, $4, $5)
     on conflict (order_id, contact_id) do nothing`,
    [orderId, contactId, relation, facts, at],
  )
}

/** The order under a row lock: whoever acts second sees what the first did. */
export async function lockOrder(tx: Tx, number: string): Promise<OrderRow | null> {
  const [row] = await tx.query<OrderRow>(
    `select ${orderColumns} from work_orders o where o.number = $1 for update of o`,
    [number],
  )
  return row ?? null
}

export async function insertEvent(
  tx: Tx,
  orderId: string,
  event: OrderEvent,
  actor: Actor,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into work_order_events (order_id, type, at, actor_kind, actor_id, actor_role, cite, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [orderId, event.type, at, actor.kind, actor.id, actor.role, event.cite, JSON.stringify(event.data)],
  )
}

/** An attempt that the statute refused: the order is unchanged, the attempt is on record. */
export async function insertAttempt(
  tx: Tx,
  orderId: string,
  actor: Actor,
  at: Date,
  attempt: { action: string; refused: string; cite: string | null },
): Promise<void> {
  await tx.query(
    `insert into work_order_events (order_id, type, at, actor_kind, actor_id, actor_role, cite, data)
     values ($1, 'attemptRefused', $2, $3, $4, $5, $6, $7)`,
    [
      orderId,
      at,
      actor.kind,
      actor.id,
      actor.role,
      attempt.cite,
      JSON.stringify({ action: attempt.action, refused: attempt.refused }),
    ],
  )
}

export async function updateOrder(tx: Tx, o: Order): Promise<void> {
  await tx.query(
    `update work_orders set state = $2, version = $3, kind = $4, category = $5, place = $6, lead_unit = $7,
       co_units = $8, missing = $9, changed_at = clock_timestamp(),
       ended_at = case when $10 then coalesce(ended_at, clock_timestamp()) else ended_at end
     where id = $1`,
    [o.id, o.state, o.version, o.kind, o.category, o.place, o.leadUnit, o.coUnits, o.missing, isEnded(o)],
  )
}

export async function supplyIdentity(
  tx: Tx,
  orderId: string,
  said: {
    nameSealed: string | null
    homeSealed: string | null
    contactSealed: string | null
    lastFourLookup: string | null
    facts: string | null
    confidentialityWish: string | null
  },
): Promise<void> {
  await tx.query(
    `update work_orders set name_sealed = coalesce($2, name_sealed), home_sealed = coalesce($3, home_sealed),
       contact_sealed = coalesce($4, contact_sealed), last_four_lookup = coalesce($5, last_four_lookup),
       facts = coalesce($6, facts), confidentiality_wish = coalesce($7, confidentiality_wish)
     where id = $1`,
    [
      orderId,
      said.nameSealed,
      said.homeSealed,
      said.contactSealed,
      said.lastFourLookup,
      said.facts,
      said.confidentialityWish,
    ],
  )
}

export async function startDeadlines(
  tx: Tx,
  orderId: string,
  deadlines: (StartedDeadline & { id: string })[],
): Promise<void> {
  for (const d of deadlines)
    await tx.query(
      `insert into work_order_deadlines (id, order_id, term, started_at, due, provisional, local_policy,
         calendar_version, cite)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (order_id, term) do nothing`,
      [d.id, orderId, d.term, d.startedAt, d.due, d.provisional, d.localPolicy, d.calendarVersion, d.cite],
    )
}

export async function meetDeadlines(tx: Tx, orderId: string, terms: string[], at: Date): Promise<void> {
  await tx.query(
    `update work_order_deadlines set met_at = $3 where order_id = $1 and term = any($2) and met_at is null`,
    [orderId, terms, at],
  )
}

/** Marks what was missed, each once; the cost follows what is due now. @returns orders whose bell must ring */
export async function missDeadlines(
  tx: Tx,
  limit: number,
): Promise<{ orderId: string; number: string; term: string }[]> {
  return tx.query(
    `with late as (
       select id from work_order_deadlines
       where met_at is null and missed_at is null and due <= clock_timestamp()
       order by due limit $1 for update skip locked
     )
     update work_order_deadlines d set missed_at = clock_timestamp()
     from late, work_orders o where d.id = late.id and o.id = d.order_id
     returning d.order_id as "orderId", o.number, d.term`,
    [limit],
  )
}

export const deadlinesOf = (tx: Tx, orderId: string): Promise<DeadlineRow[]> =>
  tx.query(
    `select term, started_at as "startedAt", due, provisional, local_policy as "localPolicy", cite, met_at as "metAt",
       (met_at is null and due <= clock_timestamp()) or met_at > due as overdue
     from work_order_deadlines where order_id = $1 order by due, term`,
    [orderId],
  )

export async function unitIs(tx: Tx, codes: string[]): Promise<Map<string, { name: string; led: boolean }>> {
  const rows = await tx.query<{ code: string; name: string; led: boolean }>(
    `select code, name, leader is not null and deputy is not null as led from units
     where code = any($1) and active`,
    [codes],
  )
  return new Map(rows.map((r) => [r.code, { name: r.name, led: r.led }]))
}

export async function petitionOffice(tx: Tx): Promise<string | null> {
  const [row] = await tx.query<{ code: string }>(
    `select code from units where petition_office and active order by code limit 1`,
  )
  return row?.code ?? null
}
