import { problem } from '../base/problem.ts'
import { system } from '../base/actor.ts'
import { demandSent, type Commands } from './commands.ts'
import type { DeskCalls, DeskContacts, DeskOffers } from './ports.ts'
import type { Presence } from './presence.ts'
import { returnTexts } from './return-texts.ts'

/** Sign-in, pauses and offers. */
export type AgentCommands = Pick<
  Commands,
  'signIn' | 'signOut' | 'available' | 'pause' | 'acceptOffer' | 'declineOffer'
>

export type AgentCommandParts = {
  presence: Presence
  contacts: Pick<DeskContacts, 'ofAgent' | 'door'>
  offers: DeskOffers
  calls: Pick<DeskCalls, 'ringPhone' | 'callBack'>
  ringSeconds: number
}

const notSignedIn = () => problem(409, 'notSignedIn', '您尚未签入', '请先签入，再进行此操作。')

const refusals = {
  unknownOffer: ['没有这次来话', '它可能已经结束，请查看左侧列表。'],
  contactGone: ['对方已挂断', '请等待下一次来话。'],
  alreadyTaken: ['已由其他坐席接听', '请等待下一次来话。'],
  offerExpired: ['接听超时', '来话已转给其他坐席；准备好后请点“示闲”。'],
  staleEpoch: ['您已在别处签入', '请在签入的页面接听，或在这里重新签入。'],
} as const

export function agentCommands(parts: AgentCommandParts): AgentCommands {
  const { presence, contacts, offers, calls, ringSeconds } = parts

  async function signedIn(agentId: string) {
    const row = await presence.row(agentId)
    if (!row || row.intent === 'offline') throw notSignedIn()
    return row
  }

  return {
    async signIn({ mode, phone }, { agentId, tab }) {
      const epoch = await presence.signIn(agentId, { mode, tab, ...(phone ? { phone } : {}) })
      return { epoch }
    },

    async signOut({ handBack }, { agentId, actor }) {
      if (handBack) await returnTexts({ contacts, offers }, agentId, 'drain', actor)
      return { intent: await presence.signOut(agentId, 'signedOut') }
    },

    async available(_message, { agentId }) {
      const row = await signedIn(agentId)
      await presence.available(agentId, row.epoch)
    },

    async pause({ reason }, { agentId }) {
      const row = await signedIn(agentId)
      await presence.pause(agentId, row.epoch, reason)
    },

    async acceptOffer({ offerId }, { agentId, tab }) {
      const [row, open, his] = await Promise.all([
        signedIn(agentId),
        offers.openOffersOf(agentId),
        contacts.ofAgent(agentId),
      ])
      const offer = open.find((o) => o.offerId === offerId)
      const voice = offer?.channel === 'voice'
      // Only the tab that holds the phone can answer; elsewhere it would ring in another window.
      if (voice && row.ownerTab !== tab)
        throw problem(409, 'otherTab', '电话在另一个页面上', '请在持有电话的页面接听，或在这里重新签入。')
      const { phone } = row
      if (voice && !phone) throw problem(409, 'noPhone', '没有绑定话机', '请重新签入以绑定话机。')
      const known = his.find((c) => c.id === offer?.contactId)
      const accepted = await offers.accept(offerId, agentId, row.epoch, known)
      if (!accepted.ok) {
        const [title, detail] = refusals[accepted.code]
        throw problem(accepted.status, accepted.code, title, detail)
      }
      const { contactId, channel, callId, callBack } = accepted
      if (channel !== 'voice' || !phone) return { contactId }
      const asked =
        callId && !callBack
          ? await calls.ringPhone(callId, phone, ringSeconds)
          : await calls.callBack(contactId, phone)
      if (!asked.sent) {
        // Nothing will ring: the caller must not wait for it. A caller who is gone is reported by telephony itself.
        const fact = { type: 'dialFailed', status: asked.why } as const
        const back = await contacts.door.apply(contactId, fact, { actor: system('desk') })
        if (back.ok) await offers.contactChanged(contactId)
        demandSent(asked)
      }
      return { contactId, callId }
    },

    async declineOffer({ offerId, reason }, { agentId }) {
      if (!(await offers.decline(offerId, agentId, reason)))
        throw problem(409, 'unknownOffer', '没有这次来话', '它可能已经结束，请查看左侧列表。')
    },
  }
}
