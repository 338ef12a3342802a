import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requireRole } from '../staff/guard.ts'
import {
  Figures,
  FiguresQuery,
  PeriodQuery,
  Season,
  SeasonQuery,
  Selection,
  Signals,
  Stages,
  Topics,
  TopicsQuery,
  TwoTruths,
  uuid,
} from './contract.ts'
import { issuers, readers } from './decide/rights.ts'
import { IssueBody, IssuedReport, Reports, ReportsQuery } from './report-contract.ts'
import type { Analysis } from './service.ts'
import { warningRoutes } from './warning-routes.ts'

export type AnalysisRoutesOptions = { analysis: Analysis }

/** `/api/analysis`: figures, what lies behind them, warnings and reports. Everything de-identified. */
export const analysisRoutes: FastifyPluginAsyncTypebox<AnalysisRoutesOptions> = async (app, { analysis }) => {
  const { figures, reports } = analysis
  const tags = ['analysis']
  const preHandler = requireRole(...readers)

  app.get(
    '/api/analysis/indicators',
    {
      schema: {
        tags,
        summary: 'Every indicator of a period with both of its numbers, by unit, category, place or statute',
        querystring: FiguresQuery,
        response: { 200: Figures },
      },
      preHandler,
    },
    async (request) => figures.indicators(request.query),
  )
  app.get(
    '/api/analysis/two-truths',
    {
      schema: {
        tags,
        summary: 'Solved as the unit says beside solved as the requester says',
        querystring: FiguresQuery,
        response: { 200: TwoTruths },
      },
      preHandler,
    },
    async (request) => figures.twoTruths(request.query),
  )
  app.get(
    '/api/analysis/stages',
    { schema: { tags, summary: 'What waits in each stage now', response: { 200: Stages } }, preHandler },
    async () => figures.stages(),
  )
  app.get(
    '/api/analysis/topics',
    {
      schema: {
        tags,
        summary: 'Hot topics of the last days: one place and category, the same words, one unit',
        querystring: TopicsQuery,
        response: { 200: Topics },
      },
      preHandler,
    },
    async (request) => figures.topics(request.query.days),
  )
  app.get(
    '/api/analysis/season',
    {
      schema: {
        tags,
        summary: 'The last weeks beside the same weeks of last year, and what last year brought next',
        querystring: SeasonQuery,
        response: { 200: Season },
      },
      preHandler,
    },
    async (request) => figures.season(request.query.weeks),
  )
  app.get(
    '/api/analysis/signals',
    {
      schema: {
        tags,
        summary: 'Signs that figures were made rather than earned: hints, with the orders behind',
        querystring: PeriodQuery,
        response: { 200: Signals },
      },
      preHandler,
    },
    async (request) => figures.signals(request.query.period),
  )
  app.get(
    '/api/analysis/selection',
    {
      schema: {
        tags,
        summary: 'What deputies may be asked to watch, by the grounds of the statute',
        querystring: PeriodQuery,
        response: { 200: Selection },
      },
      preHandler,
    },
    async (request) => figures.selection(request.query.period),
  )

  app.get(
    '/api/analysis/reports',
    {
      schema: {
        tags,
        summary: 'What was issued for a period, and the figures as they stand now',
        querystring: ReportsQuery,
        response: { 200: Reports },
      },
      preHandler,
    },
    async (request) => {
      const { period, ...focus } = request.query
      return reports.of(period, focus)
    },
  )
  app.get(
    '/api/analysis/reports/:id',
    {
      schema: {
        tags,
        summary: 'A report as it was issued',
        params: Type.Object({ id: Type.String({ pattern: uuid }) }),
        response: { 200: IssuedReport },
      },
      preHandler,
    },
    async (request) => reports.find(request.params.id),
  )
  app.post(
    '/api/analysis/reports',
    {
      schema: {
        tags,
        summary: 'Freezes and issues the figures of a period that is over',
        body: IssueBody,
        response: { 201: IssuedReport },
      },
      preHandler: requireRole(...issuers),
    },
    async (request, reply) => reply.code(201).send(await reports.issue(request.body, request.actor!)),
  )

  await app.register(warningRoutes, { warnings: analysis.warnings })
}
