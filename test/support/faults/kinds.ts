import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { send, type Site } from './site.ts'

/** What can fail. A kind begins, lasts, and is repaired; nothing here waits for the hotline to recover. */
export type FaultKind =
  | 'gatewayKilled'
  | 'allGatewaysKilled'
  | 'gatewayHung'
  | 'redisKilled'
  | 'redisFlushed'
  | 'redisFull'
  | 'postgresKilled'
  | 'postgresHung'
  | 'postgresFull'
  | 'postgresLocked'
  | 'asteriskKilled'
  | 'amiCut'
  | 'amiSilent'

export type Repair = () => Promise<void>

type Kind = {
  /** What cannot fail twice at a time: two faults that share a part are never drawn together. */
  part: 'gateway' | 'redis' | 'postgres' | 'asterisk' | 'ami'
  /** Shortest and longest time until it is repaired, ms. */
  lastsMs: readonly [number, number]
  /** @param victim a random number, to choose one of several */
  strike(site: Site, victim: number): Promise<Repair>
}

/** One of the gateways that run and are not hung; the last able one is taken as well. */
function victimOf(site: Site, victim: number): number {
  const able = site.city.gateways.flatMap((gateway, n) => (gateway && !site.hungGateways.has(n) ? [n] : []))
  return able[victim % Math.max(1, able.length)] ?? 0
}

export const kinds: Record<FaultKind, Kind> = {
  gatewayKilled: {
    part: 'gateway',
    lastsMs: [0, 15_000],
    async strike(site, victim) {
      const n = victimOf(site, victim)
      await site.city.killGateway(n)
      return async () => void (await startAgain(site, n))
    },
  },
  allGatewaysKilled: {
    part: 'gateway',
    lastsMs: [0, 20_000],
    async strike(site) {
      const all = site.city.gateways.map((_, n) => n)
      await Promise.all(all.map((n) => site.city.killGateway(n)))
      return async () => {
        for (const n of all) await startAgain(site, n)
      }
    },
  },
  gatewayHung: {
    part: 'gateway',
    lastsMs: [3_000, 20_000],
    async strike(site, victim) {
      const n = victimOf(site, victim)
      const pid = site.city.gateways[n]?.mark.pid ?? 0
      send(pid, 'SIGSTOP')
      site.hungGateways.add(n)
      return async () => {
        send(pid, 'SIGCONT')
        site.hungGateways.delete(n)
      }
    },
  },
  redisKilled: {
    part: 'redis',
    lastsMs: [0, 15_000],
    async strike(site) {
      await site.killRedis()
      return () => site.startRedis()
    },
  },
  redisFlushed: {
    part: 'redis',
    lastsMs: [0, 0],
    async strike(site) {
      await site.redis((redis) => redis.flushall())
      return async () => {}
    },
  },
  redisFull: {
    part: 'redis',
    lastsMs: [2_000, 15_000],
    async strike(site) {
      // Below what it holds already: with noeviction every write is refused from here on.
      await site.redis((redis) => redis.config('SET', 'maxmemory', '100kb'))
      return async () => void (await site.redis((redis) => redis.config('SET', 'maxmemory', '0')))
    },
  },
  postgresKilled: {
    part: 'postgres',
    lastsMs: [0, 20_000],
    async strike(site) {
      await site.killPostgres()
      return () => site.startPostgres()
    },
  },
  postgresHung: {
    part: 'postgres',
    lastsMs: [3_000, 20_000],
    async strike(site) {
      site.signalPostgres('SIGSTOP')
      return async () => site.signalPostgres('SIGCONT')
    },
  },
  postgresFull: {
    part: 'postgres',
    lastsMs: [3_000, 15_000],
    strike: (site) => takeEveryConnection(site.databaseUrl),
  },
  postgresLocked: {
    part: 'postgres',
    lastsMs: [3_000, 10_000],
    async strike(site) {
      // Every statement of every pool waits for it: the pools are exhausted though PostgreSQL is there.
      const client = await connected(site.databaseUrl)
      await client.query('begin')
      await client.query('lock table contacts in access exclusive mode')
      return () => client.end()
    },
  },
  asteriskKilled: {
    part: 'asterisk',
    lastsMs: [0, 10_000],
    async strike(site) {
      await site.killAsterisk()
      return () => site.startAsterisk()
    },
  },
  amiCut: {
    part: 'ami',
    lastsMs: [1_000, 30_000],
    async strike(site) {
      for (const wire of site.wires) wire.cut()
      return async () => site.wires.forEach((wire) => wire.mend())
    },
  },
  amiSilent: {
    part: 'ami',
    lastsMs: [8_000, 30_000],
    async strike(site) {
      for (const wire of site.wires) wire.goSilent()
      return async () => site.wires.forEach((wire) => wire.mend())
    },
  },
}

export const faultKinds = Object.keys(kinds) as FaultKind[]

/** A gateway that finds neither PostgreSQL nor Redis ends; its supervisor starts it again. */
export async function startAgain(site: Site, n: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await site.city.startGateway(n)
      return
    } catch (error) {
      if (tries >= 60) throw error
      await delay(500)
    }
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'faults-hog' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Takes what is free, ends half of what the gateways have, and takes that as well, until nothing is left to take. */
async function takeEveryConnection(url: string): Promise<Repair> {
  const hogs: pg.Client[] = []
  const takeAll = async (): Promise<void> => {
    for (;;) {
      try {
        hogs.push(await connected(url))
      } catch {
        return
      }
    }
  }
  await takeAll()
  for (let round = 0; round < 3; round += 1) {
    await hogs[0]?.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name not like 'faults%' and backend_type = 'client backend' and pid % 2 = $1`,
      [round % 2],
    )
    await takeAll()
  }
  return async () => {
    await Promise.all(hogs.map((hog) => hog.end().catch(() => {})))
  }
}
