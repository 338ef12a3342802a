import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueOf, ordersApi, person, supervisedFor, type OrdersApi } from '../../support/orders-api.ts'
import { startListening, type ListeningWorld } from '../../support/listening.ts'
import { draft } from '../../support/work-orders.ts'

/** 鞍山市政务服务便民热线条例（草案）: one order from asking for material to the end, through the API. */
const agent = person('受理坐席', 'agent')
const dispatcher = person('派单员', 'dispatcher')
const lighting = person('路灯经办人', 'unit', 'lighting')
const district = person('示范区经办人', 'unit', 'district')
const centreLeader = person('中心负责人', 'centreLeader')
const auditor = person('审核员', 'auditor')
const caller = person('回访员', 'followUp')
const supervisor = person('督办员', 'supervisor')
const office = person('主管部门经办人', 'office')

let world: ListeningWorld
let api: OrdersApi
let calls = 0
const at = (time: string): void => void (world.time.now = new Date(`2026-${time}+08:00`))

beforeAll(async () => {
  world = await startListening('anshan-draft')
  api = await ordersApi(world)
})
afterAll(async () => {
  await api?.stop()
  await world?.stop()
})

async function raised(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const phone = `+8613800042${String(++calls).padStart(3, '0')}`
  const { orders } = await world.register(await world.wrappedUp(phone), draft(more))
  return orders[0]!.number
}
const told = (text: string) => ({ way: '电话', text })
const points = { settled: true, bothTold: true, heard: true, truthful: true }

describe('an order under the draft of Anshan', () => {
  it('waits for material, is sent back with papers, extended under the cap, audited, and asked about', async () => {
    at('03-02T10:00')
    const number = await raised()
    // 第十二条第二款第（二）项: what is missing, and until when.
    const asked = await api.act(agent, number, 'requestMaterial', {
      items: ['现场照片'],
      told: told('请在五个工作日内补充现场照片。'),
    })
    expect(asked.state).toBe('awaitingMaterial')
    expect(dueOf(asked, 'ASD-D03')).toBe('2026-03-10T00:00:00+08:00')
    expect(await api.refused(agent, number, 'closeForMaterial', { tell: '逾期' })).toMatchObject({
      code: 'materialNotYetDue',
    })
    at('03-04T10:00')
    expect((await api.act(agent, number, 'supply', { facts: '照片已收到，共三盏。' })).state).toBe(
      'registered',
    )
    await api.act(agent, number, 'accept')
    const sent = await api.act(dispatcher, number, 'dispatch', { leadUnit: 'lighting' })
    expect(dueOf(sent, 'ASD-D05', 'lighting')).toBe('2026-03-12T00:00:00+08:00')
    // 第十五条第二款: the whole matter, counted from the first delivery.
    expect(dueOf(sent, 'ASD-D07')).toBe('2026-05-07T00:00:00+08:00')

    // 第十三条: sent back with material, examined, dispatched again; the new unit has five days of its own.
    at('03-05T09:00')
    expect(
      await api.refused(lighting, number, 'applySendBack', { reason: '不属于本单位', papers: [] }),
    ).toMatchObject({
      status: 422,
    })
    await api.act(lighting, number, 'applySendBack', {
      reason: '该路段由示范区养护',
      papers: [{ code: 'notOurDuty', paper: '养护权责清单第3项' }],
    })
    const returned = await api.act(dispatcher, number, 'decideSendBack', {
      approve: true,
      reason: '查证属实',
    })
    expect(returned.state).toBe('accepted')
    at('03-05T11:00')
    const again = await api.act(dispatcher, number, 'dispatch', { leadUnit: 'district' })
    expect(dueOf(again, 'ASD-D05', 'district')).toBe('2026-03-13T00:00:00+08:00')
    expect(dueOf(again, 'ASD-D07')).toBe('2026-05-07T00:00:00+08:00')
    // To the unit that gave it back the order is no more its own.
    expect((await api.ask(lighting, 'GET', `/api/work-orders/${number}`)).status).toBeOneOf([200, 404])
    expect(await api.refused(lighting, number, 'feedBack', { result: '无', solved: false })).toMatchObject({
      status: expect.toBeOneOf([403, 404]),
    })

    // 第十五条第二款: no extension beyond two months in all; one inside them moves the date.
    at('03-12T10:00')
    const application = {
      reason: '需要停电施工',
      progress: '已排期',
      measures: '夜间施工',
      told: told('预计四月底前完成。'),
    }
    expect(
      await api.refused(district, number, 'applyExtension', {
        ...application,
        by: { unit: 'month', count: 2 },
      }),
    ).toMatchObject({ status: 422, cite: expect.stringContaining('第十五条') })
    await api.act(district, number, 'applyExtension', { ...application, by: { unit: 'month', count: 1 } })
    at('03-12T11:00')
    const extended = await api.act(centreLeader, number, 'decideExtension', { approve: true, reason: '同意' })
    expect(dueOf(extended, 'ASD-D05', 'district')).toBe('2026-04-14T00:00:00+08:00')
    // 第十四条第（二）项: 通报热线行政主管部门, which takes note of it.
    const history = (await api.see(agent, number)).events
    expect(history.findLast((e) => e.type === 'extended')).toMatchObject({
      data: { alsoTold: ['office'] },
    })
    const [notice, ...before] = await api.told(office, number)
    expect(notice).toMatchObject({
      role: 'office',
      text: `办理单${number}由示范区政府办理，办理期限延长到2026年4月13日24时前，特此通报。`,
      cite: expect.stringContaining('第十四条'),
      notedAt: null,
    })
    expect(before).toHaveLength(1)
    expect((await api.ask(supervisor, 'POST', `/api/work-orders/notices/${notice!.id}/noted`)).status).toBe(
      404,
    )
    expect((await api.ask(office, 'POST', `/api/work-orders/notices/${notice!.id}/noted`)).status).toBe(204)
    expect((await api.told(office, number))[0]).toMatchObject({ notedBy: office.id })
    expect(await api.told(supervisor, number)).toEqual([])
    // Its words hold nothing of the matter, and whoever is no more concerned hears nothing.
    expect(notice!.text).not.toContain('路灯')

    // 第十四条第（三）项, 第十六条, 第十七条.
    at('04-10T10:00')
    await api.act(district, number, 'contactRequester', { way: '电话', note: '已听取意见' })
    await api.act(district, number, 'feedBack', {
      result: '已恢复照明',
      solved: true,
      told: told('已经修好。'),
    })
    expect((await api.act(auditor, number, 'audit', { points })).state).toBe('concluded')
    const end = await api.act(caller, number, 'followUp', {
      channel: 'sms',
      reached: true,
      solved: true,
      satisfied: 'satisfied',
    })
    expect(end).toMatchObject({ state: 'concluded', followUps: [{ satisfied: 'satisfied' }] })
    // 星级评价 is not of this text.
    expect(await api.refused(auditor, number, 'rate', { followUp: 1, quality: 5 })).toMatchObject({
      status: 409,
    })
  })

  it('第十五条第二款: an application that nobody answers reaches those who have to answer it', async () => {
    at('04-20T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    at('04-21T10:00')
    await api.act(lighting, number, 'applyExtension', {
      reason: '缺少配件',
      progress: '已经订货',
      measures: '到货即换',
      by: { unit: 'workingDay', count: 5 },
      told: told('预计五月初完成。'),
    })
    expect(await api.told(centreLeader, number)).toMatchObject([
      { text: expect.stringContaining('的延期申请等待答复，应当于2026年4月22日24时前答复') },
    ])
    at('04-23T00:00')
    await world.bells.sweep()
    for (const who of [centreLeader, office])
      expect((await api.told(who, number))[0]).toMatchObject({
        text: expect.stringContaining('的延期申请超过一个工作日没有答复'),
        cite: expect.stringContaining('第十五条'),
      })
    expect(await api.told(supervisor, number)).toEqual([])
    // Rung twice, told once.
    await world.bells.sweep()
    expect(await api.told(office, number)).toHaveLength(2)
  })

  it('第十四条第（四）项: ends by proof and audit where the requester cannot be reached', async () => {
    at('06-01T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    at('06-04T10:00')
    const attempt = (day: string) => ({ at: `2026-06-${day}T09:00:00+08:00`, way: '电话', note: '无人接听' })
    await api.act(lighting, number, 'applyTermination', {
      ground: 'outOfReach',
      reason: '三次联系不上',
      proof: ['通话清单'],
      attempts: [attempt('02'), attempt('03'), attempt('04')],
    })
    const ended = await api.act(auditor, number, 'decideTermination', {
      approve: true,
      reason: '证明属实',
      tell: '因无法与您联系，终止办理；您可以再次提出。',
    })
    expect(ended.state).toBe('terminated')
    expect(await world.workOrders.progress(number, '0001')).toMatchObject({ acceptance: '已终止办理' })
  })

  it('第十九条、第二十条: overdue is supervised; to be handed on it must have been supervised in vain', async () => {
    at('07-01T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    expect(
      await api.refused(supervisor, number, 'handOn', {
        to: 'discipline',
        grounds: ['supervisedInVain'],
        reason: '多次督办无果',
      }),
    ).toMatchObject({ status: 422 })
    at('07-09T00:00')
    await world.bells.sweep()
    const late = await api.see(supervisor, number)
    expect(supervisedFor(late, 'overdue')).toBe(1)
  })

  it('第十二条第二款第（四）项: the same matter without anything new joins the order that runs', async () => {
    at('08-03T10:00')
    const number = await raised({ accept: true, leadUnit: 'lighting' })
    const contactId = await world.wrappedUp('+8613800042901')
    const again = { type: 'appended', number, facts: '再次来电催问，没有新情况。' } as const
    // 告知诉求人办理进展或者办理结果: nothing is kept as raised again before he was told.
    await expect(world.register(contactId, again)).rejects.toMatchObject({
      code: 'progressNotTold',
      fields: { cite: expect.stringContaining('第十二条') },
    })
    await world.register(contactId, { ...again, told: '已告知正在办理' })
    const joined = await api.see(agent, number)
    expect(joined['contactIds']).toHaveLength(2)
    expect(joined.events.findLast((e) => e.type === 'appended')).toMatchObject({
      cite: expect.stringContaining('第十二条'),
      data: { told: '已告知正在办理' },
    })
    const news = await world.wrappedUp('+8613800042902')
    await world.register(news, { type: 'appended', number, facts: '今天又坏了两盏。', somethingNew: true })

    // 办理完毕: the result is told, and it stays the order that it was.
    at('08-04T10:00')
    await api.act(lighting, number, 'feedBack', { result: '已修好', solved: true, told: told('已经修好。') })
    await api.act(auditor, number, 'audit', { points })
    const late = await world.wrappedUp('+8613800042903')
    await expect(
      world.register(late, { type: 'appended', number, facts: '又坏了', somethingNew: true }),
    ).rejects.toMatchObject({ code: 'wrongState' })
    await world.register(late, { ...again, told: '已告知八月四日修好' })
    expect(await api.see(agent, number)).toMatchObject({ state: 'concluded' })
  })
})
