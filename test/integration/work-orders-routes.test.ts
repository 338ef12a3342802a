import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles, type Role } from '../../src/base/actor.ts'
import { problems } from '../../src/http/problems.ts'
import { workOrderRoutes } from '../../src/work-orders/routes.ts'
import { agentId, draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

let world: OrdersWorld
let number: string
const app = Fastify()

beforeAll(async () => {
  world = await startOrders()
  const contactId = await world.wrappedUp('+8613800030001')
  const { orders } = await world.register(contactId, draft())
  number = orders[0]!.number
  // Sessions are the staff slice's; here a header says who asks.
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    request.staff = {
      id: agentId,
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: role === 'unit' ? 'lighting' : null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(workOrderRoutes, {
    workOrders: world.workOrders,
    samePerson: world.requesters.samePerson,
  })
})
afterAll(async () => {
  await app.close()
  await world.stop()
})

async function ask(role: Role | null, method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await app.inject({
    method,
    url,
    headers: role ? { 'x-role': role } : {},
    ...(payload ? { payload } : {}),
  })
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: response.json<Record<string, unknown>>(),
  }
}

describe('/api/work-orders', () => {
  it('is closed to strangers and to administrators', async () => {
    const paths = [
      '/api/work-orders',
      `/api/work-orders/${number}`,
      '/api/units',
      '/api/work-orders/similar?text=x',
    ]
    for (const url of paths) {
      expect(await ask(null, 'GET', url), url).toMatchObject({
        status: 401,
        body: { code: 'signInRequired' },
      })
      for (const role of roles.filter((r) => r.endsWith('Administrator')))
        expect(await ask(role, 'GET', url), url).toMatchObject({ status: 403 })
    }
    expect(await ask(null, 'POST', `/api/work-orders/${number}/actions/accept`, {})).toMatchObject({
      status: 401,
    })
  })

  it('lists and shows clocks, events and what may be done, with articles', async () => {
    expect((await ask('supervisor', 'GET', '/api/work-orders?limit=5')).body).toMatchObject({
      items: [{ number, requester: { name: '化***' } }],
      next: null,
    })
    const { body } = await ask('agent', 'GET', `/api/work-orders/${number}`)
    expect(body).toMatchObject({
      deadlines: [{ term: 'AS19-D02' }],
      events: [{ type: 'registered', actor: { role: 'agent' } }],
      actions: expect.arrayContaining([
        {
          action: 'accept',
          label: '受理',
          allowed: true,
          reason: null,
          cite: '《鞍山市群众诉求办理条例》第二十条第（二）项',
        },
      ]),
    })
    const unit = await ask('unit', 'GET', `/api/work-orders/${number}`)
    expect(unit).toMatchObject({ status: 404, body: { code: 'unknownOrder' } })
  })

  it('refuses by the statute with a problem document', async () => {
    const early = await ask('dispatcher', 'POST', `/api/work-orders/${number}/actions/dispatch`, {
      leadUnit: 'lighting',
    })
    expect(early.type).toContain('application/problem+json')
    expect(early).toMatchObject({
      status: 409,
      body: {
        code: 'wrongState',
        cite: expect.stringContaining('第二十条第（二）项'),
        state: 'registered',
        version: 1,
      },
    })
    expect(await ask('supervisor', 'POST', `/api/work-orders/${number}/actions/accept`, {})).toMatchObject({
      status: 403,
      body: { code: 'roleNotAllowed' },
    })
    const reasonless = await ask('agent', 'POST', `/api/work-orders/${number}/actions/refuse`, {
      reason: 'busy',
      tell: '忙',
    })
    expect(reasonless).toMatchObject({ status: 422, body: { code: 'refusalReasonUnknown' } })
  })

  it.each([
    ['POST', '/actions/destroy', {}, 422, 'unknownAction'],
    ['POST', '/actions/refuse', {}, 400, 'badRequest'],
    ['POST', '/actions/append', { facts: '' }, 400, 'badRequest'],
    ['POST', '/actions/merge', { into: 'AS0000' }, 422, 'mergeTargetUnknown'],
    ['POST', '/reveal', { reason: '' }, 400, 'badRequest'],
  ] as const)('%s %s with %o gives %i %s', async (method, path, payload, status, code) => {
    expect(await ask('agent', method, `/api/work-orders/${number}${path}`, payload)).toMatchObject({
      status,
      body: { code },
    })
  })

  it.each([
    ['?cursor=xyz', 'badCursor'],
    [`?cursor=${Buffer.from('["2026-03-02",1]').toString('base64url')}`, 'badCursor'],
    [`?cursor=${Buffer.from('["1","0"]').toString('base64url')}`, 'badCursor'],
    ['?limit=0', 'badRequest'],
    ['?limit=100000', 'badRequest'],
    ['?contactId=nobody', 'badRequest'],
  ])('refuses the list%s', async (query, code) => {
    expect(await ask('agent', 'GET', `/api/work-orders${query}`)).toMatchObject({
      status: 400,
      body: { code },
    })
  })

  it.each(['%00', '%F0%9F%94%A5', "'--", '%25'])('asked for the number %s, knows none', async (odd) => {
    expect((await ask('agent', 'GET', `/api/work-orders/${odd}`)).status).toBe(404)
    expect((await ask('agent', 'GET', `/api/work-orders/similar?text=${odd}`)).status).toBe(200)
    expect((await ask('agent', 'GET', `/api/work-orders?kind=${odd}`)).body).toMatchObject({ items: [] })
  })

  it('keeps rare characters exactly and replaces only what no database can hold', async () => {
    const facts = '𠮷野家\u200b😱\u0000\ud800完'
    const { status, body } = await ask('agent', 'POST', `/api/work-orders/${number}/actions/append`, {
      facts,
    })
    expect(status).toBe(200)
    expect(body['facts']).toContain('𠮷野家\u200b😱\ufffd\ufffd完')
  })

  it('carries an order from acceptance to its unit', async () => {
    const act = (action: string, body: object) =>
      ask('dispatcher', 'POST', `/api/work-orders/${number}/actions/${action}`, body)
    expect(await act('accept', { version: 2 })).toMatchObject({
      status: 200,
      body: { state: 'accepted', version: 3 },
    })
    expect(await act('accept', { version: 1 })).toMatchObject({
      status: 409,
      body: { code: 'changedMeanwhile', version: 3 },
    })
    expect(await act('dispatch', { leadUnit: 'lighting' })).toMatchObject({
      status: 200,
      body: { leadUnit: 'lighting' },
    })
    const seen = await ask('unit', 'GET', `/api/work-orders/${number}`)
    expect(seen).toMatchObject({ status: 200, body: { requester: { name: '化名某甲' } } })
  })
})
