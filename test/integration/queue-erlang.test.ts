import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RedisServer } from '../../services/redis.ts'
import { checks, draw, erlangC, estimate, idealWaits, measure, play, targetS } from '../support/queueing.ts'
import { startTestRedis } from '../support/services.ts'

let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startTestRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis?.disconnect()
  await server?.stop()
})

/** Two points of a service level; of the average wait what as many points of a handling time are. */
const points = 0.02

describe.each(checks)('a queue of $agents agents and $callsPerHour calls an hour', (check) => {
  const { serviceLevel, asaS, ...hotline } = check
  const theory = erlangC(hotline)

  it('has by Erlang C the figures of the design, and one agent fewer would miss the target', () => {
    expect(theory.serviceLevel).toBeCloseTo(serviceLevel, 3)
    expect(theory.asaS).toBeCloseTo(asaS, 1)
    expect(theory.serviceLevel).toBeGreaterThanOrEqual(0.8)
    expect(erlangC({ ...hotline, agents: hotline.agents - 1 }).serviceLevel).toBeLessThan(0.8)
  })

  it('comes to the same when it is played with many callers without a flaw', () => {
    const days = Array.from({ length: 20 }, (_, day) => {
      const waits = idealWaits(hotline, draw(hotline, 42_000, 100 + day))
      return measure(waits.slice(2_000))
    })
    const level = estimate(days.map((d) => d.serviceLevel))
    const speed = estimate(days.map((d) => d.asaS))
    expect(level.within).toBeLessThan(points / 2)
    expect(Math.abs(level.mean - theory.serviceLevel)).toBeLessThan(points / 2)
    expect(Math.abs(speed.mean - theory.asaS)).toBeLessThan((points / 2) * hotline.handlingS)
  })

  it('answers with the real matcher each caller as soon as the queue without a flaw does', async () => {
    const count = 200 + 6 * hotline.agents
    const days = await Promise.all(
      Array.from({ length: 3 }, async (_, day) => {
        const calls = draw(hotline, count, 7_000 + day)
        return { calls, played: await play(redis, `${hotline.agents}-${day}`, hotline, calls) }
      }),
    )
    for (const { calls, played } of days) {
      expect(played.waits).toEqual(idealWaits(hotline, calls))
      // The longest idle comes first, so nobody is left out.
      expect(Math.min(...played.talked)).toBeGreaterThan(0)
    }
    // Some did wait for long, so that the order was put to the test.
    expect(Math.max(...days.flatMap(({ played }) => played.waits))).toBeGreaterThan(targetS * 1_000)
  })
})
