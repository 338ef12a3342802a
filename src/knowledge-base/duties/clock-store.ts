import type { Tx } from '../../db/pool.ts'
import type { ClockRow } from '../decide/clocks.ts'
import type { Duty, Subject } from '../model.ts'

/** SQL of the clocks. A clock runs while it is neither met, missed nor voided. */

const running = `met_at is null and missed_at is null and voided_at is null`

export type Clock = ClockRow & {
  kind: Duty
  subjectId: string
  unitCode: string
  about: string
  /** `YYYY-MM-DD` where a day is counted. */
  eventOn: string | null
  calendarVersion: string
  remindedAt: Date | null
}

const columns = (c = 'c'): string => `${c}.kind, ${c}.subject_id as "subjectId", ${c}.unit_code as "unitCode",
  ${c}.about, ${c}.term, ${c}.started_at as "startedAt", ${c}.event_on::text as "eventOn", ${c}.due, ${c}.provisional,
  ${c}.local_policy as "localPolicy", ${c}.calendar_version as "calendarVersion", ${c}.cite,
  ${c}.reminded_at as "remindedAt", ${c}.met_at as "metAt", ${c}.missed_at as "missedAt", ${c}.voided_at as "voidedAt"`

export async function insertClock(
  tx: Tx,
  c: Subject & {
    unitCode: string
    about: string
    statute: string
    term: string
    startedAt: Date
    eventOn: string | null
    due: Date
    provisional: boolean
    localPolicy: boolean
    calendarVersion: string
    cite: string
    remindAt: Date
  },
): Promise<void> {
  await tx.query(
    `insert into knowledge_clocks (kind, subject_id, unit_code, about, statute, term, started_at, event_on, due,
       provisional, local_policy, calendar_version, cite, remind_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::date, $9, $10, $11, $12, $13, $14)`,
    [
      c.kind,
      c.id,
      c.unitCode,
      c.about,
      c.statute,
      c.term,
      c.startedAt,
      c.eventOn,
      c.due,
      c.provisional,
      c.localPolicy,
      c.calendarVersion,
      c.cite,
      c.remindAt,
    ],
  )
}

export async function lockClock(tx: Tx, { kind, id }: Subject): Promise<Clock | null> {
  const [row] = await tx.query<Clock>(
    `select ${columns()} from knowledge_clocks c where kind = $1 and subject_id = $2 for update`,
    [kind, id],
  )
  return row ?? null
}

export async function markMissed(tx: Tx, { kind, id }: Subject, at: Date): Promise<void> {
  await tx.query(`update knowledge_clocks set missed_at = $3 where kind = $1 and subject_id = $2`, [
    kind,
    id,
    at,
  ])
}

export async function markMet(tx: Tx, { kind, id }: Subject, at: Date): Promise<void> {
  await tx.query(`update knowledge_clocks set met_at = $3 where kind = $1 and subject_id = $2`, [
    kind,
    id,
    at,
  ])
}

export async function markVoided(tx: Tx, { kind, id }: Subject, at: Date): Promise<void> {
  await tx.query(`update knowledge_clocks set voided_at = $3 where kind = $1 and subject_id = $2`, [
    kind,
    id,
    at,
  ])
}

export type Moved = {
  due: Date
  provisional: boolean
  calendarVersion: string
  remindAt: Date
  eventOn: string | null
}

/** A clock that is due later reminds anew. */
export async function moveClock(tx: Tx, { kind, id }: Subject, to: Moved): Promise<void> {
  await tx.query(
    `update knowledge_clocks set due = $3, provisional = $4, calendar_version = $5, remind_at = $6, event_on = $7::date,
       reminded_at = case when $3 > due then null else reminded_at end
     where kind = $1 and subject_id = $2`,
    [kind, id, to.due, to.provisional, to.calendarVersion, to.remindAt, to.eventOn],
  )
}

const claim = (set: string, which: string): string => `with late as (
    select kind, subject_id from knowledge_clocks where ${running} and ${which}
    order by due limit $2 for update skip locked
  )
  update knowledge_clocks c set ${set} = $1 from late
  where c.kind = late.kind and c.subject_id = late.subject_id
  returning ${columns()}`

/** Claims what became due, the longest overdue first; each clock is claimed once, however many look. */
export const claimMissed = (tx: Tx, now: Date, limit: number): Promise<Clock[]> =>
  tx.query(claim('missed_at', 'due <= $1'), [now, limit])

/** Claims what is due soon and was not yet reminded of. */
export const claimReminders = (tx: Tx, now: Date, limit: number): Promise<Clock[]> =>
  tx.query(claim('reminded_at', 'reminded_at is null and remind_at <= $1 and due > $1'), [now, limit])

/** Running clocks of a statute that were computed without the notice of a year, under another calendar than this. */
export const provisionalOf = (
  tx: Tx,
  statute: string,
  calendarVersion: string,
  limit: number,
): Promise<Clock[]> =>
  tx.query(
    `select ${columns()} from knowledge_clocks c
     where provisional and ${running} and statute = $1 and calendar_version <> $2
     order by due limit $3 for update skip locked`,
    [statute, calendarVersion, limit],
  )

export const clocksOf = (tx: Tx, kind: Duty, ids: readonly string[]): Promise<Clock[]> =>
  tx.query(`select ${columns()} from knowledge_clocks c where kind = $1 and subject_id = any($2::uuid[])`, [
    kind,
    ids,
  ])

/** What runs or was missed without having been made good, the most urgent first. */
export const openClocks = (tx: Tx, unit: string | null, limit: number): Promise<Clock[]> =>
  tx.query(
    `select ${columns()} from knowledge_clocks c
     where met_at is null and voided_at is null and ($1::text is null or unit_code = $1)
     order by due, subject_id limit $2`,
    [unit, limit],
  )
