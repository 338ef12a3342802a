import { describe, expect, it } from 'vitest'
import { roles } from '../../../src/base/actor.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { Clock } from '../../../src/work-orders/clock.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import type { Procedure } from '../../../src/work-orders/procedures.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import {
  after,
  concluded,
  dispatched,
  followUp,
  granted,
  hoursAgo,
  inContext,
  refusal,
  supervision,
  type Short,
} from './closing-support.ts'
import { clock, now } from './support.ts'

const handOn = (to: string, ground: string, more: Partial<Command & { action: 'handOn' }> = {}): Command => ({
  action: 'handOn',
  to,
  grounds: [ground],
  reason: '情况见卷宗',
  ...more,
})
const late = (term: string): Clock =>
  clock(term, { startedAt: hoursAgo(500), due: hoursAgo(100), missedAt: hoursAgo(100) })
const sentBack = (n: number): Procedure => ({
  n,
  kind: 'sendBack',
  leg: 1,
  openedAt: hoursAgo(9),
  openedBy: 'unit-1',
  openedRole: 'unit',
  said: { reason: '', papers: [], late: false },
  closedAt: hoursAgo(8),
  closedBy: 'dispatcher-1',
  closedRole: 'dispatcher',
  verdict: 'refused',
  outcome: null,
})
const returned = { at: now, by: 'a', passed: false, points: {}, note: '', then: 'return' as const }
const proposal: Procedure = {
  n: 1,
  kind: 'onward',
  leg: null,
  openedAt: hoursAgo(1),
  openedBy: 'accountability',
  openedRole: 'system',
  said: { to: 'clues', grounds: ['repeatedAccountability'], reason: '', dossier: null, proposed: true },
  closedAt: null,
  closedBy: null,
  closedRole: null,
  verdict: null,
  outcome: null,
}

describe('移送去向、情形和依据', () => {
  it.each<[Short, string, string, string, Partial<WorkOrder>, Clock[]]>([
    ['AS19', 'police', 'abuseOfLine', '第四十条', {}, []],
    ['ASD', 'police', 'harassment', '第二十九条', {}, []],
    ['ASD', 'discipline', 'clearlyOverdue', '第二十条', {}, [late('ASD-D05')]],
    [
      'ASD',
      'discipline',
      'supervisedInVain',
      '第二十条',
      { procedures: [supervision(1, 'unsettled'), supervision(2)] },
      [],
    ],
    [
      'ASD',
      'discipline',
      'sentBackWithoutReason',
      '第二十条',
      { procedures: [sentBack(1), sentBack(2)] },
      [],
    ],
    ['ASD', 'discipline', 'stillComplained', '第二十条', { audits: [returned] }, []],
    ['BY24', 'governmentInspection', 'supervisedInVain', '第二十四条', { procedures: [supervision(1)] }, []],
    ['BY24', 'governmentInspection', 'promiseBroken', '第二十四条', {}, [late('BY24-D05')]],
    ['BY24', 'deputies', 'highAttention', '第二十五条', {}, []],
    ['BY24', 'police', 'improperGain', '第二十九条', {}, []],
    ['DD', 'discipline', 'retaliation', '第二十二条', {}, []],
    ['DD', 'discipline', 'leftUndone', '第二十二条', { procedures: [supervision(1)] }, []],
    ['DD', 'clues', 'refusesToCorrect', '第二十三条', {}, []],
    ['DD', 'clues', 'repeatedAccountability', '第二十三条', { procedures: [proposal] }, []],
    ['DD', 'police', 'suspectedOffence', '第二十条', {}, []],
  ])('%s %s: %s (%s)', (short, to, ground, article, more, clocks) => {
    const seen = inContext(short, 'supervisor', { clocks })
    const before = dispatched(short, more)
    const { events, cite } = granted(decide(before, handOn(to, ground), seen))
    expect(events.at(-1)).toMatchObject({ type: 'opened', kind: 'onward', said: { to, grounds: [ground] } })
    expect(cite).toContain(article)
    // The order itself goes on.
    expect(after(before, handOn(to, ground), seen).state).toBe('dispatched')
  })

  it.each<[Short, string, string, Partial<WorkOrder>]>([
    ['ASD', 'discipline', 'clearlyOverdue', {}],
    ['ASD', 'discipline', 'supervisedInVain', { procedures: [supervision(1)] }],
    ['ASD', 'discipline', 'supervisedInVain', { procedures: [supervision(1), supervision(2, 'settled')] }],
    ['ASD', 'discipline', 'sentBackWithoutReason', { procedures: [sentBack(1)] }],
    ['ASD', 'discipline', 'stillComplained', { followUps: [followUp({ satisfied: 'dissatisfied' })] }],
    ['BY24', 'governmentInspection', 'supervisedInVain', {}],
    ['BY24', 'governmentInspection', 'promiseBroken', {}],
    ['BY24', 'deputies', 'repeatedlyIneffective', {}],
    ['DD', 'discipline', 'leftUndone', {}],
    ['DD', 'clues', 'repeatedAccountability', {}],
  ])('%s %s: %s needs facts on record', (short, to, ground, more) => {
    const refused = refusal(
      decide(dispatched(short, more), handOn(to, ground), inContext(short, 'supervisor')),
    )
    expect(refused).toMatchObject({ refused: 'groundNotShown', status: 422 })
    expect(refused.cite).toMatch(/第.+条/)
  })

  it.each<[string, Short, Command, string]>([
    ['a recipient of another city', 'AS19', handOn('discipline', 'clearlyOverdue'), 'recipientUnknown'],
    ['a ground of another city', 'DD', handOn('police', 'fabrication'), 'groundUnknown'],
    [
      'what the unit reports itself (丹东 第十九条)',
      'DD',
      handOn('specialReport', 'largeEffect'),
      'handedOnByUnit',
    ],
    [
      'what the unit submits itself (白银 第十三条)',
      'BY24',
      handOn('submittedUpward', 'legacy'),
      'handedOnByUnit',
    ],
    [
      '约谈, which is the government’s (白银 第二十六条)',
      'BY24',
      handOn('interview', 'poorWork'),
      'officeOnly',
    ],
  ])('refuses %s', (_what, short, command, code) => {
    expect(refusal(decide(dispatched(short), command, inContext(short, 'supervisor')))).toMatchObject({
      refused: code,
    })
  })

  it('白银第二十六条: the office records that leaders were summoned', () => {
    const { cite } = granted(
      decide(dispatched('BY24'), handOn('interview', 'poorWork'), inContext('BY24', 'office')),
    )
    expect(cite).toContain('第二十六条')
  })

  it.each(roles.map((role) => [role]))('by %s', (role) => {
    const may = ['supervisor', 'centreLeader', 'office', 'confidentialDesk'].includes(role)
    const decided = decide(dispatched('DD'), handOn('police', 'suspectedOffence'), inContext('DD', role))
    expect('refused' in decided ? decided.refused : 'granted').toBe(may ? 'granted' : 'roleNotAllowed')
  })
})

describe('丹东第十八条 移交信访部门协调处理', () => {
  const leader = inContext('DD', 'centreLeader')
  const command = handOn('petitionOffice', 'legacy', { tell: '您的事项已移交信访部门协调处理。' })

  it('moves the matter itself, and the requester is told', () => {
    const { events, cite } = granted(decide(dispatched('DD'), command, leader))
    expect(events[1]).toMatchObject({
      type: 'transferred',
      to: 'petitionOffice',
      tell: '您的事项已移交信访部门协调处理。',
    })
    expect(cite).toContain('第十八条')
    expect(after(dispatched('DD'), command, leader).state).toBe('transferred')
  })
  it.each<[string, WorkOrder, Command, string]>([
    ['untold', dispatched('DD'), handOn('petitionOffice', 'collective'), 'requesterNotTold'],
    ['when it is over', concluded('DD'), command, 'wrongState'],
  ])('not %s', (_what, before, said, code) => {
    expect(refusal(decide(before, said, leader))).toMatchObject({ refused: code })
  })
})

describe('回执与提示', () => {
  const office = inContext('DD', 'office')
  const sent = after(dispatched('DD'), handOn('discipline', 'retaliation'), office)
  const receipt = (procedure: number): Command => ({
    action: 'recordReceipt',
    procedure,
    receipt: '收文〔2026〕8号',
  })

  it('records the receipt once, and then may hand on again', () => {
    expect(refusal(decide(sent, handOn('discipline', 'refusal'), office))).toMatchObject({
      refused: 'handedOnBefore',
    })
    const received = after(sent, receipt(1), office)
    expect(received.procedures[0]).toMatchObject({
      verdict: 'received',
      outcome: { receipt: '收文〔2026〕8号' },
    })
    expect(refusal(decide(received, receipt(1), office))).toMatchObject({ refused: 'nothingHandedOn' })
    expect(granted(decide(received, handOn('discipline', 'refusal'), office)).events).toHaveLength(1)
    expect(refusal(decide(sent, receipt(7), office))).toMatchObject({ refused: 'onwardUnknown' })
  })

  it('a proposal is taken up by handing on, and has no receipt of its own', () => {
    const proposed = dispatched('DD', { procedures: [proposal] })
    expect(refusal(decide(proposed, receipt(1), office))).toMatchObject({ refused: 'nothingHandedOn' })
    const taken = after(proposed, handOn('clues', 'repeatedAccountability'), office)
    expect(taken.procedures.map((p) => [p.n, p.verdict])).toEqual([
      [1, 'handedOn'],
      [2, null],
    ])
    expect(after(taken, receipt(2), office).procedures[1]).toMatchObject({ verdict: 'received' })
  })

  it('or declined with a reason', () => {
    const proposed = dispatched('DD', { procedures: [proposal] })
    const decline: Command = { action: 'declineOnward', procedure: 1, reason: '其中一次决定已被撤销' }
    expect(after(proposed, decline, office).procedures[0]).toMatchObject({
      verdict: 'declined',
      outcome: { reason: '其中一次决定已被撤销' },
    })
    expect(refusal(decide(sent, decline, office))).toMatchObject({ refused: 'nothingProposed' })
  })
})
