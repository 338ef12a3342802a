import type { Article } from './types.ts'

/**
 * PURE. Term: a limit of a statute in one stage of a work order: who must do what, from which event, until which.
 * Limit: how the time is counted. The unit is kept with the number and never converted (two months are not 60 days).
 */
export type Limit =
  | { unit: 'workingDay'; count: number }
  /** Before the event: the last whole working day is `count` working days earlier. */
  | { unit: 'workingDayBefore'; count: number }
  | { unit: 'month'; count: number }
  | { unit: 'year'; count: number }
  /** Until 24:00 of the same calendar day. */
  | { unit: 'sameDay' }
  /** Running time: nights and holidays included. */
  | { unit: 'hour'; count: number }
  | { unit: 'minute'; count: number }
  | { unit: 'atOnce' }
  | { unit: 'sameContact' }
  /** A standing duty without an end. */
  | { unit: 'always' }
  /** 规定期限: the text leaves the number to the platform, which has not set it. */
  | { unit: 'setByPlatform' }
  /** Another number for each handling class of the order (丹东 第十三条). */
  | { unit: 'byClass'; of: Readonly<Record<HandlingClass, Limit>> }

export const workingDays = (count: number): Limit => ({ unit: 'workingDay', count })
export const workingDaysBefore = (count: number): Limit => ({ unit: 'workingDayBefore', count })
export const months = (count: number): Limit => ({ unit: 'month', count })
export const years = (count: number): Limit => ({ unit: 'year', count })
export const sameDay: Limit = { unit: 'sameDay' }
export const runningHours = (count: number): Limit => ({ unit: 'hour', count })
export const runningMinutes = (count: number): Limit => ({ unit: 'minute', count })
export const atOnce: Limit = { unit: 'atOnce' }
export const sameContact: Limit = { unit: 'sameContact' }
export const always: Limit = { unit: 'always' }
export const setByPlatform: Limit = { unit: 'setByPlatform' }
export const byClass = (of: Readonly<Record<HandlingClass, Limit>>): Limit => ({ unit: 'byClass', of })

/** 办理类别 (丹东 第十三条第二项): 咨询类、一般事项、疑难事项. */
export const handlingClasses = ['consultation', 'general', 'complex'] as const
export type HandlingClass = (typeof handlingClasses)[number]

/** Facts that start and end terms. One vocabulary for all statutes. */
export type TermEvent =
  | 'contact.received'
  | 'contact.answered'
  | 'emergency.recognised'
  | 'alarm.acknowledged'
  | 'referral.told'
  | 'workOrder.raised'
  | 'workOrder.accepted'
  | 'workOrder.refused'
  | 'workOrder.dispatched'
  | 'workOrder.delivered'
  | 'workOrder.acknowledged'
  | 'workOrder.fedBack'
  | 'workOrder.due'
  | 'workOrder.duePassed'
  | 'workOrder.extendedDue'
  | 'timeExtension.applied'
  | 'recusal.applied'
  | 'recusal.decided'
  | 'explanation.requested'
  | 'explanation.given'
  | 'rating.objected'
  | 'rating.final'
  | 'direct.received'
  | 'dispute.arose'
  | 'dispute.reported'
  | 'material.requested'
  | 'material.supplied'
  | 'requester.contacted'
  | 'requester.answered'
  | 'requester.told'
  | 'coLeg.delivered'
  | 'coLeg.fedBack'
  | 'sendBack.applied'
  | 'supervision.opened'
  | 'supervision.answered'
  | 'urgent.phoned'
  | 'urgent.onTheWay'
  | 'policy.published'
  | 'policy.uploaded'
  | 'knowledge.errorReported'
  | 'knowledge.corrected'
  | 'method.issued'
  | 'method.filed'
  | 'accountability.recorded'
  /** A standing duty: no event starts or ends it. */
  | 'standing'

/** Who has to meet a term. */
export type Duty = 'agent' | 'centre' | 'unit' | 'superior' | 'requester'

/** The part of a term that decides whether it is this order's. */
export const concerns = (
  term: Pick<Term, 'when'>,
  order: { kind: string | null; handlingClass: HandlingClass | null },
): boolean => {
  const { when } = term
  if (!when) return true
  if (when.class !== undefined && when.class !== order.handlingClass) return false
  return when.kind === undefined || (when.kind === 'consultation') === (order.kind === 'consultation')
}

export type Term = {
  /** Stable id, e.g. `AS19-D06`. */
  id: string
  /** What has to be done, in Chinese, for screens. */
  name: string
  duty: Duty
  starts: TermEvent
  ends: readonly TermEvent[]
  within: Limit
  /** Only for orders of this class or kind; several terms of one stage stand beside each other. */
  when?: { class?: HandlingClass; kind?: 'consultation' | 'other' }
  cite: Article
  /** Law: the number stands in the article. Local policy: the article says 及时 or nothing, the number is the centre's. */
  basis: 'law' | 'localPolicy'
  /** Why this event starts it, where the text does not say so itself. */
  because?: string
  /** The words of the text where they are no number. */
  words?: string
  /** Recusal is the only thing that stops a clock, and only where the statute says so. */
  stopsFor?: 'recusal'
  /** Another law's own limit may stand in its place (从其规定). */
  yieldsToOtherLaw?: Article
  /** Upper bound of a time extension: `soft` (一般) may be passed with a reason, `hard` may not. */
  cap?: { appliesTo: 'extension' | 'total'; kind: 'soft' | 'hard' }
}

export type TimeExtensionRule = {
  cite: Article
  atMost: Limit
  appliesTo: 'extension' | 'total'
  cap: 'soft' | 'hard'
}
