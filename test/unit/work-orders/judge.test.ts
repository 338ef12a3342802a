import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import {
  after,
  concluded,
  followUp,
  granted,
  hoursAgo,
  inContext,
  refusal,
  type Short,
} from './closing-support.ts'
import { leg } from './support.ts'

type Said = Partial<Command & { action: 'judge' }>
const judge = (more: Said = {}): Command => ({
  action: 'judge',
  followUp: 1,
  reasonable: true,
  reason: '现场仍未修复',
  then: 'handleAgain',
  ...more,
})
const told = { way: '电话', text: '该处不属于公共照明，已说明' }
const unreasonable: Said = { reasonable: false, reason: '要求超出规定标准', told }
/** Its requester said that it is not solved. */
const complained = (short: Short, more: Partial<WorkOrder> = {}): WorkOrder =>
  concluded(short, { followUps: [followUp({ solved: false, satisfied: 'dissatisfied' })], ...more })
const withoutThen = (said: Said): Command => {
  const { then: _then, ...rest } = judge(said) as Command & { action: 'judge' }
  return rest
}

describe('白银第十七条 不满意且诉求合理', () => {
  const judging = inContext('BY24', 'teamLead')

  it('再次办理: a new leg of the same unit, with the limit of a new handling', () => {
    const { events, cite } = granted(decide(complained('BY24'), judge(), judging))
    expect(events.map((e) => e.type)).toEqual(['judged', 'legEnded', 'dispatched'])
    expect(cite).toContain('第十七条')
    const again = after(complained('BY24'), judge(), judging)
    expect(again).toMatchObject({ state: 'dispatched', concludedAt: null })
    expect(again.legs.map((l) => [l.n, l.unitId, l.ended, l.fedBackAt === null])).toEqual([
      [1, 'lighting', 'handledAgain', false],
      [2, 'lighting', null, true],
    ])
    expect(again.followUps[0]!.verdict).toMatchObject({
      reasonable: true,
      ground: 'dissatisfied',
      then: 'handleAgain',
      by: 'teamLead-1',
    })
  })

  it('takes the co-units that are named along, and leaves the others as they are', () => {
    const legs = [
      leg(1, 'lighting', { fedBackAt: hoursAgo(5) }),
      leg(2, 'district', { role: 'co', fedBackAt: hoursAgo(6) }),
    ]
    const live = (o: WorkOrder) => o.legs.filter((l) => l.endedAt === null).map((l) => [l.n, l.role])
    expect(live(after(complained('BY24', { legs }), judge(), judging))).toEqual([
      [2, 'co'],
      [3, 'lead'],
    ])
    expect(live(after(complained('BY24', { legs }), judge({ coUnits: ['district'] }), judging))).toEqual([
      [3, 'lead'],
      [4, 'co'],
    ])
  })

  it('或者予以说明: the unit is asked, and the order stays concluded', () => {
    const asked = after(complained('BY24'), judge({ then: 'explain' }), judging)
    expect(asked).toMatchObject({
      state: 'concluded',
      procedures: [{ kind: 'explanation', leg: 1, said: { question: '现场仍未修复' }, closedAt: null }],
    })
  })

  it('asks for one explanation at a time', () => {
    const asked = after(complained('BY24'), judge({ then: 'explain' }), judging)
    const later = { ...asked, followUps: [...asked.followUps, followUp({ n: 2, satisfied: 'dissatisfied' })] }
    const again = judge({ followUp: 2, then: 'explain' })
    expect(refusal(decide(later, again, judging))).toMatchObject({ refused: 'explanationAsked' })
  })

  it('不合理的: nothing is handled again, and the requester has been told why', () => {
    const judged = after(complained('BY24'), withoutThen(unreasonable), judging)
    expect(judged).toMatchObject({ state: 'concluded', procedures: [] })
    expect(judged.followUps[0]!.verdict).toMatchObject({ reasonable: false, then: 'none', told })
  })

  it('应办未办 is a ground of its own', () => {
    const undone = concluded('BY24', { followUps: [followUp({ solved: false, satisfied: null })] })
    expect(granted(decide(undone, judge(), judging)).events[0]).toMatchObject({ ground: 'leftUndone' })
  })

  it.each<[string, Command, string, number]>([
    ['no consequence', withoutThen({}), 'thenMissing', 422],
    ['a consequence of the unreasonable', judge({ ...unreasonable }), 'judgementContradicts', 422],
    [
      'the unreasonable untold',
      withoutThen({ reasonable: false, reason: '要求超出规定标准' }),
      'requesterNotTold',
      422,
    ],
    [
      'what was left undone as unreasonable',
      withoutThen({ ...unreasonable, ground: 'leftUndone' }),
      'leftUndoneUnreasonable',
      422,
    ],
    ['another follow-up', judge({ followUp: 2 }), 'followUpUnknown', 422],
    ['a stranger as co-unit', judge({ coUnits: ['district'] }), 'notCoUnit', 422],
  ])('refuses %s', (_what, command, code, status) => {
    expect(refusal(decide(complained('BY24'), command, judging))).toMatchObject({ refused: code, status })
  })

  it.each<[string, WorkOrder, ReturnType<typeof inContext>, string]>([
    [
      'the unit itself (A-26)',
      complained('BY24'),
      inContext('BY24', 'teamLead', { actorUnit: 'lighting' }),
      'handledIt',
    ],
    ['an agent', complained('BY24'), inContext('BY24', 'agent'), 'roleNotAllowed'],
    [
      'anybody of a satisfied requester',
      concluded('BY24', { followUps: [followUp()] }),
      judging,
      'nothingToJudge',
    ],
    [
      'anybody a second time',
      concluded('BY24', {
        followUps: [
          followUp({
            satisfied: 'dissatisfied',
            verdict: { reasonable: false, reason: '', then: 'none', by: 'x' },
          }),
          followUp({ n: 2, satisfied: 'dissatisfied' }),
        ],
      }),
      judging,
      'judgedBefore',
    ],
  ])('is not judged by %s', (_who, before, seen, code) => {
    expect(refusal(decide(before, judge(), seen))).toMatchObject({ refused: code })
  })
})

describe('鞍山 2019 第二十三条、草案第十六条 退回继续办理，原期限继续计算 (A-27)', () => {
  it.each([
    ['AS19', '第二十三条第一款'],
    ['ASD', '第十六条'],
  ] as const)('%s: a return of the same leg', (short, article) => {
    const { events, cite } = granted(decide(complained(short), judge(), inContext(short, 'centreLeader')))
    expect(events.map((e) => e.type)).toEqual(['judged', 'returned'])
    expect(cite).toContain(article)
    const back = after(complained(short), judge(), inContext(short, 'centreLeader'))
    expect(back).toMatchObject({ state: 'dispatched', concludedAt: null, legs: [{ n: 1, fedBackAt: null }] })
    expect(back.legs).toHaveLength(1)
  })

  it('waits for the end of an objection to the rating', () => {
    const objected = complained('AS19', {
      procedures: [
        {
          n: 1,
          kind: 'objection',
          leg: 1,
          openedAt: hoursAgo(1),
          openedBy: 'unit-1',
          openedRole: 'unit',
          said: { reason: '', evidence: [], stars: 1, followUp: 1 },
          closedAt: null,
          closedBy: null,
          closedRole: null,
          verdict: null,
          outcome: null,
        },
      ],
    })
    expect(refusal(decide(objected, judge(), inContext('AS19', 'centreLeader')))).toMatchObject({
      refused: 'objectionOpen',
    })
  })
})

describe('丹东第十六条 结果不实的督办，没有再次办理', () => {
  it('refuses and names what to do instead', () => {
    const refused = refusal(decide(complained('DD'), judge(), inContext('DD', 'teamLead')))
    expect(refused).toMatchObject({ refused: 'notInThisStatute', status: 409 })
    expect(refused.detail).toContain('督办')
  })
})
