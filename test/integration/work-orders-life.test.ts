import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCalendar, dayFrom } from '../../src/statutes/calendar.ts'
import { stateCouncilNotice } from '../../src/statutes/state-council.ts'
import { streetOf } from '../../src/work-orders/figures-store.ts'
import { draft, startOrders, viewer, type OrdersWorld } from '../support/work-orders.ts'

let world: OrdersWorld
beforeAll(async () => {
  world = await startOrders()
})
afterAll(() => world.stop())

let serial = 20_000
const nextPhone = (): string => `+86138000${++serial}`
async function newOrder(more: Parameters<typeof draft>[0] = {}, phone = nextPhone()): Promise<string> {
  const { orders } = await world.register(await world.wrappedUp(phone), draft(more))
  return orders[0]!.number
}
const act = (
  number: string,
  body: Parameters<OrdersWorld['workOrders']['act']>[1],
  role: 'agent' | 'unit' | 'dispatcher' = 'dispatcher',
) => world.workOrders.act(number, body, viewer(role, role === 'unit' ? 'lighting' : null))
const at = (instant: string): void => void (world.time.now = new Date(instant))

describe('an order after its registration', () => {
  it('第二十条、第二十二条: is accepted, dispatched and clocked', async () => {
    at('2026-03-02T10:00+08:00')
    const number = await newOrder()
    at('2026-03-03T09:00+08:00')
    expect(await act(number, { action: 'accept' })).toMatchObject({ state: 'accepted' })
    at('2026-03-04T09:00+08:00')
    const done = await act(number, { action: 'dispatch', leadUnit: 'lighting', coUnits: ['district'] })
    expect(done).toMatchObject({ state: 'dispatched', leadUnit: 'lighting' })
    expect(done.deadlines.map((d) => [d.term, d.unit, d.due, d.metAt])).toEqual([
      ['AS19-D02', null, '2026-03-06T00:00:00+08:00', '2026-03-03T09:00:00+08:00'],
      ['AS19-D03', null, '2026-03-06T00:00:00+08:00', '2026-03-04T09:00:00+08:00'],
      ['AS19-D06', 'lighting', '2026-03-12T00:00:00+08:00', null],
      ['AS19-D06', 'district', '2026-03-12T00:00:00+08:00', null],
      ['AS19-D07', 'lighting', '2026-03-12T00:00:00+08:00', null],
      ['AS19-D07', 'district', '2026-03-12T00:00:00+08:00', null],
    ])
    expect(done.events.at(-1)).toMatchObject({
      type: 'dispatched',
      actor: { role: 'dispatcher' },
      cite: expect.stringContaining('第二十条第（二）项'),
    })
  })

  it('第二十条第（四）项: adds the petition office to a petition by itself', async () => {
    const number = await newOrder({ category: 4, accept: true })
    const done = await act(number, { action: 'dispatch', leadUnit: 'district' })
    expect(done.legs.map((leg) => [leg.unit, leg.role])).toEqual([
      ['district', 'lead'],
      ['petition', 'petition'],
    ])
  })

  it('lets one of two win and shows the other what won', async () => {
    const number = await newOrder()
    const tries = await Promise.allSettled([
      act(number, { action: 'accept' }),
      act(number, { action: 'refuse', reason: 'outsideCity', tell: '不在本市' }),
      act(number, { action: 'accept', version: 1 }),
    ])
    expect(tries.filter((t) => t.status === 'fulfilled')).toHaveLength(1)
    for (const t of tries)
      if (t.status === 'rejected')
        expect(t.reason).toMatchObject({
          status: 409,
          fields: { extra: { version: 2, state: expect.any(String) } },
        })
  })

  it('refuses an action on an old sight, and records every refused attempt', async () => {
    const number = await newOrder()
    await act(number, { action: 'append', facts: '又来电' })
    await expect(act(number, { action: 'accept', version: 1 })).rejects.toMatchObject({
      status: 409,
      code: 'changedMeanwhile',
    })
    await expect(act(number, { action: 'dispatch', leadUnit: 'lighting' })).rejects.toMatchObject({
      status: 409,
      code: 'wrongState',
      fields: { cite: expect.stringContaining('第二十条第（二）项') },
    })
    const { events, state } = await world.workOrders.detail(number, viewer('dispatcher'))
    expect(state).toBe('registered')
    expect(events.at(-1)).toMatchObject({
      type: 'attemptRefused',
      data: { action: 'dispatch', refused: 'wrongState' },
    })
  })

  it('第十八条: loses what was missing as it is supplied', async () => {
    const number = await newOrder({ requester: { contact: '13800000077' }, place: '' })
    const supplied = await act(number, {
      action: 'supply',
      place: '示范路9号',
      requester: { name: '化名某乙' },
    })
    expect(supplied.missing.map((m) => m.element)).toEqual(['requesterAddress'])
    expect(supplied.requester.name).toBe('化***')
    const [stored] = await world.db.query<{ data: string }>(
      `select string_agg(data::text, '') as data from work_order_events e join work_orders o on o.id = e.order_id
       where o.number = $1`,
      [number],
    )
    expect(stored!.data).not.toContain('某乙')
  })

  it('第二十六条: 补充为举报的，密级随之提高，集中统计不显示地点', async () => {
    const number = await newOrder({ requester: { contact: '13800000077' }, place: '和平路12号' })
    await act(number, { action: 'supply', kind: 'tipOff' })
    const [row] = await world.db.query<{ confidential: string; street: string | null }>(
      `select o.confidential, ${streetOf} as street from work_orders o where o.number = $1`,
      [number],
    )
    expect(row).toEqual({ confidential: 'tipOff', street: null })
  })

  it('第二十五条第（二）项: goes on in the order of the same matter, whichever way two people join them', async () => {
    const [a, b] = [await newOrder(), await newOrder()]
    const tries = await Promise.allSettled([
      act(a, { action: 'merge', into: b }),
      act(b, { action: 'merge', into: a }),
    ])
    expect(tries.map((t) => t.status).sort()).toEqual(['fulfilled', 'rejected'])
    const merged = (await world.workOrders.detail(a, viewer('agent'))).state === 'merged' ? a : b
    const view = await world.workOrders.detail(merged, viewer('agent'))
    expect(view).toMatchObject({ state: 'merged', mergedInto: merged === a ? b : a, deadlines: [] })
  })
})

describe('the bell', () => {
  const missed = async (number: string) =>
    (await world.workOrders.detail(number, viewer('agent'))).events.filter((e) => e.type === 'deadlineMissed')

  it('is set with the clock and rings once, after the last second of the last day', async () => {
    at('2026-03-02T10:00+08:00')
    const number = await newOrder()
    const [job] = await world.db.query<{
      data: { orderId: string; leg: number; term: string }
      delay_ms: number
    }>(`select data, delay_ms from outbox where queue = 'deadlines' order by id desc limit 1`)
    expect(job!.delay_ms).toBe(Date.parse('2026-03-06T00:00+08:00') - Date.parse('2026-03-02T10:00+08:00'))
    at('2026-03-05T23:59:59+08:00')
    await world.bells.ring(job!.data)
    expect(await missed(number)).toHaveLength(0)
    at('2026-03-06T00:00+08:00')
    await Promise.all([world.bells.ring(job!.data), world.bells.ring(job!.data), world.bells.sweep()])
    expect(await missed(number)).toMatchObject([{ cite: expect.stringContaining('第二十条第（二）项') }])
    const late = await act(number, { action: 'accept' })
    expect(late.deadlines[0]).toMatchObject({ term: 'AS19-D02', overdue: true })
    expect(late.deadlines[0]!.metAt).not.toBeNull()
  })

  it('does not ring for what was done in time, refused or merged', async () => {
    at('2026-03-02T10:00+08:00')
    const accepted = await newOrder()
    const refused = await newOrder()
    await act(accepted, { action: 'accept' })
    await act(accepted, { action: 'dispatch', leadUnit: 'lighting' })
    await act(refused, { action: 'refuse', reason: 'outsideCity', tell: '不在本市' })
    at('2026-03-06T12:00+08:00')
    while ((await world.bells.sweep()) > 0);
    expect(await missed(accepted)).toHaveLength(0)
    expect(await missed(refused)).toHaveLength(0)
  })

  it('is found by the sweep where it was lost, and the list shows what is overdue', async () => {
    at('2026-03-02T10:00+08:00')
    const number = await newOrder()
    at('2026-03-09T12:00+08:00')
    expect(await world.bells.sweep()).toBeGreaterThan(0)
    expect(await missed(number)).toHaveLength(1)
    const { views } = await world.workOrders.list({ overdue: true, limit: 200 }, viewer('supervisor'))
    expect(views.map((v) => v.number)).toContain(number)
    for (const view of views) expect(view.deadlines.some((d) => d.overdue)).toBe(true)
  })

  it('moves when the notice of the year comes', async () => {
    at('2026-12-29T10:00+08:00')
    const number = await newOrder({ accept: true })
    const clock = async () => (await world.workOrders.detail(number, viewer('agent'))).deadlines.at(-1)
    at('2026-12-31T10:00+08:00')
    await act(number, { action: 'dispatch', leadUnit: 'lighting' })
    expect(await clock()).toMatchObject({ due: '2027-01-08T00:00:00+08:00', provisional: true })
    expect(await world.bells.recompute()).toBe(0)

    const holidays = new Set([1, 2, 3, 4].map((date) => dayFrom(2027, 1, date)))
    world.calendars.current = createCalendar(
      (year) => (year === 2027 ? { year, holidays, makeUpDays: new Set() } : stateCouncilNotice(year)),
      'state-council-2004-2027',
    )
    expect(await world.bells.recompute()).toBeGreaterThan(0)
    expect(await clock()).toMatchObject({ due: '2027-01-12T00:00:00+08:00', provisional: false })
    expect(await world.bells.recompute()).toBe(0)
  })
})

describe('who sees what', () => {
  it('第二十六条: a unit sees its own orders only, and no whistle-blower', async () => {
    at('2026-03-02T10:00+08:00')
    const mine = await newOrder({
      accept: true,
      leadUnit: 'lighting',
      kind: 'tipOff',
      facts: '我是化名某甲，举报违建。',
    })
    const foreign = await newOrder({ accept: true, leadUnit: 'district' })
    const lighting = viewer('unit', 'lighting')
    const { views } = await world.workOrders.list({ limit: 200 }, lighting)
    expect(views.map((v) => v.number)).toContain(mine)
    expect(views.map((v) => v.number)).not.toContain(foreign)
    await expect(world.workOrders.detail(foreign, lighting)).rejects.toMatchObject({ status: 404 })
    await expect(act(foreign, { action: 'append', facts: 'x' }, 'unit')).rejects.toMatchObject({
      status: 404,
    })
    const seen = JSON.stringify(await world.workOrders.detail(mine, lighting))
    expect(seen).not.toContain('某甲')
    expect(seen).not.toContain('0001')
    await expect(act(mine, { action: 'append', facts: 'x' }, 'unit')).rejects.toMatchObject({ status: 403 })
    await expect(world.workOrders.list({ limit: 10 }, viewer('unit'))).resolves.toMatchObject({ views: [] })
  })

  it('opens an identity only with a reason on the ledger, a tip-off’s never', async () => {
    const plain = await newOrder()
    expect(await world.workOrders.reveal(plain, '回电核实', viewer('agent'))).toEqual({
      name: '化名某甲',
      contact: '13800000001',
      home: '示范小区2号楼',
    })
    const [entry] = await world.db.query<Record<string, unknown>>(
      `select action, reason, subject_id from access_ledger where action = 'reveal' order by id desc limit 1`,
    )
    expect(entry).toEqual({ action: 'reveal', reason: '回电核实', subject_id: plain })
    const tipOff = await newOrder({ kind: 'tipOff' })
    await expect(world.workOrders.reveal(tipOff, '好奇', viewer('teamLead'))).rejects.toMatchObject({
      status: 403,
      code: 'tipOffProtected',
    })
  })

  it('shows the pop open orders with their clock, but no tip-off', async () => {
    at('2026-03-02T10:00+08:00')
    const phone = nextPhone()
    const plain = await newOrder({}, phone)
    await newOrder({ kind: 'tipOff' }, phone)
    const [{ requester_id: requesterId }] = (await world.db.query<{ requester_id: string }>(
      `select requester_id from work_orders where number = $1`,
      [plain],
    )) as [{ requester_id: string }]
    expect(await world.workOrders.openOrdersOf([requesterId])).toEqual([
      {
        number: plain,
        title: '路灯不亮',
        state: 'registered',
        due: '2026-03-06T00:00:00+08:00',
        provisional: false,
        cite: '《鞍山市群众诉求办理条例》第二十条第（二）项',
        overdue: false,
      },
    ])
    await act(plain, { action: 'refuse', reason: 'outsideCity', tell: '不在本市' })
    expect(await world.workOrders.openOrdersOf([requesterId])).toEqual([])
    expect(await world.workOrders.recentOrdersOf([requesterId], 5)).toMatchObject([
      { number: plain, state: 'refused' },
    ])
  })

  it('finds similar open orders by place and words, the requester’s own first', async () => {
    at('2026-03-02T10:00+08:00')
    const number = await newOrder({ title: '暖气不热', place: '立山区样板街88号' })
    const [found] = await world.workOrders.similar('样板街88号暖气不热', [])
    expect(found).toMatchObject({ number, sameRequester: false })
    expect(await world.workOrders.similar('公交线路', [])).toEqual([])
  })

  it('第十条: tells the requester by number and last four digits, and nobody else anything', async () => {
    const number = await newOrder({
      accept: true,
      leadUnit: 'lighting',
      requester: { contact: '13800004321' },
    })
    expect(await world.workOrders.progress(number.toLowerCase(), '4321')).toMatchObject({
      number,
      acceptance: '已受理',
      unit: '路灯管理处',
      progress: '承办单位办理中',
    })
    expect(await world.workOrders.progress(number, '4322')).toBeNull()
    expect(await world.workOrders.progress('AS2603020000000', '4321')).toBeNull()
    expect(await world.workOrders.progress(number, '%')).toBeNull()
  })
})

describe('lists', () => {
  it('turn every page once, newest first, whatever the filter', async () => {
    at('2026-03-02T10:00+08:00')
    const made = []
    for (let n = 0; n < 7; n++) made.push(await newOrder({ kind: 'suggestion' }))
    const seen: string[] = []
    let before: { at: string; id: string } | undefined
    for (;;) {
      const { rows } = await world.workOrders.list(
        { kind: 'suggestion', limit: 3, ...(before ? { before } : {}) },
        viewer('supervisor'),
      )
      if (rows.length === 0) break
      seen.push(...rows.map((r) => r.number))
      const last = rows.at(-1)!
      before = { at: last.raisedAt.toISOString(), id: last.id }
    }
    expect([...seen].sort()).toEqual([...made].sort())
    const incomplete = await newOrder({ kind: 'opinion', requester: {} })
    const { views } = await world.workOrders.list(
      { incomplete: true, kind: 'opinion', limit: 10 },
      viewer('agent'),
    )
    expect(views.map((v) => v.number)).toEqual([incomplete])
  })
})
