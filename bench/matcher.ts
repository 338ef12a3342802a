import { Redis } from 'ioredis'
import { defaultQueueConfig } from '../src/queue/config.ts'
import { createMatcher, type MatchContact, type Matcher } from '../src/queue/matcher.ts'
import type { AgentFacts } from '../src/queue/ports.ts'
import { quantile } from './parts/rounds.ts'

/**
 * One step of the matcher at growing sizes, beside the smallest size and a PING over the same connection. The aims: 99 of
 * 100 steps within 2 ms at every size, and a step that does not grow with the number of contacts and agents: an exponent
 * of at most 0.1, fitted over the sizes that grow together.
 */
const url = process.env['REDIS_URL']
if (!url) throw new Error('REDIS_URL says which Redis; ./hotline bench matcher brings one up')

const sizes = [
  { waiting: 10, agents: 10 },
  { waiting: 100, agents: 10 },
  { waiting: 1_000, agents: 100 },
  { waiting: 10_000, agents: 1_000 },
  { waiting: 100_000, agents: 10_000 },
  // Many of the one beside few of the other.
  { waiting: 10, agents: 10_000 },
  { waiting: 100_000, agents: 10 },
].filter(({ waiting }) => waiting <= Number(process.env['BENCH_WAITING'] ?? 100_000))
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 1_000)
const topics = Array.from({ length: 40 }, (_, n) => `topic-${n}`)
const languages = ['mandarin', 'korean', 'mongolian']

const contact = (id: string, n: number): MatchContact => ({
  id,
  channel: 'voice',
  place: 'waiting',
  version: 1,
  changedAtMs: 1,
  score: n,
  queuedAtMs: Date.now(),
  requirement: { language: [languages[n % 3]!], ...(n % 2 ? { topic: [topics[n % 40]!] } : {}) },
  emergency: false,
  stickyAgentId: null,
  agentId: null,
  load: 'none',
})

const agent = (n: number, busy: boolean): AgentFacts => ({
  agentId: `a${n}`,
  epoch: 1,
  attributes: { language: languages, topic: topics.filter((_, t) => (n + t) % 4 !== 0) },
  mode: 'desk',
  phone: null,
  capacity: { voice: 1, text: 0 },
  load: { voice: busy ? 1 : 0, text: 0 },
  routable: { voice: !busy, text: false },
  idleSinceMs: n,
})

const took: Record<string, number[]> = {}
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await work()
  ;(took[what] ??= []).push(performance.now() - began)
  return result
}

async function fill(matcher: Matcher, waiting: number, agents: number): Promise<number> {
  const began = performance.now()
  const at = await matcher.beginRebuild('bench')
  await matcher.upsertAgents(
    Array.from({ length: agents }, (_, n) => agent(n, true)),
    at,
  )
  await matcher.syncContacts(
    Array.from({ length: waiting }, (_, n) => contact(`c${n}`, n)),
    at,
  )
  await matcher.finishRebuild('bench')
  return performance.now() - began
}

/** Everybody talks and many wait: a contact comes in, an agent becomes free and gets the first one, that one ends. */
async function round(matcher: Matcher, n: number, agents: number, waiting: number): Promise<void> {
  const at = await timed('moment', () => matcher.moment())
  await timed('enqueue', () => matcher.syncContacts([contact(`new-${n}`, waiting + n)], at!))
  const nobody = await timed('reserve, nobody free', () => matcher.reserveForContact(`new-${n}`))
  if (nobody) throw new Error('somebody was free')
  const who = n % agents
  await timed('agent freed', () => matcher.upsertAgents([agent(who, false)], at!))
  const pair = await timed('reserve, agent free', () => matcher.reserveForAgent(`a${who}`))
  if (!pair) throw new Error('nobody waited')
  await timed('confirm', () => matcher.confirm(pair, 2))
  const ended = { ...contact(pair.contactId, 0), version: 3, place: 'gone' as const }
  const later = (await matcher.moment())!
  await timed('end', () => matcher.syncContacts([ended], later))
  await matcher.upsertAgents([agent(who, true)], later)
}

/** What Redis itself measured, free of the noise of the connection and of a busy machine. */
async function insideRedis(): Promise<string> {
  const stats = await redis.info('latencystats')
  const [, p50, p99] = /evalsha:p50=([\d.]+),p99=([\d.]+)/.exec(stats) ?? []
  const ms = (micros: string | undefined): string => (Number(micros) / 1_000).toFixed(2)
  return `inside Redis, all scripts: p50 ${ms(p50)} ms, p99 ${ms(p99)} ms`
}

/** Slope of the line through the logarithms: 0 when it does not grow, 1 when it grows as they do. */
function exponentOf(points: readonly { size: number; ms: number }[]): number {
  const xs = points.map((p) => Math.log(p.size))
  const ys = points.map((p) => Math.log(p.ms))
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
  const [x, y] = [mean(xs), mean(ys)]
  const up = xs.reduce((sum, v, n) => sum + (v - x) * (ys[n]! - y), 0)
  return up / xs.reduce((sum, v) => sum + (v - x) ** 2, 0)
}

const redis = new Redis(url)
/** Of each step: median and 99 of 100 at every size. */
const seen: Record<string, { waiting: number; agents: number; p50: number; p99: number }[]> = {}
const first: Record<string, number> = {}
for (const { waiting, agents } of sizes) {
  await redis.flushdb()
  for (const key of Object.keys(took)) delete took[key]
  const matcher = createMatcher(redis, 'bench', defaultQueueConfig)
  const filled = await fill(matcher, waiting, agents)
  await redis.config('RESETSTAT')
  for (let n = 0; n < rounds; n += 1) {
    await round(matcher, n, agents, waiting)
    await timed('ping', () => redis.ping())
  }
  console.log(
    `\n${waiting} waiting, ${agents} agents; filled in ${(filled / 1000).toFixed(1)} s` +
      `\n${'step'.padEnd(24)}${['p50 ms', 'p99 ms', 'p50 / PING', 'p50 / smallest'].map((h) => h.padStart(16)).join('')}`,
  )
  const ping = quantile(took['ping']!, 0.5)
  for (const [what, values] of Object.entries(took)) {
    const p50 = quantile(values, 0.5)
    first[what] ??= p50
    const p99 = quantile(values, 0.99)
    ;(seen[what] ??= []).push({ waiting, agents, p50, p99 })
    const shown = [p50, p99, p50 / ping, p50 / first[what]].map((v) => v.toFixed(2))
    console.log(what.padEnd(24) + shown.map((v) => v.padStart(16)).join(''))
  }
  console.log(await insideRedis())
}
redis.disconnect()

const steps = Object.entries(seen).filter(([what]) => what !== 'ping')
const slowest = steps
  .flatMap(([what, at]) => at.map((one) => ({ what, ...one })))
  .reduce((worst, one) => (one.p99 > worst.p99 ? one : worst))
const steepest = steps
  .map(([what, at]) => ({
    what,
    // The sizes in which one of the two stays small say nothing about growth of both.
    exponent: exponentOf(
      at
        .filter(({ waiting, agents }) => waiting <= agents * 10 && agents <= waiting)
        .map(({ waiting, p50 }) => ({ size: waiting, ms: p50 })),
    ),
  }))
  .reduce((most, one) => (one.exponent > most.exponent ? one : most))
const verdict = (reached: boolean, text: string): void =>
  console.log(`${reached ? 'aim reached' : 'aim missed'}: ${text}`)
console.log()
verdict(
  slowest.p99 < 2,
  `p99 below 2 ms: slowest is "${slowest.what}" with ${slowest.p99.toFixed(2)} ms ` +
    `at ${slowest.waiting} waiting and ${slowest.agents} agents`,
)
verdict(
  steepest.exponent <= 0.1,
  `exponent at most 0.1: steepest is "${steepest.what}" with ${steepest.exponent.toFixed(3)}`,
)
