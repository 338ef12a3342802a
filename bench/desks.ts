import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { Redis } from 'ioredis'
import { defaultDeskConfig } from '../src/agent-desk/limits.ts'
import * as sockets from '../src/agent-desk/socket-store.ts'
import { createStreams } from '../src/agent-desk/streams.ts'
import { WebSocket } from 'ws'
import { buildGateway } from '../services/gateway-build.ts'
import { startHotline } from '../test/support/hotline.ts'
import { startBareServer, startCrowd, steadyMs, type Crowd } from './parts/crowds.ts'
import { gauged, mb, picture, profiled, read, settled, type Reading } from './parts/gauges.ts'
import { median, quantile, rate, timed } from './parts/rounds.ts'
import { onBenchServices } from './parts/run.ts'
import { staffAtOnce } from './parts/staff.ts'

/**
 * Desk sockets on one gateway beside as many idle sockets on a bare `ws` server: what each of them holds in memory, how
 * fast they open, how long an event takes from its publication to the page, alone and in a sweep over all, and what
 * the open sockets cost while nothing happens. The aims: 20 KB a socket, a push within twice the time of the bare one. The
 * gateway is the compiled one that is deployed; BENCH_SOURCE=1 measures it through tsx.
 */
onBenchServices()
const sizes = (process.env['BENCH_SOCKETS'] ?? '1000,10000').split(',').map(Number)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const singles = 200
const atOnce = 64
const folder = process.env['BENCH_FOLDER']!
const secret = randomBytes(24).toString('hex')
const gauge = { gateway: join(folder, 'gateway.gauge'), bare: join(folder, 'bare.gauge') }
const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

const compiled = process.env['BENCH_SOURCE'] !== '1'
if (compiled) await buildGateway(console.log)
const hotline = await startHotline({ compiled, env: { HOTLINE_SECRET: secret, ...gauged(gauge.gateway) } })
const bare = await startBareServer({ BENCH_GAUGE: gauge.bare, NODE_OPTIONS: gauged('')['NODE_OPTIONS']! })
const silent = pino({ level: 'silent' })
const redis = new Redis(hotline.redis.url)
const reader = new Redis(hotline.redis.url)
const streams = createStreams({
  redis,
  reader,
  prefix: '{cc:main}',
  node: 'bench',
  limits: defaultDeskConfig.streams,
  onEvent: () => {},
  onGap: () => {},
  log: silent,
})
const control = new WebSocket(`${bare.base.replace(/^http/, 'ws')}/control`, { perMessageDeflate: false })
await new Promise((open) => control.once('open', open))

/** Open files that this process may have; a socket is one of them. */
function filesOf(pid: number): number {
  const limit = /Max open files\s+(\d+|unlimited)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]
  return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit)
}

const members = await staffAtOnce(hotline.db, secret, Math.max(...sizes))
const cookies = members.map((m) => m.cookie)

type Side = { name: string; crowd: Crowd; gauge: string; push(n: number, key: number): void }
const desk: Side = {
  name: 'desks',
  crowd: await startCrowd(),
  gauge: gauge.gateway,
  push: (n, key) =>
    void streams.publish(members[n]!.id, { type: 'notice', level: 'info', text: `push-${key}` }),
}
const plain: Side = {
  name: 'bare ws',
  crowd: await startCrowd(),
  gauge: gauge.bare,
  // As long as the message of a desk.
  push: (n, key) => control.send(`${n} ${`push-${key}`.padEnd(140)}`),
}

type Opened = { perSecond: number; p99: number; refused: number }

async function open(side: Side, from: number, to: number): Promise<Opened> {
  const desks = side === desk
  const { ms, took, failed, refused, why } = await side.crowd.ask({
    ask: 'open',
    base: desks ? hotline.url(0) : bare.base,
    path: desks ? '/desk/socket' : '/#',
    cookies: desks ? cookies : null,
    from,
    to,
    atOnce,
    hello: desks,
  })
  if (failed > 0) throw new Error(`${side.name}: ${failed} of ${to - from} sockets did not open: ${why}`)
  return { perSecond: ((to - from) / ms) * 1_000, p99: quantile(took, 0.99), refused }
}

/** Waits until so many pushes have arrived. @returns how long each took, ms, in the order of its key */
async function arrivals(side: Side, sent: readonly number[], first: number): Promise<number[]> {
  const took: number[] = []
  let count = 0
  const until = performance.now() + 60_000
  while (count < sent.length) {
    if (performance.now() > until) throw new Error(`${side.name}: ${count} of ${sent.length} pushes arrived`)
    const { heard, lost } = await side.crowd.ask({ ask: 'heard' })
    if (lost > 0) throw new Error(`${side.name}: ${lost} sockets were lost`)
    for (const [key, at] of heard) {
      if (took[key - first] !== undefined) throw new Error(`${side.name}: push ${key} arrived twice`)
      took[key - first] = at - sent[key - first]!
      count += 1
    }
    await pause(20)
  }
  return took
}

let keys = 1

/** Pushes one after the other, to pages all over. */
async function alone(side: Side, size: number): Promise<number[]> {
  const first = keys
  const sent: number[] = []
  for (let n = 0; n < singles; n += 1) {
    sent.push(steadyMs())
    side.push((n * 7919) % size, keys++)
    await pause(4)
  }
  return arrivals(side, sent, first)
}

/** One push to each page, as fast as they go. @returns ms until the last has it, and until the middle one has */
async function sweep(side: Side, size: number): Promise<{ all: number; half: number }> {
  const first = keys
  const sent: number[] = []
  const began = steadyMs()
  for (let n = 0; n < size; n += 1) {
    sent.push(began)
    side.push(n, keys++)
    // The event loop of this process must not make either of them wait.
    if (n % 100 === 99) await new Promise(setImmediate)
  }
  const took = await arrivals(side, sent, first)
  return { all: Math.max(...took), half: median(took) }
}

const aim = (what: string, reached: boolean, figure: string): void =>
  console.log(`  ${reached ? 'aim reached' : 'aim missed'}: ${what}: ${figure}`)
const line = (what: string, ...figures: (string | number)[]): void =>
  console.log(
    `  ${what.padEnd(34)}${figures.map((f) => (typeof f === 'number' ? f.toFixed(2) : f).padStart(16)).join('')}`,
  )

/** What the open sockets of a side cost while nothing happens to them. */
async function idle(side: Side, seconds: number): Promise<{ cpu: number; delay: number }> {
  const before = await read(side.gauge)
  await pause(seconds * 1_000)
  const after = await read(side.gauge)
  return { cpu: (after.cpuMs - before.cpuMs) / (seconds * 1_000), delay: after.delayP99Ms }
}

async function measure(size: number): Promise<void> {
  const empty = { desk: await settled(desk.gauge), plain: await settled(plain.gauge) }
  await picture(desk.gauge, `empty-${size}`)
  const before = await read(desk.gauge)
  const speed = {
    plain: await open(plain, 0, size),
    desk: await profiled(desk.gauge, `open-${size}`, () => open(desk, 0, size)),
  }
  const opening = (await read(desk.gauge)).cpuMs - before.cpuMs
  await pause(5_000)
  const full = { desk: await settled(desk.gauge), plain: await settled(plain.gauge) }
  await picture(desk.gauge, `full-${size}`)
  const kb = (a: Reading, b: Reading, of: 'rss' | 'heapUsed'): number => (a[of] - b[of]) / size / 1_000
  console.log(`\n${size} sockets`)
  line('', 'desks', 'bare ws', 'ratio')
  const both = (what: string, d: number, p: number): void => line(what, d, p, d / p)
  both('RSS per socket, KB', kb(full.desk, empty.desk, 'rss'), kb(full.plain, empty.plain, 'rss'))
  both('heap per socket, KB', kb(full.desk, empty.desk, 'heapUsed'), kb(full.plain, empty.plain, 'heapUsed'))
  line('RSS of the process', mb(full.desk.rss), mb(full.plain.rss))
  line('heap in use, and set aside', `${mb(full.desk.heapUsed)}`, mb(full.desk.heapTotal))
  both('opened per second', speed.desk.perSecond, speed.plain.perSecond)
  line('CPU per opening, ms', opening / size)
  both('opening, p99 ms', speed.desk.p99, speed.plain.p99)
  line('refused, and opened by another try', rate(speed.desk.refused), rate(speed.plain.refused))

  const push = { desk: [] as number[], plain: [] as number[] }
  const swept = { desk: [] as { all: number; half: number }[], plain: [] as { all: number; half: number }[] }
  for (let round = 0; round <= rounds; round += 1) {
    const one = { plain: await alone(plain, size), desk: await alone(desk, size) }
    const many = {
      plain: await sweep(plain, size),
      desk: await profiled(desk.gauge, `sweep-${size}-${round}`, () => sweep(desk, size)),
    }
    // The first round warms up.
    if (round === 0) continue
    for (const of of ['desk', 'plain'] as const) {
      push[of].push(...one[of])
      swept[of].push(many[of])
    }
  }
  const single = { desk: median(push.desk), plain: median(push.plain) }
  both('a push, p50 ms', single.desk, single.plain)
  both('a push, p99 ms', quantile(push.desk, 0.99), quantile(push.plain, 0.99))
  const all = { desk: median(swept.desk.map((s) => s.all)), plain: median(swept.plain.map((s) => s.all)) }
  const half = { desk: median(swept.desk.map((s) => s.half)), plain: median(swept.plain.map((s) => s.half)) }
  both('a sweep, half have it, ms', half.desk, half.plain)
  both('a sweep, all have it, ms', all.desk, all.plain)
  line('pushed per second in a sweep', rate((size / all.desk) * 1_000), rate((size / all.plain) * 1_000))

  const quiet = {
    desk: await profiled(desk.gauge, `idle-${size}`, () => idle(desk, 10)),
    plain: await idle(plain, 2),
  }
  line('CPU while nothing happens, cores', quiet.desk.cpu, quiet.plain.cpu)
  line('lateness of timers, p99 ms', quiet.desk.delay, quiet.plain.delay)
  await beat(size)
  const held = Math.max(kb(full.desk, empty.desk, 'rss'), kb(full.desk, empty.desk, 'heapUsed'))
  aim('20 KB a socket', held <= 20, `${held.toFixed(1)} KB`)
  aim(
    'a push within 2 × of bare ws',
    single.desk / single.plain <= 2,
    `× ${(single.desk / single.plain).toFixed(2)}`,
  )
  aim('a sweep within 2 × of bare ws', all.desk / all.plain <= 2, `× ${(all.desk / all.plain).toFixed(2)}`)
  await Promise.all([desk.crowd.ask({ ask: 'close' }), plain.crowd.ask({ ask: 'close' })])
  await gone(0)
}

/** The statements of a gateway's sign of life, with as many sockets as it holds. They change nothing when said again. */
async function beat(size: number): Promise<void> {
  const { db } = hotline
  const rows = await db.query<sockets.SocketRow & { node: string }>(
    `select id, agent_id as "agentId", tab, node from desk_sockets`,
  )
  if (rows.length !== size) throw new Error(`${rows.length} of ${size} sockets stand in the database`)
  const took: number[] = []
  const ping: number[] = []
  for (let n = 0; n < 10; n += 1) {
    ping.push(await timed(() => db.query('select 1')))
    took.push(await timed(() => sockets.beat(db, rows[0]!.node)))
  }
  line('a sign of life, p50 ms', median(took), median(ping), `(select 1)`)
}

async function gone(left: number): Promise<void> {
  for (;;) {
    const [row] = await hotline.db.query<{ n: number }>(`select count(*) as n from desk_sockets`)
    if (row!.n === left) return
    await pause(200)
  }
}

let failed = false
try {
  // Code that has not run yet would be counted as memory of the first sockets.
  for (let n = 0; n < 3; n += 1) {
    const few = Math.min(300, ...sizes)
    await open(plain, 0, few)
    await open(desk, 0, few)
    await sweep(plain, few)
    await sweep(desk, few)
    await Promise.all([desk.crowd.ask({ ask: 'close' }), plain.crowd.ask({ ask: 'close' })])
    await gone(0)
  }
  const files = filesOf(hotline.gateways[0]!.mark.pid)
  for (const size of sizes)
    if (size + 1_000 > files)
      console.log(`\n${size} sockets: left out, this machine lets a process open only ${files} files`)
    else await measure(size)
} catch (error) {
  failed = true
  console.error(error)
} finally {
  control.close()
  for (const { crowd } of [desk, plain]) crowd.stop()
  bare.stop()
  await streams.stop()
  redis.disconnect()
  reader.disconnect()
  await hotline.stop()
}
process.exit(failed ? 1 : 0)
