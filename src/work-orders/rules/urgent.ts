import { Type } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { leadLegOf, type WorkOrder } from '../model.ts'
import { openProcedures, type Procedure, type UrgentCall } from '../procedures.ts'
import {
  body,
  centreRoles,
  code,
  nextProcedure,
  ownLeg,
  refuse,
  rule,
  unitRoles,
  words,
  type GateContext,
  type Refused,
} from './rule.ts'

/** PURE. 急需处理的事项 are handed over by telephone beside the order, until the unit's people are on their way (丹东 第十七条). */
const absent = (statute: Statute): Refused | null => {
  const { urgentHandOver } = statute.topics.dispatch
  return urgentHandOver.basis === 'silent'
    ? refuse(
        409,
        'notInThisStatute',
        '本市规定没有电话交办',
        `${urgentHandOver.says}。急需处理的，请直接电话联系承办单位，并在办理单中补充说明。`,
      )
    : null
}

const cite = (statute: Statute): string | null => citesOf(statute.topics.dispatch.urgentHandOver)

const noHandOver = (): Refused =>
  refuse(
    409,
    'noUrgentHandOver',
    '这张办理单没有正在进行的电话交办',
    '请刷新后查看；急需处理的请先电话交办。',
  )

const openOne = (order: WorkOrder): Procedure<'urgentHandOver'> | Refused =>
  openProcedures(order, 'urgentHandOver').at(-1) ?? noHandOver()

const barredWithout = (order: WorkOrder): Refused | null => {
  const open = openOne(order)
  return 'refused' in open ? open : null
}

export const handOverByPhone = rule({
  label: '电话交办',
  body: body({ situation: code }),
  roles: () => centreRoles,
  states: ['dispatched'],
  cite,
  absent,
  barred: (order) =>
    openProcedures(order, 'urgentHandOver').length > 0
      ? refuse(409, 'handedOverBefore', '已经在电话交办', '请登记每次通话，直至派人到现场。')
      : null,
  decide(order, { situation }, { statute }) {
    const { urgentSituations } = statute.topics.dispatch
    if (!valueOf(urgentSituations, []).some((s) => s.code === situation))
      return refuse(
        422,
        'situationUnknown',
        '没有这种急需处理的情形',
        '请从列出的情形中选择。',
        citesOf(urgentSituations),
      )
    const leg = leadLegOf(order)
    if (!leg) return refuse(409, 'noLeadUnit', '这张办理单没有主办单位', '请先转承办单位。')
    return {
      events: [
        {
          type: 'opened',
          kind: 'urgentHandOver',
          n: nextProcedure(order),
          leg: leg.n,
          said: { situation, calls: [] },
        },
      ],
      cite: cite(statute),
    }
  },
})

export const logUrgentCall = rule({
  label: '登记交办通话',
  body: body({
    /** Whom: as he stands in the unit's list. Never a telephone number. */
    name: words(100),
    answered: Type.Boolean(),
  }),
  roles: () => centreRoles,
  states: ['dispatched'],
  cite,
  absent,
  barred: barredWithout,
  decide(order, { name, answered }, { statute, now }) {
    const open = openOne(order)
    if ('refused' in open) return open
    // The list says who it is; a number would be one more place to keep secret.
    if (/\d{5,}/.test(name.replaceAll(/[\s-]/g, '')))
      return refuse(
        422,
        'callByNumber',
        '请填写接听人的姓名或者职务',
        '电话号码不记入办理单。',
        cite(statute),
      )
    return {
      events: [
        {
          type: 'stepped',
          kind: 'urgentHandOver',
          n: open.n,
          call: { at: now.toISOString(), name: name.trim(), answered },
        },
      ],
      cite: cite(statute),
    }
  },
})

export const confirmOnTheWay = rule({
  label: '确认已派人到现场',
  body: body({
    /** When they arrive or arrived: ISO 8601. */
    arrival: words(40),
  }),
  roles: () => [...centreRoles, ...unitRoles],
  states: ['dispatched'],
  cite,
  absent,
  barred: barredConfirmation,
  decide(order, { arrival }, { statute }) {
    const open = openOne(order)
    if ('refused' in open) return open
    const at = new Date(arrival)
    if (Number.isNaN(at.getTime()) || at < open.openedAt)
      return refuse(
        422,
        'arrivalUnreadable',
        '到达时间不正确',
        '请填写电话交办之后的到达时间。',
        cite(statute),
      )
    return {
      events: [
        {
          type: 'closed',
          kind: 'urgentHandOver',
          n: open.n,
          verdict: 'onTheWay',
          outcome: { arrival: at.toISOString() },
        },
      ],
      cite: cite(statute),
    }
  },
})

function barredConfirmation(order: WorkOrder, context: GateContext): Refused | null {
  const open = openOne(order)
  if ('refused' in open) return open
  if (context.actorUnit !== null) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    return leg.n === open.leg ? null : noHandOver()
  }
  return open.said.calls.some((call) => call.answered)
    ? null
    : refuse(
        409,
        'nobodyReached',
        '还没有人接听交办电话',
        '请按名单拨打下一位，均无人接听的拨打其负责人。',
        cite(context.statute),
      )
}

/** Somebody of a unit whom the centre may call. `phone` never enters an event. */
export type UnitContact = { name: string; position: string; phone: string | null }

/**
 * Whom to call next: down the unit's list, then its leader; whoever did not answer comes again after all others. Null:
 * somebody answered, or there is nobody to call.
 */
export function nextToCall(
  list: readonly UnitContact[],
  leader: UnitContact | null,
  calls: readonly UrgentCall[],
): UnitContact | null {
  if (calls.some((call) => call.answered)) return null
  const all = leader ? [...list, leader] : [...list]
  const tries = ({ name }: UnitContact): number => calls.filter((call) => call.name === name).length
  const fewest = Math.min(...all.map(tries))
  return all.find((contact) => tries(contact) === fewest) ?? null
}
