import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  comingWeeks,
  isMonthEnd,
  lastYear,
  parsePeriod,
  recentDays,
} from '../../../src/analysis/decide/period.ts'

const iso = (at: Date): string => at.toISOString()

describe('a period', () => {
  it.each([
    ['2026', '2026年', '2025-12-31T16:00:00.000Z', '2026-12-31T16:00:00.000Z'],
    ['2026-Q1', '2026年第1季度', '2025-12-31T16:00:00.000Z', '2026-03-31T16:00:00.000Z'],
    ['2026-Q4', '2026年第4季度', '2026-09-30T16:00:00.000Z', '2026-12-31T16:00:00.000Z'],
    ['2026-03', '2026年3月', '2026-02-28T16:00:00.000Z', '2026-03-31T16:00:00.000Z'],
    ['2024-02', '2024年2月', '2024-01-31T16:00:00.000Z', '2024-02-29T16:00:00.000Z'],
    ['2026-W10', '2026年第10周（3月2日至3月8日）', '2026-03-01T16:00:00.000Z', '2026-03-08T16:00:00.000Z'],
    ['2026-W53', '2026年第53周（12月28日至1月3日）', '2026-12-27T16:00:00.000Z', '2027-01-03T16:00:00.000Z'],
    ['2026-03-02', '2026年3月2日', '2026-03-01T16:00:00.000Z', '2026-03-02T16:00:00.000Z'],
    [
      '2026-03-02..2026-03-05',
      '2026年3月2日至2026年3月4日',
      '2026-03-01T16:00:00.000Z',
      '2026-03-04T16:00:00.000Z',
    ],
  ])('%s is %s, whole days of Asia/Shanghai', (code, label, from, to) => {
    const period = parsePeriod(code)!
    expect([period.code, period.label, iso(period.from), iso(period.to)]).toEqual([code, label, from, to])
  })

  it.each([
    '',
    '26',
    '2026-13',
    '2026-00',
    '2026-Q5',
    '2025-W53',
    '2026-W00',
    '2026-02-30',
    '2026-03-05..2026-03-05',
    '2026-03-05..2026-03-02',
    '2026-01-01..2027-06-01',
    '2026-03..2026-04',
    '2026-03-02..2026-03-05..2026-03-08',
    '2026-03-02T10:00',
    '三月',
  ])('“%s” is none', (code) => {
    expect(parsePeriod(code)).toBeNull()
  })

  it('ends where the next begins: no instant lies in two or in none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2080 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const code = (m: number) =>
          `${year + Math.floor((m - 1) / 12)}-${String(((m - 1) % 12) + 1).padStart(2, '0')}`
        expect(iso(parsePeriod(code(month))!.to)).toBe(iso(parsePeriod(code(month + 1))!.from))
      }),
    )
  })

  it('compares with the same weekdays of last year', () => {
    const before = lastYear(parsePeriod('2026-W10')!)
    expect([iso(before.from), iso(before.to)]).toEqual([
      '2025-03-02T16:00:00.000Z',
      '2025-03-09T16:00:00.000Z',
    ])
  })

  it('of the last days ends with today; of the coming weeks begins tomorrow', () => {
    const now = new Date('2026-03-02T23:59:59+08:00')
    const recent = recentDays(now, 7)
    expect([iso(recent.from), iso(recent.to)]).toEqual([
      '2026-02-23T16:00:00.000Z',
      '2026-03-02T16:00:00.000Z',
    ])
    expect(iso(comingWeeks(now, 1).from)).toBe('2026-03-02T16:00:00.000Z')
  })

  it.each([
    ['2026-02-25', false],
    ['2026-02-26', true],
    ['2026-03-28', false],
    ['2026-03-29', true],
    ['2026-03-31', true],
  ])('%s at the end of its month: %s', (day, end) => {
    expect(isMonthEnd(day)).toBe(end)
  })
})
