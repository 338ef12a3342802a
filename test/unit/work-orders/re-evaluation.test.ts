import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { clocksOf } from '../../../src/work-orders/clocks.ts'
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
  person,
  refusal,
} from './closing-support.ts'
import { calendar, leg, now } from './support.ts'

const rated = (more: Partial<WorkOrder> = {}): WorkOrder =>
  concluded('AS19', {
    followUps: [followUp({ by: 'caller', satisfied: 'dissatisfied', solved: false })],
    rating: {
      stars: 2,
      components: { quality: 4, satisfaction: 1 },
      dimensions: {},
      followUp: 1,
      at: hoursAgo(2),
      by: 'rater',
      final: false,
      before: [],
    },
    ...more,
  })
const unit = inContext('AS19', 'unitLeader', { actorUnit: 'lighting' })
const centre = inContext('AS19', 'centreLeader')
const office = inContext('AS19', 'office')
const object: Command = { action: 'objectRating', reason: '诉求人当场确认已修复', evidence: ['签收单'] }
const reEvaluate = (more: Partial<Command & { action: 'reEvaluate' }> = {}): Command => ({
  action: 'reEvaluate',
  reason: '录音显示诉求人满意',
  ...more,
})
const confirm = (more: Partial<Command & { action: 'confirmReEvaluation' }> = {}): Command => ({
  action: 'confirmReEvaluation',
  agree: true,
  reason: '同意',
  ...more,
})

const objected = after(rated(), object, unit)
const reEvaluated = after(objected, reEvaluate({ satisfaction: 5 }), centre)

describe('鞍山 2019 第二十三条第三款 异议、复评、审核', () => {
  it('the unit objects with reason and evidence against the stars that it got', () => {
    expect(objected.procedures).toMatchObject([
      { kind: 'objection', leg: 1, said: { stars: 2, followUp: 1, evidence: ['签收单'] }, closedAt: null },
    ])
    expect(granted(decide(rated(), object, unit)).cite).toContain('第二十三条第三款')
  })

  it('starts a clock that the text does not number: five working days, local policy', () => {
    const { events } = granted(decide(rated(), object, unit))
    const { starts } = clocksOf(objected, events[0]!, { statute: unit.statute, calendar, at: now })
    expect(starts.map((c) => [c.term, c.procedure, formatInstant(c.due), c.localPolicy])).toEqual([
      ['AS19-D13', 1, '2026-03-10T00:00:00+08:00', true],
    ])
  })

  it('the centre re-evaluates: components, from which the stars follow', () => {
    expect(reEvaluated.procedures[0]).toMatchObject({
      closedAt: null,
      outcome: {
        centre: {
          by: 'centreLeader-1',
          stars: 5,
          components: { quality: 4, satisfaction: 5 },
          reason: '录音显示诉求人满意',
        },
        office: null,
      },
    })
    expect(reEvaluated.rating).toMatchObject({ stars: 2, final: false })
  })

  it('the office confirms: final, and every old value is kept', () => {
    const { events } = granted(decide(reEvaluated, confirm(), office))
    expect(events.map((e) => e.type)).toEqual(['closed', 'ratingFinal'])
    const end = after(reEvaluated, confirm(), office)
    expect(end.rating).toMatchObject({
      stars: 5,
      final: true,
      before: [{ stars: 2, components: { quality: 4, satisfaction: 1 }, until: now }],
    })
    expect(end.procedures[0]).toMatchObject({
      verdict: 'changed',
      outcome: {
        centre: { by: 'centreLeader-1', stars: 5 },
        office: { by: 'office-1', reason: '同意' },
      },
    })
    expect(refusal(decide(end, object, unit))).toMatchObject({ refused: 'ratingFinal', status: 409 })
  })

  it('the centre may keep the rating, and it is final all the same', () => {
    const end = after(after(objected, reEvaluate(), centre), confirm(), office)
    expect(end.rating).toMatchObject({ stars: 2, final: true, before: [] })
    expect(end.procedures[0]).toMatchObject({ verdict: 'kept' })
  })

  it('the office may decide otherwise, with scores of its own', () => {
    const end = after(reEvaluated, confirm({ agree: false, satisfaction: 3, reason: '录音不全' }), office)
    expect(end.rating).toMatchObject({ stars: 3, components: { quality: 4, satisfaction: 3 }, final: true })
  })

  it.each<[string, WorkOrder, Command, ReturnType<typeof inContext>, string]>([
    [
      'the objection of a co-unit',
      rated({ legs: [leg(1, 'x'), leg(2, 'lighting', { role: 'co' })] }),
      object,
      unit,
      'notLeadUnit',
    ],
    ['the objection of another unit', rated(), object, { ...unit, actorUnit: 'district' }, 'notYourOrder'],
    ['an objection to no rating', rated({ rating: null }), object, unit, 'notRated'],
    ['a second objection', objected, object, unit, 'objectedBefore'],
    ['a re-evaluation without an objection', rated(), reEvaluate(), centre, 'noObjection'],
    ['a re-evaluation twice', reEvaluated, reEvaluate(), centre, 'reEvaluatedBefore'],
    ['six stars', objected, reEvaluate({ quality: 6 }), centre, 'starsOutOfRange'],
    [
      'a re-evaluation by whoever called the requester (local policy)',
      objected,
      reEvaluate(),
      { ...centre, actor: person('caller', 'teamLead') },
      'samePerson',
    ],
    [
      'a re-evaluation by the unit',
      objected,
      reEvaluate(),
      { ...centre, actorUnit: 'lighting' },
      'handledIt',
    ],
    ['a review before the re-evaluation', objected, confirm(), office, 'notReEvaluated'],
    [
      'a review by the re-evaluator under another hat',
      reEvaluated,
      confirm(),
      { ...office, actor: person('centreLeader-1', 'office') },
      'samePerson',
    ],
    ['a review by the centre', reEvaluated, confirm(), centre, 'roleNotAllowed'],
    ['agreement with other scores', reEvaluated, confirm({ quality: 1 }), office, 'reviewContradicts'],
    ['disagreement without scores', reEvaluated, confirm({ agree: false }), office, 'reviewContradicts'],
  ])('refuses %s', (_what, before, command, seen, code) => {
    const refused = refusal(decide(before, command, seen))
    expect(refused).toMatchObject({ refused: code })
    expect(refused.title).toMatch(/[一-鿿]/)
  })

  it('says of the local policy that it is none of the law', () => {
    const refused = refusal(
      decide(objected, reEvaluate(), { ...centre, actor: person('caller', 'teamLead') }),
    )
    expect(refused).toMatchObject({ cite: null, detail: expect.stringContaining('非法定') })
  })
})

describe('草案、白银、丹东 没有复评', () => {
  it.each(['ASD', 'BY24', 'DD'] as const)('%s', (short) => {
    const seen = inContext(short, 'unit', { actorUnit: 'lighting' })
    expect(refusal(decide(concluded(short), object, seen))).toMatchObject({
      refused: 'notInThisStatute',
      status: 409,
    })
  })
})
