/**
 * PURE. Civil days and working days of Asia/Shanghai.
 *
 * Day: a civil date as the number of days since 1970-01-01. Limits are counted in days, never in milliseconds, so
 * that no clock change and no server timezone can move a due date. Shanghai has kept UTC+8 without summer time since
 * 1992, long before the first statute here.
 */
export type Day = number

const msPerDay = 86_400_000
const offsetMs = 8 * 3_600_000

/** The State Council's yearly notice on holidays, for one calendar year. */
export type YearNotice = {
  year: number
  /** Days off, whatever their weekday. */
  holidays: ReadonlySet<Day>
  /** 补班: days worked although they are a Saturday or Sunday. */
  makeUpDays: ReadonlySet<Day>
}

/** Days declared non-working by the city. Without the notice's reference nobody could check it, so it is required. */
export type Closure = { from: Day; to: Day; reference: string }

export type Calendar = {
  /** Names the notices used; stored with every due date so that it can be recomputed when they change. */
  readonly version: string
  isWorkingDay(day: Day): boolean
  /** False where no notice exists yet: a result that counted a day of that year is provisional. */
  hasNotice(year: number): boolean
}

export const dayOf = (instant: Date): Day => Math.floor((instant.getTime() + offsetMs) / msPerDay)

/** 00:00 of the day, Asia/Shanghai. */
export const startOf = (day: Day): Date => new Date(day * msPerDay - offsetMs)

/** 24:00 of the day, which is 00:00 of the next: the first instant that is too late (Civil Code art. 203). */
export const endOf = (day: Day): Date => startOf(day + 1)

export function civil(day: Day): { year: number; month: number; date: number } {
  const utc = new Date(day * msPerDay)
  return { year: utc.getUTCFullYear(), month: utc.getUTCMonth() + 1, date: utc.getUTCDate() }
}

export const dayFrom = (year: number, month: number, date: number): Day =>
  Math.round(Date.UTC(year, month - 1, date) / msPerDay)

/** `YYYY-MM-DD` → day, or null when there is no such date. */
export function parseDay(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return null
  const day = dayFrom(Number(match[1]), Number(match[2]), Number(match[3]))
  return formatDay(day) === text ? day : null
}

export function formatDay(day: Day): string {
  const { year, month, date } = civil(day)
  return [String(year).padStart(4, '0'), pad(month), pad(date)].join('-')
}

/** ISO 8601 with +08:00, to the second; fractions are shown only where there are any. */
export function formatInstant(instant: Date): string {
  const local = new Date(instant.getTime() + offsetMs).toISOString()
  return `${local.slice(0, 19)}${instant.getUTCMilliseconds() === 0 ? '' : local.slice(19, 23)}+08:00`
}

const pad = (n: number): string => String(n).padStart(2, '0')

/** Same day number `months` later, else the last day of that month (Civil Code arts. 202, 203; reading A-05). */
export function addMonths(day: Day, months: number): Day {
  const { year, month, date } = civil(day)
  const first = dayFrom(year, month + months, 1)
  const lastDate = civil(dayFrom(year, month + months + 1, 1) - 1).date
  return first + Math.min(date, lastDate) - 1
}

/** Saturday or Sunday. 1970-01-01 was a Thursday. */
const isWeekend = (day: Day): boolean => {
  const weekday = (((day + 4) % 7) + 7) % 7
  return weekday === 0 || weekday === 6
}

/**
 * @param noticeOf the State Council's notice of a year, or null when there is none
 * @param coverage names the years of `noticeOf`, for the version
 * @param closures the city's own notices (reading A-04)
 */
export function createCalendar(
  noticeOf: (year: number) => YearNotice | null,
  coverage: string,
  closures: readonly Closure[] = [],
): Calendar {
  for (const closure of closures) {
    if (!closure.reference.trim()) throw new Error('a closure needs the reference of its notice')
    if (closure.to < closure.from) throw new Error('a closure ends before it begins')
  }
  const years = new Map<number, YearNotice | null>()
  const notice = (year: number): YearNotice | null => {
    const known = years.get(year)
    if (known !== undefined) return known
    const found = noticeOf(year)
    years.set(year, found)
    return found
  }
  const references = closures.map((c) => c.reference.trim()).sort()
  return {
    version: [coverage, ...references].join('+'),
    hasNotice: (year) => notice(year) !== null,
    isWorkingDay(day) {
      if (closures.some((c) => day >= c.from && day <= c.to)) return false
      const year = notice(civil(day).year)
      if (year?.makeUpDays.has(day)) return true
      if (year?.holidays.has(day)) return false
      return !isWeekend(day)
    },
  }
}
