import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import {
  isOpen,
  legOfUnit,
  liveLegs,
  openStates,
  orderStates,
  type OrderEvent,
  type WorkOrder,
} from '../model.ts'
import { openProcedures, proceduresOf, type Procedure } from '../procedures.ts'
import {
  body,
  code,
  maybe,
  nextProcedure,
  refuse,
  rolesNamed,
  rule,
  words,
  type Context,
  type Decided,
  type Refused,
} from './rule.ts'
import { endLeg } from './leg-end.ts'
import { lateToo } from './supervision-automatic.ts'

/**
 * PURE. Recusal (鞍山 2019 第二十七条; a practice of the centre elsewhere, which stops no clock): of a person of staff or of
 * a whole unit, asked for by the requester or declared by the person himself, decided in writing by somebody above.
 */
type Recusal = Procedure<'recusal'>

const citeOf = (statute: Statute): string | null => citesOf(statute.topics.recusal.grounds)
const citeOfDecision = (statute: Statute): string | null =>
  citesOf(statute.topics.recusal.decide) ?? citesOf(statute.topics.recusal.whoDecides)

/** Those who write down what the requester asks for. */
const forRequester: readonly Role[] = ['agent', 'teamLead', 'followUp', 'confidentialDesk']
/** Whoever 处理或者办理 a matter can have a ground against himself. */
const mayDeclare: readonly Role[] = [
  ...forRequester,
  'dispatcher',
  'auditor',
  'unit',
  'unitLeader',
  'supervisor',
  'centreLeader',
  'office',
]

const applyBody = body({
  by: Type.Enum(['requester', 'self']),
  ground: code,
  reason: words(2000),
  /** Id of the person of staff; of whoever declares himself where neither is given. */
  person: Type.Optional(words(60)),
  /** Code of a unit that is to withdraw as a whole. */
  unit: Type.Optional(code),
})
type Apply = Static<typeof applyBody>

export const applyRecusal = rule({
  label: '申请回避',
  body: applyBody,
  roles: () => mayDeclare,
  states: openStates,
  cite: citeOf,
  barred: (order, { statute }) => judgeMatter(order, statute),
  units: ({ unit }) => (unit === undefined ? [] : [unit]),
  people: ({ person }, _order, actorId) => [person ?? actorId],
  decide(order, said, context) {
    const { statute } = context
    const cite = citeOf(statute)
    if (!valueOf(statute.topics.recusal.grounds, []).some((g) => g.code === said.ground))
      return refuse(422, 'groundUnknown', '没有这一回避理由', '请从列出的三种情形中选择。', cite)
    const who = judgeWho(said, context)
    if ('refused' in who) return who
    const before = proceduresOf(order, 'recusal').find(
      ({ said: s, closedAt, verdict }) =>
        s.person === who.person && s.unit === who.unit && (closedAt === null || verdict === 'approved'),
    )
    if (before)
      return before.closedAt === null
        ? refuse(409, 'recusalAsked', '已经申请回避，正在决定', '请等待书面决定。', cite)
        : refuse(409, 'recusedBefore', '已经决定回避', '无需再次申请。', cite)
    const { ground, reason, by } = said
    const opened: OrderEvent = {
      type: 'opened',
      kind: 'recusal',
      n: nextProcedure(order),
      leg: legOfUnit(order, who.unit ?? who.personUnit)?.n ?? null,
      said: { ground, reason, by, ...who, inUnit: isDecidedInUnit(who, context) },
    }
    return { events: [opened], cite }
  },
})

/** The article speaks of complaints and tip-offs only. */
function judgeMatter(
  order: Pick<WorkOrder, 'kind' | 'accusedUnitId' | 'accusedStaffId'>,
  statute: Statute,
): Refused | null {
  const { kind, accusedUnitId, accusedStaffId } = order
  const against = kind === null || kind === 'complaint' || kind === 'tipOff'
  if (against || accusedUnitId !== null || accusedStaffId !== null) return null
  return refuse(
    409,
    'notAComplaint',
    '回避适用于投诉、举报事项',
    '其他事项需要换人办理的，请由班长或者承办单位负责人另行安排。',
    citeOf(statute),
  )
}

type Who = { person: string | null; personUnit: string | null; unit: string | null }

function judgeWho(said: Apply, { actor, actorUnit, statute, people, units }: Context): Who | Refused {
  const cite = citeOf(statute)
  if (said.person !== undefined && said.unit !== undefined)
    return refuse(422, 'personOrUnit', '回避的是人员还是单位', '请只选择一名工作人员或者一个单位。', cite)
  if (said.by === 'requester') {
    if (!forRequester.includes(actor.role as Role))
      return refuse(
        403,
        'notForRequester',
        '不能代诉求人申请',
        '诉求人的申请由坐席、班长、回访员或者保密席登记；本人有回避情形的请选择“本人申请”。',
        cite,
      )
    if (said.unit !== undefined)
      return units.has(said.unit)
        ? { person: null, personUnit: null, unit: said.unit }
        : refuse(422, 'unitUnknown', '没有这个承办单位', '请从承办单位名录中选择。', cite)
    const person = said.person === undefined ? undefined : people?.get(said.person)
    return person
      ? { person: person.id, personUnit: person.unit, unit: null }
      : refuse(422, 'personUnknown', '没有指明哪一名工作人员', '请选择要求回避的工作人员或者单位。', cite)
  }
  if (said.unit !== undefined)
    return actor.role === 'unitLeader' && said.unit === actorUnit
      ? { person: null, personUnit: null, unit: said.unit }
      : refuse(403, 'notYourUnit', '单位自行回避由本单位分管领导提出', '请由该单位分管领导申请。', cite)
  if (said.person !== undefined && said.person !== actor.id)
    return refuse(
      403,
      'notYourself',
      '只能为本人申请',
      '他人有回避情形的，由诉求人申请或者由其本人提出。',
      cite,
    )
  return { person: actor.id, personUnit: actorUnit, unit: null }
}

const which = { procedure: Type.Optional(Type.Integer()) }

function pick(order: WorkOrder, n: number | undefined, cite: string | null): Recusal | Refused {
  const open = openProcedures(order, 'recusal')
  const found = n === undefined && open.length === 1 ? open[0] : open.find((p) => p.n === n)
  return (
    found ??
    refuse(
      422,
      'recusalUnknown',
      '没有指明是哪一项回避申请',
      open.length > 0 ? `等待决定的有：${open.map((p) => p.n).join('、')}。` : '请刷新后查看。',
      cite,
    )
  )
}

// An order may end while a recusal waits: who asked is answered in writing all the same.
const noneAsked = (order: WorkOrder): Refused | null =>
  openProcedures(order, 'recusal').length > 0
    ? null
    : refuse(409, 'noRecusalAsked', '没有等待决定的回避申请', '请刷新后查看。')

export const checkRelation = rule({
  label: '核查回避关系',
  body: body({ ...which, found: Type.Boolean(), note: words(1000) }),
  roles: () => ['confidentialDesk'],
  states: orderStates,
  cite: citeOf,
  barred: noneAsked,
  decide(order, { procedure, found, note }, { statute }) {
    const asked = pick(order, procedure, citeOf(statute))
    if ('refused' in asked) return asked
    if (asked.said.check) return refuse(409, 'checkedBefore', '已经核查', '请等待书面决定。', citeOf(statute))
    const check = { found, note }
    return { events: [{ type: 'stepped', kind: 'recusal', n: asked.n, check }], cite: citeOf(statute) }
  },
})

const decisionBody = body({
  ...which,
  approved: Type.Boolean(),
  /** 文号 of the written decision. */
  document: maybe(100),
  reason: words(2000),
})

export const decideRecusal = rule({
  label: '决定回避',
  body: decisionBody,
  roles: (statute) => rolesNamed(valueOf<readonly string[]>(statute.topics.recusal.whoDecides, [])),
  states: orderStates,
  cite: citeOfDecision,
  barred: noneAsked,
  units: (_body, order) =>
    openProcedures(order, 'recusal').flatMap(({ said }) => said.unit ?? said.personUnit ?? []),
  people: (_body, order) => openProcedures(order, 'recusal').flatMap(({ said }) => said.person ?? []),
  decide: decideOnRecusal,
})

function decideOnRecusal(order: WorkOrder, said: Static<typeof decisionBody>, context: Context): Decided {
  const { statute } = context
  const cite = citeOfDecision(statute)
  const asked = pick(order, said.procedure, cite)
  if ('refused' in asked) return asked
  const barred = judgeDecider(asked, context) ?? judgeCheck(order, asked, statute)
  if (barred) return barred
  const document = said.document?.trim() || null
  if (document === null)
    return refuse(422, 'documentMissing', '没有书面决定的文号', '回避决定应当书面答复，请填写文号。', cite)
  const term = valueOf(statute.topics.recusal.decide, '')
  const { late, events } = lateToo(order, { term, procedure: asked.n }, context)
  const closed: OrderEvent = {
    type: 'closed',
    kind: 'recusal',
    n: asked.n,
    verdict: said.approved ? 'approved' : 'refused',
    outcome: { document, reason: said.reason, late },
  }
  const leaves = said.approved && isOpen(order) ? asked.said.unit : null
  const ended = leaves === null ? [] : endLegs(order, leaves, said.reason)
  return { events: [closed, ...events, ...ended], cite }
}

/** A person's own body decides about him: his unit, where it has a leader who is not he himself. */
const isDecidedInUnit = ({ person, personUnit }: Who, { people }: Pick<Context, 'people'>): boolean =>
  person !== null && personUnit !== null && people?.get(person)?.ledByOther === true

/**
 * A unit's recusal is its superior's to decide, a person's that of his own body (第二十七条第二款); the centre's supervisor,
 * its leader and the office stand for a superior. Nobody decides on himself.
 */
function judgeDecider({ said }: Recusal, context: Context): Refused | null {
  const { actor, actorUnit, statute, units } = context
  const cite = citesOf(statute.topics.recusal.whoDecides)
  const { person, unit, personUnit = null } = said
  if (person !== null && person === actor.id)
    return refuse(403, 'ownRecusal', '不能决定本人的回避', '请由本单位其他负责人或者上级决定。', cite)
  const his = unit ?? personUnit
  const isSuperior = actorUnit === null || (his !== null && units.get(his)?.parentId === actorUnit)
  if (unit !== null)
    return isSuperior
      ? null
      : refuse(403, 'notTheSuperior', '单位的回避由其上级决定', '请由该单位的上级或者主管部门决定。', cite)
  if (personUnit === actorUnit) return null
  const inUnit = isDecidedInUnit({ person, personUnit, unit }, context)
  return !inUnit && isSuperior
    ? null
    : refuse(
        403,
        'notHisUnit',
        '工作人员的回避由其所在单位决定',
        '请由其所在单位的分管领导书面决定；该单位没有其他领导的，由其上级决定。',
        cite,
      )
}

/** Whoever decides on a tip-off may not know who reported: the relation is looked up for him. */
function judgeCheck(
  order: Pick<WorkOrder, 'confidential'>,
  { said }: Recusal,
  statute: Statute,
): Refused | null {
  if (order.confidential !== 'tipOff' || said.by === 'self' || said.check) return null
  return refuse(
    409,
    'relationUnchecked',
    '保密席还没有核查回避关系',
    '举报人身份不对决定人显示，请先由保密席核查。',
    citesOf(statute.topics.confidentiality.identityOfTipOff),
  )
}

/** The unit lets go: its leg ends, and it owes no explanation any more. */
function endLegs(order: WorkOrder, unit: string, reason: string): OrderEvent[] {
  return liveLegs(order)
    .filter((leg) => leg.unitId === unit)
    .flatMap(({ n: leg }) => [
      ...openProcedures(order, 'explanation', leg).map((p): OrderEvent => {
        const outcome = { text: '', late: false }
        return { type: 'closed', kind: 'explanation', n: p.n, verdict: 'withdrawn', outcome }
      }),
      ...endLeg(order, leg, 'recused', reason),
    ])
}

export const withdrawRecusal = rule({
  label: '撤回回避申请',
  body: body({ ...which, reason: words(1000) }),
  roles: () => forRequester,
  states: orderStates,
  cite: citeOf,
  barred: noneAsked,
  decide(order, { procedure, reason }, { statute }) {
    const cite = citeOf(statute)
    const asked = pick(order, procedure, cite)
    if ('refused' in asked) return asked
    if (asked.said.by === 'self')
      return refuse(
        409,
        'selfDeclared',
        '工作人员自行提出的回避不能代为撤回',
        '请由有权决定的负责人书面决定。',
        cite,
      )
    const outcome = { document: null, reason, late: false }
    return {
      events: [{ type: 'closed', kind: 'recusal', n: asked.n, verdict: 'withdrawn', outcome }],
      cite,
    }
  },
})
