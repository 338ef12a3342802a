import type { Actor } from '../base/actor.ts'
import { grams } from '../base/grams.ts'
import { addToOutbox } from '../db/outbox.ts'
import type { Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import * as clocks from './deadline-store.ts'
import { apply, type OrderEvent, type WorkOrder } from './model.ts'
import * as store from './store.ts'
import { clocksOf, clocksOfRegistration, type Started } from './terms.ts'

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
    const before = current.version
    current = { ...current, ...apply(current, event, by.at) }
    await store.insertEvent(tx, order.id, current.version > before ? current.version : null, event, by)
    if (event.type === 'dispatched') await store.insertLegs(tx, order.id, event.legs)
    await moveClocks(tx, current, event, by)
  }
  await store.updateOrder(tx, current, gramsOf(current))
  return current
}

async function moveClocks(tx: Tx, order: WorkOrder, event: OrderEvent, by: By): Promise<void> {
  if (event.type === 'registered')
    return ring(tx, order.id, clocksOfRegistration(by.statute, order.raisedAt, by.calendar), by.at)
  const change = clocksOf(by.statute, event, by.at, by.calendar)
  if (change.meets.length > 0) await clocks.meetDeadlines(tx, order.id, change.meets, by.at)
  if (change.voidsAll) await clocks.voidDeadlines(tx, order.id, by.at)
  await ring(tx, order.id, change.starts, by.at)
}

async function ring(tx: Tx, orderId: string, started: readonly Started[], now: Date): Promise<void> {
  for (const { term, leg, due } of await clocks.startDeadlines(tx, orderId, started))
    await addBell(tx, { orderId, leg: leg ?? 0, term }, due, now)
}

/** The outbox takes delays as a 32-bit number of ms; a later due date is rung on the way and set again. */
const longestDelayMs = 20 * 86_400_000

export async function addBell(
  tx: Tx,
  bell: { orderId: string; leg: number; term: string },
  due: Date,
  now: Date,
): Promise<void> {
  const delayMs = Math.min(Math.max(due.getTime() - now.getTime(), 0), longestDelayMs)
  await addToOutbox(tx, { queue: 'deadlines', name: 'workOrderDue', data: bell, delayMs })
}
