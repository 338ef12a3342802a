import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled, play } from './play.ts'

type Classify = Command & { action: 'classify' }
const to = (cls: Classify['class']): Classify => ({
  action: 'classify',
  class: cls,
  reason: '涉及历史遗留问题',
})

describe('丹东 第十三条第（二）项 办理类别 (A-14)', () => {
  it('becomes 疑难 while the 一般 limit runs; the clock keeps its start', () => {
    const p = handled('dandong-first-asked').at('2026-03-11T17:00+08:00')
    expect(p.due('DD-D04', 1)).toBe('2026-03-12T00:00:00+08:00')
    p.do('dispatcher', to('complex'))
    expect(p.order.handlingClass).toBe('complex')
    expect(p.due('DD-D04', 1)).toBeNull()
    expect(p.due('DD-D05', 1)).toBe('2026-03-24T00:00:00+08:00')
    // The right to apply for an extension ends with the limit of the class.
    expect(p.due('DD-D06', 1)).toBe('2026-03-24T00:00:00+08:00')
  })

  it.each<[string, string | null]>([
    ['2026-03-11T23:59:59+08:00', null],
    ['2026-03-12T00:00:00+08:00', 'classTooLate'],
  ])('at %s', (at, code) => {
    const p = handled('dandong-first-asked').at(at)
    expect(p.try('dispatcher', to('complex'))?.refused ?? null).toBe(code)
  })

  it('is not labelled down to a limit that has already ended', () => {
    const p = handled('dandong-first-asked', { class: 'complex' }).at('2026-03-13T09:00+08:00')
    expect(p.try('dispatcher', to('general'))).toMatchObject({
      refused: 'classTooLate',
      cite: expect.stringContaining('第十三条第（二）项'),
    })
    const early = handled('dandong-first-asked', { class: 'complex' }).do('dispatcher', to('general'))
    expect(early.due('DD-D04', 1)).toBe('2026-03-12T00:00:00+08:00')
  })

  it('keeps what was granted under the old class', () => {
    const p = handled('dandong-first-asked').do(
      'unit',
      {
        action: 'applyExtension',
        reason: '等待配件',
        basis: '采购合同',
        by: { unit: 'workingDay', count: 5 },
        told: { way: '电话', text: '已告知' },
      },
      'lighting',
    )
    p.do('centreLeader', { action: 'decideExtension', approve: true, reason: '属实' })
    expect(p.due('DD-D04', 1)).toBe('2026-03-19T00:00:00+08:00')
    p.do('dispatcher', to('complex'))
    expect(p.due('DD-D05', 1)).toBe('2026-03-31T00:00:00+08:00')
  })

  it('is the platform’s, needs another class and one of the statute', () => {
    const p = handled('dandong-first-asked')
    expect(p.try('unit', to('complex'), 'lighting')).toMatchObject({ status: 403 })
    expect(p.try('dispatcher', to('general'))).toMatchObject({ refused: 'classedBefore' })
    const undispatched = play('dandong-first-asked').do('agent', to('complex'))
    expect(undispatched.order.handlingClass).toBe('complex')
  })

  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024'] as const)('%s knows no classes', (city) => {
    expect(handled(city).try('dispatcher', to('complex'))).toMatchObject({
      refused: 'notInThisStatute',
      status: 409,
    })
  })
})
