import { describe, expect, it } from 'vitest'
import type { Slug } from '../../../src/statutes/types.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { groundlessReturns } from '../../../src/work-orders/rules/send-back.ts'
import { handled, type Play } from './play.ts'

const papersOf: Record<string, { code: string; paper: string }[]> = {
  'anshan-draft': [{ code: 'notOurDuty', paper: '三定规定第二条' }],
  'baiyin-2024': [{ code: 'statement', paper: '该路灯由区政府管理' }],
  'dandong-first-asked': [
    { code: 'establishmentOffice', paper: '编办函〔2026〕3号' },
    { code: 'cityLeader', paper: '三月三日签批' },
    { code: 'statement', paper: '该路灯由区政府管理' },
  ],
}
const application = (city: Slug, papers = papersOf[city]!): Command => ({
  action: 'applySendBack',
  reason: '不属于本单位职责',
  papers,
})
type Answer = Command & { action: 'decideSendBack' }
const answer = (more: Partial<Answer> = {}): Answer => ({
  action: 'decideSendBack',
  approve: true,
  reason: '职责在区政府',
  ...more,
})
const ask = (p: Play, city: Slug, papers = papersOf[city]!) =>
  p.try('unit', application(city, papers), 'lighting')

describe('鞍山 2019: no send-back of orders from the platform', () => {
  it('says what to do instead', () => {
    const refused = ask(handled('anshan-2019'), 'anshan-2019', [])
    expect(refused).toMatchObject({
      refused: 'notInThisStatute',
      status: 409,
      cite: expect.stringContaining('第二十四条'),
      detail: expect.stringContaining('报请协调'),
    })
  })
})

describe('鞍山草案第十三条 提供材料申请退回，审查属实的重新派单', () => {
  it.each<[string, { code: string; paper: string }[]]>([
    ['no paper', []],
    ['an empty paper', [{ code: 'notOurDuty', paper: ' ' }]],
    ['another paper', [{ code: 'statement', paper: '说明' }]],
  ])('refuses %s', (_what, papers) => {
    expect(ask(handled('anshan-draft'), 'anshan-draft', papers)).toMatchObject({
      refused: 'sendBackPaperMissing',
      status: 422,
      cite: expect.stringContaining('第十三条'),
    })
  })

  it('approved: the leg ends, the order waits for its next dispatch, the whole time goes on', () => {
    const p = handled('anshan-draft')
    p.do('unit', application('anshan-draft'), 'lighting').do('dispatcher', answer())
    expect(p.order).toMatchObject({ state: 'accepted', legs: [{ ended: 'sentBack' }] })
    p.at('2026-03-04T09:00+08:00').do('dispatcher', { action: 'dispatch', leadUnit: 'district' })
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{}, { n: 2, unitId: 'district' }] })
    expect(p.due('ASD-D05', 2)).toBe('2026-03-12T00:00:00+08:00')
    expect(p.due('ASD-D07')).toBe('2026-05-07T00:00:00+08:00')
  })

  it('C-07: the clock never stops for it; an approved one clears the overdue mark of the wrong unit', () => {
    const p = handled('anshan-draft').do('unit', application('anshan-draft'), 'lighting')
    p.at('2026-03-10T09:00+08:00')
    expect(p.clocks().find((c) => c.term === 'ASD-D05')?.missedAt).not.toBeNull()
    p.do('teamLead', answer())
    expect(p.clocks().filter((c) => c.leg === 1 && c.metAt === null)).toEqual([])
  })

  it('refused: the unit goes on, and a groundless return is counted', () => {
    const p = handled('anshan-draft')
    for (let n = 1; n <= 2; n++)
      p.do('unit', application('anshan-draft'), 'lighting').do(
        'dispatcher',
        answer({ approve: false, reason: '属于其职责' }),
      )
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{ endedAt: null }] })
    expect(groundlessReturns(p.order, 'lighting')).toBe(2)
    expect(groundlessReturns(p.order, 'district')).toBe(0)
    expect(p.due('ASD-D05', 1)).toBe('2026-03-10T00:00:00+08:00')
  })

  it('is examined by the hotline, not by the unit, and once', () => {
    const p = handled('anshan-draft').do('unit', application('anshan-draft'), 'lighting')
    expect(ask(p, 'anshan-draft')).toMatchObject({ refused: 'sendBackUndecided' })
    expect(p.try('unitLeader', answer(), 'lighting')).toMatchObject({ status: 403 })
    expect(p.try('dispatcher', answer(), null, 'unit-lighting')).toMatchObject({ refused: 'ownApplication' })
    p.do('dispatcher', answer())
    expect(p.try('dispatcher', answer())).toMatchObject({ status: 409 })
  })

  it('a co-unit that is sent back leaves the order with its lead', () => {
    const p = handled('anshan-draft', { coUnits: ['district'] })
    p.do('unit', application('anshan-draft'), 'district').do('dispatcher', answer())
    expect(p.order).toMatchObject({ state: 'dispatched', legs: [{ ended: null }, { ended: 'sentBack' }] })
  })

  it('what the unit had applied for falls with its leg', () => {
    const p = handled('anshan-draft').do(
      'unit',
      {
        action: 'applyExtension',
        reason: '人手不足',
        progress: '勘查',
        measures: '增派',
        by: { unit: 'workingDay', count: 2 },
        told: { way: '电话', text: '已告知' },
      },
      'lighting',
    )
    p.do('unit', application('anshan-draft'), 'lighting').do('dispatcher', answer())
    expect(p.order.procedures.map((q) => q.verdict)).toEqual(['withdrawn', 'approved'])
    expect(p.due('EXTENSION-DECISION')).toBeNull()
  })

  it('what was handled and reported is not sent back any more', () => {
    const p = handled('anshan-draft').do('unit', application('anshan-draft'), 'lighting')
    const told = { way: '电话', text: '已修复' }
    p.do('unit', { action: 'feedBack', result: '已修复', solved: true, told }, 'lighting')
    expect(p.try('dispatcher', answer())).toMatchObject({ status: 409 })
  })
})

describe('白银 第十二条第二款 明确不属于职责范围的说明情况', () => {
  it('needs the explanation and tells the requester that the unit changed', () => {
    expect(ask(handled('baiyin-2024'), 'baiyin-2024', [])).toMatchObject({ refused: 'sendBackPaperMissing' })
    const p = handled('baiyin-2024').do('unit', application('baiyin-2024'), 'lighting')
    p.do('dispatcher', answer())
    expect(p.order.procedures[0]).toMatchObject({ verdict: 'approved', outcome: { tellRequester: true } })
  })

  it('由平台重新转交有关单位: the centre owes it in a working day of its own, each time anew', () => {
    const again = 'DISPATCH-AGAIN'
    const p = handled('baiyin-2024').do('unit', application('baiyin-2024'), 'lighting')
    expect(p.due(again)).toBeNull()
    p.do('dispatcher', answer())
    expect(p.due(again)).toBe('2026-03-04T00:00:00+08:00')
    expect(p.clocks().find((c) => c.term === again)).toMatchObject({
      leg: 0,
      localPolicy: true,
      window: false,
    })
    p.do('dispatcher', { action: 'dispatch', leadUnit: 'district' })
    expect(p.due(again)).toBeNull()
    p.at('2026-03-04T09:00+08:00').do('unit', application('baiyin-2024'), 'district')
    p.do('dispatcher', answer())
    expect(p.due(again)).toBe('2026-03-06T00:00:00+08:00')
    p.at('2026-03-06T00:00+08:00')
    expect(p.last()).toMatchObject({ type: 'deadlineMissed', term: again })
  })

  it('is owed by nobody where the order was moved in one step', () => {
    const p = handled('baiyin-2024').do('dispatcher', { action: 'reassign', to: 'district', reason: '属地' })
    expect(p.world.rows.map((row) => row.term)).not.toContain('DISPATCH-AGAIN')
  })

  it('及时 is a number of the centre: past it the right stands, and the delay is on record', () => {
    const p = handled('baiyin-2024').at('2026-03-06T09:00+08:00')
    expect(ask(p, 'baiyin-2024')).toBeNull()
    expect(p.order.procedures[0]?.said).toMatchObject({ late: true })
  })
})

describe('丹东 第十三条第（六）项 原则上不允许退件', () => {
  const city = 'dandong-first-asked'
  it.each(papersOf[city]!.map(({ code }): [string] => [code]))('is refused without %s', (code) => {
    const papers = papersOf[city]!.filter((paper) => paper.code !== code)
    expect(ask(handled(city), city, papers)).toMatchObject({
      refused: 'sendBackPaperMissing',
      cite: expect.stringContaining('第十三条第（六）项'),
    })
  })

  it.each<[string, string | null]>([
    ['2026-03-11T23:59:59+08:00', null],
    ['2026-03-12T00:00:00+08:00', 'sendBackTooLate'],
  ])('at %s', (at, code) => {
    expect(ask(handled(city).at(at), city)?.refused ?? null).toBe(code)
  })

  it('the centre follows the papers and gives no verdict of its own, for or against', () => {
    const p = handled(city).do('unit', application(city), 'lighting')
    for (const approve of [true, false])
      expect(p.try('dispatcher', answer({ approve }))).toMatchObject({ refused: 'sendBackBasisMissing' })
    p.do('dispatcher', answer({ basis: '编办函〔2026〕3号、三月三日签批' }))
    expect(p.order.procedures[0]).toMatchObject({
      verdict: 'approved',
      outcome: { basis: '编办函〔2026〕3号、三月三日签批', tellRequester: true },
    })
    expect(p.order.state).toBe('accepted')
  })
})
