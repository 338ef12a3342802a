import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles } from '../../src/base/actor.ts'
import { asking, startInsight, type Ask, type InsightWorld } from './analysis-support.ts'

/** Warnings from counting to their end, over the routes, with orders that many people raised. */
let w: InsightWorld
let app: FastifyInstance
let ask: Ask
const analyst = { role: 'analyst', id: '00000000-0000-4000-8000-00000000000a' } as const
const leader = { role: 'centreLeader' } as const
const lighting = { role: 'unit', unit: 'lighting' } as const

type Warning = {
  id: string
  title: string
  kind: string
  state: string
  requesters: number | null
  latestRequesters: number | null
  sendings: { id: string; recipient: string; due: string; overdue: boolean }[]
}
const list = async (state?: string): Promise<Warning[]> =>
  (await ask(analyst, 'GET', `/api/analysis/warnings${state ? `?state=${state}` : ''}`)).body[
    'items'
  ] as Warning[]

beforeAll(async () => {
  w = await startInsight()
  app = await w.serve((scope) => w.insight.staffRoutes(scope))
  ask = asking(app)
  w.at('2026-03-02T10:00+08:00')
  for (let n = 0; n < 9; n++) await w.order({ place: '铁西区示范路1号' })
})
afterAll(async () => {
  await app.close()
  await w.stop()
})

/** Looks again: the watch rests ten minutes after a look. */
async function look(): Promise<{ opened: number; unnoticed: number }> {
  w.time.now = new Date(w.time.now.getTime() + 10 * 60_000)
  return w.insight.sweep()
}

describe('第三十一条第一款: a warning', () => {
  it('is not opened by nine people, nor by one of them again', async () => {
    const phone = w.nextPhone()
    await w.order({ place: '立山区' }, phone)
    expect(await look()).toEqual({ opened: 0, unnoticed: 0 })
    // the ninth calls once more about the same matter
    await w.order({ place: '铁西区示范路2号' }, '+8613800100001')
    expect(await look()).toMatchObject({ opened: 0 })
  })

  it('counts people whose call was joined to an order that was there', async () => {
    const [first] = await w.db.query<{ number: string }>(
      `select number from work_orders where place like '铁西区%' order by raised_at limit 1`,
    )
    const contactId = await w.wrappedUp(w.nextPhone())
    await w.register(contactId, { type: 'appended', number: first!.number, facts: '我家门口也不亮。' })
    expect(await look()).toMatchObject({ opened: 1 })
    expect(await list()).toMatchObject([
      {
        kind: 'hotTopic',
        state: 'open',
        title: '铁西区示范路：求助、意见、建议、情况反映',
        requesters: 10,
        threshold: { atLeast: 10, withinDays: 7, basis: { localPolicy: true } },
        lastYear: 0,
        basis: { cite: expect.stringContaining('第三十一条'), localPolicy: false },
      },
    ])
  })

  it('is opened once, grows, and rests between two looks', async () => {
    await w.order({ place: '铁西区示范路9号' })
    expect(await w.insight.sweep()).toMatchObject({ opened: 0 })
    expect(await look()).toMatchObject({ opened: 0 })
    const found = await list()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ requesters: 10, latestRequesters: 11 })
  })

  it('is taken on by one, sent on to whom it concerns, and closed with its result', async () => {
    const [{ id }] = (await list('open')) as [Warning]
    const at = `/api/analysis/warnings/${id}`
    expect(await ask(analyst, 'POST', `${at}/close`, { outcome: 'settled', result: '已修复' })).toMatchObject(
      {
        status: 409,
        body: { code: 'warningUnread' },
      },
    )
    expect(await ask(analyst, 'POST', `${at}/acknowledge`)).toMatchObject({
      status: 200,
      body: { state: 'acknowledged', acknowledged: { by: analyst.id, role: 'analyst' } },
    })
    expect(await ask(leader, 'POST', `${at}/acknowledge`)).toMatchObject({
      status: 409,
      body: { code: 'warningAcknowledged' },
    })
    const words = '示范路路灯成片不亮，请全面检修。'
    expect(
      await ask(analyst, 'POST', `${at}/send`, { recipients: [{ unit: 'nowhere' }], words }),
    ).toMatchObject({ status: 422, body: { code: 'recipientUnknown' } })
    expect(
      await ask(analyst, 'POST', `${at}/send`, {
        recipients: [{ unit: 'lighting' }],
        words: '请联系13800000001',
      }),
    ).toMatchObject({ status: 422, body: { code: 'textTells', errors: [{ field: 'words' }] } })
    const sent = await ask(analyst, 'POST', `${at}/send`, {
      recipients: [{ unit: 'lighting' }, { name: '市人民政府' }],
      words,
    })
    expect(sent).toMatchObject({
      status: 200,
      body: {
        sendings: [
          { recipient: '路灯管理处', unit: 'lighting', words, localPolicy: true, acknowledgedAt: null },
          { recipient: '市人民政府', unit: null },
        ],
      },
    })
    expect(
      await ask(analyst, 'POST', `${at}/close`, { outcome: 'campaign', result: '纳入专项治理' }),
    ).toMatchObject({
      status: 200,
      body: { state: 'closed', outcome: 'campaign', result: '纳入专项治理', closed: { by: analyst.id } },
    })
    expect(
      await ask(analyst, 'POST', `${at}/send`, { recipients: [{ unit: 'district' }], words }),
    ).toMatchObject({
      status: 409,
      body: { code: 'warningClosed' },
    })
  })

  it('once closed opens again only for as many people again', async () => {
    expect(await look()).toMatchObject({ opened: 0 })
    for (let n = 0; n < 10; n++) await w.order({ place: '铁西区示范路3号' })
    expect(await look()).toMatchObject({ opened: 1 })
    expect(await list('open')).toMatchObject([{ requesters: 10 }])
    expect(await list('closed')).toHaveLength(1)
  })

  it('that two gateways find at once is opened once', async () => {
    for (let n = 0; n < 10; n++) await w.order({ place: `千山区第${n}道街`, title: '自来水停水了' })
    w.time.now = new Date(w.time.now.getTime() + 10 * 60_000)
    const other = (await import('../../src/composition/analysis.ts')).createInsight({
      db: w.db,
      pii: (await import('../support/contacts.ts')).testPii,
      clock: () => w.time.now,
      log: (await import('../support/contacts.ts')).silentLog,
      statute: w.statute,
      statutes: w.statutes,
      calendar: () => w.calendars.current,
    })
    const found = await Promise.all([w.insight.sweep(), other.sweep()])
    expect(found.reduce((n, f) => n + f.opened, 0)).toBe(1)
    expect(await list('open')).toMatchObject([{ kind: 'sharedWords', title: '多人反映“自来水停水了”' }, {}])
  })
})

describe('第三十一条第二款: who was told', () => {
  it('a unit sees the words, takes notice itself, and never sees the orders', async () => {
    const received = await ask(lighting, 'GET', '/api/analysis/warnings/received')
    const items = received.body['items'] as { id: string }[]
    expect(items).toMatchObject([{ title: '铁西区示范路：求助、意见、建议、情况反映', acknowledgedAt: null }])
    expect(received.text).not.toMatch(/AS26\d+/)
    const { id } = items[0]!
    const path = `/api/analysis/warnings/sendings/${id}/acknowledge`
    expect(await ask({ role: 'unit', unit: 'district' }, 'POST', path)).toMatchObject({ status: 404 })
    expect(await ask(analyst, 'POST', path)).toMatchObject({ status: 404 })
    expect(await ask(lighting, 'POST', path)).toMatchObject({ status: 204 })
    expect(await ask(lighting, 'POST', path)).toMatchObject({
      status: 409,
      body: { code: 'sendingAcknowledged' },
    })
    expect(await ask({ role: 'unit' }, 'GET', '/api/analysis/warnings/received')).toMatchObject({
      status: 403,
    })
  })

  it('for another body the centre enters the answer; who stays silent is found once', async () => {
    w.time.now = new Date(w.time.now.getTime() + 24 * 3_600_000)
    expect(await w.insight.sweep()).toMatchObject({ unnoticed: 1 })
    expect(await w.insight.sweep()).toMatchObject({ unnoticed: 0 })
    const [closed] = await list('closed')
    const government = closed!.sendings.find((s) => s.recipient === '市人民政府')!
    expect(government.overdue).toBe(true)
    const path = `/api/analysis/warnings/sendings/${government.id}/acknowledge`
    expect(await ask(lighting, 'POST', path)).toMatchObject({ status: 404 })
    expect(await ask(analyst, 'POST', path)).toMatchObject({ status: 204 })
  })

  it('第二十六条: what is raised against a unit is not sent to that unit', async () => {
    for (let n = 0; n < 3; n++)
      await w.order({
        kind: 'tipOff',
        category: 3,
        accusedUnit: 'lighting',
        title: '举报化名某乙收礼',
        place: null,
      })
    expect(await look()).toMatchObject({ opened: 1 })
    const [warning] = await list('open')
    expect(warning).toMatchObject({ kind: 'againstUnit', risk: 'integrityRisk', riskLabel: '廉政风险' })
    const send = (unit: string) =>
      ask(analyst, 'POST', `/api/analysis/warnings/${warning!.id}/send`, {
        recipients: [{ unit }],
        words: '请核查。',
      })
    expect(await send('lighting')).toMatchObject({ status: 409, body: { code: 'accusedUnit' } })
    expect(await send('district')).toMatchObject({ status: 200 })
    const detail = await ask(analyst, 'GET', `/api/analysis/warnings/${warning!.id}`)
    expect(detail.body).toMatchObject({ orders: [], withheld: 3 })
    expect(detail.text).not.toContain('某乙')
  })
})

describe('白银 第二十条第一款: a danger that somebody finds while handling', () => {
  it('is told to the bodies concerned at the same time, and must be noticed within the limit', async () => {
    const baiyin = await startInsight('baiyin-2024', {
      'BY24-D04': { unit: 'workingDay', count: 5 },
      'BY24-D05': { unit: 'workingDay', count: 10 },
    })
    const server = await baiyin.serve((scope) => baiyin.insight.staffRoutes(scope))
    const post = asking(server)
    try {
      baiyin.at('2026-03-02T10:00+08:00')
      const own = await baiyin.order({ category: null })
      await baiyin.dispatch(own, 'lighting')
      const foreign = await baiyin.order({ category: null })
      const body = {
        title: '变压器冒烟',
        reason: '现场发现变压器冒烟，可能起火。',
        risk: 'publicSafety',
        recipients: [{ unit: 'district' }, { name: '供电公司' }],
      }
      expect(
        await post(lighting, 'POST', '/api/analysis/warnings', { ...body, orders: [foreign] }),
      ).toMatchObject({ status: 422, body: { code: 'unknownOrder' } })
      const made = await post(lighting, 'POST', '/api/analysis/warnings', { ...body, orders: [own] })
      expect(made.status).toBe(201)
      expect(Object.keys(made.body)).toEqual(['id'])
      const { body: view } = await post(analyst, 'GET', `/api/analysis/warnings/${made.body['id'] as string}`)
      expect(view).toMatchObject({
        kind: 'reported',
        state: 'open',
        openedRole: 'unit',
        basis: { cite: expect.stringContaining('第二十条第一款') },
        sendings: [
          { recipient: '示范区政府', due: '2026-03-02T10:05:00+08:00', localPolicy: true, overdue: false },
          { recipient: '供电公司' },
        ],
        orders: [{ number: own }],
      })
      baiyin.at('2026-03-02T10:05+08:00')
      expect(await baiyin.insight.sweep()).toMatchObject({ unnoticed: 2 })
      // a second danger of the same day is another warning
      expect((await post(lighting, 'POST', '/api/analysis/warnings', body)).status).toBe(201)
    } finally {
      await server.close()
      await baiyin.stop()
    }
  })
})

describe('/api/analysis', () => {
  const paths = [
    '/api/analysis/indicators?period=2026-03',
    '/api/analysis/two-truths?period=2026-03',
    '/api/analysis/stages',
    '/api/analysis/topics?days=7',
    '/api/analysis/season?weeks=4',
    '/api/analysis/signals?period=2026-03',
    '/api/analysis/reports?period=2026-03',
    '/api/analysis/warnings',
  ]

  it('is for those who answer for the whole', async () => {
    const readers = ['analyst', 'supervisor', 'centreLeader', 'office']
    for (const url of paths) {
      expect((await ask({ role: null }, 'GET', url)).status, url).toBe(401)
      for (const role of roles)
        expect((await ask({ role }, 'GET', url)).status, `${role} ${url}`).toBe(
          readers.includes(role) ? 200 : 403,
        )
    }
  })

  it('never tells who somebody is: no name, no telephone, no home, no words of a tip-off', async () => {
    const phone = w.nextPhone()
    await w.order(
      {
        title: '化名某甲 13800000001 反映 示范小区2号楼 漏水',
        facts: '我是化名某甲，住示范小区2号楼，电话13800000001。',
        place: '铁东区模范街化名某甲家',
      },
      phone,
    )
    await w.order({ confidential: true, confidentialityWish: '请保密', title: '隔壁化名某丙半夜施工' })
    const numbers = await w.db.query<{ number: string }>(`select number from work_orders`)
    const all = []
    for (const url of paths) all.push((await ask(analyst, 'GET', url)).text)
    for (const { id } of await list())
      all.push((await ask(analyst, 'GET', `/api/analysis/warnings/${id}`)).text)
    const said = all.join('\n')
    expect(numbers.filter(({ number }) => said.includes(number)).length).toBeGreaterThan(10)
    for (const secret of [
      '某甲',
      '某丙',
      '某乙',
      '13800000001',
      phone.slice(3),
      '示范小区',
      '2号楼',
      '1号',
      '路灯不亮三天',
    ])
      expect(said, secret).not.toContain(secret)
  })

  it.each([
    ['indicators?period=2026-13', 422, 'periodUnknown'],
    ['indicators?period=', 400, 'badRequest'],
    ['indicators?period=2026-03&by=requester', 400, 'badRequest'],
    ['indicators?period=2026-03&place=%00', 422, 'placeTooSmall'],
    ['topics?days=0', 400, 'badRequest'],
    ['topics?days=93', 400, 'badRequest'],
    ['season?weeks=14', 400, 'badRequest'],
    ['warnings?cursor=xyz', 400, 'badCursor'],
    ['warnings/not-an-id', 400, 'badRequest'],
    ['warnings/00000000-0000-4000-8000-000000000000', 404, 'warningUnknown'],
    ['reports/00000000-0000-4000-8000-000000000000', 404, 'reportUnknown'],
    ['selection?period=2026-03', 409, 'notInThisStatute'],
  ])('refuses %s with %i %s', async (path, status, code) => {
    expect(await ask(analyst, 'GET', `/api/analysis/${path}`)).toMatchObject({ status, body: { code } })
  })

  it('pages through warnings without shifting', async () => {
    const all = (await list()).map((one) => one.id)
    const first = await ask(analyst, 'GET', '/api/analysis/warnings?limit=2')
    const next = first.body['next'] as string
    const second = await ask(analyst, 'GET', `/api/analysis/warnings?limit=2&cursor=${next}`)
    const ids = [first, second].flatMap((p) => (p.body['items'] as Warning[]).map((one) => one.id))
    expect(ids).toEqual(all.slice(0, 4))
  })
})
