import type { Calendar } from '../../statutes/calendar.ts'
import { dueOf, underOtherLaw, type OtherLaw } from '../../statutes/deadline.ts'
import type { Statute } from '../../statutes/statute.ts'
import { workingDays, type Limit, type Term } from '../../statutes/term.ts'
import type { Started } from '../clock.ts'
import type { WorkOrder } from '../model.ts'
import { proceduresOf, type Procedure } from '../procedures.ts'

/** PURE. What moves with a handling limit when it is extended, replaced by another law's, or counted by another class. */

/** Term id of an application for a time extension that waits for its approver. */
export const extensionDecision = 'EXTENSION-DECISION'

/** 本级答复延期申请的时限: no text has a number. */
const decideWithin = workingDays(1)

/** An application that nobody has answered after a working day alarms its approver; the centre's own policy. */
export const decisionClock = (procedure: number, context: Instant): Started[] =>
  ofCentre(
    { term: extensionDecision, starts: 'timeExtension.applied', within: decideWithin, procedure },
    '本市内部规定：延期申请一个工作日内答复',
    context,
  )

/** Term id of an order that waits for another unit: the first one sent it back or was recused. */
export const dispatchAgain = 'DISPATCH-AGAIN'

/** 由平台重新转交有关单位 (白银 第十二条第二款 and its like) has no number in any text: the centre's own. */
export const dispatchAgainClock = (context: Instant): Started[] =>
  ofCentre(
    { term: dispatchAgain, starts: 'workOrder.accepted', within: workingDays(1), procedure: 0 },
    '本市内部规定：退回或者回避后一个工作日内重新派单',
    context,
  )

type Instant = { calendar: Calendar; at: Date }

function ofCentre(
  { term, procedure, ...limit }: { term: string; procedure: number } & Pick<Term, 'starts' | 'within'>,
  cite: string,
  { calendar, at }: Instant,
): Started[] {
  const found = dueOf(limit, at, calendar)
  if ('refused' in found || found.due === null) return []
  const { due, provisional, calendarVersion } = found
  const clock = { startedAt: at, due, provisional, localPolicy: true, calendarVersion, cite, window: false }
  return [{ leg: 0, procedure, term, ...clock }]
}

/** Does the extension take effect by being reported, without anybody's approval (白银 第十五条)? */
export const needsApproval = (statute: Statute): boolean =>
  statute.topics.timeExtension.approver.basis !== 'silent'

/**
 * Rights to apply that end with the handling limit itself, and so move with it (在办结时限内). One that repeats a number
 * of its own stays (鞍山 2019 第二十二条第二款: 五个工作日内): it does not yield to another law where the limit does.
 */
export function movingWindows(statute: Statute, handling: string): string[] {
  const limit = statute.terms[handling]
  if (!limit) return []
  const yields = (term: Term): boolean => term.yieldsToOtherLaw !== undefined
  return Object.values(statute.terms).flatMap((term) =>
    term.ends.includes('timeExtension.applied') && yields(term) === yields(limit) ? [term.id] : [],
  )
}

/** Extensions in force of one leg, in their order. */
export const grantedTo = (order: Pick<WorkOrder, 'procedures'>, leg: number): Limit[] =>
  proceduresOf(order, 'timeExtension').flatMap((p) => (p.leg === leg && inForce(p) ? [p.said.by] : []))

export const inForce = ({ verdict }: Pick<Procedure<'timeExtension'>, 'verdict'>): boolean =>
  verdict === 'approved' || verdict === 'reported'

/**
 * A bound of the whole matter gives way to another law's limit where that is longer, and is not shortened by it: the
 * two months of 鞍山草案第十五条第二款 bound what the hotline itself extends.
 */
export function giveWay(term: Term, other: OtherLaw, startedAt: Date, calendar: Calendar): boolean {
  if (term.cap?.appliesTo !== 'total') return true
  const under = underOtherLaw(term, other)
  const [own, theirs] = [dueOf(term, startedAt, calendar), under && dueOf(under, startedAt, calendar)]
  if ('refused' in own || own.due === null) return true
  return theirs !== null && !('refused' in theirs) && theirs.due !== null && theirs.due > own.due
}

/**
 * Terms of the centre that stand while it waits for the requester's material: only where the number is its own, so that
 * no limit of the law is stopped by anything but the law.
 */
export const heldByMaterial = (statute: Statute): Term[] =>
  Object.values(statute.terms).filter(
    (term) => term.starts === 'workOrder.raised' && term.duty === 'centre' && term.basis === 'localPolicy',
  )

/** The application is moot when its leg has reported or lies with the unit no more. */
export const mootApplications = (order: Pick<WorkOrder, 'procedures'>, leg: number): number[] =>
  proceduresOf(order, 'timeExtension').flatMap((p) => (p.leg === leg && p.closedAt === null ? [p.n] : []))
