import type { Actor } from '../base/actor.ts'
import type { Channel, Contact } from '../contacts/model.ts'
import type { Tx } from '../db/pool.ts'

/** What `queue/` asks of others, and what others may ask of it. Composed in `src/context.ts`. */

/**
 * The routing facts of one signed-in agent, read from PostgreSQL (owned by agent-desk/presence). An agent is routable
 * when intent, presence and load all allow it; load is counted from the contacts that hold him.
 */
export type AgentFacts = {
  agentId: string
  /** Rises with every sign-in; an older epoch is refused everywhere. */
  epoch: number
  /** Attributes that requirements are matched against, e.g. `{ language: ['mandarin', 'minnan'], topic: ['heating'] }`. */
  attributes: Record<string, string[]>
  mode: 'desk' | 'phone'
  phone: string | null
  /** Slots per channel group. Text counts sms, wechat and web together. */
  capacity: { voice: number; text: number }
  load: { voice: number; text: number }
  /** Intent available, socket (or phone) present, phone NOT_INUSE for voice, no wrap-up, not notResponding. */
  routable: { voice: boolean; text: boolean }
  /** ms since the epoch; longest idle is served first. */
  idleSinceMs: number
}

export type AgentDirectory = {
  facts(agentId: string): Promise<AgentFacts | null>
  /** Within a transaction, under the locks that it holds. */
  factsIn(tx: Tx, agentId: string): Promise<AgentFacts | null>
  /** Everybody signed in now; the source of truth for a rebuild. */
  all(): Promise<AgentFacts[]>
  /** He missed this offer: sets him aside until he returns by himself, unless nothing could ring at his desk. */
  markNotResponding(tx: Tx, agentId: string, missed: Pick<OfferMade, 'channel' | 'mode'>): Promise<void>
}

export type OfferOutcome = 'accepted' | 'declined' | 'expired' | 'withdrawn' | 'abandoned'

export type OfferMade = {
  offerId: string
  contactId: string
  channel: Channel
  agentId: string
  agentEpoch: number
  mode: 'desk' | 'phone'
  /** Instants of the database clock, ISO 8601. */
  offeredAt: string
  deadline: string
  /** How many times the requirement was relaxed before this agent was found. */
  ring: number
}

/**
 * Told only after the commit. Implemented by agent-desk (stream to the agent's node) and telephony (phone mode). An
 * offer may be announced again, by another gateway too, while nobody knows whether the first time was heard: do it once
 * per `offerId`. A rejection says that the agent was not reached.
 */
export type OfferListener = {
  offered(offer: OfferMade): Promise<void>
  ended(
    offer: Pick<OfferMade, 'offerId' | 'contactId' | 'agentId'>,
    outcome: OfferOutcome,
    reason: string | null,
  ): Promise<void>
}

export type AcceptResult =
  | {
      ok: true
      contactId: string
      channel: Channel
      callId: string | null
      /** The citizen is not on the line: he has to be called. */
      callBack: boolean
    }
  /** 409: somebody or something else was first. 410: the deadline (database clock) has passed. */
  | {
      ok: false
      status: 404 | 409 | 410
      code: 'unknownOffer' | 'contactGone' | 'alreadyTaken' | 'offerExpired' | 'staleEpoch'
    }

export type QueueService = {
  /**
   * PostgreSQL decides by compare-and-set; Redis is told afterwards.
   * @param known the offered contact as it was read a moment ago: spares reading it
   */
  accept(offerId: string, agentId: string, epoch: number, known?: Contact): Promise<AcceptResult>
  decline(offerId: string, agentId: string, reason: string): Promise<boolean>
  /**
   * Gives a text that is `from`'s to a colleague who has room for it now, in one transaction. `notHis`: it is over or
   * somebody else's by now.
   */
  handOver(contactId: string, from: string, to: string, actor: Actor): Promise<'done' | 'notHis' | 'noRoom'>
  /**
   * Ends the open offers of an agent without penalty (socket lost, sign-out) or as a reject (pause).
   * @param only of this channel, where his others are not concerned
   */
  withdrawOffersOf(
    agentId: string,
    outcome: 'withdrawn' | 'declined',
    reason: string,
    only?: Channel,
  ): Promise<void>
  /** The offers that the agent has not yet answered. */
  openOffersOf(agentId: string): Promise<OfferMade[]>
  /** Phone mode: the dial of an offered contact ended without an answer; `status` is Asterisk's DIALSTATUS. */
  dialEnded(contactId: string, agentId: string, status: string): Promise<void>
  /** An agent's facts changed (signed in, freed a slot, skill, schedule, back): reread and match. */
  agentChanged(agentId: string): Promise<void>
  /** Contacts were opened, or moved forward by a message, in this process: reread them together and match. */
  contactsArrived(contacts: { opened: string[]; moved: string[] }): Promise<void>
  /** A contact's row changed: reread and bring the matcher in line. */
  contactChanged(contactId: string): Promise<void>
  /** Place in the queue, 1 = next, for the announcements; null when not waiting. */
  position(contactId: string): Promise<number | null>
  depth(): Promise<Record<Channel, { waiting: number; oldestMs: number }>>
  stop(): Promise<void>
}

/** Asked of telephony when a caller waits, and when a contact has been connecting for too long. */
export type CallSight = {
  /** `waiting`: held for somebody to take it; `busy`: being dialled or bridged; `unknown`: its Asterisk is out of sight. */
  callState(callId: string): Promise<'waiting' | 'busy' | 'gone' | 'unknown'>
  /** False when it is known here that no phone can ring for this caller now: he has hung up, or his Asterisk is away. */
  mayRing(callId: string): boolean
  /** His leg is gone and nobody has said so: everything follows that follows from a hang-up, also that he is owed a call back. */
  lost(callId: string): Promise<void>
}
