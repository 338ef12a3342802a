import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueOf, ordersApi, person, type OrdersApi } from '../../support/orders-api.ts'
import { draft, startOrders, type OrdersWorld } from '../../support/work-orders.ts'

/** 鞍山市群众诉求办理条例 (2019): one order from the first word to the final rating, through the API. */
const agent = person('受理坐席', 'agent')
const dispatcher = person('派单员', 'dispatcher')
const lighting = person('路灯经办人', 'unit', 'lighting')
const lightingLeader = person('路灯分管领导', 'unitLeader', 'lighting')
const district = person('示范区经办人', 'unit', 'district')
const centreLeader = person('中心负责人', 'centreLeader')
const auditor = person('审核员', 'auditor')
const caller = person('回访员', 'followUp')
const office = person('办公室', 'office')

let world: OrdersWorld
let api: OrdersApi
const at = (time: string): void => void (world.time.now = new Date(`2026-${time}+08:00`))

beforeAll(async () => {
  world = await startOrders('anshan-2019')
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

async function raised(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const phone = `+8613800041${String(Math.floor(world.time.now.getTime() / 60_000) % 1000).padStart(3, '0')}`
  const { orders } = await world.register(await world.wrappedUp(phone), draft(more))
  return orders[0]!.number
}

const points = { settled: true, bothTold: true, truthful: true }
const result = (text: string) => ({ result: text, solved: true, told: { way: '电话', text } })

describe('an order under the regulation of 2019', () => {
  it('is accepted, dispatched, paused, extended, audited, followed up, rated, re-evaluated and final', async () => {
    at('03-02T10:00')
    const number = await raised({ kind: 'complaint', category: 3, title: '投诉路灯长期不修' })
    // 第二十条第（二）项: three working days to decide, two to forward.
    expect(dueOf(await api.see(agent, number), 'AS19-D02')).toBe('2026-03-06T00:00:00+08:00')
    at('03-02T11:00')
    expect(dueOf(await api.act(agent, number, 'accept'), 'AS19-D03')).toBe('2026-03-05T00:00:00+08:00')
    at('03-02T14:00')
    const sent = await api.act(dispatcher, number, 'dispatch', {
      leadUnit: 'lighting',
      coUnits: ['district'],
    })
    expect(dueOf(sent, 'AS19-D06', 'lighting')).toBe('2026-03-10T00:00:00+08:00')

    // 第二十二条: the clock runs from delivery; acknowledging does not move it.
    at('03-03T09:00')
    expect(dueOf(await api.act(lighting, number, 'acknowledge'), 'AS19-D06')).toBe(
      '2026-03-10T00:00:00+08:00',
    )

    // 第二十七条: recusal asked for on 03-04 and decided on 03-06 takes two working days out.
    at('03-04T15:00')
    await api.act(agent, number, 'applyRecusal', {
      by: 'requester',
      ground: 'closeRelative',
      reason: '经办人是被投诉人的近亲属',
      person: lighting.id,
    })
    at('03-06T10:00')
    await expect(
      api.refused(lighting, number, 'decideRecusal', { approved: false, document: '书1号', reason: '无' }),
    ).resolves.toMatchObject({ status: 403 })
    const decided = await api.act(lightingLeader, number, 'decideRecusal', {
      approved: false,
      document: '路灯回避〔2026〕1号',
      reason: '经核实不存在近亲属关系',
    })
    expect(dueOf(decided, 'AS19-D06', 'lighting')).toBe('2026-03-12T00:00:00+08:00')

    // 第二十二条第二款: applied for inside the limit, with everything told; the old date stands until approval.
    at('03-10T16:00')
    const applied = await api.act(lighting, number, 'applyExtension', {
      reason: '电缆需要更换',
      progress: '已经定位故障点',
      measures: '三周内更换电缆',
      by: { unit: 'month', count: 1 },
      told: { way: '电话', text: '因更换电缆，预计一个月内完成。' },
    })
    expect(dueOf(applied, 'AS19-D06', 'lighting')).toBe('2026-03-12T00:00:00+08:00')
    const extended = await api.act(centreLeader, number, 'decideExtension', {
      approve: true,
      reason: '情况属实',
    })
    // One month on is Saturday 11 April: it rolls to Monday.
    expect(dueOf(extended, 'AS19-D06', 'lighting')).toBe('2026-04-14T00:00:00+08:00')

    // 第二十四条第二款: the co-unit reports to the leading unit.
    at('03-20T10:00')
    await api.act(district, number, 'feedBack', { result: '占道许可已办理', solved: true })

    // 第二十一条: both feedbacks; only one cannot finish the order.
    at('04-01T10:00')
    await expect(
      api.refused(lighting, number, 'feedBack', { result: '已修复', solved: true }),
    ).resolves.toMatchObject({ status: 422, code: 'requesterNotTold' })
    await api.act(lighting, number, 'feedBack', result('电缆已更换，路灯恢复照明。'))

    // 第二十三条第一款: a failed audit sends it back under the old clock.
    at('04-02T10:00')
    const back = await api.act(auditor, number, 'audit', {
      points: { ...points, truthful: false },
      note: '现场仍有两盏不亮',
    })
    expect(back.state).toBe('dispatched')
    expect(dueOf(back, 'AS19-D06', 'lighting')).toBe('2026-04-14T00:00:00+08:00')
    at('04-03T10:00')
    await api.act(lighting, number, 'feedBack', result('剩余两盏已经修复。'))
    at('04-07T10:00')
    const passed = await api.act(auditor, number, 'audit', { points, quality: 4 })
    expect(passed.state).toBe('concluded')
    expect(passed.deadlines.filter((d) => d.metAt === null && d.term === 'AS19-D06')).toEqual([])

    // 第二十三条第一、二款: called back, rated from quality and satisfaction.
    at('04-08T10:00')
    await api.act(caller, number, 'followUp', {
      channel: 'voice',
      reached: true,
      solved: true,
      satisfied: 'basicallySatisfied',
      says: '修好了，就是等得久',
    })
    await api.act(caller, number, 'rate', { followUp: 1, quality: 4 })

    // 第二十三条第三款: objection, re-evaluation by others, review by the office, final.
    at('04-09T10:00')
    await api.act(lighting, number, 'objectRating', { reason: '延期经过批准', evidence: ['延期批复'] })
    expect(
      await api.refused(caller, number, 'reEvaluate', { quality: 5, satisfaction: 4, reason: '同意' }),
    ).toMatchObject({ status: 403 })
    await api.act(auditor, number, 'reEvaluate', { quality: 5, satisfaction: 4, reason: '延期合规' })
    const final = await api.act(office, number, 'confirmReEvaluation', { agree: true, reason: '同意复评' })
    expect(final).toMatchObject({ state: 'concluded', rating: { final: true } })
    expect(
      await api.refused(lighting, number, 'objectRating', { reason: '再议', evidence: ['无'] }),
    ).toMatchObject({
      code: 'ratingFinal',
    })

    // 第十条: the requester follows it by its number and his telephone.
    expect(await world.workOrders.progress(number, '0001')).toMatchObject({
      acceptance: '已受理',
      progress: '已办结',
      result: '剩余两盏已经修复。',
    })
    // Who, when, in which role, by which article.
    for (const event of final.events) {
      expect(event.actor.role).not.toBe('')
      expect(event.cite === null || event.cite.startsWith('《')).toBe(true)
    }
  })

  it('第二十五条第（一）项: an overdue order is supervised by itself, once, and answered by the unit', async () => {
    at('05-06T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    at('05-14T00:00')
    await world.bells.sweep()
    await world.bells.sweep()
    const late = await api.see(office, number)
    const supervised = late.procedures.filter((p) => p.kind === 'supervision')
    expect(supervised).toHaveLength(1)
    expect(late.deadlines.find((d) => d.term === 'AS19-D06')).toMatchObject({ overdue: true })
    await api.act(lighting, number, 'answerSupervision', { text: '材料已到，明日施工。' })
    const closed = await api.act(office, number, 'closeSupervision', { settled: true, reason: '已经施工' })
    expect(closed.procedures.find((p) => p.kind === 'supervision')?.verdict).not.toBeNull()
  })

  it('第二十条第（四）项: a petition goes to its handler and to the petition office at once', async () => {
    at('06-01T10:00')
    const number = await raised({ category: 4, accept: true, leadUnit: 'district' })
    const order = await api.see(dispatcher, number)
    expect(order['legs']).toMatchObject([{ role: 'lead' }, { role: 'petition', unit: 'petition' }])
  })

  it('does not know send-back, termination or classes, and says what to do instead', async () => {
    at('06-02T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    for (const [who, action, body] of [
      [lighting, 'applySendBack', { reason: '不属于本单位', papers: [] }],
      [centreLeader, 'terminate', { ground: 'notLawful', reason: '不合法' }],
      [dispatcher, 'classify', { class: 'complex', reason: '疑难' }],
    ] as const)
      expect(await api.refused(who, number, action, body)).toMatchObject({
        status: 409,
        code: 'notInThisStatute',
      })
  })
})
