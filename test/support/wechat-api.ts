import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Stands in for api.weixin.qq.com on loopback: a real HTTP server that keeps what it was told and counts quota as the
 * platform does. `WECHAT_API_BASE` points a gateway at it.
 */
export type WechatCall = { path: string; query: URLSearchParams; body: Record<string, unknown> }

export type FakeWechatApi = {
  base: string
  /** Every call in order, token requests included. */
  calls: WechatCall[]
  to(path: string): WechatCall[]
  /** Texts that citizens would have seen, in order. */
  texts(openid?: string): string[]
  /** The next calls of a path get these answers, one each; then it behaves normally again. */
  answer(path: string, ...answers: (Record<string, unknown> | { hang: true } | { cut: true })[]): void
  /** Files by media id. */
  files: Map<string, { type: string; bytes: Buffer | string }>
  /** Makes the current access token invalid, as another `token` call elsewhere would. */
  revokeToken(): void
  /** Customer-service messages left per openid; unlimited where nothing is set. */
  quota: Map<string, number>
  close(): Promise<void>
}

export async function startWechatApi(): Promise<FakeWechatApi> {
  const calls: WechatCall[] = []
  const scripted = new Map<string, (Record<string, unknown> | { hang: true } | { cut: true })[]>()
  const files: FakeWechatApi['files'] = new Map()
  const quota: FakeWechatApi['quota'] = new Map()
  let generation = 1
  let messages = 1_700_827_132_819_554_304n
  const token = (): string => `token-${generation}`

  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const url = new URL(request.url ?? '', 'http://x')
      const call: WechatCall = {
        path: url.pathname,
        query: url.searchParams,
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
      }
      calls.push(call)
      const send = (body: Record<string, unknown>): void => {
        response.setHeader('content-type', 'application/json; encoding=utf-8')
        response.end(JSON.stringify(body).replace(/"msgid":"(\d+)"/, '"msgid":$1'))
      }
      const next = scripted.get(call.path)?.shift()
      if (next && 'hang' in next) return
      if (next && 'cut' in next) return void request.socket.destroy()
      if (next) return send(next)
      if (call.path === '/cgi-bin/stable_token') {
        if (call.body['force_refresh'] === true) generation++
        return send({ access_token: token(), expires_in: 7200 })
      }
      if (call.path === '/video') {
        response.setHeader('content-type', 'video/mp4')
        return void response.end(files.get('video')?.bytes)
      }
      if (call.query.get('access_token') !== token())
        return send({ errcode: 40001, errmsg: 'invalid credential' })
      if (call.path === '/cgi-bin/media/get') {
        const file = files.get(call.query.get('media_id') ?? '')
        if (!file) return send({ errcode: 40007, errmsg: 'invalid media_id' })
        response.setHeader('content-type', file.type)
        return void response.end(file.bytes)
      }
      if (call.path === '/cgi-bin/message/custom/send') {
        const openid = String(call.body['touser'])
        const left = quota.get(openid)
        if (left === 0) return send({ errcode: 45047, errmsg: 'out of response count limit' })
        if (left !== undefined) quota.set(openid, left - 1)
        return send({ errcode: 0, errmsg: 'ok' })
      }
      if (call.path.startsWith('/cgi-bin/message/'))
        return send({ errcode: 0, errmsg: 'ok', msgid: String(messages++) })
      response.statusCode = 404
      send({ errcode: 48001, errmsg: 'api unauthorized' })
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const to = (path: string): WechatCall[] => calls.filter((c) => c.path === path)
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    to,
    texts: (openid) =>
      to('/cgi-bin/message/custom/send')
        .filter((c) => openid === undefined || c.body['touser'] === openid)
        .map((c) => (c.body['text'] as { content: string }).content),
    answer: (path, ...answers) => void scripted.set(path, [...(scripted.get(path) ?? []), ...answers]),
    files,
    revokeToken: () => void generation++,
    quota,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
