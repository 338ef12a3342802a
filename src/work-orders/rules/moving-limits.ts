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
export function decisionClock(
  procedure: number,
  { calendar, at }: { calendar: Calendar; at: Date },
): Started[] {
  const found = dueOf({ starts: 'timeExtension.applied', within: decideWithin }, at, calendar)
  if ('refused' in found || found.due === null) return []
  const { due, provisional, calendarVersion } = found
  return [
    {
      leg: 0,
      procedure,
      term: extensionDecision,
      startedAt: at,
      due,
      provisional,
      localPolicy: true,
      calendarVersion,
      cite: '本市内部规定：延期申请一个工作日内答复',
      window: false,
    },
  ]
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
