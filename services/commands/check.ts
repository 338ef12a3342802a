import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { checkout } from '../paths.ts'

const steps: { name: string; program: string; args: string[] }[] = [
  { name: 'format', program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint', program: 'eslint', args: ['.', '--max-warnings', '0'] },
  { name: 'types', program: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the pages', program: 'vue-tsc', args: ['--noEmit', '-p', 'web/tsconfig.json'] },
]

function runs(program: string, args: string[]): Promise<boolean> {
  const child = spawn(join(checkout, 'node_modules/.bin', program), args, { cwd: checkout, stdio: 'inherit' })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => done(code === 0))
  })
}

export const check: Command = {
  usage: 'check',
  does: 'format, lint and types; all are looked at, also after a failure',
  words: [0, 0],
  async run(_given, report) {
    const failed: string[] = []
    for (const { name, program, args } of steps) {
      const start = performance.now()
      const good = await runs(program, args)
      report(`${name}: ${good ? 'good' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
      if (!good) failed.push(name)
    }
    report(failed.length === 0 ? 'check: all good' : `check: FAILED: ${failed.join(', ')}`)
    return failed.length === 0 ? 0 : 1
  },
}
