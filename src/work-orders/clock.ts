import { dueOf, extendedDue, underOtherLaw } from '../statutes/deadline.ts'
import type { OtherLaw, Pause, PauseRule } from '../statutes/deadline.ts'
import { dayOf, startOf, type Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Limit, Term } from '../statutes/term.ts'
import { citeText, citesOf, valueOf } from '../statutes/types.ts'
import type { WorkOrder } from './model.ts'
import { proceduresOf } from './procedures.ts'

/**
 * PURE. One statutory clock: when it ends, with everything that has moved it.
 *
 * Scope: a clock belongs to the order as a whole (leg 0), to one dispatch leg, or to one procedure. Window: a clock that
 * limits a right (apply for an extension, send back); it is shown, but nobody misses it.
 */
export type Clock = {
  leg: number
  procedure: number
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  calendarVersion: string
  cite: string
  /** A right that lapses: never missed, never reminded of. */
  window: boolean
  /** Limits by which it was extended, in their order. */
  extensions: readonly Limit[]
  /** Another law's own limit in its place (从其规定). */
  otherLaw: AppliedLaw | null
  metAt: Date | null
  missedAt: Date | null
}

/** `localDue`: what the statute's own limit would have been; both are shown. */
export type AppliedLaw = OtherLaw & { localDue?: string }

export type Started = Omit<Clock, 'metAt' | 'missedAt' | 'extensions' | 'otherLaw'>

export type Scope = { leg?: number; procedure?: number }

/** Term id of a supervision whose notice sets the day itself. */
export const noticeTerm = 'SUPERVISION'

export type ClockContext = { statute: Statute; calendar: Calendar; at: Date }

export const isWindow = (term: Term): boolean =>
  term.ends.every((end) => end === 'timeExtension.applied' || end === 'sendBack.applied')

/** The due date of a term that starts at `startedAt`, or null where nothing is to be waited for. */
export function startTerm(
  term: Term,
  order: Pick<WorkOrder, 'handlingClass' | 'procedures'>,
  scope: Scope,
  startedAt: Date,
  { statute, calendar }: Pick<ClockContext, 'statute' | 'calendar'>,
): Started | null {
  const found = dueNow(term, order, { startedAt, extensions: [], otherLaw: null }, statute, calendar)
  return (
    found && {
      term: term.id,
      leg: scope.leg ?? 0,
      procedure: scope.procedure ?? 0,
      startedAt,
      ...found,
      localPolicy: term.basis === 'localPolicy',
      cite: citeText(term.cite),
      window: isWindow(term),
    }
  )
}

/**
 * Recusal stops a clock from the application to the decision (鞍山 2019 第二十七条第三款): the one that the requester applied
 * for, of which alone 第二款 speaks. Whoever declares a ground himself is out at once and stops no clock of his own.
 */
export const pausesOf = (order: Pick<WorkOrder, 'procedures'>): Pause[] =>
  proceduresOf(order, 'recusal').flatMap(({ said, openedAt, closedAt }) =>
    said.by === 'requester' ? [{ from: openedAt, to: closedAt }] : [],
  )

/** When a term ends, with everything that has moved it: pauses, another law's limit, extensions. */
export function dueNow(
  term: Term,
  order: Pick<WorkOrder, 'handlingClass' | 'procedures'>,
  clock: Pick<Clock, 'startedAt' | 'extensions' | 'otherLaw'>,
  statute: Statute,
  calendar: Calendar,
): { due: Date; provisional: boolean; calendarVersion: string } | null {
  const rule: PauseRule | null = valueOf(statute.topics.recusal.stopsClock, null)
  const options = {
    pauses: rule ? pausesOf(order) : [],
    ...(rule ? { pauseRule: rule } : {}),
    ...(order.handlingClass ? { class: order.handlingClass } : {}),
  }
  const limited = (clock.otherLaw && underOtherLaw(term, clock.otherLaw)) ?? term
  let found = dueOf(limited, clock.startedAt, calendar, options)
  // Only that law itself can lengthen its limit; the hotline's own extension cannot.
  for (const by of clock.otherLaw ? [] : clock.extensions) {
    if ('refused' in found || found.due === null) break
    const further = extendedDue(found.due, by, null, calendar, options)
    if ('refused' in further) break
    const { due, provisional, calendarVersion } = further
    found = { due, provisional: provisional || found.provisional, calendarVersion }
  }
  if ('refused' in found || found.due === null) return null
  const { due, provisional, calendarVersion } = found
  return { due, provisional, calendarVersion }
}

/** The day that a notice of supervision sets itself. */
export function noticeClock(n: number, due: Date, { statute, calendar, at }: ClockContext): Started {
  const answer = statute.terms[valueOf(statute.topics.supervision.answer, '')]
  return {
    leg: 0,
    procedure: n,
    // A term with a number of its own would be counted again; a notice's day stands as it was set.
    term: answer?.within.unit === 'setByPlatform' ? answer.id : noticeTerm,
    startedAt: at,
    due,
    provisional: false,
    localPolicy: true,
    calendarVersion: calendar.version,
    cite:
      citesOf(statute.topics.supervision.levels) ?? citesOf(statute.topics.supervision.means) ?? '督办通知',
    window: false,
  }
}

/** 09:00 of the working day before the last day, so that there is time to act; local policy. Null: too short for one. */
export function remindAt(
  clock: Pick<Started, 'startedAt' | 'due' | 'window'>,
  calendar: Calendar,
): Date | null {
  if (clock.window) return null
  let day = dayOf(new Date(clock.due.getTime() - 1)) - 1
  while (!calendar.isWorkingDay(day)) day--
  const at = new Date(startOf(day).getTime() + 9 * 3_600_000)
  return at > clock.startedAt ? at : null
}

/** What the clocks of an order are now; by `dueNow`. @returns those that changed */
export function recomputed(
  order: Pick<WorkOrder, 'handlingClass' | 'procedures'>,
  running: readonly Clock[],
  statute: Statute,
  calendar: Calendar,
): (Clock & { due: Date })[] {
  return running.flatMap((clock) => {
    const term = statute.terms[clock.term]
    const found = term ? dueNow(term, order, clock, statute, calendar) : null
    const same =
      found?.due.getTime() === clock.due.getTime() &&
      found.provisional === clock.provisional &&
      found.calendarVersion === clock.calendarVersion
    return found && !same ? [{ ...clock, ...found }] : []
  })
}
