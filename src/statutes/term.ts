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
  | 'workOrder.fedBack'
  | 'workOrder.due'
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

/** Who has to meet a term. */
export type Duty = 'agent' | 'centre' | 'unit' | 'superior' | 'requester'

export type Term = {
  /** Stable id, e.g. `AS19-D06`. */
  id: string
  /** What has to be done, in Chinese, for screens. */
  name: string
  duty: Duty
  starts: TermEvent
  ends: readonly TermEvent[]
  within: Limit
  cite: Article
  /** Law: the number stands in the article. Local policy: the article says 及时 or nothing, the number is the centre's. */
  basis: 'law' | 'localPolicy'
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
