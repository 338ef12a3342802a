import { createHash } from 'node:crypto'
import Fastify from 'fastify'
import type { Role } from '../../src/base/actor.ts'
import { problems } from '../../src/http/problems.ts'
import { callRoutes } from '../../src/work-orders/call-routes.ts'
import { workOrderRoutes } from '../../src/work-orders/routes.ts'
import type { StaffNoticeView } from '../../src/work-orders/staff-inbox-contract.ts'
import { createStaffInbox } from '../../src/work-orders/staff-inbox.ts'
import { staffInboxRoutes } from '../../src/work-orders/staff-inbox-routes.ts'
import type { OrdersWorld } from './work-orders.ts'

/** Somebody who asks the API: each name is a person of its own, with an id that follows from the name. */
export type Person = { id: string; name: string; roles: Role[]; unit: string | null }

/** A UUID (version 8) of the name: the same person in every test. */
export function person(name: string, role: Role, unit: string | null = null): Person {
  const hex = createHash('sha256').update(name).digest('hex')
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  return { id, name, roles: [role], unit }
}

type Body = Record<string, unknown> & {
  code?: string
  cite?: string
  state: string
  deadlines: { term: string; unit: string | null; due: string; metAt: string | null; overdue: boolean }[]
  events: { type: string; at: string; actor: { id: string; role: string }; cite: string | null }[]
  procedures: { n: number; kind: string; verdict: string | null; said: Record<string, unknown> | null }[]
  actions: { action: string; allowed: boolean; reason: string | null }[]
}
export type Answer = { status: number; body: Body }

/** The documented routes of work orders over a world of a test; sessions are the staff slice's and left out. */
export async function ordersApi(world: OrdersWorld) {
  const app = Fastify()
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  const people = new Map<string, Person>()
  app.addHook('onRequest', async (request) => {
    const who = people.get(String(request.headers['x-person']))
    if (!who) return
    const { id, name, roles, unit } = who
    request.staff = {
      id,
      username: name,
      displayName: name,
      roles,
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: unit,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(workOrderRoutes, {
    workOrders: world.workOrders,
    samePerson: world.requesters.samePerson,
  })
  await app.register(callRoutes, { calls: world.workOrders.calls })
  await app.register(staffInboxRoutes, {
    inbox: createStaffInbox({ db: world.db, clock: () => world.time.now }),
  })

  async function ask(
    who: Person,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: object,
  ): Promise<Answer> {
    people.set(who.id, who)
    world.people.set(who.id, who.unit)
    const response = await app.inject({
      method,
      url,
      headers: { 'x-person': who.id },
      ...(payload ? { payload } : {}),
    })
    return { status: response.statusCode, body: response.body ? response.json<Body>() : ({} as Body) }
  }

  return {
    ask,
    see: async (who: Person, number: string): Promise<Body> =>
      (await ask(who, 'GET', `/api/work-orders/${number}`)).body,
    /** @throws with the problem's words when the action is refused */
    async act(who: Person, number: string, action: string, body: object = {}): Promise<Body> {
      const answer = await ask(who, 'POST', `/api/work-orders/${number}/actions/${action}`, body)
      if (answer.status !== 200)
        throw new Error(`${who.name} ${action}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    /** What this person's roles were told of an order, the newest first. */
    async told(who: Person, number: string): Promise<StaffNoticeView[]> {
      const { body } = await ask(who, 'GET', '/api/work-orders/notices')
      return (body['items'] as StaffNoticeView[]).filter((notice) => notice.number === number)
    },
    /** The refusal's code; throws when the action went through. */
    async refused(who: Person, number: string, action: string, body: object = {}) {
      const answer = await ask(who, 'POST', `/api/work-orders/${number}/actions/${action}`, body)
      if (answer.status === 200) throw new Error(`${who.name} ${action} was not refused`)
      return { status: answer.status, code: answer.body.code, cite: answer.body.cite ?? null }
    },
    stop: () => app.close(),
  }
}
export type OrdersApi = Awaited<ReturnType<typeof ordersApi>>

/** When a clock of the order is due, or null where it does not run or is met. */
export const dueOf = (order: Body, term: string, unit?: string): string | null =>
  order.deadlines.find((d) => d.term === term && d.metAt === null && (unit === undefined || d.unit === unit))
    ?.due ?? null

/** How often supervision was opened by this trigger. */
export const supervisedFor = (order: Body, trigger: string): number =>
  order.procedures.filter((p) => p.kind === 'supervision' && p.said?.['trigger'] === trigger).length
