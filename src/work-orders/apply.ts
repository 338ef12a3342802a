import type { Actor } from '../base/actor.ts'
import type { DispatchLeg, OrderEvent, WorkOrder } from './model.ts'
import { joinFacts } from './model.ts'
import type { Procedure, UrgentCall } from './procedures.ts'

/** Who did it and when; stored beside the event. */
export type Stamp = { at: Date; by: Pick<Actor, 'id' | 'role'> }

/**
 * PURE. The order after an event. Folding all events of an order from its first form gives the order as it is stored:
 * nothing else ever changes it.
 */
export function apply(order: WorkOrder, event: OrderEvent, { at, by }: Stamp): WorkOrder {
  // Time passing is nobody's change: it must not turn away somebody who acts on what he sees.
  if (event.type === 'deadlineMissed' || event.type === 'reminded') return order
  // A call changes nothing of the order either, and it ends whenever it ends.
  if (event.type === 'requesterCalled') return order
  const next: WorkOrder = { ...order, version: order.version + 1 }
  switch (event.type) {
    case 'registered':
      return { ...next, missing: event.missing }
    case 'accepted':
      return { ...next, state: 'accepted', acceptedAt: at }
    case 'refused':
      return { ...next, state: 'refused' }
    case 'dispatched':
      return {
        ...next,
        state: 'dispatched',
        concludedAt: null,
        legs: [...order.legs, ...event.legs.map((leg) => delivered(leg, at))],
        handlingClass: event.class ?? order.handlingClass,
      }
    case 'merged':
      return { ...next, state: 'merged', mergedInto: event.into }
    case 'supplied':
      return {
        ...next,
        missing: event.missing,
        kind: event.kind ?? order.kind,
        category: event.category ?? order.category,
        place: event.place ?? order.place,
        facts: event.facts === undefined ? order.facts : joinFacts(order.facts, event.facts),
      }
    case 'appended':
      return { ...next, facts: joinFacts(order.facts, event.facts) }
    case 'classified':
      return { ...next, handlingClass: event.class }
    case 'acknowledged':
      return withLeg(next, event.leg, { acknowledgedAt: at })
    case 'contacted':
      return withLeg(next, event.leg, { contactedAt: at })
    case 'stageReported':
      return withLeg(next, event.leg, (leg) => ({
        stageReports: [...leg.stageReports, { at, text: event.text }],
      }))
    case 'fedBack': {
      const after = withLeg(next, event.leg, { fedBackAt: at, result: event.result, told: event.told })
      const lead = after.legs.find((leg) => leg.n === event.leg)?.role === 'lead'
      return lead ? { ...after, state: 'fedBack' } : after
    }
    case 'returned':
      return { ...withLeg(next, event.leg, { fedBackAt: null }), state: 'dispatched', concludedAt: null }
    case 'legEnded': {
      const after = withLeg(next, event.leg, { endedAt: at, ended: event.why })
      // Without a leading unit the order waits for its next dispatch.
      const led = after.legs.some((leg) => leg.role === 'lead' && leg.endedAt === null)
      return led ? after : { ...after, state: 'accepted' }
    }
    case 'audited': {
      const { type: _type, ...said } = event
      return { ...next, audits: [...order.audits, { ...said, at, by: by.id }] }
    }
    case 'concluded':
      return { ...next, state: 'concluded', concludedAt: at }
    case 'followedUp': {
      const { type: _type, ...said } = event
      return { ...next, followUps: [...order.followUps, { ...said, at, by: by.id, verdict: null }] }
    }
    case 'judged': {
      const { type: _type, followUp, ...judged } = event
      const verdict = { ...judged, by: by.id }
      return {
        ...next,
        followUps: order.followUps.map((f) => (f.n === followUp ? { ...f, verdict } : f)),
      }
    }
    case 'rated': {
      const { type: _type, ...said } = event
      const before = order.rating ? replaced(order.rating, at) : []
      return { ...next, rating: { ...said, at, by: by.id, final: false, before } }
    }
    case 'ratingFinal':
      return { ...next, rating: order.rating && settled(order.rating, event, at) }
    case 'opened':
      return opened(next, event, { at, by })
    case 'closed':
      return closed(next, event, { at, by })
    case 'stepped':
      return stepped(next, event, { at, by })
    case 'extended':
    case 'otherLawApplied':
      // The clock itself moves in the store of deadlines; the event keeps by what.
      return next
    case 'split':
    case 'splitFrom':
      // The orders beside it are rows of their own; the event keeps why.
      return next
    case 'terminated':
      return { ...next, state: 'terminated' }
    case 'transferred':
      return { ...next, state: 'transferred' }
    case 'levelSet':
      return { ...next, confidential: event.level }
    case 'reopened':
      return { ...next, state: 'registered', acceptedAt: null, concludedAt: null }
  }
}

const delivered = (leg: Pick<DispatchLeg, 'n' | 'unitId' | 'role'>, at: Date): DispatchLeg => ({
  ...leg,
  deliveredAt: at,
  acknowledgedAt: null,
  contactedAt: null,
  fedBackAt: null,
  result: null,
  told: null,
  stageReports: [],
  endedAt: null,
  ended: null,
})

function withLeg(
  order: WorkOrder,
  n: number,
  change: Partial<DispatchLeg> | ((leg: DispatchLeg) => Partial<DispatchLeg>),
): WorkOrder {
  const changed = (leg: DispatchLeg): DispatchLeg => ({
    ...leg,
    ...(typeof change === 'function' ? change(leg) : change),
  })
  return { ...order, legs: order.legs.map((leg) => (leg.n === n ? changed(leg) : leg)) }
}

function settled(
  rating: NonNullable<WorkOrder['rating']>,
  to: { stars: number | null; components: Record<string, number> | null },
  at: Date,
): NonNullable<WorkOrder['rating']> {
  if (to.stars === null) return { ...rating, final: true }
  const components = to.components ?? rating.components
  return { ...rating, stars: to.stars, components, final: true, before: replaced(rating, at) }
}

const replaced = (
  { stars, components, before }: NonNullable<WorkOrder['rating']>,
  until: Date,
): NonNullable<WorkOrder['rating']>['before'] => [...before, { stars, components, until }]

function opened(next: WorkOrder, event: OrderEvent & { type: 'opened' }, { at, by }: Stamp): WorkOrder {
  const { n, leg, kind, said } = event
  // Kind and words come from one member of the union; the two destructured halves have lost that.
  const procedure = {
    n,
    kind,
    leg,
    openedAt: at,
    openedBy: by.id,
    openedRole: by.role,
    said,
    closedAt: null,
    closedBy: null,
    closedRole: null,
    verdict: null,
    outcome: null,
  } as Procedure
  // Asked without a date, nothing waits: the matter goes on meanwhile (鞍山 2019: 要素不全的照常受理).
  const waits = event.kind === 'material' && event.said.until !== null
  const state = waits ? 'awaitingMaterial' : next.state
  return { ...next, state, procedures: [...next.procedures, procedure] }
}

function closed(next: WorkOrder, event: OrderEvent & { type: 'closed' }, { at, by }: Stamp): WorkOrder {
  const { n, verdict, outcome } = event
  const procedures = next.procedures.map((p) =>
    p.n === n
      ? ({ ...p, closedAt: at, closedBy: by.id, closedRole: by.role, verdict, outcome } as Procedure)
      : p,
  )
  const supplied = event.kind === 'material' && verdict === 'supplied' && next.state === 'awaitingMaterial'
  const state = supplied ? (next.acceptedAt ? 'accepted' : 'registered') : next.state
  return { ...next, state, procedures }
}

function stepped(next: WorkOrder, event: OrderEvent & { type: 'stepped' }, { at, by }: Stamp): WorkOrder {
  const step = (p: Procedure): Procedure => {
    if (p.n !== event.n) return p
    if (event.kind === 'urgentHandOver' && p.kind === 'urgentHandOver') {
      const calls: UrgentCall[] = [...p.said.calls, event.call]
      return { ...p, said: { ...p.said, calls } }
    }
    const stamp = { by: by.id, at: at.toISOString() }
    if (event.kind === 'supervision' && p.kind === 'supervision')
      return { ...p, outcome: { answer: { ...event.answer, ...stamp }, reason: '' } }
    if (event.kind === 'recusal' && p.kind === 'recusal')
      return { ...p, said: { ...p.said, check: { ...event.check, ...stamp } } }
    if (event.kind === 'objection' && p.kind === 'objection')
      return {
        ...p,
        outcome: {
          centre: { by: by.id, at: at.toISOString(), ...event.centre },
          office: null,
          reason: '',
        },
      }
    return p
  }
  return { ...next, procedures: next.procedures.map(step) }
}
