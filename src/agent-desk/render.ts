import type { Actor } from '../base/actor.ts'
import type { Contact } from '../contacts/model.ts'
import type { Access } from '../staff/ledger.ts'
import type { SignedIn } from '../staff/model.ts'
import type { Connection, Outgoing } from './connection.ts'
import type { DeskContact } from './contract.ts'
import type { DeskEvent } from './events.ts'
import type { EventId } from './model.ts'
import { deskStates, type DeskContacts, type DeskOffers, type DeskReferrals } from './ports.ts'
import type { Presence } from './presence.ts'
import type { Views } from './views.ts'

/** Turns events and whole desks into what a page is shown. Whoever is shown an identity is written down. */
export type Renderer = {
  /** What each tab of the agent gets for this event; null when it means nothing any more. */
  event(agentId: string, event: DeskEvent): Promise<((to: Connection) => Promise<Outgoing | null>) | null>
  snapshot(to: Connection, head: EventId | null): Promise<Outgoing>
  /** A contact as it is shown to this person now, whoever holds it. */
  contact(to: SignedIn, contact: Contact): Promise<DeskContact>
}

export type RenderParts = {
  views: Views
  presence: Pick<Presence, 'row'>
  contacts: Pick<DeskContacts, 'find' | 'ofAgent' | 'owed'>
  offers: Pick<DeskOffers, 'openOffersOf'>
  referrals: Pick<DeskReferrals, 'ofContact'>
  tabsOf: (agentId: string) => Promise<string[]>
  record: (entry: Access) => Promise<void>
  /** Told which contacts stand on a desk whenever all of it was read. */
  onWhole: (agentId: string, contactIds: string[]) => Promise<void>
}

const owedShown = 20
/** Pairs of viewer and contact remembered, so that one contact on one desk is one line in the ledger. */
const shownKept = 5_000

/** The hat under which somebody works at the desk. */
export const deskActor = (staff: Pick<SignedIn, 'id' | 'roles' | 'displayName'>): Actor => ({
  kind: 'staff',
  id: staff.id,
  role: staff.roles.includes('agent') ? 'agent' : 'teamLead',
  name: staff.displayName,
})

export const onDeskOf = (contact: Contact, agentId: string): boolean =>
  contact.agentId === agentId && deskStates.includes(contact.state)

export function createRenderer(parts: RenderParts): Renderer {
  const { views, presence, contacts, offers, referrals, tabsOf, record, onWhole } = parts
  const shown = new Set<string>()

  /** Written before it is shown: a view that cannot be recorded does not happen. */
  async function noteShown(staffId: string, actor: Actor, contact: Contact): Promise<void> {
    const key = `${staffId}:${contact.id}`
    if (shown.has(key)) return
    await record({
      actor,
      action: 'screenPop',
      subject: { kind: 'contact', id: contact.id },
      requesterId: contact.requesterId,
      contactId: contact.id,
    })
    shown.add(key)
    if (shown.size > shownKept) shown.delete(shown.values().next().value!)
  }

  async function contactFor(staff: SignedIn, contact: Contact): Promise<DeskContact> {
    const [view] = await Promise.all([views.contact(contact), noteShown(staff.id, deskActor(staff), contact)])
    return view
  }

  /** Built once, recorded for each person it is shown to, beside the building. */
  function shownTo<T>(contact: Contact, building: Promise<T>, message: (view: T) => Outgoing) {
    // Where no page is left to show it to, nobody asks for it.
    building.catch(() => {})
    return async (to: Connection): Promise<Outgoing> => {
      const [view] = await Promise.all([building, noteShown(to.agentId, deskActor(to.staff), contact)])
      return message(view)
    }
  }

  const everybody = (message: Outgoing) => () => Promise.resolve(message)

  async function event(agentId: string, e: DeskEvent) {
    switch (e.type) {
      case 'agent': {
        const row = await presence.row(agentId)
        return async (to: Connection): Promise<Outgoing> => ({
          type: 'agent',
          agent: await views.agent(agentId, to.staff.displayName, row, to.tab),
        })
      }
      case 'offer': {
        const contact = await contacts.find(e.offer.contactId)
        // Over before it was delivered, or replayed long after.
        if (contact?.state !== 'offered' || contact.agentId !== agentId) return null
        return shownTo(contact, views.offer(e.offer, contact), (offer) => ({ type: 'offer', offer }))
      }
      case 'offerEnded': {
        const { offerId, contactId, outcome, reason } = e
        return everybody({ type: 'offerEnded', offerId, contactId, outcome, reason })
      }
      case 'contact': {
        const contact = await contacts.find(e.contactId)
        if (contact && onDeskOf(contact, agentId)) {
          return shownTo(contact, views.contact(contact), (view) => ({ type: 'contact', contact: view }))
        }
        // Offered to him again: the offer itself tells.
        if (contact?.state === 'offered' && contact.agentId === agentId) return null
        views.forget(e.contactId)
        const { state = 'ended', end = null } = contact ?? {}
        return everybody({ type: 'contactGone', contactId: e.contactId, state, end })
      }
      case 'message': {
        const contact = await contacts.find(e.contactId)
        if (!contact || contact.agentId !== agentId) return null
        const message = await views.message(e.contactId, e.messageId)
        return message && everybody({ type: 'message', contactId: e.contactId, message })
      }
      case 'referral': {
        const [contact, referral] = await Promise.all([
          contacts.find(e.contactId),
          referrals.ofContact(e.contactId),
        ])
        if (!referral || contact?.agentId !== agentId) return null
        return everybody({ type: 'referral', referral })
      }
      case 'notice':
        return everybody({ type: 'notice', level: e.level, text: e.text })
      case 'displaced':
        return (to: Connection): Promise<Outgoing | null> =>
          Promise.resolve(to.tab === e.keepTab ? null : { type: 'displaced', reason: e.reason })
    }
  }

  return {
    event,
    contact: contactFor,

    async snapshot(to, head) {
      const { agentId, staff } = to
      const isLead = staff.roles.includes('teamLead')
      const [row, mine, tabs, all] = await Promise.all([
        presence.row(agentId),
        contacts.ofAgent(agentId),
        tabsOf(agentId),
        isLead ? contacts.owed(owedShown) : [],
      ])
      const isOffered = mine.some((c) => c.state === 'offered')
      const open = isOffered ? await offers.openOffersOf(agentId) : []
      const onDesk = mine.filter((c) => onDeskOf(c, agentId))
      const owed = new Map(
        [...onDesk, ...all].filter((c) => c.owedAt !== null).map((c) => [c.id, c] as const),
      )
      const offered = open.flatMap((o) => {
        const contact = mine.find((c) => c.id === o.contactId && c.state === 'offered')
        return contact ? [{ offer: o, contact }] : []
      })
      await Promise.all(offered.map(({ contact }) => noteShown(agentId, deskActor(staff), contact)))
      await onWhole(
        agentId,
        [...onDesk, ...offered.map((o) => o.contact)].map((c) => c.id),
      )
      return {
        type: 'snapshot',
        ...(head === null ? {} : { event: head }),
        agent: await views.agent(agentId, staff.displayName, row, to.tab),
        offers: await Promise.all(offered.map(({ offer, contact }) => views.offer(offer, contact))),
        contacts: await Promise.all(onDesk.filter((c) => c.owedAt === null).map((c) => contactFor(staff, c))),
        owed: await Promise.all([...owed.values()].map((c) => contactFor(staff, c))),
        otherTab: tabs.some((tab) => tab !== to.tab),
      }
    },
  }
}
