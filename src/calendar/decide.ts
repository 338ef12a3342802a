import { civil, createCalendar, dayFrom, formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { ClosureBody, NoticeBody } from './contract.ts'
import {
  firstYear,
  knownYears,
  lastYear,
  type CalendarEntry,
  type EnteredClosure,
  type EnteredNotice,
} from './model.ts'

/**
 * PURE. What may be entered into the calendar. An entry cannot be taken back and moves due dates of the law, so a slip
 * of the pen is refused here: a day of another year, a make-up day in the week, a notice without its fixed holidays.
 */
export type Slip = { field: string; message: string }
export type Refused = { refused: string; detail: string; errors: Slip[] }
export type NewNotice = Omit<EnteredNotice, 'revision' | 'at' | 'by'>
export type NewClosure = Omit<EnteredClosure, 'revision' | 'at' | 'by'>

const refuse = (refused: string, detail: string, ...errors: Slip[]): Refused => ({ refused, detail, errors })

const weekdays = createCalendar(() => null, 'weekdays')

/** 元旦、劳动节、国庆节: the same days of every year, so no notice is whole without them. */
const fixedHolidays = [
  [1, 1, '元旦'],
  [5, 1, '劳动节'],
  [10, 1, '国庆节'],
] as const

/** A closure longer than this is a slip of the pen. */
const longestClosureDays = 92

export function decideNotice(body: NoticeBody, entries: readonly CalendarEntry[]): NewNotice | Refused {
  const { year } = body
  const reference = referenceOf(body)
  if (typeof reference !== 'string') return reference
  if (year < firstYear || year > lastYear)
    return refuse('yearOutOfRange', `年份应当在 ${firstYear} 年至 ${lastYear} 年之间，请核对后重新录入。`, {
      field: 'year',
      message: `${year} 年超出范围`,
    })
  const known = knownYears(entries).find((k) => k.year === year)
  if (known)
    return refuse(
      'yearKnown',
      `${year} 年的放假安排已经在日历中，不能再次录入；本市临时停止办公的日子请录入为停办日。`,
      { field: 'year', message: known.reference ?? '系统自带' },
    )
  const holidays = daysOf(body.holidays, 'holidays')
  if ('refused' in holidays) return holidays
  const makeUpDays = daysOf(body.makeUpDays, 'makeUpDays')
  if ('refused' in makeUpDays) return makeUpDays
  return (
    otherYear(year, { holidays, makeUpDays }) ??
    bothAtOnce(holidays, makeUpDays) ??
    inTheWeek(makeUpDays) ??
    notWhole(year, holidays) ?? {
      kind: 'notice',
      year,
      reference,
      holidays: inOrder(holidays),
      makeUpDays: inOrder(makeUpDays),
    }
  )
}

export function decideClosure(body: ClosureBody, entries: readonly CalendarEntry[]): NewClosure | Refused {
  const reference = referenceOf(body)
  if (typeof reference !== 'string') return reference
  const days = daysOf([body.from, body.to], ['from', 'to'])
  if ('refused' in days) return days
  const [from, to] = days as [Day, Day]
  if (to < from)
    return refuse('closureBackwards', '结束日期早于开始日期，请核对后重新录入。', {
      field: 'to',
      message: `${body.to} 早于 ${body.from}`,
    })
  if (to - from >= longestClosureDays)
    return refuse('closureTooLong', `一次停办不能超过 ${longestClosureDays} 天，更长的请分次录入。`, {
      field: 'to',
      message: `共 ${to - from + 1} 天`,
    })
  const twice = entries.some(
    (e) => e.kind === 'closure' && e.from === from && e.to === to && e.reference === reference,
  )
  if (twice)
    return refuse('closureKnown', '这个停办日已经在日历中，无需再次录入。', {
      field: 'reference',
      message: reference,
    })
  return { kind: 'closure', from, to, reference }
}

function referenceOf({ reference }: { reference?: string }): string | Refused {
  const given = reference?.trim() ?? ''
  if (given !== '') return given
  return refuse('referenceMissing', '请填写通知的文号或者名称，没有依据的日子不能进入日历。', {
    field: 'reference',
    message: '没有填写通知的文号或者名称',
  })
}

function daysOf(texts: readonly string[], names: string | readonly string[]): Day[] | Refused {
  const nameOf = (n: number): string => (typeof names === 'string' ? `${names}.${n}` : (names[n] ?? ''))
  const parsed = texts.map((text) => parseDay(text))
  const wrong = parsed.flatMap((day, n) => {
    const possible = day !== null && civil(day).year >= firstYear && civil(day).year <= lastYear
    return possible ? [] : [{ field: nameOf(n), message: `${texts[n]} 不是有效的日期` }]
  })
  if (wrong.length === 0) return parsed as Day[]
  return refuse('dayMalformed', '日期应为 2027-01-01 的形式，并且确有这一天。', ...wrong)
}

function otherYear(year: number, lists: Record<string, readonly Day[]>): Refused | null {
  const wrong = Object.entries(lists).flatMap(([name, days]) =>
    days.flatMap((day, n) =>
      civil(day).year === year
        ? []
        : [{ field: `${name}.${n}`, message: `${formatDay(day)} 不是 ${year} 年的日期` }],
    ),
  )
  if (wrong.length === 0) return null
  return refuse(
    'dayOfAnotherYear',
    '一个年度的放假安排只能包含当年的日期；通知涉及的其他年度的日期，请录入为停办日。',
    ...wrong,
  )
}

function bothAtOnce(holidays: readonly Day[], makeUpDays: readonly Day[]): Refused | null {
  const wrong = makeUpDays.flatMap((day, n) =>
    holidays.includes(day) ? [{ field: `makeUpDays.${n}`, message: `${formatDay(day)} 同时列为放假` }] : [],
  )
  if (wrong.length === 0) return null
  return refuse('holidayAndMakeUpDay', '同一天不能既放假又补班，请按通知核对。', ...wrong)
}

function inTheWeek(makeUpDays: readonly Day[]): Refused | null {
  const wrong = makeUpDays.flatMap((day, n) =>
    weekdays.isWorkingDay(day)
      ? [{ field: `makeUpDays.${n}`, message: `${formatDay(day)} 不是星期六或者星期日` }]
      : [],
  )
  if (wrong.length === 0) return null
  return refuse('makeUpDayInTheWeek', '补班只能在星期六或者星期日，请按通知核对。', ...wrong)
}

function notWhole(year: number, holidays: readonly Day[]): Refused | null {
  const absent = fixedHolidays.filter(([month, date]) => !holidays.includes(dayFrom(year, month, date)))
  if (absent.length === 0) return null
  return refuse(
    'noticeIncomplete',
    '放假安排应当一次录入全年的放假日和补班日，录入后到期日不再是暂定的。',
    ...absent.map(([month, date, name]) => ({
      field: 'holidays',
      message: `没有${name} ${formatDay(dayFrom(year, month, date))}`,
    })),
  )
}

const inOrder = (days: readonly Day[]): Day[] => [...new Set(days)].sort((a, b) => a - b)
