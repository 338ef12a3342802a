import { describe, expect, it } from 'vitest'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { type Clock } from '../../../src/work-orders/clock.ts'
import { clocksOf } from '../../../src/work-orders/clocks.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import { proceduresOf } from '../../../src/work-orders/procedures.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Context } from '../../../src/work-orders/rules/rule.ts'
import { onMissed } from '../../../src/work-orders/rules/supervision-automatic.ts'
import { calendar, clock, context, leg, now, order } from './support.ts'

const statutes = createStatutes()
const under = (city: string, role: Parameters<typeof context>[0] = 'agent', more: Partial<Context> = {}) =>
  context(role, { statute: statutes.of(city), ...more })
const ofUnit = (city: string, more: Partial<Context> = {}) =>
  under(city, 'unit', { actorUnit: 'lighting', ...more })
const dispatched = (more: Partial<WorkOrder> = {}) =>
  order({ state: 'dispatched', legs: [leg(1, 'lighting')], ...more })
const dueAt = (term: string, due: string, more: Partial<Clock> = {}): Clock =>
  clock(term, { due: new Date(due), ...more })
const demand = (ground: 'overdue' | 'dispute'): Command => ({
  action: 'demandExplanation',
  ground,
  question: '为什么还没有结果？',
})
const explain: Command = { action: 'explain', text: '正在等待配件，预计周五更换。' }
const granted = (before: WorkOrder, command: Command, c: Context) => {
  const decided = decide(before, command, c)
  if ('refused' in decided) throw new Error(`${decided.refused}: ${decided.detail}`)
  return decided
}
const run = (before: WorkOrder, command: Command, c: Context): WorkOrder =>
  granted(before, command, c).events.reduce((o, e) => apply(o, e, { at: c.now, by: c.actor }), before)
const refusalOf = (before: WorkOrder, command: Command, c: Context) => {
  const decided = decide(before, command, c)
  if (!('refused' in decided)) throw new Error('was granted')
  return decided
}

describe.each([
  ['anshan-2019', 'AS19-D06', 'AS19-D12', '第十条第二款'],
  ['anshan-draft', 'ASD-D05', 'ASD-D12', '第八条第三款'],
])('%s: the right to an explanation', (city, handling, term, article) => {
  const past = [dueAt(handling, '2026-02-28T00:00+08:00')]

  it('is demanded for the requester when no result came in time, and starts a clock of the centre’s own', () => {
    const c = under(city, 'agent', { clocks: past })
    const { events, cite } = granted(dispatched(), demand('overdue'), c)
    expect(events).toMatchObject([{ type: 'opened', kind: 'explanation', n: 1, leg: 1 }])
    expect(cite).toContain(article)
    const after = run(dispatched(), demand('overdue'), c)
    const { starts } = clocksOf(after, events[0]!, { statute: c.statute, calendar, at: now })
    expect(starts.map((s) => [s.term, s.procedure, formatInstant(s.due), s.localPolicy])).toEqual([
      [term, 1, '2026-03-06T00:00:00+08:00', true],
    ])
  })

  it('needs no delay where the requester disputes', () => {
    for (const state of ['dispatched', 'fedBack', 'concluded'] as const)
      expect(granted(dispatched({ state }), demand('dispute'), under(city)).events).toHaveLength(1)
  })

  it.each<[string, WorkOrder, Partial<Context>, string]>([
    ['before the limit', dispatched(), { clocks: [dueAt(handling, '2026-03-10T00:00+08:00')] }, 'notOverdue'],
    [
      'where the result came, however late',
      dispatched({ state: 'fedBack' }),
      { clocks: [dueAt(handling, '2026-02-28T00:00+08:00', { metAt: now })] },
      'notOverdue',
    ],
    ['before any unit has it', order({ state: 'accepted' }), {}, 'wrongState'],
  ])('is not demanded as overdue %s', (_what, before, more, code) => {
    expect(refusalOf(before, demand('overdue'), under(city, 'agent', more))).toMatchObject({
      refused: code,
      status: 409,
    })
  })

  it('is demanded once at a time', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    expect(refusalOf(o, demand('dispute'), under(city))).toMatchObject({ refused: 'explanationAsked' })
    const given = run(o, explain, ofUnit(city))
    expect(run(given, demand('dispute'), under(city)).procedures).toHaveLength(2)
  })

  it('is given by the unit that was asked, and by no other', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    const foreign = under(city, 'unit', { actorUnit: 'district' })
    expect(refusalOf(o, explain, foreign)).toMatchObject({ refused: 'noExplanationAsked' })
    expect(proceduresOf(run(o, explain, ofUnit(city)), 'explanation')[0]).toMatchObject({
      verdict: 'given',
      outcome: { text: '正在等待配件，预计周五更换。', late: false },
    })
    expect(refusalOf(dispatched(), explain, ofUnit(city))).toMatchObject({ refused: 'noExplanationAsked' })
  })

  it('is still given after the order lies elsewhere', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    const moved = {
      ...o,
      state: 'accepted' as const,
      legs: [{ ...o.legs[0]!, endedAt: now, ended: 'sentBack' }],
    }
    expect(granted(moved, explain, ofUnit(city)).events).toHaveLength(1)
  })

  it('is owed no more once the order was terminated, and may still be given', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    const c = { statute: under(city).statute, calendar, at: now }
    const ended = { type: 'terminated', ground: 'outOfReach', reason: '联系不上' } as const
    expect(clocksOf({ ...o, state: 'terminated' }, ended, c).voids).toContainEqual({ procedure: 1 })
    // Who has his result may still dispute it.
    expect(clocksOf(o, { type: 'concluded' }, c).voids).not.toContainEqual({ procedure: 1 })
    expect(granted({ ...o, state: 'terminated' }, explain, ofUnit(city)).events).toHaveLength(1)
  })

  it('unanswered becomes supervision', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    const missed = { term, leg: 0, procedure: 1, due: new Date('2026-03-06T00:00+08:00') }
    expect(onMissed(o, missed, under(city)).events).toMatchObject([
      { leg: 1, said: { trigger: 'dutyMissed' } },
    ])
  })

  it('given late is supervised, too, unless the bell has told so before', () => {
    const o = run(dispatched(), demand('dispute'), under(city))
    const late = { now: new Date('2026-03-06T00:00+08:00') }
    const own = dueAt(term, '2026-03-06T00:00+08:00', { leg: 0, procedure: 1 })
    expect(granted(o, explain, ofUnit(city, { ...late, clocks: [own] })).events).toMatchObject([
      { type: 'closed', outcome: { late: true } },
      { type: 'opened', kind: 'supervision' },
    ])
    const rung = [{ ...own, missedAt: late.now }]
    expect(granted(o, explain, ofUnit(city, { ...late, clocks: rung })).events).toMatchObject([
      { type: 'closed', outcome: { late: true } },
    ])
  })
})

describe.each([
  ['baiyin-2024', '第十五条'],
  ['dandong-first-asked', '督办'],
])('%s knows no demand for an explanation', (city, instead) => {
  it('says so and what to do instead, and does not offer it', () => {
    expect(refusalOf(dispatched(), demand('dispute'), under(city))).toMatchObject({
      refused: 'notInThisStatute',
      status: 409,
      detail: expect.stringContaining(instead),
    })
    const shown = allowedActions(dispatched(), under(city)).map((a) => a.action)
    expect(shown).not.toContain('demandExplanation')
  })
})
