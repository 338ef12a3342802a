import type { Actor, Role } from '../../base/actor.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { OrderState, WorkOrder } from '../model.ts'
import { legOfUnit, openStates, orderStates } from '../model.ts'
import { guardOf } from '../visibility.ts'
import { standsApart } from './apart.ts'
import { refuse, unitRoles, type Refused } from './rule.ts'

/**
 * PURE. Who may have the requester of an order called, for what. Whoever calls is joined with him by the platform and
 * never sees the number; that is how even those reach him who are not to know who he is (鞍山 2019 第二十六条, A-24). Law
 * is that a unit contacts the requester and tells him the result, and what must be kept secret; purposes, posts and the
 * number of calls are local policy.
 */
export const callPurposes = ['followUp', 'material', 'inform', 'hear'] as const
export type CallPurpose = (typeof callPurposes)[number]

type Purpose = {
  label: string
  /** Of the centre. */
  roles: readonly Role[]
  states: readonly OrderState[]
  /** The article that the platform's own call rests on; null: local policy. */
  cite(statute: Statute): string | null
  /** The article on which a unit may call for it, or why it may not. */
  unit(statute: Statute, role: 'lead' | 'co'): { cite: string | null } | Refused
}

const others: readonly Role[] = ['agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk']

/** A unit that owes the requester its result may speak with him about it. */
function tellsResult({ topics }: Statute, role: 'lead' | 'co'): { cite: string | null } | Refused {
  const { feedback, coUnitResult } = topics.handlingLimit
  if (role === 'co')
    return refuse(
      403,
      'leadUnitTells',
      '结果由主办单位告知诉求人',
      '协办单位请将办理结果报送主办单位。',
      citesOf(coUnitResult),
    )
  return valueOf<readonly string[]>(feedback, []).includes('requester')
    ? { cite: citesOf(feedback) }
    : unitMayNot(topics)
}

const unitMayNot = ({ confidentiality }: Statute['topics']): Refused =>
  refuse(
    403,
    'unitMayNotCall',
    '承办单位不能联系这位诉求人',
    '需要了解情况的，请在办理单中写明，由平台联系。',
    citesOf(confidentiality.duty),
  )

const byPlatform = (what: string, cite: string | null) => (): Refused =>
  refuse(403, 'platformCalls', `${what}由平台进行`, '请在办理单中写明需要，由平台联系诉求人。', cite)

const purposes: Record<CallPurpose, Purpose> = {
  followUp: {
    label: '回访',
    roles: ['followUp', 'agent', 'teamLead', 'confidentialDesk'],
    states: ['fedBack', 'concluded'],
    cite: ({ topics }) => citesOf(topics.followUp.coverage),
    unit: ({ topics }) => byPlatform('回访', citesOf(topics.followUp.coverage))(),
  },
  material: {
    label: '请诉求人补充材料',
    roles: ['agent', 'teamLead', 'dispatcher', 'confidentialDesk'],
    states: ['registered', 'awaitingMaterial', 'accepted', 'dispatched'],
    cite: ({ topics }) => citesOf(topics.material.request),
    unit: ({ topics }) => byPlatform('请诉求人补充材料', citesOf(topics.material.request))(),
  },
  inform: {
    label: '告知办理情况',
    roles: others,
    states: orderStates,
    cite: ({ topics }) => citesOf(topics.rights.know),
    unit: tellsResult,
  },
  hear: {
    label: '了解情况、听取意见',
    roles: others,
    states: [...openStates, 'concluded'],
    cite: () => null,
    // Where the text gives first contact no place of its own, it is part of telling the result.
    unit(statute, role) {
      const { firstContact } = statute.topics.handlingLimit
      if (firstContact.basis !== 'silent') return { cite: citesOf(firstContact) }
      return role === 'co' ? { cite: null } : tellsResult(statute, role)
    },
  },
}

export const purposeLabel = (purpose: CallPurpose): string => purposes[purpose].label

/** Calls to one requester about one order in 24 hours, by whomever; local policy. */
export const callsADay = 6

export type CallContext = {
  actor: Actor
  /** Every hat of the person, and his unit. */
  roles: readonly Role[]
  unitCode: string | null
  statute: Statute
  /** Calls about this order in the last 24 hours. */
  lately: number
}

export type MayCall = { role: Role; leg: number | null; cite: string | null }

/** The first of the person's hats under which he may call; else why not. He sees the order: others are told of none. */
export function decideCall(order: WorkOrder, purpose: CallPurpose, context: CallContext): MayCall | Refused {
  const { roles } = context
  const able = roles.filter((role) => unitRoles.includes(role) || purposes[purpose].roles.includes(role))
  if (able.length === 0)
    return refuse(403, 'roleNotAllowed', '您的角色不能为此联系诉求人', '请由有权办理这一步的人员联系。')
  const judged = able.map((role) => underHat(order, purpose, role, context))
  const may = judged.find((one) => !('refused' in one))
  if (!may) return judged[0]!
  if (context.lately >= callsADay)
    return refuse(
      409,
      'calledOften',
      `一天内已联系${callsADay}次`,
      '为免打扰诉求人，请改日再联系，或者发送短信、微信通知（本地规定）。',
    )
  return may
}

function underHat(
  order: WorkOrder,
  purpose: CallPurpose,
  role: Role,
  { actor, unitCode, statute }: CallContext,
): MayCall | Refused {
  const { states, cite, unit, label } = purposes[purpose]
  const { identityOfTipOff, identityOfComplaint } = statute.topics.confidentiality
  const wrongState = (): Refused =>
    refuse(
      409,
      'wrongState',
      `现在不能为“${label}”联系诉求人`,
      '请刷新后查看办理单的最新状态。',
      cite(statute),
    )
  const guard = guardOf(order)

  if (unitRoles.includes(role)) {
    const leg = legOfUnit(order, unitCode)
    if (!leg || leg.role === 'petition')
      return refuse(403, 'notYourOrder', '本单位不承办这张办理单', '它可能已改派其他单位，请返回列表查看。')
    // 投诉、举报: the leading unit alone, so that no more people speak with him than handling needs.
    if (leg.role === 'co' && guard !== 'open')
      return refuse(
        403,
        'leadUnitCalls',
        '投诉和举报由主办单位联系诉求人',
        '协办单位需要了解情况的，请通过主办单位或者平台。',
        citesOf(guard === 'tipOff' ? identityOfTipOff : identityOfComplaint),
      )
    const basis = unit(statute, leg.role)
    if ('refused' in basis) return basis
    return states.includes(order.state) ? { role, leg: leg.n, cite: basis.cite } : wrongState()
  }
  if (guard === 'tipOff' && role !== 'confidentialDesk')
    return refuse(
      403,
      'tipOffProtected',
      '举报人身份不对外显示',
      `${identityOfTipOff.says}。需要联系举报人的，请交保密席办理。`,
      citesOf(identityOfTipOff),
    )
  const apart = purpose === 'followUp' ? standsApart(order, { actor, actorUnit: unitCode }) : null
  if (apart) return apart
  return states.includes(order.state) ? { role, leg: null, cite: cite(statute) } : wrongState()
}

/** What came of a call, in the words of the order. */
export const callResults = {
  reached: '已接通',
  busy: '诉求人占线',
  noAnswer: '诉求人无人接听',
  declined: '诉求人拒接',
  unreachable: '号码无法接通',
  numberNotAllowed: '号码不在可拨打的范围内',
  phoneNotAnswered: '拨打人自己的话机没有接听',
  cancelled: '接通前已取消',
  interrupted: '呼叫中断',
} as const
export type CallResult = keyof typeof callResults

/** What the contact's events tell of a call that was not answered. */
export type CallEnding = { type: string; status?: unknown; cause?: unknown; stage?: unknown }

/** @param endings facts of the contact in their order, the last of which ended it */
export function resultOf(reached: boolean, endings: readonly CallEnding[]): CallResult {
  if (reached) return 'reached'
  const failed = endings.find(({ type }) => type === 'dialFailed')
  switch (failed?.status) {
    case 'BUSY':
      return 'busy'
    case 'NOANSWER':
      return 'noAnswer'
    case 'REFUSED':
      return 'numberNotAllowed'
    case undefined:
      break
    default:
      return failed?.cause === callRejected ? 'declined' : 'unreachable'
  }
  const hungUp = endings.find(({ type }) => type === 'hungUp')
  if (hungUp?.stage === 'outPhone') return 'phoneNotAnswered'
  return hungUp?.stage === 'outDial' ? 'cancelled' : 'interrupted'
}

/** Q.850 cause 21. */
const callRejected = 21
