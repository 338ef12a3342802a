import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../../base/cursor.ts'
import { requireRole } from '../../staff/guard.ts'
import { uuid } from '../contract.ts'
import { overseers, readers, writers } from '../decide/rights.ts'
import { personOf } from '../person.ts'
import {
  DutyView,
  ErrorQuery,
  ErrorReport,
  KnowledgeSupervision,
  NewErrorReport,
  OwnerNaming,
  page,
  Reason,
  UnitKnowledgeList,
} from './contract.ts'
import { policyRoutes } from './policy-routes.ts'
import type { KnowledgeDuties } from './service.ts'
import type { KnowledgeSupervisions } from './supervision.ts'

const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

export type DutyRoutesOptions = { duties: KnowledgeDuties; supervision: KnowledgeSupervisions | null }

/** Reports of errors, what is due, what each unit keeps, and what fell to supervision. */
export const dutyRoutes: FastifyPluginAsyncTypebox<DutyRoutesOptions> = async (
  app,
  { duties, supervision },
) => {
  const { errors, units } = duties
  const mayRead = requireRole(...readers)
  const tags = ['knowledge']

  app.post(
    '/api/knowledge/errors',
    {
      schema: {
        tags,
        summary: 'Report what is wrong in an item, or what a unit’s items lack; its clock starts at once',
        body: NewErrorReport,
        response: { 201: ErrorReport },
      },
      preHandler: mayRead,
    },
    async (request, reply) => reply.code(201).send(await errors.report(personOf(request), request.body)),
  )
  app.get(
    '/api/knowledge/errors',
    {
      schema: {
        tags,
        summary: 'Reports, newest first; a unit sees its own and what its people reported',
        querystring: ErrorQuery,
        response: { 200: page(ErrorReport) },
      },
      preHandler: mayRead,
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await errors.list(personOf(request), { ...filter, before, limit: limit + 1 })
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.reportedAt, last.id) : null,
      }
    },
  )
  app.get(
    '/api/knowledge/errors/:id',
    {
      schema: { tags, summary: 'One report', params: Params, response: { 200: ErrorReport } },
      preHandler: mayRead,
    },
    async (request) => errors.find(personOf(request), request.params.id),
  )
  app.post(
    '/api/knowledge/errors/:id/refuse',
    {
      schema: {
        tags,
        summary: 'The item is right as it stands: the unit’s leader in charge says why',
        params: Params,
        body: Reason,
        response: { 200: ErrorReport },
      },
      preHandler: requireRole(...writers),
    },
    async (request) => errors.refuse(personOf(request), request.params.id, request.body.reason),
  )

  app.get(
    '/api/knowledge/duties',
    {
      schema: {
        tags,
        summary: 'Clocks that run or were missed and not made good, the most urgent first',
        querystring: Type.Object({
          unit: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: { 200: Type.Object({ items: Type.Array(DutyView) }) },
      },
      preHandler: mayRead,
    },
    async (request) => ({
      items: await duties.open(personOf(request), request.query.unit ?? null, request.query.limit),
    }),
  )

  app.get(
    '/api/knowledge/units',
    {
      schema: {
        tags,
        summary: 'What each unit keeps: its knowledge owner, items, and the holdings that the statute lists',
        response: { 200: UnitKnowledgeList },
      },
      preHandler: mayRead,
    },
    async (request) => units.list(personOf(request)),
  )
  app.put(
    '/api/knowledge/units/:unit/owner',
    {
      schema: {
        tags,
        summary: 'Name who looks after a unit’s items',
        params: Type.Object({ unit: Type.String({ minLength: 1, maxLength: 64 }) }),
        body: OwnerNaming,
      },
      preHandler: requireRole(...writers),
    },
    async (request, reply) => {
      await units.nameOwner(personOf(request), request.params.unit, request.body)
      return reply.code(204).send()
    },
  )

  if (supervision)
    app.get(
      '/api/knowledge/supervision',
      {
        schema: {
          tags,
          summary: 'Duties missed that the statute makes a matter of supervision, newest first',
          querystring: Type.Object({
            unit: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
            cursor: Type.Optional(Type.String({ maxLength: 200 })),
            limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          }),
          response: { 200: page(KnowledgeSupervision) },
        },
        preHandler: requireRole(...overseers),
      },
      async (request) => {
        const { cursor, limit, ...filter } = request.query
        const before = cursor ? placeOfCursor(cursor) : null
        const { rows, views } = await supervision.list({ ...filter, before, limit: limit + 1 })
        const last = rows[limit - 1]
        return {
          items: views.slice(0, limit),
          next: rows.length > limit && last ? cursorOf(last.at, last.id) : null,
        }
      },
    )

  await app.register(policyRoutes, { policies: duties.policies })
}
