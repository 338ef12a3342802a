import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import type { OutgoingContent } from '../channels/outgoing/model.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { AnnounceParts } from '../work-orders/announce.ts'
import type { WorkOrderParts } from '../work-orders/service.ts'
import type { Sending } from './sending.ts'

/** How notices of orders reach people: the requester by his own channel, units by SMS. */
type Parts = {
  pii: Pick<Pii, 'open'>
  sending: Pick<Sending, 'notice' | 'noticeTo'>
  contacts: () => Pick<Contacts, 'find'>
  requesters: Pick<Requesters, 'samePerson'>
  outgoing: () => Pick<Outgoing, 'check' | 'enqueue'>
  units: { phonesOf(tx: Tx, code: string): Promise<string[]> }
}

/** Older contacts than these are not tried: their channels are as dead as those of the newer ones. */
const contactsTried = 5

export function createNoticeSending(parts: Parts): Pick<AnnounceParts, 'tellRequester' | 'tellUnit'> {
  const { pii, sending, contacts, requesters, outgoing, units } = parts

  return {
    async tellRequester(tx, { requesterId, contactIds, contactSealed }, key, words) {
      const himself = await requesters.samePerson(requesterId, tx)
      let tried = 0
      for (const contactId of [...contactIds].reverse()) {
        const contact = await contacts().find(contactId, tx)
        // Others may have raised the same matter: what is said of the order is the requester's alone.
        if (!contact || !himself.includes(contact.requesterId)) continue
        if (++tried > contactsTried) break
        for (const content of words) if (await sending.notice(tx, contactId, key, content)) return
      }
      // 联系方式 of the order: of a letter or a visit there is no channel to answer on.
      const [about] = contactIds
      if (about === undefined || contactSealed === null) return
      const phone = pii.open(contactSealed)
      for (const content of words) if (await sending.noticeTo(tx, phone, about, key, content)) return
    },

    async tellUnit(tx, unit, key, words) {
      const phones = await units.phonesOf(tx, unit)
      for (const [n, to] of phones.filter(isMobile).entries()) {
        const draft = (content: OutgoingContent) =>
          ({ channel: 'sms', to, purpose: 'notice', content, about: `unit:${unit}` }) as const
        const content = words.find((one) => outgoing().check(draft(one)) === null)
        if (content) await outgoing().enqueue(tx, { ...draft(content), key: `${key}-${n}` })
      }
    },
  }
}

/** The numbers of what was registered: by the contact's own channel, else to the number that was left. */
export const registrationNotice =
  ({ pii, sending }: Pick<Parts, 'pii' | 'sending'>): WorkOrderParts['notify'] =>
  async (tx, { contactId, registrationId, contactSealed, words }) => {
    if (!words) return
    const key = `registered-${registrationId}`
    if (await sending.notice(tx, contactId, key, words)) return
    await sending.noticeTo(tx, contactSealed && pii.open(contactSealed), contactId, key, words)
  }

const isMobile = (phone: string): boolean => /^\+861[3-9]\d{9}$/.test(toE164(phone) ?? '')
