import { slotStates, type Contact } from '../contacts/model.ts'
import type { ContactForMatching } from '../contacts/ports.ts'
import type { MatchContact } from './matcher.ts'
import { consequencesOf } from './offer.ts'
import type { PastOffer } from './store.ts'

/** Open and not queued: of no interest to the queue, though an agent may have it. */
const placeOf = (state: ContactForMatching['state']): MatchContact['place'] =>
  state === 'queued' ? 'waiting' : state === 'ended' ? 'gone' : 'held'

/** As the ledger counts the load of an agent. */
const loadOf = (state: ContactForMatching['state'], owed: boolean): MatchContact['load'] =>
  owed ? 'none' : state === 'wrapUp' ? 'wrapUp' : slotStates.includes(state) ? 'slot' : 'none'

/**
 * Who has a contact, and as what: all that routing asks of one that is with an agent. From a version to the next that
 * stands alike nothing follows. null of a contact that nobody has.
 */
export const standingOf = (contact: Pick<ContactForMatching, 'state' | 'agentId' | 'owed'>): string | null =>
  contact.agentId !== null && placeOf(contact.state) === 'held'
    ? `${contact.agentId} ${loadOf(contact.state, contact.owed)}`
    : null

/** The same of a contact as its door gives it. */
export const standingOfContact = ({ state, agentId, owedAt }: Contact): string | null =>
  standingOf({ state, agentId, owed: owedAt !== null })

/** What the matcher is told of a row; `past` are the contact's lately ended offers, oldest first. */
export function toMatch(row: ContactForMatching, past: readonly PastOffer[]): MatchContact {
  const latest = new Map(past.map((offer) => [offer.agentId, offer]))
  return {
    id: row.id,
    channel: row.channel,
    place: placeOf(row.state),
    version: row.version,
    changedAtMs: row.changedAtMs,
    score: row.score,
    queuedAtMs: row.queuedAtMs,
    requirement: row.requirement,
    emergency: row.emergency,
    stickyAgentId: row.stickyAgentId,
    agentId: row.agentId,
    load: loadOf(row.state, row.owed),
    refused: past
      .filter((offer) => consequencesOf(offer.outcome).excluded)
      .map(({ agentId, endedMs }) => ({ agentId, sinceMs: endedMs })),
    pardoned: [...latest.values()]
      .filter((offer) => offer.outcome === 'withdrawn')
      .map((offer) => offer.agentId),
  }
}

/** A contact without a row, e.g. of a database that was restored to an older day. */
export const goneRow = (id: string): MatchContact => ({
  id,
  channel: 'web',
  place: 'gone',
  version: Number.MAX_SAFE_INTEGER,
  changedAtMs: 0,
  score: 0,
  queuedAtMs: 0,
  requirement: {},
  emergency: false,
  stickyAgentId: null,
  agentId: null,
  load: 'none',
})
