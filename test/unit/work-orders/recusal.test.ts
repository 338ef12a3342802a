import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/base/actor.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { recomputed, startTerm, type Clock } from '../../../src/work-orders/clock.ts'
import { clocksOf } from '../../../src/work-orders/clocks.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { OrderEvent, WorkOrder } from '../../../src/work-orders/model.ts'
import { proceduresOf } from '../../../src/work-orders/procedures.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Context } from '../../../src/work-orders/rules/rule.ts'
import { calendar, clock, context, leg, now, order, statute, units } from './support.ts'

const statutes = createStatutes()
const known = new Map([
  ['unit-1', { id: 'unit-1', unit: 'lighting', ledByOther: true }],
  ['unitLeader-1', { id: 'unitLeader-1', unit: 'lighting', ledByOther: false }],
  ['chief-1', { id: 'chief-1', unit: 'lighting', ledByOther: false }],
  ['dispatcher-1', { id: 'dispatcher-1', unit: null, ledByOther: false }],
  ['centreLeader-1', { id: 'centreLeader-1', unit: null, ledByOther: false }],
])
const as = (role: Role, more: Partial<Context> = {}, city = 'anshan-2019') =>
  context(role, { statute: statutes.of(city), people: known, ...more })
const at = (unit: string, role: Role = 'unitLeader', more: Partial<Context> = {}) =>
  as(role, { actorUnit: unit, ...more })
/** The leader of the unit above the lighting. */
const above = (): Context =>
  at('district', 'unitLeader', {
    units: new Map([['lighting', { ...units.get('lighting')!, parentId: 'district' }]]),
  })
const complaint = (more: Partial<WorkOrder> = {}) =>
  order({ state: 'dispatched', kind: 'complaint', legs: [leg(1, 'lighting')], ...more })
const asked = (more: Partial<Command & { action: 'applyRecusal' }>): Command => ({
  action: 'applyRecusal',
  by: 'requester',
  ground: 'closeRelative',
  reason: '与被投诉人是近亲属',
  ...more,
})
const decision = (approved: boolean, more: object = {}): Command => ({
  action: 'decideRecusal',
  approved,
  document: '鞍群避〔2026〕1号',
  reason: '经核查',
  ...more,
})
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
const ofPerson = (person = 'unit-1', more: Partial<WorkOrder> = {}) =>
  run(complaint(more), asked({ person }), as('agent'))
const ofUnit = (more: Partial<WorkOrder> = {}) =>
  run(complaint(more), asked({ unit: 'lighting' }), as('agent'))

describe('第二十七条第一款 三种情形', () => {
  it.each([['closeRelative'], ['otherRelation'], ['interest']])('%s', (ground) => {
    const { events, cite } = granted(complaint(), asked({ person: 'unit-1', ground }), as('agent'))
    expect(events).toMatchObject([
      {
        type: 'opened',
        kind: 'recusal',
        leg: 1,
        said: { ground, person: 'unit-1', personUnit: 'lighting', unit: null },
      },
    ])
    expect(cite).toContain('第二十七条第一款')
  })

  it.each<[string, Command, Context, WorkOrder, string, number]>([
    [
      'another ground',
      asked({ person: 'unit-1', ground: 'dislike' }),
      as('agent'),
      complaint(),
      'groundUnknown',
      422,
    ],
    ['nobody', asked({}), as('agent'), complaint(), 'personUnknown', 422],
    ['a stranger', asked({ person: 'nobody' }), as('agent'), complaint(), 'personUnknown', 422],
    ['an unknown unit', asked({ unit: 'nowhere' }), as('agent'), complaint(), 'unitUnknown', 422],
    [
      'a person and a unit',
      asked({ person: 'unit-1', unit: 'lighting' }),
      as('agent'),
      complaint(),
      'personOrUnit',
      422,
    ],
    [
      'a matter that is no complaint',
      asked({ person: 'unit-1' }),
      as('agent'),
      complaint({ kind: 'help' }),
      'notAComplaint',
      409,
    ],
    [
      'the wish of a requester, written down by a unit',
      asked({ unit: 'lighting' }),
      at('lighting', 'unit'),
      complaint(),
      'notForRequester',
      403,
    ],
    [
      'another person in his own name',
      asked({ by: 'self', person: 'unit-1' }),
      as('dispatcher'),
      complaint(),
      'notYourself',
      403,
    ],
    [
      'a whole unit by its clerk',
      asked({ by: 'self', unit: 'lighting' }),
      at('lighting', 'unit'),
      complaint(),
      'notYourUnit',
      403,
    ],
    ['the same again', asked({ person: 'unit-1' }), as('agent'), ofPerson(), 'recusalAsked', 409],
    [
      'a finished order',
      asked({ person: 'unit-1' }),
      as('agent'),
      complaint({ state: 'concluded' }),
      'wrongState',
      409,
    ],
  ])('refuses %s', (_what, command, c, before, code, status) => {
    const refused = refusalOf(before, command, c)
    expect(refused).toMatchObject({ refused: code, status })
    expect(refused.title + refused.detail).toMatch(/[\u4e00-\u9fff]/)
  })

  it('applies to everybody who handles: agents and dispatchers declare themselves, too', () => {
    for (const role of ['agent', 'dispatcher', 'auditor', 'followUp', 'supervisor'] as const)
      expect(granted(complaint(), asked({ by: 'self' }), as(role)).events).toMatchObject([
        { said: { person: `${role}-1`, personUnit: null, by: 'self' } },
      ])
    expect(
      granted(complaint(), asked({ by: 'self', unit: 'lighting' }), at('lighting')).events,
    ).toMatchObject([{ said: { unit: 'lighting', person: null } }])
  })

  it('whoever declares a ground is out at once; whom the requester accuses stays until the decision', () => {
    const self = run(complaint(), asked({ by: 'self' }), at('lighting', 'unit'))
    expect(refusalOf(self, { action: 'acknowledge' }, at('lighting', 'unit'))).toMatchObject({
      refused: 'recused',
    })
    const acted = granted(ofPerson(), { action: 'acknowledge' }, at('lighting', 'unit'))
    expect(acted.events).toHaveLength(1)
  })
})

describe('第二十七条第二款 三个工作日内书面决定', () => {
  it('starts three working days', () => {
    const c = as('agent')
    const [event] = granted(complaint(), asked({ person: 'unit-1' }), c).events
    const { starts } = clocksOf(ofPerson(), event!, { statute: c.statute, calendar, at: now })
    expect(starts.map((s) => [s.term, s.procedure, formatInstant(s.due), s.localPolicy])).toEqual([
      ['AS19-D09', 1, '2026-03-06T00:00:00+08:00', false],
    ])
  })

  it.each<[string, WorkOrder, Context, string | null]>([
    ['a person by the leader of his unit', ofPerson(), at('lighting'), null],
    ['a person by the leader of another unit', ofPerson(), at('district'), 'notHisUnit'],
    ['a person by the centre’s leader', ofPerson(), as('centreLeader'), 'notHisUnit'],
    ['a person by the superior of his unit', ofPerson(), above(), 'notHisUnit'],
    ['the leader himself', ofPerson('unitLeader-1'), at('lighting'), 'ownRecusal'],
    ['the only leader of a unit by its superior', ofPerson('chief-1'), above(), null],
    ['the only leader of a unit by another unit', ofPerson('chief-1'), at('district'), 'notHisUnit'],
    ['the only leader of a unit by the office, for a superior', ofPerson('chief-1'), as('office'), null],
    ['the leader of the centre himself', ofPerson('centreLeader-1'), as('centreLeader'), 'ownRecusal'],
    ['the leader of the centre by the office', ofPerson('centreLeader-1'), as('office'), null],
    ['staff of the centre by a unit’s leader', ofPerson('dispatcher-1'), at('lighting'), 'notHisUnit'],
    ['a unit by its own leader', ofUnit(), at('lighting'), 'notTheSuperior'],
    ['a unit by another unit', ofUnit(), at('district'), 'notTheSuperior'],
    ['a unit by its superior', ofUnit(), above(), null],
    ['a unit by the supervisor, who stands for a superior', ofUnit(), as('supervisor'), null],
    ['a unit by an agent', ofUnit(), as('agent'), 'roleNotAllowed'],
    ['a unit by the confidential desk', ofUnit(), as('confidentialDesk'), 'roleNotAllowed'],
  ])('%s', (_what, before, c, code) => {
    if (code === null) expect(granted(before, decision(true), c).cite).toContain('第二十七条第二款')
    else expect(refusalOf(before, decision(true), c)).toMatchObject({ refused: code, status: 403 })
  })

  it.each([[{ document: undefined }], [{ document: '   ' }]])('not without a document: %o', (more) => {
    expect(refusalOf(ofPerson(), decision(true, more), at('lighting'))).toMatchObject({
      refused: 'documentMissing',
      status: 422,
      cite: expect.stringContaining('第二十七条第二款'),
    })
  })

  it('keeps a late decision, says so and supervises it (A-11)', () => {
    const due = new Date('2026-03-06T00:00+08:00')
    const own = clock('AS19-D09', { leg: 0, procedure: 1, due })
    const decided = (when: string, missedAt: Date | null = null) =>
      granted(
        ofPerson(),
        decision(false),
        at('lighting', 'unitLeader', { now: new Date(when), clocks: [{ ...own, missedAt }] }),
      ).events
    expect(decided('2026-03-05T23:59:59+08:00')).toMatchObject([{ outcome: { late: false } }])
    expect(decided('2026-03-06T00:00+08:00')).toMatchObject([
      { verdict: 'refused', outcome: { late: true } },
      { type: 'opened', kind: 'supervision', leg: null, said: { trigger: 'dutyMissed' } },
    ])
    expect(decided('2026-03-06T00:00+08:00', due)).toHaveLength(1)
  })

  it('locks the person out; a refused application leaves him', () => {
    const acknowledge: Command = { action: 'acknowledge' }
    const approved = run(ofPerson(), decision(true), at('lighting'))
    expect(refusalOf(approved, acknowledge, at('lighting', 'unit'))).toMatchObject({ refused: 'recused' })
    // His colleagues go on.
    const colleague = {
      ...at('lighting', 'unit'),
      actor: { kind: 'staff', id: 'unit-2', role: 'unit' } as const,
    }
    expect(granted(approved, acknowledge, colleague).events).toHaveLength(1)
    const refused = run(ofPerson(), decision(false), at('lighting'))
    expect(granted(refused, acknowledge, at('lighting', 'unit')).events).toHaveLength(1)
  })

  it.each<[WorkOrder['state']]>([['concluded'], ['refused'], ['merged'], ['terminated'], ['transferred']])(
    'is decided in writing also after the order is %s: the three days run on, and no leg ends any more',
    (state) => {
      const asked = ofUnit({ confidential: 'tipOff' })
      const ended = { ...asked, state }
      const check: Command = { action: 'checkRelation', found: true, note: '系近亲属' }
      const o = run(run(ended, check, as('confidentialDesk')), decision(true), as('office'))
      expect(proceduresOf(o, 'recusal')[0]).toMatchObject({ verdict: 'approved' })
      expect(o).toMatchObject({ state, legs: [{ endedAt: null }] })
      const withdrawn = run(ended, { action: 'withdrawRecusal', reason: '不再要求' }, as('agent'))
      expect(proceduresOf(withdrawn, 'recusal')[0]).toMatchObject({ verdict: 'withdrawn' })
    },
  )

  it('takes the order from a unit, which can never get it again', () => {
    const explained = run(
      ofUnit(),
      { action: 'demandExplanation', ground: 'dispute', question: '?' },
      as('agent'),
    )
    const o = run(explained, decision(true), as('office'))
    expect(o).toMatchObject({ state: 'accepted', legs: [{ ended: 'recused' }] })
    expect(proceduresOf(o, 'explanation')[0]).toMatchObject({ verdict: 'withdrawn' })
    expect(refusalOf(o, { action: 'dispatch', leadUnit: 'lighting' }, as('dispatcher'))).toMatchObject({
      refused: 'unitRecused',
      cite: expect.stringContaining('第二十七条第一款'),
    })
    expect(run(o, { action: 'dispatch', leadUnit: 'district' }, as('dispatcher')).state).toBe('dispatched')
    expect(refusalOf(o, asked({ unit: 'lighting' }), as('agent'))).toMatchObject({ refused: 'recusedBefore' })
  })

  it('is withdrawn for the requester, but what a person declared himself is decided', () => {
    const withdraw: Command = { action: 'withdrawRecusal', reason: '诉求人改变主意' }
    const o = run(ofPerson(), withdraw, as('agent'))
    expect(proceduresOf(o, 'recusal')[0]).toMatchObject({ verdict: 'withdrawn', outcome: { document: null } })
    expect(refusalOf(o, decision(true), as('office'))).toMatchObject({ refused: 'noRecusalAsked' })
    const self = run(complaint(), asked({ by: 'self' }), as('dispatcher'))
    expect(refusalOf(self, withdraw, as('agent'))).toMatchObject({ refused: 'selfDeclared', status: 409 })
  })
})

describe('the confidential desk looks up a hidden relation', () => {
  const tipOff = () => ofPerson('unit-1', { kind: 'tipOff', confidential: 'tipOff' })
  const check: Command = { action: 'checkRelation', found: true, note: '系近亲属' }

  it('before anybody decides on a tip-off', () => {
    expect(refusalOf(tipOff(), decision(true), at('lighting'))).toMatchObject({
      refused: 'relationUnchecked',
      status: 409,
    })
    const checked = run(tipOff(), check, as('confidentialDesk'))
    expect(proceduresOf(checked, 'recusal')[0]!.said.check).toMatchObject({
      found: true,
      by: 'confidentialDesk-1',
    })
    expect(granted(checked, decision(true), at('lighting')).events).toHaveLength(1)
    expect(refusalOf(checked, check, as('confidentialDesk'))).toMatchObject({ refused: 'checkedBefore' })
  })

  it('may ask for it, too, and nobody else looks', () => {
    expect(granted(complaint(), asked({ person: 'unit-1' }), as('confidentialDesk')).events).toHaveLength(1)
    expect(refusalOf(tipOff(), check, as('agent'))).toMatchObject({ status: 403 })
  })

  it('needs no check where the person himself declares it', () => {
    const self = run(
      complaint({ confidential: 'tipOff', kind: 'tipOff' }),
      asked({ by: 'self' }),
      as('dispatcher'),
    )
    expect(granted(self, decision(true), as('office')).events).toHaveLength(1)
  })
})

describe.each([['anshan-draft'], ['baiyin-2024'], ['dandong-first-asked']])(
  '%s: a practice of the centre',
  (city) => {
    it('has the same steps, no limit, no article, and stops no clock (C-11)', () => {
      const c = as('agent', {}, city)
      const before = complaint({ handlingClass: 'general' })
      const { events, cite } = granted(before, asked({ person: 'unit-1' }), c)
      expect(cite).toBeNull()
      const o = events.reduce((x, e) => apply(x, e, { at: now, by: c.actor }), before)
      const { starts } = clocksOf(o, events[0]!, { statute: c.statute, calendar, at: now })
      expect(starts).toEqual([])
      const term = c.statute.terms['ASD-D05'] ?? c.statute.terms['DD-D04']
      if (!term) return
      const started = startTerm(term, before, { leg: 1 }, now, { statute: c.statute, calendar })!
      const running: Clock = { ...started, extensions: [], otherLaw: null, metAt: null, missedAt: null }
      const late = as('unitLeader', { actorUnit: 'lighting', now: new Date('2026-03-06T10:00+08:00') }, city)
      const decided = run(o, decision(false), late)
      expect(recomputed(decided, [running], c.statute, calendar)).toEqual([])
    })
  },
)

describe('第二十七条第三款', () => {
  const before = complaint({ legs: [leg(1, 'lighting')] })
  const later = { now: new Date('2026-03-06T10:00+08:00') }
  const context2019 = { statute, calendar }
  const running = clock(
    'AS19-D06',
    startTerm(statute.terms['AS19-D06']!, before, { leg: 1 }, now, context2019)!,
  )

  it('鞍山 2019: the days of deciding do not count (V17)', () => {
    const c = as('agent', { now: new Date('2026-03-04T15:00+08:00') })
    const opened = run(before, asked({ person: 'unit-1' }), c)
    const closed = run(opened, decision(false), at('lighting', 'unitLeader', later))
    const [moved] = recomputed(closed, [running], c.statute, calendar)
    expect(formatInstant(moved!.due)).toBe('2026-03-12T00:00:00+08:00')
    const events: OrderEvent[] = granted(before, asked({ person: 'unit-1' }), c).events
    expect(clocksOf(opened, events[0]!, { statute: c.statute, calendar, at: c.now }).recompute).toBe(true)
  })

  it('stops nothing for what somebody of the unit declares himself, however often', () => {
    const c = at('lighting', 'unit', { now: new Date('2026-03-04T15:00+08:00') })
    const opened = run(before, asked({ by: 'self' }), c)
    const closed = run(opened, decision(false), at('lighting', 'unitLeader', later))
    expect(recomputed(closed, [running], c.statute, calendar)).toEqual([])
  })
})
