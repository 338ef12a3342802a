import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import type { Limit } from '../../statutes/term.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { Clock } from '../clock.ts'
import { findLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, type Procedure } from '../procedures.ts'
import { applyUntil, extended, handlingClock, noHandlingClock } from './handling-clock.ts'
import { needsApproval } from './moving-limits.ts'
import { onMissed } from './supervision-automatic.ts'
import {
  body,
  limitIn,
  maybe,
  nextProcedure,
  ownLeg,
  refuse,
  rolesNamed,
  rule,
  unitRoles,
  words,
  type Context,
  type Decided,
  type GateContext,
  type Refused,
} from './rule.ts'

/**
 * PURE. Time extension (延期) and, where the statute has no approval, the explanation of lateness that sets a new day
 * (白银 第十五条). The old due date stands until it is in force.
 */
const applyBody = body({
  reason: words(2000),
  /** 继续办理的进度, 办理措施, 依据: demanded where the statute lists them. */
  progress: maybe(2000),
  measures: maybe(2000),
  basis: maybe(2000),
  /** How much longer, counted from the due date. */
  by: Type.Union([limitIn('workingDay', 366), limitIn('month', 24)]),
  /** How and in which words the requester was told. */
  told: Type.Object({ way: words(40), text: words(4000) }),
})
type Application = Static<typeof applyBody>

const filled = (text: string | undefined): boolean => text !== undefined && text.trim() !== ''

/** Whether the application says what the statute wants told, by the codes of its list. */
const says: Record<string, (a: Application) => boolean> = {
  reason: (a) => filled(a.reason),
  progress: (a) => filled(a.progress),
  measures: (a) => filled(a.measures),
  basis: (a) => filled(a.basis),
  limit: () => true,
}

export const applyExtension = rule({
  label: '申请延期',
  body: applyBody,
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.timeExtension.apply),
  barred: barredApplication,
  decide: decideApplication,
})

function barredApplication(order: WorkOrder, context: GateContext): Refused | null {
  const leg = ownLeg(order, context)
  if ('refused' in leg) return leg
  const { coUnitLate } = context.statute.topics.handlingLimit
  if (leg.role === 'co' && coUnitLate && coUnitLate.basis !== 'silent')
    return refuse(
      409,
      'coUnitReportsStage',
      '协办单位不能按期办结的，不申请延期',
      '请说明理由并报告阶段性工作情况。',
      citesOf(coUnitLate),
    )
  if (leg.fedBackAt)
    return refuse(409, 'fedBackBefore', '本单位已经反馈结果', '期限已经停止计算，不需要延期。')
  return openProcedures(order, 'timeExtension', leg.n).length > 0
    ? refuse(
        409,
        'extensionUndecided',
        '本单位的延期申请还没有答复',
        '答复前原期限不变，请继续办理并等待答复。',
        citesOf(context.statute.topics.timeExtension.whileUndecided),
      )
    : null
}

function decideApplication(order: WorkOrder, said: Application, context: Context): Decided {
  const { statute, now } = context
  const topic = statute.topics.timeExtension
  const leg = ownLeg(order, context)
  if ('refused' in leg) return leg
  const unsaid = judgeWords(said, statute)
  if (unsaid) return unsaid
  const clock = handlingClock(leg, context)
  if (!clock) return noHandlingClock()
  const fixed = limitOfOtherLaw(clock, statute)
  if (fixed) return fixed
  const until = applyUntil(order, leg, context)
  if (until !== null && now >= until)
    return refuse(
      409,
      'extensionTooLate',
      '申请延期的期限已过',
      `应当在 ${formatInstant(until)} 之前申请；现在请尽快办结，确有困难的请报请协调。`,
      citesOf(topic.apply),
    )
  const early = stillRuns(clock, context)
  if (early) return early
  const to = extended(order, leg, clock, said.by, context)
  if ('refused' in to) return to
  const missed = needsApproval(statute) ? [] : missedToo(order, clock, context)
  const n = nextProcedure(order) + missed.filter(({ type }) => type === 'opened').length
  const opened: OrderEvent = {
    type: 'opened',
    kind: 'timeExtension',
    n,
    leg: leg.n,
    said: {
      reason: said.reason.trim(),
      progress: said.progress?.trim() ?? '',
      measures: said.measures?.trim() ?? '',
      ...(filled(said.basis) ? { basis: said.basis!.trim() } : {}),
      by: said.by,
      due: formatInstant(to.due),
      overSoftCap: to.overSoftCap,
      told: said.told,
    },
  }
  if (needsApproval(statute)) return { events: [opened], cite: citesOf(topic.apply) }
  const events: OrderEvent[] = [
    ...missed,
    opened,
    {
      type: 'closed',
      kind: 'timeExtension',
      n,
      verdict: 'reported',
      outcome: { reason: said.reason.trim() },
    },
    inForce(leg.n, clock, said.by, to.due, statute),
  ]
  return { events, cite: citesOf(topic.apply) }
}

/** 未能限时办结的: the article speaks of afterwards, so nobody explains lateness that there is not yet. */
function stillRuns({ due }: Clock, { statute, now }: Context): Refused | null {
  const { afterDue, apply } = statute.topics.timeExtension
  return valueOf(afterDue, false) && now < due
    ? refuse(
        409,
        'limitStillRuns',
        '办理期限还没有届满',
        `期限到 ${formatInstant(due)} 届满，请在届满前办结；届满仍未办结的，再说明原因并告知诉求人新的期限。`,
        citesOf(apply),
      )
    : null
}

/** The day that passed stays on record, with the supervision that follows, where no bell has told of it before it moves. */
function missedToo(order: WorkOrder, clock: Clock, context: Context): OrderEvent[] {
  if (clock.missedAt !== null) return []
  const { term, leg, due } = clock
  const missed: OrderEvent = { type: 'deadlineMissed', term, leg, due: formatInstant(due) }
  return [missed, ...onMissed(order, clock, context).events]
}

function judgeWords(said: Application, statute: Statute): Refused | null {
  const { tells } = statute.topics.timeExtension
  const lacking = valueOf(tells, []).filter(({ code }) => !(says[code]?.(said) ?? true))
  if (lacking.length > 0)
    return refuse(
      422,
      'extensionPartMissing',
      '延期申请内容不全',
      `请写明：${lacking.map(({ label }) => label).join('、')}。`,
      citesOf(tells),
    )
  return filled(said.told.way) && filled(said.told.text)
    ? null
    : refuse(
        422,
        'requesterNotTold',
        '没有写明怎样告知诉求人',
        '请先告知诉求人，再填写告知的方式和内容。',
        citesOf(tells),
      )
}

/** A limit that another law sets can be lengthened by that law alone. */
function limitOfOtherLaw({ otherLaw }: Clock, statute: Statute): Refused | null {
  if (!otherLaw) return null
  const source = `《${otherLaw.law}》${otherLaw.article}`
  return refuse(
    409,
    'limitOfOtherLaw',
    `办理时限由${source}规定，不能在这里延期`,
    '只有该法律、法规自己的延期规定才能延长；有这样的规定的，请按它登记新的时限。',
    citesOf(statute.topics.handlingLimit.otherLaw),
  )
}

const approvers = (statute: Statute, order: WorkOrder): readonly Role[] =>
  approversOf(statute, openProcedures(order, 'timeExtension'))

/** Those who approve; an application over a soft cap waits for others (一般不超过). */
export function approversOf(
  statute: Statute,
  open: readonly Pick<Procedure<'timeExtension'>, 'said'>[],
): readonly Role[] {
  const { approver, beyondCap } = statute.topics.timeExtension
  const usual = rolesNamed(valueOf(approver, []))
  const beyond = rolesNamed(valueOf(beyondCap, []))
  const allBeyond = open.length > 0 && open.every((p) => p.said.overSoftCap)
  return allBeyond ? beyond : [...new Set([...usual, ...beyond])]
}

export const decideExtension = rule({
  label: '答复延期申请',
  body: body({
    /** Which application; the oldest open one where it is left out. */
    procedure: Type.Optional(Type.Integer({ minimum: 1 })),
    approve: Type.Boolean(),
    reason: words(2000),
  }),
  roles: approvers,
  states: ['dispatched', 'fedBack'],
  cite: (statute) => citesOf(statute.topics.timeExtension.approver),
  absent: (statute) =>
    needsApproval(statute)
      ? null
      : refuse(
          409,
          'notInThisStatute',
          '本市规定没有延期的审批',
          `${statute.topics.timeExtension.approver.says}。认为不当的，请督办。`,
        ),
  barred: (order) =>
    openProcedures(order, 'timeExtension').length === 0
      ? refuse(409, 'noApplication', '没有等待答复的延期申请', '请刷新后查看最新状态。')
      : null,
  decide: decideAnswer,
})

function decideAnswer(
  order: WorkOrder,
  said: { procedure?: number; approve: boolean; reason: string },
  context: Context,
): Decided {
  const { statute, actor } = context
  const { approver } = statute.topics.timeExtension
  const open = openProcedures(order, 'timeExtension')
  const asked = said.procedure === undefined ? open[0] : open.find((p) => p.n === said.procedure)
  if (!asked)
    return refuse(409, 'noApplication', '没有这件等待答复的延期申请', '请刷新后从列出的申请中选择。')
  if (asked.openedBy === actor.id)
    return refuse(403, 'ownApplication', '不能答复自己提出的申请', '请由其他人员答复。')
  const closed: OrderEvent = {
    type: 'closed',
    kind: 'timeExtension',
    n: asked.n,
    verdict: said.approve ? 'approved' : 'refused',
    outcome: { reason: said.reason },
  }
  if (!said.approve) return { events: [closed], cite: citesOf(approver) }
  const granted = judgeApproval(order, asked, context)
  return 'refused' in granted ? granted : { events: [closed, granted], cite: citesOf(approver) }
}

/** Judged again on the day of the answer: the leg, its limit or what was granted since may have changed. */
function judgeApproval(
  order: WorkOrder,
  { leg: n, said }: Procedure<'timeExtension'>,
  context: Context,
): (OrderEvent & { type: 'extended' }) | Refused {
  const { statute, actor } = context
  const leg = n === null ? null : findLeg(order, n)
  if (!leg || leg.endedAt || leg.fedBackAt)
    return refuse(
      409,
      'extensionMoot',
      '该单位已经反馈结果或者不再承办，不需要延期',
      '请答复不同意，并写明不再需要。',
    )
  const clock = handlingClock(leg, context)
  if (!clock) return noHandlingClock()
  const fixed = limitOfOtherLaw(clock, statute)
  if (fixed) return fixed
  const to = extended(order, leg, clock, said.by, context)
  if ('refused' in to) return to
  const { beyondCap } = statute.topics.timeExtension
  if (to.overSoftCap && !valueOf<readonly string[]>(beyondCap, []).includes(actor.role))
    return refuse(
      403,
      'beyondCap',
      '超过一般期限的延期不由您批准',
      beyondCap.says + '。',
      citesOf(statute.topics.timeExtension.atMost),
    )
  return inForce(leg.n, clock, said.by, to.due, statute)
}

/** Whom the statute wants told of it beside the requester stands on the event (通报热线行政主管部门, 草案第十四条第二项). */
function inForce(
  leg: number,
  { term }: Clock,
  by: Limit,
  due: Date,
  statute: Statute,
): OrderEvent & { type: 'extended' } {
  const alsoTold = valueOf<readonly string[]>(statute.topics.timeExtension.alsoTold, [])
  return {
    type: 'extended',
    leg,
    term,
    by,
    due: formatInstant(due),
    ...(alsoTold.length > 0 ? { alsoTold } : {}),
  }
}
