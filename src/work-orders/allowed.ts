import type { Role } from '../base/actor.ts'
import type { WorkOrder } from './model.ts'
import { gate } from './decide.ts'
import { actionNames, ruleOf, type ActionName } from './rules/registry.ts'
import { wearing, type GateContext } from './rules/rule.ts'

/**
 * PURE. What the actor may do with an order now, by the same gate as `decide`, with the reason and the article. Actions
 * that the statute does not know, or that are never this role's, are not listed.
 */
export type Allowed = {
  action: ActionName
  label: string
  allowed: boolean
  reason: string | null
  cite: string | null
}

export const allowedActions = (
  order: WorkOrder,
  context: GateContext,
  /** Every hat of the person: the door takes for each action the one that fits, and so do screens. */
  hats: readonly Role[] = [],
): Allowed[] =>
  actionNames.flatMap((action) => {
    const { statute } = context
    const { label, absent, roles, cite } = ruleOf(action)
    const admitted = roles(statute, order)
    const actor = wearing(context.actor, hats, admitted)
    const { role } = actor
    if (absent?.(statute) || role === 'requester' || role === 'system' || !admitted.includes(role)) return []
    const barred = gate(action, order, { ...context, actor })
    return [
      {
        action,
        label,
        allowed: barred === null,
        reason: barred?.title ?? null,
        cite: barred?.cite ?? cite(statute),
      },
    ]
  })
