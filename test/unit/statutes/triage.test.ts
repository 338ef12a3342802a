import { describe, expect, it } from 'vitest'
import { statuteOf } from '../../../src/statutes/registry.ts'
import type { RefusalReason } from '../../../src/statutes/statute.ts'
import { decideRefusal } from '../../../src/work-orders/rules/intake.ts'
import { matters, short, type Cells } from '../../catalogue/triage.ts'

const cities = Object.keys(short) as (keyof Cells)[]
const cells = matters.flatMap(([matter, look, row]) =>
  cities.map((city) => ({ matter, city, look, expected: [row[city]].flat() })),
)

describe('the same matter under each text', () => {
  it('is sixteen matters, that of the legal procedures in two (entered and not)', () =>
    expect(matters).toHaveLength(17))

  it.each(cells)('$matter: $city', ({ city, look, expected }) =>
    expect(look(statuteOf(short[city]))).toEqual(expected),
  )
})

/** Grounds of refusal that any text has for a matter of the table. */
const grounds = [
  'notPublicMatter',
  'vague',
  'cannotBeHandled',
  'repeated',
  'concluded',
  'malicious',
  'distorted',
  'notLawful',
  'unlawful',
]
const tried = cities.flatMap((city) => grounds.map((reason) => ({ city, reason })))
const named = ({ city, reason }: { city: keyof Cells; reason: string }): boolean =>
  cells.some(
    (cell) => cell.city === city && cell.expected.some((line) => line.startsWith(`refused as ${reason}:`)),
  )

describe('nothing is refused that the table does not refuse', () => {
  it.each(tried)('$city: $reason', ({ city, reason }) => {
    const statute = statuteOf(short[city])
    const decided = decideRefusal({ reason, tell: '理由' }, statute)
    const expected = named({ city, reason })
    expect('refused' in decided ? decided.refused : 'may be refused').toBe(
      expected ? 'may be refused' : 'refusalReasonUnknown',
    )
  })

  it.each(cities)('%s: every ground of refusal says why and names another way', (city) => {
    const { reasons } = statuteOf(short[city]).topics.refusal
    for (const reason of reasons) {
      if (reason.basis === 'silent') continue
      const { tell, otherChannel }: RefusalReason = reason.value
      expect(tell).toMatch(/。$/)
      expect(otherChannel).not.toBe('')
    }
  })
})

describe('what is referred', () => {
  it.each(cities)('%s: every matter says to the requester where to go', (city) => {
    for (const matter of statuteOf(short[city]).topics.referral.matters) {
      if (matter.basis === 'silent') continue
      const { tell, targets } = matter.value
      expect(tell).toMatch(/。$/)
      expect(targets.length).toBeGreaterThan(0)
      for (const { name } of targets) expect(name).not.toBe('')
    }
  })
})

describe('readings of the table that a careless hand would lose', () => {
  it('丹东 第八条第（四）项: only what has entered a procedure is guided (correction 1)', () => {
    const entered = statuteOf('dandong-first-asked').topics.referral.matters.flatMap((matter) =>
      matter.basis !== 'silent' &&
      ['legalProcedure', 'petitionEntered', 'disciplineEntered'].includes(matter.value.code)
        ? [matter.value.label.startsWith('已进入')]
        : [],
    )
    expect(entered).toEqual([true, true, true])
  })

  it.each(['anshan-2019', 'anshan-draft', 'baiyin-2024', 'dandong-first-asked'] as const)(
    '%s: a named report is a matter of discipline; attitude, food and pollution stay here (A-08)',
    (slug) => {
      const { referral, refusal } = statuteOf(slug).topics
      const report = referral.matters.find((m) => m.basis !== 'silent' && m.value.code === 'namedReport')
      expect(report).toMatchObject({ basis: 'reading', value: { keepsSubstance: false } })
      expect(report && 'because' in report && report.because).toMatch(/仍然受理/)
      const codes = refusal.reasons.flatMap((r) => (r.basis === 'silent' ? [] : [r.value.code]))
      expect(codes).not.toContain('namedReport')
    },
  )

  it('鞍山草案 第十二条（三）: privacy is read narrowly, or most complaints would fall out (correction 12)', () => {
    const secrecy = statuteOf('anshan-draft').topics.referral.matters.find(
      (m) => m.basis !== 'silent' && m.value.code === 'secrecyMatter',
    )
    expect(secrecy).toMatchObject({ basis: 'reading' })
    expect(secrecy && 'because' in secrecy && secrecy.because).toMatch(/从严理解.*照常受理并保密/)
  })

  it('鞍山草案 第十二条（五）: another unit first, then nobody’s duty, and only then other ways (correction 11)', () => {
    const beyond = statuteOf('anshan-draft').topics.referral.matters.find(
      (m) => m.basis !== 'silent' && m.value.code === 'beyondDuty',
    )
    expect(beyond && 'because' in beyond && beyond.because).toMatch(
      /第十三条改派.*第二十六条.*都不是的才适用/,
    )
  })
})
