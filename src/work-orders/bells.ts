import { system } from '../base/actor.ts'
import type { Clock as Now } from '../base/clock.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import * as clocks from './deadline-store.ts'
import type { OrderEvent } from './model.ts'
import type { OrderRow } from './rows.ts'
import * as store from './store.ts'
import { addBell, recompute, writeEvents, type By } from './write-events.ts'

/**
 * Due dates live in PostgreSQL; a job only rings, may ring twice, late or never. `ring` rereads the row; `sweep` finds
 * what no bell told of, reminds before the day, and recomputes what was provisional once the calendar knows more.
 */
export type BellData = clocks.ClockKey

const actor = system('deadlines')

export type BellParts = {
  db: Db
  clock: Now
  calendar: () => Calendar
  statutes: Statutes
  /** What the statute makes of a missed clock beyond the record of it, e.g. supervision. */
  onMissed?: (
    tx: Tx,
    order: OrderRow,
    bell: clocks.Bell,
    by: By,
  ) => Promise<{ events: OrderEvent[]; cite: string | null }>
  /** Tells people of what happened; through the outbox, so that what commits is sent. */
  announce?: (tx: Tx, order: OrderRow, events: readonly OrderEvent[], by: By) => Promise<void>
}

export function createBells(parts: BellParts) {
  const { db, clock, calendar, statutes } = parts

  type Kind = 'deadlineMissed' | 'reminded'
  const claim = { deadlineMissed: clocks.claimMissed, reminded: clocks.claimReminder }

  /** One bell in one transaction: what fails with one order does not hold up the others. */
  async function mark(kind: Kind, key: clocks.ClockKey, now: Date): Promise<boolean> {
    return db.tx(async (tx) => {
      const order = await store.lockOrderById(tx, key.orderId)
      const bell = order && (await claim[kind](tx, now, key))
      if (!order || !bell) return false
      const { term, leg, procedure } = bell
      const event: OrderEvent = {
        type: kind,
        term,
        due: formatInstant(bell.due),
        ...(leg > 0 ? { leg } : {}),
        ...(procedure > 0 ? { procedure } : {}),
      }
      const statute = statutes.of(order.statute.slug)
      const by: By = { actor, at: now, cite: bell.cite, statute, calendar: calendar() }
      const written = await writeEvents(tx, order, [event], by)
      const follows = kind === 'deadlineMissed' ? await parts.onMissed?.(tx, written, bell, by) : undefined
      const { events = [], cite = null } = follows ?? {}
      const after = events.length > 0 ? await writeEvents(tx, written, events, { ...by, cite }) : written
      await parts.announce?.(tx, after, [event, ...events], by)
      return true
    })
  }

  async function markAll(kind: Kind, keys: readonly clocks.ClockKey[], now: Date): Promise<number> {
    let marked = 0
    for (const key of keys) if (await mark(kind, key, now)) marked++
    return marked
  }

  return {
    /** The job `deadlines/workOrderDue`. */
    async ring(given: Omit<BellData, 'procedure'> & { procedure?: number }): Promise<void> {
      // Jobs that were added before procedures had clocks name none.
      const bell: BellData = { ...given, procedure: given.procedure ?? 0 }
      const now = clock()
      if (await mark('deadlineMissed', bell, now)) return
      // Rung early: the due date moved, or lies further off than one delay can reach.
      await db.tx(async (tx) => {
        const due = await clocks.runningDue(tx, bell)
        if (due) await addBell(tx, bell, due, now)
      })
    },

    /** Marks up to `limit` clocks that ran out unnoticed. @returns how many */
    async sweep(limit = 200): Promise<number> {
      const now = clock()
      return markAll('deadlineMissed', await clocks.missedNow(db, now, limit), now)
    },

    /** Reminds of up to `limit` clocks that end soon. @returns how many */
    async remind(limit = 200): Promise<number> {
      const now = clock()
      return markAll('reminded', await clocks.toRemindNow(db, now, limit), now)
    },

    /**
     * Computes running due dates again under a calendar that they were not computed with.
     * @returns how many orders; fewer than `limit` means that none is left
     */
    async recompute(limit = 200): Promise<number> {
      const known = calendar()
      const orders = await clocks.ordersOfOtherCalendars(db, known.version, limit)
      for (const { orderId } of orders)
        await db.tx(async (tx) => {
          const order = await store.lockOrderById(tx, orderId)
          if (!order) return
          const statute = statutes.of(order.statute.slug)
          await recompute(tx, order, { statute, calendar: known, at: clock() })
          await clocks.stampCalendar(tx, orderId, known.version)
        })
      return orders.length
    },
  }
}
