import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startGateway, type Gateway } from '../../../services/gateway.ts'
import { checkout, servicesHome } from '../../../services/paths.ts'
import type { RedisServer } from '../../../services/redis.ts'
import { createLog } from '../../../src/base/log.ts'
import { createPool, type Db } from '../../../src/db/pool.ts'
import { account } from '../../support/oracle.ts'
import { unusedPort } from '../../support/ports.ts'
import {
  emptyDatabase,
  freshDatabase,
  runFolder,
  startTestRedis,
  type TestDatabase,
} from '../../support/services.ts'
import { kannelText, sendSms } from '../../support/sms-push.ts'
import { wait } from '../../support/wait.ts'

const token = randomBytes(12).toString('hex')
const secrets = {
  HOTLINE_SECRET: randomBytes(24).toString('hex'),
  HOTLINE_PII_KEY: randomBytes(24).toString('hex'),
}
const log = createLog('silent')
let from: TestDatabase
let to: TestDatabase
let redis: RedisServer
const pools: Db[] = []
const gateways: Gateway[] = []

beforeAll(async () => {
  ;[from, to, redis] = await Promise.all([freshDatabase(), emptyDatabase(), startTestRedis()])
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await Promise.all(pools.map((db) => db.end()))
  await redis.stop()
  await Promise.all([from.drop(), to.drop()])
})

function newHome(): string {
  const home = join(runFolder(), `home-${randomUUID()}`)
  mkdirSync(home)
  symlinkSync(join(servicesHome(), 'tools'), join(home, 'tools'))
  return home
}

async function gateway(databaseUrl: string, home: string): Promise<Gateway> {
  const env = {
    ...secrets,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    HOTLINE_DATA: home,
    HOTLINE_CITY: 'anshan-2019',
    SMS_KANNEL_TOKEN: token,
    SMS_KANNEL_ACCOUNT: '12345',
    SMS_KANNEL_SEND_URL: 'http://127.0.0.1:9/',
    SMS_KANNEL_USER: 'test',
    SMS_KANNEL_PASSWORD: 'test',
  }
  const started = await startGateway({
    host: '127.0.0.1',
    port: await unusedPort(),
    env,
    log: join(home, 'gateway.log'),
  })
  gateways.push(started)
  return started
}

function hotline(home: string, databaseUrl: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, HOTLINE_DATA: home, DATABASE_URL: databaseUrl }
  return new Promise((done, fail) => {
    execFile(join(checkout, 'hotline'), args, { env }, (problem, stdout, stderr) =>
      problem === null ? done() : fail(new Error(stdout + stderr)),
    )
  })
}

/** Figures by name and label, as Prometheus reads them. */
async function figure(base: string, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${base}/metrics`)).text()
  return new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
}

it('loses nothing that was acknowledged before the backup, while more comes in', async () => {
  const home = newHome()
  const { url } = await gateway(from.url, home)
  expect(await figure(url, 'hotline_backup_age_seconds')).toBeUndefined()
  const acknowledged: { channel: string; providerId: string }[] = []
  let stopped = false
  const sending = (async () => {
    for (let n = 0; !stopped; n += 1) {
      const providerId = `backup-${n}`
      const answer = await sendSms(
        url,
        kannelText(token, `1380000${String(1000 + (n % 9000))}`, `第${n}条`, providerId),
      )
      if (answer.ok) acknowledged.push({ channel: 'sms', providerId })
    }
  })()
  await wait(() => acknowledged.length >= 30)
  const before = acknowledged.slice()
  const file = join(runFolder(), `${randomUUID()}.tgz`)
  await hotline(home, from.url, 'backup', file)
  const during = acknowledged.length - before.length
  stopped = true
  await sending
  expect(during).toBeGreaterThan(0)
  expect(Number(await figure(url, 'hotline_backup_age_seconds'))).toBeLessThan(60)
  for (const name of [
    'outbox_age_seconds',
    'offers_overdue',
    'deadlines_unrung',
    'contacts_owed',
    'outbox_depth',
  ])
    expect(Number(await figure(url, `hotline_${name}`))).toBeGreaterThanOrEqual(0)
  expect(await figure(url, 'hotline_part_up{part="postgres"}')).toBe('1')
  expect(await figure(url, 'hotline_jobs_ready{queue="contacts"}')).toBeDefined()
  await gateways.pop()!.stop()

  const other = newHome()
  await hotline(other, to.url, 'restore', file)
  const db = createPool(to.url, log, 2)
  pools.push(db)
  const restored = await account(db, { acknowledged: before, callers: [] }, () => '')
  expect(restored).toMatchObject({ lost: [], doubled: [], unbalanced: 0, registeredTwice: 0 })
  // One instant: every contact with its message and its event, and no message without its contact.
  const [odd] = await db.query<{ n: number }>(
    `select (select count(*) from contacts c where not exists (select 1 from contact_events e where e.contact_id = c.id))
       + (select count(*) from contacts c where not exists (select 1 from messages m where m.contact_id = c.id)) as n`,
  )
  expect(odd).toEqual({ n: 0 })

  // The matcher remembers the other database and is built anew from this one.
  const again = await gateway(to.url, other)
  let seen = ''
  const whole = `waiting ${restored.open}, built 1`
  const look = async (): Promise<boolean> => {
    const waiting = await figure(again.url, 'hotline_queue_waiting{channel="sms"}')
    seen = `waiting ${waiting}, built ${await figure(again.url, 'hotline_reconciler_rebuilds_total')}`
    return seen === whole
  }
  await wait(look, 60_000).catch(() => {})
  expect(seen).toBe(whole)
}, 180_000)
