import type { Answer } from '../../statutes/types.ts'
import { leadLegOf, type DispatchLeg, type WorkOrder } from '../model.ts'
import { refuse, unitRoles, type GateContext, type Refused } from './rule.ts'

/** PURE. What the steps after the feedback share: whoever judges a result has no part in it. */

/** Why this person may not judge how the order was handled: he or his unit handled it. */
export function standsApart(
  order: Pick<WorkOrder, 'legs' | 'procedures'>,
  { actor, actorUnit }: Pick<GateContext, 'actor' | 'actorUnit'>,
): Refused | null {
  const own = actorUnit !== null && order.legs.some((leg) => leg.unitId === actorUnit)
  const asUnit = (role: string | null): boolean => (unitRoles as readonly string[]).includes(role ?? '')
  const acted = order.procedures.some(
    (p) =>
      (p.openedBy === actor.id && asUnit(p.openedRole)) || (p.closedBy === actor.id && asUnit(p.closedRole)),
  )
  return own || acted
    ? refuse(
        403,
        'handledIt',
        '您或者您的单位承办过这张办理单',
        '审核、回访和评价由没有承办的人员进行，请交其他人员。',
      )
    : null
}

/** The leg of the leading unit, or that there is none. */
export const leadOf = (order: Pick<WorkOrder, 'legs'>): DispatchLeg | Refused =>
  leadLegOf(order) ?? refuse(409, 'noLeadUnit', '这张办理单没有主办单位', '请先转承办单位，或查看办理经过。')

/** What this statute does not know, in its own words, and what to do instead. */
export const notHere = (title: string, topic: Answer<unknown>, instead: string): Refused =>
  refuse(409, 'notInThisStatute', title, `${topic.says}。${instead}`)
