import type { ContactEnd, ContactState } from '../../src/contacts/model.ts'
import type { Intent } from '../../src/agent-desk/model.ts'
import type { OfferOutcome } from '../../src/queue/ports.ts'

/** What everybody does at once, on the pure machines or on the real PostgreSQL: each action ends with `ok` or a code. */
export type Actions = {
  /** A gateway's matcher has reserved this pair. */
  offer(contactId: string, agentId: string, gateway?: 0 | 1): Promise<string>
  accept(offerId: string, agentId: string, gateway?: 0 | 1): Promise<string>
  decline(offerId: string, agentId: string): Promise<string>
  /** The deadline comes, and with it its job. */
  timeUp(offerId: string, gateway?: 0 | 1): Promise<string>
  /** The job alone, whenever it rings. */
  expiryRings(offerId: string): Promise<string>
  hangUp(contactId: string): Promise<string>
  /** The telephone of this agent was bridged with the caller. */
  bridged(contactId: string, agentId: string): Promise<string>
  dialFailed(contactId: string): Promise<string>
  /** Asterisk's own queue has the caller. */
  native(contactId: string): Promise<string>
  nativeAnswered(contactId: string, agentId: string): Promise<string>
  /** A leg is back in hold because the dial to a colleague failed. */
  transferFailed(contactId: string): Promise<string>
  /** A text of this requester. @returns the contact that it lies in */
  say(from: string): Promise<string>
  endConversation(contactId: string, agentId: string): Promise<string>
  /** To a colleague, or back to the queue. */
  transfer(contactId: string, from: string, to: string | null): Promise<string>
  register(contactId: string, agentId: string): Promise<string>
  renew(contactId: string, agentId: string): Promise<string>
  /** The time of wrap-up is over, and the sweep has seen it before whatever happens now. */
  wrapUpOver(contactId: string): Promise<string>
  pause(agentId: string): Promise<string>
  available(agentId: string): Promise<string>
  signOut(agentId: string, handBack?: boolean): Promise<string>
  /** Signs in anew, for instance in a second tab: the former sign-in is over. */
  signIn(agentId: string): Promise<string>
  /** The grace of a lost socket is over: what rings is withdrawn. */
  graceOver(agentId: string): Promise<string>
  /** Lost for so long that he is signed out. */
  leave(agentId: string): Promise<string>
  /** Lost for so long that his conversations go back. */
  textsBack(agentId: string): Promise<string>
}

export type ContactView = {
  id: string
  channel: 'voice' | 'text'
  state: ContactState
  end: ContactEnd | null
  agentId: string | null
  emergency: boolean
  owed: boolean
}
export type OfferView = {
  id: string
  contactId: string
  agentId: string
  epoch: number
  outcome: OfferOutcome | null
  /** How often listeners heard of its end. */
  told: number
}
export type AgentView = { id: string; intent: Intent; epoch: number; notResponding: boolean }
export type ChangeView = { contactId: string; fact: string; from: ContactState | null; to: ContactState }
export type MessageView = { id: string; contactId: string; stateThen: ContactState }

/** All that is on record. */
export type Ledger = {
  contacts: ContactView[]
  offers: OfferView[]
  agents: AgentView[]
  /** Changes in their order. */
  changes: ChangeView[]
  registrations: { contactId: string }[]
  messages: { id: string; contactId: string }[]
}

export type World = {
  readonly do: Actions
  /** Before the race; nothing runs beside it. Text capacity is two. */
  agent(options?: { mode?: 'desk' | 'phone' }): Promise<string>
  /** A caller or a text that waits in the queue. */
  call(): Promise<string>
  text(from?: string): Promise<string>
  requesterOf(contactId: string): string
  /** An offer that rings. */
  offered(contactId: string, agentId: string): Promise<string>
  /** A call or conversation with its agent. */
  active(contactId: string, agentId: string): Promise<string>
  wrapUp(contactId: string, agentId: string): Promise<string>
  /** From now on every step waits for the scheduler. */
  race(): void
  /** Whatever was rung for is done: offers follow their contacts. */
  bells(): Promise<void>
  /** Time goes by: deadlines, graces, wrap-ups. */
  later(): Promise<void>
  ledger(): Promise<Ledger>
  /** Nothing of this world is left running. */
  stop(): Promise<void>
}

export const textCapacity = 2
