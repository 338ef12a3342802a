import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problem } from '../base/problem.ts'
import type { Db } from '../db/pool.ts'
import type { Administration } from './administration.ts'
import { ChangeStaffBody, LedgerQuery, NewStaffBody, StaffId, type StaffView } from './contract.ts'
import { actorIn, requireRole } from './guard.ts'
import { readLedger, recordAccess, verifyLedger, type LedgerFilter } from './ledger.ts'
import type { StaffMember } from './model.ts'

const view = (m: StaffMember): StaffView => {
  const { id, username, displayName, roles, attributes, capacity, unitId } = m
  const { hasPassword, secondFactor, disabled } = m
  return {
    id,
    username,
    displayName,
    roles,
    attributes,
    capacity,
    unitId,
    hasPassword,
    secondFactor,
    disabled,
    lastSignInAt: m.lastSignInAt?.toISOString() ?? null,
  }
}

/**
 * Accounts and the audit, split over three administrators: the system administrator makes and changes accounts, the
 * security administrator resets second factors and ends sessions, the audit administrator reads the ledger.
 */
export const staffRoutes: FastifyPluginAsyncTypebox<{ db: Db; administration: Administration }> = async (
  app,
  { db, administration },
) => {
  const systemOnly = requireRole('systemAdministrator')
  const securityOnly = requireRole('securityAdministrator')
  const auditOnly = requireRole('auditAdministrator')

  app.get(
    '/api/staff',
    { preHandler: requireRole('systemAdministrator', 'securityAdministrator', 'teamLead') },
    async () => ({ staff: (await administration.list()).map(view) }),
  )

  app.post(
    '/api/staff',
    { schema: { body: NewStaffBody }, preHandler: systemOnly },
    async (request, reply) => {
      const { username, displayName, roles, attributes = {}, unitId = null } = request.body
      const { capacity = { voice: 1, text: 3 } } = request.body
      const member = { username, displayName, roles, attributes, capacity, unitId }
      return reply.code(201).send(await administration.create(request.actor!, member))
    },
  )

  app.patch(
    '/api/staff/:id',
    {
      schema: { params: StaffId, body: ChangeStaffBody },
      preHandler: requireRole('systemAdministrator', 'teamLead'),
    },
    async (request) => {
      const { displayName, roles, attributes, capacity, unitId } = request.body
      const forAdministrators = displayName !== undefined || roles !== undefined || unitId !== undefined
      // A team lead knows what his agents can do; who they are is the administrator's.
      if (forAdministrators) actorIn(request, 'systemAdministrator')
      return view(
        await administration.change(request.actor!, request.params.id, {
          ...(displayName === undefined ? {} : { displayName }),
          ...(roles === undefined ? {} : { roles }),
          ...(attributes === undefined ? {} : { attributes }),
          ...(capacity === undefined ? {} : { capacity }),
          ...(unitId === undefined ? {} : { unitId }),
        }),
      )
    },
  )

  const forOne = { schema: { params: StaffId } }
  app.post('/api/staff/:id/disable', { ...forOne, preHandler: systemOnly }, async (request, reply) => {
    if (request.params.id === request.staff?.id)
      throw problem(409, 'ownAccount', '不能停用自己的账号', '请由另一位系统管理员操作。')
    await administration.disable(request.actor!, request.params.id)
    return reply.code(204).send()
  })
  app.post('/api/staff/:id/enable', { ...forOne, preHandler: systemOnly }, async (request, reply) => {
    await administration.enable(request.actor!, request.params.id)
    return reply.code(204).send()
  })
  app.post('/api/staff/:id/password', { ...forOne, preHandler: systemOnly }, async (request) =>
    administration.resetPassword(request.actor!, request.params.id),
  )
  app.post('/api/staff/:id/unlock', { ...forOne, preHandler: systemOnly }, async (request, reply) => {
    await administration.unlock(request.actor!, request.params.id)
    return reply.code(204).send()
  })
  app.delete(
    '/api/staff/:id/second-factor',
    { ...forOne, preHandler: securityOnly },
    async (request, reply) => {
      await administration.resetSecondFactor(request.actor!, request.params.id)
      return reply.code(204).send()
    },
  )
  app.delete('/api/staff/:id/sessions', { ...forOne, preHandler: securityOnly }, async (request, reply) => {
    await administration.revokeSessions(request.actor!, request.params.id)
    return reply.code(204).send()
  })

  app.get(
    '/api/audit/access',
    { schema: { querystring: LedgerQuery }, preHandler: auditOnly },
    async (request) => {
      const q = request.query
      const filter: LedgerFilter = {
        limit: q.limit ?? 50,
        ...(q.actor ? { actorId: q.actor } : {}),
        ...(q.requester ? { requesterId: q.requester } : {}),
        ...(q.contact ? { contactId: q.contact } : {}),
        ...(q.subject ? { subjectId: q.subject } : {}),
        ...(q.action ? { action: q.action } : {}),
        ...(q.from ? { from: new Date(q.from) } : {}),
        ...(q.to ? { to: new Date(q.to) } : {}),
        ...(q.before ? { before: q.before } : {}),
      }
      const entries = await readLedger(db, filter)
      // The auditor is watched too.
      await recordAccess(db, {
        actor: request.actor!,
        action: 'ledgerRead',
        subject: { kind: 'ledger', id: 'access' },
        requesterId: q.requester ?? null,
        contactId: q.contact ?? null,
      })
      return { entries, next: entries.length === filter.limit ? entries.at(-1)!.id : null }
    },
  )

  app.get('/api/audit/seals', { preHandler: auditOnly }, async () => verifyLedger(db))
}
