import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import { handlingClasses } from '../../statutes/term.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { isPetition } from '../elements.ts'
import { isOpen, liveLegs, type LegRole, type OrderEvent, type WorkOrder } from '../model.ts'
import { unitRecused } from '../recused.ts'
import {
  nextProcedure,
  body,
  code,
  maybe,
  refuse,
  rolesNamed,
  rule,
  words,
  type Context,
  type Decided,
  type GateContext,
  type Refused,
  unitRoles,
} from './rule.ts'

/** PURE. From registration to dispatch: acceptance, refusal, dispatch, and repeats of the same matter. */

const intakeRoles = (statute: Statute) =>
  rolesNamed(valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, []))

/** Where a unit that was asked past the hotline registers the matter itself. */
export const askedDirectly = ({ sourceChannel }: Pick<WorkOrder, 'sourceChannel'>): boolean =>
  sourceChannel === 'unitDirect'

/** 首问责任: the unit asked first takes the matter in and leads it, so no dispatcher decides on it (丹东 第十条第三项). */
const intakeOrFirstAsked = (statute: Statute, order: WorkOrder) =>
  askedDirectly(order) ? [...intakeRoles(statute), ...unitRoles] : intakeRoles(statute)

/** Before any unit has it, only the one that was asked can be at it. */
const barredUnit = (order: WorkOrder, { actor, actorUnit }: GateContext): Refused | null =>
  !unitRoles.includes(actor.role as Role) || (order.legs.length === 0 && actorUnit !== null)
    ? null
    : refuse(403, 'notFirstAsked', '只有首问的单位可以这样办理', '需要改派或者增加单位的，请联系热线。')

export const accept = rule({
  label: '受理',
  body: body({}),
  roles: intakeOrFirstAsked,
  states: ['registered'],
  cite: (statute) => citesOf(statute.topics.acceptance.decide),
  barred: barredUnit,
  decide: (_order, _body, { statute }) => ({
    events: [{ type: 'accepted' }],
    cite: citesOf(statute.topics.acceptance.decide),
  }),
})

export const refuseOrder = rule({
  label: '不予受理',
  body: body({ reason: code, tell: words(1000), otherChannel: maybe(300) }),
  roles: intakeRoles,
  states: ['registered', 'awaitingMaterial'],
  cite: (statute) => citesOf(statute.topics.acceptance.decide),
  decide: (_order, said, { statute }) => decideRefusal(said, statute),
})

/** A refusal of the order and one at wrap-up obey the same rule: a reason of the statute's, told with another way. */
export function decideRefusal(
  said: { reason: string; tell: string; otherChannel?: string | null },
  statute: Statute,
): Decided {
  const { reasons, tellReason } = statute.topics.refusal
  const reason = reasons.find((r) => r.basis !== 'silent' && r.value.code === said.reason)
  if (!reason || reason.basis === 'silent')
    return refuse(
      422,
      'refusalReasonUnknown',
      '没有这一不予受理的理由',
      '请从本市规定的理由中选择；都不符合的应当受理。',
      citesOf(statute.topics.acceptance.decide),
    )
  if (!said.tell.trim())
    return refuse(
      422,
      'reasonNotTold',
      '没有写明告知诉求人的理由',
      '请写明向诉求人说明的内容。',
      citesOf(tellReason),
    )
  const otherChannel = said.otherChannel?.trim() || reason.value.otherChannel
  return {
    events: [{ type: 'refused', reason: said.reason, tell: said.tell.trim(), otherChannel }],
    cite: citesOf(reason),
  }
}

export const dispatchBody = body({
  leadUnit: code,
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
  /** 信访部门 beside the handler of a petition; the centre's own office where none is named. */
  petitionUnit: Type.Optional(Type.Union([code, Type.Null()])),
  /** Why these units: by subject, by place, by the directory. */
  basis: Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()])),
  /** 办理类别, where the limit differs by it (丹东 第十三条第二项). */
  class: Type.Optional(Type.Enum([...handlingClasses])),
  /** 急需处理的情形: the order and a telephone hand-over (丹东 第十七条). */
  urgentSituation: Type.Optional(code),
})
type Dispatch = Static<typeof dispatchBody>

/** A consultation may have a rule of its own (白银 第十条第二款). */
const forwarding = (order: Pick<WorkOrder, 'kind'>, statute: Statute) => {
  const { forward, forwardConsultation } = statute.topics.dispatch
  return (order.kind === 'consultation' && forwardConsultation) || forward
}

export const dispatch = rule({
  label: '转承办单位',
  body: dispatchBody,
  roles: intakeOrFirstAsked,
  states: ['accepted'],
  cite: (statute) => citesOf(statute.topics.dispatch.forward),
  barred: barredUnit,
  units: unitsOfDispatch,
  decide: (order, said, context) =>
    unitRoles.includes(context.actor.role as Role) && said.leadUnit !== context.actorUnit
      ? refuse(403, 'notFirstAsked', '首问的单位只能由自己牵头', '应当由其他单位牵头的，请转热线派单。')
      : decideDispatch(order, said, context),
})

export function unitsOfDispatch(said: Dispatch): string[] {
  return [said.leadUnit, ...(said.coUnits ?? []), ...(said.petitionUnit ? [said.petitionUnit] : [])]
}

export function decideDispatch(order: WorkOrder, said: Dispatch, context: Context): Decided {
  const { statute } = context
  const rules = statute.topics.dispatch
  const petition = rules.petitionLegs.basis !== 'silent' && isPetition(statute, order.category)
  const supervising = liveLegs(order).find((leg) => leg.role === 'petition')?.unitId ?? null
  // The office that supervises it goes on when only the handling unit changes.
  const other = said.petitionUnit ?? (petition && supervising === null ? context.petitionOffice : null)
  const petitionUnit = other === supervising ? null : other
  const named: [string, LegRole][] = [
    [said.leadUnit, 'lead'],
    ...(said.coUnits ?? []).map((id): [string, LegRole] => [id, 'co']),
    ...(petitionUnit ? [[petitionUnit, 'petition'] as [string, LegRole]] : []),
  ]
  const ids = named.map(([id]) => id)
  const barred =
    judgeUnits(order, ids, petitionUnit === context.petitionOffice ? petitionUnit : null, context) ??
    (petition && petitionUnit === null && supervising !== null
      ? null
      : judgePetition(petition, petitionUnit, context)) ??
    judgeClass(order, said, statute)
  if (barred) return barred
  const first = order.legs.length + 1
  const legs = named.map(([unitId, role], i) => ({ n: first + i, unitId, role }))
  const situation = judgeSituation(said, statute)
  if (situation && 'refused' in situation) return situation
  const cls = said.class ?? order.handlingClass
  return {
    events: [
      {
        type: 'dispatched',
        legs,
        basis: said.basis ?? null,
        warnings: warningsOf(named, context),
        ...(cls ? { class: cls } : {}),
      },
      ...(situation
        ? [
            {
              type: 'opened' as const,
              kind: 'urgentHandOver' as const,
              n: nextProcedure(order),
              leg: first,
              said: { situation: situation.code, calls: [] },
            },
          ]
        : []),
    ],
    cite: citesOf(petition ? rules.petitionLegs : forwarding(order, statute)),
  }
}

/** What speaks against a dispatch without barring it: leaders unknown (鞍山 2019 第八条), the directory names another. */
export function warningsOf(
  named: readonly (readonly [unit: string, role: LegRole])[],
  { statute, units, directory }: Pick<Context, 'statute' | 'units' | 'directory'>,
): string[] {
  const warns = valueOf(statute.topics.dispatch.unitLeaders, null) !== null
  const leaderless = warns && named.some(([unit]) => units.get(unit)?.hasLeaders === false)
  const listed = named.flatMap(([unit, role]) => (role === 'lead' ? (directory?.get(unit) ?? []) : []))
  return [...(leaderless ? ['unitWithoutLeaders'] : []), ...listed]
}

/** Units that exist, named once, and never the one complained about. `own` is the centre's own petition office. */
export function judgeUnits(
  order: Pick<WorkOrder, 'accusedUnitId' | 'legs' | 'procedures'>,
  ids: readonly string[],
  own: string | null,
  { statute, units }: Pick<Context, 'statute' | 'units'>,
): Refused | null {
  const rules = statute.topics.dispatch
  if (new Set(ids).size < ids.length)
    return refuse(
      422,
      'unitTwice',
      '同一单位出现了两次',
      '主办单位只有一个，协办单位请勿重复。',
      citesOf(rules.leadUnit),
    )
  if (ids.some((id) => id !== own && !units.get(id)?.enabled))
    return refuse(422, 'unitUnknown', '没有这个承办单位', '请从承办单位名录中选择；找不到的请报班长协调。')
  if (order.accusedUnitId !== null && ids.includes(order.accusedUnitId))
    return refuse(
      422,
      'unitIsAccused',
      '不能转给被投诉、被举报的单位',
      '请转其上级行政机关或者主管部门办理。',
      citesOf(rules.accusedUnit) ?? citesOf(statute.topics.confidentiality.duty),
    )
  if (ids.some((id) => unitRecused(order, id)))
    return refuse(
      422,
      'unitRecused',
      '该单位已经回避',
      '请转其他单位或者其上级办理。',
      citesOf(statute.topics.recusal.grounds),
    )
  const held = liveLegs(order).map((leg) => leg.unitId)
  if (ids.some((id) => held.includes(id)))
    return refuse(422, 'unitHasIt', '该单位正在承办这张办理单', '请选择其他单位，或先结束该单位的承办。')
  return null
}

function judgePetition(
  petition: boolean,
  petitionUnit: string | null,
  { statute, units, petitionOffice }: Context,
): Refused | null {
  const { petitionLegs } = statute.topics.dispatch
  const supervised =
    petitionUnit !== null && (petitionUnit === petitionOffice || units.get(petitionUnit)?.petitionOffice)
  if (petition && !supervised)
    return refuse(
      422,
      'petitionLegMissing',
      '信访事项应当同时转信访部门督办',
      '请在责任单位之外再选择信访部门。',
      citesOf(petitionLegs),
    )
  if (!petition && petitionUnit !== null)
    return refuse(
      422,
      'noPetition',
      '不是信访事项，不转信访部门督办',
      '请去掉信访部门，或先更正事项类别。',
      citesOf(petitionLegs),
    )
  return null
}

function judgeClass(order: WorkOrder, said: Dispatch, statute: Statute): Refused | null {
  const { classes } = statute.topics.dispatch
  if (classes.basis === 'silent')
    return said.class === undefined
      ? null
      : refuse(422, 'noClasses', '本市规定不区分办理类别', '请去掉办理类别后重新提交。')
  return (said.class ?? order.handlingClass) === null
    ? refuse(
        422,
        'classNeeded',
        '没有选择办理类别',
        '请选择咨询、一般或者疑难，办理时限由此确定。',
        citesOf(classes),
      )
    : null
}

function judgeSituation(said: Dispatch, statute: Statute): { code: string } | Refused | null {
  if (said.urgentSituation === undefined) return null
  const { urgentSituations } = statute.topics.dispatch
  const known = valueOf(urgentSituations, []).find((s) => s.code === said.urgentSituation)
  return (
    known ??
    refuse(
      422,
      'situationUnknown',
      '没有这种急需处理的情形',
      '请从列出的情形中选择；本市没有规定的，请直接电话联系承办单位。',
      citesOf(urgentSituations),
    )
  )
}

export const append = rule({
  label: '补充内容',
  body: body({
    facts: words(10_000),
    contactId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    /** The progress or the result that the requester was told. */
    told: maybe(1000),
    /** He brought a new circumstance or reason (新情况、新理由). */
    somethingNew: Type.Optional(Type.Boolean()),
  }),
  roles: intakeRoles,
  // 正在办理或者办理完毕: where the text says so, a matter that is done is told of, too.
  states: ['registered', 'awaitingMaterial', 'accepted', 'dispatched', 'fedBack', 'concluded'],
  cite: (statute) => citesOf(statute.topics.acceptance.repeated),
  barred: ({ state }, { statute }) =>
    state === 'concluded' && !demandsTelling(statute) ? concludedBefore(statute) : null,
  decide(order, { facts, contactId, told, somethingNew }, { statute }) {
    const { repeated, repeatedTold } = statute.topics.acceptance
    const words = told?.trim()
    const again = (contactId ?? null) !== null && somethingNew !== true
    // How it was told is the contact itself: by its channel, when and by whom stands on the event.
    if (order.state === 'concluded' && !again) return concludedBefore(statute)
    if (again && !words && demandsTelling(statute))
      return refuse(
        422,
        'progressNotTold',
        '没有写明告知诉求人的办理进展或者结果',
        '诉求人没有新情况、新理由的，请先告知办理进展或者结果并写明；有新情况的请注明。',
        citesOf(repeatedTold ?? repeated),
      )
    const appended: OrderEvent = {
      type: 'appended',
      facts,
      contactId: contactId ?? null,
      ...(words ? { told: words } : {}),
      ...(somethingNew ? { somethingNew: true as const } : {}),
    }
    return {
      events: [appended],
      cite: citesOf((words ? repeatedTold : undefined) ?? repeated),
    }
  },
})

/** 没有新情况、新理由再次提出的，告知办理进展或者办理结果 (鞍山草案 第十二条第二款第四项). */
const demandsTelling = (statute: Statute): boolean => {
  const { repeatedTold } = statute.topics.acceptance
  return repeatedTold !== undefined && repeatedTold.basis !== 'silent'
}

const concludedBefore = (statute: Statute): Refused =>
  refuse(
    409,
    'wrongState',
    '办理单已办结，不能再补充内容',
    '诉求人有新的情况或者仍未解决的，请登记新的办理单。',
    citesOf(statute.topics.acceptance.repeated),
  )

export const merge = rule({
  label: '并入其他办理单',
  body: body({ into: words(40) }),
  roles: intakeRoles,
  states: ['registered', 'accepted'],
  cite: (statute) => citesOf(statute.topics.acceptance.repeated),
  orders: ({ into }) => [into],
  decide(order, said, { statute, orders }) {
    const cite = citesOf(statute.topics.acceptance.repeated)
    const into = orders.get(said.into)
    if (!into) return refuse(422, 'mergeTargetUnknown', '没有要并入的办理单', '请核对编号后重新选择。', cite)
    if (into.id === order.id)
      return refuse(422, 'mergeIntoItself', '不能并入自己', '请选择同一事项的另一张办理单。', cite)
    if (!isOpen(into))
      return refuse(
        409,
        'mergeTargetClosed',
        '要并入的办理单已经结束',
        '请刷新后选择仍在办理的办理单。',
        cite,
      )
    if (into.statute.slug !== order.statute.slug)
      return refuse(422, 'mergeAcrossStatutes', '两张办理单适用的规定不同，不能合并', '请分别办理。', cite)
    // Joining a protected tip-off to an order that others read would show who reported.
    if (into.confidential !== order.confidential)
      return refuse(
        422,
        'mergeAcrossSecrecy',
        '两张办理单密级不同，不能合并',
        '请分别办理，以免泄露诉求人信息。',
        citesOf(statute.topics.confidentiality.duty),
      )
    return { events: [{ type: 'merged', into: into.number }], cite }
  },
})
