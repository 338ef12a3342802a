import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problems } from '../../../src/http/problems.ts'
import { terms } from '../../../src/statutes/anshan-draft/terms.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import { citeText } from '../../../src/statutes/types.ts'
import { statuteRoutes } from '../../../src/work-orders/statute-routes.ts'

const app = Fastify()
beforeAll(async () => {
  const calendar = stateCouncilCalendar()
  await app.register(problems)
  await app.register(statuteRoutes, { calendar: () => calendar })
})
afterAll(() => app.close())

const ask = async (payload: Record<string, unknown>) => {
  const response = await app.inject({ method: 'POST', url: '/api/deadlines', payload })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

describe('POST /api/deadlines under the draft', () => {
  it('answers every limit with its article, and never calls local policy law', async () => {
    for (const term of Object.values(terms)) {
      const { status, body } = await ask({ deadline: term.id, start: '2026-03-02T10:00+08:00' })
      expect(status, term.id).toBe(200)
      expect(body, term.id).toMatchObject({
        deadline: term.id,
        statute: 'anshan-draft',
        name: term.name,
        localPolicy: term.basis === 'localPolicy',
        cite: citeText(term.cite),
        words: term.words ?? null,
        provisional: false,
      })
      expect(body['cite'], term.id).toContain('《鞍山市政务服务便民热线条例（草案）》第')
    }
  })

  it.each([
    ['ASD-D01', '2026-03-02T10:00+08:00', null],
    ['ASD-D02', '2026-03-02T10:00+08:00', '2026-03-04T00:00:00+08:00'],
    ['ASD-D03', '2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00'],
    ['ASD-D04', '2026-03-02T10:00+08:00', '2026-03-04T00:00:00+08:00'],
    ['ASD-D05', '2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00'],
    ['ASD-D06', '2026-03-02T10:00+08:00', '2026-03-10T00:00:00+08:00'],
    ['ASD-D07', '2025-12-31T08:00+08:00', '2026-03-01T00:00:00+08:00'],
    ['ASD-D08', '2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00'],
    ['ASD-D09', '2026-03-09', '2026-03-07T00:00:00+08:00'],
    ['ASD-D10', '2026-02-14T17:30+08:00', '2026-02-15T17:30:00+08:00'],
    ['ASD-D11', '2026-03-02T10:00+08:00', '2026-03-02T10:05:00+08:00'],
    ['ASD-D12', '2026-03-02T10:00+08:00', '2026-03-06T00:00:00+08:00'],
  ])('%s from %s is %s', async (deadline, start, due) => {
    const { body } = await ask({ deadline, start })
    expect(body).toMatchObject({ due, why: due === null ? 'at once' : null })
  })

  it('第十五条 第一款: another law’s limit stands in its place, for applying too', async () => {
    const otherLaw = { law: '信访工作条例', article: '第三十四条', unit: 'workingDay', count: 15 }
    for (const deadline of ['ASD-D05', 'ASD-D06', 'ASD-D07']) {
      const { body } = await ask({ deadline, start: '2026-03-02', otherLaw })
      expect(body).toMatchObject({ due: '2026-03-24T00:00:00+08:00', localPolicy: false })
      expect(body['cite']).toMatch(/《信访工作条例》第三十四条.*从其规定/)
    }
    expect(await ask({ deadline: 'ASD-D04', start: '2026-03-02', otherLaw })).toMatchObject({
      status: 422,
      body: { code: 'noOtherLaw' },
    })
  })

  it('knows no recusal: a pause moves nothing', async () => {
    const pauses = [{ from: '2026-03-04T15:00+08:00', to: '2026-03-06T10:00+08:00' }]
    const { body } = await ask({ deadline: 'ASD-D05', start: '2026-03-02T10:00+08:00', pauses })
    expect(body).toMatchObject({ due: '2026-03-10T00:00:00+08:00' })
  })

  it('marks what reaches into a year without a notice', async () => {
    const { body } = await ask({ deadline: 'ASD-D07', start: '2026-12-15T10:00+08:00' })
    expect(body).toMatchObject({ provisional: true, due: '2027-02-16T00:00:00+08:00' })
  })

  it('extends within the two months of the whole matter', async () => {
    const extension = { unit: 'month', count: 1 }
    const { body } = await ask({ deadline: 'ASD-D05', start: '2026-03-02', extension })
    expect(body).toMatchObject({ due: '2026-04-10T00:00:00+08:00', overSoftCap: false })
  })

  it('第十五条 第二款: refuses an extension far beyond them, whatever the reason', async () => {
    const extension = { unit: 'month', count: 3 }
    const { status, body } = await ask({ deadline: 'ASD-D05', start: '2026-03-02', extension })
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'overCap',
      cite: '《鞍山市政务服务便民热线条例（草案）》第十五条第二款',
    })
  })

  it('第十五条 第二款: counts the two months from the receipt, not from the first due date', async () => {
    const extension = { unit: 'month', count: 2 }
    const { status, body } = await ask({ deadline: 'ASD-D05', start: '2026-03-02', extension })
    expect(status).toBe(422)
    expect(body['detail']).toContain('2026-05-07T00:00:00+08:00')
  })

  it.each([
    [{ deadline: 'ASD-D13', start: '2026-03-02' }, 'unknownDeadline'],
    [{ deadline: 'ASD-D10', start: '2026-03-02' }, 'instantNeeded'],
    [{ deadline: 'ASD-D07', start: '2026-02-30' }, 'timeMalformed'],
    [{ deadline: 'ASD-D04', start: '2026-03-02', extension: { unit: 'month', count: 1 } }, 'notExtensible'],
  ])('refuses %o', async (question, code) =>
    expect(await ask(question)).toMatchObject({ status: 422, body: { code } }),
  )
})

describe('GET /api/statutes/anshan-draft', () => {
  it('tells topics, terms and that it is a draft', async () => {
    const response = await app.inject('/api/statutes/anshan-draft')
    expect(response.statusCode).toBe(200)
    const body = response.json<{
      topics: Record<string, Record<string, unknown>>
      terms: Record<string, { cite: { text: string } }>
    }>()
    expect(body).toMatchObject({
      title: '鞍山市政务服务便民热线条例（草案）',
      status: 'draft',
      inForceFrom: null,
      numberPrefix: 'AD',
      words: { workOrder: '诉求工单' },
    })
    expect(Object.keys(body.terms)).toEqual(Object.keys(terms))
    expect(body.topics['recusal']?.['stopsClock']).toMatchObject({ basis: 'silent' })
    expect(body.topics['dispatch']?.['leadUnit']).toMatchObject({
      basis: 'law',
      value: 'firstDispatched',
      cite: [{ text: '《鞍山市政务服务便民热线条例（草案）》第十三条' }],
    })
    expect(body.terms['ASD-D09']?.cite.text).toContain('第二十一条第二款第（二）项')
  })
})
