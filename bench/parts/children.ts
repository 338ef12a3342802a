import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadAnswer, LoadPlan } from './load-process.ts'

/** A script of this folder as a process of its own; it ends with its parent, because its channel then closes. */
export function startChild(script: string, env: Record<string, string> = {}): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  })
}

/** The next message of a child. @throws when it ends instead */
export const heard = <T>(child: ChildProcess): Promise<T> =>
  new Promise((done, fail) => {
    const ended = (code: number | null): void => fail(new Error(`a process of the benchmark ended: ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      done(message as T)
    })
  })

export type Load = {
  pid: number
  /** Makes the requests, so that only sending them is timed. */
  prepare(plan: LoadPlan): Promise<void>
  go(): Promise<Extract<LoadAnswer, { type: 'done' }>>
  stop(): void
}

export function startLoad(): Load {
  const child = startChild('./load-process.ts')
  return {
    pid: child.pid!,
    async prepare(plan) {
      child.send(plan)
      await heard(child)
    },
    async go() {
      child.send('go')
      return heard(child)
    },
    stop: () => void child.kill(),
  }
}

/**
 * Runs a benchmark and stops what it started, also when it fails or gets Ctrl-C.
 * @param work resolves to whether everything was correct; that alone decides the exit code
 */
export async function untilDone(work: () => Promise<boolean>, stop: () => Promise<unknown>): Promise<void> {
  // Services are children that do not keep this process alive: waiting for their end must not end it.
  const awake = setInterval(() => {}, 60_000)
  let stopping: Promise<unknown> | undefined
  const stopOnce = (): Promise<unknown> => (stopping ??= stop())
  const interrupted = (): void => void stopOnce().finally(() => process.exit(130))
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    process.exitCode = (await work()) ? 0 : 1
  } finally {
    await stopOnce()
    clearInterval(awake)
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
}
