import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled } from './play.ts'

type Apply = Command & { action: 'applyOtherLaw' }
const other = (more: Partial<Apply> = {}): Apply => ({
  action: 'applyOtherLaw',
  law: '某某管理法',
  article: '第四十二条',
  within: { unit: 'workingDay', count: 20 },
  ...more,
})
const extension: Command = {
  action: 'applyExtension',
  reason: '尚在鉴定',
  progress: '鉴定中',
  measures: '等待结论',
  by: { unit: 'workingDay', count: 3 },
  told: { way: '短信', text: '已告知' },
}
const approve: Command = { action: 'decideExtension', approve: true, reason: '属实' }

describe('从其规定 (鞍山 2019 第二十二条第一款, A-22)', () => {
  it.each(['unit', 'agent', 'dispatcher'] as const)(
    'a %s names law, article and number; both limits stay',
    (role) => {
      const p = handled('anshan-2019').do(role, other(), role === 'unit' ? 'lighting' : null)
      expect(p.due('AS19-D06', 1)).toBe('2026-03-31T00:00:00+08:00')
      expect(p.last()).toMatchObject({
        law: '某某管理法',
        article: '第四十二条',
        due: '2026-03-31T00:00:00+08:00',
        localDue: '2026-03-10T00:00:00+08:00',
      })
      expect(p.clocks().find((c) => c.term === 'AS19-D06')?.otherLaw).toMatchObject({
        law: '某某管理法',
        localDue: '2026-03-10T00:00:00+08:00',
      })
      // 第二款 repeats its own number: the right to apply for an extension stays at five working days.
      expect(p.due('AS19-D07', 1)).toBe('2026-03-10T00:00:00+08:00')
    },
  )

  it.each<[Partial<Apply>]>([
    [{ law: '《 》' }],
    [{ article: '  ' }],
    [{ law: '《鞍山市群众诉求办理条例》' }],
  ])('refuses %o, which names no other law', (more) => {
    expect(handled('anshan-2019').try('unit', other(more), 'lighting')).toMatchObject({
      refused: 'otherLawUnnamed',
      cite: expect.stringContaining('第二十二条第一款'),
    })
  })

  it('may be shorter than the limit here', () => {
    const p = handled('anshan-2019').do('unit', other({ within: { unit: 'hour', count: 24 } }), 'lighting')
    expect(p.due('AS19-D06', 1)).toBe('2026-03-03T10:00:00+08:00')
  })

  it('is not lengthened by a local extension, asked for before or after', () => {
    const before = handled('anshan-2019').do('unit', extension, 'lighting')
    before.do('agent', other())
    expect(before.try('centreLeader', approve)).toMatchObject({
      refused: 'limitOfOtherLaw',
      cite: expect.stringContaining('第二十二条第一款'),
      title: expect.stringContaining('《某某管理法》第四十二条'),
    })
    const after = handled('anshan-2019').do('agent', other())
    expect(after.try('unit', extension, 'lighting')).toMatchObject({ refused: 'limitOfOtherLaw' })
  })

  it('stands above an extension that was granted before; the law itself may lengthen it', () => {
    const p = handled('anshan-2019').do('unit', extension, 'lighting').do('centreLeader', approve)
    p.do('agent', other())
    expect(p.due('AS19-D06', 1)).toBe('2026-03-31T00:00:00+08:00')
    p.do('agent', other({ article: '第四十二条第二款', within: { unit: 'workingDay', count: 30 } }))
    expect(p.due('AS19-D06', 1)).toBe('2026-04-15T00:00:00+08:00')
  })

  it('belongs to the unit that is named, and to no unit that has not the order', () => {
    const p = handled('anshan-2019', { coUnits: ['district'] }).do('agent', other({ unit: 'district' }))
    expect(p.due('AS19-D06', 1)).toBe('2026-03-10T00:00:00+08:00')
    expect(p.due('AS19-D06', 2)).toBe('2026-03-31T00:00:00+08:00')
    expect(p.try('agent', other({ unit: 'closed' }))).toMatchObject({ refused: 'unitNotHandling' })
    expect(p.try('unit', other(), 'closed')).toMatchObject({ refused: 'notYourOrder' })
  })
})

describe('鞍山草案第十五条：累计不超过两个月', () => {
  it('does not shorten a longer limit of the law, and moves the right to apply with it', () => {
    const p = handled('anshan-draft').do('agent', other({ within: { unit: 'month', count: 3 } }))
    expect(p.due('ASD-D05', 1)).toBe('2026-06-03T00:00:00+08:00')
    expect(p.due('ASD-D06', 1)).toBe('2026-06-03T00:00:00+08:00')
    expect(p.due('ASD-D07')).toBe('2026-06-03T00:00:00+08:00')
  })

  it('is not shortened by a shorter one', () => {
    const p = handled('anshan-draft').do('agent', other({ within: { unit: 'workingDay', count: 3 } }))
    expect(p.due('ASD-D05', 1)).toBe('2026-03-06T00:00:00+08:00')
    expect(p.due('ASD-D07')).toBe('2026-05-07T00:00:00+08:00')
  })
})

describe('丹东 办法', () => {
  it('yields to no other law and says what to do instead', () => {
    expect(handled('dandong-first-asked').try('agent', other())).toMatchObject({
      refused: 'notInThisStatute',
      status: 409,
      detail: expect.stringContaining('申请延期'),
    })
  })
})
