import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles } from '../../src/base/actor.ts'
import type { CaseView, PublicFigures } from '../../src/disclosure/contract.ts'
import { publicRoutes } from '../../src/disclosure/public-routes.ts'
import { asking, startInsight, type Ask, type InsightWorld } from './analysis-support.ts'

let w: InsightWorld
let app: FastifyInstance
let ask: Ask
let order: string

const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`
const writer = { role: 'analyst', id: id(1) } as const
const leader = { role: 'centreLeader', id: id(2) } as const
const agent = { role: 'agent', id: id(3) } as const
const nobody = { role: null } as const

const texts = {
  title: '一处路灯三天内修复',
  problem: '一名居民反映某小区门口路灯不亮，夜间出行不便。',
  handling: '承办单位次日到场检查，更换损坏的线路。',
  outcome: '路灯恢复照明，居民表示满意。',
}

beforeAll(async () => {
  w = await startInsight()
  app = await w.serve(async (scope) => {
    await scope.register(rateLimit, { global: true, max: 10_000, timeWindow: 60_000 })
    await scope.register(swagger, { openapi: { info: { title: 't', version: '1' } } })
    await w.insight.staffRoutes(scope)
    await w.insight.publicRoutes(scope)
  })
  ask = asking(app)
  await w.db.query(
    `insert into staff (id, username, display_name, roles, unit_id, created_by)
     values ($1, 'handler', '化名经办员', '{unit}', 'lighting', 'test')`,
    [id(9)],
  )
  w.at('2026-03-02T10:00+08:00')
  order = await w.order()
  await w.dispatch(order, 'lighting')
  w.at('2026-03-05T10:00+08:00')
  await w.happen(order, w.fedBack(true), { type: 'concluded' })
})
afterAll(async () => {
  await app.close()
  await w.stop()
})

const draft = (more: object = {}, who: Parameters<Ask>[0] = writer) =>
  ask(who, 'POST', '/api/disclosure/cases', { order, ...texts, ...more })
async function drafted(): Promise<string> {
  const { body, status } = await draft()
  expect(status).toBe(201)
  return (body as CaseView).id
}
const act = (who: Parameters<Ask>[0], caseId: string, action: string, payload?: object) =>
  ask(who, 'POST', `/api/disclosure/cases/${caseId}/${action}`, payload)
async function published(): Promise<string> {
  const caseId = await drafted()
  expect(await act(leader, caseId, 'approve')).toMatchObject({ status: 200, body: { state: 'published' } })
  return caseId
}
const page = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers })

describe('鞍山 第三十七条第二款: a public case', () => {
  it.each([
    [{ problem: '化名某甲反映路灯不亮' }, '姓名'],
    [{ problem: '示范小区2号楼门口' }, '住址'],
    [{ handling: '请拨打13800000001' }, '电话'],
    [{ handling: '化名经办员到场检修' }, '工作人员'],
    [{ handling: '副主任到场检修' }, '工作人员'],
    [{ outcome: '办理单号 2603022718290' }, '连续数字'],
  ])('with %o is refused: %s', async (more, what) => {
    const refused = await draft(more)
    expect(refused).toMatchObject({ status: 422, body: { code: 'caseTells' } })
    expect(refused.text).toContain(what)
    expect(refused.text).not.toMatch(/某甲|1380|经办员到场/)
  })

  it('is no case while the matter is open, and never for a complaint or what is to be kept secret', async () => {
    const open = await w.order()
    expect(await draft({ order: open })).toMatchObject({ status: 409, body: { code: 'caseNotConcluded' } })
    for (const more of [
      { kind: 'complaint', category: 3, accusedUnit: 'district' },
      { kind: 'tipOff', category: 3 },
      { confidential: true, confidentialityWish: '请保密' },
    ] as const) {
      const secret = await w.order(more)
      await w.dispatch(secret, 'lighting')
      await w.happen(secret, w.fedBack(true), { type: 'concluded' })
      expect(await draft({ order: secret })).toMatchObject({ status: 409, body: { code: 'caseProtected' } })
    }
    expect(await draft({ order: 'AS0000' })).toMatchObject({ status: 422, body: { code: 'unknownOrder' } })
  })

  it('needs two people: nobody publishes what he wrote', async () => {
    const caseId = await drafted()
    expect((await page(`/api/public/cases/${caseId}`)).statusCode).toBe(404)
    expect((await page(`/public/cases/${caseId}`)).statusCode).toBe(404)
    const asLeader = { role: 'centreLeader', id: writer.id } as const
    expect(await act(asLeader, caseId, 'approve')).toMatchObject({
      status: 403,
      body: { code: 'twoPersonRule' },
    })
    expect(await act(writer, caseId, 'approve')).toMatchObject({ status: 403, body: { code: 'roleMissing' } })
    await expect(
      w.db.query(
        `update disclosure_cases set state = 'published', decided_by = drafted_by, decided_at = now() where id = $1`,
        [caseId],
      ),
    ).rejects.toThrow(/check/)
    const stranger = { role: 'office', id: id(4) } as const
    expect(
      await ask(stranger, 'PUT', `/api/disclosure/cases/${caseId}`, { ...texts, title: '别人的标题' }),
    ).toMatchObject({ status: 403, body: { code: 'notYourDraft' } })
    expect(
      await ask(writer, 'PUT', `/api/disclosure/cases/${caseId}`, { ...texts, problem: '化名某甲反映' }),
    ).toMatchObject({ status: 422 })
    expect(
      await ask(writer, 'PUT', `/api/disclosure/cases/${caseId}`, { ...texts, title: '路灯三天内修复' }),
    ).toMatchObject({ status: 200, body: { title: '路灯三天内修复', state: 'draft' } })
    const done = await act(leader, caseId, 'approve')
    expect(done).toMatchObject({ status: 200, body: { state: 'published', decided: { by: leader.id } } })
    expect(await act(leader, caseId, 'approve')).toMatchObject({ status: 409, body: { code: 'caseMoved' } })
    const shown = await page(`/api/public/cases/${caseId}`)
    expect(shown.json()).toEqual({
      id: caseId,
      title: '路灯三天内修复',
      subject: '求助、意见、建议、情况反映',
      concludedIn: '2026-03',
      problem: texts.problem,
      handling: texts.handling,
      outcome: texts.outcome,
    })
  })

  it('is looked at again before it is published: the order may know more by then', async () => {
    const own = await w.order({ requester: { kind: 'naturalPerson' } })
    await w.dispatch(own, 'lighting')
    await w.happen(own, w.fedBack(true), { type: 'concluded' })
    const { body, status } = await draft({ order: own, problem: '居民化名某戊反映路灯不亮。' })
    expect(status).toBe(201)
    await w.db.query(`update work_orders set name_sealed = $2 where number = $1`, [
      own,
      (await import('../support/contacts.ts')).testPii.seal('化名某戊'),
    ])
    expect(await act(leader, (body as CaseView).id, 'approve')).toMatchObject({
      status: 422,
      body: { code: 'caseTells' },
    })
    expect(await act(leader, (body as CaseView).id, 'refuse', { reason: '写了姓名' })).toMatchObject({
      status: 200,
      body: { state: 'refused', because: '写了姓名' },
    })
  })

  it('is out of sight at once when a requester objects to an agent, and what he says is sealed', async () => {
    const caseId = await published()
    const words = '我是化名某甲，这写的是我家'
    expect(await act(agent, caseId, 'withdraw', { reason: words })).toMatchObject({
      status: 200,
      body: { state: 'withdrawn', withdrawnBecause: '有人提出异议', objections: 1 },
    })
    expect((await page(`/api/public/cases/${caseId}`)).statusCode).toBe(404)
    const all = await w.db.query(`select * from disclosure_objections`)
    expect(JSON.stringify(all)).not.toContain('某甲')
    expect((await ask(writer, 'GET', `/api/disclosure/cases/${caseId}/objections`)).status).toBe(403)
    expect((await ask(leader, 'GET', `/api/disclosure/cases/${caseId}/objections`)).body).toMatchObject({
      items: [{ by: agent.id, words }],
    })
    expect(
      await w.db.query(
        `select actor_id from access_ledger where subject_kind = 'disclosureCase' and subject_id = $1`,
        [caseId],
      ),
    ).toEqual([{ actor_id: leader.id }])
    expect(await act(leader, caseId, 'approve')).toMatchObject({ status: 409 })
  })

  it('is out of sight at once when the public objects, without a question who it is', async () => {
    const caseId = await published()
    const etag = (await page(`/public/cases/${caseId}`)).headers['etag'] as string
    const empty = await app.inject({
      method: 'POST',
      url: `/public/cases/${caseId}/object`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'words=+',
    })
    expect(empty.statusCode).toBe(422)
    expect(empty.body).toContain('请写明理由')
    const objected = await app.inject({
      method: 'POST',
      url: `/public/cases/${caseId}/object`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ words: '这是我家' }).toString(),
    })
    expect(objected.statusCode).toBe(200)
    expect(objected.body).toContain('事例已经撤下')
    const again = await page(`/public/cases/${caseId}`, { 'if-none-match': etag })
    expect(again.statusCode).toBe(404)
    expect(again.body).not.toContain(texts.problem)
    const list = await page('/api/public/cases')
    expect(list.body).not.toContain(caseId)
  })

  it('objected to by two at once is withdrawn once; the other hears that it is gone', async () => {
    const caseId = await published()
    const object = () =>
      app.inject({
        method: 'POST',
        url: `/api/public/cases/${caseId}/objections`,
        payload: { words: '不实' },
      })
    const tries = await Promise.all([object(), object()])
    expect(tries.map((t) => t.statusCode).sort()).toEqual([204, 404])
  })
})

describe('/api/disclosure', () => {
  it('is for those who write and those who answer for it', async () => {
    const may: Record<string, string[]> = {
      '/api/disclosure/cases': ['analyst', 'teamLead', 'supervisor', 'centreLeader', 'office'],
    }
    for (const [url, allowed] of Object.entries(may))
      for (const role of roles)
        expect((await ask({ role }, 'GET', url)).status, role).toBe(allowed.includes(role) ? 200 : 403)
    expect((await ask(nobody, 'GET', '/api/disclosure/cases')).status).toBe(401)
    const caseId = await published()
    for (const role of roles.filter((r) => r.endsWith('Administrator')))
      expect((await act({ role }, caseId, 'withdraw', { reason: '试' })).status, role).toBe(403)
  })

  it('pages through cases of one state', async () => {
    const first = await ask(leader, 'GET', '/api/disclosure/cases?state=withdrawn&limit=1')
    const items = first.body['items'] as CaseView[]
    expect(items).toHaveLength(1)
    const second = await ask(
      leader,
      'GET',
      `/api/disclosure/cases?state=withdrawn&limit=1&cursor=${first.body['next'] as string}`,
    )
    expect((second.body['items'] as CaseView[])[0]!.id).not.toBe(items[0]!.id)
    expect((await ask(leader, 'GET', '/api/disclosure/cases?state=nothing')).status).toBe(400)
  })
})

describe('鞍山 第十七条: what the public sees', () => {
  it('第（一）项: channels, scope and process, by page and as JSON, without sign-in', async () => {
    const json = await page('/api/public/process')
    expect(json.statusCode).toBe(200)
    expect(json.headers['content-type']).toContain('application/json')
    expect(json.json()).toMatchObject({
      statute: { title: '鞍山市群众诉求办理条例', status: '现行有效', inForceFrom: '2019-12-15' },
      platform: '8890 平台',
    })
    const html = await page('/public/process')
    expect(html.body).toContain('自接到转交诉求事项之日起五个工作日内办结')
    expect(html.body).toContain('《鞍山市群众诉求办理条例》第二十二条第一款')
    expect(html.body).toContain('本地规定，不是条文')
  })

  it('第（二）项、第（三）项: only published figures, published by another than who issued them', async () => {
    w.at('2026-04-01T10:00+08:00')
    const issue = async (kind: string): Promise<string> => {
      const { body, status } = await ask(writer, 'POST', '/api/analysis/reports', {
        period: '2026-03',
        kind,
        summary: '三月诉求平稳。内部研判不公开。',
        recipients: [{ code: 'government' }],
      })
      expect(status).toBe(201)
      return body['id'] as string
    }
    const report = await issue('periodic')
    const publish = (who: Parameters<Ask>[0], reportId: string) =>
      ask(who, 'POST', '/api/disclosure/reports', { report: reportId })
    expect((await page(`/api/public/figures/${report}`)).statusCode).toBe(404)
    expect((await page('/api/public/figures')).json()).toEqual({ items: [] })
    expect(await publish({ role: 'centreLeader', id: writer.id }, report)).toMatchObject({
      status: 403,
      body: { code: 'twoPersonRule' },
    })
    expect((await publish({ role: 'supervisor', id: id(5) }, report)).status).toBe(403)
    expect(await publish(leader, await issue('assessment'))).toMatchObject({
      status: 409,
      body: { code: 'notForPublic' },
    })
    expect(await publish(leader, report)).toMatchObject({
      status: 201,
      body: { period: { code: '2026-03' } },
    })
    expect(await publish(leader, report)).toMatchObject({ status: 409, body: { code: 'publishedBefore' } })

    const shown = (await page(`/api/public/figures/${report}`)).json<PublicFigures>()
    const [raised] = await w.db.query<{ n: number }>(`select count(*) as n from work_orders`)
    expect(shown.raised).toBe(raised!.n)
    expect(shown.handling.find((f) => f.code === 'concludedRate')).toMatchObject({
      rate: null,
      localPolicy: true,
    })
    expect(shown.ratings.map((f) => f.code)).toContain('satisfiedRate')
    // one order of a kind might tell of somebody
    expect(shown.bySubject).toContainEqual({ label: '举报、投诉', count: null })
    const html = await page(`/public/figures/${report}`)
    for (const said of ['受理及办理情况', '诉求人的评价情况', '少于 3', '不足 30'])
      expect(html.body).toContain(said)
    for (const secret of ['路灯管理处', '内部研判', writer.id, leader.id])
      expect(JSON.stringify(shown) + html.body, secret).not.toContain(secret)

    expect(
      await ask(leader, 'POST', `/api/disclosure/reports/${report}/withdraw`, { reason: '数据有误' }),
    ).toMatchObject({ status: 204 })
    expect((await page(`/api/public/figures/${report}`)).statusCode).toBe(404)
    expect(await publish(leader, report)).toMatchObject({ status: 201 })
  })

  it('never tells who somebody is, whatever is public', async () => {
    const caseId = await published()
    const urls = [
      '/public',
      '/public/process',
      '/public/figures',
      '/public/cases',
      `/public/cases/${caseId}`,
      '/api/public/process',
      '/api/public/figures',
      '/api/public/cases',
      `/api/public/cases/${caseId}`,
    ]
    for (const url of urls) {
      const { body, statusCode } = await page(url)
      expect(statusCode, url).toBe(200)
      for (const secret of [
        '某甲',
        '13800000001',
        '示范小区',
        order,
        order.slice(2),
        writer.id,
        leader.id,
        '经办员',
      ])
        expect(body, `${url}: ${secret}`).not.toContain(secret)
    }
  })

  it('may be kept, says when nothing changed, and asks nobody else', async () => {
    const caseId = await published()
    const process = await page('/public/process')
    expect(process.headers['cache-control']).toBe('public, max-age=300')
    // what may be withdrawn is asked for anew each time
    const one = await page(`/public/cases/${caseId}`)
    expect(one.headers['cache-control']).toBe('public, no-cache')
    const etag = one.headers['etag'] as string
    const again = await page(`/public/cases/${caseId}`, { 'if-none-match': etag })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    for (const shown of [process, one]) {
      expect(shown.headers['content-security-policy']).toContain("default-src 'none'")
      expect(shown.body).not.toMatch(/<script|https?:\/\/|style=/)
      expect(shown.body).toContain('<html lang="zh-CN">')
      expect(shown.body.match(/<h1>/g)).toHaveLength(1)
    }
  })

  it('answers a page to whatever is asked', async () => {
    for (const url of ['/public/cases/nothing', `/public/cases/${id(0)}`, '/public/figures/%00']) {
      const { statusCode, headers, body } = await page(url)
      expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
      expect(body).toContain('它可能已经撤下')
    }
    expect((await page('/api/public/cases/nothing')).statusCode).toBe(400)
  })

  it('escapes what people wrote', async () => {
    const { body } = await draft({ problem: '<script>alert(1)</script>' })
    const caseId = (body as CaseView).id
    await act(leader, caseId, 'approve')
    expect((await page(`/public/cases/${caseId}`)).body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('is limited by address: many questions a minute, few objections an hour', async () => {
    const server = await w.serve(async (scope) => {
      await scope.register(rateLimit, { global: true, max: 10_000, timeWindow: 60_000 })
      await scope.register(publicRoutes, {
        disclosure: w.insight.disclosure,
        mostPerMinute: 3,
        mostObjectionsPerHour: 1,
      })
    })
    try {
      const statuses = []
      for (let n = 0; n < 4; n++)
        statuses.push((await server.inject({ method: 'GET', url: '/public/process' })).statusCode)
      expect(statuses).toEqual([200, 200, 200, 429])
      const limited = await server.inject({ method: 'GET', url: '/public/process' })
      expect(limited.headers['content-type']).toContain('text/html')
      const object = () =>
        server.inject({
          method: 'POST',
          url: `/api/public/cases/${id(0)}/objections`,
          payload: { words: '不实' },
        })
      expect([(await object()).statusCode, (await object()).statusCode]).toEqual([404, 429])
    } finally {
      await server.close()
    }
  })

  it('is described where the API is described', async () => {
    const { paths } = app.swagger() as { paths: Record<string, unknown> }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/api/public/process',
        '/api/public/figures/{id}',
        '/api/public/cases/{id}/objections',
      ]),
    )
    expect(Object.keys(paths).filter((path) => path.startsWith('/public'))).toEqual([])
  })
})
