import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { defaultQueueConfig } from '../src/queue/config.ts'
import { createMatcher } from '../src/queue/matcher.ts'
import { startHotline } from '../test/support/hotline.ts'
import { heapUp } from './parts/contacts.ts'
import { cpuSeconds } from './parts/gauges.ts'
import { median } from './parts/rounds.ts'
import { onBenchServices } from './parts/run.ts'
import { staffAtOnce } from './parts/staff.ts'

/**
 * Redis loses everything while 100,000 contacts are open: how long until one gateway has built the queues again from
 * PostgreSQL and offers flow. Afterwards queue by queue is compared with the ledger. The aim: 10 s.
 */
onBenchServices()
const count = Number(process.env['BENCH_CONTACTS'] ?? 100_000)
const ended = Number(process.env['BENCH_ENDED'] ?? 300_000)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const aimMs = 10_000

const secret = randomBytes(24).toString('hex')
const hotline = await startHotline({ env: { HOTLINE_SECRET: secret } })
const { db } = hotline
const redis = new Redis(hotline.redis.url)
const matcher = createMatcher(redis, 'main', defaultQueueConfig)
const prefix = '{cc:main}:m:'
const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

type Difference = { what: string; missing: number; tooMany: number }

/** What PostgreSQL says beside what Redis has, member by member. */
async function compare(): Promise<Difference[]> {
  // A connection of its own: the product's gives up after 1.5 s.
  const ledger = new pg.Client({ connectionString: hotline.database.url })
  await ledger.connect()
  const { rows } = await ledger.query<{ id: string; channel: string; state: string; score: number }>(
    `select id, channel, state, (extract(epoch from received_at) * 1000)::bigint - credit_ms as score from contacts
     where ended_at is null`,
  )
  await ledger.end()
  const idsOf = (keep: (row: (typeof rows)[number]) => boolean): string[] =>
    rows.filter(keep).map((r) => r.id)
  const waiting = (row: (typeof rows)[number]): boolean => row.state === 'queued'
  const sets: [string, string[]][] = [
    ['live', idsOf(() => true)],
    ['order:voice', idsOf((r) => waiting(r) && r.channel === 'voice')],
    ['order:text', idsOf((r) => waiting(r) && r.channel !== 'voice')],
    ...['voice', 'sms', 'wechat', 'web'].map((channel): [string, string[]] => [
      `age:${channel}`,
      idsOf((r) => waiting(r) && r.channel === channel),
    ]),
  ]
  const differences: Difference[] = []
  for (const [what, wanted] of sets) {
    const found = new Set(await redis.zrange(prefix + what, '0', '-1'))
    const missing = wanted.filter((id) => !found.delete(id)).length
    differences.push({ what, missing, tooMany: found.size })
  }
  // Every waiting contact stands in exactly one queue of its demand.
  const queued = new Set(idsOf(waiting))
  let twice = 0
  for (const key of await redis.keys(`${prefix}wait:*`))
    for (const id of await redis.zrange(key, '0', '-1')) if (!queued.delete(id)) twice += 1
  differences.push({ what: 'wait:*', missing: queued.size, tooMany: twice })
  const scores = new Map(rows.filter(waiting).map((r) => [r.id, r.score]))
  let elsewhere = 0
  for (const group of ['voice', 'text']) {
    const order = await redis.zrange(`${prefix}order:${group}`, '0', '-1', 'WITHSCORES')
    for (let n = 0; n < order.length; n += 2)
      if (scores.get(order[n]!) !== Number(order[n + 1])) elsewhere += 1
  }
  differences.push({ what: 'place in the queue', missing: elsewhere, tooMany: 0 })
  return differences
}

async function built(): Promise<boolean> {
  return (await redis.exists(`${prefix}generation`)) === 1
}

async function until(isSo: () => Promise<boolean>, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${isSo.toString().slice(0, 100)}`)
    await pause(20)
  }
}

let broken = false
try {
  await hotline.killGateway(0)
  const others = await staffAtOnce(db, secret, Math.max(1, Math.round(count / 20)), { named: 'other' })
  await heapUp(hotline.database.url, { open: count, waiting: 0.7, agentIds: others.map((m) => m.id), ended })
  await redis.flushall()
  await hotline.startGateway(0)
  await until(built, 120_000)
  const [open] = await db.query<{ n: number; queued: number }>(
    `select count(*) as n, count(*) filter (where state = 'queued') as queued from contacts where ended_at is null`,
  )
  console.log(`${open!.n} open contacts, ${open!.queued} of them waiting, beside ${ended} that ended`)

  const took: { built: number; offered: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const desk = await hotline.agent(`agent-${round}`, 0)
    await desk.ask({ type: 'signIn', mode: 'text' })
    await pause(1_500)
    const heard = desk.mark()
    const pids = { gateway: hotline.gateways[0]!.mark.pid, redis: hotline.redis.pid }
    const before = { gateway: cpuSeconds(pids.gateway), redis: cpuSeconds(pids.redis) }
    const began = performance.now()
    await redis.flushall()
    // He is ready while there is no queue yet: he must not be forgotten.
    await desk.ask({ type: 'available' })
    const offered = desk.offer(heard, 120_000).then(() => performance.now() - began)
    await until(built, 120_000)
    const whole = performance.now() - began
    const spent = {
      gateway: cpuSeconds(pids.gateway) - before.gateway,
      redis: cpuSeconds(pids.redis) - before.redis,
    }
    took.push({ built: whole, offered: await offered })
    // His slots fill; then nothing moves.
    await until(async () => {
      const rows = await db.query(`select 1 from offers where ended_at is null`)
      return rows.length === 3
    }, 20_000)
    await pause(500)
    const differences = (await compare()).filter((d) => d.missing > 0 || d.tooMany > 0)
    const depth = await matcher.depth()
    console.log(
      `round ${round + 1}: queues whole after ${(whole / 1_000).toFixed(2)} s, first offer after ` +
        `${(took.at(-1)!.offered / 1_000).toFixed(2)} s; waiting ${JSON.stringify(
          Object.fromEntries(Object.entries(depth).map(([channel, d]) => [channel, d.waiting])),
        )}`,
    )
    console.log(`  CPU meanwhile: gateway ${spent.gateway.toFixed(1)} s, Redis ${spent.redis.toFixed(1)} s`)
    for (const { what, missing, tooMany } of differences) {
      broken = true
      console.log(`  WRONG: ${what}: ${missing} missing or misplaced, ${tooMany} too many`)
    }
    await desk.ask({ type: 'pause', reason: 'rest' })
    await until(
      async () => (await db.query(`select 1 from offers where ended_at is null`)).length === 0,
      20_000,
    )
    desk.close()
  }
  const whole = median(took.map((t) => t.built))
  const offer = median(took.map((t) => t.offered))
  console.log(
    `median: queues whole after ${(whole / 1_000).toFixed(2)} s, first offer after ${(offer / 1_000).toFixed(2)} s`,
  )
  console.log(
    `queues and ledger ${broken ? 'DIFFER' : 'agree, member by member'} after each of ${rounds} rounds`,
  )
  const later = Math.max(whole, offer)
  console.log(
    later <= aimMs
      ? `aim reached: 10 s: ${(later / 1_000).toFixed(2)} s`
      : `aim missed: 10 s: ${(later / 1_000).toFixed(2)} s`,
  )
} catch (error) {
  broken = true
  console.error(error)
} finally {
  redis.disconnect()
  await hotline.stop()
}
process.exit(broken ? 1 : 0)
