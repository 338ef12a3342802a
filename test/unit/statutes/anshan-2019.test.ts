import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { findStatute, findTerm, statuteOf, statuteSlugs } from '../../../src/statutes/registry.ts'
import { elements } from '../../../src/statutes/statute.ts'
import { citesOf, citeText, placeOf, type Answer, type Article } from '../../../src/statutes/types.ts'
import { printedArticles } from '../../support/statute-text.ts'

type Found = { path: string; answer: Answer<unknown> }

function answersIn(value: unknown, path: string): Found[] {
  if (value === null || typeof value !== 'object') return []
  if ('basis' in value) return [{ path, answer: value as Answer<unknown> }]
  return Object.entries(value).flatMap(([key, inner]) => answersIn(inner, `${path}.${key}`))
}

const answers = answersIn(anshan2019.topics, 'topics')
const cited: { path: string; article: Article }[] = [
  ...answers.flatMap(({ path, answer }) =>
    'cite' in answer ? answer.cite.map((article) => ({ path, article })) : [],
  ),
  ...Object.values(anshan2019.terms).map((term) => ({ path: term.id, article: term.cite })),
]
const printed = printedArticles('anshan-2019')

describe('docs/statutes/anshan-2019.md', () => {
  it('is the whole regulation', () => {
    expect([...printed.keys()]).toEqual(Array.from({ length: 42 }, (_, i) => i + 1))
    expect(printed.get(20)?.paragraphs[0]?.items).toHaveLength(6)
    expect(printed.get(22)?.paragraphs).toHaveLength(2)
  })

  it.each(cited.map(({ path, article }) => [path, placeOf(article), article] as const))(
    '%s cites %s, which exists',
    (_path, _place, { article, paragraph, item }) => {
      const found = printed.get(article)
      expect(found).toBeDefined()
      const inside = found?.paragraphs[(paragraph ?? 1) - 1]
      expect(inside).toBeDefined()
      if (item !== undefined) expect(inside?.items.length).toBeGreaterThanOrEqual(item)
    },
  )
})

describe('鞍山市群众诉求办理条例 as data', () => {
  it('answers every topic at least once', () => {
    for (const [topic, value] of Object.entries(anshan2019.topics))
      expect(answersIn(value, topic).length, topic).toBeGreaterThan(0)
  })

  it('says something in Chinese for every answer, and why for every reading', () => {
    for (const { path, answer } of answers) {
      expect(answer.says, path).toMatch(/[\u4e00-\u9fff]{4}/)
      if (answer.basis === 'reading') expect(answer.because, path).toMatch(/[\u4e00-\u9fff]{4}/)
    }
  })

  it('names only terms that exist', () => {
    const named = answers.flatMap(({ answer }) =>
      'value' in answer && typeof answer.value === 'string' && /^AS19-D\d\d$/.test(answer.value)
        ? [answer.value]
        : [],
    )
    expect(named.length).toBeGreaterThan(8)
    for (const id of named) expect(anshan2019.terms[id], id).toBeDefined()
  })

  it('has a number in the article wherever a term claims to be law', () => {
    const counted = Object.values(anshan2019.terms).filter(
      (term) => term.basis === 'law' && 'count' in term.within,
    )
    const words = { workingDay: '个工作日', month: '个月' } as Record<string, string>
    const chinese = ['', '一', '二', '三', '四', '五']
    for (const { id, within, cite } of counted) {
      const inside = printed.get(cite.article)?.paragraphs[(cite.paragraph ?? 1) - 1]
      const text = cite.item === undefined ? inside?.text : inside?.items[cite.item - 1]
      const count = 'count' in within ? within.count : 0
      const spellings = count === 2 ? ['二', '两'] : [chinese[count] ?? '']
      const expected = spellings.map((s) => s + words[within.unit])
      expect(
        expected.some((phrase) => text?.includes(phrase)),
        `${id}: ${expected.join(' or ')}`,
      ).toBe(true)
    }
  })

  it('marks every number that the text does not give as local policy', () => {
    const local = Object.values(anshan2019.terms).filter((term) => term.basis === 'localPolicy')
    expect(local.map((term) => term.id)).toEqual([
      'AS19-D04',
      'AS19-D05',
      'AS19-D10',
      'AS19-D11',
      'AS19-D12',
      'AS19-D13',
    ])
  })

  it('第十八条 第（一）项 demands name, address, contact and the matter', () => {
    const { elements: asked } = anshan2019.topics.acceptance
    const byLaw = elements.filter((element) => asked[element].basis === 'law')
    expect(byLaw).toEqual(['requesterName', 'requesterAddress', 'requesterContact', 'facts'])
  })

  it('第二十条 第（六）项 keeps no substance of a named report', () => {
    const matters = anshan2019.topics.referral.matters.flatMap((m) => ('value' in m ? [m.value] : []))
    expect(matters.find((m) => m.code === 'namedReport')).toMatchObject({
      keepsSubstance: false,
      targets: [{ number: '12388' }],
    })
    expect(matters.filter((m) => !m.keepsSubstance)).toHaveLength(1)
  })

  it('is dated by article 42', () => {
    expect(anshan2019.inForceFrom).toBe('2019-12-15')
    expect(readFileSync('docs/statutes/anshan-2019.md', 'utf8')).toContain('自 2019 年 12 月 15 日起施行')
  })
})

describe('the registry', () => {
  it('finds by slug and by term id', () => {
    expect(statuteSlugs()).toContain('anshan-2019')
    expect(findStatute('anshan-2019')).toBe(anshan2019)
    expect(findTerm('AS19-D06')?.statute).toBe(anshan2019)
  })
  it('refuses what it does not know', () => {
    expect(findStatute('atlantis-2020')).toBeNull()
    expect(findStatute('__proto__')).toBeNull()
    expect(findTerm('AS19-D99')).toBeNull()
    expect(findTerm('constructor')).toBeNull()
    expect(() => statuteOf('atlantis-2020')).toThrow('atlantis-2020')
  })
})

describe('citations', () => {
  it.each([
    [{ article: 20, item: 2 }, '第二十条第（二）项'],
    [{ article: 22, paragraph: 1 }, '第二十二条第一款'],
    [{ article: 6, paragraph: 1, item: 10 }, '第六条第一款第（十）项'],
    [{ article: 16 }, '第十六条'],
    [{ article: 42 }, '第四十二条'],
  ])('%o reads %s', (place, text) => {
    const article = { statute: 'anshan-2019', title: anshan2019.title, ...place } as const
    expect(placeOf(article)).toBe(text)
    expect(citeText(article)).toBe(`《鞍山市群众诉求办理条例》${text}`)
  })

  it('never lends an article to local policy or to silence', () => {
    for (const { answer } of answers)
      expect(citesOf(answer) === null).toBe(answer.basis === 'silent' || answer.basis === 'localPolicy')
  })
})
