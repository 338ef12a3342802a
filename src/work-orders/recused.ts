import type { Actor } from '../base/actor.ts'
import type { WorkOrder } from './model.ts'
import { proceduresOf } from './procedures.ts'

/**
 * PURE. Whether this person or his unit has withdrawn from the order. He who declares a ground himself is out at once;
 * where the requester asks for it, the written decision counts (鞍山 2019 第二十七条).
 */
export const recusedFrom = (
  order: Pick<WorkOrder, 'procedures'>,
  actor: Pick<Actor, 'id'>,
  unit: string | null,
): boolean =>
  proceduresOf(order, 'recusal').some(
    ({ said, verdict, closedAt }) =>
      (said.person === actor.id || (said.unit !== null && said.unit === unit)) &&
      (verdict === 'approved' || (closedAt === null && said.by === 'self')),
  )

/** Whether a whole unit has been recused by a decision: it can never get the order again. */
export const unitRecused = (order: Pick<WorkOrder, 'procedures'>, unit: string): boolean =>
  proceduresOf(order, 'recusal').some(({ said, verdict }) => said.unit === unit && verdict === 'approved')
