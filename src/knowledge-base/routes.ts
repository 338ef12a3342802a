import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requireRole } from '../staff/guard.ts'
import { KnowledgeDraft, KnowledgeHit, KnowledgeQuery, KnowledgeRef } from './contract.ts'
import type { KnowledgeBase } from './service.ts'

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

/** `GET /api/knowledge?q=` for everybody who answers citizens; writing for the units that own the items. */
export const knowledgeRoutes: FastifyPluginAsyncTypebox<{ knowledge: KnowledgeBase }> = async (
  app,
  { knowledge },
) => {
  app.get(
    '/api/knowledge',
    {
      schema: {
        tags: ['knowledge'],
        querystring: KnowledgeQuery,
        response: { 200: Type.Object({ items: Type.Array(KnowledgeHit) }) },
      },
      preHandler: requireRole('agent', 'teamLead', 'dispatcher', 'unit', 'supervisor'),
    },
    async (request) => ({ items: await knowledge.search(request.query.q, request.query.limit, true) }),
  )

  const mayWrite = requireRole('unit', 'teamLead')
  app.post(
    '/api/knowledge',
    {
      schema: { tags: ['knowledge'], body: KnowledgeDraft, response: { 201: KnowledgeRef } },
      preHandler: mayWrite,
    },
    async (request, reply) => reply.code(201).send(await knowledge.publish(request.body, request.actor!.id)),
  )
  app.put(
    '/api/knowledge/:id',
    {
      schema: { tags: ['knowledge'], params: Params, body: KnowledgeDraft, response: { 200: KnowledgeRef } },
      preHandler: mayWrite,
    },
    async (request) => knowledge.publish(request.body, request.actor!.id, request.params.id),
  )
  app.delete(
    '/api/knowledge/:id',
    { schema: { tags: ['knowledge'], params: Params }, preHandler: mayWrite },
    async (request, reply) => {
      await knowledge.withdraw(request.params.id)
      return reply.code(204).send()
    },
  )
}
