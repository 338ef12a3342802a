import { Type } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { findLeg, leadLegOf, legOfUnit, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures } from '../procedures.ts'
import {
  body,
  code,
  nextProcedure,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type Refused,
} from './rule.ts'
import { lateToo } from './supervision-automatic.ts'

/**
 * PURE. The requester's right to an explanation (鞍山 2019 第十条第二款, draft 第八条第三款): who does not hear of a result in
 * time, or disputes it, may demand one of the unit. Where nobody explains, supervision follows.
 */
const citeOf = (statute: Statute): string | null => citesOf(statute.topics.rights.explanation)

function absent(statute: Statute): Refused | null {
  const { explanation } = statute.topics.rights
  if (explanation.basis !== 'silent') return null
  return refuse(
    409,
    'notInThisStatute',
    '本市规定没有要求说明这一程序',
    `${explanation.says}。请向承办单位了解情况后告知诉求人，属于督办情形的请督办。`,
  )
}

export const demandExplanation = rule({
  label: '代诉求人要求说明',
  body: body({
    /** 逾期未获知办理结果, or 有异议、存在争议. */
    ground: Type.Enum(['overdue', 'dispute']),
    question: words(2000),
    /** The leading unit where none is named. */
    unit: Type.Optional(code),
  }),
  roles: () => ['agent', 'teamLead', 'followUp', 'confidentialDesk'],
  states: ['dispatched', 'fedBack', 'concluded'],
  cite: citeOf,
  absent,
  decide(order, said, context) {
    const cite = citeOf(context.statute)
    const leg = said.unit === undefined ? leadLegOf(order) : legOfUnit(order, said.unit)
    if (!leg || leg.role === 'petition')
      return refuse(422, 'unitNotOnOrder', '该单位不承办这张办理单', '请选择正在承办的单位。', cite)
    if (openProcedures(order, 'explanation', leg.n).length > 0)
      return refuse(
        409,
        'explanationAsked',
        '已经要求承办单位说明',
        '请等待承办单位说明，届满不说明的列入督办。',
        cite,
      )
    if (said.ground === 'overdue' && !isOverdue(leg.n, context))
      return refuse(
        409,
        'notOverdue',
        '还没有超过办理期限',
        '逾期未获知结果的才能以此要求说明；对办理有异议的请选择“有异议”。',
        cite,
      )
    const { question, ground } = said
    const asked: OrderEvent = {
      type: 'opened',
      kind: 'explanation',
      n: nextProcedure(order),
      leg: leg.n,
      said: { question, ground },
    }
    return { events: [asked], cite }
  },
})

const isOverdue = (leg: number, { statute, clocks, now }: Context): boolean => {
  const handling = valueOf<readonly string[]>(statute.topics.handlingLimit.handle, [])
  return clocks.some((c) => c.leg === leg && handling.includes(c.term) && c.metAt === null && now >= c.due)
}

/** Demands that wait for this unit; its leg may have ended meanwhile. */
const demandsOf = (order: WorkOrder, unit: string | null) =>
  openProcedures(order, 'explanation').filter((p) => p.leg !== null && findLeg(order, p.leg)?.unitId === unit)

/** Also where the centre asked for it instead of another handling (白银 第十七条). */
const citeOfGiving = (statute: Statute): string | null =>
  citeOf(statute) ?? citesOf(statute.topics.followUp.dissatisfied)

export const explain = rule({
  label: '作出说明',
  body: body({ text: words(10_000) }),
  roles: () => unitRoles,
  states: ['accepted', 'dispatched', 'fedBack', 'concluded', 'terminated', 'transferred'],
  cite: citeOfGiving,
  absent: (statute) => (statute.topics.followUp.dissatisfied.basis === 'silent' ? absent(statute) : null),
  barred: (order, { actorUnit, statute }) =>
    demandsOf(order, actorUnit).length > 0
      ? null
      : refuse(
          409,
          'noExplanationAsked',
          '没有要求本单位说明',
          '请直接办理并反馈结果。',
          citeOfGiving(statute),
        ),
  decide(order, { text }, context) {
    const cite = citeOfGiving(context.statute)
    const [asked] = demandsOf(order, context.actorUnit)
    if (!asked) return refuse(409, 'noExplanationAsked', '没有要求本单位说明', '请直接办理并反馈结果。', cite)
    const term = valueOf(context.statute.topics.rights.explanation, '')
    const { late, events } = lateToo(order, { term, procedure: asked.n }, context)
    const given: OrderEvent = {
      type: 'closed',
      kind: 'explanation',
      n: asked.n,
      verdict: 'given',
      outcome: { text, late },
    }
    return { events: [given, ...events], cite }
  },
})
