import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Limit } from '../statutes/term.ts'
import type { AppliedLaw, Clock, Started } from './clock.ts'
import { deadlineColumns, type DeadlineRow } from './rows.ts'

/** SQL of the statutory clocks. `leg` 0 is the order as a whole, `procedure` 0 none. */

/** Which clock: unique within an order. */
export type ClockKey = { orderId: string; leg: number; procedure: number; term: string }

const startSql =
  prepared(`insert into work_order_deadlines as d (order_id, leg, procedure, term, started_at, due,
     provisional, local_policy, calendar_version, cite, is_window, remind_at)
   select $1, * from unnest($2::int[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[],
     $8::boolean[], $9::text[], $10::text[], $11::boolean[], $12::timestamptz[])
   on conflict (order_id, leg, procedure, term) do update
     set started_at = excluded.started_at, due = excluded.due, provisional = excluded.provisional,
       calendar_version = excluded.calendar_version, remind_at = excluded.remind_at, voided_at = null,
       met_at = null, missed_at = null, reminded_at = null, extensions = '[]', other_law = null
     where d.voided_at is not null
   returning leg, procedure, term`)

/** @returns what was started now; a clock that runs already keeps its start, one that was voided starts anew */
export async function startDeadlines(
  tx: Tx,
  orderId: string,
  started: readonly (Started & { remindAt: Date | null })[],
): Promise<Started[]> {
  // A statement may start each only once; of two the first counts.
  const asked = [...new Map([...started].reverse().map((d) => [keyOf(d), d])).values()]
  if (asked.length === 0) return []
  const column = <T>(pick: (d: (typeof asked)[number]) => T): T[] => asked.map(pick)
  const rows = await tx.query<Pick<Started, 'leg' | 'procedure' | 'term'>>(startSql, [
    orderId,
    column((d) => d.leg),
    column((d) => d.procedure),
    column((d) => d.term),
    column((d) => d.startedAt),
    column((d) => d.due),
    column((d) => d.provisional),
    column((d) => d.localPolicy),
    column((d) => d.calendarVersion),
    column((d) => d.cite),
    column((d) => d.window),
    column((d) => d.remindAt),
  ])
  const fresh = new Set(rows.map(keyOf))
  return asked.filter((d) => fresh.has(keyOf(d)))
}

const keyOf = ({ leg, procedure, term }: Pick<Started, 'leg' | 'procedure' | 'term'>): string =>
  `${leg}/${procedure}/${term}`

type Scope = { leg?: number; procedure?: number; terms?: readonly string[] }
const scoped = `order_id = $1 and ($2::text[] is null or term = any($2))
  and ($3::integer is null or leg = $3) and ($4::integer is null or procedure = $4) and voided_at is null`
const scopeValues = (orderId: string, { terms, leg, procedure }: Scope): unknown[] => [
  orderId,
  terms ?? null,
  leg ?? null,
  procedure ?? null,
]

export async function meetDeadlines(tx: Tx, orderId: string, scope: Scope, at: Date): Promise<void> {
  await tx.query(`update work_order_deadlines set met_at = $5 where ${scoped} and met_at is null`, [
    ...scopeValues(orderId, scope),
    at,
  ])
}

/** @returns what runs again */
export const reopenDeadlines = (
  tx: Tx,
  orderId: string,
  scope: Scope,
): Promise<(ClockKey & { due: Date; window: boolean })[]> =>
  tx.query(
    `update work_order_deadlines d set met_at = null where ${scoped} and met_at is not null
     returning ${keyColumns}, d.due, d.is_window as "window"`,
    scopeValues(orderId, scope),
  )

export async function reviveDeadlines(
  tx: Tx,
  orderId: string,
  { terms, leg }: { terms: readonly string[]; leg: number },
): Promise<void> {
  await tx.query(
    `update work_order_deadlines set voided_at = null
     where order_id = $1 and leg = $2 and procedure = 0 and term = any($3) and met_at is null`,
    [orderId, leg, terms],
  )
}

export async function voidDeadlines(tx: Tx, orderId: string, scope: Scope, at: Date): Promise<void> {
  await tx.query(`update work_order_deadlines set voided_at = $5 where ${scoped} and met_at is null`, [
    ...scopeValues(orderId, scope),
    at,
  ])
}

export const deadlinesOf = (
  tx: Tx,
  orderIds: readonly string[],
): Promise<(DeadlineRow & { orderId: string })[]> =>
  tx.query(
    prepared(`select d.order_id as "orderId", ${deadlineColumns} from work_order_deadlines d
     where d.order_id = any($1::uuid[]) and d.voided_at is null order by d.due, d.term, d.leg, d.procedure`),
    [orderIds],
  )

/** Keeps by what a running clock was moved; `moveDeadline` then moves it. */
export async function patchDeadline(
  tx: Tx,
  at: { orderId: string; leg: number; term: string },
  by: { extension?: Limit; otherLaw?: AppliedLaw },
): Promise<void> {
  await tx.query(
    `update work_order_deadlines
     set extensions = case when $4::jsonb is null then extensions else extensions || jsonb_build_array($4::jsonb) end,
       other_law = coalesce($5::jsonb, other_law)
     where order_id = $1 and leg = $2 and procedure = 0 and term = $3 and met_at is null and voided_at is null`,
    [
      at.orderId,
      at.leg,
      at.term,
      by.extension ? JSON.stringify(by.extension) : null,
      by.otherLaw ? JSON.stringify(by.otherLaw) : null,
    ],
  )
}

export type Bell = ClockKey & { due: Date; cite: string }

const keyColumns = `d.order_id as "orderId", d.leg, d.procedure, d.term`
const waiting = 'd.met_at is null and d.missed_at is null and d.voided_at is null'

/** What became due and was not yet rung, the longest overdue first. Nothing is claimed: see `claimMissed`. */
export const missedNow = (tx: Tx, now: Date, limit: number): Promise<ClockKey[]> =>
  tx.query(
    `select ${keyColumns} from work_order_deadlines d
     where ${waiting} and not d.is_window and d.due <= $1 order by d.due limit $2`,
    [now, limit],
  )

/** What its owner should be reminded of now. */
export const toRemindNow = (tx: Tx, now: Date, limit: number): Promise<ClockKey[]> =>
  tx.query(
    `select ${keyColumns} from work_order_deadlines d
     where ${waiting} and d.reminded_at is null and d.remind_at <= $1 order by d.remind_at limit $2`,
    [now, limit],
  )

const claim = (set: string, when: string): string => `update work_order_deadlines d set ${set} = $1
  where d.order_id = $2 and d.leg = $3 and d.procedure = $4 and d.term = $5 and ${waiting} and ${when}
  returning ${keyColumns}, d.due, d.cite`

async function claimOne(tx: Tx, sql: string, now: Date, bell: ClockKey): Promise<Bell | null> {
  const [row] = await tx.query<Bell>(sql, [now, bell.orderId, bell.leg, bell.procedure, bell.term])
  return row ?? null
}

/**
 * Claims one bell; nothing when it was met, voided, moved or rung. The caller holds the order's row lock, which
 * everybody takes before a clock's: so nobody waits for each other.
 */
export const claimMissed = (tx: Tx, now: Date, bell: ClockKey): Promise<Bell | null> =>
  claimOne(tx, claim('missed_at', 'not d.is_window and d.due <= $1'), now, bell)

export const claimReminder = (tx: Tx, now: Date, bell: ClockKey): Promise<Bell | null> =>
  claimOne(tx, claim('reminded_at', 'd.reminded_at is null and d.remind_at <= $1'), now, bell)

/** When a clock that still runs is due; null when it does not run any more. */
export async function runningDue(tx: Tx, bell: ClockKey): Promise<Date | null> {
  const [row] = await tx.query<{ due: Date }>(
    `select d.due from work_order_deadlines d
     where d.order_id = $1 and d.leg = $2 and d.procedure = $3 and d.term = $4 and ${waiting} and not d.is_window`,
    [bell.orderId, bell.leg, bell.procedure, bell.term],
  )
  return row?.due ?? null
}

/** Clocks of one order that run: neither met nor voided. A missed one runs on: it may still be extended or paused. */
export const runningOf = (tx: Tx, orderId: string): Promise<Clock[]> =>
  tx.query(
    `select ${deadlineColumns} from work_order_deadlines d
     where d.order_id = $1 and d.met_at is null and d.voided_at is null for update`,
    [orderId],
  )

/** Every clock of one order that was not voided. */
export const runningAndMet = (tx: Tx, orderId: string): Promise<Clock[]> =>
  tx.query(
    `select ${deadlineColumns} from work_order_deadlines d where d.order_id = $1 and d.voided_at is null
     order by d.due, d.term, d.leg, d.procedure`,
    [orderId],
  )

/** Orders with running clocks that were computed under another calendar than this: a year's notice or a closure came. */
export const ordersOfOtherCalendars = (
  tx: Tx,
  calendarVersion: string,
  limit: number,
): Promise<{ orderId: string }[]> =>
  tx.query(
    // Two ranges instead of `<>`, which no index serves.
    `select distinct order_id as "orderId" from (
       select d.order_id from work_order_deadlines d
       where ${waiting} and (d.calendar_version < $1 or d.calendar_version > $1) limit $2
     ) others`,
    [calendarVersion, limit],
  )

/** What the calendar does not touch (running hours, a day that a notice set) counts as computed under it, too. */
export async function stampCalendar(tx: Tx, orderId: string, calendarVersion: string): Promise<void> {
  await tx.query(
    `update work_order_deadlines d set calendar_version = $2
     where d.order_id = $1 and ${waiting} and d.calendar_version <> $2`,
    [orderId, calendarVersion],
  )
}

/** A due date that moved into the future is missed no more, and is reminded of again. */
export async function moveDeadline(
  tx: Tx,
  at: ClockKey,
  to: { due: Date; provisional: boolean; calendarVersion: string; remindAt: Date | null },
  now: Date,
): Promise<void> {
  await tx.query(
    `update work_order_deadlines set due = $5::timestamptz, provisional = $6, calendar_version = $7,
       remind_at = $8::timestamptz,
       missed_at = case when $5::timestamptz > $9::timestamptz then null else missed_at end,
       reminded_at = case when $8::timestamptz > $9::timestamptz then null else reminded_at end
     where order_id = $1 and leg = $2 and procedure = $3 and term = $4`,
    [at.orderId, at.leg, at.procedure, at.term, to.due, to.provisional, to.calendarVersion, to.remindAt, now],
  )
}
