import { Type } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { leadLegOf, liveLegs, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, type Result, type Told } from '../procedures.ts'
import {
  body,
  maybe,
  ownLeg,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type GateContext,
  type Refused,
} from './rule.ts'

/** PURE. What an undertaking unit does with its leg: takes it, contacts the requester, reports. */

const own = (order: WorkOrder, context: GateContext): Refused | null => {
  const leg = ownLeg(order, context)
  return 'refused' in leg ? leg : null
}

export const acknowledge = rule({
  label: '接收',
  body: body({}),
  roles: () => unitRoles,
  states: ['dispatched', 'fedBack'],
  cite: (statute) => citesOf(statute.topics.handlingLimit.acknowledge),
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    return leg.acknowledgedAt
      ? refuse(409, 'acknowledgedBefore', '本单位已经接收', '请直接办理并反馈结果。')
      : null
  },
  decide(order, _said, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    const { acknowledge: limit } = context.statute.topics.handlingLimit
    const clock = context.clocks.find((c) => c.leg === leg.n && c.term === valueOf(limit, ''))
    const late = clock !== undefined && context.now >= clock.due
    return { events: [{ type: 'acknowledged', leg: leg.n, late }], cite: citesOf(limit) }
  },
})

export const contactRequester = rule({
  label: '登记已联系诉求人',
  body: body({ way: words(40), note: words(2000) }),
  roles: () => unitRoles,
  states: ['dispatched', 'fedBack'],
  cite: (statute) => citesOf(statute.topics.handlingLimit.firstContact),
  barred: own,
  decide(order, { way, note }, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    const { firstContact } = context.statute.topics.handlingLimit
    return { events: [{ type: 'contacted', leg: leg.n, way, note }], cite: citesOf(firstContact) }
  },
})

const ToldBody = Type.Object({ way: words(40), text: words(4000) })

export const feedBack = rule({
  label: '反馈办理结果',
  body: body({
    result: words(10_000),
    /** 领导作为情况, 调查过程 …: parts by the codes of the statute. */
    parts: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 10_000 }))),
    /** 政策依据: where the answer rests on a policy. */
    policy: Type.Optional(Type.Object({ number: words(100), name: words(200), article: words(100) })),
    /** False: the question was not about a policy, but about duties or procedures, say. */
    asksPolicy: Type.Optional(Type.Boolean()),
    solved: Type.Boolean(),
    /** How and in which words the requester was told; a co-unit reports to the lead and tells nobody. */
    told: Type.Optional(ToldBody),
  }),
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.handlingLimit.feedback),
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    return leg.fedBackAt
      ? refuse(409, 'fedBackBefore', '本单位已经反馈结果', '请等待审核或者主办单位汇总。')
      : null
  },
  decide(order, said, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    const { statute } = context
    const parts = said.parts ?? {}
    const incomplete = leg.role === 'lead' ? judgeResult(order, said, parts, statute) : null
    if (incomplete) return incomplete
    const told: Told | null = said.told ?? null
    const result: Result = { text: said.result, parts, policy: said.policy ?? null, solved: said.solved }
    // 立即派人到现场: whoever reports what was done there has been on his way (丹东 第十七条).
    const been = openProcedures(order, 'urgentHandOver', leg.n).map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'urgentHandOver',
      n,
      verdict: 'fedBack',
      outcome: { arrival: '' },
    }))
    const events: OrderEvent[] = [...been, { type: 'fedBack', leg: leg.n, result, told }]
    // Where nobody audits, the feedback itself finishes the order (白银 第八条；丹东 第十三条、第十四条).
    const finishes = leg.role === 'lead' && statute.topics.audit.duty.basis === 'silent'
    return {
      events: finishes ? [...events, { type: 'concluded' }] : events,
      cite: citesOf(statute.topics.handlingLimit.feedback),
    }
  },
})

function judgeResult(
  order: WorkOrder,
  said: { policy?: unknown; told?: unknown; asksPolicy?: boolean },
  parts: Record<string, string>,
  statute: Statute,
): Refused | null {
  const { feedback, resultParts, policySource } = statute.topics.handlingLimit
  if (valueOf<readonly string[]>(feedback, []).includes('requester') && !said.told)
    return refuse(
      422,
      'requesterNotTold',
      '没有写明怎样向诉求人反馈',
      '请先向诉求人反馈，再填写反馈方式和内容；两项反馈缺一不可。',
      citesOf(feedback),
    )
  const lacking = valueOf(resultParts, []).filter(({ code }) => !parts[code]?.trim())
  if (lacking.length > 0)
    return refuse(
      422,
      'resultPartMissing',
      '反馈报告内容不全',
      `请补写：${lacking.map((part) => part.label).join('、')}。`,
      citesOf(resultParts),
    )
  // 政策咨询, not every 咨询 (丹东 第七条第一项 names duties and procedures, too): the unit says which, and answers for it.
  const consulted = order.handlingClass === 'consultation' || order.kind === 'consultation'
  const aboutPolicy = consulted && said.asksPolicy !== false
  if (policySource.basis !== 'silent' && aboutPolicy && !said.policy)
    return refuse(
      422,
      'policySourceMissing',
      '政策答复没有写明依据',
      '请写明依据政策的文号、文件名称和具体条款；不是政策咨询（例如工作职责、办事程序）的，请注明。',
      citesOf(policySource),
    )
  return null
}

export const stageReport = rule({
  label: '报告阶段性情况',
  body: body({ text: words(4000), reason: maybe(2000) }),
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.handlingLimit.coUnitResult),
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    return leg.role === 'co'
      ? null
      : refuse(409, 'notCoUnit', '主办单位不需要报告阶段性情况', '请反馈办理结果，或申请延期。')
  },
  decide(order, { text, reason }, context: Context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    const said = reason ? `${text}\n理由：${reason}` : text
    return {
      events: [{ type: 'stageReported', leg: leg.n, text: said }],
      cite: citesOf(context.statute.topics.handlingLimit.coUnitResult),
    }
  },
})

/** What still keeps the lead unit from finishing: co-units that have given neither result nor stage report. */
export const waitsFor = (order: WorkOrder): string[] =>
  leadLegOf(order)
    ? liveLegs(order).flatMap((leg) =>
        leg.role === 'co' && leg.fedBackAt === null && leg.stageReports.length === 0 ? [leg.unitId] : [],
      )
    : []
