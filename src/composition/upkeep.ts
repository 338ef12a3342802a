import type { Log } from '../base/log.ts'

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
      const later = (): void => {
        if (stopped) return
        const timer = setTimeout(() => {
          timers.delete(timer)
          const round: Promise<void> = work()
            .then(
              () => {},
              (error: unknown) => log.debug({ what, err: String(error) }, 'round failed; it comes again'),
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
