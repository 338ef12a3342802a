import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { nextToCall, type UnitContact } from '../../../src/work-orders/rules/urgent.ts'
import { handled } from './play.ts'

const call = (name: string, answered: boolean): Command => ({ action: 'logUrgentCall', name, answered })
const onTheWay = (arrival = '2026-03-02T10:40:00+08:00'): Command => ({ action: 'confirmOnTheWay', arrival })
const urgent = () => handled('dandong-first-asked', { urgentSituation: 'lift' })

describe('丹东 第十七条 除派发工单外以电话方式交办', () => {
  it('stays open until people are on their way, whatever was answered', () => {
    const p = urgent()
    expect(p.due('DD-D09')).toBe('2026-03-02T10:30:00+08:00')
    p.do('agent', call('值班室', false)).do('agent', call('值班科长', true))
    expect(p.order.procedures[0]).toMatchObject({
      closedAt: null,
      said: {
        situation: 'lift',
        calls: [
          { name: '值班室', answered: false },
          { name: '值班科长', answered: true },
        ],
      },
    })
    p.do('agent', onTheWay())
    expect(p.order.procedures[0]).toMatchObject({
      verdict: 'onTheWay',
      outcome: { arrival: '2026-03-02T02:40:00.000Z' },
    })
    expect(p.clocks().find((c) => c.term === 'DD-D09')?.metAt).not.toBeNull()
  })

  it('the unit itself may confirm; the centre only after somebody answered', () => {
    const p = urgent()
    expect(p.try('agent', onTheWay())).toMatchObject({ refused: 'nobodyReached', status: 409 })
    expect(p.try('unit', onTheWay(), 'district')).toMatchObject({ refused: 'notYourOrder' })
    expect(p.try('unit', onTheWay('soon'), 'lighting')).toMatchObject({ refused: 'arrivalUnreadable' })
    expect(p.try('unit', onTheWay('2026-03-01T10:00:00+08:00'), 'lighting')).toMatchObject({
      refused: 'arrivalUnreadable',
    })
    p.do('unit', onTheWay(), 'lighting')
    expect(p.try('unit', onTheWay(), 'lighting')).toMatchObject({ refused: 'noUrgentHandOver' })
  })

  it('may begin after the dispatch, when the platform finds it urgent', () => {
    const p = handled('dandong-first-asked')
    expect(p.try('agent', call('值班室', true))).toMatchObject({ refused: 'noUrgentHandOver' })
    expect(p.try('agent', { action: 'handOverByPhone', situation: 'noise' })).toMatchObject({
      refused: 'situationUnknown',
    })
    p.do('agent', { action: 'handOverByPhone', situation: 'other' }).do('agent', call('值班室', true))
    expect(p.try('agent', { action: 'handOverByPhone', situation: 'other' })).toMatchObject({
      refused: 'handedOverBefore',
    })
  })

  it('follows the order to another unit', () => {
    const p = urgent().do('dispatcher', { action: 'reassign', to: 'district', reason: '属地' })
    expect(p.order.procedures).toMatchObject([
      { verdict: 'withdrawn', leg: 1 },
      { verdict: null, leg: 2, said: { situation: 'lift', calls: [] } },
    ])
    p.do('unit', onTheWay(), 'district')
  })

  it('is met by the result itself: who has been there needs no confirmation that he is on his way', () => {
    const p = urgent().at('2026-03-02T10:25:00+08:00')
    const parts = { leadership: '到场', investigation: '查看', solution: '已放出被困人员', followUp: '满意' }
    const result = { result: '已放出被困人员', parts, solved: true, told: { way: '当面', text: '已放出' } }
    p.do('unit', { action: 'feedBack', ...result }, 'lighting')
    expect(p.order.state).toBe('concluded')
    expect(p.order.procedures[0]).toMatchObject({ kind: 'urgentHandOver', verdict: 'fedBack' })
    p.at('2026-03-02T12:00:00+08:00')
    expect(p.clocks().find((c) => c.term === 'DD-D09')).toMatchObject({ missedAt: null })
    expect(p.clocks().find((c) => c.term === 'DD-D09')?.metAt).not.toBeNull()
  })

  it('keeps no telephone number', () => {
    expect(urgent().try('agent', call('13800001234', true))).toMatchObject({ refused: 'callByNumber' })
  })

  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024'] as const)('%s knows no hand-over', (city) => {
    expect(handled(city).try('agent', call('值班室', true))).toMatchObject({ refused: 'notInThisStatute' })
  })
})

describe('whom to call next', () => {
  const contact = (name: string): UnitContact => ({ name, position: '', phone: '13800001111' })
  const list = [contact('甲'), contact('乙')]
  const leader = contact('丙')
  const missed = (...names: string[]) => names.map((name) => ({ at: '', name, answered: false }))
  it.each<[string[], string | null]>([
    [[], '甲'],
    [['甲'], '乙'],
    [['甲', '乙'], '丙'],
    [['甲', '乙', '丙'], '甲'],
    [['乙'], '甲'],
    [['不在名单的人'], '甲'],
  ])('after %j in vain: %s', (names, next) => {
    expect(nextToCall(list, leader, missed(...names))?.name ?? null).toBe(next)
  })
  it('nobody, once somebody answered or where nobody is known', () => {
    expect(nextToCall(list, leader, [{ at: '', name: '乙', answered: true }])).toBeNull()
    expect(nextToCall([], null, [])).toBeNull()
    expect(nextToCall([], leader, [])?.name).toBe('丙')
  })
})
