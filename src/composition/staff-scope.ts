import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import type { FastifyInstance } from 'fastify'
import { mediaRoutes } from '../agent-desk/media-routes.ts'
import { calendarRoutes } from '../calendar/routes.ts'
import { contactRoutes } from '../contacts/routes.ts'
import { Problem } from '../base/problem.ts'
import type { Context } from '../context.ts'
import { sendProblem } from '../http/problems.ts'
import { staffRoutes } from '../staff/admin-routes.ts'
import { actorIn, requireRole, staffGuard } from '../staff/guard.ts'
import { recordAccess } from '../staff/ledger.ts'
import { sessionRoutes } from '../staff/routes.ts'
import { contactFiles } from './contact-files.ts'

/** Everything that needs a session: sign-in itself, the desk, orders, contacts, administration. */
export async function staffScope(
  app: FastifyInstance,
  { context, tls }: { context: Context; tls: boolean },
): Promise<void> {
  const { config, db, staff, contacts, orders, channels, desk, jobs } = context
  const { entry, sessions, administration } = staff
  await app.register(staffGuard, {
    secrets: [config.cookieSecret],
    secure: tls,
    origins: [new URL(config.publicUrl).origin],
    entry,
    sessions,
  })
  await app.register(sessionRoutes, { db, entry, sessions, secure: tls })
  await app.register(staffRoutes, { db, administration })
  await app.register(async (scope) => {
    scope.addHook(
      'preHandler',
      requireRole(
        'agent',
        'teamLead',
        'dispatcher',
        'auditor',
        'followUp',
        'supervisor',
        'centreLeader',
        'office',
        'confidentialDesk',
        'auditAdministrator',
      ),
    )
    const { ordersOfContacts: workOrdersOf, contactsOfOrder } = orders.workOrders
    await scope.register(contactRoutes, { contacts, workOrdersOf, contactsOfOrder })
  })
  await app.register(orders.staffRoutes)
  await app.register(context.matters.staffRoutes)
  await app.register(calendarRoutes, { calendar: orders.workingCalendar })
  await app.register(async (scope) => desk.routes(scope))
  await app.register(mediaRoutes, {
    contacts,
    files: contactFiles(contacts, () => channels.media),
    record: (entry) => recordAccess(db, entry),
  })

  const board = new FastifyAdapter()
  createBullBoard({
    queues: jobs.queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: board,
  })
  board.setBasePath('/admin/queues')
  await app.register(async (scope) => {
    // The board answers every error in its own way, so strangers are turned away before it can.
    scope.addHook('preHandler', async (request, reply) => {
      try {
        request.actor = actorIn(request, 'systemAdministrator')
      } catch (error) {
        if (error instanceof Problem) return sendProblem(request, reply, error)
        throw error
      }
    })
    await scope.register(board.registerPlugin(), { prefix: '/admin/queues' })
  })
}
