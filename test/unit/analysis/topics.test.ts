import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concentrated, riskOf } from '../../../src/analysis/decide/risks.ts'
import { ordersOf, still, topicsNow, topicsOfPeriod } from '../../../src/analysis/decide/topics.ts'
import { sharedWords } from '../../../src/analysis/decide/words.ts'
import type { Raise } from '../../../src/analysis/model.ts'
import { statuteOf } from '../../../src/statutes/registry.ts'

const now = new Date('2026-03-09T10:00+08:00')
const statute = statuteOf('anshan-2019')
let serial = 0
const raise = (more: Partial<Raise> = {}): Raise => ({
  orderId: `order-${++serial}`,
  person: `person-${serial}`,
  at: new Date(now.getTime() - 3_600_000),
  kind: 'help',
  category: 2,
  place: '铁西区示范路',
  title: null,
  incident: null,
  accusedUnit: null,
  open: true,
  ...more,
})
const many = (n: number, more: Partial<Raise> = {}): Raise[] => Array.from({ length: n }, () => raise(more))
const keys = (raises: Raise[]): string[] => topicsNow(raises, statute, now).map((t) => t.key)

describe('a hot topic', () => {
  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024', 'dandong-first-asked'])(
    '集中 of %s is ten requesters in seven days, by local policy',
    (slug) => {
      expect(concentrated(statuteOf(slug))).toMatchObject({
        atLeast: 10,
        withinDays: 7,
        basis: { cite: null, localPolicy: true },
      })
    },
  )

  it('is ten different people at one place about one category, and not nine', () => {
    expect(keys(many(9))).toEqual([])
    const found = topicsNow(many(10, { open: false }).concat(raise()), statute, now)
    expect(found).toMatchObject([
      { key: 'hotTopic:2@铁西区示范路', kind: 'hotTopic', requesters: 11, open: 1, risk: null },
    ])
  })

  it('does not count the same person again, nor what is older than seven days, nor what is to come', () => {
    expect(keys(many(12, { person: 'one' }))).toEqual([])
    expect(keys(many(9).concat(raise({ at: new Date(now.getTime() - 7 * 86_400_000) })))).toEqual([])
    expect(keys(many(9).concat(raise({ at: new Date(now.getTime() + 1) })))).toEqual([])
    expect(keys(many(9).concat(raise({ at: new Date(now.getTime() - 7 * 86_400_000 + 1) })))).toHaveLength(1)
  })

  it('keeps places and categories apart, and knows none without either', () => {
    expect(keys(many(6).concat(many(6, { place: '立山区' })))).toEqual([])
    expect(keys(many(6).concat(many(6, { category: 1 })))).toEqual([])
    expect(keys(many(20, { place: null }))).toEqual([])
    expect(keys(many(20, { category: null }))).toEqual([])
  })

  it('counts people, never their order, whatever the order of the raises', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 40 }), (persons) => {
        const raises = persons.map((p) => raise({ person: `p${p}` }))
        const found = topicsNow(raises, statute, now)
        expect(found.length).toBe(new Set(persons).size >= 10 ? 1 : 0)
        expect(topicsNow([...raises].reverse(), statute, now).map((t) => t.requesters)).toEqual(
          found.map((t) => t.requesters),
        )
      }),
    )
  })

  it('第三十一条第一款: with a risk is looked at from five people on', () => {
    expect(keys(many(4, { incident: 'accident' }))).toEqual([])
    expect(topicsNow(many(5, { incident: 'accident' }), statute, now)).toMatchObject([
      { risk: 'publicSafety', threshold: { atLeast: 5, basis: { localPolicy: true } } },
    ])
    expect(topicsNow(many(5, { category: 4 }), statute, now)).toMatchObject([{ risk: 'socialStability' }])
    expect(topicsNow(many(5, { category: 8 }), statute, now)).toMatchObject([{ risk: 'publicSafety' }])
  })

  it('第三十一条第一款: three people against one unit in thirty days are a risk of integrity', () => {
    const against = { accusedUnit: 'lighting', kind: 'tipOff', place: null }
    expect(keys(many(2, against))).toEqual([])
    expect(keys(many(3, { ...against, person: 'one' }))).toEqual([])
    const old = raise({ ...against, at: new Date(now.getTime() - 29 * 86_400_000) })
    expect(topicsNow([...many(2, against), old], statute, now)).toMatchObject([
      { key: 'againstUnit:lighting', kind: 'againstUnit', risk: 'integrityRisk', requesters: 3 },
    ])
  })

  it('after its warning was closed needs as many people again', () => {
    const closedAt = new Date(now.getTime() - 2 * 3_600_000)
    const before = { at: new Date(closedAt.getTime() - 1) }
    const [topic] = topicsNow([...many(10, before), ...many(9)], statute, now)
    expect(still(topic!, closedAt)).toBeNull()
    const [grown] = topicsNow([...many(10, before), ...many(10)], statute, now)
    expect(still(grown!, closedAt)).toMatchObject({ requesters: 10 })
    expect(still(grown!, null)).toBe(grown)
  })

  it('of a period lists one order once, however often it was raised', () => {
    const again = many(10).map((r) => ({ ...r, orderId: 'one' }))
    const [topic] = topicsOfPeriod(again, statute)
    expect(ordersOf(topic!)).toEqual(['one'])
  })
})

describe('risk', () => {
  it.each([
    [{ incident: 'socialSecurity' }, 'socialStability'],
    [{ incident: 'naturalDisaster' }, 'publicSafety'],
    [{ category: 9 }, 'publicSafety'],
    [{ kind: 'tipOff' }, 'integrityRisk'],
    [{}, null],
  ] as const)('of %o is %s', (mark, risk) => {
    expect(riskOf([raise(), raise(mark)], statute)).toBe(risk)
  })
})

describe('shared words', () => {
  const titled = (titles: string[]): Raise[] => titles.map((title) => raise({ title, place: null }))
  const cold = Array.from({ length: 12 }, (_, n) => `${['家里', '楼上', '我家', '整栋'][n % 4]}暖气不热${n}`)

  it('join to the longest word that enough people wrote', () => {
    expect(sharedWords(titled(cold), 10)).toMatchObject([{ words: '暖气不热' }])
  })

  it('never show what fewer people wrote, such as a name', () => {
    const titles = cold.map((title, n) => `${title}${n < 9 ? '化名某甲' : ''}`)
    const found = sharedWords(titled(titles), 10)
    expect(found.map((f) => f.words)).toEqual(['暖气不热'])
    expect(JSON.stringify(found.map((f) => f.words))).not.toContain('某甲')
  })

  it('leave out words without a matter', () => {
    expect(
      sharedWords(titled(Array.from({ length: 12 }, () => '反映小区问题')), 10).map((f) => f.words),
    ).not.toContain('小区')
  })

  it('count people, not titles', () => {
    expect(
      sharedWords(
        titled(cold).map((r) => ({ ...r, person: 'one' })),
        10,
      ),
    ).toEqual([])
  })

  it('make a topic where no single place does, and no second one where it does', () => {
    const spread = cold.map((title, n) => raise({ title, place: `第${n}街` }))
    expect(keys(spread)).toEqual(['sharedWords:暖气不热'])
    expect(keys(spread.map((r) => ({ ...r, place: '铁西区示范路' })))).toEqual(['hotTopic:2@铁西区示范路'])
  })

  it('end, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('暖', '气', '不', '热', '水'), maxLength: 12 }), {
          maxLength: 30,
        }),
        (titles) => {
          for (const { words, raises } of sharedWords(titled(titles), 2)) {
            expect([...words].length).toBeGreaterThanOrEqual(2)
            expect(new Set(raises.map((r) => r.person)).size).toBeGreaterThanOrEqual(2)
          }
        },
      ),
    )
  })
})
