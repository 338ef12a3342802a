import { dueOf, type DueOptions } from '../statutes/deadline.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Term, TermEvent } from '../statutes/term.ts'
import { citeText } from '../statutes/types.ts'
import type { OrderEvent } from './model.ts'

/** PURE. Which statutory clocks an event of an order starts and stops. */

/** `leg`: the dispatch leg whose clock it is, or null for the order as a whole. */
export type Started = {
  term: string
  leg: number | null
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  calendarVersion: string
  cite: string
}
export type ClockChange = {
  starts: Started[]
  /** Ids of the terms that this event meets. */
  meets: string[]
  /** Nothing is owed any more: every running clock is void. */
  voidsAll: boolean
}

/** The due date of a term that starts now, or null where nothing is to be waited for (at once, a standing duty). */
export function startTerm(
  term: Term,
  leg: number | null,
  startedAt: Date,
  calendar: Calendar,
  options: DueOptions = {},
): Started | null {
  const found = dueOf(term, startedAt, calendar, options)
  if ('refused' in found || found.due === null) return null
  return {
    term: term.id,
    leg,
    startedAt,
    due: found.due,
    provisional: found.provisional,
    localPolicy: term.basis === 'localPolicy',
    calendarVersion: found.calendarVersion,
    cite: citeText(term.cite),
  }
}

const startedBy = (statute: Statute, event: TermEvent): Term[] =>
  Object.values(statute.terms).filter((term) => term.starts === event)
const metBy = (statute: Statute, event: TermEvent): Term[] =>
  Object.values(statute.terms).filter((term) => term.ends.includes(event))

const factOf: Partial<Record<OrderEvent['type'], TermEvent>> = {
  accepted: 'workOrder.accepted',
  refused: 'workOrder.refused',
  dispatched: 'workOrder.dispatched',
}

/** The clocks of a new order: the statutory time begins when the matter was raised, not when it was written down. */
export const clocksOfRegistration = (statute: Statute, raisedAt: Date, calendar: Calendar): Started[] =>
  startedBy(statute, 'workOrder.raised').flatMap((term) => startTerm(term, null, raisedAt, calendar) ?? [])

export function clocksOf(statute: Statute, event: OrderEvent, at: Date, calendar: Calendar): ClockChange {
  const fact = factOf[event.type]
  const starts = fact
    ? startedBy(statute, fact).flatMap((term) => startTerm(term, null, at, calendar) ?? [])
    : []
  const meets = fact ? metBy(statute, fact).map((term) => term.id) : []
  if (event.type === 'dispatched')
    for (const leg of event.legs) {
      // The petition office supervises; it has nothing to finish.
      if (leg.role === 'petition') continue
      for (const term of startedBy(statute, 'workOrder.delivered'))
        starts.push(...[startTerm(term, leg.n, leg.deliveredAt, calendar) ?? []].flat())
    }
  return { starts, meets, voidsAll: event.type === 'merged' || event.type === 'refused' }
}
