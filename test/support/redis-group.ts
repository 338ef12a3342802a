import { randomBytes } from 'node:crypto'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { answers, launch, type Running } from '../../services/launch.ts'
import { type RedisServer, startRedis } from '../../services/redis.ts'
import { makeServiceFolder, serviceUser } from '../../services/service-user.ts'
import { tool } from '../../services/tools.ts'
import { unusedPort } from './ports.ts'
import { theRun } from './run.ts'
import { wait } from './wait.ts'

/** A Redis with a replica and three Sentinels that promote it, in the way of docs/operations.md. */
export type RedisGroup = {
  /** the primary at first, and its replica */
  servers: [RedisServer, RedisServer]
  /** as `REDIS_URL` names them */
  url: string
  /** port of the server that the Sentinels call the primary */
  primary(): Promise<number>
  stop(): Promise<void>
}

const name = 'hotline'
const word = (kind: string): string => `${kind}_${randomBytes(6).toString('hex')}`

async function startSentinel(primary: RedisServer, password: string): Promise<Running & { port: number }> {
  const dir = join(theRun().folder, word('sentinel'))
  makeServiceFolder(dir)
  const port = await unusedPort()
  const file = join(dir, 'sentinel.conf')
  // Sentinel writes what it learns into its own settings file.
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${dir}"`,
    `sentinel monitor ${name} 127.0.0.1 ${primary.port} 2`,
    `sentinel auth-pass ${name} ${password}`,
    `sentinel down-after-milliseconds ${name} 1500`,
    `sentinel failover-timeout ${name} 6000`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  const user = serviceUser()
  if (user) chownSync(file, user.uid, user.gid)
  const log = `${dir}.log`
  const running = await launch({
    service: 'sentinel',
    tool: await tool('redis-server'),
    args: [file, '--sentinel'],
    cwd: dir,
    log,
    asServiceUser: true,
  })
  await answers('sentinel', running, log, () => at(port, (redis) => redis.ping()))
  return { ...running, port }
}

async function at<T>(port: number, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

export async function startRedisGroup(): Promise<RedisGroup> {
  const password = randomBytes(16).toString('hex')
  const start = (settings: Record<string, string>): Promise<RedisServer> => {
    const dir = join(theRun().folder, word('redis'))
    // of all of them the same: whoever is promoted must let the others in
    writeFileSync(`${dir}.password`, password, { mode: 0o600 })
    return startRedis({
      dir,
      settings: { masterauth: password, 'repl-diskless-sync-delay': '0', ...settings },
    })
  }
  const first = await start({})
  const second = await start({ replicaof: `127.0.0.1 ${first.port}` })
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(first, password)))
  const ports = sentinels.map(({ port }) => port)
  const primary = async (): Promise<number> => {
    const told = await at(ports[0]!, (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name))
    return Number((told as string[])[1])
  }
  await wait(async () => {
    const seen = await Promise.all(
      ports.map((port) =>
        at(port, async (redis) => {
          const peers = (await redis.call('SENTINEL', 'SENTINELS', name)) as unknown[]
          const replicas = (await redis.call('SENTINEL', 'REPLICAS', name)) as string[][]
          return (
            peers.length === 2 && replicas.some((fields) => fields.includes('slave') && fields.includes('ok'))
          )
        }),
      ),
    )
    return seen.every(Boolean)
  }, 30_000)
  return {
    servers: [first, second],
    url: `redis+sentinel://:${password}@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${name}/0`,
    primary,
    async stop() {
      await Promise.all([...sentinels, first, second].map((each) => each.kill()))
    },
  }
}
