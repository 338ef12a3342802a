import { describe, expect, it } from 'vitest'
import { liveLegs } from '../../../src/work-orders/model.ts'
import { handled } from './play.ts'

const reason = '按照属地管理'
const lives = (p: ReturnType<typeof handled>) => liveLegs(p.order).map((l) => [l.unitId, l.role])

describe('改派 (A-29)', () => {
  it('gives the new unit a limit of its own and ends that of the old one', () => {
    const p = handled('anshan-2019').at('2026-03-05T09:00+08:00')
    p.do('dispatcher', { action: 'reassign', to: 'district', reason })
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{ ended: 'reassigned' }, { n: 2 }] })
    expect(p.due('AS19-D06', 1)).toBeNull()
    expect(p.due('AS19-D06', 2)).toBe('2026-03-13T00:00:00+08:00')
    expect(lives(p)).toEqual([['district', 'lead']])
  })

  it.each([
    ['to nobody known', { to: 'nowhere' }, 'unitUnknown'],
    ['to a closed unit', { to: 'closed' }, 'unitUnknown'],
    ['to the unit that has it', { to: 'lighting' }, 'unitHasIt'],
    ['to a co-unit of it', { to: 'district' }, 'unitHasIt'],
    ['from a unit that has it not', { from: 'petition', to: 'leaderless' }, 'unitNotHandling'],
  ])('is refused %s', (_what, more, code) => {
    const p = handled('anshan-2019', { coUnits: ['district'] })
    const refused = p.try('dispatcher', { action: 'reassign', reason, ...more })
    expect(refused).toMatchObject({ refused: code, status: 422 })
  })

  it('never goes to the accused, and warns of a unit without leaders', () => {
    const accused = handled('anshan-2019', {}, { kind: 'complaint', accusedUnitId: 'district' })
    expect(accused.try('dispatcher', { action: 'reassign', to: 'district', reason })).toMatchObject({
      refused: 'unitIsAccused',
      cite: expect.stringContaining('第二十六条'),
    })
    const p = handled('anshan-2019').do('dispatcher', { action: 'reassign', to: 'leaderless', reason })
    expect(p.last()).toMatchObject({ warnings: ['unitWithoutLeaders'] })
  })

  it('is the centre’s, and ends with the result of the unit', () => {
    const p = handled('anshan-2019')
    const move = { action: 'reassign', to: 'district', reason } as const
    expect(p.try('unit', move, 'lighting')).toMatchObject({ status: 403 })
    const told = { way: '电话', text: '已修复' }
    p.do('unit', { action: 'feedBack', result: '已修复', solved: true, told }, 'lighting')
    expect(p.try('dispatcher', move)).toMatchObject({ refused: 'wrongState' })
  })
})

describe('协办单位', () => {
  it('joins with its own limit, is released, and may join again', () => {
    const p = handled('anshan-draft').at('2026-03-03T09:00+08:00')
    p.do('dispatcher', { action: 'addCoUnit', unit: 'district', reason })
    expect(p.due('ASD-D08', 2)).toBe('2026-03-07T00:00:00+08:00')
    p.do('dispatcher', { action: 'releaseCoUnit', unit: 'district', reason: '不再需要' })
    expect(lives(p)).toEqual([['lighting', 'lead']])
    expect(p.due('ASD-D08', 2)).toBeNull()
    p.do('dispatcher', { action: 'addCoUnit', unit: 'district', reason })
    expect(lives(p)).toEqual([
      ['lighting', 'lead'],
      ['district', 'co'],
    ])
  })

  it('the lead unit is not released, it is moved', () => {
    const p = handled('anshan-draft', { coUnits: ['district'] })
    expect(p.try('dispatcher', { action: 'releaseCoUnit', unit: 'lighting', reason })).toMatchObject({
      refused: 'notCoUnit',
    })
    p.do('dispatcher', { action: 'reassign', from: 'district', to: 'leaderless', reason })
    expect(lives(p)).toEqual([
      ['lighting', 'lead'],
      ['leaderless', 'co'],
    ])
    const alone = handled('anshan-draft')
    expect(alone.try('dispatcher', { action: 'releaseCoUnit', unit: 'district', reason })).toMatchObject({
      refused: 'noCoUnit',
    })
  })
})
