import type { Redis } from 'ioredis'
import { defaultQueueConfig } from '../../src/queue/config.ts'
import { createMatcher, type MatchContact } from '../../src/queue/matcher.ts'
import type { AgentFacts } from '../../src/queue/ports.ts'

/**
 * A hotline of equal agents as queueing theory knows it (Poisson arrivals, exponential handling), played in simulated
 * time: by formula, by an ideal queue of plain arrays, and by the real matcher in a real Redis.
 */
export type Hotline = { callsPerHour: number; handlingS: number; agents: number }

/** The checks of the design: the fewest agents who answer four of five callers within 20 s. */
export const checks: (Hotline & { serviceLevel: number; asaS: number })[] = [
  { callsPerHour: 120, handlingS: 240, agents: 11, serviceLevel: 0.809, asaS: 19.6 },
  { callsPerHour: 300, handlingS: 240, agents: 25, serviceLevel: 0.862, asaS: 10.0 },
  { callsPerHour: 600, handlingS: 300, agents: 57, serviceLevel: 0.845, asaS: 10.6 },
]

export const targetS = 20

/** Share answered within the target, and the average speed of answer over all callers, seconds. */
export type Measures = { serviceLevel: number; asaS: number }

/** Erlang's waiting formula; the chance to wait by the recursion of his loss formula, which never overflows. */
export function erlangC({ callsPerHour, handlingS, agents }: Hotline): Measures {
  const load = (callsPerHour / 3_600) * handlingS
  let blocked = 1
  for (let n = 1; n <= agents; n += 1) blocked = (load * blocked) / (n + load * blocked)
  const waits = (agents * blocked) / (agents - load * (1 - blocked))
  const spare = agents - load
  return {
    serviceLevel: 1 - waits * Math.exp((-spare * targetS) / handlingS),
    asaS: (waits * handlingS) / spare,
  }
}

/** Uniform in (0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}

export type Call = { arrivesMs: number; handlingMs: number }

/** Callers in the order of their arrival, whole ms: as fine as the product's clock. */
export function draw(hotline: Hotline, count: number, seed: number): Call[] {
  const uniform = random(seed)
  const exponential = (mean: number): number => -mean * Math.log(uniform())
  let now = 0
  return Array.from({ length: count }, () => {
    now += exponential(3_600_000 / hotline.callsPerHour)
    return {
      arrivesMs: Math.round(now),
      handlingMs: Math.max(1, Math.round(exponential(hotline.handlingS * 1_000))),
    }
  })
}

/** Smallest first. */
function createHeap<T>(before: (a: T, b: T) => boolean): {
  push(item: T): void
  pop(): T | undefined
  first(): T | undefined
} {
  const items: T[] = []
  return {
    first: () => items[0],
    push(item) {
      let at = items.push(item) - 1
      while (at > 0) {
        const above = (at - 1) >> 1
        if (!before(item, items[above]!)) break
        items[at] = items[above]!
        at = above
      }
      items[at] = item
    },
    pop() {
      const least = items[0]
      const last = items.pop()
      if (last === undefined || items.length === 0) return least
      let at = 0
      for (;;) {
        let below = 2 * at + 1
        if (below >= items.length) break
        if (below + 1 < items.length && before(items[below + 1]!, items[below]!)) below += 1
        if (!before(items[below]!, last)) break
        items[at] = items[below]!
        at = below
      }
      items[at] = last
      return least
    },
  }
}

/** Waits of a queue without a flaw: whoever came first is answered as soon as anybody is free. ms, by caller. */
export function idealWaits(hotline: Hotline, calls: readonly Call[]): number[] {
  const free = createHeap<number>((a, b) => a < b)
  for (let n = 0; n < hotline.agents; n += 1) free.push(0)
  return calls.map(({ arrivesMs, handlingMs }) => {
    const begins = Math.max(arrivesMs, free.pop()!)
    free.push(begins + handlingMs)
    return begins - arrivesMs
  })
}

/** Languages that all agents speak: callers of both wait in sets of their own, and still come in one order. */
const languages = ['mandarin', 'korean']

const agentOf = (n: number, free: boolean, sinceMs: number): AgentFacts => ({
  agentId: `agent-${n}`,
  epoch: 1,
  attributes: { language: languages, topic: [`topic-${n % 3}`] },
  mode: 'desk',
  phone: null,
  capacity: { voice: 1, text: 0 },
  load: { voice: free ? 0 : 1, text: 0 },
  routable: { voice: free, text: false },
  idleSinceMs: sinceMs,
})

const contactOf = (n: number, place: MatchContact['place'], atMs: number, version: number): MatchContact => ({
  id: `caller-${n}`,
  channel: 'voice',
  place,
  version,
  changedAtMs: atMs,
  score: atMs,
  queuedAtMs: atMs,
  requirement: { language: [languages[n % 2]!] },
  emergency: false,
  stickyAgentId: null,
  agentId: null,
  load: place === 'held' ? 'slot' : 'none',
})

export type Played = {
  /** ms, by caller. */
  waits: number[]
  /** Time each agent spoke, ms. */
  talked: number[]
  endedMs: number
}

/**
 * The same callers through the real matcher. Simulated time reaches it as what PostgreSQL would have read: arrivals as
 * places in the queue, ends of calls as agents idle since then. Nothing sleeps.
 * @param region names this hotline's memory in Redis; several may be played beside each other
 */
export async function play(
  redis: Redis,
  region: string,
  hotline: Hotline,
  calls: readonly Call[],
): Promise<Played> {
  const matcher = createMatcher(redis, region, defaultQueueConfig)
  const waits: number[] = []
  const talked = Array.from({ length: hotline.agents }, () => 0)
  const ends = createHeap<{ atMs: number; caller: number; agent: number }>((a, b) => a.atMs < b.atMs)

  let at = await matcher.beginRebuild(region)
  await matcher.upsertAgents(
    talked.map((_, n) => agentOf(n, true, 0)),
    at,
  )
  await matcher.finishRebuild(region)

  /** Whoever the matcher has paired speaks from now on. */
  async function answer(pair: Awaited<ReturnType<typeof matcher.reserveAny>>, nowMs: number): Promise<void> {
    if (!pair) return
    const caller = Number(pair.contactId.slice('caller-'.length))
    const agent = Number(pair.agentId.slice('agent-'.length))
    if (waits[caller] !== undefined) throw new Error(`${pair.contactId} was answered twice`)
    await matcher.confirm(pair, 2)
    const { arrivesMs, handlingMs } = calls[caller]!
    waits[caller] = nowMs - arrivesMs
    talked[agent]! += handlingMs
    ends.push({ atMs: nowMs + handlingMs, caller, agent })
  }

  async function endCall({ atMs, caller, agent }: { atMs: number; caller: number; agent: number }) {
    at = (await matcher.moment())!
    await Promise.all([
      matcher.syncContacts([contactOf(caller, 'gone', atMs, 3)], at),
      matcher.upsertAgents([agentOf(agent, true, atMs)], at),
    ])
    await answer(await matcher.reserveForAgent(`agent-${agent}`), atMs)
  }

  for (const [n, { arrivesMs }] of calls.entries()) {
    for (let next = ends.first(); next && next.atMs <= arrivesMs; next = ends.first())
      await endCall(ends.pop()!)
    await matcher.syncContacts([contactOf(n, 'waiting', arrivesMs, 1)], at)
    await answer(await matcher.reserveForContact(`caller-${n}`), arrivesMs)
  }
  let endedMs = 0
  for (let next = ends.pop(); next; next = ends.pop()) {
    endedMs = next.atMs
    await endCall(next)
  }
  return { waits, talked, endedMs }
}

export const measure = (waits: readonly number[]): Measures => ({
  serviceLevel: waits.filter((ms) => ms <= targetS * 1_000).length / waits.length,
  asaS: waits.reduce((sum, ms) => sum + ms, 0) / waits.length / 1_000,
})

/** Mean of independent repetitions, and how far the truth may lie from it in 95 of 100 cases. */
export function estimate(values: readonly number[]): { mean: number; within: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)
  return { mean, within: 1.96 * Math.sqrt(variance / values.length) }
}
