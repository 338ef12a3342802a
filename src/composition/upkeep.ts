import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'

/** Work that every gateway repeats. A round that fails comes again; rounds never overlap; `stop` waits for the last. */
export type Upkeep = {
  every(ms: number, what: string, work: () => Promise<unknown>): void
  stop(): Promise<void>
}

export function createUpkeep(log: Log): Upkeep {
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let stopped = false

  return {
    every(ms, what, work) {
      let failing = false
      const later = (): void => {
        if (stopped) return
        const timer = setTimeout(() => {
          timers.delete(timer)
          const round: Promise<void> = work()
            .then(
              () => {
                if (failing) log.info({ what }, 'rounds work again')
                failing = false
              },
              (error: unknown) => {
                // once for each outage: PostgreSQL away for an hour is one line of each kind of round
                if (!failing) log.warn({ what, err: String(error) }, 'round failed; it comes again')
                failing = true
              },
            )
            .finally(() => {
              running.delete(round)
              later()
            })
          running.add(round)
        }, ms)
        timers.add(timer)
      }
      later()
    },
    async stop() {
      stopped = true
      timers.forEach((timer) => clearTimeout(timer))
      await Promise.allSettled(running)
    },
  }
}

/** No statement for so long means that nothing waits for the database; a step through Redis takes less, ms. */
const restMs = 60
/** Longer than this nobody waits for it: PostgreSQL may be away, ms. */
const patienceMs = 2_000

/**
 * Resolves when what was begun has come to its end. Much of it is waited for by nobody (who else hears of a change), so it
 * is seen by the database alone.
 */
export async function atRest(db: Pick<Db, 'stats'>): Promise<void> {
  const began = performance.now()
  let busyAt = began
  for (let now = began; now - busyAt < restMs && now - began < patienceMs; now = performance.now()) {
    const { total, idle, waiting } = db.stats()
    if (total - idle + waiting > 0) busyAt = now
    await new Promise((next) => setTimeout(next, 5))
  }
}
