import type { OrderEvent, WorkOrder } from '../model.ts'
import { openProcedures } from '../procedures.ts'

/** PURE. The end of a dispatch leg: what the unit had applied for and not been answered falls with it. */
export function endLeg(
  order: WorkOrder,
  leg: number,
  why: string,
  reason: string,
  except: readonly number[] = [],
): OrderEvent[] {
  const verdict = 'withdrawn'
  const still = <P extends { n: number }>(open: readonly P[]): P[] =>
    open.filter(({ n }) => !except.includes(n))
  return [
    ...still(openProcedures(order, 'timeExtension', leg)).map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'timeExtension',
      n,
      verdict,
      outcome: { reason: '该单位不再承办' },
    })),
    ...still(openProcedures(order, 'sendBack', leg)).map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'sendBack',
      n,
      verdict,
      outcome: { reason: '该单位不再承办', basis: null, tellRequester: false },
    })),
    ...still(openProcedures(order, 'urgentHandOver', leg)).map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'urgentHandOver',
      n,
      verdict,
      outcome: { arrival: '' },
    })),
    { type: 'legEnded', leg, why, reason },
  ]
}
