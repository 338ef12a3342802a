import { describe, expect, it } from 'vitest'
import { terms } from '../../../src/statutes/baiyin-2024/terms.ts'
import { formatInstant, parseDay } from '../../../src/statutes/calendar.ts'
import { dueOf, extendedDue, type Start } from '../../../src/statutes/deadline.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { concerns, workingDays, type Term } from '../../../src/statutes/term.ts'

const calendar = stateCouncilCalendar()
const start = (text: string): Start => {
  const day = parseDay(text)
  return day === null ? new Date(text) : { day }
}
const term = (id: string): Term => {
  const found = terms[id]
  if (!found) throw new Error(id)
  return found
}
const shown = (result: ReturnType<typeof dueOf>): string =>
  'refused' in result ? result.refused : result.due ? formatInstant(result.due) : result.why
const due = (id: string, from: string): string => shown(dueOf(term(id), start(from), calendar))

/** [start, the first instant that is too late, why]. In 2026 the days 02-14, 02-28, 05-09, 09-20, 10-10 are 补班. */
type Case = [string, string, string]

describe('第十条 第二款 能够即时答复的，应当立即答复 (BY24-D01)', () => {
  it('has no clock', () => expect(due('BY24-D01', '2026-03-02T10:00+08:00')).toBe('atOnce'))
})

describe.each([
  ['第十条 第二款 咨询在受理当日转交', 'BY24-D02'],
  ['第十条 第三款 其他类型在受理当日转交', 'BY24-D03'],
])('%s (%s)', (_article, id) => {
  it.each<Case>([
    ['2026-03-02T00:00:00+08:00', '2026-03-03T00:00:00+08:00', 'the first minute of the day'],
    ['2026-03-02T23:59:59+08:00', '2026-03-03T00:00:00+08:00', 'the last second of the day'],
    ['2026-03-02', '2026-03-03T00:00:00+08:00', 'a date stands for any instant of it'],
    ['2026-03-07T20:00+08:00', '2026-03-08T00:00:00+08:00', 'a Saturday is a day like any other'],
    ['2026-02-17T23:10+08:00', '2026-02-18T00:00:00+08:00', 'inside the Spring Festival'],
    ['2026-02-28T09:00+08:00', '2026-03-01T00:00:00+08:00', 'month end, on a make-up Saturday'],
    ['2025-12-31T23:10+08:00', '2026-01-01T00:00:00+08:00', 'year end'],
    ['2026-03-02T16:30:00Z', '2026-03-04T00:00:00+08:00', 'an instant abroad is a day of Shanghai'],
    ['2027-06-01T10:00+08:00', '2027-06-02T00:00:00+08:00', 'a year without a notice'],
  ])('accepted %s, forwarded before %s: %s', (from, until) => expect(due(id, from)).toBe(until))

  it('is never provisional: it asks for no working day', () =>
    expect(dueOf(term(id), start('2027-06-01'), calendar)).toMatchObject({ provisional: false }))
})

describe('第十条: one of each pair is an order’s', () => {
  it.each([
    ['consultation', ['BY24-D02', 'BY24-D04']],
    ['help', ['BY24-D03', 'BY24-D05']],
    ['complaint', ['BY24-D03', 'BY24-D05']],
    [null, ['BY24-D03', 'BY24-D05']],
  ])('%s: %o', (kind, ids) => {
    const pairs = ['BY24-D02', 'BY24-D03', 'BY24-D04', 'BY24-D05'].map(term)
    expect(pairs.filter((t) => concerns(t, { kind, handlingClass: null })).map((t) => t.id)).toEqual(ids)
  })
})

describe('第十条 在平台规定的期限内 (BY24-D04, BY24-D05: set by the city or refused)', () => {
  it.each(['BY24-D04', 'BY24-D05'])('%s is refused as it ships', (id) =>
    expect(due(id, '2026-03-02T10:00+08:00')).toBe('limitNotConfigured'),
  )
  it('第十五条: once it is set, an explained lateness has no upper bound', () => {
    const original = new Date('2026-03-10T00:00+08:00')
    expect(extendedDue(original, workingDays(200), null, calendar)).toMatchObject({ overSoftCap: false })
  })
})

describe('第十五条 及时告知诉求人 (BY24-D06: one working day after the limit has passed, local policy)', () => {
  it.each<Case>([
    ['2026-03-10T00:00:00+08:00', '2026-03-12T00:00:00+08:00', 'the limit ended with Monday: Wednesday'],
    ['2026-03-07T00:00:00+08:00', '2026-03-10T00:00:00+08:00', 'ended with Friday'],
    [
      '2026-02-15T00:00:00+08:00',
      '2026-02-25T00:00:00+08:00',
      'ended with the make-up day before the festival',
    ],
    ['2026-01-01T00:00:00+08:00', '2026-01-05T00:00:00+08:00', 'year end: Sunday 01-04 is worked'],
  ])('passed %s, told before %s: %s', (from, until) => expect(due('BY24-D06', from)).toBe(until))
})

describe.each([
  ['第十二条 第二款 及时说明情况并申请退回', 'BY24-D07'],
  ['第十四条 第（一）项 及时联系诉求人', 'BY24-D11'],
])('%s (%s: one working day, local policy)', (_article, id) => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-04T00:00:00+08:00', 'plain week'],
    ['2026-03-02T23:59:59+08:00', '2026-03-04T00:00:00+08:00', 'the last second of the day'],
    ['2026-03-03T00:00:00+08:00', '2026-03-05T00:00:00+08:00', 'one second later is another day'],
    ['2026-03-06T17:00+08:00', '2026-03-10T00:00:00+08:00', 'across a weekend'],
    ['2026-10-09T17:30+08:00', '2026-10-11T00:00:00+08:00', 'the Saturday after National Day is worked'],
    ['2026-02-14T09:00+08:00', '2026-02-25T00:00:00+08:00', 'delivered on a make-up day, then the festival'],
    ['2026-04-30T20:00+08:00', '2026-05-07T00:00:00+08:00', 'month end, across Labour Day'],
    ['2025-12-31T20:00+08:00', '2026-01-05T00:00:00+08:00', 'year end'],
  ])('from %s until %s: %s', (from, until) => expect(due(id, from)).toBe(until))

  it('is provisional where the notice is missing', () =>
    expect(dueOf(term(id), start('2026-12-31T10:00+08:00'), calendar)).toMatchObject({ provisional: true }))
})

describe('第二十二条 第（二）项 限期书面反馈 (BY24-D08: named by each notice)', () => {
  it('has no limit of its own', () =>
    expect(due('BY24-D08', '2026-03-02T10:00+08:00')).toBe('limitNotConfigured'))
})

describe('第十六条 二十四小时服务 (BY24-D09)', () => {
  it('is a standing duty', () => {
    expect(due('BY24-D09', '2026-03-02')).toBe('always')
    expect(term('BY24-D09').ends).toEqual([])
  })
})

describe('第十条 第一款 接到诉求后 (BY24-D10: two hours, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-02T12:00:00+08:00', 'a working day'],
    ['2026-02-17T23:10+08:00', '2026-02-18T01:10:00+08:00', 'over midnight, inside the festival'],
    ['2025-12-31T23:50+08:00', '2026-01-01T01:50:00+08:00', 'year end'],
  ])('raised %s, decided before %s: %s', (from, until) => expect(due('BY24-D10', from)).toBe(until))
  it('needs the instant', () => expect(due('BY24-D10', '2026-03-02')).toBe('instantNeeded'))
})

describe('第十八条 配合单位提交办理结果 (BY24-D12: three working days, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00', 'plain week'],
    ['2026-05-07T10:00+08:00', '2026-05-12T00:00:00+08:00', 'the make-up Saturday counts'],
    ['2026-02-13T18:00+08:00', '2026-02-26T00:00:00+08:00', 'across the Spring Festival'],
  ])('from %s until %s: %s', (from, until) => expect(due('BY24-D12', from)).toBe(until))
})

describe('第二十条 第一款 及时发出风险预警 (BY24-D13: five minutes, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-02T10:05:00+08:00', 'by day'],
    ['2026-02-17T23:58+08:00', '2026-02-18T00:03:00+08:00', 'over midnight, inside the festival'],
  ])('seen %s, answered before %s: %s', (from, until) => expect(due('BY24-D13', from)).toBe(until))
})
