import { describe, expect, it } from 'vitest'
import { defaultQueueConfig } from '../../../src/queue/config.ts'
import {
  consequencesOf,
  judgeAccept,
  judgeExpiry,
  judgeMoved,
  limitMs,
  outcomeOfDial,
  type Offer,
} from '../../../src/queue/offer.ts'

const offer = (more: Partial<Offer> = {}): Offer => ({
  agentId: 'a1',
  agentEpoch: 3,
  channel: 'voice',
  mode: 'desk',
  deadlineMs: 10_000,
  announced: true,
  outcome: null,
  ...more,
})

it.each([
  ['voice', 10_000],
  ['sms', 45_000],
  ['wechat', 45_000],
  ['web', 45_000],
] as const)('an offer of %s lasts %d ms', (channel, ms) => {
  expect(limitMs(channel, defaultQueueConfig.offerMs)).toBe(ms)
})

describe('to accept', () => {
  it.each([
    ['in time', offer(), 'a1', 3, 9_999, null],
    ['at the deadline', offer(), 'a1', 3, 10_000, [410, 'offerExpired']],
    ['an offer that never was', null, 'a1', 3, 0, [404, 'unknownOffer']],
    ["another agent's offer", offer(), 'a2', 3, 0, [404, 'unknownOffer']],
    ['from an older sign-in', offer(), 'a1', 2, 0, [409, 'staleEpoch']],
    ['twice', offer({ outcome: 'accepted' }), 'a1', 3, 0, [409, 'alreadyTaken']],
    ['after it expired', offer({ outcome: 'expired' }), 'a1', 3, 0, [410, 'offerExpired']],
    ['after the caller hung up', offer({ outcome: 'abandoned' }), 'a1', 3, 0, [409, 'contactGone']],
    ['after it was taken back', offer({ outcome: 'withdrawn' }), 'a1', 3, 0, [409, 'contactGone']],
    ['after declining it', offer({ outcome: 'declined' }), 'a1', 3, 0, [409, 'contactGone']],
  ] as const)('%s', (_, o, who, epoch, now, refusal) => {
    const judged = judgeAccept(o, who, epoch, now)
    expect(judged && [judged.status, judged.code]).toEqual(refusal)
  })
})

describe('the time', () => {
  it.each([
    ['has not come', offer(), 9_000, { waitMs: 1_000 }],
    ['ends an offer the agent saw', offer(), 10_000, { outcome: 'expired' }],
    [
      'takes back an offer that never reached him',
      offer({ announced: false }),
      10_000,
      { outcome: 'withdrawn' },
    ],
    ['does nothing to one that is over', offer({ outcome: 'declined' }), 99_000, { over: true }],
  ] as const)('%s', (_, o, now, judged) => {
    expect(judgeExpiry(o, now)).toEqual(judged)
  })
})

describe('a contact that moved on while offered', () => {
  it.each([
    ['not at all', 'offered', 'a1', 'desk', null],
    ['to another agent', 'offered', 'a2', 'desk', 'withdrawn'],
    ['to the lifted phone', 'active', 'a1', 'phone', 'accepted'],
    ['through the call to wrap-up', 'wrapUp', 'a1', 'phone', 'accepted'],
    ['to an end after the phone was lifted', 'ended', 'a1', 'phone', 'accepted'],
    ['to a hang-up', 'ended', null, 'desk', 'abandoned'],
    ["to Asterisk's own queue", 'native', null, 'desk', 'abandoned'],
    ['back into the queue', 'queued', null, 'desk', 'withdrawn'],
  ] as const)('%s', (_, state, agentId, mode, outcome) => {
    expect(judgeMoved(offer({ mode }), { state, agentId })).toBe(outcome)
  })

  it('into nothing', () => {
    expect(judgeMoved(offer(), null)).toBe('abandoned')
  })
})

describe('what an end means', () => {
  it.each([
    ['accepted', false, false, false],
    ['declined', true, false, true],
    ['expired', true, true, true],
    ['withdrawn', true, false, false],
    ['abandoned', false, false, false],
  ] as const)('%s', (outcome, backToQueue, notResponding, excluded) => {
    expect(consequencesOf(outcome)).toEqual({ backToQueue, notResponding, excluded })
  })
})

it.each([
  ['NOANSWER', 'expired'],
  ['BUSY', 'declined'],
  ['CHANUNAVAIL', 'withdrawn'],
  ['CONGESTION', 'withdrawn'],
  ['CANCEL', 'withdrawn'],
] as const)('a plain phone that ends with %s means %s', (status, outcome) => {
  expect(outcomeOfDial(status)).toBe(outcome)
})
