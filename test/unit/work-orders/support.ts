import type { Actor, Role } from '../../../src/base/actor.ts'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import type { Clock } from '../../../src/work-orders/clock.ts'
import type { Context, UnitFacts } from '../../../src/work-orders/rules/rule.ts'
import type { DispatchLeg, WorkOrder } from '../../../src/work-orders/model.ts'

export const statute = anshan2019
export const calendar = stateCouncilCalendar()
export const now = new Date('2026-03-02T10:00+08:00')

export const staff = (role: Role): Actor => ({ kind: 'staff', id: `${role}-1`, role })

export const order = (more: Partial<WorkOrder> = {}): WorkOrder => ({
  id: 'order-1',
  number: 'AS2603022718290',
  statute: { slug: statute.slug, version: statute.version },
  state: 'registered',
  version: 1,
  sourceChannel: 'voice',
  raisedAt: now,
  registeredAt: now,
  kind: 'help',
  category: 2,
  title: '路灯不亮',
  facts: '小区门口路灯不亮。',
  place: '铁西区二道街',
  requesterId: 'requester-1',
  confidential: 'normal',
  urgent: false,
  incident: null,
  accusedUnitId: null,
  accusedStaffId: null,
  handlingClass: null,
  missing: [],
  legs: [],
  procedures: [],
  audits: [],
  followUps: [],
  rating: null,
  mergedInto: null,
  acceptedAt: null,
  concludedAt: null,
  ...more,
})

export const leg = (n: number, unitId: string, more: Partial<DispatchLeg> = {}): DispatchLeg => ({
  n,
  unitId,
  role: 'lead',
  deliveredAt: now,
  acknowledgedAt: null,
  contactedAt: null,
  fedBackAt: null,
  result: null,
  told: null,
  stageReports: [],
  endedAt: null,
  ended: null,
  ...more,
})

const unit = (id: string, more: Partial<UnitFacts> = {}): [string, UnitFacts] => [
  id,
  { id, name: id, petitionOffice: false, enabled: true, hasLeaders: true, parentId: null, ...more },
]

export const units = new Map<string, UnitFacts>([
  unit('lighting'),
  unit('district'),
  unit('leaderless', { hasLeaders: false }),
  unit('closed', { enabled: false }),
  unit('petition', { petitionOffice: true }),
])

export const context = (role: Role = 'dispatcher', more: Partial<Context> = {}): Context => ({
  actor: staff(role),
  actorUnit: null,
  statute,
  now,
  calendar,
  units,
  orders: new Map(),
  clocks: [],
  petitionOffice: null,
  identity: { name: true, home: true, contact: true, confidentialityAsked: false },
  ...more,
})

/** A clock of the first leg that still runs; due at once unless another instant is said. */
export const clock = (term: string, more: Partial<Clock> = {}): Clock => ({
  leg: 1,
  procedure: 0,
  term,
  startedAt: now,
  due: now,
  provisional: false,
  localPolicy: false,
  calendarVersion: '',
  cite: '',
  window: false,
  extensions: [],
  otherLaw: null,
  metAt: null,
  missedAt: null,
  ...more,
})
