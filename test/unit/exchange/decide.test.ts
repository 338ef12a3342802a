import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concernsOf, cursorAt, seqOfCursor, wordsOf, type OrderFacts } from '../../../src/exchange/decide.ts'
import type { Platform } from '../../../src/exchange/model.ts'
import { platformOf } from '../../../src/exchange/tokens.ts'

const platform = (name: string, shares: Platform['shares'] = null): Platform => ({ name, sha256: [], shares })
const facts = (more: Partial<OrderFacts> = {}): OrderFacts => ({
  number: 'AS1',
  kind: 'help',
  category: 2,
  tipOff: false,
  matters: [],
  handedOnTo: [],
  ...more,
})
const of = (platforms: Platform[], more: Partial<OrderFacts>) =>
  concernsOf(platforms, facts(more)).map((c) => `${c.platform} ${c.relation} ${c.subject} ${c.ref}`)

describe('whom an order concerns', () => {
  const province = platform('province')
  const police = platform('police')
  const shared = platform('lawEnforcement', { categories: [2, 8], kinds: ['help'] })
  const matters = [
    { id: 'm1', source: 'province' },
    { id: 'm2', source: 'province' },
    { id: 'm3', source: 'letter' },
  ]

  it.each<[string, Partial<OrderFacts>, string[]]>([
    ['nobody', { category: 1 }, []],
    [
      'its source, by each matter',
      { matters, category: 1 },
      ['province source matter m1', 'province source matter m2'],
    ],
    ['whom it was handed on to', { handedOnTo: ['police'], category: 1 }, ['police handedOn order AS1']],
    ['whom such orders are shown', {}, ['lawEnforcement shared order AS1']],
    ['not for another kind', { kind: 'complaint' }, []],
    ['not without a category', { category: null }, []],
    [
      'nobody but its source, as a tip-off',
      { tipOff: true, matters, handedOnTo: ['police'] },
      ['province source matter m1', 'province source matter m2'],
    ],
  ])('%s', (_what, more, concerned) => expect(of([province, police, shared], more)).toEqual(concerned))

  it('all of them where the city shares all', () =>
    expect(of([platform('all', { categories: null, kinds: null })], { kind: null, category: null })).toEqual([
      'all shared order AS1',
    ]))
})

describe('the place in a feed', () => {
  it('is read as it was made', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 - 1 }), (seq) => {
        expect(seqOfCursor(cursorAt(seq))).toBe(seq)
      }),
    ))

  it('is refused for anything else', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        let seq: number
        try {
          seq = seqOfCursor(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'badCursor', status: 400 })
          return
        }
        expect(cursorAt(seq)).toBe(text)
      }),
    ))
})

describe('a token', () => {
  const sha256 = (token: string) => createHash('sha256').update(token).digest('hex')
  const [old, young, other] = ['an-old-token-of-theirs', 'a-new-token-of-theirs', 'a-token-of-others']
  const platforms: Platform[] = [
    { name: 'province', sha256: [sha256(old), sha256(young)], shares: null },
    { name: 'minxin', sha256: [sha256(other)], shares: null },
  ]

  it('names its platform, the old one too while it is being replaced', () => {
    for (const token of [old, young]) expect(platformOf(`Bearer ${token}`, platforms).name).toBe('province')
    expect(platformOf(`bearer ${other}`, platforms).name).toBe('minxin')
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${old}`,
    old,
    `Bearer ${old} `,
    `Bearer ${sha256(old)}`,
    `Bearer ${'x'.repeat(600)}`,
  ])('is none as %o', (header) =>
    expect(() => platformOf(header, platforms)).toThrow(expect.objectContaining({ status: 401 })),
  )

  it('opens nothing for an empty one, even where somebody configured its hash', () =>
    expect(() => platformOf('Bearer ', [{ name: 'x', sha256: [sha256('')], shares: null }])).toThrow())
})

it('gives the agent the platform’s own words', () => {
  expect(wordsOf('民心网', { number: '7', raisedAt: '2026-03-01', text: ' 停水 ' })).toBe(
    '【民心网转来，编号 7】\n停水',
  )
  expect(
    wordsOf('民心网', {
      number: '7',
      raisedAt: '2026-03-01',
      title: '停水',
      text: '三天了',
      place: '一号楼',
    }),
  ).toBe('【民心网转来，编号 7】停水\n三天了\n地点：一号楼')
})
