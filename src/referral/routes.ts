import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requireRole } from '../staff/guard.ts'
import { incidents as incidentClasses } from '../statutes/statute.ts'
import type { Incidents } from './incidents.ts'
import type { Referrals } from './service.ts'

const uses = [
  'police',
  'fire',
  'medical',
  'traffic',
  'workSafety',
  'waterRescue',
  'discipline',
  'utility',
] as const
const Number_ = Type.Object({ number: Type.String({ pattern: '^[0-9]{3,12}$' }) })
const NumberBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  use: Type.Enum([...uses]),
  emergency: Type.Boolean(),
})
const IncidentBody = Type.Object({ incident: Type.Enum([...incidentClasses]) })
const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
const Id = Type.Object({ id: Type.String({ pattern: uuid }) })

/** The city's referral numbers and the notices of incidents that wait for an answer. Inside the scope of `staffGuard`. */
export const referralRoutes: FastifyPluginAsyncTypebox<{
  referrals: Referrals
  incidents: Incidents
}> = async (app, { referrals, incidents }) => {
  const tags = ['referral']
  const anybody = requireRole('agent', 'teamLead', 'dispatcher', 'supervisor', 'systemAdministrator')
  const administrator = requireRole('systemAdministrator')

  app.get('/api/referral-numbers', { schema: { tags }, preHandler: anybody }, async () => ({
    items: await referrals.numbers(),
  }))
  app.put(
    '/api/referral-numbers/:number',
    { schema: { tags, params: Number_, body: NumberBody }, preHandler: administrator },
    async (request, reply) => {
      await referrals.putNumber({ ...request.params, ...request.body }, request.actor!.id)
      return reply.code(204).send()
    },
  )
  app.delete(
    '/api/referral-numbers/:number',
    { schema: { tags, params: Number_ }, preHandler: administrator },
    async (request, reply) => {
      await referrals.removeNumber(request.params.number)
      return reply.code(204).send()
    },
  )

  const onDuty = requireRole('teamLead', 'dispatcher', 'agent', 'supervisor')
  app.get('/api/incident-notices', { schema: { tags }, preHandler: onDuty }, async () => ({
    items: (await incidents.open()).map(view),
  }))
  // While the caller is still on the line: the departments need not wait for the order.
  app.post(
    '/api/contacts/:id/incidents',
    { schema: { tags, params: Id, body: IncidentBody }, preHandler: onDuty },
    async (request, reply) => {
      const { id } = request.params
      await incidents.raise(id, request.body.incident, request.actor!)
      const items = (await incidents.ofContact(id)).map(view)
      return reply.code(201).send({ items })
    },
  )
  app.post(
    '/api/incident-notices/:id/acknowledge',
    { schema: { tags, params: Id }, preHandler: onDuty },
    async (request) => {
      const notice = await incidents.acknowledge(request.params.id, request.actor!)
      return { id: notice.id, acknowledgedAt: notice.acknowledgedAt?.toISOString() ?? null }
    },
  )
}

const view = (n: Awaited<ReturnType<Incidents['open']>>[number]) => ({
  ...n,
  madeAt: n.madeAt.toISOString(),
  due: n.due.toISOString(),
  acknowledgedAt: n.acknowledgedAt?.toISOString() ?? null,
})
