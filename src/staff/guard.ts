import { createHash } from 'node:crypto'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import type { Actor, Role } from '../base/actor.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { SignedIn, Stage } from './model.ts'
import { isOwnOrigin, originRefused } from './origin.ts'
import type { Entry } from './service.ts'
import type { Sessions } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever is fully signed in; null for strangers and for those who still owe a step. */
    staff: SignedIn | null
    /** The same person as the actor of this request, in his first role until `requireRole` picks the hat. */
    actor: Actor | null
    /** What the session may do; null without one. */
    stage: Stage | null
  }
}

export type GuardOptions = {
  /** Several while the cookie secret is being rotated; the first signs. Each at least 32 characters. */
  secrets: string[]
  /** The page is served over TLS, here or by the proxy in front. */
  secure: boolean
  /** Further origins, e.g. that of the public address. */
  origins: string[]
  entry: Entry
  sessions: Sessions
}

/** The same for every gateway of one installation and different for two installations on one host, whose cookies would otherwise overwrite each other: cookies ignore ports. */
export function cookieName(secret: string, secure: boolean): string {
  const mark = createHash('sha256').update(`cookie:${secret}`).digest('hex').slice(0, 8)
  return `${secure ? '__Host-' : ''}hotline-${mark}`
}

const needSignIn = (): Problem => problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
const stepMissing = (stage: Stage): Problem =>
  stage === 'password'
    ? problem(403, 'passwordExpired', '口令已到期', '请先修改口令。')
    : problem(403, 'secondFactorMissing', '尚未绑定身份验证器', '请先完成身份验证器的绑定。')
const roleMissing = (): Problem =>
  problem(403, 'roleMissing', '没有权限', '您的角色不能进行此操作，如有需要请联系系统管理员。')

/**
 * The actor of a request in one of the given roles.
 * @throws Problem 401 signInRequired, 403 passwordExpired | secondFactorMissing | roleMissing
 */
export function actorIn(request: FastifyRequest, ...roles: Role[]): Actor & { kind: 'staff' } {
  const { staff, stage } = request
  if (!staff) throw stage === null || stage === 'full' ? needSignIn() : stepMissing(stage)
  const role = roles.length === 0 ? staff.roles[0] : roles.find((r) => staff.roles.includes(r))
  if (!role) throw roleMissing()
  return { kind: 'staff', id: staff.id, role, name: staff.displayName }
}

/** A hook that lets only these roles through and sets `request.actor` to the first of them that the person has. */
export function requireRole(...roles: Role[]): preHandlerAsyncHookHandler {
  return async (request: FastifyRequest): Promise<void> => {
    request.actor = actorIn(request, ...roles)
  }
}

/** A hook for routes that somebody must reach who still owes a step of his sign-in. */
export async function requireSession(request: FastifyRequest): Promise<void> {
  if (!request.session.staffId || request.stage === null) throw needSignIn()
}

const isUpgrade = (request: FastifyRequest): boolean => request.headers.upgrade !== undefined
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Sessions for the scope it is registered in (staff API and sockets, never webhooks): cookie, Origin check on every
 * request that changes something and on every socket, and who it is.
 */
export const staffGuard = fp<GuardOptions>(
  async (app, { secrets, secure, origins, entry, sessions }) => {
    const allowed = new Set(origins)
    await app.register(cookie)
    await app.register(session, {
      secret: secrets,
      cookieName: cookieName(secrets[0]!, secure),
      store: sessions.store,
      saveUninitialized: false,
      rolling: false,
      cookie: {
        httpOnly: true,
        sameSite: 'strict',
        secure,
        path: '/',
        maxAge: sessions.limits.absoluteMs,
      },
    })
    app.decorateRequest('staff', null)
    app.decorateRequest('actor', null)
    app.decorateRequest('stage', null)

    // A refused handshake leaves a socket that no server counts as idle: it would stay for as long as the client likes.
    app.addHook('onResponse', async (request) => {
      if (isUpgrade(request)) request.raw.socket.destroySoon()
    })

    app.addHook('onRequest', async (request: FastifyRequest) => {
      if ((isUpgrade(request) || !safeMethods.has(request.method)) && !isOwnOrigin(request, allowed))
        throw originRefused()
      const { staffId, via = 'password' } = request.session
      if (!staffId) return
      const member = await entry.member(staffId)
      if (!member || member.disabled) return
      request.stage = entry.stage(member, via)
      if (request.stage !== 'full') return
      const { id, username, displayName, roles, attributes, capacity, unitId } = member
      const sessionHash = sessions.hashOf(request.session.sessionId)
      request.staff = { id, username, displayName, roles, attributes, capacity, unitId, sessionHash }
      request.actor = { kind: 'staff', id, role: roles[0]!, name: displayName }
    })
  },
  { name: 'staff-guard', fastify: '5.x' },
)
