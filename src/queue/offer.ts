import type { Channel, ContactState } from '../contacts/model.ts'
import { groupOf, type ChannelGroup } from './choose-agent.ts'
import type { AcceptResult, OfferOutcome } from './ports.ts'

/** PURE. The life of an offer: how long it lasts, how it may end, and what each end means for agent and contact. */

/** An offer as the ledger has it. `nowMs` beside it must come from the same clock: the database's. */
export type Offer = {
  agentId: string
  agentEpoch: number
  channel: Channel
  mode: 'desk' | 'phone'
  deadlineMs: number
  /** Whether it is known to have reached the agent's desk or phone. */
  announced: boolean
  outcome: OfferOutcome | null
}

export const limitMs = (channel: Channel, limits: Record<ChannelGroup, number>): number =>
  limits[groupOf(channel)]

export type Consequences = {
  /** The contact returns to its original place. */
  backToQueue: boolean
  /** The agent is set aside until he returns by himself. */
  notResponding: boolean
  /** This agent is not asked for this contact for a while, unless he is alone. */
  excluded: boolean
}

const consequences: Record<OfferOutcome, Consequences> = {
  accepted: { backToQueue: false, notResponding: false, excluded: false },
  declined: { backToQueue: true, notResponding: false, excluded: true },
  expired: { backToQueue: true, notResponding: true, excluded: true },
  // The agent could not answer and is not to blame.
  withdrawn: { backToQueue: true, notResponding: false, excluded: false },
  // The caller hung up first: not a miss.
  abandoned: { backToQueue: false, notResponding: false, excluded: false },
}

export const consequencesOf = (outcome: OfferOutcome): Consequences => consequences[outcome]

export type AcceptRefusal = Extract<AcceptResult, { ok: false }>

const refuse = (status: AcceptRefusal['status'], code: AcceptRefusal['code']): AcceptRefusal => ({
  ok: false,
  status,
  code,
})

const afterTheEnd: Record<OfferOutcome, AcceptRefusal> = {
  accepted: refuse(409, 'alreadyTaken'),
  declined: refuse(409, 'contactGone'),
  expired: refuse(410, 'offerExpired'),
  withdrawn: refuse(409, 'contactGone'),
  abandoned: refuse(409, 'contactGone'),
}

/** Lost to a hang-up or to any other change of the contact. */
export const contactGone = refuse(409, 'contactGone')

/**
 * Whether an agent may still accept. The deadline itself is too late.
 * @returns null when he may
 */
export function judgeAccept(
  offer: Offer | null,
  agentId: string,
  epoch: number,
  nowMs: number,
): AcceptRefusal | null {
  // Another agent's offer is nobody else's business: it does not exist for him.
  if (!offer || offer.agentId !== agentId) return refuse(404, 'unknownOffer')
  if (offer.agentEpoch !== epoch) return refuse(409, 'staleEpoch')
  if (offer.outcome !== null) return afterTheEnd[offer.outcome]
  return nowMs >= offer.deadlineMs ? refuse(410, 'offerExpired') : null
}

/**
 * How an open offer ends by time. One that never reached the agent is taken back: a gateway that died between commit
 * and announcement must not make him look absent.
 */
export function judgeExpiry(
  offer: Offer,
  nowMs: number,
): { over: true } | { waitMs: number } | { outcome: 'expired' | 'withdrawn' } {
  if (offer.outcome !== null) return { over: true }
  if (nowMs < offer.deadlineMs) return { waitMs: offer.deadlineMs - nowMs }
  return { outcome: offer.announced ? 'expired' : 'withdrawn' }
}

/**
 * How an open offer ends because its contact has moved on without it.
 * @returns null while the contact still stands offered to that agent
 */
export function judgeMoved(
  offer: Offer,
  contact: { state: ContactState; agentId: string | null } | null,
): OfferOutcome | null {
  if (!contact) return 'abandoned'
  const his = contact.agentId === offer.agentId
  switch (contact.state) {
    case 'offered':
      return his ? null : 'withdrawn'
    // Phone mode: the phone was lifted, and that is the accept.
    case 'connecting':
    case 'active':
    case 'held':
    case 'consulting':
    case 'wrapUp':
      return his ? 'accepted' : 'withdrawn'
    case 'received':
    case 'screened':
    case 'queued':
      return 'withdrawn'
    case 'native':
      return 'abandoned'
    case 'ended':
      // A hang-up while ringing takes the agent off the contact; if he is still on it, his phone had answered.
      return his && offer.mode === 'phone' ? 'accepted' : 'abandoned'
  }
}

/** What the end of a dial to a plain phone (Asterisk's DIALSTATUS) says about its agent. */
export function outcomeOfDial(status: string): Extract<OfferOutcome, 'declined' | 'expired' | 'withdrawn'> {
  switch (status) {
    case 'NOANSWER':
      return 'expired'
    case 'BUSY':
      return 'declined'
    default:
      return 'withdrawn'
  }
}
