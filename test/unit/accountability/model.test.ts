import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, type Said } from '../../../src/accountability/decide.ts'
import {
  actsOf,
  counted,
  countsUntil,
  mitigationsOf,
  reachedWith,
  repetitionOf,
  standing,
  type Outcome,
} from '../../../src/accountability/model.ts'
import { formatDay, parseDay } from '../../../src/statutes/calendar.ts'
import { statuteOf as find } from '../../../src/statutes/registry.ts'

const dandong = find('dandong-first-asked')
const anshan = find('anshan-2019')
const repetition = repetitionOf(dandong)!
const decided = (id: string, decidedOn: string, outcome: Outcome = 'held') => ({ id, decidedOn, outcome })
const on = (day: string) => parseDay(day)!
const ids = (records: readonly { id: string }[] | null) => records?.map((r) => r.id) ?? null

describe('丹东第二十三条第（四）项 一年之内被责任追究二次以上', () => {
  it('twice within twelve months; clues go to 纪委监委', () => {
    expect(repetition).toMatchObject({
      atLeast: 2,
      months: 12,
      to: 'clues',
      ground: 'repeatedAccountability',
    })
    expect(repetition.cite).toContain('第二十三条第（四）项')
  })
  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024'])('%s counts nothing of the kind', (slug) => {
    expect(repetitionOf(find(slug))).toBeNull()
  })

  // Rolling twelve months; the same date of the next year still counts.
  const two = [decided('a', '2025-03-10'), decided('b', '2026-03-10')]
  it.each([
    ['2026-03-09', ['a']],
    ['2026-03-10', ['a', 'b']],
    ['2026-03-11', ['b']],
    ['2027-03-10', ['b']],
    ['2027-03-11', []],
    ['2025-03-09', []],
  ])('on %s: %j', (day, expected) => {
    expect(ids(counted(two, on(day), repetition))).toEqual(expected)
  })
  it('never resets with the calendar year', () => {
    const over = [decided('a', '2025-12-31'), decided('b', '2026-01-01')]
    expect(ids(counted(over, on('2026-01-02'), repetition))).toEqual(['a', 'b'])
  })
  it('ends on the last day of a shorter month', () => {
    expect(countsUntil({ decidedOn: '2024-02-29' }, repetition)).toBe('2025-02-28')
  })
  it('does not count whom it exempted; a lighter decision is one', () => {
    const all = [decided('a', '2026-01-05', 'exempt'), decided('b', '2026-01-06', 'lighter')]
    expect(ids(counted(all, on('2026-02-01'), repetition))).toEqual(['b'])
  })

  it('is reached by a decision that is recorded late, too', () => {
    const late = decided('late', '2025-06-01')
    const all = [late, decided('b', '2025-07-01'), decided('c', '2026-12-01')]
    expect(ids(reachedWith(all, late, repetition))).toEqual(['late', 'b'])
    expect(reachedWith(all, all[2]!, repetition)).toBeNull()
  })
  it('never with one, whatever the day; always with two within the year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20000, max: 22000 }), fc.integer({ min: 0, max: 365 }), (day, apart) => {
        const [a, b] = [decided('a', formatDay(day)), decided('b', formatDay(day + apart))]
        expect(reachedWith([a], a, repetition)).toBeNull()
        expect(reachedWith([a, b], a, repetition)).toHaveLength(2)
        const far = decided('far', formatDay(day + 367))
        expect(reachedWith([a, far], far, repetition)).toBeNull()
      }),
    )
  })
})

describe('更正', () => {
  const record = (id: string, corrects: string | null = null, withdrawn = false) => ({
    id,
    corrects,
    withdrawn,
  })
  it('the last of a chain stands, unless it withdraws', () => {
    expect(ids(standing([record('a'), record('b', 'a'), record('c', 'b'), record('x')]))).toEqual(['c', 'x'])
    expect(ids(standing([record('a'), record('b', 'a', true)]))).toEqual([])
  })
})

describe('责任追究的情形', () => {
  it.each([
    ['dandong-first-asked', '第二十二条', 7],
    ['anshan-2019', '第三十九条', 6],
    ['anshan-draft', '第二十八条', 7],
    ['baiyin-2024', '第三十条', 3],
  ])('%s: %s', (slug, article, number) => {
    const { choices, cite } = actsOf(find(slug))
    expect(cite).toContain(article)
    expect(choices).toHaveLength(number)
    // Every act has a name for people.
    for (const { label } of choices) expect(label).toMatch(/[一-鿿]/)
  })
  it('丹东第二十四条: four reasons to be lighter, elsewhere none', () => {
    const { choices, cite } = mitigationsOf(dandong)
    expect(cite).toContain('第二十四条')
    expect(choices.every(({ label }) => /[一-鿿]/.test(label))).toBe(true)
    expect(choices).toHaveLength(4)
    expect(mitigationsOf(anshan).choices).toEqual([])
  })

  const said = (more: Partial<Said> = {}): Said => ({
    unit: 'lighting',
    ground: 'evasion',
    decidedBy: '市营商局',
    decidedOn: '2026-03-02',
    outcome: 'held',
    mitigation: [],
    ...more,
  })
  const evidence = { units: ['lighting'], registeredOn: '2026-02-01' }
  const today = on('2026-03-02')

  it('takes a decision about the unit of the order, or about the centre', () => {
    expect(judge(said(), dandong, evidence, today)).toBeNull()
    expect(judge(said({ unit: null }), dandong, evidence, today)).toBeNull()
    const lighter = said({ outcome: 'exempt', mitigation: ['selfCorrection'] })
    expect(judge(lighter, dandong, evidence, today)).toBeNull()
  })
  it.each<[Partial<Said>, string]>([
    [{ ground: 'leak' }, 'groundUnknown'],
    [{ unit: 'district' }, 'unitNotOnOrder'],
    [{ decidedOn: '2026-03-03' }, 'decidedOnImpossible'],
    [{ decidedOn: '2026-02-30' }, 'decidedOnImpossible'],
    [{ decidedOn: '2026-01-31' }, 'decidedBeforeOrder'],
    [{ outcome: 'lighter' }, 'mitigationMissing'],
    [{ mitigation: ['cooperation'] }, 'mitigationIgnored'],
    [{ outcome: 'exempt', mitigation: ['regret'] }, 'mitigationUnknown'],
  ])('refuses %o', (more, code) => {
    expect(judge(said(more), dandong, evidence, today)).toMatchObject({ refused: code })
  })
  it('鞍山 2019 knows no mitigation: 责令改正或者处分', () => {
    const lighter = said({ ground: 'delay', outcome: 'lighter', mitigation: ['cooperation'] })
    expect(judge(lighter, anshan, evidence, today)).toMatchObject({ refused: 'mitigationUnknown' })
  })
})
