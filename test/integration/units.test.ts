import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles, type Role } from '../../src/base/actor.ts'
import { problems } from '../../src/http/problems.ts'
import { createCalendar, dayFrom } from '../../src/statutes/calendar.ts'
import { unitRoutes } from '../../src/units/routes.ts'
import { startOversight, type OversightWorld } from '../support/oversight.ts'

let dandong: OversightWorld
let anshan: OversightWorld
const app = Fastify()

beforeAll(async () => {
  dandong = await startOversight('dandong-first-asked')
  anshan = await startOversight()
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    const unitId = (request.headers['x-unit'] as string | undefined) ?? null
    request.staff = {
      id: randomUUID(),
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(unitRoutes, { units: dandong.oversight.units })
})
afterAll(async () => {
  await app.close()
  await dandong.stop()
  await anshan.stop()
})

type Method = 'GET' | 'POST' | 'PATCH'
async function ask(role: Role, method: Method, url: string, payload?: object, unit?: string) {
  const response = await app.inject({
    method,
    url,
    headers: { 'x-role': role, ...(unit ? { 'x-unit': unit } : {}) },
    ...(payload ? { payload } : {}),
  })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}
const contact = { name: '值班员', position: '值班室', phone: '13800009100' }
const school = {
  code: 'school',
  name: '教育局',
  kind: 'department',
  parent: 'district',
  leader: '局长',
  deputy: null,
  office: '诉求办理科',
  contacts: [contact],
  petitionOffice: false,
  active: true,
}

describe('the registry of units', () => {
  it('is changed by the administrator and the leader, and keeps every version', async () => {
    const made = await ask('systemAdministrator', 'POST', '/api/units', school)
    expect(made).toMatchObject({
      status: 201,
      body: { version: 1, leaderless: true, contacts: [{ phone: '+8613800009100' }] },
    })
    expect(await ask('centreLeader', 'POST', '/api/units', school)).toMatchObject({
      status: 409,
      body: { code: 'unitExists' },
    })
    const patch = { version: 1, deputy: '副局长' }
    expect(await ask('centreLeader', 'PATCH', '/api/units/school', patch)).toMatchObject({
      status: 200,
      body: { version: 2, deputy: '副局长', leaderless: false, office: '诉求办理科' },
    })
    expect(await ask('centreLeader', 'PATCH', '/api/units/school', patch)).toMatchObject({
      status: 409,
      body: { code: 'changedMeanwhile', version: 2 },
    })
    const { body } = await ask('centreLeader', 'GET', '/api/units/school/history')
    expect(body['items']).toMatchObject([
      { version: 2, role: 'centreLeader', changed: ['deputy'], before: { deputy: null } },
      { version: 1, role: 'systemAdministrator', before: null, after: { name: '教育局' } },
    ])
  })

  it('lets nobody change another unit by the body, and keeps only what a record has', async () => {
    const sneaky = { code: 'lighting', name: '教育局', secret: 'x' }
    expect(await ask('centreLeader', 'PATCH', '/api/units/school', sneaky)).toMatchObject({
      status: 200,
      body: { code: 'school' },
    })
    expect(await dandong.oversight.units.find('lighting')).toMatchObject({ name: '路灯管理处' })
    expect(JSON.stringify(await dandong.oversight.units.history('school'))).not.toContain('secret')
  })

  it.each<[string, object, string]>([
    ['a telephone that is none', { contacts: [{ ...contact, phone: '110' }] }, 'phoneMalformed'],
    ['a superior that is not there', { parent: 'nowhere' }, 'parentUnknown'],
    ['itself as its superior', { parent: 'school' }, 'parentCircle'],
  ])('refuses %s', async (_what, patch, code) => {
    expect(await ask('centreLeader', 'PATCH', '/api/units/school', patch)).toMatchObject({
      status: 422,
      body: { code },
    })
  })

  it('refuses a circle of superiors', async () => {
    expect(await ask('centreLeader', 'PATCH', '/api/units/district', { parent: 'school' })).toMatchObject({
      status: 422,
      body: { code: 'parentCircle' },
    })
  })

  it('is closed to those who need no record, and units see their own alone', async () => {
    for (const role of roles) {
      const edits = role === 'systemAdministrator' || role === 'centreLeader'
      const { status } = await ask(role, 'PATCH', '/api/units/school', {})
      expect(status, role).toBe(edits ? 200 : 403)
    }
    expect(await ask('unit', 'GET', '/api/units/school', undefined, 'school')).toMatchObject({ status: 200 })
    expect(await ask('unit', 'GET', '/api/units/school', undefined, 'lighting')).toMatchObject({
      status: 403,
      body: { code: 'notYourUnit' },
    })
  })
})

describe('丹东 第十五条 the unit’s own method', () => {
  const filed = { document: '本单位首问责任管理办法', office: '诉求办理科', person: '科长' }
  const at = (instant: string): void => void (dandong.time.now = new Date(instant))

  it('is owed within a month of the day on which the city issued its own (V25)', async () => {
    at('2026-02-02T10:00+08:00')
    expect(await ask('unit', 'POST', '/api/units/lighting/method', filed, 'lighting')).toMatchObject({
      status: 409,
      body: { code: 'noMethodDue', cite: expect.stringContaining('第十五条') },
    })
    expect(
      await ask('centreLeader', 'POST', '/api/unit-methods', { issuedOn: '2026-03-01', reference: '丹营商' }),
    ).toMatchObject({ status: 422, body: { code: 'dayMalformed' } })
    const issue = { issuedOn: '2026-01-31', reference: '丹营商〔2026〕1号' }
    expect(await ask('centreLeader', 'POST', '/api/unit-methods', issue)).toMatchObject({
      status: 201,
      body: { units: 4, due: '2026-03-01T00:00:00+08:00' },
    })
    expect(await ask('centreLeader', 'POST', '/api/unit-methods', issue)).toMatchObject({
      body: { units: 0 },
    })
  })

  it('is filed by the unit itself, once; the others are late at the first instant after', async () => {
    expect(await ask('unitLeader', 'POST', '/api/units/lighting/method', filed, 'district')).toMatchObject({
      status: 403,
    })
    expect(await ask('unitLeader', 'POST', '/api/units/lighting/method', filed, 'lighting')).toMatchObject({
      status: 201,
      body: { ...filed, overdue: false, cite: expect.stringContaining('第十五条') },
    })
    expect(await ask('unitLeader', 'POST', '/api/units/lighting/method', filed, 'lighting')).toMatchObject({
      status: 409,
      body: { code: 'filedBefore' },
    })
    at('2026-02-28T23:59:59+08:00')
    expect(await dandong.oversight.units.sweep()).toBe(0)
    at('2026-03-01T00:00+08:00')
    const swept = await Promise.all([dandong.oversight.units.sweep(), dandong.compose().units.sweep()])
    expect(swept[0] + swept[1]).toBe(3)
    const { body } = await ask('supervisor', 'GET', '/api/unit-methods')
    const items = body['items'] as { unit: string; overdue: boolean }[]
    expect(items.map((m) => [m.unit, m.overdue])).toEqual([
      ['district', true],
      ['lighting', false],
      ['petition', true],
      ['school', true],
    ])
    expect(await ask('unit', 'POST', '/api/units/school/method', filed, 'school')).toMatchObject({
      body: { overdue: true },
    })
  })

  it('is reminded of a week before its day and told when it is late, each once, with the article', async () => {
    await Promise.all([dandong.oversight.units.sweep(), dandong.compose().units.sweep()])
    const told = (await dandong.messages()).filter(({ to }) => to === '+8613800009100')
    expect(told.map(({ content }) => content.text)).toEqual([
      expect.stringMatching(/^本单位的首问责任管理办法应当于2026-02-28 24时前报备案（依据《.*》第十五条）/),
      expect.stringMatching(/^本单位的首问责任管理办法没有在2026-02-28 24时前报备案/),
    ])
  })

  it('of a unit that joins later counts from that day, and moves with the calendar', async () => {
    at('2026-03-10T10:00+08:00')
    await ask('systemAdministrator', 'POST', '/api/units', { ...school, code: 'port', name: '港口局' })
    const due = async () => (await dandong.oversight.units.methods()).find((m) => m.unit === 'port')?.due
    expect(await due()).toBe('2026-04-11T00:00:00+08:00')
    const closed = { from: dayFrom(2026, 4, 10), to: dayFrom(2026, 4, 10), reference: '本市停办通知' }
    dandong.calendars.current = createCalendar(() => null, 'state-council-test', [closed])
    await dandong.oversight.units.sweep()
    expect(await due()).not.toBe('2026-04-11T00:00:00+08:00')
  })

  it('is not asked for where the text knows no such filing', async () => {
    const issue = { issuedOn: '2026-01-31', reference: 'x' }
    await expect(anshan.oversight.units.methodIssued(issue)).rejects.toMatchObject({
      code: 'notInThisStatute',
      status: 409,
    })
    expect(await anshan.oversight.units.sweep()).toBe(0)
  })
})
