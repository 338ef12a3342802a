import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requireRole } from '../staff/guard.ts'
import {
  KnowledgeChange,
  KnowledgeCreation,
  KnowledgeDetail,
  KnowledgePage,
  KnowledgeQuery,
  KnowledgeRef,
  KnowledgeVersion,
  uuid,
} from './contract.ts'
import { readers, writers } from './decide/rights.ts'
import { dutyRoutes } from './duties/routes.ts'
import type { KnowledgeDuties } from './duties/service.ts'
import type { KnowledgeSupervisions } from './duties/supervision.ts'
import { personOf } from './person.ts'
import type { KnowledgeBase } from './service.ts'

const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

export type KnowledgeRoutesOptions = {
  knowledge: KnowledgeBase
  duties: KnowledgeDuties
  /** Where this slice keeps its supervision matters itself. */
  supervision: KnowledgeSupervisions | null
}

/** `/api/knowledge`: search for everybody who answers citizens or handles orders; writing for the items' units. */
export const knowledgeRoutes: FastifyPluginAsyncTypebox<KnowledgeRoutesOptions> = async (
  app,
  { knowledge, duties, supervision },
) => {
  const mayRead = requireRole(...readers)
  const mayWrite = requireRole(...writers)
  const tags = ['knowledge']

  app.get(
    '/api/knowledge',
    {
      schema: {
        tags,
        summary: 'Search by text, best match first and stale items last; without a text the newest first',
        querystring: KnowledgeQuery,
        response: { 200: KnowledgePage },
      },
      preHandler: mayRead,
    },
    async (request) => knowledge.search(request.query, personOf(request)),
  )
  app.get(
    '/api/knowledge/:id',
    {
      schema: {
        tags,
        summary: 'One item: the version in force, the newest one, and what was done about it',
        params: Params,
        response: { 200: KnowledgeDetail },
      },
      preHandler: mayRead,
    },
    async (request) => duties.reading.detail(personOf(request), request.params.id),
  )
  app.get(
    '/api/knowledge/:id/versions',
    {
      schema: {
        tags,
        summary: 'Every version, newest first, also of a withdrawn item',
        params: Params,
        querystring: Type.Object({
          below: Type.Optional(Type.Integer({ minimum: 1, description: 'versions before this one' })),
          limit: Type.Integer({ minimum: 1, maximum: 50, default: 20 }),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(KnowledgeVersion),
            next: Type.Union([Type.Integer(), Type.Null()], { description: '`below` of the next page' }),
          }),
        },
      },
      preHandler: mayRead,
    },
    async (request) =>
      duties.reading.versions(personOf(request), request.params.id, {
        below: request.query.below ?? null,
        limit: request.query.limit,
      }),
  )

  app.post(
    '/api/knowledge',
    {
      schema: {
        tags,
        summary: 'A new item of the own unit; policies are announced at /api/knowledge/policies',
        body: KnowledgeCreation,
        response: { 201: KnowledgeRef },
      },
      preHandler: mayWrite,
    },
    async (request, reply) =>
      reply.code(201).send(await duties.writing.create(personOf(request), request.body)),
  )
  app.put(
    '/api/knowledge/:id',
    {
      schema: {
        tags,
        summary: 'The next version; 409 when somebody else wrote one meanwhile',
        params: Params,
        body: KnowledgeChange,
        response: { 200: KnowledgeRef },
      },
      preHandler: mayWrite,
    },
    async (request) => duties.writing.change(personOf(request), request.params.id, request.body),
  )
  app.delete(
    '/api/knowledge/:id',
    {
      schema: {
        tags,
        summary: 'Takes an item out of the search; its versions stay readable',
        params: Params,
        querystring: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }),
      },
      preHandler: mayWrite,
    },
    async (request, reply) => {
      await duties.writing.withdraw(personOf(request), request.params.id, request.query.reason)
      return reply.code(204).send()
    },
  )
  await app.register(dutyRoutes, { duties, supervision })
}
