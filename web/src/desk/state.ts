import type {
  AgentStateView,
  DeskContact,
  MessageView,
  OfferView,
  ReferralView,
  ServerMessage,
} from '../../../src/agent-desk/contract.ts'
import { nextOffset, offsetSample } from './clock.ts'

/** PURE. What the page knows, and how each message of the server changes it. Nothing here is invented by the page. */
export type Notice = {
  id: number
  level: 'info' | 'warning' | 'error'
  text: string
  /** What the person wrote and would lose: shown whole, until he says that he has it. */
  copy?: string
  at: number
}

/** A message on its way to the server; it becomes a real one when the server has stored it. */
export type Outgoing = {
  clientId: string
  contactId: string
  text: string
  template: { id: string; params: Record<string, string> } | null
  at: string
  problem: string | null
  /** The server has stored it under this id; its own view of it is on the way. */
  messageId: string | null
}

export type DeskState = {
  agent: AgentStateView | null
  offers: OfferView[]
  /** In the order they came, so that Alt+1 stays Alt+1. */
  contacts: DeskContact[]
  owed: DeskContact[]
  queue: Record<string, { waiting: number; oldestMs: number }>
  selectedId: string | null
  /** Taken by lifting the handset; its view may still be on its way. */
  liftedId: string | null
  unread: Record<string, number>
  outgoing: Outgoing[]
  notices: Notice[]
  nextNotice: number
  lastEvent: string | null
  otherTab: boolean
  displaced: 'otherTab' | 'sessionEnded' | null
  clockOffset: number | null
}

export const emptyDesk: DeskState = {
  agent: null,
  offers: [],
  contacts: [],
  owed: [],
  queue: {},
  selectedId: null,
  liftedId: null,
  unread: {},
  outgoing: [],
  notices: [],
  nextNotice: 1,
  lastEvent: null,
  otherTab: false,
  displaced: null,
  clockOffset: null,
}

const maxNotices = 4

/** @param now local clock, ms */
export function apply(state: DeskState, message: ServerMessage, now: number): DeskState {
  const timed: DeskState = {
    ...state,
    clockOffset: nextOffset(state.clockOffset, offsetSample(message.serverTime, now)),
    lastEvent: message.event ?? state.lastEvent,
  }
  switch (message.type) {
    case 'snapshot':
      return lifted(timed, snapshot(timed, message))
    case 'agent':
      return { ...timed, agent: message.agent }
    case 'offer':
      return { ...timed, offers: put(timed.offers, message.offer, (o) => o.offerId) }
    case 'offerEnded':
      return withoutOffer(timed, message.offerId, message.outcome)
    case 'contact':
      return lifted(timed, withContact(timed, message.contact))
    case 'contactGone':
      return withoutContact(timed, message.contactId)
    case 'message':
      return withMessage(timed, message.contactId, message.message)
    case 'referral':
      return withReferral(timed, message.referral)
    case 'queue':
      return { ...timed, queue: message.waiting }
    case 'notice':
      return notice(timed, message.level, message.text, now)
    case 'displaced':
      return { ...timed, displaced: message.reason, offers: [] }
    case 'replayed':
    case 'result':
      return timed
  }
}

function withoutOffer(state: DeskState, offerId: string, outcome: string): DeskState {
  const offer = state.offers.find((o) => o.offerId === offerId)
  const next = { ...state, offers: state.offers.filter((o) => o !== offer) }
  return offer?.mode === 'phone' && outcome === 'accepted'
    ? lifted(state, { ...next, liftedId: offer.contact.id })
    : next
}

/**
 * A telephone on the table is answered without the page: who lifts the handset talks with this caller, so what he types
 * next belongs to this contact. A ring alone never changes the selection.
 */
function lifted(before: DeskState, after: DeskState): DeskState {
  const call = callOf(after)
  if (!call || call.id === before.selectedId) return after
  const rang = before.offers.some((o) => o.mode === 'phone' && o.contact.id === call.id)
  return rang || after.liftedId === call.id ? { ...select(after, call.id), liftedId: null } : after
}

type Snapshot = Extract<ServerMessage, { type: 'snapshot' }>

/** A snapshot is the whole truth: what it does not name is gone. */
function snapshot(state: DeskState, message: Snapshot): DeskState {
  const known = new Set([...state.contacts, ...state.owed].map((c) => c.id))
  const contacts = arrange(state.contacts, message.contacts)
  const all = [...contacts, ...message.owed]
  const unread: Record<string, number> = {}
  for (const contact of all) {
    const old = find(state, contact.id)
    unread[contact.id] =
      contact.id === state.selectedId
        ? 0
        : known.has(contact.id) && old
          ? (state.unread[contact.id] ?? 0) + newInbound(old.messages, contact.messages)
          : unanswered(contact.messages)
  }
  const selected = all.some((c) => c.id === state.selectedId) ? state.selectedId : null
  return {
    ...state,
    agent: message.agent,
    offers: message.offers,
    contacts,
    owed: message.owed,
    unread,
    selectedId: selected ?? contacts[0]?.id ?? null,
    outgoing: state.outgoing.filter((o) => all.some((c) => c.id === o.contactId) && !stored(all, o)),
    otherTab: message.otherTab,
    displaced: null,
  }
}

/** Keeps the places of the contacts already shown; new ones follow. */
function arrange(shown: DeskContact[], truth: DeskContact[]): DeskContact[] {
  const byId = new Map(truth.map((c) => [c.id, c]))
  const kept = shown.flatMap((c) => byId.get(c.id) ?? [])
  const keptIds = new Set(kept.map((c) => c.id))
  return [...kept, ...truth.filter((c) => !keptIds.has(c.id))]
}

export const find = (state: DeskState, contactId: string | null): DeskContact | undefined =>
  state.contacts.find((c) => c.id === contactId) ?? state.owed.find((c) => c.id === contactId)

function put<T>(list: T[], item: T, id: (item: T) => string): T[] {
  const at = list.findIndex((other) => id(other) === id(item))
  return at < 0 ? [...list, item] : [...list.slice(0, at), item, ...list.slice(at + 1)]
}

function withContact(state: DeskState, contact: DeskContact): DeskState {
  const old = find(state, contact.id)
  // A replayed event may be older than what a snapshot already showed.
  if (old && old.version > contact.version) return state
  const offers = state.offers.filter((o) => o.contact.id !== contact.id || contact.state === 'offered')
  if (contact.state === 'ended') return { ...withoutContact(state, contact.id), offers }
  const isOwed = contact.owedSince !== null
  const contacts = isOwed
    ? state.contacts.filter((c) => c.id !== contact.id)
    : put(state.contacts, contact, (c) => c.id)
  const owed = isOwed ? put(state.owed, contact, (c) => c.id) : state.owed.filter((c) => c.id !== contact.id)
  const missed = old ? newInbound(old.messages, contact.messages) : unanswered(contact.messages)
  const seen = state.selectedId === contact.id
  return {
    ...state,
    offers,
    contacts,
    owed,
    unread: { ...state.unread, [contact.id]: seen ? 0 : (state.unread[contact.id] ?? 0) + missed },
    outgoing: state.outgoing.filter((o) => !stored([contact], o)),
  }
}

function withoutContact(state: DeskState, contactId: string): DeskState {
  const { [contactId]: _gone, ...unread } = state.unread
  return {
    ...state,
    contacts: state.contacts.filter((c) => c.id !== contactId),
    owed: state.owed.filter((c) => c.id !== contactId),
    offers: state.offers.filter((o) => o.contact.id !== contactId),
    outgoing: state.outgoing.filter((o) => o.contactId !== contactId),
    selectedId: state.selectedId === contactId ? null : state.selectedId,
    unread,
  }
}

function change(state: DeskState, contactId: string, how: (c: DeskContact) => DeskContact): DeskState {
  const one = (c: DeskContact): DeskContact => (c.id === contactId ? how(c) : c)
  return {
    ...state,
    contacts: state.contacts.map(one),
    owed: state.owed.map(one),
    offers: state.offers.map((o) => (o.contact.id === contactId ? { ...o, contact: how(o.contact) } : o)),
  }
}

function withMessage(state: DeskState, contactId: string, message: MessageView): DeskState {
  const contact = find(state, contactId)
  const isNew = contact !== undefined && !contact.messages.some((m) => m.id === message.id)
  const next = change(state, contactId, (c) => ({
    ...c,
    messages: put(c.messages, message, (m) => m.id),
    lastInboundAt: message.direction === 'in' && message.at > c.lastInboundAt ? message.at : c.lastInboundAt,
  }))
  const counts = isNew && message.direction === 'in' && state.selectedId !== contactId
  return {
    ...next,
    outgoing: state.outgoing.filter((o) => o.messageId !== message.id),
    unread: counts ? { ...state.unread, [contactId]: (state.unread[contactId] ?? 0) + 1 } : state.unread,
  }
}

const withReferral = (state: DeskState, referral: ReferralView): DeskState =>
  change(state, referral.contactId, (c) => ({ ...c, referral }))

const newInbound = (before: MessageView[], after: MessageView[]): number => {
  const ids = new Set(before.map((m) => m.id))
  return after.filter((m) => m.direction === 'in' && !ids.has(m.id)).length
}

/** Inbound messages after the last answer: what a newly taken contact still waits for. */
function unanswered(messages: MessageView[]): number {
  const last = messages.map((m) => m.direction).lastIndexOf('out')
  return messages.slice(last + 1).filter((m) => m.direction === 'in').length
}

const stored = (contacts: DeskContact[], outgoing: Outgoing): boolean =>
  contacts.some((c) => c.id === outgoing.contactId && c.messages.some((m) => m.id === outgoing.messageId))

export function select(state: DeskState, contactId: string | null): DeskState {
  if (contactId !== null && !find(state, contactId)) return state
  return {
    ...state,
    selectedId: contactId,
    unread: contactId === null ? state.unread : { ...state.unread, [contactId]: 0 },
  }
}

/** The oldest make room, but never for what the person wrote himself. */
export function notice(
  state: DeskState,
  level: Notice['level'],
  text: string,
  now: number,
  copy?: string,
): DeskState {
  const others = state.notices.filter((n) => n.text !== text || n.copy !== copy)
  const all = [
    ...others,
    { id: state.nextNotice, level, text, at: now, ...(copy === undefined ? {} : { copy }) },
  ]
  const latest = new Set(all.filter((n) => n.copy === undefined).slice(-maxNotices))
  return {
    ...state,
    notices: all.filter((n) => n.copy !== undefined || latest.has(n)),
    nextNotice: state.nextNotice + 1,
  }
}

export const dismiss = (state: DeskState, id: number): DeskState => ({
  ...state,
  notices: state.notices.filter((n) => n.id !== id),
})

export const sending = (state: DeskState, outgoing: Outgoing): DeskState => ({
  ...state,
  outgoing: put(state.outgoing, outgoing, (o) => o.clientId),
})

export const sendingFailed = (state: DeskState, clientId: string, problem: string): DeskState => ({
  ...state,
  outgoing: state.outgoing.map((o) => (o.clientId === clientId ? { ...o, problem } : o)),
})

/** The server has it. It stays in view until the stored message itself arrives. */
export function sent(state: DeskState, clientId: string, messageId: string | null): DeskState {
  const contacts = [...state.contacts, ...state.owed]
  return {
    ...state,
    outgoing: state.outgoing.flatMap((o) => {
      if (o.clientId !== clientId) return [o]
      const known = { ...o, messageId, problem: null }
      return messageId === null || stored(contacts, known) ? [] : [known]
    }),
  }
}

export const forgotten = (state: DeskState, clientId: string): DeskState => ({
  ...state,
  outgoing: state.outgoing.filter((o) => o.clientId !== clientId),
})

/** News fade by themselves; what went wrong stays until it was read. */
const infoMs = 12_000
/** After its deadline nobody can accept an offer; the server says so at once, unless the line to it is lost. */
const overMs = 4_000

/** @param now local clock, ms; deadlines are by the server's */
export function expire(state: DeskState, now: number): DeskState {
  const notices = state.notices.filter((n) => n.level !== 'info' || now - n.at < infoMs)
  const serverNow = now + (state.clockOffset ?? 0)
  // A telephone on the table may still be ringing: what becomes of it the page cannot know.
  const offers = state.offers.filter((o) => o.mode === 'phone' || serverNow < Date.parse(o.deadline) + overMs)
  const same = notices.length === state.notices.length && offers.length === state.offers.length
  return same ? state : { ...state, notices, offers }
}

/** States in which an agent talks with a caller. */
export const talking: readonly string[] = ['connecting', 'active', 'held', 'consulting']

/** The one call of this agent, if there is one. */
export const callOf = (state: DeskState): DeskContact | undefined =>
  state.contacts.find((c) => c.channel === 'voice' && talking.includes(c.state))
