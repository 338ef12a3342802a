import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import Fastify, { type LightMyRequestResponse } from 'fastify'
import type { Role } from '../../src/base/actor.ts'
import { accessLedgerRoutes } from '../../src/channels/web/access-ledger-routes.ts'
import { contactRoutes } from '../../src/contacts/routes.ts'
import { problems } from '../../src/http/problems.ts'
import { actorIn } from '../../src/staff/guard.ts'
import { orderFileRoutes } from '../../src/work-orders/file-routes.ts'
import type { RequesterFile } from '../../src/work-orders/attachments.ts'
import type { CallRecording } from '../../src/work-orders/recordings.ts'
import { workOrderRoutes } from '../../src/work-orders/routes.ts'
import { startOrders } from './work-orders.ts'

/** Somebody of staff as the session would give him. */
export type Person = { id: string; roles: Role[]; unit: string | null }
export const person = (role: Role | Role[], unit: string | null = null): Person => ({
  id: randomUUID(),
  roles: [role].flat(),
  unit,
})

/** Orders, files, contacts and the ledger's question behind their routes; a header says who asks. */
export async function startOrderSite(city = 'anshan-2019') {
  /** Whom each agent talks with now: requesters by agent. */
  const talks = new Map<string, string[]>()
  const flagged = new Set<string>()
  const sent = new Map<string, RequesterFile[]>()
  const contents = new Map<string, Buffer>()
  const heard = new Map<string, CallRecording[]>()
  const world = await startOrders(
    city,
    {},
    {
      talksWith: async (agent) => talks.get(agent) ?? [],
      integrityFlag: async (requester) => flagged.has(requester),
      requesterFiles: {
        ofContacts: async (ids) => ids.flatMap((id) => sent.get(id) ?? []),
        async read(id) {
          const bytes = contents.get(id)
          return bytes ? { bytes, mime: 'image/jpeg' } : null
        },
      },
      recordings: {
        ofContacts: async (ids) => ids.flatMap((id) => heard.get(id) ?? []),
        open: async () => Readable.from([Buffer.from('RIFF....WAVEsound')]),
      },
    },
  )
  const people = new Map<string, Person>()
  const app = Fastify()
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const who = people.get(String(request.headers['x-who']))
    if (!who) return
    request.staff = {
      id: who.id,
      username: who.id,
      displayName: '员工',
      roles: who.roles,
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: who.unit,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(workOrderRoutes, {
    workOrders: world.workOrders,
    samePerson: world.requesters.samePerson,
  })
  await app.register(orderFileRoutes, { workOrders: world.workOrders })
  await app.register(accessLedgerRoutes, {
    async ask({ number, lastFour }) {
      const progress = await world.workOrders.progress(number, lastFour)
      return progress ? { type: 'found', progress } : { type: 'none' }
    },
    ledgerOf: world.workOrders.accessLedgerFor,
  })
  await app.register(async (scope) => {
    scope.addHook('preHandler', async (request) => {
      request.actor = actorIn(request)
    })
    await scope.register(contactRoutes, {
      contacts: world.contacts,
      workOrdersOf: world.workOrders.ordersOfContacts,
      contactsOfOrder: world.workOrders.contactsOfOrder,
    })
  })

  async function raw(
    who: Person | null,
    method: 'GET' | 'POST',
    url: string,
    payload?: object | Buffer,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    if (who) people.set(who.id, who)
    return app.inject({
      method,
      url,
      headers: { ...headers, ...(who ? { 'x-who': who.id } : {}) },
      ...(payload ? { payload } : {}),
    })
  }

  return {
    ...world,
    talks,
    flagged,
    sent,
    contents,
    heard,
    raw,
    async ask(who: Person | null, method: 'GET' | 'POST', url: string, payload?: object) {
      const response = await raw(who, method, url, payload)
      const text = response.body
      return {
        status: response.statusCode,
        text,
        body: (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>,
      }
    },
    /** One file in a form, as a page sends it. */
    upload(who: Person, url: string, name: string, bytes: Buffer) {
      const boundary = `b${randomUUID()}`
      const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`
      const payload = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
      return raw(who, 'POST', url, payload, { 'content-type': `multipart/form-data; boundary=${boundary}` })
    },
    async stop() {
      await app.close()
      await world.stop()
    },
  }
}

export type OrderSite = Awaited<ReturnType<typeof startOrderSite>>
