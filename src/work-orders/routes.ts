import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Role } from '../base/actor.ts'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { problem } from '../base/problem.ts'
import { requireRole } from '../staff/guard.ts'
import { OrderDetail, OrderPage, OrderQuery, SimilarOrder } from './contract.ts'
import { actionNames, ruleOf, type Command } from './rules/registry.ts'
import type { Viewer, WorkOrders } from './service.ts'

export type WorkOrderRoutesOptions = {
  workOrders: WorkOrders
  /** Everybody proven to be the same person as this requester. */
  samePerson: (requesterId: string) => Promise<string[]>
}

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
const OrderNumber = Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) })
export const readers = requireRole(
  'agent',
  'teamLead',
  'dispatcher',
  'auditor',
  'followUp',
  'unit',
  'unitLeader',
  'supervisor',
  'centreLeader',
  'office',
  'confidentialDesk',
  'analyst',
)
const centre = requireRole('agent', 'teamLead', 'dispatcher', 'confidentialDesk')

export const viewerOf = (request: FastifyRequest): Viewer => {
  if (!request.actor) throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  const { roles, unitId } = request.staff ?? { roles: [request.actor.role as Role], unitId: null }
  return { actor: request.actor, roles, unitCode: unitId }
}

/** `/api/work-orders`: lists, one order with clocks, events and what may be done, and the actions. */
export const workOrderRoutes: FastifyPluginAsyncTypebox<WorkOrderRoutesOptions> = async (
  app,
  { workOrders, samePerson },
) => {
  app.get(
    '/api/work-orders',
    {
      schema: { tags: ['work orders'], querystring: OrderQuery, response: { 200: OrderPage } },
      preHandler: readers,
    },
    async (request) => {
      const { cursor, ...filter } = request.query
      const before = cursor ? { before: placeOfCursor(cursor) } : {}
      const { views, next } = await workOrders.list({ ...filter, ...before }, viewerOf(request))
      return { items: views, next: next && cursorOf(next.at, next.id) }
    },
  )

  app.get(
    '/api/work-orders/similar',
    {
      schema: {
        tags: ['work orders'],
        querystring: Type.Object({
          text: Type.String({ maxLength: 700, default: '' }),
          requesterId: Type.Optional(Type.String({ pattern: uuid })),
        }),
        response: { 200: Type.Object({ items: Type.Array(SimilarOrder) }) },
      },
      preHandler: centre,
    },
    async (request) => {
      const { text, requesterId } = request.query
      const same = requesterId ? await samePerson(requesterId) : []
      const found = await workOrders.similar(text, same, viewerOf(request))
      return { items: found.map((o) => ({ ...o, raisedAt: o.raisedAt.toISOString() })) }
    },
  )

  app.get(
    '/api/work-orders/:number',
    {
      schema: { tags: ['work orders'], params: OrderNumber, response: { 200: OrderDetail } },
      preHandler: readers,
    },
    async (request) => workOrders.detail(request.params.number, viewerOf(request)),
  )

  app.post(
    '/api/work-orders/:number/reveal',
    {
      schema: {
        tags: ['work orders'],
        params: OrderNumber,
        body: Type.Object({ reason: Type.String({ minLength: 2, maxLength: 200 }) }),
        response: {
          200: Type.Object({
            name: Type.Union([Type.String(), Type.Null()]),
            contact: Type.Union([Type.String(), Type.Null()]),
            home: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
      preHandler: readers,
    },
    async (request) => workOrders.reveal(request.params.number, request.body.reason, viewerOf(request)),
  )

  for (const action of actionNames)
    app.post(
      `/api/work-orders/:number/actions/${action}`,
      {
        schema: {
          tags: ['work orders'],
          params: OrderNumber,
          body: ruleOf(action).body,
          response: { 200: OrderDetail },
        },
        // The door itself judges roles, so that a refusal names the article; here only strangers are stopped.
        preHandler: readers,
      },
      async (request) =>
        workOrders.act(
          request.params.number,
          // Each route's body was checked against its own action's schema.
          { ...(request.body as object), action } as Command,
          viewerOf(request),
        ),
    )

  app.post(
    '/api/work-orders/:number/actions/:action',
    {
      schema: {
        tags: ['work orders'],
        params: Type.Object({
          number: Type.String({ maxLength: 40 }),
          action: Type.String({ maxLength: 40 }),
        }),
      },
      preHandler: readers,
    },
    async () => {
      throw problem(422, 'unknownAction', '没有这项操作', '请从办理单可用的操作中选择。')
    },
  )

  app.get(
    '/api/units',
    {
      schema: {
        tags: ['work orders'],
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                code: Type.String(),
                name: Type.String(),
                petitionOffice: Type.Boolean(),
              }),
            ),
          }),
        },
      },
      preHandler: readers,
    },
    async () => ({ items: await workOrders.units() }),
  )
}
