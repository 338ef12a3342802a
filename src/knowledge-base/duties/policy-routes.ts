import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../../base/cursor.ts'
import { requireRole } from '../../staff/guard.ts'
import { uuid } from '../contract.ts'
import { readers, writers } from '../decide/rights.ts'
import { personOf } from '../person.ts'
import {
  page,
  Policy,
  PolicyAnnouncement,
  PolicyDetail,
  PolicyExemption,
  PolicyMove,
  PolicyQuery,
  PolicyUpload,
  Reason,
} from './contract.ts'
import type { Policies } from './policies.ts'

const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

/** `/api/knowledge/policies`: new policies from their announcement to their upload. */
export const policyRoutes: FastifyPluginAsyncTypebox<{ policies: Policies }> = async (app, { policies }) => {
  const mayRead = requireRole(...readers)
  const mayWrite = requireRole(...writers)
  const tags = ['knowledge']
  const response = { 200: Policy }

  app.get(
    '/api/knowledge/policies',
    {
      schema: {
        tags,
        summary: 'Announced policies, newest first; a unit sees its own',
        querystring: PolicyQuery,
        response: { 200: page(Policy) },
      },
      preHandler: mayRead,
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await policies.list(personOf(request), { ...filter, before, limit: limit + 1 })
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.announcedAt, last.id) : null,
      }
    },
  )
  app.post(
    '/api/knowledge/policies',
    {
      schema: {
        tags,
        summary: 'Announce a policy with its day of publication; the clock counts back from it',
        body: PolicyAnnouncement,
        response: { 201: Policy },
      },
      preHandler: mayWrite,
    },
    async (request, reply) => reply.code(201).send(await policies.announce(personOf(request), request.body)),
  )
  app.get(
    '/api/knowledge/policies/:id',
    {
      schema: {
        tags,
        summary: 'One policy and what was done about it',
        params: Params,
        response: { 200: PolicyDetail },
      },
      preHandler: mayRead,
    },
    async (request) => policies.detail(personOf(request), request.params.id),
  )
  app.post(
    '/api/knowledge/policies/:id/upload',
    {
      schema: {
        tags,
        summary: 'Upload the item; it answers no citizen before the day of publication',
        params: Params,
        body: PolicyUpload,
        response,
      },
      preHandler: mayWrite,
    },
    async (request) => policies.upload(personOf(request), request.params.id, request.body),
  )
  app.post(
    '/api/knowledge/policies/:id/move',
    {
      schema: {
        tags,
        summary: 'Another day of publication, with the reason',
        params: Params,
        body: PolicyMove,
        response,
      },
      preHandler: mayWrite,
    },
    async (request) => policies.move(personOf(request), request.params.id, request.body),
  )
  app.post(
    '/api/knowledge/policies/:id/exempt',
    {
      schema: {
        tags,
        summary: 'Urgent or secret: no upload before publication, with the reason',
        params: Params,
        body: PolicyExemption,
        response,
      },
      preHandler: mayWrite,
    },
    async (request) => policies.exempt(personOf(request), request.params.id, request.body),
  )
  app.post(
    '/api/knowledge/policies/:id/cancel',
    {
      schema: { tags, summary: 'It will not be published', params: Params, body: Reason, response },
      preHandler: mayWrite,
    },
    async (request) => policies.cancel(personOf(request), request.params.id, request.body.reason),
  )
}
