import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { createCalendar, dayFrom } from '../../src/statutes/calendar.ts'
import { stateCouncilNotice } from '../../src/statutes/state-council.ts'
import { startMatters, type MattersWorld, rows } from '../support/matters.ts'

const lighting = { role: 'unit' as Role, unit: 'lighting' }
const leader = { role: 'unitLeader' as Role, unit: 'lighting' }
const heating = { role: 'unit' as Role, unit: 'heating' }
const supervisor = { role: 'supervisor' as Role }

let anshan: MattersWorld
let dandong: MattersWorld
beforeAll(async () => {
  anshan = await startMatters('anshan-2019')
  dandong = await startMatters('dandong-first-asked')
})
afterAll(async () => {
  await anshan.stop()
  await dandong.stop()
})
beforeEach(() => {
  for (const world of [anshan, dandong]) world.time.now = new Date('2026-03-02T10:00+08:00')
})

const entry = (more: object = {}) => ({
  key: randomUUID(),
  form: 'visit',
  kind: 'help',
  summary: '楼前路灯坏了，请修理。',
  requester: { name: '化名某甲', home: '示范小区2号楼', contact: '13800000001' },
  duty: 'own',
  ...more,
})
const url = '/api/units/direct-contacts'
const told = { notOurs: '供热不归本单位管。', platform: '可以向 8890 平台提出。' }
const guided = { type: 'guided', to: '8890 平台', told }
const ordered = { type: 'workOrder', confidential: false, category: 2, place: '示范路1号' }

describe('第二十八条第一款 (鞍山 2019): a matter that is not the unit’s own', () => {
  it('is told in time, with both things that the article names', async () => {
    const { status, body } = await anshan.ask(
      lighting,
      'POST',
      url,
      entry({ duty: 'notOwn', kind: 'inquiry' }),
    )
    expect(status).toBe(201)
    expect(body.direct).toMatchObject({
      unit: 'lighting',
      state: 'open',
      duty: 'notOwn',
      clocks: [
        {
          term: 'AS19-D10',
          startedAt: '2026-03-02T10:00:00+08:00',
          due: '2026-03-04T00:00:00+08:00',
          localPolicy: true,
          cite: '《鞍山市群众诉求办理条例》第二十八条第一款',
          metAt: null,
          overdue: false,
        },
      ],
    })
    anshan.time.now = new Date('2026-03-03T09:00+08:00')
    const done = await anshan.ask(leader, 'POST', `${url}/${body.direct.id}/steps`, guided)
    expect(done).toMatchObject({
      status: 200,
      body: {
        state: 'guided',
        settledAt: '2026-03-03T09:00:00+08:00',
        clocks: [{ metAt: '2026-03-03T09:00:00+08:00', missedAt: null, overdue: false }],
      },
    })
    // the record of what was told
    expect(rows(done.body.events).at(-1)).toMatchObject({
      type: 'guided',
      by: { role: 'unitLeader' },
      cite: '《鞍山市群众诉求办理条例》第二十八条第一款',
      data: { to: '8890 平台', told },
    })
  })

  it.each([
    [{ notOurs: '不归本单位管。' }, 'told.platform'],
    [{ ...told, platform: '  ' }, 'told.platform'],
    [{ ...told, weather: '晴' }, 'told.weather'],
  ])('is not told by %o', async (said, field) => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry({ duty: 'notOwn' }))
    const refused = await anshan.ask(lighting, 'POST', `${url}/${body.direct.id}/steps`, {
      ...guided,
      told: said,
    })
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'toldIncomplete',
        cite: '《鞍山市群众诉求办理条例》第二十八条第一款',
        errors: [{ field }],
      },
    })
  })

  it('counts from when the unit was asked, so that registering late is late', async () => {
    const said = entry({ duty: 'notOwn', receivedAt: '2026-02-25', step: guided })
    const { body } = await anshan.ask(lighting, 'POST', url, said)
    expect(body.direct.clocks).toMatchObject([
      { startedAt: '2026-02-25T00:00:00+08:00', due: '2026-02-27T00:00:00+08:00', overdue: true },
    ])
    expect(body.direct.clocks[0].missedAt).not.toBeNull()
    expect(body.direct.clocks[0].metAt).not.toBeNull()
  })

  it('is missed by itself, once, whoever looks', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry({ duty: 'notOwn' }))
    anshan.time.now = new Date('2026-03-04T00:00+08:00')
    const found = await Promise.all([anshan.matters.direct.sweep(), anshan.matters.direct.sweep()])
    expect(found[0] + found[1]).toBeGreaterThan(0)
    const { body: shown } = await anshan.ask(supervisor, 'GET', `${url}/${body.direct.id}`)
    expect(shown.clocks).toMatchObject([{ missedAt: '2026-03-04T00:00:00+08:00', overdue: true }])
    expect(rows<{ type: string }>(shown.events).filter((e) => e.type === 'deadlineMissed')).toHaveLength(1)
    const late = await anshan.ask(lighting, 'GET', `${url}?overdue=true`)
    expect(rows<{ id: string }>(late.body.items).map((d) => d.id)).toContain(body.direct.id)
  })
})

it('computes a clock again when the notice of its year comes', async () => {
  anshan.time.now = new Date('2026-12-31T10:00+08:00')
  const { body } = await anshan.ask(lighting, 'POST', url, entry({ duty: 'notOwn' }))
  expect(body.direct.clocks).toMatchObject([{ provisional: true, due: '2027-01-02T00:00:00+08:00' }])
  const before = anshan.calendars.current
  const newYear = dayFrom(2027, 1, 1)
  anshan.calendars.current = createCalendar(
    (year) =>
      year === 2027
        ? { year, holidays: new Set([newYear, newYear + 1, newYear + 2]), makeUpDays: new Set() }
        : stateCouncilNotice(year),
    'with 2027',
  )
  await anshan.matters.direct.sweep()
  const shown = await anshan.ask(lighting, 'GET', `${url}/${body.direct.id}`)
  expect(shown.body.clocks).toMatchObject([{ provisional: false, due: '2027-01-05T00:00:00+08:00' }])
  anshan.calendars.current = before
})

describe('第二十八条第二款 (鞍山 2019): whose duty it is, is in dispute', () => {
  it('is reported upward in time, decided, and done by the decision', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry({ duty: 'disputed' }))
    const steps = `${url}/${body.direct.id}/steps`
    expect(body.direct).toMatchObject({
      state: 'disputed',
      clocks: [{ term: 'AS19-D11', due: '2026-03-04T00:00:00+08:00' }],
    })
    const answer = { type: 'answered', answer: '已处理。' }
    expect(await anshan.ask(lighting, 'POST', steps, answer)).toMatchObject({
      status: 409,
      body: { code: 'disputeOpen' },
    })
    const decision = { type: 'disputeDecided', own: false, by: '市住建局', owner: '供热管理处' }
    expect(await anshan.ask(lighting, 'POST', steps, decision)).toMatchObject({
      status: 409,
      body: { code: 'disputeNotReported' },
    })
    const report = { type: 'disputeReported', to: '市住建局', text: '职责边界不清，请研究确定。' }
    const reported = await anshan.ask(lighting, 'POST', steps, report)
    expect(reported.body.clocks).toMatchObject([{ term: 'AS19-D11', metAt: '2026-03-02T10:00:00+08:00' }])
    expect(rows(reported.body.events).at(-1)).toMatchObject({
      type: 'disputeReported',
      cite: '《鞍山市群众诉求办理条例》第二十八条第二款',
    })
    expect(await anshan.ask(lighting, 'POST', steps, report)).toMatchObject({
      status: 409,
      body: { code: 'disputeReportedBefore' },
    })
    anshan.time.now = new Date('2026-03-05T16:00+08:00')
    const decided = await anshan.ask(lighting, 'POST', steps, decision)
    // not known as another's before the decision
    expect(decided.body).toMatchObject({
      state: 'open',
      duty: 'notOwn',
      clocks: [
        { term: 'AS19-D11' },
        { term: 'AS19-D10', startedAt: '2026-03-05T16:00:00+08:00', due: '2026-03-07T00:00:00+08:00' },
      ],
    })
    expect((await anshan.ask(lighting, 'POST', steps, guided)).body).toMatchObject({ state: 'guided' })
    expect(await anshan.ask(lighting, 'POST', steps, answer)).toMatchObject({
      status: 409,
      body: { code: 'directSettled' },
    })
  })

  it('arises later, too, and ends the clock of telling until it is decided', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry({ duty: 'notOwn' }))
    const steps = `${url}/${body.direct.id}/steps`
    anshan.time.now = new Date('2026-03-03T10:00+08:00')
    const disputed = await anshan.ask(lighting, 'POST', steps, {
      type: 'disputed',
      why: '供热处认为属于本单位。',
    })
    expect(disputed.body.clocks).toMatchObject([
      { term: 'AS19-D10', voidedAt: '2026-03-03T10:00:00+08:00' },
      { term: 'AS19-D11', startedAt: '2026-03-03T10:00:00+08:00' },
    ])
    await anshan.ask(lighting, 'POST', steps, { type: 'disputeReported', to: '市住建局', text: '请确定。' })
    anshan.time.now = new Date('2026-03-09T10:00+08:00')
    const decided = await anshan.ask(lighting, 'POST', steps, {
      type: 'disputeDecided',
      own: false,
      by: '市住建局',
    })
    expect(decided.body.clocks).toContainEqual(
      expect.objectContaining({ term: 'AS19-D10', due: '2026-03-11T00:00:00+08:00', voidedAt: null }),
    )
  })
})

describe('第十条 (丹东): the unit asked directly is 首问责任部门', () => {
  it('(一) answers a consultation soon: a local number on a word of the text', async () => {
    const { body } = await dandong.ask(lighting, 'POST', url, entry({ kind: 'consultation', form: 'phone' }))
    expect(body.direct).toMatchObject({
      firstAsked: { cite: expect.stringContaining('第十条'), localPolicy: false },
      clocks: [{ term: 'DD-D15', due: '2026-03-04T00:00:00+08:00', localPolicy: true }],
    })
    const done = await dandong.ask(lighting, 'POST', `${url}/${body.direct.id}/steps`, {
      type: 'answered',
      answer: '申请材料为身份证。',
    })
    expect(done.body).toMatchObject({ state: 'answered', clocks: [{ metAt: '2026-03-02T10:00:00+08:00' }] })
  })

  it('(一) guides and helps where it is not its own', async () => {
    const said = {
      type: 'guided',
      to: '供热管理处',
      told: { notOurs: '不归本单位。', guidance: '电话和地址已告知。' },
    }
    const { body } = await dandong.ask(lighting, 'POST', url, entry({ duty: 'notOwn', step: said }))
    expect(body.direct).toMatchObject({ state: 'guided', clocks: [{ term: 'DD-D15', overdue: false }] })
  })

  it('(二) has no clock for help while the platform has set no time, and says so', async () => {
    const { body } = await dandong.ask(lighting, 'POST', url, entry())
    expect(body.direct).toMatchObject({ state: 'open', clocks: [] })
    expect(body.direct.noClock).toContain('规定时限')
    const set = await startMatters('dandong-first-asked', null, {
      'DD-D16': { unit: 'workingDay', count: 5 },
    })
    try {
      const { body: timed } = await set.ask(lighting, 'POST', url, entry())
      expect(timed.direct.clocks).toMatchObject([{ term: 'DD-D16', due: '2026-03-10T00:00:00+08:00' }])
    } finally {
      await set.stop()
    }
  })

  it('(二) registers what cannot be done at once as an order that it leads itself', async () => {
    const { status, body } = await dandong.ask(lighting, 'POST', url, entry({ step: ordered }))
    expect([status, body.code, body.detail]).toEqual([201, undefined, undefined])
    expect(body.direct).toMatchObject({ state: 'ordered', order: expect.stringMatching(/^DD/) })
    const seen = await dandong.ask(lighting, 'GET', `/api/work-orders/${body.direct.order}`)
    expect(seen.body).toMatchObject({
      state: 'dispatched',
      sourceChannel: 'unitDirect',
      leadUnit: 'lighting',
      handlingClass: 'general',
      facts: '楼前路灯坏了，请修理。',
      requester: { name: '化名某甲', contact: '13800000001' },
    })
    // the order's own terms: 7 working days of 第十三条第二项
    expect(seen.body.deadlines).toContainEqual(
      expect.objectContaining({ term: 'DD-D04', unit: 'lighting', due: '2026-03-12T00:00:00+08:00' }),
    )
    const listed = await dandong.ask(supervisor, 'GET', '/api/matters?way=direct')
    expect(listed.body.items).toMatchObject([
      { sourceNumber: body.direct.id, sourceLabel: '承办单位首问登记', enteredBy: { role: 'unit' } },
    ])
  })

  it('(三) leads where several departments share it; the others are joined as 协办', async () => {
    const { body } = await dandong.ask(
      lighting,
      'POST',
      url,
      entry({ otherUnits: ['heating', 'petition'], step: { ...ordered, class: 'complex' } }),
    )
    const { body: seen } = await dandong.ask(supervisor, 'GET', `/api/work-orders/${body.direct.order}`)
    expect(rows<{ unit: string; role: string }>(seen.legs).map((leg) => [leg.unit, leg.role])).toEqual([
      ['lighting', 'lead'],
      ['heating', 'co'],
      ['petition', 'co'],
    ])
    expect(rows<{ type: string }>(body.direct.events).filter((e) => e.type === 'unitJoined')).toHaveLength(2)
    const others = await dandong.ask(heating, 'GET', `/api/work-orders/${body.direct.order}`)
    expect(others.status).toBe(200)
  })

  it('(三) is its own work, under its own role: it takes in, leads, and asks others to help', async () => {
    const { body } = await dandong.ask(lighting, 'POST', url, entry({ step: ordered }))
    const number = body.direct.order
    const { body: seen } = await dandong.ask(supervisor, 'GET', `/api/work-orders/${number}`)
    const done = rows<{ type: string; actor: { role: string } }>(seen.events)
    expect(done.filter((e) => ['accepted', 'dispatched'].includes(e.type)).map((e) => e.actor.role)).toEqual([
      'unit',
      'unit',
    ])
    const add = `/api/work-orders/${number}/actions/addCoUnit`
    const help = { unit: 'heating', reason: '需要协办' }
    expect((await dandong.ask(lighting, 'POST', add, help)).status).toBe(200)
    // The co-unit was not asked first.
    expect(await dandong.ask(heating, 'POST', add, { unit: 'petition', reason: '需要协办' })).toMatchObject({
      status: 403,
      body: { code: 'notFirstAsked' },
    })
    // 改派 stays the hotline's.
    const moved = { to: 'heating', reason: '改派' }
    expect(
      await dandong.ask(lighting, 'POST', `/api/work-orders/${number}/actions/reassign`, moved),
    ).toMatchObject({ status: 403, body: { code: 'roleNotAllowed' } })
  })

  it('(三) leaves out a unit that was closed meanwhile, on record', async () => {
    const { body } = await dandong.ask(lighting, 'POST', url, entry({ otherUnits: ['heating'] }))
    await dandong.db.query(`update units set active = false where code = 'heating'`)
    const after = await dandong.ask(lighting, 'POST', `${url}/${body.direct.id}/steps`, ordered)
    await dandong.db.query(`update units set active = true where code = 'heating'`)
    expect([after.status, after.body.state]).toEqual([200, 'ordered'])
    expect(rows<{ type: string }>(after.body.events).map((e) => e.type)).toContain('unitNotJoined')
  })

  it('never leads an order about a complaint against itself', async () => {
    const { body } = await dandong.ask(lighting, 'POST', url, entry({ kind: 'complaint' }))
    const before = await dandong.count('contacts')
    const refused = await dandong.ask(lighting, 'POST', `${url}/${body.direct.id}/steps`, {
      ...ordered,
      accusedUnit: 'lighting',
    })
    expect(refused).toMatchObject({ status: 403, body: { code: 'accusedKeptOut' } })
    expect(await dandong.count('contacts')).toBe(before)
    const shown = await dandong.ask(lighting, 'GET', `${url}/${body.direct.id}`)
    expect(shown.body.state).toBe('open')
  })
})

describe('where the text knows no first-asked unit (鞍山 2019)', () => {
  it('makes the order all the same, as local policy and by the order’s own law', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry({ step: ordered }))
    expect(body.direct).toMatchObject({
      state: 'ordered',
      firstAsked: { cite: null, localPolicy: true },
      clocks: [],
    })
    const seen = await anshan.ask(lighting, 'GET', `/api/work-orders/${body.direct.order}`)
    expect(seen.body.deadlines).toContainEqual(
      expect.objectContaining({ term: 'AS19-D06', due: '2026-03-10T00:00:00+08:00' }),
    )
  })
})

describe('the register', () => {
  it('registers one of two presses, and of two steps at once takes the first', async () => {
    const said = entry({ duty: 'own' })
    const [one, two] = await Promise.all([
      anshan.ask(lighting, 'POST', url, said),
      anshan.ask(lighting, 'POST', url, said),
    ])
    expect([one.status, two.status].sort()).toEqual([200, 201])
    expect(one.body.direct.id).toBe(two.body.direct.id)
    expect(await anshan.ask(lighting, 'POST', url, { ...said, summary: '另一件事' })).toMatchObject({
      status: 409,
      body: { code: 'entryKeyReused' },
    })
    const orders = await anshan.count('work_orders')
    const steps = `${url}/${one.body.direct.id}/steps`
    const both = await Promise.all([1, 2, 3].map(() => anshan.ask(lighting, 'POST', steps, ordered)))
    expect(both.map((a) => a.status).sort()).toEqual([200, 409, 409])
    expect(await anshan.count('work_orders')).toBe(orders + 1)
  })

  it('shows identity whole to the unit that has to answer, on the ledger, and masked to everybody else', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry())
    const { id } = body.direct
    const own = await anshan.ask(lighting, 'GET', `${url}/${id}`)
    expect(own.body.requester).toMatchObject({
      name: '化名某甲',
      home: '示范小区2号楼',
      contact: '13800000001',
    })
    const ledger = await anshan.db.query(
      `select 1 from access_ledger where action = 'contactOpened' and subject_kind = 'directContact' and subject_id = $1`,
      [id],
    )
    expect(ledger.length).toBeGreaterThan(0)
    const masked = { name: '化***', home: null, contact: '138****0001' }
    const above = await anshan.ask(supervisor, 'GET', `${url}/${id}`)
    expect(above.body.requester).toMatchObject(masked)
    const listed = await anshan.ask(lighting, 'GET', url)
    expect(listed.body.items[0].requester).toMatchObject(masked)
    const [row] = await anshan.db.query<{ all: string }>(
      `select d::text || coalesce((select string_agg(e::text, '') from unit_direct_events e where e.direct_id = d.id), '') as all
       from unit_direct_contacts d where d.id = $1`,
      [id],
    )
    expect(row!.all).not.toMatch(/化名某甲|13800000001|示范小区2号楼/)
  })

  it('is each unit’s own', async () => {
    const { body } = await anshan.ask(lighting, 'POST', url, entry())
    const path = `${url}/${body.direct.id}`
    expect(await anshan.ask(heating, 'GET', path)).toMatchObject({
      status: 404,
      body: { code: 'directUnknown' },
    })
    expect(await anshan.ask(heating, 'POST', `${path}/steps`, guided)).toMatchObject({ status: 404 })
    // refused before it was done, not only afterwards
    const untouched = await anshan.ask(lighting, 'GET', path)
    expect(untouched.body.state).toBe('open')
    expect(rows<{ type: string }>(untouched.body.events).map((e) => e.type)).toEqual(['registered'])
    const theirs = await anshan.ask(heating, 'GET', `${url}?unit=lighting`)
    expect(theirs.body.items).toEqual([])
    expect(await anshan.ask({ role: 'unit' }, 'POST', url, entry())).toMatchObject({
      status: 403,
      body: { code: 'unitMissing' },
    })
    expect((await anshan.ask({ role: 'unit' }, 'GET', url)).body.items).toEqual([])
    for (const role of ['agent', 'dispatcher', 'supervisor', 'analyst'] as const)
      expect((await anshan.ask({ role }, 'POST', url, entry())).status, role).toBe(403)
    expect((await anshan.ask(null, 'GET', url)).status).toBe(401)
    expect((await anshan.ask({ role: 'analyst' }, 'GET', url)).status).toBe(403)
  })

  it.each([
    [{ kind: 'dance' }, 422, 'kindUnknown'],
    [{ otherUnits: ['lighting'] }, 422, 'unitUnknown'],
    [{ otherUnits: ['nowhere'] }, 422, 'unitUnknown'],
    [{ receivedAt: '2026-03-03' }, 422, 'raisedInFuture'],
    [{ duty: 'perhaps' }, 400, 'badRequest'],
    [{ summary: '' }, 400, 'badRequest'],
    [{ step: { type: 'disputeReported', to: 'x', text: 'y' } }, 409, 'noDispute'],
    [{ step: { ...ordered, category: 99 } }, 422, 'categoryUnknown'],
  ])('refuses %o: %i %s, and leaves nothing', async (more, status, code) => {
    const before = await Promise.all(['unit_direct_contacts', 'contacts', 'matters'].map(anshan.count))
    expect(await anshan.ask(lighting, 'POST', url, entry(more))).toMatchObject({ status, body: { code } })
    expect(await Promise.all(['unit_direct_contacts', 'contacts', 'matters'].map(anshan.count))).toEqual(
      before,
    )
  })

  it('counts what each unit was asked and what came of it', async () => {
    const world = await startMatters('anshan-2019')
    try {
      await world.ask(lighting, 'POST', url, entry({ step: { type: 'answered', answer: '好。' } }))
      await world.ask(lighting, 'POST', url, entry({ duty: 'notOwn', step: guided }))
      await world.ask(lighting, 'POST', url, entry({ otherUnits: ['heating'], step: ordered }))
      await world.ask(lighting, 'POST', url, entry({ duty: 'disputed' }))
      await world.ask(heating, 'POST', url, entry({ duty: 'notOwn' }))
      world.time.now = new Date('2026-03-05T10:00+08:00')
      const counts = await world.ask(supervisor, 'GET', `${url}/counts`)
      expect(counts.body.items).toEqual([
        {
          unit: 'heating',
          asked: 1,
          own: 0,
          notOwn: 1,
          disputed: 0,
          several: 0,
          open: 1,
          answered: 0,
          guided: 0,
          ordered: 0,
          late: 1,
        },
        {
          unit: 'lighting',
          asked: 4,
          own: 2,
          notOwn: 1,
          disputed: 1,
          several: 1,
          open: 1,
          answered: 1,
          guided: 1,
          ordered: 1,
          late: 1,
        },
      ])
      const own = await world.ask(lighting, 'GET', `${url}/counts?from=2026-03-02&to=2026-03-02`)
      expect(rows<{ unit: string }>(own.body.items).map((c) => c.unit)).toEqual(['lighting'])
      expect((await world.ask(lighting, 'GET', `${url}/counts?from=2026-03-03`)).body.items).toEqual([])
      expect(await world.ask(lighting, 'GET', `${url}/counts?from=2026-02-30`)).toMatchObject({
        status: 422,
        body: { code: 'dayUnknown' },
      })
    } finally {
      await world.stop()
    }
  })
})
