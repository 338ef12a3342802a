import type { Tx } from '../db/pool.ts'
import type { Subject } from './model.ts'

/** What this slice needs of others. Both are called inside the transaction that found the reason. */

export type SupervisionMatter = {
  /** Code of the unit whose duty it was. */
  unit: string
  /** Code of the statute's trigger (督办情形). */
  trigger: string
  subject: Subject & {
    /** What it is about, in Chinese; never the title of a confidential item. */
    about: string
    /** Id of the term that was missed, its article as people read it, and the instant that was too late. */
    term: string
    termCite: string
    due: Date
  }
  /** The article that makes it a matter of supervision. */
  cite: string
  at: Date
}

/** Opens a supervision matter (督办). Called once for each missed clock, also where several gateways look. */
export type Supervise = (tx: Tx, matter: SupervisionMatter) => Promise<void>

export type Reminder = {
  unit: string
  why: 'errorReported' | 'dueSoon'
  subject: Subject & { about: string }
  /** Null where the statute sets no limit. */
  due: Date | null
  cite: string | null
  at: Date
}

/** Tells a unit what waits for it. */
export type Remind = (tx: Tx, reminder: Reminder) => Promise<void>

/** The directory of units. */
export type Units = () => Promise<readonly { code: string; name: string }[]>
