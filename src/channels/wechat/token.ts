import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Pii } from '../../base/pii.ts'
import { callHttp, CallFailed, type Caller } from '../http-call.ts'
import { isObject, parseExact, scalar } from '../json.ts'

/** What the gateways share. Every operation may fail: Redis is a convenience here, not a need. */
export type SharedCache = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, ttlMs: number): Promise<void>
  /** True for one caller until `ttlMs` are over. */
  claim(key: string, ttlMs: number): Promise<boolean>
  remove(key: string): Promise<void>
}

export const redisCache = (redis: Redis): SharedCache => ({
  read: (key) => redis.get(key),
  write: async (key, value, ttlMs) =>
    void (await redis.set(key, value, 'PX', Math.max(1, Math.round(ttlMs)))),
  claim: async (key, ttlMs) => (await redis.set(key, '1', 'PX', ttlMs, 'NX')) === 'OK',
  remove: async (key) => void (await redis.del(key)),
})

/**
 * Access tokens of WeChat by `stable_token` (≤ 7200 s; asking again returns the same one until 5 minutes before its
 * end, so several askers do not kill each other's token). One question at a time per process, one gateway at a time
 * through the shared cache; without Redis everybody asks for himself, which costs quota and nothing else.
 */
export type AccessTokens = {
  /** @throws CallFailed */
  get(): Promise<string>
  /** WeChat refused this token (40001, 40014, 42001): the next `get` brings another. */
  reject(token: string): Promise<void>
}

export type TokenOptions = {
  appId: string
  secret: string
  apiBase: string
  cache: SharedCache
  /** Prefix with the region's hash tag, e.g. `{cc:anshan}:`. */
  keyPrefix: string
  /** Redis is not encrypted; a token opens the whole account. */
  pii: Pick<Pii, 'seal' | 'open'>
  clock: Clock
  log: Log
  call?: Caller
}

type Token = { token: string; expiresAt: number }

/** WeChat makes a new token 5 minutes before the end, and the old one lives on so long. */
const marginMs = 300_000
const cachePatienceMs = 500
const turnMs = 10_000
/** WeChat refuses a second forced renewal within 30 s, and more than 20 a day. */
const forcePauseMs = 60_000

export function createAccessTokens(options: TokenOptions): AccessTokens {
  const { appId, secret, apiBase, cache, keyPrefix, pii, clock, log, call = callHttp } = options
  const key = `${keyPrefix}wechat:token:${appId}`
  let known: Token | null = null
  let rejected: string | null = null
  let asking: Promise<string> | null = null

  /** Redis may be away or hang; then the answer is `otherwise`. */
  async function shared<T>(work: Promise<T>, otherwise: T): Promise<T> {
    const late = new AbortController()
    try {
      return await Promise.race([
        work.catch(() => otherwise),
        pause(cachePatienceMs, otherwise, { signal: late.signal }),
      ])
    } finally {
      late.abort()
    }
  }

  const usable = (t: Token | null): t is Token =>
    t !== null && t.token !== rejected && t.expiresAt - marginMs > clock().getTime()

  async function fromCache(): Promise<Token | null> {
    const sealed = await shared(cache.read(key), null)
    if (!sealed) return null
    try {
      const found = JSON.parse(pii.open(sealed)) as Token
      return usable(found) ? found : null
    } catch {
      return null
    }
  }

  async function fromWechat(force: boolean): Promise<Token> {
    const answer = await call({
      method: 'POST',
      url: `${apiBase}/cgi-bin/stable_token`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credential', appid: appId, secret, force_refresh: force }),
      withinMs: 5_000,
    })
    const body = parseExact(answer.body.toString('utf8'))
    const token = isObject(body) ? body['access_token'] : undefined
    const seconds = isObject(body) ? Number(body['expires_in']) : NaN
    if (typeof token !== 'string' || token === '' || !(seconds > 0)) {
      const code = (isObject(body) && scalar(body['errcode'])) || String(answer.status)
      log.error({ code }, 'WeChat gives no access token')
      throw new CallFailed(`token:${code}`, false)
    }
    return { token, expiresAt: clock().getTime() + Math.max(seconds * 1000, marginMs + 60_000) }
  }

  async function renew(): Promise<string> {
    const turn = `${key}:turn`
    const mine = await shared(cache.claim(turn, turnMs), true)
    if (!mine) {
      // Another gateway asks just now; its answer is ours.
      for (const end = performance.now() + 3_000; performance.now() < end; await pause(50)) {
        const found = await fromCache()
        if (found) return remember(found).token
      }
    }
    try {
      let fresh = await fromWechat(false)
      if (fresh.token === rejected && (await shared(cache.claim(`${key}:forced`, forcePauseMs), false))) {
        log.warn('renewing the WeChat access token by force')
        fresh = await fromWechat(true)
      }
      if (fresh.token === rejected) throw new CallFailed('token:rejected', false)
      await shared(
        cache.write(key, pii.seal(JSON.stringify(fresh)), fresh.expiresAt - clock().getTime()),
        undefined,
      )
      return remember(fresh).token
    } finally {
      if (mine) await shared(cache.remove(turn), undefined)
    }
  }

  function remember(token: Token): Token {
    known = token
    rejected = null
    return token
  }

  async function obtain(): Promise<string> {
    const found = await fromCache()
    return found ? remember(found).token : renew()
  }

  return {
    get() {
      if (usable(known)) return Promise.resolve(known.token)
      asking ??= obtain().finally(() => (asking = null))
      return asking
    },
    async reject(token) {
      if (known?.token === token) known = null
      rejected = token
      const sealed = await shared(cache.read(key), null)
      // Only the refused one: another gateway may have put a new one there.
      if (sealed && tokenIn(sealed) === token) await shared(cache.remove(key), undefined)
    },
  }

  function tokenIn(sealed: string): string | null {
    try {
      return (JSON.parse(pii.open(sealed)) as Token).token
    } catch {
      return null
    }
  }
}
