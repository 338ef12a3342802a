import type { Actor } from '../base/actor.ts'
import type { Statute } from '../statutes/statute.ts'
import { citeOf, gate, type ActionName } from './decide.ts'
import type { WorkOrder } from './model.ts'

/** PURE. What the actor may do with an order now, by the same gates as `decide`, with the reason and the article. */
export type Allowed = {
  action: ActionName
  label: string
  allowed: boolean
  reason: string | null
  cite: string | null
}

const labels: Record<ActionName, string> = {
  accept: '受理',
  refuse: '不予受理',
  dispatch: '转承办单位',
  supply: '补充要素',
  append: '补充内容',
  merge: '并入其他办理单',
}

export const actionNames = Object.keys(labels) as ActionName[]

export const allowedActions = (
  order: Pick<WorkOrder, 'state' | 'missing'>,
  actor: Actor,
  statute: Statute,
): Allowed[] =>
  actionNames.map((action) => {
    const barred = gate(action, order, actor, statute)
    return {
      action,
      label: labels[action],
      allowed: barred === null,
      reason: barred?.title ?? null,
      cite: barred?.cite ?? citeOf(action, statute),
    }
  })
