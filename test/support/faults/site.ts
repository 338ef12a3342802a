import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startAsterisk, type Asterisk } from '../../../services/asterisk.ts'
import { startPostgres, type Postgres, type PostgresOptions } from '../../../services/postgres.ts'
import { startRedis, type RedisServer } from '../../../services/redis.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { shortPrompts } from '../asterisk.ts'
import { startHotline, type Hotline } from '../hotline.ts'
import { unusedPort } from '../ports.ts'
import { theRun } from '../run.ts'
import { startWire, type Wire } from './wire.ts'

/**
 * A hotline all of whose parts can be broken: each is a process of its own, comes back at its old place with its old
 * data, and each gateway speaks to Asterisk over a wire of its own.
 */
export type Site = {
  city: Hotline
  wires: Wire[]
  /** One of the gateways that are not known to be dead or hung, as the operator's balancer knows it. */
  base(preferred?: number): string
  /** Any gateway that is not known to be dead: a hung one still takes connections. */
  reachable(): string[]
  hungGateways: Set<number>
  killPostgres(): Promise<void>
  startPostgres(): Promise<void>
  /** SIGSTOP or SIGCONT to all its processes. */
  signalPostgres(name: 'SIGSTOP' | 'SIGCONT'): void
  killRedis(): Promise<void>
  startRedis(): Promise<void>
  redis<T>(work: (redis: Redis) => Promise<T>): Promise<T>
  killAsterisk(): Promise<void>
  startAsterisk(): Promise<void>
  asteriskPid(): number
  /**
   * Asks the ledger by a connection of its own that nobody exhausts; waits while PostgreSQL is away.
   * @throws for a statement that is wrong
   */
  ask<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>
  /** Connection string for what a fault itself needs in PostgreSQL. */
  databaseUrl: string
  stop(): Promise<void>
}

export type SiteOptions = { gateways: number; banks?: number; env?: Record<string, string> }

/** Enough for three pools and the observers; few enough to be used up by a fault. */
const maxConnections = 120

export async function startSite({ gateways, banks = 2, env = {} }: SiteOptions): Promise<Site> {
  const folder = join(theRun().folder, `faults-${randomBytes(4).toString('hex')}`)
  const postgresOptions: PostgresOptions = {
    dir: `${folder}-pg`,
    settings: { shared_buffers: '32MB', max_connections: String(maxConnections) },
  }
  let postgres: Postgres = await startPostgres(postgresOptions)
  postgresOptions.port = postgres.port
  const redisOptions = { dir: `${folder}-redis` }
  let redis: RedisServer = await startRedis(redisOptions)
  const databaseUrl = postgres.url
  await migrate(databaseUrl)
  const amiPort = await unusedPort()
  const wires = await Promise.all(Array.from({ length: gateways }, () => startWire(amiPort)))
  const ours = [() => postgres.stop(), () => redis.stop(), ...wires.map((wire) => () => wire.close())]
  const city = await startHotline({
    gateways,
    database: { url: databaseUrl, drop: async () => {} },
    redis,
    // Announcements that last a moment: how long citizens are greeted is not what is measured.
    asterisk: {
      amiPort,
      banks,
      promptOverrides: shortPrompts(['greeting', 'notice', 'keys', 'nobody', 'thanks']),
    },
    env,
    envOf: (n) => ({
      AMI_URL: `ami://gateway:test-only@127.0.0.1:${wires[n]!.port}`,
      // The session says which gateway it belongs to; see transitions.ts.
      DATABASE_URL: `${databaseUrl}?options=${encodeURIComponent(`-c faults.gateway=${n}`)}`,
    }),
  }).catch(async (error: unknown) => {
    await Promise.all(ours.map((end) => end()))
    throw error
  })
  let asterisk: Asterisk = city.asterisk
  const hungGateways = new Set<number>()
  const eye = createEye(databaseUrl)

  const alive = (): number[] => city.gateways.flatMap((gateway, n) => (gateway ? [n] : []))
  let turn = 0

  return {
    city,
    wires,
    hungGateways,
    databaseUrl,
    base(preferred) {
      const able = alive().filter((n) => !hungGateways.has(n))
      if (able.length === 0) throw new Error('no gateway is able')
      turn += 1
      return city.url(
        preferred !== undefined && able.includes(preferred) ? preferred : able[turn % able.length],
      )
    },
    reachable: () => alive().map((n) => city.url(n)),
    async killPostgres() {
      await postgres.kill()
    },
    async startPostgres() {
      postgres = await again(() => startPostgres(postgresOptions))
    },
    signalPostgres(name) {
      // The one that starts the others stops first and goes on last, so that nobody new is missed.
      const children = childrenOf(postgres.pid)
      const all = name === 'SIGSTOP' ? [postgres.pid, ...children] : [...children, postgres.pid]
      for (const pid of all) send(pid, name)
    },
    async killRedis() {
      await redis.kill()
    },
    async startRedis() {
      redis = await again(() => startRedis({ ...redisOptions, port: redis.port }))
    },
    async redis(work) {
      const client = new Redis(redis.url, { maxRetriesPerRequest: 3 })
      client.on('error', () => {})
      try {
        return await work(client)
      } finally {
        client.disconnect()
      }
    },
    async killAsterisk() {
      await asterisk.kill()
    },
    async startAsterisk() {
      asterisk = await again(() => startAsterisk(city.asterisk.options))
    },
    asteriskPid: () => asterisk.pid,
    ask: eye.ask,
    async stop() {
      for (const n of hungGateways) send(city.gateways[n]?.mark.pid ?? 0, 'SIGCONT')
      await eye.stop()
      await city.stop()
      await Promise.all([
        asterisk.stop(),
        redis.stop(),
        postgres.stop(),
        ...wires.map((wire) => wire.close()),
      ])
    },
  }
}

/** One connection, held as long as it lives and made again when it is lost. */
function createEye(url: string): { ask: Site['ask']; stop(): Promise<void> } {
  let client: pg.Client | null = null
  let turn: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function connected(): Promise<pg.Client> {
    if (client) return client
    const made = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 2_000,
      query_timeout: 60_000,
      application_name: 'faults-eye',
    })
    made.on('error', () => {
      if (client === made) client = null
    })
    await made.connect()
    return (client = made)
  }

  async function once<R>(sql: string, values: unknown[]): Promise<R[]> {
    for (let tries = 0; ; tries += 1) {
      try {
        return (await (await connected()).query(sql, values)).rows as R[]
      } catch (error) {
        const state = error instanceof pg.DatabaseError ? (error.code ?? '') : ''
        if (stopped || tries > 600 || /^(22|23|42)/.test(state)) throw error
        const lost = client
        client = null
        await lost?.end().catch(() => {})
        await delay(200)
      }
    }
  }

  return {
    // One statement at a time: a connection that is being made again is nobody else's business.
    ask<R>(sql: string, values: unknown[] = []): Promise<R[]> {
      const asked = turn.then(() => once<R>(sql, values))
      turn = asked.catch(() => {})
      return asked
    },
    async stop() {
      stopped = true
      await client?.end().catch(() => {})
    },
  }
}

/** A port that was in use a moment ago can be busy for another one. */
async function again<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await start()
    } catch (error) {
      if (tries >= 20) throw error
      await delay(250)
    }
  }
}

export function send(pid: number, name: NodeJS.Signals): void {
  if (pid <= 1) return
  try {
    process.kill(pid, name)
  } catch {
    // ended by itself meanwhile
  }
}

/** Children of a process that we started, by `proc(5)`. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent ? [Number(name)] : []
      } catch {
        return []
      }
    })
}
