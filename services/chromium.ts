import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { ServiceProblem } from './command.ts'
import type { Report } from './report.ts'

const run = promisify(execFile)

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
]

/** The browser of this machine, when there is one. */
export const chromiumIfPresent = (): string | undefined => places.find((file) => existsSync(file))

/**
 * The browser for the browser tests. It is the one program that cannot live in a private folder, so it is installed
 * on the machine when we are root.
 * @throws ServiceProblem in words that say what to run when it is missing and we are not root
 */
export async function chromium(report: Report): Promise<string> {
  const present = chromiumIfPresent()
  if (present !== undefined) return present
  const install = 'apt-get install --no-install-recommends chromium fonts-noto-cjk'
  if (process.getuid?.() !== 0) {
    throw new ServiceProblem(
      `The browser tests need Chromium, which only root can install. Please run: sudo ${install}`,
    )
  }
  report('chromium: installing it with apt-get (the browser tests need it)')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['-qq', 'update'], { env })
    await run('apt-get', ['-qq', '-y', ...install.split(' ').slice(1)], { env, maxBuffer: 64 << 20 })
  } catch (problem) {
    throw new ServiceProblem(
      `Chromium could not be installed (${(problem as { stderr?: string }).stderr?.trim() ?? ''}). Please run: ${install}`,
    )
  }
  const installed = chromiumIfPresent()
  if (installed === undefined) throw new ServiceProblem(`Chromium is still missing. Please run: ${install}`)
  return installed
}
