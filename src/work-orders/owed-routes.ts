import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import type { Role } from '../base/actor.ts'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { problem } from '../base/problem.ts'
import { requireRole } from '../staff/guard.ts'
import { formatInstant } from '../statutes/calendar.ts'
import { OwedPage, OwedQuery } from './owed-contract.ts'
import type { Owed, OwedPage as Page, OwedQuery as Query } from './owed.ts'
import type { Viewer } from './visibility.ts'

const viewerOf = (request: FastifyRequest): Viewer => {
  if (!request.actor) throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  const { roles, unitId } = request.staff ?? { roles: [request.actor.role as Role], unitId: null }
  return { actor: request.actor, roles, unitCode: unitId }
}

/** `/api/work-orders/owed/…`: whom to call back, and what to rate, the longest waiting first. */
export const owedRoutes: FastifyPluginAsyncTypebox<{ owed: Owed }> = async (app, { owed }) => {
  async function page(
    query: Static<typeof OwedQuery>,
    read: (query: Query) => Promise<Page>,
  ): Promise<Static<typeof OwedPage>> {
    const { since, cursor, limit } = query
    const found = await read({
      limit,
      ...(since ? { since: new Date(since) } : {}),
      ...(cursor ? { after: placeOfCursor(cursor) } : {}),
    })
    return {
      since: formatInstant(found.since),
      items: found.items,
      next: found.next && cursorOf(found.next.at, found.next.id),
    }
  }

  const schema = { tags: ['work orders'], querystring: OwedQuery, response: { 200: OwedPage } }
  app.get(
    '/api/work-orders/owed/follow-ups',
    {
      schema: { ...schema, summary: 'Concluded orders that wait for their call back, by their statute' },
      preHandler: requireRole('followUp', 'agent', 'teamLead', 'centreLeader'),
    },
    async (request) => page(request.query, (query) => owed.followUps(query, viewerOf(request))),
  )
  app.get(
    '/api/work-orders/owed/ratings',
    {
      schema: { ...schema, summary: 'Concluded orders whose requester has answered and that have no stars' },
      preHandler: requireRole('auditor', 'followUp', 'teamLead', 'centreLeader'),
    },
    async (request) => page(request.query, (query) => owed.ratings(query, viewerOf(request))),
  )
}
