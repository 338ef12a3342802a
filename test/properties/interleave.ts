import type { Scheduler } from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'

/** Where everybody who takes part in a race waits for his turn. */
export type Gate = (label: string) => Promise<void>

/** A step takes no longer than this, however busy the machine, unless something hangs for good, ms. */
const stuckMs = 20_000

/**
 * Lets the scheduler choose who takes the next step, until all are done.
 * @param settled resolves when everybody stands at a gate, waits for a lock, or is done
 */
export async function interleave(
  scheduler: Pick<Scheduler, 'count' | 'waitOne'>,
  all: readonly Promise<unknown>[],
  settled: () => Promise<void> = () => turn(),
): Promise<void> {
  let done = false
  const end = Promise.allSettled(all).then(() => (done = true))
  let moved = performance.now()
  for (;;) {
    await settled()
    if (scheduler.count() > 0) {
      await scheduler.waitOne()
      moved = performance.now()
    } else if (done) break
    else {
      if (performance.now() - moved > stuckMs) throw new Error('everybody waits for everybody')
      await turn()
    }
  }
  await end
}
