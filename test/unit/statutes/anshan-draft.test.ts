import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { roles } from '../../../src/base/actor.ts'
import { anshanDraft } from '../../../src/statutes/anshan-draft/index.ts'
import { findStatute, findTerm } from '../../../src/statutes/registry.ts'
import { elements } from '../../../src/statutes/statute.ts'
import { citeText, placeOf, type Answer, type Article } from '../../../src/statutes/types.ts'
import { printedArticles } from '../../support/statute-text.ts'

type Found = { path: string; answer: Answer<unknown> }

function answersIn(value: unknown, path: string): Found[] {
  if (value === null || typeof value !== 'object') return []
  if ('basis' in value) return [{ path, answer: value as Answer<unknown> }]
  return Object.entries(value).flatMap(([key, inner]) => answersIn(inner, `${path}.${key}`))
}

const { topics, terms } = anshanDraft
const answers = answersIn(topics, 'topics')
const cited: { path: string; article: Article }[] = [
  ...answers.flatMap(({ path, answer }) =>
    'cite' in answer ? answer.cite.map((article) => ({ path, article })) : [],
  ),
  ...Object.values(terms).map((term) => ({ path: term.id, article: term.cite })),
]
const printed = printedArticles('anshan-draft')

/** The words of the place that is cited; of the whole article where no paragraph is named. */
function textOf({ article, paragraph, item }: Article): string {
  const paragraphs = printed.get(article)?.paragraphs ?? []
  const chosen =
    paragraph === undefined && item === undefined ? paragraphs : [paragraphs[(paragraph ?? 1) - 1]]
  return chosen
    .flatMap((p) => (item === undefined ? [p?.text, ...(p?.items ?? [])] : [p?.items[item - 1]]))
    .join('')
}

describe('docs/statutes/anshan-draft.md', () => {
  it('is the whole draft', () => {
    expect([...printed.keys()]).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(printed.get(12)?.paragraphs[1]?.items).toHaveLength(6)
    expect(printed.get(21)?.paragraphs[1]?.items).toHaveLength(5)
    expect(printed.get(28)?.paragraphs[0]?.items).toHaveLength(7)
  })

  it.each(cited.map(({ path, article }) => [path, placeOf(article), article] as const))(
    '%s cites %s, which exists',
    (_path, _place, article) => {
      const found = printed.get(article.article)
      expect(found).toBeDefined()
      const inside = found?.paragraphs[(article.paragraph ?? 1) - 1]
      expect(inside).toBeDefined()
      if (article.item !== undefined) expect(inside?.items.length).toBeGreaterThanOrEqual(article.item)
    },
  )

  it('has every article with behaviour in a topic or a term', () => {
    // 1 purpose, 27 and 30 transitional: nothing that a program does.
    const without = [1, 27, 30]
    const named = new Set(cited.map(({ article }) => article.article))
    expect([...printed.keys()].filter((n) => !named.has(n))).toEqual(without)
  })

  it.each([
    [8, undefined, 3],
    [12, 2, 6],
    [14, undefined, 4],
    [19, undefined, 5],
    [21, 2, 5],
  ])('has every paragraph or item of article %i', (article, paragraph, last) => {
    const named = cited
      .map((c) => c.article)
      .filter((a) => a.article === article && a.paragraph === paragraph)
      .map((a) => a.item)
    const paragraphs = cited.map((c) => c.article).filter((a) => a.article === article)
    const found = article === 8 ? paragraphs.map((a) => a.paragraph) : named
    for (let n = 1; n <= last; n++) expect(found, `${article} ${n}`).toContain(n)
  })
})

describe('鞍山市政务服务便民热线条例（草案） as data', () => {
  it('answers every topic at least once', () => {
    for (const [topic, value] of Object.entries(topics))
      expect(answersIn(value, topic).length, topic).toBeGreaterThan(0)
  })

  it('says something in Chinese for every answer, and why for every reading', () => {
    for (const { path, answer } of answers) {
      expect(answer.says, path).toMatch(/[\u4e00-\u9fff]{4}/)
      if (answer.basis === 'reading') expect(answer.because, path).toMatch(/[\u4e00-\u9fff]{4}/)
    }
  })

  it('quotes what stands in the place it cites', () => {
    const quoted: [string, string, string][] = []
    for (const { path, answer } of answers) {
      if (!('cite' in answer)) continue
      const said = answer.says + ('because' in answer ? answer.because : '')
      const text = answer.cite.map(textOf).join('')
      for (const [, quote] of said.matchAll(/“([^”]+)”/g)) quoted.push([path, quote ?? '', text])
    }
    for (const term of Object.values(terms)) {
      if (term.words) quoted.push([term.id, term.words, textOf(term.cite)])
      for (const [, quote] of (term.because ?? '').matchAll(/“([^”]+)”/g))
        quoted.push([term.id, quote ?? '', textOf(term.cite)])
    }
    expect(quoted.length).toBeGreaterThan(12)
    for (const [path, quote, text] of quoted) expect(text, path).toContain(quote)
  })

  it.each([
    ['kinds', topics.acceptance.kinds],
    ['requesterKinds', topics.acceptance.requesterKinds],
    ['categories', topics.acceptance.categories],
    ['media', topics.acceptance.media!],
    ['incidents', topics.referral.incidents],
    ['tells', topics.timeExtension.tells],
    ['means', topics.supervision.means],
    ['dimensions', topics.rating.dimensions],
    ['indicators', topics.rating.indicators],
    ['holdings', topics.knowledgeBase.holdings],
    ['know', topics.rights.know],
  ])('gives %s in the words of the text', (_name, answer) => {
    expect(answer.basis).toBe('law')
    if (answer.basis !== 'law') return
    const text = answer.cite.map(textOf).join('')
    expect(answer.value.length).toBeGreaterThan(1)
    for (const { label } of answer.value) expect(text).toContain(label)
  })

  it('names only terms that exist, and every term somewhere', () => {
    const named = JSON.stringify(topics).match(/ASD-D\d\d/g) ?? []
    for (const id of named) expect(terms[id], id).toBeDefined()
    expect([...new Set(named)].sort()).toEqual(Object.keys(terms).sort())
  })

  it('names only roles that exist', () => {
    const known: readonly string[] = roles
    const { dispatch, supervision, timeExtension, recusal } = topics
    for (const answer of [dispatch.whoDecides, supervision.who, timeExtension.approver, recusal.whoDecides])
      for (const role of 'value' in answer ? answer.value : []) expect(known).toContain(role)
  })

  it('has a number in the article wherever a term claims to be law', () => {
    const counted = Object.values(terms).filter((term) => term.basis === 'law' && 'count' in term.within)
    const words = {
      workingDay: '个工作日',
      workingDayBefore: '个工作日',
      month: '个月',
      hour: '小时',
    } as Record<string, string>
    const chinese: Record<number, string[]> = { 1: ['一'], 2: ['二', '两'], 5: ['五'], 24: ['二十四'] }
    expect(counted.map((term) => term.id)).toEqual(['ASD-D05', 'ASD-D06', 'ASD-D07', 'ASD-D09', 'ASD-D10'])
    for (const { id, within, cite } of counted) {
      const spellings = chinese['count' in within ? within.count : 0] ?? []
      const expected = spellings.map((s) => s + words[within.unit])
      const text = textOf(cite)
      expect(
        expected.some((phrase) => text.includes(phrase)),
        `${id}: ${expected.join(' or ')}`,
      ).toBe(true)
    }
  })

  it('marks every number that the text does not give as local policy', () => {
    const local = Object.values(terms).filter((term) => term.basis === 'localPolicy')
    expect(local.map((term) => term.id)).toEqual([
      'ASD-D02',
      'ASD-D03',
      'ASD-D04',
      'ASD-D08',
      'ASD-D11',
      'ASD-D12',
    ])
  })

  it('第十一条 第一款 demands the matter, the contact and the wish for secrecy, and no name', () => {
    const { elements: asked } = topics.acceptance
    const byLaw = elements.filter((element) => asked[element].basis === 'law')
    expect(byLaw).toEqual(['requesterContact', 'facts', 'confidentialityWish'])
    expect(asked.requesterName).toMatchObject({ basis: 'localPolicy', value: { must: false } })
  })

  it('第十二条 第二款 第（三）项 keeps no substance of what belongs to discipline or is a state secret', () => {
    const matters = topics.referral.matters.flatMap((m) => ('value' in m ? [m.value] : []))
    expect(matters.filter((m) => !m.keepsSubstance).map((m) => m.code)).toEqual([
      'namedReport',
      'stateSecret',
    ])
    expect(matters.find((m) => m.code === 'namedReport')?.targets).toMatchObject([{ number: '12388' }])
  })

  it('第十二条 第二款 第（三）项 excludes petitions only when they have already been taken there', () => {
    const petition = topics.referral.matters.find((m) => 'value' in m && m.value.code === 'petitionEntered')
    expect(petition).toMatchObject({ basis: 'reading' })
    expect(topics.dispatch.petitionLegs.basis).toBe('silent')
  })

  it('第十二条 第二款 is 分类处理: every kind of it has its way', () => {
    const ways = [
      topics.referral.numbers,
      topics.material.request,
      topics.refusal.tellReason,
      topics.acceptance.repeatedTold!,
      topics.refusal.tellOtherChannel,
      ...topics.refusal.reasons,
    ]
    const items = ways.flatMap((way) => ('cite' in way ? way.cite : [])).filter((a) => a.article === 12)
    expect([...new Set(items.map((a) => a.item))].sort()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('第十三条 gives an order to the first unit and its return to the hotline', () => {
    expect(topics.dispatch.leadUnit).toMatchObject({ basis: 'law', value: 'firstDispatched' })
    expect(topics.sendBack.fromPlatform).toMatchObject({
      basis: 'law',
      value: { within: null, verdict: 'centre', papers: [{ code: 'notOurDuty' }] },
    })
  })

  it('第十五条 第二款 caps the whole matter hard, unlike the regulation of 2019', () => {
    expect(terms['ASD-D07']?.cap).toEqual({ appliesTo: 'total', kind: 'hard' })
    expect(terms['ASD-D07']?.words).toBe('累计不超过')
    expect(topics.timeExtension.atMost).toMatchObject({ value: 'ASD-D07' })
    expect(topics.timeExtension.beyondCap.basis).toBe('silent')
    expect(textOf(terms['ASD-D07']!.cite)).not.toContain('一般')
  })

  it('第十六条 lets the old clock go on', () => {
    expect(topics.audit.failed).toMatchObject({ basis: 'reading', value: 'oldClockGoesOn' })
    expect(topics.audit.belowStandard).toMatchObject({ basis: 'law', value: ['track', 'sendBack'] })
  })

  it('knows no stop of the clock, no stars, no second evaluation and no integrity file', () => {
    expect(topics.recusal.stopsClock.basis).toBe('silent')
    expect(Object.values(terms).filter((term) => term.stopsFor)).toEqual([])
    for (const answer of [topics.rating.stars, ...Object.values(topics.reEvaluation)])
      expect(answer.basis).toBe('silent')
    for (const answer of Object.values(topics.integrityFile)) expect(answer.basis).toBe('silent')
  })

  it('第十九条 lists five triggers, with 第二十条 behind them', () => {
    const byText = topics.supervision.triggers.filter((t) => t.basis === 'law' || t.basis === 'reading')
    expect(byText.flatMap((t) => t.cite.map((a) => a.item))).toEqual([1, 2, 3, 4, 5])
    const discipline = topics.supervision.onward.find((o) => 'value' in o && o.value.to === 'discipline')
    expect(discipline).toMatchObject({ basis: 'law', cite: [{ article: 20 }] })
    if (discipline?.basis !== 'law') return
    expect(discipline.value.grounds).toHaveLength(4)
    for (const { label } of discipline.value.grounds) expect(textOf(discipline.cite[0]!)).toContain(label)
  })

  it('第三十条 leaves its day blank, so it is never called law in force', () => {
    expect(anshanDraft).toMatchObject({ status: 'draft', inForceFrom: null })
    expect(readFileSync('docs/statutes/anshan-draft.md', 'utf8')).toContain('自年月日起施行')
  })

  it('uses words of its own text', () => {
    const whole = readFileSync('docs/statutes/anshan-draft.md', 'utf8')
    for (const word of Object.values(anshanDraft.words)) expect(whole).toContain(word)
  })

  it('is found by slug and by term id, with a prefix of its own', () => {
    expect(findStatute('anshan-draft')).toBe(anshanDraft)
    expect(findTerm('ASD-D07')?.statute).toBe(anshanDraft)
    expect(anshanDraft.numberPrefix).toBe('AD')
    expect(findStatute('anshan-2019')?.numberPrefix).not.toBe('AD')
    expect(citeText(terms['ASD-D05']!.cite)).toBe('《鞍山市政务服务便民热线条例（草案）》第十五条第一款')
  })
})
