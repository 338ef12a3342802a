import type { Tx } from '../db/pool.ts'
import { deadlineColumns, type DeadlineRow } from './rows.ts'
import type { Started } from './terms.ts'

/** SQL of the statutory clocks. `leg` 0 is the order as a whole. */

/** @returns what was started now; a clock that runs already keeps its start */
export async function startDeadlines(
  tx: Tx,
  orderId: string,
  started: readonly Started[],
): Promise<Started[]> {
  const fresh: Started[] = []
  for (const d of started) {
    const rows = await tx.query(
      `insert into work_order_deadlines (order_id, leg, term, started_at, due, provisional, local_policy,
         calendar_version, cite)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (order_id, leg, term) do nothing returning 1`,
      [
        orderId,
        d.leg ?? 0,
        d.term,
        d.startedAt,
        d.due,
        d.provisional,
        d.localPolicy,
        d.calendarVersion,
        d.cite,
      ],
    )
    if (rows.length > 0) fresh.push(d)
  }
  return fresh
}

export async function meetDeadlines(
  tx: Tx,
  orderId: string,
  terms: readonly string[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update work_order_deadlines set met_at = $3
     where order_id = $1 and term = any($2) and met_at is null and voided_at is null`,
    [orderId, terms, at],
  )
}

export async function voidDeadlines(tx: Tx, orderId: string, at: Date): Promise<void> {
  await tx.query(
    `update work_order_deadlines set voided_at = $2 where order_id = $1 and met_at is null and voided_at is null`,
    [orderId, at],
  )
}

export const deadlinesOf = (
  tx: Tx,
  orderIds: readonly string[],
): Promise<(DeadlineRow & { orderId: string })[]> =>
  tx.query(
    `select d.order_id as "orderId", ${deadlineColumns} from work_order_deadlines d
     where d.order_id = any($1::uuid[]) and d.voided_at is null order by d.due, d.term`,
    [orderIds],
  )

export type Bell = { orderId: string; number: string; leg: number; term: string; due: Date; cite: string }

const claimed = `update work_order_deadlines d set missed_at = $1
  from late, work_orders o
  where d.order_id = late.order_id and d.leg = late.leg and d.term = late.term and o.id = d.order_id
  returning d.order_id as "orderId", o.number, d.leg, d.term, d.due, d.cite`

/** Claims what became due and was not yet rung, the longest overdue first; each bell is claimed once. */
export const claimMissed = (tx: Tx, now: Date, limit: number): Promise<Bell[]> =>
  tx.query(
    `with late as (
       select order_id, leg, term from work_order_deadlines
       where met_at is null and missed_at is null and voided_at is null and due <= $1
       order by due limit $2 for update skip locked
     ) ${claimed}`,
    [now, limit],
  )

/** The same for one bell; nothing when it was met, voided, moved or rung. */
export async function claimOne(
  tx: Tx,
  now: Date,
  bell: { orderId: string; leg: number; term: string },
): Promise<Bell | null> {
  const [row] = await tx.query<Bell>(
    `with late as (
       select order_id, leg, term from work_order_deadlines
       where order_id = $2 and leg = $3 and term = $4 and met_at is null and missed_at is null
         and voided_at is null and due <= $1
       for update
     ) ${claimed}`,
    [now, bell.orderId, bell.leg, bell.term],
  )
  return row ?? null
}

/** When a clock that still runs is due; null when it does not run any more. */
export async function runningDue(
  tx: Tx,
  bell: { orderId: string; leg: number; term: string },
): Promise<Date | null> {
  const [row] = await tx.query<{ due: Date }>(
    `select due from work_order_deadlines
     where order_id = $1 and leg = $2 and term = $3 and met_at is null and missed_at is null and voided_at is null`,
    [bell.orderId, bell.leg, bell.term],
  )
  return row?.due ?? null
}

export type Provisional = {
  orderId: string
  leg: number
  term: string
  statute: string
  startedAt: Date
  due: Date
}

/** Running clocks that were computed without the notice of a year, under another calendar than this. */
export const provisionalOf = (tx: Tx, calendarVersion: string, limit: number): Promise<Provisional[]> =>
  tx.query(
    `select d.order_id as "orderId", d.leg, d.term, o.statute, d.started_at as "startedAt", d.due
     from work_order_deadlines d join work_orders o on o.id = d.order_id
     where d.provisional and d.met_at is null and d.missed_at is null and d.voided_at is null
       and d.calendar_version <> $1
     order by d.due limit $2 for update of d skip locked`,
    [calendarVersion, limit],
  )

export async function moveDeadline(
  tx: Tx,
  at: { orderId: string; leg: number; term: string },
  to: { due: Date; provisional: boolean; calendarVersion: string },
): Promise<void> {
  await tx.query(
    `update work_order_deadlines set due = $4, provisional = $5, calendar_version = $6
     where order_id = $1 and leg = $2 and term = $3`,
    [at.orderId, at.leg, at.term, to.due, to.provisional, to.calendarVersion],
  )
}
