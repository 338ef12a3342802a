import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { idOf, startMatters, type MattersWorld, rows } from '../support/matters.ts'

let world: MattersWorld
beforeAll(async () => {
  world = await startMatters()
})
afterAll(() => world.stop())

const agent = { role: 'agent' as Role }
const order = (more: object = {}) => ({
  type: 'workOrder',
  title: '路灯不亮',
  facts: '小区门口路灯不亮三天了。',
  kind: 'help',
  category: 2,
  place: '铁西区示范路1号',
  requester: { name: '化名某甲', home: '示范小区2号楼', contact: '13800000001' },
  confidential: false,
  accept: false,
  ...more,
})
const entry = (more: object = {}) => ({
  source: 'letter',
  key: randomUUID(),
  raisedAt: '2026-02-27',
  outcomes: [order()],
  ...more,
})
const enter = (body: object, who = agent) => world.ask(who, 'POST', '/api/matters', body)

describe('第六条第二款: other channels are managed inside one system', () => {
  it('makes contact, registration and order of a letter at once, and counts them as of any channel', async () => {
    const { status, body } = await enter(
      entry({ source: 'mayorMailbox', sourceNumber: 'M-1', raisedAt: '2026-02-27T09:30+08:00' }),
    )
    expect(status).toBe(201)
    expect(body).toMatchObject({
      repeated: false,
      matter: {
        way: 'entered',
        source: 'mayorMailbox',
        sourceLabel: '市长信箱',
        sourceNumber: 'M-1',
        raisedAt: '2026-02-27T09:30:00+08:00',
        receivedAt: '2026-03-02T10:00:00+08:00',
        enteredBy: { id: idOf.get('agent'), role: 'agent' },
        orders: [body.registered.orders[0].number],
      },
    })
    const contact = await world.contacts.find(body.matter.contactId)
    expect(contact).toMatchObject({
      channel: 'web',
      account: 'mayorMailbox',
      state: 'ended',
      end: 'completed',
      queuedAt: null,
      agentId: idOf.get('agent'),
    })
    expect((await world.contacts.eventsOf(contact!.id)).map((e) => [e.type, e.fromState, e.toState])).toEqual(
      [
        ['entered', null, 'wrapUp'],
        ['registered', 'wrapUp', 'ended'],
      ],
    )
    const shown = await world.ask(agent, 'GET', `/api/work-orders/${body.matter.orders[0]}`)
    expect(shown.body).toMatchObject({ sourceChannel: 'mayorMailbox', state: 'registered' })
  })

  it('lets the time run from when the centre received it, by 第二十条, and keeps when it was raised', async () => {
    const { body } = await enter(
      entry({ raisedAt: '2026-02-20', receivedAt: '2026-02-28T15:00+08:00', sourceNumber: 'late' }),
    )
    expect(body.matter).toMatchObject({
      raisedAt: '2026-02-20T00:00:00+08:00',
      receivedAt: '2026-02-28T15:00:00+08:00',
      time: { localPolicy: false, cite: expect.stringContaining('第二十条') },
    })
    // three working days after 2026-02-28, a make-up Saturday
    expect(body.registered.orders[0].deadlines).toMatchObject([
      { term: 'AS19-D02', startedAt: '2026-02-28T15:00:00+08:00', due: '2026-03-05T00:00:00+08:00' },
    ])
  })

  it('lists the sources of the city, law apart from local policy', async () => {
    const { body } = await world.ask(agent, 'GET', '/api/matters/sources')
    expect(body.items).toContainEqual({
      code: 'minxin',
      label: '民心网',
      basis: expect.objectContaining({ cite: '《鞍山市群众诉求办理条例》第六条第二款', localPolicy: false }),
    })
    expect(body.items).toContainEqual({
      code: 'letter',
      label: '信件',
      basis: expect.objectContaining({ cite: null, localPolicy: true }),
    })
  })

  it('takes every outcome of a wrap-up', async () => {
    const first = await enter(entry())
    const number = first.body.matter.orders[0]
    const outcomes = [
      {
        type: 'answered',
        kind: 'consultation',
        answer: '已答复。',
        knowledge: [],
        lacking: { what: '办事时间' },
      },
      { type: 'referred', matter: 'legalProcedure', target: '人民法院', tell: '请向法院提出。' },
      { type: 'refused', reason: 'outsideCity', tell: '不在本市。' },
      { type: 'appended', number, facts: '又来信，路灯仍然不亮。' },
    ]
    const { status, body } = await enter(entry({ source: 'visit', outcomes }))
    expect([status, body.code]).toEqual([201, undefined])
    expect(rows<{ type: string }>(body.registered.outcomes).map((o) => o.type)).toEqual(
      outcomes.map((o) => o.type),
    )
    // joined to the order that was there: raised twice, one order
    expect(body.matter.orders).toEqual([number])
    const shown = await world.ask(agent, 'GET', `/api/work-orders/${number}`)
    expect(shown.body.contactIds).toEqual(
      expect.arrayContaining([first.body.matter.contactId, body.matter.contactId]),
    )
  })

  it('shows open orders about the same thing, and not its own', async () => {
    const bridge = { title: '永乐桥栏杆断裂', place: '永乐桥', facts: '栏杆断裂。' }
    const first = await enter(entry({ outcomes: [order(bridge)] }))
    const second = await enter(
      entry({ source: 'messageBoard', sourceNumber: 'B-7', outcomes: [order(bridge)] }),
    )
    expect(rows<{ number: string }>(second.body.similar).map((o) => o.number)).toEqual(
      first.body.matter.orders,
    )
  })

  it('fills what an order leaves open with what was said once of the requester', async () => {
    const { body } = await enter(
      entry({
        requester: { name: '化名某乙', home: '示范小区9号楼', contact: '13800000009' },
        outcomes: [order({ requester: { contact: '13800000010' } })],
      }),
    )
    expect(body.registered.orders[0].missing).toEqual([])
    const revealed = await world.ask(agent, 'POST', `/api/work-orders/${body.matter.orders[0]}/reveal`, {
      reason: '联系诉求人',
    })
    expect(revealed.body).toMatchObject({ name: '化名某乙', home: '示范小区9号楼', contact: '13800000010' })
  })

  it('第二十条第六项: keeps nothing of a named report but that it was referred', async () => {
    const before = await world.count('messages')
    const { body } = await enter(
      entry({
        requester: { name: '化名某丙', contact: '13800000003' },
        outcomes: [
          {
            type: 'referred',
            matter: 'namedReport',
            target: '纪委 12388 网站',
            tell: '请通过 12388 举报。',
            summary: '机密内容',
          },
        ],
      }),
    )
    expect([body.code, body.detail]).toEqual([undefined, undefined])
    const [kept] = await world.db.query<{ all: string }>(
      `select (select string_agg(data::text, '') from registration_outcomes o join registrations r on r.id = o.registration_id
         where r.contact_id = $1) as all`,
      [body.matter.contactId],
    )
    expect(kept!.all).not.toMatch(/机密内容|某丙|13800000003/)
    expect(await world.count('messages')).toBe(before)
    const profile = await world.requesters.profile(
      (await world.contacts.find(body.matter.contactId))!.requesterId,
    )
    expect(profile).toMatchObject({ name: null, links: [] })
  })
})

describe('one matter once', () => {
  it('answers a second entry of a source number with the first order, whoever enters it', async () => {
    const said = entry({ source: 'minxin', sourceNumber: 'X-100' })
    const first = await enter(said)
    const orders = await world.count('work_orders')
    const second = await enter(
      { ...said, key: randomUUID(), outcomes: [order({ title: '别的' })] },
      { role: 'teamLead' },
    )
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject({
      repeated: true,
      matter: { id: first.body.matter.id, orders: first.body.matter.orders },
      registered: { registrationId: first.body.registered.registrationId },
    })
    expect(await world.count('work_orders')).toBe(orders)
    // the number of another source is another matter
    expect((await enter({ ...said, source: 'province', key: randomUUID() })).status).toBe(201)
  })

  it('makes one of twelve entries of one number that arrive at once', async () => {
    const said = { source: 'police110', sourceNumber: '110-42' }
    const before = await Promise.all(
      ['contacts', 'registrations', 'work_orders', 'requesters'].map(world.count),
    )
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) => enter(entry(said), { role: n % 2 ? 'agent' : 'dispatcher' })),
    )
    expect(all.map((a) => a.status).sort()).toEqual([...Array<number>(11).fill(200), 201])
    expect(new Set(all.map((a) => String(a.body.matter.orders[0]))).size).toBe(1)
    const after = await Promise.all(
      ['contacts', 'registrations', 'work_orders', 'requesters'].map(world.count),
    )
    expect(after).toEqual(before.map((n) => n + 1))
  })

  it('makes one of two presses, also without a number', async () => {
    const said = entry()
    const [one, two] = await Promise.all([enter(said), enter(said)])
    expect([one.status, two.status].sort()).toEqual([200, 201])
    expect(one.body.matter.id).toBe(two.body.matter.id)
    // somebody else's page may choose the same key
    expect((await enter(said, { role: 'teamLead' })).status).toBe(201)
  })

  it('refuses a key that stands for another matter, and leaves that one alone', async () => {
    const said = entry({ source: 'minxin', sourceNumber: 'K-1' })
    await enter(said)
    const before = await world.count('contacts')
    expect(await enter({ ...said, sourceNumber: 'K-2' })).toMatchObject({
      status: 409,
      body: { code: 'entryKeyReused' },
    })
    expect(await world.count('contacts')).toBe(before)
  })

  it('undoes everything when an outcome is refused, so that the entry can be corrected', async () => {
    const before = await Promise.all(['contacts', 'matters', 'requesters', 'registrations'].map(world.count))
    const said = entry({
      source: 'minxin',
      sourceNumber: 'R-1',
      outcomes: [order(), order({ category: 99 })],
    })
    expect(await enter(said)).toMatchObject({ status: 422, body: { code: 'categoryUnknown' } })
    const after = await Promise.all(['contacts', 'matters', 'requesters', 'registrations'].map(world.count))
    expect(after).toEqual(before)
    expect((await enter({ ...said, outcomes: [order()] })).status).toBe(201)
  })
})

describe('what cannot be entered', () => {
  it.each([
    [{ source: 'telegram' }, 422, 'sourceUnknown'],
    [{ source: 'unitDirect' }, 422, 'sourceUnknown'],
    [{ raisedAt: '2026-03-02T10:05+08:00' }, 422, 'raisedInFuture'],
    [{ raisedAt: '2026-03-03' }, 422, 'raisedInFuture'],
    [{ receivedAt: '2026-03-02T11:00+08:00' }, 422, 'receivedInFuture'],
    [{ raisedAt: '2026-02-27', receivedAt: '2026-02-26' }, 422, 'receivedBeforeRaised'],
    [{ raisedAt: '2026-02-30' }, 422, 'momentUnknown'],
    [{ raisedAt: '2026-02-27T25:00+08:00' }, 422, 'momentUnknown'],
    [{ raisedAt: '2026-02-27T10:00' }, 400, 'badRequest'],
    [{ raisedAt: 'yesterday' }, 400, 'badRequest'],
    [{ outcomes: [] }, 400, 'badRequest'],
    [{ outcomes: [{ type: 'forgotten' }] }, 400, 'badRequest'],
    [{ key: 'short' }, 400, 'badRequest'],
    [{ sourceNumber: 'x'.repeat(101) }, 400, 'badRequest'],
  ])('%o: %i %s', async (more, status, code) => {
    const answer = await enter(entry(more))
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  it('tolerates the difference between two clocks, and never writes a time that has not come', async () => {
    const { body } = await enter(entry({ raisedAt: '2026-03-02T10:00:30+08:00' }))
    expect(body.matter).toMatchObject({ raisedAt: '2026-03-02T10:00:00+08:00' })
  })

  it('keeps what no database can hold out of it', async () => {
    const { status, body } = await enter(entry({ source: 'minxin', sourceNumber: 'n\u0000\ud800' }))
    expect([status, body.matter.sourceNumber]).toEqual([201, 'n\ufffd\ufffd'])
  })
})

describe('who may', () => {
  it.each([
    [null, 401],
    ['unit', 403],
    ['analyst', 403],
    ['systemAdministrator', 403],
    ['supervisor', 403],
    ['agent', 201],
    ['teamLead', 201],
    ['dispatcher', 201],
  ] as const)('%s enters: %i', async (role, status) => {
    const answer = await world.ask(role && { role }, 'POST', '/api/matters', entry())
    expect(answer.status).toBe(status)
  })

  it.each([
    [null, 401],
    ['unit', 403],
    ['systemAdministrator', 403],
    ['supervisor', 200],
    ['office', 200],
  ] as const)('%s reads: %i', async (role, status) => {
    for (const url of ['/api/matters', '/api/matters/sources'])
      expect((await world.ask(role && { role }, 'GET', url)).status).toBe(status)
  })

  it('does not name the order of a tip-off to others than who entered it', async () => {
    const said = entry({ source: 'mayorMailbox', sourceNumber: 'tip', outcomes: [order({ kind: 'tipOff' })] })
    const first = await enter(said)
    expect(first.body.registered.orders).toHaveLength(1)
    const number = first.body.registered.orders[0].number
    const again = await enter({ ...said, key: randomUUID() }, { role: 'teamLead' })
    expect(again.status).toBe(200)
    expect(again.raw).not.toContain(number)
  })
})

it('pages through matters, newest first, each once', async () => {
  const all = await world.ask(agent, 'GET', '/api/matters?limit=100')
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const url: string = `/api/matters?limit=4${cursor ? `&cursor=${cursor}` : ''}`
    const page = await world.ask(agent, 'GET', url)
    seen.push(...rows<{ id: string }>(page.body.items).map((m) => m.id))
    cursor = page.body.next
  } while (cursor)
  expect(seen).toEqual(rows<{ id: string }>(all.body.items).map((m) => m.id))
  expect(new Set(seen).size).toBe(await world.count('matters'))
  const one = await world.ask(agent, 'GET', '/api/matters?source=minxin&sourceNumber=X-100')
  expect(one.body.items).toHaveLength(1)
})
