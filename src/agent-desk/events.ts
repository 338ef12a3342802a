import type { OfferMade, OfferOutcome } from '../queue/ports.ts'

/**
 * What travels to an agent's desk through Redis. Ids and codes only: Redis is not encrypted, so whatever names a person
 * is read from PostgreSQL by the gateway that delivers it, at the moment of delivery.
 */
export type DeskEvent =
  | { type: 'agent' }
  | { type: 'offer'; offer: OfferMade }
  | {
      type: 'offerEnded'
      offerId: string
      contactId: string
      outcome: OfferOutcome
      reason: string | null
    }
  /** The contact changed: it is shown as it stands now, or taken away when it is no longer his. */
  | { type: 'contact'; contactId: string }
  | { type: 'message'; contactId: string; messageId: string }
  | { type: 'referral'; contactId: string }
  /** `text` is a fixed sentence, never one with a person in it. */
  | { type: 'notice'; level: 'info' | 'warning'; text: string }
  /** Every tab but this one lost the phone. */
  | { type: 'displaced'; keepTab: string; reason: 'otherTab' }

/**
 * Puts an event on an agent's desk, wherever his sockets are. Never rejects: what is lost is made up by a snapshot.
 * @returns false where Redis did not take it: it is on its way to nobody yet
 */
export type Publish = (agentId: string, event: DeskEvent, once?: string) => Promise<boolean>
