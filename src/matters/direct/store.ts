import type { Place } from '../../base/cursor.ts'
import type { Tx } from '../../db/pool.ts'
import type { DirectContact, DirectDuty, DirectState } from '../model.ts'
import type { DirectCounts } from './contract.ts'

/** SQL of the register of a unit. The row changes under its lock alone; what was done is added as events. */

const columns = `d.id, d.unit_code as "unitCode", d.form, d.kind, d.duty, d.other_units as "otherUnits", d.summary,
  d.statute, d.requester_kind as "requesterKind", d.name_sealed as "nameSealed", d.home_sealed as "homeSealed",
  d.contact_sealed as "contactSealed", d.received_at as "receivedAt", d.registered_at as "registeredAt",
  d.registered_by as "registeredBy", d.registered_role as "registeredRole", d.state, d.settled_at as "settledAt",
  d.order_number as "orderNumber"`

/** @returns false where this key of this person has been used before */
export async function insertDirect(tx: Tx, d: DirectContact, entryKey: string): Promise<boolean> {
  const rows = await tx.query(
    `insert into unit_direct_contacts (id, unit_code, form, kind, duty, other_units, summary, statute, requester_kind,
       name_sealed, home_sealed, contact_sealed, entry_key, received_at, registered_at, registered_by,
       registered_role, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (registered_by, entry_key) do nothing returning id`,
    [
      d.id,
      d.unitCode,
      d.form,
      d.kind,
      d.duty,
      d.otherUnits,
      d.summary,
      d.statute,
      d.requesterKind,
      d.nameSealed,
      d.homeSealed,
      d.contactSealed,
      entryKey,
      d.receivedAt,
      d.registeredAt,
      d.registeredBy,
      d.registeredRole,
      d.state,
    ],
  )
  return rows.length > 0
}

export async function findDirect(tx: Tx, id: string): Promise<DirectContact | null> {
  const [row] = await tx.query<DirectContact>(
    `select ${columns} from unit_direct_contacts d where d.id = $1`,
    [id],
  )
  return row ?? null
}

export async function findByKey(tx: Tx, by: string, key: string): Promise<DirectContact | null> {
  const [row] = await tx.query<DirectContact>(
    `select ${columns} from unit_direct_contacts d where d.registered_by = $1 and d.entry_key = $2`,
    [by, key],
  )
  return row ?? null
}

/** The row under its lock: whoever acts second sees what the first did. */
export async function lockDirect(tx: Tx, id: string): Promise<DirectContact | null> {
  const [row] = await tx.query<DirectContact>(
    `select ${columns} from unit_direct_contacts d where d.id = $1 for update`,
    [id],
  )
  return row ?? null
}

export async function updateDirect(
  tx: Tx,
  id: string,
  to: {
    duty: DirectDuty
    state: DirectState
    settledAt: Date | null
    orderNumber: string | null
  },
): Promise<void> {
  await tx.query(
    `update unit_direct_contacts set duty = $2, state = $3, settled_at = $4, order_number = $5
     where id = $1`,
    [id, to.duty, to.state, to.settledAt, to.orderNumber],
  )
}

export type DirectFilter = {
  unit: string | null
  state: string | null
  overdue: boolean | null
  now: Date
  before: Place | null
  limit: number
}

/** Newest first; keyset on (registered_at, id). */
export const listDirect = (tx: Tx, f: DirectFilter): Promise<DirectContact[]> =>
  tx.query(
    `select ${columns} from unit_direct_contacts d
     where ($1::text is null or d.unit_code = $1) and ($2::text is null or d.state = $2)
       and ($3::boolean is null or exists (select 1 from unit_direct_clocks c where c.direct_id = d.id
         and c.met_at is null and c.voided_at is null and c.due <= $4) = $3)
       and ($5::timestamptz is null or (d.registered_at, d.id) < ($5, $6::uuid))
     order by d.registered_at desc, d.id desc limit $7`,
    [f.unit, f.state, f.overdue, f.now, f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )

/** @param period instants, half-open; null where unbounded */
export const countDirect = (
  tx: Tx,
  unit: string | null,
  period: { from: Date | null; to: Date | null },
  now: Date,
): Promise<DirectCounts[]> =>
  tx.query(
    `select d.unit_code as unit, count(*) as asked,
       count(*) filter (where d.duty = 'own') as own,
       count(*) filter (where d.duty = 'notOwn') as "notOwn",
       count(*) filter (where d.duty = 'disputed') as disputed,
       count(*) filter (where d.other_units <> '{}') as several,
       count(*) filter (where d.settled_at is null) as open,
       count(*) filter (where d.state = 'answered') as answered,
       count(*) filter (where d.state = 'guided') as guided,
       count(*) filter (where d.state = 'ordered') as ordered,
       count(*) filter (where exists (select 1 from unit_direct_clocks c where c.direct_id = d.id
         and (c.missed_at is not null or (c.met_at is null and c.voided_at is null and c.due <= $4)))) as late
     from unit_direct_contacts d
     where ($1::text is null or d.unit_code = $1) and ($2::timestamptz is null or d.received_at >= $2)
       and ($3::timestamptz is null or d.received_at < $3)
     group by d.unit_code order by d.unit_code`,
    [unit, period.from, period.to, now],
  )

export type DirectEventRow = {
  type: string
  at: Date
  actorId: string
  actorRole: string
  cite: string | null
  data: unknown
}

export async function addEvent(
  tx: Tx,
  directId: string,
  e: { type: string; at: Date; by: { id: string; role: string }; cite?: string | null; data?: unknown },
): Promise<void> {
  await tx.query(
    `insert into unit_direct_events (direct_id, type, at, actor_id, actor_role, cite, data)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [directId, e.type, e.at, e.by.id, e.by.role, e.cite ?? null, JSON.stringify(e.data ?? {})],
  )
}

export const eventsOf = (tx: Tx, directId: string): Promise<DirectEventRow[]> =>
  tx.query(
    `select type, at, actor_id as "actorId", actor_role as "actorRole", cite, data
     from unit_direct_events where direct_id = $1 order by id`,
    [directId],
  )

/** Whether the dispute that is open now has been reported upward. */
export async function disputeReported(tx: Tx, directId: string): Promise<boolean> {
  const [row] = await tx.query<{ type: string }>(
    `select type from unit_direct_events
     where direct_id = $1 and type in ('disputed', 'disputeReported', 'disputeDecided') order by id desc limit 1`,
    [directId],
  )
  return row?.type === 'disputeReported'
}
