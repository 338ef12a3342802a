import type { Clock } from '../base/clock.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Figures } from '../work-orders/figures.ts'
import type { Tally } from './model.ts'

/** What analysis needs of its neighbours; `src/composition/analysis.ts` passes it in. */
export type AnalysisParts = {
  db: Db
  clock: Clock
  /** Of this installation. */
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  figures: Figures
  /** Calls and texts of the period: how many were answered, and how fast. */
  contactTallies: (period: { from: Date; to: Date; asOf: Date }) => Promise<Tally[]>
  /** Somebody must look: a warning was opened, or nobody has taken notice of one. */
  alert: (tx: Tx, what: Alert) => Promise<void>
}

export type Alert =
  | { type: 'warningOpened'; warning: string; kind: string }
  | { type: 'warningNotAcknowledged'; warning: string; sending: string; unit: string | null }
