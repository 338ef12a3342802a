import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { terms } from '../../../src/statutes/anshan-2019/terms.ts'
import { dayOf, endOf, formatInstant, parseDay } from '../../../src/statutes/calendar.ts'
import { dueOf, extendedDue, underOtherLaw, type Pause, type Start } from '../../../src/statutes/deadline.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import {
  always,
  months,
  runningHours,
  sameDay,
  setByPlatform,
  workingDays,
  workingDaysBefore,
  type Limit,
  type Term,
} from '../../../src/statutes/term.ts'

const calendar = stateCouncilCalendar()
const recusal = { pauseRule: { atMostWorkingDays: 3 } }

const start = (text: string): Start => {
  const day = parseDay(text)
  return day === null ? new Date(text) : { day }
}
const pause = (from: string, to: string | null): Pause => ({
  from: new Date(from),
  to: to === null ? null : new Date(to),
})
const term = (id: string): Term => {
  const found = terms[id]
  if (!found) throw new Error(id)
  return found
}
const shown = (result: ReturnType<typeof dueOf>): string =>
  'refused' in result ? result.refused : result.due ? formatInstant(result.due) : result.why

describe('due dates, by article', () => {
  it.each([
    ['第二十二条第一款', 'AS19-D06', '2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00', 'plain week'],
    ['第二十二条第一款', 'AS19-D06', '2026-03-02T00:00+08:00', '2026-03-10T00:00:00+08:00', 'first minute'],
    ['第二十二条第一款', 'AS19-D06', '2026-03-02T23:59:59+08:00', '2026-03-10T00:00:00+08:00', 'last second'],
    ['第二十二条第一款', 'AS19-D06', '2026-03-02', '2026-03-10T00:00:00+08:00', 'a date alone'],
    [
      '第二十二条第一款',
      'AS19-D06',
      '2026-03-07T10:00+08:00',
      '2026-03-14T00:00:00+08:00',
      'a Saturday counts as received',
    ],
    [
      '第二十二条第一款',
      'AS19-D06',
      '2026-02-14T09:00+08:00',
      '2026-03-01T00:00:00+08:00',
      'received on a make-up Saturday',
    ],
    [
      '第二十二条第一款',
      'AS19-D06',
      '2026-02-17T09:00+08:00',
      '2026-03-01T00:00:00+08:00',
      'received inside the Spring Festival',
    ],
    [
      '第二十二条第一款',
      'AS19-D06',
      '2025-12-29T10:00+08:00',
      '2026-01-07T00:00:00+08:00',
      'year end: holiday to 01-03, Sunday 01-04 worked',
    ],
    [
      '第二十二条第二款',
      'AS19-D07',
      '2026-03-02T10:00+08:00',
      '2026-03-10T00:00:00+08:00',
      'apply inside the same five days',
    ],
    [
      '第二十二条第二款',
      'AS19-D08',
      '2026-03-09',
      '2026-05-10T00:00:00+08:00',
      'a make-up Saturday needs no roll',
    ],
    [
      '第二十二条第二款',
      'AS19-D08',
      '2026-03-10T00:00+08:00',
      '2026-05-10T00:00:00+08:00',
      'from the due instant of D06',
    ],
    ['第二十二条第二款', 'AS19-D08', '2026-08-03', '2026-10-09T00:00:00+08:00', 'rolls over National Day'],
    ['第二十二条第二款', 'AS19-D08', '2025-12-31', '2026-03-01T00:00:00+08:00', 'no 31 February'],
    [
      '第二十条第（二）项',
      'AS19-D02',
      '2026-04-30T20:00+08:00',
      '2026-05-09T00:00:00+08:00',
      'across Labour Day',
    ],
    [
      '第二十条第（二）项',
      'AS19-D03',
      '2026-03-06T17:00+08:00',
      '2026-03-11T00:00:00+08:00',
      'across a weekend',
    ],
    [
      '第二十条第（三）项',
      'AS19-D04',
      '2026-03-02T10:00+08:00',
      '2026-03-02T10:05:00+08:00',
      'five minutes, local policy',
    ],
    [
      '第二十七条第二款',
      'AS19-D09',
      '2026-03-04T15:00+08:00',
      '2026-03-10T00:00:00+08:00',
      'decide on recusal',
    ],
    ['第二十条第（一）项', 'AS19-D01', '2026-03-02T10:00+08:00', 'atOnce', 'at once'],
    ['第二十条第（五）项', 'AS19-D05', '2026-03-02T10:00+08:00', 'sameContact', 'in the same contact'],
    ['第十条第二款', 'AS19-D12', '2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00', 'local policy'],
    ['第二十三条第三款', 'AS19-D13', '2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00', 'local policy'],
  ])('%s %s from %s is %s (%s)', (_article, id, from, due) => {
    expect(shown(dueOf(term(id), start(from), calendar))).toBe(due)
  })
})

describe('ways of counting that other statutes use', () => {
  const cases: [string, Limit, string, string][] = [
    ['same calendar day', sameDay, '2026-02-17T23:10+08:00', '2026-02-18T00:00:00+08:00'],
    ['24 running hours', runningHours(24), '2026-02-14T17:30+08:00', '2026-02-15T17:30:00+08:00'],
    ['one working day before', workingDaysBefore(1), '2026-03-09', '2026-03-07T00:00:00+08:00'],
    [
      'before a Monday after a make-up Saturday',
      workingDaysBefore(1),
      '2026-10-12',
      '2026-10-11T00:00:00+08:00',
    ],
    ['two months without 31 February', months(2), '2025-12-31T08:00+08:00', '2026-03-01T00:00:00+08:00'],
    ['one month onto a make-up Saturday', months(1), '2026-01-31', '2026-03-01T00:00:00+08:00'],
    [
      'one working day to a make-up Saturday',
      workingDays(1),
      '2026-10-09T17:30+08:00',
      '2026-10-11T00:00:00+08:00',
    ],
    [
      'seven working days across National Day',
      workingDays(7),
      '2026-09-28T08:00+08:00',
      '2026-10-14T00:00:00+08:00',
    ],
    ['a standing duty', always, '2026-03-02', 'always'],
    ['a limit the platform must set', setByPlatform, '2026-03-02', 'limitNotConfigured'],
    ['hours from a bare date', runningHours(24), '2026-03-02', 'instantNeeded'],
  ]
  it.each(cases)('%s', (_name, within, from, due) => {
    expect(shown(dueOf({ starts: 'workOrder.delivered', within }, start(from), calendar))).toBe(due)
  })

  it('fifteen working days from an original due date', () => {
    const within = workingDays(15)
    const due = dueOf({ starts: 'workOrder.due', within }, start('2026-10-13'), calendar)
    expect(shown(due)).toBe('2026-11-04T00:00:00+08:00')
  })
})

describe('第二十七条第三款 回避决定期间不计算', () => {
  it.each([
    [
      'two days',
      '2026-03-02T10:00+08:00',
      '2026-03-04T15:00+08:00',
      '2026-03-06T10:00+08:00',
      '2026-03-12T00:00:00+08:00',
    ],
    [
      'across the festival',
      '2026-02-10T10:00+08:00',
      '2026-02-12T10:00+08:00',
      '2026-02-24T10:00+08:00',
      '2026-02-28T00:00:00+08:00',
    ],
    [
      'decided the same day',
      '2026-03-02T10:00+08:00',
      '2026-03-04T09:00+08:00',
      '2026-03-04T17:00+08:00',
      '2026-03-10T00:00:00+08:00',
    ],
    [
      'before the receipt',
      '2026-03-02T10:00+08:00',
      '2026-02-26T09:00+08:00',
      '2026-03-02T09:00+08:00',
      '2026-03-10T00:00:00+08:00',
    ],
    [
      'after the due date',
      '2026-03-02T10:00+08:00',
      '2026-03-10T09:00+08:00',
      '2026-03-12T09:00+08:00',
      '2026-03-10T00:00:00+08:00',
    ],
    [
      'decided late: three days at most',
      '2026-03-02T10:00+08:00',
      '2026-03-03T09:00+08:00',
      '2026-03-20T09:00+08:00',
      '2026-03-13T00:00:00+08:00',
    ],
    [
      'undecided: three days at most',
      '2026-03-02T10:00+08:00',
      '2026-03-03T09:00+08:00',
      null,
      '2026-03-13T00:00:00+08:00',
    ],
  ])('%s', (_name, from, applied, decided, due) => {
    const options = { pauses: [pause(applied, decided)], ...recusal }
    expect(shown(dueOf(term('AS19-D06'), start(from), calendar, options))).toBe(due)
  })

  it('stands still until the decision where the switch is on', () => {
    const pauses = [pause('2026-03-03T09:00+08:00', null)]
    const due = dueOf(term('AS19-D06'), start('2026-03-02'), calendar, {
      pauses,
      pauseRule: { atMostWorkingDays: null },
    })
    expect(shown(due)).toBe('clockStopped')
  })

  it('moves months by calendar days and rolls afterwards', () => {
    const pauses = [pause('2026-04-01T09:00+08:00', '2026-04-03T09:00+08:00')]
    const due = dueOf(term('AS19-D08'), start('2026-03-09'), calendar, { pauses, ...recusal })
    expect(shown(due)).toBe('2026-05-12T00:00:00+08:00')
  })

  it('stops forwarding and acceptance too, but not the decision on recusal itself', () => {
    const options = { pauses: [pause('2026-03-02T11:00+08:00', '2026-03-03T11:00+08:00')], ...recusal }
    const from = start('2026-03-02T10:00+08:00')
    expect(shown(dueOf(term('AS19-D02'), from, calendar, options))).toBe('2026-03-07T00:00:00+08:00')
    expect(shown(dueOf(term('AS19-D03'), from, calendar, options))).toBe('2026-03-06T00:00:00+08:00')
    expect(shown(dueOf(term('AS19-D09'), from, calendar, options))).toBe('2026-03-06T00:00:00+08:00')
  })

  it('refuses a decision before the application', () => {
    const options = { pauses: [pause('2026-03-04T09:00+08:00', '2026-03-03T09:00+08:00')], ...recusal }
    expect(shown(dueOf(term('AS19-D06'), start('2026-03-02'), calendar, options))).toBe('impossiblePause')
  })
})

describe('a year without a notice', () => {
  it.each([
    ['AS19-D06', '2026-12-29T10:00+08:00', true],
    ['AS19-D06', '2026-12-21T10:00+08:00', false],
    ['AS19-D06', '2027-06-01T10:00+08:00', true],
    ['AS19-D08', '2026-11-20', true],
    ['AS19-D04', '2027-06-01T10:00+08:00', false],
  ])('%s from %s is provisional: %s', (id, from, provisional) => {
    const due = dueOf(term(id), start(from), calendar)
    expect(due).toMatchObject({ provisional })
    expect('due' in due && due.due).toBeInstanceOf(Date)
  })
})

describe('第二十二条第二款 延期一般不超过两个月', () => {
  const original = new Date('2026-03-10T00:00+08:00')
  const cap = { term: term('AS19-D08'), start: original }

  it('keeps within the soft cap', () => {
    const due = extendedDue(original, months(1), cap, calendar)
    expect(due).toMatchObject({ overSoftCap: false, due: new Date('2026-04-10T00:00+08:00') })
  })
  it('marks an extension beyond the soft cap', () => {
    expect(extendedDue(original, months(3), cap, calendar)).toMatchObject({ overSoftCap: true })
  })
  it('refuses one beyond a hard cap', () => {
    const hard: Term = { ...term('AS19-D08'), cap: { appliesTo: 'extension', kind: 'hard' } }
    const due = extendedDue(original, workingDays(60), { term: hard, start: original }, calendar)
    expect(due).toMatchObject({ refused: 'overCap', latest: new Date('2026-05-10T00:00+08:00') })
  })
})

describe('第二十二条第一款 从其规定', () => {
  const other = { law: '信访工作条例', article: '第三十四条', within: { unit: 'month', count: 2 } as const }

  it('replaces the number of the handling limit', () => {
    const replaced = underOtherLaw(term('AS19-D06'), other)
    expect(replaced && shown(dueOf(replaced, start('2026-03-02T10:00+08:00'), calendar))).toBe(
      '2026-05-07T00:00:00+08:00',
    )
  })
  it('leaves the five days for applying alone', () =>
    expect(underOtherLaw(term('AS19-D07'), other)).toBeNull())
})

describe('properties of the clock', () => {
  const instants = fc
    .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2026, 9, 1) })
    .map((ms) => new Date(ms))
  const limit = fc.integer({ min: 1, max: 20 }).map(workingDays)
  const due = (within: Limit, from: Date, pauses: Pause[] = []): number => {
    const result = dueOf({ starts: 'workOrder.delivered', within, stopsFor: 'recusal' }, from, calendar, {
      pauses,
      ...recusal,
    })
    if ('refused' in result || result.due === null) throw new Error('no due date')
    return result.due.getTime()
  }

  it('never ends before the day after the start, and always at 24:00 of a working day', () => {
    fc.assert(
      fc.property(instants, limit, (from, within) => {
        const end = due(within, from)
        expect(end).toBeGreaterThan(endOf(dayOf(from)).getTime())
        expect(calendar.isWorkingDay(dayOf(new Date(end - 1)))).toBe(true)
      }),
    )
  })
  it('is monotonic in the number of days and in the start', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 20 }), fc.nat(40 * 86_400_000), (from, n, later) => {
        expect(due(workingDays(n + 1), from)).toBeGreaterThan(due(workingDays(n), from))
        const after = new Date(from.getTime() + later)
        expect(due(workingDays(n), after)).toBeGreaterThanOrEqual(due(workingDays(n), from))
      }),
    )
  })
  it('is never moved earlier by a pause, and by at most three working days', () => {
    const pauses = fc.array(fc.tuple(fc.nat(60 * 86_400_000), fc.nat(30 * 86_400_000)), { maxLength: 1 })
    fc.assert(
      fc.property(instants, limit, pauses, (from, within, raw) => {
        const list = raw.map(([offset, length]) => ({
          from: new Date(from.getTime() + offset),
          to: new Date(from.getTime() + offset + length),
        }))
        const plain = due(within, from)
        const paused = due(within, from, list)
        expect(paused).toBeGreaterThanOrEqual(plain)
        const three = workingDays(within.unit === 'workingDay' ? within.count + 3 : 0)
        expect(paused).toBeLessThanOrEqual(due(three, from))
      }),
    )
  })
})
