import { describe, expect, it } from 'vitest'
import type { Slug } from '../../../src/statutes/types.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { play } from './play.ts'

type Request = Command & { action: 'requestMaterial' }
const request = (more: Partial<Request> = {}): Request => ({
  action: 'requestMaterial',
  items: ['房屋产权证明'],
  told: { way: '电话', text: '请在九日之前补交产权证明' },
  ...more,
})
const supply: Command = { action: 'supply', facts: '产权证明已交。' }
const close: Command = { action: 'closeForMaterial', tell: '材料没有补齐，补齐后可以重新提出' }

describe('鞍山草案第十二条第二款第（二）项 在规定期限内补齐', () => {
  it('waits for the named items until the day that the requester was told', () => {
    const p = play('anshan-draft').do('agent', request())
    expect(p.order).toMatchObject({
      state: 'awaitingMaterial',
      procedures: [{ said: { items: ['房屋产权证明'], until: '2026-03-10T00:00:00+08:00' } }],
    })
    expect(p.try('dispatcher', { action: 'accept' })).toMatchObject({ refused: 'wrongState' })
  })

  it.each<[Partial<Request>]>([[{ items: ['  '] }], [{ told: { way: '电话', text: ' ' } }]])(
    'refuses %o',
    (more) => {
      expect(play('anshan-draft').try('agent', request(more))).toMatchObject({
        refused: 'materialUnnamed',
        cite: expect.stringContaining('第十二条第二款第（二）项'),
      })
    },
  )

  it('goes on where it stood when it was supplied; the centre’s own number runs anew', () => {
    const p = play('anshan-draft').do('agent', request())
    expect(p.due('ASD-D02')).toBeNull()
    p.at('2026-03-05T09:00+08:00').do('agent', supply)
    expect(p.order).toMatchObject({
      state: 'registered',
      procedures: [{ verdict: 'supplied', outcome: { late: false } }],
    })
    expect(p.due('ASD-D02')).toBe('2026-03-07T00:00:00+08:00')
    const accepted = play('anshan-draft').do('agent', { action: 'accept' }).do('agent', request())
    expect(accepted.do('agent', supply).order.state).toBe('accepted')
  })

  it.each<[string, string | null]>([
    ['2026-03-09T23:59:59+08:00', 'materialNotYetDue'],
    ['2026-03-10T00:00:00+08:00', null],
  ])('is closed for it at %s', (at, code) => {
    const p = play('anshan-draft').do('agent', request()).at(at)
    expect(p.try('agent', close)?.refused ?? null).toBe(code)
    if (code !== null) return
    expect(p.order).toMatchObject({
      state: 'terminated',
      procedures: [{ verdict: 'notSupplied' }],
    })
    expect(p.last()).toMatchObject({ type: 'terminated', ground: 'materialNotSupplied' })
    expect(p.clocks().filter((c) => c.metAt === null)).toEqual([])
  })

  it('supplied late it is taken all the same, and noted as late', () => {
    const p = play('anshan-draft').do('agent', request()).at('2026-03-12T09:00+08:00').do('agent', supply)
    expect(p.order.procedures[0]).toMatchObject({ outcome: { late: true } })
  })

  it('may be raised again freely, and is asked once at a time', () => {
    const p = play('anshan-draft').do('agent', request()).at('2026-03-10T09:00+08:00').do('agent', close)
    p.at('2026-04-01T09:00+08:00').do('agent', { action: 'reopen', reason: '补齐材料', facts: '证明已交' })
    expect(p.order).toMatchObject({ state: 'registered', facts: expect.stringContaining('证明已交') })
    expect(p.due('ASD-D02')).toBe('2026-04-03T00:00:00+08:00')
    p.do('agent', request())
    expect(p.try('agent', request())).toMatchObject({ refused: 'wrongState' })
  })

  it('opens nothing again that ended otherwise', () => {
    const refused = play('anshan-draft', { state: 'terminated' })
    expect(refused.try('agent', { action: 'reopen', reason: '再次提出' })).toMatchObject({
      refused: 'endedOtherwise',
    })
    const concluded = play('anshan-draft', { state: 'concluded' })
    expect(concluded.try('agent', { action: 'reopen', reason: '再次提出' })).toMatchObject({
      refused: 'wrongState',
    })
  })
})

describe.each<[Slug]>([['anshan-2019'], ['baiyin-2024'], ['dandong-first-asked']])(
  '%s sets no day for material',
  (city) => {
    it('asks when it is needed and holds nothing up', () => {
      const p = play(city).do('agent', request())
      expect(p.order).toMatchObject({ state: 'registered', procedures: [{ said: { until: null } }] })
      expect(p.try('agent', request())).toMatchObject({ refused: 'materialAsked' })
      p.do('agent', { action: 'accept' }).do('agent', supply)
      expect(p.order).toMatchObject({ state: 'accepted', procedures: [{ verdict: 'supplied' }] })
      expect(p.try('agent', close)).toMatchObject({ refused: 'notInThisStatute' })
    })
  },
)

describe('丹东 第十二条第（四）项 不能提供地点、时间、经过', () => {
  it('may be refused with that reason', () => {
    const p = play('dandong-first-asked').do('agent', request())
    const [reason] = p.statute.topics.refusal.reasons.flatMap((r) =>
      r.basis !== 'silent' &&
      r.basis !== 'localPolicy' &&
      r.cite.some((c) => c.article === 12 && c.item === 4)
        ? [r.value.code]
        : [],
    )
    p.do('agent', { action: 'refuse', reason: reason!, tell: '缺少地点和时间，无法办理' })
    expect(p.order.state).toBe('refused')
  })
})
