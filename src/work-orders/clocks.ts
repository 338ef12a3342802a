import type { Statute } from '../statutes/statute.ts'
import { concerns, type Limit, type Term, type TermEvent } from '../statutes/term.ts'
import {
  isWindow,
  noticeClock,
  noticeTerm,
  startTerm,
  type AppliedLaw,
  type ClockContext,
  type Scope,
  type Started,
} from './clock.ts'
import { factsOf, metBy, startedBy } from './clock-facts.ts'
import type { OrderEvent, WorkOrder } from './model.ts'
import { liveLegs } from './model.ts'
import { openProcedures, proceduresOf } from './procedures.ts'
import {
  decisionClock,
  dispatchAgain,
  dispatchAgainClock,
  extensionDecision,
  giveWay,
  grantedTo,
  heldByMaterial,
  mootApplications,
  movingWindows,
  needsApproval,
} from './rules/moving-limits.ts'

/** PURE. Which statutory clocks an event of an order starts, meets, voids or moves. */
export type ClockChange = {
  starts: Started[]
  /** These terms are met, in that scope; without one, wherever they run. */
  meets: ({ terms: string[] } & Scope)[]
  /** Met before, and running again under the old start. */
  reopens: ({ terms: string[] } & Scope)[]
  /** Rights that had ended with the feedback and stand again until their old day. */
  revives: { terms: string[]; leg: number }[]
  /** Owed no more: `all`, what does not belong to a procedure (`order`), or a scope, of given terms or all. */
  voids: ('all' | 'order' | ({ terms?: string[] } & Scope))[]
  /** An extension or another law's limit on running clocks of one leg. */
  patches: { leg: number; term: string; extension?: Limit; otherLaw?: AppliedLaw }[]
  /** Running clocks must be computed again: they were patched or the time of a recusal changed. */
  recompute: boolean
}

const none = (): ClockChange => ({
  starts: [],
  meets: [],
  reopens: [],
  revives: [],
  voids: [],
  patches: [],
  recompute: false,
})

/** Another leg begins with the end of this one. */
const goesOn: readonly string[] = ['reassigned', 'handledAgain']

/** Whole matters are counted from the first delivery and are never reset (鞍山 draft 第十五条第二款: 累计). */
const scopeOf = (term: Term, leg: number): Scope => (term.cap?.appliesTo === 'total' ? {} : { leg })

/** The clocks of a new order: the statutory time begins when the matter was raised, not when it was written down. */
export const clocksOfRegistration = (order: WorkOrder, context: ClockContext): Started[] =>
  startedBy(order, context.statute, 'workOrder.raised').flatMap(
    (term) => startTerm(term, order, {}, order.raisedAt, context) ?? [],
  )

/** @param order as it is after the event */
export function clocksOf(order: WorkOrder, event: OrderEvent, context: ClockContext): ClockChange {
  const { statute, at } = context
  const change = none()
  for (const { starts = [], ends = [], from = at, ...scope } of factsOf(order, event, statute)) {
    for (const fact of starts)
      for (const term of startedBy(order, statute, fact))
        change.starts.push(...[startTerm(term, order, scope, from, context) ?? []].flat())
    const met = ends.length > 0 ? metBy(statute, ends) : []
    if (met.length > 0) change.meets.push({ terms: met, ...scope })
  }
  switch (event.type) {
    case 'dispatched':
      change.starts.push(...delivered(order, event, context))
      // Voided, so that it can begin anew when the next unit sends it back, too.
      if (order.state === 'dispatched') change.voids.push({ terms: [dispatchAgain], leg: 0 })
      break
    case 'fedBack':
      change.voids.push({ terms: windowsOf(statute), leg: event.leg })
      for (const procedure of mootApplications(order, event.leg))
        change.voids.push({ terms: [extensionDecision], procedure })
      break
    case 'returned': {
      const terms = metBy(statute, ['workOrder.fedBack', 'coLeg.fedBack', 'requester.answered'])
      change.reopens.push({ terms, leg: event.leg }, { terms, leg: 0 })
      change.revives.push({ terms: windowsOf(statute), leg: event.leg })
      // A stopped clock was not moved by what happened meanwhile.
      change.recompute = true
      break
    }
    case 'legEnded':
      change.voids.push({ leg: event.leg })
      if (order.state === 'accepted' && !goesOn.includes(event.why))
        change.starts.push(...dispatchAgainClock(context))
      break
    case 'classified':
      reclassify(order, context, change)
      break
    case 'extended':
      // The right to apply was met by the application; it stands again until the new day.
      change.reopens.push({ terms: movingWindows(statute, event.term), leg: event.leg })
      for (const term of [event.term, ...movingWindows(statute, event.term)])
        change.patches.push({ leg: event.leg, term, extension: event.by })
      break
    case 'otherLawApplied': {
      const { law, article, within, localDue } = event
      const firstDelivered = order.legs.find((leg) => leg.role === 'lead')?.deliveredAt ?? at
      for (const term of Object.values(statute.terms).filter((t) => t.yieldsToOtherLaw)) {
        const { leg = 0 } = scopeOf(term, event.leg)
        if (!giveWay(term, { law, article, within }, firstDelivered, context.calendar)) continue
        const own = term.id === event.term && localDue !== undefined ? { localDue } : {}
        change.patches.push({ leg, term: term.id, otherLaw: { law, article, within, ...own } })
      }
      break
    }
    case 'opened':
      if (event.kind === 'supervision' && event.said.due !== null)
        change.starts = [noticeClock(event.n, new Date(event.said.due), context)]
      if (event.kind === 'timeExtension' && needsApproval(statute))
        change.starts.push(...decisionClock(event.n, context))
      if (event.kind === 'material' && event.said.until !== null)
        change.voids.push({ terms: heldByMaterial(statute).map((term) => term.id), leg: 0 })
      change.recompute = event.kind === 'recusal'
      break
    case 'closed':
      // A supervision that is closed without an answer waits for none any more.
      if (event.verdict === 'withdrawn' || event.kind === 'supervision')
        change.voids.push({ procedure: event.n })
      if (event.kind === 'timeExtension' && event.verdict !== 'withdrawn')
        change.meets.push({ terms: [extensionDecision], procedure: event.n })
      if (event.kind === 'material') materialCame(order, event, context, change)
      reopenRights(order, event, context, change)
      change.recompute ||= event.kind === 'recusal'
      break
    case 'stepped':
      if (event.kind === 'supervision') change.meets.push({ terms: [noticeTerm], procedure: event.n })
      break
    case 'concluded':
    case 'terminated':
    case 'transferred':
      // Who applied for more time waits for no answer any more.
      change.voids.push('order', { terms: [extensionDecision] })
      // Of a matter that nobody handles any more no explanation is owed; the unit may still give it.
      if (event.type !== 'concluded')
        for (const { n } of openProcedures(order, 'explanation')) change.voids.push({ procedure: n })
      break
    case 'merged':
    case 'refused':
      change.voids.push('all')
      break
    default:
  }
  change.recompute ||= change.patches.length > 0
  return change
}

const windowsOf = (statute: Statute): string[] =>
  Object.values(statute.terms).flatMap((term) => (isWindow(term) ? [term.id] : []))

/** What was applied for in vain may be applied for again, as long as its window stands. */
function reopenRights(
  order: WorkOrder,
  event: OrderEvent & { type: 'closed' },
  { statute }: ClockContext,
  change: ClockChange,
): void {
  const right =
    event.kind === 'timeExtension'
      ? 'timeExtension.applied'
      : event.kind === 'sendBack'
        ? 'sendBack.applied'
        : null
  const leg = liveLegs(order).find((l) => l.n === order.procedures.find((p) => p.n === event.n)?.leg)
  if (right === null || event.verdict !== 'refused' || !leg || leg.fedBackAt) return
  const terms = metBy(statute, [right]).filter((id) => isWindow(statute.terms[id]!))
  change.reopens.push({ terms, leg: leg.n })
  // A right that was used stood still: its day may have moved meanwhile.
  change.recompute = true
}

/** What stood for the material runs anew; what was not supplied in time is owed no more. */
function materialCame(
  order: WorkOrder,
  event: OrderEvent & { type: 'closed' },
  context: ClockContext,
  change: ClockChange,
): void {
  if (event.verdict !== 'supplied') return void change.voids.push({ procedure: event.n })
  const asked = proceduresOf(order, 'material').find((p) => p.n === event.n)
  if (!asked || asked.said.until === null) return
  for (const term of heldByMaterial(context.statute))
    change.starts.push(...[startTerm(term, order, {}, context.at, context) ?? []].flat())
}

function delivered(
  order: WorkOrder,
  event: OrderEvent & { type: 'dispatched' },
  context: ClockContext,
): Started[] {
  return event.legs.flatMap(({ n, role }) => {
    // The petition office supervises; it has nothing to finish.
    if (role === 'petition') return []
    // A co-unit has the limit of its own where the statute gives it one, and else that of the lead.
    const own = context.statute.topics.handlingLimit.coUnitResult.basis !== 'silent'
    const facts: TermEvent[] =
      role !== 'co'
        ? ['workOrder.delivered']
        : own
          ? ['coLeg.delivered']
          : ['workOrder.delivered', 'coLeg.delivered']
    return facts.flatMap((fact) =>
      startedBy(order, context.statute, fact).flatMap(
        (term) => startTerm(term, order, scopeOf(term, n), context.at, context) ?? [],
      ),
    )
  })
}

/** Another class is another limit from the same start (reading A-14). */
function reclassify(order: WorkOrder, context: ClockContext, change: ClockChange): void {
  const terms = Object.values(context.statute.terms)
  const foreign = terms.filter((term) => term.starts === 'workOrder.delivered' && !concerns(term, order))
  for (const { n, role, deliveredAt, fedBackAt } of liveLegs(order)) {
    if (role === 'petition' || fedBackAt) continue
    change.voids.push({ terms: foreign.map((term) => term.id), leg: n })
    for (const term of startedBy(order, context.statute, 'workOrder.delivered'))
      if (term.when?.class)
        change.starts.push(...[startTerm(term, order, { leg: n }, deliveredAt, context) ?? []].flat())
    // What was granted under the old class stays granted.
    const handling = startedBy(order, context.statute, 'workOrder.delivered').filter((t) => t.when?.class)
    for (const { id } of handling)
      for (const extension of grantedTo(order, n)) change.patches.push({ leg: n, term: id, extension })
  }
  change.recompute = true
}
