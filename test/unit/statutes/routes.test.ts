import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problems } from '../../../src/http/problems.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { statuteRoutes } from '../../../src/work-orders/statute-routes.ts'

const app = Fastify()
beforeAll(async () => {
  const calendar = stateCouncilCalendar()
  await app.register(problems)
  await app.register(statuteRoutes, { calendar: () => calendar })
})
afterAll(() => app.close())

const ask = async (payload: unknown) => {
  const response = await app.inject({ method: 'POST', url: '/api/deadlines', payload: payload as object })
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: response.json<Record<string, unknown>>(),
  }
}

describe('POST /api/deadlines', () => {
  it('第二十二条第一款: gives the first instant that is too late, with the article', async () => {
    expect(await ask({ deadline: 'AS19-D06', start: '2026-03-02T10:00+08:00' })).toMatchObject({
      status: 200,
      body: {
        deadline: 'AS19-D06',
        statute: 'anshan-2019',
        due: '2026-03-10T00:00:00+08:00',
        why: null,
        provisional: false,
        localPolicy: false,
        cite: '《鞍山市群众诉求办理条例》第二十二条第一款',
      },
    })
  })

  it.each([
    ['a date', { start: '2026-03-02' }, '2026-03-10T00:00:00+08:00'],
    ['an instant of another timezone', { start: '2026-03-01T20:00:00Z' }, '2026-03-10T00:00:00+08:00'],
    ['seconds and fractions', { start: '2026-03-02T10:00:00.123+08:00' }, '2026-03-10T00:00:00+08:00'],
    [
      'a recusal',
      {
        start: '2026-03-02T10:00+08:00',
        pauses: [{ from: '2026-03-04T15:00+08:00', to: '2026-03-06T10:00+08:00' }],
      },
      '2026-03-12T00:00:00+08:00',
    ],
    [
      'a recusal given by dates',
      { start: '2026-03-02', pauses: [{ from: '2026-03-04', to: '2026-03-06' }] },
      '2026-03-12T00:00:00+08:00',
    ],
    [
      'a recusal still undecided',
      { start: '2026-03-02', pauses: [{ from: '2026-03-04' }] },
      '2026-03-13T00:00:00+08:00',
    ],
    [
      'an extension',
      { start: '2026-03-02', extension: { unit: 'month', count: 1 } },
      '2026-04-10T00:00:00+08:00',
    ],
    [
      'another law',
      {
        start: '2026-03-02',
        otherLaw: { law: '信访工作条例', article: '第三十四条', unit: 'workingDay', count: 15 },
      },
      '2026-03-24T00:00:00+08:00',
    ],
  ])('counts with %s', async (_what, more, due) => {
    expect((await ask({ deadline: 'AS19-D06', ...more })).body).toMatchObject({ due })
  })

  it('marks what is no law, what has no end, what is provisional and what passes a soft cap', async () => {
    expect((await ask({ deadline: 'AS19-D12', start: '2026-03-02' })).body).toMatchObject({
      localPolicy: true,
    })
    expect((await ask({ deadline: 'AS19-D04', start: '2026-03-02T10:00+08:00' })).body).toMatchObject({
      localPolicy: true,
      words: '及时',
    })
    expect((await ask({ deadline: 'AS19-D01', start: '2026-03-02' })).body).toMatchObject({
      due: null,
      why: 'at once',
    })
    expect((await ask({ deadline: 'AS19-D05', start: '2026-03-02' })).body).toMatchObject({
      due: null,
      why: 'in the same contact',
    })
    expect((await ask({ deadline: 'AS19-D06', start: '2026-12-29T10:00+08:00' })).body).toMatchObject({
      provisional: true,
    })
    const long = { deadline: 'AS19-D06', start: '2026-03-02', extension: { unit: 'month', count: 3 } }
    expect((await ask(long)).body).toMatchObject({ overSoftCap: true, due: '2026-06-10T00:00:00+08:00' })
  })

  it('names the other law beside the article that yields to it', async () => {
    const otherLaw = { law: '信访工作条例', article: '第三十四条', unit: 'month', count: 2 }
    const { cite } = (await ask({ deadline: 'AS19-D06', start: '2026-03-02', otherLaw })).body
    expect(cite).toMatch(/《信访工作条例》第三十四条.*第二十二条第一款从其规定/)
  })

  it.each([
    [{ deadline: 'AS19-D99', start: '2026-03-02' }, 'unknownDeadline'],
    [{ deadline: 'constructor', start: '2026-03-02' }, 'unknownDeadline'],
    [{ deadline: 'AS19-D06', start: '2026-02-30' }, 'timeMalformed'],
    [{ deadline: 'AS19-D06', start: '2026-02-30T10:00+08:00' }, 'timeMalformed'],
    [{ deadline: 'AS19-D06', start: '2026-03-02T10:00' }, 'timeMalformed'],
    [{ deadline: 'AS19-D06', start: '2026-03-02T25:00+08:00' }, 'timeMalformed'],
    [{ deadline: 'AS19-D06', start: 'next Monday' }, 'timeMalformed'],
    [{ deadline: 'AS19-D06', start: '1911-10-10' }, 'timeOutOfRange'],
    [{ deadline: 'AS19-D06', start: '9999-12-31' }, 'timeOutOfRange'],
    [{ deadline: 'AS19-D04', start: '2026-03-02' }, 'instantNeeded'],
    [
      { deadline: 'AS19-D06', start: '2026-03-02', pauses: [{ from: '2026-03-06', to: '2026-03-04' }] },
      'impossiblePause',
    ],
    [{ deadline: 'AS19-D02', start: '2026-03-02', extension: { unit: 'month', count: 1 } }, 'notExtensible'],
    [
      {
        deadline: 'AS19-D07',
        start: '2026-03-02',
        otherLaw: { law: '某法律', article: '第一条', unit: 'month', count: 1 },
      },
      'noOtherLaw',
    ],
  ])('refuses %o', async (question, code) => {
    const { status, type, body } = await ask(question)
    expect(status).toBe(422)
    expect(type).toContain('application/problem+json')
    expect(body).toMatchObject({ code, status: 422 })
    expect(body['detail']).toMatch(/[\u4e00-\u9fff]/)
  })

  it.each([
    [{}],
    [{ deadline: 'AS19-D06' }],
    [{ deadline: 6, start: [] }],
    [{ deadline: 'AS19-D06', start: '2026-03-02', extension: { unit: 'year', count: -1 } }],
  ])('refuses a body without form: %o', async (question) =>
    expect(await ask(question)).toMatchObject({ status: 400, body: { code: 'badRequest' } }),
  )
})

describe('GET /api/statutes/{slug}', () => {
  it('tells every topic with basis, articles in words and value', async () => {
    const response = await app.inject('/api/statutes/anshan-2019')
    expect(response.statusCode).toBe(200)
    const { title, topics, terms } = response.json<{
      title: string
      topics: Record<string, Record<string, { basis?: string; cite?: { text: string }[] }>>
      terms: Record<string, { cite: { text: string } }>
    }>()
    expect(title).toBe('鞍山市群众诉求办理条例')
    for (const topic of [
      'acceptance',
      'refusal',
      'referral',
      'dispatch',
      'sendBack',
      'handlingLimit',
      'timeExtension',
      'supervision',
      'audit',
      'followUp',
      'rating',
      'reEvaluation',
      'recusal',
      'termination',
      'integrityFile',
      'confidentiality',
      'knowledgeBase',
    ])
      expect(topics, topic).toHaveProperty(topic)
    expect(topics['sendBack']?.['fromPlatform']).toMatchObject({ basis: 'silent' })
    expect(topics['acceptance']?.['decide']).toMatchObject({
      basis: 'law',
      cite: [{ text: '《鞍山市群众诉求办理条例》第二十条第（二）项' }],
    })
    expect(terms['AS19-D06']?.cite.text).toContain('第二十二条第一款')
  })

  it('refuses an unknown one', async () => {
    const response = await app.inject('/api/statutes/atlantis-2020')
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ code: 'unknownStatute' })
  })
})
