import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import {
  ExchangeFeed,
  ExchangeItem,
  ExchangeMatter,
  ExchangeNumber,
  ExchangeQuery,
  ExchangeReceipt,
} from './contract.ts'
import type { Platform } from './model.ts'
import type { Exchange } from './service.ts'
import { platformOf } from './tokens.ts'

export type ExchangeRoutesOptions = {
  exchange: Pick<Exchange, 'platforms' | 'receive' | 'find' | 'since'>
  /** Route options of a limit per address. */
  limits?: Record<string, unknown>
}

const bodyLimit = 64 * 1024
const tags = ['exchange']
const security = [{ exchangeToken: [] }]

/** `/api/exchange`: machines of other platforms, each with a token of its own; no session, no cookie. */
export const exchangeRoutes: FastifyPluginAsyncTypebox<ExchangeRoutesOptions> = async (
  app,
  { exchange, limits },
) => {
  const asked = new WeakMap<FastifyRequest, Platform>()
  // Before the body is read: strangers have nothing parsed.
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('www-authenticate', 'Bearer')
    asked.set(request, platformOf(request.headers.authorization, exchange.platforms))
    void reply.removeHeader('www-authenticate')
  })
  const platformIn = (request: FastifyRequest): Platform => asked.get(request)!
  const config = limits ? { config: { rateLimit: limits } } : {}

  app.post(
    '/api/exchange/matters',
    {
      schema: {
        tags,
        security,
        summary: 'Hand in a matter: it is committed before the answer and waits for an agent',
        description:
          'Idempotent by the number: sent again with the same content it answers 200 with what became of it; with ' +
          'other content it answers 409. A body of more than 64 KiB is refused.',
        body: ExchangeMatter,
        response: { 200: ExchangeReceipt, 202: ExchangeReceipt },
      },
      bodyLimit,
      ...config,
    },
    async (request, reply) => {
      const received = await exchange.receive(platformIn(request), request.body)
      return reply.code(received.repeated ? 200 : 202).send(received)
    },
  )

  app.get(
    '/api/exchange/orders',
    {
      schema: {
        tags,
        security,
        summary: 'What concerns this platform and changed since, without identity and words',
        querystring: ExchangeQuery,
        response: { 200: ExchangeFeed },
      },
      ...config,
    },
    async (request) => exchange.since(platformIn(request), request.query.since, request.query.limit),
  )

  app.get(
    '/api/exchange/orders/:number',
    {
      schema: {
        tags,
        security,
        summary: 'What became of a matter of this platform, by its own number',
        params: ExchangeNumber,
        response: { 200: ExchangeItem },
      },
      ...config,
    },
    async (request) => exchange.find(platformIn(request), request.params.number),
  )
}
