import type { Log } from '../base/log.ts'
import { nodeOfCall } from './call-event.ts'
import type { NodeMarks } from './node-marks.ts'
import type { CallSink, OpenCalls } from './ports.ts'
import { lost } from './reconcile.ts'

/**
 * An Asterisk that no gateway reaches. For a while its calls are unknown, not ended: they may go on, and it may come back.
 * After a limit they end as those of an Asterisk that has died: who waited is owed a call back, who spoke is registered by
 * his agent. What a late return still tells of them are notes.
 */
export type LostNodes = {
  /** One look; ends what is over the limit. To be repeated every few seconds. */
  look(): Promise<void>
  /** No gateway has owned that Asterisk since at least `graceMs`. */
  isAway(node: string): boolean
  /** Whoever speaks says that his call is over. @returns false while its Asterisk is within reach, or only just lost */
  giveUp(callId: string): Promise<boolean>
  /** Calls ended here for want of their Asterisk, by node, since the start. */
  givenUp(): Record<string, number>
}

export type LostNodesOptions = {
  marks: Pick<NodeMarks, 'away'>
  openCalls: OpenCalls
  sink: CallSink
  /** Local policy, ms. */
  limitMs: number
  /** A successor takes over within this time, ms. */
  graceMs: number
  log: Log
  /** Monotonic and wall clock, ms. */
  elapsed?: () => number
  now?: () => number
}

/** Between two looks; after a longer pause nobody knows what was meanwhile, ms. */
const longPauseMs = 30_000

export function createLostNodes(options: LostNodesOptions): LostNodes {
  const { marks, openCalls, sink, limitMs, graceMs, log } = options
  const elapsed = options.elapsed ?? (() => performance.now())
  const now = options.now ?? Date.now
  /**
   * Since when each was seen away at every look. A lease also runs out while PostgreSQL or this gateway stands still, so
   * only what was watched counts.
   */
  let awaySince = new Map<string, number>()
  let lookedAt = -Infinity
  const counts: Record<string, number> = {}

  const awayFor = (node: string): number => {
    const since = awaySince.get(node)
    return since === undefined ? 0 : elapsed() - since
  }

  const isAway = (node: string): boolean => awaySince.has(node) && awayFor(node) >= graceMs

  async function end(node: string): Promise<void> {
    const open = await openCalls.list(node, { andCallBacks: true })
    if (open.length === 0) return
    for (const call of open) await sink.handle(lost(node, call, now()))
    counts[node] = (counts[node] ?? 0) + open.length
    log.error({ node, calls: open.length }, 'Asterisk does not come back, its calls are ended')
  }

  return {
    async look() {
      try {
        const away = await marks.away()
        const at = elapsed()
        const before = at - lookedAt > longPauseMs ? new Map<string, number>() : awaySince
        awaySince = new Map(away.map((node) => [node, before.get(node) ?? at]))
        lookedAt = at
      } catch (error) {
        awaySince = new Map()
        throw error
      }
      for (const node of awaySince.keys()) if (awayFor(node) >= limitMs) await end(node)
    },
    isAway,
    async giveUp(callId) {
      const node = nodeOfCall(callId)
      if (node === null || !isAway(node)) return false
      await sink.handle(lost(node, { callId }, now()))
      return true
    },
    givenUp: () => ({ ...counts }),
  }
}
