import { Type, type Static } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { liveLegs, type DispatchLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, type FollowUp } from '../procedures.ts'
import { leadOf, notHere, standsApart } from './apart.ts'
import { roundOf } from './follow-up.ts'
import {
  body,
  code,
  nextProcedure,
  refuse,
  rolesNamed,
  rule,
  words,
  type Context,
  type Decided,
  type Refused,
} from './rule.ts'

/**
 * PURE. 诉求是否合理 (白银 第十七条): a requester who is dissatisfied, or whose matter was left undone, is judged to be in the
 * right or not, by somebody else than the unit. In the right: the unit handles it again or explains. Not: he is told why.
 * Where the statute only knows an audit the judgement is local policy, and handling again is a return under the old clock.
 */
const judgeBody = body({
  followUp: Type.Integer({ minimum: 1 }),
  /** 应办未办, or 不满意且诉求合理. */
  ground: Type.Optional(Type.Enum(['leftUndone', 'dissatisfied'])),
  reasonable: Type.Boolean(),
  reason: words(4000),
  then: Type.Optional(Type.Enum(['handleAgain', 'explain'])),
  /** Co-units that handle their part again, too. */
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
  /** How and in which words the requester was told that his demand was found unreasonable. */
  told: Type.Optional(Type.Object({ way: words(40), text: words(4000) })),
})
type Said = Static<typeof judgeBody>

/** Who judges where the text does not say: whoever may audit. */
const localJudges = ['auditor', 'teamLead', 'centreLeader']

export const judge = rule({
  label: '认定诉求是否合理',
  body: judgeBody,
  roles: ({ topics: { followUp } }) => rolesNamed(valueOf<readonly string[]>(followUp.judge, localJudges)),
  states: ['concluded'],
  cite: (statute) => citesOf(statute.topics.followUp.dissatisfied),
  absent: ({ topics: { followUp, audit } }) =>
    followUp.dissatisfied.basis === 'silent' && audit.duty.basis === 'silent'
      ? notHere(
          '本市规定没有不满意的再次办理',
          followUp.dissatisfied,
          '办理结果不实的，请在登记回访时注明，由平台督办；其他的请向诉求人说明。',
        )
      : null,
  barred: (order, context) =>
    standsApart(order, context) ??
    (openProcedures(order, 'objection').length > 0
      ? refuse(409, 'objectionOpen', '承办单位对评价的异议还没有结论', '请在复评和审核之后再认定。')
      : null) ??
    (roundOf(order).some(isComplaint)
      ? null
      : refuse(
          409,
          'nothingToJudge',
          '没有待认定的不满意答复',
          '诉求人不满意或者认为没有解决的，才需要认定。',
        )),
  decide: decideJudge,
})

/** Dissatisfied or unsolved, and not judged yet. */
const isComplaint = (f: FollowUp): boolean =>
  f.verdict === null && (f.satisfied === 'dissatisfied' || f.solved === false)

function decideJudge(order: WorkOrder, said: Said, { statute }: Context): Decided {
  const { dissatisfied } = statute.topics.followUp
  const found = roundOf(order).find((f) => f.n === said.followUp)
  if (!found)
    return refuse(
      422,
      'followUpUnknown',
      '没有这次回访',
      '请从本次办结后的回访中选择。',
      citesOf(dissatisfied),
    )
  if (!isComplaint(found))
    return found.verdict
      ? refuse(409, 'judgedBefore', '这次回访已经认定', '请查看认定的理由。', citesOf(dissatisfied))
      : refuse(409, 'nothingToJudge', '诉求人没有表示不满意', '不满意或者没有解决的，才需要认定。')
  const lead = leadOf(order)
  if ('refused' in lead) return lead
  const wrong = judgeSaid(order, said, statute)
  if (wrong) return wrong
  const judged: OrderEvent = {
    type: 'judged',
    followUp: found.n,
    reasonable: said.reasonable,
    reason: said.reason,
    then: said.then ?? 'none',
    ground: said.ground ?? (found.satisfied === 'dissatisfied' ? 'dissatisfied' : 'leftUndone'),
    ...(said.told ? { told: said.told } : {}),
  }
  if (said.then === undefined) return { events: [judged], cite: citesOf(dissatisfied) }
  if (said.then === 'explain') {
    if (openProcedures(order, 'explanation', lead.n).length > 0)
      return refuse(
        409,
        'explanationAsked',
        '已经要求承办单位说明',
        '请等待承办单位说明，或者交其再次办理。',
        citesOf(dissatisfied),
      )
    const explanation: OrderEvent = {
      type: 'opened',
      kind: 'explanation',
      n: nextProcedure(order),
      leg: lead.n,
      said: { question: said.reason },
    }
    return { events: [judged, explanation], cite: citesOf(dissatisfied) }
  }
  const again = liveLegs(order).filter((leg) => leg.n === lead.n || said.coUnits?.includes(leg.unitId))
  return { events: [judged, ...handleAgain(order, again, said.reason, statute)], cite: citeOfAgain(statute) }
}

/** New legs under the limit of a new handling, or a return under the old clock (reading A-27). */
function handleAgain(
  order: WorkOrder,
  again: readonly DispatchLeg[],
  why: string,
  statute: Statute,
): OrderEvent[] {
  if (valueOf(statute.topics.followUp.clockOfHandlingAgain, 'oldClockGoesOn') === 'oldClockGoesOn')
    return again.map((leg): OrderEvent => ({ type: 'returned', leg: leg.n, why }))
  const first = order.legs.length + 1
  return [
    ...again.map((leg): OrderEvent => ({ type: 'legEnded', leg: leg.n, why: 'handledAgain' })),
    {
      type: 'dispatched',
      legs: again.map(({ unitId, role }, i) => ({ n: first + i, unitId, role })),
      basis: why,
      warnings: [],
    },
  ]
}

const citeOfAgain = ({ topics: { followUp, audit } }: Statute): string | null =>
  citesOf(followUp.dissatisfied) ?? citesOf(followUp.clockOfHandlingAgain) ?? citesOf(audit.failed)

function judgeSaid(order: WorkOrder, said: Said, statute: Statute): Refused | null {
  const cite = citesOf(statute.topics.followUp.dissatisfied)
  if (said.reasonable && said.then === undefined)
    return refuse(
      422,
      'thenMissing',
      '认定合理，却没有写明怎样处理',
      '请选择交承办单位再次办理，或者由承办单位作出说明。',
      cite,
    )
  if (!said.reasonable && (said.then !== undefined || (said.coUnits ?? []).length > 0))
    return refuse(
      422,
      'judgementContradicts',
      '认定不合理，却要求再次办理或者说明',
      '请核对认定，或去掉后续要求。',
      cite,
    )
  // The text asks for 合理 of the dissatisfied alone: what ought to be done and was not goes back in any case.
  if (!said.reasonable && said.ground === 'leftUndone')
    return refuse(
      422,
      'leftUndoneUnreasonable',
      '认定应办未办，却认定诉求不合理',
      '应办未办的，应当交承办单位再次办理或者说明；没有漏办的，请不要选择应办未办。',
      cite,
    )
  if (!said.reasonable && !said.told)
    return refuse(
      422,
      'requesterNotTold',
      '没有写明怎样向诉求人解释',
      '认定不合理的，请先向诉求人解释理由，再填写告知方式和内容。',
      cite,
    )
  const co = liveLegs(order).filter((leg) => leg.role === 'co')
  return said.coUnits?.some((unit) => !co.some((leg) => leg.unitId === unit))
    ? refuse(422, 'notCoUnit', '再次办理的单位不是协办单位', '请从这张办理单的协办单位中选择。')
    : null
}
