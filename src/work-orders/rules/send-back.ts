import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { SendBackRule, Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { findLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, proceduresOf, type Procedure } from '../procedures.ts'
import { endLeg } from './leg-end.ts'
import {
  body,
  code,
  maybe,
  nextProcedure,
  ownLeg,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type Decided,
  type GateContext,
  type Refused,
} from './rule.ts'

/** PURE. Send-back (退回、退件): the unit says that the order is not its own. The clock never stops for it (C-07). */
const ruleOfStatute = (statute: Statute): SendBackRule | null =>
  valueOf<SendBackRule | null>(statute.topics.sendBack.fromPlatform, null)

const absent = (statute: Statute): Refused | null => {
  const { fromPlatform } = statute.topics.sendBack
  if (fromPlatform.basis !== 'silent') return null
  const [, rung] = valueOf(statute.topics.dispatch.escalation, [])
  return refuse(
    409,
    'notInThisStatute',
    '本市规定没有承办单位退回平台转交事项的程序',
    `认为不属于本单位职责的，请在继续办理的同时报请协调${rung ? `（${rung.label}）` : ''}，由其确定承办单位后改派。`,
    citesOf(statute.topics.dispatch.escalation),
  )
}

const applyBody = body({
  reason: words(4000),
  /** Papers by the codes of the statute: 文号, 名称 or the statement itself. */
  papers: Type.Array(Type.Object({ code, paper: words(2000) }), { maxItems: 10 }),
})

export const applySendBack = rule({
  label: '申请退回',
  body: applyBody,
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.sendBack.fromPlatform),
  absent,
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    if (leg.fedBackAt)
      return refuse(409, 'fedBackBefore', '本单位已经反馈结果', '已经办理的不能再退回，请等待审核。')
    return openProcedures(order, 'sendBack', leg.n).length > 0
      ? refuse(409, 'sendBackUndecided', '本单位的退回申请还没有答复', '答复前请继续办理，期限不停止计算。')
      : null
  },
  decide: decideApplication,
})

function decideApplication(order: WorkOrder, said: Static<typeof applyBody>, context: Context): Decided {
  const { statute } = context
  const { fromPlatform } = statute.topics.sendBack
  const cite = citesOf(fromPlatform)
  const found = ruleOfStatute(statute)
  const leg = ownLeg(order, context)
  if ('refused' in leg) return leg
  if (!found) return absent(statute)!
  const given = said.papers.filter(({ paper }) => paper.trim() !== '')
  const lacking = found.papers.filter((paper) => !given.some((g) => g.code === paper.code))
  if (lacking.length > 0 || said.reason.trim() === '')
    return refuse(
      422,
      'sendBackPaperMissing',
      '退回材料不齐',
      `请补齐：${lacking.map(({ label }) => label).join('、') || '退回的理由'}；材料不齐的不予退回，请继续办理。`,
      cite,
    )
  const late = lateness(leg.n, found, context)
  if (late !== null && late.byLaw)
    return refuse(
      409,
      'sendBackTooLate',
      '退回的期限已过，不再接收退回',
      `应当在 ${formatInstant(late.until)} 之前提出；请继续办理，职责有争议的请报请协调。`,
      cite,
    )
  const known = new Set(found.papers.map((paper) => paper.code))
  const event: OrderEvent = {
    type: 'opened',
    kind: 'sendBack',
    n: nextProcedure(order),
    leg: leg.n,
    said: {
      reason: said.reason.trim(),
      papers: given.filter((paper) => known.has(paper.code)),
      late: late !== null,
    },
  }
  return { events: [event], cite }
}

/**
 * Past the window of the statute? A number of the law ends the right; one that the centre made of 及时 takes nobody's
 * right away and is only recorded.
 */
function lateness(
  leg: number,
  { within }: SendBackRule,
  { statute, clocks, now }: Context,
): { until: Date; byLaw: boolean } | null {
  const clock = within === null ? undefined : clocks.find((c) => c.leg === leg && c.term === within)
  if (!clock || now < clock.due) return null
  return { until: clock.due, byLaw: statute.terms[clock.term]?.basis === 'law' }
}

const deciders: readonly Role[] = ['dispatcher', 'teamLead', 'centreLeader']

export const decideSendBack = rule({
  label: '答复退回申请',
  body: body({
    /** Which application; the oldest open one where it is left out. */
    procedure: Type.Optional(Type.Integer({ minimum: 1 })),
    approve: Type.Boolean(),
    reason: words(2000),
    /** 编办确责 and the leader's instruction that are followed, where the centre gives no verdict of its own. */
    basis: maybe(500),
  }),
  roles: () => deciders,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.sendBack.fromPlatform),
  absent,
  barred: barredAnswer,
  decide: decideAnswer,
})

function barredAnswer(order: WorkOrder, { actor }: GateContext): Refused | null {
  const open = openProcedures(order, 'sendBack')
  if (open.length === 0)
    return refuse(409, 'noApplication', '没有等待答复的退回申请', '请刷新后查看最新状态。')
  return open.every((p) => p.openedBy === actor.id)
    ? refuse(403, 'ownApplication', '不能答复自己提出的申请', '请由其他人员答复。')
    : null
}

function decideAnswer(
  order: WorkOrder,
  said: { procedure?: number; approve: boolean; reason: string; basis?: string },
  context: Context,
): Decided {
  const { statute } = context
  const cite = citesOf(statute.topics.sendBack.fromPlatform)
  const open = openProcedures(order, 'sendBack').filter((p) => p.openedBy !== context.actor.id)
  const asked = said.procedure === undefined ? open[0] : open.find((p) => p.n === said.procedure)
  if (!asked)
    return refuse(409, 'noApplication', '没有这件等待答复的退回申请', '请刷新后从列出的申请中选择。')
  const basis = said.basis?.trim() || null
  if (ruleOfStatute(statute)?.verdict === 'papers' && basis === null)
    return refuse(
      422,
      'sendBackBasisMissing',
      '没有写明依据的确责和批示',
      '平台依据市编办确认职责情况和市领导批示处理，自己不作判断；请写明文号或者批示内容。',
      cite,
    )
  if (!said.approve) return { events: [answered(asked, said, basis, false)], cite }
  const leg = asked.leg === null ? null : findLeg(order, asked.leg)
  if (!leg || leg.endedAt || leg.fedBackAt)
    return refuse(
      409,
      'sendBackMoot',
      '该单位已经反馈结果或者不再承办',
      '请答复不同意，并写明已经办理。',
      cite,
    )
  const tell = valueOf(statute.topics.sendBack.tellRequester, null) === true
  return {
    events: [
      answered(asked, said, basis, tell),
      ...endLeg(order, leg.n, 'sentBack', said.reason.trim(), [asked.n]),
    ],
    cite,
  }
}

const answered = (
  { n }: Procedure<'sendBack'>,
  { approve, reason }: { approve: boolean; reason: string },
  basis: string | null,
  tellRequester: boolean,
): OrderEvent => ({
  type: 'closed',
  kind: 'sendBack',
  n,
  verdict: approve ? 'approved' : 'refused',
  outcome: { reason: reason.trim(), basis, tellRequester },
})

/** How often this unit asked to send the order back in vain (鞍山草案第二十条：多次无理由退转). */
export const groundlessReturns = (order: Pick<WorkOrder, 'legs' | 'procedures'>, unit: string): number =>
  proceduresOf(order, 'sendBack').filter(
    (p) => p.verdict === 'refused' && p.leg !== null && findLeg(order, p.leg)?.unitId === unit,
  ).length
