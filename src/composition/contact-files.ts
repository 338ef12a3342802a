import type { MediaRoutesOptions } from '../agent-desk/media-routes.ts'
import type { Media } from '../channels/wechat/media.ts'
import type { Contacts } from '../contacts/service.ts'

/** A lively conversation has fewer messages than this. */
const messagesLookedAt = 500

/** The files of a contact's messages, as the channels have fetched them. */
export const contactFiles = (
  contacts: Pick<Contacts, 'messagesOf'>,
  media: () => Media | null,
): MediaRoutesOptions['files'] => ({
  async ofMessage(contact, messageId) {
    const kept = media()
    if (!kept || contact.channel === 'voice') return null
    const messages = await contacts.messagesOf(contact.id, messagesLookedAt)
    const message = messages.find((m) => m.id === messageId && m.direction === 'in')
    if (!message) return null
    const files = await kept.of(contact.channel, contact.account, [message.providerId])
    return files.find((f) => f.part === 'file') ?? null
  },
  read: async (id) => (await media()?.read(id)) ?? null,
})
