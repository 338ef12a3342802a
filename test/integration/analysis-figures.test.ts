import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Indicator } from '../../src/analysis/contract.ts'
import type { OrderEvent } from '../../src/work-orders/model.ts'
import { supervisions, tallies } from '../../src/work-orders/figures-store.ts'
import { startInsight, type InsightWorld } from './analysis-support.ts'

/**
 * March 2026 at Anshan, counted by hand. 2 March is a Monday without holidays near; an order delivered on the 3rd falls
 * due with the end of the 10th. Every figure is counted a second time from the raw events.
 */
let w: InsightWorld
const number: Record<string, string> = {}
const march = '2026-03'

beforeAll(async () => {
  w = await startInsight()
  const { at, order, happen, dispatch, fedBack, followedUp } = w

  at('2026-02-28T23:59:59.999+08:00')
  number['february'] = await order({ title: '二月的事' })
  at('2026-03-01T00:00:00+08:00')
  number['first'] = await order({ accept: false })

  at('2026-03-02T10:00+08:00')
  for (const name of ['good', 'extended', 'late', 'wandering', 'merged', 'boundary'])
    number[name] = await order({ category: name === 'late' ? 7 : 2, place: '铁西区示范路1号' })
  number['refused'] = await order({ accept: false })
  const answering = await w.wrappedUp(w.nextPhone())
  await w.register(answering, {
    type: 'answered',
    kind: 'consultation',
    category: 1,
    title: '办事时间',
    answer: '工作日九点到五点。',
    knowledge: [],
    lacking: { what: '办事时间' },
  })

  at('2026-03-03T09:00+08:00')
  await happen(number['refused'], {
    type: 'refused',
    reason: 'outsideCity',
    tell: '不在本市',
    otherChannel: null,
  })
  for (const name of ['good', 'extended', 'late', 'wandering']) await dispatch(number[name]!, 'lighting')
  await happen(number['merged']!, { type: 'merged', into: number['good']! })

  at('2026-03-04T10:00+08:00')
  await happen(
    number['wandering']!,
    {
      type: 'opened',
      kind: 'sendBack',
      n: 1,
      leg: 1,
      said: { reason: '不属于本单位', papers: [], late: false },
    },
    { type: 'legEnded', leg: 1, why: 'sentBack' },
  )
  await dispatch(number['wandering']!, 'district', 2)

  at('2026-03-05T10:00+08:00')
  await happen(number['good']!, fedBack(true), { type: 'concluded' })
  at('2026-03-06T10:00+08:00')
  await happen(number['good']!, followedUp({ reached: false }, 1))
  at('2026-03-07T10:00+08:00')
  await happen(number['good']!, followedUp({ solved: true, satisfied: 'basicallySatisfied' }, 2))
  await happen(number['good']!, {
    type: 'rated',
    stars: 4,
    components: { quality: 5, satisfaction: 3 },
    dimensions: {},
    followUp: 2,
  })

  at('2026-03-09T10:00+08:00')
  await happen(number['extended']!, {
    type: 'extended',
    leg: 1,
    term: 'AS19-D06',
    by: { unit: 'workingDay', count: 5 },
  })
  // Due with the end of the 11th: the first instant of the 12th is too late.
  at('2026-03-12T00:00:00+08:00')
  await happen(number['wandering']!, fedBack(true, 2))
  at('2026-03-13T10:00+08:00')
  await happen(number['extended']!, fedBack(true), { type: 'concluded' })
  at('2026-03-14T10:00+08:00')
  await happen(number['extended']!, followedUp({ solved: false, satisfied: 'dissatisfied' }))

  // Delivered on the 24th: the last day is the 31st, so it falls due within March although `due` is 1 April.
  at('2026-03-24T10:00+08:00')
  await dispatch(number['boundary']!, 'district')
  at('2026-03-31T23:59:59.999+08:00')
  number['lastOfMarch'] = await order()
  at('2026-04-01T00:00:00+08:00')
  number['april'] = await order()
  at('2026-04-02T12:00+08:00')
})
afterAll(() => w.stop())

const figures = async (query: object = {}) =>
  w.insight.analysis.figures.indicators({ period: march, ...query })
const of = (list: readonly Indicator[], code: string): Indicator => list.find((i) => i.code === code)!
const pair = (list: readonly Indicator[], code: string): [number, number] => {
  const { numerator, denominator } = of(list, code)
  return [numerator, denominator]
}

describe('indicators of March, counted by hand', () => {
  it('counts every measure with both numbers, under thirty as a count', async () => {
    const { total } = (await figures()).statutes[0]!
    // accepted in March: good extended late wandering merged boundary lastOfMarch; merged is left out
    expect(pair(total, 'concludedRate')).toEqual([2, 6])
    expect(of(total, 'concludedRate').exclusions).toEqual([
      { code: 'merged', label: '并入其他办理单', count: 1 },
    ])
    // fell due: good 11th, late 11th, wandering leg 2 12th (met an instant too late), extended 18th, boundary 1 April
    expect(pair(total, 'onTimeRate')).toEqual([2, 5])
    // without extensions the extended one fell due on the 11th and came too late
    expect(pair(total, 'onTimeOriginalRate')).toEqual([1, 5])
    expect(of(total, 'onTimeRate').exclusions).toEqual([
      expect.objectContaining({ code: 'voided', count: 1 }),
    ])
    expect(pair(total, 'resolutionRate')).toEqual([1, 2])
    expect(pair(total, 'satisfiedRate')).toEqual([1, 2])
    expect(pair(total, 'fullySatisfiedRate')).toEqual([0, 2])
    expect(of(total, 'satisfiedRate').survey).toEqual({ asked: 2, answered: 2, rate: null })
    expect(pair(total, 'reachedRate')).toEqual([2, 2])
    expect(pair(total, 'averageStars')).toEqual([4, 1])
    expect(pair(total, 'followUpRate')).toEqual([2, 2])
    expect(pair(total, 'extensionRate')).toEqual([1, 2])
    expect(pair(total, 'firstTimeRate')).toEqual([2, 2])
    // legs: good extended late wandering ×2 boundary
    expect(pair(total, 'sendBackRate')).toEqual([1, 6])
    expect(pair(total, 'redispatches')).toEqual([1, 5])
    expect(pair(total, 'handledAgainRate')).toEqual([0, 2])
    // one answer beside nine orders: first, the six, the refused and lastOfMarch
    expect(pair(total, 'onlineAnswerRate')).toEqual([1, 10])
    for (const { rate, shownAs, period } of total)
      expect([rate, shownAs, period]).toEqual([null, 'count', march])
  })

  it('第二十条第（二）项: counts forwarding by the days of its own limit', async () => {
    const { total } = (await figures()).statutes[0]!
    // accepted on the 2nd, due with the end of the 4th: four forwarded on the 3rd, one on the 24th, the merged one owed no
    // more; and February's, which fell due in March and lies there still
    const forward = of(total, 'forwardRate')
    expect([forward.numerator, forward.denominator]).toEqual([4, 6])
    expect(forward.limit).toMatchObject({
      cite: expect.stringContaining('第二十条第（二）项'),
      localPolicy: false,
    })
  })

  it('shares one boundary between months: nothing is counted twice or lost', async () => {
    const codes = ['2026-02', '2026-03', '2026-04']
    const found = await Promise.all(codes.map((period) => figures({ period })))
    const sum = (code: string) => found.reduce((n, f) => n + of(f.statutes[0]!.total, code).denominator, 0)
    const [all] = (await figures({ period: '2026-02-01..2026-05-01' })).statutes
    for (const code of ['concludedRate', 'onTimeRate', 'sendBackRate', 'onlineAnswerRate', 'followUpRate'])
      expect(of(all!.total, code).denominator, code).toBe(sum(code))
    const raised = await Promise.all(
      codes.map(
        async (period) =>
          (await w.insight.analysis.reports.of(period, {})).current.figures.volumes.total.raised,
      ),
    )
    expect(raised).toEqual([1, 9, 1])
  })

  it('agrees with the raw events', async () => {
    type Raw = { number: string; type: string; at: Date; data: Record<string, unknown> }
    const events = await w.db.query<Raw>(
      `select o.number, e.type, e.at, e.data from work_order_events e join work_orders o on o.id = e.order_id
       order by e.id`,
    )
    const inMarch = (e: Raw): boolean =>
      e.at >= new Date('2026-03-01T00:00+08:00') && e.at < new Date('2026-04-01T00:00+08:00')
    const numbers = (type: string): Set<string> =>
      new Set(events.filter((e) => e.type === type && inMarch(e)).map((e) => e.number))
    const merged = numbers('merged')
    const accepted = [...numbers('accepted')].filter((n) => !merged.has(n))
    const { total } = (await figures()).statutes[0]!
    expect(of(total, 'concludedRate').denominator).toBe(accepted.length)
    expect(of(total, 'concludedRate').numerator).toBe(
      accepted.filter((n) => events.some((e) => e.number === n && e.type === 'concluded')).length,
    )
    expect(of(total, 'reachedRate').denominator).toBe(numbers('followedUp').size)
    const last = new Map(
      events
        .filter((e) => e.type === 'followedUp' && inMarch(e) && e.data['solved'] !== null)
        .map((e) => [e.number, e]),
    )
    expect(of(total, 'resolutionRate').denominator).toBe(last.size)
    expect(of(total, 'resolutionRate').numerator).toBe(
      [...last.values()].filter((e) => e.data['solved'] === true).length,
    )
    const legs = events.filter((e) => e.type === 'dispatched' && inMarch(e))
    expect(of(total, 'sendBackRate').denominator).toBe(
      legs.reduce((n, e) => n + (e.data['legs'] as unknown[]).length, 0),
    )
  })

  it('groups by unit and adds up to the whole', async () => {
    const { statutes } = await figures({ by: 'unit' })
    const { groups, total } = statutes[0]!
    expect(groups.map((g) => g.label)).toEqual(['路灯管理处', '示范区政府', '尚未派单'])
    for (const code of ['concludedRate', 'onTimeRate', 'onTimeOriginalRate', 'satisfiedRate', 'sendBackRate'])
      expect(
        groups.reduce((n, g) => n + of(g.indicators, code).denominator, 0),
        code,
      ).toBe(of(total, code).denominator)
    const lighting = groups[0]!.indicators
    expect(pair(lighting, 'onTimeRate')).toEqual([2, 3])
    expect(pair(lighting, 'onTimeOriginalRate')).toEqual([1, 3])
    expect(pair(lighting, 'sendBackRate')).toEqual([1, 4])
    expect(pair(groups[1]!.indicators, 'onTimeRate')).toEqual([0, 2])
    // the unit that it was moved to
    expect(pair(groups[1]!.indicators, 'redispatches')).toEqual([1, 2])
  })

  it('groups by category with the statute’s own names, and counts one category by itself', async () => {
    const { groups } = (await figures({ by: 'category' })).statutes[0]!
    const late = groups.find((g) => g.key === '7')!
    expect(pair(late.indicators, 'onTimeRate')).toEqual([0, 1])
    const { total } = (await figures({ category: 7 })).statutes[0]!
    expect(pair(total, 'onTimeRate')).toEqual([0, 1])
    expect(total.some((i) => i.code === 'connectionRate')).toBe(false)
  })

  it('names a place only where three requesters came from, and never a house number', async () => {
    const { groups } = (await figures({ by: 'place' })).statutes[0]!
    expect(groups.map((g) => g.label)).toEqual(['铁西区示范路'])
    w.at('2026-04-02T13:00+08:00')
    const alone = await w.order({ place: '立山区独门巷7号', title: '独门' })
    await w.order({ place: '铁东区举报路3号', kind: 'tipOff', category: 3 })
    const april = (await figures({ period: '2026-04', by: 'place' })).statutes[0]!
    expect(april.groups.map((g) => g.label)).toEqual(['其他地点'])
    await expect(figures({ period: '2026-04', place: '立山区独门巷' })).rejects.toMatchObject({
      status: 422,
      code: 'placeTooSmall',
    })
    expect(JSON.stringify(april)).not.toContain('独门')
    await w.happen(alone, { type: 'merged', into: number['april']! })
  })

  it('第二十三条、第三条: says which indicators are the statute’s own', async () => {
    const { total, absent, standard } = (await figures()).statutes[0]!
    expect(of(total, 'averageStars')).toMatchObject({
      cite: expect.stringContaining('第二十三条'),
      localPolicy: false,
    })
    expect(of(total, 'satisfiedRate')).toMatchObject({ cite: expect.stringContaining('第三条') })
    expect(of(total, 'concludedRate')).toMatchObject({ cite: null, localPolicy: true })
    expect(standard).toMatchObject({ says: expect.stringContaining('人民满意') })
    expect(absent.map((a) => a.code)).toEqual(['responseRate', 'acknowledgeRate'])
  })

  it('keeps statutes apart', async () => {
    const { statutes } = await figures({ by: 'statute' })
    expect(statutes.map((s) => s.statute)).toEqual(['anshan-2019'])
    await expect(figures({ statute: 'nowhere' })).rejects.toMatchObject({ code: 'statuteUnknown' })
  })

  it('sets what the unit says beside what the requester says', async () => {
    const { total, groups } = await w.insight.analysis.figures.twoTruths({ period: march, by: 'unit' })
    expect(total).toMatchObject({
      unitSays: { numerator: 3, denominator: 3, rate: null },
      requesterSays: { numerator: 1, denominator: 2, rate: null },
      bothSolved: 1,
      onlyUnit: 1,
      onlyRequester: 0,
      neither: 0,
      unanswered: 1,
    })
    expect(groups.map((g) => [g.label, g.unanswered])).toEqual([
      ['路灯管理处', 0],
      ['示范区政府', 1],
    ])
  })

  it('第三十条: shows the five stages as they stand', async () => {
    const { stages, basis } = await w.insight.analysis.figures.stages()
    expect(basis.cite).toContain('第三十条')
    const counts = Object.fromEntries(stages.map((s) => [s.code, [s.count, s.overdue]]))
    expect(counts['handling']).toEqual([2, 2])
    expect(counts['feedback']).toEqual([1, 0])
    expect(counts['evaluation']).toEqual([0, 0])
    expect(counts['supervision']).toEqual([0, 0])
  })
})

describe('what is counted of one month', () => {
  const june = {
    statute: 'anshan-2019',
    from: new Date('2026-06-01T00:00+08:00'),
    to: new Date('2026-07-01T00:00+08:00'),
    by: null,
    unit: null,
    category: null,
    place: null,
  }
  const opened = (n: number, due: string | null): OrderEvent => ({
    type: 'opened',
    kind: 'supervision',
    n,
    leg: 1,
    said: { trigger: 'evasion', level: 'first', means: [], reason: '推诿', due, automatic: false },
  })
  const answered = (n: number, late: boolean): OrderEvent => ({
    type: 'stepped',
    kind: 'supervision',
    n,
    answer: { text: '已经整改', signedBy: null, late },
  })

  it('第三十一条第三款、第三十五条: 督办逾期 are those answered too late and those not answered in time', async () => {
    const due = '2026-06-10T00:00:00+08:00'
    w.at('2026-06-01T09:00+08:00')
    const one = await w.order()
    await w.dispatch(one, 'lighting')
    await w.happen(one, ...[1, 2, 3, 4].map((n) => opened(n, due)), opened(5, null))
    w.at('2026-06-09T09:00+08:00')
    await w.happen(one, answered(1, false))
    const counted = async (asOf: string) =>
      (await supervisions(w.db, { ...june, asOf: new Date(asOf) })).find((r) => r.trigger === 'evasion')
    expect(await counted('2026-06-09T10:00+08:00')).toMatchObject({ opened: 5, closed: 0, late: 0 })
    w.at('2026-06-11T09:00+08:00')
    await w.happen(one, answered(2, true), {
      type: 'closed',
      kind: 'supervision',
      n: 3,
      verdict: 'unsettled',
      outcome: { answer: null, reason: '没有答复' },
    })
    // Late: the second by its answer, the third and the fourth without any; the fifth had no day.
    expect(await counted('2026-06-12T09:00+08:00')).toMatchObject({ opened: 5, closed: 1, late: 3 })
  })

  it('草案第十七条: what was accepted, waited for material and was refused then is no part of 办结率', async () => {
    w.at('2026-06-02T09:00+08:00')
    const one = await w.order({ category: 9 })
    await w.happen(one, { type: 'refused', reason: 'outsideCity', tell: '不在本市', otherChannel: null })
    const c = { ...june, category: 9, asOf: new Date('2026-06-03T09:00+08:00') }
    const rows = await tallies(w.db, c, { handle: [], forward: [], acknowledge: [], response: [] })
    expect(rows.find((r) => r.measure === 'concluded')).toMatchObject({
      numerator: 0,
      denominator: 0,
      excluded: { refused: 1 },
    })
  })
})

describe('calls and texts of a period', () => {
  it('counts what was offered to people, without slips of the finger and without calls made back', async () => {
    const requester = await w.db.query<{ id: string }>(`select requester_id as id from contacts limit 1`)
    const call = (n: number, columns: Record<string, string | null>) =>
      w.db.query(
        `insert into contacts (id, channel, account, address_lookup, requester_id, state, "end", received_at, queued_at,
           bridged_at, ended_at, last_inbound_at, first_answer_at, parent_contact_id)
         values (gen_random_uuid(), $1, '12345', $2, $3, $4, $5, $6, $7, $8, $9, $6, $10, $11)`,
        [
          columns['channel'] ?? 'voice',
          `call-${n}`,
          requester[0]!.id,
          columns['end'] === undefined ? 'ended' : columns['end'] === null ? 'queued' : 'ended',
          columns['end'] === null ? null : (columns['end'] ?? 'completed'),
          columns['received'] ?? '2027-03-02T10:00:00+08:00',
          columns['queued'] ?? '2027-03-02T10:00:01+08:00',
          columns['bridged'] ?? null,
          columns['end'] === null ? null : (columns['ended'] ?? '2027-03-02T10:05:00+08:00'),
          columns['answered'] ?? null,
          columns['parent'] ?? null,
        ],
      )
    await call(1, { bridged: '2027-03-02T10:00:16+08:00' })
    await call(2, { bridged: '2027-03-02T10:00:17+08:00' })
    await call(3, { end: 'abandoned', ended: '2027-03-02T10:00:11+08:00' })
    await call(4, { end: 'abandoned', ended: '2027-03-02T10:01:01+08:00' })
    await call(5, { end: 'shortAbandon', ended: '2027-03-02T10:00:03+08:00' })
    await call(6, { end: null })
    await call(7, { received: '2027-03-03T00:00:00+08:00', bridged: '2027-03-03T00:00:05+08:00' })
    const [parent] = await w.db.query<{ id: string }>(
      `select id from contacts where address_lookup = 'call-4'`,
    )
    await call(8, { bridged: '2027-03-02T10:00:05+08:00', parent: parent!.id })
    await call(9, { channel: 'sms', answered: '2027-03-02T10:03:00+08:00' })
    await call(10, { channel: 'sms', answered: '2027-03-02T10:03:01+08:00' })
    // A letter entered by hand is no conversation that waits for its first answer.
    await call(11, { channel: 'web', answered: '2027-03-02T10:00:01+08:00' })
    w.at('2027-03-04T10:00+08:00')
    const { total } = (await figures({ period: '2027-03-02' })).statutes[0]!
    expect(pair(total, 'connectionRate')).toEqual([2, 4])
    expect(of(total, 'connectionRate').exclusions).toEqual([
      { code: 'shortAbandon', label: '5 秒内挂断', count: 1 },
      { code: 'waiting', label: '仍在等候', count: 1 },
    ])
    expect(pair(total, 'within15Rate')).toEqual([1, 2])
    expect(pair(total, 'serviceLevel15')).toEqual([2, 4])
    expect(pair(total, 'averageWait')).toEqual([31, 2])
    expect(pair(total, 'averageAbandonedWait')).toEqual([70, 2])
    expect(pair(total, 'textAnswerRate')).toEqual([1, 2])
  })
})
