import type { Contact } from '../contacts/model.ts'
import type { OfferMade } from '../queue/ports.ts'
import type { AgentStateView, DeskContact, MessageView, OfferView, ScreenPop } from './contract.ts'
import type { AgentRow } from './model.ts'
import type {
  DeskContacts,
  DeskReferrals,
  DeskSending,
  MessageOfContact,
  PhoneLine,
  PhonePool,
} from './ports.ts'
import { buildScreenPop, type PopParts } from './screen-pop.ts'

/** What a page is shown, read from PostgreSQL at the moment it is asked for. */
export type Views = {
  /** The phone's secret goes only to the tab that owns it. */
  agent(agentId: string, name: string, row: AgentRow | null, tab: string | null): Promise<AgentStateView>
  contact(contact: Contact): Promise<DeskContact>
  offer(offer: OfferMade, contact: Contact): Promise<OfferView>
  message(contactId: string, messageId: string): Promise<MessageView | null>
  /** The pop is kept a short while, so that a lively conversation does not reread a whole history. */
  forget(contactId: string): void
}

export type ViewParts = PopParts & {
  contacts: Pick<DeskContacts, 'messagesOf' | 'historyOf' | 'conversations'>
  phones: Pick<PhonePool, 'bind'>
  line: Pick<PhoneLine, 'realm' | 'sockets'>
  recordingSuspended: (contactId: string) => Promise<boolean>
  sending: Pick<DeskSending, 'sending'>
  referrals: Pick<DeskReferrals, 'ofContact' | 'emergencyWords'>
  /** How long a pop may be shown again without rereading, ms. */
  popLifeMs: number
}

const popsKept = 500

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export function messageView(m: MessageOfContact): MessageView {
  return {
    id: m.id,
    direction: m.direction,
    kind: m.kind,
    text: m.body,
    ...(m.media === null || m.media === undefined ? {} : { media: m.media }),
    author: m.author,
    at: m.receivedAt.toISOString(),
    ...(m.delivery ? { delivery: m.delivery } : {}),
    ...(m.deliveryProblem ? { deliveryProblem: m.deliveryProblem } : {}),
  }
}

export function createViews(parts: ViewParts): Views {
  const { contacts, phones, line, sending, referrals } = parts
  /** By contact; another agent's pop is another one. */
  const pops = new Map<string, { at: number; agentId: string | null; pop: Promise<ScreenPop> }>()

  function popOf(contact: Contact): Promise<ScreenPop> {
    const kept = pops.get(contact.id)
    if (kept?.agentId === contact.agentId && performance.now() - kept.at < parts.popLifeMs) return kept.pop
    const pop = buildScreenPop(contact, parts)
    pops.delete(contact.id)
    pops.set(contact.id, { at: performance.now(), agentId: contact.agentId, pop })
    pop.catch(() => pops.delete(contact.id))
    if (pops.size > popsKept) pops.delete(pops.keys().next().value!)
    return pop
  }

  async function contactView(contact: Contact): Promise<DeskContact> {
    const text = contact.channel !== 'voice'
    const [pop, messages, draft, referral, may, recordingSuspended] = await Promise.all([
      popOf(contact),
      text ? contacts.messagesOf(contact.id) : [],
      contacts.conversations.draft(contact.id),
      referrals.ofContact(contact.id),
      text ? sending.sending(contact) : { freeText: false, reason: null, templates: [] },
      text ? false : parts.recordingSuspended(contact.id),
    ])
    return {
      id: contact.id,
      channel: contact.channel,
      direction: contact.direction,
      state: contact.state,
      account: contact.account,
      receivedAt: contact.receivedAt.toISOString(),
      queuedAt: iso(contact.queuedAt),
      answeredAt: iso(contact.answeredAt),
      lastInboundAt: contact.lastInboundAt.toISOString(),
      wrapUpUntil: iso(contact.wrapUpUntil),
      wrapUpRenewed: contact.wrapUpRenewed,
      owedSince: iso(contact.owedAt),
      callId: contact.callId,
      callBack: contact.callBack,
      emergency: contact.emergency,
      recordingSuspended,
      version: contact.version,
      pop: { ...pop, emergency: contact.emergency },
      messages: messages.map(messageView),
      draft: draft ? { ...draft, savedAt: draft.savedAt.toISOString() } : null,
      referral,
      sending: may,
    }
  }

  return {
    contact: contactView,
    forget: (contactId) => void pops.delete(contactId),

    async agent(agentId, name, row, tab) {
      const owns = tab !== null && row?.ownerTab === tab && row.mode === 'desk' && row.phone !== null
      const secret = owns ? (await phones.bind(agentId, row.epoch, 'web')).secret : null
      return {
        agentId,
        name,
        epoch: row?.epoch ?? 0,
        intent: row?.intent ?? 'offline',
        pauseReason: row?.pauseReason ?? null,
        since: (row?.since ?? new Date(0)).toISOString(),
        mode: row?.mode ?? null,
        phone: row?.phone ? { number: row.phone, secret, sockets: line.sockets, realm: line.realm } : null,
        phoneReady: row?.phoneReady ?? false,
        notResponding: row?.notResponding ?? null,
      }
    },

    async offer(offer, contact) {
      const { offerId, mode, offeredAt, deadline, ring } = offer
      return { offerId, contact: await contactView(contact), mode, offeredAt, deadline, ring }
    },

    async message(contactId, messageId) {
      // A message told of is one of the newest: a burst of more than these is shown by the contact itself.
      const newest = await contacts.messagesOf(contactId, 50)
      const found = newest.find((m) => m.id === messageId)
      return found ? messageView(found) : null
    },
  }
}
