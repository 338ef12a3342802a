import { setTimeout as delay } from 'node:timers/promises'
import type { Running } from './launch.ts'
import type { Report } from './report.ts'

/** A service that is started again whenever it ends by itself. */
export interface KeptUp<T extends Running> {
  /** the process of now, or the last one while it is being started again */
  current(): T
  /** ends it for good */
  stop(): Promise<void>
  /** leaves it running and no longer looks after it */
  letGo(): void
}

/**
 * Looks after a started service. The pauses between attempts grow to 10 s and attempts never stop: a hotline has no
 * night in which somebody would start it by hand.
 * @param again starts it anew on the same ports and data
 */
export function keepUp<T extends Running>(
  service: string,
  first: T,
  again: () => Promise<T>,
  report: Report,
): KeptUp<T> {
  let running = first
  let wanted = true
  let pause = 250
  let restarting: Promise<void> = Promise.resolve()

  const restart = async (): Promise<void> => {
    while (wanted) {
      try {
        running = await again()
        pause = 250
        report(`${service}: running again`)
        watch(running)
        return
      } catch (problem) {
        report(`${service}: did not start again: ${(problem as Error).message}`)
        pause = Math.min(pause * 2, 10_000)
        await delay(pause)
      }
    }
  }
  const watch = (watched: T): void => {
    void watched.exited.then(() => {
      if (!wanted) return
      report(`${service}: ended by itself, starting it again`)
      restarting = restart()
    })
  }
  watch(first)
  return {
    current: () => running,
    async stop() {
      wanted = false
      await restarting
      await running.stop()
    },
    letGo() {
      wanted = false
    },
  }
}
