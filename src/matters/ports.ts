import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Registered } from '../work-orders/registration-contract.ts'
import type { Viewer } from '../work-orders/service.ts'

/** What this slice needs of others; composed in `src/composition/matters.ts`. */

export type RegisterMatter = {
  matter: {
    contactId: string
    requesterId: string
    /** Where it came from; the order keeps it. */
    channel: string
    /** When the centre received it: its time runs from then. */
    raisedAt: Date
    /** E.164 or null. */
    phone: string | null
    /** The unit that was asked directly and registers it itself. */
    firstAskedUnit?: string
  }
  idempotencyKey: string
  outcomes: readonly unknown[]
  actor: Actor
}

export type Similar = {
  number: string
  title: string
  state: string
  place: string | null
  raisedAt: Date
  sameRequester: boolean
}

export type MatterOrders = {
  /** Writes what a matter led to, exactly once per contact. @throws Problem 422 */
  register(tx: Tx, input: RegisterMatter): Promise<Registered>
  /** As far as this person may know of it. */
  registered(contactId: string, actor: Actor): Promise<Registered | null>
  /** Numbers of the orders of each contact, as far as they exist for this person. */
  numbersOf(contactIds: string[], viewer: Viewer): Promise<Map<string, string[]>>
  similar(text: string, viewer: Viewer): Promise<Similar[]>
}

/** The directory of units in force. */
export type Units = () => Promise<readonly { code: string; name: string }[]>
