import { describe, expect, it } from 'vitest'
import { leadUnitOf } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled, play } from './play.ts'

type Escalate = Command & { action: 'escalate' }
const escalate = (rung: string, more: Partial<Escalate> = {}): Escalate => ({
  action: 'escalate',
  rung,
  reason: '涉及几个单位，协调不成',
  participants: ['路灯管理处', '区政府'],
  ...more,
})
type Decision = Command & { action: 'recordDecision' }
const decision = (more: Partial<Decision> = {}): Decision => ({
  action: 'recordDecision',
  solved: true,
  decision: '由路灯管理处修复',
  decidedBy: '群众工作委员会办公室',
  ...more,
})
const unsolved = decision({ solved: false, decision: '没有达成一致' })

describe('鞍山 2019 第二十四条 逐级协调', () => {
  it('goes up rung by rung, each with participants and decision, and stops no clock', () => {
    const p = handled('anshan-2019')
    for (const rung of ['talkToUnits', 'superior', 'committeeOffice'])
      p.do('dispatcher', escalate(rung)).do('teamLead', unsolved)
    p.do('unit', escalate('governmentOrCommittee'), 'lighting').do('office', decision())
    expect(p.order.procedures.map((q) => q.verdict)).toEqual(['unsolved', 'unsolved', 'unsolved', 'solved'])
    expect(p.order.procedures.at(-1)?.outcome).toMatchObject({ leadUnit: 'lighting' })
    expect(p.due('AS19-D06', 1)).toBe('2026-03-10T00:00:00+08:00')
  })

  it('a rung is left out only with a reason', () => {
    const p = handled('anshan-2019')
    expect(p.try('dispatcher', escalate('committeeOffice'))).toMatchObject({
      refused: 'rungJumped',
      detail: expect.stringContaining('与有关单位沟通'),
      cite: expect.stringContaining('第二十四条第一款'),
    })
    expect(p.try('dispatcher', escalate('committeeOffice', { whyJump: '  ' }))).not.toBeNull()
    p.do('dispatcher', escalate('committeeOffice', { whyJump: '涉及人身安全，来不及逐级' }))
    p.do('office', unsolved).do('dispatcher', escalate('governmentOrCommittee'))
  })

  it.each<[string, Command, string]>([
    ['a rung of another statute', escalate('jointMeeting'), 'rungUnknown'],
    ['a decision on nothing', decision(), 'noEscalation'],
  ])('refuses %s', (_what, command, code) => {
    expect(handled('anshan-2019').try('dispatcher', command)).toMatchObject({ refused: code })
  })

  it('one at a time', () => {
    const p = handled('anshan-2019').do('dispatcher', escalate('talkToUnits'))
    expect(p.try('unit', escalate('superior'), 'lighting')).toMatchObject({ refused: 'escalationOpen' })
  })

  it('第二款: the solution names one leading unit', () => {
    const p = play('anshan-2019').do('agent', { action: 'accept' })
    p.do('dispatcher', escalate('talkToUnits'))
    expect(p.try('dispatcher', decision())).toMatchObject({
      refused: 'leadUnitMissing',
      cite: expect.stringContaining('第二十四条第二款'),
    })
    p.do('dispatcher', decision({ leadUnit: 'lighting', coUnits: ['district'] }))
    expect(p.order).toMatchObject({
      state: 'dispatched',
      legs: [
        { unitId: 'lighting', role: 'lead' },
        { unitId: 'district', role: 'co' },
      ],
    })
  })

  it('第二款: another leading unit takes the order with a limit of its own, the rest help it', () => {
    const p = handled('anshan-2019').do('dispatcher', escalate('talkToUnits')).at('2026-03-04T09:00+08:00')
    p.do('office', decision({ leadUnit: 'district', coUnits: ['leaderless'] }))
    expect(leadUnitOf(p.order)).toBe('district')
    expect(p.order.legs.map((l) => [l.n, l.unitId, l.ended])).toEqual([
      [1, 'lighting', 'reassigned'],
      [2, 'district', null],
      [3, 'leaderless', null],
    ])
    expect(p.due('AS19-D06', 2)).toBe('2026-03-12T00:00:00+08:00')
  })

  it('what was not solved names nobody', () => {
    const p = handled('anshan-2019').do('dispatcher', escalate('talkToUnits'))
    expect(p.try('office', { ...unsolved, leadUnit: 'district' })).toMatchObject({
      refused: 'unsolvedNamesUnits',
    })
  })
})

describe('鞍山 2019 第二十八条第二款 职责有争议的报上级确定', () => {
  const dispute: Command = { action: 'disputeDuty', reason: '该路灯由区里管理', superior: '市住建局' }

  it('is reported by the unit and decided by the superior, not by those who dispatch', () => {
    const p = handled('anshan-2019').do('unit', dispute, 'lighting')
    expect(p.order.procedures[0]?.said).toMatchObject({ rung: 'superior', grounds: ['dutyDispute'] })
    expect(p.try('dispatcher', decision())).toMatchObject({ status: 403 })
    p.do('supervisor', decision({ leadUnit: 'district' }))
    expect(leadUnitOf(p.order)).toBe('district')
  })

  it.each(['anshan-draft', 'baiyin-2024', 'dandong-first-asked'] as const)(
    '%s has send-back instead',
    (city) => {
      expect(handled(city).try('unit', dispute, 'lighting')).toMatchObject({
        refused: 'notInThisStatute',
        detail: expect.stringContaining('退回'),
      })
    },
  )
})

describe('白银 第十一条第（三）项、第十三条', () => {
  it('the platform calls the joint meeting, which names the unit', () => {
    const p = play('baiyin-2024').do('agent', { action: 'accept' })
    p.do('dispatcher', escalate('jointMeeting')).do('dispatcher', decision({ leadUnit: 'lighting' }))
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{ unitId: 'lighting' }] })
  })

  it('a unit submits to its superior or its government, as it chooses, in the cases of the article', () => {
    const p = handled('baiyin-2024')
    expect(p.try('unit', escalate('jointMeeting'), 'lighting')).toMatchObject({ refused: 'rungUnknown' })
    expect(p.try('dispatcher', escalate('government'))).toMatchObject({ refused: 'rungUnknown' })
    expect(p.try('unit', escalate('government'), 'lighting')).toMatchObject({
      refused: 'groundUnknown',
      cite: expect.stringContaining('第十三条'),
    })
    p.do('unit', escalate('government', { grounds: ['legacy'] }), 'lighting')
    expect(p.order.procedures[0]?.said).toMatchObject({ rung: 'government', grounds: ['legacy'] })
  })
})

describe('丹东 第十九条 专报', () => {
  it('is the unit’s own report to the city leader in charge', () => {
    const p = handled('dandong-first-asked')
    expect(p.try('dispatcher', escalate('cityLeader'))).toMatchObject({ status: 403 })
    expect(p.try('unit', escalate('cityLeader', { grounds: ['legacy'] }), 'lighting')).toMatchObject({
      refused: 'groundUnknown',
      cite: expect.stringContaining('第十九条'),
    })
    p.do('unit', escalate('cityLeader', { grounds: ['hardToCoordinate'] }), 'lighting')
    p.do('centreLeader', decision({ decidedBy: '市政府分管领导' }))
    expect(p.order.procedures[0]).toMatchObject({ verdict: 'solved' })
  })
})

describe('鞍山草案第四条', () => {
  it('county first, then the city', () => {
    const p = handled('anshan-draft')
    expect(p.try('unit', escalate('cityMechanism'), 'lighting')).toMatchObject({ refused: 'rungJumped' })
    p.do('unit', escalate('countyCoordinator'), 'lighting').do('dispatcher', unsolved)
    p.do('unit', escalate('cityMechanism'), 'lighting')
  })
})
