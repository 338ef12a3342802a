import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ServiceProblem } from './command.ts'
import { endProcess, markOf, type ProcessMark, signal } from './processes.ts'
import { serviceUser } from './service-user.ts'
import { note } from './supervisor.ts'
import type { Tool } from './tools.ts'

/** A service that runs as a child of this process. */
export interface Running {
  pid: number
  mark: ProcessMark
  /** resolves when the process has ended, whoever ended it */
  exited: Promise<void>
  /** asks it to end, waits, kills it if it must */
  stop(): Promise<void>
  /** SIGKILL, and waits until the process is gone */
  kill(): Promise<void>
}

export interface Launch {
  /** word for messages and for the note in `run/` */
  service: string
  tool: Tool
  args: string[]
  cwd: string
  /** file for the service's own words; kept across starts up to 10 MB */
  log: string
  env?: Record<string, string>
  /** given to the process as standard input, for settings that must not show in the process list */
  stdin?: string
  /** run as the service user when this process is root */
  asServiceUser?: boolean
  ask?: NodeJS.Signals
  graceMs?: number
  removes?: string
}

/**
 * Starts a service in a session of its own, so that Ctrl-C at the terminal reaches only us and we decide the order in
 * which things end. The process is noted for the next run to clean up.
 */
export async function launch(what: Launch): Promise<Running> {
  const { service, tool, args, cwd, ask = 'SIGTERM', graceMs = 10_000, removes } = what
  mkdirSync(dirname(what.log), { recursive: true })
  if (existsSync(what.log) && statSync(what.log).size > 10_000_000) renameSync(what.log, `${what.log}.1`)
  const log = openSync(what.log, 'a')
  const user = what.asServiceUser === true ? serviceUser() : undefined
  const child = spawn(tool.command, [...tool.args, ...args], {
    cwd,
    env: { ...process.env, ...tool.env, ...what.env },
    stdio: [what.stdin === undefined ? 'ignore' : 'pipe', log, log],
    detached: true,
    ...user,
  })
  closeSync(log)
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  await new Promise<void>((started, fail) => {
    child.once('spawn', started)
    child.once('error', (problem) =>
      fail(new ServiceProblem(`${service} could not be started: ${problem.message}`)),
    )
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(what.stdin)
  child.unref()
  const pid = child.pid ?? 0
  const mark = markOf(pid)
  if (mark === undefined) throw new ServiceProblem(`${service} ended at once: ${lastWords(what.log)}`)
  const forget = note({ service, process: mark, ask, graceMs, ...(removes === undefined ? {} : { removes }) })
  void exited.then(forget)
  return {
    pid,
    mark,
    exited,
    async stop() {
      // whoever waits for its end must live to see it, or nothing after that would be done
      child.ref()
      await endProcess(mark, ask, graceMs)
      await exited
    },
    async kill() {
      child.ref()
      signal(mark, 'SIGKILL')
      await exited
    },
  }
}

/**
 * Asks again and again until the service answers.
 * @throws Error with the last lines of its log when it ends, or does not answer within `ms`
 */
export async function answers(
  service: string,
  running: Running,
  log: string,
  ask: () => Promise<unknown>,
  ms = 30_000,
): Promise<void> {
  let ended = false
  void running.exited.then(() => (ended = true))
  const end = performance.now() + ms
  for (;;) {
    try {
      await ask()
      return
    } catch (problem) {
      if (ended)
        throw new ServiceProblem(
          `${service} ended while starting. Its last words (${log}):\n${lastWords(log)}`,
          {
            cause: problem,
          },
        )
      if (performance.now() > end) {
        await running.kill()
        throw new ServiceProblem(
          `${service} did not answer within ${ms / 1000} s. Its last words (${log}):\n${lastWords(log)}`,
          {
            cause: problem,
          },
        )
      }
      await delay(25)
    }
  }
}

/** The last lines of a log, for an error message. */
export function lastWords(log: string): string {
  if (!existsSync(log)) return '(no log)'
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((answer, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => answer(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
