import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problems } from '../../../src/http/problems.ts'
import { baiyin2024 } from '../../../src/statutes/baiyin-2024/index.ts'
import { dandongFirstAsked } from '../../../src/statutes/dandong-first-asked/index.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { workingDays } from '../../../src/statutes/term.ts'
import { citeText } from '../../../src/statutes/types.ts'
import { statuteRoutes } from '../../../src/work-orders/statute-routes.ts'

const calendar = stateCouncilCalendar()
const bare = Fastify()
const set = Fastify()
beforeAll(async () => {
  await bare.register(problems)
  await bare.register(statuteRoutes, { calendar: () => calendar, statutes: createStatutes() })
  await set.register(problems)
  await set.register(statuteRoutes, {
    calendar: () => calendar,
    statutes: createStatutes({ 'BY24-D04': workingDays(3), 'BY24-D05': workingDays(10) }),
  })
})
afterAll(() => Promise.all([bare.close(), set.close()]))

const askAt = async (app: typeof bare, payload: Record<string, unknown>) => {
  const response = await app.inject({ method: 'POST', url: '/api/deadlines', payload })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}
const ask = (payload: Record<string, unknown>) => askAt(bare, payload)

describe('POST /api/deadlines under both', () => {
  const all = [...Object.values(baiyin2024.terms), ...Object.values(dandongFirstAsked.terms)]
  it.each(all.map((term) => [term.id, term] as const))('%s answers with its article', async (id, term) => {
    const { status, body } = await ask({ deadline: id, start: '2025-03-03T10:00+08:00', class: 'general' })
    if (term.within.unit === 'setByPlatform') {
      expect(status).toBe(422)
      expect(body).toMatchObject({ code: 'limitNotConfigured', cite: citeText(term.cite) })
      return
    }
    expect(status).toBe(200)
    expect(body).toMatchObject({
      deadline: id,
      statute: term.cite.statute,
      name: term.name,
      localPolicy: term.basis === 'localPolicy',
      cite: citeText(term.cite),
      words: term.words ?? null,
      provisional: false,
    })
    expect(body['due'] === null).toBe(body['why'] !== null)
  })

  it.each([
    ['BY24-D01', '2026-03-02T10:00+08:00', null, 'at once'],
    ['BY24-D02', '2026-03-02T10:00+08:00', '2026-03-03T00:00:00+08:00', null],
    ['BY24-D03', '2026-02-17T23:10+08:00', '2026-02-18T00:00:00+08:00', null],
    ['BY24-D06', '2026-03-10T00:00+08:00', '2026-03-12T00:00:00+08:00', null],
    ['BY24-D07', '2026-03-02T10:00+08:00', '2026-03-04T00:00:00+08:00', null],
    ['BY24-D09', '2026-03-02', null, 'always'],
    ['DD-D01', '2026-03-02T10:00+08:00', null, 'at once'],
    ['DD-D02', '2026-10-09T17:30+08:00', '2026-10-11T00:00:00+08:00', null],
    ['DD-D03', '2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00', null],
    ['DD-D04', '2026-09-28T08:00+08:00', '2026-10-14T00:00:00+08:00', null],
    ['DD-D05', '2026-03-02T10:00+08:00', '2026-03-24T00:00:00+08:00', null],
    ['DD-D07', '2026-10-13', '2026-11-04T00:00:00+08:00', null],
    ['DD-D08', '2026-03-02T10:00+08:00', '2026-03-12T00:00:00+08:00', null],
    ['DD-D09', '2026-03-02T10:00+08:00', '2026-03-02T10:30:00+08:00', null],
    ['DD-D10', '2026-01-31', '2026-03-01T00:00:00+08:00', null],
    ['DD-D11', '2025-03-02', '2026-03-03T00:00:00+08:00', null],
  ])('%s from %s is %s', async (deadline, start, due, why) =>
    expect((await ask({ deadline, start })).body).toMatchObject({ due, why }),
  )
})

describe('白银 第十条: a limit that the platform has to set', () => {
  const question = { deadline: 'BY24-D04', start: '2026-03-02T10:00+08:00' }

  it('is refused while nobody has set it', async () => {
    const { status, body } = await ask(question)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'limitNotConfigured',
      cite: '《白银市民情直通平台诉求办理条例》第十条第二款',
      errors: [{ field: 'deadline' }],
    })
  })

  it('is local policy once the city has set it', async () => {
    expect((await askAt(set, question)).body).toMatchObject({
      due: '2026-03-06T00:00:00+08:00',
      localPolicy: true,
      words: '平台规定的期限',
      cite: '《白银市民情直通平台诉求办理条例》第十条第二款',
    })
    expect((await askAt(set, { ...question, deadline: 'BY24-D05' })).body).toMatchObject({
      due: '2026-03-17T00:00:00+08:00',
      localPolicy: true,
    })
  })

  it('第十五条: is lengthened without a cap', async () => {
    const extension = { unit: 'month', count: 6 }
    expect((await askAt(set, { ...question, extension })).body).toMatchObject({
      due: '2026-09-08T00:00:00+08:00',
      overSoftCap: false,
    })
  })

  it('第二条 第二款: another law’s limit stands in its place, set or not', async () => {
    const otherLaw = { law: '信访工作条例', article: '第三十四条', unit: 'workingDay', count: 15 }
    expect((await ask({ ...question, otherLaw })).body).toMatchObject({
      due: '2026-03-24T00:00:00+08:00',
      localPolicy: false,
    })
  })

  it('第二十二条 第（二）项: is never the notice’s, which each notice names', async () =>
    expect((await askAt(set, { ...question, deadline: 'BY24-D08' })).body).toMatchObject({
      code: 'limitNotConfigured',
    }))

  it('stands in the statute that is shown', async () => {
    const shown = async (app: typeof bare) =>
      (await app.inject('/api/statutes/baiyin-2024')).json<{
        terms: Record<string, { within: unknown; basis: string }>
      }>().terms['BY24-D04']
    expect(await shown(bare)).toMatchObject({ within: { unit: 'setByPlatform' } })
    expect(await shown(set)).toMatchObject({ within: { unit: 'workingDay', count: 3 }, basis: 'localPolicy' })
  })
})

describe('丹东 第十三条 第（三）项: the limit differs by class (DD-D06)', () => {
  const question = { deadline: 'DD-D06', start: '2026-03-02T10:00+08:00' }

  it('needs the class', async () => {
    const { status, body } = await ask(question)
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'classNeeded', errors: [{ field: 'class' }] })
    expect(body['cite']).toContain('第十三条第（三）项')
  })

  it.each([
    ['consultation', '2026-03-06T00:00:00+08:00'],
    ['general', '2026-03-12T00:00:00+08:00'],
    ['complex', '2026-03-24T00:00:00+08:00'],
  ])('%s: %s', async (handlingClass, due) =>
    expect(await ask({ ...question, class: handlingClass })).toMatchObject({ status: 200, body: { due } }),
  )

  it('refuses a class that there is not', async () =>
    expect(await ask({ ...question, class: 'urgent' })).toMatchObject({ status: 400 }))

  it('can itself not be extended', async () => {
    const extension = { unit: 'workingDay', count: 5 }
    expect(await ask({ ...question, class: 'general', extension })).toMatchObject({
      status: 422,
      body: { code: 'notExtensible' },
    })
  })
})

describe('丹东 第十三条 第（三）项: at most fifteen working days more', () => {
  const question = { deadline: 'DD-D04', start: '2026-09-28T08:00+08:00' }

  it('allows fifteen', async () =>
    expect((await ask({ ...question, extension: { unit: 'workingDay', count: 15 } })).body).toMatchObject({
      due: '2026-11-04T00:00:00+08:00',
      overSoftCap: false,
    }))

  it('refuses sixteen, with the latest day and the article', async () => {
    const { status, body } = await ask({ ...question, extension: { unit: 'workingDay', count: 16 } })
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'overCap' })
    expect(body['detail']).toContain('2026-11-04T00:00:00+08:00')
    expect(body['cite']).toContain('第十三条第（三）项')
  })
})

describe('where the text knows no recusal', () => {
  it.each(['DD-D05', 'BY24-D07'])('%s goes on counting', async (deadline) => {
    const start = '2026-03-02T10:00+08:00'
    const pauses = [{ from: '2026-03-03T09:00+08:00', to: '2026-03-06T09:00+08:00' }]
    const [plain, paused] = [await ask({ deadline, start }), await ask({ deadline, start, pauses })]
    expect(paused.body['due']).toBe(plain.body['due'])
  })

  it('an extension goes on counting, too', async () => {
    const question = {
      deadline: 'DD-D04',
      start: '2026-03-02T10:00+08:00',
      extension: { unit: 'workingDay', count: 5 },
    }
    const pauses = [{ from: '2026-03-13T09:00+08:00' }]
    expect((await ask({ ...question, pauses })).body['due']).toBe((await ask(question)).body['due'])
  })
})

describe('GET /api/statutes/{slug}', () => {
  it.each([
    ['baiyin-2024', '白银市民情直通平台诉求办理条例', 'inForce'],
    ['dandong-first-asked', '丹东市8890政务便民服务工作“首问责任制”管理办法（征求意见稿）', 'consultation'],
  ])('shows %s with its status', async (slug, title, status) => {
    const response = await bare.inject(`/api/statutes/${slug}`)
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ slug, title, status })
  })
})
