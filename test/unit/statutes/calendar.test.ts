import { describe, expect, it } from 'vitest'
import {
  addMonths,
  createCalendar,
  dayFrom,
  dayOf,
  endOf,
  formatDay,
  formatInstant,
  parseDay,
  startOf,
} from '../../../src/statutes/calendar.ts'
import { stateCouncilCalendar, stateCouncilNotice } from '../../../src/statutes/state-council.ts'

const day = (text: string): number => {
  const found = parseDay(text)
  if (found === null) throw new Error(text)
  return found
}

describe('civil days of Asia/Shanghai', () => {
  it.each([
    ['2026-03-02T00:00:00+08:00', '2026-03-02'],
    ['2026-03-02T23:59:59.999+08:00', '2026-03-02'],
    ['2026-03-01T16:00:00Z', '2026-03-02'],
    ['2026-03-01T15:59:59Z', '2026-03-01'],
    ['2025-12-31T16:00:00Z', '2026-01-01'],
  ])('the instant %s lies on %s', (instant, expected) => {
    expect(formatDay(dayOf(new Date(instant)))).toBe(expected)
  })

  it('ends a day at 24:00, which is 00:00 of the next', () => {
    expect(formatInstant(endOf(day('2026-03-09')))).toBe('2026-03-10T00:00:00+08:00')
    expect(endOf(day('2026-03-09'))).toEqual(startOf(day('2026-03-10')))
  })

  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '', 'heute', '2026-04-31'])(
    'refuses the impossible date %j',
    (text) => expect(parseDay(text)).toBeNull(),
  )

  it('accepts 29 February of a leap year', () => expect(formatDay(day('2028-02-29'))).toBe('2028-02-29'))

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2025-12-31', 2, '2026-02-28'],
    ['2026-03-09', 2, '2026-05-09'],
    ['2026-11-30', 3, '2027-02-28'],
  ])('民法典第二百零二条: %s and %i months is %s', (from, months, expected) => {
    expect(formatDay(addMonths(day(from), months))).toBe(expected)
  })
})

describe('working days by the State Council’s notices', () => {
  const calendar = stateCouncilCalendar()

  it.each([
    ['2026-02-14', true, 'a Saturday worked for the Spring Festival'],
    ['2026-02-16', false, 'New Year’s Eve, a Monday'],
    ['2026-02-23', false, 'the last day of the festival, a Monday'],
    ['2026-02-28', true, 'a Saturday worked for the Spring Festival'],
    ['2026-03-01', false, 'a plain Sunday'],
    ['2026-05-01', false, 'Labour Day'],
    ['2026-05-09', true, 'a Saturday worked for Labour Day'],
    ['2026-10-01', false, 'National Day'],
    ['2026-10-10', true, 'a Saturday worked for National Day'],
    ['2026-03-02', true, 'a plain Monday'],
  ])('%s is a working day: %s (%s)', (date, expected) => {
    expect(calendar.isWorkingDay(day(date))).toBe(expected)
  })

  it('knows which years have a notice', () => {
    expect(calendar.hasNotice(2026)).toBe(true)
    expect(calendar.hasNotice(2019)).toBe(true)
    expect(calendar.hasNotice(2003)).toBe(false)
    expect(calendar.hasNotice(2099)).toBe(false)
    expect(stateCouncilNotice(2099)).toBeNull()
  })

  it('counts the 247 to 252 working days that every notice leaves', () => {
    for (let year = 2008; year <= 2026; year++) {
      let count = 0
      for (let d = dayFrom(year, 1, 1); d < dayFrom(year + 1, 1, 1); d++)
        if (calendar.isWorkingDay(d)) count++
      expect(count, String(year)).toBeGreaterThanOrEqual(247)
      expect(count, String(year)).toBeLessThanOrEqual(252)
    }
  })
})

describe('closures by notice of the city', () => {
  const closed = { from: day('2026-03-04'), to: day('2026-03-05'), reference: '鞍政办明电〔2026〕1号' }

  it('takes the named days out and names the notice in the version', () => {
    const calendar = stateCouncilCalendar([closed])
    expect(calendar.isWorkingDay(day('2026-03-04'))).toBe(false)
    expect(calendar.isWorkingDay(day('2026-03-06'))).toBe(true)
    expect(calendar.version).toContain(closed.reference)
    expect(calendar.version).not.toBe(stateCouncilCalendar().version)
  })

  it('refuses a closure without a reference, or one that ends before it begins', () => {
    expect(() => stateCouncilCalendar([{ ...closed, reference: ' ' }])).toThrow('reference')
    expect(() => stateCouncilCalendar([{ ...closed, to: closed.from - 1 }])).toThrow('before it begins')
  })

  it('falls back to plain weekdays where there is no notice at all', () => {
    const bare = createCalendar(() => null, 'none')
    expect(bare.isWorkingDay(day('2026-10-01'))).toBe(true)
    expect(bare.isWorkingDay(day('2026-10-03'))).toBe(false)
    expect(bare.hasNotice(2026)).toBe(false)
  })
})
