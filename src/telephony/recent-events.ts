import type { CallEvent } from './call-event.ts'

/**
 * The last minute of one node, kept by every gateway that does not pass its events on: a follower, or an owner in the
 * middle of a resync. When the owner dies, his lease runs out within the minute and the successor passes this on; what
 * the ledger has seen already it knows by its key.
 */
export type RecentEvents = {
  add(event: CallEvent): void
  /** All that is still recent, oldest first; empties the buffer. */
  take(): CallEvent[]
  /** Instant (Asterisk's clock, ms) up to which the ledger must know the node to know all that was heard of this call. */
  heardOf(callId: string): number
  size(): number
}

/** @param windowMs how long an event is kept, by the clock of its Asterisk */
export function createRecentEvents(windowMs = 60_000, limit = 50_000): RecentEvents {
  let events: CallEvent[] = []
  let newest = 0

  function stale(): number {
    let count = Math.max(0, events.length - limit)
    while (count < events.length && events[count]!.at < newest - windowMs) count++
    return count
  }

  return {
    add(event) {
      events.push(event)
      newest = Math.max(newest, event.at)
      // Amortised: cut only when a good part is stale.
      if (events.length % 256 === 0 || events.length > limit) events = events.slice(stale())
    },
    take() {
      const taken = events.slice(stale())
      events = []
      return taken
    },
    heardOf(callId) {
      const last = events.findLast((event) => event.type !== 'deviceState' && event.callId === callId)
      // What is older than the window may have been cut.
      return Math.max(newest - windowMs, last?.at ?? 0)
    },
    size: () => events.length,
  }
}
