import { describe, expect, it } from 'vitest'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { after, dispatched, granted, hoursAgo, inContext, refusal } from './closing-support.ts'
import { leg, now } from './support.ts'

const attempts = [{ at: hoursAgo(6).toISOString(), way: '电话', note: '无人接听' }]
const future = [{ at: new Date(now.getTime() + 60_000).toISOString(), way: '电话', note: '约定联系' }]
const apply = (more: Partial<Command & { action: 'applyTermination' }> = {}): Command => ({
  action: 'applyTermination',
  ground: 'outOfReach',
  reason: '三日内多次联系不上',
  proof: ['通话记录'],
  attempts,
  ...more,
})
const decision = (more: Partial<Command & { action: 'decideTermination' }> = {}): Command => ({
  action: 'decideTermination',
  approve: true,
  reason: '材料属实',
  tell: '因联系不上您，本次办理终止；有新的情况可以另行提出。',
  ...more,
})

describe('鞍山草案第十四条第（四）项 提交证明材料，经审核后终止办理', () => {
  const unit = inContext('ASD', 'unit', { actorUnit: 'lighting' })
  const auditor = inContext('ASD', 'auditor')
  const applied = after(dispatched('ASD'), apply(), unit)

  it('the unit applies with proof and every try; the order goes on meanwhile', () => {
    expect(applied).toMatchObject({
      state: 'dispatched',
      procedures: [
        { kind: 'termination', leg: 1, said: { ground: 'outOfReach', proof: ['通话记录'], attempts } },
      ],
    })
    expect(granted(decide(dispatched('ASD'), apply(), unit)).cite).toContain('第十四条第（四）项')
  })

  it('the centre audits: approved, it ends and the requester is told', () => {
    const { events, cite } = granted(decide(applied, decision(), auditor))
    expect(events).toEqual([
      { type: 'closed', kind: 'termination', n: 1, verdict: 'approved', outcome: { reason: '材料属实' } },
      {
        type: 'terminated',
        ground: 'outOfReach',
        reason: '材料属实',
        tell: '因联系不上您，本次办理终止；有新的情况可以另行提出。',
      },
    ])
    expect(cite).toContain('第十四条第（四）项')
    expect(after(applied, decision(), auditor).state).toBe('terminated')
  })

  it('refused, the handling goes on', () => {
    const { tell: _tell, ...refused } = decision({ approve: false, reason: '仅联系一次' }) as Command & {
      action: 'decideTermination'
    }
    const goesOn = after(applied, refused, auditor)
    expect(goesOn).toMatchObject({ state: 'dispatched', procedures: [{ verdict: 'refused' }] })
    expect(after(goesOn, apply(), unit).procedures).toHaveLength(2)
  })

  it.each<[string, WorkOrder, Command, ReturnType<typeof inContext>, string]>([
    ['a ground of another city', dispatched('ASD'), apply({ ground: 'unlawful' }), unit, 'groundUnknown'],
    ['papers without a name', dispatched('ASD'), apply({ proof: [' '] }), unit, 'proofMissing'],
    ['no try at all', dispatched('ASD'), apply({ attempts: [] }), unit, 'attemptsMissing'],
    ['a try that lies ahead', dispatched('ASD'), apply({ attempts: future }), unit, 'attemptInFuture'],
    ['a second application', applied, apply(), unit, 'appliedBefore'],
    [
      'an application of a co-unit',
      dispatched('ASD', { legs: [leg(1, 'district'), leg(2, 'lighting', { role: 'co' })] }),
      apply(),
      unit,
      'notLeadUnit',
    ],
    ['a decision without an application', dispatched('ASD'), decision(), auditor, 'noApplication'],
    ['an end untold', applied, decision({ tell: ' ' }), auditor, 'requesterNotTold'],
    [
      'a decision of the unit',
      applied,
      decision(),
      inContext('ASD', 'auditor', { actorUnit: 'lighting' }),
      'handledIt',
    ],
    ['a decision of an agent', applied, decision(), inContext('ASD', 'agent'), 'roleNotAllowed'],
  ])('refuses %s', (_what, before, command, seen, code) => {
    expect(refusal(decide(before, command, seen))).toMatchObject({ refused: code })
  })

  it('cannot be ended by the platform alone', () => {
    const alone: Command = { action: 'terminate', ground: 'outOfReach', reason: 'x', tell: 'y' }
    expect(refusal(decide(dispatched('ASD'), alone, inContext('ASD', 'centreLeader')))).toMatchObject({
      refused: 'notInThisStatute',
      detail: expect.stringContaining('证明材料'),
    })
  })
})

describe('白银第十九条 平台可以终止办理', () => {
  const platform = inContext('BY24', 'centreLeader')
  const terminate = (more: Partial<Command & { action: 'terminate' }> = {}): Command => ({
    action: 'terminate',
    ground: 'unlawful',
    reason: '要求违法占道',
    facts: { explained: '电话说明占道经营的规定' },
    tell: '该诉求不符合规定，办理终止。',
    ...more,
  })
  const uncooperative = {
    ground: 'noCooperation',
    facts: { withoutReason: '三次约定均不到场，未说明理由', cannotBeHandled: '须入户检修' },
    attempts,
  }

  it('第一款: after explaining, in whatever state it is open', () => {
    for (const state of ['registered', 'accepted', 'dispatched', 'fedBack'] as const) {
      const ended = after(dispatched('BY24', { state }), terminate(), platform)
      expect(ended.state).toBe('terminated')
    }
    const { events, cite } = granted(decide(dispatched('BY24'), terminate(), platform))
    expect(events[0]).toMatchObject({ facts: { explained: '电话说明占道经营的规定' } })
    expect(cite).toContain('第十九条第一款')
  })

  it('第二款: refused help without reason, and therefore cannot be handled; both, with the tries', () => {
    const { events, cite } = granted(decide(dispatched('BY24'), terminate(uncooperative), platform))
    expect(events[0]).toMatchObject({ ground: 'noCooperation', facts: uncooperative.facts, attempts })
    expect(cite).toContain('第十九条第二款')
  })

  it.each<[string, Command, string]>([
    ['unexplained', terminate({ facts: {} }), 'groundNotShown'],
    ['with an empty explanation', terminate({ facts: { explained: ' ' } }), 'groundNotShown'],
    [
      'for refused help alone',
      terminate({ ...uncooperative, facts: { withoutReason: '不到场' } }),
      'groundNotShown',
    ],
    [
      'because it cannot be handled alone',
      terminate({ ...uncooperative, facts: { cannotBeHandled: '须入户' } }),
      'groundNotShown',
    ],
    ['without a try', terminate({ ...uncooperative, attempts: [] }), 'attemptsMissing'],
    ['on a ground of the draft of Anshan', terminate({ ground: 'outOfReach' }), 'groundUnknown'],
    ['untold', terminate({ tell: '' }), 'requesterNotTold'],
  ])('is refused %s', (_what, command, code) => {
    expect(refusal(decide(dispatched('BY24'), command, platform))).toMatchObject({
      refused: code,
      status: 422,
      cite: expect.stringContaining('第十九条'),
    })
  })

  it('names what is lacking', () => {
    const refused = refusal(
      decide(dispatched('BY24'), terminate({ ...uncooperative, facts: { withoutReason: 'x' } }), platform),
    )
    expect(refused.detail).toContain('因此无法办理')
    expect(refused.detail).not.toContain('无正当理由')
  })

  it('is not the unit’s', () => {
    const unit = inContext('BY24', 'unit', { actorUnit: 'lighting' })
    expect(refusal(decide(dispatched('BY24'), apply(), unit))).toMatchObject({
      refused: 'notInThisStatute',
      detail: expect.stringContaining('平台'),
    })
  })
})

describe('鞍山 2019 第十五条、丹东 没有终止办理', () => {
  it.each(['AS19', 'DD'] as const)('%s: refused with what to do instead, and on no screen', (short) => {
    const unit = inContext(short, 'unit', { actorUnit: 'lighting' })
    const leader = inContext(short, 'centreLeader')
    for (const [command, seen] of [
      [apply(), unit],
      [decision(), leader],
      [{ action: 'terminate', ground: 'x', reason: 'x' }, leader],
    ] as [Command, typeof unit][]) {
      const refused = refusal(decide(dispatched(short), command, seen))
      expect(refused).toMatchObject({ refused: 'notInThisStatute', status: 409 })
      expect(refused.detail).toContain('协调')
    }
    const shown = allowedActions(dispatched(short), leader).map((a) => a.action)
    expect(shown).not.toEqual(expect.arrayContaining(['terminate']))
  })
})
