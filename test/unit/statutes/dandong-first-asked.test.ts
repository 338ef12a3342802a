import { describe, expect, it } from 'vitest'
import { roles } from '../../../src/base/actor.ts'
import { dandongFirstAsked } from '../../../src/statutes/dandong-first-asked/index.ts'
import { findStatute, findTerm } from '../../../src/statutes/registry.ts'
import { elements } from '../../../src/statutes/statute.ts'
import { citeText, placeOf, type Article } from '../../../src/statutes/types.ts'
import { answersIn, citedBy, printedWords, quotesOf } from '../../support/statute-answers.ts'
import { printedArticles } from '../../support/statute-text.ts'

const { topics, terms } = dandongFirstAsked
const answers = answersIn(topics, 'topics')
const cited = citedBy(dandongFirstAsked)
const printed = printedArticles('dandong-first-asked')

const articleOf = (id: string): Article => {
  const term = terms[id]
  if (!term) throw new Error(id)
  return term.cite
}

/** Articles that the source of the text does not have. */
const missing = [5, 6, 11]

describe('docs/statutes/dandong-first-asked.md', () => {
  it('is the whole source, which lacks articles 5, 6 and 11', () => {
    const all = Array.from({ length: 26 }, (_, i) => i + 1)
    expect([...printed.keys()]).toEqual(all.filter((n) => !missing.includes(n)))
    expect(printed.get(8)?.paragraphs[0]?.items).toHaveLength(4)
    expect(printed.get(13)?.paragraphs[0]?.items).toHaveLength(7)
    expect(printed.get(17)?.paragraphs[0]?.items).toHaveLength(9)
    expect(printed.get(22)?.paragraphs[0]?.items).toHaveLength(7)
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
    // 25 interpretation, 26 entry into force on issue
    const named = new Set(cited.map(({ article }) => article.article))
    expect([...printed.keys()].filter((n) => !named.has(n))).toEqual([25, 26])
    expect(dandongFirstAsked).toMatchObject({
      status: 'consultation',
      inForceFrom: null,
      numberPrefix: 'DD',
    })
  })

  it.each([
    [10, 3],
    [12, 5],
    [13, 7],
  ])('has every item of article %i', (article, last) => {
    const items = cited.map((c) => c.article).filter((a) => a.article === article)
    for (let n = 1; n <= last; n++) expect(items.map((a) => a.item)).toContain(n)
  })

  it.each(quotesOf(dandongFirstAsked))('%s quotes “%s”, which stands there', (_path, quote, text) =>
    expect(text).toContain(quote),
  )
})

describe('丹东市8890“首问责任制”管理办法（征求意见稿） as data', () => {
  it('answers every topic at least once, in Chinese, with a reason for every reading', () => {
    for (const [topic, value] of Object.entries(topics))
      expect(answersIn(value, topic).length, topic).toBeGreaterThan(0)
    for (const { path, answer } of answers) {
      expect(answer.says, path).toMatch(/[\u4e00-\u9fff]{4}/)
      if (answer.basis === 'reading') expect(answer.because, path).toMatch(/[\u4e00-\u9fff]{4}/)
    }
  })

  it('names only terms that exist, and every term somewhere', () => {
    const named: string[] = JSON.stringify(topics).match(/DD-D\d\d/g) ?? []
    const unnamed = Object.keys(terms).filter((id) => !named.includes(id))
    for (const id of named) expect(terms[id], id).toBeDefined()
    // 当场告知 has no clock; refusal.tellReason says it
    expect(unnamed).toEqual(['DD-D01'])
  })

  it('names only roles that exist', () => {
    const known: readonly string[] = roles
    const { dispatch, supervision, timeExtension, recusal } = topics
    for (const answer of [dispatch.whoDecides, supervision.who, timeExtension.approver, recusal.whoDecides]) {
      expect(answer.basis).not.toBe('silent')
      if (answer.basis !== 'silent') for (const role of answer.value) expect(known).toContain(role)
    }
  })

  it('has a number in the article wherever a term claims to be law', () => {
    const spelt: Record<string, string[]> = {
      workingDay: ['个工作日'],
      month: ['个月'],
      year: ['年'],
    }
    const counted = Object.values(terms).filter((term) => term.basis === 'law' && 'count' in term.within)
    expect(counted.map((term) => term.id)).toEqual([
      'DD-D02',
      'DD-D03',
      'DD-D04',
      'DD-D05',
      'DD-D07',
      'DD-D08',
      'DD-D10',
      'DD-D11',
    ])
    for (const { id, within, cite } of counted) {
      const count = 'count' in within ? within.count : 0
      const numbers = [String(count), ...(count === 1 ? ['一'] : [])]
      const phrases = numbers.flatMap((n) => (spelt[within.unit] ?? []).map((word) => n + word))
      expect(
        phrases.some((phrase) => printedWords(cite).includes(phrase)),
        `${id}: ${phrases.join(' or ')}`,
      ).toBe(true)
    }
  })

  it('marks every number that the text does not give as local policy', () => {
    const local = Object.values(terms).filter((term) => term.basis === 'localPolicy')
    expect(local.map((term) => [term.id, term.words])).toEqual([
      ['DD-D09', '立即'],
      ['DD-D12', '及时'],
      ['DD-D13', '及时'],
      ['DD-D15', '尽快'],
      ['DD-D16', '规定时限'],
      ['DD-D17', '规定时限'],
    ])
  })

  it('第八条: guides five groups; only what has entered a procedure; of disciplinary matters nothing is kept', () => {
    const matters = topics.referral.matters.flatMap((m) => ('value' in m ? [m.value] : []))
    expect(matters.map((m) => m.code)).toEqual([
      'notAdministrative',
      'namedReport',
      'emergency',
      'civilDispute',
      'legalProcedure',
      'petitionEntered',
      'disciplineEntered',
    ])
    expect(matters.filter((m) => !m.keepsSubstance).map((m) => m.code)).toEqual([
      'namedReport',
      'disciplineEntered',
    ])
    expect(topics.referral.matters.at(-1)?.basis).toBe('silent')
  })

  it('第八条 第（三）项 names five lines, and 122 is none of them', () => {
    const { numbers } = topics.referral
    expect(numbers.basis).toBe('law')
    const listed = numbers.basis === 'silent' ? [] : numbers.value.map((n) => n.number)
    expect(listed).toEqual(['110', '119', '120', '12350', '12395'])
    const text = numbers.basis === 'law' ? numbers.cite.map(printedWords).join('') : ''
    for (const number of listed) expect(text).toContain(number)
    expect(text).not.toContain('122')
  })

  it('第九条: five grounds of non-acceptance, and a sixth that only may be used (第十二条 第（四）项)', () => {
    const reasons = topics.refusal.reasons.flatMap((r) =>
      'cite' in r ? [[r.cite[0]?.article, r.value.code]] : [],
    )
    expect(reasons).toEqual([
      [9, 'vague'],
      [9, 'repeated'],
      [9, 'malicious'],
      [9, 'distorted'],
      [9, 'concluded'],
      [12, 'cannotBeHandled'],
    ])
    expect(topics.refusal.tellReason.basis).toBe('law')
    expect(topics.refusal.tellOtherChannel.basis).toBe('law')
    expect(topics.material.notSupplied).toMatchObject({ basis: 'law', value: 'mayRefuse' })
  })

  it('第十二条 第（四）项 asks for place and course, not for identity', () => {
    const byLaw = elements.filter((element) => topics.acceptance.elements[element].basis === 'law')
    expect(byLaw).toEqual(['place', 'facts'])
  })

  it('第十三条 第（四）项: four parts of a report and three of a policy source, in the words of the text', () => {
    const { resultParts, policySource } = topics.handlingLimit
    for (const [answer, many] of [
      [resultParts, 4],
      [policySource, 3],
    ] as const) {
      if (answer.basis !== 'law') throw new Error('not law')
      expect(answer.value).toHaveLength(many)
      for (const { label } of answer.value) expect(answer.cite.map(printedWords).join('')).toContain(label)
    }
  })

  it('第十三条 第（六）项: three papers in seven working days, and no verdict of the centre', () => {
    expect(topics.sendBack.fromPlatform).toMatchObject({
      basis: 'law',
      value: {
        within: 'DD-D08',
        verdict: 'papers',
        papers: [{ code: 'establishmentOffice' }, { code: 'cityLeader' }, { code: 'statement' }],
      },
    })
    expect(topics.sendBack.tellRequester.basis).toBe('localPolicy')
  })

  it('第十四条: a sample; its share is the centre’s', () => {
    const { coverage, rate } = topics.followUp
    expect(coverage).toMatchObject({ basis: 'law', value: 'sample' })
    expect(rate.basis).toBe('localPolicy')
    const share = rate.basis === 'silent' ? 0 : rate.value
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(1)
  })

  it('第十六条: two levels, the second in writing and signed', () => {
    const { levels, means } = topics.supervision
    if (levels.basis !== 'law' || means.basis !== 'law') throw new Error('not law')
    expect(levels.value).toMatchObject([
      { code: 'first', means: ['phone', 'onSite'] },
      { code: 'second', means: ['supervisionSheet'], signedBy: '分管领导', written: true },
    ])
    expect(levels.value[0]).not.toHaveProperty('signedBy')
    const known = means.value.map((m) => m.code)
    for (const level of levels.value) for (const one of level.means) expect(known).toContain(one)
  })

  it('第十七条: nine situations, numbered as in the text', () => {
    const { urgentSituations } = topics.dispatch
    if (urgentSituations.basis !== 'law') throw new Error('not law')
    expect(urgentSituations.value.map((s) => s.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    const items = printed.get(17)?.paragraphs[0]?.items ?? []
    for (const { number, label } of urgentSituations.value)
      expect((items[number - 1] ?? '').replace(/\s/g, '')).toContain(label.replace(/\s/g, '').slice(0, 4))
  })

  it('第十八条 至 第二十三条: onward to petition office, leader, police and discipline', () => {
    const to = topics.supervision.onward.flatMap((o) =>
      'cite' in o ? [[o.cite[0]?.article, o.value.to, o.value.grounds.length, o.value.by ?? 'platform']] : [],
    )
    expect(to).toEqual([
      [18, 'petitionOffice', 3, 'platform'],
      [19, 'government', 2, 'unit'],
      [20, 'police', 1, 'platform'],
      [22, 'discipline', 7, 'platform'],
      [23, 'discipline', 4, 'platform'],
    ])
  })

  it('第二十条: a number is handled only after study, and emergencies stay open', () => {
    expect(topics.conduct).toMatchObject({
      numberHandling: { basis: 'law', value: 'afterStudy' },
      emergencyStaysOpen: { basis: 'localPolicy', value: true },
    })
  })

  it('第二十一条 protects name, telephone, home and IP', () => {
    const { protects } = topics.confidentiality
    expect(protects).toMatchObject({ basis: 'law', value: ['name', 'contact', 'home', 'ip'] })
    const text = protects.basis === 'law' ? protects.cite.map(printedWords).join('') : ''
    expect(text).toContain('姓名、电话、住址及IP地址')
  })

  it('第二十三条 第（四）项: twice within a rolling year', () =>
    expect(topics.assessment['repeatedAccountability']).toMatchObject({
      basis: 'law',
      value: { atLeast: 2, within: 'DD-D11' },
    }))

  it('stops no clock: the text knows no recusal', () => {
    expect(topics.recusal.stopsClock.basis).toBe('silent')
    expect(Object.values(terms).filter((term) => term.stopsFor)).toEqual([])
  })

  it('is found by slug and by the ids of its terms, and quoted with its whole title', () => {
    expect(findStatute('dandong-first-asked')).toBe(dandongFirstAsked)
    for (const id of Object.keys(terms)) expect(findTerm(id)?.statute.slug).toBe('dandong-first-asked')
    expect(citeText(articleOf('DD-D02'))).toBe(
      '《丹东市8890政务便民服务工作“首问责任制”管理办法（征求意见稿）》第十三条第（一）项',
    )
  })
})
