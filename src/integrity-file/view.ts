import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { valueOf } from '../statutes/types.ts'
import type { CorrectionView, EntryView, MeasureView } from './contract.ts'
import type { Correction, Entry, FileRecord, Measure } from './model.ts'

/** How the file looks once its words are opened. */
const instant = (at: Date | null): string | null => at && formatInstant(at)

const record = (r: FileRecord) => ({
  id: r.id,
  requesterId: r.requesterId,
  state: r.state,
  madeAt: formatInstant(r.madeAt),
  decidedAt: instant(r.decidedAt),
  decision: r.decision,
  expiresAt: formatInstant(r.expiresAt),
  endedAt: instant(r.endedAt),
  endedBecause: r.endedBecause,
  cite: r.cite,
  madeBy: r.madeBy,
  decidedBy: r.decidedBy,
})

export const entryView = (e: Entry, statute: Statute): EntryView => ({
  ...record(e),
  ground: e.ground,
  label: valueOf(statute.topics.conduct.grounds, []).find((g) => g.code === e.ground)?.label ?? e.ground,
  what: e.what,
  orderNumber: e.orderNumber,
  contactId: e.contactId,
  recordingId: e.recordingId,
})

export const measureView = (m: Measure): MeasureView => ({
  ...record(m),
  scope: m.scope,
  study: m.study,
  document: m.document,
  participants: m.participants,
  entries: m.entries,
})

export const correctionView = (c: Correction): CorrectionView => ({
  id: c.id,
  requesterId: c.requesterId,
  entryId: c.entryId,
  measureId: c.measureId,
  contactId: c.contactId,
  request: c.request,
  askedAt: formatInstant(c.askedAt),
  askedBy: c.askedBy,
  decidedAt: instant(c.decidedAt),
  granted: c.granted,
  reason: c.reason,
})
