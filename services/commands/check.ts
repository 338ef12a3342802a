import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { checkout } from '../paths.ts'

interface Step {
  name: string
  program: string
  args: string[]
}

/** Two lanes side by side, for two cores: the linter takes about as long as everything else together. */
const lanes: Step[][] = [
  [{ name: 'lint', program: 'eslint', args: ['.', '--max-warnings', '0'] }],
  [
    { name: 'format', program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
    { name: 'types', program: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
    { name: 'types of the pages', program: 'vue-tsc', args: ['--noEmit', '-p', 'web/tsconfig.json'] },
  ],
]

const running = new Set<ChildProcess>()

/** Runs a step to its end; what it says is kept together. */
function run({ program, args }: Step): Promise<{ good: boolean; said: string }> {
  const child = spawn(join(checkout, 'node_modules/.bin', program), args, {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
  })
  running.add(child)
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      running.delete(child)
      done({ good: code === 0, said: Buffer.concat(said).toString() })
    })
  })
}

export const check: Command = {
  usage: 'check',
  does: 'format, lint and types; all are looked at, also after a failure',
  words: [0, 0],
  async run(_given, report) {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => {
        for (const child of running) child.kill('SIGTERM')
        process.exit(130)
      })
    const failed: string[] = []
    const go = async (lane: Step[]): Promise<void> => {
      for (const step of lane) {
        const start = performance.now()
        const { good, said } = await run(step)
        process.stdout.write(said)
        const seconds = ((performance.now() - start) / 1000).toFixed(1)
        report(`${step.name}: ${good ? 'good' : 'FAILED'} (${seconds} s)`)
        if (!good) failed.push(step.name)
      }
    }
    await Promise.all(lanes.map(go))
    report(failed.length === 0 ? 'check: all good' : `check: FAILED: ${failed.join(', ')}`)
    return failed.length === 0 ? 0 : 1
  },
}
