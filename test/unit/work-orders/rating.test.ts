import { describe, expect, it } from 'vitest'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import { owesRating, satisfactionPoints, starsOf } from '../../../src/work-orders/rules/rating.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { after, concluded, followUp, granted, hoursAgo, inContext, refusal } from './closing-support.ts'
import { now } from './support.ts'

const rate = (more: Partial<Command & { action: 'rate' }> = {}): Command => ({
  action: 'rate',
  followUp: 1,
  ...more,
})
const audits = (quality?: number): WorkOrder['audits'] => [
  {
    at: hoursAgo(4),
    by: 'auditor-1',
    passed: true,
    points: {},
    note: '',
    ...(quality === undefined ? {} : { quality }),
  },
]
const answered = (more: Partial<WorkOrder> = {}): WorkOrder =>
  concluded('AS19', { followUps: [followUp()], audits: audits(4), ...more })

describe('鞍山 2019 第二十三条第二款 根据办理质量和满意度分星级评价', () => {
  const rater = inContext('AS19', 'followUp')

  it('rates by the auditor’s quality and the requester’s own answer', () => {
    const { events, cite } = granted(decide(answered(), rate(), rater))
    expect(events).toEqual([
      {
        type: 'rated',
        stars: 5,
        components: { quality: 4, satisfaction: 5 },
        dimensions: {},
        followUp: 1,
      },
    ])
    expect(cite).toContain('第二十三条第二款')
  })

  // Local policy: the mean, a half to the side of the requester (第三条: 以人民满意为唯一评价标准).
  it.each([
    [5, 5, 5],
    [5, 1, 3],
    [4, 1, 2],
    [2, 5, 4],
    [1, 1, 1],
    [3, 3, 3],
    [4, 3, 3],
    [3, 4, 4],
  ])('quality %i and satisfaction %i give %i', (quality, satisfaction, stars) => {
    expect(starsOf({ quality, satisfaction })).toBe(stars)
  })
  it.each([
    ['satisfied', 5],
    ['basicallySatisfied', 3],
    ['dissatisfied', 1],
  ] as const)('%s is worth %i of five', (answer, points) => {
    expect(satisfactionPoints(answer, 5)).toBe(points)
  })

  it('takes a quality given now before the auditor’s, and the four dimensions of 第十一条', () => {
    const dimensions = { attitude: 5, efficiency: 4, conduct: 5, result: 3 }
    const { events } = granted(decide(answered(), rate({ quality: 2, dimensions }), rater))
    expect(events[0]).toMatchObject({ stars: 4, components: { quality: 2 }, dimensions })
  })

  it.each<[string, WorkOrder, Command, string]>([
    ['without a quality', answered({ audits: audits() }), rate(), 'qualityMissing'],
    [
      'without the requester’s answer',
      answered({ followUps: [followUp({ satisfied: null })] }),
      rate(),
      'satisfactionMissing',
    ],
    [
      'of somebody who was not reached',
      answered({ followUps: [followUp({ reached: false, solved: null, satisfied: null })] }),
      rate(),
      'satisfactionMissing',
    ],
    ['of another follow-up', answered(), rate({ followUp: 3 }), 'followUpUnknown'],
    ['of six stars', answered(), rate({ quality: 6 }), 'starsOutOfRange'],
    ['of seven stars for a dimension', answered(), rate({ dimensions: { attitude: 7 } }), 'starsOutOfRange'],
    [
      'of a side that the statute does not name',
      answered(),
      rate({ dimensions: { looks: 3 } }),
      'dimensionUnknown',
    ],
  ])('refuses a rating %s', (_what, before, command, code) => {
    expect(refusal(decide(before, command, rater))).toMatchObject({ refused: code, status: 422 })
  })

  it('rates one conclusion once, keeps the value of an earlier one', () => {
    const rated = after(answered(), rate(), rater)
    expect(refusal(decide(rated, rate(), rater))).toMatchObject({ refused: 'ratedBefore', status: 409 })
    const later = new Date(now.getTime() + 86_400_000)
    const again: WorkOrder = {
      ...rated,
      concludedAt: later,
      followUps: [...rated.followUps, followUp({ n: 2, at: later, satisfied: 'dissatisfied' })],
    }
    const twice = after(again, rate({ followUp: 2 }), { ...rater, now: later })
    expect(twice.rating).toMatchObject({ stars: 2, before: [{ stars: 5, until: later }] })
  })

  it('is owed for every answer, and by nobody’s silence', () => {
    expect(owesRating(answered(), rater.statute)).toBe(true)
    expect(owesRating(answered({ followUps: [followUp({ satisfied: null })] }), rater.statute)).toBe(false)
    expect(owesRating(after(answered(), rate(), rater), rater.statute)).toBe(false)
  })

  it('is not given by the unit', () => {
    const own = inContext('AS19', 'auditor', { actorUnit: 'lighting' })
    expect(refusal(decide(answered(), rate(), own))).toMatchObject({ refused: 'handledIt' })
  })
})

describe('草案、白银、丹东 没有星级', () => {
  it.each(['ASD', 'BY24', 'DD'] as const)('%s: raw answers only', (short) => {
    const seen = inContext(short, 'teamLead')
    const before = concluded(short, { followUps: [followUp()] })
    const refused = refusal(decide(before, rate({ quality: 5 }), seen))
    expect(refused).toMatchObject({ refused: 'notInThisStatute', status: 409 })
    expect(refused.detail).toContain('原始答复')
    expect(owesRating(before, seen.statute)).toBe(false)
    expect(allowedActions(before, seen).map((a) => a.action)).not.toContain('rate')
  })
})
