import type { Place } from '../base/cursor.ts'
import type { Tx } from '../db/pool.ts'
import type { Matter } from './model.ts'

/** SQL of matters. A row is written once and never changes. */

const columns = `m.id, m.way, m.source, m.source_number as "sourceNumber", m.entry_key as "entryKey",
  m.contact_id as "contactId", m.raised_at as "raisedAt", m.received_at as "receivedAt", m.entered_at as "enteredAt",
  m.entered_by as "enteredBy", m.entered_role as "enteredRole", m.said_lookup as "saidLookup"`

/**
 * Of two entries of one source number, or under one key, the second waits for the first and then finds its row.
 * @returns false where the matter has been entered before
 */
export async function insertMatter(tx: Tx, m: Matter): Promise<boolean> {
  const rows = await tx.query(
    `insert into matters (id, way, source, source_number, entry_key, contact_id, raised_at, received_at, entered_at,
       entered_by, entered_role, said_lookup)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict do nothing returning id`,
    [
      m.id,
      m.way,
      m.source,
      m.sourceNumber,
      m.entryKey,
      m.contactId,
      m.raisedAt,
      m.receivedAt,
      m.enteredAt,
      m.enteredBy,
      m.enteredRole,
      m.saidLookup,
    ],
  )
  return rows.length > 0
}

export async function findByNumber(tx: Tx, source: string, number: string): Promise<Matter | null> {
  const [row] = await tx.query<Matter>(
    `select ${columns} from matters m where m.source = $1 and m.source_number = $2`,
    [source, number],
  )
  return row ?? null
}

export async function findByKey(tx: Tx, enteredBy: string, key: string): Promise<Matter | null> {
  const [row] = await tx.query<Matter>(
    `select ${columns} from matters m where m.entered_by = $1 and m.entry_key = $2`,
    [enteredBy, key],
  )
  return row ?? null
}

export async function findById(tx: Tx, id: string): Promise<Matter | null> {
  const [row] = await tx.query<Matter>(`select ${columns} from matters m where m.id = $1`, [id])
  return row ?? null
}

export const findByContacts = (tx: Tx, contactIds: readonly string[]): Promise<Matter[]> =>
  tx.query(`select ${columns} from matters m where m.contact_id = any($1::uuid[])`, [contactIds])

export type MatterFilter = {
  source?: string
  sourceNumber?: string
  way?: string
  before: Place | null
  limit: number
}

/** Newest first; keyset on (entered_at, id). */
export const listMatters = (tx: Tx, f: MatterFilter): Promise<Matter[]> =>
  tx.query(
    `select ${columns} from matters m
     where ($1::text is null or m.source = $1) and ($2::text is null or m.source_number = $2)
       and ($3::text is null or m.way = $3)
       and ($4::timestamptz is null or (m.entered_at, m.id) < ($4, $5::uuid))
     order by m.entered_at desc, m.id desc limit $6`,
    [
      f.source ?? null,
      f.sourceNumber ?? null,
      f.way ?? null,
      f.before?.at ?? null,
      f.before?.id ?? null,
      f.limit,
    ],
  )
