import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Indicator } from '../../src/analysis/contract.ts'
import type { Composed, Issued, IssuedReport } from '../../src/analysis/report-contract.ts'
import { asking, startInsight, type Ask, type InsightWorld } from './analysis-support.ts'

const limits = {
  'BY24-D04': { unit: 'workingDay', count: 5 },
  'BY24-D05': { unit: 'workingDay', count: 10 },
} as const
const analyst = { role: 'analyst' } as const
const pair = (list: readonly Indicator[], code: string): [number, number] => {
  const found = list.find((i) => i.code === code)!
  return [found.numerator, found.denominator]
}

describe('鞍山 第三十一条、第三十五条: reports', () => {
  let w: InsightWorld
  let app: FastifyInstance
  let ask: Ask
  const issue = (more: object = {}, who: Parameters<Ask>[0] = analyst) =>
    ask(who, 'POST', '/api/analysis/reports', {
      period: '2026-W10',
      kind: 'periodic',
      summary: '本周诉求平稳。',
      recipients: [{ code: 'government' }, { code: 'committee' }],
      ...more,
    })

  beforeAll(async () => {
    w = await startInsight()
    app = await w.serve((scope) => w.insight.staffRoutes(scope))
    ask = asking(app)
    w.at('2026-03-02T10:00+08:00')
    const number = await w.order()
    await w.dispatch(number, 'lighting')
    await w.happen(number, {
      type: 'opened',
      kind: 'supervision',
      n: 1,
      leg: 1,
      said: {
        trigger: 'overdue',
        level: 'first',
        means: [],
        reason: '超时',
        due: null,
        automatic: true,
      },
    })
    for (let n = 0; n < 10; n++) await w.order({ place: '铁西区示范路1号' })
  })
  afterAll(async () => {
    await app.close()
    await w.stop()
  })

  it('shows the figures of a period that still runs, and freezes none before its end', async () => {
    w.at('2026-03-08T23:59:59+08:00')
    const { body } = await ask(analyst, 'GET', '/api/analysis/reports?period=2026-W10')
    const current = body['current'] as Composed
    expect(body['issued']).toEqual([])
    expect(current).toMatchObject({
      version: 'figures-1',
      asOf: '2026-03-08T23:59:59+08:00',
      period: { label: '2026年第10周（3月2日至3月8日）', to: '2026-03-09T00:00:00+08:00' },
      basis: { cite: expect.stringContaining('第三十一条') },
      figures: {
        volumes: { total: { raised: 11, accepted: 11, refused: 0, merged: 0 } },
        supervision: [{ trigger: 'overdue', label: '超时未办结', opened: 1, closed: 0, late: 0 }],
        topics: [{ title: '铁西区示范路：求助、意见、建议、情况反映', requesters: 11 }],
        warnings: { opened: 0, closed: 0, open: 0 },
      },
    })
    expect(current.figures.byUnit.map((g) => g.label)).toEqual(['路灯管理处', '尚未派单'])
    expect(await issue()).toMatchObject({ status: 409, body: { code: 'periodNotOver' } })
  })

  it('is issued by the analyst or the centre’s leader, to whom it goes is on record', async () => {
    w.at('2026-03-09T00:00:00+08:00')
    for (const role of ['supervisor', 'office', 'agent', 'unit'] as const)
      expect((await issue({}, { role })).status, role).toBe(403)
    expect(await issue({ recipients: [{ code: 'nobody' }] })).toMatchObject({
      status: 422,
      body: { code: 'recipientUnknown' },
    })
    expect(await issue({ summary: '联系人电话13800000001' })).toMatchObject({
      status: 422,
      body: { code: 'textTells' },
    })
    expect(await issue()).toMatchObject({
      status: 201,
      body: {
        edition: 1,
        title: '2026年第10周（3月2日至3月8日）诉求办理分析报告',
        issuedRole: 'analyst',
        sentTo: [
          { code: 'government', label: '市人民政府' },
          { code: 'committee', label: '鞍山市群众工作委员会' },
        ],
        composed: { version: 'figures-1', figures: { volumes: { total: { raised: 11 } } } },
      },
    })
  })

  it('stays as it was issued, whatever happens to the orders; a correction is a further edition', async () => {
    const { body } = await ask(analyst, 'GET', '/api/analysis/reports?period=2026-W10')
    const [{ id }] = body['issued'] as [Issued]
    const before = (await ask(analyst, 'GET', `/api/analysis/reports/${id}`)).text
    const [some] = await w.db.query<{ number: string }>(
      `select number from work_orders where lead_unit = 'lighting'`,
    )
    w.at('2026-03-10T10:00+08:00')
    await w.happen(some!.number, w.fedBack(true), { type: 'concluded' })
    expect((await ask(analyst, 'GET', `/api/analysis/reports/${id}`)).text).toBe(before)
    const now = (await ask(analyst, 'GET', '/api/analysis/reports?period=2026-W10')).body[
      'current'
    ] as Composed
    expect(pair(now.figures.statute.total, 'concludedRate')).toEqual([1, 11])

    expect(await issue()).toMatchObject({ status: 409, body: { code: 'editionWithoutReason' } })
    const second = await issue({ because: '补录一件' })
    expect(second).toMatchObject({ status: 201, body: { edition: 2, because: '补录一件' } })
    expect((second.body as unknown as IssuedReport).title).toContain('第2版')
    expect((await ask(analyst, 'GET', `/api/analysis/reports/${id}`)).text).toBe(before)
    for (const sql of [
      `update analysis_reports set summary = '改'`,
      `delete from analysis_reports`,
      `truncate analysis_reports cascade`,
    ])
      await expect(w.db.query(sql)).rejects.toThrow('an issued report does not change')
  })

  it('of one topic or unit is a report of its own; an assessment rests on its own article', async () => {
    const special = await issue({ kind: 'special', focus: { category: 2, place: '铁西区示范路' } })
    expect(special).toMatchObject({
      status: 201,
      body: { kind: 'special', edition: 1, composed: { focus: { place: '铁西区示范路' } } },
    })
    expect(await issue({ kind: 'assessment' })).toMatchObject({
      status: 201,
      body: { edition: 1, composed: { basis: { cite: expect.stringContaining('第三十五条') } } },
    })
  })

  it('two who issue at once make two editions, or one of them hears why not', async () => {
    const tries = await Promise.all([issue({ kind: 'special' }), issue({ kind: 'special' })])
    expect(tries.map((t) => t.status).sort()).toEqual([201, 409])
  })
})

describe('signs of gaming', () => {
  it('are found in real orders, each with what lies behind it', async () => {
    const w = await startInsight('dandong-first-asked')
    const app = await w.serve((scope) => w.insight.staffRoutes(scope))
    const ask = asking(app)
    try {
      w.at('2026-03-02T10:00+08:00')
      const numbers = []
      for (let n = 0; n < 10; n++) numbers.push(await w.order({ category: null }))
      const moved = await w.order({ category: null })
      const labelled = await w.order({ category: null })
      for (const number of [...numbers, moved]) await w.dispatch(number, 'lighting')
      await w.happen(labelled, {
        type: 'dispatched',
        legs: [{ n: 1, unitId: 'district', role: 'lead' }],
        basis: null,
        warnings: [],
        class: 'general',
      })
      for (const n of [1, 2, 3]) {
        const unit = ['district', 'petition', 'lighting'][n - 1]!
        await w.happen(moved, { type: 'legEnded', leg: n, why: 'reassigned' })
        await w.dispatch(moved, unit, n + 1)
      }
      // seven working days from the 2nd end with the 11th
      w.at('2026-03-11T10:00+08:00')
      await w.happen(labelled, { type: 'classified', class: 'complex', reason: '情况复杂' })
      w.at('2026-03-31T20:00+08:00')
      const somebody = { kind: 'staff', id: 'somebody', role: 'unit' } as const
      for (const number of numbers) await w.happenBy(somebody, number, w.fedBack(true), { type: 'concluded' })
      const both = { kind: 'staff', id: 'somebody', role: 'followUp' } as const
      await w.happenBy(both, numbers[0]!, w.followedUp({ solved: true, satisfied: 'satisfied' }))
      await w.happen(numbers[1]!, w.followedUp({ solved: true, satisfied: 'satisfied' }))
      w.at('2026-04-01T10:00+08:00')
      const { body } = await ask(analyst, 'GET', '/api/analysis/signals?period=2026-03')
      expect(body).toMatchObject({
        basis: { localPolicy: true, says: expect.stringContaining('不是结论') },
        items: [
          { code: 'massClosing', unit: '路灯管理处', count: 10, orders: { length: 10 } },
          { code: 'pingPong', count: 1, orders: [{ number: moved }] },
          { code: 'lateLabel', unit: '示范区政府', orders: [{ number: labelled }] },
          { code: 'ownFollowUp', unit: '路灯管理处', count: 1, orders: [{ number: numbers[0] }] },
        ],
      })
      const quiet = await ask(analyst, 'GET', '/api/analysis/signals?period=2026-02')
      expect(quiet.body['items']).toEqual([])
    } finally {
      await app.close()
      await w.stop()
    }
  })

  it('丹东 第十三条第（一）项: receipt after one working day counts as late', async () => {
    const w = await startInsight('dandong-first-asked')
    try {
      w.at('2026-03-02T10:00+08:00')
      const [early, late, silent] = [
        await w.order({ category: null }),
        await w.order({ category: null }),
        await w.order({ category: null }),
      ]
      for (const number of [early, late, silent]) await w.dispatch(number, 'lighting')
      // one working day from the 2nd ends with the 3rd
      w.at('2026-03-03T23:59:59.999+08:00')
      await w.happen(early, { type: 'acknowledged', leg: 1, late: false })
      w.at('2026-03-04T00:00:00+08:00')
      await w.happen(late, { type: 'acknowledged', leg: 1, late: true })
      w.at('2026-04-02T10:00+08:00')
      const { statutes } = await w.insight.analysis.figures.indicators({ period: '2026-03' })
      expect(pair(statutes[0]!.total, 'acknowledgeRate')).toEqual([1, 3])
    } finally {
      await w.stop()
    }
  })
})

describe('白银 第二十八条第二款: 响应率、解决率、满意率', () => {
  let w: InsightWorld
  let ask: Ask
  let app: FastifyInstance
  beforeAll(async () => {
    w = await startInsight('baiyin-2024', limits)
    app = await w.serve((scope) => w.insight.staffRoutes(scope))
    ask = asking(app)
    w.at('2026-03-02T10:00+08:00')
    const [again, content, silent] = [
      await w.order({ category: null }),
      await w.order({ category: null }),
      await w.order({ category: null }),
    ]
    for (const number of [again, content, silent]) await w.dispatch(number, 'lighting')
    w.at('2026-03-03T10:00+08:00')
    for (const number of [again, content])
      await w.happen(number, { type: 'contacted', leg: 1, way: 'voice', note: '' })
    w.at('2026-03-05T10:00+08:00')
    for (const number of [again, content]) await w.happen(number, w.fedBack(true), { type: 'concluded' })
    w.at('2026-03-06T10:00+08:00')
    await w.happen(content, w.followedUp({ solved: true, satisfied: 'satisfied' }))
    await w.happen(
      again,
      w.followedUp({ solved: false, satisfied: 'dissatisfied' }),
      {
        type: 'judged',
        followUp: 1,
        reasonable: true,
        reason: '确未修好',
        then: 'handleAgain',
        ground: 'dissatisfied',
      },
      { type: 'legEnded', leg: 1, why: 'handledAgain' },
      { type: 'dispatched', legs: [{ n: 2, unitId: 'lighting', role: 'lead' }], basis: null, warnings: [] },
    )
    w.at('2026-03-10T10:00+08:00')
    await w.happen(again, w.fedBack(true, 2), { type: 'concluded' })
    w.at('2026-03-11T10:00+08:00')
    await w.happen(again, w.followedUp({ solved: true, satisfied: 'satisfied' }, 2))
    w.at('2026-04-01T10:00+08:00')
  })
  afterAll(async () => {
    await app.close()
    await w.stop()
  })

  it('come from raw answers: the last counts, and handling again is seen beside them', async () => {
    const { total } = (await w.insight.analysis.figures.indicators({ period: '2026-03' })).statutes[0]!
    // handled again is a leg of its own, and its requester was not contacted anew
    expect(pair(total, 'responseRate')).toEqual([2, 4])
    expect(pair(total, 'resolutionRate')).toEqual([2, 2])
    expect(pair(total, 'satisfiedRate')).toEqual([2, 2])
    expect(pair(total, 'handledAgainRate')).toEqual([1, 2])
    expect(pair(total, 'firstTimeRate')).toEqual([1, 2])
    // the same unit again is no re-dispatch
    expect(pair(total, 'redispatches')).toEqual([0, 3])
    for (const code of ['responseRate', 'resolutionRate', 'satisfiedRate'])
      expect(total.find((i) => i.code === code)!.cite).toContain('第二十八条第二款')
  })

  it('show what was said of each result: the first was not solved whatever the unit said', async () => {
    const { total } = await w.insight.analysis.figures.twoTruths({ period: '2026-03' })
    expect(total).toMatchObject({ bothSolved: 2, onlyUnit: 1, unanswered: 0 })
  })

  it('第二十五条: proposes to deputies what was tried again and again, by the grounds of the article', async () => {
    const [number] = await w.db.query<{ number: string }>(
      `select number from work_orders order by number limit 1`,
    )
    for (const n of [1, 2])
      await w.happen(number!.number, {
        type: 'opened',
        kind: 'supervision',
        n,
        leg: null,
        said: { trigger: 'overdue', level: 'first', means: [], reason: '超时', due: null, automatic: true },
      })
    const { status, body } = await ask(analyst, 'GET', '/api/analysis/selection?period=2026-04')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      basis: { cite: expect.stringContaining('第二十五条') },
      items: [
        {
          ground: 'repeatedlyIneffective',
          label: '屡次整改落实不力、反复治理未取得明显成效',
          hint: expect.stringContaining('督办2次'),
          orders: [{ number: number!.number }],
        },
      ],
    })
  })

  it('第二十一条第（一）项: compares with the same weeks of last year and looks ahead', async () => {
    w.at('2025-04-10T10:00+08:00')
    for (let n = 0; n < 6; n++) await w.order({ category: null })
    w.at('2026-04-01T10:00+08:00')
    await w.order({ category: null })
    const { body } = await ask(analyst, 'GET', '/api/analysis/season?weeks=2')
    expect(body).toMatchObject({
      basis: { cite: expect.stringContaining('第二十一条') },
      items: [{ subject: 'help', label: '求助', now: 1, lastYear: 0, lastYearAhead: 6, rises: true }],
    })
  })
})
