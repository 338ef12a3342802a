import type { IssuedReport } from '../analysis/report-contract.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Access } from '../staff/ledger.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Source } from './decide/guard.ts'

/** What disclosure needs of its neighbours; `src/composition/analysis.ts` passes it in. */
export type DisclosureParts = {
  db: Db
  clock: Clock
  pii: Pii
  /** Of this installation. */
  statute: Statute
  sources: {
    slug: string
    statuteOf: (slug: string) => Statute
    /** An order as the source of a case, with everything that must not be in it. */
    find: (by: { number: string } | { id: string }) => Promise<SourceOrder | null>
  }
  /** Names of the staff of these units. */
  peopleOf: (units: readonly string[]) => Promise<string[]>
  /** Numbers that anybody may read, digits only. */
  publicNumbers: readonly string[]
  subjectLabel: (statute: string, subject: string) => string
  /** @throws Problem 404 reportUnknown */
  report: (id: string) => Promise<IssuedReport>
  /** The access ledger. */
  record: (tx: Tx, entry: Access) => Promise<void>
}

export type SourceOrder = Source & {
  id: string
  statute: string
  subject: string | null
  concludedAt: Date | null
  units: readonly string[]
}
