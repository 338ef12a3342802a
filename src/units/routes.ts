import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { problem } from '../base/problem.ts'
import { requireRole } from '../staff/guard.ts'
import {
  MethodFiled,
  MethodIssued,
  MethodView,
  NewUnit,
  UnitHistory,
  UnitPatch,
  UnitView,
} from './contract.ts'
import type { Units } from './service.ts'

const Code = Type.Object({ code: Type.String({ maxLength: 40 }) })
const tags = ['units']
/** The list of names for forms is `GET /api/units`, which everybody has; the records are for those who need them. */
const readers = requireRole(
  'dispatcher',
  'teamLead',
  'supervisor',
  'centreLeader',
  'office',
  'systemAdministrator',
  'unitLeader',
  'unit',
)
const editors = requireRole('systemAdministrator', 'centreLeader')

/** Staff of a unit see and file for their own. */
function ownUnit(request: FastifyRequest<{ Params: { code: string } }>): void {
  const { actor, staff } = request
  const bound = actor?.role === 'unit' || actor?.role === 'unitLeader'
  if (bound && staff?.unitId !== request.params.code)
    throw problem(403, 'notYourUnit', '不是您的单位', '只能查看和填写本单位的信息。')
}

export const unitRoutes: FastifyPluginAsyncTypebox<{ units: Units }> = async (app, { units }) => {
  app.get(
    '/api/units/:code',
    { schema: { tags, params: Code, response: { 200: UnitView } }, preHandler: readers },
    async (request) => {
      ownUnit(request)
      return units.find(request.params.code)
    },
  )
  app.post(
    '/api/units',
    { schema: { tags, body: NewUnit, response: { 201: UnitView } }, preHandler: editors },
    async (request, reply) => reply.code(201).send(await units.create(request.body, request.actor!)),
  )
  app.patch(
    '/api/units/:code',
    { schema: { tags, params: Code, body: UnitPatch, response: { 200: UnitView } }, preHandler: editors },
    async (request) => units.change(request.params.code, request.body, request.actor!),
  )
  app.get(
    '/api/units/:code/history',
    { schema: { tags, params: Code, response: { 200: UnitHistory } }, preHandler: editors },
    async (request) => ({ items: await units.history(request.params.code) }),
  )

  app.get(
    '/api/unit-methods',
    {
      schema: { tags, response: { 200: Type.Object({ items: Type.Array(MethodView) }) } },
      preHandler: requireRole('centreLeader', 'supervisor', 'office', 'systemAdministrator'),
    },
    async () => ({ items: await units.methods() }),
  )
  app.post(
    '/api/unit-methods',
    {
      schema: {
        tags,
        body: MethodIssued,
        response: { 201: Type.Object({ units: Type.Integer(), due: Type.String() }) },
      },
      preHandler: editors,
    },
    async (request, reply) => reply.code(201).send(await units.methodIssued(request.body)),
  )
  app.post(
    '/api/units/:code/method',
    {
      schema: { tags, params: Code, body: MethodFiled, response: { 201: MethodView } },
      preHandler: requireRole('unitLeader', 'unit', 'centreLeader', 'systemAdministrator'),
    },
    async (request, reply) => {
      ownUnit(request)
      return reply.code(201).send(await units.fileMethod(request.params.code, request.body, request.actor!))
    },
  )
}
