import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { checksOf } from '../../../src/composition/observation.ts'
import type { Context } from '../../../src/context.ts'
import { healthRoutes } from '../../../src/http/health.ts'

/** What a gateway says whose links to its Asterisk nodes are up or down. */
async function healthWith(links: boolean[]) {
  const context = {
    config: { channels: { wechat: null, sms: null } },
    db: { query: async () => [] },
    redis: { ping: async () => 'PONG' },
    calls: { telephony: { health: () => links.map((linkUp) => ({ linkUp })) } },
  } as unknown as Context
  const app = Fastify()
  await app.register(healthRoutes, { checks: checksOf(context) })
  const answer = await app.inject({ url: '/healthz' })
  await app.close()
  return {
    code: answer.statusCode,
    asterisk: answer.json<{ checks: { asterisk: string } }>().checks.asterisk,
  }
}

it('a gateway is healthy while one of several Asterisk nodes answers', async () => {
  expect(await healthWith([true, false, true])).toEqual({ code: 200, asterisk: 'ok' })
  expect(await healthWith([false, false, false])).toEqual({ code: 503, asterisk: 'failing' })
})
