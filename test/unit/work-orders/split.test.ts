import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled, play } from './play.ts'

type Split = Command & { action: 'split' }
const part = (unit: string, more: Partial<Split['parts'][number]> = {}) => ({
  title: '井盖缺失',
  facts: '人行道井盖缺失。',
  unit,
  ...more,
})
const split = (...parts: Split['parts']): Split => ({ action: 'split', reason: '分属两个单位', parts })

describe('白银 第十一条第（二）项 分别确定承办单位', () => {
  it('names a unit for each part and keeps the rest where it is', () => {
    const p = handled('baiyin-2024').do('dispatcher', split(part('district')))
    expect(p.last()).toMatchObject({
      type: 'split',
      into: [{ unit: 'district', title: '井盖缺失' }],
    })
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{ unitId: 'lighting', endedAt: null }] })
    expect(p.due('BY24-D05', 1)).toBe('2026-03-10T00:00:00+08:00')
  })

  it('may come before the first dispatch', () => {
    const p = play('baiyin-2024').do('dispatcher', { action: 'accept' })
    p.do('dispatcher', split(part('lighting'), part('district')))
    expect(p.order.state).toBe('accepted')
  })

  it.each<[string, Split, string]>([
    ['the unit that has the order', split(part('lighting')), 'unitHasIt'],
    ['one unit twice', split(part('district'), part('district')), 'unitTwice'],
    ['a unit that is closed', split(part('closed')), 'unitUnknown'],
    ['a part without words', split(part('district', { facts: '  ' })), 'partUnnamed'],
    ['a category of no statute', split(part('district', { category: 99 })), 'categoryUnknown'],
  ])('refuses %s', (_what, command, code) => {
    expect(handled('baiyin-2024').try('dispatcher', command)).toMatchObject({ refused: code, status: 422 })
  })

  it('never gives a part to the accused', () => {
    const p = handled('baiyin-2024', {}, { kind: 'complaint', accusedUnitId: 'district' })
    expect(p.try('dispatcher', split(part('district')))).toMatchObject({ refused: 'unitIsAccused' })
  })

  it.each(['anshan-2019', 'anshan-draft', 'dandong-first-asked'] as const)(
    '%s names one lead and co-units instead',
    (city) => {
      expect(handled(city).try('dispatcher', split(part('district')))).toMatchObject({
        refused: 'notInThisStatute',
        detail: expect.stringContaining('协办'),
      })
    },
  )
})
