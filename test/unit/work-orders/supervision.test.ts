import { describe, expect, it } from 'vitest'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { type Clock } from '../../../src/work-orders/clock.ts'
import { clocksOf } from '../../../src/work-orders/clocks.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { OrderEvent, WorkOrder } from '../../../src/work-orders/model.ts'
import { proceduresOf } from '../../../src/work-orders/procedures.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Context } from '../../../src/work-orders/rules/rule.ts'
import { onMissed } from '../../../src/work-orders/rules/supervision-automatic.ts'
import { calendar, clock, context, leg, now, order, staff } from './support.ts'

const statutes = createStatutes({
  'BY24-D04': { unit: 'workingDay', count: 3 },
  'BY24-D05': { unit: 'workingDay', count: 5 },
})
type City = 'anshan-2019' | 'anshan-draft' | 'baiyin-2024' | 'dandong-first-asked'
const under = (city: City, role: Parameters<typeof context>[0] = 'supervisor', more: Partial<Context> = {}) =>
  context(role, { statute: statutes.of(city), ...more })
const ofUnit = (city: City, more: Partial<Context> = {}) =>
  under(city, 'unit', { actorUnit: 'lighting', ...more })

const dispatched = (more: Partial<WorkOrder> = {}) =>
  order({ state: 'dispatched', legs: [leg(1, 'lighting', { acknowledgedAt: now })], ...more })
const dueAt = (term: string, due: string, more: Partial<Clock> = {}): Clock =>
  clock(term, { due: new Date(due), ...more })

const run = (before: WorkOrder, command: Command, c: Context): WorkOrder => {
  const decided = decide(before, command, c)
  if ('refused' in decided) throw new Error(`${decided.refused}: ${decided.detail}`)
  return decided.events.reduce((o, event) => apply(o, event, { at: c.now, by: c.actor }), before)
}
const refused = (before: WorkOrder, command: Command, c: Context) => {
  const decided = decide(before, command, c)
  if (!('refused' in decided)) throw new Error('was granted')
  expect(decided.title + decided.detail).toMatch(/[\u4e00-\u9fff]/)
  return decided
}
const supervise = (more: Partial<Command & { action: 'supervise' }>): Command => ({
  action: 'supervise',
  trigger: 'other',
  reason: '久拖不决',
  ...more,
})
const saidOf = (o: WorkOrder) => proceduresOf(o, 'supervision').map((p) => p.said)

describe('who supervises (C-19)', () => {
  it.each<[City, string, string[]]>([
    ['anshan-2019', 'evasion', ['supervisor', 'centreLeader', 'office']],
    ['anshan-draft', 'other', ['supervisor', 'office']],
    ['baiyin-2024', 'other', ['supervisor', 'centreLeader']],
    ['dandong-first-asked', 'untrueResult', ['supervisor', 'centreLeader']],
  ])('%s', (city, trigger, may) => {
    const all = ['agent', 'teamLead', 'dispatcher', 'unit', 'supervisor', 'centreLeader', 'office'] as const
    for (const role of all) {
      const shown = allowedActions(dispatched(), under(city, role)).find((a) => a.action === 'supervise')
      expect(shown?.allowed ?? false, role).toBe(may.includes(role))
      if (!may.includes(role))
        expect(refused(dispatched(), supervise({ trigger }), under(city, role))).toMatchObject({
          status: 403,
        })
    }
  })
})

describe('鞍山 2019 第二十五条 逐级督办', () => {
  const city = 'anshan-2019'
  const evasion = supervise({ trigger: 'evasion' })

  it('opens at the first level, without means, which the text does not list', () => {
    const { events, cite } = decide(dispatched(), evasion, under(city)) as {
      events: OrderEvent[]
      cite: string
    }
    expect(events).toEqual([
      {
        type: 'opened',
        kind: 'supervision',
        n: 1,
        leg: 1,
        said: {
          trigger: 'evasion',
          level: 'first',
          means: [],
          reason: '久拖不决',
          due: null,
          automatic: false,
        },
      },
    ])
    expect(cite).toBe('《鞍山市群众诉求办理条例》第二十五条第（三）项')
  })

  it('goes up level by level, and beyond the last there is none', () => {
    let o = run(dispatched(), evasion, under(city))
    const close: Command = { action: 'closeSupervision', settled: false, reason: '仍未解决' }
    for (const level of ['first', 'second', 'third']) {
      expect(saidOf(o).at(-1)).toMatchObject({ level, trigger: 'evasion' })
      o = run(o, close, under(city))
    }
    expect(proceduresOf(o, 'supervision').map((p) => p.verdict)).toEqual([
      'unsettled',
      'unsettled',
      'unsettled',
    ])
  })

  it.each<[string, Command, WorkOrder, string, number]>([
    ['a level out of turn', { ...evasion, level: 'third' } as Command, dispatched(), 'levelOutOfTurn', 409],
    ['an unknown level', { ...evasion, level: 'fifth' } as Command, dispatched(), 'levelUnknown', 422],
    ['an unknown trigger', supervise({ trigger: 'mood' }), dispatched(), 'triggerUnknown', 422],
    [
      'means that no text lists',
      { ...evasion, means: ['phone'] } as Command,
      dispatched(),
      'meansNotOfLevel',
      422,
    ],
    ['another unit', { ...evasion, unit: 'district' } as Command, dispatched(), 'unitNotOnOrder', 422],
    [
      'an order without a unit',
      evasion,
      dispatched({ legs: [leg(1, 'lighting', { endedAt: now })] }),
      'noUnit',
      409,
    ],
    ['an order that nobody accepted', evasion, order(), 'wrongState', 409],
    ['a limit that is kept', supervise({ trigger: 'overdue' }), dispatched(), 'nothingMissed', 409],
    [
      'a day that has passed',
      { ...evasion, until: '2026-03-01' } as Command,
      dispatched(),
      'untilImpossible',
      422,
    ],
    [
      'a day that is none',
      { ...evasion, until: '2026-02-30' } as Command,
      dispatched(),
      'untilMalformed',
      422,
    ],
    [
      'an hour without a zone',
      { ...evasion, until: '2026-03-09T10:00' } as Command,
      dispatched(),
      'untilMalformed',
      422,
    ],
  ])('refuses %s', (_what, command, before, code, status) => {
    const clocks = [dueAt('AS19-D06', '2026-03-10T00:00+08:00')]
    expect(refused(before, command, under(city, 'supervisor', { clocks }))).toMatchObject({
      refused: code,
      status,
    })
  })

  it('第（五）项: whom those above order may begin at any level', () => {
    const o = run(dispatched(), supervise({ trigger: 'ordered', level: 'second' }), under(city, 'office'))
    expect(saidOf(o)).toMatchObject([{ level: 'second', trigger: 'ordered' }])
  })

  it('supervises one situation once at a time', () => {
    const o = run(dispatched(), evasion, under(city))
    expect(refused(o, evasion, under(city))).toMatchObject({ refused: 'supervisedBefore', status: 409 })
    expect(saidOf(run(o, supervise({ trigger: 'ordered' }), under(city)))).toHaveLength(2)
  })

  it('第（一）项: by hand only what is overdue', () => {
    const late = [dueAt('AS19-D06', '2026-02-28T00:00+08:00')]
    const o = run(
      dispatched(),
      supervise({ trigger: 'overdue' }),
      under(city, 'supervisor', { clocks: late }),
    )
    expect(saidOf(o)).toMatchObject([{ trigger: 'overdue' }])
  })
})

describe('鞍山草案 第十八条 三种方式', () => {
  it.each([['supervisionSheet'], ['meeting'], ['interview']])('%s', (means) => {
    const o = run(dispatched(), supervise({ means: [means] }), under('anshan-draft'))
    expect(saidOf(o)).toMatchObject([{ means: [means], level: 'first' }])
  })
  it.each<[Partial<Command & { action: 'supervise' }>, string]>([
    [{}, 'meansMissing'],
    [{ means: ['onSite'] }, 'meansNotOfLevel'],
  ])('refuses %o', (more, code) => {
    expect(refused(dispatched(), supervise(more), under('anshan-draft'))).toMatchObject({
      refused: code,
      cite: expect.stringContaining('第十八条'),
    })
  })
})

describe('白银 第二十二条 四种方式', () => {
  const city = 'baiyin-2024'
  it.each([['remind'], ['meeting'], ['onSite']])('%s needs no day', (means) => {
    expect(saidOf(run(dispatched(), supervise({ means: [means] }), under(city)))).toMatchObject([
      { due: null },
    ])
  })

  it('第（二）项: 限期书面反馈, whose notice sets its own day (BY24-D08)', () => {
    expect(refused(dispatched(), supervise({ means: ['writtenReply'] }), under(city))).toMatchObject({
      refused: 'untilMissing',
      cite: expect.stringContaining('第二十二条'),
    })
    const command = supervise({ means: ['writtenReply'], until: '2026-03-05' })
    const c = under(city)
    const decided = decide(dispatched(), command, c)
    if ('refused' in decided) throw new Error(decided.refused)
    const [event] = decided.events
    const after = run(dispatched(), command, c)
    const { starts } = clocksOf(after, event!, { statute: c.statute, calendar, at: now })
    expect(starts.map((s) => [s.term, s.procedure, formatInstant(s.due), s.localPolicy])).toEqual([
      ['BY24-D08', 1, '2026-03-06T00:00:00+08:00', true],
    ])
  })

  it('第二十四条: what was not settled has no further level here; it is handed on', () => {
    const o = run(dispatched(), supervise({ means: ['remind'] }), under(city))
    const after = run(o, { action: 'closeSupervision', settled: false, reason: '未解决' }, under(city))
    expect(proceduresOf(after, 'supervision').map((p) => p.verdict)).toEqual(['unsettled'])
  })
})

describe('丹东 第十六条 一次督办、二次督办', () => {
  const city = 'dandong-first-asked'
  const first = supervise({ trigger: 'untrueResult', means: ['phone'] })
  const unsettled = (more: object): Command => ({
    action: 'closeSupervision',
    settled: false,
    reason: '结果仍不实',
    ...more,
  })
  const second = (): WorkOrder =>
    run(run(dispatched(), first, under(city)), unsettled({ until: '2026-03-09' }), under(city))

  it('supervises the finished order, whose result is untrue', () => {
    expect(saidOf(run(dispatched({ state: 'concluded' }), first, under(city)))).toHaveLength(1)
  })

  it('the first by telephone or on the spot, the second by a slip with a day', () => {
    expect(
      refused(dispatched(), { ...first, means: ['supervisionSheet'] } as Command, under(city)),
    ).toMatchObject({
      refused: 'meansNotOfLevel',
    })
    expect(refused(dispatched(), { ...first, level: 'second' } as Command, under(city))).toMatchObject({
      refused: 'levelOutOfTurn',
    })
    const opened = run(dispatched(), first, under(city))
    expect(refused(opened, unsettled({}), under(city))).toMatchObject({ refused: 'untilMissing' })
    expect(saidOf(second()).at(-1)).toMatchObject({
      level: 'second',
      means: ['supervisionSheet'],
      due: '2026-03-10T00:00:00+08:00',
    })
  })

  it('the second is answered with the signature of the leader in charge', () => {
    const answer: Command = { action: 'answerSupervision', text: '已重新办理' }
    expect(refused(second(), answer, ofUnit(city))).toMatchObject({
      refused: 'signatureMissing',
      status: 422,
      cite: expect.stringContaining('第十六条'),
    })
    expect(refused(second(), { ...answer, signedBy: '  ' }, ofUnit(city))).toMatchObject({
      refused: 'signatureMissing',
    })
    const answered = run(second(), { ...answer, signedBy: '分管副主任' }, ofUnit(city))
    expect(proceduresOf(answered, 'supervision').at(-1)!.outcome!.answer).toMatchObject({
      signedBy: '分管副主任',
      late: false,
      by: 'unit-1',
    })
    expect(refused(answered, answer, ofUnit(city))).toMatchObject({ refused: 'answeredBefore' })
  })

  it('the first needs no signature', () => {
    const o = run(dispatched(), first, under(city))
    const answered = run(o, { action: 'answerSupervision', text: '已核实' }, ofUnit(city))
    expect(proceduresOf(answered, 'supervision')[0]!.outcome!.answer!.signedBy).toBeNull()
  })

  it('a slip is settled by its answer only, and a late answer says so', () => {
    const settled: Command = { action: 'closeSupervision', settled: true, reason: '已解决' }
    expect(refused(second(), settled, under(city))).toMatchObject({ refused: 'answerMissing' })
    const later = ofUnit(city, { now: new Date('2026-03-10T00:00+08:00') })
    const o = run(second(), { action: 'answerSupervision', text: '已办', signedBy: '分管副主任' }, later)
    expect(proceduresOf(o, 'supervision').at(-1)!.outcome!.answer).toMatchObject({ late: true })
    const closed = run(o, settled, under(city))
    expect(proceduresOf(closed, 'supervision').at(-1)).toMatchObject({
      verdict: 'settled',
      outcome: { answer: { text: '已办' }, reason: '已解决' },
    })
  })

  it('nobody else’s unit answers', () => {
    const foreign = under(city, 'unit', { actorUnit: 'district' })
    const answer: Command = { action: 'answerSupervision', text: '代答', signedBy: '某领导' }
    expect(refused(second(), answer, foreign)).toMatchObject({ refused: 'notSupervised', status: 409 })
  })
})

describe('the clock of an answer', () => {
  const c = under('baiyin-2024')
  const opened = run(dispatched(), supervise({ means: ['writtenReply'], until: '2026-03-05' }), c)
  const change = (event: OrderEvent) => clocksOf(opened, event, { statute: c.statute, calendar, at: now })

  it('is met by the answer, not by closing', () => {
    const answer = { text: '', signedBy: null, late: false }
    const { meets } = change({ type: 'stepped', kind: 'supervision', n: 1, answer })
    expect(meets).toEqual([
      { terms: ['BY24-D08'], procedure: 1 },
      { terms: ['SUPERVISION'], procedure: 1 },
    ])
    const closed = change({
      type: 'closed',
      kind: 'supervision',
      n: 1,
      verdict: 'unsettled',
      outcome: { answer: null, reason: '' },
    })
    expect(closed).toMatchObject({ meets: [], voids: [{ procedure: 1 }] })
  })
})

describe('what ran out', () => {
  const missed = (term: string, more: object = {}) => ({
    term,
    leg: 1,
    procedure: 0,
    due: new Date('2026-03-10T00:00+08:00'),
    ...more,
  })
  it.each<[City, string, string, string, string[]]>([
    ['anshan-2019', 'AS19-D06', 'overdue', '第二十五条第（一）项', []],
    ['anshan-draft', 'ASD-D05', 'overdue', '第十九条第（一）项', ['supervisionSheet']],
    ['baiyin-2024', 'BY24-D05', 'overdue', '第二十三条第（二）项', ['remind']],
    ['dandong-first-asked', 'DD-D04', 'overdue', '第十六条', ['phone']],
  ])('%s %s opens a supervision by itself', (city, term, trigger, article, means) => {
    const { events, cite } = onMissed(dispatched(), missed(term), under(city))
    expect(events).toMatchObject([
      { type: 'opened', kind: 'supervision', leg: 1, said: { trigger, means, automatic: true, due: null } },
    ])
    expect(cite).toContain(article)
    expect((events[0] as { said: { reason: string } }).said.reason).toContain('2026年3月9日24时前')
  })

  it('鞍山草案 第十九条第（一）项: 未办理 is not started as well as not finished (C-18)', () => {
    const reason = (o: WorkOrder) =>
      (onMissed(o, missed('ASD-D05'), under('anshan-draft')).events[0] as { said: { reason: string } }).said
        .reason
    expect(reason(dispatched({ legs: [leg(1, 'lighting')] }))).toContain('尚未开始办理')
    expect(reason(dispatched({ legs: [leg(1, 'lighting', { contactedAt: now })] }))).not.toContain('尚未开始')
  })

  it('is one supervision for one unit while that is open, also where two limits ran out', () => {
    const c = under('anshan-draft')
    const first = onMissed(dispatched(), missed('ASD-D05'), c).events
    const o = first.reduce((x, e) => apply(x, e, { at: now, by: staff('supervisor') }), dispatched())
    // The total of two months belongs to the order as a whole: its unit is the leading one.
    expect(onMissed(o, missed('ASD-D07', { leg: 0 }), c).events).toEqual([])
    const closed = run(o, { action: 'closeSupervision', settled: true, reason: '已办结' }, c)
    expect(onMissed(closed, missed('ASD-D07', { leg: 0 }), c).events).toHaveLength(1)
  })

  it('another unit’s limit is another supervision', () => {
    const both = dispatched({ legs: [leg(1, 'lighting'), leg(2, 'district', { role: 'co' })] })
    const c = under('anshan-2019')
    const o = onMissed(both, missed('AS19-D06'), c).events.reduce(
      (x, e) => apply(x, e, { at: now, by: staff('supervisor') }),
      both,
    )
    expect(onMissed(o, missed('AS19-D06', { leg: 2 }), c).events).toMatchObject([{ leg: 2 }])
  })

  it.each<[City, string]>([
    ['anshan-2019', 'AS19-D02'],
    ['dandong-first-asked', 'DD-D02'],
    ['baiyin-2024', 'BY24-D03'],
  ])('%s %s is only recorded: no trigger names it', (city, term) =>
    expect(onMissed(dispatched(), missed(term), under(city))).toEqual({ events: [], cite: null }),
  )

  it('AS19-D09: a superior’s delay is supervised, but it is no unit’s (A-11)', () => {
    const asked = apply(
      dispatched({ kind: 'complaint' }),
      {
        type: 'opened',
        kind: 'recusal',
        n: 1,
        leg: 1,
        said: { ground: 'interest', reason: '有利害关系', person: null, unit: 'lighting', by: 'requester' },
      },
      { at: now, by: staff('agent') },
    )
    const { events, cite } = onMissed(
      asked,
      missed('AS19-D09', { leg: 0, procedure: 1 }),
      under('anshan-2019'),
    )
    expect(events).toMatchObject([{ leg: null, said: { trigger: 'dutyMissed' } }])
    // A practice of the centre: it never passes for law.
    expect(cite).toBeNull()
  })
})
