import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceProblem } from './command.ts'
import { checkout } from './paths.ts'
import type { Report } from './report.ts'

/** Compiles the gateway into `dist/` as the Dockerfile does, with what is not TypeScript: migrations, scripts of Redis. */
export async function buildGateway(report: Report): Promise<void> {
  report('compiling the gateway')
  const child = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    cwd: checkout,
    stdio: 'inherit',
  })
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('exit', done)
  })
  if (code !== 0) throw new ServiceProblem('The gateway does not compile; ./hotline check says where.')
  const source = join(checkout, 'src')
  cpSync(source, join(checkout, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
}
