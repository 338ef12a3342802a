import type { Calendar } from '../statutes/calendar.ts'
import { dueOf } from '../statutes/deadline.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Term, TermEvent } from '../statutes/term.ts'
import { citeText } from '../statutes/types.ts'
import type { OrderEvent } from './model.ts'

/** PURE. Which clocks an event of an order starts and which it meets. */
export type StartedDeadline = {
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  calendarVersion: string
  cite: string | null
}

/** An order event in the statutes' vocabulary. Dispatch delivers into the unit's inbox at once (reading A-06). */
const termEvents: Record<OrderEvent['type'], readonly TermEvent[]> = {
  registered: ['workOrder.raised'],
  accepted: ['workOrder.accepted'],
  refused: ['workOrder.refused', 'referral.told'],
  dispatched: ['workOrder.dispatched', 'workOrder.delivered'],
  supplied: [],
  appended: [],
}

const termsOf = (statute: Statute): readonly Term[] => Object.values(statute.terms)

/** Terms without a due instant (at once, in the same contact) need no clock. */
export function startedBy(
  event: OrderEvent,
  at: Date,
  statute: Statute,
  calendar: Calendar,
): StartedDeadline[] {
  const names = termEvents[event.type]
  return termsOf(statute).flatMap((term) => {
    if (!names.includes(term.starts)) return []
    const due = dueOf(term, at, calendar)
    if ('refused' in due || due.due === null) return []
    return [
      {
        term: term.id,
        startedAt: at,
        due: due.due,
        provisional: due.provisional,
        localPolicy: term.basis === 'localPolicy',
        calendarVersion: due.calendarVersion,
        cite: citeText(term.cite),
      },
    ]
  })
}

/** Terms that this event meets. */
export const metBy = (event: OrderEvent, statute: Statute): string[] =>
  termsOf(statute)
    .filter((term) => term.ends.some((name) => termEvents[event.type].includes(name)))
    .map((term) => term.id)
