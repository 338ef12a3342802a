import { citesOf } from '../statutes/types.ts'
import type { OrderState, WorkOrder } from './model.ts'
import { recusedFrom } from './recused.ts'
import { ruleOf, type ActionName, type Command } from './rules/registry.ts'
import { refuse, type Context, type Decided, type GateContext, type Refused } from './rules/rule.ts'

/**
 * PURE. The one door of an order: a command either gives events or is refused with a code and, where a rule of the
 * statute stands behind it, the article. `src/work-orders/allowed.ts` asks the same gate, so that no screen knows a rule.
 */
const stateWord: Record<OrderState, string> = {
  registered: '待确定是否受理',
  awaitingMaterial: '等待诉求人补齐材料',
  accepted: '已受理待转办',
  dispatched: '已转承办单位',
  fedBack: '承办单位已反馈',
  concluded: '已办结',
  refused: '不予受理',
  merged: '已并入其他办理单',
  terminated: '已终止办理',
  transferred: '已移交',
}

/** What can be said before the details of a command are known: person, role, state. */
export function gate(action: ActionName, order: WorkOrder, context: GateContext): Refused | null {
  const rule = ruleOf(action)
  const { actor, statute } = context
  const absent = rule.absent?.(statute)
  if (absent) return absent
  const kept = keptOut(order, context)
  if (kept) return kept
  if (
    actor.role === 'requester' ||
    actor.role === 'system' ||
    !rule.roles(statute, order).includes(actor.role)
  )
    return refuse(403, 'roleNotAllowed', '您的角色不能进行此操作', '请由有权办理这一步的人员办理。')
  if (!rule.states.includes(order.state))
    return refuse(
      409,
      'wrongState',
      `办理单${stateWord[order.state]}，不能进行此操作`,
      '请刷新后查看最新状态。',
      rule.cite(statute),
    )
  return rule.barred?.(order, context) ?? null
}

/** Whoever is complained about or recused can do nothing with the order (鞍山 2019 第二十六条、第二十七条). */
export function keptOut(
  order: Pick<WorkOrder, 'accusedUnitId' | 'accusedStaffId' | 'procedures'>,
  { actor, actorUnit, statute }: Pick<GateContext, 'actor' | 'actorUnit' | 'statute'>,
): Refused | null {
  const { confidentiality, recusal } = statute.topics
  if (
    (actorUnit !== null && order.accusedUnitId === actorUnit) ||
    (actor.kind === 'staff' && order.accusedStaffId === actor.id)
  )
    return refuse(
      403,
      'accusedKeptOut',
      '您或者您的单位是被投诉、被举报的一方',
      '不能查看或者办理这张办理单。',
      citesOf(confidentiality.duty),
    )
  if (recusedFrom(order, actor, actorUnit))
    return refuse(
      403,
      'recused',
      '您已回避这张办理单',
      '回避期间不能查看或者办理，请由其他人员办理。',
      citesOf(recusal.grounds),
    )
  return null
}

export function decide(order: WorkOrder, command: Command, context: Context): Decided {
  const barred = gate(command.action, order, context)
  return barred ?? ruleOf(command.action).decide(order, command, context)
}
