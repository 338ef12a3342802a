import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roles, type Role } from '../../../src/base/actor.ts'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import { isOpen, type WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Refused } from '../../../src/work-orders/rules/rule.ts'
import { context, leg, now, order, staff } from './support.ts'

const dispatch = (more: Partial<Command & { action: 'dispatch' }> = {}): Command => ({
  action: 'dispatch',
  leadUnit: 'lighting',
  coUnits: [],
  petitionUnit: null,
  basis: null,
  ...more,
})
const knowing = (other: WorkOrder) => context('dispatcher', { orders: new Map([[other.number, other]]) })
const accepted = (more: Partial<WorkOrder> = {}) => order({ state: 'accepted', ...more })
const named = { requester: { name: '化名某甲' } }

const refusal = (decided: ReturnType<typeof decide>): Refused => {
  if (!('refused' in decided)) throw new Error('was granted')
  return decided
}
const granted = (decided: ReturnType<typeof decide>) => {
  if ('refused' in decided) throw new Error(decided.refused)
  return decided
}

describe('第二十条第（二）项 受理与转办', () => {
  it('accepts a registered order', () => {
    const { events, cite } = granted(decide(order(), { action: 'accept' }, context('agent')))
    expect(events).toEqual([{ type: 'accepted' }])
    expect(cite).toContain('第二十条第（二）项')
  })

  it('dispatches an accepted one to one lead unit and its co-units, delivered at once', () => {
    const decided = granted(decide(accepted(), dispatch({ coUnits: ['district'] }), context()))
    expect(decided.events).toEqual([
      {
        type: 'dispatched',
        basis: null,
        warnings: [],
        legs: [
          { n: 1, unitId: 'lighting', role: 'lead' },
          { n: 2, unitId: 'district', role: 'co' },
        ],
      },
    ])
  })

  it.each<[string, WorkOrder, Command, number, string]>([
    ['accept twice', accepted(), { action: 'accept' }, 409, 'wrongState'],
    ['dispatch before acceptance', order(), dispatch(), 409, 'wrongState'],
    ['dispatch a refused order', order({ state: 'refused' }), dispatch(), 409, 'wrongState'],
    ['dispatch to nobody known', accepted(), dispatch({ leadUnit: 'nowhere' }), 422, 'unitUnknown'],
    ['dispatch to a closed unit', accepted(), dispatch({ leadUnit: 'closed' }), 422, 'unitUnknown'],
    ['lead and co-unit the same', accepted(), dispatch({ coUnits: ['lighting'] }), 422, 'unitTwice'],
    [
      'append to a merged order',
      order({ state: 'merged' }),
      { action: 'append', facts: 'x' },
      409,
      'wrongState',
    ],
    ['supply when nothing is missing', order(), { action: 'supply', ...named }, 409, 'nothingMissing'],
  ])('refuses to %s', (_what, before, command, status, code) => {
    const refused = refusal(decide(before, command, context()))
    expect(refused).toMatchObject({ refused: code, status })
    expect(refused.title).toMatch(/[\u4e00-\u9fff]/)
    expect(refused.detail).toMatch(/[\u4e00-\u9fff]/)
  })
})

describe('不予受理 (第二条、第六条、第十条、第十二条)', () => {
  const refuse = (reason: string, tell: string): Command => ({
    action: 'refuse',
    reason,
    tell,
  })

  it('needs a reason of the statute and names another channel even where the agent did not', () => {
    const { events, cite } = granted(
      decide(order(), refuse('outsideCity', '请向事发地提出'), context('agent')),
    )
    expect(events[0]).toMatchObject({ type: 'refused', reason: 'outsideCity' })
    expect(events[0]).toHaveProperty('otherChannel', expect.stringContaining('12345'))
    expect(cite).toContain('第二条')
  })
  it.each([
    ['repeated', '说过了', 'refusalReasonUnknown'],
    ['vague', '太空泛', 'refusalReasonUnknown'],
    ['outsideCity', '  ', 'reasonNotTold'],
  ])('refuses the refusal %s told as %j', (reason, tell, code) => {
    expect(refusal(decide(order(), refuse(reason, tell), context('agent')))).toMatchObject({
      refused: code,
      status: 422,
    })
  })
})

describe('第二十条第（四）项 信访两个去向', () => {
  const petition = accepted({ category: 4 })

  it('goes to the handler and to the petition office at once', () => {
    const { events, cite } = granted(decide(petition, dispatch({ petitionUnit: 'petition' }), context()))
    expect(events[0]).toMatchObject({ legs: [{ role: 'lead' }, { role: 'petition', unitId: 'petition' }] })
    expect(cite).toContain('第二十条第（四）项')
  })
  it('第二十七条: goes to another handler under the same supervision after the first was recused', () => {
    const legs = [
      leg(1, 'lighting', { endedAt: now, ended: 'recused' }),
      leg(2, 'petition', { role: 'petition' }),
    ]
    const again = accepted({ category: 4, legs })
    for (const petitionUnit of [null, 'petition']) {
      const c = context('dispatcher', { petitionOffice: 'petition' })
      const to = granted(decide(again, dispatch({ petitionUnit, leadUnit: 'district' }), c))
      expect(to.events[0]).toMatchObject({ legs: [{ n: 3, unitId: 'district', role: 'lead' }] })
      expect((to.events[0] as { legs: unknown[] }).legs).toHaveLength(1)
    }
  })
  it('同时转信访部门督办: also where it turns out to be a petition while a unit has it', () => {
    const at = order({
      state: 'dispatched',
      category: null,
      missing: ['category'],
      legs: [leg(1, 'lighting')],
    })
    const c = context('agent', { petitionOffice: 'petition' })
    const { events } = granted(decide(at, { action: 'supply', category: 4 }, c))
    const legs = [{ n: 2, unitId: 'petition', role: 'petition' }]
    expect(events).toMatchObject([
      { type: 'supplied', category: 4 },
      { type: 'dispatched', legs },
    ])
    // Not twice, not for another matter, and not for the office that is complained about.
    const has = { ...at, legs: [...at.legs, leg(2, 'petition', { role: 'petition' })] }
    const others: [WorkOrder, number][] = [
      [has, 4],
      [at, 2],
      [{ ...at, accusedUnitId: 'petition' }, 4],
      [{ ...at, state: 'accepted', legs: [] }, 4],
    ]
    for (const [before, category] of others)
      expect(granted(decide(before, { action: 'supply', category }, c)).events).toHaveLength(1)
  })
  it.each<[string, WorkOrder, string | null, string]>([
    ['a petition without the petition office', petition, null, 'petitionLegMissing'],
    ['a petition supervised by an ordinary unit', petition, 'district', 'petitionLegMissing'],
    ['another matter sent to the petition office', accepted(), 'petition', 'noPetition'],
  ])('refuses %s', (_what, before, petitionUnit, code) => {
    expect(refusal(decide(before, dispatch({ petitionUnit }), context()))).toMatchObject({
      refused: code,
      cite: expect.stringContaining('第二十条第（四）项'),
    })
  })
})

describe('第二十六条 不转交被投诉、被举报的单位', () => {
  it.each([[dispatch({ leadUnit: 'district' })], [dispatch({ coUnits: ['district'] })]])(
    'refuses %o',
    (command) => {
      const accused = accepted({ kind: 'complaint', accusedUnitId: 'district' })
      expect(refusal(decide(accused, command, context()))).toMatchObject({
        refused: 'unitIsAccused',
        cite: expect.stringContaining('第二十六条'),
      })
    },
  )
  it('keeps a tip-off apart from orders that others read', () => {
    const into = order({ id: 'order-2', number: 'AS2603022718291' })
    const merge: Command = { action: 'merge', into: into.number }
    const orders = new Map([[into.number, into]])
    const tipOff = order({ confidential: 'tipOff' })
    expect(refusal(decide(tipOff, merge, context('dispatcher', { orders })))).toMatchObject({
      refused: 'mergeAcrossSecrecy',
      cite: expect.stringContaining('第二十六条'),
    })
  })
})

describe('第八条 领导责任制', () => {
  it('warns of a unit without leaders and dispatches all the same', () => {
    const { events } = granted(decide(accepted(), dispatch({ leadUnit: 'leaderless' }), context()))
    expect(events[0]).toMatchObject({ warnings: ['unitWithoutLeaders'] })
  })
})

describe('第二十五条第（二）项 重复反映', () => {
  const open = order({ id: 'order-2', number: 'AS2603022718291' })
  it('joins the same matter to an open order', () => {
    const { events, cite } = granted(decide(order(), { action: 'merge', into: open.number }, knowing(open)))
    expect(events).toEqual([{ type: 'merged', into: open.number }])
    expect(cite).toContain('第二十五条第（二）项')
  })
  it.each<[string, WorkOrder, string]>([
    ['itself', order(), 'mergeIntoItself'],
    ['a closed order', { ...open, state: 'refused' }, 'mergeTargetClosed'],
    [
      'an order of another city',
      { ...open, statute: { slug: 'baiyin-2024', version: '1' } },
      'mergeAcrossStatutes',
    ],
  ])('refuses to join it to %s', (_what, into, code) => {
    expect(refusal(decide(order(), { action: 'merge', into: into.number }, knowing(into)))).toMatchObject({
      refused: code,
    })
  })
})

describe('第十八条第（一）项 补充要素', () => {
  const incomplete = order({ missing: ['requesterName', 'requesterAddress'], kind: null })

  it('takes what was supplied off the list and keeps the rest', () => {
    const identity = { name: false, home: false, contact: true, confidentialityAsked: false }
    const supplied = { ...named, kind: 'help' }
    const { events } = granted(
      decide(incomplete, { action: 'supply', ...supplied }, context('agent', { identity })),
    )
    expect(events[0]).toMatchObject({
      elements: ['requesterName', 'kind'],
      missing: ['requesterAddress'],
      kind: 'help',
    })
  })
  it.each([
    [{}, 'nothingSupplied'],
    [{ place: '  ' }, 'nothingSupplied'],
    [{ kind: 'gossip' }, 'kindUnknown'],
    [{ category: 11 }, 'categoryUnknown'],
    [{ requester: { kind: 'robot' } }, 'requesterKindUnknown'],
    [{ requester: { careGroups: ['rich'] } }, 'careGroupUnknown'],
  ])('refuses %o', (supplied, code) => {
    expect(refusal(decide(incomplete, { action: 'supply', ...supplied }, context()))).toMatchObject({
      refused: code,
      status: 422,
    })
  })
})

describe('who may do what', () => {
  it.each(roles.map((role) => [role]))('%s', (role) => {
    const may = ['agent', 'teamLead', 'dispatcher'].includes(role)
    const accept = allowedActions(order(), context(role)).find((a) => a.action === 'accept')
    expect(accept).toEqual(may ? expect.objectContaining({ allowed: true, label: '受理' }) : undefined)
    if (!may)
      expect(refusal(decide(order(), { action: 'accept' }, context(role)))).toMatchObject({
        refused: 'roleNotAllowed',
        status: 403,
      })
  })

  it('shows what any hat of a person allows, as the door takes the one that fits', () => {
    const shown = (hats: Role[]) =>
      allowedActions(order(), context('analyst'), hats)
        .filter((a) => a.allowed)
        .map((a) => a.action)
    expect(shown(['analyst'])).toEqual([])
    expect(shown(['analyst', 'dispatcher'])).toContain('accept')
  })

  it('shows for every action a reason and an article', () => {
    const shown = allowedActions(order({ state: 'dispatched' }), context('dispatcher'))
    const intake = ['accept', 'refuse', 'dispatch', 'supply', 'append', 'merge']
    expect(shown.map((a) => a.action)).toEqual(expect.arrayContaining(intake))
    expect(shown.filter((a) => a.allowed).map((a) => a.action)).toContain('append')
    expect(shown.find((a) => a.action === 'accept')).toMatchObject({ allowed: false })
    for (const { cite, allowed, reason } of shown) {
      expect(cite === null || cite.startsWith('《')).toBe(true)
      expect(reason === null).toBe(allowed)
    }
  })
})

describe('properties of the door', () => {
  const other = order({ id: 'order-2', number: 'AS2603022718291' })
  const commands: fc.Arbitrary<Command> = fc.oneof(
    fc.constant<Command>({ action: 'accept' }),
    fc
      .constantFrom('outsideCity', 'nonsense')
      .map((reason): Command => ({ action: 'refuse', reason, tell: 'x' })),
    fc.constantFrom('lighting', 'closed', 'district').map((leadUnit) => dispatch({ leadUnit })),
    fc.constant<Command>({ action: 'append', facts: '又来电' }),
    fc.constant<Command>({ action: 'merge', into: other.number }),
    fc.constant<Command>({ action: 'supply', ...named }),
  )

  it('lets nothing through that is not shown as allowed, and an ended order never moves again', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 12 }), fc.constantFrom(...roles), (sequence, role) => {
        let current = order({ missing: ['requesterName'] })
        for (const command of sequence) {
          const shown = allowedActions(current, context(role)).find((a) => a.action === command.action)
          const orders = new Map([[other.number, other]])
          const decided = decide(current, command, context(role, { orders }))
          if ('refused' in decided) continue
          expect(shown?.allowed).toBe(true)
          expect(isOpen(current)).toBe(true)
          const version = current.version
          for (const event of decided.events) current = apply(current, event, { at: now, by: staff(role) })
          expect(current.version).toBeGreaterThan(version)
          if (current.state === 'dispatched')
            expect(current.legs.filter((l) => l.role === 'lead')).toHaveLength(1)
        }
      }),
    )
  })
})
