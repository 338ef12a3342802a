import type { Clock } from '../../base/clock.ts'
import type { Db, Tx } from '../../db/pool.ts'
import { parseDay, type Calendar } from '../../statutes/calendar.ts'
import type { Start } from '../../statutes/deadline.ts'
import type { Statute } from '../../statutes/statute.ts'
import { clockOf, supervisionOf } from '../decide/clocks.ts'
import type { Subject } from '../model.ts'
import type { Remind, Supervise } from '../ports.ts'
import * as store from './clock-store.ts'

/**
 * Clocks of the units' duties. Due instants live in PostgreSQL; `sweep` finds what ran out. Whoever acts after the end
 * and before the sweep is late all the same: `meet` looks first.
 */
export type ClockParts = {
  db: Db
  clock: Clock
  statute: Statute
  calendar: () => Calendar
  supervise: Supervise
  remind: Remind
}

/** A day of publication (`on`) or the instant of a notice (`at`). */
type Begin = { on: string } | { at: Date }

const startOf = (begin: Begin): Start => {
  if ('at' in begin) return begin.at
  const day = parseDay(begin.on)
  if (day === null) throw new Error(`no such day: ${begin.on}`)
  return { day }
}

export type Clocks = ReturnType<typeof createClocks>

export function createClocks(parts: ClockParts) {
  const { db, clock, statute, calendar, supervise, remind } = parts

  async function becameMatter(tx: Tx, c: store.Clock, at: Date): Promise<void> {
    const supervision = supervisionOf(statute, c.term)
    if (!supervision) return
    const { kind, subjectId: id, about, term, cite: termCite, due } = c
    await supervise(tx, {
      unit: c.unitCode,
      trigger: supervision.trigger,
      subject: { kind, id, about, term, termCite, due },
      cite: supervision.cite,
      at,
    })
  }

  async function missIfLate(tx: Tx, c: store.Clock, done: Date, now: Date): Promise<void> {
    if (c.missedAt !== null || c.voidedAt !== null || done < c.due) return
    await store.markMissed(tx, { kind: c.kind, id: c.subjectId }, now)
    await becameMatter(tx, c, now)
  }

  /** Computes provisional due instants again under a calendar that they were not computed with. @returns how many */
  async function recompute(limit = 200): Promise<number> {
    const known = calendar()
    return db.tx(async (tx) => {
      const rows = await store.provisionalOf(tx, statute.slug, known.version, limit)
      for (const row of rows) {
        const begin: Begin = row.eventOn === null ? { at: row.startedAt } : { on: row.eventOn }
        const found = clockOf(statute, row.kind, startOf(begin), known)
        if (found)
          await store.moveClock(tx, { kind: row.kind, id: row.subjectId }, { ...found, eventOn: row.eventOn })
      }
      return rows.length
    })
  }

  return {
    /** Starts the clock of a duty where the statute has one. @returns its due instant and article, or null */
    async start(
      tx: Tx,
      subject: Subject & { unitCode: string; about: string },
      begin: Begin,
      now: Date,
    ): Promise<{ due: Date; cite: string } | null> {
      const found = clockOf(statute, subject.kind, startOf(begin), calendar())
      if (!found) return null
      await store.insertClock(tx, {
        ...subject,
        ...found,
        statute: statute.slug,
        startedAt: now,
        eventOn: 'on' in begin ? begin.on : null,
      })
      return found
    },

    /** The duty is done. Late is late, however soon after: then it becomes a matter of supervision here and now. */
    async meet(tx: Tx, subject: Subject, at: Date): Promise<void> {
      const c = await store.lockClock(tx, subject)
      if (!c || c.metAt !== null) return
      await missIfLate(tx, c, at, at)
      await store.markMet(tx, subject, at)
    },

    /** The day that is counted back from moved. What was missed stays missed; what is now too late becomes so. */
    async move(tx: Tx, subject: Subject, on: string, now: Date): Promise<void> {
      const c = await store.lockClock(tx, subject)
      if (!c || c.missedAt !== null || c.voidedAt !== null) return
      const found = clockOf(statute, subject.kind, startOf({ on }), calendar())
      if (!found) return
      await store.moveClock(tx, subject, { ...found, eventOn: on })
      await missIfLate(tx, { ...c, ...found }, c.metAt ?? now, now)
    },

    /** The duty fell away in time. @returns false where it is too late for that; then the sweep finds it */
    async drop(tx: Tx, subject: Subject, at: Date): Promise<boolean> {
      const c = await store.lockClock(tx, subject)
      if (!c || c.metAt !== null) return true
      if (c.missedAt !== null || at >= c.due) return false
      await store.markVoided(tx, subject, at)
      return true
    },

    /**
     * Reminds of what is due soon, and makes a matter of supervision of what ran out. @returns how many were missed
     */
    async sweep(now: Date = clock(), limit = 200): Promise<number> {
      await recompute(limit)
      await db.tx(async (tx) => {
        for (const { unitCode: unit, kind, subjectId: id, about, due, cite } of await store.claimReminders(
          tx,
          now,
          limit,
        ))
          await remind(tx, { unit, why: 'dueSoon', subject: { kind, id, about }, due, cite, at: now })
      })
      return db.tx(async (tx) => {
        const missed = await store.claimMissed(tx, now, limit)
        for (const c of missed) await becameMatter(tx, c, now)
        return missed.length
      })
    },

    recompute,
    of: (kind: Subject['kind'], ids: readonly string[]) => store.clocksOf(db, kind, ids),
    open: (unit: string | null, limit: number) => store.openClocks(db, unit, limit),
  }
}
