import type { Actor, Role } from '../base/actor.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import type { SignedIn } from '../staff/model.ts'
import type { ClientMessage } from './contract.ts'
import { deskStates, type DeskContacts } from './ports.ts'

/** What a message from a page may do, and for whom. */
export type MessageType = ClientMessage['type']
export type MessageOf<T extends MessageType> = Extract<ClientMessage, { type: T }>

export type CommandContext = {
  staff: SignedIn
  agentId: string
  tab: string
  /** In the first role that the message allows. */
  actor: Actor
}

export type Command<T extends MessageType> = (
  message: MessageOf<T>,
  context: CommandContext,
) => Promise<unknown>
/** `hello` and `ping` belong to the connection itself. */
export type Commands = { [T in Exclude<MessageType, 'hello' | 'ping'>]: Command<T> }

const agentOnly: readonly Role[] = ['agent']
const agentOrLead: readonly Role[] = ['agent', 'teamLead']

/** Which roles may send what; whose contact it is, is checked by each command. */
export const permitted: Record<MessageType, readonly Role[]> = {
  hello: agentOrLead,
  ping: agentOrLead,
  signIn: agentOnly,
  signOut: agentOnly,
  available: agentOnly,
  pause: agentOnly,
  acceptOffer: agentOnly,
  declineOffer: agentOnly,
  hold: agentOnly,
  resume: agentOnly,
  hangUp: agentOnly,
  suspendRecording: agentOnly,
  transfer: agentOnly,
  say: agentOnly,
  sendTemplate: agentOnly,
  endConversation: agentOnly,
  saveDraft: agentOrLead,
  renewWrapUp: agentOnly,
  // An owed registration may be made by the team lead in the agent's place.
  register: agentOrLead,
  endAbusive: agentOnly,
  refer: agentOnly,
  takenOver: agentOnly,
  cancelReferral: agentOnly,
  reveal: agentOrLead,
  openContact: agentOrLead,
}

/** Who may open a desk at all. */
export const deskRoles: readonly Role[] = agentOrLead

export const notYours = (): Problem =>
  problem(403, 'notYours', '这次联络不在您手中', '它可能已经结束或由其他坐席处理，请查看左侧列表。')
const wrongState = (): Problem =>
  problem(409, 'wrongState', '现在不能进行此操作', '联络的状态已改变，请查看最新状态后再试。')
const noCall = (): Problem => problem(409, 'noCall', '现在没有通话', '通话可能已经结束，请查看最新状态。')

/** Loads the contact and demands that it stands on this agent's desk. */
export async function ownContact(
  contacts: Pick<DeskContacts, 'find'>,
  contactId: string,
  agentId: string,
): Promise<Contact> {
  const contact = await contacts.find(contactId)
  // Whether somebody else's contact exists is nobody's business.
  if (!contact || contact.agentId !== agentId || contact.endedAt !== null) throw notYours()
  if (!deskStates.includes(contact.state)) throw wrongState()
  return contact
}

/** The same, and there must be a live call. */
export async function ownCall(
  contacts: Pick<DeskContacts, 'find'>,
  contactId: string,
  agentId: string,
): Promise<Contact & { callId: string }> {
  const contact = await ownContact(contacts, contactId, agentId)
  const { callId } = contact
  if (contact.channel !== 'voice' || callId === null || contact.state === 'wrapUp') throw noCall()
  return { ...contact, callId }
}

const calls: Record<string, () => Problem> = {
  gone: () => problem(409, 'callGone', '通话已结束', '对方可能已经挂断。'),
  native: () =>
    problem(409, 'callNative', '来电由应急队列接管', '请直接用话机处理，通话结束后在这里补登记。'),
  wrongStage: () => problem(409, 'wrongStage', '通话的状态不允许此操作', '请查看通话的最新状态后再试。'),
  nodeDown: () => problem(503, 'phoneSystemDown', '电话系统暂时连接不上', '通话不受影响，请稍后再试。'),
  unknown: () =>
    problem(504, 'phoneSystemSilent', '电话系统没有及时回应', '不确定操作是否完成，请查看状态后再试。'),
  refused: () => problem(502, 'phoneSystemRefused', '电话系统拒绝了操作', '请稍后再试，或联系系统管理员。'),
}

/** Telephony's refusals in words for the agent. @throws Problem */
export function demandSent(sent: { sent: true } | { sent: false; why: string }): void {
  if (!sent.sent) throw (calls[sent.why] ?? calls['refused']!)()
}
