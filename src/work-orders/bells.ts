import { system } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import { formatInstant } from '../statutes/calendar.ts'
import { dueOf } from '../statutes/deadline.ts'
import { statuteOf } from '../statutes/registry.ts'
import * as clocks from './deadline-store.ts'
import * as store from './store.ts'
import { addBell, writeEvents } from './write-events.ts'

/**
 * Due dates live in PostgreSQL; a job only rings, may ring twice, late or never. `ring` rereads the row; `sweep` finds
 * what no bell told of, and recomputes what was provisional once the calendar knows more.
 */
export type BellData = { orderId: string; leg: number; term: string }

const actor = system('deadlines')

export function createBells(parts: { db: Db; clock: Clock; calendar: () => Calendar }) {
  const { db, clock, calendar } = parts

  async function mark(tx: Tx, bell: clocks.Bell, now: Date): Promise<void> {
    const order = await store.lockOrder(tx, bell.number)
    if (!order) return
    const event = { type: 'deadlineMissed', term: bell.term, due: formatInstant(bell.due) } as const
    const statute = statuteOf(order.statute.slug)
    await writeEvents(tx, order, [event], { actor, at: now, cite: bell.cite, statute, calendar: calendar() })
  }

  return {
    /** The job `deadlines/workOrderDue`. */
    async ring(bell: BellData): Promise<void> {
      const now = clock()
      await db.tx(async (tx) => {
        const missed = await clocks.claimOne(tx, now, bell)
        if (missed) return mark(tx, missed, now)
        // Rung early: the due date moved, or lies further off than one delay can reach.
        const due = await clocks.runningDue(tx, bell)
        if (due) await addBell(tx, bell, due, now)
      })
    },

    /** Marks up to `limit` clocks that ran out unnoticed. @returns how many */
    async sweep(limit = 200): Promise<number> {
      const now = clock()
      return db.tx(async (tx) => {
        const missed = await clocks.claimMissed(tx, now, limit)
        for (const bell of missed) await mark(tx, bell, now)
        return missed.length
      })
    },

    /** Computes provisional due dates again under a calendar that they were not computed with. @returns how many */
    async recompute(limit = 200): Promise<number> {
      const known = calendar()
      return db.tx(async (tx) => {
        const rows = await clocks.provisionalOf(tx, known.version, limit)
        for (const row of rows) {
          const term = statuteOf(row.statute).terms[row.term]
          const found = term && dueOf(term, row.startedAt, known)
          if (!found || 'refused' in found || found.due === null) continue
          await clocks.moveDeadline(tx, row, { ...found, due: found.due })
          await addBell(tx, { orderId: row.orderId, leg: row.leg, term: row.term }, found.due, clock())
        }
        return rows.length
      })
    },
  }
}
