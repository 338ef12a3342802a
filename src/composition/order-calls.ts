import { system } from '../base/actor.ts'
import { toDialString } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { createOutboundContacts } from '../contacts/outbound.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Phones } from '../telephony/phones.ts'
import type { Telephony } from '../telephony/service.ts'
import type { CallLine } from '../work-orders/call-ports.ts'

/** Joins calls to requesters to those who carry them: telephony, the ledger of contacts, desks and telephones. */
type Parts = {
  pii: Pii
  requesters: Pick<Requesters, 'lookupOf' | 'profile'>
  contacts: () => Pick<Contacts, 'door' | 'find' | 'eventsOf'>
  telephony: () => Telephony | null
  phones: () => Phones | null
  /** The telephone of a desk that is signed in; null without one. */
  phoneOfAgent: (staffId: string) => Promise<string | null>
}

const down = { sent: false, why: 'nodeDown' } as const
const actor = system('orderCalls')

export function createCallLine({
  pii,
  requesters,
  contacts,
  telephony,
  phones,
  phoneOfAgent,
}: Parts): CallLine {
  const outbound = () => createOutboundContacts({ door: contacts().door, requesters, seal: pii.seal })
  const control = () => telephony()?.control ?? null

  return {
    async phoneOf(staffId) {
      const ofDesk = await phoneOfAgent(staffId)
      const number = ofDesk ?? (await phones()?.phoneOf(staffId)) ?? null
      if (number === null) return null
      return { number, ofDesk: ofDesk !== null, ready: telephony()?.phoneState(number) === 'notInUse' }
    },
    sitAt: async (staffId, number) => phones()?.sitAt(staffId, number),
    leave: async (staffId) => void (await phones()?.release(staffId, 0)),
    async verifiedPhone(requesterId) {
      const links = (await requesters.profile(requesterId))?.links ?? []
      return links.find(({ kind, status }) => kind === 'phone' && status === 'verified')?.address ?? null
    },
    placeOut: async (phone) => (await control()?.placeOut(phone)) ?? null,
    begin: (tx, call) => outbound().begin(tx, call),
    begun(contact) {
      void contacts()
        .find(contact.id)
        .then((now) => now && outbound().begun(now))
        // The bell that was committed with it tells the same, a little later.
        .catch(() => {})
    },
    callOut: async (place, phone, number) =>
      (await control()?.callOut(place, phone, toDialString(number))) ?? down,
    hangUp: async (callId) => (await control()?.hangup(callId)) ?? down,
    async failed(contactId, why) {
      await contacts().door.apply(contactId, { type: 'failed' }, { actor, data: { why } })
    },
    find: (contactId) => contacts().find(contactId),
    endingsOf: async (contactId) =>
      (await contacts().eventsOf(contactId)).map(({ type, data }) => {
        const { status, cause, stage, recovered } = (data ?? {}) as Record<string, unknown>
        return { type, status, cause, stage, recovered: recovered === true }
      }),
  }
}
