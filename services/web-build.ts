import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ServiceProblem } from './command.ts'
import { lock } from './lock.ts'
import { checkout, dataHome } from './paths.ts'
import type { Report } from './report.ts'

const run = promisify(execFile)

/** Builds the staff pages when they were never built or a source is newer than what was built. */
export async function buildWeb(report: Report): Promise<void> {
  const web = join(checkout, 'web')
  if (!existsSync(join(web, 'index.html')) || isBuilt(web)) return
  const held = await lock(join(dataHome(), 'web-build.lock'))
  try {
    if (isBuilt(web)) return
    report('web: building the pages')
    await run(join(checkout, 'node_modules/.bin/vite'), ['build', web, '--logLevel', 'error'], {
      cwd: checkout,
    })
  } catch (problem) {
    const { stderr = '', stdout = '' } = problem as { stderr?: string; stdout?: string }
    throw new ServiceProblem(`The pages could not be built: ${stderr || stdout || String(problem)}`)
  } finally {
    await held?.release()
  }
}

function isBuilt(web: string): boolean {
  const built = join(web, 'dist/index.html')
  if (!existsSync(built)) return false
  const sources = ['index.html', 'vite.config.ts', '../package-lock.json'].map((name) => join(web, name))
  // the pages take the types of the contracts along, and types leave nothing in what is built
  return newest([...sources, ...filesUnder(join(web, 'src'))]) <= statSync(built).mtimeMs
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

const newest = (files: string[]): number =>
  Math.max(...files.filter((file) => existsSync(file)).map((file) => statSync(file).mtimeMs))
