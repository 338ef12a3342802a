import type { Clock } from '../../base/clock.ts'
import type { Place } from '../../base/cursor.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Pii } from '../../base/pii.ts'
import { problem, Problem } from '../../base/problem.ts'
import { storable } from '../../base/storable.ts'
import type { Db, Tx } from '../../db/pool.ts'
import { endOf, parseDay, startOf, type Calendar } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import type { Statutes } from '../../statutes/registry.ts'
import { clockOfTerm, firstAsked, judgeKind } from '../decide/direct.ts'
import { keyReused, timesOf } from '../decide/entry.ts'
import type { DirectContact, Person } from '../model.ts'
import type { Units } from '../ports.ts'
import type { Matters } from '../service.ts'
import * as clocks from './clock-store.ts'
import type { DirectCounts, DirectDetail, DirectEntry, DirectStep, DirectView } from './contract.ts'
import type { Keep } from './ports.ts'
import * as store from './store.ts'
import { createSteps, type UnitPerson } from './steps.ts'
import { createDirectViews } from './views.ts'

export type DirectParts = {
  db: Db
  clock: Clock
  pii: Pii
  log: Log
  /** The city's. */
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  units: Units
  matters: Pick<Matters, 'enterIn'>
  record: Keep
}

export type DirectRegister = ReturnType<typeof createDirectRegister>

/**
 * 首问登记: what a unit is asked past the hotline, what it did about it, and by when it had to. Who registers late is late:
 * the clock runs from when the unit was asked.
 */
export function createDirectRegister(parts: DirectParts) {
  const { db, clock, pii, statute, calendar, units } = parts
  const views = createDirectViews(parts)
  const steps = createSteps(parts)

  async function judgeUnits(own: string, others: readonly string[]): Promise<void> {
    const known = new Set((await units()).map(({ code }) => code))
    const strange = others.find((code) => code === own || !known.has(code))
    if (strange !== undefined || !known.has(own))
      throw problem(422, 'unitUnknown', '没有这个承办单位', '请从承办单位名录中选择其他单位。', {
        errors: [{ field: 'otherUnits', message: '没有这个承办单位' }],
      })
  }

  function contactOf(said: DirectEntry, person: UnitPerson, receivedAt: Date, now: Date): DirectContact {
    const { name, home, contact, kind } = said.requester
    const seal = (value: string | undefined) => (value?.trim() ? pii.seal(value.trim()) : null)
    return {
      id: newId(),
      unitCode: person.unit,
      form: said.form,
      kind: said.kind,
      duty: said.duty,
      otherUnits: said.otherUnits ?? [],
      summary: said.summary.trim(),
      statute: statute.slug,
      requesterKind: kind ?? 'naturalPerson',
      nameSealed: seal(name),
      homeSealed: seal(home),
      contactSealed: seal(contact),
      receivedAt,
      registeredAt: now,
      registeredBy: person.id,
      registeredRole: person.role,
      state: said.duty === 'disputed' ? 'disputed' : 'open',
      settledAt: null,
      orderNumber: null,
    }
  }

  /** @throws Problem 404 for another unit's contact, too */
  async function own(tx: Tx, id: string, person: UnitPerson): Promise<DirectContact> {
    const d = await store.lockDirect(tx, id)
    if (d?.unitCode !== person.unit) throw views.unknown()
    return d
  }

  return {
    /**
     * Registers who came or called, and what was done at once.
     * @throws Problem 409 entryKeyReused, 422 for what cannot be
     */
    async enter(
      given: DirectEntry,
      person: UnitPerson,
    ): Promise<{ direct: DirectDetail; repeated: boolean }> {
      const said = storable(given)
      const now = clock()
      const strange = judgeKind(statute, said.kind)
      if (strange) throw strange
      const times = timesOf({ raisedAt: said.receivedAt ?? now.toISOString() }, statute, now)
      if (times instanceof Problem) throw times
      await judgeUnits(person.unit, said.otherUnits ?? [])
      const d = contactOf(said, person, times.raisedAt, now)
      const fresh = await db.tx(async (tx) => {
        if (!(await store.insertDirect(tx, d, said.key))) return false
        const { duty, form, otherUnits } = d
        await store.addEvent(tx, d.id, {
          type: 'registered',
          at: now,
          by: person,
          cite: firstAsked(statute).cite,
          data: { duty, form, otherUnits },
        })
        await steps.startClock(tx, d, duty, d.receivedAt)
        if (duty === 'disputed') await store.addEvent(tx, d.id, { type: 'disputed', at: now, by: person })
        if (said.step) await steps.take(tx, d, said.step, person, now)
        return true
      })
      if (fresh) {
        return { direct: await views.detail(d.id, person), repeated: false }
      }
      const known = await store.findByKey(db, person.id, said.key)
      if (known?.unitCode !== person.unit || known.summary !== d.summary || known.kind !== d.kind)
        throw keyReused()
      return { direct: await views.detail(known.id, person), repeated: true }
    },

    /** What is done later. @throws Problem 404, 409 for a step that cannot follow, 422 */
    async step(id: string, given: DirectStep, person: UnitPerson): Promise<DirectDetail> {
      const said = storable(given)
      await db.tx(async (tx) => steps.take(tx, await own(tx, id, person), said, person, clock()))
      return views.detail(id, person)
    },

    detail: views.detail,

    /** Newest first: a unit sees its own, the centre all. */
    async list(
      f: { unit?: string; state?: string; overdue?: boolean; before: Place | null; limit: number },
      person: Person,
    ): Promise<{ rows: DirectContact[]; views: DirectView[] }> {
      const rows = await store.listDirect(db, {
        unit: views.unitSeen(person, f.unit ?? null),
        state: f.state ?? null,
        overdue: f.overdue ?? null,
        now: clock(),
        before: f.before,
        limit: f.limit,
      })
      return { rows, views: await views.of(rows) }
    },

    /** How often each unit was asked and what came of it. @throws Problem 422 for a day that is none */
    async counts(f: { unit?: string; from?: string; to?: string }, person: Person): Promise<DirectCounts[]> {
      const period = { from: dayIn(f.from, startOf), to: dayIn(f.to, endOf) }
      return store.countDirect(db, views.unitSeen(person, f.unit ?? null), period, clock())
    },

    /** Marks what ran out and computes again what was provisional. */
    async sweep(limit = 200): Promise<number> {
      const now = clock()
      await db.tx(async (tx) => {
        for (const row of await clocks.provisionalOf(tx, calendar().version, limit)) {
          const term = parts.statutes.of(row.statute).terms[row.term]
          const found = term && clockOfTerm(term, row.startedAt, calendar())
          if (found) await clocks.moveClock(tx, { ...found, directId: row.directId })
        }
      })
      const missed = await db.tx(async (tx) => {
        const rows = await clocks.claimMissed(tx, now, limit)
        for (const { directId, term, cite } of rows)
          await store.addEvent(tx, directId, {
            type: 'deadlineMissed',
            at: now,
            by: { id: 'deadlines', role: 'system' },
            cite,
            data: { term },
          })
        return rows.length
      })
      return missed
    },
  }
}

function dayIn(text: string | undefined, to: (day: number) => Date): Date | null {
  if (text === undefined) return null
  const day = parseDay(text)
  if (day === null) throw problem(422, 'dayUnknown', '没有这一天', '请按日历填写日期。')
  return to(day)
}
