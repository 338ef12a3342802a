import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureLimits } from '../../src/staff/model.ts'
import {
  cookieOf,
  createGround,
  createStaffSite,
  goodPassword,
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

let address = 1
/** An address of its own per test: failures are counted by address too. */
const newAddress = (): string => `10.0.${Math.floor(address / 250)}.${(address++ % 250) + 1}`

const signIn = (body: object, from = newAddress(), headers: Record<string, string> = {}) =>
  site.app.inject({
    method: 'POST',
    url: '/api/session',
    payload: body,
    headers: { 'x-forwarded-for': from, ...headers },
  })
const whoAmI = (cookie: string) => site.app.inject({ url: '/api/session', headers: { cookie } })
const code = (secret: string, at: Date): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })

describe('signing in', () => {
  it('gives a cookie that no script can read and no other site can send', async () => {
    const { username, id } = await makeMember(ground, ['agent'])
    const response = await signIn({ username: username.toUpperCase(), password: goodPassword })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ staff: { id, roles: ['agent'] }, stage: 'full', home: '/desk' })
    const header = String(response.headers['set-cookie'])
    expect(header).toContain('HttpOnly')
    expect(header).toContain('SameSite=Strict')
    expect((await whoAmI(cookieOf(response))).json()).toMatchObject({ staff: { username } })
  })

  it('says the same about a wrong name and a wrong password', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const wrong = await signIn({ username, password: 'Not-The-One-77' })
    const unknown = await signIn({ username: 'nobody.here', password: 'Not-The-One-77' })
    expect(wrong.statusCode).toBe(401)
    const { instance: _i, requestId: _r, ...body } = wrong.json()
    expect(unknown.json()).toMatchObject(body)
    expect(wrong.headers['set-cookie']).toBeUndefined()
  })

  it('refuses a disabled account', async () => {
    const { username, id } = await makeMember(ground, ['agent'])
    const admin = await makeMember(ground, ['systemAdministrator'])
    const actor = { kind: 'staff', id: admin.id, role: 'systemAdministrator' } as const
    await site.staff.administration.disable(actor, id)
    expect((await signIn({ username, password: goodPassword })).statusCode).toBe(401)
  })

  it('stores no session that could be stolen from the database', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const cookie = cookieOf(await signIn({ username, password: goodPassword }))
    const id = decodeURIComponent(cookie.split('=')[1]!).split('.')[0]!
    const rows = await ground.db.query<{ row: string }>(
      `select row_to_json(s)::text as row from staff_sessions s`,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some((r) => r.row.includes(id))).toBe(false)
  })

  it('takes a new session id at every sign-in', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const first = cookieOf(await signIn({ username, password: goodPassword }))
    const second = cookieOf(
      await signIn({ username, password: goodPassword }, newAddress(), { cookie: first }),
    )
    expect(second).not.toBe(first)
    expect((await whoAmI(first)).statusCode).toBe(401)
    expect((await whoAmI(second)).statusCode).toBe(200)
  })

  it('refuses a cookie that was tampered with', async () => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    expect((await whoAmI(cookie.slice(0, -4) + 'AAAA')).statusCode).toBe(401)
  })
})

describe('too many failures', () => {
  it('lock the pair of account and address, tell how long, and not the right person elsewhere', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const attacker = newAddress()
    for (let n = 0; n < failureLimits.pair; n++)
      expect((await signIn({ username, password: 'Guess-Guess-1' }, attacker)).statusCode).toBe(401)
    const locked = await signIn({ username, password: goodPassword }, attacker)
    expect(locked.statusCode).toBe(429)
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(10)
    expect((await signIn({ username, password: goodPassword })).statusCode).toBe(200)
  })

  it('lock the account everywhere when they come from many addresses, until an administrator unlocks it', async () => {
    const { username, id } = await makeMember(ground, ['agent'])
    for (let n = 0; n < failureLimits.account; n++) await signIn({ username, password: 'Guess-Guess-1' })
    expect((await signIn({ username, password: goodPassword })).statusCode).toBe(429)
    const admin = await signedIn(site, (await makeMember(ground, ['systemAdministrator'])).id)
    const unlock = await site.app.inject({
      method: 'POST',
      url: `/api/staff/${id}/unlock`,
      headers: { cookie: admin },
    })
    expect(unlock.statusCode).toBe(204)
    expect((await signIn({ username, password: goodPassword })).statusCode).toBe(200)
  })

  it('are not dodged by guessing all at once', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const attacker = newAddress()
    const burst = await Promise.all(
      Array.from({ length: 30 }, () => signIn({ username, password: 'Guess-Guess-1' }, attacker)),
    )
    expect(burst.filter((r) => r.statusCode === 401)).toHaveLength(failureLimits.pair)
    expect(burst.filter((r) => r.statusCode === 429)).toHaveLength(30 - failureLimits.pair)
  })

  it('do not count the question for a code as a failure', async () => {
    const { username, id } = await makeMember(ground, ['supervisor'])
    const { secret } = await site.staff.entry.beginSecondFactor(id)
    await site.staff.entry.confirmSecondFactor(id, code(secret, site.clock.now))
    const from = newAddress()
    for (let n = 0; n < failureLimits.pair + 2; n++)
      expect((await signIn({ username, password: goodPassword }, from)).json()).toMatchObject({
        code: 'secondFactorRequired',
      })
  })

  it('treat an account that does not exist like one that does', async () => {
    const attacker = newAddress()
    for (let n = 0; n < failureLimits.pair; n++)
      await signIn({ username: 'ghost.user', password: 'Guess-Guess-1' }, attacker)
    expect((await signIn({ username: 'ghost.user', password: 'x' }, attacker)).statusCode).toBe(429)
  })
})

describe('the second factor', () => {
  it('must be enrolled before a team lead can do anything, and is asked for from then on', async () => {
    const { username } = await makeMember(ground, ['teamLead'])
    const first = await signIn({ username, password: goodPassword })
    expect(first.json()).toMatchObject({ stage: 'secondFactor', secondFactor: false })
    const headers = { cookie: cookieOf(first) }
    const refused = await site.app.inject({ url: '/api/staff', headers })
    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'secondFactorMissing' })

    const begun = await site.app.inject({ method: 'POST', url: '/api/session/second-factor', headers })
    const { secret, uri } = begun.json<{ secret: string; uri: string }>()
    expect(uri).toContain('otpauth://totp/')
    const confirm = (value: string) =>
      site.app.inject({
        method: 'POST',
        url: '/api/session/second-factor/confirm',
        headers,
        payload: { code: value },
      })
    const right = code(secret, site.clock.now)
    const wrong = right === '000000' ? '000001' : '000000'
    expect((await confirm(wrong)).statusCode).toBe(422)
    expect((await confirm(right)).json()).toMatchObject({ stage: 'full', secondFactor: true })
    expect((await site.app.inject({ url: '/api/staff', headers })).statusCode).toBe(200)

    const again = await site.app.inject({ method: 'POST', url: '/api/session/second-factor', headers })
    expect(again.json()).toMatchObject({ status: 409, code: 'alreadyEnrolled' })

    expect((await signIn({ username, password: goodPassword })).json()).toMatchObject({
      code: 'secondFactorRequired',
    })
    // The code that confirmed the enrolment is used up (RFC 6238, 5.2).
    const replayed = await signIn({ username, password: goodPassword, code: right })
    expect(replayed.statusCode).toBe(401)
    site.clock.now = new Date(site.clock.now.getTime() + 30_000)
    const next = await signIn({ username, password: goodPassword, code: code(secret, site.clock.now) })
    expect(next.json()).toMatchObject({ stage: 'full' })
  })

  it('is not asked for before the password is right', async () => {
    const { username, id } = await makeMember(ground, ['supervisor'])
    const { secret } = await site.staff.entry.beginSecondFactor(id)
    await site.staff.entry.confirmSecondFactor(id, code(secret, site.clock.now))
    const response = await signIn({ username, password: 'Wrong-Wrong-1' })
    expect(response.json()).toMatchObject({ code: 'signInRefused' })
  })

  it('is stored encrypted', async () => {
    const { id } = await makeMember(ground, ['supervisor'])
    const { secret } = await site.staff.entry.beginSecondFactor(id)
    const [row] = await ground.db.query<{ sealed: string }>(
      `select totp_sealed as sealed from staff where id = $1`,
      [id],
    )
    expect(row!.sealed).not.toContain(secret)
    expect(ground.pii.open(row!.sealed)).toBe(secret)
  })
})

describe('where a request comes from', () => {
  const delete_ = (cookie: string, headers: Record<string, string>) =>
    site.app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie, ...headers } })

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without origin', { origin: 'null' }],
    ['the same host on another port', { origin: 'http://localhost:81', host: 'localhost:80' }],
    ['a foreign page whose browser hides the origin', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_name, headers) => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    const response = await delete_(cookie, headers)
    expect(response.statusCode).toBe(403)
    expect(response.json()).toMatchObject({ code: 'originRefused' })
    expect((await whoAmI(cookie)).statusCode).toBe(200)
  })

  it.each([
    ['its own pages', { origin: 'http://localhost:80', host: 'localhost:80' }],
    ['the public address', { origin: 'https://hotline.example' }],
    ['a program', {}],
  ])('accepts %s', async (_name, headers) => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    expect((await delete_(cookie, headers as Record<string, string>)).statusCode).toBe(204)
    expect((await whoAmI(cookie)).statusCode).toBe(401)
  })
})

describe('the end of a session', () => {
  const past = (hash: string, change: string) =>
    ground.db.query(`update staff_sessions set ${change} where id_hash = $1`, [hash])
  const hashOf = (cookie: string): string =>
    site.staff.sessions.hashOf(decodeURIComponent(cookie.split('=')[1]!).split('.')[0]!)

  it('comes when it was idle for too long', async () => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    await past(hashOf(cookie), `seen_at = clock_timestamp() - interval '31 minutes'`)
    expect((await whoAmI(cookie)).statusCode).toBe(401)
  })

  it('is put off by use', async () => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    await past(hashOf(cookie), `seen_at = clock_timestamp() - interval '29 minutes'`)
    expect((await whoAmI(cookie)).statusCode).toBe(200)
    const [row] = await ground.db.query<{ fresh: boolean }>(
      `select seen_at > clock_timestamp() - interval '1 minute' as fresh from staff_sessions where id_hash = $1`,
      [hashOf(cookie)],
    )
    expect(row!.fresh).toBe(true)
  })

  it('comes after half a day whatever happens', async () => {
    const cookie = await signedIn(site, (await makeMember(ground, ['agent'])).id)
    await past(hashOf(cookie), `expires_at = clock_timestamp() - interval '1 second'`)
    expect((await whoAmI(cookie)).statusCode).toBe(401)
  })

  it('comes for all others when the password changes, and is told to every gateway', async () => {
    const other = await createStaffSite(ground)
    try {
      const { username, id } = await makeMember(ground, ['agent'])
      const mine = cookieOf(await signIn({ username, password: goodPassword }))
      const forgotten = await signedIn(other, id)
      const told = new Promise((resolve) => other.staff.revocations.onRevoked(resolve))
      const changed = await site.app.inject({
        method: 'POST',
        url: '/api/session/password',
        headers: { cookie: mine },
        payload: { current: goodPassword, next: 'Another-Good-One-9' },
      })
      expect(changed.statusCode).toBe(200)
      expect((await whoAmI(mine)).statusCode).toBe(200)
      expect((await whoAmI(forgotten)).statusCode).toBe(401)
      expect(await told).toMatchObject({ staffId: id, reason: 'passwordChanged' })
      expect((await signIn({ username, password: goodPassword })).statusCode).toBe(401)
    } finally {
      await other.close()
    }
  })

  it('needs the current password for a change and a strong one afterwards', async () => {
    const { username } = await makeMember(ground, ['agent'])
    const cookie = cookieOf(await signIn({ username, password: goodPassword }))
    const change = (current: string, next: string) =>
      site.app.inject({
        method: 'POST',
        url: '/api/session/password',
        headers: { cookie },
        payload: { current, next },
      })
    expect((await change('Wrong-Wrong-1', 'Another-Good-One-9')).statusCode).toBe(403)
    expect((await change(goodPassword, 'short1A')).json()).toMatchObject({ code: 'weakPassword' })
  })
})

describe('over plain http when the site is https', () => {
  it('nobody can sign in, so no password is typed into an open line', async () => {
    const secure = await createStaffSite(ground, { secure: true })
    try {
      const { username } = await makeMember(ground, ['agent'])
      const attempt = (headers: Record<string, string>) =>
        secure.app.inject({
          method: 'POST',
          url: '/api/session',
          payload: { username, password: goodPassword },
          headers,
        })
      expect((await attempt({})).json()).toMatchObject({ code: 'insecureConnection' })
      const good = await attempt({ 'x-forwarded-proto': 'https' })
      expect(good.statusCode).toBe(200)
      expect(String(good.headers['set-cookie'])).toMatch(/^__Host-hotline-[0-9a-f]{8}=.*Secure/)
    } finally {
      await secure.close()
    }
  })
})
