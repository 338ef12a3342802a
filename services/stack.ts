import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Asterisk, startAsterisk } from './asterisk.ts'
import { ServiceProblem } from './command.ts'
import { postgresFolder } from './database.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { type KeptUp, keepUp } from './keep-up.ts'
import { freePort } from './launch.ts'
import { type Held, lock } from './lock.ts'
import { trimLogs } from './logs.ts'
import { dataHome, servicesHome } from './paths.ts'
import { portFor } from './ports.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type RedisServer, startRedis } from './redis.ts'
import type { Report } from './report.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import { secrets, setting } from './settings.ts'
import { cleanUp, ourselves } from './supervisor.ts'
import { type TelephonySettings, telephonySettings } from './telephony-settings.ts'
import { tool } from './tools.ts'
import { buildWeb } from './web-build.ts'

export interface StackOptions {
  report: Report
  /** variables of the gateway, over those of the environment */
  env?: Record<string, string>
  /** settings of the private Asterisk, over those of the environment */
  telephony?: Partial<TelephonySettings>
  /** folder of its data inside the private ones; absent: that of the hotline itself */
  apart?: string
  /** work between a migrated, running database and the gateway's start, e.g. a seed */
  beforeGateway?: (env: Record<string, string>) => Promise<void>
}

/** Everything that `start` and `demo` run. */
export interface Stack {
  url: string
  /** what the gateway was given */
  env: Record<string, string>
  /** absent when the operator's own is used */
  asterisk: KeptUp<Asterisk> | undefined
  sipPort: number | undefined
  /** ends everything that was started; with `calls: 'go on'` an Asterisk with calls ends after the last of them */
  stop(calls: 'end' | 'go on'): Promise<void>
}

/** The order in which things are stopped is the reverse of this. */
type Ending = (calls: 'end' | 'go on') => Promise<void>

/**
 * Brings up PostgreSQL, Redis and Asterisk, each unless the operator names his own, builds the pages and starts the
 * gateway. When something fails, what was already started is stopped again.
 */
export async function bringUp(options: StackOptions): Promise<Stack> {
  const { report } = options
  const home = dataHome()
  mkdirSync(join(home, 'log'), { recursive: true })
  const running = await onlyOne()
  const endings: Ending[] = [() => running.release()]
  const stop: Ending = async (calls) => {
    for (const ending of endings.splice(0).reverse()) await ending(calls)
  }
  try {
    await cleanUp(report)
    if (servicesHome() !== home)
      report(`private services keep their data in ${servicesHome()}: their account cannot enter ${home}`)
    const host = setting('HOTLINE_HOST') ?? '127.0.0.1'
    // the usual port is the number of the hotline: taking another one in silence would surprise
    const port =
      setting('HOTLINE_PORT') === '0' ? await freePort() : await portFor('HOTLINE_PORT', 8890, 'must be free')
    // settled, not failed fast: what did come up must be known to be stopped
    const settled = await Promise.allSettled([
      postgres(options, endings),
      redis(options, endings),
      asterisk(options, endings),
      buildWeb(report),
    ])
    const failed = settled.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const [databaseUrl, redisUrl, telephony] = settled.map(
      (each) => (each as PromiseFulfilledResult<unknown>).value,
    ) as [string, string, Telephony]
    const own = secrets()
    const env: Record<string, string> = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      HOTLINE_SECRET: own.HOTLINE_SECRET,
      HOTLINE_PII_KEY: own.HOTLINE_PII_KEY,
      HOTLINE_DATA: join(home, options.apart ?? ''),
      HOTLINE_HOST: host,
      HOTLINE_PORT: String(port),
      ...telephony.env,
      ...options.env,
    }
    await options.beforeGateway?.(env)
    report('gateway: starting')
    const gateway = await gatewayAt(host, port, env, report, endings)
    writeRunFile({
      owner: ourselves(),
      url: gateway.url,
      databaseUrl,
      redisUrl,
      amiUrl: env['AMI_URL'] ?? '',
      dataDir: env['HOTLINE_DATA'] ?? home,
    })
    endings.push(async () => removeRunFile())
    const trimming = setInterval(() => trimLogs(join(home, 'log')), 60_000)
    endings.push(async () => clearInterval(trimming))
    return { url: gateway.url, env, asterisk: telephony.asterisk, sipPort: telephony.sipPort, stop }
  } catch (problem) {
    await stop('end')
    throw problem
  }
}

async function onlyOne(): Promise<Held> {
  const held = await lock(join(dataHome(), 'run.lock'), false)
  if (held !== undefined) return held
  throw new ServiceProblem(
    'Another "./hotline start" or "demo" of this checkout is running. End it with Ctrl-C there; for a second one beside it use another checkout, or another HOTLINE_DATA and HOTLINE_PORT.',
  )
}

async function postgres({ report, apart = '' }: StackOptions, endings: Ending[]): Promise<string> {
  const own = setting('DATABASE_URL')
  if (own !== undefined) return own
  report('postgres: starting')
  const log = join(dataHome(), 'log', 'postgres.log')
  const dir = postgresFolder(apart)
  const first = await startPostgres({ dir, log })
  const again = (): Promise<Postgres> => startPostgres({ dir, log, port: first.port })
  endings.push(stopping(keepUp('postgres', first, again, report)))
  return first.url
}

async function redis({ report, apart = '' }: StackOptions, endings: Ending[]): Promise<string> {
  const own = setting('REDIS_URL')
  if (own !== undefined) return own
  report('redis: starting')
  const options = { dir: join(servicesHome(), apart, 'redis'), log: join(dataHome(), 'log', 'redis.log') }
  const first = await startRedis(options)
  const again = (): Promise<RedisServer> => startRedis({ ...options, port: first.port })
  endings.push(stopping(keepUp('redis', first, again, report)))
  return first.url
}

interface Telephony {
  env: Record<string, string>
  asterisk?: KeptUp<Asterisk>
  sipPort?: number
}

async function asterisk(
  { report, telephony, apart = '' }: StackOptions,
  endings: Ending[],
): Promise<Telephony> {
  if (setting('AMI_URL') !== undefined) return { env: {} }
  report('asterisk: starting')
  const { phones, externalAddress, dutyNumber, progressNumber, ...line } = {
    ...telephonySettings(),
    ...telephony,
  }
  const dir = join(servicesHome(), apart, 'asterisk')
  // fetched before the lock is taken, because that can last
  const bin = await tool('asterisk', report)
  const options = {
    ...line,
    dir,
    bin,
    systemName: 'a1',
    amiSecret: secrets().AMI_SECRET,
    phones: { count: phones },
    ...(externalAddress === undefined ? {} : { externalAddress }),
    ...(dutyNumber === undefined ? {} : { dutyNumber }),
    ...(progressNumber === undefined ? {} : { progressNumber }),
    log: join(dataHome(), 'log', 'asterisk.log'),
    report,
  }
  const { first, ports } = await onFreePorts(async (ports) => ({
    first: await startAsterisk({ ...options, ...ports }),
    ports,
  }))
  const kept = keepUp('asterisk', first, () => startAsterisk({ ...options, ...ports }), report)
  endings.push(async (calls) => {
    if (calls === 'end' || (await callsIn(kept.current())) === 0) return kept.stop()
    report('asterisk: calls are going on; it ends after the last of them')
    kept.letGo()
    await kept.current().cli('core stop gracefully')
  })
  return {
    env: {
      AMI_URL: kept.current().amiUrl,
      HOTLINE_ASTERISK_HTTP_PORT: String(ports.httpPort),
      // browsers elsewhere need an address that the operator knows (doctor says so)
      ...(setting('HOTLINE_PUBLIC_URL') === undefined && setting('HOTLINE_ASTERISK_WSS') === undefined
        ? { HOTLINE_ASTERISK_WSS: `ws://127.0.0.1:${ports.httpPort}/ws` }
        : {}),
      HOTLINE_ASTERISK_DIR: dir,
    },
    asterisk: kept,
    sipPort: ports.sipPort,
  }
}

interface AsteriskPorts {
  sipPort: number
  amiPort: number
  httpPort: number
}

/** Chooses ports; until the service has taken them, another checkout that starts waits, or it would choose the same. */
async function onFreePorts<T>(start: (ports: AsteriskPorts) => Promise<T>): Promise<T> {
  const choosing = await lock(join(tmpdir(), `hotline-ports-${process.getuid?.() ?? 0}.lock`))
  try {
    return await start({
      sipPort: await portFor('HOTLINE_SIP_PORT', 5060, 'take any', 'sip'),
      amiPort: await portFor('HOTLINE_AMI_PORT', 5038),
      httpPort: await portFor('HOTLINE_ASTERISK_HTTP_PORT', 8088),
    })
  } finally {
    await choosing?.release()
  }
}

async function callsIn(asterisk: Asterisk): Promise<number> {
  const words = await asterisk.cli('core show channels count').catch(() => '')
  return Number(/(\d+) active channel/.exec(words)?.[1] ?? 0)
}

async function gatewayAt(
  host: string,
  port: number,
  env: Record<string, string>,
  report: Report,
  endings: Ending[],
): Promise<Gateway> {
  const log = join(dataHome(), 'log', 'gateway.log')
  const start = (): Promise<Gateway> => startGateway({ host, port, env, log, report })
  const first = await start()
  endings.push(stopping(keepUp('gateway', first, start, report)))
  return first
}

const stopping =
  (kept: { stop(): Promise<void> }): Ending =>
  () =>
    kept.stop()
