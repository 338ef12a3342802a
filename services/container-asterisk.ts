import { join } from 'node:path'
import { startAsterisk } from './asterisk.ts'
import { ServiceProblem } from './command.ts'
import { dataHome } from './paths.ts'
import { toTerminal } from './report.ts'
import { setting } from './settings.ts'
import { telephonySettings } from './telephony-settings.ts'
import { tool } from './tools.ts'

/**
 * The program of the Asterisk container. `prepare` fetches the programs while the image is built, `run` renders the
 * settings of the environment and runs one Asterisk until it ends or the container is stopped.
 */
async function prepare(): Promise<void> {
  await Promise.all([tool('asterisk'), tool('espeak-ng'), tool('sox')])
}

function needed(name: string): string {
  const value = setting(name)
  if (value === undefined) throw new ServiceProblem(`${name} is not set`)
  return value
}

async function run(): Promise<void> {
  const { phones, externalAddress, dutyNumber, progressNumber, ...line } = telephonySettings()
  const asterisk = await startAsterisk({
    ...line,
    dir: setting('HOTLINE_ASTERISK_DIR') ?? join(dataHome(), 'asterisk'),
    systemName: 'a1',
    sipPort: 5060,
    amiPort: 5038,
    httpPort: 8088,
    // the ports that docker-compose.yml publishes decide who reaches it
    httpHost: '0.0.0.0',
    amiSecret: needed('AMI_SECRET'),
    phones: { count: phones },
    ...(externalAddress === undefined ? {} : { externalAddress }),
    ...(dutyNumber === undefined ? {} : { dutyNumber }),
    ...(progressNumber === undefined ? {} : { progressNumber }),
  })
  toTerminal('asterisk: running')
  // calls may end by themselves within the time that the container's stop leaves
  process.on('SIGTERM', () => void asterisk.cli('core stop gracefully').catch(() => asterisk.stop()))
  process.on('SIGINT', () => void asterisk.stop())
  // the process has nothing else to wait for, and the service does not hold it by itself
  const alive = setInterval(() => {}, 60_000)
  await asterisk.exited
  clearInterval(alive)
}

try {
  await (process.argv[2] === 'prepare' ? prepare() : run())
} catch (problem) {
  toTerminal(problem instanceof ServiceProblem ? problem.message : String((problem as Error).stack))
  process.exitCode = 1
}
