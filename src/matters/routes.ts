import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { requireRole } from '../staff/guard.ts'
import { MatterEntered, MatterEntry, MatterQuery, MatterView, page, Source } from './contract.ts'
import { viewerOf } from './person.ts'
import type { Matters } from './service.ts'

export type MatterRoutesOptions = { matters: Pick<Matters, 'enter' | 'list' | 'sources'> }

const tags = ['matters']

/** `/api/matters`: matters that come neither by telephone nor by SMS or WeChat. */
export const matterRoutes: FastifyPluginAsyncTypebox<MatterRoutesOptions> = async (app, { matters }) => {
  // The hat that may also dispatch comes first.
  const writers = requireRole('dispatcher', 'teamLead', 'agent')
  const readers = requireRole('dispatcher', 'teamLead', 'agent', 'supervisor', 'centreLeader', 'office')

  app.get(
    '/api/matters/sources',
    {
      schema: {
        tags,
        summary: 'Where a matter that is entered by hand may come from in this city, each with its basis',
        response: { 200: Type.Object({ items: Type.Array(Source) }) },
      },
      preHandler: readers,
    },
    async () => ({ items: matters.sources() }),
  )

  app.post(
    '/api/matters',
    {
      schema: {
        tags,
        summary: 'Enter a letter, a visit or a message of another board, with what came of it',
        description:
          'Answers 201 once everything is committed. The same source number, or the same key of the same person, ' +
          'answers 200 with what was entered first and adds nothing.',
        body: MatterEntry,
        response: { 200: MatterEntered, 201: MatterEntered },
      },
      preHandler: writers,
    },
    async (request, reply) => {
      const entered = await matters.enter(request.body, viewerOf(request))
      return reply.code(entered.repeated ? 200 : 201).send(entered)
    },
  )

  app.get(
    '/api/matters',
    {
      schema: {
        tags,
        summary: 'Matters by hand, by platforms and of units asked directly, newest first',
        querystring: MatterQuery,
        response: { 200: page(MatterView) },
      },
      preHandler: readers,
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await matters.list({ ...filter, before, limit: limit + 1 }, viewerOf(request))
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.enteredAt, last.id) : null,
      }
    },
  )
}
