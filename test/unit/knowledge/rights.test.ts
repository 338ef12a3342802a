import { describe, expect, it } from 'vitest'
import { roles, type Role } from '../../../src/base/actor.ts'
import {
  mayRead,
  mayRefuseError,
  mayWrite,
  readers,
  readsInternal,
  readsSecretPolicy,
} from '../../../src/knowledge-base/decide/rights.ts'
import { centreUnit, type Person } from '../../../src/knowledge-base/model.ts'

const person = (role: Role, unit: string | null = null): Person => ({ id: 'x', role, roles: [role], unit })

const centre: Role[] = [
  'agent',
  'teamLead',
  'dispatcher',
  'auditor',
  'followUp',
  'supervisor',
  'centreLeader',
  'confidentialDesk',
]
const leads: Role[] = ['teamLead', 'centreLeader']
const members: Role[] = ['unit', 'unitLeader']

describe.each(roles.map((role) => [role] as const))('%s', (role) => {
  it('writes as its role allows', () => {
    expect(mayWrite(person(role, 'heating'), 'heating')).toBe([...leads, ...members].includes(role))
    expect(mayWrite(person(role, 'heating'), 'housing')).toBe(leads.includes(role))
    expect(mayWrite(person(role), centreUnit)).toBe(leads.includes(role))
  })

  it('reads what is internal in the centre and in its own unit', () => {
    const internal = { confidential: true, publishedOn: null, unitCode: 'heating' }
    const own = centre.includes(role) || members.includes(role)
    expect(readsInternal(person(role, 'heating'), 'heating')).toBe(own)
    expect(mayRead(internal, person(role, 'heating'), '2026-03-02')).toBe(own)
    expect(mayRead(internal, person(role, 'housing'), '2026-03-02')).toBe(centre.includes(role))
    expect(mayRead({ ...internal, confidential: false }, person(role), '2026-03-02')).toBe(true)
  })

  it('knows of a secret policy only in its unit and at the head of the centre', () => {
    expect(readsSecretPolicy(person(role, 'heating'), 'heating')).toBe(
      [...members, 'centreLeader', 'confidentialDesk'].includes(role),
    )
  })

  it('refuses a reported error only as the leader in charge', () => {
    expect(mayRefuseError(person(role, 'heating'), 'heating')).toBe(role === 'unitLeader')
    expect(mayRefuseError(person(role, 'housing'), 'heating')).toBe(false)
    expect(mayRefuseError(person(role), centreUnit)).toBe(leads.includes(role))
  })
})

it('a policy is for the centre and its unit until the day on which it is published', () => {
  const policy = { confidential: false, publishedOn: '2026-03-09', unitCode: 'heating' }
  expect(mayRead(policy, person('unit', 'housing'), '2026-03-08')).toBe(false)
  expect(mayRead(policy, person('office'), '2026-03-08')).toBe(false)
  expect(mayRead(policy, person('agent'), '2026-03-08')).toBe(true)
  expect(mayRead(policy, person('unit', 'housing'), '2026-03-09')).toBe(true)
})

it('an expert of a unit who answers at the centre reads as an agent and writes for his unit', () => {
  const expert: Person = { id: 'x', role: 'agent', roles: ['agent', 'unit'], unit: 'heating' }
  expect(readsInternal(expert, 'housing')).toBe(true)
  expect(mayWrite(expert, 'heating')).toBe(true)
  expect(mayWrite(expert, 'housing')).toBe(false)
})

it('administrators and analysts have no business here', () => {
  expect(roles.filter((r) => !readers.includes(r))).toEqual([
    'analyst',
    'systemAdministrator',
    'auditAdministrator',
    'securityAdministrator',
  ])
})
