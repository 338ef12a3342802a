import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Channel, Contact, Requirement } from './model.ts'
import type { ContactFact } from './transition.ts'

/** What other slices may ask of `contacts/`. Implemented by `service.ts`, composed in `src/context.ts`. */

export type Applied =
  | { ok: true; contact: Contact; note?: string }
  /** The race was lost or the fact is impossible now: `contact` is the row as it stands. */
  | { ok: false; refused: 'notFound' | 'ended' | 'wrongState' | 'notYours'; contact: Contact | null }

export type ApplyOptions = {
  actor: Actor
  cite?: string
  data?: Record<string, unknown>
  /**
   * The contact as the caller has just read it, which spares reading it again: judged first, and written by
   * compare-and-set before anything else is awaited. Where it does not do, the row is read as it stands.
   */
  known?: Contact
  /** With `known`: refused (`wrongState`, no contact) where it does not do, for a caller with statements right behind. */
  once?: boolean
  /** Runs in the same transaction after the row is written; a rejection rolls everything back. */
  within?: (tx: Tx, contact: Contact) => Promise<void>
}

export type ContactDoor = {
  /** The contact as it stands, for one who is about to say what happens to it. */
  look(tx: Tx, contactId: string): Promise<Contact | null>
  /** The one door for state changes: judges `fact` by `transition`, writes row, event and outbox in one transaction. */
  apply(contactId: string, fact: ContactFact, options: ApplyOptions): Promise<Applied>
  /** The same inside a transaction of the caller. */
  applyIn(
    tx: Tx,
    contactId: string,
    fact: ContactFact,
    options: Omit<ApplyOptions, 'within'>,
  ): Promise<Applied>
}

/** What the matcher and the reconciler need of a contact. */
export type ContactForMatching = {
  id: string
  channel: Channel
  state: Contact['state']
  /** Rises with every change of the row: of two readings the greater is the newer. */
  version: number
  callId: string | null
  /** The citizen is called: until he answers nobody is on the line. */
  callBack: boolean
  agentId: string | null
  /** Only its registration is missing: its agent serves others meanwhile. */
  owed: boolean
  /** Virtual arrival time in ms; the smallest is served first. */
  score: number
  queuedAtMs: number
  requirement: Requirement
  stickyAgentId: string | null
  emergency: boolean
  /** ms since the epoch of the row's last change, database clock. */
  changedAtMs: number
}

export type ContactsForMatching = {
  /** All open contacts, in pages; the source of truth for a rebuild. */
  open(afterId: string | null, limit: number): Promise<ContactForMatching[]>
  /**
   * Rows (open or ended) changed after the instant, for the quick pass of the reconciler. One that a clock which was set
   * back since has stamped is not among them before its time.
   */
  changedSince(sinceMs: number, limit: number): Promise<ContactForMatching[]>
  one(contactId: string): Promise<ContactForMatching | null>
  /** Those of them that exist, in no order. */
  some(contactIds: readonly string[]): Promise<ContactForMatching[]>
}
