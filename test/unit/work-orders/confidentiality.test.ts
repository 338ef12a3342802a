import { describe, expect, it } from 'vitest'
import { roles, type Role } from '../../../src/base/actor.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { ConfidentialLevel, WorkOrder } from '../../../src/work-orders/model.ts'
import { noticesOf } from '../../../src/work-orders/notices.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { context, now, order, staff } from './support.ts'

const set = (role: Role, from: ConfidentialLevel, level: ConfidentialLevel) =>
  decide(
    order({ state: 'dispatched', confidential: from }),
    { action: 'setConfidentiality', level, reason: '诉求人要求' },
    context(role),
  )

describe('第二十六条: the level of protection', () => {
  it.each<[ConfidentialLevel, ConfidentialLevel]>([
    ['normal', 'confidential'],
    ['normal', 'tipOff'],
    ['confidential', 'tipOff'],
  ])('rises from %s to %s by anybody in the centre, with the reason on record', (from, level) => {
    for (const role of ['agent', 'teamLead', 'dispatcher', 'supervisor', 'confidentialDesk'] as const)
      expect(set(role, from, level)).toMatchObject({
        events: [{ type: 'levelSet', level, reason: '诉求人要求' }],
        cite: expect.stringContaining('第二十六条'),
      })
  })
  it.each<[ConfidentialLevel, ConfidentialLevel]>([
    ['tipOff', 'confidential'],
    ['tipOff', 'normal'],
    ['confidential', 'normal'],
  ])('falls from %s to %s only by the confidential desk', (from, level) => {
    expect(set('dispatcher', from, level)).toMatchObject({ refused: 'levelMayOnlyRise', status: 403 })
    expect(set('confidentialDesk', from, level)).toMatchObject({ events: [{ type: 'levelSet', level }] })
  })
  it('is nobody else’s to set, and setting it to itself is nothing', () => {
    for (const role of roles.filter(
      (r) => !['agent', 'teamLead', 'dispatcher', 'supervisor', 'confidentialDesk'].includes(r),
    ))
      expect(set(role, 'normal', 'tipOff'), role).toMatchObject({ refused: 'roleNotAllowed' })
    expect(set('agent', 'normal', 'normal')).toMatchObject({ refused: 'levelUnchanged' })
  })
  it('changes the order and nothing else of it', () => {
    const before = order({ confidential: 'normal' })
    const after = apply(
      before,
      { type: 'levelSet', level: 'tipOff', reason: 'r' },
      { at: now, by: staff('agent') },
    )
    expect(after).toEqual({ ...before, version: 2, confidential: 'tipOff' })
  })
})

describe('第二十六条: 补充为举报或者提出保密的，密级随之提高，短信、并单、集中统计都不泄露', () => {
  type Supply = Omit<Command & { action: 'supply' }, 'action'>
  const supplied = (before: WorkOrder, said: Supply) => {
    const decided = decide(before, { action: 'supply', ...said }, context('agent'))
    if ('refused' in decided) throw new Error(decided.refused)
    const by = { at: now, by: staff('agent') }
    return { ...decided, after: decided.events.reduce((o, e) => apply(o, e, by), before) }
  }
  const lacking = (more: Partial<WorkOrder> = {}) =>
    order({ kind: null, missing: ['kind', 'confidentialityWish', 'place'], ...more })

  it.each<[string, ConfidentialLevel, Supply, ConfidentialLevel]>([
    ['a tip-off', 'normal', { kind: 'tipOff' }, 'tipOff'],
    ['a complaint', 'normal', { kind: 'complaint' }, 'confidential'],
    ['a wish', 'normal', { confidentialityWish: '不要告诉物业' }, 'confidential'],
    ['a wish beside a tip-off', 'normal', { kind: 'tipOff', confidentialityWish: '请保密' }, 'tipOff'],
    ['a tip-off that was confidential', 'confidential', { kind: 'tipOff' }, 'tipOff'],
    // Never lower: whoever raised it may have known more.
    ['help', 'tipOff', { kind: 'help' }, 'tipOff'],
    ['a complaint that was a tip-off', 'tipOff', { kind: 'complaint' }, 'tipOff'],
    ['no secrecy', 'confidential', { confidentialityWish: '无需保密' }, 'confidential'],
    ['no secrecy, said plainly', 'normal', { confidentialityWish: '不要求保密。' }, 'normal'],
    ['something else', 'normal', { kind: 'help', place: '示范路' }, 'normal'],
  ])('%s, %s before', (_what, confidential, said, level) => {
    expect(supplied(lacking({ confidential }), said).after.confidential).toBe(level)
  })

  it('leaves a level that the confidential desk has lowered since', () => {
    const lowered = lacking({ kind: 'tipOff', confidential: 'normal' })
    expect(supplied(lowered, { place: '示范路' }).after.confidential).toBe('normal')
  })

  it('短信: from then on words tell nothing of the matter', () => {
    const { after } = supplied(lacking({ state: 'dispatched' }), { kind: 'tipOff' })
    const ended = { type: 'terminated', ground: 'outOfReach', reason: '电话无人接听' } as const
    const facts = { statute: context().statute, clocks: [], unitName: (code: string) => code, cite: null }
    const words = noticesOf(apply(after, ended, { at: now, by: staff('auditor') }), [ended], facts)
      .filter((n) => n.to.kind === 'requester')
      .flatMap((n) => n.words.map((w) => w.text))
    expect(words).toHaveLength(2)
    expect(words.join('')).not.toContain('无人接听')
  })

  it('并单: it is not joined to an open matter that others read', () => {
    const { after } = supplied(lacking(), { kind: 'tipOff' })
    const into = order({ id: 'order-2', number: 'AS2603022718291' })
    expect(
      decide(
        after,
        { action: 'merge', into: into.number },
        { ...context(), orders: new Map([[into.number, into]]) },
      ),
    ).toMatchObject({ refused: 'mergeAcrossSecrecy' })
  })
})
