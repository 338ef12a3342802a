import type { Tx } from '../db/pool.ts'
import { formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { NewClosure, NewNotice } from './decide.ts'
import type { CalendarEntry } from './model.ts'

type Row = {
  revision: number
  reference: string
  at: Date
  by: string
} & (
  | { kind: 'notice'; year: number; holidays: string[]; makeUpDays: string[] }
  | { kind: 'closure'; from: string; to: string }
)

function stored(text: string): Day {
  const day = parseDay(text)
  if (day === null) throw new Error(`calendar_imports holds no date: ${text}`)
  return day
}

function entryOf(row: Row): CalendarEntry {
  const { revision, reference, at, by } = row
  const entered = { revision, reference, at, by }
  if (row.kind === 'closure')
    return { kind: row.kind, ...entered, from: stored(row.from), to: stored(row.to) }
  const { kind, year } = row
  return {
    kind,
    ...entered,
    year,
    holidays: row.holidays.map(stored),
    makeUpDays: row.makeUpDays.map(stored),
  }
}

/** The number of the last entry; 0 before the first. */
export async function lastRevision(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ revision: number }>(
    `select coalesce(max(revision), 0) as revision from calendar_imports`,
  )
  return row!.revision
}

/** Everything entered, the oldest first; days as text, so that no timezone of the process touches them. */
export async function entries(tx: Tx): Promise<CalendarEntry[]> {
  const rows = await tx.query<Row>(
    `select revision, kind, reference, year, holidays::text[] as holidays, make_up_days::text[] as "makeUpDays",
       from_day::text as "from", to_day::text as "to", imported_at as at, imported_by as by
     from calendar_imports order by revision`,
  )
  return rows.map(entryOf)
}

/** One entry at a time until the commit: a version must stand for the same entries on every gateway. */
export const lockEntries = (tx: Tx): Promise<unknown> =>
  tx.query(`lock table calendar_imports in share row exclusive mode`)

/** @returns the revision it became; the caller holds the lock */
export async function insert(tx: Tx, entry: NewNotice | NewClosure, by: string): Promise<number> {
  const notice = entry.kind === 'notice' ? entry : null
  const closure = entry.kind === 'closure' ? entry : null
  const [row] = await tx.query<{ revision: number }>(
    `insert into calendar_imports
       (revision, kind, reference, year, holidays, make_up_days, from_day, to_day, imported_by)
     select coalesce(max(revision), 0) + 1, $1, $2, $3::integer, $4::date[], $5::date[], $6::date, $7::date, $8
     from calendar_imports
     returning revision`,
    [
      entry.kind,
      entry.reference,
      notice && notice.year,
      notice && notice.holidays.map(formatDay),
      notice && notice.makeUpDays.map(formatDay),
      closure && formatDay(closure.from),
      closure && formatDay(closure.to),
      by,
    ],
  )
  return row!.revision
}
