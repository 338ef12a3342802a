import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordersApi, person, type OrdersApi } from '../support/orders-api.ts'
import { startListening, type ListeningWorld } from '../support/listening.ts'
import { draft } from '../support/work-orders.ts'

/** Who is told what of an order, through the API and on a real database. */
const lighting = person('路灯经办人', 'unit', 'lighting')
const leader = person('路灯分管领导', 'unitLeader', 'lighting')
const agent = person('坐席', 'agent')
const office = person('主管部门经办人', 'office')
const recused = person('主管部门回避的人', 'office')
const centreLeader = person('中心负责人', 'centreLeader')

let world: ListeningWorld
let api: OrdersApi
let calls = 0

beforeAll(async () => {
  world = await startListening('anshan-draft')
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

async function atUnit(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const phone = `+8613800043${String(++calls).padStart(3, '0')}`
  const { orders } = await world.register(
    await world.wrappedUp(phone),
    draft({ accept: true, leadUnit: 'lighting', ...more }),
  )
  return orders[0]!.number
}
const asking = {
  reason: '缺少配件',
  progress: '已经订货',
  measures: '到货即换',
  by: { unit: 'workingDay', count: 5 },
  told: { way: '电话', text: '下周完成。' },
}

describe('notices to people of staff', () => {
  it('are written once for each event, whatever number the event has', async () => {
    const number = await atUnit()
    // 9 comes before 10, although not as a text: an event's number must not be taken for another's.
    await world.db.query(`alter table work_order_events alter column id restart with 99999`)
    await api.act(lighting, number, 'applyExtension', asking)
    await api.act(centreLeader, number, 'decideExtension', { approve: true, reason: '同意' })
    expect((await api.told(office, number)).map(({ text }) => text.slice(number.length + 3))).toEqual(
      expect.arrayContaining([
        expect.stringContaining('的延期申请等待答复'),
        expect.stringContaining('特此通报'),
      ]),
    )
  })

  it('of a unit’s leader alone: he decides on a recusal of his people, and nobody else is told', async () => {
    const number = await atUnit({ kind: 'complaint' })
    world.people.set(lighting.id, 'lighting')
    await api.act(agent, number, 'applyRecusal', {
      by: 'requester',
      ground: 'closeRelative',
      reason: '近亲属',
      person: lighting.id,
    })
    expect(await api.told(leader, number)).toMatchObject([
      { text: `办理单${number}有一项工作人员回避申请等待书面决定。`, cite: null },
    ])
    for (const other of [lighting, office, centreLeader]) expect(await api.told(other, number)).toEqual([])
    // A unit that is to withdraw as a whole is not told; whoever stands above it is.
    await api.act(agent, number, 'applyRecusal', {
      by: 'requester',
      ground: 'interest',
      reason: '利害关系',
      unit: 'lighting',
    })
    expect(await api.told(leader, number)).toHaveLength(1)
    expect(await api.told(office, number)).toMatchObject([{ text: expect.stringContaining('单位回避申请') }])
  })

  it('do not reach whoever is kept out of the order', async () => {
    const number = await atUnit({ kind: 'complaint', accusedStaff: recused.id })
    await api.act(lighting, number, 'applyExtension', asking)
    expect(await api.told(office, number)).toHaveLength(1)
    expect(await api.told(recused, number)).toEqual([])
    const [notice] = await api.told(office, number)
    const noted = `/api/work-orders/notices/${notice!.id}/noted`
    expect((await api.ask(recused, 'POST', noted)).status).toBe(404)
    expect((await api.ask(office, 'POST', noted)).status).toBe(204)
    expect((await api.ask(person('另一人', 'office'), 'POST', noted)).status).toBe(204)
    expect((await api.told(office, number))[0]!.notedBy).toBe(office.id)
    const open = await api.ask(office, 'GET', '/api/work-orders/notices?unnoted=true')
    expect(open.body['items']).not.toContainEqual(expect.objectContaining({ number }))
  })

  it('are turned over page by page, the newest first', async () => {
    const first = await api.ask(office, 'GET', '/api/work-orders/notices?limit=1')
    const second = await api.ask(
      office,
      'GET',
      `/api/work-orders/notices?limit=1&cursor=${encodeURIComponent(String(first.body['next']))}`,
    )
    expect(second.status).toBe(200)
    expect(second.body['items']).toHaveLength(1)
    expect(second.body['items']).not.toEqual(first.body['items'])
    expect((await api.ask(office, 'GET', '/api/work-orders/notices?cursor=x')).status).toBe(400)
  })
})
