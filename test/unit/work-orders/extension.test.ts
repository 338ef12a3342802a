import { describe, expect, it } from 'vitest'
import type { Slug } from '../../../src/statutes/types.ts'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { clocksOf } from '../../../src/work-orders/clocks.ts'
import { handled, type Play } from './play.ts'
import { calendar, staff } from './support.ts'

type Apply = Command & { action: 'applyExtension' }
const application = (more: Partial<Apply> = {}): Apply => ({
  action: 'applyExtension',
  reason: '需要更换地下电缆',
  progress: '已经勘查',
  measures: '采购电缆后更换',
  basis: '采购合同',
  by: { unit: 'workingDay', count: 3 },
  told: { way: '电话', text: '已说明原因、进度、措施和新的时限' },
  ...more,
})
const days = (count: number): Partial<Apply> => ({ by: { unit: 'workingDay', count } })
const months = (count: number): Partial<Apply> => ({ by: { unit: 'month', count } })
const ask = (p: Play, more: Partial<Apply> = {}) => p.try('unit', application(more), 'lighting')
const answer = (approve = true): Command => ({ action: 'decideExtension', approve, reason: '情况属实' })

describe('鞍山 2019 第二十二条第二款 五个工作日内申请延期', () => {
  it.each<[string, string | null]>([
    ['2026-03-09T23:59:59+08:00', null],
    // Exactly at the end of the fifth working day is late.
    ['2026-03-10T00:00:00+08:00', 'extensionTooLate'],
  ])('applied at %s', (at, code) => {
    expect(ask(handled('anshan-2019').at(at))?.refused ?? null).toBe(code)
  })

  it.each<[string, Partial<Apply>, string]>([
    ['without progress', { progress: ' ' }, 'extensionPartMissing'],
    ['without measures', { measures: '' }, 'extensionPartMissing'],
    ['where the requester was not told', { told: { way: '电话', text: ' ' } }, 'requesterNotTold'],
  ])('is refused %s', (_what, more, code) => {
    const refused = ask(handled('anshan-2019'), more)
    expect(refused).toMatchObject({ refused: code, status: 422 })
    expect(refused?.cite).toContain('第二十二条第二款')
  })

  it('does not ask for a basis, which the article does not name', () => {
    expect(ask(handled('anshan-2019'), { basis: '' })).toBeNull()
  })

  it('A-30: the old due date stands until approval and falls when nobody answers', () => {
    const p = handled('anshan-2019')
    p.do('unit', application(days(5)), 'lighting')
    expect(p.due('AS19-D06', 1)).toBe('2026-03-10T00:00:00+08:00')
    p.at('2026-03-10T08:00+08:00')
    expect(p.clocks().find((c) => c.term === 'AS19-D06')?.missedAt).not.toBeNull()
    p.do('centreLeader', answer())
    expect(p.due('AS19-D06', 1)).toBe('2026-03-17T00:00:00+08:00')
    expect(p.last()).toMatchObject({ type: 'extended', due: '2026-03-17T00:00:00+08:00' })
    expect(p.clocks().find((c) => c.term === 'AS19-D06')?.missedAt).toBeNull()
  })

  it('A-30: refused, the old due date stays and the unit may apply again in its window', () => {
    const p = handled('anshan-2019')
    p.do('unit', application(), 'lighting').do('centreLeader', answer(false))
    expect(p.due('AS19-D06', 1)).toBe('2026-03-10T00:00:00+08:00')
    expect(p.clocks().find((c) => c.term === 'AS19-D07')?.metAt).toBeNull()
    expect(ask(p)).toBeNull()
  })

  it('A-30: an application unanswered for a working day alarms whoever should answer it', () => {
    const p = handled('anshan-2019').at('2026-03-06T16:00+08:00')
    p.do('unit', application(), 'lighting')
    expect(p.due('EXTENSION-DECISION')).toBe('2026-03-10T00:00:00+08:00')
    expect(p.clocks().find((c) => c.term === 'EXTENSION-DECISION')).toMatchObject({
      localPolicy: true,
      procedure: 1,
    })
    p.at('2026-03-10T00:00+08:00')
    const missed = p.world.events.map((e) => e.event).filter((e) => e.type === 'deadlineMissed')
    expect(missed).toContainEqual(expect.objectContaining({ term: 'EXTENSION-DECISION', procedure: 1 }))
  })

  it('alarms nobody about an application whose unit has reported meanwhile', () => {
    const p = handled('anshan-2019').do('unit', application(), 'lighting')
    const told = { way: '电话', text: '已修复' }
    p.do('unit', { action: 'feedBack', result: '已修复', solved: true, told }, 'lighting')
    expect(p.due('EXTENSION-DECISION')).toBeNull()
    expect(p.try('centreLeader', answer())).toMatchObject({ refused: 'extensionMoot' })
    expect(p.try('centreLeader', answer(false))).toBeNull()
  })

  it('alarms nobody about an application in an order that has ended', () => {
    const p = handled('anshan-draft').do('unit', application(), 'lighting')
    const ended = { type: 'transferred', to: 'police', reason: '涉嫌犯罪' } as const
    const at = { statute: p.statute, calendar, at: p.world.now }
    expect(clocksOf(p.order, ended, at).voids).toContainEqual({ terms: ['EXTENSION-DECISION'] })
  })

  it('一般不超过两个月: two months from the old due date are usual, a day more waits for the office', () => {
    const usual = handled('anshan-2019').do('unit', application(months(2)), 'lighting')
    expect(usual.order.procedures[0]?.said).toMatchObject({
      overSoftCap: false,
      due: '2026-05-10T00:00:00+08:00',
    })
    usual.do('centreLeader', answer())
    const more = handled('anshan-2019').do('unit', application(months(3)), 'lighting')
    expect(more.order.procedures[0]?.said).toMatchObject({ overSoftCap: true })
    expect(more.try('centreLeader', answer())).toMatchObject({ refused: 'roleNotAllowed', status: 403 })
    more.do('office', answer())
    expect(more.due('AS19-D06', 1)).toBe('2026-06-10T00:00:00+08:00')
  })

  it('counts all extensions of the order towards the two months', () => {
    const p = handled('anshan-2019')
    p.do('unit', application(months(2)), 'lighting').do('centreLeader', answer())
    p.do('unit', application(days(1)), 'lighting')
    expect(p.order.procedures.at(-1)?.said).toMatchObject({ overSoftCap: true })
  })

  it('keeps its own five working days for a further application, however the limit moved', () => {
    const p = handled('anshan-2019').do('unit', application(days(10)), 'lighting')
    p.do('centreLeader', answer()).at('2026-03-10T00:00+08:00')
    expect(ask(p)).toMatchObject({ refused: 'extensionTooLate' })
  })

  it('is not answered by the unit, by its applicant or by those who only dispatch', () => {
    const p = handled('anshan-2019').do('unit', application(), 'lighting')
    expect(p.try('dispatcher', answer())).toMatchObject({ status: 403 })
    expect(p.try('unitLeader', answer(), 'lighting')).toMatchObject({ status: 403 })
    expect(p.try('office', answer(), null, 'unit-lighting')).toMatchObject({ refused: 'ownApplication' })
    expect(p.try('centreLeader', { ...answer(), procedure: 7 } as Command)).toMatchObject({
      refused: 'noApplication',
    })
  })

  it('lets one application wait at a time, and none of a unit that has not the order', () => {
    const p = handled('anshan-2019').do('unit', application(), 'lighting')
    expect(ask(p)).toMatchObject({ refused: 'extensionUndecided' })
    expect(p.try('unit', application(), 'district')).toMatchObject({ refused: 'notYourOrder' })
  })
})

describe('鞍山草案第十五条第二款 累计不超过两个月', () => {
  it.each<[Partial<Apply>, string | null]>([
    // Received 2026-03-02: the bound is the end of 2026-05-06, the first working day after the holiday.
    [months(1), null],
    [months(2), 'extensionOverCap'],
  ])('%o', (more, code) => {
    const refused = ask(handled('anshan-draft'), more)
    expect(refused?.refused ?? null).toBe(code)
    if (refused) expect(refused.cite).toContain('第十五条第二款')
  })

  it('在办结时限内: after an extension a further one is applied for within the new limit', () => {
    const p = handled('anshan-draft').do('unit', application(days(5)), 'lighting')
    p.do('centreLeader', answer())
    expect(p.due('ASD-D06', 1)).toBe('2026-03-17T00:00:00+08:00')
    expect(p.due('ASD-D07')).toBe('2026-05-07T00:00:00+08:00')
    p.at('2026-03-16T23:00+08:00')
    expect(ask(p, days(2))).toBeNull()
    p.do('office', answer()).at('2026-03-19T00:00+08:00')
    expect(ask(p, days(1))).toMatchObject({ refused: 'extensionTooLate' })
  })

  it('A-29: the whole matter is counted from its first delivery, however often it is re-dispatched', () => {
    const p = handled('anshan-draft').at('2026-04-28T09:00+08:00')
    p.do('dispatcher', { action: 'reassign', to: 'district', reason: '属地' })
    expect(p.due('ASD-D05', 2)).toBe('2026-05-09T00:00:00+08:00')
    expect(p.due('ASD-D07')).toBe('2026-05-07T00:00:00+08:00')
    expect(p.try('unit', application(days(1)), 'district')).toMatchObject({ refused: 'extensionOverCap' })
  })

  it('第十三条: a co-unit reports reason and stage instead', () => {
    const p = handled('anshan-draft', { coUnits: ['district'] })
    expect(p.try('unit', application(), 'district')).toMatchObject({
      refused: 'coUnitReportsStage',
      cite: expect.stringContaining('第十三条'),
    })
  })
})

describe('白银 第十五条 未能限时办结的说明原因', () => {
  it('sets the new day at once, without approval and without an upper bound', () => {
    // Not before: the article speaks of whoever has not finished in time, and nobody gives himself a limit.
    const p = handled('baiyin-2024').at('2026-03-10T00:00:00+08:00')
    p.do('unit', application(months(6)), 'lighting')
    expect(p.order.procedures[0]).toMatchObject({ verdict: 'reported', kind: 'timeExtension' })
    expect(p.due('BY24-D05', 1)).toBe('2026-09-10T00:00:00+08:00')
    expect(p.due('EXTENSION-DECISION')).toBeNull()
    expect(p.try('centreLeader', answer())).toMatchObject({ refused: 'notInThisStatute', status: 409 })
    const office = { actor: staff('office'), actorUnit: null, statute: p.statute, now: p.world.now }
    expect(allowedActions(p.order, office).map((a) => a.action)).not.toContain('decideExtension')
  })

  it('is refused while the limit still runs, to its last second', () => {
    const p = handled('baiyin-2024')
    const early = { refused: 'limitStillRuns', status: 409, cite: expect.stringContaining('第十五条') }
    expect(ask(p, months(6))).toMatchObject(early)
    expect(ask(p.at('2026-03-09T23:59:59+08:00'))).toMatchObject(early)
    expect(p.due('BY24-D05', 1)).toBe('2026-03-10T00:00:00+08:00')
  })

  it('第二十三条第（二）项、第二十四条: explained lateness stays lateness, under whatever new day', () => {
    const p = handled('baiyin-2024').at('2026-03-11T09:00+08:00')
    const late: Command = { action: 'supervise', trigger: 'overdue', means: ['remind'], reason: '超时未办结' }
    const broken: Command = {
      action: 'handOn',
      to: 'governmentInspection',
      grounds: ['promiseBroken'],
      reason: '未限时办理',
    }
    p.do('unit', application(months(6)), 'lighting')
    expect(p.clocks().find((c) => c.term === 'BY24-D05')?.missedAt).toBeNull()
    expect(p.try('supervisor', broken)).toBeNull()
    expect(p.try('supervisor', late)).toBeNull()
  })

  it('第二十三条第（二）项: explained before the bell rings, the missed day and its 督办 stand on record', () => {
    const p = handled('baiyin-2024')
    // The program was down: nobody rang.
    p.world.now = new Date('2026-03-10T08:00+08:00')
    p.do('unit', application(days(5)), 'lighting')
    const [missed, opened] = p.world.events.slice(-5).map((e) => e.event)
    expect(missed).toMatchObject({
      type: 'deadlineMissed',
      term: 'BY24-D05',
      leg: 1,
      due: '2026-03-10T00:00:00+08:00',
    })
    expect(opened).toMatchObject({ type: 'opened', kind: 'supervision', said: { trigger: 'overdue' } })
    expect(p.order.procedures.map((o) => [o.n, o.kind, o.verdict])).toEqual([
      [1, 'supervision', null],
      [2, 'timeExtension', 'reported'],
    ])
  })

  it('may be explained after the due date, which stands on record as missed', () => {
    const p = handled('baiyin-2024').at('2026-03-11T09:00+08:00')
    expect(p.due('BY24-D06', 1)).toBe('2026-03-12T00:00:00+08:00')
    p.do('unit', application(days(5)), 'lighting')
    expect(p.due('BY24-D05', 1)).toBe('2026-03-17T00:00:00+08:00')
    expect(p.clocks().find((c) => c.term === 'BY24-D06')?.metAt).not.toBeNull()
    expect(p.world.events.map((e) => e.event.type)).toContain('deadlineMissed')
  })

  it('asks for an explanation of a missed handling limit, not of any other limit of the unit', () => {
    const p = handled('baiyin-2024').at('2026-03-05T09:00+08:00')
    const missed = p.world.events.map((e) => e.event).filter((e) => e.type === 'deadlineMissed')
    expect(missed).toContainEqual(expect.objectContaining({ term: 'BY24-D11', leg: 1 }))
    expect(p.due('BY24-D06', 1)).toBeNull()
  })

  it('needs a day that lies ahead', () => {
    const p = handled('baiyin-2024').at('2026-03-20T09:00+08:00')
    expect(ask(p, days(2))).toMatchObject({ refused: 'extensionEndsInPast' })
  })
})

describe('丹东 第十三条第（三）项 延期不得超过十五个工作日', () => {
  it.each<[string, Partial<Apply>, string | null]>([
    ['fifteen working days', days(15), null],
    ['sixteen', days(16), 'extensionOverCap'],
    ['a month, which is longer here', months(1), 'extensionOverCap'],
    ['no basis', { basis: undefined as never }, 'extensionPartMissing'],
    ['no progress, which the item does not name', { progress: '' }, null],
  ])('%s', (_what, more, code) => {
    expect(ask(handled('dandong-first-asked'), more)?.refused ?? null).toBe(code)
  })

  it('V15: general matter received 2026-09-28, extended by fifteen', () => {
    const q = handled('dandong-first-asked', {}, {}, '2026-09-28T08:00+08:00')
    expect(q.due('DD-D04', 1)).toBe('2026-10-14T00:00:00+08:00')
    q.do('unit', application(days(15)), 'lighting').do('supervisor', answer())
    expect(q.due('DD-D04', 1)).toBe('2026-11-04T00:00:00+08:00')
  })

  it('A-15: all extensions of one order together, also over a re-dispatch', () => {
    const p = handled('dandong-first-asked').do('unit', application(days(10)), 'lighting')
    p.do('centreLeader', answer())
    expect(ask(p, days(6))).toMatchObject({ refused: 'extensionOverCap' })
    p.do('dispatcher', { action: 'reassign', to: 'district', reason: '属地' })
    expect(p.try('unit', application(days(6)), 'district')).toMatchObject({ refused: 'extensionOverCap' })
    expect(p.try('unit', application(days(5)), 'district')).toBeNull()
  })

  it('在办理时限届满前: exactly at the due date is late', () => {
    expect(ask(handled('dandong-first-asked').at('2026-03-12T00:00+08:00'))).toMatchObject({
      refused: 'extensionTooLate',
      cite: expect.stringContaining('第十三条第（三）项'),
    })
  })
})

describe.each<[Slug]>([['anshan-2019'], ['anshan-draft'], ['baiyin-2024'], ['dandong-first-asked']])(
  '%s',
  (city) => {
    it('refuses a slip of the pen and leaves the clocks alone', () => {
      const p = handled(city)
      const before = JSON.stringify(p.clocks())
      expect(ask(p, { reason: '  ' })).toMatchObject({ refused: 'extensionPartMissing' })
      expect(JSON.stringify(p.clocks())).toBe(before)
    })
  },
)
