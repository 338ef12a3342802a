import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import type { OrderEvent, WorkOrder } from '../../../src/work-orders/model.ts'
import { describeMissing, missingElements, type Given } from '../../../src/work-orders/elements.ts'
import { recomputed, remindAt, startTerm, type Started } from '../../../src/work-orders/clock.ts'
import { clocksOf, clocksOfRegistration } from '../../../src/work-orders/clocks.ts'
import { calendar, leg, order, staff, statute } from './support.ts'

const at = new Date('2026-03-06T17:30+08:00')
const context = { statute, calendar, at }
const brief = (started: readonly Started[]) => started.map((c) => [c.term, c.leg, formatInstant(c.due)])
/** The order after the event, and what the event does to its clocks. */
const change = (before: WorkOrder, event: OrderEvent, when = at) =>
  clocksOf(apply(before, event, { at: when, by: staff('dispatcher') }), event, { ...context, at: when })

describe('the clocks of an order', () => {
  it('第二十条第（二）项: three working days from when it was raised, not from when it was written down', () => {
    const raised = order({ raisedAt: new Date('2026-04-30T20:00+08:00'), registeredAt: at })
    expect(brief(clocksOfRegistration(raised, context))).toEqual([
      ['AS19-D02', 0, '2026-05-09T00:00:00+08:00'],
    ])
  })

  it('第二十条第（二）项: acceptance stops that clock and starts two working days for forwarding', () => {
    const { starts, meets, voids } = change(order(), { type: 'accepted' })
    expect(brief(starts)).toEqual([['AS19-D03', 0, '2026-03-11T00:00:00+08:00']])
    expect({ meets, voids }).toEqual({ meets: [{ terms: ['AS19-D02'] }], voids: [] })
  })

  it('第二十二条: every unit has five working days of its own from delivery; the petition office has none', () => {
    const { starts, meets } = change(order({ state: 'accepted' }), {
      type: 'dispatched',
      legs: [
        { n: 1, unitId: 'u1', role: 'lead' },
        { n: 2, unitId: 'u2', role: 'co' },
        { n: 3, unitId: 'u3', role: 'petition' },
      ],
      basis: null,
      warnings: [],
    })
    const due = '2026-03-14T00:00:00+08:00'
    expect(brief(starts)).toEqual([
      ['AS19-D06', 1, due],
      ['AS19-D07', 1, due],
      ['AS19-D06', 2, due],
      ['AS19-D07', 2, due],
    ])
    // Applying for an extension is a right: it lapses, and nobody misses it.
    expect(starts.filter((c) => c.window).map((c) => c.term)).toEqual(['AS19-D07', 'AS19-D07'])
    expect(meets).toEqual([{ terms: ['AS19-D03'] }])
  })

  it('第二十三条第一款: a failed audit lets the old clock go on', () => {
    const fedBack = order({ state: 'fedBack', legs: [leg(1, 'lighting', { fedBackAt: at })] })
    const { starts, reopens } = change(fedBack, { type: 'returned', leg: 1, why: '情况不实' })
    expect(starts).toEqual([])
    expect(reopens).toContainEqual({ terms: ['AS19-D06'], leg: 1 })
  })

  it.each<[OrderEvent, string[]]>([
    [{ type: 'refused', reason: 'outsideCity', tell: '', otherChannel: null }, ['AS19-D02']],
    [{ type: 'merged', into: 'AS1' }, []],
  ])('%o leaves nothing running', (event, terms) => {
    const { starts, meets, voids } = change(order(), event)
    expect({ starts, voids }).toEqual({ starts: [], voids: ['all'] })
    expect(meets.flatMap((m) => m.terms)).toEqual(terms)
  })

  it('keeps article, policy and calendar with each', () => {
    const [clock] = clocksOfRegistration(order({ raisedAt: at }), context)
    expect(clock).toMatchObject({
      cite: '《鞍山市群众诉求办理条例》第二十条第（二）项',
      localPolicy: false,
      provisional: false,
      calendarVersion: calendar.version,
    })
  })
})

describe('第二十七条第三款 回避决定期间不计入期限', () => {
  const delivered = new Date('2026-03-02T10:00+08:00')
  const recusal = (from: string, to: string | null): WorkOrder => {
    const opened = apply(
      order({ state: 'dispatched', legs: [leg(1, 'lighting')] }),
      {
        type: 'opened',
        kind: 'recusal',
        n: 1,
        leg: 1,
        said: { ground: 'closeRelative', reason: '近亲属', person: 'unit-1', unit: null, by: 'requester' },
      },
      { at: new Date(from), by: staff('agent') },
    )
    if (to === null) return opened
    const decided: OrderEvent = {
      type: 'closed',
      kind: 'recusal',
      n: 1,
      verdict: 'refused',
      outcome: { document: '决定书', reason: '无此关系', late: false },
    }
    return apply(opened, decided, { at: new Date(to), by: staff('supervisor') })
  }
  it.each([
    [
      'decided after two working days (V17)',
      '2026-03-04T15:00+08:00',
      '2026-03-06T10:00+08:00',
      '2026-03-12',
    ],
    ['decided the same day', '2026-03-04T09:00+08:00', '2026-03-04T17:00+08:00', '2026-03-10'],
    ['decided late: no more than three', '2026-03-04T09:00+08:00', '2026-03-20T17:00+08:00', '2026-03-13'],
    ['undecided', '2026-03-04T09:00+08:00', null, '2026-03-13'],
  ])('%s', (_what, from, to, due) => {
    const paused = recusal(from, to)
    const running = startTerm(statute.terms['AS19-D06']!, order(), { leg: 1 }, delivered, context)!
    const clock = { ...running, extensions: [], otherLaw: null, metAt: null, missedAt: null }
    const [moved] = [...recomputed(paused, [clock], statute, calendar), clock]
    expect(formatInstant(moved.due)).toBe(`${due}T00:00:00+08:00`)
  })
})

describe('a reminder', () => {
  it.each([
    [
      'the working day before the last',
      '2026-03-02T10:00+08:00',
      '2026-03-10T00:00+08:00',
      '2026-03-06T09:00:00+08:00',
    ],
    [
      'over the Spring Festival',
      '2026-02-10T10:00+08:00',
      '2026-02-25T00:00+08:00',
      '2026-02-14T09:00:00+08:00',
    ],
    ['none where the time is too short', '2026-03-02T10:00+08:00', '2026-03-03T00:00+08:00', null],
  ])('%s', (_what, startedAt, due, expected) => {
    const at = remindAt({ startedAt: new Date(startedAt), due: new Date(due), window: false }, calendar)
    expect(at && formatInstant(at)).toBe(expected)
  })
})

describe('第十八条 办理单的要素', () => {
  const whole: Given = {
    kind: 'help',
    category: 2,
    place: '铁西区',
    facts: '路灯不亮',
    name: '化名甲',
    home: '铁西区',
    contact: '13800000001',
    confidentialityAsked: false,
  }

  it.each<[Partial<Given>, string[]]>([
    [{}, []],
    [{ name: null }, ['requesterName']],
    [{ name: '  ', home: null, contact: null }, ['requesterName', 'requesterAddress', 'requesterContact']],
    [{ kind: null, category: null, place: null }, ['kind', 'category', 'place']],
    [{ facts: '' }, ['facts']],
    [{ confidentialityAsked: false }, []],
  ])('%o misses %j', (more, missing) => {
    expect(missingElements(statute, { ...whole, ...more })).toEqual(missing)
  })

  it('says what is missing in words, with the article', () => {
    expect(describeMissing(statute, ['requesterAddress'])).toEqual([
      { element: 'requesterAddress', label: '现住所', cite: '《鞍山市群众诉求办理条例》第十八条第（一）项' },
    ])
  })
})
