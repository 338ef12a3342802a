import { outboundTransition } from './decide/outbound.ts'
import type { Contact, ContactEnd, ContactState } from './model.ts'

/**
 * PURE. The one table of what may happen to a contact. `transition` answers what a fact does to a contact; the store
 * writes the answer with a compare-and-set on (id, version), so of two facts that race the first commit wins and the
 * second is judged again against the new state. `of` names the agent whose contact it was when the step was decided on:
 * has somebody else it meanwhile, the step comes too late.
 */
export type ContactFact =
  | { type: 'screened' }
  | { type: 'queued' }
  | { type: 'offered'; agentId: string }
  | { type: 'offerEnded'; outcome: 'declined' | 'expired' | 'withdrawn' }
  | { type: 'accepted'; agentId: string }
  | { type: 'connected'; agentId?: string }
  | { type: 'dialFailed'; status: string }
  /** Of a call that staff make: their own phone is taken, the requester's rings. */
  | { type: 'phoneAnswered' }
  | { type: 'held' }
  | { type: 'resumed' }
  | { type: 'consulting' }
  | { type: 'consultEnded' }
  | {
      type: 'requeued'
      reason: 'transfer' | 'drain' | 'agentLost' | 'gatewayLost' | 'farSideLeft'
      of?: string
    }
  | { type: 'transferred'; agentId: string; of?: string }
  | { type: 'native' }
  | { type: 'nativeAnswered'; agentId: string | null }
  | { type: 'hungUp'; at: Date }
  | { type: 'callBackRequested' }
  /** `unreachable`: nobody can call him back. */
  | { type: 'voicemailLeft'; unreachable?: boolean }
  | { type: 'conversationEnded'; of?: string }
  | { type: 'wrapUpRenewed'; of?: string }
  /** `until`: the instant that was seen to pass; renewed meanwhile, it says nothing. */
  | { type: 'wrapUpExpired'; until?: Date }
  | { type: 'registered'; of?: string }
  /** The requester of a waiting call back has reached an agent by himself. */
  | { type: 'reachedSince'; byContactId: string }
  | { type: 'endedAbusive'; of?: string }
  | { type: 'failed' }

export type Change = {
  state: ContactState
  end?: ContactEnd
  /** Columns that follow from the fact. `agentId: null` frees the agent. */
  set: Partial<Pick<Contact, 'agentId' | 'wrapUpRenewed' | 'callBack'>>
  /** Instants the store fills with the database clock. */
  stamp: ('queuedAt' | 'offeredAt' | 'answeredAt' | 'bridgedAt' | 'owedAt' | 'endedAt' | 'wrapUpUntil')[]
  /** Instants the store clears. */
  clear: ('wrapUpUntil' | 'owedAt' | 'offeredAt')[]
}

export type Verdict =
  | { change: Change }
  /** The fact is true but alters nothing (duplicates, late events): it is kept as a note. */
  | { note: string }
  | { refused: 'ended' | 'wrongState' | 'notYours' }

/** Below this wait an abandoned call counts as a slip of the finger, milliseconds (semantics: ends). */
export const shortAbandonMs = 5_000

const to = (state: ContactState, more: Partial<Change> = {}): Verdict => ({
  change: { state, set: {}, stamp: [], clear: [], ...more },
})
const backToQueue = (): Verdict => to('queued', { set: { agentId: null }, clear: ['offeredAt'] })
const end = (how: ContactEnd, more: Partial<Change> = {}): Verdict =>
  to('ended', { end: how, stamp: ['endedAt'], clear: ['wrapUpUntil'], ...more })
const wrapUp = (): Verdict => to('wrapUp', { stamp: ['wrapUpUntil'] })
const owed = (agentId: string | null): Verdict =>
  to('wrapUp', { set: { agentId }, stamp: ['owedAt'], clear: ['wrapUpUntil'] })

const withAgent: readonly ContactState[] = ['active', 'held', 'consulting']
const waiting: readonly ContactState[] = ['received', 'screened', 'queued']

export function transition(contact: Contact, fact: ContactFact): Verdict {
  const { state } = contact
  // Ends are tombstones: a late event changes nothing and is kept.
  if (state === 'ended') return fact.type === 'hungUp' ? { note: 'late hang-up' } : { refused: 'ended' }
  if (contact.direction === 'outbound') return outboundTransition(contact, fact)
  const is = (...states: readonly ContactState[]): boolean => states.includes(state)
  const wrong: Verdict = { refused: 'wrongState' }
  if ('of' in fact && fact.of !== undefined && fact.of !== contact.agentId) return { refused: 'notYours' }

  switch (fact.type) {
    case 'screened':
      return is('received') ? to('screened') : { note: 'already screened' }
    case 'queued':
      return is('received', 'screened') ? to('queued', { stamp: ['queuedAt'] }) : { note: 'already queued' }
    case 'offered':
      return is('queued') ? to('offered', { set: { agentId: fact.agentId }, stamp: ['offeredAt'] }) : wrong
    case 'offerEnded':
      return is('offered') ? backToQueue() : { note: `offer ${fact.outcome} late` }
    case 'accepted':
      if (!is('offered')) return wrong
      if (contact.agentId !== fact.agentId) return { refused: 'notYours' }
      return contact.channel === 'voice'
        ? to('connecting', { stamp: ['answeredAt'] })
        : to('active', { stamp: ['answeredAt', 'bridgedAt'] })
    case 'connected':
      // Whoever has lifted the telephone has the caller, whomever he was just being offered to.
      if (is('connecting', 'offered') || (is('queued') && fact.agentId !== undefined))
        return to('active', {
          set: fact.agentId === undefined ? {} : { agentId: fact.agentId },
          stamp: ['answeredAt', 'bridgedAt'],
        })
      return withAgent.includes(state) ? { note: 'already connected' } : wrong
    case 'phoneAnswered':
      return wrong
    case 'dialFailed':
      return is('connecting', 'offered') ? backToQueue() : { note: 'dial ended late' }
    case 'held':
      return is('active') ? to('held') : wrong
    case 'resumed':
      return is('held') ? to('active') : wrong
    case 'consulting':
      return is('active', 'held') ? to('consulting') : wrong
    case 'consultEnded':
      return is('consulting') ? to('active') : { note: 'consult ended late' }
    case 'requeued':
      // Handed over to an emergency line that has left him: whoever takes him now owes the registration.
      if (is('wrapUp') && fact.reason === 'farSideLeft')
        return to('queued', {
          set: { agentId: null, wrapUpRenewed: false },
          clear: ['offeredAt', 'owedAt', 'wrapUpUntil'],
        })
      return is(...withAgent, 'connecting', 'offered') ? backToQueue() : wrong
    case 'transferred':
      return is(...withAgent) ? to('active', { set: { agentId: fact.agentId } }) : wrong
    case 'native':
      // Asterisk's own queue has the caller now; the gateway keeps its hands off until that leg ends.
      return is(...waiting, 'offered', 'connecting')
        ? to('native', { set: { agentId: null }, clear: ['offeredAt'] })
        : { note: 'native while with an agent' }
    case 'nativeAnswered':
      return is('native')
        ? to('native', { set: { agentId: fact.agentId }, stamp: ['answeredAt', 'bridgedAt'] })
        : { note: 'native answer late' }
    case 'hungUp':
      return hangUp(contact, fact.at)
    case 'callBackRequested':
      // No end: the leg goes, the contact keeps its place.
      return is(...waiting, 'native') && contact.channel === 'voice'
        ? to('queued', { set: { agentId: null, callBack: true } })
        : wrong
    case 'voicemailLeft':
      if (!is(...waiting, 'native')) return { note: 'voicemail late' }
      // What he said is all there will be: it stands on the list of what is owed.
      return fact.unreachable ? owed(null) : end('voicemail')
    case 'conversationEnded':
      return is(...withAgent) ? wrapUp() : wrong
    case 'wrapUpRenewed':
      if (!is('wrapUp') || contact.owedAt) return wrong
      return contact.wrapUpRenewed
        ? wrong
        : to('wrapUp', { set: { wrapUpRenewed: true }, stamp: ['wrapUpUntil'] })
    case 'wrapUpExpired':
      if (fact.until && contact.wrapUpUntil && contact.wrapUpUntil > fact.until)
        return { note: 'wrap-up renewed meanwhile' }
      // The agent is free again; the debt stays his.
      return is('wrapUp') && !contact.owedAt
        ? to('wrapUp', { stamp: ['owedAt'], clear: ['wrapUpUntil'] })
        : { note: 'wrap-up already settled' }
    case 'registered':
      // A voice contact is registered after the call; a text one may be settled while it is open.
      return is('wrapUp') || (contact.channel !== 'voice' && is(...withAgent)) ? end('completed') : wrong
    case 'reachedSince':
      return is('queued') && contact.callBack
        ? end('completed')
        : { note: 'reached, but no waiting call back' }
    case 'endedAbusive':
      return is(...withAgent) ? end('abusive') : wrong
    case 'failed':
      return end('failed')
  }
}

function hangUp(contact: Contact, at: Date): Verdict {
  switch (contact.state) {
    case 'received':
    case 'screened':
    case 'queued':
      // A call-back contact lost its leg on purpose.
      if (contact.callBack) return { note: 'leg of a call back ended' }
      return end(at.getTime() - contact.receivedAt.getTime() < shortAbandonMs ? 'shortAbandon' : 'abandoned')
    case 'offered':
    case 'connecting':
      if (contact.callBack) return backToQueue()
      return end('abandonedRinging', { set: { agentId: null } })
    case 'native':
      // Answered by Asterisk's own queue: the agent of that phone owes the registration.
      return contact.bridgedAt ? owed(contact.agentId) : end('abandoned')
    case 'active':
    case 'held':
    case 'consulting':
      return wrapUp()
    case 'wrapUp':
    case 'ended':
      return { note: 'hang-up after the conversation' }
  }
}
