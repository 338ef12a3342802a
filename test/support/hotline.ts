import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, type Gateway } from '../../services/gateway.ts'
import type { RedisServer } from '../../services/redis.ts'
import type { Role } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import { createPii, type Pii } from '../../src/base/pii.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createPasswords } from '../../src/staff/passwords.ts'
import { insertMember } from '../../src/staff/store.ts'
import { startTestAsterisk, type TestAsterisk } from './asterisk.ts'
import { DeskClient, signIn } from './desk-client.ts'
import { unusedPort } from './ports.ts'
import { freshDatabase, runFolder, startTestRedis, type TestDatabase } from './services.ts'
import { startSmsProvider, type FakeSmsProvider } from './sms-provider.ts'
import { startWechatApi, type FakeWechatApi } from './wechat-api.ts'
import { testAccount } from './wechat-push.ts'

/** A whole hotline on real parts, with as many gateway processes as a test wants. */
export type Hotline = {
  db: Db
  database: TestDatabase
  redis: RedisServer
  asterisk: TestAsterisk
  smsProvider: FakeSmsProvider
  wechatApi: FakeWechatApi
  pii: Pii
  smsToken: string
  gateways: (Gateway | null)[]
  /** Address of a gateway that runs. */
  url(n?: number): string
  logs: string[]
  startGateway(n: number): Promise<Gateway>
  /** kill -9. */
  killGateway(n: number): Promise<void>
  staff(username: string, roles?: Role[], unitId?: string): Promise<string>
  /** Signs a new agent in at a desk of gateway `n`. */
  agent(username: string, n?: number): Promise<DeskClient>
  /** A request to the API as somebody. */
  api(username: string, path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

export const password = 'Correct-horse-battery-7'

export type HotlineOptions = {
  gateways?: number
  asterisk?: Parameters<typeof startTestAsterisk>[0]
  env?: Record<string, string>
  /** What one gateway has in place of the others' settings. */
  envOf?: (n: number) => Record<string, string>
  /** Of the test's own, to be killed or hung; absent: a database on the run's PostgreSQL, a Redis of this hotline. */
  database?: TestDatabase
  redis?: RedisServer
  /** The gateways as they are deployed: `dist/`, which `buildGateway` made. */
  compiled?: boolean
}

export async function startHotline(options: HotlineOptions = {}): Promise<Hotline> {
  const folder = join(runFolder(), `hotline-${randomBytes(4).toString('hex')}`)
  mkdirSync(folder, { recursive: true })
  const [database, redis, asterisk, smsProvider, wechatApi] = await Promise.all([
    options.database ?? freshDatabase(),
    options.redis ?? startTestRedis(),
    startTestAsterisk(options.asterisk),
    startSmsProvider(),
    startWechatApi(),
  ])
  const db = createPool(database.url, createLog('silent'), 4)
  const secret = randomBytes(24).toString('hex')
  const smsToken = randomBytes(12).toString('hex')
  // The telephones that SIPp plays are of this pool, too.
  const phones = join(folder, 'phones.json')
  const table = asterisk.banks.flatMap(({ numbers }) =>
    numbers.map((number) => ({ number, kind: 'sip', secret: 'played-by-sipp-only' })),
  )
  writeFileSync(phones, JSON.stringify([...asterisk.phones, ...table]))
  const env: Record<string, string> = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AMI_URL: asterisk.amiUrl,
    HOTLINE_ASTERISK_HTTP_PORT: String(asterisk.options.httpPort),
    HOTLINE_ASTERISK_DIR: asterisk.options.dir,
    HOTLINE_PHONES: phones,
    HOTLINE_SECRET: randomBytes(24).toString('hex'),
    HOTLINE_PII_KEY: secret,
    HOTLINE_CITY: 'anshan-2019',
    SMS_KANNEL_TOKEN: smsToken,
    SMS_KANNEL_ACCOUNT: '12345',
    SMS_KANNEL_SEND_URL: smsProvider.urls.kannel,
    SMS_KANNEL_USER: 'test',
    SMS_KANNEL_PASSWORD: 'test',
    WECHAT_TOKEN: testAccount.token,
    WECHAT_APPID: testAccount.appId,
    WECHAT_AES_KEY: testAccount.aesKey,
    WECHAT_SECRET: 'test-only',
    WECHAT_API_BASE: wechatApi.base,
    LOG_LEVEL: 'info',
    ...options.env,
  }
  const count = options.gateways ?? 1
  const ports = await Promise.all(Array.from({ length: count }, () => unusedPort()))
  const gateways: (Gateway | null)[] = ports.map(() => null)
  const logs = ports.map((_, n) => join(folder, `gateway-${n}.log`))
  const passwords = createPasswords({ N: 2 ** 12, r: 8, p: 1 })
  const hash = await passwords.hash(password)
  const desks: DeskClient[] = []

  async function start(n: number): Promise<Gateway> {
    const data = join(folder, 'data')
    mkdirSync(data, { recursive: true })
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: ports[n]!,
      env: { ...env, HOTLINE_DATA: data, ...options.envOf?.(n) },
      log: logs[n]!,
      compiled: options.compiled ?? false,
    })
    gateways[n] = gateway
    return gateway
  }
  for (let n = 0; n < count; n++) await start(n)

  const url = (n?: number): string => {
    const gateway = n === undefined ? gateways.find((g) => g !== null) : gateways[n]
    if (!gateway) throw new Error('no gateway runs')
    return gateway.url
  }
  async function staff(username: string, roles: Role[] = ['agent'], unitId?: string): Promise<string> {
    // a second try of a test finds the person of the first
    const [known] = await db.query<{ id: string }>(`select id from staff where username = $1`, [username])
    if (known !== undefined) return known.id
    const id = newId()
    await insertMember(db, {
      id,
      username,
      displayName: `坐席${username}`,
      roles,
      attributes: { language: ['mandarin'] },
      capacity: roles.includes('agent') ? { voice: 1, text: 3 } : { voice: 0, text: 0 },
      unitId: unitId ?? null,
      passwordHash: hash,
      createdBy: 'test',
    })
    return id
  }
  return {
    db,
    database,
    redis,
    asterisk,
    smsProvider,
    wechatApi,
    pii: createPii(secret),
    smsToken,
    gateways,
    logs,
    url,
    startGateway: start,
    async killGateway(n) {
      const gateway = gateways[n]
      if (!gateway) return
      gateways[n] = null
      process.kill(gateway.mark.pid, 'SIGKILL')
      await gateway.exited
    },
    staff,
    async agent(username, n) {
      await staff(username)
      const desk = await DeskClient.open(url(n), username, password)
      desks.push(desk)
      return desk
    },
    async api(username, path, init = {}) {
      const cookie = await signIn(url(), username, password)
      const headers = new Headers(init.headers)
      headers.set('cookie', cookie)
      headers.set('origin', url())
      if (init.body) headers.set('content-type', 'application/json')
      return fetch(`${url()}${path}`, { ...init, headers })
    },
    async stop() {
      for (const desk of desks) desk.close()
      for (const gateway of gateways) await gateway?.stop()
      await db.end()
      await Promise.all([asterisk.stop(), redis.stop(), smsProvider.close(), wechatApi.close()])
      await database.drop()
    },
  }
}
