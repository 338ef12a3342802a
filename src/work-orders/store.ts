import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import { isOpen, leadUnitOf, type DispatchLeg, type OrderEvent, type WorkOrder } from './model.ts'
import type { Procedure } from './procedures.ts'
import { orderColumns, toOrder, type NewOrder, type OrderRow, type RawOrder } from './rows.ts'
import type { UnitFacts } from './rules/rule.ts'

/** SQL that writes orders. Deadlines are in `deadline-store.ts`, reading for screens in `reads-store.ts`. */

/** @returns false when the contact has been registered before */
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
): Promise<boolean> {
  const rows = await tx.query(
    prepared(`insert into registrations (id, contact_id, idempotency_key, statute, statute_version, actor_kind, actor_id,
       actor_role, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (contact_id) do nothing returning id`),
    [r.id, r.contactId, r.key, r.statute, r.statuteVersion, r.actor.kind, r.actor.id, r.actor.role, r.at],
  )
  return rows.length > 0
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
    prepared(`insert into registration_outcomes (registration_id, position, type, cite, data, order_id)
     values ($1, $2, $3, $4, $5, $6)`),
    [o.registrationId, o.position, o.type, o.cite, JSON.stringify(o.data), o.orderId],
  )
}

/** Never the same twice within a day, whoever rolls back; gaps are no fault. */
export async function nextSerial(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ n: number }>(prepared(`select nextval('work_order_serial') as n`))
  return row!.n
}

export async function insertOrder(tx: Tx, o: NewOrder): Promise<void> {
  await tx.query(
    prepared(`insert into work_orders (id, number, registration_id, parent_id, requester_id, statute, statute_version,
       source_channel, state, raised_at, registered_at, kind, category, title, facts, place, requester_kind,
       name_sealed, home_sealed, contact_sealed, last_four_lookup, care_groups, confidential,
       confidentiality_wish, confidentiality_asked, urgent, incident, accused_unit, missing, grams, accused_staff,
       handling_class, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
       $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, 0)`),
    [
      o.id,
      o.number,
      o.registrationId,
      o.parentId,
      o.requesterId,
      o.statute.slug,
      o.statute.version,
      o.sourceChannel,
      o.state,
      o.raisedAt,
      o.registeredAt,
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
      o.confidential,
      o.confidentialityWish,
      o.confidentialityAsked,
      o.urgent,
      o.incident,
      o.accusedUnitId,
      o.missing,
      o.grams,
      o.accusedStaffId,
      o.handlingClass,
    ],
  )
}

export async function joinContact(
  tx: Tx,
  orderId: string,
  contactId: string,
  relation: 'origin' | 'appended',
  at: Date,
): Promise<void> {
  await tx.query(
    prepared(`insert into work_order_contacts (order_id, contact_id, relation, at) values ($1, $2, $3, $4)
     on conflict (order_id, contact_id) do nothing`),
    [orderId, contactId, relation, at],
  )
}

/** The order under a row lock: whoever acts second sees what the first did. */
export const lockOrder = (tx: Tx, number: string): Promise<OrderRow | null> => lock(tx, 'number', number)

export const lockOrderById = (tx: Tx, id: string): Promise<OrderRow | null> => lock(tx, 'id', id)

async function lock(tx: Tx, column: 'number' | 'id', value: string): Promise<OrderRow | null> {
  // First the lock, then the reading: a waiting statement would pair the new row with the old legs.
  const locked = await tx.query(`select 1 from work_orders where ${column} = $1 for update`, [value])
  if (locked.length === 0) return null
  const [row] = await tx.query<RawOrder>(`select ${orderColumns} from work_orders o where o.${column} = $1`, [
    value,
  ])
  return toOrder(row!)
}

export async function insertEvent(
  tx: Tx,
  orderId: string,
  version: number | null,
  event: OrderEvent,
  by: { actor: Actor; at: Date; cite: string | null },
): Promise<void> {
  const { type, ...data } = event
  await tx.query(
    prepared(`insert into work_order_events (order_id, version, type, at, actor_kind, actor_id, actor_role, cite, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`),
    [orderId, version, type, by.at, by.actor.kind, by.actor.id, by.actor.role, by.cite, JSON.stringify(data)],
  )
}

/** An attempt that was refused: the order is unchanged, the attempt is on record. */
export async function insertAttempt(
  tx: Tx,
  orderId: string,
  attempt: { action: string; refused: string },
  by: { actor: Actor; at: Date; cite: string | null },
): Promise<void> {
  await tx.query(
    `insert into work_order_events (order_id, version, type, at, actor_kind, actor_id, actor_role, cite, data)
     values ($1, null, 'attemptRefused', $2, $3, $4, $5, $6, $7)`,
    [orderId, by.at, by.actor.kind, by.actor.id, by.actor.role, by.cite, JSON.stringify(attempt)],
  )
}

export async function updateOrder(tx: Tx, o: WorkOrder, grams: string[]): Promise<void> {
  await tx.query(
    prepared(`update work_orders set state = $2, version = $3, kind = $4, category = $5, place = $6, facts = $7,
       lead_unit = $8, missing = $9, accepted_at = $10, grams = $11,
       merged_into = (select id from work_orders where number = $12), changed_at = clock_timestamp(),
       ended_at = case when $13 then coalesce(ended_at, clock_timestamp()) else null end,
       handling_class = $14, concluded_at = $15, closing = $16, confidential = $17
     where id = $1`),
    [
      o.id,
      o.state,
      o.version,
      o.kind,
      o.category,
      o.place,
      o.facts,
      leadUnitOf(o),
      o.missing,
      o.acceptedAt,
      grams,
      o.mergedInto,
      !isOpen(o),
      o.handlingClass,
      o.concludedAt,
      JSON.stringify({ audits: o.audits, followUps: o.followUps, rating: o.rating }),
      o.confidential,
    ],
  )
}

/** Writes the legs and procedures that an event changed; what it left alone is the same object as before. */
export async function saveParts(tx: Tx, before: WorkOrder, after: WorkOrder): Promise<void> {
  for (const leg of after.legs) if (!before.legs.includes(leg)) await saveLeg(tx, after.id, leg)
  for (const procedure of after.procedures)
    if (!before.procedures.includes(procedure)) await saveProcedure(tx, after.id, procedure)
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

async function saveLeg(tx: Tx, orderId: string, leg: DispatchLeg): Promise<void> {
  await tx.query(
    prepared(`insert into work_order_legs (order_id, n, unit_code, role, delivered_at, acknowledged_at, contacted_at,
       fed_back_at, result, told, stage_reports, ended_at, ended)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (order_id, n) do update set acknowledged_at = $6, contacted_at = $7, fed_back_at = $8, result = $9,
       told = $10, stage_reports = $11, ended_at = $12, ended = $13`),
    [
      orderId,
      leg.n,
      leg.unitId,
      leg.role,
      leg.deliveredAt,
      leg.acknowledgedAt,
      leg.contactedAt,
      leg.fedBackAt,
      json(leg.result),
      json(leg.told),
      json(leg.stageReports),
      leg.endedAt,
      leg.ended,
    ],
  )
}

async function saveProcedure(tx: Tx, orderId: string, p: Procedure): Promise<void> {
  await tx.query(
    prepared(`insert into work_order_procedures (order_id, n, kind, leg, opened_at, opened_by, opened_role, said, closed_at,
       closed_by, closed_role, verdict, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (order_id, n) do update set said = $8, closed_at = $9, closed_by = $10, closed_role = $11,
       verdict = $12, outcome = $13`),
    [
      orderId,
      p.n,
      p.kind,
      p.leg,
      p.openedAt,
      p.openedBy,
      p.openedRole,
      json(p.said),
      p.closedAt,
      p.closedBy,
      p.closedRole,
      p.verdict,
      json(p.outcome),
    ],
  )
}

export type SealedIdentity = {
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  lastFourLookup: string | null
  confidentialityWish: string | null
  confidentialityAsked: boolean
}

/** What is new replaces what was there; null leaves it. */
export async function supplyIdentity(tx: Tx, orderId: string, said: SealedIdentity): Promise<void> {
  await tx.query(
    `update work_orders set name_sealed = coalesce($2, name_sealed), home_sealed = coalesce($3, home_sealed),
       contact_sealed = coalesce($4, contact_sealed), last_four_lookup = coalesce($5, last_four_lookup),
       confidentiality_wish = coalesce($6, confidentiality_wish),
       confidentiality_asked = confidentiality_asked or $7
     where id = $1`,
    [
      orderId,
      said.nameSealed,
      said.homeSealed,
      said.contactSealed,
      said.lastFourLookup,
      said.confidentialityWish,
      said.confidentialityAsked,
    ],
  )
}

export async function unitsByCode(tx: Tx, codes: readonly string[]): Promise<Map<string, UnitFacts>> {
  if (codes.length === 0) return new Map()
  const rows = await tx.query<UnitFacts>(
    prepared(`select code as id, name, petition_office as "petitionOffice", active as enabled,
       leader is not null and deputy is not null as "hasLeaders", parent_code as "parentId"
     from units where code = any($1)`),
    [codes],
  )
  return new Map(rows.map((unit) => [unit.id, unit]))
}

export async function petitionOffice(tx: Tx): Promise<string | null> {
  const [row] = await tx.query<{ code: string }>(
    prepared(`select code from units where petition_office and active order by code limit 1`),
  )
  return row?.code ?? null
}

export type Unit = {
  code: string
  name: string
  parentCode?: string | null
  leader?: string | null
  deputy?: string | null
  petitionOffice?: boolean
}

/** Makes units where they are missing; those that exist keep what people have changed. */
export async function seedUnits(tx: Tx, units: readonly Unit[]): Promise<void> {
  for (const unit of units)
    await tx.query(
      `insert into units (code, name, parent_code, leader, deputy, petition_office)
       values ($1, $2, $3, $4, $5, $6) on conflict (code) do nothing`,
      [
        unit.code,
        unit.name,
        unit.parentCode ?? null,
        unit.leader ?? null,
        unit.deputy ?? null,
        unit.petitionOffice ?? false,
      ],
    )
}
