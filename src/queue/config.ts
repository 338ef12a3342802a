import type { ChannelGroup, Relaxation, SlotRules } from './choose-agent.ts'

/** All limits of routing. Milliseconds unless said otherwise; defaults as in the semantics, all local policy. */
export type QueueConfig = {
  /** How long an agent may think before an offer expires. */
  offerMs: Record<ChannelGroup, number>
  /** How long the matcher keeps an agent for a contact without an offer row. */
  reservationMs: number
  /** How long an agent who declined or missed a contact is not asked for it again. */
  excludeMs: number
  /** The same when nobody else on shift could take it: a short breath instead of a loop. */
  aloneMs: number
  /** How long the matcher remembers that a contact has ended. */
  tombstoneMs: number
  /** After this long in `connecting` somebody must look whether the call still lives. */
  connectingMs: number
  /** The same for a call back, whose citizen has to be rung first. */
  callBackConnectingMs: number
  relaxation: Relaxation
  slots: SlotRules
  reconcile: {
    /** Rows changed lately are compared this often. */
    quickMs: number
    /** Everything open is compared this often. */
    fullMs: number
    /** Commits may become visible this much later than their timestamp says. */
    overlapMs: number
    /** Rows per page. */
    page: number
    leaseMs: number
    /** An offer that nobody announced within this time is announced again. */
    announceMs: number
  }
}

export const defaultQueueConfig: QueueConfig = {
  offerMs: { voice: 10_000, text: 45_000 },
  reservationMs: 3_000,
  excludeMs: 60_000,
  aloneMs: 5_000,
  tombstoneMs: 24 * 3_600_000,
  connectingMs: 7_000,
  callBackConnectingMs: 60_000,
  relaxation: {
    steps: [
      { afterMs: 30_000, relax: ['topic'] },
      { afterMs: 60_000, relax: ['dialect', 'desk'] },
      { afterMs: 120_000, relax: ['language'] },
    ],
    keep: { desk: ['emergency', 'confidential'] },
  },
  slots: { textDuringVoice: false, emergencyExtraText: 1 },
  reconcile: {
    quickMs: 500,
    fullMs: 30_000,
    overlapMs: 3_000,
    page: 500,
    leaseMs: 10_000,
    announceMs: 1_000,
  },
}
