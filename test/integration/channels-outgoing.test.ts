import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import { optOutEffect } from '../../src/channels/sms/opt-out.ts'
import { draft, pii, report, startOutgoing, type OutgoingWorld } from '../support/outgoing.ts'

let world: OutgoingWorld
beforeAll(async () => {
  world = await startOutgoing()
})
afterAll(() => world?.stop())
beforeEach(() => world.reset())

describe('writing a message', () => {
  it('happens in the caller’s transaction, once per key, with its bell', async () => {
    const d = draft()
    await expect(
      world.db.tx(async (tx) => {
        await world.outgoing.enqueue(tx, d)
        throw new Error('the caller changed his mind')
      }),
    ).rejects.toThrow('changed his mind')
    expect(await world.bells()).toBe(0)
    const first = await world.db.tx((tx) => world.outgoing.enqueue(tx, d))
    const second = await world.db.tx((tx) => world.outgoing.enqueue(tx, d))
    expect(first).toMatchObject({ ok: true, duplicate: false })
    expect(second).toEqual({ ...first, duplicate: true })
    expect(await world.bells()).toBe(1)
  })

  it('keeps number and text encrypted', async () => {
    await world.enqueue(draft({ content: { text: '金丝雀文字' } }))
    const stored = JSON.stringify(await world.db.query(`select * from outgoing_messages`))
    expect(stored).not.toContain('13800000001')
    expect(stored).not.toContain('金丝雀')
  })

  it('says on the spot why free text cannot go, in words for the desk', async () => {
    const refused = await world.db.tx((tx) => world.outgoing.enqueue(tx, draft({ via: 'aliyun' })))
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'templateOnly' } })
    expect(world.outgoing.options('sms', '10690001')).toMatchObject({
      freeText: false,
      templates: [{ name: 'orderNumber', params: ['number'] }],
    })
    expect(world.outgoing.options('sms', '10690001').why).toContain('模板')
    expect(world.outgoing.options('sms').freeText).toBe(true)
    expect(
      world.outgoing.check(draft({ via: 'tencent', content: { template: { name: 'nope', params: {} } } }))
        ?.code,
    ).toBe('templateUnknown')
    expect(
      world.outgoing.check(
        draft({ via: 'tencent', content: { template: { name: 'orderNumber', params: {} } } }),
      )?.code,
    ).toBe('templateIncomplete')
    expect(world.outgoing.check(draft({ content: { text: '长'.repeat(671) } }))?.code).toBe('textTooLong')
    expect(world.outgoing.check(draft({ content: {} }))?.code).toBe('nothingToSend')
  })
})

describe('Kannel', () => {
  it('sends free text with its signature and asks for a report that carries our id', async () => {
    const id = await world.enqueue(draft())
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'sent', via: 'kannel', tries: 1 })
    expect(world.carrier.sent).toHaveLength(1)
    expect(world.carrier.sent[0]?.params).toMatchObject({
      username: 'u',
      from: '10690000',
      to: '13800000001',
      text: '【鞍山热线】已收到',
      coding: '2',
      charset: 'UTF-8',
      'dlr-url': `https://gateway.example.cn/webhooks/sms/kannel/secret/report?own=${id}&type=%d&id=%I&time=%T&answer=%A`,
    })
    await world.outgoing.takeReports([report({ ownId: id })])
    expect((await world.rowOf(id)).state).toBe('delivered')
  })

  it('fills a template', async () => {
    await world.outgoing.deliver(
      await world.enqueue(
        draft({ content: { template: { name: 'orderNumber', params: { number: 'AS1' } } } }),
      ),
    )
    expect(world.carrier.sent[0]?.text).toBe('【鞍山热线】您的诉求已登记，编号AS1。')
  })
})

describe('carriers of templates', () => {
  const content = { template: { name: 'orderNumber', params: { number: 'AS1' } } }

  it('Aliyun gets a signed request with our id', async () => {
    const id = await world.enqueue(draft({ via: 'aliyun', content }))
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({
      state: 'sent',
      providerMessageId: expect.stringContaining('serial-') as string,
    })
    const [sent] = world.carrier.sent
    expect(sent?.params).toMatchObject({
      Action: 'SendSms',
      OutId: id,
      PhoneNumbers: '13800000001',
      TemplateCode: 'SMS_1',
      TemplateParam: '{"number":"AS1"}',
      SignName: '鞍山热线',
    })
    expect(sent?.params['Signature']).toMatch(/^[A-Za-z0-9+/]{27}=$/)
  })

  it('Tencent gets a signed request with our id', async () => {
    const id = await world.enqueue(draft({ account: '10690002', content }))
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'sent', via: 'tencent' })
    expect(world.carrier.sent[0]?.headers.authorization).toMatch(
      /^TC3-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{4}-\d\d-\d\d\/sms\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}$/,
    )
    expect(JSON.parse(world.carrier.sent[0]?.raw ?? '')).toMatchObject({
      PhoneNumberSet: ['+8613800000001'],
      TemplateParamSet: ['AS1'],
      SessionContext: id,
    })
  })

  it.each<[string, string, string]>([
    ['aliyun', '{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}', 'failed'],
    ['aliyun', '{"Code":"isv.BUSINESS_LIMIT_CONTROL"}', 'queued'],
    ['aliyun', 'gateway timeout', 'unknown'],
    ['tencent', '{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}', 'failed'],
    ['tencent', '{"Response":{"SendStatusSet":[{"Code":"LimitExceeded.PhoneNumberDailyLimit"}]}}', 'queued'],
    ['tencent', '{"Response":{"Error":{"Code":"InternalError.Timeout"}}}', 'unknown'],
  ])('%s: %s is %s', async (via, body, state) => {
    world.carrier.answer({ status: 200, body })
    const id = await world.enqueue(draft({ via: via as 'aliyun', content }))
    await world.outgoing.deliver(id)
    expect((await world.rowOf(id)).state).toBe(state)
  })
})

describe('sending once', () => {
  it('two workers and a repeated job send one message', async () => {
    const id = await world.enqueue(draft())
    await Promise.all([world.outgoing.deliver(id), world.outgoing.deliver(id), world.another().deliver(id)])
    await world.outgoing.deliver(id)
    expect(world.carrier.sent).toHaveLength(1)
  })

  it('keeps the order of an agent’s words, whichever bell rings first', async () => {
    const ids: string[] = []
    for (const text of ['一', '二', '三', '四']) ids.push(await world.enqueue(draft({ content: { text } })))
    await Promise.all([...ids].reverse().map((id) => world.outgoing.deliver(id)))
    await world.outgoing.sweep()
    expect(world.carrier.sent.map((s) => s.text)).toEqual(
      ['一', '二', '三', '四'].map((t) => `【鞍山热线】${t}`),
    )
  })

  it('leaves nothing behind that was written while the one before it was being settled', async () => {
    for (let round = 0; round < 60; round += 1) {
      world.carrier.sent.length = 0
      const first = await world.enqueue(draft())
      // Its bell rings at any moment of the other's way; one that finds the lane busy goes away.
      const next = async (): Promise<void> => {
        await new Promise((later) => setTimeout(later, round % 12))
        await world.outgoing.deliver(await world.enqueue(draft()))
      }
      await Promise.all([world.outgoing.deliver(first), next()])
      expect(world.carrier.sent).toHaveLength(2)
    }
  })

  it('never repeats what may have been sent: a connection cut after the request', async () => {
    world.carrier.answer({ cut: true })
    const id = await world.enqueue(draft())
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'unknown' })
    await world.outgoing.deliver(id)
    await world.outgoing.sweep()
    expect(world.carrier.sent).toHaveLength(1)
    // The carrier's report is the last word.
    await world.outgoing.takeReports([report({ ownId: id })])
    expect((await world.rowOf(id)).state).toBe('delivered')
  })

  it('repeats what certainly was not sent, later, and gives up in the end', async () => {
    world.carrier.answer({ status: 503, body: 'busy' })
    const id = await world.enqueue(draft())
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'queued', tries: 1, reason: 'kannel:503' })
    await world.outgoing.deliver(id)
    expect(world.carrier.sent).toHaveLength(1)
    await world.makeDue()
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'sent', tries: 2 })

    const dead = await world.enqueue(draft())
    for (let i = 0; i < 8; i++) {
      world.carrier.answer({ status: 503, body: 'busy' })
      await world.makeDue()
      await world.outgoing.deliver(dead)
    }
    expect(await world.rowOf(dead)).toMatchObject({ state: 'failed', tries: 8 })
  })

  it('an unreachable carrier is "certainly not sent"', async () => {
    const away = world.unreachable()
    const id = await world.enqueue(draft())
    await away.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'queued', reason: 'ECONNREFUSED' })
  })

  it('a gateway that died while sending leaves "unknown", not a second message', async () => {
    const id = await world.enqueue(draft())
    await world.db.query(
      `update outgoing_messages set state = 'sending', tries = 1, claimed_at = clock_timestamp() - interval '2 minutes' where id = $1`,
      [id],
    )
    const behind = await world.enqueue(draft())
    await world.outgoing.deliver(behind)
    expect(world.carrier.sent).toHaveLength(0)
    await world.outgoing.sweep()
    expect(await world.rowOf(id)).toMatchObject({ state: 'unknown', reason: 'interrupted' })
    await world.outgoing.deliver(behind)
    expect(world.carrier.sent).toHaveLength(1)
  })

  it('a bell that was lost with Redis rings again', async () => {
    const id = await world.enqueue(draft())
    await world.db.query(`delete from outbox`)
    await world.db.query(`update outgoing_messages set rung_at = clock_timestamp() - interval '1 minute'`)
    await world.outgoing.sweep()
    expect(await world.bells()).toBe(1)
    await world.outgoing.sweep()
    expect(await world.bells()).toBe(1)
    await world.outgoing.deliver(id)
    expect((await world.rowOf(id)).state).toBe('sent')
  })

  it('is not sent after its time', async () => {
    const id = await world.enqueue(draft({ purpose: 'code', expiresAt: new Date(Date.now() - 1_000) }))
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'failed', reason: 'expired' })
    expect(world.carrier.sent).toEqual([])
  })
})

describe('delivery reports', () => {
  it('one that comes before the answer is kept and applied', async () => {
    const id = await world.enqueue(
      draft({ via: 'aliyun', content: { template: { name: 'orderNumber', params: { number: '1' } } } }),
    )
    await world.outgoing.takeReports([
      report({ via: 'aliyun', providerMessageId: 'B-early', state: 'failed', code: 'MK:0001' }),
    ])
    world.carrier.answer({ status: 200, body: '{"Code":"OK","BizId":"B-early"}' })
    await world.outgoing.deliver(id)
    expect(await world.rowOf(id)).toMatchObject({ state: 'failed', reason: 'reported:MK:0001' })
  })

  it('repeated or of nobody they change nothing, and "delivered" stays', async () => {
    const id = await world.enqueue(draft())
    await world.outgoing.deliver(id)
    const delivered = report({ ownId: id })
    await world.outgoing.takeReports([
      delivered,
      delivered,
      report({ ownId: newId() }),
      report({ ownId: "x' or 1=1" }),
    ])
    await world.outgoing.takeReports([delivered, report({ ownId: id, state: 'failed' })])
    expect((await world.rowOf(id)).state).toBe('delivered')
  })

  it('a report for one carrier does not touch a message of another', async () => {
    const id = await world.enqueue(draft())
    await world.outgoing.deliver(id)
    await world.outgoing.takeReports([report({ via: 'tencent', ownId: id, state: 'failed' })])
    expect((await world.rowOf(id)).state).toBe('sent')
  })
})

describe('opting out', () => {
  const said = (text: string, at: string): InboundText => ({
    channel: 'sms',
    account: '10690000',
    providerId: newId(),
    from: '+8613800000009',
    kind: 'text',
    text,
    receivedAt: at,
  })

  it('stops notices, never replies or codes, until he opts in again; the latest word counts', async () => {
    const effect = optOutEffect(world.db, pii)
    const to = '+8613800000009'
    await effect([said('退订', '2026-03-02T02:00:00.000Z')])
    const notice = await world.enqueue(draft({ to, purpose: 'notice' }))
    const reply = await world.enqueue(draft({ to, purpose: 'reply' }))
    const code = await world.enqueue(draft({ to, purpose: 'code' }))
    for (const id of [notice, reply, code]) await world.outgoing.deliver(id)
    expect(await world.rowOf(notice)).toMatchObject({ state: 'failed', reason: 'optedOut' })
    expect((await world.rowOf(reply)).state).toBe('sent')
    expect((await world.rowOf(code)).state).toBe('sent')

    await effect([said('恢复订阅', '2026-03-02T03:00:00.000Z')])
    // A replay of the older word from the spool.
    await effect([said('退订', '2026-03-02T02:00:00.000Z')])
    const later = await world.enqueue(draft({ to, purpose: 'notice' }))
    await world.outgoing.deliver(later)
    expect((await world.rowOf(later)).state).toBe('sent')
    expect(JSON.stringify(await world.db.query(`select * from sms_opt_outs`))).not.toContain('13800000009')
  })
})
