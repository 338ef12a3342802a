import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { answers, freePort, launch, type Running } from './launch.ts'
import { secretIn } from './secret.ts'
import { makeServiceFolder } from './service-user.ts'
import { type Tool, tool } from './tools.ts'

export interface RedisOptions {
  /** data folder; made on the first start */
  dir: string
  /** 0 or absent: a free port */
  port?: number
  bin?: Tool
  /** absent: beside the data folder */
  log?: string
  /** further settings, e.g. `{ maxmemory: '20mb' }` */
  settings?: Record<string, string>
  /** folder to remove should this run be killed */
  removes?: string
}

export interface RedisServer extends Running {
  /** connection string with its password, database 0 */
  url: string
  port: number
}

/** BullMQ loses jobs when keys are evicted, so nothing is ever evicted; one second of writes may be lost in a crash. */
const settings: Record<string, string> = {
  bind: '127.0.0.1',
  'maxmemory-policy': 'noeviction',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '""',
  daemonize: 'no',
  loglevel: 'notice',
}

/**
 * Starts a private Redis on the loopback address.
 * @throws Error with Redis's own last lines when it does not come up
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { dir, log = `${dir}.log` } = options
  const bin = options.bin ?? (await tool('redis-server'))
  makeServiceFolder(dir)
  const password = secretIn(`${dir}.password`)
  for (let tries = 1; ; tries += 1) {
    const port = options.port || (await freePort())
    try {
      return await startOnce({ ...options, log, bin, port, password })
    } catch (problem) {
      if (options.port || tries >= 5 || !/Address already in use/.test(String(problem))) throw problem
      await delay(50)
    }
  }
}

type Start = RedisOptions & { log: string; bin: Tool; port: number; password: string }

async function startOnce({ dir, log, bin, port, password, ...rest }: Start): Promise<RedisServer> {
  const all = { ...settings, port: String(port), dir: `"${dir}"`, requirepass: password, ...rest.settings }
  const running = await launch({
    service: 'redis',
    tool: bin,
    // settings by standard input: the password would show in the process list
    args: ['-'],
    stdin: Object.entries(all)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
    cwd: dir,
    log,
    asServiceUser: true,
    graceMs: 10_000,
    ...(rest.removes === undefined ? {} : { removes: rest.removes }),
  })
  const url = `redis://:${password}@127.0.0.1:${port}/0`
  await answers('redis', running, log, () => ping(url))
  return { ...running, url, port }
}

/** PONG only comes once the append-only file is loaded. */
async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.ping()
  } finally {
    client.disconnect()
  }
}
