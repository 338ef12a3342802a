import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueOf, ordersApi, person, supervisedFor, type OrdersApi } from '../../support/orders-api.ts'
import { draft, startOrders, type OrdersWorld } from '../../support/work-orders.ts'

/** 白银市民情直通平台诉求办理条例 (2024): one order under limits that the city set, through the API. */
const agent = person('受理坐席', 'agent')
const dispatcher = person('派单员', 'dispatcher')
const lighting = person('路灯经办人', 'unit', 'lighting')
const district = person('示范区经办人', 'unit', 'district')
const teamLead = person('班长', 'teamLead')
const caller = person('回访员', 'followUp')
const supervisor = person('督办员', 'supervisor')

let world: OrdersWorld
let api: OrdersApi
let calls = 0
const at = (time: string): void => void (world.time.now = new Date(`2026-${time}+08:00`))

beforeAll(async () => {
  world = await startOrders('baiyin-2024', {
    'BY24-D04': { unit: 'workingDay', count: 3 },
    'BY24-D05': { unit: 'workingDay', count: 10 },
  })
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

async function raised(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const phone = `+8613800043${String(++calls).padStart(3, '0')}`
  const { orders } = await world.register(
    await world.wrappedUp(phone),
    draft({ category: undefined, ...more } as Parameters<typeof draft>[0]),
  )
  return orders[0]!.number
}
const told = (text: string) => ({ way: '电话', text })

describe('an order under the regulation of Baiyin', () => {
  it('is forwarded the same day, sent back with the requester told, late and explained, handled again', async () => {
    at('03-02T10:00')
    const number = await raised()
    const accepted = await api.act(agent, number, 'accept')
    // 第十条第三款: 受理当日.
    expect(dueOf(accepted, 'BY24-D03')).toBe('2026-03-03T00:00:00+08:00')
    at('03-02T16:00')
    const sent = await api.act(dispatcher, number, 'dispatch', { leadUnit: 'lighting' })
    // The number is the platform's own, and says so.
    expect(sent.deadlines.find((d) => d.term === 'BY24-D05')).toMatchObject({
      due: '2026-03-17T00:00:00+08:00',
      localPolicy: true,
    })

    // 第十二条第二款: clearly not its duty; sent to another unit.
    at('03-03T09:00')
    await api.act(lighting, number, 'applySendBack', {
      reason: '明确属于示范区职责',
      papers: [{ code: 'statement', paper: '情况说明' }],
    })
    await api.act(dispatcher, number, 'decideSendBack', { approve: true, reason: '职责明确' })
    const again = await api.act(dispatcher, number, 'dispatch', { leadUnit: 'district' })
    expect(dueOf(again, 'BY24-D05', 'district')).toBe('2026-03-18T00:00:00+08:00')

    // 第二十三条第（二）项: overdue is supervised by itself.
    at('03-18T00:00')
    await world.bells.sweep()
    expect(supervisedFor(await api.see(supervisor, number), 'overdue')).toBe(1)

    // 第十五条: late, explained to the platform and told; no approval, no cap.
    at('03-18T09:00')
    const late = await api.act(district, number, 'applyExtension', {
      reason: '地下管线复杂',
      progress: '已开挖',
      measures: '分段修复',
      by: { unit: 'workingDay', count: 10 },
      told: told('预计两周内修复。'),
    })
    expect(late.procedures.findLast((p) => p.kind === 'timeExtension')?.verdict).not.toBeNull()
    expect(dueOf(late, 'BY24-D05', 'district')).toBe('2026-04-01T00:00:00+08:00')

    // 第十四条第（三）项: both feedbacks conclude; nobody audits.
    at('03-30T10:00')
    const fed = await api.act(district, number, 'feedBack', {
      result: '已修复',
      solved: true,
      told: told('已经修好。'),
    })
    expect(fed.state).toBe('concluded')

    // 第十七条: dissatisfied and in the right: handled again, with a limit of its own.
    at('03-31T10:00')
    await api.act(caller, number, 'followUp', {
      channel: 'voice',
      reached: true,
      solved: false,
      satisfied: 'dissatisfied',
      says: '又不亮了',
    })
    expect(
      await api.refused(district, number, 'judge', { followUp: 1, reasonable: false, reason: '已修好' }),
    ).toMatchObject({ status: 403 })
    const anew = await api.act(teamLead, number, 'judge', {
      followUp: 1,
      reasonable: true,
      reason: '现场仍不亮，诉求合理',
      then: 'handleAgain',
    })
    expect(anew.state).toBe('dispatched')
    expect(dueOf(anew, 'BY24-D05', 'district')).toBe('2026-04-16T00:00:00+08:00')
    at('04-02T10:00')
    await api.act(district, number, 'feedBack', {
      result: '更换电缆',
      solved: true,
      told: told('已更换电缆。'),
    })
    const end = await api.act(caller, number, 'followUp', {
      channel: 'voice',
      reached: true,
      solved: true,
      satisfied: 'satisfied',
    })
    expect(end).toMatchObject({ state: 'concluded', followUps: [{ n: 1 }, { n: 2, satisfied: 'satisfied' }] })
  })

  it('第十一条第（二）项: several matters of several units become orders beside each other', async () => {
    at('05-11T10:00')
    const number = await raised({ accept: true })
    await api.act(dispatcher, number, 'split', {
      reason: '路灯和占道分属两个单位',
      parts: [
        { title: '路灯不亮', facts: '三盏路灯不亮', unit: 'lighting' },
        { title: '占道经营', facts: '路口占道', unit: 'district' },
      ],
    })
    const page = await api.ask(dispatcher, 'GET', '/api/work-orders?limit=10')
    const items = page.body['items'] as { title: string; parent: string | null }[]
    expect(items.map((o) => o.title)).toEqual(expect.arrayContaining(['占道经营']))
  })

  it('第十九条第二款: ends only where refusing to help made it impossible', async () => {
    at('06-01T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    at('06-03T10:00')
    const said = {
      ground: 'noCooperation',
      reason: '多次拒绝提供位置',
      attempts: [{ at: '2026-06-02T09:00:00+08:00', way: '电话', note: '拒绝说明位置' }],
      tell: '因无法确定地点，终止办理。',
    }
    expect(
      await api.refused(teamLead, number, 'terminate', { ...said, facts: { withoutReason: true } }),
    ).toMatchObject({ status: 422, cite: expect.stringContaining('第十九条') })
    const ended = await api.act(teamLead, number, 'terminate', {
      ...said,
      facts: { withoutReason: true, cannotBeHandled: true },
    })
    expect(ended.state).toBe('terminated')
  })
})
