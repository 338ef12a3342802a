import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDispatchDirectory, type DispatchDirectory } from '../../src/dispatch-directory/service.ts'
import { createUnitRegister } from '../../src/work-orders/units.ts'
import { ordersApi, person, type OrdersApi } from '../support/orders-api.ts'
import { agent, draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

/** 国办函〔2025〕66号第五项 派单目录, local policy here: whatever speaks against a dispatch stands in it and bars nothing. */
const dispatcher = person('派单员', 'dispatcher')
let world: OrdersWorld
let api: OrdersApi
let directory: DispatchDirectory
let calls = 0

beforeAll(async () => {
  world = await startOrders(
    'anshan-2019',
    {},
    {
      directory: (tx, order, units) => directory.against(tx, order, units),
    },
  )
  const register = createUnitRegister(world.db)
  directory = createDispatchDirectory({
    db: world.db,
    clock: () => world.time.now,
    statute: world.statutes.of('anshan-2019'),
    units: (tx) => register.all(tx),
  })
  await world.db.query(`update units set kind = 'subdistrict' where code = 'district'`)
  const entry = { keywords: ['路灯'], leadUnit: 'lighting', validFrom: '2026-01-01', basis: '〔2026〕1号' }
  await directory.add(entry, agent)
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

const register = async (more: Parameters<typeof draft>[0]): Promise<string> => {
  const phone = `+8613800044${String(++calls).padStart(3, '0')}`
  return (await world.register(await world.wrappedUp(phone), draft(more))).orders[0]!.number
}
const warned = async (number: string): Promise<unknown> => {
  const { events } = await api.see(dispatcher, number)
  return (events.findLast((e) => e.type === 'dispatched') as unknown as { data: { warnings: unknown } }).data
    .warnings
}

describe('the directory and a dispatch', () => {
  it('says nothing of the unit that it names, nor of a matter that it does not know', async () => {
    expect(await warned(await register({ accept: true, leadUnit: 'lighting' }))).toEqual([])
    const unlisted = { title: '井盖', facts: '井盖破损。', accept: true, leadUnit: 'district' }
    expect(await warned(await register(unlisted))).toEqual([])
  })

  it('warns in the event that it names another, at registration, at dispatch and when it is moved', async () => {
    const both = ['leadDiffers', 'departmentMatterToGrassRoots']
    expect(await warned(await register({ accept: true, leadUnit: 'district' }))).toEqual(both)
    const number = await register({ accept: true })
    await api.act(dispatcher, number, 'dispatch', { leadUnit: 'district', coUnits: ['lighting'] })
    expect(await warned(number)).toEqual(both)
    const moved = await register({ accept: true, leadUnit: 'lighting' })
    await api.act(dispatcher, moved, 'reassign', { to: 'district', reason: '所在地办理' })
    expect(await warned(moved)).toEqual(both)
    // A unit that helps leads nothing.
    const helped = await register({ accept: true, leadUnit: 'lighting' })
    await api.act(dispatcher, helped, 'addCoUnit', { unit: 'district', reason: '协助' })
    expect(await warned(helped)).toEqual([])
  })
})
