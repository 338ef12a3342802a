/**
 * PURE. 诚信档案: entries about a requester, each with a ground of the statute and evidence, in force only after a second
 * person confirmed it, and for a time; measures on a telephone number, which need a study before (丹东 第二十条).
 */
export const recordStates = ['proposed', 'inForce', 'rejected', 'lapsed', 'expired', 'withdrawn'] as const
export type RecordState = (typeof recordStates)[number]

/** What entries and measures have in common. */
export type FileRecord = {
  id: string
  requesterId: string
  state: RecordState
  madeAt: Date
  madeBy: string
  madeRole: string
  decidedAt: Date | null
  decidedBy: string | null
  decision: string | null
  expiresAt: Date
  endedAt: Date | null
  endedBecause: string | null
  /** The flag that shows on the desk while it is in force. */
  markId: string | null
  cite: string | null
}

export type Evidence = { orderId: string | null; contactId: string | null; recordingId: string | null }

export type Entry = FileRecord & Evidence & { ground: string; what: string; orderNumber: string | null }

export type Measure = FileRecord & {
  scope: 'lowestPriority'
  study: string
  participants: string[]
  document: string
  entries: string[]
}

export type Correction = {
  id: string
  requesterId: string
  entryId: string | null
  measureId: string | null
  contactId: string
  request: string
  askedAt: Date
  askedBy: string
  decidedAt: Date | null
  decidedBy: string | null
  granted: boolean | null
  reason: string | null
}

/** Local policy: no text gives a time. An entry counts for a year; what nobody confirmed in a month was nothing. */
export const entryDays = 365
export const proposalDays = 30
/** The longest that a number may be handled otherwise; a longer time needs another study. */
export const measureDays = 180
