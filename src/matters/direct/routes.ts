import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../../base/cursor.ts'
import { requireRole } from '../../staff/guard.ts'
import { page, uuid } from '../contract.ts'
import type { Person } from '../model.ts'
import { unitPersonOf, viewerOf } from '../person.ts'
import {
  DirectCountQuery,
  DirectCounts,
  DirectDetail,
  DirectEntered,
  DirectEntry,
  DirectQuery,
  DirectStep,
  DirectView,
} from './contract.ts'
import type { DirectRegister } from './service.ts'
import { overseers } from './views.ts'
import type { FastifyRequest } from 'fastify'

const tags = ['direct contacts']
const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

const personOf = (request: FastifyRequest): Person => {
  const { actor, roles, unitCode } = viewerOf(request)
  return { id: actor.id, role: actor.role as Person['role'], roles, unit: unitCode }
}

/** `/api/units/direct-contacts`: the register of the units that were asked past the hotline (首问登记). */
export const directRoutes: FastifyPluginAsyncTypebox<{ register: DirectRegister }> = async (
  app,
  { register },
) => {
  const units = requireRole('unit', 'unitLeader')
  const readers = requireRole('unit', 'unitLeader', ...overseers)

  app.post(
    '/api/units/direct-contacts',
    {
      schema: {
        tags,
        summary: 'Register who came to this unit or called it, and what was done at once',
        description: 'The same key of the same person answers 200 with what was registered first.',
        body: DirectEntry,
        response: { 200: DirectEntered, 201: DirectEntered },
      },
      preHandler: units,
    },
    async (request, reply) => {
      const entered = await register.enter(request.body, unitPersonOf(request))
      return reply.code(entered.repeated ? 200 : 201).send(entered)
    },
  )

  app.post(
    '/api/units/direct-contacts/:id/steps',
    {
      schema: {
        tags,
        summary: 'Answer, guide, order, dispute, report the dispute or record its decision',
        params: Params,
        body: DirectStep,
        response: { 200: DirectDetail },
      },
      preHandler: units,
    },
    async (request) => register.step(request.params.id, request.body, unitPersonOf(request)),
  )

  app.get(
    '/api/units/direct-contacts',
    {
      schema: {
        tags,
        summary: 'The register, newest first; a unit sees its own',
        querystring: DirectQuery,
        response: { 200: page(DirectView) },
      },
      preHandler: readers,
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await register.list({ ...filter, before, limit: limit + 1 }, personOf(request))
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.registeredAt, last.id) : null,
      }
    },
  )

  app.get(
    '/api/units/direct-contacts/counts',
    {
      schema: {
        tags,
        summary: 'How often each unit was asked directly and what came of it; a unit sees its own',
        querystring: DirectCountQuery,
        response: { 200: Type.Object({ items: Type.Array(DirectCounts) }) },
      },
      preHandler: readers,
    },
    async (request) => ({ items: await register.counts(request.query, personOf(request)) }),
  )

  app.get(
    '/api/units/direct-contacts/:id',
    {
      schema: {
        tags,
        summary: 'One contact with its clocks and everything done about it',
        params: Params,
        response: { 200: DirectDetail },
      },
      preHandler: readers,
    },
    async (request) => register.detail(request.params.id, personOf(request)),
  )
}
