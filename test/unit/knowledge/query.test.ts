import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askedOf, indexOf, wordsThatHit } from '../../../src/knowledge-base/decide/query.ts'

describe('a query', () => {
  it.each([
    ['请问异地就医怎么备案', ['异地就医', '备案']],
    ['家里供暖温度不够怎么办', ['家里供暖温度不够']],
    ['12345热线', ['12345热线']],
    ['水', ['水']],
    ['ＡＢＣ１２３', ['abc123']],
    ['怎么办', ['怎么办']],
    ['，。！', []],
    ['', []],
  ])('%s is about %j', (text, runs) => {
    expect(askedOf(text).runs).toEqual(runs)
  })

  it('counts a pair inside a word more than one that stands across two', () => {
    const weight = new Map(askedOf('供暖温度').grams.map((g) => [g.text, g.weight]))
    expect(weight.get('供暖')).toBe(1)
    expect(weight.get('温度')).toBe(1)
    expect(weight.get('暖温')).toBeLessThan(1)
  })

  it('is not thrown by anything that can be typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const { grams, runs } = askedOf(text)
        expect(grams.every((g) => g.text.length > 0 && g.weight > 0)).toBe(true)
        for (const word of wordsThatHit(runs, text))
          expect(text.normalize('NFKC').toLowerCase()).toContain(word)
      }),
    )
  })
})

describe('words that hit', () => {
  it.each([
    ['供暖温度不够', '居民供暖温度标准', ['供暖温度']],
    ['居住证换领', '换领居住证的材料', ['居住证', '换领']],
    ['护照', '居住证', []],
    ['水', '自来水', ['水']],
    ['𠮷野家', '在𠮷野家门口', ['𠮷野家']],
  ])('%s in %s: %j', (query, text, words) => {
    expect(wordsThatHit(askedOf(query).runs, text)).toEqual(words)
  })
})

it('an item is indexed by its pairs, and by the characters of title and keywords alone', () => {
  const words = indexOf({ title: '水费', keywords: '欠费', body: '按月缴纳' })
  expect(words).toEqual(expect.arrayContaining(['水费', '欠费', '按月', '月缴', '缴纳', '水', '费', '欠']))
  expect(words).not.toContain('按')
})
