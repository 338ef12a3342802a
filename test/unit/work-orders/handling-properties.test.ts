import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/base/actor.ts'
import { slugs, type Slug } from '../../../src/statutes/types.ts'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { isOpen, liveLegs, type WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { handled, play, type Play } from './play.ts'
import { staff } from './support.ts'

/** Whatever people do in whatever order, on whatever day: an order never gets into a state that no rule means. */
const unit = fc.constantFrom('lighting', 'district', 'leaderless', 'closed')
const yes = fc.boolean()
const told = { way: '电话', text: '已告知' }
const length = fc.record({
  unit: fc.constantFrom('workingDay' as const, 'month' as const),
  count: fc.integer({ min: 1, max: 20 }),
})
const rungs = fc.constantFrom('talkToUnits', 'superior', 'jointMeeting', 'government', 'cityLeader')

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.constant<Command>({ action: 'accept' }),
  fc.record({
    action: fc.constant('dispatch' as const),
    leadUnit: unit,
    class: fc.constant('general' as const),
  }),
  length.map((by): Command => ({
    action: 'applyExtension',
    reason: '等待配件',
    progress: '勘查',
    measures: '采购',
    basis: '合同',
    by,
    told,
  })),
  yes.map((approve): Command => ({ action: 'decideExtension', approve, reason: '核实' })),
  length.map((within): Command => ({ action: 'applyOtherLaw', law: '某法', article: '第三条', within })),
  fc.constant<Command>({
    action: 'applySendBack',
    reason: '不属于职责',
    papers: ['notOurDuty', 'statement', 'establishmentOffice', 'cityLeader'].map((code) => ({
      code,
      paper: '文件',
    })),
  }),
  yes.map((approve): Command => ({ action: 'decideSendBack', approve, reason: '核实', basis: '批示' })),
  unit.map((to): Command => ({ action: 'reassign', to, reason: '属地' })),
  unit.map((u): Command => ({ action: 'addCoUnit', unit: u, reason: '协助' })),
  unit.map((u): Command => ({ action: 'releaseCoUnit', unit: u, reason: '不再需要' })),
  unit.map((u): Command => ({
    action: 'split',
    reason: '两个单位',
    parts: [{ title: '井盖', facts: '缺失', unit: u }],
  })),
  fc.constant<Command>({ action: 'requestMaterial', items: ['证明'], told }),
  fc.constant<Command>({ action: 'supply', facts: '补充' }),
  fc.constant<Command>({ action: 'closeForMaterial', tell: '可以重新提出' }),
  fc.constant<Command>({ action: 'reopen', reason: '补齐' }),
  fc
    .constantFrom('general' as const, 'complex' as const, 'consultation' as const)
    .map((cls): Command => ({ action: 'classify', class: cls, reason: '历史遗留' })),
  fc.constant<Command>({ action: 'handOverByPhone', situation: 'lift' }),
  yes.map((answered): Command => ({ action: 'logUrgentCall', name: '值班室', answered })),
  fc.constant<Command>({ action: 'confirmOnTheWay', arrival: '2026-12-01T10:00:00+08:00' }),
  rungs.map((rung): Command => ({
    action: 'escalate',
    rung,
    reason: '协调不成',
    participants: ['区政府'],
    grounds: ['legacy'],
    whyJump: '来不及',
  })),
  fc.constant<Command>({ action: 'disputeDuty', reason: '争议', superior: '市局' }),
  fc.record({
    action: fc.constant('recordDecision' as const),
    solved: fc.constant(true),
    decision: fc.constant('定由该单位办理'),
    decidedBy: fc.constant('办公室'),
    leadUnit: unit,
  }),
  fc.constant<Command>({ action: 'feedBack', result: '已办', solved: true, told }),
  fc.constant<Command>({ action: 'refuse', reason: 'outsideCity', tell: '不在本市' }),
)

const people: [Role, string | null][] = [
  ['agent', null],
  ['dispatcher', null],
  ['centreLeader', null],
  ['office', null],
  ['supervisor', null],
  ['unit', 'lighting'],
  ['unit', 'district'],
  ['unit', 'leaderless'],
]
type Step = [Command, number, number]
/** What is tried, who tries it first, and how many hours later; most things happen on the same day. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(commands, fc.nat({ max: people.length - 1 }), fc.constantFrom(0, 0, 0, 1, 5, 24, 100)),
  { minLength: 10, maxLength: 60 },
)
const waiting: Command['action'][] = ['requestMaterial', 'supply', 'closeForMaterial', 'reopen', 'accept']
const material: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    commands.filter((c) => waiting.includes(c.action)),
    fc.constant(0),
    fc.constantFrom(0, 5, 200),
  ),
  { minLength: 5, maxLength: 20 },
)
const city = fc.constantFrom<Slug>(...slugs)

/** Everybody tries in turn; the first who may does it. */
function walk(p: Play, sequence: readonly Step[], see: (p: Play, command: Command) => void): void {
  for (const [command, first, hours] of sequence) {
    p.at(new Date(p.world.now.getTime() + hours * 3_600_000).toISOString())
    const before = p.order
    for (const [role, own] of [...people.slice(first), ...people.slice(0, first)]) {
      const may = allowedActions(before, {
        actor: staff(role),
        actorUnit: own,
        statute: p.statute,
        now: p.world.now,
      }).find((a) => a.action === command.action)
      if (p.try(role, command, own) !== null) continue
      // What screens show as possible is all that is possible.
      expect(may?.allowed).toBe(true)
      legal(before, p.order, command)
      see(p, command)
      break
    }
  }
}

function legal(before: WorkOrder, after: WorkOrder, command: Command): void {
  const live = liveLegs(after)
  expect(live.filter((l) => l.role === 'lead').length).toBeLessThanOrEqual(1)
  expect(new Set(live.map((l) => l.unitId)).size).toBe(live.length)
  expect(after.legs.map((l) => l.n)).toEqual(after.legs.map((_, i) => i + 1))
  expect(after.procedures.map((q) => q.n)).toEqual(after.procedures.map((_, i) => i + 1))
  if (after.state === 'dispatched') expect(live.some((l) => l.role === 'lead')).toBe(true)
  if (after.state === 'awaitingMaterial')
    expect(after.procedures.some((q) => q.kind === 'material' && q.closedAt === null)).toBe(true)
  for (const [i, earlier] of before.procedures.entries())
    if (earlier.closedAt !== null) expect(after.procedures[i]).toEqual(earlier)
  for (const [i, earlier] of before.legs.entries())
    if (earlier.endedAt !== null) expect(after.legs[i]).toEqual(earlier)
  if (!isOpen(before)) expect(command.action).toBe('reopen')
  expect(after.version).toBeGreaterThan(before.version)
}

const handlingActions: Command['action'][] = [
  'applyExtension',
  'decideExtension',
  'applyOtherLaw',
  'applySendBack',
  'decideSendBack',
  'reassign',
  'addCoUnit',
  'releaseCoUnit',
  'split',
  'requestMaterial',
  'closeForMaterial',
  'reopen',
  'classify',
  'handOverByPhone',
  'logUrgentCall',
  'confirmOnTheWay',
  'escalate',
  'disputeDuty',
  'recordDecision',
]

describe('properties of handling', () => {
  it('reaches no illegal state from registration on', () => {
    fc.assert(
      fc.property(city, steps, (slug, sequence) => walk(play(slug), sequence, () => {})),
      { numRuns: 150 },
    )
  }, 60_000)

  it('waits for material and is opened again without an illegal state', () => {
    fc.assert(
      fc.property(material, (sequence) => walk(play('anshan-draft'), sequence, () => {})),
      { numRuns: 100 },
    )
  }, 60_000)

  it('keeps the clocks of an order that lies with its unit, and never lets a bound be passed', () => {
    fc.assert(
      fc.property(city, steps, (slug, sequence) =>
        walk(handled(slug), sequence, (p) => {
          const handle = p.statute.topics.handlingLimit.handle
          const terms = handle.basis === 'silent' ? [] : handle.value
          for (const leg of liveLegs(p.order)) {
            const own = p.clocks().filter((c) => c.leg === leg.n && terms.includes(c.term))
            const limited = leg.role === 'lead' && p.order.state === 'dispatched' && !leg.fedBackAt
            if (limited) expect(own.filter((c) => c.metAt === null)).toHaveLength(1)
            // 草案第十五条第二款：累计不超过两个月, unless another law gives more.
            const [total, mine] = [p.clocks().find((c) => c.term === 'ASD-D07'), own[0]]
            if (total && mine && !mine.otherLaw && mine.extensions.length > 0)
              expect(mine.due.getTime()).toBeLessThanOrEqual(total.due.getTime())
          }
          for (const ended of p.order.legs.filter((l) => l.endedAt))
            expect(p.clocks().filter((c) => c.leg === ended.n && c.metAt === null)).toEqual([])
        }),
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  it('replayed from the first form, its events give the order', () => {
    fc.assert(
      fc.property(city, steps, (slug, sequence) => {
        const p = handled(slug)
        const first = play(slug).order
        walk(p, sequence, () => {})
        const replayed = p.world.events
          .slice(1)
          .reduce((order, { event, at, by }) => apply(order, event, { at, by }), first)
        expect(replayed).toEqual(p.order)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('goes through every action of handling on the way', () => {
    const done = new Set<string>()
    const sample = fc.sample(fc.tuple(city, steps, material), { seed: 8890, numRuns: 150 })
    for (const [slug, sequence, ofMaterial] of sample) {
      walk(handled(slug), sequence, (_p, { action }) => void done.add(action))
      walk(play('anshan-draft'), ofMaterial, (_p, { action }) => void done.add(action))
    }
    expect(handlingActions.filter((action) => !done.has(action))).toEqual([])
  })
})
