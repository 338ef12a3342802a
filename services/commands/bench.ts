import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, UsageProblem } from '../command.ts'
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

export const bench: Command = {
  usage: 'bench [name]',
  does: 'benchmarks, each beside its baseline in the same run, printing ratios',
  words: [0, 1],
  async run({ words: [wanted] }, report) {
    const all = benchmarks()
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
      for (const name of wanted === undefined ? all : [wanted]) {
        report(`bench: ${name}`)
        failed += (await runs(name, { DATABASE_URL: postgres.url, REDIS_URL: redis.url })) === 0 ? 0 : 1
      }
      return failed === 0 ? 0 : 1
    } finally {
      process.off('SIGINT', wait)
      await Promise.all([postgres.stop(), redis.stop()])
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
