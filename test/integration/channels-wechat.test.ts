import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RedisServer } from '../../services/redis.ts'
import { newId } from '../../src/base/ids.ts'
import { createPii } from '../../src/base/pii.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import { createWechatApi } from '../../src/channels/wechat/api.ts'
import { createMedia, type Media } from '../../src/channels/wechat/media.ts'
import { showTyping } from '../../src/channels/wechat/send.ts'
import { createAccessTokens, redisCache, type AccessTokens } from '../../src/channels/wechat/token.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { freshDatabase, runFolder, startTestRedis, type TestDatabase } from '../support/services.ts'
import { startWechatApi, type FakeWechatApi } from '../support/wechat-api.ts'

const pii = createPii('a synthetic secret of more than 32 characters')
const log = pino({ level: 'silent' })

let server: RedisServer
let wechat: FakeWechatApi
const connections: Redis[] = []
beforeAll(async () => {
  server = await startTestRedis()
})
beforeEach(async () => {
  wechat = await startWechatApi()
})
afterEach(async () => {
  await wechat.close()
  for (const redis of connections.splice(0)) redis.disconnect()
})
afterAll(() => server.stop())

let region = 0
beforeEach(() => void region++)

function tokensOfOneGateway(redis = new Redis(server.url), now = { ms: Date.now() }): AccessTokens {
  redis.on('error', () => {})
  connections.push(redis)
  return createAccessTokens({
    appId: 'wx1',
    secret: 's',
    apiBase: wechat.base,
    cache: redisCache(redis),
    keyPrefix: `{cc:t${region}}:`,
    pii,
    clock: () => new Date(now.ms),
    log,
  })
}

const asked = () => wechat.to('/cgi-bin/stable_token')

describe('access tokens', () => {
  it('are asked for once, by however many gateways and callers at once', async () => {
    const gateways = Array.from({ length: 5 }, () => tokensOfOneGateway())
    const tokens = await Promise.all(gateways.flatMap((g) => [g.get(), g.get(), g.get()]))
    expect(new Set(tokens)).toEqual(new Set(['token-1']))
    expect(asked()).toHaveLength(1)
    expect(asked()[0]?.body).toMatchObject({
      grant_type: 'client_credential',
      appid: 'wx1',
      force_refresh: false,
    })
  })

  it('lie encrypted in Redis', async () => {
    await tokensOfOneGateway().get()
    const redis = connections[0] as Redis
    const [key] = await redis.keys(`{cc:t${region}}:*token*`)
    expect(await redis.get(key ?? '')).not.toContain('token-1')
  })

  it('are renewed five minutes before their end', async () => {
    const now = { ms: Date.now() }
    const tokens = tokensOfOneGateway(undefined, now)
    await tokens.get()
    now.ms += (7200 - 301) * 1000
    await tokens.get()
    expect(asked()).toHaveLength(1)
    now.ms += 2_000
    await tokens.get()
    expect(asked()).toHaveLength(2)
  })

  it('that WeChat refuses are replaced, by force only where it gives the same one again, and once for all', async () => {
    const [a, b] = [tokensOfOneGateway(), tokensOfOneGateway()]
    await Promise.all([a.get(), b.get()])
    await Promise.all([a.reject('token-1'), b.reject('token-1')])
    const renewed = await Promise.all([a.get(), b.get()])
    expect(renewed).toEqual(['token-2', 'token-2'])
    expect(asked().filter((c) => c.body['force_refresh'] === true)).toHaveLength(1)
  })

  it('come without Redis as well', async () => {
    const away = new Redis({ port: 1, host: '127.0.0.1', retryStrategy: () => 10_000 })
    expect(await tokensOfOneGateway(away).get()).toBe('token-1')
  })

  it('a refusal of WeChat is an error, not a token', async () => {
    wechat.answer('/cgi-bin/stable_token', { errcode: 40013, errmsg: 'invalid appid' })
    await expect(tokensOfOneGateway().get()).rejects.toThrow('token:40013')
    expect(await tokensOfOneGateway().get()).toBe('token-1')
  })

  it('a call with a stale token is repeated with a fresh one', async () => {
    const tokens = tokensOfOneGateway()
    await tokens.get()
    wechat.revokeToken()
    const api = createWechatApi({ apiBase: wechat.base, tokens })
    expect(
      await api.post('/cgi-bin/message/custom/send', {
        touser: 'o',
        msgtype: 'text',
        text: { content: 'x' },
      }),
    ).toMatchObject({ code: 0 })
    await showTyping(api, 'o', true)
    expect(wechat.to('/cgi-bin/message/custom/typing')[0]?.body).toEqual({ touser: 'o', command: 'Typing' })
    wechat.answer('/cgi-bin/message/custom/typing', { cut: true })
    await expect(showTyping(api, 'o', false)).resolves.toBeUndefined()
  })
})

describe('files of citizens', () => {
  let database: TestDatabase
  let db: Db
  let dir: string
  let media: Media
  beforeAll(async () => {
    database = await freshDatabase()
    db = createPool(database.url, log)
  })
  beforeEach(() => {
    dir = mkdtempSync(join(runFolder(), 'media-'))
    const api = createWechatApi({ apiBase: wechat.base, tokens: tokensOfOneGateway() })
    media = createMedia({ db, pii, dir, fetchMedia: (id) => api.media(id), log })
  })
  afterAll(async () => {
    await db.end()
    await database.drop()
  })

  const withFile = (mediaId: string, more: Partial<InboundText> = {}): InboundText => ({
    channel: 'wechat',
    account: 'gh_hotline',
    providerId: newId(),
    from: 'oCitizen',
    kind: 'image',
    text: '',
    media: { mediaId },
    receivedAt: new Date().toISOString(),
    ...more,
  })
  const wanted = async (item: InboundText): Promise<string> => {
    await media.effect([item])
    const [row] = await media.of('wechat', 'gh_hotline', [item.providerId])
    return row?.id ?? ''
  }
  const bells = async (id: string): Promise<number> =>
    (await db.query(`select 1 from outbox where queue = 'media' and data->>'id' = $1`, [id])).length
  const onDisk = (): Buffer[] =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => readFileSync(join(e.parentPath, e.name)))

  it('are fetched, hashed, kept encrypted and read again', async () => {
    const bytes = Buffer.from('synthetic picture '.repeat(1000))
    wechat.files.set('m1', { type: 'image/jpeg', bytes })
    const item = withFile('m1')
    const id = await wanted(item)
    await media.effect([item])
    expect(await bells(id)).toBe(1)
    await Promise.all([media.fetch(id), media.fetch(id)])
    await media.fetch(id)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(await media.of('wechat', 'gh_hotline', [item.providerId])).toMatchObject([
      { state: 'stored', mime: 'image/jpeg', bytes: bytes.length, sha256 },
    ])
    expect(await media.read(id)).toEqual({ bytes, mime: 'image/jpeg', sha256 })
    expect(onDisk().length).toBeGreaterThan(0)
    for (const file of onDisk()) expect(file.includes('synthetic picture')).toBe(false)
  })

  it('video comes by the address that WeChat names, from nowhere else', async () => {
    wechat.files.set('video', { type: 'video/mp4', bytes: Buffer.from('film') })
    wechat.files.set('v', {
      type: 'text/plain',
      bytes: JSON.stringify({ video_url: `${wechat.base}/video` }),
    })
    wechat.files.set('evil', { type: 'application/json', bytes: '{"video_url":"http://127.0.0.1:6379/"}' })
    wechat.files.set('file', { type: 'application/json', bytes: '{"video_url":"file:///etc/passwd"}' })
    const id = await wanted(withFile('v', { media: { mediaId: 'v', thumbMediaId: 'thumb' } }))
    await media.fetch(id)
    expect((await media.read(id))?.bytes.toString()).toBe('film')
    for (const bad of ['evil', 'file']) {
      const item = withFile(bad)
      await media.fetch(await wanted(item))
      expect(await media.of('wechat', 'gh_hotline', [item.providerId])).toMatchObject([{ state: 'gone' }])
    }
  })

  it('a type that a browser could run is not handed out as such', async () => {
    wechat.files.set('h', { type: 'text/html', bytes: '<script>1</script>' })
    const id = await wanted(withFile('h'))
    await media.fetch(id)
    expect((await media.read(id))?.mime).toBe('application/octet-stream')
  })

  it('that WeChat does not give now are asked for again; that it has no more are not', async () => {
    wechat.answer('/cgi-bin/media/get', { errcode: -1 }, { cut: true })
    wechat.files.set('m2', { type: 'image/png', bytes: Buffer.from('png') })
    const item = withFile('m2')
    const id = await wanted(item)
    await media.fetch(id)
    await media.fetch(id)
    expect(await media.of('wechat', 'gh_hotline', [item.providerId])).toMatchObject([{ state: 'waiting' }])
    expect(await bells(id)).toBe(3)
    await media.fetch(id)
    expect((await media.read(id))?.bytes.toString()).toBe('png')

    const lost = withFile('expired')
    const lostId = await wanted(lost)
    await media.fetch(lostId)
    expect(await media.of('wechat', 'gh_hotline', [lost.providerId])).toMatchObject([
      { state: 'gone', reason: '40007' },
    ])
    expect(await media.read(lostId)).toBeNull()
  })

  it('too large ones are given up without filling the memory', async () => {
    wechat.files.set('big', { type: 'video/mp4', bytes: Buffer.alloc(21 * 1024 * 1024) })
    const item = withFile('big')
    await media.fetch(await wanted(item))
    expect(await media.of('wechat', 'gh_hotline', [item.providerId])).toMatchObject([
      { state: 'gone', reason: 'tooLarge' },
    ])
  })

  it('bells that were lost with Redis ring again', async () => {
    const id = await wanted(withFile('m3'))
    await db.query(`delete from outbox`)
    await db.query(
      `update inbound_media set rung_at = clock_timestamp() - interval '1 minute' where id = $1`,
      [id],
    )
    await media.sweep()
    expect(await bells(id)).toBe(1)
  })

  it('are unreadable once erased', async () => {
    wechat.files.set('m4', { type: 'image/jpeg', bytes: Buffer.from('x') })
    const id = await wanted(withFile('m4'))
    await media.fetch(id)
    await media.erase([id])
    expect(await media.read(id)).toBeNull()
    expect(onDisk()).toEqual([])
  })
})
