import type { Tx } from '../../db/pool.ts'
import type { StartedClock } from '../decide/direct.ts'

/** SQL of the clocks of direct contacts. A clock runs while it is neither met, missed nor voided. */

const running = 'met_at is null and missed_at is null and voided_at is null'

export type ClockRow = StartedClock & {
  directId: string
  statute: string
  metAt: Date | null
  missedAt: Date | null
  voidedAt: Date | null
}

const columns = `c.direct_id as "directId", c.statute, c.term, c.started_at as "startedAt", c.due, c.provisional,
  c.local_policy as "localPolicy", c.calendar_version as "calendarVersion", c.cite, c.met_at as "metAt",
  c.missed_at as "missedAt", c.voided_at as "voidedAt"`

/** Starts a clock, or starts anew one that a dispute had ended; one that runs or ran out stays as it is. */
export async function startClock(tx: Tx, directId: string, statute: string, c: StartedClock): Promise<void> {
  await tx.query(
    `insert into unit_direct_clocks as c (direct_id, term, statute, started_at, due, provisional, local_policy,
       calendar_version, cite)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (direct_id, term) do update set started_at = excluded.started_at, due = excluded.due,
       provisional = excluded.provisional, calendar_version = excluded.calendar_version, voided_at = null
       where c.voided_at is not null`,
    [directId, c.term, statute, c.startedAt, c.due, c.provisional, c.localPolicy, c.calendarVersion, c.cite],
  )
}

/**
 * Ends every clock of a contact: `done` is met, the others are owed no more. What ran out before is missed all the
 * same, and stays so.
 */
export async function endClocks(tx: Tx, directId: string, done: string | null, at: Date): Promise<void> {
  await tx.query(
    `update unit_direct_clocks set
       missed_at = case when missed_at is null and due <= $3 then $3 else missed_at end,
       met_at = case when term = $2 then $3 else met_at end,
       voided_at = case when term = $2 then voided_at else $3 end
     where direct_id = $1 and met_at is null and voided_at is null`,
    [directId, done, at],
  )
}

export const clocksOf = (tx: Tx, ids: readonly string[]): Promise<ClockRow[]> =>
  tx.query(
    `select ${columns} from unit_direct_clocks c where direct_id = any($1::uuid[]) order by started_at, term`,
    [ids],
  )

/** Marks what ran out; each clock once, however many look. */
export const claimMissed = (tx: Tx, now: Date, limit: number): Promise<ClockRow[]> =>
  tx.query(
    `with late as (
       select direct_id, term from unit_direct_clocks where ${running} and due <= $1
       order by due limit $2 for update skip locked
     )
     update unit_direct_clocks c set missed_at = $1 from late
     where c.direct_id = late.direct_id and c.term = late.term
     returning ${columns}`,
    [now, limit],
  )

/** Running clocks that were computed without the notice of a year, under another calendar than this. */
export const provisionalOf = (tx: Tx, calendarVersion: string, limit: number): Promise<ClockRow[]> =>
  tx.query(
    `select ${columns} from unit_direct_clocks c where provisional and ${running} and calendar_version <> $1
     order by due limit $2 for update skip locked`,
    [calendarVersion, limit],
  )

export async function moveClock(
  tx: Tx,
  c: { directId: string; term: string; due: Date; provisional: boolean; calendarVersion: string },
): Promise<void> {
  await tx.query(
    `update unit_direct_clocks set due = $3, provisional = $4, calendar_version = $5
     where direct_id = $1 and term = $2`,
    [c.directId, c.term, c.due, c.provisional, c.calendarVersion],
  )
}
