import type { Media } from '../channels/wechat/media.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Recordings } from '../telephony/recording.ts'
import type { RequesterFile, RequesterFiles } from '../work-orders/attachments.ts'
import type { CallRecordings } from '../work-orders/recordings.ts'

/** What lies beside an order elsewhere: files that its requester sent, recordings of its calls. */

type OfContacts = () => Pick<Contacts, 'find' | 'messagesOf'>

/** A lively conversation has fewer messages than this. */
const messagesLookedAt = 500

export const requesterFiles = (contacts: OfContacts, media: () => Media | null): RequesterFiles => ({
  async ofContacts(contactIds) {
    const kept = media()
    if (!kept) return []
    const found: RequesterFile[] = []
    for (const id of contactIds) {
      const contact = await contacts().find(id)
      if (!contact || contact.channel === 'voice') continue
      const messages = (await contacts().messagesOf(id, messagesLookedAt)).filter((m) => m.direction === 'in')
      const byProvider = new Map(messages.map((m) => [m.providerId, m.receivedAt]))
      const files = await kept.of(contact.channel, contact.account, [...byProvider.keys()])
      for (const f of files)
        if (f.part === 'file')
          found.push({
            id: f.id,
            mime: f.mime,
            bytes: f.bytes,
            sha256: f.sha256,
            state: f.state,
            at: byProvider.get(f.providerId) ?? contact.receivedAt,
          })
    }
    return found
  },
  read: async (id) => (await media()?.read(id)) ?? null,
})

export const callRecordings = (contacts: OfContacts, recordings: () => Recordings | null): CallRecordings => {
  /** Its own call, and the one that it calls back for: what was said to the voicemail is there. */
  async function callsOf(contactId: string): Promise<string[]> {
    const contact = await contacts().find(contactId)
    const parent = contact?.parentContactId ? await contacts().find(contact.parentContactId) : null
    return [parent, contact].flatMap((one) => (one?.callId ? [one.callId] : []))
  }
  return {
    async ofContacts(contactIds) {
      const found = []
      for (const contactId of contactIds)
        for (const callId of await callsOf(contactId))
          for (const r of (await recordings()?.ofCall(callId)) ?? [])
            found.push({
              id: r.id,
              contactId,
              kind: r.kind,
              bytes: r.bytes,
              sha256: r.sha256,
              storedAt: r.storedAt,
            })
      return found
    },
    open: async (id) => (await recordings()?.open(id)) ?? null,
  }
}
