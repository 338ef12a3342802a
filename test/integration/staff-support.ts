import { join } from 'node:path'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { startRedis } from '../../services/redis.ts'
import type { Log } from '../../src/base/log.ts'
import { newId } from '../../src/base/ids.ts'
import { createPii, type Pii } from '../../src/base/pii.ts'
import { Problem, problemDocument } from '../../src/base/problem.ts'
import { connectRedis } from '../../src/queue/redis.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { staffRoutes } from '../../src/staff/admin-routes.ts'
import { cookieName, staffGuard } from '../../src/staff/guard.ts'
import { sessionRoutes } from '../../src/staff/routes.ts'
import { createStaff, defaultStaffConfig, type Staff, type StaffConfig } from '../../src/staff/staff.ts'
import { welcomePage } from '../../src/staff/welcome-page.ts'
import type { Role } from '../../src/base/actor.ts'
import * as store from '../../src/staff/store.ts'
import { createPasswords } from '../../src/staff/passwords.ts'
import { freshDatabase, runFolder } from '../support/services.ts'

export const cookieSecret = 'a cookie secret of more than 32 characters'
export const goodPassword = 'Hotline-Test-8890'
export const prefix = '{cc:test}'
const cheap = { N: 1024, r: 8, p: 1 }

/** One database, one Redis and everything written to the log, for one test file. */
export type Ground = {
  db: Db
  pii: Pii
  log: Log
  /** Everything logged so far. */
  logged(): string
  /** `steady` waits out an outage and may block; `brisk` fails fast, as the product's matcher connection does. */
  redis(use?: 'steady' | 'brisk'): Redis
  stopRedis(): Promise<unknown>
  /** The same data, the same address. */
  restartRedis(): Promise<void>
  close(): Promise<void>
}

export async function createGround(): Promise<Ground> {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const dir = join(runFolder(), `redis-${newId()}`)
  const [database, redisServer] = await Promise.all([freshDatabase(), startRedis({ dir })])
  let running = redisServer
  const db = createPool(database.url, log, 8)
  const clients: Redis[] = []
  return {
    db,
    pii: createPii('an identity key of more than 32 characters'),
    log,
    logged: () => lines.join(''),
    redis(use = 'steady') {
      const client = connectRedis(redisServer.url, use === 'steady' ? 'jobs' : 'matcher', log)
      clients.push(client)
      return client
    },
    async close() {
      for (const client of clients) client.disconnect()
      await db.end()
      await database.drop()
      await running.stop()
    },
    stopRedis: () => running.stop(),
    async restartRedis() {
      running = await startRedis({ dir, port: redisServer.port })
    },
  }
}

export type StaffSite = { app: FastifyInstance; staff: Staff; clock: { now: Date }; close(): Promise<void> }

/** The staff slice behind a real Fastify, with the error handler of the product's shape. */
export async function createStaffSite(
  ground: Ground,
  options: {
    config?: Partial<StaffConfig>
    secure?: boolean
    more?: (app: FastifyInstance, staff: Staff) => Promise<void>
  } = {},
): Promise<StaffSite> {
  const clock = { now: new Date() }
  const staff = createStaff({
    db: ground.db,
    redis: ground.redis(),
    subscriber: ground.redis(),
    prefix,
    pii: ground.pii,
    log: ground.log,
    config: { ...defaultStaffConfig, scrypt: cheap, upkeepMs: 3_600_000, ...options.config },
    clock: () => clock.now,
  })
  const secure = options.secure ?? false
  const loggerInstance: FastifyBaseLogger = ground.log
  const app = Fastify({ loggerInstance, trustProxy: ['127.0.0.1'] })
  app.setErrorHandler((error: Error & { validation?: unknown }, request, reply) => {
    if (error instanceof Problem)
      return reply
        .code(error.status)
        .type('application/problem+json')
        .send(problemDocument(error, request.url, request.id))
    if (error.validation) return reply.code(400).send({ code: 'invalid' })
    ground.log.error({ err: error.name, stack: error.stack }, 'unexpected')
    return reply.code(500).send({ code: 'internal' })
  })
  await welcomePage(app)
  await app.register(async (scope) => {
    await scope.register(staffGuard, {
      secrets: [cookieSecret],
      secure,
      origins: ['https://hotline.example'],
      entry: staff.entry,
      sessions: staff.sessions,
    })
    await scope.register(sessionRoutes, {
      db: ground.db,
      entry: staff.entry,
      sessions: staff.sessions,
      secure,
    })
    await scope.register(staffRoutes, { db: ground.db, administration: staff.administration })
    await options.more?.(scope, staff)
  })
  await app.ready()
  return {
    app,
    staff,
    clock,
    async close() {
      await app.close()
      await staff.stop()
    },
  }
}

/** A member with the usual password, as the database would hold him. */
export async function makeMember(
  ground: Ground,
  roles: Role[],
  more: Partial<
    Pick<store.NewMember, 'username' | 'attributes' | 'capacity' | 'unitId' | 'displayName'>
  > = {},
): Promise<{ id: string; username: string }> {
  const id = newId()
  const username = more.username ?? `u${id.slice(-12)}`
  await store.insertMember(ground.db, {
    id,
    username,
    displayName: '测试人员',
    roles,
    attributes: {},
    capacity: { voice: 1, text: 3 },
    unitId: null,
    createdBy: 'test',
    passwordHash: await createPasswords(cheap).hash(goodPassword),
    ...more,
  })
  return { id, username }
}

export const cookieOf = (response: LightMyRequestResponse): string => {
  const name = cookieName(cookieSecret, false)
  const cookie = response.cookies.find((c) => c.name === name)
  return cookie ? `${name}=${encodeURIComponent(cookie.value)}` : ''
}

/** Signs in by link, which needs no second factor; the quickest way to a session of any role. */
export async function signedIn(site: StaffSite, staffId: string): Promise<string> {
  const link = await site.staff.entry.createSignInLink(staffId)
  const response = await site.app.inject({
    method: 'POST',
    url: '/api/session/link',
    payload: { token: link.slice(link.indexOf('=') + 1) },
  })
  if (response.statusCode !== 200) throw new Error(`sign-in by link answered ${response.statusCode}`)
  return cookieOf(response)
}
