import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { readers, viewerOf } from './routes.ts'
import { StaffNoticePage, StaffNoticeQuery } from './staff-inbox-contract.ts'
import type { StaffInbox } from './staff-inbox.ts'

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

/** `/api/work-orders/notices`: what those who wear a role are told of orders, the newest first. */
export const staffInboxRoutes: FastifyPluginAsyncTypebox<{ inbox: StaffInbox }> = async (app, { inbox }) => {
  app.get(
    '/api/work-orders/notices',
    {
      schema: {
        tags: ['work orders'],
        summary: 'Notices to the roles of whoever asks',
        querystring: StaffNoticeQuery,
        response: { 200: StaffNoticePage },
      },
      preHandler: readers,
    },
    async (request) => {
      const { cursor, unnoted, limit } = request.query
      const before = cursor ? { before: placeOfCursor(cursor) } : {}
      const { items, next } = await inbox.list({ unnoted, limit, ...before }, viewerOf(request))
      return { items, next: next && cursorOf(next.at, next.id) }
    },
  )

  app.post(
    '/api/work-orders/notices/:id/noted',
    {
      schema: {
        tags: ['work orders'],
        summary: 'Takes note of one; the first is kept',
        params: Type.Object({ id: Type.String({ pattern: uuid }) }),
        response: { 204: Type.Null() },
      },
      preHandler: readers,
    },
    async (request, reply) => {
      await inbox.note(request.params.id, viewerOf(request))
      return reply.code(204).send(null)
    },
  )
}
