import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tool } from '../../services/tools.ts'
import { unusedPort } from '../../test/support/ports.ts'
import { theRun } from '../../test/support/run.ts'

/**
 * Many callers and many phones by SIPp, without sound and without a trace of every message: those of the tests can do
 * more, and cost more than the Asterisk that is measured. Bounded in count and time.
 */
type Sipp = { pid: number; ended: Promise<number>; said(): string }

const running = new Set<ChildProcess>()
process.once('exit', () => endSipLoad())

/** Kills whatever still runs. */
export function endSipLoad(): void {
  for (const child of running) child.kill('SIGKILL')
}

let count = 0

async function start(
  scenario: 'caller' | 'phone',
  values: Record<string, string>,
  args: (folder: string) => string[],
): Promise<Sipp & { folder: string }> {
  const { command, args: before, env } = await tool('sipp')
  const folder = join(theRun().folder, `sipp-${process.pid}-${(count += 1)}`)
  mkdirSync(folder, { recursive: true })
  const template = readFileSync(new URL(`sipp/${scenario}.xml`, import.meta.url), 'utf8')
  const file = join(folder, 'scenario.xml')
  writeFileSync(
    file,
    template.replace(/@([A-Z]+)@/g, (whole, key: string) => values[key] ?? whole),
  )
  const logs = ['-trace_logs', '-log_file', join(folder, 'log')]
  const child = spawn(command, [...before, '-sf', file, ...args(folder), ...logs, '-nostdin', '-aa'], {
    cwd: folder,
    env: { ...process.env, ...env, TERM: 'dumb' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)))
  const ended = new Promise<number>((done) =>
    child.once('exit', (code) => {
      running.delete(child)
      done(code ?? 255)
    }),
  )
  return { pid: child.pid ?? 0, ended, said: () => said, folder }
}

const where = (host: string, port: number): string[] => ['-i', host, '-mi', host, '-p', String(port)]

/** Phones of any number at one address, which answer at once and hang up `talkMs` later. */
export function startManyPhones(host: string, port: number, talkMs: number): Promise<Sipp> {
  return start('phone', { TALK: String(talkMs) }, () => [
    ...where(host, port),
    // Half an hour at most, should nobody be left to end it.
    ...['-mp', '40000', '-l', '2000', '-timeout', '1800s'],
  ])
}

export type CallerLoad = {
  /** `host:port` of Asterisk */
  target: string
  to: string
  perSecond: number
  /** one call of each */
  numbers: readonly string[]
  /** a caller without anybody after so long hangs up */
  patienceMs: number
}

/** @returns the number of callers who gave up, when all calls are over */
export async function callAll({ target, to, perSecond, numbers, patienceMs }: CallerLoad): Promise<number> {
  const host = '127.0.0.2'
  const port = await unusedPort(host)
  const limitMs = (numbers.length / perSecond) * 1_000 + patienceMs + 10_000
  const sipp = await start('caller', { TO: to, PATIENCE: String(patienceMs) }, (folder) => {
    const list = join(folder, 'numbers.csv')
    writeFileSync(list, ['SEQUENTIAL', ...numbers, ''].join('\n'))
    const pace = ['-m', String(numbers.length), '-r', String(perSecond), '-l', String(numbers.length)]
    const bounds = ['-timeout', `${Math.ceil(limitMs)}ms`, '-timeout_error']
    return [...where(host, port), '-mp', '36000', '-inf', list, ...pace, ...bounds, target]
  })
  const code = await sipp.ended
  // SIPp answers 1 when a call did not go by the scenario; what became of it is counted by Asterisk's own events.
  if (code > 1) throw new Error(`the callers ended with ${code}: ${sipp.said()}`)
  const log = join(sipp.folder, 'log')
  return existsSync(log) ? (readFileSync(log, 'utf8').match(/gave up/g)?.length ?? 0) : 0
}
