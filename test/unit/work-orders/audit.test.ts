import { describe, expect, it } from 'vitest'
import { allowedActions } from '../../../src/work-orders/allowed.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import { after, fedBack, granted, hoursAgo, inContext, person, refusal } from './closing-support.ts'
import { leg } from './support.ts'

type Said = Partial<Command & { action: 'audit' }>
const met = { settled: true, bothTold: true, truthful: true }
const audit = (more: Said = {}): Command => ({ action: 'audit', points: met, ...more })
const metInDraft = { ...met, heard: true }
const failing: Said = { points: { ...met, truthful: false }, note: '照片不是现场' }
const withCo = (more: Parameters<typeof leg>[2] = {}): WorkOrder =>
  fedBack('AS19', {
    legs: [leg(1, 'lighting', { fedBackAt: hoursAgo(5) }), leg(2, 'district', { role: 'co', ...more })],
  })

describe('鞍山 2019 第二十三条第一款 审核承办结果', () => {
  const auditor = inContext('AS19', 'auditor')

  it('concludes what meets every point of the standard, and keeps who said so', () => {
    const done = after(fedBack('AS19'), audit({ quality: 4 }), auditor)
    expect(done).toMatchObject({
      state: 'concluded',
      concludedAt: auditor.now,
      audits: [{ by: 'auditor-1', passed: true, points: met, quality: 4 }],
    })
  })

  it('sends back what does not, to the same unit under the same leg', () => {
    const { events, cite } = granted(decide(fedBack('AS19'), audit(failing), auditor))
    expect(events).toEqual([
      {
        type: 'audited',
        passed: false,
        points: failing.points,
        note: '照片不是现场',
        then: 'return',
      },
      { type: 'returned', leg: 1, why: '照片不是现场' },
    ])
    expect(cite).toContain('第二十三条第一款')
    const back = after(fedBack('AS19'), audit(failing), auditor)
    expect(back).toMatchObject({ state: 'dispatched', legs: [{ unitId: 'lighting', fedBackAt: null }] })
  })

  it('sends the part of a co-unit back with it where it is named', () => {
    const back = after(
      withCo({ fedBackAt: hoursAgo(6) }),
      audit({ ...failing, coUnits: ['district'] }),
      auditor,
    )
    expect(back.legs.map((l) => l.fedBackAt)).toEqual([null, null])
  })

  it('shows co-units that gave neither result nor stage report', () => {
    expect(refusal(decide(withCo(), audit(), auditor))).toMatchObject({ refused: 'coUnitsOutstanding' })
    const { events } = granted(decide(withCo(), audit({ note: '协办部分已由主办完成' }), auditor))
    expect(events[0]).toMatchObject({ type: 'audited', passed: true, lacking: ['district'] })
    const reported = withCo({ stageReports: [{ at: hoursAgo(6), text: '备料中' }] })
    expect(granted(decide(reported, audit(), auditor)).events[0]).not.toHaveProperty('lacking')
  })

  it.each<[string, Said, string]>([
    ['a point left open', { points: { settled: true } }, 'pointMissing'],
    ['a point of nobody', { points: { ...met, pretty: true } }, 'pointUnknown'],
    ['a failure without a word', { points: { ...met, truthful: false } }, 'noteMissing'],
    ['a pass that sends back', { then: 'return' }, 'auditContradicts'],
    ['tracking, which only the draft knows', { ...failing, then: 'track' }, 'trackingUnknown'],
    ['a unit that has no part in it', { ...failing, coUnits: ['district'] }, 'notCoUnit'],
    ['six stars', { quality: 6 }, 'starsOutOfRange'],
  ])('refuses %s', (_what, said, code) => {
    expect(refusal(decide(fedBack('AS19'), audit(said), auditor))).toMatchObject({
      refused: code,
      status: 422,
    })
  })

  it.each<[string, WorkOrder, ReturnType<typeof inContext>, string]>([
    [
      'the unit that handled it',
      fedBack('AS19'),
      inContext('AS19', 'auditor', { actorUnit: 'lighting' }),
      'handledIt',
    ],
    [
      'the agent complained about (第二十六条)',
      fedBack('AS19', { accusedStaffId: 'auditor-1' }),
      auditor,
      'accusedKeptOut',
    ],
    ['an agent', fedBack('AS19'), inContext('AS19', 'agent'), 'roleNotAllowed'],
    ['anybody before the feedback', fedBack('AS19', { state: 'dispatched' }), auditor, 'wrongState'],
  ])('lets it not be done by %s', (_who, before, seen, code) => {
    expect(refusal(decide(before, audit(), seen))).toMatchObject({ refused: code })
  })

  it('keeps out whoever acted for the unit under another hat', () => {
    const applied = fedBack('AS19', {
      procedures: [
        {
          n: 1,
          kind: 'sendBack',
          leg: 1,
          openedAt: hoursAgo(9),
          openedBy: 'two-hats',
          openedRole: 'unit',
          said: { reason: '非本单位职责', papers: [], late: false },
          closedAt: hoursAgo(8),
          closedBy: 'dispatcher-1',
          closedRole: 'dispatcher',
          verdict: 'refused',
          outcome: null,
        },
      ],
    })
    const seen = inContext('AS19', 'auditor', { actor: person('two-hats', 'auditor') })
    expect(refusal(decide(applied, audit(), seen))).toMatchObject({ refused: 'handledIt' })
  })
})

describe('鞍山草案第十六条 跟踪或者退回继续办理', () => {
  const auditor = inContext('ASD', 'auditor')
  const points = { ...metInDraft, heard: false }

  it('lets a result below the standard be tracked: it stays with the centre, unconcluded', () => {
    const tracked = after(fedBack('ASD'), audit({ points, note: '未征求意见', then: 'track' }), auditor)
    expect(tracked).toMatchObject({ state: 'fedBack', audits: [{ passed: false, then: 'track' }] })
    expect(after(tracked, audit({ points: metInDraft }), auditor).state).toBe('concluded')
  })
  it('or be sent back', () => {
    const { events, cite } = granted(decide(fedBack('ASD'), audit({ points, note: '未征求意见' }), auditor))
    expect(events[1]).toMatchObject({ type: 'returned', leg: 1 })
    expect(cite).toContain('第十六条')
  })
  it('knows no stars', () => {
    expect(refusal(decide(fedBack('ASD'), audit({ points: metInDraft, quality: 3 }), auditor))).toMatchObject(
      {
        refused: 'noStars',
      },
    )
  })
})

describe('白银第八条、丹东第十四条 没有逐件审核', () => {
  it.each(['BY24', 'DD'] as const)('%s: refused, with what to do instead; not shown', (short) => {
    const seen = inContext(short, 'auditor')
    const refused = refusal(decide(fedBack(short), audit(), seen))
    expect(refused).toMatchObject({ refused: 'notInThisStatute', status: 409 })
    expect(refused.detail).toContain('回访')
    expect(allowedActions(fedBack(short), seen).map((a) => a.action)).not.toContain('audit')
  })
})
