import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/work-orders/registration-contract.ts'
import { agent, agentId, draft, startOrders, viewer, type OrdersWorld } from '../support/work-orders.ts'

let world: OrdersWorld
beforeAll(async () => {
  world = await startOrders()
})
afterAll(() => world.stop())

let serial = 10_000
const phone = (): string => `+86138000${++serial}`
const rows = (sql: string, values: unknown[] = []) => world.db.query<Record<string, unknown>>(sql, values)

describe('a registration', () => {
  it('第十八条: keeps the order with its number, clock and statute, and tells the requester', async () => {
    const contactId = await world.wrappedUp(phone())
    const registered = await world.register(contactId, draft())
    const [order] = registered.orders
    expect(order).toMatchObject({ state: 'registered', missing: [] })
    expect(order!.number).toMatch(/^AS260302\d{7}$/)
    expect(order!.deadlines).toMatchObject([
      { term: 'AS19-D02', due: '2026-03-06T00:00:00+08:00', provisional: false, overdue: false },
    ])
    expect(world.notices.at(-1)).toMatchObject({
      contactId,
      orders: [{ number: order!.number, due: '2026-03-06T00:00:00+08:00' }],
    })
    const detail = await world.workOrders.detail(order!.number, viewer('agent'))
    expect(detail).toMatchObject({
      statute: 'anshan-2019',
      statuteVersion: '2019-12-15.2',
      contactIds: [contactId],
    })
    expect(detail.events.map((e) => e.type)).toEqual(['registered'])
    expect(await world.contacts.find(contactId)).toMatchObject({ state: 'ended', end: 'completed' })
  })

  it('seals identity at rest and remembers the person', async () => {
    const contactId = await world.wrappedUp(phone())
    await world.register(contactId, draft())
    const stored = JSON.stringify(await rows(`select * from work_orders`))
    for (const secret of ['化名某甲', '示范小区2号楼', '13800000001']) expect(stored).not.toContain(secret)
    const { requesterId } = (await world.contacts.find(contactId))!
    expect(await world.requesters.profile(requesterId)).toMatchObject({ name: '化名某甲' })
  })

  it('C-15: keeps an incomplete order, says what is missing, and lets the number of the call stand in', async () => {
    const contactId = await world.wrappedUp(phone())
    const { orders } = await world.register(contactId, draft({ requester: {}, place: ' ' }))
    expect(orders[0]!.missing).toMatchObject([
      { element: 'requesterName', label: '诉求人姓名', cite: expect.stringContaining('第十八条第（一）项') },
      { element: 'requesterAddress' },
      { element: 'place' },
    ])
  })

  it('is made once, however often and from wherever it is sent', async () => {
    const contactId = await world.wrappedUp(phone())
    const sent = Array.from({ length: 12 }, () => world.register(contactId, draft()))
    const answers = await Promise.all(sent)
    expect(new Set(answers.map((a) => a.orders[0]!.number)).size).toBe(1)
    const again = await world.register(contactId, draft({ title: '别的' }), draft())
    expect(again).toEqual(answers[0])
    expect(await rows(`select 1 from work_order_contacts where contact_id = $1`, [contactId])).toHaveLength(1)
  })

  it('holds several orders as siblings of the first', async () => {
    const contactId = await world.wrappedUp(phone())
    const { orders } = await world.register(
      contactId,
      draft(),
      draft({ title: '井盖' }),
      draft({ title: '噪音' }),
    )
    const details = await Promise.all(orders.map((o) => world.workOrders.detail(o.number, viewer('agent'))))
    expect(details.map((d) => d.parent)).toEqual([null, orders[0]!.number, orders[0]!.number])
    expect(await world.workOrders.ordersOfContacts([contactId])).toEqual(
      new Map([[contactId, orders.map((o) => o.number).sort()]]),
    )
  })

  it('第二十条第（一）项: cites the knowledge item and version it answered from', async () => {
    const item = await world.knowledge.publish(
      {
        unitCode: 'lighting',
        title: '路灯报修',
        body: '报修后三日内修复。',
        source: { name: '市政设施管理办法' },
        validFrom: '2026-01-01',
      },
      'test',
    )
    const contactId = await world.wrappedUp(phone())
    const answered = {
      type: 'answered',
      kind: 'consultation',
      answer: '三日内修复。',
      knowledge: [item],
    } as const
    const registered = await world.register(contactId, { ...answered, knowledge: [item] })
    expect(registered).toMatchObject({
      orders: [],
      outcomes: [{ cite: expect.stringContaining('第二十条第（一）项') }],
    })
    const [stored] = await rows(`select data from registration_outcomes where registration_id = $1`, [
      registered.registrationId,
    ])
    expect(stored!['data']).toMatchObject({ knowledge: [{ id: item.id, version: 1, title: '路灯报修' }] })
  })

  it('第十九条: without an item to cite it says what the knowledge base lacks', async () => {
    const contactId = await world.wrappedUp(phone())
    const answered: Outcome & { type: 'answered' } = {
      type: 'answered',
      kind: 'consultation',
      answer: '三日内修复。',
      knowledge: [],
    }
    for (const lacking of [undefined, { what: ' ' }])
      await expect(
        world.register(contactId, { ...answered, ...(lacking ? { lacking } : {}) }),
      ).rejects.toMatchObject({
        status: 422,
        code: 'knowledgeMissing',
        fields: { cite: expect.stringContaining('第十九条'), errors: [{ field: 'knowledge' }] },
      })
    expect(world.lacking).toEqual([])
    const lacking = { what: '路灯修复时限', unit: 'lighting' }
    const { registrationId } = await world.register(contactId, { ...answered, lacking })
    const [stored] = await rows(`select data from registration_outcomes where registration_id = $1`, [
      registrationId,
    ])
    expect(stored!['data']).toMatchObject({ knowledge: [], lacking })
    expect(world.lacking).toMatchObject([{ ...lacking, actor: { id: agentId } }])
  })

  it('第二十条第（六）项: keeps nothing of the substance of a named report', async () => {
    const contactId = await world.wrappedUp(phone())
    const referred = { type: 'referred', matter: 'namedReport', target: '纪检监察举报' } as const
    const { registrationId } = await world.register(contactId, {
      ...referred,
      tell: '请向 12388 举报某局长',
      summary: '举报某局长受贿',
    })
    expect(world.told.at(-1)).toMatchObject({ contactId, number: '12388', matter: 'namedReport' })
    const kept = JSON.stringify(
      await rows(`select * from registration_outcomes where registration_id = $1`, [registrationId]),
    )
    expect(kept).not.toContain('局长')
    expect(JSON.stringify(world.told)).not.toContain('受贿')
  })

  it('refuses with the reason of the statute and another channel', async () => {
    const contactId = await world.wrappedUp(phone())
    const registered = await world.register(contactId, {
      type: 'refused',
      reason: 'outsideCity',
      tell: '请向事发地提出',
    })
    const [stored] = await rows(`select data, cite from registration_outcomes where registration_id = $1`, [
      registered.registrationId,
    ])
    expect(stored).toMatchObject({
      cite: expect.stringContaining('第二条'),
      data: { reason: 'outsideCity', otherChannel: expect.stringContaining('12345') },
    })
  })

  it('joins the same matter to an open order and counts the contact', async () => {
    const first = await world.wrappedUp(phone())
    const { orders } = await world.register(first, draft())
    const second = await world.wrappedUp(phone())
    await world.register(second, { type: 'appended', number: orders[0]!.number, facts: '今天还是不亮。' })
    const detail = await world.workOrders.detail(orders[0]!.number, viewer('agent'))
    expect(detail.contactIds).toEqual([first, second])
    expect(detail.facts).toBe('小区门口路灯不亮三天了。\n\n今天还是不亮。')
  })

  it('第二十条第（三）项: raises the notice of an incident in the same breath', async () => {
    const contactId = await world.wrappedUp(phone())
    await world.register(contactId, draft({ incident: 'accident', urgent: true }))
    expect(world.incidents.at(-1)).toMatchObject({ contactId, incident: 'accident' })
  })

  it('accepts and dispatches at once where the agent decided so', async () => {
    const contactId = await world.wrappedUp(phone())
    const { orders } = await world.register(contactId, draft({ accept: true, leadUnit: 'lighting' }))
    expect(orders[0]).toMatchObject({ state: 'dispatched' })
    const detail = await world.workOrders.detail(orders[0]!.number, viewer('agent'))
    expect(detail.events.map((e) => e.type)).toEqual(['registered', 'accepted', 'dispatched'])
    expect(detail.deadlines.filter((d) => d.metAt === null).map((d) => [d.term, d.unit])).toEqual([
      ['AS19-D06', 'lighting'],
      ['AS19-D07', 'lighting'],
    ])
  })

  it.each<[string, Outcome, string]>([
    ['an unknown kind', draft({ kind: 'gossip' }), 'kindUnknown'],
    ['an unknown category', draft({ category: 99 }), 'categoryUnknown'],
    ['an unknown unit', draft({ accept: true, leadUnit: 'nowhere' }), 'unitUnknown'],
    ['an unknown kind of requester', draft({ requester: { kind: 'robot' } }), 'requesterKindUnknown'],
    ['an unknown care group', draft({ requester: { careGroups: ['vip'] } }), 'careGroupUnknown'],
    ['an unknown incident', draft({ incident: 'party' }), 'incidentUnknown'],
    [
      'a refusal without a ground',
      { type: 'refused', reason: 'busy', tell: '忙' } as const,
      'refusalReasonUnknown',
    ],
    ['an unknown order', { type: 'appended', number: 'AS1', facts: 'x' }, 'numberUnknown'],
    [
      'knowledge that is not there',
      {
        type: 'answered',
        kind: 'inquiry',
        answer: 'x',
        knowledge: [{ id: randomUUID(), version: 1 }],
      } as const,
      'knowledgeUnknown',
    ],
    ['no outcome that is one', { type: 'gossip' } as never, 'outcomeMalformed'],
  ])('refuses %s and leaves the contact as it was', async (_what, outcome, code) => {
    const contactId = await world.wrappedUp(phone())
    await expect(world.register(contactId, draft(), outcome)).rejects.toMatchObject({ code, status: 422 })
    expect(await world.contacts.find(contactId)).toMatchObject({ state: 'wrapUp' })
    expect(await rows(`select 1 from registrations where contact_id = $1`, [contactId])).toHaveLength(0)
    expect((await world.register(contactId, draft())).orders).toHaveLength(1)
  })

  it('undoes everything when the notice to the requester cannot be promised', async () => {
    const contactId = await world.wrappedUp(phone())
    const before = await rows(`select 1 from work_orders`)
    await expect(
      world.db.tx(async (tx) => {
        const contact = (await world.contacts.find(contactId))!
        await world.workOrders.registrar.register(tx, {
          contact,
          idempotencyKey: randomUUID(),
          outcomes: [draft()],
          actor: agent,
        })
        throw new Error('no way')
      }),
    ).rejects.toThrow('no way')
    expect(await rows(`select 1 from work_orders`)).toHaveLength(before.length)
  })
})
