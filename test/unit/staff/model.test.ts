import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/base/actor.ts'
import {
  failureLimits,
  homeOf,
  lockMs,
  needsSecondFactor,
  passwordWeakness,
  rolesConflict,
  stageOf,
  type SessionFacts,
} from '../../../src/staff/model.ts'
import { servedPages } from '../../../src/web/static.ts'

describe('passwords', () => {
  it.each([
    ['Aa1!aaaa', '至少 10 位'],
    ['alllowercase', '三种'],
    ['Chen.Li2026', '用户名'],
    ['Aaaa1Aaaa1Aaaa1', '重复'],
    ['x'.repeat(129), '128'],
  ])('refuses %s and says why', (password, word) => {
    expect(passwordWeakness(password, 'chen.li')).toContain(word)
  })

  it.each(['Tr0ub4dor-and', '一句很长但没有符号的中文口令也可以用', 'correct horse battery staple'])(
    'takes %s',
    (password) => {
      expect(passwordWeakness(password, 'agent01')).toBeNull()
    },
  )
})

describe('roles', () => {
  it('keeps the three administrators apart', () => {
    expect(rolesConflict(['systemAdministrator', 'auditAdministrator'])).toBe(true)
    expect(rolesConflict(['securityAdministrator', 'systemAdministrator'])).toBe(true)
    expect(rolesConflict(['agent', 'teamLead', 'auditAdministrator'])).toBe(false)
  })

  it('asks a second factor of everybody who leads or administers', () => {
    for (const role of ['teamLead', 'supervisor', 'systemAdministrator', 'auditAdministrator'] as const)
      expect(needsSecondFactor(['agent', role])).toBe(true)
    // Whoever decides above the centre, sees who made a tip-off, hears recordings or exports lists.
    for (const role of ['centreLeader', 'office', 'confidentialDesk', 'auditor', 'analyst'] as const)
      expect(needsSecondFactor([role])).toBe(true)
    expect(needsSecondFactor(['agent'])).toBe(false)
    expect(needsSecondFactor(['dispatcher', 'unit'])).toBe(false)
  })

  it('lands everybody on a page that is served: those who take contacts at the desk', () => {
    for (const roles of [['agent'], ['teamLead'], ['teamLead', 'agent'], ['unit', 'agent']] as Role[][])
      expect(homeOf(roles)).toBe('/desk')
    const others: Role[] = ['auditAdministrator', 'unit', 'unitLeader', 'supervisor', 'dispatcher', 'office']
    for (const role of others) expect(homeOf([role])).toBe('/desk/sign-in')
    for (const page of ['/desk', '/desk/sign-in']) expect(servedPages).toContain(page)
  })
})

describe('the stage of a session', () => {
  const facts: SessionFacts = {
    roles: ['teamLead'],
    secondFactor: true,
    passwordAgeMs: 1000,
    passwordMaxAgeMs: 90 * 86_400_000,
    via: 'password',
  }

  it('is full when nothing is owed', () => expect(stageOf(facts)).toBe('full'))
  it('asks a team lead to enrol first', () =>
    expect(stageOf({ ...facts, secondFactor: false })).toBe('secondFactor'))
  it('lets an agent in without', () =>
    expect(stageOf({ ...facts, roles: ['agent'], secondFactor: false })).toBe('full'))
  it('asks for a new password when the old one is too old', () => {
    expect(stageOf({ ...facts, passwordAgeMs: 91 * 86_400_000 })).toBe('password')
    expect(stageOf({ ...facts, passwordAgeMs: 91 * 86_400_000, passwordMaxAgeMs: null })).toBe('full')
  })
})

describe('locking after failures', () => {
  it('starts at the limit, doubles and stops at a quarter of an hour', () => {
    expect(lockMs('pair', failureLimits.pair - 1)).toBe(0)
    expect(lockMs('pair', failureLimits.pair)).toBe(15_000)
    expect(lockMs('pair', failureLimits.pair + 1)).toBe(30_000)
    expect(lockMs('pair', 500)).toBe(900_000)
  })

  it('lets a whole centre behind one address make more mistakes than one person', () => {
    expect(lockMs('address', failureLimits.account)).toBe(0)
    expect(lockMs('account', failureLimits.pair)).toBe(0)
  })
})
