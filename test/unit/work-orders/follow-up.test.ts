import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import { orderNumber } from '../../../src/work-orders/number.ts'
import {
  chosenForFollowUp,
  followUpShare,
  maxTries,
  owesFollowUp,
} from '../../../src/work-orders/rules/follow-up.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import {
  after,
  concluded,
  fedBack,
  followUp,
  granted,
  hoursAgo,
  inContext,
  refusal,
  statuteOf,
  supervision,
} from './closing-support.ts'
import { now } from './support.ts'

type Said = Partial<Command & { action: 'followUp' }>
const call = (more: Said = {}): Command => ({
  action: 'followUp',
  channel: 'voice',
  reached: true,
  solved: true,
  satisfied: 'satisfied',
  ...more,
})
const notReached: Command = { action: 'followUp', channel: 'voice', reached: false }

/** Numbers whose share lies on either side of Dandong's fifth. */
const numbers = Array.from({ length: 200 }, (_, n) => orderNumber('DD', now, n))
const chosen = numbers.find((n) => followUpShare(n) < 0.2)!
const unchosen = numbers.find((n) => followUpShare(n) >= 0.2)!

describe('鞍山 2019 第二十三条第一款 向诉求人回访', () => {
  const caller = inContext('AS19', 'followUp')

  it('keeps the raw answers and who called', () => {
    const { events, cite } = granted(decide(concluded('AS19'), call({ says: ' 修得很快 ' }), caller))
    expect(events).toEqual([
      {
        type: 'followedUp',
        n: 1,
        channel: 'voice',
        reached: true,
        solved: true,
        satisfied: 'satisfied',
        says: '修得很快',
      },
    ])
    expect(cite).toContain('第二十三条第一款')
    expect(after(concluded('AS19'), call(), caller).followUps).toMatchObject([{ by: 'followUp-1', at: now }])
  })

  it('keeps what was not asked or not answered as unknown', () => {
    const { events } = granted(
      decide(concluded('AS19'), { action: 'followUp', channel: 'sms', reached: true }, caller),
    )
    expect(events[0]).toMatchObject({ solved: null, satisfied: null, says: null })
  })

  it('第三次联系不上 counts as not reached: nothing more is owed', () => {
    let current = concluded('AS19')
    for (let n = 1; n <= maxTries; n++) {
      expect(owesFollowUp(current, caller.statute)).toBe('each')
      current = after(current, notReached, caller)
    }
    expect(current.followUps).toHaveLength(3)
    expect(owesFollowUp(current, caller.statute)).toBeNull()
    // He may still be tried again.
    expect(after(current, call(), caller).followUps).toHaveLength(4)
  })

  it.each<[string, Said, string]>([
    ['a way that the centre does not use', { channel: 'letter' }, 'channelUnknown'],
    ['an answer of somebody who was not reached', { reached: false }, 'answerOfNobody'],
    ['untrue, which is no trigger here', { untrue: true, says: '没有修' }, 'untrueNoTrigger'],
  ])('refuses %s', (_what, said, code) => {
    expect(refusal(decide(concluded('AS19'), call(said), caller))).toMatchObject({
      refused: code,
      status: 422,
    })
  })

  it.each<[string, WorkOrder, ReturnType<typeof inContext>, string]>([
    ['before the audit', fedBack('AS19'), caller, 'wrongState'],
    ['by the supervisor', concluded('AS19'), inContext('AS19', 'supervisor'), 'roleNotAllowed'],
    [
      'by a member of the unit that handled it',
      concluded('AS19'),
      inContext('AS19', 'agent', { actorUnit: 'lighting' }),
      'handledIt',
    ],
    ['after an answer', concluded('AS19', { followUps: [followUp()] }), caller, 'followedUpBefore'],
    [
      'by whoever is complained about',
      concluded('AS19', { accusedStaffId: 'followUp-1' }),
      caller,
      'accusedKeptOut',
    ],
  ])('is not done %s', (_when, before, seen, code) => {
    expect(refusal(decide(before, call(), seen))).toMatchObject({ refused: code })
  })

  it('is owed again for what is concluded again', () => {
    const again = concluded('AS19', { followUps: [followUp({ at: hoursAgo(9) })] })
    expect(owesFollowUp(again, caller.statute)).toBe('each')
    expect(granted(decide(again, call(), caller)).events[0]).toMatchObject({ n: 2 })
  })
})

describe('丹东第十四条 电话回访抽查核实', () => {
  const caller = inContext('DD', 'followUp')
  const order = (number: string, more: Partial<WorkOrder> = {}) => concluded('DD', { number, ...more })

  it('calls the share that the number decides, and nobody chooses another', () => {
    expect(owesFollowUp(order(chosen), caller.statute)).toBe('sample')
    expect(owesFollowUp(order(unchosen), caller.statute)).toBeNull()
    expect(refusal(decide(order(unchosen), call(), caller))).toMatchObject({
      refused: 'notInSample',
      cite: expect.stringContaining('第十四条'),
    })
  })

  it('and everybody who was dissatisfied before or whose order was supervised', () => {
    const supervised = order(unchosen, { procedures: [supervision(1)] })
    expect(owesFollowUp(supervised, caller.statute)).toBe('supervised')
    const earlier = followUp({ at: hoursAgo(9), satisfied: 'dissatisfied' })
    expect(owesFollowUp(order(unchosen, { followUps: [earlier] }), caller.statute)).toBe('dissatisfied')
  })

  it('only by telephone', () => {
    expect(refusal(decide(order(chosen), call({ channel: 'sms' }), caller))).toMatchObject({
      refused: 'channelUnknown',
    })
  })

  it('第十六条: a result that turns out untrue is supervised from that call on', () => {
    const said = call({ solved: false, satisfied: 'dissatisfied', untrue: true, says: '根本没有来修' })
    const checked = after(order(chosen), said, caller)
    expect(checked.followUps).toMatchObject([{ untrue: true }])
    expect(checked.procedures).toMatchObject([
      {
        kind: 'supervision',
        leg: 1,
        said: { trigger: 'untrueResult', automatic: true, reason: '根本没有来修' },
      },
    ])
    expect(refusal(decide(order(chosen), call({ untrue: true }), caller))).toMatchObject({
      refused: 'untrueWithoutFacts',
    })
  })

  it('chooses about the rate, whatever the day, and the same order always', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(0.05, 0.2, 0.5), (day, rate) => {
        const at = new Date(now.getTime() + day * 86_400_000)
        const all = Array.from({ length: 500 }, (_, n) => ({ number: orderNumber('DD', at, n) }))
        const hit = all.filter((o) => chosenForFollowUp(o, rate)).length
        expect(hit / all.length).toBeGreaterThan(rate - 0.1)
        expect(hit / all.length).toBeLessThan(rate + 0.1)
      }),
      { numRuns: 50 },
    )
    expect(chosenForFollowUp({ number: chosen }, 0)).toBe(false)
    expect(chosenForFollowUp({ number: unchosen }, 1)).toBe(true)
  })
})

describe('白银第十七条、草案第十七条 回访的范围', () => {
  it.each(['BY24', 'ASD'] as const)('%s: each concluded order', (short) => {
    const caller = inContext(short, 'agent')
    expect(owesFollowUp(concluded(short), statuteOf(short))).toBe('each')
    expect(after(concluded(short), call({ channel: 'wechat' }), caller).followUps).toHaveLength(1)
  })
})
