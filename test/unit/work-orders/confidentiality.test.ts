import { describe, expect, it } from 'vitest'
import { roles, type Role } from '../../../src/base/actor.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { ConfidentialLevel } from '../../../src/work-orders/model.ts'
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
