import type { DeskContact, ServerMessage } from '../../../src/agent-desk/contract.ts'
import { channelWord, notRespondingWord, offerOutcomeWord } from './labels.ts'
import { find, type DeskState } from './state.ts'

/** PURE. What a person who does not look at the screen is told about a message of the server; most say nothing. */
export type Announcement = {
  text: string
  urgent: boolean
  /** Also shown: nothing on the screen would say it otherwise. */
  show?: boolean
}

const say = (text: string, urgent = false): Announcement => ({ text, urgent })

const whoIs = ({ pop }: DeskContact): string => pop.name ?? pop.maskedAddress ?? '号码未知'

/** The contact that a lifted handset has brought to the front, if this message was that. */
export function liftedBy(before: DeskState, after: DeskState): string | null {
  const id = after.selectedId
  if (id === null || id === before.selectedId) return null
  const rang = before.offers.some((o) => o.mode === 'phone' && o.contact.id === id)
  return rang || before.liftedId === id ? id : null
}

export function announcementOf(
  before: DeskState,
  after: DeskState,
  message: ServerMessage,
): Announcement | null {
  switch (message.type) {
    case 'offer': {
      const { contact } = message.offer
      const who = whoIs(contact)
      const flags = contact.emergency || contact.pop.emergency ? '，紧急' : ''
      return say(`${channelWord(contact.channel)}来话${flags}：${who}。按 Alt+A 接听`, true)
    }
    case 'offerEnded':
      return before.offers.some((o) => o.offerId === message.offerId) &&
        !['accepted', 'declined'].includes(message.outcome)
        ? { text: offerOutcomeWord(message.outcome), urgent: false, show: true }
        : null
    case 'message':
      return message.message.direction === 'in' && find(after, message.contactId)
        ? say(`${channelWord(find(after, message.contactId)?.channel)}新消息`)
        : null
    case 'agent': {
      const reason = message.agent.notResponding
      return reason !== null && before.agent?.notResponding !== reason
        ? say(notRespondingWord(reason), true)
        : null
    }
    case 'contact': {
      if (liftedBy(before, after) === message.contact.id)
        return say(`已接通：${whoIs(message.contact)}。登记表已切换到这次通话`, true)
      const old = find(before, message.contact.id)
      if (message.contact.state === 'wrapUp' && old && old.state !== 'wrapUp' && !message.contact.owedSince)
        return say('通话已结束，请在话后整理时间内登记')
      return null
    }
    case 'notice':
      return say(message.text, message.level === 'warning')
    default:
      return null
  }
}
