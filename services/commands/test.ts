import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '../chromium.ts'
import { type Command, ServiceProblem, UsageProblem } from '../command.ts'
import { checkout, dataHome } from '../paths.ts'
import type { Report } from '../report.ts'
import { tool, type ToolName } from '../tools.ts'
import { buildWeb } from '../web-build.ts'

const data: ToolName[] = ['postgres', 'redis-server']
const calls: ToolName[] = ['asterisk', 'sipp', 'espeak-ng', 'sox']

/** What each kind of test needs on the machine. */
const kinds: Record<string, { tools: ToolName[]; browser?: true }> = {
  unit: { tools: [] },
  integration: { tools: data },
  telephony: { tools: [...data, ...calls] },
  browser: { tools: [...data, ...calls], browser: true },
  faults: { tools: [...data, ...calls] },
}

interface Counts {
  passed: number
  failed: number
  skipped: number
  /** of the passed: those that failed first */
  flaky: number
}

const nothing = { code: 0, counts: { passed: 0, failed: 0, skipped: 0, flaky: 0 } }

/**
 * Brings what is missing, all of it side by side.
 * @returns why the browser tests cannot run; null when they can, or were not asked for
 */
async function setUp(chosen: string[], report: Report): Promise<string | null> {
  const needs = chosen.flatMap((kind) => kinds[kind] ?? [])
  const wanted = [...new Set(needs.flatMap(({ tools }) => tools))]
  const pages = async (): Promise<string | null> => {
    if (!needs.some(({ browser }) => browser === true)) return null
    try {
      await Promise.all([chromium(report), buildWeb(report)])
      return null
    } catch (problem) {
      // whoever cannot have a browser can still run everything else
      if (problem instanceof ServiceProblem) return problem.message
      throw problem
    }
  }
  const [noBrowser] = await Promise.all([pages(), ...wanted.map((name) => tool(name, report))])
  return noBrowser
}

/** Runs vitest and resolves with its exit code. The first Ctrl-C is vitest's, who then stops the services it started. */
function vitest(chosen: string[], countsFile: string): Promise<number> {
  const args = ['run', ...chosen.flatMap((kind) => ['--project', kind])]
  const reporters = ['--reporter=default', '--reporter=./test/support/report-counts.ts']
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args, ...reporters], {
    cwd: checkout,
    stdio: 'inherit',
    env: { ...process.env, HOTLINE_TEST_COUNTS: countsFile },
  })
  const wait = (): void => {}
  const pass = (): void => void child.kill('SIGTERM')
  process.on('SIGINT', wait).on('SIGTERM', pass)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', pass)
      done(code ?? 1)
    })
  })
}

async function runTests(chosen: string[]): Promise<{ code: number; counts: Counts }> {
  const countsFile = join(dataHome(), 'run', `test-counts-${process.pid}`)
  mkdirSync(join(dataHome(), 'run'), { recursive: true })
  const code = await vitest(chosen, countsFile)
  // no counts: vitest itself broke, which is a failure too
  const counts: Counts = existsSync(countsFile)
    ? (JSON.parse(readFileSync(countsFile, 'utf8')) as Counts)
    : { passed: 0, failed: 1, skipped: 0, flaky: 0 }
  rmSync(countsFile, { force: true })
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return { code, counts }
}

export const test: Command = {
  usage: 'test [unit|integration|telephony|browser|faults]',
  does: 'sets up what is missing and runs the tests, all kinds or the ones named; ends with "N passed, N failed"',
  words: [0, 5],
  async run({ words }, report) {
    const unknown = words.find((word) => !Object.hasOwn(kinds, word))
    if (unknown !== undefined) {
      throw new UsageProblem(`There are no "${unknown}" tests. Kinds: ${Object.keys(kinds).join(', ')}.`)
    }
    const chosen = words.length === 0 ? Object.keys(kinds) : words
    const noBrowser = await setUp(chosen, report)
    const able = noBrowser === null ? chosen : chosen.filter((kind) => kinds[kind]?.browser !== true)
    const { code, counts } = able.length === 0 ? nothing : await runTests(able)
    if (noBrowser !== null) {
      process.stdout.write(`\nThe browser tests did not run, which counts as one failure: ${noBrowser}\n`)
      counts.failed += 1
    }
    const { passed, failed, skipped, flaky } = counts
    if (flaky > 0) process.stdout.write(`\n${flaky} at the second try\n`)
    const good = code === 0 && failed === 0 && passed > 0
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
    )
    return good ? 0 : 1
  },
}
