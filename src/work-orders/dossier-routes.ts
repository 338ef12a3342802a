import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Role } from '../base/actor.ts'
import { requireRole } from '../staff/guard.ts'
import { DossierExport, DossierQuery } from './dossier-contract.ts'
import type { Dossiers } from './dossier-service.ts'
import { onwardRoles } from './rules/onward.ts'

/** `/api/work-orders/{number}/dossier`: what another body gets of an order that was handed on to it. */
export const dossierRoutes: FastifyPluginAsyncTypebox<{ dossiers: Dossiers }> = async (app, { dossiers }) => {
  app.get(
    '/api/work-orders/:number/dossier',
    {
      schema: {
        tags: ['work orders'],
        summary: 'Order, events, clocks, supervision and list of attachments; every export is on the ledger',
        params: Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) }),
        querystring: DossierQuery,
        response: { 200: DossierExport },
      },
      preHandler: requireRole(...onwardRoles),
    },
    async (request) => {
      const actor = request.actor!
      const { to, identity, basis } = request.query
      const { roles, unitId } = request.staff ?? { roles: [actor.role as Role], unitId: null }
      return dossiers.export(
        request.params.number,
        { to, identity, basis: basis?.trim() || null },
        { actor, roles, unitCode: unitId },
      )
    },
  )
}
