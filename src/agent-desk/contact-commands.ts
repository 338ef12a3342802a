import { problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import type { Access } from '../staff/ledger.ts'
import { demandSent, notYours, ownCall, ownContact, type CommandContext, type Commands } from './commands.ts'
import type {
  DeskCalls,
  DeskContacts,
  DeskOffers,
  DeskReferrals,
  DeskRequesters,
  DeskSending,
} from './ports.ts'
import type { Presence } from './presence.ts'
import type { Renderer } from './render.ts'
import type { Views } from './views.ts'

/** Everything that an agent does with a contact of his. */
export type ContactCommands = Omit<
  Commands,
  'signIn' | 'signOut' | 'available' | 'pause' | 'acceptOffer' | 'declineOffer'
>

export type ContactCommandParts = {
  presence: Pick<Presence, 'row' | 'facts'>
  contacts: DeskContacts
  requesters: Pick<DeskRequesters, 'profile'>
  sending: Pick<DeskSending, 'sendTemplate'>
  offers: Pick<DeskOffers, 'contactChanged' | 'handOver'>
  calls: DeskCalls
  referrals: Pick<DeskReferrals, 'ofContact' | 'refer' | 'takenOver' | 'cancel' | 'contactOf'>
  views: Pick<Views, 'forget'>
  render: Pick<Renderer, 'contact'>
  record: (entry: Access) => Promise<void>
  recording: { set(contactId: string, agentId: string, suspended: boolean): Promise<void> }
  /** Something was said: the agent's pages show it as it was stored. */
  spoken: (agentId: string, contactId: string, messageId: string) => Promise<void>
  /** The contact's page changed without a change of its state. */
  touched: (agentId: string, contactId: string) => Promise<void>
  mayReveal: (agentId: string) => boolean
  transferSeconds: number
}

const colleagueBusy = () => problem(409, 'colleagueBusy', '该同事现在不能接手', '请换一位同事，或退回排队。')

/** The two-warning rule: the first names the behaviour, the second the end. */
const warningsNeeded = 2

export function contactCommands(parts: ContactCommandParts): ContactCommands {
  const { presence, contacts, requesters, sending, offers, calls, referrals } = parts
  const { views, render, record, recording, touched, spoken, mayReveal, transferSeconds } = parts

  /** The agent's own, or, for a team lead, any contact. */
  async function visible(contactId: string, { agentId, staff }: CommandContext): Promise<Contact> {
    const contact = await contacts.find(contactId)
    if (contact && (contact.agentId === agentId || staff.roles.includes('teamLead'))) return contact
    throw notYours()
  }

  async function colleague(agentId: string) {
    const [facts, row] = await Promise.all([presence.facts(agentId), presence.row(agentId)])
    const free = facts?.routable.voice && facts.load.voice < facts.capacity.voice
    if (!facts || !row || !free) throw colleagueBusy()
    return row
  }

  return {
    async hold({ contactId }, { agentId }) {
      demandSent(await calls.hold((await ownCall(contacts, contactId, agentId)).callId))
    },
    async resume({ contactId }, { agentId }) {
      demandSent(await calls.resume((await ownCall(contacts, contactId, agentId)).callId))
    },
    async hangUp({ contactId }, { agentId }) {
      const referral = await referrals.ofContact(contactId)
      if (referral && ['dialling', 'joined'].includes(referral.state))
        throw problem(
          409,
          'referralLive',
          '紧急转接还没有完成',
          '挂断会让来电人失去联系：请等对方接手，或先取消转接。',
        )
      demandSent(await calls.hangup((await ownCall(contacts, contactId, agentId)).callId))
    },

    async suspendRecording({ contactId, on }, { agentId }) {
      const { callId } = await ownCall(contacts, contactId, agentId)
      demandSent(await calls.pauseRecording(callId, on))
      await recording.set(contactId, agentId, on)
      await touched(agentId, contactId)
    },

    async transfer({ contactId, toAgentId }, { agentId, actor }) {
      if (toAgentId === agentId)
        throw problem(422, 'toYourself', '不能转给自己', '请选择一位同事，或退回排队。')
      const contact = await ownContact(contacts, contactId, agentId)
      if (contact.channel === 'voice') {
        const { callId } = await ownCall(contacts, contactId, agentId)
        if (!toAgentId) return demandSent(await calls.backToHold(callId))
        const { phone } = await colleague(toAgentId)
        if (!phone) throw problem(409, 'colleagueBusy', '该同事没有话机', '请换一位同事，或退回排队。')
        return demandSent(await calls.blindTransfer(callId, phone, transferSeconds))
      }
      if (toAgentId) {
        const handed = await offers.handOver(contactId, agentId, toAgentId, actor)
        if (handed === 'notHis') throw notYours()
        if (handed === 'noRoom') throw colleagueBusy()
      } else {
        const fact = { type: 'requeued', reason: 'transfer', of: agentId } as const
        const applied = await contacts.door.apply(contactId, fact, { actor })
        if (!applied.ok) throw notYours()
      }
      await Promise.all([offers.contactChanged(contactId), touched(agentId, contactId)])
    },

    async say({ contactId, clientId, text }, { agentId }) {
      const said = await contacts.conversations.reply(contactId, agentId, clientId, text)
      if (said.messageId) await spoken(agentId, contactId, said.messageId)
      return said
    },

    async sendTemplate({ contactId, clientId, template, params }, { agentId }) {
      const contact = await ownContact(contacts, contactId, agentId)
      const said = await sending.sendTemplate(contact, agentId, clientId, template, params)
      if (said.messageId) await spoken(agentId, contactId, said.messageId)
      return said
    },

    async endConversation({ contactId }, { agentId, actor }) {
      const contact = await ownContact(contacts, contactId, agentId)
      if (contact.channel === 'voice') throw problem(409, 'notText', '这是电话', '请用“挂断”结束通话。')
      await contacts.conversations.end(contactId, actor)
    },

    async saveDraft({ contactId, revision, body }, context) {
      const contact = await visible(contactId, context)
      try {
        const holder = contact.agentId ?? context.agentId
        const saved = await contacts.conversations.saveDraft(contactId, holder, revision, body)
        return { revision: saved.revision, savedAt: saved.savedAt.toISOString() }
      } catch (error) {
        // The page shows both versions: it gets the newer one with the contact.
        await touched(context.agentId, contactId)
        throw error
      }
    },

    async renewWrapUp({ contactId }, { agentId, actor }) {
      await ownContact(contacts, contactId, agentId)
      const applied = await contacts.door.apply(contactId, { type: 'wrapUpRenewed', of: agentId }, { actor })
      if (!applied.ok)
        throw problem(
          409,
          'noRenewal',
          '不能再延长整理时间',
          '话后整理只能延长一次；未登记的会列入“待补登记”。',
        )
    },

    async register({ contactId, idempotencyKey, outcomes }, context) {
      const contact = await visible(contactId, context)
      // In the agent's own matters he is the agent, whatever else he may be.
      const actor =
        contact.agentId === context.agentId ? context.actor : { ...context.actor, role: 'teamLead' as const }
      const registered = await contacts.register(
        contactId,
        idempotencyKey,
        outcomes,
        actor as typeof context.actor,
      )
      views.forget(contactId)
      return registered
    },

    async endAbusive({ contactId, warnings }, { agentId, actor }) {
      const contact = await ownContact(contacts, contactId, agentId)
      if (warnings < warningsNeeded)
        throw problem(422, 'warningsMissing', '须先警告两次', '请先口头警告；两次警告后仍继续的，方可结束。')
      const fact = { type: 'endedAbusive', of: agentId } as const
      const applied = await contacts.door.apply(contactId, fact, { actor, data: { warnings } })
      if (!applied.ok) throw problem(409, 'wrongState', '现在不能进行此操作', '请查看联络的最新状态。')
      if (contact.callId) demandSent(await calls.dismiss(contact.callId))
    },

    async refer({ contactId, number, kind }, { agentId, actor }) {
      await ownContact(contacts, contactId, agentId)
      return referrals.refer(contactId, number, kind, actor)
    },
    async takenOver({ referralId }, { agentId, actor }) {
      await ownReferral(referralId, agentId)
      return referrals.takenOver(referralId, actor)
    },
    async cancelReferral({ referralId }, { agentId, actor }) {
      await ownReferral(referralId, agentId)
      return referrals.cancel(referralId, actor)
    },

    async reveal({ contactId, reason }, context) {
      const contact = await visible(contactId, context)
      // Identity is for the contact that is being handled (design "Who may see what"); afterwards it stays masked.
      if (contact.endedAt !== null)
        throw problem(403, 'contactEnded', '联络已结束，号码保持遮蔽', '如确需联系诉求人，请通过工单办理。')
      if (contact.direction === 'outbound')
        throw problem(
          403,
          'maskedLine',
          '这次通话不显示号码',
          '平台转接的通话不显示诉求人号码，请通过工单办理。',
        )
      if (reason.trim().length < 2)
        throw problem(422, 'reasonMissing', '请写明查看原因', '查看号码会被记录，请写明具体原因。')
      if (!mayReveal(context.agentId))
        throw problem(429, 'tooManyReveals', '查看过于频繁', '请过一分钟再试；每次查看都会留下记录。')
      await record({
        actor: context.actor,
        action: 'reveal',
        subject: { kind: 'requester', id: contact.requesterId },
        requesterId: contact.requesterId,
        contactId,
        reason,
      })
      const profile = await requesters.profile(contact.requesterId)
      return {
        name: profile?.name ?? null,
        addresses: (profile?.links ?? [])
          .filter((l) => l.kind === 'phone')
          .map(({ kind, status, address }) => ({ kind, status, address })),
      }
    },

    async openContact({ contactId }, context) {
      const contact = await visible(contactId, context)
      await record({
        actor: context.actor,
        action: 'contactOpened',
        subject: { kind: 'contact', id: contactId },
        requesterId: contact.requesterId,
        contactId,
      })
      return render.contact(context.staff, contact)
    },
  }

  async function ownReferral(referralId: string, agentId: string): Promise<void> {
    const contactId = await referrals.contactOf(referralId)
    const contact = contactId ? await contacts.find(contactId) : null
    if (contact?.agentId !== agentId) throw notYours()
  }
}
