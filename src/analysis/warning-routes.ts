import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { problem } from '../base/problem.ts'
import { requireRole } from '../staff/guard.ts'
import { page, uuid } from './contract.ts'
import { readers, reporters, unitRoles } from './decide/rights.ts'
import {
  CloseBody,
  Received,
  ReportWarningBody,
  SendBody,
  WarningDetail,
  WarningQuery,
  WarningView,
} from './warning-contract.ts'
import type { Staff, Warnings } from './warnings.ts'

const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

/** Who acts; staff of a unit act for it. */
function staffOf(request: FastifyRequest): Staff {
  const { actor, staff } = request
  if (!actor || !staff) throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  if (!unitRoles.some((role) => role === actor.role)) return { actor, unit: null }
  if (staff.unitId === null)
    throw problem(403, 'unitMissing', '账号没有所属单位', '请联系系统管理员设置所属单位。')
  return { actor, unit: staff.unitId }
}

export const warningRoutes: FastifyPluginAsyncTypebox<{ warnings: Warnings }> = async (app, { warnings }) => {
  const tags = ['analysis']
  const mayRead = requireRole(...readers)

  app.get(
    '/api/analysis/warnings',
    {
      schema: {
        tags,
        summary: 'Warnings, newest first',
        querystring: WarningQuery,
        response: { 200: page(WarningView) },
      },
      preHandler: mayRead,
    },
    async (request) => {
      const { state = null, cursor, limit } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await warnings.list({ state, before, limit: limit + 1 })
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.openedAt, last.id) : null,
      }
    },
  )
  app.get(
    '/api/analysis/warnings/received',
    {
      schema: {
        tags,
        summary: 'What was sent to the unit of whoever asks',
        response: { 200: Type.Object({ items: Type.Array(Received) }) },
      },
      preHandler: requireRole(...unitRoles),
    },
    async (request) => ({ items: await warnings.received(staffOf(request).unit ?? '') }),
  )
  app.get(
    '/api/analysis/warnings/:id',
    {
      schema: {
        tags,
        summary: 'One warning with the orders behind',
        params: Params,
        response: { 200: WarningDetail },
      },
      preHandler: mayRead,
    },
    async (request) => warnings.find(request.params.id),
  )
  app.post(
    '/api/analysis/warnings',
    {
      schema: {
        tags,
        summary: 'Warn of a danger that was found while handling; recipients are told at the same time',
        body: ReportWarningBody,
        response: { 201: Type.Object({ id: Type.String() }) },
      },
      preHandler: requireRole(...reporters),
    },
    async (request, reply) => reply.code(201).send(await warnings.report(request.body, staffOf(request))),
  )
  app.post(
    '/api/analysis/warnings/:id/acknowledge',
    {
      schema: { tags, summary: 'Take it on', params: Params, response: { 200: WarningDetail } },
      preHandler: mayRead,
    },
    async (request) => warnings.acknowledge(request.params.id, staffOf(request)),
  )
  app.post(
    '/api/analysis/warnings/:id/send',
    {
      schema: {
        tags,
        summary: 'Send it on',
        params: Params,
        body: SendBody,
        response: { 200: WarningDetail },
      },
      preHandler: mayRead,
    },
    async (request) => warnings.send(request.params.id, request.body, staffOf(request)),
  )
  app.post(
    '/api/analysis/warnings/:id/close',
    {
      schema: {
        tags,
        summary: 'Close it with its result',
        params: Params,
        body: CloseBody,
        response: { 200: WarningDetail },
      },
      preHandler: mayRead,
    },
    async (request) => warnings.close(request.params.id, request.body, staffOf(request)),
  )
  app.post(
    '/api/analysis/warnings/sendings/:id/acknowledge',
    {
      schema: { tags, summary: 'A recipient has taken notice', params: Params },
      preHandler: requireRole(...unitRoles, ...readers),
    },
    async (request, reply) => {
      const staff = staffOf(request)
      await warnings.acknowledgeSending(request.params.id, staff, staff.unit === null)
      return reply.code(204).send()
    },
  )
}
