import { endOurs } from './supervisor.ts'

export type Ending = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/**
 * Resolves with the first signal that asks this process to end. A second Ctrl-C does not cut the orderly stop short:
 * what it would leave behind is what the person wants gone.
 */
export function untilSignal(): Promise<Ending> {
  return new Promise((ended) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ended(name))
  })
}

/**
 * What comes up, or nothing when a signal arrives first: then the services that are up by then are ended and the
 * process is over at once, without waiting for downloads.
 */
export async function unlessSignalled<T>(comingUp: Promise<T>, signalled: Promise<Ending>): Promise<T> {
  let up = false
  void signalled.then(async () => {
    if (up) return
    await endOurs()
    process.exit(130)
  })
  try {
    return await comingUp
  } finally {
    up = true
  }
}
