import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { terms } from '../../../src/statutes/anshan-draft/terms.ts'
import { dayOf, endOf, formatInstant, parseDay, startOf } from '../../../src/statutes/calendar.ts'
import { dueOf, extendedDue, underOtherLaw, type Start } from '../../../src/statutes/deadline.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { months, workingDays, type Term } from '../../../src/statutes/term.ts'

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

describe('第十二条 第一款 能够当场答复或者处理的，应当当场答复、处理 (ASD-D01)', () => {
  it('has no clock', () => expect(due('ASD-D01', '2026-03-02T10:00+08:00')).toBe('atOnce'))
})

describe('第十二条 第一款 及时准确派发工单 (ASD-D02: one working day, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-04T00:00:00+08:00', 'plain week'],
    ['2026-03-02T23:59:59+08:00', '2026-03-04T00:00:00+08:00', 'the last second of the day'],
    ['2026-03-03T00:00:00+08:00', '2026-03-05T00:00:00+08:00', 'one second later is another day'],
    ['2026-03-06T17:00+08:00', '2026-03-10T00:00:00+08:00', 'across a weekend'],
    ['2026-10-09T17:30+08:00', '2026-10-11T00:00:00+08:00', 'the Saturday after National Day is worked'],
    ['2026-02-14T09:00+08:00', '2026-02-25T00:00:00+08:00', 'raised on a make-up day, then the festival'],
    ['2026-04-30T20:00+08:00', '2026-05-07T00:00:00+08:00', 'month end, across Labour Day'],
    ['2025-12-31T20:00+08:00', '2026-01-05T00:00:00+08:00', 'year end: Sunday 01-04 is worked'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D02', from)).toBe(until))
})

describe('第十二条 第二款 第（二）项 在规定期限内补齐 (ASD-D03: five working days, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00', 'plain week'],
    ['2026-02-13T18:00+08:00', '2026-02-28T00:00:00+08:00', '02-14 counts, then the Spring Festival'],
    ['2026-02-23T18:00+08:00', '2026-03-01T00:00:00+08:00', 'asked on the last day of the festival'],
    ['2025-12-31T09:00+08:00', '2026-01-09T00:00:00+08:00', 'year end'],
    ['2026-09-25T09:00+08:00', '2026-10-10T00:00:00+08:00', 'between Mid-Autumn and National Day'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D03', from)).toBe(until))
})

describe('第十四条 第（一）项 及时联系诉求人 (ASD-D04: one working day, local policy)', () => {
  it.each<Case>([
    ['2026-05-08T16:00+08:00', '2026-05-10T00:00:00+08:00', 'the next day is a make-up Saturday'],
    ['2026-05-09T16:00+08:00', '2026-05-12T00:00:00+08:00', 'delivered on it'],
    ['2026-02-17T09:00+08:00', '2026-02-25T00:00:00+08:00', 'delivered inside the Spring Festival'],
    ['2026-03-31T23:59:59+08:00', '2026-04-02T00:00:00+08:00', 'month end'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D04', from)).toBe(until))
})

describe.each([
  ['第十五条 第一款 自接到转交诉求事项之日起五个工作日内办结', 'ASD-D05'],
  ['第十五条 第二款 在办结时限内申请延期', 'ASD-D06'],
])('%s (%s)', (_article, id) => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00', 'plain week'],
    ['2026-03-02', '2026-03-10T00:00:00+08:00', 'a date stands for any instant of it'],
    ['2026-03-02T00:00:00+08:00', '2026-03-10T00:00:00+08:00', 'the first second of the day'],
    ['2026-03-02T23:59:59.999+08:00', '2026-03-10T00:00:00+08:00', 'the last moment of the day'],
    ['2026-03-02T16:00:00Z', '2026-03-11T00:00:00+08:00', 'the same evening in London is the next day here'],
    ['2026-03-07T10:00+08:00', '2026-03-14T00:00:00+08:00', 'a Saturday counts as received'],
    [
      '2026-02-12T10:00+08:00',
      '2026-02-27T00:00:00+08:00',
      '13th, make-up Saturday, three after the festival',
    ],
    [
      '2026-02-14T09:00+08:00',
      '2026-03-01T00:00:00+08:00',
      'received on a make-up Saturday, ends on another',
    ],
    ['2026-02-17T09:00+08:00', '2026-03-01T00:00:00+08:00', 'received inside the Spring Festival'],
    ['2026-03-31T10:00+08:00', '2026-04-09T00:00:00+08:00', 'month end, across Qingming'],
    ['2026-04-28T10:00+08:00', '2026-05-09T00:00:00+08:00', 'across Labour Day'],
    ['2026-09-30T10:00+08:00', '2026-10-14T00:00:00+08:00', 'across National Day with its make-up Saturday'],
    ['2025-12-29T10:00+08:00', '2026-01-07T00:00:00+08:00', 'year end'],
  ])('from %s until %s: %s', (from, until) => expect(due(id, from)).toBe(until))

  it('follows another law’s own limit', () => {
    const other = { law: '信访工作条例', article: '第三十四条', within: months(2) }
    const replaced = underOtherLaw(term(id), other)
    expect(replaced && shown(dueOf(replaced, start('2026-03-02'), calendar))).toBe(
      '2026-05-07T00:00:00+08:00',
    )
  })
})

describe('第十五条 第二款 诉求事项办结累计不超过两个月 (ASD-D07)', () => {
  it.each<Case>([
    ['2026-03-09T10:00+08:00', '2026-05-10T00:00:00+08:00', 'ends on a make-up Saturday: no roll'],
    ['2026-03-02T10:00+08:00', '2026-05-07T00:00:00+08:00', '05-02 is a holiday: rolls past Labour Day'],
    ['2026-03-02T23:59:59+08:00', '2026-05-07T00:00:00+08:00', 'the last second of the day'],
    ['2025-12-31T08:00+08:00', '2026-03-01T00:00:00+08:00', 'no 31 February; 02-28 is worked'],
    ['2024-12-31T08:00+08:00', '2025-03-01T00:00:00+08:00', 'no 31 February; a plain Friday'],
    ['2023-12-31T08:00+08:00', '2024-03-01T00:00:00+08:00', 'a leap year has a 29th'],
    ['2026-06-30T08:00+08:00', '2026-09-01T00:00:00+08:00', '08-30 is a Sunday'],
    ['2026-07-31T08:00+08:00', '2026-10-01T00:00:00+08:00', '09-30, the eve of National Day'],
    ['2026-08-01T08:00+08:00', '2026-10-09T00:00:00+08:00', '10-01: rolls past National Day'],
    ['2025-12-15T08:00+08:00', '2026-02-25T00:00:00+08:00', '02-15: rolls past the Spring Festival'],
    ['2026-10-31T08:00+08:00', '2027-01-01T00:00:00+08:00', 'the last day of the year'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D07', from)).toBe(until))

  const received = start('2026-03-02T10:00+08:00')
  const original = new Date('2026-03-10T00:00+08:00')
  const cap = { term: term('ASD-D07'), start: received }

  it.each([
    [workingDays(1), '2026-03-11T00:00:00+08:00'],
    [months(1), '2026-04-10T00:00:00+08:00'],
    [workingDays(38), '2026-05-07T00:00:00+08:00'],
  ])('lets an extension by %o end on %s', (by, until) => {
    const extended = extendedDue(original, by, cap, calendar)
    expect(extended).toMatchObject({ overSoftCap: false, due: new Date(until) })
  })

  it.each([[workingDays(39)], [months(2)], [months(3)]])('refuses an extension by %o', (by) => {
    expect(extendedDue(original, by, cap, calendar)).toMatchObject({
      refused: 'overCap',
      cite: { statute: 'anshan-draft', article: 15, paragraph: 2 },
      latest: new Date('2026-05-07T00:00:00+08:00'),
    })
  })

  it('does not shorten a longer limit of another law', () => {
    const other = { law: '某法律', article: '第一条', within: months(3) }
    const limit = underOtherLaw(term('ASD-D05'), other)
    const total = underOtherLaw(term('ASD-D07'), other)
    expect(limit && total && shown(dueOf(total, received, calendar))).toBe(
      shown(dueOf(limit!, received, calendar)),
    )
  })
})

describe('第十三条 在规定的期限内报送至主办责任单位 (ASD-D08: three working days, local policy)', () => {
  it.each<Case>([
    ['2026-04-30T23:59:59+08:00', '2026-05-09T00:00:00+08:00', 'across Labour Day'],
    ['2026-05-01T00:00:00+08:00', '2026-05-09T00:00:00+08:00', 'received on a holiday'],
    ['2026-05-05T23:59:59+08:00', '2026-05-09T00:00:00+08:00', 'the last second of it'],
    ['2026-05-06T00:00:00+08:00', '2026-05-10T00:00:00+08:00', 'the first working second: ends on 补班'],
    ['2026-09-18T09:00+08:00', '2026-09-23T00:00:00+08:00', 'Sunday 09-20 is worked'],
    ['2025-12-30T09:00+08:00', '2026-01-06T00:00:00+08:00', 'year end'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D08', from)).toBe(until))
})

describe('第二十一条 第二款 第（二）项 公开发布前一个工作日上传 (ASD-D09)', () => {
  it.each<Case>([
    ['2026-03-09', '2026-03-07T00:00:00+08:00', 'published on a Monday: Friday'],
    ['2026-03-09T00:00:00+08:00', '2026-03-07T00:00:00+08:00', 'the first second of the day'],
    ['2026-03-09T23:59:59+08:00', '2026-03-07T00:00:00+08:00', 'the last second of the day'],
    ['2026-03-08', '2026-03-07T00:00:00+08:00', 'published on a Sunday: Friday'],
    ['2026-10-12', '2026-10-11T00:00:00+08:00', 'the Saturday before is 补班'],
    ['2026-10-10', '2026-10-10T00:00:00+08:00', 'published on 补班: Friday'],
    ['2026-02-24', '2026-02-15T00:00:00+08:00', 'the first day after the Spring Festival'],
    ['2026-02-18', '2026-02-15T00:00:00+08:00', 'inside the Spring Festival'],
    ['2026-03-01', '2026-03-01T00:00:00+08:00', 'month begin: Saturday 02-28 is worked'],
    ['2026-04-01', '2026-04-01T00:00:00+08:00', 'month begin'],
    ['2026-01-01', '2026-01-01T00:00:00+08:00', 'year begin'],
    ['2026-01-04', '2026-01-01T00:00:00+08:00', 'published on a worked Sunday after New Year'],
  ])('for %s until %s: %s', (published, until) => expect(due('ASD-D09', published)).toBe(until))
})

describe('第二十一条 第二款 第（五）项 收到反馈后二十四小时内 (ASD-D10)', () => {
  it.each<Case>([
    ['2026-02-14T17:30+08:00', '2026-02-15T17:30:00+08:00', 'into the Spring Festival'],
    ['2026-03-07T00:00:00+08:00', '2026-03-08T00:00:00+08:00', 'the first second of a Saturday'],
    ['2026-03-07T23:59:59+08:00', '2026-03-08T23:59:59+08:00', 'to the second'],
    ['2026-03-31T18:00+08:00', '2026-04-01T18:00:00+08:00', 'month end'],
    ['2028-02-28T12:00+08:00', '2028-02-29T12:00:00+08:00', 'a leap day'],
    ['2026-12-31T23:59+08:00', '2027-01-01T23:59:00+08:00', 'year end'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D10', from)).toBe(until))

  it('needs an instant', () => expect(due('ASD-D10', '2026-03-02')).toBe('instantNeeded'))
})

describe('第十二条 第二款 第（一）项 及时通报 (ASD-D11: five minutes, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-02T10:05:00+08:00', 'five minutes'],
    ['2026-12-31T23:58+08:00', '2027-01-01T00:03:00+08:00', 'across midnight and the year'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D11', from)).toBe(until))
})

describe('第八条 第三款 要求承办单位作出说明 (ASD-D12: three working days, local policy)', () => {
  it.each<Case>([
    ['2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00', 'plain week'],
    ['2026-02-13T10:00+08:00', '2026-02-26T00:00:00+08:00', 'across the Spring Festival'],
  ])('from %s until %s: %s', (from, until) => expect(due('ASD-D12', from)).toBe(until))
})

describe('a year without a notice', () => {
  it.each([
    ['ASD-D02', '2026-12-30T10:00+08:00', '2027-01-01T00:00:00+08:00', false],
    ['ASD-D02', '2026-12-31T10:00+08:00', '2027-01-02T00:00:00+08:00', true],
    ['ASD-D05', '2026-12-24T10:00+08:00', '2027-01-01T00:00:00+08:00', false],
    ['ASD-D05', '2026-12-25T10:00+08:00', '2027-01-02T00:00:00+08:00', true],
    ['ASD-D06', '2027-06-01T10:00+08:00', '2027-06-09T00:00:00+08:00', true],
    ['ASD-D07', '2026-10-31T10:00+08:00', '2027-01-01T00:00:00+08:00', false],
    ['ASD-D07', '2026-12-15T10:00+08:00', '2027-02-16T00:00:00+08:00', true],
    ['ASD-D09', '2027-01-01', '2027-01-01T00:00:00+08:00', false],
    ['ASD-D09', '2027-01-04', '2027-01-02T00:00:00+08:00', true],
    ['ASD-D10', '2027-06-01T10:00+08:00', '2027-06-02T10:00:00+08:00', false],
    ['ASD-D11', '2027-06-01T10:00+08:00', '2027-06-01T10:05:00+08:00', false],
  ])('%s from %s until %s is provisional: %s', (id, from, until, provisional) => {
    const found = dueOf(term(id), start(from), calendar)
    expect(shown(found)).toBe(until)
    expect(found).toMatchObject({ provisional })
  })
})

describe('vectors of the rule catalogue', () => {
  it.each([
    ['V09', 'ASD-D07', '2025-12-31T08:00+08:00', '2026-03-01T00:00:00+08:00'],
    ['V21', 'ASD-D09', '2026-03-09', '2026-03-07T00:00:00+08:00'],
    ['V23', 'ASD-D10', '2026-02-14T17:30+08:00', '2026-02-15T17:30:00+08:00'],
  ])('%s: %s from %s until %s', (_id, deadline, from, until) => expect(due(deadline, from)).toBe(until))
})

describe('properties of the clocks of the draft', () => {
  const instants = fc
    .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2026, 6, 1) })
    .map((ms) => new Date(ms))
  const later = fc.nat(60 * 86_400_000)
  const counted = Object.values(terms).filter((t) => 'count' in t.within)
  const anyTerm = fc.constantFrom(...counted)
  const dueAt = (
    t: Pick<Term, 'starts' | 'within' | 'stopsFor'>,
    from: Date,
    pauses: { from: Date; to: Date }[] = [],
  ) => {
    const found = dueOf(t, from, calendar, { pauses })
    if ('refused' in found || found.due === null) throw new Error('no due date')
    return found.due.getTime()
  }

  it('no clock stops for anything: the draft knows no recusal', () => {
    fc.assert(
      fc.property(anyTerm, instants, later, later, (t, from, offset, length) => {
        const stop = new Date(from.getTime() + offset)
        const pause = { from: stop, to: new Date(stop.getTime() + length) }
        expect(dueAt(t, from, [pause])).toBe(dueAt(t, from))
      }),
    )
  })

  it('what begins later never ends earlier', () => {
    fc.assert(
      fc.property(anyTerm, instants, later, (t, from, ms) => {
        expect(dueAt(t, new Date(from.getTime() + ms))).toBeGreaterThanOrEqual(dueAt(t, from))
      }),
    )
  })

  it('whole days end at 24:00 of a working day, backwards before and forwards after the day of the event', () => {
    const whole = counted.filter((t) => t.within.unit !== 'hour' && t.within.unit !== 'minute')
    fc.assert(
      fc.property(fc.constantFrom(...whole), instants, (t, from) => {
        const end = dueAt(t, from)
        expect(calendar.isWorkingDay(dayOf(new Date(end - 1)))).toBe(true)
        if (t.within.unit === 'workingDayBefore')
          expect(end).toBeLessThanOrEqual(startOf(dayOf(from)).getTime())
        else expect(end).toBeGreaterThan(endOf(dayOf(from)).getTime())
      }),
    )
  })

  it('a month more ends later, and a pause moves months by no less than nothing', () => {
    const upTo = fc.integer({ min: 1, max: 6 })
    fc.assert(
      fc.property(instants, upTo, later, later, (from, n, offset, length) => {
        const t = (count: number) =>
          ({ starts: 'workOrder.delivered', within: months(count), stopsFor: 'recusal' }) as const
        expect(dueAt(t(n + 1), from)).toBeGreaterThan(dueAt(t(n), from))
        const stop = new Date(from.getTime() + offset)
        const pause = { from: stop, to: new Date(stop.getTime() + length) }
        expect(dueAt(t(n), from, [pause])).toBeGreaterThanOrEqual(dueAt(t(n), from))
      }),
    )
  })

  it('第二十一条 第二款 第（五）项: hours are hours, whatever day it is', () => {
    fc.assert(
      fc.property(instants, (from) => {
        expect(dueAt(term('ASD-D10'), from) - from.getTime()).toBe(24 * 3_600_000)
      }),
    )
  })

  it('第十五条 第二款: the cap of the whole matter never lies before its handling limit', () => {
    fc.assert(
      fc.property(instants, (from) => {
        expect(dueAt(term('ASD-D07'), from)).toBeGreaterThan(dueAt(term('ASD-D05'), from))
      }),
    )
  })
})
