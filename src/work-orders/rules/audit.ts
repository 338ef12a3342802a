import { Type, type Static } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { liveLegs, type OrderEvent, type WorkOrder } from '../model.ts'
import { leadOf, notHere, standsApart } from './apart.ts'
import { waitsFor } from './handling.ts'
import { body, code, maybe, refuse, rule, type Context, type Decided, type Refused } from './rule.ts'

/**
 * PURE. 审核 (鞍山 2019 第二十三条第一款、草案第十六条): the fed-back result against the standard, point by point. What meets
 * it is concluded; what does not goes back to the unit, whose old clock goes on.
 */
const auditBody = body({
  /** Every point of the standard by its code: is it met? */
  points: Type.Record(Type.String({ maxLength: 40 }), Type.Boolean()),
  note: maybe(4000),
  /** Of a result below the standard: back to the unit, or tracked where the statute knows that. */
  then: Type.Optional(Type.Enum(['return', 'track'])),
  /** Co-units whose part goes back, too. */
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
  /** 办理质量 by stars, for the rating. */
  quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
})
type Said = Static<typeof auditBody>

export const audit = rule({
  label: '审核',
  body: auditBody,
  roles: () => ['auditor', 'teamLead', 'centreLeader'],
  states: ['fedBack'],
  cite: (statute) => citesOf(statute.topics.audit.duty),
  absent: ({ topics: { audit: topic } }) =>
    topic.duty.basis === 'silent'
      ? notHere('本市规定没有逐件审核', topic.duty, '承办单位反馈后即为办结，请用“回访”检验办理结果。')
      : null,
  barred: standsApart,
  decide: decideAudit,
})

function decideAudit(order: WorkOrder, said: Said, context: Context): Decided {
  const { statute } = context
  const { duty, failed } = statute.topics.audit
  const lead = leadOf(order)
  if ('refused' in lead) return lead
  const lacking = waitsFor(order)
  const passed = Object.values(said.points).every((met) => met)
  const note = said.note?.trim() ?? ''
  const wrong =
    judgePoints(said, statute) ??
    judgeQuality(said, statute) ??
    (passed ? judgePass(said, note, lacking, statute) : judgeFail(order, said, note, statute))
  if (wrong) return wrong
  const track = !passed && said.then === 'track'
  const audited: OrderEvent = {
    type: 'audited',
    passed,
    points: said.points,
    note,
    ...(said.quality === undefined ? {} : { quality: said.quality }),
    ...(lacking.length > 0 ? { lacking } : {}),
    ...(passed ? {} : { then: track ? 'track' : 'return' }),
  }
  if (passed) return { events: [audited, { type: 'concluded' }], cite: citesOf(duty) }
  const back = liveLegs(order).filter((leg) => leg.n === lead.n || said.coUnits?.includes(leg.unitId))
  const returns = back.map((leg): OrderEvent => ({ type: 'returned', leg: leg.n, why: note }))
  return { events: track ? [audited] : [audited, ...returns], cite: citesOf(failed) ?? citesOf(duty) }
}

function judgePoints({ points }: Said, statute: Statute): Refused | null {
  const { standard, duty } = statute.topics.audit
  const known = valueOf(standard, [])
  const stranger = Object.keys(points).find((point) => !known.some(({ code: c }) => c === point))
  if (stranger !== undefined)
    return refuse(
      422,
      'pointUnknown',
      '没有这一项办结标准',
      '请按列出的办结标准逐项审核。',
      citesOf(standard) ?? citesOf(duty),
    )
  const unanswered = known.filter(({ code: c }) => points[c] === undefined)
  return unanswered.length > 0
    ? refuse(
        422,
        'pointMissing',
        '办结标准没有逐项审核',
        `请补填：${unanswered.map(({ label }) => label).join('、')}。`,
        citesOf(standard) ?? citesOf(duty),
      )
    : null
}

function judgeQuality({ quality }: Said, statute: Statute): Refused | null {
  if (quality === undefined) return null
  const stars = valueOf(statute.topics.rating.stars, 0)
  if (stars === 0) return refuse(422, 'noStars', '本市规定没有星级评价', '请去掉办理质量的星级后重新提交。')
  return quality > stars
    ? refuse(422, 'starsOutOfRange', '星级超出范围', `办理质量请填一至${stars}星。`)
    : null
}

function judgePass(said: Said, note: string, lacking: readonly string[], statute: Statute): Refused | null {
  if (said.then !== undefined || (said.coUnits ?? []).length > 0)
    return refuse(
      422,
      'auditContradicts',
      '各项标准都已达到，却要求退回或者跟踪',
      '请核对未达到的标准项，或去掉退回、跟踪的要求。',
    )
  if (lacking.length > 0 && note === '')
    return refuse(
      422,
      'coUnitsOutstanding',
      '有协办单位既没有报送结果，也没有报告阶段性情况',
      '请退回催报，或者在审核意见中写明为什么可以办结。',
      citesOf(statute.topics.handlingLimit.coUnitResult),
    )
  return null
}

function judgeFail(order: WorkOrder, said: Said, note: string, statute: Statute): Refused | null {
  const { belowStandard } = statute.topics.audit
  if (note === '')
    return refuse(
      422,
      'noteMissing',
      '没有写明哪里不符合办结标准',
      '请写明不符合之处和需要补办的内容，承办单位据此继续办理。',
    )
  const mayTrack = belowStandard !== undefined && valueOf(belowStandard, []).includes('track')
  if (said.then === 'track' && !mayTrack)
    return refuse(
      422,
      'trackingUnknown',
      '本市规定没有跟踪这一处理方式',
      '不符合办结标准的，请退回承办单位继续办理。',
      citesOf(statute.topics.audit.failed),
    )
  if (said.then === 'track' && (said.coUnits ?? []).length > 0)
    return refuse(422, 'auditContradicts', '跟踪的不退回协办单位', '请改为退回，或去掉协办单位。')
  const co = liveLegs(order).filter((leg) => leg.role === 'co')
  return said.coUnits?.some((unit) => !co.some((leg) => leg.unitId === unit))
    ? refuse(422, 'notCoUnit', '退回的单位不是协办单位', '请从这张办理单的协办单位中选择。')
    : null
}
