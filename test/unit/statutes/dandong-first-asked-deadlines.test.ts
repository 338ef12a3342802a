import { describe, expect, it } from 'vitest'
import { terms } from '../../../src/statutes/dandong-first-asked/terms.ts'
import { formatInstant, parseDay } from '../../../src/statutes/calendar.ts'
import { dueOf, extendedDue, type Start } from '../../../src/statutes/deadline.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import {
  concerns,
  handlingClasses,
  workingDays,
  type HandlingClass,
  type Term,
} from '../../../src/statutes/term.ts'

const calendar = stateCouncilCalendar()
const start = (text: string): Start => {
  const day = parseDay(text)
  return day === null ? new Date(text) : { day }
}
function term(id: string): Term {
  const found = terms[id]
  if (!found) throw new Error(id)
  return found
}
const shown = (result: ReturnType<typeof dueOf>): string =>
  'refused' in result ? result.refused : result.due ? formatInstant(result.due) : result.why
const due = (id: string, from: string, handlingClass?: HandlingClass): string =>
  shown(dueOf(term(id), start(from), calendar, handlingClass ? { class: handlingClass } : {}))

/** [start, the first instant that is too late, why]. In 2026 the days 02-14, 02-28, 05-09, 09-20, 10-10 are 补班. */
type Case = [string, string, string]

describe.each([
  ['第十二条 第（三）项 当场告知', 'DD-D01'],
  ['第十二条 第（一）项 即时答复', 'DD-D14'],
])('%s (%s)', (_article, id) => {
  it('has no clock', () => expect(due(id, '2026-03-02T10:00+08:00')).toBe('atOnce'))
})

describe('第十三条 第（一）项 1 个工作日内完成接收 (DD-D02)', () => {
  it.each<Case>([
    ['2026-10-09T17:30+08:00', '2026-10-11T00:00:00+08:00', 'V11: Friday, the Saturday is worked'],
    ['2026-03-02T00:00:00+08:00', '2026-03-04T00:00:00+08:00', 'the first minute of the day'],
    ['2026-03-02T23:59:59+08:00', '2026-03-04T00:00:00+08:00', 'the last second of the day'],
    ['2026-03-03T00:00:00+08:00', '2026-03-05T00:00:00+08:00', 'one second later is another day'],
    ['2026-03-06T17:00+08:00', '2026-03-10T00:00:00+08:00', 'across a weekend'],
    ['2026-03-07T10:00+08:00', '2026-03-10T00:00:00+08:00', 'delivered on a Saturday'],
    ['2026-02-14T09:00+08:00', '2026-02-25T00:00:00+08:00', 'on a make-up day, then the festival'],
    ['2026-04-30T20:00+08:00', '2026-05-07T00:00:00+08:00', 'month end, across Labour Day'],
    ['2025-12-31T20:00+08:00', '2026-01-05T00:00:00+08:00', 'year end'],
  ])('delivered %s, received before %s: %s', (from, until) => expect(due('DD-D02', from)).toBe(until))
})

const classes: [HandlingClass, string, string, Case[]][] = [
  [
    'consultation',
    '咨询类 3 个工作日',
    'DD-D03',
    [
      ['2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00', 'plain week'],
      ['2026-03-02T23:59:59+08:00', '2026-03-06T00:00:00+08:00', 'the last second of the day'],
      ['2026-03-03T00:00:00+08:00', '2026-03-07T00:00:00+08:00', 'one second later is another day'],
      ['2026-02-13T18:00+08:00', '2026-02-26T00:00:00+08:00', '02-14 counts, then the Spring Festival'],
      ['2026-02-25T10:00+08:00', '2026-03-01T00:00:00+08:00', 'month end, the make-up Saturday counts'],
      ['2025-12-30T10:00+08:00', '2026-01-06T00:00:00+08:00', 'year end'],
    ],
  ],
  [
    'general',
    '一般事项 7 个工作日',
    'DD-D04',
    [
      ['2026-09-28T08:00+08:00', '2026-10-14T00:00:00+08:00', 'V13: across National Day'],
      ['2026-03-02T10:00+08:00', '2026-03-12T00:00:00+08:00', 'plain week'],
      ['2026-02-11T10:00+08:00', '2026-02-28T00:00:00+08:00', 'across the Spring Festival'],
      ['2026-04-24T10:00+08:00', '2026-05-09T00:00:00+08:00', 'month end, across Labour Day'],
      ['2025-12-29T10:00+08:00', '2026-01-09T00:00:00+08:00', 'year end'],
    ],
  ],
  [
    'complex',
    '疑难事项 15 个工作日',
    'DD-D05',
    [
      ['2026-03-02T10:00+08:00', '2026-03-24T00:00:00+08:00', 'three plain weeks'],
      ['2026-02-09T10:00+08:00', '2026-03-07T00:00:00+08:00', 'festival and both make-up Saturdays'],
      ['2026-09-14T10:00+08:00', '2026-10-11T00:00:00+08:00', 'Mid-Autumn and National Day'],
      ['2025-12-22T10:00+08:00', '2026-01-14T00:00:00+08:00', 'year end'],
    ],
  ],
]

describe.each(classes)('第十三条 第（二）项 %s: %s (%s)', (handlingClass, _words, id, cases) => {
  it.each(cases)('delivered %s, answered before %s: %s', (from, until) => expect(due(id, from)).toBe(until))

  it.each(cases)('第（三）项 delivered %s, extension asked for before %s: %s (DD-D06)', (from, until) =>
    expect(due('DD-D06', from, handlingClass)).toBe(until),
  )

  it('is the limit of this class and of no other', () => {
    for (const other of handlingClasses)
      expect(concerns(term(id), { kind: null, handlingClass: other })).toBe(other === handlingClass)
    expect(concerns(term(id), { kind: 'consultation', handlingClass: null })).toBe(false)
  })

  it('is provisional over a year without a notice', () =>
    expect(dueOf(term(id), start('2026-12-30T10:00+08:00'), calendar)).toMatchObject({ provisional: true }))

  it('第（三）项: at most fifteen working days more, all extensions together (DD-D07)', () => {
    const original = dueOf(term(id), start('2026-03-02T10:00+08:00'), calendar)
    if (!('due' in original) || original.due === null) throw new Error('no due date')
    const cap = { term: term('DD-D07'), start: original.due }
    expect(extendedDue(original.due, workingDays(15), cap, calendar)).toMatchObject({ overSoftCap: false })
    expect(extendedDue(original.due, workingDays(16), cap, calendar)).toMatchObject({ refused: 'overCap' })
  })
})

describe('第十三条 第（三）项 在办理时限届满前 (DD-D06)', () => {
  it('needs the class', () => expect(due('DD-D06', '2026-03-02T10:00+08:00')).toBe('classNeeded'))
})

describe('第十三条 第（三）项 延期时间不得超过 15 个工作日 (DD-D07)', () => {
  it.each<Case>([
    ['2026-10-13', '2026-11-04T00:00:00+08:00', 'V15: from the original due date, 22 days in all'],
    ['2026-10-14T00:00:00+08:00', '2026-11-04T00:00:00+08:00', 'from the due instant of DD-D04'],
    ['2026-02-13', '2026-03-13T00:00:00+08:00', 'over the festival and both make-up Saturdays'],
  ])('from %s until %s: %s', (from, until) => expect(due('DD-D07', from)).toBe(until))
})

describe('第十三条 第（六）项 7 个工作日内退件 (DD-D08)', () => {
  it.each<Case>([
    ['2026-09-28T08:00+08:00', '2026-10-14T00:00:00+08:00', 'across National Day, as the general limit'],
    ['2026-03-02T10:00+08:00', '2026-03-12T00:00:00+08:00', 'plain week'],
    ['2026-02-11T10:00+08:00', '2026-02-28T00:00:00+08:00', 'across the Spring Festival'],
    ['2025-12-31T23:59:59+08:00', '2026-01-13T00:00:00+08:00', 'year end'],
  ])('delivered %s, papers before %s: %s', (from, until) => expect(due('DD-D08', from)).toBe(until))

  it('is provisional over a year without a notice', () =>
    expect(dueOf(term('DD-D08'), start('2026-12-25'), calendar)).toMatchObject({ provisional: true }))
})

describe('第十七条 立即派人员到现场 (DD-D09: thirty minutes, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-02T10:30:00+08:00', 'by day'],
    ['2026-02-17T23:40+08:00', '2026-02-18T00:10:00+08:00', 'over midnight, inside the festival'],
  ])('phoned %s, on the way before %s: %s', (from, until) => expect(due('DD-D09', from)).toBe(until))
  it('needs the instant', () => expect(due('DD-D09', '2026-03-02')).toBe('instantNeeded'))
})

describe('第十五条 一个月内备案 (DD-D10)', () => {
  it.each<Case>([
    ['2026-01-31', '2026-03-01T00:00:00+08:00', 'V25: no 31 February, and 02-28 is worked'],
    ['2026-03-02', '2026-04-03T00:00:00+08:00', 'the same day of the next month'],
    ['2026-03-04', '2026-04-08T00:00:00+08:00', 'rolls over Qingming'],
    ['2025-12-15', '2026-01-16T00:00:00+08:00', 'over the end of the year'],
    ['2026-09-01', '2026-10-09T00:00:00+08:00', 'rolls over National Day'],
  ])('issued %s, filed before %s: %s', (from, until) => expect(due('DD-D10', from)).toBe(until))
})

describe('第二十三条 第（四）项 一年之内 (DD-D11)', () => {
  it.each<Case>([
    ['2025-03-02', '2026-03-03T00:00:00+08:00', 'twelve months, not the calendar year'],
    ['2024-02-29', '2025-03-01T00:00:00+08:00', 'no 29 February'],
    ['2025-12-31T23:59:59+08:00', '2027-01-01T00:00:00+08:00', 'over New Year'],
  ])('recorded %s, counts until %s: %s', (from, until) => expect(due('DD-D11', from)).toBe(until))
})

describe.each([
  ['第十二条 及时受理', 'DD-D12'],
  ['第十二条 及时转办', 'DD-D13'],
  ['第十条 第（一）项 尽快给群众答复', 'DD-D15'],
])('%s (%s: one working day, local policy)', (_article, id) => {
  it.each<Case>([
    ['2026-03-02T23:59:59+08:00', '2026-03-04T00:00:00+08:00', 'the last second of the day'],
    ['2026-05-08T16:00+08:00', '2026-05-10T00:00:00+08:00', 'the next day is a make-up Saturday'],
    ['2026-02-17T09:00+08:00', '2026-02-25T00:00:00+08:00', 'inside the Spring Festival'],
    ['2025-12-31T20:00+08:00', '2026-01-05T00:00:00+08:00', 'year end'],
  ])('from %s until %s: %s', (from, until) => expect(due(id, from)).toBe(until))
})

describe.each([
  ['第十条 第（二）项 按照规定时限向群众反馈', 'DD-D16'],
  ['第十六条 二次督办按照规定时限办理', 'DD-D17'],
])('%s (%s)', (_article, id) => {
  it('has no number, and none is invented', () =>
    expect(due(id, '2026-03-02T10:00+08:00')).toBe('limitNotConfigured'))
})
