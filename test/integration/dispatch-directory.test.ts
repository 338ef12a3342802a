import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { dispatchDirectoryRoutes } from '../../src/dispatch-directory/routes.ts'
import { createDispatchDirectory } from '../../src/dispatch-directory/service.ts'
import { problems } from '../../src/http/problems.ts'
import { statuteOf } from '../../src/statutes/registry.ts'
import { seedUnits } from '../../src/work-orders/store.ts'
import { createUnitRegister } from '../../src/work-orders/units.ts'
import { silentLog } from '../support/contacts.ts'
import { freshDatabase } from '../support/services.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let db: Db
const time = { now: new Date('2026-03-02T10:00+08:00') }
const keeper = randomUUID()
const app = Fastify()

beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, silentLog)
  await seedUnits(db, [
    { code: 'lighting', name: '路灯管理处' },
    { code: 'water', name: '供水公司' },
    { code: 'street', name: '示范街道办事处' },
  ])
  await db.query(`update units set kind = 'subdistrict' where code = 'street'`)
  const register = createUnitRegister(db)
  const directory = createDispatchDirectory({
    db,
    clock: () => time.now,
    statute: statuteOf('anshan-2019'),
    units: (tx) => register.all(tx),
  })
  // Sessions are the staff slice's; here a header says who asks.
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    request.staff = {
      id: keeper,
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(dispatchDirectoryRoutes, { directory })
})
afterAll(async () => {
  await app.close()
  await db.end()
  await database.drop()
})

async function ask(role: Role | null, method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await app.inject({
    method,
    url: `/api/dispatch-directory${url}`,
    headers: role ? { 'x-role': role } : {},
    ...(payload ? { payload } : {}),
  })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

const entry = (more: object = {}) => ({
  keywords: ['路灯'],
  leadUnit: 'lighting',
  coUnits: ['water'],
  validFrom: '2026-03-01',
  basis: '鞍政办发〔2026〕1号',
  ...more,
})
const suggestion = (query: Record<string, string>) =>
  ask('agent', 'GET', `/suggest?${new URLSearchParams(query).toString()}`)

describe('/api/dispatch-directory', () => {
  it('is kept by dispatchers and the centre’s leader, read by those who dispatch', async () => {
    for (const role of ['agent', 'unit', 'supervisor'] as const)
      expect(await ask(role, 'POST', '', entry())).toMatchObject({ status: 403 })
    expect(await ask(null, 'GET', '')).toMatchObject({ status: 401 })
    expect(await ask('unit', 'GET', '')).toMatchObject({ status: 403 })
    expect(await ask('agent', 'GET', '')).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('suggests by words, place and category, and says by which document', async () => {
    const added = await ask('dispatcher', 'POST', '', entry())
    expect(added).toMatchObject({ status: 201, body: { warnings: [] } })
    const { body } = await suggestion({ title: '路灯不亮', place: '铁西区示范路1号', category: '2' })
    expect(body).toEqual({
      items: [
        {
          entry: added.body['id'],
          leadUnit: { code: 'lighting', name: '路灯管理处' },
          coUnits: [{ code: 'water', name: '供水公司' }],
          basis: '鞍政办发〔2026〕1号',
          because: { category: false, place: false, keywords: ['路灯'] },
          warnings: [],
        },
      ],
      chosen: null,
    })
    expect((await suggestion({ title: '暖气不热' })).body).toMatchObject({ items: [] })
  })

  it('warns of a department’s matter that is handed down', async () => {
    const { body } = await suggestion({ title: '路灯不亮', unit: 'street' })
    expect(body).toMatchObject({
      chosen: {
        listed: false,
        warnings: [
          { code: 'leadDiffers' },
          { code: 'departmentMatterToGrassRoots', source: expect.stringContaining('66号') },
        ],
      },
    })
    expect((await suggestion({ title: '路灯不亮', unit: 'lighting' })).body).toMatchObject({
      chosen: { listed: true, warnings: [] },
    })
    const down = entry({ place: '铁西区', leadUnit: 'street', coUnits: [] })
    expect(await ask('centreLeader', 'POST', '', down)).toMatchObject({
      status: 201,
      body: { warnings: [{ code: 'departmentMatterToGrassRoots' }] },
    })
  })

  it('ends an entry and keeps who did it and why', async () => {
    const { body: added } = await ask(
      'dispatcher',
      'POST',
      '',
      entry({ keywords: ['供水'], leadUnit: 'water', coUnits: [] }),
    )
    const id = String(added['id'])
    expect(await ask('dispatcher', 'POST', '', entry({ keywords: ['供水'] }))).toMatchObject({
      status: 409,
      body: { code: 'entryKnown' },
    })
    const end = { validTo: '2026-03-02', basis: '鞍政办发〔2026〕9号' }
    expect(await ask('centreLeader', 'POST', `/${id}/end`, end)).toMatchObject({ status: 200 })
    expect((await suggestion({ title: '供水' })).body).toMatchObject({ items: [{ entry: id }] })
    time.now = new Date('2026-03-03T00:00+08:00')
    expect((await suggestion({ title: '供水' })).body).toMatchObject({ items: [] })
    expect(await ask('dispatcher', 'POST', `/${id}/end`, { ...end, validTo: '2026-03-05' })).toMatchObject({
      status: 409,
      body: { code: 'entryEnded' },
    })
    const current = (await ask('agent', 'GET', '')).body['items'] as { id: string }[]
    expect(current.map((e) => e.id)).not.toContain(id)
    const every = (await ask('agent', 'GET', '?all=true')).body['items'] as { id: string }[]
    expect(every.find((e) => e.id === id)).toMatchObject({
      valid: false,
      validTo: '2026-03-02',
      changes: [
        { change: 'added', role: 'dispatcher', by: keeper },
        { change: 'ended', role: 'centreLeader', basis: '鞍政办发〔2026〕9号', validTo: '2026-03-02' },
      ],
    })
  })

  it('lets one of two win who enter the same at once', async () => {
    const tries = await Promise.all(
      [1, 2, 3].map(() => ask('dispatcher', 'POST', '', entry({ keywords: ['井盖'] }))),
    )
    expect(tries.map((t) => t.status).sort()).toEqual([201, 409, 409])
  })

  it.each([
    ['/x/end', { validTo: '2026-03-05', basis: 'x' }, 400],
    [`/${randomUUID()}/end`, { validTo: '2026-03-05', basis: 'x' }, 404],
    ['', { leadUnit: 'lighting' }, 400],
    ['', entry({ keywords: [], category: undefined }), 422],
  ])('refuses POST %s %o', async (url, payload, status) => {
    expect((await ask('dispatcher', 'POST', url, payload)).status).toBe(status)
  })
})
