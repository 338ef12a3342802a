import { describe, expect, it } from 'vitest'
import {
  basisOf,
  entryExpires,
  judgeCorrection,
  judgeDecider,
  judgeEntry,
  judgeMeasure,
  numberHandling,
} from '../../../src/integrity-file/decide.ts'
import type { Correction, Entry } from '../../../src/integrity-file/model.ts'
import { statuteOf } from '../../../src/statutes/registry.ts'
import { slugs } from '../../../src/statutes/types.ts'

/** What a requester must not do, by article, and what may be kept of it: grounds of the text, evidence, two people. */
const now = new Date('2026-03-02T10:00+08:00')
const nothing = { orderId: null, contactId: null, recordingId: null }
const evidence = { ...nothing, contactId: 'contact-1' }
const what = '一小时内来电二十次，内容相同'

const entry: Entry = {
  ...evidence,
  id: 'entry-1',
  requesterId: 'requester-1',
  state: 'inForce',
  ground: 'futile',
  what,
  orderNumber: null,
  madeAt: now,
  madeBy: 'agent-1',
  madeRole: 'agent',
  decidedAt: now,
  decidedBy: 'lead-1',
  decision: '属实',
  expiresAt: entryExpires(now),
  endedAt: null,
  endedBecause: null,
  markId: null,
  cite: null,
}

describe.each(slugs)('%s: an entry about a requester', (slug) => {
  const statute = statuteOf(slug)
  const { grounds } = statute.topics.conduct
  const codes = grounds.basis === 'silent' ? [] : grounds.value.map(({ code }) => code)

  it('rests on a ground of the text, and on no other', () => {
    expect(codes.length).toBeGreaterThan(2)
    for (const ground of codes) expect(judgeEntry({ ground, what }, evidence, statute)).toBeNull()
    const refused = judgeEntry({ ground: 'annoying', what }, evidence, statute)
    expect(refused).toMatchObject({ code: 'groundUnknown', status: 422 })
    expect(refused?.cite).toContain('第')
  })

  it('needs evidence', () =>
    expect(judgeEntry({ ground: codes[0]!, what }, nothing, statute)).toMatchObject({
      code: 'evidenceMissing',
    }))

  it('needs a second person, and is looked at again by a third', () => {
    const proposed = { ...entry, state: 'proposed' as const, decidedBy: null, decidedAt: null }
    expect(judgeDecider(proposed, { id: 'agent-1' })).toMatchObject({ code: 'ownRecord', status: 403 })
    expect(judgeDecider(proposed, { id: 'lead-1' })).toBeNull()
    const correction: Correction = {
      id: 'correction-1',
      requesterId: 'requester-1',
      entryId: entry.id,
      measureId: null,
      contactId: 'contact-2',
      request: '不是我打的',
      askedAt: now,
      askedBy: 'agent-2',
      decidedAt: null,
      decidedBy: null,
      granted: null,
      reason: null,
    }
    for (const id of ['agent-1', 'lead-1', 'agent-2'])
      expect(judgeCorrection(correction, [entry], { id })).toMatchObject({ code: 'notIndependent' })
    expect(judgeCorrection(correction, [entry], { id: 'lead-2' })).toBeNull()
  })
})

describe('诚信档案', () => {
  it.each([
    ['anshan-2019', true],
    ['anshan-draft', false],
    ['baiyin-2024', false],
    ['dandong-first-asked', false],
  ] as const)('%s: law: %s', (slug, law) => {
    const basis = basisOf(statuteOf(slug))
    expect(basis.law).toBe(law)
    // elsewhere it is kept as evidence of conduct alone, and says so
    if (!law) expect(basis.says).toMatch(/不作其他用途/)
  })
})

describe('丹东 第二十条 经 8890 平台研究后，对当事人的电话进行相应处置', () => {
  const dandong = numberHandling(statuteOf('dandong-first-asked'))
  const cite = 'cite' in dandong && typeof dandong.cite === 'string' ? dandong.cite : ''
  const study = {
    study: '三次研究',
    participants: ['甲', '乙'],
    document: '研〔2026〕1号',
    until: '2026-04-01',
  }
  const measure = (more: Partial<typeof study> = {}, entries: Entry[] = [entry]) =>
    judgeMeasure({ ...study, ...more }, entries, true, { cite, now })

  it('is the article of this text alone', () => {
    expect(cite).toContain('第二十条')
    for (const slug of ['anshan-2019', 'anshan-draft', 'baiyin-2024'] as const)
      expect(numberHandling(statuteOf(slug))).toMatchObject({ code: 'notInThisStatute', status: 409 })
  })

  it('is handled after the study, for a time', () =>
    expect(measure()).toEqual({ until: new Date('2026-04-02T00:00+08:00') }))

  it.each([
    [{ study: ' ' }, 'studyMissing'],
    [{ document: '' }, 'studyMissing'],
    [{ participants: ['甲', '甲'] }, 'studyMissing'],
    [{ until: '2026-03-01' }, 'measureTooLong'],
    [{ until: '2027-03-01' }, 'measureTooLong'],
  ])('not with %o', (more, code) => expect(measure(more)).toMatchObject({ code }))

  it('not without conduct that was confirmed', () =>
    expect(measure({}, [])).toMatchObject({ code: 'entriesMissing' }))
})
