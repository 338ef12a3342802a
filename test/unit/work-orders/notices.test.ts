import { describe, expect, it } from 'vitest'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import type { Clock } from '../../../src/work-orders/clock.ts'
import { limitWords, untilWords } from '../../../src/work-orders/due-words.ts'
import { confidentialLevels, type OrderEvent, type WorkOrder } from '../../../src/work-orders/model.ts'
import { noticesOf, registrationWords, type Notice } from '../../../src/work-orders/notices.ts'
import { clock as clockOf, leg, now, order, staff } from './support.ts'

const statutes = createStatutes()
const names: Record<string, string> = { lighting: '路灯管理处', district: '示范区政府', petition: '信访局' }
const clock = (term: string, more: Partial<Clock> = {}): Clock =>
  clockOf(term, {
    due: new Date('2026-03-10T00:00+08:00'),
    cite: '《鞍山市群众诉求办理条例》第二十二条第一款',
    ...more,
  })
const facts = (clocks: Clock[] = [], city = 'anshan-2019', cite: string | null = null) => ({
  statute: statutes.of(city),
  clocks,
  unitName: (code: string) => names[code] ?? code,
  cite,
})
const after = (before: WorkOrder, events: readonly OrderEvent[]): WorkOrder =>
  events.reduce((o, e) => apply(o, e, { at: now, by: staff('dispatcher') }), before)
/** What is said after these events. */
const say = (before: WorkOrder, events: OrderEvent[], f = facts()): Notice[] =>
  noticesOf(after(before, events), events, f)
const toRequester = (notices: Notice[]) =>
  notices.filter((n) => n.to.kind === 'requester').map((n) => n.words[0].text)
const toUnits = (notices: Notice[]) =>
  notices.flatMap((n) => (n.to.kind === 'unit' ? [[n.to.unit, n.words[0].text]] : []))
const dispatched: OrderEvent = {
  type: 'dispatched',
  legs: [
    { n: 1, unitId: 'lighting', role: 'lead' },
    { n: 2, unitId: 'district', role: 'co' },
    { n: 3, unitId: 'petition', role: 'petition' },
  ],
  basis: null,
  warnings: [],
}
const atUnit = (more: Partial<WorkOrder> = {}) =>
  order({ state: 'dispatched', legs: [leg(1, 'lighting')], ...more })
const start = '您反映的事项（编号AS2603022718290）'

describe('due dates in words', () => {
  it.each([
    ['2026-03-10T00:00+08:00', '2026年3月9日24时前'],
    ['2026-01-01T00:00+08:00', '2025年12月31日24时前'],
    ['2026-02-15T17:30+08:00', '2026年2月15日17时30分前'],
    ['2026-02-15T17:00+08:00', '2026年2月15日17时前'],
  ])('%s', (due, words) => expect(untilWords(new Date(due))).toBe(words))

  it('name the article, what is the centre’s own, and what is provisional', () => {
    expect(limitWords(clock('AS19-D06'))).toBe(
      '2026年3月9日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款）',
    )
    expect(limitWords(clock('AS19-D12', { localPolicy: true }))).toContain('期限为本市设定')
    expect(limitWords(clock('AS19-D06', { provisional: true }))).toContain('暂定，放假安排公布后重新计算')
  })
})

describe('第十条第一款 the requester learns of acceptance, unit, progress and result', () => {
  it('acceptance', () =>
    expect(toRequester(say(order(), [{ type: 'accepted' }]))).toEqual([`${start}已受理。`]))

  it('refusal with reason, other channel and article', () => {
    const refused: OrderEvent = {
      type: 'refused',
      reason: 'outsideCity',
      tell: '不在本市',
      otherChannel: '事发地 12345',
    }
    expect(toRequester(say(order(), [refused], facts([], 'anshan-2019', '《条例》第二条')))).toEqual([
      `${start}不予受理（依据《条例》第二条）：不在本市。其他渠道：事发地 12345。`,
    ])
  })

  it('the unit with its limit; every unit gets its own order', () => {
    const said = say(
      order({ state: 'accepted' }),
      [dispatched],
      facts([clock('AS19-D06'), clock('AS19-D06', { leg: 2 })]),
    )
    const limit = '2026年3月9日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款）'
    expect(toRequester(said)).toEqual([`${start}已转路灯管理处办理，办理期限为${limit}。`])
    expect(toUnits(said)).toEqual([
      ['lighting', `办理单AS2603022718290已转本单位，请主办，期限为${limit}。请登录平台接收。`],
      ['district', `办理单AS2603022718290已转本单位，请协办，期限为${limit}。请登录平台接收。`],
      ['petition', '办理单AS2603022718290已转本单位，请督办。请登录平台接收。'],
    ])
  })

  it('白银 第十二条第二款: that the unit changed after it sent the order back', () => {
    const before = order({
      state: 'accepted',
      legs: [leg(1, 'lighting', { endedAt: now, ended: 'sentBack' })],
    })
    const to = (unitId: string): OrderEvent => ({
      type: 'dispatched',
      legs: [{ n: 2, unitId, role: 'lead' }],
      basis: null,
      warnings: [],
    })
    expect(toRequester(say(before, [to('district')], facts([], 'baiyin-2024')))).toEqual([
      expect.stringMatching(/经路灯管理处退回（依据《.*》第十二条第二款告知），已改由示范区政府办理。/),
    ])
    expect(toRequester(say(before, [to('lighting')]))).toEqual([`${start}已交路灯管理处再次办理。`])
  })

  it('nothing of a further co-unit', () => {
    const co: OrderEvent = {
      type: 'dispatched',
      legs: [{ n: 2, unitId: 'district', role: 'co' }],
      basis: null,
      warnings: [],
    }
    const said = say(atUnit(), [co])
    expect(toRequester(said)).toEqual([])
    expect(toUnits(said)).toHaveLength(1)
  })

  it('第二十二条第二款: reason, progress, measures and the new limit of an extension', () => {
    const told = { way: '电话', text: '已说明' }
    const asked: OrderEvent = {
      type: 'opened',
      kind: 'timeExtension',
      n: 1,
      leg: 1,
      said: {
        reason: '缺少配件',
        progress: '已经查勘',
        measures: '改用备件',
        by: { unit: 'workingDay', count: 10 },
        due: '',
        overSoftCap: false,
        told,
      },
    }
    const granted: OrderEvent[] = [
      { type: 'closed', kind: 'timeExtension', n: 1, verdict: 'approved', outcome: { reason: '同意' } },
      { type: 'extended', leg: 1, term: 'AS19-D06', by: { unit: 'workingDay', count: 10 } },
    ]
    expect(toRequester(say(atUnit(), [asked]))).toEqual([])
    const due = new Date('2026-03-24T00:00+08:00')
    const said = say(after(atUnit(), [asked]), granted, facts([clock('AS19-D06', { due })]))
    expect(toRequester(said)).toEqual([
      `${start}需要延期办理。原因：缺少配件；进度：已经查勘；措施：改用备件；新的期限：2026年3月23日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款）。`,
    ])
    expect(toUnits(said)).toEqual([
      ['lighting', expect.stringContaining('延期申请已获同意，新的期限：2026年3月23日24时前')],
    ])
    const refused: OrderEvent = {
      type: 'closed',
      kind: 'timeExtension',
      n: 1,
      verdict: 'refused',
      outcome: { reason: '不同意' },
    }
    const no = say(after(atUnit(), [asked]), [refused], facts([clock('AS19-D06')]))
    expect(toRequester(no)).toEqual([])
    expect(toUnits(no)).toEqual([['lighting', expect.stringContaining('未获同意，原期限不变')]])
  })

  it.each<[string, WorkOrder, OrderEvent, string]>([
    [
      'the result, in the words he was told',
      atUnit({ legs: [leg(1, 'lighting', { fedBackAt: now, told: { way: '电话', text: '路灯已修复。' } })] }),
      { type: 'concluded' },
      '已办结。办理结果：路灯已修复。',
    ],
    [
      'an end, and how to come back',
      atUnit(),
      { type: 'terminated', ground: 'noCooperation', reason: '内部理由', tell: '多次联系未果。' },
      '已终止办理：多次联系未果。能够配合办理时，可以另行提出，登记为新的办理单。',
    ],
    [
      'an end for want of material, which may be taken up again',
      order(),
      { type: 'terminated', ground: 'materialNotSupplied', reason: '逾期', tell: '材料没有补齐。' },
      '已终止办理：材料没有补齐。补齐材料后，可以凭编号重新提出。',
    ],
    [
      'an end for an unlawful demand',
      order(),
      { type: 'terminated', ground: 'unlawful', reason: '违法', tell: '不符合规定。' },
      '已终止办理：不符合规定。有新的情况，可以另行提出，登记为新的办理单。',
    ],
    [
      'a transfer',
      atUnit(),
      { type: 'transferred', to: 'petitionOffice', reason: '历史遗留', tell: '由信访部门协调。' },
      '已移交信访部门协调处理：由信访部门协调。',
    ],
    [
      'material that is wanted, until when',
      order(),
      {
        type: 'opened',
        kind: 'material',
        n: 1,
        leg: null,
        said: { items: ['房产证', '照片'], until: '2026-03-10T00:00:00+08:00' },
      },
      '需要补充：房产证、照片。请于2026年3月9日24时前补齐',
    ],
  ])('%s', (_what, before, event, words) => {
    expect(toRequester(say(before, [event], facts([], 'dandong-first-asked')))).toEqual([
      expect.stringContaining(words),
    ])
  })

  it('第十条第二款: the explanation he demanded', () => {
    const asked: OrderEvent = { type: 'opened', kind: 'explanation', n: 1, leg: 1, said: { question: '?' } }
    const given = (verdict: string): OrderEvent => ({
      type: 'closed',
      kind: 'explanation',
      n: 1,
      verdict,
      outcome: { text: '等待配件', late: false },
    })
    const due = { leg: 0, procedure: 1, localPolicy: true, cite: '《条例》第十条第二款' }
    const demand = say(atUnit(), [asked], facts([clock('AS19-D12', due)]))
    expect(toRequester(demand)).toEqual([])
    expect(toUnits(demand)).toEqual([
      [
        'lighting',
        expect.stringContaining(
          '作出说明，期限为2026年3月9日24时前（依据《条例》第十条第二款，期限为本市设定）',
        ),
      ],
    ])
    expect(toRequester(say(after(atUnit(), [asked]), [given('given')]))).toEqual([
      `${start}承办单位说明：等待配件`,
    ])
    expect(toRequester(say(after(atUnit(), [asked]), [given('withdrawn')]))).toEqual([])
  })

  it('第二十七条第二款: the written decision on his own application, not on what a person declared', () => {
    const asked = (by: 'requester' | 'self'): OrderEvent => ({
      type: 'opened',
      kind: 'recusal',
      n: 1,
      leg: 1,
      said: { ground: 'interest', reason: '', person: 'unit-1', unit: null, by },
    })
    const decided: OrderEvent = {
      type: 'closed',
      kind: 'recusal',
      n: 1,
      verdict: 'approved',
      outcome: { document: '避〔2026〕1号', reason: '经核查属实', late: false },
    }
    expect(toRequester(say(after(atUnit(), [asked('requester')]), [decided]))).toEqual([
      `${start}的回避申请已经书面决定：同意（避〔2026〕1号）。经核查属实`,
    ])
    expect(toRequester(say(after(atUnit(), [asked('self')]), [decided]))).toEqual([])
  })
})

describe('what units are told', () => {
  const missed = (type: 'reminded' | 'deadlineMissed', term: string, more: object = {}): OrderEvent => ({
    type,
    term,
    due: '2026-03-10T00:00:00+08:00',
    leg: 1,
    ...more,
  })
  it('a reminder before, and a word when it is too late', () => {
    const f = facts([clock('AS19-D06')])
    expect(toUnits(say(atUnit(), [missed('reminded', 'AS19-D06')], f))).toEqual([
      ['lighting', expect.stringContaining('“办结”期限为2026年3月9日24时前')],
    ])
    expect(toUnits(say(atUnit(), [missed('deadlineMissed', 'AS19-D06')], f))).toEqual([
      ['lighting', expect.stringContaining('已经超过期限')],
    ])
  })
  it('not what the centre or a superior owes', () => {
    for (const term of ['AS19-D02', 'AS19-D03', 'AS19-D09', 'AS19-D13'])
      expect(say(atUnit(), [missed('deadlineMissed', term)])).toEqual([])
  })

  it('supervision with trigger, level, means and day; the requester is not told', () => {
    const opened: OrderEvent = {
      type: 'opened',
      kind: 'supervision',
      n: 1,
      leg: 1,
      said: {
        trigger: 'untrueResult',
        level: 'second',
        means: ['supervisionSheet'],
        reason: '张某说没有人来过',
        due: '2026-03-10T00:00:00+08:00',
        automatic: false,
      },
    }
    const said = say(atUnit(), [opened], facts([], 'dandong-first-asked'))
    expect(toRequester(said)).toEqual([])
    expect(toUnits(said)).toEqual([
      [
        'lighting',
        '办理单AS2603022718290已被督办（办理结果不实，二次督办，督办单）。请于2026年3月9日24时前答复。',
      ],
    ])
    // A superior's own delay is supervised, too, but no unit's telephone hears of it.
    expect(say(atUnit(), [{ ...opened, leg: null }], facts([], 'dandong-first-asked'))).toEqual([])
  })

  it('what came back to it, and how its applications were answered', () => {
    const back = say(atUnit(), [{ type: 'returned', leg: 1, why: '不实' }], facts([clock('AS19-D06')]))
    expect(toUnits(back)).toEqual([
      ['lighting', expect.stringContaining('退回继续办理，原期限不变：2026年3月9日24时前')],
    ])
    const asked: OrderEvent = {
      type: 'opened',
      kind: 'sendBack',
      n: 1,
      leg: 1,
      said: { reason: '不属于本单位', papers: [], late: false },
    }
    const answered = (verdict: string): OrderEvent => ({
      type: 'closed',
      kind: 'sendBack',
      n: 1,
      verdict,
      outcome: { reason: '', basis: null, tellRequester: false },
    })
    const before = after(atUnit(), [asked])
    expect(toUnits(say(before, [answered('approved')]))).toEqual([
      ['lighting', expect.stringContaining('已获同意')],
    ])
    expect(toUnits(say(before, [answered('refused')]))).toEqual([
      ['lighting', expect.stringContaining('请继续办理')],
    ])
    expect(say(before, [answered('withdrawn')])).toEqual([])
  })
})

describe('第二十六条 neutral words for what is kept secret', () => {
  const secret = { title: '举报某厂偷排', facts: '某厂夜间偷排', place: '某路1号', kind: 'tipOff' as const }
  const events: [WorkOrder, OrderEvent[]][] = [
    [order(secret), [{ type: 'refused', reason: 'x', tell: '某厂不在本市', otherChannel: '生态环境局' }]],
    [order({ ...secret, state: 'accepted' }), [dispatched]],
    [
      atUnit({ ...secret, legs: [leg(1, 'lighting', { told: { way: '电话', text: '某厂已查处' } })] }),
      [{ type: 'concluded' }],
    ],
    [atUnit(secret), [{ type: 'terminated', ground: 'x', reason: '某厂', tell: '某厂已停产' }]],
    [
      order(secret),
      [
        {
          type: 'opened',
          kind: 'material',
          n: 1,
          leg: null,
          said: { items: ['某厂照片'], until: '2026-03-10T00:00:00+08:00' },
        },
      ],
    ],
  ]
  it.each(confidentialLevels.filter((level) => level !== 'normal'))('%s', (confidential) => {
    for (const [before, happened] of events) {
      const notices = say({ ...before, confidential }, happened, facts([clock('AS19-D06')]))
      expect(notices.length).toBeGreaterThan(0)
      for (const { words } of notices)
        for (const { text, template } of words) {
          expect(text + JSON.stringify(template)).not.toMatch(/某厂|路灯管理处|示范区|举报|生态/)
          expect(text).toContain('AS2603022718290')
        }
    }
  })

  it('a unit’s SMS never holds a word of the matter, also of an open order', () => {
    const open = order({ ...secret, kind: 'help', state: 'accepted', confidential: 'normal' })
    for (const [, text] of toUnits(say(open, [dispatched], facts([clock('AS19-D06')]))))
      expect(text).not.toMatch(/某厂|某路/)
  })

  it('still says until when material is wanted', () => {
    const [before, happened] = events.at(-1)!
    const [text] = toRequester(say({ ...before, confidential: 'confidential' }, happened))
    expect(text).toContain('请于2026年3月9日24时前补齐')
  })
})

describe('at registration', () => {
  it('one notice says all of it', () => {
    const one = order()
    const two = order({ number: 'AS2603022718291', state: 'dispatched', legs: [leg(1, 'lighting')] })
    const three = order({
      number: 'AS2603022718292',
      state: 'dispatched',
      legs: [leg(1, 'lighting')],
      confidential: 'tipOff',
    })
    const { text, template } = registrationWords([
      { order: one, facts: facts() },
      { order: two, facts: facts([clock('AS19-D06')]) },
      { order: three, facts: facts([clock('AS19-D06')]) },
    ])
    expect(text).toBe(
      '您反映的事项已登记，编号AS2603022718290；编号AS2603022718291已受理并转路灯管理处办理，办理期限为2026年3月9日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款）；编号AS2603022718292。凭编号和联系电话后四位可以查询进度。',
    )
    expect(template).toEqual({
      name: 'orderRegistered',
      params: { number: 'AS2603022718290、AS2603022718291、AS2603022718292' },
    })
  })
})

it('tells nobody of what is only for the record', () => {
  const quiet: OrderEvent[] = [
    { type: 'acknowledged', leg: 1, late: false },
    { type: 'appended', facts: '又来电', contactId: null },
    { type: 'contacted', leg: 1, way: '电话', note: '已联系' },
    { type: 'classified', class: 'complex', reason: '复杂' },
    { type: 'merged', into: 'AS1' },
  ]
  expect(say(atUnit(), quiet)).toEqual([])
})
