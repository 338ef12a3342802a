import published from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import {
  civil,
  createCalendar,
  parseDay,
  type Calendar,
  type Closure,
  type Day,
  type YearNotice,
} from './calendar.ts'

/**
 * PURE. The State Council's notices, from the table that the package `chinese-days` publishes. The package's functions
 * are not used: they read the table in the machine's timezone, and they answer a year without a notice like any other.
 */
const holidays = byYear(Object.keys(published.holidays))
const makeUpDays = byYear(Object.keys(published.workdays))

function byYear(dates: readonly string[]): Map<number, Set<Day>> {
  const years = new Map<number, Set<Day>>()
  for (const date of dates) {
    const day = parseDay(date)
    if (day === null) throw new Error(`the holiday table holds no date: ${date}`)
    const { year } = civil(day)
    const days = years.get(year) ?? new Set<Day>()
    years.set(year, days.add(day))
  }
  return years
}

/** A notice that names National Day: a neighbour's notice may name the last days of a year, but never October. */
const isWhole = (days: ReadonlySet<Day>): boolean => [...days].some((day) => civil(day).month === 10)

const noticeYears = [...holidays].flatMap(([year, days]) => (isWhole(days) ? [year] : [])).sort()

/** The notice of `year`, or null where the table has none. */
export function stateCouncilNotice(year: number): YearNotice | null {
  if (!noticeYears.includes(year)) return null
  return {
    year,
    holidays: holidays.get(year) ?? new Set(),
    makeUpDays: makeUpDays.get(year) ?? new Set(),
  }
}

/** Working days by the State Council's notices and, where given, the city's own closures. */
export const stateCouncilCalendar = (closures: readonly Closure[] = []): Calendar =>
  createCalendar(stateCouncilNotice, `state-council-${noticeYears[0]}-${noticeYears.at(-1)}`, closures)
