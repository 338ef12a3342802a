import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { system, type Actor, type Role } from '../../src/base/actor.ts'
import { composeMatters, type ComposedMatters } from '../../src/composition/matters.ts'
import { contactLimits, createContactDoor, createContacts } from '../../src/contacts/service.ts'
import { createPool } from '../../src/db/pool.ts'
import type { Platform } from '../../src/exchange/model.ts'
import { problems } from '../../src/http/problems.ts'
import { createKnowledgeBase } from '../../src/knowledge-base/service.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { recordAccess } from '../../src/staff/ledger.ts'
import type { Calendar } from '../../src/statutes/calendar.ts'
import type { Limits } from '../../src/statutes/configured.ts'
import { createStatutes } from '../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../src/statutes/state-council.ts'
import type { Registered } from '../../src/work-orders/registration-contract.ts'
import { createBells } from '../../src/work-orders/bells.ts'
import { workOrderRoutes } from '../../src/work-orders/routes.ts'
import { createWorkOrders, type WorkOrderParts } from '../../src/work-orders/service.ts'
import { seedUnits } from '../../src/work-orders/store.ts'
import { silentLog, testPii } from './contacts.ts'
import { freshDatabase, runFolder } from './services.ts'

export const tokenOf = (platform: string): string => `a token of ${platform} `.replaceAll(' ', '-').repeat(2)

export const platform = (name: string, shares: Platform['shares'] = null): Platform => ({
  name,
  sha256: [createHash('sha256').update(tokenOf(name)).digest('hex')],
  shares,
})

/** People by name; a test says who asks with which hat. */
export const idOf = new Map<string, string>()
const personId = (name: string): string => {
  const known = idOf.get(name) ?? randomUUID()
  idOf.set(name, known)
  return known
}

/** `body` is whatever came over the wire: the assertion on it is the check. */
export type Answer = {
  status: number
  headers: Record<string, unknown>
  body: ReturnType<typeof JSON.parse>
  raw: string
}

/** A list inside an answer. */
export const rows = <T>(list: unknown): T[] => {
  if (!Array.isArray(list)) throw new Error('the answer holds no list there')
  return list as T[]
}

/** Matters, direct contacts and exchange as they are composed, on a database of their own and behind real routes. */
export async function startMatters(
  city = 'anshan-2019',
  platforms: readonly Platform[] | null = [platform('province')],
  limits: Limits = {},
) {
  const statutes = createStatutes(limits)
  const statute = statutes.of(city)
  const database = await freshDatabase()
  const db = createPool(database.url, silentLog)
  const time = { now: new Date('2026-03-02T10:00+08:00') }
  const clock = (): Date => time.now
  const calendars: { current: Calendar } = { current: stateCouncilCalendar() }
  const calendar = (): Calendar => calendars.current
  const requesters = createRequesters(db, testPii)
  const door = createContactDoor(db, contactLimits)
  const sent: string[] = []

  const announce: NonNullable<WorkOrderParts['announce']> = (tx, order) => matters.orderChanged(tx, order)
  const workOrders = createWorkOrders({
    db,
    clock,
    pii: testPii,
    statute,
    statutes,
    calendar,
    knowledge: createKnowledgeBase(db, clock, statute),
    referrals: { told: async () => randomUUID(), reportIncident: async () => {} },
    describe: (tx, requesterId, said) => requesters.describe(tx, requesterId, said),
    phoneOf: async () => null,
    notify: async () => {},
    announce,
    record: recordAccess,
    attachmentsDir: join(runFolder(), `attachments-${randomUUID()}`),
  })

  const matters: ComposedMatters = composeMatters({
    db,
    pii: testPii,
    clock,
    log: silentLog,
    statute,
    statutes,
    calendar,
    platforms,
    requesters,
    contacts: () => contacts,
    workOrders,
    wake: () => {},
  })

  const contacts = createContacts(door, {
    db,
    requesters,
    screen: (text) => ({ emergency: text.includes('着火'), urgent: false }),
    requirementFor: (account): Record<string, string[]> =>
      account === 'exchange:province' ? { desk: ['exchange'] } : {},
    seal: testPii.seal,
    wake: () => {},
    log: silentLog,
    listeners: {
      deviceState: async () => {},
      agentOfPhone: async () => null,
      phoneFailed: async () => {},
      emergency: async () => {},
      arrived: async () => {},
      stranded: async () => {},
    },
    send: async (_tx, { contactId }) => void sent.push(contactId),
    registrar: matters.registrar,
    limits: contactLimits,
  })

  await seedUnits(db, [
    { code: 'lighting', name: '路灯管理处', leader: '主任', deputy: '副主任' },
    { code: 'heating', name: '供热管理处', leader: '主任', deputy: '副主任' },
    { code: 'petition', name: '信访局', leader: '局长', deputy: '副局长', petitionOffice: true },
  ])

  const app = Fastify()
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    // Sessions are the staff slice's; here headers say who asks.
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    const unit = request.headers['x-unit']
    const name = request.headers['x-name']
    request.staff = {
      id: personId(typeof name === 'string' ? name : role),
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: typeof unit === 'string' ? unit : null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(swagger, {
    openapi: {
      info: { title: 'test', version: '0' },
      components: { securitySchemes: { exchangeToken: { type: 'http', scheme: 'bearer' } } },
    },
  })
  await app.register(problems)
  await app.register(rateLimit, { global: false })
  await app.register(matters.exchangeRoutes)
  await app.register(matters.staffRoutes)
  await app.register(workOrderRoutes, { workOrders, samePerson: requesters.samePerson })

  type Who = { role: Role; unit?: string; name?: string }
  async function inject(
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    payload?: object | string,
  ): Promise<Answer> {
    const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    return {
      status: response.statusCode,
      headers: response.headers,
      raw: response.body,
      body: response.body === '' ? {} : response.json(),
    }
  }

  return {
    db,
    time,
    calendars,
    app,
    contacts,
    requesters,
    workOrders,
    matters,
    bells: createBells({ db, clock, calendar, statutes, announce }),
    sent,
    /** As somebody signed in. */
    ask: (who: Who | null, method: 'GET' | 'POST', url: string, payload?: object) =>
      inject(
        method,
        url,
        who
          ? {
              'x-role': who.role,
              ...(who.unit ? { 'x-unit': who.unit } : {}),
              ...(who.name ? { 'x-name': who.name } : {}),
            }
          : {},
        payload,
      ),
    /** As the machine of a platform. */
    platformAsks: (
      token: string | null,
      method: 'GET' | 'POST',
      url: string,
      payload?: object | string,
      headers: Record<string, string> = {},
    ) =>
      inject(
        method,
        url,
        { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
        payload,
      ),

    /** An agent takes a waiting text, ends it and registers it. */
    async registerWaiting(contactId: string, outcomes: object[]): Promise<Registered> {
      const actor: Actor = { kind: 'staff', id: personId('agent'), role: 'agent' }
      for (const fact of [
        { type: 'offered', agentId: actor.id },
        { type: 'accepted', agentId: actor.id },
        { type: 'conversationEnded' },
      ] as const) {
        const applied = await contacts.door.apply(contactId, fact, { actor: system('test') })
        if (!applied.ok) throw new Error(`${fact.type}: ${applied.refused}`)
      }
      return contacts.register(contactId, randomUUID(), outcomes, actor)
    },
    count: async (table: string): Promise<number> =>
      (await db.query<{ n: number }>(`select count(*) as n from ${table}`))[0]!.n,
    async stop() {
      await app.close()
      await db.end()
      await database.drop()
    },
  }
}

export type MattersWorld = Awaited<ReturnType<typeof startMatters>>
