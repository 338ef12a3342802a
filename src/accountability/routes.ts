import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { requireRole } from '../staff/guard.ts'
import { CorrectionBody, DecisionBody, GroundsView, Recorded, RecordPage, WindowPage } from './contract.ts'
import type { Accountability } from './service.ts'

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

/** `/api/accountability`: decisions by which units were held responsible. Nothing is ever edited. */
export const accountabilityRoutes: FastifyPluginAsyncTypebox<{ accountability: Accountability }> = async (
  app,
  { accountability },
) => {
  const tags = ['accountability']
  const mayRead = requireRole('office', 'centreLeader', 'supervisor')
  const mayWrite = requireRole('office', 'centreLeader')

  app.get(
    '/api/accountability/grounds',
    {
      schema: {
        tags,
        summary: 'Acts and mitigation by the statute of the city',
        response: { 200: GroundsView },
      },
      preHandler: mayRead,
    },
    async () => accountability.grounds(),
  )
  app.get(
    '/api/accountability/windows',
    {
      schema: {
        tags,
        summary:
          'Units with decisions that count today, over rolling months, those that reached the number first',
        response: { 200: WindowPage },
      },
      preHandler: mayRead,
    },
    async () => accountability.windows(),
  )
  app.get(
    '/api/accountability/records',
    {
      schema: {
        tags,
        summary: 'Every record, the newest first; corrected ones name what took their place',
        querystring: Type.Object({
          unit: Type.Optional(Type.String({ maxLength: 40, description: 'empty: the centre itself' })),
          cursor: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: { 200: RecordPage },
      },
      preHandler: mayRead,
    },
    async (request) => {
      const { unit, cursor, limit } = request.query
      const { rows, items } = await accountability.records({
        ...(unit === undefined ? {} : { unit: unit || null }),
        ...(cursor ? { before: placeOfCursor(cursor) } : {}),
        limit: limit + 1,
      })
      const last = rows[limit - 1]
      return {
        items: items.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.recordedAt, last.id) : null,
      }
    },
  )
  app.post(
    '/api/accountability/records',
    {
      schema: { tags, summary: 'Records a decision', body: DecisionBody, response: { 201: Recorded } },
      preHandler: mayWrite,
    },
    async (request, reply) => reply.code(201).send(await accountability.record(request.body, request.actor!)),
  )
  app.post(
    '/api/accountability/records/:id/corrections',
    {
      schema: {
        tags,
        summary: 'A further record in the place of one, or its withdrawal',
        params: Type.Object({ id: Type.String({ pattern: uuid }) }),
        body: CorrectionBody,
        response: { 201: Recorded },
      },
      preHandler: mayWrite,
    },
    async (request, reply) =>
      reply.code(201).send(await accountability.correct(request.params.id, request.body, request.actor!)),
  )
}
