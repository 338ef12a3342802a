import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grams, rarest } from '../../../src/base/grams.ts'

describe('the rarest pairs of a place', () => {
  const pair = fc.constantFrom(...'甲乙丙丁戊己庚辛壬癸')
  const place = fc.uniqueArray(pair, { minLength: 1, maxLength: 10 })

  it('find every place that shares at least half of all, whatever is common', () => {
    fc.assert(
      fc.property(place, place, fc.dictionary(pair, fc.double({ min: 0, max: 1 })), (mine, other, shares) => {
        const shared = mine.filter((one) => other.includes(one)).length
        fc.pre(2 * shared >= mine.length)
        const asked = rarest(mine, new Map(Object.entries(shares)))
        expect(asked.some((one) => other.includes(one))).toBe(true)
      }),
    )
  })

  it('leave out what half of the city has', () => {
    const common = new Map([
      ['铁西', 0.2],
      ['西区', 0.3],
    ])
    expect(rarest(grams('铁西区示范路'), common)).toEqual(['区示', '示范', '范路'])
  })
})
