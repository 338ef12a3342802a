import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type {
  AskProgress,
  LedgerOf,
  LookTold,
  ProgressAnswer,
  ProgressTold,
} from '../../../src/channels/progress.ts'
import { html } from '../../../src/channels/web/html.ts'
import { progressCss } from '../../../src/channels/web/progress-page.ts'
import { network, progressRoutes } from '../../../src/channels/web/progress-routes.ts'
import { problems } from '../../../src/http/problems.ts'

const told: ProgressTold = {
  number: 'AS2603024816539',
  title: '<script>alert(1)</script>“路灯”',
  raisedAt: '2026-03-02T10:00:00+08:00',
  state: 'dispatched',
  acceptance: '已受理',
  unit: '路灯管理处',
  progress: '承办单位办理中',
  due: '2026-03-10T00:00:00+08:00',
  cite: '《鞍山市群众诉求办理条例》第十八条第一款',
  result: null,
}

const looks: LookTold[] = [
  {
    at: '2026-03-03T09:30:00+08:00',
    action: '查看',
    role: '承办单位',
    unit: '<b>路灯管理处',
    fields: ['诉求内容', '姓名住址（隐去部分）'],
  },
]

const open: FastifyInstance[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function serve(answer: ProgressAnswer | Error, mostPerMinute?: number) {
  const ask = vi.fn<AskProgress>(async () => {
    if (answer instanceof Error) throw answer
    return answer
  })
  const ledgerOf = vi.fn<LedgerOf>(async () => looks)
  const app = Fastify()
  open.push(app)
  await app.register(problems)
  await app.register(rateLimit, { global: true, max: 1_000, timeWindow: 60_000 })
  await app.register(swagger, { openapi: { info: { title: 't', version: '1' } } })
  await app.register(progressRoutes, {
    ask,
    ledgerOf,
    ways: { prefix: 'AS', hotline: '12345', progressNumber: '12399', byText: ['sms'] },
    ...(mostPerMinute ? { mostPerMinute } : {}),
  })
  const post = (fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/progress',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    })
  const api = (body: unknown) =>
    app.inject({ method: 'POST', url: '/api/progress', payload: body as Record<string, unknown> })
  return { app, ask, ledgerOf, post, api }
}

const right = { number: 'as 2603024816539', lastFour: '１２３４' }

describe('the page of progress', () => {
  it('needs no script, keeps nothing and asks nobody else', async () => {
    const { app } = await serve({ type: 'none' })
    const page = await app.inject({ method: 'GET', url: '/progress' })
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(page.body).toContain('<html lang="zh-CN">')
    expect(page.body).not.toMatch(/<script|style=|https?:/)
    expect(page.body).toContain('method="post"')
    for (const way of ['12345', '12399', '短信']) expect(page.body).toContain(way)
    expect((await app.inject({ method: 'GET', url: '/progress.css' })).body).toBe(progressCss)
  })

  it('tells what may be known, as text, and does not repeat what was typed', async () => {
    const { post, ask } = await serve({ type: 'found', progress: { ...told, result: '已修好' } })
    const page = await post(right)
    expect(page.statusCode).toBe(200)
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ ...right, asker: { kind: 'address', id: '127.0.0.1' } })
    for (const part of ['已受理', '路灯管理处', '承办单位办理中', '2026年3月9日', '第十八条', '已修好'])
      expect(page.body).toContain(part)
    expect(page.body).toContain('&lt;script&gt;')
    expect(page.body).not.toContain('<script>')
    expect(page.body).not.toContain('value="as 2603024816539"')
    expect(page.body).toContain('<title>办理单 AS2603024816539 - 查询办理进度</title>')
  })

  it('tells who looked at the order when that is asked for, and never before the digits were right', async () => {
    const found = await serve({ type: 'found', progress: told })
    const plain = await found.post(right)
    expect(plain.body).not.toContain('谁查看过这张办理单</h2>')
    expect(found.ledgerOf).not.toHaveBeenCalled()
    const page = await found.post({ ...right, ledger: '1' })
    expect(found.ledgerOf).toHaveBeenCalledWith('AS2603024816539', '1234')
    for (const part of [
      '谁查看过这张办理单</h2>',
      '2026年3月3日',
      '承办单位',
      '姓名住址（隐去部分）',
      '&lt;b&gt;',
    ])
      expect(page.body).toContain(part)
    expect(page.body).not.toContain('<b>')
    const none = await serve({ type: 'none' })
    expect((await none.post({ ...right, ledger: '1' })).body).toContain('checked')
    expect(none.ledgerOf).not.toHaveBeenCalled()
  })

  it('gives one answer for a number that does not exist and for wrong digits, with what was typed', async () => {
    const { post } = await serve({ type: 'none' })
    const [a, b] = [await post(right), await post({ ...right, lastFour: '9999' })]
    expect(a.statusCode).toBe(200)
    expect(a.body).toContain('没有查到')
    expect(a.body).toContain('value="as 2603024816539"')
    expect(b.body.replace('9999', '１２３４')).toBe(a.body)
  })

  it('names what is missing beside the field, and asks nobody', async () => {
    const { post, ask } = await serve({ type: 'none' })
    const page = await post({ number: '"><b>260302', lastFour: '12' })
    expect(page.statusCode).toBe(422)
    expect(page.body).toContain('href="#number"')
    expect(page.body).toContain('aria-describedby="lastFour-hint lastFour-error"')
    expect(page.body).not.toContain('<b>')
    expect(ask).not.toHaveBeenCalled()
    expect((await post({})).statusCode).toBe(422)
  })

  it('says how long a lock lasts and who helps meanwhile', async () => {
    const { post } = await serve({ type: 'locked', waitMs: 14.2 * 60_000 })
    const page = await post(right)
    expect(page.statusCode).toBe(429)
    expect(page.headers['retry-after']).toBe(String(14.2 * 60))
    expect(page.body).toContain('15 分钟后再试')
    expect(page.body).toContain('12345')
  })

  it('is a page in Chinese for whoever asks too often, too', async () => {
    const { post, api } = await serve({ type: 'none' }, 2)
    await post(right)
    await post(right)
    const page = await post(right)
    expect(page.statusCode).toBe(429)
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.body).toContain('查询次数过多')
    for (let n = 0; n < 2; n++) await api({ number: '1', lastFour: '1' })
    const document = await api({ number: '1', lastFour: '1' })
    expect(document.statusCode).toBe(429)
    expect(document.json()).toMatchObject({ code: 'tooManyRequests' })
  })

  it('stays a page when something fails or the body is none', async () => {
    const { post, app } = await serve(new Error('no database'))
    const page = await post(right)
    expect(page.statusCode).toBe(503)
    expect(page.body).toContain('暂时无法查询')
    expect(page.body).not.toContain('no database')
    const odd = await app.inject({ method: 'POST', url: '/progress', payload: { number: '1' } })
    expect(odd.statusCode).toBe(422)
    const large = await post({ number: '1'.repeat(10_000) })
    expect(large.statusCode).toBe(413)
    expect(large.headers['content-type']).toContain('text/html')
  })
})

describe('POST /api/progress', () => {
  it('answers the same as a document', async () => {
    const { api, app } = await serve({ type: 'found', progress: told })
    const answer = await api(right)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toEqual({ ...told, result: null })
    await app.ready()
    const { paths } = app.swagger() as unknown as { paths: Record<string, unknown> }
    expect(Object.keys(paths)).toEqual(['/api/progress'])
  })

  it('refuses by problems with a code', async () => {
    const none = await (await serve({ type: 'none' })).api(right)
    expect([none.statusCode, none.json<{ code: string }>().code]).toEqual([404, 'progressNotFound'])
    const locked = await (await serve({ type: 'locked', waitMs: 60_000 })).api(right)
    expect([locked.statusCode, locked.json<{ code: string }>().code]).toEqual([429, 'progressLocked'])
    expect(locked.headers['retry-after']).toBe('60')
    const malformed = await (await serve({ type: 'none' })).api({ number: 5 })
    expect(malformed.statusCode).toBe(400)
  })
})

it('counts a household by its network, not by the address it chose today', () => {
  expect(network('203.0.113.7')).toBe('203.0.113.7')
  expect(network('::ffff:203.0.113.7')).toBe('::ffff:203.0.113.7')
  expect(network('2001:db8:1:2:aaaa:bbbb:cccc:dddd')).toBe('2001:db8:1:2')
  expect(network('2001:db8:1:2::1')).toBe(network('2001:db8:1:2:9:8:7:6'))
  expect(network('2001:db8::1')).toBe(network('2001:db8:0:0:5::'))
})

it('escapes everything that is not markup of its own', () => {
  const nasty = `"'<&>`
  expect(html`<p title="${nasty}">${nasty}${html`<b>${nasty}</b>`}${null}${false}</p>`.source).toBe(
    '<p title="&quot;&#39;&lt;&amp;&gt;">&quot;&#39;&lt;&amp;&gt;<b>&quot;&#39;&lt;&amp;&gt;</b></p>',
  )
})
