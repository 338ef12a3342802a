import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { createOrders, type Orders } from '../../src/composition/orders.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { problems } from '../../src/http/problems.ts'
import { silentLog, testPii } from '../support/contacts.ts'
import { freshDatabase, runFolder } from '../support/services.ts'

type Gateway = { orders: Orders; app: FastifyInstance }
let db: Db
let drop: () => Promise<unknown>
let first: Gateway
let second: Gateway

/** The legal side of a gateway as it is put together for real; neighbours that this test never reaches are absent. */
async function startGateway(): Promise<Gateway> {
  const parts = {
    config: { city: 'anshan-2019', limits: {}, incidentNotices: {}, dataDir: runFolder() },
    db,
    pii: testPii,
    clock: () => new Date('2026-12-31T10:00+08:00'),
    log: silentLog,
    jobs: { handle: () => {} },
  }
  const orders = createOrders(parts as unknown as Parameters<typeof createOrders>[0])
  await orders.seed()
  const app = Fastify()
  await app.register(problems)
  await app.register(orders.publicRoutes)
  return { orders, app }
}

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  db = createPool(database.url, silentLog)
  first = await startGateway()
  second = await startGateway()
})
afterAll(async () => {
  await first?.app.close()
  await second?.app.close()
  await db?.end()
  await drop?.()
})

const dueAt = async ({ app }: Gateway) => {
  const payload = { deadline: 'AS19-D06', start: '2026-12-31' }
  const response = await app.inject({ method: 'POST', url: '/api/deadlines', payload })
  return response.json<{ due: string; provisional: boolean; calendar: string }>()
}

it('what one gateway takes in, the others count by after their next sweep, and a new one from its start', async () => {
  const old = { due: '2027-01-08T00:00:00+08:00', provisional: true }
  const now = { due: '2027-01-09T00:00:00+08:00', provisional: false }
  expect(await dueAt(first)).toMatchObject(old)
  expect(await dueAt(second)).toMatchObject(old)

  const notice = {
    year: 2027,
    reference: '国办发明电〔2026〕示例1号',
    holidays: ['2027-01-01', '2027-05-01', '2027-10-01'],
    makeUpDays: [],
  }
  await first.orders.workingCalendar.enterNotice(notice, system('test'))
  expect(await dueAt(first)).toMatchObject(now)
  expect(await dueAt(second)).toMatchObject(old)

  await second.orders.sweep()
  expect(await dueAt(second)).toEqual(await dueAt(first))

  const third = await startGateway()
  expect(await dueAt(third)).toEqual(await dueAt(first))
  await third.app.close()
})
