import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problem, Problem } from '../base/problem.ts'
import type { Db } from '../db/pool.ts'
import {
  ChangePasswordBody,
  CodeBody,
  LinkBody,
  SetPasswordBody,
  SetUpBody,
  SignInBody,
  type SessionView,
} from './contract.ts'
import { requireSession } from './guard.ts'
import { recordAccess } from './ledger.ts'
import { homeOf } from './model.ts'
import { asActor, type Entry } from './service.ts'
import type { Sessions } from './sessions.ts'

export type SessionRoutes = { db: Db; entry: Entry; sessions: Sessions; secure: boolean }

/** Sign-in and what belongs to it. Registered inside the scope of `staffGuard`. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutes> = async (app, options) => {
  const { db, entry, sessions, secure } = options

  async function view(request: FastifyRequest): Promise<SessionView> {
    const { staffId, via = 'password' } = request.session
    const m = staffId ? await entry.member(staffId) : null
    if (!m || m.disabled) throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
    const { id, username, displayName, roles, unitId, secondFactor } = m
    return {
      staff: { id, username, displayName, roles, unitId },
      stage: entry.stage(m, via),
      secondFactor,
      home: homeOf(roles),
    }
  }

  /** A new session id for every sign-in: an id that somebody planted before is worth nothing. */
  async function open(
    request: FastifyRequest,
    staffId: string,
    via: 'password' | 'link',
  ): Promise<SessionView> {
    await request.session.regenerate()
    request.session.staffId = staffId
    request.session.via = via
    return view(request)
  }

  const demandTls = (request: FastifyRequest): void => {
    if (secure && request.protocol !== 'https')
      throw problem(400, 'insecureConnection', '请使用安全连接', '请用 https 开头的地址打开本系统。')
  }

  app.post('/api/session', { schema: { body: SignInBody } }, async (request, reply) => {
    demandTls(request)
    const { username, password, code } = request.body
    try {
      const attempt = { username, password, address: request.ip, ...(code ? { code } : {}) }
      return await open(request, await entry.signIn(attempt), 'password')
    } catch (error) {
      tellWhen(error, reply)
      throw error
    }
  })

  app.post('/api/session/link', { schema: { body: LinkBody } }, async (request) => {
    demandTls(request)
    return open(request, await entry.signInByLink(request.body.token), 'link')
  })

  app.get('/api/session', { preHandler: requireSession }, async (request) => view(request))

  app.delete('/api/session', async (request, reply) => {
    const { staffId } = request.session
    const m = staffId ? await entry.member(staffId) : null
    if (staffId && m) {
      const sessionHash = sessions.hashOf(request.session.sessionId)
      await db.tx(async (tx) => {
        await sessions.revoke(tx, { staffId, sessionHash, reason: 'signedOut' })
        await recordAccess(tx, {
          actor: asActor(m),
          action: 'signOut',
          subject: { kind: 'staff', id: staffId },
        })
      })
      await sessions.announce({ staffId, sessionHash, reason: 'signedOut' })
    }
    await request.session.destroy()
    return reply.code(204).send()
  })

  app.post(
    '/api/session/password',
    { schema: { body: ChangePasswordBody }, preHandler: requireSession },
    async (request) => {
      const keep = sessions.hashOf(request.session.sessionId)
      await entry.changePassword(request.session.staffId!, request.body.current, request.body.next, keep)
      return view(request)
    },
  )

  app.post('/api/session/second-factor', { preHandler: requireSession }, async (request) => {
    if (request.stage === 'password') throw problem(403, 'passwordExpired', '口令已到期', '请先修改口令。')
    return entry.beginSecondFactor(request.session.staffId!)
  })

  app.post(
    '/api/session/second-factor/confirm',
    { schema: { body: CodeBody }, preHandler: requireSession },
    async (request) => {
      await entry.confirmSecondFactor(request.session.staffId!, request.body.code)
      return view(request)
    },
  )

  app.post('/api/password', { schema: { body: SetPasswordBody } }, async (request, reply) => {
    demandTls(request)
    await entry.setPasswordByLink(request.body.token, request.body.password)
    return reply.code(204).send()
  })

  app.get('/api/setup', async () => ({ needed: await entry.setupNeeded() }))

  app.post('/api/setup', { schema: { body: SetUpBody } }, async (request, reply) => {
    demandTls(request)
    await entry.setUp(request.body)
    return reply.code(201).send({ username: request.body.username })
  })
}

function tellWhen(error: unknown, reply: FastifyReply): void {
  if (!(error instanceof Problem) || error.code !== 'signInLocked') return
  const seconds = error.fields.extra?.['retryAfter']
  if (typeof seconds === 'number') void reply.header('retry-after', seconds)
}
