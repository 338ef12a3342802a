import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rateLimits } from '../../../src/http/rate-limit.ts'

let app: FastifyInstance
beforeEach(async () => {
  app = Fastify()
  await app.register(rateLimit, rateLimits)
  const config = { rateLimit: { max: 5, timeWindow: 60_000 } }
  for (const url of ['/public/objections', '/webhooks/sms/x', '/desk/socket', '/sip', '/sip/other'])
    app.get(url, { config }, async () => 'done')
})
afterEach(() => app.close())

async function sixth(url: string, headers: Record<string, string> = {}): Promise<number> {
  for (let n = 0; n < 5; n++) expect((await app.inject({ url, headers })).statusCode).toBe(200)
  return (await app.inject({ url, headers })).statusCode
}

it.each([
  ['as it is', {}],
  ['of somebody who says that he wants a socket', { upgrade: 'x', connection: 'upgrade' }],
  ['of somebody who names a WebSocket', { upgrade: 'websocket', connection: 'Upgrade' }],
])('holds for a request %s', async (_what, headers) => {
  expect(await sixth('/public/objections', headers)).toBe(429)
})

it.each(['/webhooks/sms/x', '/desk/socket?resume=1', '/sip'])('does not hold for %s', async (url) => {
  expect(await sixth(url, { upgrade: 'websocket' })).toBe(200)
})

it('holds for what only looks like a socket', async () => {
  expect(await sixth('/sip/other', { upgrade: 'websocket' })).toBe(429)
})
