import type { Actor } from '../base/actor.ts'
import type { Contact, ContactState } from '../contacts/model.ts'
import type { ContactDoor } from '../contacts/ports.ts'
import type { Tx } from '../db/pool.ts'
import type { OfferMade, QueueService } from '../queue/ports.ts'
import type { DeskContact, ReferralView } from './contract.ts'
import type { Load } from './model.ts'

/** What the desk asks of other slices. Implemented elsewhere, handed in by `context.ts`. */

export type MessageOfContact = {
  id: string
  direction: 'in' | 'out'
  kind: string
  body: string
  media: unknown
  author: string | null
  receivedAt: Date
  /** Of an outgoing message: queued, sending, sent, delivered, failed, unknown. */
  delivery?: string | null
  deliveryProblem?: string | null
}

export type PastContact = {
  id: string
  channel: string
  /** ISO 8601. */
  at: string
  state: string
  end: string | null
  agentId: string | null
  summary: string
}

export type SavedDraft = { revision: number; body: Record<string, unknown>; savedAt: Date }

export type DeskContacts = {
  door: Pick<ContactDoor, 'apply'>
  find(contactId: string): Promise<Contact | null>
  /** Open contacts that hold the agent or that he owes a registration for. */
  ofAgent(agentId: string): Promise<Contact[]>
  /** Every contact whose registration is owed, whoever owes it: the team lead's list. */
  owed(limit: number): Promise<Contact[]>
  loads(agentIds?: string[]): Promise<Map<string, Load>>
  loadsIn(tx: Tx, agentIds: string[]): Promise<Map<string, Load>>
  /** Oldest first, the newest `limit`. */
  messagesOf(contactId: string, limit?: number): Promise<MessageOfContact[]>
  historyOf(requesterIds: string[], exceptContactId: string, limit?: number): Promise<PastContact[]>
  conversations: {
    reply(
      contactId: string,
      agentId: string,
      clientId: string,
      text: string,
    ): Promise<{ messageId: string | null }>
    end(contactId: string, actor: Actor): Promise<void>
    /** @throws Problem 409 draftChanged with the newer revision and body */
    saveDraft(
      contactId: string,
      agentId: string,
      revision: number,
      body: Record<string, unknown>,
    ): Promise<SavedDraft>
    draft(contactId: string): Promise<SavedDraft | null>
  }
  register(contactId: string, idempotencyKey: string, outcomes: unknown[], actor: Actor): Promise<unknown>
}

export type DeskSending = {
  /** What may be sent on the contact's channel now. */
  sending(contact: Contact): Promise<DeskContact['sending']>
  /** @throws Problem 422 when the template or its parameters are not right */
  sendTemplate(
    contact: Contact,
    agentId: string,
    clientId: string,
    template: string,
    params: Record<string, string>,
  ): Promise<{ messageId: string | null }>
}

export type DeskRequesters = {
  profile(requesterId: string): Promise<{
    requesterId: string
    /** Everybody proven to be the same person. */
    person: string[]
    kind: string
    name: string | null
    careGroups: string[]
    integrityFlag: boolean
    harassing: boolean
    links: { kind: 'phone' | 'wechat' | 'web'; status: string; address: string }[]
  } | null>
}

export type OrderOfRequester = {
  number: string
  title: string
  state: string
  /** ISO 8601, or null where nothing is due. */
  due: string | null
  provisional: boolean
  cite: string | null
  overdue: boolean
}

/** Orders as this agent may know of them: none against himself or his unit, no tip-off. */
export type DeskOrders = {
  openOrdersOf(requesterIds: string[], agentId: string): Promise<OrderOfRequester[]>
  recentOrdersOf(
    requesterIds: string[],
    limit: number,
    agentId: string,
  ): Promise<{ number: string; title: string; state: string; at: string }[]>
  /** Of these contacts those that led to an order which this agent must not learn of. */
  contactsToHide(contactIds: string[], agentId: string): Promise<Set<string>>
}

export type DeskOffers = Pick<
  QueueService,
  'accept' | 'decline' | 'handOver' | 'withdrawOffersOf' | 'agentChanged' | 'contactChanged' | 'depth'
> & {
  /** The offers that the agent has not yet answered. */
  openOffersOf(agentId: string): Promise<OfferMade[]>
}

/** The generated pool of SIP accounts; who has which phone is a row of the telephony slice. */
export type PhonePool = {
  /**
   * A phone for this sign-in, or the one that it has already: asking again gives the secret again.
   * @param wanted the number of a telephone on the table
   * @throws Problem 503 noPhoneFree, 409 loginSuperseded
   */
  bind(
    agentId: string,
    epoch: number,
    kind: 'web' | 'sip',
    wanted?: string,
  ): Promise<{ number: string; secret: string }>
  release(agentId: string, epoch: number): Promise<string | null>
}

/** How a browser's phone reaches Asterisk. */
export type PhoneLine = {
  realm: string
  /** The highest weight first; the gateway's own `/sip` and Asterisk's WSS. */
  sockets: { url: string; weight: number }[]
  /** Where `/sip` goes for this phone, e.g. `ws://127.0.0.1:8088/ws`; null without Asterisk. */
  webSocketOf(phone: string): string | null
  /** What Asterisk last said about the phone (`notInUse`, …); null while unknown. */
  state(phone: string): Promise<string | null>
}

/** Asterisk's own queue follows sign-in, pause and sign-out, so that it can serve without the gateway. */
export type NativeMembers = {
  put(phone: string, paused: boolean): Promise<void>
  remove(phone: string): Promise<void>
}

/** `sent`: Asterisk has it; what became of it is told by call events. */
export type Sent = { sent: true } | { sent: false; why: string }

export type DeskCalls = {
  /** Sends the waiting caller to the phone, which rings for at most `seconds`. */
  ringPhone(callId: string, phone: string, seconds: number): Promise<Sent>
  /** Calls the requester of a contact without a leg, and then the phone. */
  callBack(contactId: string, phone: string): Promise<Sent>
  hold(callId: string): Promise<Sent>
  resume(callId: string): Promise<Sent>
  hangup(callId: string): Promise<Sent>
  pauseRecording(callId: string, paused: boolean): Promise<Sent>
  blindTransfer(callId: string, phone: string, seconds: number): Promise<Sent>
  /** The caller goes back to the head of the queue. */
  backToHold(callId: string): Promise<Sent>
  /** Ends the call with the closing notice of the two-warning rule. */
  dismiss(callId: string): Promise<Sent>
}

export type DeskReferrals = {
  ofContact(contactId: string): Promise<ReferralView | null>
  refer(contactId: string, number: string, kind: 'threeWay' | 'text', actor: Actor): Promise<ReferralView>
  takenOver(referralId: string, actor: Actor): Promise<ReferralView>
  cancel(referralId: string, actor: Actor): Promise<ReferralView>
  contactOf(referralId: string): Promise<string | null>
  /** What in these texts was taken for an emergency; null when nothing. */
  emergencyWords(texts: string[]): string | null
}

/** States in which a contact stands on its agent's desk. An offered one stands there as an offer. */
export const deskStates: readonly ContactState[] = [
  'connecting',
  'active',
  'held',
  'consulting',
  'wrapUp',
  'native',
]
