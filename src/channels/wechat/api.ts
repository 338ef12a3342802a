import { callHttp, CallFailed, type Caller } from '../http-call.ts'
import { isObject, parseExact, scalar, type JsonObject } from '../json.ts'
import type { AccessTokens } from './token.ts'

/** WeChat's HTTP interface. Error codes: developers.weixin.qq.com, "Global return codes". */
export type WechatAnswer = { code: number; body: JsonObject }

export type MediaAnswer =
  | { kind: 'file'; bytes: Buffer; mime: string }
  /** WeChat has it no more, or never had. */
  | { kind: 'gone'; reason: string }
  | { kind: 'later'; reason: string }

export type WechatApi = {
  /** POST of JSON; a stale token is renewed once. @throws CallFailed */
  post(path: string, body: JsonObject): Promise<WechatAnswer>
  /** @throws CallFailed */
  media(mediaId: string): Promise<MediaAnswer>
}

export type WechatApiOptions = {
  apiBase: string
  tokens: AccessTokens
  call?: Caller
  withinMs?: number
}

const staleToken = new Set([40001, 40014, 42001])
/** Busy, rate limits: the same question may be answered later. */
export const tryLater = new Set([-1, 45009, 45011])

const maxMediaBytes = 20 * 1024 * 1024

export function createWechatApi({
  apiBase,
  tokens,
  call = callHttp,
  withinMs = 10_000,
}: WechatApiOptions): WechatApi {
  async function withToken<T extends { code: number }>(ask: (token: string) => Promise<T>): Promise<T> {
    const token = await tokens.get()
    const answer = await ask(token)
    if (!staleToken.has(answer.code)) return answer
    await tokens.reject(token)
    return ask(await tokens.get())
  }

  const address = (path: string, token: string, more = ''): string =>
    `${apiBase}${path}?access_token=${encodeURIComponent(token)}${more}`

  return {
    post: (path, body) =>
      withToken(async (token) => {
        const answer = await call({
          method: 'POST',
          url: address(path, token),
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify(body),
          withinMs,
        })
        const parsed = json(answer.body)
        // An answer without a code of WeChat comes from something in between: what happened is not known.
        if (!parsed) throw new CallFailed(`http:${answer.status}`, true)
        return { code: Number(parsed['errcode'] ?? 0), body: parsed }
      }),

    async media(mediaId) {
      const { answer, code, parsed } = await withToken(async (token) => {
        const got = await call({
          method: 'GET',
          url: address('/cgi-bin/media/get', token, `&media_id=${encodeURIComponent(mediaId)}`),
          withinMs: 30_000,
          maxBytes: maxMediaBytes,
        })
        const type = mimeOf(got.headers['content-type'])
        const isJson = type === 'application/json' || type === 'text/plain'
        const body = isJson ? json(got.body) : null
        return { answer: got, parsed: body, code: body ? Number(body['errcode'] ?? 0) : 0 }
      })
      if (tryLater.has(code)) return { kind: 'later', reason: String(code) }
      if (code !== 0) return { kind: 'gone', reason: String(code) }
      const video = parsed ? scalar(parsed['video_url']) : ''
      if (parsed) return video ? download(video) : { kind: 'gone', reason: 'noFile' }
      return fileOf(answer.status, answer.body, answer.headers['content-type'])
    },
  }

  /** A video comes as an address. It must be WeChat's own: an answer may not send us anywhere else. */
  async function download(url: string): Promise<MediaAnswer> {
    let target: URL
    try {
      target = new URL(url)
    } catch {
      return { kind: 'gone', reason: 'badAddress' }
    }
    const ours = target.host === new URL(apiBase).host
    if (!ours && !/(^|\.)qq\.com$/.test(target.hostname)) return { kind: 'gone', reason: 'foreignAddress' }
    if (target.protocol !== 'https:' && target.protocol !== 'http:')
      return { kind: 'gone', reason: 'badAddress' }
    const got = await call({ method: 'GET', url: target.href, withinMs: 60_000, maxBytes: maxMediaBytes })
    return fileOf(got.status, got.body, got.headers['content-type'])
  }
}

function fileOf(status: number, bytes: Buffer, contentType: string | undefined): MediaAnswer {
  if (status >= 500 || status === 429) return { kind: 'later', reason: `http:${status}` }
  if (status !== 200 || bytes.length === 0) return { kind: 'gone', reason: `http:${status}` }
  return { kind: 'file', bytes, mime: mimeOf(contentType) }
}

const mimeOf = (contentType: string | undefined): string =>
  (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

function json(bytes: Buffer): JsonObject | null {
  try {
    const parsed = parseExact(bytes.toString('utf8'))
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}
