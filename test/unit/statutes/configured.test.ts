import { describe, expect, it } from 'vitest'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { baiyin2024 } from '../../../src/statutes/baiyin-2024/index.ts'
import { configured, LimitsRefused, unsetHandlingLimits } from '../../../src/statutes/configured.ts'
import { dandongFirstAsked } from '../../../src/statutes/dandong-first-asked/index.ts'
import { createStatutes, findTerm, statuteSlugs } from '../../../src/statutes/registry.ts'
import {
  always,
  months,
  runningHours,
  setByPlatform,
  workingDays,
  type Limit,
} from '../../../src/statutes/term.ts'

const refusals = (act: () => unknown): [string, string][] => {
  try {
    act()
  } catch (error) {
    if (error instanceof LimitsRefused) return error.refusals.map(({ id, refused }) => [id, refused])
    throw error
  }
  return []
}

describe('白银 第十条 平台规定的期限', () => {
  const set = configured(baiyin2024, { 'BY24-D04': workingDays(3), 'BY24-D05': workingDays(10) })

  it('fills what the platform has to set: local policy, beside the words of the text', () => {
    expect(set.terms['BY24-D04']).toMatchObject({
      within: { unit: 'workingDay', count: 3 },
      basis: 'localPolicy',
      words: '平台规定的期限',
    })
    expect(set.terms['BY24-D05']).toMatchObject({ within: { unit: 'workingDay', count: 10 } })
  })

  it('leaves the rest of the statute, and the statute itself, as they were', () => {
    const { 'BY24-D04': _d04, 'BY24-D05': _d05, ...others } = set.terms
    for (const [id, term] of Object.entries(others)) expect(term).toBe(baiyin2024.terms[id])
    expect(set.topics).toBe(baiyin2024.topics)
    expect(baiyin2024.terms['BY24-D04']?.within).toEqual(setByPlatform)
  })

  it('names what is still to be set: handling only, no notice of supervision', () => {
    expect(unsetHandlingLimits(baiyin2024).map((term) => term.id)).toEqual(['BY24-D04', 'BY24-D05'])
    const half = configured(baiyin2024, { 'BY24-D05': months(1) })
    expect(unsetHandlingLimits(half).map((term) => term.id)).toEqual(['BY24-D04'])
    expect(unsetHandlingLimits(set)).toEqual([])
  })
})

describe('configured', () => {
  it('gives the same statute where nothing is set', () => expect(configured(anshan2019, {})).toBe(anshan2019))

  it('sets another number where the text only says 及时, which stays local policy', () => {
    const set = configured(anshan2019, { 'AS19-D10': runningHours(4) })
    expect(set.terms['AS19-D10']).toMatchObject({
      within: { unit: 'hour', count: 4 },
      basis: 'localPolicy',
      words: '及时',
    })
  })

  it.each<[string, Limit, string]>([
    ['BY24-D99', workingDays(3), 'unknownTerm'],
    ['AS19-D06', workingDays(3), 'unknownTerm'],
    ['constructor', workingDays(3), 'unknownTerm'],
    ['BY24-D01', runningHours(1), 'numberedByText'],
    ['BY24-D02', workingDays(1), 'numberedByText'],
    ['BY24-D09', workingDays(1), 'numberedByText'],
    ['BY24-D04', workingDays(0), 'impossibleNumber'],
    ['BY24-D04', workingDays(-3), 'impossibleNumber'],
    ['BY24-D04', workingDays(2.5), 'impossibleNumber'],
    ['BY24-D04', workingDays(Number.NaN), 'impossibleNumber'],
    ['BY24-D04', workingDays(367), 'impossibleNumber'],
    ['BY24-D04', months(25), 'impossibleNumber'],
    ['BY24-D04', { unit: 'minute', count: 1441 }, 'impossibleNumber'],
    ['BY24-D04', setByPlatform, 'impossibleNumber'],
    ['BY24-D04', always, 'impossibleNumber'],
  ])('refuses %s = %o: %s', (id, limit, refused) =>
    expect(refusals(() => configured(baiyin2024, { [id]: limit }))).toEqual([[id, refused]]),
  )

  it('refuses a number of the text in every statute', () => {
    const numbered = ['AS19-D06', 'AS19-D08', 'DD-D02', 'DD-D05', 'DD-D06', 'DD-D07', 'DD-D11']
    for (const id of numbered) {
      const statute = findTerm(id)?.statute
      expect(statute && refusals(() => configured(statute, { [id]: workingDays(99) }))).toEqual([
        [id, 'numberedByText'],
      ])
    }
  })

  it('tells everything that is wrong at once, with the article that numbers a limit', () => {
    const wrong = { 'BY24-D99': workingDays(1), 'BY24-D03': workingDays(1), 'BY24-D04': workingDays(0) }
    expect(refusals(() => configured(baiyin2024, wrong)).map(([id]) => id)).toEqual(Object.keys(wrong))
    expect(() => configured(baiyin2024, wrong)).toThrow('《白银市民情直通平台诉求办理条例》第十条第三款')
  })
})

describe('createStatutes', () => {
  const statutes = createStatutes({ 'BY24-D04': workingDays(3), 'DD-D09': { unit: 'minute', count: 20 } })

  it('gives each statute its own limits', () => {
    expect(statutes.of('baiyin-2024').terms['BY24-D04']?.within).toEqual(workingDays(3))
    expect(statutes.find('dandong-first-asked')?.terms['DD-D09']?.within).toEqual({
      unit: 'minute',
      count: 20,
    })
    expect(statutes.of('anshan-2019')).toBe(anshan2019)
    expect(statutes.slugs()).toEqual(statuteSlugs())
  })

  it('finds a term with its configured statute', () => {
    const found = statutes.findTerm('BY24-D04')
    expect(found?.term.within).toEqual(workingDays(3))
    expect(found?.statute).toBe(statutes.of('baiyin-2024'))
    expect(findTerm('BY24-D04')?.term.within).toEqual(setByPlatform)
  })

  it('knows nothing else', () => {
    expect(statutes.find('atlantis-2020')).toBeNull()
    expect(statutes.find('__proto__')).toBeNull()
    expect(statutes.findTerm('constructor')).toBeNull()
    expect(() => statutes.of('atlantis-2020')).toThrow('atlantis-2020')
  })

  it('refuses limits of no statute and bad ones of several, together', () =>
    expect(
      refusals(() =>
        createStatutes({
          'XX-D01': workingDays(1),
          __proto__x: workingDays(1),
          'AS19-D06': workingDays(1),
          'BY24-D05': workingDays(0),
        }),
      ),
    ).toEqual([
      ['XX-D01', 'unknownTerm'],
      ['__proto__x', 'unknownTerm'],
      ['AS19-D06', 'numberedByText'],
      ['BY24-D05', 'impossibleNumber'],
    ]))

  it('has nothing to set before handling in any other city', () => {
    for (const slug of statutes.slugs())
      if (slug !== 'baiyin-2024') expect(unsetHandlingLimits(statutes.of(slug)), slug).toEqual([])
    expect(unsetHandlingLimits(dandongFirstAsked)).toEqual([])
  })
})
