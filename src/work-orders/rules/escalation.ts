import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import type { Labelled, Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { leadLegOf, legOfUnit, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, proceduresOf, type Procedure } from '../procedures.ts'
import { decideDispatch, judgeUnits, warningsOf } from './intake.ts'
import { moveLeg } from './reassign.ts'
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

/**
 * PURE. What a unit or the centre cannot solve goes up: the rungs of the statute (逐级), the joint meeting, what a unit
 * submits to its government or superior, the special report. No clock stops for it.
 */
const centre: readonly Role[] = ['agent', 'teamLead', 'dispatcher', 'supervisor', 'centreLeader']

const rungsOf = (statute: Statute): readonly Labelled[] => valueOf(statute.topics.dispatch.escalation, [])

/** Grounds on which the statute lets a unit submit the matter by itself (白银 第十三条, 丹东 第十九条), or null. */
function unitSubmits(statute: Statute): { grounds: readonly Labelled[]; cite: string | null } | null {
  for (const answer of statute.topics.supervision.onward)
    if (answer.basis !== 'silent' && answer.value.by === 'unit' && answer.value.to === 'government')
      return { grounds: answer.value.grounds, cite: citesOf(answer) }
  return null
}

/** Convened by the platform alone (白银 第十一条第三项). */
const jointMeeting = 'jointMeeting'

const isUnit = (role: string): boolean => (unitRoles as readonly string[]).includes(role)

/** The rungs that this role may take, from the lowest. */
function rungsFor(statute: Statute, role: string): readonly Labelled[] {
  const rungs = rungsOf(statute)
  if (!unitSubmits(statute)) return rungs
  return rungs.filter((rung) => (rung.code === jointMeeting) !== isUnit(role))
}

const absent = (statute: Statute): Refused | null =>
  rungsOf(statute).length > 0
    ? null
    : refuse(409, 'notInThisStatute', '本市规定没有报请协调的程序', '请与有关单位沟通，或者报请督办。')

const escalateBody = body({
  rung: code,
  reason: words(4000),
  /** Who takes part, or to whom it goes. */
  participants: Type.Array(words(200), { minItems: 1, maxItems: 30 }),
  /** Codes of the statute, where it names the cases. */
  grounds: Type.Optional(Type.Array(code, { maxItems: 10 })),
  /** Why a rung below was left out. */
  whyJump: maybe(1000),
})

export const escalate = rule({
  label: '报请上级协调',
  body: escalateBody,
  roles: (statute) => [
    ...(centre.some((role) => rungsFor(statute, role).length > 0) ? centre : []),
    ...unitRoles,
  ],
  states: ['accepted', 'dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.escalation),
  absent,
  barred: barredEscalation,
  decide: decideEscalation,
})

function barredEscalation(order: WorkOrder, context: GateContext): Refused | null {
  if (context.actorUnit !== null) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
  }
  return openProcedures(order, 'escalation').length > 0
    ? refuse(
        409,
        'escalationOpen',
        '上一次报请协调还没有结果',
        '请先登记协调的决定；没有解决的再报上一级。',
        citesOf(context.statute.topics.dispatch.escalation),
      )
    : null
}

function decideEscalation(order: WorkOrder, said: Static<typeof escalateBody>, context: Context): Decided {
  const { statute, actor } = context
  const rungs = rungsFor(statute, actor.role)
  const cite = citesOf(statute.topics.dispatch.escalation)
  const at = rungs.findIndex((rung) => rung.code === said.rung)
  if (at < 0)
    return refuse(
      422,
      'rungUnknown',
      '没有您可以报请的这一级',
      `可以报请：${rungs.map(({ label }) => label).join('、')}。`,
      cite,
    )
  const submits = isUnit(actor.role) ? unitSubmits(statute) : null
  const grounds = said.grounds ?? []
  if (submits) {
    const known = submits.grounds.map((ground) => ground.code)
    if (grounds.length === 0 || grounds.some((ground) => !known.includes(ground)))
      return refuse(
        422,
        'groundUnknown',
        '没有写明属于哪种情形',
        `请从中选择：${submits.grounds.map(({ label }) => label).join('、')}。`,
        submits.cite,
      )
  }
  // Where the unit chooses whom to submit to, no ladder binds it.
  const whyJump = said.whyJump?.trim() || null
  if (!submits && at > reached(order, rungs) + 1 && whyJump === null)
    return refuse(
      422,
      'rungJumped',
      '越过了应当先报请的一级',
      `请先报请“${rungs[reached(order, rungs) + 1]!.label}”；确需越级的，请写明理由。`,
      cite,
    )
  const event = opened(order, { ...said, grounds: submits ? grounds : [], whyJump })
  return { events: [event], cite: submits?.cite ?? cite }
}

/** The highest rung so far, −1 before the first. */
const reached = (order: WorkOrder, rungs: readonly Labelled[]): number =>
  Math.max(
    -1,
    ...proceduresOf(order, 'escalation').map((p) => rungs.findIndex(({ code: c }) => c === p.said.rung)),
  )

const opened = (
  order: WorkOrder,
  said: Pick<Procedure<'escalation'>['said'], 'rung' | 'reason' | 'participants' | 'grounds' | 'whyJump'>,
): OrderEvent => ({
  type: 'opened',
  kind: 'escalation',
  n: nextProcedure(order),
  leg: leadLegOf(order)?.n ?? null,
  said: {
    rung: said.rung,
    reason: said.reason.trim(),
    participants: said.participants,
    grounds: said.grounds,
    whyJump: said.whyJump,
  },
})

const dutyDispute = 'dutyDispute'

export const disputeDuty = rule({
  label: '职责有争议，报请确定',
  body: body({
    reason: words(4000),
    /** The superior organ or competent department that decides. */
    superior: words(200),
  }),
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.dispute),
  absent(statute) {
    const { dispute } = statute.topics.dispatch
    return dispute.basis === 'silent'
      ? refuse(
          409,
          'notInThisStatute',
          '本市规定没有职责争议的报告程序',
          `${dispute.says}。不属于本单位职责的，请申请退回；疑难的请报请协调。`,
        )
      : null
  },
  barred: barredEscalation,
  decide(order, { reason, superior }, { statute }) {
    const rung = rungsOf(statute).find(({ code: c }) => c === 'superior')?.code ?? 'superior'
    const participants = [superior]
    return {
      events: [opened(order, { rung, reason, participants, grounds: [dutyDispute], whyJump: null })],
      cite: citesOf(statute.topics.dispatch.dispute),
    }
  },
})

const decisionBody = body({
  /** False: not solved here, the next rung follows. */
  solved: Type.Boolean(),
  decision: words(4000),
  decidedBy: words(200),
  /** The unit that leads from now on, and who helps it. */
  leadUnit: Type.Optional(code),
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
})
type Decision = Static<typeof decisionBody>

/** Whose duty it is decides the superior; what was coordinated is written down by whoever runs the hotline, too. */
const superiors: readonly Role[] = ['supervisor', 'centreLeader', 'office']

export const recordDecision = rule({
  label: '登记协调决定',
  body: decisionBody,
  roles: (_statute, order) =>
    openProcedures(order, 'escalation').some((p) => p.said.grounds.includes(dutyDispute))
      ? superiors
      : ['teamLead', 'dispatcher', ...superiors],
  states: ['accepted', 'dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.escalation),
  absent,
  units: ({ leadUnit, coUnits }) => [...(leadUnit === undefined ? [] : [leadUnit]), ...(coUnits ?? [])],
  barred: (order) =>
    openProcedures(order, 'escalation').length > 0
      ? null
      : refuse(409, 'noEscalation', '没有等待决定的报请协调', '请刷新后查看最新状态。'),
  decide: decideDecision,
})

function decideDecision(order: WorkOrder, said: Decision, context: Context): Decided {
  const { dispatch } = context.statute.topics
  const [asked] = openProcedures(order, 'escalation')
  const cite = citesOf(dispatch.escalation)
  if (!asked) return refuse(409, 'noEscalation', '没有等待决定的报请协调', '请刷新后查看最新状态。')
  const lead = leadLegOf(order)
  const named = valueOf<string | null>(dispatch.leadUnit, null) === 'namedInSolution'
  if (said.solved && named && !lead && said.leadUnit === undefined)
    return refuse(
      422,
      'leadUnitMissing',
      '解决方案没有明确主办单位',
      '请写明主办单位和协办单位。',
      citesOf(dispatch.leadUnit),
    )
  if (!said.solved && (said.leadUnit !== undefined || said.coUnits !== undefined))
    return refuse(
      422,
      'unsolvedNamesUnits',
      '没有解决的不能确定承办单位',
      '请去掉承办单位，或改为已经解决。',
      cite,
    )
  const follows = said.solved ? unitsFollow(order, said, context) : { events: [] }
  if ('refused' in follows) return follows
  const closed: OrderEvent = {
    type: 'closed',
    kind: 'escalation',
    n: asked.n,
    verdict: said.solved ? 'solved' : 'unsolved',
    outcome: {
      decision: said.decision,
      decidedBy: said.decidedBy,
      leadUnit: said.solved ? (said.leadUnit ?? lead?.unitId ?? null) : null,
    },
  }
  return { events: [closed, ...follows.events], cite }
}

/** What the decision changes: first dispatch, another leading unit, or further co-units. */
function unitsFollow(
  order: WorkOrder,
  { leadUnit, coUnits, decision }: Decision,
  context: Context,
): { events: OrderEvent[] } | Refused {
  const lead = leadLegOf(order)
  const basis = decision.slice(0, 500)
  if (!lead) {
    if (leadUnit === undefined) return { events: [] }
    return decideDispatch(order, { leadUnit, basis, ...(coUnits ? { coUnits } : {}) }, context)
  }
  const fresh = (coUnits ?? []).filter((unit) => legOfUnit(order, unit)?.role !== 'co')
  const moves = leadUnit !== undefined && leadUnit !== lead.unitId
  if (moves && lead.fedBackAt)
    return refuse(409, 'fedBackBefore', '主办单位已经反馈结果', '请先审核，再决定是否改派。')
  const ids = [...(moves ? [leadUnit] : []), ...fresh]
  if (ids.length === 0) return { events: [] }
  const barred = judgeUnits(order, ids, null, context)
  if (barred) return barred
  const moved = moves ? moveLeg(order, lead, leadUnit, basis, context) : { events: [] }
  if ('refused' in moved) return moved
  const first = order.legs.length + (moves ? 2 : 1)
  const joined: OrderEvent[] =
    fresh.length === 0
      ? []
      : [
          {
            type: 'dispatched',
            legs: fresh.map((unitId, i) => ({ n: first + i, unitId, role: 'co' as const })),
            basis,
            warnings: warningsOf(
              fresh.map((unitId) => [unitId, 'co']),
              context,
            ),
          },
        ]
  return { events: [...moved.events, ...joined] }
}
