import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Given, UsageProblem, wholeNumber } from '../command.ts'
import { checkout, servicesHome } from '../paths.ts'
import { startPostgres } from '../postgres.ts'
import { startRedis } from '../redis.ts'
import { cleanUp } from '../supervisor.ts'

/** A benchmark is a file of bench/ that prints its ratios and ends; folders hold what several share. */
const benchmarks = (): string[] =>
  readdirSync(join(checkout, 'bench'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => entry.name.slice(0, -'.ts'.length))
    .sort()

function runs(name: string, env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`)], {
    cwd: checkout,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => done(code ?? 1))
  })
}

/** These take minutes to hours and the whole machine: they run when they are named, and never along with the rest. */
const alone = [
  'city-day',
  'faults',
  'gateways',
  'postgres-failover',
  'recovery',
  'redis-failover',
  'two-asterisk',
]

/** How long the faults go on; other benchmarks end when they have measured. */
function length(given: Given): Record<string, string> {
  const { minutes, hours } = given.options
  if (minutes === undefined && hours === undefined) return {}
  if (given.words[0] !== 'faults') throw new UsageProblem('--minutes and --hours belong to `bench faults`.')
  if (minutes !== undefined && hours !== undefined)
    throw new UsageProblem('Give --minutes or --hours, not both.')
  return hours === undefined
    ? { BENCH_MINUTES: String(wholeNumber(given, 'minutes', 1, 1, 600)) }
    : { BENCH_HOURS: String(wholeNumber(given, 'hours', 1, 1, 168)) }
}

export const bench: Command = {
  usage: 'bench [name]',
  does: 'benchmarks, each beside its baseline in the same run, printing ratios',
  words: [0, 1],
  options: {
    minutes: { value: 'N', help: 'faults: load and failures for N minutes' },
    hours: { value: 'N', help: 'faults: a soak of N hours, watching memory and handles' },
  },
  async run(given, report) {
    const [wanted] = given.words
    const all = benchmarks()
    const span = length(given)
    if (wanted !== undefined && !all.includes(wanted)) {
      throw new UsageProblem(
        `There is no benchmark "${wanted}". Benchmarks: ${all.join(', ') || 'none yet'}.`,
      )
    }
    await cleanUp(report)
    const folder = join(servicesHome(), 'bench', String(process.pid))
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    const [postgres, redis] = await Promise.all([
      startPostgres({ dir: join(folder, 'postgres'), removes: folder }),
      startRedis({ dir: join(folder, 'redis') }),
    ])
    // Ctrl-C reaches the benchmark by itself; we stay to stop the services
    const wait = (): void => {}
    process.on('SIGINT', wait)
    try {
      let failed = 0
      const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, BENCH_FOLDER: folder, ...span }
      for (const name of wanted === undefined ? all.filter((n) => !alone.includes(n)) : [wanted]) {
        report(`bench: ${name}`)
        failed += (await runs(name, env)) === 0 ? 0 : 1
      }
      return failed === 0 ? 0 : 1
    } finally {
      process.off('SIGINT', wait)
      await Promise.all([postgres.stop(), redis.stop()])
      // The logs of a failed run are worth a look.
      if (process.env['BENCH_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true })
      else report(`bench: kept ${folder}`)
    }
  },
}
