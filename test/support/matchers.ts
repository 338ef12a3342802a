import { Redis } from 'ioredis'
import { defaultQueueConfig, type QueueConfig } from '../../src/queue/config.ts'
import { createMatcher, type MatchContact, type Moment } from '../../src/queue/matcher.ts'
import type { AgentFacts } from '../../src/queue/ports.ts'
import { startTestRedis } from './services.ts'

/** Matchers on a Redis of the test's own. */
export async function startMatchers() {
  const server = await startTestRedis()
  const redis = new Redis(server.url)
  let regions = 0
  return {
    url: server.url,
    redis,
    /** A matcher with a memory of its own, built empty. */
    async fresh(config: QueueConfig = defaultQueueConfig) {
      regions += 1
      const region = `r${regions}`
      const matcher = createMatcher(redis, region, config)
      await matcher.beginRebuild('first')
      await matcher.finishRebuild('first')
      return { matcher, region }
    },
    async stop() {
      redis.disconnect()
      await server.stop()
    },
  }
}

export type Matchers = Awaited<ReturnType<typeof startMatchers>>

export async function momentOf(matcher: { moment(): Promise<Moment | null> }): Promise<Moment> {
  const at = await matcher.moment()
  if (!at) throw new Error('the matcher is not built')
  return at
}

export const contact = (id: string, more: Partial<MatchContact> = {}): MatchContact => ({
  id,
  channel: 'voice',
  place: 'waiting',
  version: 1,
  changedAtMs: 1,
  score: 1_000,
  queuedAtMs: Date.now(),
  requirement: {},
  emergency: false,
  stickyAgentId: null,
  agentId: null,
  load: more.place === 'held' ? 'slot' : 'none',
  ...more,
})

export const agent = (agentId: string, more: Partial<AgentFacts> = {}): AgentFacts => ({
  agentId,
  epoch: 1,
  attributes: {},
  mode: 'desk',
  phone: null,
  capacity: { voice: 1, text: 3 },
  load: { voice: 0, text: 0 },
  routable: { voice: true, text: true },
  idleSinceMs: 1_000,
  ...more,
})
