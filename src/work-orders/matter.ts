import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'

/** What a contact brings to its registration. */
export type Matter = {
  contactId: string
  requesterId: string
  channel: string
  raisedAt: Date
  /** E.164 of the requester where his channel has one; fills 联系方式 when he gave none. */
  phone: string | null
  /** The unit that was asked directly and registers it itself (首问责任). */
  firstAskedUnit?: string
}

/** One registration under way, inside the transaction that ends its contact. */
export type RegistrationContext = {
  tx: Tx
  registrationId: string
  matter: Matter
  actor: Actor
  at: Date
}
