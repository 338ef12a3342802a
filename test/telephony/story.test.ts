import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Registered } from '../../src/work-orders/registration-contract.ts'
import { startHotline, type Hotline } from '../support/hotline.ts'
import { endAllSipp, placeCall, startPhones } from '../support/sipp.ts'
import { kannelText, sendSms } from '../support/sms-push.ts'
import { sendPush, signedPush, textPush } from '../support/wechat-push.ts'
import { wait } from '../support/wait.ts'

/**
 * One story per channel, from the citizen's side to the stored work order: real Asterisk with SIP calls, PostgreSQL,
 * Redis, the gateway as its own process, webhooks and desks over the network.
 */
let city: Hotline
beforeAll(async () => {
  city = await startHotline()
}, 120_000)
afterAll(async () => {
  await endAllSipp()
  await city.stop()
}, 60_000)

const order = (facts: string, more: Record<string, unknown> = {}) => ({
  type: 'workOrder',
  kind: 'help',
  category: 2,
  facts,
  place: '建国路12号',
  requester: { name: '甲某', home: '建国路12号3单元', careGroups: ['elderly'] },
  confidential: false,
  ...more,
})

async function contactOf(filter: string) {
  const answer = await city.api('lead', `/api/contacts?${filter}`)
  expect(answer.status).toBe(200)
  const page = (await answer.json()) as { items: Record<string, unknown>[] }
  return page.items
}

describe('a citizen', () => {
  beforeAll(async () => {
    await city.staff('lead', ['dispatcher'])
  })

  it('texts, is answered, and gets the number of the work order', async () => {
    const desk = await city.agent('texts')
    await desk.begin()
    const push = kannelText(city.smsToken, '13800000101', '建国路路灯不亮三天了', 'story-sms-1')
    const acknowledged = await sendSms(city.url(), push)
    expect(acknowledged.status).toBe(200)
    // The operator sends it again: it stays one message.
    await sendSms(city.url(), push)

    const offer = await desk.offer()
    expect(offer.contact.channel).toBe('sms')
    expect(offer.contact.pop.maskedAddress).toBe('138****0101')
    expect(offer.contact.messages.map((m) => m.text)).toEqual(['建国路路灯不亮三天了'])
    await desk.ask({ type: 'acceptOffer', offerId: offer.offerId })
    const id = offer.contact.id
    await desk.contact(id, 'active')
    await desk.ask({
      type: 'say',
      contactId: id,
      clientId: '0190d9a0-0000-4000-8000-000000000001',
      text: '请问是哪一段？',
    })
    await wait(() =>
      city.smsProvider.sent.some((s) => s.to.endsWith('13800000101') && s.text.includes('请问是哪一段')),
    )

    // The agent sees that it was sent, without asking.
    await desk.until((m) => m.type === 'message' && m.message.delivery === 'sent')

    const registered = (await desk.register(id, [order('路灯不亮，老人夜里摔倒过')])) as Registered
    const [made] = registered.orders
    expect(made).toMatchObject({ state: 'accepted', missing: [] })
    expect(made!.deadlines.map((d) => d.term)).toContain('AS19-D03')
    await wait(() => city.smsProvider.sent.some((s) => s.text.includes(made!.number)))

    const [contact] = await contactOf('providerId=story-sms-1')
    expect(contact).toMatchObject({ state: 'ended', end: 'completed', workOrders: [made!.number] })
    const stored = await city.api('texts', `/api/work-orders/${made!.number}`)
    expect(await stored.json()).toMatchObject({
      sourceChannel: 'sms',
      statute: 'anshan-2019',
      requester: { name: '甲*', contact: '138****0101' },
    })
    desk.close()
  }, 60_000)

  it('writes by WeChat, ties his telephone, and is one person with one history', async () => {
    const desk = await city.agent('wechat')
    await desk.begin()
    const openid = 'oStoryOne'
    const push = signedPush(...textPush(openid, '小区停水了', '7001'))
    expect(await (await sendPush(city.url(), push)).text()).toBe('success')
    const offer = await desk.offer()
    expect(offer.contact.channel).toBe('wechat')
    await desk.ask({ type: 'acceptOffer', offerId: offer.offerId })
    await desk.contact(offer.contact.id, 'active')
    await desk.ask({
      type: 'say',
      contactId: offer.contact.id,
      clientId: '0190d9a0-0000-4000-8000-000000000002',
      text: '您好，已为您登记。',
    })
    await wait(() => city.wechatApi.texts(openid).includes('您好，已为您登记。'))
    await desk.register(offer.contact.id, [
      {
        type: 'answered',
        kind: 'inquiry',
        answer: '检修，今晚八点恢复。',
        knowledge: [],
        lacking: { what: '办事时间' },
      },
    ])
    const [contact] = await contactOf('providerId=7001')
    expect(contact).toMatchObject({ state: 'ended', end: 'completed', workOrders: [] })

    // The number of the first story: once proven, both histories are one.
    await sendPush(city.url(), signedPush(...textPush(openid, '绑定 13800000101', '7002')))
    await wait(() => city.smsProvider.sent.some((s) => /验证码是\d{6}/.test(s.text)))
    const code = /验证码是(\d{6})/.exec(
      city.smsProvider.sent.findLast((s) => s.text.includes('验证码'))!.text,
    )![1]!
    await sendPush(city.url(), signedPush(...textPush(openid, code, '7003')))
    const mark = desk.mark()
    await sendPush(city.url(), signedPush(...textPush(openid, '水还没来', '7004')))
    const second = await desk.offer(mark)
    const { pop } = second.contact
    expect(pop.recentContacts.map((c) => c.channel).sort()).toEqual(['sms', 'wechat'])
    expect(pop.openOrders).toHaveLength(1)
    expect(pop.openOrders[0]!.due).not.toBeNull()
    expect(pop.careGroups).toContain('elderly')
    await desk.ask({ type: 'acceptOffer', offerId: second.offerId })
    await desk.contact(second.contact.id, 'active', mark)
    await desk.register(second.contact.id, [
      {
        type: 'answered',
        kind: 'inquiry',
        answer: '请再等一小时。',
        knowledge: [],
        lacking: { what: '办事时间' },
      },
    ])
    desk.close()
  }, 60_000)

  it('calls, is recognised before the ring, and his call becomes a work order', async () => {
    const bank = city.asterisk.banks[0]!
    const phones = await startPhones({ host: bank.host, port: bank.port, answerAfterMs: 300 })
    const desk = await city.agent('calls')
    await desk.begin(bank.numbers[0])
    const call = await placeCall({ target: city.asterisk.sip, to: '12345', from: '13800000101' })
    const offer = await desk.offer()
    expect(offer.contact.channel).toBe('voice')
    expect(offer.contact.pop.openOrders).toHaveLength(1)
    expect(offer.contact.pop.recentContacts.length).toBeGreaterThanOrEqual(2)
    await desk.contact(offer.contact.id, 'active')
    await call.hangUp()
    await desk.contact(offer.contact.id, 'wrapUp')
    const registered = (await desk.register(offer.contact.id, [
      order('电话补充：路灯仍未修', { kind: undefined, requester: {} }),
    ])) as Registered
    // Nothing blocks the contact: what is missing is named with its article.
    expect(registered.orders[0]!.missing.map((m) => m.element)).toEqual(
      expect.arrayContaining(['requesterName', 'requesterAddress', 'kind']),
    )
    expect(registered.orders[0]!.missing[0]!.cite).toMatch(/第十八条|第二条/)
    const [contact] = await contactOf(`callId=${offer.contact.callId}`)
    expect(contact).toMatchObject({ end: 'completed', workOrders: [registered.orders[0]!.number] })
    desk.close()
    await phones.kill()
  }, 90_000)

  it('leaves no personal data in the log', () => {
    const log = readFileSync(city.logs[0]!, 'utf8')
    // a log that holds what was done, or an empty one would pass
    expect(log).toContain('outgoing message')
    for (const secret of ['13800000101', '路灯不亮', '甲某', 'oStoryOne', city.smsToken])
      expect(log).not.toContain(secret)
  })
})
