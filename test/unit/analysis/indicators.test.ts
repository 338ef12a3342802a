import { describe, expect, it } from 'vitest'
import { byName, rekeyed, truthsOf } from '../../../src/analysis/decide/groups.ts'
import { absentOf, citeOfIndicator, indicatorsOf, share } from '../../../src/analysis/decide/indicators.ts'
import { dutyToAnalyse, dutyToAssess, recipientsOf, standardOf } from '../../../src/analysis/decide/duty.ts'
import type { Tally } from '../../../src/analysis/model.ts'
import { statuteOf } from '../../../src/statutes/registry.ts'

const tally = (measure: string, numerator: number, denominator: number, key = ''): Tally => ({
  key,
  measure,
  numerator,
  denominator,
  excluded: { notReached: 2, noAnswer: 0 },
})
const of = (slug: string, ...tallies: Tally[]) => indicatorsOf(tallies, statuteOf(slug), '2026-03')

describe('an indicator', () => {
  it.each([
    [0, 0, null],
    [29, 29, null],
    [30, 30, 1],
    [15, 30, 0.5],
    [1, 30, 0.0333],
    [2, 3_000_000, 0],
  ])('%d of %d has the rate %s: below thirty the two numbers are shown', (n, d, rate) => {
    expect(share(n, d)).toEqual({ numerator: n, denominator: d, rate })
    const made = of('anshan-2019', tally('concluded', n, d)).find((i) => i.code === 'concludedRate')!
    expect([made.numerator, made.denominator, made.rate, made.shownAs]).toEqual([
      n,
      d,
      rate,
      rate === null ? 'count' : 'rate',
    ])
  })

  it('names its period, its formula and what was left out, and only what was', () => {
    const satisfied = of('anshan-2019', tally('satisfied', 3, 4), tally('survey', 4, 6)).find(
      (i) => i.code === 'satisfiedRate',
    )!
    expect(satisfied).toMatchObject({
      period: '2026-03',
      formula: expect.stringContaining('满意'),
      exclusions: [{ code: 'notReached', label: '没有联系到诉求人', count: 2 }],
      survey: { asked: 6, answered: 4, rate: null },
    })
  })

  it.each([
    ['anshan-draft', 'concludedRate', '第十七条'],
    ['anshan-draft', 'satisfiedRate', '第十七条'],
    ['baiyin-2024', 'responseRate', '第二十八条第二款'],
    ['baiyin-2024', 'resolutionRate', '第二十八条第二款'],
    ['baiyin-2024', 'satisfiedRate', '第二十八条第二款'],
    ['anshan-2019', 'satisfiedRate', '第三条第一款'],
    ['anshan-2019', 'averageStars', '第二十三条第二款'],
  ])('of %s: %s is the statute’s own by %s', (slug, code, place) => {
    expect(citeOfIndicator(statuteOf(slug), code)).toContain(place)
  })

  it.each([
    ['anshan-2019', 'concludedRate'],
    ['anshan-2019', 'resolutionRate'],
    ['anshan-draft', 'responseRate'],
    ['baiyin-2024', 'concludedRate'],
    ['dandong-first-asked', 'satisfiedRate'],
    ['dandong-first-asked', 'acknowledgeRate'],
  ])('of %s: %s is the centre’s own measure', (slug, code) => {
    const made = of(slug).find((i) => i.code === code)
    expect(citeOfIndicator(statuteOf(slug), code)).toBeNull()
    expect(made).toMatchObject({ cite: null, localPolicy: true })
  })

  it('is absent where the statute gives no limit to measure against, and says so', () => {
    expect(absentOf(statuteOf('anshan-2019')).map((a) => a.code)).toEqual(['responseRate', 'acknowledgeRate'])
    expect(absentOf(statuteOf('dandong-first-asked')).map((a) => a.code)).toEqual([
      'responseRate',
      'averageStars',
    ])
    for (const { code, says } of absentOf(statuteOf('baiyin-2024'))) {
      expect(of('baiyin-2024').some((i) => i.code === code)).toBe(false)
      expect(says).not.toBe('')
    }
  })

  it('丹东 第十三条第（一）项: late receipt is measured against one working day', () => {
    expect(of('dandong-first-asked').find((i) => i.code === 'acknowledgeRate')!.limit).toMatchObject({
      cite: expect.stringContaining('第十三条第（一）项'),
      localPolicy: false,
    })
  })

  it('丹东 第十四条: sets the share that was called back beside the sample', () => {
    const followUp = of('dandong-first-asked').find((i) => i.code === 'followUpRate')!
    expect(followUp.target).toMatchObject({ value: 0.2, basis: { localPolicy: true } })
    const every = of('anshan-2019').find((i) => i.code === 'followUpRate')!
    expect(every.target).toMatchObject({ value: 1, basis: { cite: expect.stringContaining('第二十三条') } })
  })
})

describe('groups', () => {
  it('stand in the order of their names, what is unknown last', () => {
    const names = ['重阳街道', '阿城', '北京路', ''].map((key) => ({ key, label: key || '其他地点' }))
    expect(byName(names).map((g) => g.label)).toEqual(['阿城', '北京路', '重阳街道', '其他地点'])
  })

  it('put together keep every number and every exclusion', () => {
    const merged = rekeyed([tally('a', 1, 2, 'x'), tally('a', 3, 4, 'y'), tally('b', 5, 6, 'x')], () => '')
    expect(merged).toEqual([
      { key: '', measure: 'a', numerator: 4, denominator: 6, excluded: { notReached: 4, noAnswer: 0 } },
      { key: '', measure: 'b', numerator: 5, denominator: 6, excluded: { notReached: 2, noAnswer: 0 } },
    ])
  })
})

describe('two truths', () => {
  it('count what both said, what only one said, and who did not answer', () => {
    const row = (unit: boolean, requester: boolean | null, count: number) => ({
      key: '',
      unit,
      requester,
      count,
    })
    expect(
      truthsOf([
        row(true, true, 5),
        row(true, false, 2),
        row(false, true, 1),
        row(false, false, 3),
        row(true, null, 4),
      ]),
    ).toEqual({
      unit: 11,
      all: 15,
      requester: 6,
      answered: 11,
      bothSolved: 5,
      onlyUnit: 2,
      onlyRequester: 1,
      neither: 3,
      unanswered: 4,
    })
  })
})

describe('what the statute says of analysis', () => {
  it.each([
    ['anshan-2019', '第三十一条', '第三十五条'],
    ['anshan-draft', '第二十二条', '第十七条'],
    ['baiyin-2024', '第二十一条', '第二十八条'],
    ['dandong-first-asked', '第二条', '第三条'],
  ])('%s: to analyse by %s, to assess by %s', (slug, analyse, assess) => {
    expect(dutyToAnalyse(statuteOf(slug)).cite).toContain(analyse)
    expect(dutyToAssess(statuteOf(slug)).cite).toContain(assess)
  })

  it('鞍山 第三条第一款: satisfaction is the only standard; elsewhere there is none', () => {
    expect(standardOf(statuteOf('anshan-2019'))).toMatchObject({ localPolicy: false })
    expect(standardOf(statuteOf('baiyin-2024'))).toBeNull()
  })

  it.each([
    ['anshan-2019', ['government', 'committee'], '第三十一条第二款'],
    ['anshan-draft', ['government', 'departments'], '第二十二条第一款'],
    ['baiyin-2024', ['standingCommittee'], '第二十七条第一款'],
  ])('%s: reports go to %s', (slug, codes, place) => {
    const { basis, recipients } = recipientsOf(statuteOf(slug))
    expect(recipients.map((r) => r.code)).toEqual(codes)
    expect(basis).toMatchObject({ cite: expect.stringContaining(place), localPolicy: false })
  })

  it('丹东 names nobody: whoever issues a report does', () => {
    expect(recipientsOf(statuteOf('dandong-first-asked'))).toMatchObject({
      basis: { cite: null, localPolicy: true, says: expect.stringContaining('由出具人填写') },
      recipients: [],
    })
  })
})
