import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requireRole } from '../staff/guard.ts'
import { EndBody, EntryBody, EntryView, SuggestQuery, Suggestions, Written } from './contract.ts'
import type { DispatchDirectory } from './service.ts'

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

/** 派单目录: everybody who may dispatch asks it; dispatchers and the centre's leader keep it. */
export const dispatchDirectoryRoutes: FastifyPluginAsyncTypebox<{ directory: DispatchDirectory }> = async (
  app,
  { directory },
) => {
  const readers = requireRole('agent', 'teamLead', 'dispatcher', 'supervisor', 'centreLeader', 'office')
  const keepers = requireRole('dispatcher', 'centreLeader')
  const tags = ['dispatch directory']

  app.get(
    '/api/dispatch-directory',
    {
      schema: {
        tags,
        querystring: Type.Object({ all: Type.Boolean({ default: false }) }),
        response: { 200: Type.Object({ items: Type.Array(EntryView) }) },
      },
      preHandler: readers,
    },
    async (request) => ({ items: await directory.list(request.query) }),
  )

  app.get(
    '/api/dispatch-directory/suggest',
    { schema: { tags, querystring: SuggestQuery, response: { 200: Suggestions } }, preHandler: readers },
    async (request) => directory.suggest(request.query),
  )

  app.post(
    '/api/dispatch-directory',
    { schema: { tags, body: EntryBody, response: { 201: Written } }, preHandler: keepers },
    async (request, reply) => reply.code(201).send(await directory.add(request.body, request.actor!)),
  )

  app.post(
    '/api/dispatch-directory/:id/end',
    {
      schema: {
        tags,
        params: Type.Object({ id: Type.String({ pattern: uuid }) }),
        body: EndBody,
        response: { 200: Written },
      },
      preHandler: keepers,
    },
    async (request) => directory.end(request.params.id, request.body, request.actor!),
  )
}
