import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import type { OutgoingDraft } from '../../src/channels/outgoing/model.ts'
import { createReplyWindows } from '../../src/channels/wechat/reply-window.ts'
import { draft, pii, report, startOutgoing, type OutgoingWorld } from '../support/outgoing.ts'

let world: OutgoingWorld
beforeAll(async () => {
  world = await startOutgoing()
})
afterAll(() => world?.stop())
beforeEach(() => world.reset())

describe('WeChat', () => {
  const openid = () => `oCitizen-${newId()}`
  const byWechat = (to: string, more: Partial<OutgoingDraft> = {}): OutgoingDraft =>
    draft({
      channel: 'wechat',
      to,
      content: {
        text: '编号 AS1',
        template: {
          name: 'orderNumber',
          params: { number: 'AS1', title: '路灯不亮已经一个多星期了请尽快安排人员维修' },
        },
      },
      otherwise: {
        channel: 'sms',
        to: '+8613800000001',
        purpose: 'notice',
        content: { template: { name: 'orderNumber', params: { number: 'AS1' } } },
      },
      ...more,
    })
  const wrote = (from: string, more: Partial<InboundText> = {}): InboundText => ({
    channel: 'wechat',
    account: 'gh_hotline',
    providerId: newId(),
    from,
    kind: 'text',
    text: 'x',
    receivedAt: new Date().toISOString(),
    ...more,
  })

  it('sends a customer-service message while it may, and counts down', async () => {
    const to = openid()
    await world.windows.effect([wrote(to)])
    expect((await world.windows.remaining(to))?.messages).toBe(5)
    const id = await world.enqueue(byWechat(to))
    await world.outgoing.deliver(id)
    expect((await world.rowOf(id)).state).toBe('sent')
    expect(world.wechat.texts(to)).toEqual(['编号 AS1'])
    expect((await world.windows.remaining(to))?.messages).toBe(4)
  })

  it('does not even ask for a notice after five messages, and begins anew when he writes again', async () => {
    const to = openid()
    await world.windows.effect([wrote(to)])
    for (let i = 0; i < 6; i++)
      await world.outgoing.deliver(
        await world.enqueue(
          byWechat(to, {
            purpose: 'notice',
            content: { text: String(i) },
            otherwise: undefined as never,
          }),
        ),
      )
    expect(world.wechat.texts(to)).toHaveLength(5)
    expect((await world.windows.remaining(to))?.messages).toBe(0)
    await world.windows.effect([wrote(to)])
    expect((await world.windows.remaining(to))?.messages).toBe(5)
  })

  it('lets WeChat itself refuse an agent’s reply: what another gateway has not noted yet may have opened the window', async () => {
    const to = openid()
    const longAgo = new Date(Date.now() - 72 * 3_600_000).toISOString()
    await world.windows.effect([wrote(to, { receivedAt: longAgo })])
    expect((await world.windows.remaining(to))?.messages).toBe(0)
    // He comes back; the gateway that heard him has not written it down, and may never do.
    const elsewhere = createReplyWindows(world.db, pii, createLog('silent'), 3_600_000)
    await elsewhere.effect([wrote(to)])
    const reply = () =>
      world.enqueue(byWechat(to, { content: { text: '已收到' }, otherwise: undefined as never }))
    const first = await reply()
    await world.outgoing.deliver(first)
    expect(await world.rowOf(first)).toMatchObject({ state: 'sent', reason: null })
    expect(world.wechat.texts(to)).toEqual(['已收到'])
    await elsewhere.stop()
    expect((await world.windows.remaining(to))?.messages).toBe(5)

    world.wechat.quota.set(to, 0)
    const last = await reply()
    await world.outgoing.deliver(last)
    expect(await world.rowOf(last)).toMatchObject({ state: 'failed', reason: 'windowClosed' })
    expect((await world.windows.remaining(to))?.messages).toBe(0)
  })

  it('a menu click opens a small window of a minute', async () => {
    const to = openid()
    await world.windows.effect([
      wrote(to, { kind: 'event', event: { name: 'CLICK', key: 'progress', fields: {} } }),
    ])
    expect((await world.windows.remaining(to))?.messages).toBe(3)
    await world.windows.effect([wrote(to, { kind: 'event', event: { name: 'VIEW', fields: {} } })])
    expect((await world.windows.remaining(to))?.messages).toBe(3)
  })

  it.each([45015, 45047])('falls back to a notice on %i', async (errcode) => {
    const to = openid()
    world.wechat.answer('/cgi-bin/message/custom/send', { errcode })
    const id = await world.enqueue(byWechat(to))
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({
      state: 'sent',
      providerMessageId: expect.stringMatching(/^\d{19}$/) as string,
    })
    const [call] = world.wechat.to('/cgi-bin/message/subscribe/bizsend')
    expect(call?.body).toMatchObject({ touser: to, template_id: 'SUB' })
    const data = call?.body['data'] as Record<string, { value: string }>
    expect(data['character_string1']?.value).toBe('AS1')
    expect([...(data['thing2']?.value ?? '')].length).toBe(20)
    expect(world.carrier.sent).toEqual([])
  })

  it('falls back to SMS when he refuses notices too', async () => {
    const to = openid()
    world.wechat.answer('/cgi-bin/message/custom/send', { errcode: 45015 })
    world.wechat.answer('/cgi-bin/message/subscribe/bizsend', { errcode: 43101 })
    const id = await world.enqueue(byWechat(to, { about: 'contact:fallback' }))
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'failed', reason: 'wechat:43101' })
    const next = await world.insteadOf(id)
    await world.outgoing.deliver(next ?? '')
    expect(world.carrier.sent.map((s) => s.text)).toEqual(['【鞍山热线】您的诉求已登记，编号AS1。'])
    const shown = await world.outgoing.about('contact:fallback')
    expect(shown.map(({ channel, state }) => [channel, state])).toEqual([
      ['wechat', 'failed'],
      ['sms', 'sent'],
    ])
    expect(new Set(shown.map(({ key }) => key)).size).toBe(1)
    // Once more must not make a third message.
    await world.outgoing.deliver(id)
    await world.outgoing.deliver(next ?? '')
    expect(world.carrier.sent).toHaveLength(1)
  })

  it('a notice that WeChat reports as not delivered falls back to SMS', async () => {
    const to = openid()
    const id = await world.enqueue(
      byWechat(to, { content: { template: { name: 'concluded', params: { title: '路灯' } } } }),
    )
    await world.outgoing.deliver(id)
    const { providerMessageId } = await world.rowOf(id)
    expect(world.wechat.to('/cgi-bin/message/template/send')[0]?.body).toMatchObject({ client_msg_id: id })
    await world.outgoing.takeReports([
      report({ via: 'wechat', providerMessageId, state: 'failed', code: 'failed:user block' }),
    ])
    await world.outgoing.deliver((await world.insteadOf(id)) ?? '')
    expect(world.carrier.sent).toHaveLength(1)
  })

  it('repeats an interrupted send only where WeChat compares our id', async () => {
    const to = openid()
    const template = await world.enqueue(
      byWechat(to, { content: { template: { name: 'concluded', params: { title: '路灯' } } } }),
    )
    const text = await world.enqueue(byWechat(openid(), { content: { text: 'x' } }))
    await world.db.query(
      `update outgoing_messages set state = 'sending', tries = 1, claimed_at = clock_timestamp() - interval '2 minutes'`,
    )
    await world.outgoing.sweep()
    expect((await world.rowOf(template)).state).toBe('queued')
    expect((await world.rowOf(text)).state).toBe('unknown')
  })

  it('forgets a follower, after he got what he is owed', async () => {
    const to = openid()
    const sent = await world.enqueue(byWechat(to))
    await world.outgoing.deliver(sent)
    world.wechat.answer('/cgi-bin/message/custom/send', { errcode: 43004 })
    world.wechat.answer('/cgi-bin/message/subscribe/bizsend', { errcode: 43004 })
    const waiting = await world.enqueue(byWechat(to))
    await world.outgoing.forget('wechat', to)
    const opened = async (id: string) => {
      const [row] = await world.db.query<{ to: string; content: string }>(
        `select to_sealed as "to", content_sealed as content from outgoing_messages where id = $1`,
        [id],
      )
      return [pii.open(row?.to ?? ''), pii.open(row?.content ?? '')]
    }
    expect(await opened(sent)).toEqual(['', '{}'])
    await world.outgoing.deliver(waiting)
    await world.outgoing.deliver((await world.insteadOf(waiting)) ?? '')
    expect(world.carrier.sent).toHaveLength(1)
    await world.outgoing.sweep()
    expect(await opened(waiting)).toEqual(['', '{}'])
  })
})
