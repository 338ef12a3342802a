import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { requireRole } from '../staff/guard.ts'
import {
  Decision,
  Disclosure,
  FileView,
  Flag,
  Id,
  Lift,
  Made,
  NewCorrection,
  NewEntry,
  NewMeasure,
  OwnCopy,
  Waiting,
} from './contract.ts'
import type { IntegrityFile } from './service.ts'

const tags = ['integrity file']
/** Whoever meets the conduct writes it down; what stands in the file is for the desk and the leader alone. */
const witnesses = requireRole('agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk')
const keepers = requireRole('confidentialDesk', 'centreLeader')

export const integrityRoutes: FastifyPluginAsyncTypebox<{ integrity: IntegrityFile }> = async (
  app,
  { integrity },
) => {
  app.post(
    '/api/integrity/entries',
    { schema: { tags, body: NewEntry, response: { 201: Made } }, preHandler: witnesses },
    async (request, reply) => reply.code(201).send(await integrity.propose(request.body, request.actor!)),
  )
  app.post(
    '/api/integrity/entries/:id/decision',
    { schema: { tags, params: Id, body: Decision }, preHandler: keepers },
    async (request, reply) => {
      await integrity.decideEntry(request.params.id, request.body, request.actor!)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/integrity/measures',
    { schema: { tags, body: NewMeasure, response: { 201: Made } }, preHandler: keepers },
    async (request, reply) =>
      reply.code(201).send(await integrity.proposeMeasure(request.body, request.actor!)),
  )
  app.post(
    '/api/integrity/measures/:id/decision',
    { schema: { tags, params: Id, body: Decision }, preHandler: keepers },
    async (request, reply) => {
      await integrity.decideMeasure(request.params.id, request.body, request.actor!)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/integrity/measures/:id/lift',
    { schema: { tags, params: Id, body: Lift }, preHandler: keepers },
    async (request, reply) => {
      await integrity.liftMeasure(request.params.id, request.body.reason, request.actor!)
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/integrity/waiting',
    { schema: { tags, response: { 200: Waiting } }, preHandler: keepers },
    async () => integrity.waiting(),
  )
  app.get(
    '/api/integrity/requesters/:id',
    { schema: { tags, params: Id, response: { 200: FileView } }, preHandler: keepers },
    async (request) => integrity.file(request.params.id, request.actor!),
  )
  app.get(
    '/api/integrity/requesters/:id/flag',
    { schema: { tags, params: Id, response: { 200: Flag } }, preHandler: witnesses },
    async (request) => ({ flag: await integrity.flag(request.params.id) }),
  )
  app.post(
    '/api/integrity/requesters/:id/disclosures',
    { schema: { tags, params: Id, body: Disclosure, response: { 200: OwnCopy } }, preHandler: keepers },
    async (request) => integrity.disclose(request.params.id, request.body.contactId, request.actor!),
  )
  app.post(
    '/api/integrity/requesters/:id/corrections',
    {
      schema: { tags, params: Id, body: NewCorrection, response: { 201: Made } },
      preHandler: requireRole('agent', 'teamLead', 'confidentialDesk'),
    },
    async (request, reply) =>
      reply.code(201).send(await integrity.askCorrection(request.params.id, request.body, request.actor!)),
  )
  app.post(
    '/api/integrity/corrections/:id/decision',
    { schema: { tags, params: Id, body: Decision }, preHandler: keepers },
    async (request, reply) => {
      await integrity.decideCorrection(request.params.id, request.body, request.actor!)
      return reply.code(204).send()
    },
  )
}
