import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { CallEnding } from './rules/call-requester.ts'

/** What calls to requesters ask of telephony, contacts and presence; composed in `src/composition/order-calls.ts`. */

/** A contact, as far as a call is told by it. */
export type CalledContact = {
  id: string
  callId: string | null
  state: string
  answeredAt: Date | null
  bridgedAt: Date | null
  endedAt: Date | null
}

export type CallPlace = { callId: string; node: string; account: string }

export type Asked = { sent: true } | { sent: false; why: string }

export type CallLine = {
  /** The telephone of this person: of his desk, or the one he has named as his. Null: none. */
  phoneOf(staffId: string): Promise<{ number: string; ofDesk: boolean; ready: boolean } | null>
  /** Takes a telephone of the pool for a person without a desk. @throws Problem 409 phoneTaken */
  sitAt(staffId: string, number: string): Promise<void>
  leave(staffId: string): Promise<void>
  /** E.164 of a telephone that the requester is proven to have; null: none. */
  verifiedPhone(requesterId: string): Promise<string | null>
  placeOut(phone: string): Promise<CallPlace | null>
  /** @throws unique violation when the caller has a call or the offer of one */
  begin(
    tx: Tx,
    call: CallPlace & {
      contactId: string
      number: string
      requesterId: string
      confidential: boolean
      actor: Actor
    },
  ): Promise<CalledContact>
  /** After the commit. */
  begun(contact: CalledContact): void
  /** @param number E.164 */
  callOut(place: CallPlace, phone: string, number: string): Promise<Asked>
  hangUp(callId: string): Promise<Asked>
  /** Ends a contact of which nothing rings. */
  failed(contactId: string, why: string): Promise<void>
  find(contactId: string): Promise<CalledContact | null>
  /** Facts of the contact in their order. */
  endingsOf(contactId: string): Promise<(CallEnding & { recovered: boolean })[]>
}
