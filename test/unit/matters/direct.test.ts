import { describe, expect, it } from 'vitest'
import {
  classOf,
  clockOfDirect,
  firstAsked,
  judgeStep,
  judgeTold,
  tellsOf,
  termOfDirect,
  whyNoClock,
} from '../../../src/matters/decide/direct.ts'
import { directDuties, directStates, type DirectDuty } from '../../../src/matters/model.ts'
import { createStatutes, statuteOf, statuteSlugs } from '../../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { formatInstant } from '../../../src/statutes/calendar.ts'

const anshan = statuteOf('anshan-2019')
const dandong = statuteOf('dandong-first-asked')

describe('what a unit owes whom it was asked by', () => {
  it.each<[string, DirectDuty, string, string | null]>([
    // 第二十八条第一款: 不属于本单位职责的，应当及时告知诉求人
    ['anshan-2019', 'notOwn', 'help', 'AS19-D10'],
    ['anshan-2019', 'notOwn', 'inquiry', 'AS19-D10'],
    // 第二十八条第二款: 有争议的，应当及时报上级
    ['anshan-2019', 'disputed', 'help', 'AS19-D11'],
    // 第七条第一款: 依照相关法律法规和规定执行
    ['anshan-2019', 'own', 'consultation', null],
    ['anshan-2019', 'own', 'help', null],
    // 第十条第一项: 尽快给群众答复; 应当告知群众
    ['dandong-first-asked', 'own', 'consultation', 'DD-D15'],
    ['dandong-first-asked', 'notOwn', 'consultation', 'DD-D15'],
    ['dandong-first-asked', 'notOwn', 'help', 'DD-D15'],
    // 第十条第二项: 按照规定时限向群众反馈
    ['dandong-first-asked', 'own', 'help', 'DD-D16'],
    ['dandong-first-asked', 'own', 'complaint', 'DD-D16'],
    // 第十三条第六项 is about orders of the platform
    ['dandong-first-asked', 'disputed', 'help', null],
    ['anshan-draft', 'own', 'help', null],
    ['anshan-draft', 'notOwn', 'help', null],
    ['baiyin-2024', 'disputed', 'help', null],
  ])('%s, %s, %s: %s', (slug, duty, kind, term) =>
    expect(termOfDirect(statuteOf(slug), { duty, kind })?.id ?? null).toBe(term),
  )

  it('及时 and 尽快 are a day of local policy; 规定时限 is nothing until the platform sets it', () => {
    const from = new Date('2026-03-02T17:59+08:00')
    const clock = (statute: typeof dandong, duty: DirectDuty, kind: string) =>
      clockOfDirect(statute, { duty, kind }, from, stateCouncilCalendar())
    const told = clock(anshan, 'notOwn', 'help')!
    expect([formatInstant(told.due), told.localPolicy]).toEqual(['2026-03-04T00:00:00+08:00', true])
    expect(clock(dandong, 'own', 'help')).toBeNull()
    expect(whyNoClock(dandong, { duty: 'own', kind: 'help' })).toBe(
      '反馈直接提出的求助按规定时限，平台没有设定期限。',
    )
    const set = createStatutes({ 'DD-D16': { unit: 'workingDay', count: 2 } }).of('dandong-first-asked')
    expect(formatInstant(clock(set, 'own', 'help')!.due)).toBe('2026-03-05T00:00:00+08:00')
  })

  it.each(statuteSlugs())('%s says why there is no clock, wherever there is none', (slug) => {
    for (const duty of directDuties)
      for (const kind of ['consultation', 'help'])
        expect(whyNoClock(statuteOf(slug), { duty, kind })).toMatch(/。$/)
  })
})

it('第十条 (丹东) makes the first asked lead; elsewhere it is local policy and says so', () => {
  expect(firstAsked(dandong)).toMatchObject({ cite: expect.stringContaining('第十条'), localPolicy: false })
  for (const slug of ['anshan-2019', 'anshan-draft', 'baiyin-2024'])
    expect(firstAsked(statuteOf(slug))).toMatchObject({ cite: null, localPolicy: true })
})

describe('what is told of another’s duty', () => {
  it.each([
    [anshan, { notOurs: '不归我们', platform: '找 8890' }, true],
    [anshan, { notOurs: '不归我们' }, false],
    [anshan, { notOurs: ' ', platform: '找 8890' }, false],
    [dandong, { notOurs: '不归我们', guidance: '去三楼' }, true],
    [dandong, { notOurs: '不归我们', platform: '找 8890' }, false],
    [statuteOf('baiyin-2024'), { notOurs: '不归我们' }, true],
    [statuteOf('baiyin-2024'), {}, false],
  ])('%#: %o is enough: %s', (statute, told, enough) =>
    expect(judgeTold(statute, told) === null).toBe(enough),
  )

  it('cites the article, and nothing where there is none', () => {
    expect(judgeTold(anshan, {})).toMatchObject({
      fields: { cite: '《鞍山市群众诉求办理条例》第二十八条第一款' },
    })
    expect(tellsOf(statuteOf('anshan-draft')).cite).toBeNull()
  })
})

describe('the steps', () => {
  const all = ['answered', 'guided', 'workOrder', 'disputed', 'disputeReported', 'disputeDecided'] as const

  it.each([
    ['open', false, ['answered', 'guided', 'workOrder', 'disputed']],
    ['disputed', false, ['disputeReported']],
    ['disputed', true, ['disputeDecided']],
    ['answered', false, []],
    ['guided', false, []],
    ['ordered', false, []],
  ] as const)('%s, reported %s: %o', (state, reported, may) =>
    expect(all.filter((step) => judgeStep({ state }, step, reported) === null)).toEqual(may),
  )

  it('knows every state', () => {
    for (const state of directStates)
      for (const step of all) expect(judgeStep({ state }, step, false)?.status ?? 409).toBe(409)
  })
})

it.each([
  [dandong, 'consultation', undefined, 'consultation'],
  [dandong, 'help', undefined, 'general'],
  [dandong, 'help', 'complex', 'complex'],
  [anshan, 'help', undefined, undefined],
] as const)('第十三条 (丹东): %# has its handling class', (statute, kind, given, cls) =>
  expect(classOf(statute, kind, given)).toBe(cls),
)
