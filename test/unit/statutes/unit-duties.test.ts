import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { statuteOf } from '../../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import type { Slug } from '../../../src/statutes/types.ts'
import { judgeParent, methodClock, methodTerm } from '../../../src/units/decide.ts'
import { leadUnitOf } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled, play } from '../work-orders/play.ts'

/** What a unit owes from the delivery to the feedback, by article, played through rules, events and clocks. */
const parts = { leadership: '到场', investigation: '查看', solution: '修复', followUp: '认可' }
const told = { way: '电话', text: '已修复。' }
const report = (more: Partial<Command & { action: 'feedBack' }> = {}): Command => ({
  action: 'feedBack',
  result: '已修复',
  solved: true,
  told,
  parts,
  ...more,
})

describe('both feedbacks: the requester and the platform', () => {
  const cities: readonly [Slug, string, string][] = [
    ['anshan-2019', '第二十一条', 'fedBack'],
    ['anshan-draft', '第十四条第（三）项', 'fedBack'],
    ['baiyin-2024', '第十四条第（三）项', 'concluded'],
    ['dandong-first-asked', '第十三条第（七）项', 'concluded'],
  ]
  it.each(cities)('%s %s: one alone finishes nothing', (city, place, state) => {
    const order = handled(city)
    const { told: _one, ...alone } = report() as Command & { action: 'feedBack' }
    const refused = order.try('unit', alone, 'lighting')
    expect(refused).toMatchObject({ refused: 'requesterNotTold', status: 422 })
    expect(refused?.cite).toContain(place)
    expect(order.do('unit', report(), 'lighting').order).toMatchObject({ state, legs: [{ told }] })
  })
})

describe('及时联系诉求人', () => {
  it.each([
    ['anshan-draft', 'ASD-D04', '第十四条第（一）项'],
    ['baiyin-2024', 'BY24-D11', '第十四条第（一）项'],
  ] as const)('%s: within the centre’s own day (%s, %s)', (city, term, place) => {
    const order = handled(city)
    const clock = order.clocks().find((c) => c.term === term)
    expect(clock).toMatchObject({ localPolicy: true, metAt: null })
    expect(clock?.cite).toContain(place)
    order.do('unit', { action: 'contactRequester', way: '电话', note: '告知程序和期限' }, 'lighting')
    expect(order.clocks().find((c) => c.term === term)?.metAt).not.toBeNull()
    expect(order.order.legs[0]?.contactedAt).not.toBeNull()
  })
})

describe('草案第十四条第（一）项、白银第十四条第（一）项: the result that the requester was told is a contact, too', () => {
  it.each([
    ['anshan-draft', 'ASD-D04'],
    ['baiyin-2024', 'BY24-D11'],
  ] as const)('%s: meets %s without another note, and nobody is supervised for it', (city, term) => {
    const order = handled(city).do('unit', report(), 'lighting').at('2026-03-04T09:00+08:00')
    expect(order.clocks().find((c) => c.term === term)).toMatchObject({ missedAt: null })
    expect(order.clocks().find((c) => c.term === term)?.metAt).not.toBeNull()
  })
})

describe('several units', () => {
  it('草案第十六条: a co-unit whose part is returned owes it again, under its old clock (ASD-D08)', () => {
    const order = handled('anshan-draft', { coUnits: ['district'] })
    const { told: _nobody, ...part } = report() as Command & { action: 'feedBack' }
    order.do('unit', part, 'district').do('unit', report(), 'lighting')
    const own = () => order.clocks().find((c) => c.term === 'ASD-D08' && c.leg === 2)
    expect(own()?.metAt).not.toBeNull()
    const points = { settled: true, bothTold: true, heard: true, truthful: false }
    order.do('auditor', {
      action: 'audit',
      points,
      note: '照片不是现场',
      then: 'return',
      coUnits: ['district'],
    })
    expect(order.order.legs[1]?.fedBackAt).toBeNull()
    expect(own()).toMatchObject({ metAt: null })
  })

  it.each([
    ['anshan-draft', 'ASD-D08', '第十三条'],
    ['baiyin-2024', 'BY24-D12', '第十八条'],
  ] as const)(
    '%s: a co-unit has a limit of its own (%s) or reports reason and stage',
    (city, term, place) => {
      const order = handled(city, { coUnits: ['district'] })
      const own = order.clocks().filter((c) => c.leg === 2)
      expect(own.map((c) => c.term)).toEqual([term])
      expect(own[0]?.cite).toContain(place)
      const late: Command = { action: 'stageReport', text: '已完成勘查', reason: '等待许可' }
      expect(order.try('unit', late, 'lighting')).toMatchObject({ refused: 'notCoUnit' })
      order.do('unit', late, 'district')
      expect(order.order.legs[1]?.stageReports[0]?.text).toMatch(/已完成勘查.*理由：等待许可/s)
      order.do('unit', report(), 'district')
      expect(order.order).toMatchObject({ state: 'dispatched' })
      expect(order.clocks().find((c) => c.term === term)?.metAt).not.toBeNull()
    },
  )

  it.each([
    ['anshan-2019', 'AS19-D06'],
    ['dandong-first-asked', 'DD-D04'],
  ] as const)('%s: where the text gives a co-unit no limit it has that of the lead (%s)', (city, term) => {
    const order = handled(city, { coUnits: ['district'] })
    expect(order.due(term, 2)).toBe(order.due(term, 1))
  })

  it.each(['anshan-draft', 'dandong-first-asked'] as const)(
    '%s 首接、首问负责: the unit that the platform sends it to leads, feeds back, and the others help',
    (city) => {
      const order = handled(city, { coUnits: ['district'] })
      expect(leadUnitOf(order.order)).toBe('lighting')
      order.do('unit', report({ told }), 'district')
      expect(order.order.state).toBe('dispatched')
      expect(order.do('unit', report(), 'lighting').order.state).not.toBe('dispatched')
    },
  )
})

describe('丹东 第十三条', () => {
  it.each([
    ['consultation', 'DD-D03', '2026-03-06T00:00:00+08:00'],
    ['general', 'DD-D04', '2026-03-12T00:00:00+08:00'],
    ['complex', 'DD-D05', '2026-03-24T00:00:00+08:00'],
  ] as const)('第（二）项: %s has the limit %s and no other', (cls, term, due) => {
    const order = handled('dandong-first-asked', { class: cls })
    expect(order.due(term, 1)).toBe(due)
    const handling = order.clocks().filter((c) => ['DD-D03', 'DD-D04', 'DD-D05'].includes(c.term))
    expect(handling.map((c) => c.term)).toEqual([term])
  })

  it('第（一）项: acknowledged after a working day is 超期接收 and moves no handling limit (A-25)', () => {
    const order = handled('dandong-first-asked')
    const due = order.due('DD-D04', 1)
    order.at('2026-03-04T00:00+08:00').do('unit', { action: 'acknowledge' }, 'lighting')
    expect(order.last()).toMatchObject({ type: 'acknowledged', late: true })
    expect(order.due('DD-D04', 1)).toBe(due)
    const inTime = handled('dandong-first-asked').at('2026-03-03T23:59+08:00')
    expect(inTime.do('unit', { action: 'acknowledge' }, 'lighting').last()).toMatchObject({ late: false })
  })

  it('第（四）项: every part of the report, and number, name and clause of a policy', () => {
    const order = handled('dandong-first-asked', { class: 'consultation' }, { kind: 'consultation' })
    const { leadership: _lacking, ...rest } = parts
    const refused = order.try('unit', report({ parts: rest }), 'lighting')
    expect(refused).toMatchObject({ refused: 'resultPartMissing' })
    expect(refused?.detail).toContain('领导作为情况')
    const unsourced = order.try('unit', report(), 'lighting')
    expect(unsourced).toMatchObject({ refused: 'policySourceMissing' })
    expect(unsourced?.cite).toContain('第十三条第（四）项')
    // 政策咨询问题的回复报告: where the office is and when it opens rests on no document.
    expect(
      handled('dandong-first-asked', { class: 'consultation' }, { kind: 'consultation' }).try(
        'unit',
        report({ asksPolicy: false }),
        'lighting',
      ),
    ).toBeNull()
    const policy = { number: '丹政办〔2026〕3号', name: '示例办法', article: '第五条' }
    expect(order.do('unit', report({ policy }), 'lighting').order.legs[0]?.result).toMatchObject({
      parts,
      policy,
    })
  })
})

describe('白银 第十条: 咨询 and everything else have limits of their own', () => {
  it.each([
    ['consultation', 'BY24-D02', 'BY24-D04'],
    ['complaint', 'BY24-D03', 'BY24-D05'],
  ] as const)('%s: %s on the day of acceptance, %s as the platform set it', (kind, forward, handle) => {
    const order = play('baiyin-2024', { kind, category: null }).do('dispatcher', { action: 'accept' })
    expect(order.due(forward)).toBe('2026-03-03T00:00:00+08:00')
    order.do('dispatcher', { action: 'dispatch', leadUnit: 'lighting' })
    const terms = order.clocks().map((c) => c.term)
    expect(terms).toContain(handle)
    expect(terms.filter((t) => ['BY24-D04', 'BY24-D05'].includes(t))).toEqual([handle])
    expect(order.clocks().find((c) => c.term === handle)).toMatchObject({ localPolicy: true })
  })
})

describe('丹东 第十五条 自本办法下发之日起一个月内备案', () => {
  it('has a clock from the day of issue (V25), and no other text wants a filing', () => {
    const term = methodTerm(statuteOf('dandong-first-asked'))
    expect(term?.id).toBe('DD-D10')
    const clock = methodClock(term!, '2026-01-31', stateCouncilCalendar())
    expect(clock && formatInstant(clock.due)).toBe('2026-03-01T00:00:00+08:00')
    expect(clock?.cite).toContain('第十五条')
    for (const slug of ['anshan-2019', 'anshan-draft', 'baiyin-2024'] as const)
      expect(methodTerm(statuteOf(slug))).toBeNull()
  })
})

describe('the unit above a unit, to which a complaint about it goes', () => {
  const above = new Map([
    ['bureau', null],
    ['office', 'bureau'],
    ['desk', 'office'],
  ])
  it.each([
    ['new', 'bureau', null],
    ['new', 'nowhere', 'parentUnknown'],
    ['bureau', 'desk', 'parentCircle'],
    ['desk', 'desk', 'parentCircle'],
  ])('%s under %s: %s', (code, parent, refused) =>
    expect(judgeParent(code, parent, above)?.code ?? null).toBe(refused),
  )
})
