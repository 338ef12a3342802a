import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { createPii } from '../../src/base/pii.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import type { SmsConfig, WechatConfig } from '../../src/channels/config.ts'
import type { OutgoingDraft } from '../../src/channels/outgoing/model.ts'
import { createOutgoing, type Outgoing } from '../../src/channels/outgoing/service.ts'
import { optOutEffect } from '../../src/channels/sms/opt-out.ts'
import { smsAccounts, smsSenders } from '../../src/channels/sms/senders.ts'
import { createWechatApi } from '../../src/channels/wechat/api.ts'
import { createReplyWindows } from '../../src/channels/wechat/reply-window.ts'
import { wechatSender } from '../../src/channels/wechat/send.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createDurable, type Durable } from '../../src/db/spool-durable.ts'
import { openSpool } from '../../src/db/spool.ts'
import { freshDatabase, runFolder, type TestDatabase } from '../support/services.ts'
import { startSmsProvider, type FakeSmsProvider } from '../support/sms-provider.ts'
import { startWechatApi, type FakeWechatApi } from '../support/wechat-api.ts'

const pii = createPii('a synthetic secret of more than 32 characters')
const log = pino({ level: 'silent' })
const clock = (): Date => new Date()

let database: TestDatabase
let db: Db
let carrier: FakeSmsProvider
let wechat: FakeWechatApi
let durable: Durable
let folder: string
let sms: SmsConfig
const notices: WechatConfig['notices'] = {
  orderNumber: {
    type: 'subscription',
    templateId: 'SUB',
    fields: { character_string1: 'number', thing2: 'title' },
  },
  concluded: {
    type: 'template',
    templateId: 'TPL',
    fields: { thing1: 'title' },
    page: 'https://example.cn/p',
  },
}

beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, log)
  carrier = await startSmsProvider()
  wechat = await startWechatApi()
  folder = mkdtempSync(join(runFolder(), 'outgoing-'))
  durable = createDurable({ spool: await openSpool({ dir: folder, codec: pii, log, clock }), log })
  sms = {
    kannel: {
      token: 'secret',
      account: '10690000',
      send: {
        url: carrier.urls.kannel,
        username: 'u',
        password: 'p',
        signName: '鞍山热线',
        templates: { orderNumber: '您的诉求已登记，编号{number}。' },
        reportBase: 'https://gateway.example.cn',
      },
    },
    aliyun: {
      token: 'secret',
      account: '10690001',
      send: {
        url: carrier.urls.aliyun,
        accessKeyId: 'testId',
        accessKeySecret: 'testSecret',
        signName: '鞍山热线',
        templates: { orderNumber: { id: 'SMS_1', params: ['number'] } },
      },
    },
    tencent: {
      token: 'secret',
      account: '10690002',
      send: {
        url: carrier.urls.tencent,
        secretId: 'AKIDEXAMPLE',
        secretKey: 'SECRETEXAMPLE',
        sdkAppId: '1400000000',
        region: 'ap-beijing',
        signName: '鞍山热线',
        templates: { orderNumber: { id: '1001', params: ['number'] } },
      },
    },
    allow: [],
    sendBy: 'kannel',
  }
})

afterAll(async () => {
  await durable.stop()
  await db.end()
  await database.drop()
  await carrier.close()
  await wechat.close()
  rmSync(folder, { recursive: true, force: true })
})

let outgoing: Outgoing
let windows: ReturnType<typeof createReplyWindows>

function make(): Outgoing {
  const fresh = createDurable({ spool: durable.spool, log })
  windows = createReplyWindows(db, pii, log, 1)
  const api = createWechatApi({
    apiBase: wechat.base,
    tokens: { get: async () => 'token-1', reject: async () => {} },
  })
  return createOutgoing({
    db,
    pii,
    durable: fresh,
    senders: [...smsSenders(sms, clock), wechatSender({ notices }, api, windows)],
    defaultSms: sms.sendBy,
    smsAccounts: smsAccounts(sms),
    log,
  })
}

beforeEach(async () => {
  await db.query(`delete from outgoing_messages`)
  await db.query(`delete from outgoing_reports`)
  await db.query(`delete from outbox`)
  carrier.sent.length = 0
  wechat.calls.length = 0
  outgoing = make()
})

let serial = 0
const draft = (more: Partial<OutgoingDraft> = {}): OutgoingDraft => ({
  key: `k${++serial}`,
  channel: 'sms',
  to: '+8613800000001',
  purpose: 'reply',
  content: { text: '已收到' },
  ...more,
})

async function enqueue(d: OutgoingDraft): Promise<string> {
  const made = await db.tx((tx) => outgoing.enqueue(tx, d))
  if (!made.ok) throw new Error(made.refusal.code)
  return made.id
}

type Row = {
  state: string
  reason: string | null
  tries: number
  via: string
  providerMessageId: string | null
}
async function rowOf(id: string): Promise<Row> {
  const [row] = await db.query<Row>(
    `select state, reason, tries, via, provider_message_id as "providerMessageId" from outgoing_messages where id = $1`,
    [id],
  )
  return row as Row
}
const insteadOf = async (id: string): Promise<string | undefined> =>
  (await db.query<{ id: string }>(`select id from outgoing_messages where instead_of = $1`, [id]))[0]?.id
const bells = async (): Promise<number> =>
  (await db.query(`select 1 from outbox where queue = 'outgoing' and name = 'deliver'`)).length
/** As if the bell of a retry had rung. */
const makeDue = (): Promise<unknown> =>
  db.query(`update outgoing_messages set not_before = clock_timestamp()`)
const report = (more: object) => ({
  via: 'kannel' as const,
  key: newId(),
  ownId: null,
  providerMessageId: null,
  state: 'delivered' as const,
  code: 'DELIVRD',
  at: null,
  ...more,
})

describe('writing a message', () => {
  it('happens in the caller’s transaction, once per key, with its bell', async () => {
    const d = draft()
    await expect(
      db.tx(async (tx) => {
        await outgoing.enqueue(tx, d)
        throw new Error('the caller changed his mind')
      }),
    ).rejects.toThrow('changed his mind')
    expect(await bells()).toBe(0)
    const first = await db.tx((tx) => outgoing.enqueue(tx, d))
    const second = await db.tx((tx) => outgoing.enqueue(tx, d))
    expect(first).toMatchObject({ ok: true, duplicate: false })
    expect(second).toEqual({ ...first, duplicate: true })
    expect(await bells()).toBe(1)
  })

  it('keeps number and text encrypted', async () => {
    await enqueue(draft({ content: { text: '金丝雀文字' } }))
    const stored = JSON.stringify(await db.query(`select * from outgoing_messages`))
    expect(stored).not.toContain('13800000001')
    expect(stored).not.toContain('金丝雀')
  })

  it('says on the spot why free text cannot go, in words for the desk', async () => {
    const refused = await db.tx((tx) => outgoing.enqueue(tx, draft({ via: 'aliyun' })))
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'templateOnly' } })
    expect(outgoing.options('sms', '10690001')).toMatchObject({
      freeText: false,
      templates: [{ name: 'orderNumber', params: ['number'] }],
    })
    expect(outgoing.options('sms', '10690001').why).toContain('模板')
    expect(outgoing.options('sms').freeText).toBe(true)
    expect(
      outgoing.check(draft({ via: 'tencent', content: { template: { name: 'nope', params: {} } } }))?.code,
    ).toBe('templateUnknown')
    expect(
      outgoing.check(draft({ via: 'tencent', content: { template: { name: 'orderNumber', params: {} } } }))
        ?.code,
    ).toBe('templateIncomplete')
    expect(outgoing.check(draft({ content: { text: '长'.repeat(671) } }))?.code).toBe('textTooLong')
    expect(outgoing.check(draft({ content: {} }))?.code).toBe('nothingToSend')
  })
})

describe('Kannel', () => {
  it('sends free text with its signature and asks for a report that carries our id', async () => {
    const id = await enqueue(draft())
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'sent', via: 'kannel', tries: 1 })
    expect(carrier.sent).toHaveLength(1)
    expect(carrier.sent[0]?.params).toMatchObject({
      username: 'u',
      from: '10690000',
      to: '13800000001',
      text: '【鞍山热线】已收到',
      coding: '2',
      charset: 'UTF-8',
      'dlr-url': `https://gateway.example.cn/webhooks/sms/kannel/secret/report?own=${id}&type=%d&id=%I&time=%T&answer=%A`,
    })
    await outgoing.takeReports([report({ ownId: id })])
    expect((await rowOf(id)).state).toBe('delivered')
  })

  it('fills a template', async () => {
    await outgoing.deliver(
      await enqueue(draft({ content: { template: { name: 'orderNumber', params: { number: 'AS1' } } } })),
    )
    expect(carrier.sent[0]?.text).toBe('【鞍山热线】您的诉求已登记，编号AS1。')
  })
})

describe('carriers of templates', () => {
  const content = { template: { name: 'orderNumber', params: { number: 'AS1' } } }

  it('Aliyun gets a signed request with our id', async () => {
    const id = await enqueue(draft({ via: 'aliyun', content }))
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({
      state: 'sent',
      providerMessageId: expect.stringContaining('serial-') as string,
    })
    const [sent] = carrier.sent
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
    const id = await enqueue(draft({ account: '10690002', content }))
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'sent', via: 'tencent' })
    expect(carrier.sent[0]?.headers.authorization).toMatch(
      /^TC3-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{4}-\d\d-\d\d\/sms\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}$/,
    )
    expect(JSON.parse(carrier.sent[0]?.raw ?? '')).toMatchObject({
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
    carrier.answer({ status: 200, body })
    const id = await enqueue(draft({ via: via as 'aliyun', content }))
    await outgoing.deliver(id)
    expect((await rowOf(id)).state).toBe(state)
  })
})

describe('sending once', () => {
  it('two workers and a repeated job send one message', async () => {
    const id = await enqueue(draft())
    await Promise.all([outgoing.deliver(id), outgoing.deliver(id), make().deliver(id)])
    await outgoing.deliver(id)
    expect(carrier.sent).toHaveLength(1)
  })

  it('keeps the order of an agent’s words, whichever bell rings first', async () => {
    const ids: string[] = []
    for (const text of ['一', '二', '三', '四']) ids.push(await enqueue(draft({ content: { text } })))
    await Promise.all([...ids].reverse().map((id) => outgoing.deliver(id)))
    await outgoing.sweep()
    expect(carrier.sent.map((s) => s.text)).toEqual(['一', '二', '三', '四'].map((t) => `【鞍山热线】${t}`))
  })

  it('leaves nothing behind that was written while the one before it was being settled', async () => {
    for (let round = 0; round < 60; round += 1) {
      carrier.sent.length = 0
      const first = await enqueue(draft())
      // Its bell rings at any moment of the other's way; one that finds the lane busy goes away.
      const next = async (): Promise<void> => {
        await new Promise((later) => setTimeout(later, round % 12))
        await outgoing.deliver(await enqueue(draft()))
      }
      await Promise.all([outgoing.deliver(first), next()])
      expect(carrier.sent).toHaveLength(2)
    }
  })

  it('never repeats what may have been sent: a connection cut after the request', async () => {
    carrier.answer({ cut: true })
    const id = await enqueue(draft())
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'unknown' })
    await outgoing.deliver(id)
    await outgoing.sweep()
    expect(carrier.sent).toHaveLength(1)
    // The carrier's report is the last word.
    await outgoing.takeReports([report({ ownId: id })])
    expect((await rowOf(id)).state).toBe('delivered')
  })

  it('repeats what certainly was not sent, later, and gives up in the end', async () => {
    carrier.answer({ status: 503, body: 'busy' })
    const id = await enqueue(draft())
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'queued', tries: 1, reason: 'kannel:503' })
    await outgoing.deliver(id)
    expect(carrier.sent).toHaveLength(1)
    await makeDue()
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'sent', tries: 2 })

    const dead = await enqueue(draft())
    for (let i = 0; i < 8; i++) {
      carrier.answer({ status: 503, body: 'busy' })
      await makeDue()
      await outgoing.deliver(dead)
    }
    expect(await rowOf(dead)).toMatchObject({ state: 'failed', tries: 8 })
  })

  it('an unreachable carrier is "certainly not sent"', async () => {
    const away = createOutgoing({
      db,
      pii,
      durable: createDurable({ spool: durable.spool, log }),
      senders: smsSenders(
        { ...sms, kannel: { ...sms.kannel!, send: { ...sms.kannel!.send!, url: 'http://127.0.0.1:1/' } } },
        clock,
      ),
      defaultSms: 'kannel',
      smsAccounts: {},
      log,
    })
    const id = await enqueue(draft())
    await away.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'queued', reason: 'ECONNREFUSED' })
  })

  it('a gateway that died while sending leaves "unknown", not a second message', async () => {
    const id = await enqueue(draft())
    await db.query(
      `update outgoing_messages set state = 'sending', tries = 1, claimed_at = clock_timestamp() - interval '2 minutes' where id = $1`,
      [id],
    )
    const behind = await enqueue(draft())
    await outgoing.deliver(behind)
    expect(carrier.sent).toHaveLength(0)
    await outgoing.sweep()
    expect(await rowOf(id)).toMatchObject({ state: 'unknown', reason: 'interrupted' })
    await outgoing.deliver(behind)
    expect(carrier.sent).toHaveLength(1)
  })

  it('a bell that was lost with Redis rings again', async () => {
    const id = await enqueue(draft())
    await db.query(`delete from outbox`)
    await db.query(`update outgoing_messages set rung_at = clock_timestamp() - interval '1 minute'`)
    await outgoing.sweep()
    expect(await bells()).toBe(1)
    await outgoing.sweep()
    expect(await bells()).toBe(1)
    await outgoing.deliver(id)
    expect((await rowOf(id)).state).toBe('sent')
  })

  it('is not sent after its time', async () => {
    const id = await enqueue(draft({ purpose: 'code', expiresAt: new Date(Date.now() - 1_000) }))
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'expired' })
    expect(carrier.sent).toEqual([])
  })
})

describe('delivery reports', () => {
  it('one that comes before the answer is kept and applied', async () => {
    const id = await enqueue(
      draft({ via: 'aliyun', content: { template: { name: 'orderNumber', params: { number: '1' } } } }),
    )
    await outgoing.takeReports([
      report({ via: 'aliyun', providerMessageId: 'B-early', state: 'failed', code: 'MK:0001' }),
    ])
    carrier.answer({ status: 200, body: '{"Code":"OK","BizId":"B-early"}' })
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'reported:MK:0001' })
  })

  it('repeated or of nobody they change nothing, and "delivered" stays', async () => {
    const id = await enqueue(draft())
    await outgoing.deliver(id)
    const delivered = report({ ownId: id })
    await outgoing.takeReports([
      delivered,
      delivered,
      report({ ownId: newId() }),
      report({ ownId: "x' or 1=1" }),
    ])
    await outgoing.takeReports([delivered, report({ ownId: id, state: 'failed' })])
    expect((await rowOf(id)).state).toBe('delivered')
  })

  it('a report for one carrier does not touch a message of another', async () => {
    const id = await enqueue(draft())
    await outgoing.deliver(id)
    await outgoing.takeReports([report({ via: 'tencent', ownId: id, state: 'failed' })])
    expect((await rowOf(id)).state).toBe('sent')
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
    const effect = optOutEffect(db, pii)
    const to = '+8613800000009'
    await effect([said('退订', '2026-03-02T02:00:00.000Z')])
    const notice = await enqueue(draft({ to, purpose: 'notice' }))
    const reply = await enqueue(draft({ to, purpose: 'reply' }))
    const code = await enqueue(draft({ to, purpose: 'code' }))
    for (const id of [notice, reply, code]) await outgoing.deliver(id)
    expect(await rowOf(notice)).toMatchObject({ state: 'failed', reason: 'optedOut' })
    expect((await rowOf(reply)).state).toBe('sent')
    expect((await rowOf(code)).state).toBe('sent')

    await effect([said('恢复订阅', '2026-03-02T03:00:00.000Z')])
    // A replay of the older word from the spool.
    await effect([said('退订', '2026-03-02T02:00:00.000Z')])
    const later = await enqueue(draft({ to, purpose: 'notice' }))
    await outgoing.deliver(later)
    expect((await rowOf(later)).state).toBe('sent')
    expect(JSON.stringify(await db.query(`select * from sms_opt_outs`))).not.toContain('13800000009')
  })
})

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
    await windows.effect([wrote(to)])
    expect((await windows.remaining(to))?.messages).toBe(5)
    const id = await enqueue(byWechat(to))
    await outgoing.deliver(id)
    expect((await rowOf(id)).state).toBe('sent')
    expect(wechat.texts(to)).toEqual(['编号 AS1'])
    expect((await windows.remaining(to))?.messages).toBe(4)
  })

  it('does not even ask for a notice after five messages, and begins anew when he writes again', async () => {
    const to = openid()
    await windows.effect([wrote(to)])
    for (let i = 0; i < 6; i++)
      await outgoing.deliver(
        await enqueue(
          byWechat(to, {
            purpose: 'notice',
            content: { text: String(i) },
            otherwise: undefined as never,
          }),
        ),
      )
    expect(wechat.texts(to)).toHaveLength(5)
    expect((await windows.remaining(to))?.messages).toBe(0)
    await windows.effect([wrote(to)])
    expect((await windows.remaining(to))?.messages).toBe(5)
  })

  it('lets WeChat itself refuse an agent’s reply: what another gateway has not noted yet may have opened the window', async () => {
    const to = openid()
    const longAgo = new Date(Date.now() - 72 * 3_600_000).toISOString()
    await windows.effect([wrote(to, { receivedAt: longAgo })])
    expect((await windows.remaining(to))?.messages).toBe(0)
    // He comes back; the gateway that heard him has not written it down, and may never do.
    const elsewhere = createReplyWindows(db, pii, log, 3_600_000)
    await elsewhere.effect([wrote(to)])
    const reply = () => enqueue(byWechat(to, { content: { text: '已收到' }, otherwise: undefined as never }))
    const first = await reply()
    await outgoing.deliver(first)
    expect(await rowOf(first)).toMatchObject({ state: 'sent', reason: null })
    expect(wechat.texts(to)).toEqual(['已收到'])
    await elsewhere.stop()
    expect((await windows.remaining(to))?.messages).toBe(5)

    wechat.quota.set(to, 0)
    const last = await reply()
    await outgoing.deliver(last)
    expect(await rowOf(last)).toMatchObject({ state: 'failed', reason: 'windowClosed' })
    expect((await windows.remaining(to))?.messages).toBe(0)
  })

  it('a menu click opens a small window of a minute', async () => {
    const to = openid()
    await windows.effect([
      wrote(to, { kind: 'event', event: { name: 'CLICK', key: 'progress', fields: {} } }),
    ])
    expect((await windows.remaining(to))?.messages).toBe(3)
    await windows.effect([wrote(to, { kind: 'event', event: { name: 'VIEW', fields: {} } })])
    expect((await windows.remaining(to))?.messages).toBe(3)
  })

  it.each([45015, 45047])('falls back to a notice on %i', async (errcode) => {
    const to = openid()
    wechat.answer('/cgi-bin/message/custom/send', { errcode })
    const id = await enqueue(byWechat(to))
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({
      state: 'sent',
      providerMessageId: expect.stringMatching(/^\d{19}$/) as string,
    })
    const [call] = wechat.to('/cgi-bin/message/subscribe/bizsend')
    expect(call?.body).toMatchObject({ touser: to, template_id: 'SUB' })
    const data = call?.body['data'] as Record<string, { value: string }>
    expect(data['character_string1']?.value).toBe('AS1')
    expect([...(data['thing2']?.value ?? '')].length).toBe(20)
    expect(carrier.sent).toEqual([])
  })

  it('falls back to SMS when he refuses notices too', async () => {
    const to = openid()
    wechat.answer('/cgi-bin/message/custom/send', { errcode: 45015 })
    wechat.answer('/cgi-bin/message/subscribe/bizsend', { errcode: 43101 })
    const id = await enqueue(byWechat(to, { about: 'contact:fallback' }))
    await outgoing.deliver(id)
    expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'wechat:43101' })
    const next = await insteadOf(id)
    await outgoing.deliver(next ?? '')
    expect(carrier.sent.map((s) => s.text)).toEqual(['【鞍山热线】您的诉求已登记，编号AS1。'])
    const shown = await outgoing.about('contact:fallback')
    expect(shown.map(({ channel, state }) => [channel, state])).toEqual([
      ['wechat', 'failed'],
      ['sms', 'sent'],
    ])
    expect(new Set(shown.map(({ key }) => key)).size).toBe(1)
    // Once more must not make a third message.
    await outgoing.deliver(id)
    await outgoing.deliver(next ?? '')
    expect(carrier.sent).toHaveLength(1)
  })

  it('a notice that WeChat reports as not delivered falls back to SMS', async () => {
    const to = openid()
    const id = await enqueue(
      byWechat(to, { content: { template: { name: 'concluded', params: { title: '路灯' } } } }),
    )
    await outgoing.deliver(id)
    const { providerMessageId } = await rowOf(id)
    expect(wechat.to('/cgi-bin/message/template/send')[0]?.body).toMatchObject({ client_msg_id: id })
    await outgoing.takeReports([
      report({ via: 'wechat', providerMessageId, state: 'failed', code: 'failed:user block' }),
    ])
    await outgoing.deliver((await insteadOf(id)) ?? '')
    expect(carrier.sent).toHaveLength(1)
  })

  it('repeats an interrupted send only where WeChat compares our id', async () => {
    const to = openid()
    const template = await enqueue(
      byWechat(to, { content: { template: { name: 'concluded', params: { title: '路灯' } } } }),
    )
    const text = await enqueue(byWechat(openid(), { content: { text: 'x' } }))
    await db.query(
      `update outgoing_messages set state = 'sending', tries = 1, claimed_at = clock_timestamp() - interval '2 minutes'`,
    )
    await outgoing.sweep()
    expect((await rowOf(template)).state).toBe('queued')
    expect((await rowOf(text)).state).toBe('unknown')
  })

  it('forgets a follower, after he got what he is owed', async () => {
    const to = openid()
    const sent = await enqueue(byWechat(to))
    await outgoing.deliver(sent)
    wechat.answer('/cgi-bin/message/custom/send', { errcode: 43004 })
    wechat.answer('/cgi-bin/message/subscribe/bizsend', { errcode: 43004 })
    const waiting = await enqueue(byWechat(to))
    await outgoing.forget('wechat', to)
    const opened = async (id: string) => {
      const [row] = await db.query<{ to: string; content: string }>(
        `select to_sealed as "to", content_sealed as content from outgoing_messages where id = $1`,
        [id],
      )
      return [pii.open(row?.to ?? ''), pii.open(row?.content ?? '')]
    }
    expect(await opened(sent)).toEqual(['', '{}'])
    await outgoing.deliver(waiting)
    await outgoing.deliver((await insteadOf(waiting)) ?? '')
    expect(carrier.sent).toHaveLength(1)
    await outgoing.sweep()
    expect(await opened(waiting)).toEqual(['', '{}'])
  })
})
