import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roles, type Role } from '../../../src/base/actor.ts'
import type { Statute } from '../../../src/statutes/statute.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import type { Procedure } from '../../../src/work-orders/procedures.ts'
import {
  fields,
  guardOf,
  insightOf,
  mayReveal,
  scopeOf,
  seatsOf,
  type Field,
  type Guard,
  type Guarded,
  type Sight,
  type Viewer,
} from '../../../src/work-orders/visibility.ts'
import { leg, now, order, staff, statute } from './support.ts'

const guards: readonly Guard[] = ['open', 'complaint', 'tipOff']
const kindOf = { open: 'help', complaint: 'complaint', tipOff: 'tipOff' } as const
const levelOf = { open: 'normal', complaint: 'confidential', tipOff: 'tipOff' } as const

const matter = (guard: Guard, more: Partial<Guarded> = {}): Guarded => ({
  ...order({ kind: kindOf[guard], confidential: levelOf[guard], legs: [leg(1, 'lighting')] }),
  confidentialityAsked: false,
  ...more,
})
const viewer = (role: Role, more: Partial<Viewer> = {}): Viewer => ({
  actor: staff(role),
  roles: [role],
  unitCode: role === 'unit' || role === 'unitLeader' ? 'lighting' : null,
  ...more,
})
const sightsAs = (who: Viewer, of: Guarded, by: Statute = statute): Record<Field, Sight> | null => {
  const insight = insightOf(of, who, by)
  return (
    insight && (Object.fromEntries(fields.map((f) => [f, insight.sights[f].sight])) as Record<Field, Sight>)
  )
}

const words: Record<string, Sight> = { F: 'full', M: 'masked', R: 'redacted', '-': 'none' }
/**
 * The matrix as the specification gives it, written down a second time: per role, per field, for 咨询/求助/意见, 投诉 and 举报.
 * A tip-off that does not exist for a role is `null`.
 */
const expected: [role: string, who: Viewer, Partial<Record<Field, string>>][] = [
  [
    'agent later',
    viewer('agent'),
    {
      identity: 'MM-',
      contact: 'MM-',
      device: '---',
      content: 'FFR',
      recording: '---',
      attachments: 'FF-',
      notes: 'FFF',
      rating: '---',
      integrity: 'FF-',
    },
  ],
  [
    'agent in the call',
    viewer('agent', { talksWith: ['requester-1'] }),
    {
      identity: 'FF-',
      contact: 'FF-',
      device: '---',
      content: 'FFF',
      recording: '---',
      attachments: 'FFF',
      notes: 'FFF',
      rating: '---',
      integrity: 'FF-',
    },
  ],
  [
    'confidential desk',
    viewer('confidentialDesk'),
    {
      identity: 'FFF',
      contact: 'FFF',
      device: 'FFF',
      content: 'FFF',
      recording: 'FFF',
      attachments: 'FFF',
      notes: 'FFF',
      rating: 'FFF',
      integrity: 'FFF',
    },
  ],
  [
    'dispatcher',
    viewer('dispatcher'),
    {
      identity: 'MM-',
      contact: 'MM-',
      device: '---',
      content: 'FFR',
      recording: '---',
      attachments: 'FF-',
      notes: 'FFF',
      rating: '---',
      integrity: '---',
    },
  ],
  [
    'lead unit',
    viewer('unit'),
    {
      identity: 'FF-',
      contact: 'FF-',
      device: '---',
      content: 'FFR',
      recording: '---',
      attachments: 'FMR',
      notes: 'RRR',
      rating: 'FF-',
      integrity: '---',
    },
  ],
  [
    'superior, 督办',
    viewer('supervisor'),
    {
      identity: 'MM-',
      contact: 'MM-',
      device: '---',
      content: 'FFR',
      recording: '---',
      attachments: 'FFR',
      notes: 'RRR',
      rating: '---',
      integrity: '---',
    },
  ],
  [
    'follow-up',
    viewer('followUp'),
    {
      identity: 'MM-',
      contact: 'MM-',
      device: '---',
      content: 'FFR',
      recording: '---',
      attachments: 'FF-',
      notes: 'FFF',
      rating: 'FFF',
      integrity: '---',
    },
  ],
]

describe('the matrix', () => {
  const cells = expected.flatMap(([name, who, row]) =>
    Object.entries(row).flatMap(([field, letters]) =>
      guards.map((guard, n): [string, Field, Guard, Viewer, Sight] => [
        name,
        field as Field,
        guard,
        who,
        words[letters[n]!]!,
      ]),
    ),
  )
  it.each(cells)('%s: %s of an order that is %s', (_name, field, guard, who, sight) => {
    expect(sightsAs(who, matter(guard))![field]).toBe(sight)
  })

  it('shows the analyst texts without identity, and that there is no tip-off', () => {
    const seen = sightsAs(viewer('analyst'), matter('open'))!
    expect(seen.content).toBe('redacted')
    for (const field of fields) if (field !== 'content') expect(seen[field], field).toBe('none')
    expect(sightsAs(viewer('analyst'), matter('tipOff'))).toBeNull()
  })

  it.each(roles.filter((role) => role.endsWith('Administrator')))('knows no order for the %s', (role) => {
    for (const guard of guards) expect(sightsAs(viewer(role), matter(guard))).toBeNull()
  })

  it('has somebody who sees and somebody who is refused for every field', () => {
    const all = roles.flatMap((role) => guards.map((guard) => sightsAs(viewer(role), matter(guard))))
    const heard = sightsAs(viewer('confidentialDesk'), matter('open'))!
    for (const field of fields.filter((f) => f !== 'audit')) {
      expect(heard[field], field).toBe('full')
      expect(
        all.some((seen) => seen === null || seen[field] === 'none'),
        field,
      ).toBe(true)
    }
  })
})

describe('第二十六条: a wish for secrecy', () => {
  const asked = matter('complaint', { confidentialityAsked: true })
  it('hides name, number and words from the unit that handles the complaint', () => {
    expect(sightsAs(viewer('unit'), asked)).toMatchObject({
      identity: 'masked',
      contact: 'masked',
      content: 'redacted',
    })
  })
  it('protects a matter of any other kind as well', () => {
    const wished = matter('open', { confidential: 'confidential' })
    expect(guardOf(wished)).toBe('complaint')
    expect(sightsAs(viewer('unit'), wished)).toMatchObject({ identity: 'masked', content: 'redacted' })
  })
  it('does not depend on the level alone: a tip-off is one by its kind', () => {
    expect(guardOf(matter('tipOff', { confidential: 'normal' }))).toBe('tipOff')
    expect(guardOf(matter('open', { confidential: 'tipOff' }))).toBe('tipOff')
  })
})

describe('relations to one order', () => {
  const legs = [
    leg(1, 'lighting'),
    leg(2, 'district', { role: 'co' }),
    leg(3, 'petition', { role: 'petition' }),
  ]
  const unit = (unitCode: string | null): Viewer => viewer('unit', { unitCode })

  it('gives lead, co-unit and 信访部门 what each needs', () => {
    expect(seatsOf(matter('open', { legs }), unit('lighting'), statute)).toEqual(['leadUnit'])
    expect(sightsAs(unit('district'), matter('open', { legs }))).toMatchObject({
      identity: 'masked',
      rating: 'none',
    })
    expect(sightsAs(unit('petition'), matter('complaint', { legs }))).toMatchObject({
      contact: 'masked',
      content: 'full',
    })
  })
  it('leaves a unit that gave it back the matter without its author, and of a tip-off nothing', () => {
    const ended = [leg(1, 'lighting', { endedAt: now, ended: 'sentBack' })]
    expect(sightsAs(unit('lighting'), matter('open', { legs: ended }))).toMatchObject({
      identity: 'none',
      content: 'redacted',
      attachments: 'none',
    })
    expect(sightsAs(unit('lighting'), matter('tipOff', { legs: ended }))).toBeNull()
  })
  it('knows no order for a unit without a part in it, nor for one without a name', () => {
    expect(sightsAs(unit('water'), matter('open', { legs }))).toBeNull()
    expect(sightsAs(unit(null), matter('open', { legs }))).toBeNull()
  })
  it('第二十四条: lets who re-evaluates hear and read the rating, but not whoever called back', () => {
    const rated = matter('open', { state: 'concluded' })
    expect(sightsAs(viewer('auditor'), rated)).toMatchObject({ recording: 'full', rating: 'full' })
    expect(sightsAs(viewer('auditor'), matter('open'))).toMatchObject({ recording: 'none', rating: 'none' })
    const call = {
      n: 1,
      at: now,
      by: 'auditor-1',
      channel: 'phone',
      reached: true,
      solved: true,
      satisfied: null,
      says: null,
      verdict: null,
    }
    expect(sightsAs(viewer('auditor'), { ...rated, followUps: [call] })).toMatchObject({
      recording: 'none',
      rating: 'full',
    })
    expect(sightsAs(viewer('auditor'), matter('tipOff', { state: 'concluded' }))).toMatchObject({
      recording: 'none',
    })
  })
  it('lets 督办 hear a recording by approval only, and never that of a tip-off', () => {
    const approved = viewer('supervisor', { mayHear: ['order-1'] })
    expect(sightsAs(approved, matter('open'))!.recording).toBe('full')
    expect(sightsAs(viewer('supervisor', { mayHear: ['order-2'] }), matter('open'))!.recording).toBe('none')
    expect(sightsAs(approved, matter('tipOff'))!.recording).toBe('none')
    expect(sightsAs(viewer('agent', { mayHear: ['order-1'] }), matter('open'))!.recording).toBe('none')
  })
})

describe('第二十六条、第二十七条: to whom the order does not exist', () => {
  const recusal = (said: object, more: object): Procedure => ({
    n: 1,
    kind: 'recusal',
    leg: null,
    openedAt: now,
    openedBy: 'x',
    openedRole: 'agent',
    closedAt: null,
    closedBy: null,
    closedRole: null,
    verdict: null,
    outcome: null,
    said: { ground: 'g', reason: 'r', person: null, unit: null, by: 'requester', ...said },
    ...more,
  })
  const against: [string, (who: Viewer) => Partial<Guarded>][] = [
    ['the person complained about', (who) => ({ accusedStaffId: who.actor.id })],
    ['somebody of the unit complained about', (who) => ({ accusedUnitId: who.unitCode })],
    [
      'whoever declared a ground himself',
      (who) => ({ procedures: [recusal({ person: who.actor.id, by: 'self' }, {})] }),
    ],
    [
      'whoever was recused in writing',
      (who) => ({ procedures: [recusal({ person: who.actor.id }, { verdict: 'approved', closedAt: now })] }),
    ],
    [
      'the unit that was recused',
      (who) => ({ procedures: [recusal({ unit: who.unitCode }, { verdict: 'approved', closedAt: now })] }),
    ],
  ]
  const everybody = roles.map((role) =>
    viewer(role, { unitCode: 'lighting', talksWith: ['requester-1'], mayHear: ['order-1'] }),
  )

  it.each(against)('%s, whatever his hats', (_who, facts) => {
    for (const who of everybody)
      for (const guard of guards) expect(sightsAs(who, matter(guard, facts(who))), who.roles[0]).toBeNull()
    const allHats = { ...everybody[0]!, roles: [...roles] }
    expect(sightsAs(allHats, matter('open', facts(allHats)))).toBeNull()
  })
  it('is nobody whose recusal was refused or is only asked for', () => {
    const who = viewer('agent')
    for (const more of [{}, { verdict: 'refused', closedAt: now }])
      expect(
        sightsAs(who, matter('open', { procedures: [recusal({ person: who.actor.id }, more)] })),
      ).not.toBeNull()
  })
})

describe('every cell', () => {
  const statutes = createStatutes()
  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024', 'dandong-first-asked'])(
    'of %s names an article of that text, or that it is local policy',
    (slug) => {
      const own = statutes.of(slug)
      for (const role of roles)
        for (const guard of guards) {
          const insight = insightOf(matter(guard), viewer(role), own)
          for (const { cite, localPolicy, says } of Object.values(insight?.sights ?? {})) {
            expect(cite === null, says).toBe(localPolicy)
            if (cite) expect(cite).toContain(own.title)
            expect(says.length).toBeGreaterThan(3)
          }
        }
    },
  )
  it('rests on 第二十六条 where Anshan protects a complaint, and on no article where it is the house’s own rule', () => {
    const { sights } = insightOf(matter('tipOff'), viewer('unit'), statute)!
    expect(sights.identity.cite).toContain('第二十六条')
    expect(sights.content.cite).toContain('第二十六条')
    expect(sights.recording).toMatchObject({ cite: null, localPolicy: true })
  })
})

describe('hats', () => {
  const rank: Sight[] = ['none', 'redacted', 'masked', 'full']
  const hats = fc.uniqueArray(fc.constantFrom(...roles), { minLength: 1, maxLength: 4 })

  it('add sight and never take it away', () => {
    fc.assert(
      fc.property(hats, fc.constantFrom(...roles), fc.constantFrom(...guards), (some, one, guard) => {
        const less = sightsAs({ ...viewer('agent'), roles: some, unitCode: 'lighting' }, matter(guard))
        const more = sightsAs(
          { ...viewer('agent'), roles: [...some, one], unitCode: 'lighting' },
          matter(guard),
        )
        if (less)
          for (const f of fields) expect(rank.indexOf(more![f])).toBeGreaterThanOrEqual(rank.indexOf(less[f]))
      }),
    )
  })
  it('open lists as wide as the order itself', () => {
    expect(scopeOf(viewer('unit'))).toMatchObject({ wide: false, handlingUnit: 'lighting' })
    expect(scopeOf(viewer('analyst'))).toMatchObject({ wide: true, tipOffs: false, handlingUnit: null })
    expect(scopeOf(viewer('agent', { unitCode: 'lighting' }))).toMatchObject({
      wide: true,
      ownUnit: 'lighting',
      handlingUnit: null,
    })
    expect(scopeOf(viewer('systemAdministrator'))).toMatchObject({ wide: false, handlingUnit: null })
  })
})

describe('the whole identity', () => {
  it.each(roles)('is opened with a reason by %s or refused', (role) => {
    const may = ['agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk'].includes(role)
    expect(mayReveal(matter('complaint'), viewer(role), statute) === null).toBe(may)
    expect(mayReveal(matter('tipOff'), viewer(role), statute) === null).toBe(role === 'confidentialDesk')
  })
})
