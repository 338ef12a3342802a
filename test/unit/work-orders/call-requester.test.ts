import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/base/actor.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import {
  callPurposes,
  callsADay,
  decideCall,
  resultOf,
  type CallContext,
  type CallPurpose,
} from '../../../src/work-orders/rules/call-requester.ts'

const statutes = createStatutes()
const leg = (unitId: string, role: 'lead' | 'co' | 'petition') =>
  ({ n: role === 'lead' ? 1 : 2, unitId, role, endedAt: null }) as WorkOrder['legs'][number]

const order = (more: Partial<WorkOrder> = {}): WorkOrder =>
  ({
    id: 'o1',
    state: 'dispatched',
    kind: 'help',
    confidential: 'normal',
    legs: [leg('lead', 'lead'), leg('co', 'co')],
    procedures: [],
    followUps: [],
    accusedUnitId: null,
    accusedStaffId: null,
    ...more,
  }) as unknown as WorkOrder

function judge(
  role: Role | Role[],
  purpose: CallPurpose,
  {
    slug = 'anshan-2019',
    unit = null,
    of = order(),
    lately = 0,
  }: { slug?: string; unit?: string | null; of?: WorkOrder; lately?: number } = {},
): string {
  const roles = [role].flat()
  const actor = { kind: 'staff' as const, id: 's1', role: roles[0]! }
  const context: CallContext = { actor, roles, unitCode: unit, statute: statutes.of(slug), lately }
  const may = decideCall(of, purpose, context)
  return 'refused' in may ? may.refused : `${may.role}${may.leg === null ? '' : ` ${may.leg}`}`
}

describe.each(statutes.slugs())('隐号拨打 %s', (slug) => {
  it('the leading unit reaches its requester, whatever protects him; a co-unit only where nothing does', () => {
    for (const kind of ['help', 'complaint', 'tipOff'] as const) {
      expect(judge('unit', 'hear', { slug, unit: 'lead', of: order({ kind }) })).toBe('unit 1')
      expect(judge('unit', 'inform', { slug, unit: 'lead', of: order({ kind }) })).toBe('unit 1')
      const co = judge('unit', 'hear', { slug, unit: 'co', of: order({ kind }) })
      expect(co).toBe(kind === 'help' ? 'unit 2' : 'leadUnitCalls')
    }
    expect(judge('unit', 'inform', { slug, unit: 'co' })).toBe('leadUnitTells')
    expect(judge('unit', 'hear', { slug, unit: 'somebody' })).toBe('notYourOrder')
  })

  it('follow-up and material are the platform’s', () => {
    for (const purpose of ['followUp', 'material'] as const)
      expect(judge('unitLeader', purpose, { slug, unit: 'lead' })).toBe('platformCalls')
  })

  it('a tip-off is for the confidential desk alone, and that hat is found among several', () => {
    const of = order({ kind: 'tipOff' })
    for (const role of ['agent', 'teamLead', 'dispatcher', 'followUp'] as const)
      expect(judge(role, 'inform', { slug, of })).toBe('tipOffProtected')
    expect(judge(['agent', 'confidentialDesk'], 'inform', { slug, of })).toBe('confidentialDesk')
    expect(judge('agent', 'inform', { slug, of: order({ confidential: 'tipOff' }) })).toBe('tipOffProtected')
  })
})

describe('隐号拨打', () => {
  it.each<[Role, CallPurpose[]]>([
    ['agent', ['material', 'inform', 'hear']],
    ['teamLead', ['material', 'inform', 'hear']],
    ['dispatcher', ['material', 'inform', 'hear']],
    ['followUp', ['inform', 'hear']],
    ['confidentialDesk', ['material', 'inform', 'hear']],
    ['auditor', []],
    ['supervisor', []],
    ['centreLeader', []],
    ['office', []],
    ['analyst', []],
    ['auditAdministrator', []],
  ])('%s may call while an order is handled for %s', (role, allowed) => {
    const may = callPurposes.filter((purpose) => judge(role, purpose) === role)
    expect(may).toEqual(allowed)
  })

  it('回访 follows the feedback, and whoever handled it does not call', () => {
    expect(judge('followUp', 'followUp')).toBe('wrongState')
    expect(judge('followUp', 'followUp', { of: order({ state: 'concluded' }) })).toBe('followUp')
    expect(judge('followUp', 'followUp', { unit: 'lead', of: order({ state: 'concluded' }) })).toBe(
      'handledIt',
    )
  })

  it('a citizen is not called without end (local policy)', () => {
    expect(judge('agent', 'inform', { lately: callsADay - 1 })).toBe('agent')
    expect(judge('agent', 'inform', { lately: callsADay })).toBe('calledOften')
  })

  it.each([
    [true, [{ type: 'hungUp', stage: 'talk' }], 'reached'],
    [false, [{ type: 'dialFailed', status: 'BUSY', cause: 17 }], 'busy'],
    [false, [{ type: 'dialFailed', status: 'NOANSWER' }], 'noAnswer'],
    [false, [{ type: 'dialFailed', status: 'CHANUNAVAIL', cause: 21 }], 'declined'],
    [false, [{ type: 'dialFailed', status: 'CONGESTION', cause: 34 }], 'unreachable'],
    [
      false,
      [
        { type: 'dialFailed', status: 'REFUSED' },
        { type: 'hungUp', stage: 'outDial' },
      ],
      'numberNotAllowed',
    ],
    [false, [{ type: 'hungUp', stage: 'outPhone' }], 'phoneNotAnswered'],
    [false, [{ type: 'hungUp', stage: 'outDial' }], 'cancelled'],
    [false, [{ type: 'hungUp', stage: null }], 'interrupted'],
    [false, [{ type: 'failed' }], 'interrupted'],
  ])('reached %s with %j is %s', (reached, endings, result) => {
    expect(resultOf(reached, endings)).toBe(result)
  })
})
