import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { problems } from '../../src/http/problems.ts'
import { agent, createDeskSite, type DeskSite } from './desk-support.ts'
import { createGround, type Ground } from './staff-support.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database?.drop())

const log = createLog('silent')

async function apiOn(db: Db) {
  const app = Fastify()
  await app.register(problems)
  app.get('/slow', async () => db.tx((tx) => tx.query(`select pg_sleep(1.3)`)))
  app.get('/quick', async () => db.tx((tx) => tx.query('select 1')))
  app.get('/broken', async () => db.query('select no_such_column'))
  return app
}

describe('a burst that the pool has no connections for', () => {
  it('is answered with 503, what to do next and when, and served again afterwards', async () => {
    const db = createPool(database.url, log, 2)
    const app = await apiOn(db)
    const answers = await Promise.all(Array.from({ length: 40 }, () => app.inject('/slow')))
    const refused = answers.filter((a) => a.statusCode !== 200)
    expect(refused.length).toBeGreaterThan(30)
    for (const answer of refused) {
      expect(answer.statusCode).toBe(503)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.json()).toMatchObject({
        code: 'temporarilyUnavailable',
        title: '系统暂时繁忙',
        detail: expect.stringContaining('请过几秒核对后再试') as string,
      })
    }
    expect(await app.inject('/quick')).toMatchObject({ statusCode: 200 })
    expect(await app.inject('/broken')).toMatchObject({ statusCode: 500 })
    await app.close()
    await db.end()
  })

  it('and a database that is away are told alike', async () => {
    const url = new URL(database.url)
    url.port = '1'
    const db = createPool(url.href, log, 2)
    const app = await apiOn(db)
    const answer = await app.inject('/slow')
    expect(answer).toMatchObject({ statusCode: 503 })
    expect(answer.headers['retry-after']).toBeDefined()
    await db.end()
    expect(await app.inject('/slow')).toMatchObject({ statusCode: 503 })
    await app.close()
  })
})

describe('a desk while the pool is used up', () => {
  let ground: Ground
  let site: DeskSite
  beforeAll(async () => {
    ground = await createGround()
    site = await createDeskSite(ground)
  })
  afterAll(async () => {
    await site?.close()
    await ground?.close()
  })

  it('hears that its command may be given again, and it then works', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    await page.do({ type: 'signIn', mode: 'text' })
    const holding: Promise<unknown>[] = Array.from({ length: 40 }, () =>
      ground.db.tx((tx) => tx.query(`select pg_sleep(1.3)`)).catch(() => {}),
    )
    const answer = await page.ask({ type: 'available' })
    expect(answer).toMatchObject({
      ok: false,
      problem: { status: 503, code: 'temporarilyUnavailable', title: '系统暂时繁忙' },
    })
    await Promise.all(holding)
    await page.do({ type: 'available' })
    const [row] = await ground.db.query<{ intent: string }>(`select intent from agents where agent_id = $1`, [
      one.id,
    ])
    expect(row!.intent).toBe('available')
    expect(ground.logged()).not.toMatch(/"level":50/)
    await page.close()
  })
})
