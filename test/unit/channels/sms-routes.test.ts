import { createConnection, type AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { problem } from '../../../src/base/problem.ts'
import type { SmsConfig } from '../../../src/channels/config.ts'
import type { DeliveryReport } from '../../../src/channels/outgoing/report.ts'
import { decodeSms } from '../../../src/channels/sms/encoding.ts'
import type { InboundSms } from '../../../src/channels/sms/profile.ts'
import { smsRoutes, type SmsRoutesOptions } from '../../../src/channels/sms/routes.ts'
import type { SpoolRecord } from '../../../src/db/spool.ts'
import { aliyunPush, escapeBytes, kannelGet, kannelText, tencentPush, ucs2 } from '../../support/sms-push.ts'

const tokens = { kannel: 'kannel-secret', aliyun: 'aliyun-secret', tencent: 'tencent-secret' }
const config: SmsConfig = {
  kannel: { token: tokens.kannel, account: '10690000', send: null },
  aliyun: { token: tokens.aliyun, account: '10690001', send: null },
  tencent: { token: tokens.tencent, account: '10690002', send: null },
  allow: [],
  sendBy: null,
}
const citizen = '13800000001'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function gateway(changes: Partial<SmsConfig> = {}, more: Partial<SmsRoutesOptions> = {}) {
  const taken: InboundSms[] = []
  const reports: DeliveryReport[] = []
  const aside: SpoolRecord[] = []
  const lines: string[] = []
  const app = Fastify({
    logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } },
  })
  apps.push(app)
  await app.register(smsRoutes, {
    config: { ...config, ...changes },
    inlet: { take: async (items) => void taken.push(...items), sweep: async () => 0 },
    reports: async (some) => void reports.push(...some),
    durable: {
      spool: { quarantine: async (record: SpoolRecord) => void aside.push(record) },
    } as unknown as SmsRoutesOptions['durable'],
    log: pino({ level: 'silent' }),
    trustedProxies: ['127.0.0.1'],
    ...more,
  })
  return { app, taken, reports, aside, lines, text: () => taken.map((i) => decodeSms(i.bytes, i.charset)) }
}

describe('Kannel', () => {
  const send = async (query: string, more: Partial<InjectOptions> = {}) => {
    const g = await gateway()
    const answer = await g.app.inject({
      method: 'GET',
      url: `/webhooks/sms/kannel/${tokens.kannel}?${query}`,
      ...more,
    })
    return { ...g, answer }
  }

  it('is acknowledged with an empty body, because any text would be sent to the citizen', async () => {
    const { app, taken } = await gateway()
    const answer = await app.inject(kannelText(tokens.kannel, '+8613800000001', '路灯不亮 😀', 'id-1'))
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
    expect(taken).toMatchObject([
      {
        via: 'kannel',
        providerId: 'id-1',
        from: '+8613800000001',
        account: '10690000',
        smsc: 'smsc1',
        charset: 'utf-8',
      },
    ])
  })

  it.each<[string, string, string]>([
    ['UTF-16BE by name', `text=${escapeBytes(ucs2('路灯 😀'))}&coding=2&charset=UTF-16BE`, '路灯 😀'],
    ['UCS-2 by coding alone', `text=${escapeBytes(ucs2('你好'))}&coding=2`, '你好'],
    ['UTF-8 that says coding 2', 'text=%E8%B7%AF%E7%81%AF&coding=2', '路灯'],
    ['GB18030 by name', 'text=%c2%b7%b5%c6&charset=GBK', '路灯'],
    ['GB18030 that says nothing', 'text=%c2%b7%b5%c6', '路灯'],
    ['the default alphabet', 'text=Hi%20%00%1be&charset=GSM', 'Hi @€'],
    ['"GSM" that was UTF-8 all along', 'text=%E8%B7%AF&charset=GSM', '路'],
    ['Latin', 'text=caf%e9&charset=ISO-8859-1', 'café'],
    ['binary', 'text=%63%61%66%e9&coding=1', 'café'],
    ['a set nobody knows', 'text=%E8%B7%AF&charset=x-klingon', '路'],
    ['the raw parameter before the text', `text=?&binary=${escapeBytes(ucs2('路'))}&coding=2`, '路'],
    ["Kannel's own letters", 'a=%E8%B7%AF&C=UTF-8', '路'],
    ['an empty text', 'text=', ''],
    ['plus signs', 'text=a+b%2Bc', 'a b+c'],
    ['zero width and rare characters', `text=${encodeURIComponent('\u200b𠮷\u202e龘')}`, '\u200b𠮷\u202e龘'],
  ])('%s', async (_, query, expected) => {
    const { answer, text } = await send(`id=1&from=${citizen}&${query}`)
    expect(answer.statusCode).toBe(200)
    expect(text()).toEqual([expected])
  })

  it.each([citizen, '+8613800000001', '8613800000001', '008613800000001', ' 13800000001'])(
    '%s is one number',
    async (from) => {
      const { taken } = await send(`id=1&from=${encodeURIComponent(from)}&text=x`)
      expect(taken[0]?.from).toBe('+8613800000001')
    },
  )

  it('takes the text as a body with headers (post-url)', async () => {
    const { app, taken, text } = await gateway()
    const answer = await app.inject({
      method: 'POST',
      url: `/webhooks/sms/kannel/${tokens.kannel}?id=77`,
      headers: {
        'content-type': 'text/plain; charset="UTF-16BE"',
        'x-kannel-from': '+8613800000001',
        'x-kannel-to': '10690009',
        'x-kannel-coding': '2',
        'x-kannel-udh': '%05%00%03%2A%02%01',
        'x-kannel-time': '2026-03-02 02:00:00',
      },
      payload: ucs2('路灯'),
    })
    expect(answer.statusCode).toBe(200)
    expect(text()).toEqual(['路灯'])
    expect(taken[0]).toMatchObject({
      providerId: '77',
      account: '10690009',
      part: { ref: 42, total: 2, seq: 1 },
      providerTime: new Date('2026-03-02T10:00:00+08:00'),
    })
  })

  it('takes a form', async () => {
    const { app, text } = await gateway()
    await app.inject({
      method: 'POST',
      url: `/webhooks/sms/kannel/${tokens.kannel}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `id=1&from=${citizen}&text=%c2%b7&charset=gb18030`,
    })
    expect(text()).toEqual(['路'])
  })

  it('numbers the parts of a long message, its header escaped or in hexadecimal', async () => {
    for (const udh of ['%06%08%04%01%02%03%01', '06080401020301']) {
      const { taken } = await send(`id=1&from=${citizen}&text=x&udh=${udh}`)
      expect(taken[0]?.part).toEqual({ ref: 258, total: 3, seq: 1 })
    }
  })

  it('tells equal messages without an id apart by their time', async () => {
    const ids = await Promise.all(
      ['time=1772416800', 'time=1772416801', 'time=1772416800'].map(
        async (time) => (await send(`from=${citizen}&text=x&${time}`)).taken[0]?.providerId,
      ),
    )
    expect(ids[0]).toBe(ids[2])
    expect(ids[0]).not.toBe(ids[1])
  })

  it.each([
    ['no sender', 'id=1&text=x'],
    ['a sender that is no number', 'id=1&from=BANK&text=x'],
    ['no text', `id=1&from=${citizen}`],
    ['neither id nor time', `from=${citizen}&text=x`],
    ['a broken escape', `id=1&from=${citizen}&text=%zz`],
    ['an endless id', `id=${'9'.repeat(200)}&from=${citizen}&text=x`],
  ])('%s is refused with 400', async (_, query) => {
    const { answer, taken } = await send(query)
    expect(answer.statusCode).toBe(400)
    expect(taken).toEqual([])
  })

  it.each([
    ['1', 'delivered'],
    ['2', 'failed'],
    ['8', 'accepted'],
    ['16', 'failed'],
  ])('reports type %s as %s', async (type, state) => {
    const { app, reports } = await gateway()
    const answer = await app.inject({
      url: `/webhooks/sms/kannel/${tokens.kannel}/report?own=abc&type=${type}&id=k1&answer=DELIVRD`,
    })
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
    expect(reports).toMatchObject([
      { via: 'kannel', ownId: 'abc', providerMessageId: 'k1', state, code: 'DELIVRD' },
    ])
  })

  it('a HEAD request stores nothing', async () => {
    const { app, taken } = await gateway()
    await app.inject({ ...kannelText(tokens.kannel, citizen, 'x'), method: 'HEAD' })
    expect(taken).toEqual([])
  })
})

describe('Aliyun', () => {
  it('takes several messages in one push and answers in its own form', async () => {
    const { app, taken, text } = await gateway()
    const answer = await app.inject(
      aliyunPush(tokens.aliyun, [
        { from: citizen, text: '路灯不亮 😀', id: 'a1' },
        { from: '13800000002', text: '停水', id: 'a2' },
      ]),
    )
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ code: 0 })
    expect(text()).toEqual(['路灯不亮 😀', '停水'])
    expect(taken[0]).toMatchObject({
      providerId: 'a1',
      from: '+8613800000001',
      account: '10690001',
      providerTime: new Date('2026-03-02T10:00:00+08:00'),
    })
  })

  it('takes sequence numbers as numbers without rounding them', async () => {
    const { app, taken } = await gateway()
    const item = (id: string) =>
      `{"phone_number":"${citizen}","content":"x","dest_code":"1","sequence_id":${id}}`
    const payload = `[${item('12345678901234567890')},${item('12345678901234567891')},${item('7')}]`
    await app.inject({ ...aliyunPush(tokens.aliyun, []), payload })
    expect(taken.map((i) => i.providerId)).toEqual(['12345678901234567890', '12345678901234567891', '7'])
  })

  it('sets a malformed item aside for a person and stores the others', async () => {
    const { app, taken, aside } = await gateway()
    const bad = [
      { content: 'no sender' },
      'not even an object',
      { phone_number: 'x', content: 'y', sequence_id: '1' },
    ]
    const good = { phone_number: citizen, content: 'x', sequence_id: '2', dest_code: '1' }
    const answer = await app.inject({
      ...aliyunPush(tokens.aliyun, []),
      payload: JSON.stringify([...bad, good]),
    })
    expect(answer.statusCode).toBe(200)
    expect(taken).toHaveLength(1)
    expect(aside.map((r) => r.data)).toEqual(bad)
  })

  it('takes delivery reports', async () => {
    const { app, reports } = await gateway()
    const answer = await app.inject({
      ...aliyunPush(tokens.aliyun, []),
      url: `/webhooks/sms/aliyun/${tokens.aliyun}/report`,
      payload: JSON.stringify([
        {
          phone_number: citizen,
          success: true,
          err_code: 'DELIVERED',
          report_time: '2026-03-02 10:00:03',
          biz_id: 'b1',
          out_id: 'o1',
        },
        { phone_number: citizen, success: false, err_code: 'MK:0001', biz_id: 'b2', out_id: '' },
      ]),
    })
    expect(answer.json()).toMatchObject({ code: 0 })
    expect(reports).toMatchObject([
      { ownId: 'o1', providerMessageId: 'b1', state: 'delivered', at: '2026-03-02T02:00:03.000Z' },
      { ownId: null, providerMessageId: 'b2', state: 'failed', code: 'MK:0001' },
    ])
  })
})

describe('Tencent', () => {
  it('takes a reply and makes its own dedupe key', async () => {
    const { app, taken } = await gateway()
    const push = tencentPush(tokens.tencent, { from: citizen, text: '路灯', time: 1772416800 })
    const answer = await app.inject(push)
    expect(answer.json()).toEqual({ result: 0, errmsg: 'OK' })
    await app.inject(push)
    await app.inject(tencentPush(tokens.tencent, { from: citizen, text: '路灯', time: 1772416801 }))
    expect(new Set(taken.map((i) => i.providerId)).size).toBe(2)
    expect(taken[0]).toMatchObject({ from: '+8613800000001', account: '10690002' })
  })

  it('takes up to a hundred reports at once', async () => {
    const { app, reports } = await gateway()
    const payload = JSON.stringify(
      Array.from({ length: 100 }, (_, i) => ({
        user_receive_time: '2026-03-02 10:00:00',
        nationcode: '86',
        mobile: citizen,
        report_status: i % 2 ? 'FAIL' : 'SUCCESS',
        errmsg: 'DELIVRD',
        description: 'x',
        sid: `s${i}`,
        ext: `own-${i}`,
      })),
    )
    const answer = await app.inject({
      ...tencentPush(tokens.tencent, { from: citizen, text: '' }),
      url: `/webhooks/sms/tencent/${tokens.tencent}/report`,
      payload,
    })
    expect(answer.json()).toEqual({ result: 0, errmsg: 'OK' })
    expect(reports).toHaveLength(100)
    expect(reports[1]).toMatchObject({ ownId: 'own-1', providerMessageId: 's1', state: 'failed' })
  })
})

describe('bad input', () => {
  const good = () => aliyunPush(tokens.aliyun, [{ from: citizen, text: '路灯不亮' }])
  const url = (provider: string, token: string, rest = '') => `/webhooks/sms/${provider}/${token}${rest}`
  const json = { 'content-type': 'application/json' }
  const cases: [string, number, () => InjectOptions][] = [
    ['a wrong token', 403, () => ({ ...good(), url: url('aliyun', 'guess') })],
    ['a token of another provider', 403, () => ({ ...good(), url: url('aliyun', tokens.kannel) })],
    [
      'a token with one character less',
      403,
      () => ({ ...good(), url: url('aliyun', tokens.aliyun.slice(1)) }),
    ],
    ['a wrong token of reports', 403, () => ({ ...good(), url: url('aliyun', 'guess', '/report') })],
    [
      'a huge body behind a wrong token',
      403,
      () => ({ ...good(), url: url('aliyun', 'guess'), payload: 'x'.repeat(70_000) }),
    ],
    ['no token', 404, () => ({ ...good(), url: '/webhooks/sms/aliyun' })],
    ['a provider nobody knows', 404, () => ({ ...good(), url: url('huawei', 'guess') })],
    ['a longer path', 404, () => ({ ...good(), url: url('aliyun', tokens.aliyun, '/report/x') })],
    ['a method that is none of its', 404, () => ({ ...good(), method: 'PUT' })],
    ['GET where only POST is', 404, () => ({ method: 'GET', url: url('aliyun', tokens.aliyun) })],
    ['an empty body', 400, () => ({ ...good(), payload: '' })],
    ['no JSON', 400, () => ({ ...good(), payload: '<xml/>' })],
    ['half a JSON', 400, () => ({ ...good(), payload: '[{"phone_number":' })],
    ['JSON that is a number', 400, () => ({ ...good(), payload: '1' })],
    ['only items without use', 400, () => ({ ...good(), payload: '[{"a":1}]' })],
    ['a prototype', 400, () => ({ ...good(), payload: '{"__proto__":{"phone_number":"1"}}' })],
    ['bytes that are no UTF-8', 400, () => ({ ...good(), payload: Buffer.from([0x5b, 0xff, 0x5d]) })],
    ['JSON of great depth', 400, () => ({ ...good(), payload: '['.repeat(30_000) })],
    ['more than 64 KiB', 413, () => ({ ...good(), payload: JSON.stringify(['x'.repeat(70_000)]) })],
    ['XML', 415, () => ({ ...good(), headers: { 'content-type': 'text/xml' } })],
    ['no content type', 415, () => ({ ...good(), headers: { 'content-type': '' } })],
    ['a compressed body', 415, () => ({ ...good(), headers: { ...json, 'content-encoding': 'br' } })],
    [
      'a report without id',
      400,
      () => ({ ...good(), url: url('aliyun', tokens.aliyun, '/report'), payload: '[{"success":true}]' }),
    ],
    ['a report that is none', 400, () => ({ url: url('kannel', tokens.kannel, '/report?own=1&type=99') })],
    [
      'a report of a type that is a word of the language',
      400,
      () => ({ url: url('kannel', tokens.kannel, '/report?own=1&type=constructor') }),
    ],
  ]

  it.each(cases)('%s is refused with %i', async (_, status, request) => {
    const { app, taken, reports, lines } = await gateway()
    const answer = await app.inject(request())
    expect(answer.statusCode).toBe(status)
    expect(answer.body).not.toMatch(/Error|at |\/src\//)
    expect(taken).toEqual([])
    expect(reports).toEqual([])
    const log = lines.join('')
    for (const secret of [...Object.values(tokens), 'guess', citizen, '路灯'])
      expect(log).not.toContain(secret)
  })

  it('a provider that is off has no address', async () => {
    const { app } = await gateway({ aliyun: null })
    expect((await app.inject(good())).statusCode).toBe(404)
  })

  it('wrong token and foreign address look the same', async () => {
    const { app } = await gateway({ allow: ['192.0.2.0/24'] })
    const strip = (body: string) => body.replace(/"requestId":"[^"]*"/, '')
    const [stranger, guesser] = [
      await app.inject(good()),
      await app.inject({ ...good(), url: url('aliyun', 'guess') }),
    ]
    expect([stranger.statusCode, strip(stranger.body)]).toEqual([guesser.statusCode, strip(guesser.body)])
  })

  it('is not acknowledged when it could not be kept', async () => {
    const { app } = await gateway(
      {},
      { inlet: { take: () => Promise.reject(problem(503, 'spoolFull', 'x')), sweep: async () => 0 } },
    )
    const answer = await app.inject(good())
    expect(answer.statusCode).toBe(503)
    expect(answer.body).not.toContain('"code":0')
    const kannel = await app.inject(kannelText(tokens.kannel, citizen, 'x'))
    expect(kannel.statusCode).toBe(503)
  })

  it('a body that comes too slowly is 408', async () => {
    const { app } = await gateway({}, { bodyWithinMs: 60 })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const heard = await new Promise<string>((resolve, reject) => {
      const socket = createConnection((app.server.address() as AddressInfo).port, '127.0.0.1')
      let text = ''
      socket.on('data', (d) => (text += d.toString()))
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
      socket.write(
        `POST ${good().url} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n[`,
      )
    })
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
  })
})

describe('source addresses', () => {
  const allow = ['192.0.2.0/24', '2001:db8::/32']
  const from = async (remoteAddress: string, forwarded?: string) => {
    const { app } = await gateway({ allow })
    const answer = await app.inject({
      ...kannelGet(tokens.kannel, { from: citizen, bytes: Buffer.from('x') }),
      remoteAddress,
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    })
    return answer.statusCode
  }

  it.each([
    ['on the list', '192.0.2.7', undefined, 200],
    ['on the list, IPv6', '2001:db8::1', undefined, 200],
    ['on the list, IPv4 in IPv6', '::ffff:192.0.2.7', undefined, 200],
    ['not on the list', '198.51.100.1', undefined, 403],
    ['not on the list but claims to be', '198.51.100.1', '192.0.2.7', 403],
    ['behind our proxy', '127.0.0.1', '192.0.2.7', 200],
    ['behind our proxy, with a port', '127.0.0.1', '192.0.2.7:4711', 200],
    ['behind our proxy, lying about an address further left', '127.0.0.1', '192.0.2.7, 198.51.100.1', 403],
    ['behind our proxy twice', '127.0.0.1', '192.0.2.7, 127.0.0.1', 200],
    ['our proxy itself', '127.0.0.1', undefined, 403],
    ['behind our proxy with nonsense', '127.0.0.1', 'unknown', 403],
  ])('%s', async (_, peer, forwarded, status) => expect(await from(peer, forwarded)).toBe(status))

  it('an entry that is no address is named at start', async () => {
    await expect(gateway({ allow: ['192.0.2.0/99'] })).rejects.toThrow('192.0.2.0/99')
  })
})

describe('logs', () => {
  it('hold neither token, number nor text', async () => {
    const { app, lines } = await gateway()
    await app.inject(kannelText(tokens.kannel, citizen, '金丝雀'))
    await app.inject(aliyunPush(tokens.aliyun, [{ from: citizen, text: '金丝雀' }]))
    const log = lines.join('')
    expect(log).toContain('/webhooks/sms/kannel/[token]')
    for (const secret of [...Object.values(tokens), citizen, '金丝雀', escapeBytes(Buffer.from('金'))])
      expect(log).not.toContain(secret)
  })
})
