import { describe, expect, it } from 'vitest'
import { roles } from '../../../src/base/actor.ts'
import { baiyin2024 } from '../../../src/statutes/baiyin-2024/index.ts'
import { findStatute, findTerm } from '../../../src/statutes/registry.ts'
import { elements } from '../../../src/statutes/statute.ts'
import { placeOf } from '../../../src/statutes/types.ts'
import { answersIn, citedBy, printedWords, quotesOf } from '../../support/statute-answers.ts'
import { printedArticles } from '../../support/statute-text.ts'

const { topics, terms } = baiyin2024
const answers = answersIn(topics, 'topics')
const cited = citedBy(baiyin2024)
const printed = printedArticles('baiyin-2024')

describe('docs/statutes/baiyin-2024.md', () => {
  it('is the whole regulation', () => {
    expect([...printed.keys()]).toEqual(Array.from({ length: 33 }, (_, i) => i + 1))
    expect(printed.get(10)?.paragraphs).toHaveLength(4)
    expect(printed.get(11)?.paragraphs[0]?.items).toHaveLength(3)
    expect(printed.get(14)?.paragraphs[0]?.items).toHaveLength(5)
    expect(printed.get(22)?.paragraphs[0]?.items).toHaveLength(4)
    expect(printed.get(23)?.paragraphs[0]?.items).toHaveLength(6)
  })

  it.each(cited.map(({ path, article }) => [path, placeOf(article), article] as const))(
    '%s cites %s, which exists',
    (_path, _place, { article, paragraph, item }) => {
      const inside = printed.get(article)?.paragraphs[(paragraph ?? 1) - 1]
      expect(inside).toBeDefined()
      if (item !== undefined) expect(inside?.items.length).toBeGreaterThanOrEqual(item)
    },
  )

  it('has every article with behaviour in a topic or a term', () => {
    // 1 purpose, 4 principle, 7 system of handling, 32 other penalties, 33 entry into force
    const named = new Set(cited.map(({ article }) => article.article))
    expect([...printed.keys()].filter((n) => !named.has(n))).toEqual([1, 4, 7, 32, 33])
    expect(printedWords({ statute: 'baiyin-2024', title: '', article: 33 })).toContain('2024年12月15日起施行')
    expect(baiyin2024).toMatchObject({ status: 'inForce', inForceFrom: '2024-12-15', numberPrefix: 'BY' })
  })

  it.each(quotesOf(baiyin2024))('%s quotes “%s”, which stands there', (_path, quote, text) =>
    expect(text).toContain(quote),
  )
})

describe('白银市民情直通平台诉求办理条例 as data', () => {
  it('answers every topic at least once, in Chinese, with a reason for every reading', () => {
    for (const [topic, value] of Object.entries(topics))
      expect(answersIn(value, topic).length, topic).toBeGreaterThan(0)
    for (const { path, answer } of answers) {
      expect(answer.says, path).toMatch(/[\u4e00-\u9fff]{4}/)
      if (answer.basis === 'reading') expect(answer.because, path).toMatch(/[\u4e00-\u9fff]{4}/)
    }
  })

  it('names only terms that exist, and every term somewhere', () => {
    const named = JSON.stringify(topics).match(/BY24-D\d\d/g) ?? []
    expect([...new Set(named)].sort()).toEqual(Object.keys(terms).sort())
  })

  it('names only roles that exist', () => {
    const known: readonly string[] = roles
    const { dispatch, supervision, followUp, recusal } = topics
    for (const answer of [dispatch.whoDecides, supervision.who, followUp.judge, recusal.whoDecides]) {
      expect(answer.basis).not.toBe('silent')
      if (answer.basis !== 'silent') for (const role of answer.value) expect(known).toContain(role)
    }
  })

  it.each([
    ['kinds', topics.acceptance.kinds],
    ['requesterKinds', topics.acceptance.requesterKinds],
    ['media', topics.acceptance.media!],
    ['sources', topics.acceptance.sources!],
    ['indicators', topics.rating.indicators],
    ['tells', topics.timeExtension.tells],
    ['coUnitLate', topics.handlingLimit.coUnitLate!],
  ])('gives %s in the words of the text', (_name, answer) => {
    expect(answer.basis).toBe('law')
    if (answer.basis !== 'law') return
    const text = answer.cite.map(printedWords).join('')
    for (const { label } of answer.value) expect(text).toContain(label.replace(/\s/g, ''))
  })

  it('claims no number as law: the text gives none', () => {
    const law = Object.values(terms).filter((term) => term.basis === 'law')
    expect(law.map((term) => [term.id, term.within.unit])).toEqual([
      ['BY24-D01', 'atOnce'],
      ['BY24-D02', 'sameDay'],
      ['BY24-D03', 'sameDay'],
      ['BY24-D09', 'always'],
    ])
  })

  it('ships no number for what the platform has to set', () => {
    const unset = Object.values(terms).filter((term) => term.within.unit === 'setByPlatform')
    expect(unset.map((term) => term.id)).toEqual(['BY24-D04', 'BY24-D05', 'BY24-D08'])
  })

  it('第九条 第四款: the platform asks for identity when it needs it, and misses none', () => {
    const must = elements.filter((element) => {
      const rule = topics.acceptance.elements[element]
      return rule.basis !== 'silent' && rule.value.must
    })
    expect(must).toEqual(['kind', 'facts'])
  })

  it('第十条 第四款: five procedures are told, entered or not; of a report to discipline nothing is kept', () => {
    const byLaw = topics.referral.matters.flatMap((m) => ('cite' in m ? [m.value] : []))
    expect(byLaw.map((m) => m.code)).toEqual(['legalProcedure', 'petition', 'namedReport'])
    expect(byLaw.filter((m) => !m.keepsSubstance).map((m) => m.code)).toEqual(['namedReport'])
    expect(byLaw.map((m) => m.label).join('')).toBe('复议、仲裁、诉讼信访纪检监察')
  })

  it('第十二条 第二款: the centre decides on a send-back, and the requester is told by law', () => {
    expect(topics.sendBack).toMatchObject({
      fromPlatform: { basis: 'law', value: { within: 'BY24-D07', verdict: 'centre' } },
      tellRequester: { basis: 'law', value: true },
    })
  })

  it('第十三条: a unit may submit upward, for four reasons', () => {
    const upward = topics.supervision.onward.flatMap((o) => ('value' in o ? [o.value] : []))
    expect(upward.find((o) => o.code === 'submittedUpward')).toMatchObject({
      by: 'unit',
      may: true,
      to: 'government',
      grounds: [
        { code: 'legacy' },
        { code: 'policyChange' },
        { code: 'otherComplex' },
        { code: 'unclearDuty' },
      ],
    })
  })

  it('第十五条: lateness is explained afterwards, without approval and without a cap', () => {
    expect(topics.timeExtension).toMatchObject({
      apply: { basis: 'law', value: 'BY24-D06' },
      afterDue: { basis: 'law', value: true },
      approver: { basis: 'silent' },
      atMost: { basis: 'silent' },
      beyondCap: { basis: 'silent' },
    })
  })

  it('第十七条: handled again with a new limit, or explained; the unit does not judge itself', () => {
    expect(topics.followUp).toMatchObject({
      dissatisfied: { basis: 'law', value: 'handleAgainOrExplain' },
      clockOfHandlingAgain: { basis: 'reading', value: 'newLegNewLimit' },
    })
    const { judge } = topics.followUp
    expect(judge.basis === 'silent' ? [] : judge.value).not.toContain('unit')
  })

  it('第十九条: only the platform terminates; want of cooperation alone is not enough', () => {
    const grounds = topics.termination.grounds.flatMap((g) => ('value' in g ? [g.value] : []))
    expect(grounds.map((g) => [g.code, g.by])).toEqual([
      ['unlawful', 'platform'],
      ['noCooperation', 'platform'],
    ])
    expect(grounds[1]?.needs?.map((n) => n.code)).toEqual(['withoutReason', 'cannotBeHandled'])
  })

  it('第二十三条: six situations of supervision stand in the text, the numbers are the centre’s', () => {
    const { triggers } = topics.supervision
    const items = triggers.flatMap((t) => ('cite' in t ? t.cite.map((a) => a.item) : []))
    expect(items).toEqual([1, 2, 3, 4, 5, 6])
    for (const trigger of triggers)
      if ('value' in trigger && trigger.value.atLeast !== undefined) expect(trigger.basis).toBe('localPolicy')
  })

  it('第二十四条 至 第二十六条: onward to inspection, deputies and the leaders of the government', () => {
    const to = topics.supervision.onward.flatMap((o) =>
      'cite' in o ? [[o.cite[0]?.article, o.value.to, o.value.may ?? false]] : [],
    )
    expect(to).toEqual([
      [24, 'governmentInspection', false],
      [25, 'deputies', true],
      [26, 'government', true],
      [13, 'government', true],
      [29, 'police', false],
    ])
  })

  it('stops no clock: the text knows no recusal', () => {
    expect(topics.recusal.stopsClock.basis).toBe('silent')
    expect(Object.values(terms).filter((term) => term.stopsFor)).toEqual([])
  })

  it('is found by slug and by the ids of its terms', () => {
    expect(findStatute('baiyin-2024')).toBe(baiyin2024)
    for (const id of Object.keys(terms)) expect(findTerm(id)?.statute.slug).toBe('baiyin-2024')
  })
})
