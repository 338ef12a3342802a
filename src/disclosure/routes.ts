import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { requireRole } from '../staff/guard.ts'
import {
  CasePage,
  CaseQuery,
  CaseView,
  DraftBody,
  Objections,
  PublicFigures,
  PublishBody,
  ReasonBody,
  ReviseBody,
  uuid,
} from './contract.ts'
import { approvers, drafters, publishers, withdrawers } from './decide/rights.ts'
import type { Disclosure } from './service.ts'

const Params = Type.Object({ id: Type.String({ pattern: uuid }) })

/** `/api/disclosure`: what staff do about public cases and published figures. */
export const disclosureRoutes: FastifyPluginAsyncTypebox<{ disclosure: Disclosure }> = async (
  app,
  { disclosure },
) => {
  const { cases, reports } = disclosure
  const tags = ['disclosure']
  const mayDraft = requireRole(...drafters)
  const mayApprove = requireRole(...approvers)

  app.get(
    '/api/disclosure/cases',
    {
      schema: { tags, summary: 'Cases in every state', querystring: CaseQuery, response: { 200: CasePage } },
      preHandler: mayDraft,
    },
    async (request) => {
      const { state = null, cursor, limit } = request.query
      const before = cursor ? placeOfCursor(cursor) : null
      const { rows, views } = await cases.list({ state, before, limit: limit + 1 })
      const last = rows[limit - 1]
      return {
        items: views.slice(0, limit),
        next: rows.length > limit && last ? cursorOf(last.draftedAt, last.id) : null,
      }
    },
  )
  app.post(
    '/api/disclosure/cases',
    {
      schema: {
        tags,
        summary: 'Draft a case from a concluded order; the guard refuses what tells of a person',
        body: DraftBody,
        response: { 201: CaseView },
      },
      preHandler: mayDraft,
    },
    async (request, reply) => reply.code(201).send(await cases.draft(request.body, request.actor!)),
  )
  app.put(
    '/api/disclosure/cases/:id',
    {
      schema: {
        tags,
        summary: 'Rewrite one’s own draft',
        params: Params,
        body: ReviseBody,
        response: { 200: CaseView },
      },
      preHandler: mayDraft,
    },
    async (request) => cases.revise(request.params.id, request.body, request.actor!),
  )
  app.post(
    '/api/disclosure/cases/:id/approve',
    {
      schema: {
        tags,
        summary: 'Publish what somebody else drafted',
        params: Params,
        response: { 200: CaseView },
      },
      preHandler: mayApprove,
    },
    async (request) => cases.approve(request.params.id, request.actor!),
  )
  app.post(
    '/api/disclosure/cases/:id/refuse',
    {
      schema: {
        tags,
        summary: 'Refuse a draft',
        params: Params,
        body: ReasonBody,
        response: { 200: CaseView },
      },
      preHandler: mayApprove,
    },
    async (request) => cases.refuse(request.params.id, request.body.reason, request.actor!),
  )
  app.post(
    '/api/disclosure/cases/:id/withdraw',
    {
      schema: {
        tags,
        summary: 'Somebody objects: the case is out of sight at once',
        params: Params,
        body: ReasonBody,
        response: { 200: CaseView },
      },
      preHandler: requireRole(...withdrawers),
    },
    async (request) => cases.withdraw(request.params.id, request.body.reason, request.actor!),
  )
  app.get(
    '/api/disclosure/cases/:id/objections',
    {
      schema: {
        tags,
        summary: 'What objectors wrote; reading it is on the ledger',
        params: Params,
        response: { 200: Objections },
      },
      preHandler: mayApprove,
    },
    async (request) => ({ items: await cases.objections(request.params.id, request.actor!) }),
  )

  app.post(
    '/api/disclosure/reports',
    {
      schema: {
        tags,
        summary: 'Publish the figures of an issued report',
        body: PublishBody,
        response: { 201: PublicFigures },
      },
      preHandler: requireRole(...publishers),
    },
    async (request, reply) =>
      reply.code(201).send(await reports.publish(request.body.report, request.actor!)),
  )
  app.post(
    '/api/disclosure/reports/:id/withdraw',
    {
      schema: { tags, summary: 'Take published figures out of sight', params: Params, body: ReasonBody },
      preHandler: requireRole(...publishers),
    },
    async (request, reply) => {
      await reports.withdraw(request.params.id, request.body.reason, request.actor!)
      return reply.code(204).send()
    },
  )
}
