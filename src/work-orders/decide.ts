import type { Actor } from '../base/actor.ts'
import { elements, type Element, type Kind, type Statute } from '../statutes/statute.ts'
import { citesOf, valueOf } from '../statutes/types.ts'
import { categoryOf, isPetition, kindOf, missingElements, type Given } from './elements.ts'
import {
  isOpen,
  joinFacts,
  type DispatchLeg,
  type LegRole,
  type OrderEvent,
  type WorkOrder,
} from './model.ts'

/**
 * PURE. The one door of an order: a command either gives events or is refused with a code and, where a rule of the
 * statute stands behind it, the article. `src/work-orders/allowed.ts` asks the same gates, so that no screen knows a rule.
 */
export type Command =
  | { action: 'accept' }
  | { action: 'refuse'; reason: string; tell: string; otherChannel: string | null }
  | {
      action: 'dispatch'
      leadUnit: string
      coUnits: string[]
      petitionUnit: string | null
      basis: string | null
    }
  | { action: 'supply'; supplied: Supplied }
  | { action: 'append'; facts: string; contactId: string | null }
  | { action: 'merge'; into: WorkOrder }

export type ActionName = Command['action']

/** What was asked for afterwards. Identity comes as yes or no: the words themselves stay sealed in the store. */
export type Supplied = {
  kind?: string
  category?: number
  place?: string
  facts?: string
  name: boolean
  home: boolean
  contact: boolean
  confidentialityAsked: boolean
}

export type UnitFacts = {
  id: string
  name: string
  petitionOffice: boolean
  enabled: boolean
  hasLeaders: boolean
}

export type Context = {
  actor: Actor
  statute: Statute
  now: Date
  /** The units that the command names, as far as they exist. */
  units: ReadonlyMap<string, UnitFacts>
  /** Which parts of the identity the order already has. */
  identity: { name: boolean; home: boolean; contact: boolean; confidentialityAsked: boolean }
}

export type Refused = {
  refused: string
  status: 403 | 409 | 422
  title: string
  detail: string
  cite: string | null
}
export type Decided = { events: OrderEvent[]; cite: string | null } | Refused

const refuse = (
  status: Refused['status'],
  code: string,
  title: string,
  detail: string,
  cite: string | null = null,
): Refused => ({ refused: code, status, title, detail, cite })

/** The article that each action rests on. */
export function citeOf(action: ActionName, statute: Statute): string | null {
  const { acceptance, dispatch } = statute.topics
  switch (action) {
    case 'accept':
    case 'refuse':
      return citesOf(acceptance.decide)
    case 'dispatch':
      return citesOf(dispatch.forward)
    case 'supply':
      return citesOf(acceptance.withoutIdentity)
    case 'append':
    case 'merge':
      return citesOf(acceptance.repeated)
  }
}

const statesOf: Record<ActionName, readonly WorkOrder['state'][]> = {
  accept: ['registered'],
  refuse: ['registered'],
  dispatch: ['accepted'],
  supply: ['registered', 'accepted', 'dispatched'],
  append: ['registered', 'accepted', 'dispatched'],
  merge: ['registered', 'accepted'],
}

const stateWord: Record<WorkOrder['state'], string> = {
  registered: '待确定是否受理',
  accepted: '已受理待转办',
  dispatched: '已转承办单位',
  refused: '不予受理',
  merged: '已并入其他办理单',
}

/** What can be said before the details of a command are known: role and state. */
export function gate(
  action: ActionName,
  order: Pick<WorkOrder, 'state' | 'missing'>,
  actor: Actor,
  statute: Statute,
): Refused | null {
  const roles = valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, [])
  if (!roles.includes(actor.role))
    return refuse(403, 'roleNotAllowed', '您的角色不能进行此操作', '请由受理坐席、班长或派单员办理。')
  if (!statesOf[action].includes(order.state))
    return refuse(
      409,
      'wrongState',
      `办理单${stateWord[order.state]}，不能进行此操作`,
      '请刷新后查看最新状态。',
      citeOf(action, statute),
    )
  if (action === 'supply' && order.missing.length === 0)
    return refuse(409, 'nothingMissing', '办理单要素已经齐全', '如有新的情况，请使用“补充内容”。')
  return null
}

export function decide(order: WorkOrder, command: Command, context: Context): Decided {
  const { actor, statute } = context
  const barred = gate(command.action, order, actor, statute)
  if (barred) return barred
  const cite = citeOf(command.action, statute)
  switch (command.action) {
    case 'accept':
      return { events: [{ type: 'accepted' }], cite }
    case 'refuse':
      return decideRefusal(command, statute)
    case 'dispatch':
      return decideDispatch(order, command, context)
    case 'supply':
      return decideSupply(order, command.supplied, context)
    case 'append':
      return { events: [{ type: 'appended', facts: command.facts, contactId: command.contactId }], cite }
    case 'merge':
      return decideMerge(order, command.into, statute)
  }
}

/** A refusal of the order and one at wrap-up obey the same rule: a reason of the statute's, told with another way. */
export function decideRefusal(
  said: { reason: string; tell: string; otherChannel: string | null },
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

function decideDispatch(
  order: WorkOrder,
  command: Extract<Command, { action: 'dispatch' }>,
  { statute, units, now }: Context,
): Decided {
  const rules = statute.topics.dispatch
  const named: [string, LegRole][] = [
    [command.leadUnit, 'lead'],
    ...command.coUnits.map((id): [string, LegRole] => [id, 'co']),
    ...(command.petitionUnit ? [[command.petitionUnit, 'petition'] as [string, LegRole]] : []),
  ]
  const ids = named.map(([id]) => id)
  if (new Set(ids).size < ids.length)
    return refuse(
      422,
      'unitTwice',
      '同一单位出现了两次',
      '主办单位只有一个，协办单位请勿重复。',
      citesOf(rules.leadUnit),
    )
  const unknown = ids.find((id) => !units.get(id)?.enabled)
  if (unknown !== undefined)
    return refuse(422, 'unitUnknown', '没有这个承办单位', '请从承办单位名录中选择；找不到的请报班长协调。')
  if (order.accusedUnitId !== null && ids.includes(order.accusedUnitId))
    return refuse(
      422,
      'unitIsAccused',
      '不能转给被投诉、被举报的单位',
      '请转其上级行政机关或者主管部门办理。',
      citesOf(rules.accusedUnit),
    )
  const petition = rules.petitionLegs.basis !== 'silent' && isPetition(statute, order.category)
  const supervised = command.petitionUnit !== null && units.get(command.petitionUnit)?.petitionOffice
  if (petition && !supervised)
    return refuse(
      422,
      'petitionLegMissing',
      '信访事项应当同时转信访部门督办',
      '请在责任单位之外再选择信访部门。',
      citesOf(rules.petitionLegs),
    )
  if (!petition && command.petitionUnit !== null)
    return refuse(
      422,
      'noPetition',
      '不是信访事项，不转信访部门督办',
      '请去掉信访部门，或先更正事项类别。',
      citesOf(rules.petitionLegs),
    )
  const legs = named.map(([unitId, role], i): DispatchLeg => ({
    n: order.legs.length + i + 1,
    unitId,
    role,
    deliveredAt: now,
  }))
  const warnings = valueOf(rules.unitLeaders, null)
    ? ids.filter((id) => !units.get(id)?.hasLeaders).map(() => 'unitWithoutLeaders')
    : []
  return {
    events: [{ type: 'dispatched', legs, basis: command.basis, warnings: [...new Set(warnings)] }],
    cite: citesOf(petition ? rules.petitionLegs : rules.forward),
  }
}

function decideSupply(order: WorkOrder, said: Supplied, { statute, identity }: Context): Decided {
  const kind = said.kind === undefined ? order.kind : kindOf(statute, said.kind)
  const category = said.category === undefined ? order.category : categoryOf(statute, said.category)
  const { kinds, categories } = statute.topics.acceptance
  if (said.kind !== undefined && kind === null)
    return refuse(422, 'kindUnknown', '没有这一诉求类别', '请从列出的类别中选择。', citesOf(kinds))
  if (said.category !== undefined && category === null)
    return refuse(422, 'categoryUnknown', '没有这一事项类别', '请从列出的类别中选择。', citesOf(categories))
  const given: Given = {
    kind,
    category,
    place: said.place ?? order.place,
    facts: said.facts === undefined ? order.facts : joinFacts(order.facts, said.facts),
    name: identity.name || said.name ? 'given' : null,
    home: identity.home || said.home ? 'given' : null,
    contact: identity.contact || said.contact ? 'given' : null,
    confidentialityAsked: identity.confidentialityAsked || said.confidentialityAsked,
  }
  const missing = missingElements(statute, given)
  const event: Extract<OrderEvent, { type: 'supplied' }> = {
    type: 'supplied',
    elements: suppliedElements(said),
    missing,
  }
  if (event.elements.length === 0)
    return refuse(
      422,
      'nothingSupplied',
      '没有填写任何要素',
      '请至少补充一项再提交。',
      citeOf('supply', statute),
    )
  if (said.kind !== undefined && kind) event.kind = kind satisfies Kind
  if (said.category !== undefined && category !== null) event.category = category
  if (said.place !== undefined) event.place = said.place
  if (said.facts !== undefined) event.facts = said.facts
  return { events: [event], cite: citeOf('supply', statute) }
}

const wasSaid: Record<Element, (said: Supplied) => boolean> = {
  requesterName: (s) => s.name,
  requesterAddress: (s) => s.home,
  requesterContact: (s) => s.contact,
  kind: (s) => s.kind !== undefined,
  category: (s) => s.category !== undefined,
  place: (s) => s.place !== undefined,
  facts: (s) => s.facts !== undefined,
  confidentialityWish: (s) => s.confidentialityAsked,
}
const suppliedElements = (said: Supplied): Element[] => elements.filter((element) => wasSaid[element](said))

function decideMerge(order: WorkOrder, into: WorkOrder, statute: Statute): Decided {
  const cite = citeOf('merge', statute)
  if (into.id === order.id)
    return refuse(422, 'mergeIntoItself', '不能并入自己', '请选择同一事项的另一张办理单。', cite)
  if (!isOpen(into))
    return refuse(409, 'mergeTargetClosed', '要并入的办理单已经结束', '请刷新后选择仍在办理的办理单。', cite)
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
}
