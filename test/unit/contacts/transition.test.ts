import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactStates, type Contact, type ContactState } from '../../../src/contacts/model.ts'
import { transition, type ContactFact } from '../../../src/contacts/transition.ts'
import { contactRow } from '../../properties/rows.ts'

const received = new Date('2026-03-02T02:00:00Z')
const after = (ms: number): Date => new Date(received.getTime() + ms)

const contact = (state: ContactState, more: Partial<Contact> = {}): Contact =>
  contactRow(state, { callId: 'n1-1.1', node: 'n1', ...more })

/** What a reader needs of a verdict: the new state, with the end where there is one, or why not. */
function outcome(c: Contact, fact: ContactFact): string {
  const verdict = transition(c, fact)
  if ('refused' in verdict) return `refused ${verdict.refused}`
  if ('note' in verdict) return 'note'
  return verdict.change.end ? `${verdict.change.state} ${verdict.change.end}` : verdict.change.state
}

describe('the life of a call', () => {
  const mine = { agentId: 'a1' }
  it.each<[string, Contact, ContactFact, string]>([
    ['waits', contact('received'), { type: 'queued' }, 'queued'],
    ['is offered', contact('queued'), { type: 'offered', agentId: 'a1' }, 'offered'],
    ['is offered once', contact('offered', mine), { type: 'offered', agentId: 'a2' }, 'refused wrongState'],
    ['is accepted', contact('offered', mine), { type: 'accepted', agentId: 'a1' }, 'connecting'],
    [
      'is accepted by another',
      contact('offered', mine),
      { type: 'accepted', agentId: 'a2' },
      'refused notYours',
    ],
    ['is accepted too late', contact('queued'), { type: 'accepted', agentId: 'a1' }, 'refused wrongState'],
    ['is connected', contact('connecting', mine), { type: 'connected' }, 'active'],
    ['is connected to one who is late', contact('queued'), { type: 'connected', agentId: 'a1' }, 'active'],
    ['is connected to nobody known', contact('queued'), { type: 'connected' }, 'refused wrongState'],
    ['rings out', contact('connecting', mine), { type: 'dialFailed', status: 'NOANSWER' }, 'queued'],
    ['is declined', contact('offered', mine), { type: 'offerEnded', outcome: 'declined' }, 'queued'],
    ['is hung up: a slip', contact('queued'), { type: 'hungUp', at: after(4_999) }, 'ended shortAbandon'],
    ['is hung up in the queue', contact('queued'), { type: 'hungUp', at: after(5_000) }, 'ended abandoned'],
    [
      'is hung up at an offer',
      contact('offered', mine),
      { type: 'hungUp', at: after(9_000) },
      'ended abandonedRinging',
    ],
    [
      'is hung up before the bridge',
      contact('connecting', mine),
      { type: 'hungUp', at: after(9_000) },
      'ended abandonedRinging',
    ],
    ['is over', contact('active', mine), { type: 'hungUp', at: after(90_000) }, 'wrapUp'],
    ['is registered', contact('wrapUp', mine), { type: 'registered' }, 'ended completed'],
    ['is registered while talking', contact('active', mine), { type: 'registered' }, 'refused wrongState'],
    [
      'is left by the emergency line after his agent',
      contact('wrapUp', mine),
      { type: 'requeued', reason: 'farSideLeft' },
      'queued',
    ],
    [
      'is not taken from whoever finishes it',
      contact('wrapUp', mine),
      { type: 'requeued', reason: 'agentLost' },
      'refused wrongState',
    ],
    ['goes native', contact('offered', mine), { type: 'native' }, 'native'],
    [
      'hangs up in the native queue',
      contact('native'),
      { type: 'hungUp', at: after(60_000) },
      'ended abandoned',
    ],
    [
      'was answered natively',
      contact('native', { bridgedAt: after(9_000), ...mine }),
      { type: 'hungUp', at: after(60_000) },
      'wrapUp',
    ],
    ['asks for a call back', contact('queued'), { type: 'callBackRequested' }, 'queued'],
    [
      'is called back: leg gone',
      contact('queued', { callBack: true }),
      { type: 'hungUp', at: after(60_000) },
      'note',
    ],
    [
      'calls by himself meanwhile',
      contact('queued', { callBack: true }),
      { type: 'reachedSince', byContactId: 'c2' },
      'ended completed',
    ],
    ['hangs up twice', contact('ended'), { type: 'hungUp', at: after(60_000) }, 'note'],
    ['is offered after its end', contact('ended'), { type: 'offered', agentId: 'a1' }, 'refused ended'],
  ])('%s', (_title, before, fact, expected) => expect(outcome(before, fact)).toBe(expected))
})

it.each<ContactState>(['queued', 'offered', 'connecting'])(
  'a call that somebody else took while it was %s is his',
  (state) => {
    const before = contact(state, { agentId: state === 'queued' ? null : 'a2' })
    expect(transition(before, { type: 'connected', agentId: 'a1' })).toMatchObject({
      change: { state: 'active', set: { agentId: 'a1' } },
    })
  },
)

describe('wrap-up', () => {
  it('is renewed once only', () => {
    const first = contact('wrapUp', { wrapUpUntil: after(60_000), agentId: 'a1' })
    expect(outcome(first, { type: 'wrapUpRenewed' })).toBe('wrapUp')
    expect(outcome({ ...first, wrapUpRenewed: true }, { type: 'wrapUpRenewed' })).toBe('refused wrongState')
  })
  it('is owed by nobody while the caller waits again', () => {
    const owed = contact('wrapUp', { agentId: 'a1', owedAt: after(90_000), wrapUpRenewed: true })
    expect(transition(owed, { type: 'requeued', reason: 'farSideLeft' })).toMatchObject({
      change: {
        state: 'queued',
        set: { agentId: null, wrapUpRenewed: false },
        clear: ['offeredAt', 'owedAt', 'wrapUpUntil'],
      },
    })
  })
  it('leaves a debt with the same agent when it expires', () => {
    const verdict = transition(contact('wrapUp', { agentId: 'a1' }), { type: 'wrapUpExpired' })
    expect(verdict).toMatchObject({ change: { state: 'wrapUp', set: {}, stamp: ['owedAt'] } })
  })
})

describe('a text contact', () => {
  const text = (state: ContactState) => contact(state, { channel: 'wechat', callId: null, agentId: 'a1' })
  it('is with the agent as soon as he accepts', () =>
    expect(outcome(text('offered'), { type: 'accepted', agentId: 'a1' })).toBe('active'))
  it('may be registered while it is open', () =>
    expect(outcome(text('active'), { type: 'registered' })).toBe('ended completed'))
})

const anyFact: fc.Arbitrary<ContactFact> = fc.oneof(
  ...(
    [
      'screened',
      'queued',
      'held',
      'resumed',
      'consulting',
      'consultEnded',
      'native',
      'callBackRequested',
      'voicemailLeft',
      'conversationEnded',
      'wrapUpRenewed',
      'wrapUpExpired',
      'registered',
      'endedAbusive',
      'failed',
      'connected',
    ] as const
  ).map((type) => fc.constant({ type })),
  fc.constantFrom('a1', 'a2').map((agentId): ContactFact => ({ type: 'offered', agentId })),
  fc.constantFrom('a1', 'a2').map((agentId): ContactFact => ({ type: 'accepted', agentId })),
  fc.constantFrom('a1', null).map((agentId): ContactFact => ({ type: 'nativeAnswered', agentId })),
  fc.nat(120_000).map((ms): ContactFact => ({ type: 'hungUp', at: after(ms) })),
  fc.constant<ContactFact>({ type: 'dialFailed', status: 'NOANSWER' }),
  fc
    .constantFrom('declined', 'expired', 'withdrawn')
    .map((o): ContactFact => ({ type: 'offerEnded', outcome: o as 'declined' })),
)

/** The row after the change, as the store would write it. */
function step(c: Contact, fact: ContactFact): Contact {
  const verdict = transition(c, fact)
  if (!('change' in verdict)) return c
  const { change } = verdict
  const stamped = Object.fromEntries(change.stamp.map((key) => [key, after(1)]))
  const cleared = Object.fromEntries(change.clear.map((key) => [key, null]))
  return {
    ...c,
    ...change.set,
    ...cleared,
    ...stamped,
    state: change.state,
    end: change.end ?? null,
    version: c.version + 1,
  }
}

describe('any order of facts', () => {
  const histories = fc.record({
    facts: fc.array(anyFact, { maxLength: 40 }),
    channel: fc.constantFrom('voice' as const, 'sms' as const),
  })
  it('keeps a contact open or gives it exactly one end', () => {
    fc.assert(
      fc.property(histories, ({ facts, channel }) => {
        let c = contact('received', { channel })
        let ends = 0
        for (const fact of facts) {
          const next = step(c, fact)
          if (next.state === 'ended' && c.state !== 'ended') ends++
          if (c.state === 'ended') expect(next).toEqual(c)
          expect(contactStates).toContain(next.state)
          expect(next.state === 'ended').toBe(next.end !== null)
          expect(next.state === 'ended').toBe(next.endedAt !== null)
          c = next
        }
        expect(ends).toBeLessThanOrEqual(1)
      }),
      { numRuns: 2_000 },
    )
  })
  it('never leaves a waiting contact with an agent, nor a conversation without one', () => {
    fc.assert(
      fc.property(histories, ({ facts, channel }) => {
        let c = contact('received', { channel })
        for (const fact of facts) {
          c = step(c, fact)
          if (c.state === 'queued') expect(c.agentId).toBeNull()
          if (['offered', 'connecting', 'held', 'consulting'].includes(c.state))
            expect(c.agentId).not.toBeNull()
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
