import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDigit, orderNumber, parseOrderNumber } from '../../../src/work-orders/number.ts'

const at = new Date('2026-03-02T23:30+08:00')

describe('the number of an order', () => {
  it('holds the city, the day in Anshan and a check digit', () => {
    expect(orderNumber('AS', at, 0)).toMatch(/^AS260302\d{7}$/)
    expect(orderNumber('AS', new Date('2026-03-02T16:00:00Z'), 0)).toMatch(/^AS260303/)
  })

  it('differs for every counter of a day and does not tell its neighbour', () => {
    const numbers = Array.from({ length: 5_000 }, (_, n) => orderNumber('AS', at, n))
    expect(new Set(numbers).size).toBe(numbers.length)
    const serial = (n: number): number => Number(numbers[n]!.slice(8, 14))
    expect(Math.abs(serial(1) - serial(0))).toBeGreaterThan(1_000)
  })

  it('keeps apart all million counters of a day', () => {
    const seen = new Uint8Array(1_000_000)
    for (let n = 0; n < seen.length; n++) seen[Number(orderNumber('AS', at, n).slice(8, 14))] = 1
    expect(seen.every((one) => one === 1)).toBe(true)
  })

  it('finds every single wrong digit and nearly every swap of neighbours', () => {
    const counters = fc.nat(999_999)
    fc.assert(
      fc.property(
        counters,
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 1, max: 9 }),
        (n, place, by) => {
          const number = orderNumber('AS', at, n)
          const wrong = String((Number(number[place]) + by) % 10)
          expect(parseOrderNumber(number.slice(0, place) + wrong + number.slice(place + 1), 'AS')).toBeNull()
        },
      ),
    )
    let swaps = 0
    let found = 0
    for (let n = 0; n < 2_000; n++) {
      const number = orderNumber('AS', at, n)
      for (let i = 2; i < 14; i++) {
        if (number[i] === number[i + 1]) continue
        swaps++
        const swapped = number.slice(0, i) + number[i + 1]! + number[i]! + number.slice(i + 2)
        if (parseOrderNumber(swapped, 'AS') === null) found++
      }
    }
    expect(found / swaps).toBeGreaterThan(0.95)
  })

  it.each([
    ['as260302 271829 C', true],
    ['AS-260302-271829-C', true],
    ['２６０３０２２７１８２９C', true],
    ['260302271829C', true],
    ['AS260302271829', false],
    ['AS260302271829CC', false],
    ['办理单', false],
    ['', false],
  ])('reads %j (C: its check digit) as typed: %s', (form, readable) => {
    const check = String(checkDigit('260302271829'))
    expect(parseOrderNumber(form.replaceAll('C', check), 'AS')).toBe(
      readable ? `AS260302271829${check}` : null,
    )
  })
})
