import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Door } from './door.ts'
import type { Contact } from './model.ts'
import { insertOutbound } from './outbound-store.ts'

/** Calls that staff make. They go through the same door as every contact, and through no queue. */
export type OutboundContacts = ReturnType<typeof createOutboundContacts>

export type OutboundCall = {
  contactId: string
  callId: string
  node: string
  account: string
  /** E.164; sealed before it is stored. */
  number: string
  requesterId: string
  /** It joins no history. */
  confidential: boolean
  actor: Actor
}

export type OutboundDeps = {
  door: Pick<Door, 'announce'>
  requesters: Pick<Requesters, 'lookupOf'>
  seal: (plain: string) => string
}

export const createOutboundContacts = ({ door, requesters, seal }: OutboundDeps) => ({
  /** In the caller's transaction. @throws unique violation when the caller has a call or the offer of one */
  begin: (tx: Tx, { contactId, number, ...call }: OutboundCall): Promise<Contact> =>
    insertOutbound(tx, {
      ...call,
      id: contactId,
      lookup: requesters.lookupOf({ kind: 'phone', address: number }),
      sealed: seal(number),
    }),
  /** After the commit: the caller counts as occupied, his desk shows the call. */
  begun(contact: Contact): void {
    door.announce(contact, { type: 'connected' }, contact.state)
  },
})
