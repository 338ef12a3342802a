/**
 * PURE. What a contact is. The states and ends are those of the ledger in PostgreSQL; Redis only mirrors them.
 */
export const channels = ['voice', 'sms', 'wechat', 'web'] as const
export type Channel = (typeof channels)[number]
export type TextChannel = Exclude<Channel, 'voice'>

export const directions = ['inbound', 'outbound'] as const
export type Direction = (typeof directions)[number]

export const contactStates = [
  'received',
  'screened',
  'queued',
  'offered',
  'connecting',
  'active',
  'held',
  'consulting',
  'wrapUp',
  'native',
  'ended',
] as const
export type ContactState = (typeof contactStates)[number]

/** States in which a contact takes one of its agent's slots. In wrap-up it keeps him from all others. */
export const slotStates: readonly ContactState[] = [
  'offered',
  'connecting',
  'active',
  'held',
  'consulting',
  'native',
]

export const contactEnds = [
  'completed',
  'shortAbandon',
  'abandoned',
  'abandonedRinging',
  'voicemail',
  'abusive',
  'failed',
] as const
export type ContactEnd = (typeof contactEnds)[number]

/** What an agent must bring. Attributes within one key are alternatives; all keys must hold. Example: `{ language: ['mandarin'], topic: ['heating'] }`. */
export type Requirement = Record<string, string[]>

/** A row of `contacts`, as the program uses it. Instants are `Date`s in UTC; `creditMs` is milliseconds. */
export type Contact = {
  id: string
  channel: Channel
  /** `outbound`: staff called the requester of an order; it waits in no queue and registers nothing. */
  direction: Direction
  account: string
  requesterId: string
  confidential: boolean
  state: ContactState
  end: ContactEnd | null
  version: number
  callId: string | null
  node: string | null
  receivedAt: Date
  queuedAt: Date | null
  offeredAt: Date | null
  answeredAt: Date | null
  bridgedAt: Date | null
  lastInboundAt: Date
  firstAnswerAt: Date | null
  wrapUpUntil: Date | null
  wrapUpRenewed: boolean
  owedAt: Date | null
  endedAt: Date | null
  agentId: string | null
  stickyAgentId: string | null
  requirement: Requirement
  creditMs: number
  emergency: boolean
  callBack: boolean
  callBackTries: number
  parentContactId: string | null
}

/** Place in the queue: a fixed virtual arrival time (ms). Nothing is re-scored as it ages, so nobody starves. */
export const queueScore = (contact: Pick<Contact, 'receivedAt' | 'creditMs'>): number =>
  contact.receivedAt.getTime() - contact.creditMs

/** Static priority credits in milliseconds of virtual waiting (semantics: "Order in the queue"). Local policy. */
export const credits = {
  lifeOrProperty: 24 * 3_600_000,
  urgentSituation: 2 * 3_600_000,
  care: 10 * 60_000,
  callBackOwed: 5 * 60_000,
  abandonedBefore: 3 * 60_000,
  /** Harassing numbers come last, but are never dropped. */
  harassing: -6 * 3_600_000,
} as const

/** What is known of a contact when it comes in. */
export type Standing = {
  emergency?: boolean
  urgent?: boolean
  harassing?: boolean
  /** Old, under age or disabled, as the requester himself has said. */
  care?: boolean
  /** Gave up waiting within the last hour. */
  abandonedBefore?: boolean
}

/** One credit, never a sum. A harassing sender in danger is in danger first; his other contacts come last. */
export function creditOf({ emergency, urgent, harassing, care, abandonedBefore }: Standing): number {
  if (emergency) return credits.lifeOrProperty
  if (harassing) return credits.harassing
  if (urgent) return credits.urgentSituation
  if (care) return credits.care
  return abandonedBefore ? credits.abandonedBefore : 0
}
