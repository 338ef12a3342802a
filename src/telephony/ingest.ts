import type { Log } from '../base/log.ts'
import type { CallEvent } from './call-event.ts'
import { callRecordKind, type CallSink, type CallSpool } from './ports.ts'

/**
 * From events to commits: one after the other within a call, in parallel across calls, bounded in all. What cannot be
 * committed is spooled; what cannot be spooled either is lost to this path and reported, so that a resync finds it.
 */
export type Ingest = {
  /** False when the queue is full: the event is dropped and a resync is due. */
  offer(event: CallEvent): boolean
  /** Waits for room instead of dropping: for a resync, whose findings may be more than the queue holds. */
  offerAll(events: readonly CallEvent[]): Promise<void>
  /** Resolves when everything offered before has been committed, spooled or given up. */
  settled(): Promise<void>
  depth(): number
  /** Facts of this call wait for their commit, or one is being committed. */
  holds(callId: string): boolean
}

export type IngestOptions = {
  sink: CallSink
  spool: CallSpool
  log: Log
  /** An event was lost: the ledger and Asterisk may differ until a resync. */
  onLost: (reason: 'overflow' | 'spoolFailed') => void
  capacity?: number
  /** Commits under way at once; below the size of the connection pool. */
  parallel?: number
}

type Waiting = { event: CallEvent; number: number }

export function createIngest(options: IngestOptions): Ingest {
  const { sink, spool, log, onLost, capacity = 20_000, parallel = 12 } = options
  /** Waiting events by call (or phone); a key is present while its queue is not empty or being worked on. */
  const queues = new Map<string, Waiting[]>()
  const ready: string[] = []
  let running = 0
  let sequence = 0
  /** Numbers of the events under way, in ascending order because a Set keeps the order of insertion. */
  const underWay = new Set<number>()
  const forRoom: (() => void)[] = []
  let waiters: { upTo: number; done: () => void }[] = []

  const lane = (event: CallEvent): string =>
    event.type === 'deviceState' ? `phone ${event.node} ${event.phone}` : event.callId

  async function work(key: string, queue: Waiting[]): Promise<void> {
    const first = queue[0]
    if (first) {
      await store(first.event)
      queue.shift()
      underWay.delete(first.number)
    }
    if (queue.length > 0) ready.push(key)
    else queues.delete(key)
    for (const go of forRoom.splice(0)) go()
    const oldest = underWay.values().next().value ?? Infinity
    for (const waiter of waiters) if (oldest > waiter.upTo) waiter.done()
    waiters = waiters.filter((waiter) => oldest <= waiter.upTo)
  }

  async function store(event: CallEvent): Promise<void> {
    try {
      // While older records wait on the disk, newer ones queue behind them.
      if (spool.depth === 0) return await sink.handle(event)
    } catch (error) {
      log.warn(
        { reason: reasonOf(error), event: event.type, key: event.key },
        'call event not committed, spooling it',
      )
    }
    // The state of a phone is worth nothing later; the next resync reads it anew.
    if (event.type === 'deviceState') return
    try {
      await spool.append({ kind: callRecordKind, data: event })
    } catch (error) {
      log.error({ reason: reasonOf(error), event: event.type, key: event.key }, 'call event not spooled')
      onLost('spoolFailed')
    }
  }

  function pump(): void {
    while (running < parallel && ready.length > 0) {
      const key = ready.shift()!
      running++
      void work(key, queues.get(key) ?? []).finally(() => {
        running--
        pump()
      })
    }
  }

  const isFull = (): boolean => underWay.size >= capacity

  function accept(event: CallEvent): void {
    const key = lane(event)
    const queue = queues.get(key)
    const waiting = { event, number: ++sequence }
    underWay.add(waiting.number)
    if (queue) queue.push(waiting)
    else {
      queues.set(key, [waiting])
      ready.push(key)
    }
    pump()
  }

  return {
    offer(event) {
      if (isFull()) {
        onLost('overflow')
        return false
      }
      accept(event)
      return true
    },
    async offerAll(events) {
      for (const event of events) {
        while (isFull()) await new Promise<void>((go) => forRoom.push(go))
        accept(event)
      }
    },
    settled: () =>
      underWay.size === 0 ? Promise.resolve() : new Promise((done) => waiters.push({ upTo: sequence, done })),
    depth: () => underWay.size,
    holds: (callId) => queues.has(callId),
  }
}

/** Never the whole error: PostgreSQL's holds the row that failed, and with it somebody's number. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')
