import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import type { OrderEvent } from '../../../src/work-orders/model.ts'
import { describeMissing, missingElements, type Given } from '../../../src/work-orders/elements.ts'
import { clocksOf, clocksOfRegistration } from '../../../src/work-orders/terms.ts'
import { calendar, statute } from './support.ts'

const at = new Date('2026-03-06T17:30+08:00')
const brief = (clocks: ReturnType<typeof clocksOfRegistration>) =>
  clocks.map((c) => [c.term, c.leg, formatInstant(c.due)])

describe('the clocks of an order', () => {
  it('第二十条第（二）项: three working days from when it was raised, not from when it was written down', () => {
    expect(brief(clocksOfRegistration(statute, new Date('2026-04-30T20:00+08:00'), calendar))).toEqual([
      ['AS19-D02', null, '2026-05-09T00:00:00+08:00'],
    ])
  })

  it('第二十条第（二）项: acceptance stops that clock and starts two working days for forwarding', () => {
    const change = clocksOf(statute, { type: 'accepted' }, at, calendar)
    expect(brief(change.starts)).toEqual([['AS19-D03', null, '2026-03-11T00:00:00+08:00']])
    expect(change).toMatchObject({ meets: ['AS19-D02'], voidsAll: false })
  })

  it('第二十二条: every unit has five working days of its own from delivery; the petition office has none', () => {
    const leg = (n: number, role: 'lead' | 'co' | 'petition') => ({
      n,
      unitId: `u${n}`,
      role,
      deliveredAt: at,
    })
    const event: OrderEvent = {
      type: 'dispatched',
      legs: [leg(1, 'lead'), leg(2, 'co'), leg(3, 'petition')],
      basis: null,
      warnings: [],
    }
    const change = clocksOf(statute, event, at, calendar)
    const due = '2026-03-14T00:00:00+08:00'
    expect(brief(change.starts)).toEqual([
      ['AS19-D06', 1, due],
      ['AS19-D07', 1, due],
      ['AS19-D06', 2, due],
      ['AS19-D07', 2, due],
    ])
    expect(change.meets).toEqual(['AS19-D03'])
  })

  it.each<[OrderEvent, string[]]>([
    [{ type: 'refused', reason: 'outsideCity', tell: '', otherChannel: null }, ['AS19-D02']],
    [{ type: 'merged', into: 'AS1' }, []],
  ])('%o leaves nothing running', (event, meets) => {
    expect(clocksOf(statute, event, at, calendar)).toEqual({ starts: [], meets, voidsAll: true })
  })

  it('keeps article, policy and calendar with each', () => {
    const [clock] = clocksOfRegistration(statute, at, calendar)
    expect(clock).toMatchObject({
      cite: '《鞍山市群众诉求办理条例》第二十条第（二）项',
      localPolicy: false,
      provisional: false,
      calendarVersion: calendar.version,
    })
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
