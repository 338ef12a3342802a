import type { Role } from '../base/actor.ts'

/**
 * PURE. Matter: something raised with the hotline that did not come by telephone, SMS or WeChat.
 *
 * Source: where it was raised (信件, 市长信箱, another platform …); `raisedAt` is the time there, `receivedAt` the time at
 * which the centre had it, from which the centre's terms run. Direct contact: somebody came to a unit or called it past
 * the hotline (首问).
 */
export const ways = ['entered', 'exchange', 'direct'] as const
export type Way = (typeof ways)[number]

export type Matter = {
  id: string
  way: Way
  source: string
  sourceNumber: string | null
  entryKey: string | null
  contactId: string
  raisedAt: Date
  receivedAt: Date
  enteredAt: Date
  enteredBy: string
  enteredRole: string
  saidLookup: string | null
}

/** Source of a matter that a unit was asked directly. */
export const directSource = 'unitDirect'

export const forms = ['phone', 'visit', 'letter', 'online'] as const
export type Form = (typeof forms)[number]

export const directDuties = ['own', 'notOwn', 'disputed'] as const
/** 属于本单位职责, 不属于, 有争议. */
export type DirectDuty = (typeof directDuties)[number]

export const directStates = ['open', 'answered', 'guided', 'ordered', 'disputed'] as const
export type DirectState = (typeof directStates)[number]

export type DirectContact = {
  id: string
  unitCode: string
  form: Form
  kind: string
  duty: DirectDuty
  /** Other units whose duty it is, too; the first asked leads. */
  otherUnits: string[]
  summary: string
  statute: string
  requesterKind: string
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  receivedAt: Date
  registeredAt: Date
  registeredBy: string
  registeredRole: string
  state: DirectState
  settledAt: Date | null
  orderNumber: string | null
}

/** Whoever asks: every hat that he has, and the unit whose member he is. */
export type Person = { id: string; role: Role; roles: readonly Role[]; unit: string | null }
