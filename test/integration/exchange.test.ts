import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { system, type Role } from '../../src/base/actor.ts'
import type { ExchangeItem } from '../../src/exchange/contract.ts'
import { platform, startMatters, rows, tokenOf, type MattersWorld } from '../support/matters.ts'

let world: MattersWorld
beforeAll(async () => {
  world = await startMatters('anshan-2019', [
    platform('province'),
    platform('minxin'),
    platform('police'),
    platform('lawEnforcement', { categories: [8], kinds: ['complaint', 'help'] }),
  ])
})
afterAll(() => world.stop())
beforeEach(() => {
  world.time.now = new Date('2026-03-02T10:00+08:00')
})

const matters = '/api/exchange/matters'
const feed = '/api/exchange/orders'
let serial = 0
const said = (more: object = {}) => ({
  number: `LN-${++serial}`,
  raisedAt: '2026-03-01T08:00+08:00',
  title: '暗号标题',
  text: '暗号正文：供热不足。',
  place: '暗号地点',
  requester: { name: '化名某戊', home: '暗号小区', phone: '13800000055' },
  ...more,
})
const handIn = (body: object, by = 'province') => world.platformAsks(tokenOf(by), 'POST', matters, body)
const statusOf = (number: string, by = 'province') =>
  world.platformAsks(tokenOf(by), 'GET', `${feed}/${encodeURIComponent(number)}`)
const order = (more: object = {}) => ({
  type: 'workOrder',
  title: '暗号标题',
  facts: '暗号正文：供热不足。',
  kind: 'help',
  category: 2,
  place: '暗号地点',
  requester: { name: '化名某戊', home: '暗号小区' },
  confidential: false,
  ...more,
})
const contactOf = async (number: string, source = 'province'): Promise<string> =>
  (await world.matters.matters.find(source, number))!.contactId

/** Everything that a platform hears from this place on. */
async function news(by: string, since?: string) {
  await world.matters.exchange.sweep()
  const items: ExchangeItem[] = []
  let next = since
  for (;;) {
    const url = `${feed}?limit=2${next ? `&since=${next}` : ''}`
    const { status, body } = await world.platformAsks(tokenOf(by), 'GET', url)
    if (status !== 200) throw new Error(`the feed answered ${status}`)
    items.push(...rows<ExchangeItem>(body.items))
    next = body.next as string
    if (!body.more) return { items, next, basis: body.basis }
  }
}

describe('第三十二条: a matter handed in by a platform', () => {
  it('is committed before the answer and waits for an agent, with its words', async () => {
    const body = said()
    const answer = await handIn(body)
    expect(answer).toMatchObject({
      status: 202,
      body: {
        repeated: false,
        matter: {
          relation: 'source',
          platformNumber: body.number,
          raisedAt: '2026-03-01T08:00:00+08:00',
          receivedAt: '2026-03-02T10:00:00+08:00',
          state: 'waiting',
          outcomes: [],
          orders: [],
        },
      },
    })
    const contact = await world.contacts.find(await contactOf(body.number))
    expect(contact).toMatchObject({
      channel: 'web',
      account: 'exchange:province',
      state: 'queued',
      emergency: false,
      // the city routes it to the desk of its choice
      requirement: { desk: ['exchange'] },
    })
    const [message] = await world.contacts.messagesOf(contact!.id)
    expect(message!.body).toBe(
      `【辽宁省 8890 平台转来，编号 ${body.number}】暗号标题\n暗号正文：供热不足。\n地点：暗号地点`,
    )
    const bells = await world.db.query(
      `select 1 from outbox where queue = 'contacts' and name = 'news' and data -> 'changed' @> $1::jsonb`,
      [JSON.stringify([{ contactId: contact!.id }])],
    )
    expect(bells).toHaveLength(1)
  })

  it('keeps who raised it sealed, unproven, and gives his telephone to the order', async () => {
    const body = said()
    await handIn(body)
    const contactId = await contactOf(body.number)
    const contact = await world.contacts.find(contactId)
    const profile = await world.requesters.profile(contact!.requesterId)
    expect(profile).toMatchObject({ name: '化名某戊', home: '暗号小区', links: [] })
    const [stored] = await world.db.query<{ all: string }>(
      `select c::text || r::text || m::text || coalesce((select string_agg(e::text, '') from contact_events e where e.contact_id = c.id), '') as all
       from contacts c join requesters r on r.id = c.requester_id join matters m on m.contact_id = c.id where c.id = $1`,
      [contactId],
    )
    expect(stored!.all).not.toMatch(/化名某戊|13800000055|暗号小区/)
    const { orders } = await world.registerWaiting(contactId, [order()])
    const revealed = await world.ask(
      { role: 'agent' },
      'POST',
      `/api/work-orders/${orders[0]!.number}/reveal`,
      {
        reason: '联系诉求人',
      },
    )
    expect(revealed.body).toMatchObject({ contact: '+8613800000055' })
  })

  it('becomes an order that knows its platform, and whose time runs from when the centre received it', async () => {
    const body = said({ raisedAt: '2026-02-20' })
    await handIn(body)
    world.time.now = new Date('2026-03-03T10:00+08:00')
    const { orders } = await world.registerWaiting(await contactOf(body.number), [order({ accept: false })])
    const shown = await world.ask({ role: 'agent' }, 'GET', `/api/work-orders/${orders[0]!.number}`)
    expect(shown.body).toMatchObject({
      sourceChannel: 'province',
      raisedAt: '2026-03-02T10:00:00+08:00',
      deadlines: [{ term: 'AS19-D02', due: '2026-03-06T00:00:00+08:00' }],
    })
  })

  it('is one matter however often it is sent', async () => {
    const body = said()
    const before = await Promise.all(['contacts', 'messages', 'matters', 'requesters'].map(world.count))
    const all = await Promise.all(Array.from({ length: 12 }, () => handIn(body)))
    expect(all.map((a) => a.status).sort()).toEqual([...Array<number>(11).fill(200), 202])
    const after = await Promise.all(['contacts', 'messages', 'matters', 'requesters'].map(world.count))
    expect(after).toEqual(before.map((n) => n + 1))
    // long after, with what became of it
    await world.registerWaiting(await contactOf(body.number), [order()])
    const again = await handIn(body)
    expect(again).toMatchObject({ status: 200, body: { repeated: true, matter: { state: 'registered' } } })
    // the same number at another platform is another matter
    expect((await handIn(body, 'minxin')).status).toBe(202)
  })

  it('is refused where an old number stands for other content, and the old stays', async () => {
    const body = said()
    await handIn(body)
    for (const other of [
      { text: '另一件事' },
      { requester: { phone: '13800000056' } },
      { raisedAt: '2026-02-28' },
    ])
      expect(await handIn({ ...body, ...other })).toMatchObject({
        status: 409,
        body: { code: 'contentDiffers' },
      })
    const [message] = await world.contacts.messagesOf(await contactOf(body.number))
    expect(message!.body).toContain('暗号正文')
  })

  it('is the matter that staff had entered by hand under its number', async () => {
    const entered = await world.ask({ role: 'dispatcher' }, 'POST', '/api/matters', {
      source: 'province',
      sourceNumber: 'BY-HAND',
      key: randomUUID(),
      raisedAt: '2026-03-01',
      outcomes: [order()],
    })
    const contacts = await world.count('contacts')
    const answer = await handIn(said({ number: 'BY-HAND' }))
    expect(answer).toMatchObject({
      status: 200,
      body: { repeated: true, matter: { orders: [{ number: entered.body.matter.orders[0] }] } },
    })
    expect(await world.count('contacts')).toBe(contacts)
  })

  it('and one that staff enter by hand is the platform’s that waits', async () => {
    const body = said()
    await handIn(body)
    const entered = await world.ask({ role: 'agent' }, 'POST', '/api/matters', {
      source: 'province',
      sourceNumber: body.number,
      key: randomUUID(),
      raisedAt: '2026-03-01',
      outcomes: [order()],
    })
    expect(entered).toMatchObject({
      status: 200,
      body: { repeated: true, registered: null, matter: { way: 'exchange' } },
    })
  })

  it('in danger goes before all, though nobody can be answered on that line', async () => {
    const body = said({ text: '楼道着火了' })
    await handIn(body)
    const contact = await world.contacts.find(await contactOf(body.number))
    expect(contact).toMatchObject({ emergency: true, creditMs: 24 * 3_600_000 })
    await world.db.tx((tx) => world.contacts.conversations.sayOnce(tx, contact!.id, 'line', '请拨打119。'))
    expect(world.sent).not.toContain(contact!.id)
    expect((await world.contacts.messagesOf(contact!.id)).map((m) => m.body)).toContain('请拨打119。')
  })

  it('does not end by itself while an agent works on it, and holds up nobody else’s round', async () => {
    const body = said()
    await handIn(body)
    const contactId = await contactOf(body.number)
    for (const type of ['offered', 'accepted'] as const)
      await world.contacts.door.apply(contactId, { type, agentId: randomUUID() }, { actor: system('test') })
    await world.db.query(
      `update contacts set last_inbound_at = last_inbound_at - interval '1 day', agent_id = $2, state = 'active' where id = $1`,
      [contactId, randomUUID()],
    )
    await world.db.query(
      `update messages set stored_at = stored_at - interval '1 day' where contact_id = $1`,
      [contactId],
    )
    await world.contacts.conversations.sweep()
    expect(await world.contacts.find(contactId)).toMatchObject({ state: 'active' })
  })

  it.each([
    ['no number', { number: '' }, 400, 'badRequest'],
    ['a number with a space before it', { number: ' x' }, 400, 'badRequest'],
    ['too long a number', { number: 'x'.repeat(101) }, 400, 'badRequest'],
    ['no time', { raisedAt: 'soon' }, 400, 'badRequest'],
    ['a time to come', { raisedAt: '2026-03-03' }, 422, 'raisedInFuture'],
    ['no words', { text: '' }, 400, 'badRequest'],
    ['too many words', { text: '长'.repeat(10_001) }, 400, 'badRequest'],
    ['no telephone', { requester: { phone: 'none' } }, 422, 'phoneUnknown'],
    ['a service number', { requester: { phone: '110' } }, 422, 'phoneUnknown'],
  ])('is refused with %s, and nothing is kept', async (_what, more, status, code) => {
    const before = await Promise.all(['contacts', 'matters', 'requesters'].map(world.count))
    const answer = await handIn(said(more))
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(await Promise.all(['contacts', 'matters', 'requesters'].map(world.count))).toEqual(before)
  })

  it('is refused when too large or no JSON', async () => {
    const big = JSON.stringify(said({ text: 'x', more: 'y'.repeat(70_000) }))
    const json = { 'content-type': 'application/json' }
    expect(await world.platformAsks(tokenOf('province'), 'POST', matters, big, json)).toMatchObject({
      status: 413,
      body: { code: 'tooLarge' },
    })
    expect(await world.platformAsks(tokenOf('province'), 'POST', matters, '{', json)).toMatchObject({
      status: 400,
    })
    const xml = { 'content-type': 'application/xml' }
    expect(await world.platformAsks(tokenOf('province'), 'POST', matters, '<a/>', xml)).toMatchObject({
      status: 415,
    })
  })

  it('keeps what no database can hold out of it', async () => {
    const body = said({ number: 'odd\u0000\ud800', text: '𠮷\u0000\ud800' })
    expect((await handIn(body)).status).toBe(202)
    expect((await handIn(body)).status).toBe(200)
    expect((await statusOf('odd\ufffd\ufffd')).body).toMatchObject({ platformNumber: 'odd\ufffd\ufffd' })
  })
})

describe('what becomes of it', () => {
  it('is told by the platform’s own number, through its whole course', async () => {
    const body = said()
    await handIn(body)
    expect((await statusOf(body.number)).body).toMatchObject({ state: 'waiting', orders: [] })
    const { orders } = await world.registerWaiting(await contactOf(body.number), [
      order({ leadUnit: 'lighting' }),
      {
        type: 'answered',
        kind: 'consultation',
        answer: '已答复。',
        knowledge: [],
        lacking: { what: '办事时间' },
      },
    ])
    const { body: after } = await statusOf(body.number)
    expect(after).toMatchObject({
      state: 'registered',
      outcomes: [{ type: 'workOrder' }, { type: 'answered', cite: expect.stringContaining('第二十条') }],
      orders: [
        {
          number: orders[0]!.number,
          state: 'dispatched',
          kind: 'help',
          category: 2,
          leadUnit: 'lighting',
          due: '2026-03-10T00:00:00+08:00',
          cite: expect.stringContaining('第二十二条'),
          overdue: false,
        },
      ],
    })
    world.time.now = new Date('2026-03-10T00:00+08:00')
    expect((await statusOf(body.number)).body.orders).toMatchObject([{ overdue: true }])
  })

  it('is nobody else’s: another platform’s number is unknown, like none', async () => {
    const body = said()
    await handIn(body)
    const theirs = await statusOf(body.number, 'minxin')
    const none = await statusOf('NONE', 'minxin')
    expect(theirs).toMatchObject({ status: 404, body: { code: 'unknownMatter' } })
    expect({ ...theirs.body, instance: '', requestId: '' }).toEqual({
      ...none.body,
      instance: '',
      requestId: '',
    })
  })

  it('holds no identity and no words, in no answer', async () => {
    const secret = /暗号|化名|某戊|1380000|喜鹊/
    const body = said()
    const answers = [await handIn(body), await handIn(body)]
    const { orders } = await world.registerWaiting(await contactOf(body.number), [
      order({ kind: 'complaint', category: 8, leadUnit: 'lighting', confidentialityWish: '暗号意愿' }),
      { type: 'refused', reason: 'outsideCity', tell: '暗号理由', summary: '暗号摘要' },
    ])
    const path = `/api/work-orders/${orders[0]!.number}/actions`
    await world.ask({ role: 'dispatcher' }, 'POST', `${path}/append`, { facts: '喜鹊又来电' })
    const unit = { role: 'unit' as Role, unit: 'lighting' }
    await world.ask(unit, 'POST', `${path}/feedBack`, {
      result: { text: '喜鹊结果', parts: {}, policy: null, solved: true },
      told: { way: 'phone', text: '喜鹊告知' },
    })
    await world.matters.exchange.sweep()
    answers.push(await statusOf(body.number))
    for (const by of ['province', 'lawEnforcement'])
      answers.push(await world.platformAsks(tokenOf(by), 'GET', `${feed}?limit=200`))
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(300)
      expect(answer.raw).not.toMatch(secret)
    }
    expect(answers.at(-1)!.raw).toContain(orders[0]!.number)
    const looks = await world.db.query(
      `select 1 from access_ledger where actor_id = 'exchange:province' and subject_id = $1`,
      [orders[0]!.number],
    )
    expect(looks.length).toBeGreaterThan(0)
  })

  it('第二十六条: never names the order of a tip-off', async () => {
    const body = said()
    await handIn(body)
    const { orders } = await world.registerWaiting(await contactOf(body.number), [
      order({ kind: 'tipOff', category: 8 }),
    ])
    const { body: status, raw } = await statusOf(body.number)
    expect(status).toMatchObject({ state: 'registered', outcomes: [{ type: 'workOrder' }], orders: [] })
    expect(raw).not.toContain(orders[0]!.number)
    for (const by of ['province', 'lawEnforcement'])
      expect(JSON.stringify(await news(by))).not.toContain(orders[0]!.number)
  })
})

describe('the feed', () => {
  it('tells of each matter once, at its latest, from the last place on', async () => {
    const start = (await news('province')).next
    const [one, two] = [said(), said()]
    for (const body of [one, two]) {
      await handIn(body)
      await world.registerWaiting(await contactOf(body.number), [order()])
    }
    const first = await news('province', start)
    expect(first.items.map((i) => i.platformNumber)).toEqual([one.number, two.number])
    expect(first.basis).toEqual({
      cite: '《鞍山市群众诉求办理条例》第三十二条',
      localPolicy: false,
      says: expect.any(String),
    })
    // nothing new: the place stays
    expect(await news('province', first.next)).toMatchObject({ items: [], next: first.next })
    const number = first.items[0]!.orders[0]!.number
    for (let n = 0; n < 3; n++)
      await world.ask({ role: 'dispatcher' }, 'POST', `/api/work-orders/${number}/actions/append`, {
        facts: `补充${n}`,
      })
    const after = await news('province', first.next)
    expect(after.items.map((i) => i.platformNumber)).toEqual([one.number])
    // from the start: everything once
    const whole = await news('province')
    const numbers = whole.items.map((i) => i.platformNumber)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.slice(-2)).toEqual([two.number, one.number])
  })

  it('follows an order whose clock runs out', async () => {
    const body = said()
    await handIn(body)
    await world.registerWaiting(await contactOf(body.number), [order({ leadUnit: 'lighting' })])
    const { next, items } = await news('province')
    expect(items.at(-1)!.orders).toMatchObject([{ overdue: false }])
    world.time.now = new Date('2026-03-12T00:00+08:00')
    await world.bells.sweep()
    const late = await news('province', next)
    expect(late.items.find((i) => i.platformNumber === body.number)).toMatchObject({
      orders: [{ overdue: true }],
    })
  })

  it('tells a body of what was handed on to it, whatever its source', async () => {
    const { body } = await world.ask({ role: 'agent' }, 'POST', '/api/matters', {
      source: 'letter',
      key: randomUUID(),
      raisedAt: '2026-03-01',
      outcomes: [order()],
    })
    const number = body.registered.orders[0].number
    expect((await news('police')).items).toEqual([])
    const supervisor = { role: 'supervisor' as Role }
    const handed = await world.ask(supervisor, 'POST', `/api/work-orders/${number}/actions/handOn`, {
      to: 'police',
      grounds: ['fabrication'],
      reason: '暗号：捏造事实。',
    })
    expect(handed.status).toBe(200)
    const { items } = await news('police')
    expect(items).toMatchObject([
      { relation: 'handedOn', platformNumber: null, state: 'registered', orders: [{ number }] },
    ])
    expect(JSON.stringify(items)).not.toMatch(/暗号|化名/)
    const direct = await world.platformAsks(tokenOf('police'), 'GET', `${feed}/${number}`)
    // an order's number is no number of the platform's
    expect(direct.status).toBe(404)
  })

  it('takes back an order that became a secret of its author', async () => {
    const start = (await news('lawEnforcement')).next
    const { body } = await world.ask({ role: 'agent' }, 'POST', '/api/matters', {
      source: 'letter',
      key: randomUUID(),
      raisedAt: '2026-03-01',
      outcomes: [order({ category: 8 })],
    })
    const number = body.registered.orders[0].number
    expect((await news('lawEnforcement', start)).items).toMatchObject([{ orders: [{ number }] }])
    const desk = { role: 'confidentialDesk' as Role }
    const set = await world.ask(desk, 'POST', `/api/work-orders/${number}/actions/setConfidentiality`, {
      level: 'tipOff',
      reason: '内容为举报',
    })
    expect([set.status, set.body.code]).toEqual([200, undefined])
    const { items } = await news('lawEnforcement', start)
    expect(items).toMatchObject([{ relation: 'shared', state: 'withdrawn', orders: [] }])
    expect(JSON.stringify(items)).not.toContain(number)
  })

  it('草案第二十二条, local policy here: shows orders of the shared kinds and categories, of any source', async () => {
    const start = (await news('lawEnforcement')).next
    const made = await Promise.all(
      [
        { category: 8 },
        { category: 8, kind: 'consultation' },
        { category: 2 },
        { category: 8, kind: 'tipOff' },
      ].map((more) =>
        world.ask({ role: 'agent' }, 'POST', '/api/matters', {
          source: 'letter',
          key: randomUUID(),
          raisedAt: '2026-03-01',
          outcomes: [order(more)],
        }),
      ),
    )
    const { items } = await news('lawEnforcement', start)
    expect(items).toMatchObject([
      {
        relation: 'shared',
        platformNumber: null,
        orders: [{ number: made[0]!.body.registered.orders[0].number, category: 8 }],
      },
    ])
  })

  it('is in the order of commits though several gateways move marks at once', async () => {
    const start = (await news('minxin')).next
    const bodies = Array.from({ length: 8 }, () => said())
    for (const body of bodies) {
      await handIn(body, 'minxin')
      await world.registerWaiting(await contactOf(body.number, 'minxin'), [order()])
    }
    await Promise.all(Array.from({ length: 4 }, () => world.matters.exchange.sweep(2)))
    for (let n = 0; n < 8; n++) await world.matters.exchange.sweep(2)
    const { items } = await news('minxin', start)
    expect(items.map((i) => i.platformNumber)).toEqual(bodies.map((b) => b.number))
    expect(await world.count('exchange_marks')).toBe(0)
  })

  it.each(['x', 'c2VxOi0x', 'c2VxOjFlOQ', 'c2VxOjE=', "'--"])('refuses the place %s', async (since) => {
    const url = `${feed}?since=${encodeURIComponent(since)}`
    expect(await world.platformAsks(tokenOf('province'), 'GET', url)).toMatchObject({
      status: 400,
      body: { code: 'badCursor' },
    })
  })
})

describe('who may', () => {
  const calls = [
    ['POST', matters],
    ['GET', feed],
    ['GET', `${feed}/LN-1`],
  ] as const

  it.each(calls)('%s %s is for tokens alone', async (method, url) => {
    const payload = method === 'POST' ? said() : undefined
    const before = await world.count('matters')
    for (const token of [
      null,
      '',
      'wrong',
      tokenOf('stranger'),
      `${tokenOf('province')}x`,
      tokenOf('province').toUpperCase(),
    ]) {
      const answer = await world.platformAsks(token, method, url, payload)
      expect(answer, String(token)).toMatchObject({ status: 401, body: { code: 'exchangeTokenWrong' } })
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
    // a person of staff has no token, however high he stands
    expect((await world.ask({ role: 'centreLeader' }, method, url, payload)).status).toBe(401)
    expect(await world.count('matters')).toBe(before)
  })

  it('looks at the token before the body', async () => {
    const answer = await world.platformAsks('wrong', 'POST', matters, '{', {
      'content-type': 'application/json',
    })
    expect(answer.status).toBe(401)
  })

  it('gives a platform’s machine nothing that is for staff', async () => {
    for (const url of ['/api/matters', '/api/work-orders', '/api/units/direct-contacts'])
      expect((await world.platformAsks(tokenOf('province'), 'GET', url)).status).toBe(401)
  })

  it('is off by default', async () => {
    const off = await startMatters('baiyin-2024', null)
    try {
      for (const [method, url] of calls)
        expect(
          await off.platformAsks(tokenOf('province'), method, url, method === 'POST' ? said() : undefined),
        ).toMatchObject({
          status: 404,
          body: { code: 'exchangeOff' },
        })
      await off.ask({ role: 'agent' }, 'POST', '/api/matters', {
        source: 'scanCode',
        key: randomUUID(),
        raisedAt: '2026-03-01',
        outcomes: [order({ category: undefined })],
      })
      expect(await off.count('matters')).toBe(1)
      expect(await off.count('exchange_marks')).toBe(0)
    } finally {
      await off.stop()
    }
  })
})

it('documents every route', async () => {
  await world.app.ready()
  const { paths } = world.app.swagger() as {
    paths: Record<string, Record<string, { summary?: string; tags?: string[]; security?: unknown }>>
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  )
  const own = operations.filter(({ tags }) =>
    tags?.some((tag) => ['matters', 'direct contacts', 'exchange'].includes(tag)),
  )
  expect(own).toHaveLength(11)
  for (const operation of own) expect(operation.summary, operation.path).toMatch(/.{8,}/)
  for (const operation of own.filter(({ tags }) => tags?.includes('exchange')))
    expect(operation.security).toEqual([{ exchangeToken: [] }])
})
