import { describe, expect, it } from 'vitest'
import {
  lateLabels,
  massClosings,
  ownFollowUps,
  pingPongs,
  type Closings,
} from '../../../src/analysis/decide/signals.ts'

const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `o${i}`)
const on = (day: string, n: number, unit = 'a'): Closings => ({ unit, day, orderIds: ids(n) })

describe('signs of gaming', () => {
  it('see many results in the last three days of a month, beside its other days', () => {
    expect(massClosings([on('2026-03-30', 9), on('2026-03-05', 1)])).toEqual([])
    expect(massClosings([on('2026-03-29', 4), on('2026-03-31', 6), on('2026-03-05', 10)])).toMatchObject([
      {
        code: 'massClosing',
        unit: 'a',
        orderIds: { length: 10 },
        hint: expect.stringContaining('最后3天反馈10件'),
      },
    ])
    // a unit that is as busy on every other day
    const busy = Array.from({ length: 28 }, (_, d) => on(`2026-03-${String(d + 1).padStart(2, '0')}`, 4))
    expect(massClosings([...busy, on('2026-03-30', 12)])).toEqual([])
  })

  it('keep units and months apart', () => {
    expect(
      massClosings([on('2026-03-30', 6, 'a'), on('2026-03-30', 6, 'b'), on('2026-04-29', 6, 'a')]),
    ).toEqual([])
  })

  it('see an order that went back and forth', () => {
    const row = (sentBack: number, units: number) => ({ orderId: 'o', unit: 'a', sentBack, units })
    expect(pingPongs([row(1, 2), row(1, 1)])).toEqual([])
    expect(pingPongs([row(2, 1), row(0, 3)])).toHaveLength(2)
  })

  it('are hints and never verdicts', () => {
    const signs = [
      ...massClosings([on('2026-03-30', 12)]),
      ...pingPongs([{ orderId: 'o', unit: null, sentBack: 2, units: 3 }]),
      ...lateLabels([{ orderId: 'o', unit: 'a', what: '办理类别', afterDue: true }]),
      ...ownFollowUps([
        { orderId: 'o', unit: 'a' },
        { orderId: 'p', unit: 'a' },
      ]),
    ]
    expect(signs.map((s) => s.code)).toEqual(['massClosing', 'pingPong', 'lateLabel', 'ownFollowUp'])
    for (const { hint } of signs) {
      expect(hint).toMatch(/请/)
      expect(hint).not.toMatch(/作弊|造假|违规/)
    }
  })
})
