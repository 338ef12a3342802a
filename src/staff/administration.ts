import type { Actor } from '../base/actor.ts'
import { problem } from '../base/problem.ts'
import { uniqueViolation, sqlState, type Db, type Tx } from '../db/pool.ts'
import type { Failures } from './failures.ts'
import { recordAccess, type AccessAction } from './ledger.ts'
import { issueLink, withdrawLinks } from './links.ts'
import { rolesConflict, type StaffMember } from './model.ts'
import type { Sessions } from './sessions.ts'
import * as store from './store.ts'

/** Accounts are made and changed here; every change is in the ledger, in the same transaction. */
export type Administration = {
  list(): Promise<StaffMember[]>
  /** @throws Problem 409 usernameTaken, 422 rolesConflict */
  create(actor: Actor, member: NewStaff): Promise<{ id: string; passwordLink: string }>
  /** Many at once and without a password, for seeding: they sign in by links. Existing usernames are left as they are. */
  seed(members: NewStaff[]): Promise<{ id: string; username: string }[]>
  change(actor: Actor, id: string, change: store.MemberChange): Promise<StaffMember>
  disable(actor: Actor, id: string): Promise<void>
  enable(actor: Actor, id: string): Promise<void>
  /** The old password stops working; the link sets a new one and goes to the person, not to a log. */
  resetPassword(actor: Actor, id: string): Promise<{ passwordLink: string }>
  /** For the security administrator, so that one person alone cannot take over another's account. */
  resetSecondFactor(actor: Actor, id: string): Promise<void>
  unlock(actor: Actor, id: string): Promise<void>
  revokeSessions(actor: Actor, id: string): Promise<void>
  onChanged(listener: (staffId: string) => void): void
}

export type NewStaff = Pick<
  StaffMember,
  'username' | 'displayName' | 'roles' | 'attributes' | 'capacity' | 'unitId'
>

const linkLifeMs = 3 * 24 * 3_600_000
const unknown = () => problem(404, 'unknownStaff', '没有这个账号', '它可能已被改名，请刷新列表。')
const conflict = () =>
  problem(422, 'rolesConflict', '角色不能兼任', '系统管理员、审计管理员、安全管理员须由不同的人担任。', {
    cite: 'GB/T 22239-2019 8.1.4',
  })

export function createAdministration(
  db: Db,
  sessions: Sessions,
  failures: Failures,
  newId: () => string,
): Administration {
  const listeners: ((staffId: string) => void)[] = []
  const changed = (id: string): void => listeners.forEach((listen) => listen(id))

  const note = (tx: Tx, actor: Actor, action: AccessAction, id: string, data = {}): Promise<void> =>
    recordAccess(tx, { actor, action, subject: { kind: 'staff', id }, data })

  const mustFind = async (tx: Tx, id: string): Promise<store.Credentials> => {
    const m = await store.findMember(tx, id)
    if (!m) throw unknown()
    return m
  }

  async function freshPasswordLink(tx: Tx, actor: Actor, id: string): Promise<string> {
    await withdrawLinks(tx, 'password', id)
    await note(tx, actor, 'linkIssued', id, { purpose: 'password' })
    return issueLink(tx, { purpose: 'password', staffId: id }, { lifeMs: linkLifeMs })
  }

  /** Runs, ends every session of the member in the same transaction, and tells the sockets afterwards. */
  async function andSignOut(id: string, reason: string, run: (tx: Tx) => Promise<void>): Promise<void> {
    await db.tx(async (tx) => {
      await run(tx)
      await sessions.revoke(tx, { staffId: id, reason })
    })
    await sessions.announce({ staffId: id, reason })
  }

  return {
    list: () => store.listMembers(db),
    onChanged: (listener) => void listeners.push(listener),

    async create(actor, m) {
      if (rolesConflict(m.roles)) throw conflict()
      const id = newId()
      try {
        const passwordLink = await db.tx(async (tx) => {
          await store.insertMember(tx, { ...m, id, passwordHash: null, createdBy: actor.id })
          await note(tx, actor, 'staffCreated', id, { roles: m.roles })
          return freshPasswordLink(tx, actor, id)
        })
        return { id, passwordLink }
      } catch (error) {
        if (sqlState(error) !== uniqueViolation) throw error
        throw problem(409, 'usernameTaken', '用户名已被使用', '请换一个用户名。', {
          errors: [{ field: 'username', message: '用户名已被使用' }],
        })
      }
    },

    async seed(members) {
      const made = []
      for (const m of members) {
        const existing = await store.findByUsername(db, m.username)
        const id = existing?.id ?? newId()
        if (!existing) await store.insertMember(db, { ...m, id, passwordHash: null, createdBy: 'seed' })
        made.push({ id, username: m.username })
      }
      return made
    },

    async change(actor, id, change) {
      if (change.roles && rolesConflict(change.roles)) throw conflict()
      await db.tx(async (tx) => {
        const before = await mustFind(tx, id)
        const { roles } = change
        if (roles && before.roles.includes('systemAdministrator') && !roles.includes('systemAdministrator'))
          await demandAnother(tx)
        await store.updateMember(tx, id, change)
        await note(tx, actor, 'staffChanged', id, {
          fields: Object.keys(change),
          ...(roles ? { rolesBefore: before.roles, roles } : {}),
        })
        // New roles are worn from the next sign-in on; the old session must not keep the old ones.
        if (roles) await sessions.revoke(tx, { staffId: id, reason: 'rolesChanged' })
      })
      if (change.roles) await sessions.announce({ staffId: id, reason: 'rolesChanged' })
      changed(id)
      return mustFind(db, id)
    },

    async disable(actor, id) {
      await andSignOut(id, 'disabled', async (tx) => {
        const m = await mustFind(tx, id)
        if (m.roles.includes('systemAdministrator') && !m.disabled) await demandAnother(tx)
        if (await store.setDisabled(tx, id, true)) await note(tx, actor, 'staffDisabled', id)
      })
      changed(id)
    },

    async enable(actor, id) {
      await db.tx(async (tx) => {
        await mustFind(tx, id)
        if (await store.setDisabled(tx, id, false)) await note(tx, actor, 'staffEnabled', id)
      })
      changed(id)
    },

    async resetPassword(actor, id) {
      let passwordLink = ''
      await andSignOut(id, 'passwordReset', async (tx) => {
        await mustFind(tx, id)
        await store.clearPassword(tx, id)
        passwordLink = await freshPasswordLink(tx, actor, id)
      })
      return { passwordLink }
    },

    async resetSecondFactor(actor, id) {
      await andSignOut(id, 'secondFactorReset', async (tx) => {
        await mustFind(tx, id)
        await store.clearSecret(tx, id)
        await note(tx, actor, 'secondFactorReset', id)
      })
    },

    async unlock(actor, id) {
      const m = await mustFind(db, id)
      await failures.unlock(m.username)
      await note(db, actor, 'staffChanged', id, { fields: ['lock'] })
    },

    async revokeSessions(actor, id) {
      await andSignOut(id, 'revoked', async (tx) => {
        await mustFind(tx, id)
        await note(tx, actor, 'sessionsRevoked', id)
      })
    },
  }

  /** Without an administrator nobody could ever make one again except at the console. */
  async function demandAnother(tx: Tx): Promise<void> {
    await store.lockSetup(tx)
    if ((await store.countSystemAdministrators(tx)) < 2)
      throw problem(
        409,
        'lastAdministrator',
        '这是最后一个系统管理员',
        '请先设立另一个系统管理员，再停用或变更此账号。',
      )
  }
}
