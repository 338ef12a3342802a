import type { CallEvent } from './call-event.ts'

/** What telephony asks of the rest of the program. Implemented elsewhere, handed in by `context.ts`. */

export type CallSink = {
  /**
   * Commits one event. Must be idempotent by `event.key`. Resolves after the commit; a rejection sends the event to
   * the spool. Events of one call come one after the other, those of different calls in parallel.
   */
  handle(event: CallEvent): Promise<void>
}

/** A call whose leg PostgreSQL believes alive (not: a call back that waits for its turn). */
export type OpenCall = { callId: string }

export type OpenCalls = {
  /** @param also `andCallBacks`: those too whose citizen has been rung for longer than a try lasts */
  list(node: string, also?: { andCallBacks: boolean }): Promise<OpenCall[]>
}

/** Opaque records on the disk of this gateway; `depth` counts those not yet replayed. */
export type CallSpool = {
  append(record: { kind: string; data: unknown }): Promise<void>
  readonly depth: number
}

export const callRecordKind = 'callEvent'

export type Healthy = {
  /** True when a PostgreSQL commit and a call of the matcher have just succeeded. */
  check(): Promise<boolean>
}

/** Agents who are signed in, for the mirror in Asterisk's own queue. */
export type SignedIn = {
  list(): Promise<{ phone: string; paused: boolean }[]>
}
