import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startGateway, type Gateway } from '../../services/gateway.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createPasswords } from '../../src/staff/passwords.ts'
import { insertMember } from '../../src/staff/store.ts'
import { DeskClient } from '../support/desk-client.ts'
import { unusedPort } from '../support/ports.ts'
import { freshDatabase, runFolder, startTestRedis, type TestDatabase } from '../support/services.ts'
import { freshMsgId, sendPush, signedPush, testAccount, textPush } from '../support/wechat-push.ts'
import { draft, startOrders } from '../support/work-orders.ts'

const patient = { timeout: 20_000, interval: 50 }
const password = 'Correct-horse-battery-7'

describe('the wall clock of a gateway steps by an hour', () => {
  let database: TestDatabase
  let redis: Awaited<ReturnType<typeof startTestRedis>>
  let db: Db
  let gateway: Gateway
  let log: string
  const desks: DeskClient[] = []

  beforeAll(async () => {
    const folder = join(runFolder(), `clock-${randomBytes(4).toString('hex')}`)
    mkdirSync(join(folder, 'data'), { recursive: true })
    log = join(folder, 'gateway.log')
    ;[database, redis] = await Promise.all([freshDatabase(), startTestRedis()])
    db = createPool(database.url, createLog('silent'), 4)
    const preload = pathToFileURL(join(import.meta.dirname, '../support/stepping-clock.mjs')).href
    gateway = await startGateway({
      host: '127.0.0.1',
      port: await unusedPort(),
      log,
      env: {
        NODE_OPTIONS: `--import ${preload}`,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        HOTLINE_DATA: join(folder, 'data'),
        HOTLINE_SECRET: randomBytes(24).toString('hex'),
        HOTLINE_PII_KEY: randomBytes(24).toString('hex'),
        HOTLINE_CITY: 'anshan-2019',
        WECHAT_TOKEN: testAccount.token,
        WECHAT_APPID: testAccount.appId,
        WECHAT_AES_KEY: testAccount.aesKey,
        LOG_LEVEL: 'info',
      },
    })
  }, 120_000)
  afterAll(async () => {
    for (const desk of desks) desk.close()
    await gateway?.stop()
    await db?.end()
    await redis?.stop()
    await database?.drop()
  })

  let stepsTaken = 0
  /** The next step of the gateway's clock; resolves when it has been taken. */
  async function step(): Promise<void> {
    const before = ++stepsTaken
    process.kill(gateway.pid, 'SIGUSR2')
    const taken = (): number => readFileSync(log, 'utf8').split('clock-step').length - 1
    await vi.waitFor(() => expect(taken()).toBe(before), patient)
  }

  async function agent(username: string): Promise<{ id: string; desk: DeskClient }> {
    const id = newId()
    await insertMember(db, {
      id,
      username,
      displayName: '坐席',
      roles: ['agent'],
      attributes: {},
      capacity: { voice: 1, text: 3 },
      unitId: null,
      passwordHash: await createPasswords({ N: 2 ** 12, r: 8, p: 1 }).hash(password),
      createdBy: 'test',
    })
    const desk = await DeskClient.open(gateway.url, username, password)
    desks.push(desk)
    await desk.begin()
    return { id, desk }
  }

  /** What a citizen writes now, by the clock of WeChat; it must be acknowledged. */
  async function says(from: string, text: string): Promise<void> {
    const answer = await sendPush(gateway.url, signedPush(...textPush(from, text, freshMsgId())))
    expect(answer.status).toBe(200)
  }

  it('offers last as long as they should, and nobody is set aside or sent away by it', async () => {
    const { id, desk } = await agent('clockwork')
    for (const [n, where] of ['an hour ahead', 'an hour behind', 'right again'].entries()) {
      // It rings while the clock steps.
      let from = desk.mark()
      await says(`citizen-before-${n}`, '路灯不亮')
      const offer = await desk.offer(from)
      await step()
      // Long enough for every timer of seconds to go wrong.
      await desk.next(1_500)
      await desk.next(1_500)
      expect(
        await db.query(`select 1 from desk_nodes where seen_at > clock_timestamp() - interval '6 seconds'`),
        where,
      ).toHaveLength(1)
      const [row] = await db.query<{ outcome: string | null; seconds: number }>(
        `select outcome, extract(epoch from deadline - offered_at)::float8 as seconds from offers where id = $1`,
        [offer.offerId],
      )
      expect(row, where).toEqual({ outcome: null, seconds: 45 })
      const { contactId } = (await desk.ask({ type: 'acceptOffer', offerId: offer.offerId })) as {
        contactId: string
      }

      // What comes in after the step has its place by the ledger's clock, neither first nor last.
      from = desk.mark()
      await says(`citizen-after-${n}`, '供暖不足')
      const next = await desk.offer(from)
      const [place] = await db.query<{ off: number }>(
        `select abs(extract(epoch from stored.at - c.received_at))::float8 as off
         from contacts c, lateral (select min(stored_at) as at from messages m where m.contact_id = c.id) stored
         where c.id = $1`,
        [next.contact.id],
      )
      expect(place!.off, where).toBeLessThan(5)
      await desk.ask({ type: 'declineOffer', offerId: next.offerId, reason: 'busy' })
      await db.query(
        `update contacts set state = 'ended', "end" = 'failed', ended_at = clock_timestamp(), agent_id = null,
           version = version + 1, changed_at = clock_timestamp() where id = $1`,
        [next.contact.id],
      )

      // The page counts down by a time that did not step.
      const heard = await desk.until((m) => 'serverTime' in m && m.serverTime, 5_000, desk.mark())
      const [{ now }] = (await db.query<{ now: Date }>(`select clock_timestamp() as now`)) as [{ now: Date }]
      expect(Math.abs(Date.parse(heard) - now.getTime()), where).toBeLessThan(5_000)

      // An order is registered at the instant at which it was, with clocks that run from there.
      await desk.ask({ type: 'endConversation', contactId })
      const { orders } = (await desk.register(contactId, [draft()])) as { orders: { number: string }[] }
      const [order] = await db.query<{ off: number; missed: number }>(
        `select abs(extract(epoch from clock_timestamp() - registered_at))::float8 as off,
           (select count(*) from work_order_deadlines where missed_at is not null)::int as missed
         from work_orders where number = $1`,
        [orders[0]!.number],
      )
      expect(order!.off, where).toBeLessThan(5)
      expect(order!.missed, where).toBe(0)

      const [agentRow] = await db.query(
        `select intent, not_responding, lost_at from agents where agent_id = $1`,
        [id],
      )
      expect(agentRow, where).toEqual({ intent: 'available', not_responding: null, lost_at: null })
      expect(desk.isOpen()).toBe(true)
    }
    expect(await db.query(`select 1 from agent_events where type in ('signedOut', 'draining')`)).toEqual([])
    expect(await db.query(`select 1 from staff_sessions where revoked_at is not null`)).toEqual([])
  }, 120_000)
})

describe('numbers of orders', () => {
  let callers = 0
  it('count per day in Shanghai, whichever way the clock goes over midnight and the new year', async () => {
    const world = await startOrders()
    try {
      const at = async (instant: string): Promise<string> => {
        world.time.now = new Date(instant)
        const contactId = await world.wrappedUp(`1380000${String((callers += 1)).padStart(4, '0')}`)
        const registered = await world.register(contactId, draft())
        return (registered as { orders: { number: string }[] }).orders[0]!.number
      }
      const numbers = [
        await at('2028-12-31T23:59:59.900+08:00'),
        await at('2029-01-01T00:00:00.100+08:00'),
        await at('2028-12-31T23:59:58+08:00'),
        await at('2029-01-01T00:59:59+08:00'),
        await at('2028-02-29T12:00:00+08:00'),
      ]
      const days = numbers.map((number) => /(\d{6})/.exec(number)![1])
      expect(days).toEqual(['281231', '290101', '281231', '290101', '280229'])
      expect(new Set(numbers).size).toBe(numbers.length)
    } finally {
      await world.stop()
    }
  })
})
