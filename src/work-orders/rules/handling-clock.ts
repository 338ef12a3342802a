import type { Statute } from '../../statutes/statute.ts'
import type { Limit, Term } from '../../statutes/term.ts'
import { citeText, citesOf, valueOf } from '../../statutes/types.ts'
import { dueNow, type Clock } from '../clock.ts'
import { findLeg, type DispatchLeg, type WorkOrder } from '../model.ts'
import { proceduresOf } from '../procedures.ts'
import { grantedTo } from './moving-limits.ts'
import { refuse, type Context, type Refused } from './rule.ts'

/** PURE. The clock of a leg's handling limit, how far it may be moved, and until when that may be asked for. */
type Known = Pick<Context, 'statute' | 'calendar' | 'clocks' | 'now'>

/** The running clock of this leg's handling limit, or null: it was met, or the statute limits this leg otherwise. */
export function handlingClock(leg: Pick<DispatchLeg, 'n'>, { statute, clocks }: Known): Clock | null {
  const terms = valueOf<readonly string[]>(statute.topics.handlingLimit.handle, [])
  return (
    clocks.find((c) => c.leg === leg.n && c.procedure === 0 && terms.includes(c.term) && c.metAt === null) ??
    null
  )
}

export const noHandlingClock = (): Refused =>
  refuse(409, 'noHandlingLimit', '本单位没有正在计算的办理期限', '请刷新后查看办理单的期限。')

/** When a clock would end if it were moved so; null where no day can be computed. */
export const dueIf = (
  order: WorkOrder,
  clock: Pick<Clock, 'term' | 'startedAt'>,
  moved: Pick<Clock, 'extensions' | 'otherLaw'>,
  { statute, calendar }: Known,
): Date | null => {
  const term = statute.terms[clock.term]
  if (!term) return null
  return dueNow(term, order, { startedAt: clock.startedAt, ...moved }, statute, calendar)?.due ?? null
}

/** Was its day missed? Lateness that was explained stays lateness, whatever new day the unit told (白银 第十五条). */
export function wasLate(order: WorkOrder, clock: Clock, known: Known): boolean {
  if ((clock.metAt ?? known.now) >= clock.due) return true
  if (clock.extensions.length === 0) return false
  const day = dueIf(order, clock, { extensions: [], otherLaw: clock.otherLaw }, known)
  return proceduresOf(order, 'timeExtension').some(
    (p) => p.leg === clock.leg && p.verdict === 'reported' && day !== null && p.openedAt >= day,
  )
}

/** The last instant to apply for an extension of this leg (exclusive), or null: nothing limits it. */
export function applyUntil(order: WorkOrder, leg: DispatchLeg, known: Known): Date | null {
  const { statute, calendar, clocks } = known
  const id = valueOf<string | null>(statute.topics.timeExtension.apply, null)
  const term = id === null ? undefined : statute.terms[id]
  if (!term || valueOf(statute.topics.timeExtension.afterDue, false)) return null
  const window = clocks.find((c) => c.leg === leg.n && c.term === term.id)
  if (window) return window.due
  // Its row was voided with a feedback that came back: count it again.
  const { deliveredAt: startedAt } = leg
  return dueNow(term, order, { startedAt, extensions: [], otherLaw: null }, statute, calendar)?.due ?? null
}

export type Extended = { due: Date; overSoftCap: boolean }

/**
 * The end of the handling limit after a further extension. Bounds count what the matter was given before: all extensions
 * of one order together, or the whole time since its first delivery.
 */
export function extended(
  order: WorkOrder,
  leg: DispatchLeg,
  clock: Clock,
  by: Limit,
  known: Known,
): Extended | Refused {
  const { statute, calendar, now } = known
  const { atMost } = statute.topics.timeExtension
  const after = (extensions: readonly Limit[]): Date | null =>
    dueIf(order, clock, { extensions, otherLaw: null }, known)
  const due = after([...clock.extensions, by])
  const original = after([])
  if (due === null || original === null) return noHandlingClock()
  if (due <= now)
    return refuse(
      422,
      'extensionEndsInPast',
      '新的办理期限已经过去',
      '请另定一个将来的办理期限，并告知诉求人。',
    )
  const cap = statute.terms[valueOf(atMost, '')]
  if (!cap?.cap) return { due, overSoftCap: false }
  const total = cap.cap.appliesTo === 'total'
  const counted = total ? due : after([...earlier(order, leg), ...clock.extensions, by])
  const startedAt = total ? firstDelivered(order, leg) : original
  const latest = dueNow(cap, order, { startedAt, extensions: [], otherLaw: null }, statute, calendar)?.due
  const over = latest !== undefined && counted !== null && counted > latest
  if (over && cap.cap.kind === 'hard') return overCap(cap, total, statute)
  return { due, overSoftCap: over }
}

/** Extensions of the leading units before this one: the bound is one of the order, not of each unit in turn. */
const earlier = (order: WorkOrder, leg: DispatchLeg): Limit[] =>
  leg.role === 'lead'
    ? order.legs.flatMap((l) => (l.role === 'lead' && l.n < leg.n ? grantedTo(order, l.n) : []))
    : []

const firstDelivered = (order: WorkOrder, leg: DispatchLeg): Date =>
  order.legs.find((l) => l.role === 'lead')?.deliveredAt ?? findLeg(order, leg.n)!.deliveredAt

const units: Partial<Record<Limit['unit'], string>> = {
  workingDay: '个工作日',
  month: '个月',
  year: '年',
  hour: '小时',
}

/** `十五个工作日` as people read it: `15个工作日`. */
export const limitText = (limit: Limit): string =>
  'count' in limit ? `${limit.count}${units[limit.unit] ?? limit.unit}` : limit.unit

function overCap(cap: Term, total: boolean, statute: Statute): Refused {
  const { within } = cap
  const bound = limitText(within)
  return refuse(
    422,
    'extensionOverCap',
    total ? `办结累计不得超过${bound}` : `延期合计不得超过${bound}`,
    '请缩短延期时间；确实无法按期办结的，请报请协调，并向诉求人做好解释工作。',
    citesOf(statute.topics.timeExtension.atMost) ?? citeText(cap.cite),
  )
}
