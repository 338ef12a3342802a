import { DateTime } from 'luxon'
import type { Period } from '../model.ts'

/** PURE. Periods of figures: whole days of Asia/Shanghai, the last day included, its end excluded. */
const zone = 'Asia/Shanghai'

/** The longest stretch that is counted at once, in days: a leap year. */
export const longestDays = 366

const forms = [
  { unit: 'year', pattern: /^\d{4}$/, format: 'yyyy', label: "yyyy'年'" },
  { unit: 'quarter', pattern: /^\d{4}-Q[1-4]$/, format: 'yyyy-Qq', label: "yyyy'年第'q'季度'" },
  { unit: 'month', pattern: /^\d{4}-\d{2}$/, format: 'yyyy-MM', label: "yyyy'年'L'月'" },
  { unit: 'week', pattern: /^\d{4}-W\d{2}$/, format: "kkkk-'W'WW", label: "kkkk'年第'W'周'" },
  { unit: 'day', pattern: /^\d{4}-\d{2}-\d{2}$/, format: 'yyyy-MM-dd', label: "yyyy'年'L'月'd'日'" },
] as const

const dayLabel = "yyyy'年'L'月'd'日'"
const words = (at: DateTime, format: string): string => at.toFormat(format, { locale: 'zh-CN' })

/** Quarters are the one form that ISO does not know. */
function startOf(code: string, unit: (typeof forms)[number]['unit']): DateTime {
  if (unit !== 'quarter') return DateTime.fromISO(code, { zone })
  const [year, quarter] = code.split('-Q').map(Number)
  return DateTime.fromObject({ year: year!, month: (quarter! - 1) * 3 + 1 }, { zone })
}

/**
 * @param code a year, quarter, month, ISO week or day, or `FIRST..END`, whose end is the first day that is not part of it
 * @returns null for what is no period
 */
export function parsePeriod(code: string): Period | null {
  const [first, end, more] = code.split('..')
  if (more !== undefined || first === undefined) return null
  if (end !== undefined) return stretch(code, first, end)
  const form = forms.find(({ pattern }) => pattern.test(code))
  if (!form) return null
  const from = startOf(code, form.unit)
  // The thirteenth month and the fifty-third week of a short year are none.
  if (!from.isValid || (form.unit !== 'quarter' && words(from, form.format) !== code)) return null
  const to = form.unit === 'quarter' ? from.plus({ months: 3 }) : from.plus({ [`${form.unit}s`]: 1 })
  const label =
    form.unit === 'week'
      ? `${words(from, form.label)}（${words(from, "L'月'd'日'")}至${words(to.minus({ days: 1 }), "L'月'd'日'")}）`
      : words(from, form.label)
  return { code, label, from: from.toJSDate(), to: to.toJSDate() }
}

function stretch(code: string, first: string, end: string): Period | null {
  const day = /^\d{4}-\d{2}-\d{2}$/
  if (!day.test(first) || !day.test(end)) return null
  const [from, to] = [first, end].map((text) => DateTime.fromISO(text, { zone }))
  if (!from?.isValid || !to?.isValid || to <= from) return null
  if (to.diff(from, 'days').days > longestDays) return null
  const label = `${words(from, dayLabel)}至${words(to.minus({ days: 1 }), dayLabel)}`
  return { code, label, from: from.toJSDate(), to: to.toJSDate() }
}

/** The last `days` whole days before the day of `now`, and that day until now. */
export function recentDays(now: Date, days: number): Period {
  const to = DateTime.fromJSDate(now, { zone }).startOf('day').plus({ days: 1 })
  const from = to.minus({ days })
  const code = `${words(from, 'yyyy-MM-dd')}..${words(to, 'yyyy-MM-dd')}`
  return { code, label: `最近${days}天`, from: from.toJSDate(), to: to.toJSDate() }
}

/** The same weekdays of last year: 52 weeks earlier, so that weekends are compared with weekends. */
export function lastYear({ from, to }: Pick<Period, 'from' | 'to'>): Pick<Period, 'from' | 'to'> {
  const shift = (at: Date): Date => DateTime.fromJSDate(at, { zone }).minus({ weeks: 52 }).toJSDate()
  return { from: shift(from), to: shift(to) }
}

/** The coming weeks after `now`, from tomorrow on. */
export function comingWeeks(now: Date, weeks: number): Pick<Period, 'from' | 'to'> {
  const from = DateTime.fromJSDate(now, { zone }).startOf('day').plus({ days: 1 })
  return { from: from.toJSDate(), to: from.plus({ weeks }).toJSDate() }
}

/** How many of a month's days count as its end, for signs of a hurried close. Local policy. */
export const monthEndDays = 3

/** @param day `YYYY-MM-DD` */
export function isMonthEnd(day: string): boolean {
  const at = DateTime.fromISO(day, { zone })
  return at.daysInMonth !== undefined && at.day > (at.daysInMonth ?? 31) - monthEndDays
}
