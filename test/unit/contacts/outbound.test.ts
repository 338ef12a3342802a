import { describe, expect, it } from 'vitest'
import type { Contact, ContactState } from '../../../src/contacts/model.ts'
import { transition, type ContactFact } from '../../../src/contacts/transition.ts'

const at = new Date('2026-03-02T02:00:00Z')
const contact = (state: ContactState): Contact =>
  ({ id: 'c1', channel: 'voice', direction: 'outbound', state, agentId: 'a1', receivedAt: at }) as Contact

function outcome(state: ContactState, fact: ContactFact): string {
  const verdict = transition(contact(state), fact)
  if ('refused' in verdict) return `refused ${verdict.refused}`
  if ('note' in verdict) return 'note'
  return verdict.change.end ? `${verdict.change.state} ${verdict.change.end}` : verdict.change.state
}

describe('a contact that staff began', () => {
  it.each<[ContactState, ContactFact, string]>([
    ['connecting', { type: 'phoneAnswered' }, 'connecting'],
    ['connecting', { type: 'connected' }, 'active'],
    ['connecting', { type: 'dialFailed', status: 'BUSY' }, 'ended failed'],
    ['connecting', { type: 'hungUp', at }, 'ended failed'],
    ['active', { type: 'held' }, 'held'],
    ['held', { type: 'resumed' }, 'active'],
    ['active', { type: 'hungUp', at }, 'ended completed'],
    ['held', { type: 'hungUp', at }, 'ended completed'],
    ['active', { type: 'dialFailed', status: 'BUSY' }, 'note'],
    ['active', { type: 'connected' }, 'note'],
    ['ended', { type: 'hungUp', at }, 'note'],
    ['ended', { type: 'connected' }, 'refused ended'],
  ])('%s, %j: %s', (state, fact, expected) => {
    expect(outcome(state, fact)).toBe(expected)
  })

  it('never waits, is never offered, handed over or registered, and owes nothing', () => {
    const facts: ContactFact[] = [
      { type: 'queued' },
      { type: 'offered', agentId: 'a2' },
      { type: 'accepted', agentId: 'a1' },
      { type: 'requeued', reason: 'agentLost' },
      { type: 'transferred', agentId: 'a2' },
      { type: 'native' },
      { type: 'callBackRequested' },
      { type: 'voicemailLeft' },
      { type: 'wrapUpExpired' },
      { type: 'registered' },
      { type: 'reachedSince', byContactId: 'c2' },
    ]
    for (const state of ['connecting', 'active', 'held'] as const)
      for (const fact of facts)
        expect(outcome(state, fact), `${state} ${fact.type}`).toBe('refused wrongState')
  })
})
