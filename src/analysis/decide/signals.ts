import type { Signal } from '../contract.ts'
import { isMonthEnd, monthEndDays } from './period.ts'

/**
 * PURE. Signs that figures were made rather than earned. Each is a reason to look at the orders behind it and never a
 * finding: the same pattern has honest causes. All thresholds are local policy.
 */
export const signalLabels: Record<Signal['code'], string> = {
  massClosing: '月末集中办结',
  pingPong: '反复退转',
  lateLabel: '临期或者超期改类',
  ownFollowUp: '承办人员自行回访',
}

/** Results of one unit on one day, `YYYY-MM-DD`. */
export type Closings = { unit: string; day: string; orderIds: readonly string[] }

export type Sign = { code: Signal['code']; unit: string | null; hint: string; orderIds: string[] }

/** At least so many in the last days of a month, and so much more a day than on its other days. */
export const massClosing = { atLeast: 10, times: 3 }

export function massClosings(closings: readonly Closings[]): Sign[] {
  const groups = new Map<string, Closings[]>()
  for (const one of closings) {
    const key = `${one.unit} ${one.day.slice(0, 7)}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((month): Sign[] => {
    const { unit, day } = month[0]!
    const end = month.filter((c) => isMonthEnd(c.day)).flatMap((c) => c.orderIds)
    const rest = month.filter((c) => !isMonthEnd(c.day)).flatMap((c) => c.orderIds)
    const otherDays = Number(daysBeforeEnd(day))
    const usual = rest.length / otherDays
    const perDay = end.length / monthEndDays
    if (end.length < massClosing.atLeast || perDay < massClosing.times * usual) return []
    const hint = `${day.slice(0, 7)} 最后${monthEndDays}天反馈${end.length}件，其他${otherDays}天反馈${rest.length}件；可能是集中补报，请抽查结果是否真实。`
    return [{ code: 'massClosing', unit, hint, orderIds: [...end] }]
  })
}

const daysBeforeEnd = (day: string): number => {
  const [year, month] = day.split('-').map(Number)
  return new Date(Date.UTC(year!, month, 0)).getUTCDate() - monthEndDays
}

/** How often one order went back and forth. */
export type Wandering = { orderId: string; unit: string | null; sentBack: number; units: number }

export const pingPong = { sentBack: 2, units: 3 }

export const pingPongs = (rows: readonly Wandering[]): Sign[] =>
  rows
    .filter((r) => r.sentBack >= pingPong.sentBack || r.units >= pingPong.units)
    .map(({ orderId, unit, sentBack, units }) => ({
      code: 'pingPong',
      unit,
      hint: `申请退回${sentBack}次，先后由${units}个单位主办；可能是职责不清，请核对是否需要协调确定主办单位。`,
      orderIds: [orderId],
    }))

/** A change of class, kind or category close to the end of a limit or after it. */
export type LateLabel = { orderId: string; unit: string | null; what: string; afterDue: boolean }

/** So close to the due date counts as late. */
export const lateLabelHours = 24

export const lateLabels = (rows: readonly LateLabel[]): Sign[] =>
  rows.map(({ orderId, unit, what, afterDue }) => ({
    code: 'lateLabel',
    unit,
    hint: `${afterDue ? '期限届满后' : `期限届满前${lateLabelHours}小时内`}更改了${what}；可能是补正，请核对更改的理由。`,
    orderIds: [orderId],
  }))

export type OwnFollowUp = { orderId: string; unit: string | null }

/** One sign for each unit, with all orders. */
export function ownFollowUps(rows: readonly OwnFollowUp[]): Sign[] {
  const units = new Map<string | null, string[]>()
  for (const { orderId, unit } of rows) units.set(unit, [...(units.get(unit) ?? []), orderId])
  return [...units].map(([unit, orderIds]) => ({
    code: 'ownFollowUp',
    unit,
    hint: `${orderIds.length}件由反馈结果的人员或者承办单位人员自己回访；评价可能不独立，请另行抽查。`,
    orderIds,
  }))
}
