import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildWeb } from '../../services/web-build.ts'
import { startGateway, type Gateway } from '../../services/gateway.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createPasswords } from '../../src/staff/passwords.ts'
import { insertMember } from '../../src/staff/store.ts'
import { startOutside, type Reply } from '../../services/demo/outside.ts'
import { shortPrompts, startTestAsterisk, type TestAsterisk } from './asterisk.ts'
import { unusedPort } from './ports.ts'
import { freshDatabase, runFolder, startTestRedis } from './services.ts'

/** A whole hotline for one test file: PostgreSQL, Redis, Asterisk, the pages and a gateway process of its own. */
export type DeskStack = {
  url: string
  /** what the gateway wrote */
  log: string
  db: Db
  asterisk: TestAsterisk
  gateway(): Gateway
  /** What citizens received, oldest first. */
  replies: Reply[]
  /** Makes an agent who signs in by `password`. */
  agent(username: string, displayName: string): Promise<void>
  /** One SMS as the operator's box delivers it; resolves once it is acknowledged. */
  sms(from: string, text: string): Promise<void>
  /** kill -9 of the gateway: what a crash leaves behind. */
  killGateway(): Promise<void>
  restartGateway(): Promise<void>
  stop(): Promise<void>
}

export const password = 'Correct-horse-battery-7'

export async function startDeskStack(): Promise<DeskStack> {
  const folder = join(runFolder(), `desk-${randomBytes(4).toString('hex')}`)
  mkdirSync(folder, { recursive: true })
  const replies: Reply[] = []
  const outside = await startOutside((reply) => replies.push(reply))
  const [database, redis, asterisk] = await Promise.all([
    freshDatabase(),
    startTestRedis(),
    startTestAsterisk({
      promptOverrides: shortPrompts(['greeting', 'notice', 'keys']),
      timings: { slice: 2 },
    }),
    buildWeb(() => undefined),
  ])
  const db = createPool(database.url, createLog('silent'), 4)
  const port = await unusedPort()
  const smsToken = randomBytes(12).toString('hex')
  const env: Record<string, string> = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AMI_URL: asterisk.amiUrl,
    HOTLINE_ASTERISK_HTTP_PORT: String(asterisk.options.httpPort),
    HOTLINE_ASTERISK_WSS: `ws://127.0.0.1:${asterisk.options.httpPort}/ws`,
    HOTLINE_ASTERISK_DIR: asterisk.options.dir,
    HOTLINE_SECRET: randomBytes(24).toString('hex'),
    HOTLINE_PII_KEY: randomBytes(24).toString('hex'),
    HOTLINE_DATA: folder,
    HOTLINE_CITY: 'anshan-2019',
    SMS_KANNEL_TOKEN: smsToken,
    SMS_KANNEL_ACCOUNT: '12345',
    SMS_KANNEL_SEND_URL: outside.smsSendUrl,
    SMS_KANNEL_USER: 'test',
    SMS_KANNEL_PASSWORD: 'test',
    SMS_KANNEL_SIGN: '测试热线',
    SMS_SEND_BY: 'kannel',
    LOG_LEVEL: 'info',
  }
  const start = (): Promise<Gateway> =>
    startGateway({ host: '127.0.0.1', port, env, log: join(folder, 'gateway.log') })
  let gateway = await start()
  const passwords = createPasswords({ N: 2 ** 12, r: 8, p: 1 })

  return {
    url: gateway.url,
    log: join(folder, 'gateway.log'),
    db,
    asterisk,
    gateway: () => gateway,
    replies,
    async agent(username, displayName) {
      // A second try of a test finds the person of the first.
      if ((await db.query(`select 1 from staff where username = $1`, [username])).length > 0) return
      await insertMember(db, {
        id: newId(),
        username,
        displayName,
        roles: ['agent'],
        attributes: { language: ['mandarin'] },
        capacity: { voice: 1, text: 3 },
        unitId: null,
        passwordHash: await passwords.hash(password),
        createdBy: 'test',
      })
    },
    async sms(from, text) {
      const query = new URLSearchParams({
        id: randomUUID(),
        from,
        to: '12345',
        text,
        coding: '2',
        charset: 'UTF-8',
        time: String(Math.floor(Date.now() / 1000)),
      })
      const answer = await fetch(`${gateway.url}/webhooks/sms/kannel/${smsToken}?${query.toString()}`)
      if (!answer.ok) throw new Error(`the SMS webhook answers ${answer.status}`)
    },
    async killGateway() {
      process.kill(gateway.mark.pid, 'SIGKILL')
      await gateway.exited
    },
    async restartGateway() {
      gateway = await start()
    },
    async stop() {
      await gateway.stop()
      await db.end()
      await Promise.all([asterisk.stop(), redis.stop(), outside.stop()])
      await database.drop()
    },
  }
}
