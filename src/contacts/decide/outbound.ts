import type { Contact } from '../model.ts'
import type { Change, ContactFact, Verdict } from '../transition.ts'

/**
 * PURE. What a fact does to a contact that staff began by calling the requester of an order. It is `connecting` until he
 * answers and ends with the call: nothing is registered from it, so there is no wrap-up and no debt. Nothing puts it into
 * the queue or into other hands.
 */
export function outboundTransition(contact: Contact, fact: ContactFact): Verdict {
  const { state } = contact
  const connecting = state === 'connecting'
  const talking = state === 'active' || state === 'held'
  const wrong: Verdict = { refused: 'wrongState' }

  switch (fact.type) {
    case 'phoneAnswered':
      return connecting ? to('connecting', { stamp: ['answeredAt'] }) : { note: 'own phone answered late' }
    case 'connected':
      if (connecting) return to('active', { stamp: ['answeredAt', 'bridgedAt'] })
      return talking ? { note: 'already connected' } : wrong
    case 'dialFailed':
      return connecting ? end('failed') : { note: 'dial ended late' }
    case 'held':
      return state === 'active' ? to('held') : wrong
    case 'resumed':
      return state === 'held' ? to('active') : wrong
    case 'hungUp':
      return end(connecting ? 'failed' : 'completed')
    case 'conversationEnded':
      return talking ? end('completed') : wrong
    case 'endedAbusive':
      return talking ? end('abusive') : wrong
    case 'failed':
      return end('failed')
    default:
      return wrong
  }
}

const to = (state: Contact['state'], more: Partial<Change> = {}): Verdict => ({
  change: { state, set: {}, stamp: [], clear: [], ...more },
})
const end = (how: NonNullable<Contact['end']>): Verdict => to('ended', { end: how, stamp: ['endedAt'] })
