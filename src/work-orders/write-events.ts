import type { Actor } from '../base/actor.ts'
import { grams } from '../base/grams.ts'
import { addToOutbox, type OutboxJob } from '../db/outbox.ts'
import type { Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { apply } from './apply.ts'
import { recomputed, remindAt, type Clock, type Started } from './clock.ts'
import { clocksOf, clocksOfRegistration, type ClockChange } from './clocks.ts'
import * as clocks from './deadline-store.ts'
import type { OrderEvent, WorkOrder } from './model.ts'
import * as store from './store.ts'

export type By = {
  actor: Actor
  at: Date
  cite: string | null
  statute: Statute
  calendar: Calendar
}

/** Words by which an order is found as similar. */
export const gramsOf = (order: Pick<WorkOrder, 'title' | 'place'>): string[] =>
  grams(`${order.title} ${order.place ?? ''}`)

/** Writes events, the row they make, its clocks and their bells. The caller holds the row lock. */
export async function writeEvents<O extends WorkOrder>(
  tx: Tx,
  order: O,
  events: readonly OrderEvent[],
  by: By,
): Promise<O> {
  let current = order
  for (const event of events) {
    const before = current
    current = { ...current, ...apply(current, event, { at: by.at, by: by.actor }) }
    await store.insertEvent(
      tx,
      order.id,
      current.version > before.version ? current.version : null,
      event,
      by,
    )
    await store.saveParts(tx, before, current)
    await moveClocks(tx, current, event, by)
  }
  await store.updateOrder(tx, current, gramsOf(current))
  return current
}

async function moveClocks(tx: Tx, order: WorkOrder, event: OrderEvent, by: By): Promise<void> {
  const context = { statute: by.statute, calendar: by.calendar, at: by.at }
  if (event.type === 'registered') return start(tx, order.id, clocksOfRegistration(order, context), by)
  const change = clocksOf(order, event, context)
  for (const scope of change.meets) await clocks.meetDeadlines(tx, order.id, scope, by.at)
  for (const scope of change.reopens)
    for (const { due, window, ...key } of await clocks.reopenDeadlines(tx, order.id, scope))
      // Its bell may have rung while it stood: a due date that is past is missed at once.
      if (!window) await addBell(tx, key, due, by.at)
  for (const scope of change.revives) await clocks.reviveDeadlines(tx, order.id, scope)
  for (const scope of change.voids) await clocks.voidDeadlines(tx, order.id, voided(scope), by.at)
  await start(tx, order.id, change.starts, by)
  for (const { leg, term, ...patch } of change.patches)
    await clocks.patchDeadline(tx, { orderId: order.id, leg, term }, patch)
  if (change.recompute) await recompute(tx, order, by)
}

const voided = (scope: ClockChange['voids'][number]) =>
  scope === 'all' ? {} : scope === 'order' ? { procedure: 0 } : scope

/** Moves every running clock of the order to where it is now. @returns how many moved */
export async function recompute(
  tx: Tx,
  order: WorkOrder,
  { statute, calendar, at }: Pick<By, 'statute' | 'calendar' | 'at'>,
): Promise<number> {
  const running: Clock[] = await clocks.runningOf(tx, order.id)
  const moved = recomputed(order, running, statute, calendar)
  for (const clock of moved) {
    const key = { orderId: order.id, leg: clock.leg, procedure: clock.procedure, term: clock.term }
    await clocks.moveDeadline(tx, key, { ...clock, remindAt: remindAt(clock, calendar) }, at)
    if (!clock.window) await addBell(tx, key, clock.due, at)
  }
  return moved.length
}

async function start(tx: Tx, orderId: string, started: readonly Started[], by: By): Promise<void> {
  const dated = started.map((clock) => ({ ...clock, remindAt: remindAt(clock, by.calendar) }))
  const fresh = await clocks.startDeadlines(tx, orderId, dated)
  const bells = fresh
    .filter(({ window }) => !window)
    .map(({ leg, procedure, term, due }) => bellOf({ orderId, leg, procedure, term }, due, by.at))
  await addToOutbox(tx, ...bells)
}

/** The outbox takes delays as a 32-bit number of ms; a later due date is rung on the way and set again. */
const longestDelayMs = 20 * 86_400_000

function bellOf(clock: clocks.ClockKey, due: Date, now: Date): OutboxJob {
  const delayMs = Math.min(Math.max(due.getTime() - now.getTime(), 0), longestDelayMs)
  return { queue: 'deadlines', name: 'workOrderDue', data: clock, delayMs }
}

export const addBell = (tx: Tx, clock: clocks.ClockKey, due: Date, now: Date): Promise<void> =>
  addToOutbox(tx, bellOf(clock, due, now))
