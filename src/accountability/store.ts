import type { Tx } from '../db/pool.ts'
import type { AccountabilityRecord } from './model.ts'

/** SQL of the records. Rows are only added; a trigger holds that. */
const columns = `r.id, r.unit_code as unit, r.statute, r.ground, r.order_id as "orderId",
  r.order_number as "orderNumber", r.decided_by as "decidedBy", r.document,
  to_char(r.decided_on, 'YYYY-MM-DD') as "decidedOn", r.outcome, r.mitigation, r.note, r.cite, r.corrects,
  r.withdrawn, r.correction_reason as "correctionReason", r.recorded_by as "recordedBy",
  r.recorded_role as "recordedRole", r.recorded_at as "recordedAt"`

/** Two decisions about one unit are counted one after the other. */
export async function lockUnit(tx: Tx, unit: string | null): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext($1))`, [`accountability:${unit ?? ''}`])
}

export async function insert(tx: Tx, r: AccountabilityRecord, statuteVersion: string): Promise<void> {
  await tx.query(
    `insert into accountability_records (id, unit_code, statute, statute_version, ground, order_id, order_number,
       decided_by, document, decided_on, outcome, mitigation, note, cite, corrects, withdrawn, correction_reason,
       recorded_by, recorded_role, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
    [
      r.id,
      r.unit,
      r.statute,
      statuteVersion,
      r.ground,
      r.orderId,
      r.orderNumber,
      r.decidedBy,
      r.document,
      r.decidedOn,
      r.outcome,
      r.mitigation,
      r.note,
      r.cite,
      r.corrects,
      r.withdrawn,
      r.correctionReason,
      r.recordedBy,
      r.recordedRole,
      r.recordedAt,
    ],
  )
}

export async function find(tx: Tx, id: string): Promise<AccountabilityRecord | null> {
  const [row] = await tx.query<AccountabilityRecord>(
    `select ${columns} from accountability_records r where r.id = $1`,
    [id],
  )
  return row ?? null
}

export async function correctionOf(tx: Tx, id: string): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(`select id from accountability_records where corrects = $1`, [
    id,
  ])
  return row?.id ?? null
}

/** Every record about one unit under one statute, corrected ones, too. */
export const ofUnit = (tx: Tx, statute: string, unit: string | null): Promise<AccountabilityRecord[]> =>
  tx.query(
    `select ${columns} from accountability_records r
     where r.statute = $1 and r.unit_code is not distinct from $2 order by r.decided_on, r.id`,
    [statute, unit],
  )

/** Everything of one statute that may still count on a day, with what it corrects or is corrected by. */
export const decidedSince = (tx: Tx, statute: string, day: string): Promise<AccountabilityRecord[]> =>
  tx.query(
    `select ${columns} from accountability_records r
     where r.statute = $1 and (r.decided_on >= $2::date
       or exists (select from accountability_records c where c.corrects = r.id and c.decided_on >= $2::date)
       or exists (select from accountability_records c where c.id = r.corrects and c.decided_on >= $2::date))
     order by r.unit_code nulls first, r.decided_on, r.id`,
    [statute, day],
  )

export type RecordFilter = {
  /** `null`: the centre itself. */
  unit?: string | null
  before?: { at: string; id: string }
  limit: number
}

/** Newest first; keyset on (recorded_at, id). */
export const list = (
  tx: Tx,
  f: RecordFilter,
): Promise<(AccountabilityRecord & { correctedBy: string | null })[]> =>
  tx.query(
    `select ${columns}, (select c.id from accountability_records c where c.corrects = r.id) as "correctedBy"
     from accountability_records r
     where (not $1::boolean or r.unit_code is not distinct from $2)
       and ($3::timestamptz is null or (r.recorded_at, r.id) < ($3, $4::uuid))
     order by r.recorded_at desc, r.id desc limit $5`,
    [f.unit !== undefined, f.unit ?? null, f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )
