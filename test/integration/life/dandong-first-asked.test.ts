import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueOf, ordersApi, person, type OrdersApi } from '../../support/orders-api.ts'
import { draft, startOrders, type OrdersWorld } from '../../support/work-orders.ts'

/** 丹东市 8890“首问责任制”管理办法（征求意见稿）: urgent, classed, supervised twice, through the API. */
const agent = person('受理坐席', 'agent')
const dispatcher = person('派单员', 'dispatcher')
const lighting = person('路灯经办人', 'unit', 'lighting')
const district = person('示范区经办人', 'unit', 'district')
const caller = person('回访员', 'followUp')
const supervisor = person('督办员', 'supervisor')
const centreLeader = person('中心负责人', 'centreLeader')

let world: OrdersWorld
let api: OrdersApi
let calls = 0
const at = (time: string): void => void (world.time.now = new Date(`2026-${time}+08:00`))

beforeAll(async () => {
  world = await startOrders('dandong-first-asked')
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

async function raised(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const phone = `+8613800044${String(++calls).padStart(3, '0')}`
  const { orders } = await world.register(
    await world.wrappedUp(phone),
    draft({ category: undefined, ...more } as Parameters<typeof draft>[0]),
  )
  return orders[0]!.number
}
const told = { way: '电话', text: '已经处理完毕。' }
const parts = {
  leadership: '分管领导到现场督促',
  investigation: '现场查看，系电缆老化',
  solution: '更换电缆',
  followUp: '诉求人表示认可',
}

describe('an order under the method of Dandong', () => {
  it('is telephoned, acknowledged late, made 疑难 in time, reported with every part, and supervised twice', async () => {
    at('09-28T08:00')
    const number = await raised({ accept: true })
    expect(await api.refused(dispatcher, number, 'dispatch', { leadUnit: 'lighting' })).toMatchObject({
      code: 'classNeeded',
      cite: expect.stringContaining('第十三条'),
    })
    const sent = await api.act(dispatcher, number, 'dispatch', {
      leadUnit: 'lighting',
      class: 'general',
      urgentSituation: 'fallingParts',
    })
    // 第十三条第（二）项: seven working days across National Day; one to acknowledge.
    expect(dueOf(sent, 'DD-D04')).toBe('2026-10-14T00:00:00+08:00')
    expect(dueOf(sent, 'DD-D02')).toBe('2026-09-30T00:00:00+08:00')

    // 第十七条: besides the order a telephone hand-over, until somebody is on the way.
    await api.act(agent, number, 'logUrgentCall', { name: '值班室', answered: false })
    await api.act(agent, number, 'logUrgentCall', { name: '分管领导', answered: true })
    at('09-28T08:20')
    await api.act(lighting, number, 'confirmOnTheWay', { arrival: '2026-09-28T08:40:00+08:00' })

    // 第十三条第（一）项: 超期接收 is on record and moves no other clock.
    at('09-30T09:00')
    const taken = await api.act(lighting, number, 'acknowledge')
    expect(taken.events.findLast((e) => e.type === 'acknowledged')).toMatchObject({ data: { late: true } })
    expect(dueOf(taken, 'DD-D04')).toBe('2026-10-14T00:00:00+08:00')

    // 疑难 only while the old limit runs, from the same start.
    at('10-12T10:00')
    const complex = await api.act(dispatcher, number, 'classify', {
      class: 'complex',
      reason: '需要多部门协调',
    })
    expect(dueOf(complex, 'DD-D04')).toBeNull()
    expect(dueOf(complex, 'DD-D05')).toBe('2026-10-24T00:00:00+08:00')

    // 第十三条第（四）项: four parts, or it does not pass.
    at('10-20T10:00')
    expect(
      await api.refused(lighting, number, 'feedBack', { result: '已修复', solved: true, told, parts: {} }),
    ).toMatchObject({ code: 'resultPartMissing', cite: expect.stringContaining('第十三条') })
    const fed = await api.act(lighting, number, 'feedBack', { result: '已修复', solved: true, told, parts })
    expect(fed.state).toBe('concluded')

    // 第十六条: the result is untrue: first supervision, then a sheet that a leader signs.
    at('10-21T10:00')
    await api.act(supervisor, number, 'supervise', {
      trigger: 'untrueResult',
      reason: '现场查看，并未修复',
      means: ['phone'],
    })
    at('10-22T10:00')
    await api.act(lighting, number, 'answerSupervision', { text: '已重新派人' })
    await api.act(supervisor, number, 'closeSupervision', {
      settled: false,
      reason: '仍未修复',
      means: ['supervisionSheet'],
      until: '2026-10-26T18:00:00+08:00',
    })
    expect(await api.refused(lighting, number, 'answerSupervision', { text: '已修复' })).toMatchObject({
      status: 422,
      cite: expect.stringContaining('第十六条'),
    })
    const answered = await api.act(lighting, number, 'answerSupervision', {
      text: '已修复',
      signedBy: '副主任',
    })
    expect(answered.procedures.filter((p) => p.kind === 'supervision')).toHaveLength(2)

    // 第十四条: nobody chooses whom to call; what was supervised is called in any case.
    at('10-27T10:00')
    const called = await api.act(caller, number, 'followUp', {
      channel: 'voice',
      reached: true,
      solved: true,
      satisfied: 'satisfied',
    })
    expect(called).toMatchObject({ followUps: [{ satisfied: 'satisfied' }] })
  })

  it('第十三条第（六）项: sent back only with all three papers and within seven working days', async () => {
    at('03-02T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting', class: 'general' })
    const paper = (code: string) => ({ code, paper: `${code} 文件` })
    expect(
      await api.refused(lighting, number, 'applySendBack', {
        reason: '不属于本单位',
        papers: [paper('statement')],
      }),
    ).toMatchObject({ status: 422, cite: expect.stringContaining('第十三条第（六）项') })
    at('03-12T00:00')
    const papers = ['establishmentOffice', 'cityLeader', 'statement'].map(paper)
    expect(
      await api.refused(lighting, number, 'applySendBack', { reason: '不属于本单位', papers }),
    ).toMatchObject({ status: 409 })
    at('03-11T23:59')
    await api.act(lighting, number, 'applySendBack', { reason: '不属于本单位', papers })
    await api.act(dispatcher, number, 'decideSendBack', {
      approve: true,
      reason: '依编办确责和市领导批示',
      basis: '丹编办函示例1号，改由示范区承办',
    })
    const again = await api.act(dispatcher, number, 'dispatch', { leadUnit: 'district', class: 'general' })
    expect(again['leadUnit']).toBe('district')
    expect((await api.see(district, number)).state).toBe('dispatched')
  })

  it('第十八条: what was inherited from the past goes to the petition office', async () => {
    at('04-01T10:00')
    const number = await raised({ accept: true, leadUnit: 'district', class: 'complex' })
    const moved = await api.act(supervisor, number, 'handOn', {
      to: 'petitionOffice',
      grounds: ['legacy'],
      reason: '2005 年拆迁遗留问题',
      tell: '该事项已移交信访部门协调处理。',
    })
    expect(moved.state).toBe('transferred')
  })

  it('第十三条第（三）项: extensions of fifteen working days in all, asked for before the end', async () => {
    at('05-06T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting', class: 'general' })
    const apply = (count: number) => ({
      reason: '等待配件',
      basis: '供货合同',
      by: { unit: 'workingDay', count },
      told: { way: '电话', text: '需要延期。' },
    })
    at('05-12T10:00')
    expect(await api.refused(lighting, number, 'applyExtension', apply(16))).toMatchObject({ status: 422 })
    await api.act(lighting, number, 'applyExtension', apply(15))
    const extended = await api.act(centreLeader, number, 'decideExtension', { approve: true, reason: '同意' })
    expect(dueOf(extended, 'DD-D04')).toBe('2026-06-05T00:00:00+08:00')
  })
})
