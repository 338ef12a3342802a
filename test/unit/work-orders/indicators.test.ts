import { describe, expect, it } from 'vitest'
import { workingDays } from '../../../src/statutes/term.ts'
import { startTerm, type Clock } from '../../../src/work-orders/clock.ts'
import {
  fewest,
  indicator,
  indicatorCodes,
  indicators,
  type Assessed,
  type IndicatorCode,
} from '../../../src/work-orders/indicators.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import type { FollowUp, Procedure } from '../../../src/work-orders/procedures.ts'
import { concluded, dispatched, followUp, statuteOf, type Short } from './closing-support.ts'
import { calendar, leg } from './support.ts'

const at = (text: string): Date => new Date(`${text}+08:00`)
/** March 2026. */
const march = { from: at('2026-03-01T00:00'), to: at('2026-04-01T00:00') }
const delivered = at('2026-03-02T10:00')

const clock = (short: Short, term: string, more: Partial<Clock> = {}): Clock => {
  const statute = statuteOf(short)
  const started = startTerm(statute.terms[term]!, dispatched(short), { leg: 1 }, delivered, {
    statute,
    calendar,
  })
  return { ...started!, extensions: [], otherLaw: null, metAt: null, missedAt: null, ...more }
}
const one = (short: Short, order: Partial<WorkOrder> = {}, clocks: Clock[] = []): Assessed => ({
  order: concluded(short, { legs: [leg(1, 'lighting', { deliveredAt: delivered })], ...order }),
  clocks,
  statute: statuteOf(short),
})
const count = (code: IndicatorCode, short: Short, ...assessed: Assessed[]) => {
  const found = indicator(code, assessed, march, { statute: statuteOf(short), calendar })
  return [found.numerator, found.denominator, Object.fromEntries(found.excluded.map((e) => [e.why, e.count]))]
}
const said = (more: Partial<FollowUp> = {}): FollowUp => followUp({ at: at('2026-03-10T10:00'), ...more })
const calls = (...followUps: FollowUp[]): Assessed => one('BY24', { followUps })

describe('白银第二十八条第二款 响应率、解决率、满意率', () => {
  it('names these three with their article, the others as the centre’s own', () => {
    const found = indicators([], march, { statute: statuteOf('BY24'), calendar })
    expect(found.filter((i) => i.cite?.includes('第二十八条第二款')).map((i) => i.code)).toEqual([
      'responseRate',
      'resolutionRate',
      'satisfiedRate',
    ])
    expect(found.map((i) => i.code).sort()).toEqual([...indicatorCodes].sort())
    for (const { says } of found) expect(says).toMatch(/[一-鿿]/)
  })

  const contact = (contactedAt: string | null, more: Parameters<typeof leg>[2] = {}): Assessed =>
    one('BY24', {
      legs: [
        leg(1, 'lighting', {
          deliveredAt: delivered,
          contactedAt: contactedAt === null ? null : at(contactedAt),
          ...more,
        }),
      ],
    })
  it('响应率: contacted before the end of the limit, by contact or by telling the result', () => {
    const told = { told: { way: '电话', text: '' }, fedBackAt: at('2026-03-03T20:00') }
    expect(
      count(
        'responseRate',
        'BY24',
        contact('2026-03-03T23:59'),
        contact('2026-03-04T00:00'),
        contact(null, told),
        contact(null),
        contact(null, { endedAt: at('2026-03-02T12:00'), ended: 'reassigned' }),
        contact(null, { deliveredAt: at('2026-03-31T10:00') }),
        contact('2026-03-01T09:00', { deliveredAt: at('2026-02-27T10:00') }),
      ),
    ).toEqual([2, 4, { legEnded: 1, notYetDue: 1 }])
  })
  it('响应率: where the statute sets no limit, contacted at all', () => {
    const fedBack = leg(1, 'lighting', { deliveredAt: delivered, fedBackAt: at('2026-03-09T10:00') })
    const contacted = { ...fedBack, contactedAt: at('2026-03-08T10:00') }
    expect(
      count('responseRate', 'AS19', one('AS19', { legs: [contacted] }), one('AS19', { legs: [fedBack] })),
    ).toEqual([1, 2, {}])
  })

  it('解决率: what the requester says, not what the unit claims; silence is left out and said so', () => {
    expect(
      count(
        'resolutionRate',
        'BY24',
        calls(said({ solved: true })),
        calls(said({ solved: false })),
        calls(said({ solved: null })),
        calls(said({ reached: false, solved: null, satisfied: null })),
        calls(),
        calls(said({ at: at('2026-04-01T00:00') })),
      ),
    ).toEqual([1, 2, { notReached: 1, noAnswer: 1 }])
  })
  it('满意率: with and without 基本满意, both shown', () => {
    const all = [
      calls(said()),
      calls(said({ satisfied: 'basicallySatisfied' })),
      calls(said({ satisfied: 'dissatisfied' })),
      calls(said({ satisfied: null })),
    ]
    expect(count('satisfiedRate', 'BY24', ...all)).toEqual([1, 3, { noAnswer: 1 }])
    expect(count('satisfiedOrBasicallyRate', 'BY24', ...all)).toEqual([2, 3, { noAnswer: 1 }])
  })
  it('counts both answers of an order that was handled again', () => {
    const verdict = { reasonable: true, reason: '', then: 'handleAgain' as const, by: 'x' }
    const twice = calls(
      said({ satisfied: 'dissatisfied', solved: false, verdict }),
      said({ n: 2, at: at('2026-03-20T10:00') }),
    )
    expect(count('satisfiedRate', 'BY24', twice)).toEqual([1, 2, {}])
    expect(count('handledAgainRate', 'BY24', twice)).toEqual([1, 2, {}])
  })
})

describe('草案第十七条 办结率、满意率', () => {
  it('办结率: concluded of what was accepted; other ends are left out and counted', () => {
    const accepted = (state: WorkOrder['state']) => one('ASD', { state, acceptedAt: at('2026-03-05T10:00') })
    expect(
      count(
        'concludedRate',
        'ASD',
        ...(['concluded', 'concluded', 'dispatched', 'terminated', 'merged'] as const).map(accepted),
        one('ASD', { acceptedAt: at('2026-02-05T10:00') }),
      ),
    ).toEqual([2, 3, { endedOtherwise: 2 }])
    const found = indicators([], march, { statute: statuteOf('ASD'), calendar })
    expect(found.filter((i) => i.cite !== null).map((i) => i.code)).toEqual([
      'satisfiedRate',
      'concludedRate',
    ])
  })
})

describe('按时办结率', () => {
  // Delivered on Monday 2 March: due at the end of Monday 9 March.
  const handled = (metAt: string | null, more: Partial<Clock> = {}): Assessed =>
    one('AS19', {}, [clock('AS19', 'AS19-D06', { metAt: metAt === null ? null : at(metAt), ...more })])
  it('by the limit that fell due in the period, also unmet', () => {
    expect(
      count('onTimeRate', 'AS19', handled('2026-03-09T23:59'), handled('2026-03-10T00:00'), handled(null)),
    ).toEqual([1, 3, {}])
  })
  it('with and without extensions', () => {
    const extended = handled('2026-03-12T10:00', {
      due: at('2026-03-17T00:00'),
      extensions: [workingDays(5)],
    })
    expect(count('onTimeRate', 'AS19', extended)).toEqual([1, 1, {}])
    expect(count('onTimeWithoutExtensionRate', 'AS19', extended)).toEqual([0, 1, {}])
  })
  it('counts no co-unit and nothing that falls due later', () => {
    const legs = [
      leg(1, 'lighting', { role: 'co', deliveredAt: delivered }),
      leg(2, 'district', { deliveredAt: delivered }),
    ]
    const co = one('AS19', { legs }, [clock('AS19', 'AS19-D06')])
    expect(count('onTimeRate', 'AS19', co)).toEqual([0, 0, {}])
    expect(count('onTimeRate', 'AS19', handled(null, { due: march.to }))).toEqual([0, 0, {}])
  })
  it('丹东第十三条第（一）项 按时接收率, and no such rate elsewhere', () => {
    const signed = (metAt: string) => one('DD', {}, [clock('DD', 'DD-D02', { metAt: at(metAt) })])
    expect(
      count('acknowledgedOnTimeRate', 'DD', signed('2026-03-03T18:00'), signed('2026-03-05T09:00')),
    ).toEqual([1, 2, {}])
    expect(count('acknowledgedOnTimeRate', 'AS19', handled(null))).toEqual([0, 0, {}])
  })
  it('及时转派率', () => {
    const forwarded = one('AS19', {}, [clock('AS19', 'AS19-D03', { leg: 0, metAt: at('2026-03-03T10:00') })])
    expect(count('forwardedOnTimeRate', 'AS19', forwarded)).toEqual([1, 1, {}])
  })
})

describe('延期、退单、回访', () => {
  const opened = (kind: 'sendBack' | 'timeExtension', verdict: string | null): Assessed =>
    one('AS19', {
      procedures: [
        {
          n: 1,
          kind,
          leg: 1,
          openedAt: delivered,
          openedBy: 'u',
          openedRole: 'unit',
          said: {},
          closedAt: verdict === null ? null : delivered,
          closedBy: null,
          closedRole: null,
          verdict,
          outcome: null,
        } as unknown as Procedure,
      ],
    })
  it('延期率 counts what took effect, 退单率 every application', () => {
    expect(
      count(
        'extensionRate',
        'AS19',
        opened('timeExtension', 'approved'),
        opened('timeExtension', 'refused'),
        opened('timeExtension', 'reported'),
      ),
    ).toEqual([2, 3, {}])
    expect(count('sendBackRate', 'AS19', opened('sendBack', 'refused'), one('AS19'))).toEqual([1, 2, {}])
  })
  it('回访率 of those that had to be called; 有效回访率 of those that were', () => {
    const ended = (more: Partial<WorkOrder>) =>
      one('AS19', { concludedAt: at('2026-03-09T10:00'), followUps: [], ...more })
    const silent = said({ reached: false, solved: null, satisfied: null })
    const all = [ended({}), ended({ followUps: [said()] }), ended({ followUps: [silent] })]
    expect(count('followUpRate', 'AS19', ...all)).toEqual([2, 3, {}])
    expect(count('effectiveFollowUpRate', 'AS19', ...all)).toEqual([1, 2, {}])
    const sample = Array.from({ length: 100 }, (_, n) =>
      one('DD', {
        number: `DD26030900${1000 + n * 37}1`,
        concludedAt: at('2026-03-09T10:00'),
        followUps: [],
      }),
    )
    const [, owed, left] = count('followUpRate', 'DD', ...sample) as [number, number, { notInSample: number }]
    expect(owed + left.notInSample).toBe(100)
    expect(owed).toBeGreaterThan(5)
    expect(owed).toBeLessThan(40)
  })
})

describe('rates of few', () => {
  it('are counts: below thirty there is no rate', () => {
    const of = (n: number) =>
      indicator(
        'satisfiedRate',
        Array.from({ length: n }, () => calls(said())),
        march,
        { statute: statuteOf('BY24'), calendar },
      )
    expect(of(fewest - 1)).toMatchObject({ numerator: 29, denominator: 29, rate: null, period: march })
    expect(of(fewest)).toMatchObject({ numerator: 30, denominator: 30, rate: 1 })
    expect(of(0)).toMatchObject({ numerator: 0, denominator: 0, rate: null })
  })
})
