import { Script } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { recordAccess, sealLedger, verifyLedger } from '../../src/staff/ledger.ts'
import {
  createGround,
  createStaffSite,
  makeMember,
  signedIn,
  type Ground,
  type StaffSite,
} from './staff-support.ts'

let ground: Ground
let site: StaffSite

beforeAll(async () => {
  ground = await createGround()
  site = await createStaffSite(ground)
})
afterAll(async () => {
  await site?.close()
  await ground?.close()
})

const as = async (...roles: Role[]) => {
  const { id } = await makeMember(ground, roles)
  const cookie = await signedIn(site, id)
  return {
    id,
    call: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
      site.app.inject({ method, url, headers: { cookie }, ...(payload ? { payload } : {}) }),
  }
}
const tokenOf = (link: string): string => link.slice(link.indexOf('=') + 1)

describe('the first administrator', () => {
  it('is made by a link that works once, and only while there is none', async () => {
    const empty = await createGround()
    const fresh = await createStaffSite(empty)
    try {
      const older = await fresh.staff.entry.createSetupLink()
      const link = (await fresh.staff.entry.createSetupLink())!
      expect(link).toMatch(/^\/welcome#setup=/)
      const setUp = (token: string) =>
        fresh.app.inject({
          method: 'POST',
          url: '/api/setup',
          payload: {
            token,
            username: 'first.admin',
            displayName: '首位管理员',
            password: 'First-Admin-8890',
          },
        })
      expect((await fresh.app.inject({ url: '/api/setup' })).json()).toEqual({ needed: true })
      expect((await setUp(tokenOf(older!))).statusCode).toBe(410)
      expect((await setUp(tokenOf(link))).statusCode).toBe(201)
      expect((await setUp(tokenOf(link))).statusCode).toBe(409)
      expect(await fresh.staff.entry.createSetupLink()).toBeNull()
      expect((await fresh.app.inject({ url: '/api/setup' })).json()).toEqual({ needed: false })
      const signIn = await fresh.app.inject({
        method: 'POST',
        url: '/api/session',
        payload: { username: 'first.admin', password: 'First-Admin-8890' },
      })
      expect(signIn.json()).toMatchObject({ stage: 'secondFactor', home: '/desk/sign-in' })
    } finally {
      await fresh.close()
      await empty.close()
    }
  })

  it('is asked for on a page that works under the strictest policy', async () => {
    const page = await site.app.inject({ url: '/welcome' })
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/)
    const script = await site.app.inject({ url: '/welcome.js' })
    // It must parse in the browsers it is written for; a syntax error would leave a dead page.
    expect(() => new Script(script.body)).not.toThrow()
    expect((await site.app.inject({ url: '/welcome.css' })).statusCode).toBe(200)
  })
})

describe('sign-in links', () => {
  it('work as often as they were made for, and not after their time', async () => {
    const { id } = await makeMember(ground, ['teamLead'])
    const use = (link: string) =>
      site.app.inject({ method: 'POST', url: '/api/session/link', payload: { token: tokenOf(link) } })
    const twice = await site.staff.entry.createSignInLink(id, { uses: 2 })
    expect((await use(twice)).json()).toMatchObject({ stage: 'full' })
    expect((await use(twice)).statusCode).toBe(200)
    expect((await use(twice)).json()).toMatchObject({ status: 410, code: 'linkUsed' })
    const late = await site.staff.entry.createSignInLink(id, { lifeMs: -1 })
    expect((await use(late)).statusCode).toBe(410)
  })

  it('are not kept in a form that could be used', async () => {
    const { id } = await makeMember(ground, ['agent'])
    const link = await site.staff.entry.createSignInLink(id)
    const rows = await ground.db.query<{ hash: string }>(`select token_hash as hash from one_time_links`)
    expect(rows.some((r) => r.hash === tokenOf(link))).toBe(false)
  })
})

describe('accounts', () => {
  it('are made by the system administrator and opened by their owner', async () => {
    const admin = await as('systemAdministrator')
    const made = await admin.call('POST', '/api/staff', {
      username: 'zhang.san',
      displayName: '张三',
      roles: ['agent'],
      attributes: { language: ['mandarin'] },
    })
    expect(made.statusCode).toBe(201)
    const { id, passwordLink } = made.json<{ id: string; passwordLink: string }>()
    expect(passwordLink).toMatch(/^\/welcome#password=/)
    const set = (password: string) =>
      site.app.inject({
        method: 'POST',
        url: '/api/password',
        payload: { token: tokenOf(passwordLink), password },
      })
    // A refused password does not use the link up.
    expect((await set('weak')).statusCode).toBe(422)
    expect((await set('Zhang.San-8890-x')).statusCode).toBe(422)
    expect((await set('Chosen-By-Owner-1')).statusCode).toBe(204)
    expect((await set('Chosen-By-Owner-2')).statusCode).toBe(410)
    const signIn = await site.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { username: 'zhang.san', password: 'Chosen-By-Owner-1' },
    })
    expect(signIn.json()).toMatchObject({ staff: { id }, stage: 'full' })
  })

  it('have one name each, whatever the case', async () => {
    const admin = await as('systemAdministrator')
    const body = { username: 'li.si', displayName: '李四', roles: ['agent'] }
    expect((await admin.call('POST', '/api/staff', body)).statusCode).toBe(201)
    const again = await admin.call('POST', '/api/staff', { ...body, username: 'LI.SI' })
    expect(again.json()).toMatchObject({ status: 409, code: 'usernameTaken' })
  })

  it('never unite two of the three administrators', async () => {
    const admin = await as('systemAdministrator')
    const both = await admin.call('POST', '/api/staff', {
      username: 'both.hats',
      displayName: '两顶帽子',
      roles: ['systemAdministrator', 'auditAdministrator'],
    })
    expect(both.json()).toMatchObject({ status: 422, code: 'rolesConflict' })
    const { id } = await makeMember(ground, ['auditAdministrator'])
    const promoted = await admin.call('PATCH', `/api/staff/${id}`, {
      roles: ['auditAdministrator', 'securityAdministrator'],
    })
    expect(promoted.statusCode).toBe(422)
    await expect(
      ground.db.query(`update staff set roles = roles || '{securityAdministrator}' where id = $1`, [id]),
    ).rejects.toThrow()
  })

  it.each([
    ['GET', '/api/staff', ['agent', 'dispatcher', 'unit', 'supervisor', 'auditAdministrator']],
    ['POST', '/api/staff', ['agent', 'teamLead', 'auditAdministrator', 'securityAdministrator']],
    ['POST', '/api/staff/ID/disable', ['agent', 'teamLead', 'securityAdministrator', 'auditAdministrator']],
    ['POST', '/api/staff/ID/password', ['teamLead', 'securityAdministrator', 'auditAdministrator']],
    ['DELETE', '/api/staff/ID/second-factor', ['systemAdministrator', 'auditAdministrator', 'teamLead']],
    ['DELETE', '/api/staff/ID/sessions', ['agent', 'systemAdministrator', 'auditAdministrator']],
    ['GET', '/api/audit/access', ['agent', 'teamLead', 'systemAdministrator', 'securityAdministrator']],
    ['GET', '/api/audit/seals', ['systemAdministrator', 'securityAdministrator']],
  ] as const)('%s %s is refused to others', async (method, url, roles) => {
    const { id } = await makeMember(ground, ['agent'])
    const body = { username: 'x.y', displayName: 'x', roles: ['agent'] }
    for (const role of roles) {
      const one = await as(role)
      const answer = await one.call(method, url.replace('ID', id), method === 'POST' ? body : undefined)
      expect([role, answer.statusCode]).toEqual([role, 403])
    }
    const stranger = await site.app.inject({
      method,
      url: url.replace('ID', id),
      ...(method === 'POST' ? { payload: body } : {}),
    })
    expect(stranger.statusCode).toBe(401)
  })

  it('let a team lead change what his agents can do and nothing else', async () => {
    const lead = await as('teamLead')
    const { id } = await makeMember(ground, ['agent'])
    const changes: string[] = []
    site.staff.administration.onChanged((staffId) => changes.push(staffId))
    const skills = await lead.call('PATCH', `/api/staff/${id}`, { attributes: { topic: ['heating'] } })
    expect(skills.json()).toMatchObject({ attributes: { topic: ['heating'] } })
    expect(changes).toContain(id)
    const roles = await lead.call('PATCH', `/api/staff/${id}`, { roles: ['systemAdministrator'] })
    expect(roles.json()).toMatchObject({ status: 403, code: 'roleMissing' })
  })

  it('lose their sessions with their roles, their password or their second factor', async () => {
    const admin = await as('systemAdministrator')
    const security = await as('securityAdministrator')
    const victim = async (): Promise<{ id: string; cookie: string }> => {
      const { id } = await makeMember(ground, ['agent'])
      return { id, cookie: await signedIn(site, id) }
    }
    for (const act of [
      (id: string) => admin.call('PATCH', `/api/staff/${id}`, { roles: ['dispatcher'] }),
      (id: string) => admin.call('POST', `/api/staff/${id}/password`),
      (id: string) => admin.call('POST', `/api/staff/${id}/disable`),
      (id: string) => security.call('DELETE', `/api/staff/${id}/second-factor`),
      (id: string) => security.call('DELETE', `/api/staff/${id}/sessions`),
    ]) {
      const { id, cookie } = await victim()
      const check = () => site.app.inject({ url: '/api/session', headers: { cookie } })
      expect((await check()).statusCode).toBe(200)
      expect((await act(id)).statusCode).toBeLessThan(300)
      expect((await check()).statusCode).toBe(401)
    }
  })

  it('always leave one system administrator', async () => {
    const empty = await createGround()
    const fresh = await createStaffSite(empty)
    try {
      const only = await makeMember(empty, ['systemAdministrator'])
      const actor = { kind: 'staff', id: only.id, role: 'systemAdministrator' } as const
      await expect(fresh.staff.administration.disable(actor, only.id)).rejects.toMatchObject({
        code: 'lastAdministrator',
      })
      const second = await makeMember(empty, ['systemAdministrator'])
      await fresh.staff.administration.disable(actor, second.id)
      await expect(
        fresh.staff.administration.change(actor, only.id, { roles: ['agent'] }),
      ).rejects.toMatchObject({ code: 'lastAdministrator' })
    } finally {
      await fresh.close()
      await empty.close()
    }
  })
})

describe('the access ledger', () => {
  const someone = { kind: 'staff', id: 'someone', role: 'agent' } as const
  const requester = '0190a000-0000-7000-8000-000000000001'

  it('tells who looked at a requester, when and why, and notes that it was read', async () => {
    await recordAccess(ground.db, {
      actor: someone,
      action: 'reveal',
      subject: { kind: 'requester', id: requester },
      requesterId: requester,
      reason: '回拨核实地址',
    })
    const auditor = await as('auditAdministrator')
    const answer = await auditor.call('GET', `/api/audit/access?requester=${requester}`)
    const { entries } = answer.json<{ entries: Record<string, unknown>[] }>()
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({
      actorId: 'someone',
      actorRole: 'agent',
      action: 'reveal',
      reason: '回拨核实地址',
    })
    const own = await auditor.call('GET', `/api/audit/access?actor=${auditor.id}&action=ledgerRead`)
    expect(own.json<{ entries: unknown[] }>().entries.length).toBeGreaterThan(0)
  })

  it('pages without losing or repeating entries', async () => {
    for (let n = 0; n < 7; n++)
      await recordAccess(ground.db, {
        actor: { ...someone, id: 'pager' },
        action: 'search',
        subject: { kind: 'search', id: String(n) },
      })
    const auditor = await as('auditAdministrator')
    const seen: unknown[] = []
    let next: number | null = null
    do {
      const page = await auditor.call(
        'GET',
        `/api/audit/access?actor=pager&limit=3${next ? `&before=${next}` : ''}`,
      )
      const body = page.json<{ entries: { subjectId: string }[]; next: number | null }>()
      seen.push(...body.entries.map((e) => e.subjectId))
      next = body.next
    } while (next)
    expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0'])
  })

  it('cannot be changed or emptied', async () => {
    for (const sql of [
      `update access_ledger set reason = 'other'`,
      `delete from access_ledger`,
      `truncate access_ledger`,
      `update access_ledger_seals set hash = ''`,
    ])
      await expect(ground.db.query(sql)).rejects.toThrow(/append-only/)
  })

  it('shows where somebody went behind the triggers', async () => {
    const entry = (id: string) => ({
      actor: someone,
      action: 'search' as const,
      subject: { kind: 'search', id },
    })
    await recordAccess(ground.db, entry('a'), entry('b'))
    expect(await sealLedger(ground.db)).toBeGreaterThan(0)
    await recordAccess(ground.db, entry('c'))
    expect(await sealLedger(ground.db)).toBe(1)
    expect(await sealLedger(ground.db)).toBe(0)
    expect(await verifyLedger(ground.db)).toMatchObject({ ok: true })
    await ground.db.tx(async (tx) => {
      await tx.query(`alter table access_ledger disable trigger access_ledger_append_only`)
      await tx.query(`update access_ledger set subject_id = 'z' where subject_id = 'a'`)
      await tx.query(`alter table access_ledger enable trigger access_ledger_append_only`)
    })
    expect(await verifyLedger(ground.db)).toMatchObject({ ok: false })
  })
})
