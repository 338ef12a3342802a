import { dueOf, extendedDue, underOtherLaw } from '../statutes/deadline.ts'
import type { OtherLaw, Pause, PauseRule } from '../statutes/deadline.ts'
import { dayOf, startOf, type Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { concerns, type Limit, type Term, type TermEvent } from '../statutes/term.ts'
import { citeText, citesOf, valueOf } from '../statutes/types.ts'
import type { OrderEvent, WorkOrder } from './model.ts'
import { liveLegs } from './model.ts'
import { proceduresOf } from './procedures.ts'
import {
  decisionClock,
  extensionDecision,
  giveWay,
  grantedTo,
  heldByMaterial,
  mootApplications,
  movingWindows,
  needsApproval,
} from './rules/moving-limits.ts'

/**
 * PURE. Which statutory clocks an event of an order starts, meets, voids or moves.
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

type Scope = { leg?: number; procedure?: number }

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

/** Term id of a supervision whose notice sets the day itself. */
export const noticeTerm = 'SUPERVISION'

const none = (): ClockChange => ({
  starts: [],
  meets: [],
  reopens: [],
  revives: [],
  voids: [],
  patches: [],
  recompute: false,
})

export type ClockContext = { statute: Statute; calendar: Calendar; at: Date }

const isWindow = (term: Term): boolean =>
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

/** Recusal stops a clock from the application to the decision (鞍山 2019 第二十七条第三款). */
export const pausesOf = (order: Pick<WorkOrder, 'procedures'>): Pause[] =>
  proceduresOf(order, 'recusal').map((p) => ({ from: p.openedAt, to: p.closedAt }))

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

const startedBy = (order: WorkOrder, statute: Statute, event: TermEvent): Term[] =>
  Object.values(statute.terms).filter((term) => term.starts === event && concerns(term, order))
const metBy = (statute: Statute, events: readonly TermEvent[]): string[] =>
  Object.values(statute.terms).flatMap((term) =>
    term.ends.some((end) => events.includes(end)) ? [term.id] : [],
  )

/** Whole matters are counted from the first delivery and are never reset (鞍山 draft 第十五条第二款: 累计). */
const scopeOf = (term: Term, leg: number): Scope => (term.cap?.appliesTo === 'total' ? {} : { leg })

/** `from`: the instant of the fact, where it is another one than that of the event. */
type Facts = { starts?: TermEvent[]; ends?: TermEvent[]; from?: Date } & Scope

const limitsHandling = (term: string, statute: Statute): boolean =>
  valueOf<readonly string[]>(statute.topics.handlingLimit.handle, []).includes(term)

function factsOf(order: WorkOrder, event: OrderEvent, statute: Statute): Facts[] {
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
      const told: TermEvent[] = event.told ? ['requester.answered', 'requester.told'] : []
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
      break
    case 'fedBack':
      change.voids.push({ terms: windowsOf(statute), leg: event.leg })
      for (const procedure of mootApplications(order, event.leg))
        change.voids.push({ terms: [extensionDecision], procedure })
      break
    case 'returned': {
      const terms = metBy(statute, ['workOrder.fedBack', 'requester.answered'])
      change.reopens.push({ terms, leg: event.leg }, { terms, leg: 0 })
      change.revives.push({ terms: windowsOf(statute), leg: event.leg })
      // A stopped clock was not moved by what happened meanwhile.
      change.recompute = true
      break
    }
    case 'legEnded':
      change.voids.push({ leg: event.leg })
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

function noticeClock(n: number, due: Date, { statute, calendar, at }: ClockContext): Started {
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
