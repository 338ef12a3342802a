import type { Role } from '../../base/actor.ts'
import { citesOf } from '../../statutes/types.ts'
import { leadLegOf, legOfUnit, type DispatchLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures } from '../procedures.ts'
import { askedDirectly, judgeUnits, warningsOf } from './intake.ts'
import { endLeg } from './leg-end.ts'
import {
  body,
  code,
  nextProcedure,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type GateContext,
  type Refused,
} from './rule.ts'
import { Type } from 'typebox'

/**
 * PURE. The centre moves an order: another unit in the place of one, a co-unit more or less. The new unit gets its own
 * limit; what is counted from the first delivery goes on.
 */
const movers: readonly Role[] = ['dispatcher', 'teamLead', 'centreLeader']

export const reassign = rule({
  label: '改派',
  body: body({
    /** The unit that handles it now; the leading one where it is left out. */
    from: Type.Optional(code),
    to: code,
    reason: words(1000),
  }),
  roles: () => movers,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.leadUnit),
  units: ({ to }) => [to],
  decide(order, { from, to, reason }, context) {
    const leg = liveLeg(order, from)
    if ('refused' in leg) return leg
    const moved = moveLeg(order, leg, to, reason, context)
    return 'refused' in moved ? moved : { ...moved, cite: citesOf(context.statute.topics.dispatch.leadUnit) }
  },
})

function liveLeg(order: WorkOrder, unit: string | undefined): DispatchLeg | Refused {
  const leg = unit === undefined ? leadLegOf(order) : legOfUnit(order, unit)
  if (!leg || leg.role === 'petition')
    return refuse(422, 'unitNotHandling', '该单位不承办这张办理单', '请从正在承办的单位中选择。')
  return leg.fedBackAt
    ? refuse(409, 'fedBackBefore', '该单位已经反馈结果', '已经反馈的不再改派，请先审核或者退回继续办理。')
    : leg
}

/** Ends a leg and delivers the order to another unit in the same role; a telephone hand-over follows it. */
export function moveLeg(
  order: WorkOrder,
  leg: DispatchLeg,
  to: string,
  reason: string,
  context: Context,
): { events: OrderEvent[] } | Refused {
  const barred = judgeUnits(order, [to], null, context)
  if (barred) return barred
  const n = order.legs.length + 1
  const urgent = openProcedures(order, 'urgentHandOver', leg.n)
  return {
    events: [
      ...endLeg(order, leg.n, 'reassigned', reason),
      {
        type: 'dispatched',
        legs: [{ n, unitId: to, role: leg.role }],
        basis: reason,
        warnings: warningsOf([[to, leg.role]], context),
      },
      ...urgent.map(({ said }, i): OrderEvent => ({
        type: 'opened',
        kind: 'urgentHandOver',
        n: nextProcedure(order) + i,
        leg: n,
        said: { situation: said.situation, calls: [] },
      })),
    ],
  }
}

/** Of units only the one that was asked first and leads may ask others to help. */
function barredFirstAsked(order: WorkOrder, { actor, actorUnit }: GateContext): Refused | null {
  if (!unitRoles.includes(actor.role as Role)) return null
  const lead = leadLegOf(order)
  return lead?.n === 1 && lead.unitId === actorUnit
    ? null
    : refuse(403, 'notFirstAsked', '只有首问并牵头的单位可以增加协办单位', '请由牵头单位或者热线办理。')
}

export const addCoUnit = rule({
  label: '增加协办单位',
  body: body({ unit: code, reason: words(1000) }),
  roles: (_statute, order) => (askedDirectly(order) ? [...movers, ...unitRoles] : movers),
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.severalUnits),
  barred: barredFirstAsked,
  units: ({ unit }) => [unit],
  decide(order, { unit, reason }, context) {
    const barred = judgeUnits(order, [unit], null, context)
    if (barred) return barred
    return {
      events: [
        {
          type: 'dispatched',
          legs: [{ n: order.legs.length + 1, unitId: unit, role: 'co' }],
          basis: reason,
          warnings: warningsOf([[unit, 'co']], context),
        },
      ],
      cite: citesOf(context.statute.topics.dispatch.severalUnits),
    }
  },
})

export const releaseCoUnit = rule({
  label: '解除协办',
  body: body({ unit: code, reason: words(1000) }),
  roles: () => movers,
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.severalUnits),
  barred: (order) =>
    order.legs.some((leg) => leg.role === 'co' && leg.endedAt === null)
      ? null
      : refuse(409, 'noCoUnit', '这张办理单没有协办单位', '请刷新后查看承办单位。'),
  decide(order, { unit, reason }, { statute }) {
    const leg = legOfUnit(order, unit)
    if (leg?.role !== 'co')
      return refuse(422, 'notCoUnit', '该单位不是这张办理单的协办单位', '主办单位请用“改派”。')
    return {
      events: endLeg(order, leg.n, 'released', reason),
      cite: citesOf(statute.topics.dispatch.severalUnits),
    }
  },
})
