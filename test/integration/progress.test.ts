import { randomUUID } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RedisServer } from '../../services/redis.ts'
import type { InboundText, Intake } from '../../src/channels/channel.ts'
import type { Sender } from '../../src/channels/outgoing/model.ts'
import { createOutgoing } from '../../src/channels/outgoing/service.ts'
import { progressRoutes } from '../../src/channels/web/progress-routes.ts'
import { createAskProgress, createProgressTexts } from '../../src/composition/progress.ts'
import { createTries, type Tries } from '../../src/composition/tries.ts'
import { contactLimits, createContactDoor, createContacts } from '../../src/contacts/service.ts'
import type { Durable } from '../../src/db/spool-durable.ts'
import { problems } from '../../src/http/problems.ts'
import { connectRedis } from '../../src/queue/redis.ts'
import { startTestRedis } from '../support/services.ts'
import { silentLog, sms, testPii } from '../support/contacts.ts'
import { draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

/** The requester follows a real order, by the page and by texts; limits are counted in a real Redis. */
let world: OrdersWorld
let server: RedisServer
let redis: ReturnType<typeof connectRedis>
let app: FastifyInstance
let intake: Intake
let number: string
let region = 0
const sent: { to: string; text: string; template: string | undefined }[] = []
/** What the SMS carrier of the next test takes. */
let templatesOnly = false

const telephone = '+8613800000001'
const lastFour = '0001'

beforeAll(async () => {
  ;[world, server] = await Promise.all([startOrders(), startTestRedis()])
  redis = connectRedis(server.url, 'matcher', silentLog)
  await new Promise<void>((ready) => redis.once('ready', ready))
  const contactId = await world.wrappedUp(telephone)
  const { orders } = await world.register(contactId, draft())
  number = orders[0]!.number
})
afterAll(async () => {
  await app?.close()
  redis.disconnect()
  await server.stop()
  await world.stop()
})

const carrier = (channel: 'sms' | 'wechat'): Sender => ({
  id: channel === 'sms' ? 'kannel' : 'wechat',
  channel,
  dropsRepetition: () => false,
  check: ({ text, template }) =>
    templatesOnly && channel === 'sms'
      ? { code: 'templateUnknown', title: '没有这个模板', detail: template?.name ?? '' }
      : text === undefined
        ? { code: 'nothingToSend', title: '没有内容', detail: '' }
        : null,
  send: async ({ to, content }) => {
    sent.push({ to, text: content.text ?? '', template: content.template?.name })
    return { outcome: 'sent', providerMessageId: null }
  },
  options: () => ({ freeText: true, why: '', templates: [] }),
})

/** Everything anew but the order: no try of another test counts. */
beforeEach(async () => {
  const { db, requesters, workOrders } = world
  templatesOnly = false
  sent.length = 0
  await db.query(`delete from outgoing_messages`)
  const tries: Tries = createTries(redis, `{cc:t${++region}}`, testPii, silentLog)
  const ask = createAskProgress((n, four) => workOrders.progress(n, four), tries, silentLog)
  const outgoing = createOutgoing({
    db,
    pii: testPii,
    durable: { handle: () => {} } as unknown as Durable,
    senders: [carrier('sms'), carrier('wechat')],
    defaultSms: 'kannel',
    smsAccounts: {},
    log: silentLog,
  })
  const texts = createProgressTexts({
    db,
    requesters,
    outgoing: () => outgoing,
    ask,
    tries,
    clock: () => new Date(),
    log: silentLog,
  })
  const contacts = createContacts(createContactDoor(db, contactLimits), {
    db,
    requesters,
    // The second is no sign of danger in earnest: it lets a question be one at the same time.
    screen: (text) => ({ emergency: /着火|麻烦/.test(text), urgent: false }),
    requirementFor: () => ({}),
    seal: testPii.seal,
    forMachine: texts.takes,
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
    send: async () => {},
    registrar: workOrders.registrar,
    limits: contactLimits,
  })
  intake = texts.wrap(contacts.intake)
  deliver = async () => {
    for (const { id } of await db.query<{ id: string }>(`select id from outgoing_messages order by seq`))
      await outgoing.deliver(id)
  }
  await app?.close()
  app = Fastify()
  await app.register(problems)
  await app.register(rateLimit, { global: true, max: 1_000, timeWindow: 60_000 })
  await app.register(progressRoutes, {
    ask,
    ledgerOf: workOrders.accessLedgerFor,
    ways: { prefix: 'AS', hotline: '12345', progressNumber: null, byText: [] },
    mostPerMinute: 500,
  })
})

let deliver: () => Promise<void>

/** Says something and gives what came back. */
async function say(text: string, more: Partial<InboundText> = {}): Promise<string[]> {
  const before = sent.length
  await intake.accept([sms(telephone, text, { providerId: randomUUID(), ...more })])
  await deliver()
  return sent.slice(before).map((m) => m.text)
}

const contactsOpened = async (from: string): Promise<number> =>
  (
    await world.db.query(`select 1 from contacts where address_lookup = $1 and state = 'queued'`, [
      testPii.lookup('phone', from),
    ])
  ).length

const form = (typed: { number: string; lastFour: string }, remoteAddress = '203.0.113.1') =>
  app.inject({
    method: 'POST',
    url: '/progress',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(typed).toString(),
  })
const api = (typed: { number: string; lastFour: string }, remoteAddress = '203.0.113.1') =>
  app.inject({ method: 'POST', url: '/api/progress', remoteAddress, payload: typed })

const wrong = (n: number): string => String(5000 + n)

describe('the page', () => {
  it('tells acceptance, progress and due date with its article (鞍山 2019 第十条)', async () => {
    const page = await form({ number, lastFour })
    expect(page.statusCode).toBe(200)
    for (const part of [number, '路灯不亮', '已登记', '2026年3月2日', '第二十条'])
      expect(page.body).toContain(part)
    const document = (await api({ number: number.slice(2), lastFour })).json<Record<string, unknown>>()
    expect(document).toMatchObject({ number, title: '路灯不亮', cite: expect.stringContaining('条') })
    expect(JSON.stringify(document)).not.toMatch(/化名|13800000001|示范小区/)
  })

  it('says the same of wrong digits, of a number that nobody has and of one that cannot be', async () => {
    const answers = [
      await api({ number, lastFour: '9999' }),
      await api({ number: 'AS2603029999990', lastFour }),
      await api({ number: 'AS2603024816530', lastFour }),
    ].map((a) => [a.statusCode, a.json<{ title: string; detail: string }>()] as const)
    for (const [status, { title, detail }] of answers)
      expect([status, title, detail]).toEqual([404, '没有查到', '请核对编号和联系电话后四位。'])
  })

  it('lets nobody guess the digits, from however many addresses, not even by a burst', async () => {
    const burst = await Promise.all(
      Array.from({ length: 40 }, (_, n) => api({ number, lastFour: wrong(n) }, `203.0.113.${n + 2}`)),
    )
    const judged = burst.filter((a) => a.statusCode === 404)
    expect(judged).toHaveLength(5)
    expect(burst.filter((a) => a.statusCode === 429)).toHaveLength(35)
    const late = await form({ number: number.slice(2), lastFour }, '203.0.113.99')
    expect(late.statusCode).toBe(429)
    expect(late.body).toContain('15 分钟后再试')
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(800)
  })

  it('lets one address look for no numbers', async () => {
    const tried = []
    for (let n = 0; n < 20; n++)
      tried.push(await api({ number: `AS26030248165${String(n).padStart(2, '0')}`, lastFour }))
    expect(tried.filter((a) => a.statusCode === 404)).toHaveLength(15)
    expect((await api({ number, lastFour })).statusCode).toBe(429)
    expect((await api({ number, lastFour }, '203.0.113.200')).statusCode).toBe(200)
  })

  it('does not count what was right', async () => {
    for (let n = 0; n < 20; n++) expect((await api({ number, lastFour })).statusCode).toBe(200)
  })

  it('goes on counting while Redis is away', async () => {
    const away = createTries(
      {
        eval: () => Promise.reject(new Error('away')),
        srem: () => Promise.reject(new Error('away')),
      } as never,
      'x',
      testPii,
      silentLog,
    )
    const bounds = [{ kind: 'k', id: 'a', most: 2, windowMs: 60_000 }]
    expect([
      await away.take(bounds, '1'),
      await away.take(bounds, '2'),
      await away.take(bounds, '2'),
    ]).toEqual([0, 0, 0])
    expect(await away.take(bounds, '3')).toBeGreaterThan(0)
    await away.forgive(bounds, '2')
    expect(await away.take(bounds, '3')).toBe(0)
  })
})

describe('a text', () => {
  it('is answered with the progress and opens no contact', async () => {
    const before = await contactsOpened(telephone)
    const [text, ...more] = await say(`查询 ${number} ${lastFour}`)
    expect(more).toEqual([])
    for (const part of [number, '已登记', '期限', '条']) expect(text).toContain(part)
    expect(text).not.toContain('路灯不亮')
    expect(sent[0]?.template).toBe('orderProgress')
    expect(await contactsOpened(telephone)).toBe(before)
    expect(await world.db.query(`select data from channel_events where name = 'progressAsked'`)).toEqual([
      { data: {} },
    ])
  })

  it('is answered once, however often it is delivered', async () => {
    const item = sms(telephone, `进度 ${number.slice(2)} 9999`, { providerId: randomUUID() })
    await Promise.all([intake.accept([item]), intake.accept([item])])
    for (let n = 0; n < 10; n++) await intake.accept([item])
    await deliver()
    expect(sent).toHaveLength(1)
    // The same wrong try told ten times is one wrong try.
    expect((await say(`进度 ${number} ${lastFour}`))[0]).toContain('已登记')
  })

  it('from the telephone of the order needs no digits, from another one it does not help', async () => {
    expect((await say(`查询 ${number}`))[0]).toContain('已登记')
    const [other] = await say(`查询 ${number}`, { from: '+8613800000002' })
    expect(other).toContain('没有查到')
    expect(other).not.toContain('已登记')
  })

  it('by WeChat needs no digits once the telephone is proven', async () => {
    const follower = { channel: 'wechat', account: 'gh_1', from: `o${randomUUID()}` } as const
    const [unproven] = await say(`查询 ${number}`, follower)
    expect(unproven).toContain('电话的后四位')
    expect(unproven).toContain('绑定')
    const [person] = await world.requesters.ensure(world.db, [{ kind: 'wechat', address: follower.from }])
    let code = ''
    await world.requesters.claimPhone(
      person!.requesterId,
      telephone,
      randomUUID(),
      async (_tx, c) => void (code = c),
    )
    expect((await say(`查询 ${number}`, follower))[0]).toContain('电话的后四位')
    await world.requesters.confirmPhone(person!.requesterId, code)
    expect((await say(`查询 ${number}`, follower))[0]).toContain('已登记')
  })

  it('that guesses is locked, with a clear answer, also for the right digits', async () => {
    const from = '+8613800000003'
    for (let n = 0; n < 5; n++)
      expect((await say(`查询 AS26030200000${n}1 ${lastFour}`, { from }))[0]).toContain('没有查到')
    const [locked] = await say(`查询 ${number} ${lastFour}`, { from })
    expect(locked).toMatch(/查询次数过多，请15分钟后再试/)
    expect(locked).not.toContain('已登记')
    expect((await say(`查询 ${number} ${lastFour}`))[0]).toContain('已登记')
  })

  it('costs us no more than twenty answers an hour for one sender', async () => {
    const from = '+8613800000004'
    for (let n = 0; n < 30; n++) await say(`查询 ${number} ${lastFour}`, { from })
    expect(sent).toHaveLength(20)
    expect(await contactsOpened(from)).toBe(0)
  })

  it('with words of an emergency goes to a person', async () => {
    const from = '+8613800000005'
    expect(await say(`查询 ${number} ${lastFour} 家里着火了`, { from })).toEqual([])
    expect(await contactsOpened(from)).toBe(1)
    const other = '+8613800000008'
    expect(await say(`麻烦查询 ${number} ${lastFour}`, { from: other })).toEqual([])
    expect(await contactsOpened(other)).toBe(1)
  })

  it('goes to a person where the carrier has no template for the answer', async () => {
    templatesOnly = true
    const from = '+8613800000006'
    expect(await say(`查询 ${number} ${lastFour}`, { from })).toEqual([])
    expect(await contactsOpened(from)).toBe(1)
  })

  it('that is no such question goes to a person', async () => {
    const from = '+8613800000007'
    expect(await say('我想查询社保怎么交', { from })).toEqual([])
    await vi.waitFor(async () => expect(await contactsOpened(from)).toBe(1), { timeout: 15_000 })
  })
})
