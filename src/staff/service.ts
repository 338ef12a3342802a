import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import { createReads } from '../db/reads.ts'
import type { Failures } from './failures.ts'
import { recordAccess } from './ledger.ts'
import { issueLink, redeemLink, withdrawLinks } from './links.ts'
import { passwordWeakness, stageOf, type Stage } from './model.ts'
import type { Passwords } from './passwords.ts'
import { enrolmentUri, newSecret, stepOfCode } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import * as store from './store.ts'

/** Who may come in, and how he proves it. Administration of accounts is in `administration.ts`. */
export type Entry = {
  /** @throws Problem 401 signInRefused | secondFactorRequired, 429 signInLocked */
  signIn(attempt: { username: string; password: string; code?: string; address: string }): Promise<string>
  /** @throws Problem 410 linkUsed */
  signInByLink(token: string): Promise<string>
  stage(member: store.Credentials, via: 'password' | 'link'): Stage
  member(id: string): Promise<store.Credentials | null>
  changePassword(staffId: string, current: string, next: string, keep: string): Promise<void>
  setPasswordByLink(token: string, next: string): Promise<void>
  /** The secret is shown once; it counts only after a code confirmed it. @throws Problem 409 alreadyEnrolled */
  beginSecondFactor(staffId: string): Promise<{ secret: string; uri: string }>
  confirmSecondFactor(staffId: string, code: string): Promise<void>
  /** A link that signs this member in, for the operator at the console. Gives the path; put the address before it. */
  createSignInLink(staffId: string, options?: { lifeMs?: number; uses?: number }): Promise<string>
  /** With no administrator in the database: a link that makes one. Null when there is one. */
  createSetupLink(): Promise<string | null>
  setupNeeded(): Promise<boolean>
  /** @throws Problem 410 linkUsed, 409 alreadySetUp */
  setUp(request: { token: string; username: string; displayName: string; password: string }): Promise<void>
}

export type EntryParts = {
  db: Db
  pii: Pii
  passwords: Passwords
  failures: Failures
  sessions: Sessions
  clock: Clock
  newId: () => string
  /** Local policy: passwords older than this must be changed (GB/T 22239-2019, 8.1.4.1 a); null for never. */
  passwordMaxAgeMs: number | null
}

const refused = () =>
  problem(401, 'signInRefused', '用户名、口令或动态码不正确', '请核对后重试；多次失败会暂停登录。')
const linkUsed = () =>
  problem(410, 'linkUsed', '链接已失效', '链接只能使用一次且有时限，请向系统管理员索取新的链接。')

export const asActor = (m: { id: string; displayName: string; roles: Role[] }): Actor => ({
  kind: 'staff',
  id: m.id,
  role: m.roles[0]!,
  name: m.displayName,
})

/** @throws Problem 422 weakPassword with the reason in words */
export function demandGoodPassword(password: string, username: string): void {
  const weakness = passwordWeakness(password, username)
  if (weakness)
    throw problem(422, 'weakPassword', '口令强度不够', weakness, {
      errors: [{ field: 'password', message: weakness }],
    })
}

export function createEntry(parts: EntryParts): Entry {
  const { db, pii, passwords, failures, sessions, clock } = parts

  async function come(tx: Tx, m: store.Credentials, via: 'password' | 'link'): Promise<void> {
    await store.stampSignIn(tx, m.id)
    await recordAccess(tx, {
      actor: asActor(m),
      action: 'signIn',
      subject: { kind: 'staff', id: m.id },
      data: { via },
    })
  }

  /** Right password; the code is judged only now, so that it tells nothing to who does not know the password. */
  async function secondFactorHolds(m: store.Credentials, code: string | undefined): Promise<boolean> {
    if (!m.secondFactor || !m.totpSealed) return true
    const step = code === undefined ? null : stepOfCode(pii.open(m.totpSealed), code, clock())
    return step !== null && (await store.useStep(db, m.id, step))
  }

  async function changeTo(tx: Tx, m: store.Credentials, next: string, keep?: string): Promise<void> {
    demandGoodPassword(next, m.username)
    await store.setPassword(tx, m.id, await passwords.hash(next))
    await sessions.revoke(tx, { staffId: m.id, reason: 'passwordChanged', ...(keep ? { keep } : {}) })
    await recordAccess(tx, {
      actor: asActor(m),
      action: 'passwordSet',
      subject: { kind: 'staff', id: m.id },
    })
  }

  return {
    async signIn({ username, password, code, address }) {
      const { lockedMs, locking } = await failures.attempt(username, address)
      if (lockedMs > 0) {
        const seconds = Math.ceil(lockedMs / 1000)
        throw problem(429, 'signInLocked', '登录已暂停', `失败次数过多，请 ${seconds} 秒后再试。`, {
          extra: { retryAfter: seconds },
        })
      }
      const m = await store.findByUsername(db, username)
      const known = await passwords.verify(password, m && !m.disabled ? m.passwordHash : null)
      if (m && known && m.secondFactor && code === undefined) {
        await failures.forgive(username, address)
        throw problem(401, 'secondFactorRequired', '请输入动态码', '打开身份验证器，输入当前的六位动态码。')
      }
      if (!m || !known || !(await secondFactorHolds(m, code))) {
        if (m && locking)
          await recordAccess(db, {
            actor: { kind: 'system', id: 'sign-in', role: 'system' },
            action: 'signInLocked',
            subject: { kind: 'staff', id: m.id },
          })
        throw refused()
      }
      await failures.succeeded(username, address)
      await come(db, m, 'password')
      return m.id
    },

    signInByLink: (token) =>
      db.tx(async (tx) => {
        const link = await redeemLink(tx, token, 'signIn')
        const m = link?.staffId ? await store.findMember(tx, link.staffId) : null
        if (!m || m.disabled) throw linkUsed()
        await come(tx, m, 'link')
        return m.id
      }),

    stage: (m, via) =>
      stageOf({
        roles: m.roles,
        secondFactor: m.secondFactor,
        passwordAgeMs: m.passwordAgeMs,
        passwordMaxAgeMs: parts.passwordMaxAgeMs,
        via,
      }),

    member: createReads((ids) => store.findMembers(db, ids)),

    async changePassword(staffId, current, next, keep) {
      const m = await store.findMember(db, staffId)
      if (!m || !(await passwords.verify(current, m.passwordHash)))
        throw problem(403, 'passwordWrong', '当前口令不正确', '请重新输入当前口令。')
      if (current === next) throw problem(422, 'weakPassword', '口令未改变', '请设置一个与当前不同的口令。')
      await db.tx((tx) => changeTo(tx, m, next, keep))
      await sessions.announce({ staffId, keep, reason: 'passwordChanged' })
    },

    async setPasswordByLink(token, next) {
      const staffId = await db.tx(async (tx) => {
        const link = await redeemLink(tx, token, 'password')
        const m = link?.staffId ? await store.findMember(tx, link.staffId) : null
        if (!m || m.disabled) throw linkUsed()
        await changeTo(tx, m, next)
        return m.id
      })
      await sessions.announce({ staffId, reason: 'passwordChanged' })
    },

    async beginSecondFactor(staffId) {
      const m = await store.findMember(db, staffId)
      const secret = newSecret()
      if (!m || !(await store.setSecret(db, staffId, pii.seal(secret))))
        throw problem(
          409,
          'alreadyEnrolled',
          '已绑定身份验证器',
          '如需更换，请联系安全管理员解除后重新绑定。',
        )
      return { secret, uri: enrolmentUri(secret, m.username) }
    },

    async confirmSecondFactor(staffId, code) {
      const m = await store.findMember(db, staffId)
      const step = m?.totpSealed ? stepOfCode(pii.open(m.totpSealed), code, clock()) : null
      if (!m || m.secondFactor || step === null || !(await store.useStep(db, staffId, step)))
        throw problem(
          422,
          'codeWrong',
          '动态码不正确',
          '请等待身份验证器显示新的六位数字后再试，并核对设备时间。',
        )
      await recordAccess(db, {
        actor: asActor(m),
        action: 'secondFactorEnrolled',
        subject: { kind: 'staff', id: staffId },
      })
    },

    createSignInLink: (staffId, options = {}) =>
      issueLink(
        db,
        { purpose: 'signIn', staffId },
        { lifeMs: options.lifeMs ?? 24 * 3_600_000, uses: options.uses ?? 1 },
      ),

    setupNeeded: async () => (await store.countSystemAdministrators(db)) === 0,

    createSetupLink: () =>
      db.tx(async (tx) => {
        if ((await store.countSystemAdministrators(tx)) > 0) return null
        await withdrawLinks(tx, 'setup', null)
        return issueLink(tx, { purpose: 'setup', staffId: null }, { lifeMs: 24 * 3_600_000 })
      }),

    async setUp({ token, username, displayName, password }) {
      demandGoodPassword(password, username)
      const passwordHash = await passwords.hash(password)
      await db.tx(async (tx) => {
        await store.lockSetup(tx)
        if ((await store.countSystemAdministrators(tx)) > 0)
          throw problem(409, 'alreadySetUp', '已有系统管理员', '请用系统管理员账号登录。')
        if (!(await redeemLink(tx, token, 'setup'))) throw linkUsed()
        if (await store.findByUsername(tx, username))
          throw problem(409, 'usernameTaken', '用户名已被使用', '请换一个用户名。')
        const id = parts.newId()
        await store.insertMember(tx, {
          id,
          username,
          displayName,
          roles: ['systemAdministrator'],
          attributes: {},
          capacity: { voice: 0, text: 0 },
          unitId: null,
          passwordHash,
          createdBy: 'setup',
        })
        await recordAccess(tx, {
          actor: { kind: 'system', id: 'setup', role: 'system' },
          action: 'staffCreated',
          subject: { kind: 'staff', id },
          data: { roles: ['systemAdministrator'] },
        })
      })
    },
  }
}
