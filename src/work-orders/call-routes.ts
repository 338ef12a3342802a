import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { CallBody, OrderCall, OrderCalls, Telephone, TelephoneBody } from './call-contract.ts'
import type { OrderCalling } from './calls.ts'
import { createTelephones } from './telephones.ts'
import { readers, viewerOf } from './routes.ts'

export type CallRoutesOptions = { calls: OrderCalling }

const tags = ['calls to requesters']
const OrderNumber = Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) })
const OneCall = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 40 }),
  id: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
})

/**
 * `/api/work-orders/{number}/calls`: the platform joins a person of staff with the requester of an order; his own
 * telephone rings first, and the requester's number is shown to nobody. `/api/telephone`: the telephone of whoever works
 * without a desk.
 */
export const callRoutes: FastifyPluginAsyncTypebox<CallRoutesOptions> = async (app, { calls }) => {
  const telephones = createTelephones(calls.line)

  app.post(
    '/api/work-orders/:number/calls',
    {
      schema: {
        tags,
        summary: 'call the requester without seeing his number',
        params: OrderNumber,
        body: CallBody,
        response: { 202: OrderCall },
      },
      // The decision itself judges roles, so that a refusal names the article; here only strangers are stopped.
      preHandler: readers,
    },
    async (request, reply) => {
      const call = await calls.place(request.params.number, request.body.purpose, viewerOf(request))
      return reply.code(202).send(call)
    },
  )

  app.get(
    '/api/work-orders/:number/calls',
    { schema: { tags, params: OrderNumber, response: { 200: OrderCalls } }, preHandler: readers },
    async (request) => calls.list(request.params.number, viewerOf(request)),
  )

  app.get(
    '/api/work-orders/:number/calls/:id',
    { schema: { tags, params: OneCall, response: { 200: OrderCall } }, preHandler: readers },
    async (request) => calls.one(request.params.number, request.params.id, viewerOf(request)),
  )

  app.post(
    '/api/work-orders/:number/calls/:id/end',
    { schema: { tags, params: OneCall, response: { 200: OrderCall } }, preHandler: readers },
    async (request) => calls.end(request.params.number, request.params.id, viewerOf(request)),
  )

  app.get(
    '/api/telephone',
    { schema: { tags, response: { 200: Telephone } }, preHandler: readers },
    async (request) => telephones.of(viewerOf(request).actor.id),
  )

  app.put(
    '/api/telephone',
    { schema: { tags, body: TelephoneBody, response: { 200: Telephone } }, preHandler: readers },
    async (request) => telephones.sitAt(viewerOf(request).actor.id, request.body.number),
  )

  app.delete(
    '/api/telephone',
    { schema: { tags, response: { 200: Telephone } }, preHandler: readers },
    async (request) => telephones.leave(viewerOf(request).actor.id),
  )
}
