import type { Place } from '../../base/cursor.ts'
import type { Tx } from '../../db/pool.ts'

/** SQL of the reports of errors. */

export type ErrorState = 'open' | 'corrected' | 'refused' | 'withdrawn'

export type ErrorRow = {
  id: string
  itemId: string | null
  version: number | null
  /** Title of the reported version; null where something is missing altogether. */
  title: string | null
  /** Of the item today: then only its unit and the centre may read the report. */
  confidential: boolean
  unitCode: string
  what: string
  reportedAt: Date
  reportedBy: string
  reportedRole: string
  state: ErrorState
  settledAt: Date | null
  settledBy: string | null
  settledRole: string | null
  reason: string | null
  correctedItem: string | null
  correctedVersion: number | null
}

const columns = `e.id, e.item_id as "itemId", e.version, v.title,
  coalesce((select w.confidential from knowledge_versions w where w.item_id = e.item_id order by w.version desc limit 1),
    false) as confidential,
  e.unit_code as "unitCode", e.what, e.reported_at as "reportedAt", e.reported_by as "reportedBy",
  e.reported_role as "reportedRole", e.state, e.settled_at as "settledAt", e.settled_by as "settledBy",
  e.settled_role as "settledRole", e.reason, e.corrected_item as "correctedItem",
  e.corrected_version as "correctedVersion"`
const from = `knowledge_errors e
  left join knowledge_versions v on v.item_id = e.item_id and v.version = e.version`

export async function insertError(
  tx: Tx,
  e: {
    id: string
    itemId: string | null
    version: number | null
    unitCode: string
    what: string
    statute: string
    at: Date
    by: { id: string; role: string }
  },
): Promise<void> {
  await tx.query(
    `insert into knowledge_errors (id, item_id, version, unit_code, what, statute, reported_at, reported_by, reported_role)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [e.id, e.itemId, e.version, e.unitCode, e.what, e.statute, e.at, e.by.id, e.by.role],
  )
}

export async function findError(tx: Tx, id: string): Promise<ErrorRow | null> {
  const [row] = await tx.query<ErrorRow>(`select ${columns} from ${from} where e.id = $1`, [id])
  return row ?? null
}

/** In the order of their ids, so that two who lock the same ones wait for each other and never in a circle. */
export async function lockErrors(tx: Tx, ids: readonly string[]): Promise<ErrorRow[]> {
  await tx.query(`select from knowledge_errors where id = any($1::uuid[]) order by id for update`, [ids])
  return tx.query(`select ${columns} from ${from} where e.id = any($1::uuid[]) order by e.id`, [ids])
}

export async function openErrorsOf(tx: Tx, itemId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from knowledge_errors where item_id = $1 and state = 'open' order by id`,
    [itemId],
  )
  return rows.map((r) => r.id)
}

export async function settle(
  tx: Tx,
  ids: readonly string[],
  how: {
    state: Exclude<ErrorState, 'open'>
    at: Date
    by: { id: string; role: string }
    reason: string | null
    version: { id: string; version: number } | null
  },
): Promise<void> {
  await tx.query(
    `update knowledge_errors set state = $2, settled_at = $3, settled_by = $4, settled_role = $5, reason = $6,
       corrected_item = $7, corrected_version = $8
     where id = any($1::uuid[]) and state = 'open'`,
    [
      ids,
      how.state,
      how.at,
      how.by.id,
      how.by.role,
      how.reason,
      how.version?.id ?? null,
      how.version?.version ?? null,
    ],
  )
}

export type ErrorFilter = {
  unit: string | null
  item: string | null
  state: ErrorState | null
  /** Only what this unit received or this person reported; null sees all. */
  seenBy: { unit: string | null; person: string } | null
  /** Whether reports about confidential items of other units are left out. */
  publicOnly: boolean
  before: Place | null
  limit: number
}

export const listErrors = (tx: Tx, f: ErrorFilter): Promise<ErrorRow[]> =>
  tx.query(
    `select * from (
       select ${columns} from ${from}
       where ($1::text is null or e.unit_code = $1) and ($2::uuid is null or e.item_id = $2)
         and ($3::text is null or e.state = $3)
         and (not $4 or e.unit_code = $5 or e.reported_by = $6)
         and ($7::timestamptz is null or (e.reported_at, e.id) < ($7, $8::uuid))
     ) found
     where not (confidential and $9) or "unitCode" = $5
     order by "reportedAt" desc, id desc limit $10`,
    [
      f.unit,
      f.item,
      f.state,
      f.seenBy !== null,
      f.seenBy?.unit ?? null,
      f.seenBy?.person ?? null,
      f.before?.at ?? null,
      f.before?.id ?? null,
      f.publicOnly,
      f.limit,
    ],
  )
