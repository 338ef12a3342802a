import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { newId } from '../../src/base/ids.ts'
import { createPii } from '../../src/base/pii.ts'
import type { SmsConfig, WechatConfig } from '../../src/channels/config.ts'
import type { OutgoingDraft } from '../../src/channels/outgoing/model.ts'
import { createOutgoing, type Outgoing } from '../../src/channels/outgoing/service.ts'
import { smsAccounts, smsSenders } from '../../src/channels/sms/senders.ts'
import { createWechatApi } from '../../src/channels/wechat/api.ts'
import { createReplyWindows } from '../../src/channels/wechat/reply-window.ts'
import { wechatSender } from '../../src/channels/wechat/send.ts'
import { createPool } from '../../src/db/pool.ts'
import { createDurable } from '../../src/db/spool-durable.ts'
import { openSpool } from '../../src/db/spool.ts'
import { freshDatabase, runFolder } from './services.ts'
import { startSmsProvider } from './sms-provider.ts'
import { startWechatApi } from './wechat-api.ts'

const log = pino({ level: 'silent' })
const clock = (): Date => new Date()
export const pii = createPii('a synthetic secret of more than 32 characters')

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

const smsAt = (urls: Record<'kannel' | 'aliyun' | 'tencent', string>): SmsConfig => ({
  kannel: {
    token: 'secret',
    account: '10690000',
    send: {
      url: urls.kannel,
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
      url: urls.aliyun,
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
      url: urls.tencent,
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
})

let serial = 0
export const draft = (more: Partial<OutgoingDraft> = {}): OutgoingDraft => ({
  key: `k${++serial}`,
  channel: 'sms',
  to: '+8613800000001',
  purpose: 'reply',
  content: { text: '已收到' },
  ...more,
})

type Row = {
  state: string
  reason: string | null
  tries: number
  via: string
  providerMessageId: string | null
}

/** Messages to citizens on a real database; carriers and WeChat are played on loopback. */
export async function startOutgoing() {
  const database = await freshDatabase()
  const db = createPool(database.url, log)
  const carrier = await startSmsProvider()
  const wechat = await startWechatApi()
  const folder = mkdtempSync(join(runFolder(), 'outgoing-'))
  const durable = createDurable({ spool: await openSpool({ dir: folder, codec: pii, log, clock }), log })
  const sms = smsAt(carrier.urls)

  function makeWith(smsConfig: SmsConfig) {
    const windows = createReplyWindows(db, pii, log, 1)
    const api = createWechatApi({
      apiBase: wechat.base,
      tokens: { get: async () => 'token-1', reject: async () => {} },
    })
    const outgoing = createOutgoing({
      db,
      pii,
      durable: createDurable({ spool: durable.spool, log }),
      senders: [...smsSenders(smsConfig, clock), wechatSender({ notices }, api, windows)],
      defaultSms: smsConfig.sendBy,
      smsAccounts: smsAccounts(smsConfig),
      log,
    })
    return { outgoing, windows }
  }
  let current = makeWith(sms)

  return {
    db,
    carrier,
    wechat,
    get outgoing() {
      return current.outgoing
    },
    get windows() {
      return current.windows
    },
    /** Another gateway beside it. */
    another: (): Outgoing => makeWith(sms).outgoing,
    /** One whose carrier cannot be reached. */
    unreachable: (): Outgoing =>
      makeWith({
        ...sms,
        kannel: { ...sms.kannel!, send: { ...sms.kannel!.send!, url: 'http://127.0.0.1:1/' } },
      }).outgoing,
    /** Nothing was ever sent. */
    async reset() {
      await db.query(`delete from outgoing_messages`)
      await db.query(`delete from outgoing_reports`)
      await db.query(`delete from outbox`)
      carrier.sent.length = 0
      wechat.calls.length = 0
      current = makeWith(sms)
    },
    async enqueue(d: OutgoingDraft): Promise<string> {
      const made = await db.tx((tx) => current.outgoing.enqueue(tx, d))
      if (!made.ok) throw new Error(made.refusal.code)
      return made.id
    },
    async rowOf(id: string): Promise<Row> {
      const [row] = await db.query<Row>(
        `select state, reason, tries, via, provider_message_id as "providerMessageId"
         from outgoing_messages where id = $1`,
        [id],
      )
      return row as Row
    },
    insteadOf: async (id: string): Promise<string | undefined> =>
      (await db.query<{ id: string }>(`select id from outgoing_messages where instead_of = $1`, [id]))[0]?.id,
    bells: async (): Promise<number> =>
      (await db.query(`select 1 from outbox where queue = 'outgoing' and name = 'deliver'`)).length,
    /** As if the bell of a retry had rung. */
    makeDue: (): Promise<unknown> => db.query(`update outgoing_messages set not_before = clock_timestamp()`),
    async stop() {
      await durable.stop()
      await db.end()
      await database.drop()
      await carrier.close()
      await wechat.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type OutgoingWorld = Awaited<ReturnType<typeof startOutgoing>>

export const report = (more: object) => ({
  via: 'kannel' as const,
  key: newId(),
  ownId: null,
  providerMessageId: null,
  state: 'delivered' as const,
  code: 'DELIVRD',
  at: null,
  ...more,
})
