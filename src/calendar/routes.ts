import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { requireRole } from '../staff/guard.ts'
import { CalendarView, ClosureBody, Entered, NoticeBody } from './contract.ts'
import type { WorkingCalendar } from './service.ts'

/** Everybody who is signed in may see what due dates are counted by; the system administrator adds to it. */
export const calendarRoutes: FastifyPluginAsyncTypebox<{ calendar: WorkingCalendar }> = async (
  app,
  { calendar },
) => {
  app.get(
    '/api/calendar',
    { schema: { tags: ['calendar'], response: { 200: CalendarView } }, preHandler: requireRole() },
    async () => calendar.view(),
  )

  const mayEnter = requireRole('systemAdministrator')
  app.post(
    '/api/admin/calendar/notices',
    { schema: { tags: ['calendar'], body: NoticeBody, response: { 201: Entered } }, preHandler: mayEnter },
    async (request, reply) => reply.code(201).send(await calendar.enterNotice(request.body, request.actor!)),
  )
  app.post(
    '/api/admin/calendar/closures',
    { schema: { tags: ['calendar'], body: ClosureBody, response: { 201: Entered } }, preHandler: mayEnter },
    async (request, reply) => reply.code(201).send(await calendar.enterClosure(request.body, request.actor!)),
  )
}
