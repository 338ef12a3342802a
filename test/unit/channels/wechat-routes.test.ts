import { createConnection } from 'node:net'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { problem } from '../../../src/base/problem.ts'
import { opensContact, type InboundText, type Intake } from '../../../src/channels/channel.ts'
import type { WechatConfig } from '../../../src/channels/config.ts'
import { redactUrl } from '../../../src/channels/webhook.ts'
import { aesKey, decrypt, encrypt, signature } from '../../../src/channels/wechat/crypto.ts'
import { noticeOutcome } from '../../../src/channels/wechat/message.ts'
import { wechatRoutes, type WechatRoutesOptions } from '../../../src/channels/wechat/routes.ts'
import { parsePush, textOf } from '../../../src/channels/wechat/xml.ts'
import {
  eventPush,
  signedPush,
  testAccount,
  testWechat,
  textPush,
  verification,
} from '../../support/wechat-push.ts'

const otherKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'
const citizen = 'oCitizen-0000000000000000001'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function gateway(changes: Partial<WechatConfig> = {}, more: Partial<WechatRoutesOptions> = {}) {
  const taken: InboundText[] = []
  const lines: string[] = []
  const intake: Intake = {
    async accept(items) {
      taken.push(...items)
      return items.map(({ providerId }) => ({ providerId, contactId: 'c', duplicate: false }))
    },
  }
  const app = Fastify({
    logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } },
  })
  apps.push(app)
  await app.register(wechatRoutes, {
    config: { ...testWechat, ...changes },
    intake,
    clock: () => new Date(),
    ...more,
  })
  return { app, taken, lines }
}

const only = (taken: InboundText[]): InboundText => {
  expect(taken).toHaveLength(1)
  return taken[0] as InboundText
}

describe('proving the address', () => {
  it('answers echostr unchanged, and nothing to a stranger', async () => {
    const { app } = await gateway()
    const right = await app.inject(verification('5838479218127813673'))
    expect([right.statusCode, right.body]).toEqual([200, '5838479218127813673'])
    expect(right.headers['content-type']).toContain('text/plain')
    const forged = verification('1', { ...testAccount, token: 'guess' })
    expect((await app.inject(forged)).statusCode).toBe(401)
    const old = verification('1', testAccount, new Date(Date.now() - 3_600_000))
    expect((await app.inject(old)).statusCode).toBe(401)
    expect((await app.inject({ method: 'GET', url: '/webhooks/wechat' })).statusCode).toBe(401)
    // A signature must not be replaceable by the other kind of signature.
    const { url } = verification('1')
    expect(
      (await app.inject({ url: `${url.replace(/signature=[^&]*/, '')}&msg_signature=x` })).statusCode,
    ).toBe(401)
  })
})

describe('a push', () => {
  it.each(['safe', 'compatible', 'plain'] as const)(
    'is taken in %s mode, every character of it',
    async (mode) => {
      const { app, taken } = await gateway({ mode, ...(mode === 'plain' ? { aesKey: null } : {}) })
      const text = '路灯不亮 😀 𠮷 \u200b <b>&amp;</b> ]]> '
      const answer = await app.inject(signedPush(...textPush(citizen, text, '23456789012345678'), { mode }))
      expect([answer.statusCode, answer.body]).toEqual([200, 'success'])
      expect(only(taken)).toMatchObject({
        channel: 'wechat',
        account: 'gh_hotline',
        from: citizen,
        providerId: '23456789012345678',
        kind: 'text',
        text,
      })
    },
  )

  it('is opened with the previous key during a rotation, and answered with it', async () => {
    const { app, taken } = await gateway(
      { aesKey: otherKey, aesKeyPrevious: testAccount.aesKey },
      { reply: async () => ({ type: 'text', content: '火警请直接拨打 119 ]]>' }) },
    )
    for (const key of [testAccount.aesKey, otherKey]) {
      const answer = await app.inject(signedPush(...textPush(citizen, '着火了'), { aesKey: key }))
      const sealed = parsePush(Buffer.from(answer.body))!
      const encrypted = textOf(sealed, 'Encrypt')
      expect(textOf(sealed, 'MsgSignature')).toBe(
        signature(testAccount.token, textOf(sealed, 'TimeStamp'), textOf(sealed, 'Nonce'), encrypted),
      )
      const reply = parsePush(decrypt(encrypted, testAccount.appId, aesKey(key))!)!
      expect(textOf(reply, 'ToUserName')).toBe(citizen)
      expect(textOf(reply, 'FromUserName')).toBe('gh_hotline')
      expect(textOf(reply, 'Content')).toBe('火警请直接拨打 119 ]]>')
    }
    expect(taken).toHaveLength(2)
  })

  it('is answered in plain XML when it was plain', async () => {
    const { app } = await gateway(
      { mode: 'plain', aesKey: null },
      { reply: async () => ({ type: 'text', content: '您好' }) },
    )
    const answer = await app.inject(signedPush(...textPush(citizen, '你好'), { mode: 'plain' }))
    expect(textOf(parsePush(Buffer.from(answer.body))!, 'Content')).toBe('您好')
  })

  it('is answered with success when the reply is late or fails, and after unsubscribe', async () => {
    const late = await gateway({}, { reply: () => new Promise(() => {}), replyWithinMs: 20 })
    expect((await late.app.inject(signedPush(...textPush(citizen, 'x')))).body).toBe('success')
    const broken = await gateway({}, { reply: () => Promise.reject(new Error('x')) })
    expect((await broken.app.inject(signedPush(...textPush(citizen, 'x')))).body).toBe('success')
    const talkative = await gateway({}, { reply: async () => ({ type: 'text', content: 'bye' }) })
    expect((await talkative.app.inject(signedPush(...eventPush(citizen, 'unsubscribe')))).body).toBe(
      'success',
    )
  })

  it('is not acknowledged when it could not be kept', async () => {
    const refusing: Intake = { accept: () => Promise.reject(problem(503, 'spoolFull', '暂时无法接收')) }
    const { app } = await gateway({}, { intake: refusing })
    const answer = await app.inject(signedPush(...textPush(citizen, 'x')))
    expect(answer.statusCode).toBe(503)
    expect(answer.body).not.toContain('success')
    const buggy = await gateway({}, { intake: { accept: () => Promise.reject(new TypeError('oops')) } })
    expect((await buggy.app.inject(signedPush(...textPush(citizen, 'x')))).statusCode).toBe(503)
  })
})

describe('kinds of messages', () => {
  const send = async (fields: Record<string, string>): Promise<InboundText> => {
    const { app, taken } = await gateway()
    const answer = await app.inject(signedPush(citizen, { ...fields, MsgId: '71' }))
    expect(answer.body).toBe('success')
    return only(taken)
  }

  it('image', async () =>
    expect(await send({ MsgType: 'image', PicUrl: 'http://mmbiz/x', MediaId: 'm' })).toMatchObject({
      kind: 'image',
      text: '',
      media: { mediaId: 'm' },
    }))
  it('voice', async () =>
    expect(await send({ MsgType: 'voice', MediaId: 'm', Format: 'amr', Recognition: '路灯' })).toMatchObject({
      kind: 'voice',
      text: '路灯',
      media: { mediaId: 'm', format: 'amr' },
    }))
  it.each(['video', 'shortvideo'])('%s', async (type) =>
    expect(await send({ MsgType: type, MediaId: 'm', ThumbMediaId: 't' })).toMatchObject({
      kind: 'video',
      media: { mediaId: 'm', thumbMediaId: 't' },
    }),
  )
  it('location', async () =>
    expect(
      await send({
        MsgType: 'location',
        Location_X: '41.108',
        Location_Y: '122.994',
        Scale: '20',
        Label: '铁东区',
      }),
    ).toMatchObject({
      kind: 'location',
      text: '铁东区',
      media: { place: { latitude: 41.108, longitude: 122.994, scale: 20, label: '铁东区' } },
    }))
  it('location with coordinates that are no numbers keeps its label', async () =>
    expect(
      await send({ MsgType: 'location', Location_X: 'NaN', Location_Y: '', Label: '铁东区' }),
    ).toMatchObject({ kind: 'location', text: '铁东区' }))
  it('link', async () =>
    expect(
      await send({ MsgType: 'link', Title: '标题', Description: '说明', Url: 'https://example.cn/a' }),
    ).toMatchObject({
      kind: 'link',
      text: '标题\n说明\nhttps://example.cn/a',
      media: { link: { title: '标题', url: 'https://example.cn/a' } },
    }))
  it('whatever PostgreSQL cannot hold is replaced in all of it', async () => {
    const link = await send({
      MsgType: 'link',
      Title: '标\0题',
      Description: '',
      Url: 'https://example.cn/\0a',
    })
    const image = await send({ MsgType: 'image', MediaId: 'm\0' })
    expect(link.media).toEqual({ link: { title: '标�题', description: '', url: 'https://example.cn/�a' } })
    expect(JSON.stringify([link, image])).not.toContain('\\u0000')
  })
  it('a kind nobody has heard of is kept with all it carries and gets a person', async () => {
    const item = await send({ MsgType: 'hologram', MediaId: 'm', Depth: '3', Content: '请看' })
    expect(item).toMatchObject({
      kind: 'event',
      text: '请看',
      providerId: '71',
      media: { mediaId: 'm' },
      event: { name: 'hologram', unknownMessage: true, fields: { Depth: '3', MsgId: '71' } },
    })
    expect(opensContact(item)).toBe(true)
  })
})

describe('events', () => {
  const send = async (
    event: string,
    more: Record<string, string> | { xml: string } = {},
  ): Promise<InboundText> => {
    const { app, taken } = await gateway()
    const push = 'xml' in more ? signedPush(citizen, more) : signedPush(...eventPush(citizen, event, more))
    expect((await app.inject(push)).body).toBe('success')
    return only(taken)
  }

  it.each([
    ['subscribe', {}, {}],
    ['subscribe', { EventKey: 'qrscene_42', Ticket: 'T' }, { key: '42', ticket: 'T' }],
    ['unsubscribe', {}, {}],
    ['SCAN', { EventKey: '42', Ticket: 'T' }, { key: '42', ticket: 'T' }],
    ['CLICK', { EventKey: 'progress' }, { key: 'progress' }],
    [
      'VIEW',
      { EventKey: 'https://example.cn/', MenuId: '9' },
      { key: 'https://example.cn/', fields: { MenuId: '9' } },
    ],
    ['kf_create_session', { KfAccount: 'a@gh' }, { fields: { KfAccount: 'a@gh' } }],
    ['event_of_next_year', { Strange: '1' }, { fields: { Strange: '1' } }],
  ])('%s %j', async (name, fields, expected) => {
    const item = await send(name, fields)
    expect(item).toMatchObject({ kind: 'event', event: { name, ...expected } })
    expect(item.providerId).toMatch(/^event-[0-9a-f]{40}$/)
    expect(opensContact(item)).toBe(false)
  })

  it('the menu key made for it asks for a person', async () =>
    expect(opensContact(await send('CLICK', { EventKey: 'human' }))).toBe(true))

  it('LOCATION', async () =>
    expect(await send('LOCATION', { Latitude: '41.1', Longitude: '122.9', Precision: '65' })).toMatchObject({
      media: { place: { latitude: 41.1, longitude: 122.9, precision: 65 } },
    }))

  it('nested elements keep their place', async () => {
    const xml = `<xml><ToUserName>gh_hotline</ToUserName><FromUserName>${citizen}</FromUserName><CreateTime>1772416800</CreateTime><MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>2</ScanResult></ScanCodeInfo></xml>`
    expect((await send('', { xml })).event?.fields).toEqual({
      'ScanCodeInfo.ScanType': 'qrcode',
      'ScanCodeInfo.ScanResult': '2',
    })
  })

  it('the end of a template job tells how the notice fared', async () => {
    const sent = await send('TEMPLATESENDJOBFINISH', { MsgID: '200163836', Status: 'success' })
    expect(noticeOutcome(sent)).toEqual({ messageId: '200163836', delivered: true, code: 'success' })
    const failed = await send('TEMPLATESENDJOBFINISH', {
      MsgID: '200163837',
      Status: 'failed: system failed',
    })
    expect(noticeOutcome(failed)).toMatchObject({ delivered: false, code: 'failed: system failed' })
    expect(sent.providerId).not.toBe(failed.providerId)
    const xml = `<xml><ToUserName>gh_hotline</ToUserName><FromUserName>${citizen}</FromUserName><CreateTime>1772416800</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>T</TemplateId><MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent></xml>`
    expect(noticeOutcome(await send('', { xml }))).toEqual({
      messageId: '1700827132819554304',
      delivered: true,
      code: 'success',
    })
  })

  it('the same event pushed again has the same key; another time, name or key another', async () => {
    const { app, taken } = await gateway()
    const at = new Date()
    for (const [event, more, when] of [
      ['CLICK', { EventKey: 'a' }, at],
      ['CLICK', { EventKey: 'a' }, at],
      ['CLICK', { EventKey: 'b' }, at],
      ['VIEW', { EventKey: 'a' }, at],
      ['CLICK', { EventKey: 'a' }, new Date(at.getTime() - 2_000)],
    ] as const)
      await app.inject(signedPush(...eventPush(citizen, event, more), { at: when }))
    expect(new Set(taken.map((i) => i.providerId)).size).toBe(4)
    expect(taken[0]?.providerId).toBe(taken[1]?.providerId)
  })
})

describe('bad input', () => {
  const good = () => signedPush(...textPush(citizen, '路灯不亮'))
  const sign = (payload: string, encrypted: string) => {
    const push = good()
    const url = new URL(push.url, 'http://x')
    const { searchParams: q } = url
    q.set(
      'msg_signature',
      signature(testAccount.token, q.get('timestamp') ?? '', q.get('nonce') ?? '', encrypted),
    )
    return { ...push, url: `${url.pathname}${url.search}`, payload }
  }
  const sealed = (message: string) => {
    const encrypted = encrypt(message, testAccount.appId, aesKey(testAccount.aesKey))
    return sign(`<xml><Encrypt>${encrypted}</Encrypt></xml>`, encrypted)
  }
  const without = (name: string) => {
    const push = good()
    return { ...push, url: push.url.replace(new RegExp(`([?&])${name}=[^&]*`), '$1') }
  }
  const cases: [string, number, () => InjectOptions][] = [
    ['no signature at all', 401, () => ({ ...good(), url: '/webhooks/wechat' })],
    ['no msg_signature', 401, () => without('msg_signature')],
    ['no timestamp', 401, () => without('timestamp')],
    ['no nonce', 401, () => without('nonce')],
    ['a signature twice', 401, () => ({ ...good(), url: `${good().url}&msg_signature=a` })],
    [
      'a wrong signature',
      401,
      () => signedPush(...textPush(citizen, 'x'), { account: { ...testAccount, token: 'guess' } }),
    ],
    ['a body changed on the way', 401, () => ({ ...good(), payload: good().payload })],
    ['a plain body in safe mode', 401, () => signedPush(...textPush(citizen, 'x'), { mode: 'plain' })],
    [
      'another account',
      401,
      () => signedPush(...textPush(citizen, 'x'), { account: { ...testAccount, appId: 'wx2' } }),
    ],
    ['a retired key', 401, () => signedPush(...textPush(citizen, 'x'), { aesKey: otherKey })],
    [
      'a message of yesterday',
      401,
      () => signedPush(...textPush(citizen, 'x'), { at: new Date(Date.now() - 86_400_000) }),
    ],
    [
      'a message of tomorrow',
      401,
      () => signedPush(...textPush(citizen, 'x'), { at: new Date(Date.now() + 86_400_000) }),
    ],
    [
      'a timestamp that is none',
      401,
      () => ({ ...good(), url: good().url.replace(/timestamp=\d+/, 'timestamp=1e9') }),
    ],
    ['ciphertext that is none', 401, () => sign('<xml><Encrypt>%%%</Encrypt></xml>', '%%%')],
    ['no ciphertext', 401, () => ({ ...good(), payload: '<xml><ToUserName>x</ToUserName></xml>' })],
    ['an empty body', 400, () => ({ ...good(), payload: '' })],
    ['no XML', 400, () => ({ ...good(), payload: '{"a":1}' })],
    ['an unclosed body', 400, () => ({ ...good(), payload: good().payload.slice(0, -6) })],
    [
      'a document type',
      400,
      () => ({ ...good(), payload: `<!DOCTYPE x SYSTEM "file:///etc/passwd">${good().payload}` }),
    ],
    [
      'an entity bomb',
      400,
      () => ({ ...good(), payload: '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml>&a;</xml>' }),
    ],
    ['no XML in the ciphertext', 400, () => sealed('hello')],
    ['a document type in the ciphertext', 400, () => sealed('<!DOCTYPE x><xml></xml>')],
    [
      'no sender in the ciphertext',
      400,
      () =>
        sealed(
          '<xml><ToUserName>a</ToUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId></xml>',
        ),
    ],
    [
      'no MsgId in the ciphertext',
      400,
      () =>
        sealed(
          '<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>',
        ),
    ],
    [
      'a time that is none',
      400,
      () =>
        sealed(
          '<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName><CreateTime>soon</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId></xml>',
        ),
    ],
    ['bytes that are no UTF-8', 400, () => ({ ...good(), payload: Buffer.from([0x3c, 0xff, 0x3e]) })],
    ['more than 64 KiB', 413, () => ({ ...good(), payload: `<xml>${'a'.repeat(70_000)}</xml>` })],
    ['JSON', 415, () => ({ ...good(), headers: { 'content-type': 'application/json' } })],
    ['no content type', 415, () => ({ ...good(), headers: { 'content-type': '' } })],
    [
      'a compressed body',
      415,
      () => ({ ...good(), headers: { 'content-type': 'text/xml', 'content-encoding': 'gzip' } }),
    ],
  ]

  it.each(cases)('%s is refused with %i', async (_, status, request) => {
    const { app, taken, lines } = await gateway()
    const answer = await app.inject(request())
    expect(answer.statusCode).toBe(status)
    expect(Object.keys(answer.json<object>()).sort()).toEqual([
      'code',
      'requestId',
      'status',
      'title',
      'type',
    ])
    expect(answer.body).not.toMatch(/Error|at |\/src\//)
    expect(taken).toEqual([])
    const log = lines.join('')
    expect(log.length).toBeGreaterThan(0)
    expect(log).not.toContain(citizen)
    expect(log).not.toContain('路灯')
  })

  it('all failures of proof look the same', async () => {
    const { app } = await gateway()
    const bodies = new Set<string>()
    for (const [, status, request] of cases)
      if (status === 401) {
        const { requestId, ...rest } = (await app.inject(request())).json<Record<string, unknown>>()
        expect(requestId).toBeDefined()
        bodies.add(JSON.stringify(rest))
      }
    expect(bodies.size).toBe(1)
  })

  it('a plain signature that was overheard carries no second text', async () => {
    const { app, taken } = await gateway({ mode: 'plain', aesKey: null })
    const push = signedPush(...textPush(citizen, '真话'), { mode: 'plain' })
    expect((await app.inject(push)).statusCode).toBe(200)
    expect((await app.inject(push)).statusCode).toBe(200)
    const forged = { ...push, payload: push.payload.replace('真话', '假话') }
    expect((await app.inject(forged)).statusCode).toBe(401)
    expect(taken.map((i) => i.text)).toEqual(['真话', '真话'])
  })

  it('a mode that needs keys does not start without them', async () => {
    await expect(gateway({ aesKey: null })).rejects.toThrow('EncodingAESKey')
  })

  it('a body that comes too slowly is 408, and the connection is free again', async () => {
    const { app, taken } = await gateway({}, { bodyWithinMs: 60 })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const push = good()
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = createConnection((app.server.address() as AddressInfo).port, '127.0.0.1')
      let heard = ''
      socket.on('data', (d) => (heard += d.toString()))
      socket.on('close', () => resolve(heard))
      socket.on('error', reject)
      socket.write(
        `POST ${push.url} HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: 1000\r\n\r\n<xml>`,
      )
    })
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(taken).toEqual([])
  })
})

describe('logs', () => {
  it('hold neither query nor text of a push', async () => {
    const { app, lines } = await gateway()
    const push = signedPush(...textPush(citizen, '金丝雀文字'))
    await app.inject(push)
    const log = lines.join('')
    expect(log).toContain('/webhooks/wechat')
    for (const secret of [
      citizen,
      '金丝雀',
      new URL(push.url, 'http://x').searchParams.get('signature') ?? '',
    ])
      expect(log).not.toContain(secret)
  })

  it.each([
    ['/webhooks/sms/kannel/SECRET', '/webhooks/sms/kannel/[token]'],
    ['/webhooks/sms/kannel/SECRET?from=1&text=x', '/webhooks/sms/kannel/[token]?[query]'],
    ['/webhooks/sms/aliyun/SECRET/report', '/webhooks/sms/aliyun/[token]/report'],
    ['//webhooks//sms//aliyun//SECRET', '//webhooks//sms//aliyun//[token]'],
    ['/WEBHOOKS/SMS/nobody/SECRET#x', '/WEBHOOKS/SMS/nobody/[token]?[query]'],
    ['/webhooks/wechat?openid=o', '/webhooks/wechat?[query]'],
    ['/api/contacts?state=open', '/api/contacts?state=open'],
  ])('%s is logged as %s', (url, logged) => expect(redactUrl(url)).toBe(logged))
})
