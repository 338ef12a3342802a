import { maskPhone } from '../base/phone.ts'
import type { Contact } from '../contacts/model.ts'
import type { ScreenPop } from './contract.ts'
import { hideNumbers } from './model.ts'
import type { DeskContacts, DeskOrders, DeskReferrals, DeskRequesters } from './ports.ts'

export type PopParts = {
  contacts: Pick<DeskContacts, 'historyOf' | 'messagesOf'>
  requesters: DeskRequesters
  orders: DeskOrders
  referrals: Pick<DeskReferrals, 'emergencyWords'>
  namesOf: (ids: string[]) => Promise<Map<string, string>>
}

const historyShown = 8
const ordersShown = 8

/** How an address looks on a screen. Telephone numbers keep three and four digits, an openid its last four. */
export function maskAddress(kind: 'phone' | 'wechat' | 'web', address: string): string {
  if (kind === 'phone') return maskPhone(address)
  return kind === 'wechat' ? `微信用户 …${address.slice(-4)}` : '网页用户'
}

/**
 * Everything the agent should know before he says the first word: who, what was there before on any channel, what is
 * open and due. The requester's whole person counts, except where a matter is confidential: it joins no history.
 */
export async function buildScreenPop(contact: Contact, parts: PopParts): Promise<ScreenPop> {
  const { contacts, requesters, orders, referrals, namesOf } = parts
  const { requesterId, agentId } = contact
  if (contact.direction === 'outbound') return behindTheLine(contact)
  // Without an agent it is nobody's screen, and nothing of a person's other matters belongs on it.
  const confidential = contact.confidential || agentId === null
  const profile = await requesters.profile(requesterId)
  const person = profile?.person ?? [requesterId]
  const [history, openOrders, recentOrders, messages] = await Promise.all([
    confidential ? [] : contacts.historyOf(person, contact.id, historyShown),
    confidential ? [] : orders.openOrdersOf(person, agentId),
    confidential ? [] : orders.recentOrdersOf(person, ordersShown, agentId),
    contact.emergency && contact.channel !== 'voice' ? contacts.messagesOf(contact.id, 20) : [],
  ])
  // What he once wrote in a tip-off, or against this agent, must not stand in a summary.
  const hidden =
    confidential || history.length === 0
      ? new Set<string>()
      : await orders.contactsToHide(
          history.map((p) => p.id),
          agentId,
        )
  const past = history.filter((p) => !hidden.has(p.id))
  const agents = [...new Set(past.flatMap((p) => p.agentId ?? []))]
  const names = agents.length > 0 ? await namesOf(agents) : new Map<string, string>()
  const links = profile?.links ?? []
  const kind = contact.channel === 'wechat' ? 'wechat' : contact.channel === 'web' ? 'web' : 'phone'
  const own = links.find((l) => l.kind === kind)
  return {
    requesterId,
    name: profile?.name ?? null,
    maskedAddress: own ? maskAddress(own.kind, own.address) : null,
    withheld: contact.channel === 'voice' && !own,
    kind: profile?.kind ?? 'naturalPerson',
    careGroups: profile?.careGroups ?? [],
    integrityFlag: profile?.integrityFlag ?? false,
    harassing: profile?.harassing ?? false,
    emergency: contact.emergency,
    emergencyWords: referrals.emergencyWords(messages.filter((m) => m.direction === 'in').map((m) => m.body)),
    links: links.map((l) => ({ kind: l.kind, status: l.status, masked: maskAddress(l.kind, l.address) })),
    recentContacts: past.map((p) => ({
      id: p.id,
      channel: p.channel,
      at: p.at,
      state: p.state,
      end: p.end,
      agent: p.agentId ? (names.get(p.agentId) ?? null) : null,
      summary: hideNumbers(p.summary),
    })),
    openOrders,
    recentOrders,
  }
}

/** Somebody whom staff called by the masked line: what of him may be seen stands in the order, and nothing stands here. */
const behindTheLine = ({ emergency }: Contact): ScreenPop => ({
  requesterId: '',
  name: null,
  maskedAddress: null,
  withheld: true,
  kind: 'naturalPerson',
  careGroups: [],
  integrityFlag: false,
  harassing: false,
  emergency,
  emergencyWords: null,
  links: [],
  recentContacts: [],
  openOrders: [],
  recentOrders: [],
})
