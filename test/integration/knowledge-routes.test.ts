import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles, type Role } from '../../src/base/actor.ts'
import { problems } from '../../src/http/problems.ts'
import {
  centreRoles,
  overseers,
  readers,
  unitRoles,
  writers,
} from '../../src/knowledge-base/decide/rights.ts'
import { knowledgeRoutes } from '../../src/knowledge-base/routes.ts'
import { knowledgeDraft as draft, startKnowledge, type KnowledgeWorld } from '../support/knowledge.ts'

let world: KnowledgeWorld
let itemId: string
const app = Fastify()

beforeAll(async () => {
  world = await startKnowledge()
  // Sessions are the staff slice's; here a header says who asks.
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    const unitId = request.headers['x-unit']
    request.staff = {
      id: `id-${role}`,
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: typeof unitId === 'string' ? unitId : null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(swagger, { openapi: { info: { title: 'test', version: '0' } } })
  await app.register(problems)
  await app.register(knowledgeRoutes, {
    knowledge: world.base,
    duties: world.duties,
    supervision: world.supervision,
  })
  itemId = (await world.base.publish(draft('服务窗口', '一楼。'), 'test')).id
})
afterAll(async () => {
  await app.close()
  await world.stop()
})

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

async function ask(role: Role | null, method: Method, url: string, payload?: object, unit = 'heating') {
  const isUnit = role !== null && unitRoles.includes(role) && unit !== ''
  const response = await app.inject({
    method,
    url,
    headers: { ...(role ? { 'x-role': role } : {}), ...(isUnit ? { 'x-unit': unit } : {}) },
    ...(payload ? { payload } : {}),
  })
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>()
  return { status: response.statusCode, type: response.headers['content-type'], body }
}

const nobody = '00000000-0000-7000-8000-000000000000'
const calls: [Method, string, object | undefined, readonly Role[]][] = [
  ['GET', '/api/knowledge?q=%E7%AA%97%E5%8F%A3', undefined, readers],
  ['GET', '/api/knowledge/:item', undefined, readers],
  ['GET', '/api/knowledge/:item/versions', undefined, readers],
  ['GET', '/api/knowledge/errors', undefined, readers],
  ['GET', `/api/knowledge/errors/${nobody}`, undefined, readers],
  ['GET', '/api/knowledge/duties', undefined, readers],
  ['GET', '/api/knowledge/units', undefined, readers],
  ['GET', '/api/knowledge/policies', undefined, readers],
  ['GET', `/api/knowledge/policies/${nobody}`, undefined, readers],
  ['POST', '/api/knowledge/errors', { itemId: nobody, what: '有误' }, readers],
  ['POST', '/api/knowledge', draft('新条目', '内容'), writers],
  ['PUT', `/api/knowledge/${nobody}`, { ...draft('新条目', '内容'), basedOn: 1 }, writers],
  ['DELETE', `/api/knowledge/${nobody}?reason=x`, undefined, writers],
  ['POST', `/api/knowledge/errors/${nobody}/refuse`, { reason: '无误' }, writers],
  ['PUT', '/api/knowledge/units/heating/owner', { name: '化名某丁' }, writers],
  [
    'POST',
    '/api/knowledge/policies',
    { unitCode: 'heating', title: '政策', publishedOn: '2026-05-11' },
    writers,
  ],
  ['POST', `/api/knowledge/policies/${nobody}/upload`, { draft: draft('政策', '内容') }, writers],
  ['POST', `/api/knowledge/policies/${nobody}/move`, { publishedOn: '2026-05-11', reason: 'x' }, writers],
  ['POST', `/api/knowledge/policies/${nobody}/exempt`, { kind: 'urgent', reason: 'x' }, writers],
  ['POST', `/api/knowledge/policies/${nobody}/cancel`, { reason: 'x' }, writers],
  ['GET', '/api/knowledge/supervision', undefined, overseers],
]

describe('who is let in', () => {
  it.each(calls)('%s %s', async (method, path, payload, allowed) => {
    const url = path.replace(':item', itemId)
    expect(await ask(null, method, url, payload)).toMatchObject({
      status: 401,
      body: { code: 'signInRequired' },
    })
    for (const role of roles) {
      const { body } = await ask(role, method, url, payload)
      expect(body['code'] === 'roleMissing', role).toBe(!allowed.includes(role))
    }
  })

  it('lets everybody of the centre, the units and the office read, and administrators not', () => {
    expect([...readers].sort()).toEqual([...centreRoles, ...unitRoles, 'office'].sort())
    expect([...overseers].sort()).toEqual(['centreLeader', 'office', 'supervisor'])
  })

  it('asks staff of a unit for their unit', async () => {
    expect(await ask('unit', 'GET', '/api/knowledge', undefined, '')).toMatchObject({
      status: 403,
      body: { code: 'unitMissing' },
    })
  })
})

it.each([
  ['GET', '/api/knowledge?limit=51', undefined, 400, 'badRequest'],
  ['GET', '/api/knowledge?offset=100000', undefined, 400, 'badRequest'],
  ['GET', '/api/knowledge?kind=secret', undefined, 400, 'badRequest'],
  ['GET', '/api/knowledge/x', undefined, 400, 'badRequest'],
  ['GET', `/api/knowledge/${nobody}`, undefined, 404, 'knowledgeUnknown'],
  ['GET', '/api/knowledge/errors?cursor=x', undefined, 400, 'badCursor'],
  ['GET', '/api/knowledge/policies?cursor=x', undefined, 400, 'badCursor'],
  ['POST', '/api/knowledge', { ...draft('', '内容') }, 400, 'badRequest'],
  ['POST', '/api/knowledge', { ...draft('标题', '内容'), validFrom: '明天' }, 400, 'badRequest'],
  ['POST', '/api/knowledge/errors', { what: '' }, 400, 'badRequest'],
  ['POST', '/api/knowledge/errors', { what: '不知是谁的' }, 422, 'unitUnknown'],
  [
    'POST',
    '/api/knowledge/policies',
    { unitCode: 'heating', title: 'x', publishedOn: '2026-02-31' },
    422,
    'dayUnknown',
  ],
  ['DELETE', `/api/knowledge/${nobody}`, undefined, 400, 'badRequest'],
] as const)('%s %s with %o: %i %s', async (method, url, payload, status, code) => {
  const answer = await ask('teamLead', method, url, payload)
  expect(answer).toMatchObject({ status, body: { code } })
  expect(answer.type).toContain('application/problem+json')
})

it.each(['%00', '%F0%9F%94%A5', '%25', "'--", '%5C', '&', '%E7%9A%84'])(
  'searches %s without falling',
  async (odd) => {
    expect((await ask('agent', 'GET', `/api/knowledge?q=${odd}`)).status).toBe(200)
    expect((await ask('agent', 'GET', `/api/knowledge?unit=x${odd}`)).status).toBe(200)
  },
)

it('keeps what no database can hold out of an item, and the rest as it was typed', async () => {
  const { body } = await ask('unit', 'POST', '/api/knowledge', draft('𠮷野家\u0000窗口', '二楼\ud800。'))
  const { body: read } = await ask('agent', 'GET', `/api/knowledge/${String(body['id'])}`)
  expect(read).toMatchObject({ newest: { title: '𠮷野家\ufffd窗口', body: '二楼\ufffd。' } })
})

it('carries an error from its report to the version that corrects it', async () => {
  const reported = await ask('followUp', 'POST', '/api/knowledge/errors', { itemId, what: '搬到二楼了' })
  expect(reported).toMatchObject({
    status: 201,
    body: { clock: { due: '2026-03-03T10:00:00+08:00' }, mayRefuse: false },
  })
  const errorId = String(reported.body['id'])
  const { body: waiting } = await ask('unit', 'GET', '/api/knowledge/duties?limit=1')
  expect(waiting).toMatchObject({
    items: [{ kind: 'errorCorrection', id: errorId, about: '知识条目“服务窗口”有错漏' }],
  })
  expect(await ask('unit', 'GET', '/api/knowledge/duties', undefined, 'housing')).toMatchObject({
    body: { items: [] },
  })
  const change = { ...draft('服务窗口', '二楼。'), basedOn: 1, corrects: [errorId] }
  expect(await ask('unit', 'PUT', `/api/knowledge/${itemId}`, change, 'housing')).toMatchObject({
    status: 403,
    body: {
      code: 'notOwner',
      cite: '《鞍山市政务服务便民热线条例（草案）》第二十一条第一款',
    },
  })
  expect(await ask('unit', 'PUT', `/api/knowledge/${itemId}`, change)).toMatchObject({
    status: 200,
    body: { id: itemId, version: 2 },
  })
  expect(await ask('unit', 'PUT', `/api/knowledge/${itemId}`, change)).toMatchObject({
    status: 409,
    body: { code: 'changedMeanwhile', version: 2 },
  })
  expect(await ask('followUp', 'GET', `/api/knowledge/errors/${errorId}`)).toMatchObject({
    body: { state: 'corrected', corrected: { id: itemId, version: 2 } },
  })
})

it('lists what fell to supervision for those who supervise', async () => {
  for (const what of ['一', '二', '三']) await ask('agent', 'POST', '/api/knowledge/errors', { itemId, what })
  world.at('2026-03-05T10:00+08:00')
  await world.duties.sweep()
  const first = await ask('supervisor', 'GET', '/api/knowledge/supervision?limit=2')
  expect(first.body['items']).toHaveLength(2)
  const rest = await ask(
    'office',
    'GET',
    `/api/knowledge/supervision?limit=2&cursor=${String(first.body['next'])}`,
  )
  expect(rest.body).toMatchObject({ items: [{ unitCode: 'heating', trigger: 'knowledge' }], next: null })
  const errors = await ask('agent', 'GET', '/api/knowledge/errors?state=open&limit=2')
  expect(errors.body['items']).toHaveLength(2)
  const more = await ask(
    'agent',
    'GET',
    `/api/knowledge/errors?state=open&limit=2&cursor=${String(errors.body['next'])}`,
  )
  expect(more.body).toMatchObject({ items: [{ clock: { overdue: true } }], next: null })
})

it('documents every route', async () => {
  await app.ready()
  const { paths } = app.swagger() as {
    paths: Record<string, Record<string, { summary?: string; tags?: string[] }>>
  }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  expect(operations).toHaveLength(calls.length)
  for (const operation of operations)
    expect(operation).toMatchObject({ tags: ['knowledge'], summary: /.{8,}/ })
})
