import type { Actor } from '../base/actor.ts'
import type { Log } from '../base/log.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db } from '../db/pool.ts'
import { formatDay, formatInstant, type Calendar } from '../statutes/calendar.ts'
import type { CalendarView, ClosureBody, Entered, NoticeBody } from './contract.ts'
import { decideClosure, decideNotice, type NewClosure, type NewNotice, type Refused } from './decide.ts'
import { calendarOf, knownYears, revisionOf, versionAt, type CalendarEntry } from './model.ts'
import * as store from './store.ts'

/**
 * The calendar that every clock of this gateway uses. It is rebuilt after an entry: at once on the gateway that took it,
 * at the next `refresh` on the others. Each entry gives it another version, under which provisional due dates are
 * computed again (`bells.recompute`).
 *
 * A closure (reading A-04) counts for every clock that starts after it was entered and for every provisional one. Final
 * due dates of running clocks are moved by whoever owns the clocks, who can tell them by the version stored with each.
 */
export type WorkingCalendar = {
  /** In memory; never waits. */
  current(): Calendar
  /** Takes over what another gateway entered. @returns whether anything changed */
  refresh(): Promise<boolean>
  /** @throws Problem 422 with what is wrong in the notice */
  enterNotice(body: NoticeBody, actor: Actor): Promise<Entered>
  /** @throws Problem 422 with what is wrong in the closure */
  enterClosure(body: ClosureBody, actor: Actor): Promise<Entered>
  view(): Promise<CalendarView>
}

export function createWorkingCalendar({ db, log }: { db: Db; log: Log }): WorkingCalendar {
  let built = { revision: 0, calendar: calendarOf([]) }

  async function refresh(): Promise<boolean> {
    if ((await store.lastRevision(db)) === built.revision) return false
    const entries = await store.entries(db)
    const revision = revisionOf(entries)
    // A slower reader of an older state must not undo a newer one.
    if (revision <= built.revision) return false
    built = { revision, calendar: calendarOf(entries) }
    log.info({ calendar: built.calendar.version }, 'calendar changed')
    return true
  }

  async function enter(
    title: string,
    decide: (known: readonly CalendarEntry[]) => NewNotice | NewClosure | Refused,
    actor: Actor,
  ): Promise<Entered> {
    const revision = await db.tx(async (tx) => {
      await store.lockEntries(tx)
      const decided = decide(await store.entries(tx))
      if ('refused' in decided)
        throw problem(422, decided.refused, title, decided.detail, { errors: decided.errors })
      return store.insert(tx, decided, actor.id)
    })
    // What is committed stays so; the sweep takes it over if this reading fails.
    await refresh().catch((error: unknown) =>
      log.warn({ err: String(error) }, 'calendar entered but not yet read back'),
    )
    return { revision, version: versionAt(revision) }
  }

  return {
    current: () => built.calendar,
    refresh,
    enterNotice: (body, actor) =>
      enter('不能录入放假安排', (known) => decideNotice(storable(body), known), actor),
    enterClosure: (body, actor) =>
      enter('不能录入停办日', (known) => decideClosure(storable(body), known), actor),
    async view() {
      return viewOf(await store.entries(db))
    },
  }
}

function viewOf(entries: readonly CalendarEntry[]): CalendarView {
  const about = ({ revision, reference, at, by }: CalendarEntry) => ({
    revision,
    version: versionAt(revision),
    reference,
    at: formatInstant(at),
    by,
  })
  return {
    version: versionAt(revisionOf(entries)),
    years: knownYears(entries).map(({ year, reference, holidays, makeUpDays }) => ({
      year,
      reference,
      holidays: [...holidays].sort((a, b) => a - b).map(formatDay),
      makeUpDays: [...makeUpDays].sort((a, b) => a - b).map(formatDay),
    })),
    closures: entries.flatMap((e) =>
      e.kind === 'closure' ? [{ from: formatDay(e.from), to: formatDay(e.to), ...about(e) }] : [],
    ),
    versions: entries.map((e) => ({ kind: e.kind, ...about(e) })).reverse(),
  }
}
