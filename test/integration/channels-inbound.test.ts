import { mkdtempSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPii } from '../../src/base/pii.ts'
import type { SmsConfig } from '../../src/channels/config.ts'
import { channelRoutes } from '../../src/channels/routes.ts'
import { createChannels, type Channels } from '../../src/channels/service.ts'
import { createIntake } from '../../src/contacts/intake.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createDurable, type Durable } from '../../src/db/spool-durable.ts'
import { openSpool } from '../../src/db/spool.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { freshDatabase, runFolder, type TestDatabase } from '../support/services.ts'
import { startDatabaseLink, type DatabaseLink } from '../support/sms-database-link.ts'
import { aliyunPush, kannelText, tencentPush, type SmsPush } from '../support/sms-push.ts'
import { eventPush, signedPush, testWechat, textPush } from '../support/wechat-push.ts'

const pii = createPii('a synthetic secret of more than 32 characters')
const log = pino({ level: 'silent' })
const sms: SmsConfig = {
  kannel: { token: 'kannel-secret', account: '10690000', send: null },
  aliyun: { token: 'aliyun-secret', account: '10690001', send: null },
  tencent: { token: 'tencent-secret', account: '10690002', send: null },
  allow: [],
  sendBy: null,
}

let database: TestDatabase
let direct: Db
beforeAll(async () => {
  database = await freshDatabase()
  direct = createPool(database.url, log, 4)
})
afterAll(async () => {
  await direct.end()
  await database.drop()
})

type Gateway = {
  app: FastifyInstance
  base: string
  channels: Channels
  durable: Durable
  left: string[]
  stop(): Promise<void>
}
const running: Gateway[] = []
const links: DatabaseLink[] = []
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop()
  for (const link of links.splice(0)) await link.close()
})

/** A gateway's text side with nothing faked but the desk behind it. */
async function gateway(
  url = database.url,
  spoolDir = mkdtempSync(join(runFolder(), 'spool-')),
): Promise<Gateway> {
  const db = createPool(url, log)
  const clock = (): Date => new Date()
  const durable = createDurable({
    spool: await openSpool({ dir: spoolDir, codec: pii, log, clock }),
    log,
    retryMs: 50,
  })
  const left: string[] = []
  const channels = createChannels({
    wechat: testWechat,
    sms,
    db,
    pii,
    redis: {} as Redis,
    keyPrefix: '{cc:test}:',
    dataDir: spoolDir,
    durable,
    intake: createIntake({
      db,
      requesters: createRequesters(db, pii),
      screen: () => ({ emergency: false, urgent: false }),
      requirementFor: () => ({}),
      wake: () => {},
    }),
    isEmergency: () => false,
    eraseFollower: async ({ openid }) => void left.push(openid),
    trustedProxies: [],
    clock,
    log,
  })
  const app = Fastify()
  await app.register(channelRoutes, { channels })
  durable.start()
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const made: Gateway = {
    app,
    base,
    channels,
    durable,
    left,
    async stop() {
      await app.close()
      await durable.stop()
      await channels.stop()
      await db.end()
    },
  }
  running.push(made)
  return made
}

async function linked(): Promise<{ link: DatabaseLink; g: Gateway }> {
  const link = await startDatabaseLink(database.url)
  links.push(link)
  return { link, g: await gateway(link.url) }
}

const push = async (g: Gateway, p: SmsPush): Promise<number> =>
  (
    await g.app.inject({
      method: p.method,
      url: p.url,
      headers: p.headers,
      ...(p.payload === undefined ? {} : { payload: p.payload }),
    })
  ).statusCode

type Message = { contactId: string; body: string; providerId: string; receivedAt: Date }
const messagesOf = (ids: string[]): Promise<Message[]> =>
  direct.query<Message>(
    `select contact_id as "contactId", body, provider_id as "providerId", received_at as "receivedAt"
     from messages where provider_id = any($1) order by received_at, id`,
    [ids],
  )

let serial = 0
const number = (): string => `+86138${String(20_000_000 + ++serial)}`

describe('from every provider into one ledger', () => {
  it('each item is one message of one open contact, whatever is repeated in parallel', async () => {
    const [a, b] = [await gateway(), await gateway()]
    const citizen = number()
    const kannel = kannelText('kannel-secret', citizen, '路灯不亮 😀', 'k-1')
    const codes = await Promise.all([a, b, a, b, a].map((g) => push(g, kannel)))
    codes.push(await push(a, kannelText('kannel-secret', citizen, '在建国路', 'k-2')))
    expect(new Set(codes)).toEqual(new Set([200]))
    const stored = await messagesOf(['k-1', 'k-2'])
    expect(stored.map((m) => m.body)).toEqual(['路灯不亮 😀', '在建国路'])
    expect(new Set(stored.map((m) => m.contactId)).size).toBe(1)

    expect(
      await push(
        a,
        aliyunPush('aliyun-secret', [
          { from: number(), text: '一', id: 'a-1' },
          { from: number(), text: '二', id: 'a-2' },
        ]),
      ),
    ).toBe(200)
    expect((await messagesOf(['a-1', 'a-2'])).map((m) => m.body).sort()).toEqual(['一', '二'])
    expect(await push(a, tencentPush('tencent-secret', { from: number(), text: '三' }))).toBe(200)
    const wx = signedPush(...textPush('oCitizen-1', '四', '900001'))
    for (const g of [a, b]) expect((await g.app.inject(wx)).body).toBe('success')
    expect(await messagesOf(['900001'])).toMatchObject([{ body: '四' }])
  })

  it(
    '10,000 messages of one sender: all acknowledged in time, one contact, nobody else hurt',
    { timeout: 120_000 },
    async () => {
      const g = await gateway()
      const loud = number()
      const others = Array.from({ length: 100 }, number)
      const agent = new Agent({ keepAlive: true, maxSockets: 100 })
      const times: Record<'loud' | 'others', number[]> = { loud: [], others: [] }
      const send = async (from: string, id: string, kind: keyof typeof times): Promise<number> => {
        const start = performance.now()
        const { url } = kannelText('kannel-secret', from, '我家停水了', id)
        const status = await new Promise<number>((resolve, reject) => {
          httpRequest(`${g.base}${url}`, { agent }, (response) => {
            response.resume()
            response.on('end', () => resolve(response.statusCode ?? 0))
          })
            .on('error', reject)
            .end()
        })
        times[kind].push(performance.now() - start)
        return status
      }
      const statuses: Promise<number>[] = []
      let sent = 0
      // A flood with 80 requests open at any time; the others come in between.
      const flood = Array.from({ length: 80 }, async () => {
        while (sent < 10_000) {
          const n = sent++
          if (n % 100 === 0) statuses.push(send(others[n / 100] as string, `other-${n}`, 'others'))
          const one = send(loud, `loud-${n}`, 'loud')
          statuses.push(one)
          await one
        }
      })
      await Promise.all(flood)
      expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]))
      agent.destroy()

      const [loudRow] = await direct.query<{ contacts: number; messages: number }>(
        `select count(distinct contact_id)::int as contacts, count(*)::int as messages from messages where provider_id like 'loud-%'`,
      )
      expect(loudRow).toEqual({ contacts: 1, messages: 10_000 })
      const [otherRow] = await direct.query<{ contacts: number; messages: number }>(
        `select count(distinct contact_id)::int as contacts, count(*)::int as messages from messages where provider_id like 'other-%'`,
      )
      expect(otherRow).toEqual({ contacts: 100, messages: 100 })
      // WeChat, the most impatient sender, waits 5 s.
      expect(Math.max(...times.loud, ...times.others)).toBeLessThan(5_000)
      expect(g.durable.spool.depth).toBe(0)
    },
  )
})

describe('while PostgreSQL is down', () => {
  it(
    'everything is acknowledged, kept on the disk, and stored in order afterwards',
    { timeout: 30_000 },
    async () => {
      const { link, g } = await linked()
      const citizen = number()
      expect(await push(g, kannelText('kannel-secret', citizen, '0', 'd-0'))).toBe(200)
      link.cut()
      for (let i = 1; i <= 20; i++)
        expect(await push(g, kannelText('kannel-secret', citizen, String(i), `d-${i}`))).toBe(200)
      expect(g.durable.spool.depth).toBe(20)
      expect(await messagesOf(['d-1'])).toEqual([])
      link.mend()
      // New items queue behind what waits.
      expect(await push(g, kannelText('kannel-secret', citizen, '21', 'd-21'))).toBe(200)
      await vi.waitFor(() => expect(g.durable.spool.depth).toBe(0), { timeout: 15_000 })
      const stored = await messagesOf(Array.from({ length: 22 }, (_, i) => `d-${i}`))
      expect(stored.map((m) => m.body)).toEqual(Array.from({ length: 22 }, (_, i) => String(i)))
      expect(new Set(stored.map((m) => m.contactId)).size).toBe(1)
      expect(g.durable.spool.stats().quarantined).toBe(0)
    },
  )

  it('a commit nobody heard of is replayed and stored once', { timeout: 30_000 }, async () => {
    const { link, g } = await linked()
    await push(g, kannelText('kannel-secret', number(), 'warm', 'u-0'))
    link.deafen()
    const start = performance.now()
    expect((await g.app.inject(signedPush(...textPush('oCitizen-2', '听到了吗', '900002')))).body).toBe(
      'success',
    )
    expect(performance.now() - start).toBeLessThan(4_500)
    expect(g.durable.spool.depth).toBe(1)
    link.mend()
    await vi.waitFor(() => expect(g.durable.spool.depth).toBe(0), { timeout: 15_000 })
    expect(await messagesOf(['900002'])).toHaveLength(1)
  })

  it(
    'a gateway that dies with a full spool loses nothing: the next one replays it',
    { timeout: 30_000 },
    async () => {
      const link = await startDatabaseLink(database.url)
      links.push(link)
      const spoolDir = mkdtempSync(join(runFolder(), 'spool-'))
      const dying = await gateway(link.url, spoolDir)
      link.cut()
      expect(await push(dying, kannelText('kannel-secret', number(), '遗言', 'x-1'))).toBe(200)
      running.splice(running.indexOf(dying), 1)
      await dying.stop()
      link.mend()
      const heir = await gateway(link.url, spoolDir)
      await vi.waitFor(async () => expect(await messagesOf(['x-1'])).toHaveLength(1), { timeout: 15_000 })
      expect(heir.durable.spool.depth).toBe(0)
    },
  )

  it('a follower who leaves meanwhile is forgotten afterwards', { timeout: 30_000 }, async () => {
    const { link, g } = await linked()
    link.cut()
    expect((await g.app.inject(signedPush(...eventPush('oLeaves', 'unsubscribe')))).body).toBe('success')
    expect(g.left).toEqual([])
    link.mend()
    await vi.waitFor(() => expect(g.left).toEqual(['oLeaves']), { timeout: 15_000 })
  })
})
