import { addMonths, civil, dayOf, endOf, type Calendar, type Day } from './calendar.ts'
import type { Article } from './types.ts'
import type { HandlingClass, Limit, Term } from './term.ts'

/**
 * PURE. When a term ends.
 *
 * `due` is the first instant that is too late: 24:00 of the last day, or the running hour. The day of the starting
 * event is not counted (Civil Code art. 201). The last day of months rolls to the next working day (art. 203).
 */
export type Start = Date | { day: Day }

/** The clock stands still from the application until the written decision; `to` is null while undecided. */
export type Pause = { from: Date; to: Date | null }

/**
 * How much of a pause counts. With `atMostWorkingDays` a late decision cannot stop the clock for longer than the
 * statute gives for deciding; null lets it stand still until the decision.
 */
export type PauseRule = { atMostWorkingDays: number | null }

export type Due =
  | { due: Date; provisional: boolean; calendarVersion: string }
  | {
      due: null
      why: 'atOnce' | 'sameContact' | 'always' | 'clockStopped'
      provisional: boolean
      calendarVersion: string
    }

export type DueRefused = {
  refused: 'limitNotConfigured' | 'instantNeeded' | 'impossiblePause' | 'classNeeded'
}

export type DueOptions = {
  pauses?: readonly Pause[]
  pauseRule?: PauseRule
  /** 办理类别, where the limit differs by it. */
  class?: HandlingClass
}

const dayOfStart = (start: Start): Day => (start instanceof Date ? dayOf(start) : start.day)

/** A calendar that remembers whether it was asked about a year that has no notice. */
function watched(calendar: Calendar): { calendar: Calendar; sawGap: () => boolean } {
  let gap = false
  return {
    calendar: {
      ...calendar,
      isWorkingDay(day) {
        gap ||= !calendar.hasNotice(civil(day).year)
        return calendar.isWorkingDay(day)
      },
    },
    sawGap: () => gap,
  }
}

/** The last day on which the pause still stops the clock, or null while it stops it without an end. */
function lastStoppedDay(pause: Pause, rule: PauseRule, calendar: Calendar): Day | null {
  const decided = pause.to ? dayOf(pause.to) : null
  if (rule.atMostWorkingDays === null) return decided
  const limit = addWorkingDays(dayOf(pause.from), rule.atMostWorkingDays, calendar)
  return decided === null ? limit : Math.min(decided, limit)
}

/**
 * Days on which the clock stands still: those after the day of application, up to and including the day of decision
 * (reading A-10: it mirrors the rule that the day of receipt is not counted).
 */
function stoppedDays(pauses: readonly Pause[], rule: PauseRule, calendar: Calendar): Set<Day> | null {
  const days = new Set<Day>()
  for (const pause of pauses) {
    const last = lastStoppedDay(pause, rule, calendar)
    if (last === null) return null
    for (let day = dayOf(pause.from) + 1; day <= last; day++) days.add(day)
  }
  return days
}

/** The `count`-th working day after `from`, which itself is not counted. */
export function addWorkingDays(
  from: Day,
  count: number,
  calendar: Calendar,
  stopped?: ReadonlySet<Day>,
): Day {
  let day = from
  for (let left = count; left > 0;) {
    day++
    if (!stopped?.has(day) && calendar.isWorkingDay(day)) left--
  }
  return day
}

function workingDaysBefore(event: Day, count: number, calendar: Calendar): Day {
  let day = event
  for (let left = count; left > 0;) {
    day--
    if (calendar.isWorkingDay(day)) left--
  }
  return day
}

/** Calendar days on which the clock stood push the end outwards; then the last day rolls to a working day. */
function addWholeMonths(from: Day, count: number, calendar: Calendar, stopped: ReadonlySet<Day>): Day {
  let last = addMonths(from, count)
  for (const day of [...stopped].sort((a, b) => a - b)) if (day > from && day <= last) last++
  while (!calendar.isWorkingDay(last)) last++
  return last
}

const perHour = 3_600_000

/**
 * @param start an instant, or a date, which stands for any instant of that day
 * @returns the due instant, or why there is none, or why it cannot be computed
 */
export function dueOf(
  term: Pick<Term, 'starts' | 'within' | 'stopsFor'>,
  start: Start,
  calendar: Calendar,
  options: DueOptions = {},
): Due | DueRefused {
  const pauses = term.stopsFor ? (options.pauses ?? []) : []
  if (pauses.some((p) => p.to !== null && p.to < p.from)) return { refused: 'impossiblePause' }

  const { calendar: days, sawGap } = watched(calendar)
  const at = (due: Date): Due => ({ due, provisional: sawGap(), calendarVersion: calendar.version })
  const never = (why: 'atOnce' | 'sameContact' | 'always' | 'clockStopped'): Due => ({
    due: null,
    why,
    provisional: sawGap(),
    calendarVersion: calendar.version,
  })

  const limit =
    term.within.unit === 'byClass'
      ? options.class === undefined
        ? null
        : term.within.of[options.class]
      : term.within
  if (limit === null) return { refused: 'classNeeded' }
  // A due instant is 24:00 of its day: counting on from it starts at that day, not at the next.
  const from =
    term.starts === 'workOrder.due' && start instanceof Date
      ? dayOf(new Date(start.getTime() - 1))
      : dayOfStart(start)
  const counted = (): Set<Day> | null =>
    stoppedDays(pauses, options.pauseRule ?? { atMostWorkingDays: null }, days)

  switch (limit.unit) {
    case 'atOnce':
    case 'sameContact':
    case 'always':
      return never(limit.unit)
    case 'setByPlatform':
      return { refused: 'limitNotConfigured' }
    case 'byClass':
      throw new Error('a limit by class holds another limit by class')
    case 'hour':
    case 'minute': {
      if (!(start instanceof Date)) return { refused: 'instantNeeded' }
      const length = limit.unit === 'hour' ? perHour : perHour / 60
      return at(new Date(start.getTime() + limit.count * length))
    }
    case 'sameDay':
      return at(endOf(from))
    case 'workingDayBefore':
      return at(endOf(workingDaysBefore(from, limit.count, days)))
    case 'workingDay': {
      const stopped = counted()
      return stopped ? at(endOf(addWorkingDays(from, limit.count, days, stopped))) : never('clockStopped')
    }
    case 'month':
    case 'year': {
      const stopped = counted()
      const count = limit.unit === 'month' ? limit.count : limit.count * 12
      return stopped ? at(endOf(addWholeMonths(from, count, days, stopped))) : never('clockStopped')
    }
  }
}

/** Another law's own limit, named by law, article and number (从其规定); reports use it, both are shown. */
export type OtherLaw = { law: string; article: string; within: Limit }

/** The term under another law's limit, or null where the statute does not yield to one. */
export const underOtherLaw = (term: Term, other: OtherLaw): Term | null =>
  term.yieldsToOtherLaw ? { ...term, within: other.within } : null

export type ExtendedDue = {
  due: Date
  provisional: boolean
  calendarVersion: string
  /** Longer than a soft cap (一般不超过): allowed, with a reason. */
  overSoftCap: boolean
}

/**
 * The due date after a time extension that begins where the original one ends.
 * @param cap the term that bounds it, e.g. two months from the original due date
 * @param capStart what the cap is counted from: the original due date, or the receipt when it bounds the total
 */
export function extendedDue(
  originalDue: Date,
  by: Limit,
  cap: { term: Term; start: Start } | null,
  calendar: Calendar,
  options: DueOptions = {},
): ExtendedDue | DueRefused | { refused: 'overCap'; cite: Article; latest: Date } {
  const extended = dueOf(
    { starts: 'workOrder.due', within: by, stopsFor: 'recusal' },
    originalDue,
    calendar,
    options,
  )
  if ('refused' in extended) return extended
  if (extended.due === null) return { refused: 'limitNotConfigured' }
  const bound = cap && dueOf(cap.term, cap.start, calendar, options)
  const latest = bound && 'due' in bound ? bound.due : null
  const over = latest !== null && extended.due > latest
  if (over && cap?.term.cap?.kind === 'hard') return { refused: 'overCap', cite: cap.term.cite, latest }
  return {
    due: extended.due,
    provisional: extended.provisional,
    calendarVersion: extended.calendarVersion,
    overSoftCap: over,
  }
}
