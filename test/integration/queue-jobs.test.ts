import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { addToOutbox } from '../../src/db/outbox.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createRelay, type Relay, type RelayedJob } from '../../src/db/relay.ts'
import { createJobs, giveUp, type Jobs } from '../../src/queue/jobs.ts'
import { connectRedis } from '../../src/queue/redis.ts'
import { createWorker, watchWorkers } from '../../src/queue/workers.ts'
import type { RedisServer } from '../../services/redis.ts'
import { silentLog } from '../support/contacts.ts'
import { freshDatabase, startTestRedis, type TestDatabase } from '../support/services.ts'

let server: RedisServer
let database: TestDatabase
let db: Db
let regions = 0
const started: { stop(): Promise<void> }[] = []
const soon = { timeout: 15_000, interval: 20 }

beforeAll(async () => {
  ;[server, database] = await Promise.all([startTestRedis(), freshDatabase()])
  db = createPool(database.url, silentLog)
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()))
  await db.query(`delete from outbox`)
})
afterAll(async () => {
  await db?.end()
  await server?.stop()
  await database?.drop()
})

function newJobs(region = `j${(regions += 1)}`): Jobs {
  const jobs = createJobs({ redis: connectRedis(server.url, 'jobs', silentLog), region, log: silentLog })
  started.push(jobs)
  return jobs
}

function newRelay(deliver: (jobs: RelayedJob[]) => Promise<void>, deliverMs?: number): Relay {
  const relay = createRelay(db, deliver, silentLog, {
    pollMs: 20,
    ...(deliverMs === undefined ? {} : { deliverMs }),
  })
  started.push(relay)
  return relay
}

const promise = (count: number, queue = 'notices') =>
  db.tx(async (tx) => {
    for (let n = 0; n < count; n += 1) await addToOutbox(tx, { queue, name: 'say', data: { n } })
  })
const left = async () => (await db.query(`select 1 from outbox`)).length

describe('a job', () => {
  it('is done by its handlers with its data, and again after a failure', async () => {
    const jobs = newJobs()
    const seen: unknown[] = []
    jobs.handle<{ contactId: string }>('notices', 'say', async (data, { attempt }) => {
      seen.push([data.contactId, attempt])
      if (attempt === 1) throw new Error('not yet')
    })
    const also: unknown[] = []
    jobs.handle('notices', 'say', async (data) => void also.push(data))
    jobs.start()
    await vi.waitFor(() => jobs.add('notices', 'say', { contactId: 'c1' }), soon)
    await vi.waitFor(
      () =>
        expect(seen).toEqual([
          ['c1', 1],
          ['c1', 2],
        ]),
      soon,
    )
    expect(also).toHaveLength(2)
  })

  it('waits for its delay, and its id keeps it single', async () => {
    const jobs = newJobs()
    const seen: number[] = []
    const asked = performance.now()
    jobs.handle('notices', 'say', async () => void seen.push(performance.now() - asked))
    jobs.start()
    const once = { delayMs: 300, id: 'only-one' }
    await vi.waitFor(() => jobs.add('notices', 'say', {}, once), soon)
    await jobs.add('notices', 'say', {}, once)
    await vi.waitFor(() => expect(seen).toHaveLength(1), soon)
    expect(seen[0]).toBeGreaterThanOrEqual(300)
    const queue = jobs.queues.find((q) => q.name === 'notices')!
    expect(await queue.getJobCounts('delayed', 'waiting', 'active')).toEqual({
      delayed: 0,
      waiting: 0,
      active: 0,
    })
    expect(seen).toHaveLength(1)
  })

  it('that no repetition heals fails once and stays to be seen', async () => {
    const jobs = newJobs()
    let tries = 0
    jobs.handle('notices', 'say', async () => {
      tries += 1
      throw giveUp('unknown address')
    })
    jobs.start()
    await vi.waitFor(() => jobs.add('notices', 'say', {}), soon)
    const queue = jobs.queues.find((q) => q.name === 'notices')!
    await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(1), soon)
    expect(tries).toBe(1)
  })

  it('for an unknown queue is kept where an administrator sees it', async () => {
    const jobs = newJobs()
    await vi.waitFor(() => jobs.addBulk([{ queue: 'nowhere', name: 'say', data: {} }]), soon)
    const [kept] = await jobs.queues.find((q) => q.name === 'unrouted')!.getWaiting()
    expect(kept?.name).toBe('nowhere/say')
  })

  it('goes on after Redis was wiped', async () => {
    const jobs = newJobs()
    const seen: unknown[] = []
    jobs.handle('notices', 'say', async (data) => void seen.push(data))
    jobs.start()
    await vi.waitFor(() => jobs.add('notices', 'say', { n: 1 }), soon)
    await vi.waitFor(() => expect(seen).toHaveLength(1), soon)
    const redis = new Redis(server.url)
    await redis.flushall()
    redis.disconnect()
    await jobs.add('notices', 'say', { n: 2 })
    await vi.waitFor(() => expect(seen).toHaveLength(2), soon)
  })
})

describe('the watch over workers', () => {
  it('replaces one that has stopped to fetch, and only that', async () => {
    const redis = connectRedis(server.url, 'jobs', silentLog)
    const seen: string[] = []
    const make = (name: string) => () =>
      createWorker({
        name,
        prefix: '{cc:watch}',
        redis,
        log: silentLog,
        concurrency: 1,
        backoffMs: () => 10,
        run: async (job) => void seen.push(`${name} ${job.name}`),
      })
    const watched = ['dead', 'idle'].map((name) => ({
      queue: new Queue(name, { connection: redis, prefix: '{cc:watch}' }),
      make: make(name),
      worker: make(name)(),
    }))
    const [dead, idle] = watched
    const before = idle!.worker
    // What a worker looks like that forgot to go on after a reconnect: there, connected, and fetching nothing.
    await dead!.worker.waitUntilReady()
    await dead!.worker.pause()
    const stop = watchWorkers(watched, redis, silentLog, { everyMs: 30, patienceMs: 150 })
    try {
      await dead!.queue.add('work', {})
      await vi.waitFor(() => expect(seen).toEqual(['dead work']), soon)
      expect(idle!.worker).toBe(before)
    } finally {
      stop()
      await Promise.all(watched.flatMap((w) => [w.worker.close(), w.queue.close()]))
      redis.disconnect()
    }
  })
})

describe('the relay', () => {
  it('delivers what was promised, once, however many gateways relay', async () => {
    const got: string[] = []
    const relays = Array.from({ length: 4 }, () =>
      newRelay(async (jobs) => void got.push(...jobs.map((j) => j.id))),
    )
    await Promise.all(Array.from({ length: 10 }, () => promise(50)))
    for (const relay of relays) relay.wake()
    await vi.waitFor(() => expect(got).toHaveLength(500), soon)
    expect(new Set(got).size).toBe(500)
    const moved = () => relays.reduce((sum, relay) => sum + relay.stats().moved, 0)
    await vi.waitFor(() => expect(moved()).toBe(500), soon)
    expect(await left()).toBe(0)
  })

  it('keeps everything while Redis is away, and delivers it afterwards', async () => {
    let away = true
    const got: number[] = []
    const relay = newRelay(async (jobs) => {
      if (away) throw new Error('Redis is not connected')
      got.push(...jobs.map((j) => (j.data as { n: number }).n))
    })
    await promise(3)
    await vi.waitFor(() => expect(relay.stats().failures).toBeGreaterThan(1), soon)
    expect(await left()).toBe(3)
    away = false
    await vi.waitFor(() => expect(got).toEqual([0, 1, 2]), soon)
  })

  it('does not hang on a delivery that never answers', async () => {
    let hang = true
    const got: unknown[] = []
    const relay = newRelay(async (jobs) => {
      if (hang) await new Promise(() => {})
      got.push(...jobs)
    }, 100)
    await promise(1)
    await vi.waitFor(() => expect(relay.stats().failures).toBeGreaterThan(0), soon)
    hang = false
    await vi.waitFor(() => expect(got).toHaveLength(1), soon)
    await vi.waitFor(async () => expect(await left()).toBe(0), soon)
  })

  it('never delivers what was rolled back', async () => {
    const got: unknown[] = []
    const relay = newRelay(async (jobs) => void got.push(...jobs))
    await db
      .tx(async (tx) => {
        await addToOutbox(tx, { queue: 'notices', name: 'say', data: { n: 'never' } })
        throw new Error('changed my mind')
      })
      .catch(() => {})
    await promise(1)
    relay.wake()
    await vi.waitFor(() => expect(got).toMatchObject([{ data: { n: 0 } }]), soon)
  })

  it('counts a delay from the commit, and says how far it is behind', async () => {
    await addToOutbox(db, { queue: 'notices', name: 'say', data: {}, delayMs: 10_000 })
    await db.query(`update outbox set created_at = created_at - interval '4 seconds'`)
    const got: RelayedJob[] = []
    const relay = newRelay(async (jobs) => void got.push(...jobs))
    await vi.waitFor(() => expect(got).toHaveLength(1), soon)
    expect(got[0]!.delayMs).toBeLessThanOrEqual(6_000)
    expect(got[0]!.delayMs).toBeGreaterThan(3_000)
    await vi.waitFor(() => expect(relay.stats().lagMs).toBe(0), soon)
  })
})
