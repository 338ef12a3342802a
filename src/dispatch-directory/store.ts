import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import { formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { NewEntry } from './decide.ts'
import type { Entry } from './model.ts'

type Row = Omit<Entry, 'validFrom' | 'validTo'> & { validFrom: string; validTo: string | null }

export type Change = {
  entryId: string
  change: 'added' | 'ended'
  at: Date
  by: string
  role: string
  basis: string
  validTo: string | null
}

function stored(text: string): Day {
  const day = parseDay(text)
  if (day === null) throw new Error(`dispatch_directory holds no date: ${text}`)
  return day
}

const columns = `id, statute, category, keywords, place, lead_unit as "leadUnit", co_units as "coUnits",
  valid_from::text as "validFrom", valid_to::text as "validTo", basis, note`

const entryOf = ({ validFrom, validTo, ...rest }: Row): Entry => ({
  ...rest,
  validFrom: stored(validFrom),
  validTo: validTo === null ? null : stored(validTo),
})

/** Of one statute; days as text, so that no timezone of the process touches them. */
export async function entriesOf(tx: Tx, statute: string): Promise<Entry[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from dispatch_directory where statute = $1 order by valid_from desc, id`,
    [statute],
  )
  return rows.map(entryOf)
}

/** Those that stand on that day. */
export async function validEntries(tx: Tx, statute: string, day: Day): Promise<Entry[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from dispatch_directory
     where statute = $1 and valid_from <= $2::date and (valid_to is null or valid_to >= $2::date)`,
    [statute, formatDay(day)],
  )
  return rows.map(entryOf)
}

/** One change at a time until the commit: two of the same matter would both find none. */
export const lockDirectory = (tx: Tx): Promise<unknown> =>
  tx.query(`lock table dispatch_directory in share row exclusive mode`)

export async function insertEntry(tx: Tx, id: string, e: NewEntry): Promise<void> {
  await tx.query(
    `insert into dispatch_directory (id, statute, category, keywords, place, lead_unit, co_units, valid_from,
       valid_to, basis, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8::date, $9::date, $10, $11)`,
    [
      id,
      e.statute,
      e.category,
      e.keywords,
      e.place,
      e.leadUnit,
      e.coUnits,
      formatDay(e.validFrom),
      e.validTo === null ? null : formatDay(e.validTo),
      e.basis,
      e.note,
    ],
  )
}

export async function endEntry(tx: Tx, id: string, validTo: Day): Promise<void> {
  await tx.query(`update dispatch_directory set valid_to = $2::date where id = $1`, [id, formatDay(validTo)])
}

export async function insertChange(
  tx: Tx,
  entryId: string,
  change: { change: Change['change']; basis: string; validTo: Day | null },
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `insert into dispatch_directory_changes (entry_id, change, at, changed_by, changed_role, basis, valid_to)
     values ($1, $2, $3, $4, $5, $6, $7::date)`,
    [
      entryId,
      change.change,
      by.at,
      by.actor.id,
      by.actor.role,
      change.basis,
      change.validTo === null ? null : formatDay(change.validTo),
    ],
  )
}

/** Who changed these entries, the oldest first. */
export const changesOf = (tx: Tx, ids: readonly string[]): Promise<Change[]> =>
  tx.query(
    `select entry_id as "entryId", change, at, changed_by as by, changed_role as role, basis,
       valid_to::text as "validTo"
     from dispatch_directory_changes where entry_id = any($1::uuid[]) order by id`,
    [ids],
  )
