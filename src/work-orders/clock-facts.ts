import type { Statute } from '../statutes/statute.ts'
import { concerns, type Term, type TermEvent } from '../statutes/term.ts'
import { valueOf } from '../statutes/types.ts'
import type { Scope } from './clock.ts'
import type { OrderEvent, WorkOrder } from './model.ts'

/** PURE. Which facts of the statutes an event of an order states, and which terms start or end with a fact. */
export const startedBy = (order: WorkOrder, statute: Statute, event: TermEvent): Term[] =>
  Object.values(statute.terms).filter((term) => term.starts === event && concerns(term, order))
export const metBy = (statute: Statute, events: readonly TermEvent[]): string[] =>
  Object.values(statute.terms).flatMap((term) =>
    term.ends.some((end) => events.includes(end)) ? [term.id] : [],
  )

/** `from`: the instant of the fact, where it is another one than that of the event. */
type Facts = { starts?: TermEvent[]; ends?: TermEvent[]; from?: Date } & Scope

const limitsHandling = (term: string, statute: Statute): boolean =>
  valueOf<readonly string[]>(statute.topics.handlingLimit.handle, []).includes(term)

export function factsOf(order: WorkOrder, event: OrderEvent, statute: Statute): Facts[] {
  switch (event.type) {
    case 'accepted':
      return [{ starts: ['workOrder.accepted'], ends: ['workOrder.accepted'] }]
    case 'refused':
      return [{ ends: ['workOrder.refused'] }]
    case 'dispatched':
      return [{ starts: ['workOrder.dispatched'], ends: ['workOrder.dispatched'] }]
    case 'acknowledged':
      return [{ ends: ['workOrder.acknowledged'], leg: event.leg }]
    case 'contacted':
      return [{ ends: ['requester.contacted'], leg: event.leg }]
    case 'fedBack': {
      // Whoever was told the result was contacted, whether or not that was noted before.
      const told: TermEvent[] = event.told
        ? ['requester.answered', 'requester.told', 'requester.contacted']
        : []
      const all: TermEvent[] = ['workOrder.fedBack', 'coLeg.fedBack', ...told]
      const lead = order.legs.find((leg) => leg.n === event.leg)?.role === 'lead'
      return [{ ends: all, leg: event.leg }, ...(lead ? [{ ends: all, leg: 0 }] : [])]
    }
    case 'deadlineMissed':
      // 未能限时办结: the handling limit itself, not any other of the unit's limits.
      return event.leg !== undefined && limitsHandling(event.term, statute)
        ? // The limit ran out on its day, however late the bell rang.
          [{ starts: ['workOrder.duePassed'], leg: event.leg, from: new Date(event.due) }]
        : []
    case 'reopened':
      return [{ starts: ['workOrder.raised'] }]
    case 'opened':
      return [openedFacts(event)]
    case 'closed':
      return event.verdict === 'withdrawn' || event.verdict === 'notSupplied' ? [] : [closedFacts(event)]
    case 'stepped':
      return event.kind === 'supervision' ? [{ ends: ['supervision.answered'], procedure: event.n }] : []
    default:
      return []
  }
}

function openedFacts({ kind, n, leg }: OrderEvent & { type: 'opened' }): Facts {
  const own = { procedure: n }
  switch (kind) {
    case 'material':
      return { starts: ['material.requested'], ...own }
    case 'timeExtension':
      return { ends: ['timeExtension.applied', 'requester.told'], ...(leg === null ? {} : { leg }) }
    case 'sendBack':
      return { ends: ['sendBack.applied'], ...(leg === null ? {} : { leg }) }
    case 'recusal':
      return { starts: ['recusal.applied'], ...own }
    case 'explanation':
      return { starts: ['explanation.requested'], ...own }
    case 'objection':
      return { starts: ['rating.objected'], ...own }
    case 'supervision':
      return { starts: ['supervision.opened'], ...own }
    case 'urgentHandOver':
      return { starts: ['urgent.phoned'], ...own }
    default:
      return {}
  }
}

const closes: Partial<Record<(OrderEvent & { type: 'closed' })['kind'], TermEvent>> = {
  material: 'material.supplied',
  recusal: 'recusal.decided',
  explanation: 'explanation.given',
  objection: 'rating.final',
  urgentHandOver: 'urgent.onTheWay',
}
function closedFacts({ kind, n }: OrderEvent & { type: 'closed' }): Facts {
  const end = closes[kind]
  return end ? { ends: [end], procedure: n } : {}
}
