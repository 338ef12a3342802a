import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Role } from '../base/actor.ts'
import { cursorOf, placeOfCursor } from '../base/cursor.ts'
import { problem } from '../base/problem.ts'
import { ContactDetail, ContactId, ContactPage, ContactQuery, type ContactView } from './contract.ts'
import type { Contact } from './model.ts'
import type { Contacts } from './service.ts'

export type ContactRoutesOptions = {
  contacts: Pick<Contacts, 'list' | 'eventsOf'>
  /** Numbers of the orders registered from these contacts that this person may know of. */
  workOrdersOf: (contactIds: string[], viewer: ContactViewer) => Promise<Map<string, string[]>>
  /** The contacts of an order; none of one that this person may not know of. */
  contactsOfOrder: (number: string, viewer: ContactViewer) => Promise<string[]>
}

/** Who looks, with all his hats, and his unit. */
export type ContactViewer = { actor: Actor; roles: readonly Role[]; unitCode: string | null }

const viewerOf = ({ actor, staff }: FastifyRequest): ContactViewer => {
  if (!actor || !staff) throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  return { actor, roles: staff.roles, unitCode: staff.unitId }
}

/** `GET /api/contacts` and `/api/contacts/{id}`; the scope they are registered in demands the role. */
export async function contactRoutes(instance: FastifyInstance, options: ContactRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { contacts, workOrdersOf, contactsOfOrder } = options

  app.get(
    '/api/contacts',
    { schema: { tags: ['contacts'], querystring: ContactQuery, response: { 200: ContactPage } } },
    async (request) => {
      const { cursor, limit, workOrder, ...filter } = request.query
      const rows = await contacts.list({
        ...filter,
        ...(workOrder ? { among: await contactsOfOrder(workOrder, viewerOf(request)) } : {}),
        limit: limit + 1,
        ...(cursor ? { before: placeOfCursor(cursor) } : {}),
      })
      const page = rows.slice(0, limit)
      const orders = await workOrdersOf(
        page.map((c) => c.id),
        viewerOf(request),
      )
      const last = page.at(-1)
      return {
        items: page.map((c) => view(c, c.providerIds, orders.get(c.id) ?? [])),
        next: rows.length > limit && last ? cursorOf(last.receivedAt, last.id) : null,
      }
    },
  )

  app.get(
    '/api/contacts/:id',
    { schema: { tags: ['contacts'], params: ContactId, response: { 200: ContactDetail } } },
    async (request) => {
      const { id } = request.params
      const [contact] = await contacts.list({ id, limit: 1 })
      if (!contact) throw problem(404, 'unknownContact', '没有这次联络', '请检查编号，或返回列表重新查找。')
      const [events, orders] = await Promise.all([
        contacts.eventsOf(id),
        workOrdersOf([id], viewerOf(request)),
      ])
      return {
        ...view(contact, contact.providerIds, orders.get(id) ?? []),
        events: events.map((e) => ({
          type: e.type,
          from: e.fromState,
          to: e.toState,
          at: e.at.toISOString(),
          actor: { kind: e.actorKind, id: e.actorId, role: e.actorRole },
          cite: e.cite,
          data: e.data,
        })),
      }
    },
  )
}

const view = (c: Contact, providerIds: string[], workOrders: string[]): ContactView => ({
  id: c.id,
  channel: c.channel,
  direction: c.direction,
  state: c.state,
  end: c.end,
  receivedAt: c.receivedAt.toISOString(),
  answeredAt: c.answeredAt?.toISOString() ?? null,
  endedAt: c.endedAt?.toISOString() ?? null,
  agentId: c.agentId,
  providerIds,
  callId: c.callId,
  parentContactId: c.parentContactId,
  callBack: c.callBack,
  emergency: c.emergency,
  owed: c.owedAt !== null && c.endedAt === null,
  workOrders,
})
