import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles, type Role } from '../../src/base/actor.ts'
import type { CalendarView, Entered } from '../../src/calendar/contract.ts'
import { calendarRoutes } from '../../src/calendar/routes.ts'
import { createWorkingCalendar, type WorkingCalendar } from '../../src/calendar/service.ts'
import { problems } from '../../src/http/problems.ts'
import { parseDay } from '../../src/statutes/calendar.ts'
import { stateCouncilCalendar } from '../../src/statutes/state-council.ts'
import { statuteRoutes } from '../../src/work-orders/statute-routes.ts'
import { silentLog } from '../support/contacts.ts'
import { agentId, draft, startOrders, viewer, type OrdersWorld } from '../support/work-orders.ts'

let world: OrdersWorld
/** Two gateways on one database: what is entered on one reaches the other by `refresh`. */
let here: WorkingCalendar
let there: WorkingCalendar
const app = Fastify()

beforeAll(async () => {
  world = await startOrders()
  here = createWorkingCalendar({ db: world.db, log: silentLog })
  there = createWorkingCalendar({ db: world.db, log: silentLog })
  // Sessions are the staff slice's; here a header says who asks.
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    request.staff = {
      id: agentId,
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(calendarRoutes, { calendar: here })
  await app.register(statuteRoutes, { calendar: here.current })
})
afterAll(async () => {
  await app.close()
  await world?.stop()
})

type Answered = Record<string, unknown> & { detail: string; errors: { field: string }[] }

async function ask<T = Answered>(role: Role | null, method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await app.inject({
    method,
    url,
    headers: role ? { 'x-role': role } : {},
    ...(payload ? { payload } : {}),
  })
  return { status: response.statusCode, body: response.json<T>() }
}
const notice = (payload: object) => ask('systemAdministrator', 'POST', '/api/admin/calendar/notices', payload)
const closure = (payload: object) =>
  ask<Answered & Entered>('systemAdministrator', 'POST', '/api/admin/calendar/closures', payload)

/** The other gateway's sweep: what was entered, then what it moves. @returns orders looked at */
async function sweepThere(): Promise<number> {
  await there.refresh()
  world.calendars.current = there.current()
  return world.bells.recompute()
}

const span = (from: string, to: string): string[] => {
  const days: string[] = []
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000)
    days.push(new Date(ms).toISOString().slice(0, 10))
  return days
}
const of2038 = {
  year: 2038,
  reference: '国办发明电〔2037〕示例1号',
  holidays: [
    ...span('2038-01-01', '2038-01-03'),
    ...span('2038-02-05', '2038-02-11'),
    ...span('2038-05-01', '2038-05-05'),
    ...span('2038-10-01', '2038-10-07'),
  ],
  makeUpDays: ['2038-01-30', '2038-10-09'],
}

let phone = 0
/** An order delivered to its unit at this instant. */
async function delivered(at: string): Promise<string> {
  world.time.now = new Date(at)
  const contactId = await world.wrappedUp(`+861380004${String(++phone).padStart(4, '0')}`)
  const { orders } = await world.register(contactId, draft({ accept: true, leadUnit: 'lighting' }))
  return orders[0]!.number
}
const handling = async (number: string) =>
  (await world.workOrders.detail(number, viewer('supervisor'))).deadlines.find((d) => d.term === 'AS19-D06')

describe('a notice of a further year', () => {
  it('moves provisional due dates and makes them final, on every gateway', async () => {
    const moved = await delivered('2037-12-31T10:00+08:00')
    const still = await delivered('2038-01-11T10:00+08:00')
    expect(await handling(moved)).toMatchObject({ due: '2038-01-08T00:00:00+08:00', provisional: true })
    expect(await handling(still)).toMatchObject({ due: '2038-01-19T00:00:00+08:00', provisional: true })

    const before = here.current().version
    const { status, body } = await notice(of2038)
    expect(status).toBe(201)
    expect(body).toEqual({ revision: 1, version: here.current().version })
    expect(here.current().version).not.toBe(before)
    expect(there.current().version).toBe(before)

    expect(await sweepThere()).toBeGreaterThan(0)
    expect(there.current().version).toBe(here.current().version)
    // 01-01 is a holiday, so the fifth day is Friday 01-08.
    expect(await handling(moved)).toMatchObject({ due: '2038-01-09T00:00:00+08:00', provisional: false })
    expect(await handling(still)).toMatchObject({ due: '2038-01-19T00:00:00+08:00', provisional: false })
    expect(await sweepThere()).toBe(0)
  })

  it('counts for the public clock at once', async () => {
    const { body } = await ask(null, 'POST', '/api/deadlines', { deadline: 'ASD-D05', start: '2037-12-31' })
    expect(body).toMatchObject({
      due: '2038-01-09T00:00:00+08:00',
      provisional: false,
      calendar: here.current().version,
    })
  })

  it('brings holidays and make-up days', () => {
    const works = (day: string) => here.current().isWorkingDay(parseDay(day)!)
    expect(works('2038-02-05')).toBe(false)
    expect(works('2038-01-30')).toBe(true)
    expect(works('2038-01-31')).toBe(false)
    expect(here.current().hasNotice(2038)).toBe(true)
    expect(here.current().hasNotice(2056)).toBe(false)
    expect(works('2026-10-01')).toBe(stateCouncilCalendar().isWorkingDay(parseDay('2026-10-01')!))
  })

  it('is there after a restart', async () => {
    const restarted = createWorkingCalendar({ db: world.db, log: silentLog })
    expect(await restarted.refresh()).toBe(true)
    expect(restarted.current().version).toBe(here.current().version)
    expect(restarted.current().hasNotice(2038)).toBe(true)
    expect(await restarted.refresh()).toBe(false)
  })
})

describe('a closure of the city (reading A-04)', () => {
  const typhoon = { from: '2056-03-08', to: '2056-03-09', reference: '鞍政办明电〔2056〕示例1号' }

  it('moves what is provisional, and what starts later', async () => {
    const provisional = await delivered('2056-03-06T10:00+08:00')
    expect(await handling(provisional)).toMatchObject({ due: '2056-03-14T00:00:00+08:00', provisional: true })
    expect((await closure(typhoon)).status).toBe(201)
    expect(await sweepThere()).toBeGreaterThan(0)
    // Still without the notice of 2056.
    expect(await handling(provisional)).toMatchObject({ due: '2056-03-16T00:00:00+08:00', provisional: true })
    expect(await sweepThere()).toBe(0)
    const later = await delivered('2056-03-07T10:00+08:00')
    expect(await handling(later)).toMatchObject({ due: '2056-03-17T00:00:00+08:00', provisional: true })
  })

  it('moves a final due date that runs, and of what starts later', async () => {
    const running = await delivered('2026-03-02T10:00+08:00')
    expect(await handling(running)).toMatchObject({ due: '2026-03-10T00:00:00+08:00' })
    const { status } = await closure({
      from: '2026-03-04',
      to: '2026-03-05',
      reference: '鞍政办明电〔2026〕示例2号',
    })
    expect(status).toBe(201)
    expect(await sweepThere()).toBeGreaterThan(0)
    expect(await handling(running)).toMatchObject({ due: '2026-03-12T00:00:00+08:00', provisional: false })
    expect(await sweepThere()).toBe(0)
    const later = await delivered('2026-03-03T10:00+08:00')
    expect(await handling(later)).toMatchObject({ due: '2026-03-13T00:00:00+08:00', provisional: false })
  })

  it('takes a make-up day away, too', async () => {
    expect(here.current().isWorkingDay(parseDay('2038-10-09')!)).toBe(true)
    await closure({ from: '2038-10-09', to: '2038-10-09', reference: '鞍政办明电〔2038〕示例3号' })
    expect(here.current().isWorkingDay(parseDay('2038-10-09')!)).toBe(false)
  })
})

describe('several at once', () => {
  it('get a version each, and every gateway the same calendar under the same version', async () => {
    const first = (await here.view()).versions.length
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        closure({ from: `2038-03-0${n}`, to: `2038-03-0${n}`, reference: `示例并发${n}号` }),
      ),
    )
    expect(answers.map((a) => a.body.revision).sort((a, b) => a - b)).toEqual(
      [1, 2, 3, 4, 5].map((n) => first + n),
    )
    await Promise.all([here.refresh(), there.refresh()])
    expect(there.current().version).toBe(here.current().version)
    for (let n = 1; n <= 5; n++)
      for (const gateway of [here, there])
        expect(gateway.current().isWorkingDay(parseDay(`2038-03-0${n}`)!)).toBe(false)
  })

  it('a year gets one notice', async () => {
    const of2039 = {
      year: 2039,
      reference: '国办发明电〔2056〕示例1号',
      holidays: ['2039-01-01', '2039-05-01', '2039-10-01'],
      makeUpDays: [],
    }
    const answers = await Promise.all([notice(of2039), notice(of2039)])
    expect(answers.map((a) => a.status).sort()).toEqual([201, 422])
  })
})

describe('what is refused', () => {
  const whole = {
    year: 2042,
    reference: '示例',
    holidays: ['2042-01-01', '2042-05-01', '2042-10-01'],
    makeUpDays: [],
  }
  it.each<[string, object, string, string]>([
    ['a year that was entered', of2038, 'yearKnown', 'year'],
    ['a year that the program ships with', { ...whole, year: 2026 }, 'yearKnown', 'year'],
    ['a year out of range', { ...whole, year: 1949 }, 'yearOutOfRange', 'year'],
    ['no reference', { ...whole, reference: undefined }, 'referenceMissing', 'reference'],
    ['a blank reference', { ...whole, reference: '  ' }, 'referenceMissing', 'reference'],
    [
      'a holiday of another year',
      { ...whole, holidays: [...whole.holidays, '2041-12-31'] },
      'dayOfAnotherYear',
      'holidays.3',
    ],
    [
      'a make-up day of another year',
      { ...whole, makeUpDays: ['2043-01-03'] },
      'dayOfAnotherYear',
      'makeUpDays.0',
    ],
    [
      'a holiday that is also a make-up day',
      { ...whole, holidays: [...whole.holidays, '2042-10-04'], makeUpDays: ['2042-10-04'] },
      'holidayAndMakeUpDay',
      'makeUpDays.0',
    ],
    [
      'a make-up day in the week',
      { ...whole, makeUpDays: ['2042-10-08'] },
      'makeUpDayInTheWeek',
      'makeUpDays.0',
    ],
    ['a day that does not exist', { ...whole, holidays: ['2042-02-29'] }, 'dayMalformed', 'holidays.0'],
    ['a day in words', { ...whole, makeUpDays: ['国庆节后'] }, 'dayMalformed', 'makeUpDays.0'],
    ['half a notice', { ...whole, holidays: ['2042-01-01'] }, 'noticeIncomplete', 'holidays'],
    ['an empty notice', { ...whole, holidays: [] }, 'noticeIncomplete', 'holidays'],
  ])('in a notice: %s', async (_what, payload, code, field) => {
    const before = here.current().version
    const { status, body } = await notice(payload)
    expect(status).toBe(422)
    expect(body).toMatchObject({ code, title: '不能录入放假安排' })
    expect(body.detail).toMatch(/[\u4e00-\u9fff]{6}/)
    expect(body.errors[0]?.field).toBe(field)
    await here.refresh()
    expect(here.current().version).toBe(before)
  })

  it.each<[string, object, string]>([
    ['no reference', { from: '2042-03-04', to: '2042-03-05' }, 'referenceMissing'],
    [
      'an end before its beginning',
      { from: '2042-03-05', to: '2042-03-04', reference: '示例' },
      'closureBackwards',
    ],
    ['a year', { from: '2042-01-01', to: '2042-12-31', reference: '示例' }, 'closureTooLong'],
    [
      'a day that does not exist',
      { from: '2042-02-30', to: '2042-03-05', reference: '示例' },
      'dayMalformed',
    ],
    [
      'a day in no sensible year',
      { from: '0001-01-01', to: '0001-01-01', reference: '示例' },
      'dayMalformed',
    ],
    [
      'the same again',
      { from: '2056-03-08', to: '2056-03-09', reference: ' 鞍政办明电〔2056〕示例1号 ' },
      'closureKnown',
    ],
  ])('in a closure: %s', async (_what, payload, code) => {
    const { status, body } = await closure(payload)
    expect(status).toBe(422)
    expect(body).toMatchObject({ code, title: '不能录入停办日' })
    expect(body.detail).toMatch(/[\u4e00-\u9fff]{6}/)
  })

  it('holds what PostgreSQL cannot store', async () => {
    const { status } = await closure({ from: '2042-07-01', to: '2042-07-01', reference: '示例\u0000号' })
    expect(status).toBe(201)
  })

  it('a body without form', async () => {
    for (const payload of [{}, { year: '二〇三一', holidays: [], makeUpDays: [] }, { year: 2042 }])
      expect(await notice(payload)).toMatchObject({ status: 400, body: { code: 'badRequest' } })
  })
})

describe('who may', () => {
  it('enter: the system administrator alone', async () => {
    for (const url of ['/api/admin/calendar/notices', '/api/admin/calendar/closures']) {
      const payload = { ...of2038, from: '2042-03-04', to: '2042-03-04', reference: '示例' }
      expect(await ask(null, 'POST', url, payload)).toMatchObject({ status: 401 })
      for (const role of roles.filter((r) => r !== 'systemAdministrator'))
        expect(await ask(role, 'POST', url, payload), role).toMatchObject({ status: 403 })
    }
  })

  it('look: everybody who is signed in', async () => {
    expect(await ask(null, 'GET', '/api/calendar')).toMatchObject({ status: 401 })
    for (const role of roles) expect((await ask(role, 'GET', '/api/calendar')).status, role).toBe(200)
  })
})

describe('GET /api/calendar', () => {
  it('tells versions, years and closures, each with its reference', async () => {
    const { body } = await ask<CalendarView>('agent', 'GET', '/api/calendar')
    expect(body.version).toBe(here.current().version)
    expect(body.years).toContainEqual({
      year: 2038,
      reference: of2038.reference,
      holidays: of2038.holidays,
      makeUpDays: of2038.makeUpDays,
    })
    const shipped = body.years.find((y) => y.year === 2026)
    expect(shipped).toMatchObject({ reference: null })
    expect(shipped?.holidays).toContain('2026-10-01')
    expect(shipped?.makeUpDays).toContain('2026-02-28')
    expect(body.closures).toContainEqual(
      expect.objectContaining({
        from: '2056-03-08',
        to: '2056-03-09',
        reference: '鞍政办明电〔2056〕示例1号',
      }),
    )
    expect(body.versions.at(-1)).toMatchObject({ revision: 1, kind: 'notice', by: agentId })
    expect(body.versions[0]?.version).toBe(body.version)
  })
})
