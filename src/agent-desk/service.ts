import type { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'
import { slotStates, type Contact } from '../contacts/model.ts'
import type { OfferListener } from '../queue/ports.ts'
import type { DeskEvent, Publish } from './events.ts'
import type { DeskContacts } from './ports.ts'
import type { Presence } from './presence.ts'

/** What others tell the desk. Everything here may be called on any gateway; the news finds the agent's. */
export type DeskNews = {
  /** After the commit of an offer or of its end. */
  offers: OfferListener
  /** After every change of a contact: whoever has it sees it, whoever lost it sees it go. */
  contactChanged(contact: Contact): Promise<void>
  /** The same of a change that another process made, which may have died before it told anybody. Shown once. */
  contactHeard(contact: Pick<Contact, 'id' | 'agentId' | 'state' | 'version'>): Promise<void>
  /** Messages joined a contact; each is shown once, however often this is called. */
  conversationGrew(contactId: string): Promise<void>
  /** This message is new or its delivery went on. */
  messageAdded(contactId: string, messageId: string): Promise<void>
  referralChanged(contactId: string): Promise<void>
  /** These contacts were just shown to this agent as a whole; makes good what a wipe of Redis forgot. */
  shown(agentId: string, contactIds: string[]): Promise<void>
  /** A fixed sentence for one agent. */
  notice(agentId: string, level: 'info' | 'warning', text: string): Promise<void>
}

export type NewsParts = {
  redis: Redis
  prefix: string
  publish: Publish
  contacts: Pick<DeskContacts, 'find' | 'messagesOf'>
  presence: Pick<Presence, 'released'>
  /** Shows the agent's pages at this gateway all that stands on his desk. @returns whether there was one */
  showWhole: (agentId: string) => Promise<boolean>
  log: Log
}

/** States in which its agent has a contact. */
const holding: readonly Contact['state'][] = [...slotStates, 'wrapUp']

/** A sender may write several messages before the first is delivered; more than these are shown by the next view. */
const newestLooked = 10

/** An owed registration may wait over a holiday, seconds. */
const holderLifeS = 30 * 86_400

export function createDeskNews(parts: NewsParts): DeskNews {
  const { redis, prefix, publish, contacts, presence, showWhole, log } = parts
  const holders = `${prefix}:desk:holders`

  /**
   * Who was last shown a contact. A change says who has it now, and never who had it; what Redis forgets in a wipe the
   * snapshots that follow make good.
   */
  async function swapHolder(contactId: string, agentId: string | null): Promise<string | null> {
    try {
      const key = `${holders}:${contactId}`
      const before = agentId
        ? await redis.set(key, agentId, 'EX', holderLifeS, 'GET')
        : await redis.getdel(key)
      return before === agentId ? null : before
    } catch (error) {
      log.warn({ contactId, err: (error as Error).name }, 'former holder of a contact not known')
      return null
    }
  }

  const tell = async (agentId: string, event: DeskEvent, once?: string): Promise<void> => {
    await publish(agentId, event, once)
  }

  type Stand = Pick<Contact, 'id' | 'agentId' | 'state' | 'version'>

  const holderOf = ({ agentId, state }: Stand): string | null => (holding.includes(state) ? agentId : null)

  /** Whom it concerns. An end clears no agent: he is still named, and sees it go. */
  async function concerned(contact: Stand): Promise<string[]> {
    const former = await swapHolder(contact.id, holderOf(contact))
    return [...new Set([contact.agentId, former])].filter((one) => one !== null)
  }

  /** Each version once: whoever made it tells, and so does whoever hears its bell. The offer itself tells of an offer. */
  const show = ({ id, state, version }: Stand, agentIds: string[]): Promise<void>[] =>
    state === 'offered'
      ? []
      : agentIds.map((one) =>
          tell(one, { type: 'contact', contactId: id }, `contact-${one}-${id}-${version}`),
        )

  async function contactChanged(contact: Contact): Promise<void> {
    const told = await concerned(contact)
    const free = told.filter((one) => one !== holderOf(contact) || contact.owedAt !== null)
    await Promise.all([
      ...show(contact, told),
      ...free.map((one) => presence.released(one, contact.answeredAt !== null)),
    ])
  }

  /** Contacts whose growth is being told, and whether they grew again meanwhile: a flood is told in gulps. */
  const growing = new Map<string, 'once' | 'again'>()

  async function showGrowth(contactId: string, burst: boolean): Promise<void> {
    const contact = await contacts.find(contactId)
    if (!contact?.agentId || contact.endedAt !== null) return
    const { agentId } = contact
    if (burst && contact.state !== 'offered') return tell(agentId, { type: 'contact', contactId })
    // Older ones were shown with the contact, or by an earlier call.
    for (const { id: messageId, direction } of await contacts.messagesOf(contactId, newestLooked))
      if (direction === 'in')
        await tell(agentId, { type: 'message', contactId, messageId }, `message-${agentId}-${messageId}`)
  }

  return {
    contactChanged,
    async contactHeard(contact) {
      await Promise.all(show(contact, await concerned(contact)))
    },
    offers: {
      async offered(offer) {
        // An offer may be announced again when nobody knows whether the first announcement was heard.
        const { offerId, contactId, agentId, mode } = offer
        const [published] = await Promise.all([
          publish(agentId, { type: 'offer', offer }, `offer-${offerId}`),
          swapHolder(contactId, agentId),
        ])
        // Nobody is blamed for what he may never have seen. A telephone that rings is the offer itself.
        if (mode === 'desk' && !published && !(await showWhole(agentId)))
          throw new Error('Redis did not take the offer')
      },
      async ended({ offerId, contactId, agentId }, outcome, reason) {
        await Promise.all([
          tell(agentId, { type: 'offerEnded', offerId, contactId, outcome, reason }),
          // Not answered means set aside: the page shows why.
          outcome === 'expired' ? tell(agentId, { type: 'agent' }) : null,
          outcome === 'accepted' ? null : presence.released(agentId, false),
        ])
      },
    },
    async conversationGrew(contactId) {
      if (growing.has(contactId)) {
        growing.set(contactId, 'again')
        return
      }
      try {
        let burst = false
        do {
          growing.set(contactId, 'once')
          await showGrowth(contactId, burst)
          burst = true
        } while (growing.get(contactId) === 'again')
      } finally {
        growing.delete(contactId)
      }
    },
    async messageAdded(contactId, messageId) {
      const contact = await contacts.find(contactId)
      if (contact?.agentId && contact.endedAt === null)
        await tell(contact.agentId, { type: 'message', contactId, messageId })
    },
    async referralChanged(contactId) {
      const contact = await contacts.find(contactId)
      if (contact?.agentId && contact.endedAt === null)
        await tell(contact.agentId, { type: 'referral', contactId })
    },
    async shown(agentId, contactIds) {
      const set = contactIds.map((id) => redis.set(`${holders}:${id}`, agentId, 'EX', holderLifeS, 'NX'))
      await Promise.all(set).catch((error: Error) => {
        log.debug({ agentId, err: error.name }, 'holders not noted')
      })
    },
    notice: (agentId, level, text) => tell(agentId, { type: 'notice', level, text }),
  }
}
