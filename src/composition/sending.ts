import { problem } from '../base/problem.ts'
import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import type { DeskSending, MessageOfContact } from '../agent-desk/ports.ts'
import type { OutgoingContent, OutgoingDraft, OutgoingPurpose } from '../channels/outgoing/model.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { SendToRequester } from '../contacts/conversations.ts'
import type { Contact } from '../contacts/model.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'

/** Joins contacts, which say something to a requester, to the channels, which know how. */
export type Sending = {
  send: SendToRequester
  /**
   * A notice of our own accord, e.g. the order's number; an opt-out stops it. A caller gets it by SMS.
   * @returns whether this contact's channel takes it
   */
  notice: (tx: Tx, contactId: string, key: string, content: OutgoingContent) => Promise<boolean>
  /** The same by SMS to a number that the requester left with his matter: a letter or a visit has no other channel. */
  noticeTo: (
    tx: Tx,
    phone: string | null,
    contactId: string,
    key: string,
    content: OutgoingContent,
  ) => Promise<boolean>
  desk: DeskSending
  /** Messages of a contact with what became of the outgoing ones. */
  messagesOf: (contactId: string, limit?: number) => Promise<MessageOfContact[]>
}

const aboutPrefix = 'contact:'
export const aboutContact = (contactId: string): string => `${aboutPrefix}${contactId}`

/** The contact that an outgoing message is about, or null. */
export const contactOfAbout = (about: string | null): string | null =>
  about?.startsWith(aboutPrefix) ? about.slice(aboutPrefix.length) : null

type Parts = {
  db: Db
  pii: Pii
  contacts: () => Pick<Contacts, 'find' | 'addressOf' | 'messagesOf' | 'conversations'>
  outgoing: () => Outgoing
  requesters: Pick<Requesters, 'profile'>
}

export function createSending({ db, pii, contacts, outgoing, requesters }: Parts): Sending {
  /** Where WeChat cannot be reached any more (its 48 hours, its quota), a proven telephone can. */
  async function provenMobile(tx: Tx, contactId: string): Promise<string | null> {
    const contact = await contacts().find(contactId, tx)
    const profile = contact && (await requesters.profile(contact.requesterId, tx))
    const link = profile?.links.find(
      (l) => l.kind === 'phone' && l.status === 'verified' && isMobile(l.address),
    )
    return link?.address ?? null
  }

  async function draftFor(
    tx: Tx,
    contactId: string,
    purpose: OutgoingPurpose,
    content: OutgoingContent,
  ): Promise<Omit<OutgoingDraft, 'key'> | null> {
    const address = await contacts().addressOf(contactId, tx)
    if (!address?.sealed || address.channel === 'web') return null
    const to = pii.open(address.sealed)
    const about = aboutContact(contactId)
    if (address.channel === 'voice')
      return isMobile(to) ? { channel: 'sms', to, purpose, content, about } : null
    return { channel: address.channel, to, purpose, content, about, account: address.account }
  }

  async function enqueue(
    tx: Tx,
    contactId: string,
    key: string,
    purpose: OutgoingPurpose,
    content: OutgoingContent,
  ): Promise<boolean> {
    const draft = await draftFor(tx, contactId, purpose, content)
    if (!draft) return false
    const made = await outgoing().enqueue(tx, { ...draft, key })
    if (!made.ok) throw problem(422, made.refusal.code, made.refusal.title, made.refusal.detail)
    return true
  }

  /** Of a line that was kept without being queued, in words for the desk. */
  async function whyNotSent(contactId: string, text: string): Promise<string> {
    const draft = await draftFor(db, contactId, 'reply', { text })
    return draft ? (outgoing().check(draft)?.title ?? '没有发出') : '诉求人没有可以回复的地址'
  }

  const contentOf = (c: Parameters<SendToRequester>[1]['content']): OutgoingContent =>
    'text' in c ? { text: c.text } : { template: { name: c.template, params: c.params } }

  return {
    async send(tx, { contactId, key, content }) {
      const there = await enqueue(tx, contactId, key, 'reply', contentOf(content))
      if (!there)
        throw problem(422, 'noAddress', '无法发送', '诉求人没有可以回复的地址，请改用其他方式联系。')
    },

    async notice(tx, contactId, key, content) {
      const draft = await draftFor(tx, contactId, 'notice', content)
      // What cannot be sent must not undo the registration it speaks of.
      if (!draft) return false
      const mobile = draft.channel === 'wechat' ? await provenMobile(tx, contactId) : null
      const { purpose, content: words, about } = { ...draft, about: aboutContact(contactId) }
      const otherwise = mobile
        ? { channel: 'sms' as const, to: mobile, purpose, content: words, about }
        : null
      const whole = { ...draft, ...(otherwise ? { otherwise } : {}) }
      return outgoing().check(whole) === null && (await outgoing().enqueue(tx, { ...whole, key })).ok
    },

    async noticeTo(tx, phone, contactId, key, content) {
      if (phone === null || !isMobile(phone)) return false
      const draft = {
        channel: 'sms' as const,
        to: toE164(phone)!,
        purpose: 'notice' as const,
        content,
        about: aboutContact(contactId),
      }
      return outgoing().check(draft) === null && (await outgoing().enqueue(tx, { ...draft, key })).ok
    },

    desk: {
      async sending(contact: Contact) {
        if (contact.channel === 'voice' || contact.channel === 'web')
          return { freeText: false, reason: '此渠道不支持文字回复。', templates: [] }
        const { freeText, why, templates } = outgoing().options(contact.channel, contact.account)
        return {
          freeText,
          reason: freeText ? null : why,
          templates: templates.map((t) => ({ id: t.name, title: t.name, params: t.params })),
        }
      },
      async sendTemplate(contact, agentId, clientId, template, params) {
        const draft = await draftFor(db, contact.id, 'reply', { template: { name: template, params } })
        const refusal = draft && outgoing().check(draft)
        if (refusal) throw problem(422, refusal.code, refusal.title, refusal.detail)
        const shown = `【${template}】${Object.values(params).join(' ')}`
        return contacts().conversations.sendTemplate(contact.id, agentId, clientId, template, params, shown)
      },
    },

    async messagesOf(contactId, limit) {
      const [messages, sent] = await Promise.all([
        contacts().messagesOf(contactId, limit),
        outgoing().about(aboutContact(contactId)),
      ])
      const byKey = new Map(sent.map((s) => [s.key, s]))
      return Promise.all(
        messages.map(async ({ providerId, ...m }) => {
          if (m.direction !== 'out') return m
          const out = byKey.get(`reply-${providerId}`) ?? byKey.get(providerId)
          if (out) return { ...m, delivery: out.state, deliveryProblem: out.reason }
          // A line of the system and its sending are written together, or it could not be sent.
          return m.author === 'system'
            ? { ...m, delivery: 'failed', deliveryProblem: await whyNotSent(contactId, m.body) }
            : m
        }),
      )
    },
  }
}

const isMobile = (address: string): boolean => /^\+861[3-9]\d{9}$/.test(toE164(address) ?? '')
