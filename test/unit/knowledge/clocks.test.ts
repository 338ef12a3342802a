import { describe, expect, it } from 'vitest'
import { clockOf, supervisionOf, whyNoClock } from '../../../src/knowledge-base/decide/clocks.ts'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { anshanDraft } from '../../../src/statutes/anshan-draft/index.ts'
import { baiyin2024 } from '../../../src/statutes/baiyin-2024/index.ts'
import { formatInstant, parseDay } from '../../../src/statutes/calendar.ts'
import { dandongFirstAsked } from '../../../src/statutes/dandong-first-asked/index.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import type { Statute } from '../../../src/statutes/statute.ts'
import { localPolicy } from '../../../src/statutes/types.ts'

const calendar = stateCouncilCalendar()
const day = (text: string) => ({ day: parseDay(text)! })

describe('鞍山草案 第二十一条第二款第（二）项: uploaded one working day before publication', () => {
  it.each([
    ['2026-03-11', '2026-03-11T00:00:00+08:00', 'a Wednesday: until the end of Tuesday'],
    ['2026-03-09', '2026-03-07T00:00:00+08:00', 'a Monday: until the end of Friday'],
    ['2026-03-08', '2026-03-07T00:00:00+08:00', 'a Sunday: until the end of Friday'],
    ['2026-03-02', '2026-03-01T00:00:00+08:00', 'the Saturday before is worked in exchange'],
    ['2026-02-24', '2026-02-15T00:00:00+08:00', 'the first working day after the Spring Festival'],
    ['2026-10-08', '2026-10-01T00:00:00+08:00', 'the first working day after National Day'],
  ])('published %s: too late from %s on (%s)', (published, due) => {
    const clock = clockOf(anshanDraft, 'uploadBeforePublication', day(published), calendar)!
    expect(formatInstant(clock.due)).toBe(due)
    expect(clock).toMatchObject({
      term: 'ASD-D09',
      localPolicy: false,
      provisional: false,
      cite: '《鞍山市政务服务便民热线条例（草案）》第二十一条第二款第（二）项',
    })
  })

  it('is provisional where no notice names the holidays', () => {
    expect(clockOf(anshanDraft, 'uploadBeforePublication', day('2031-03-10'), calendar)).toMatchObject({
      provisional: true,
    })
  })

  it('reminds at eight in the morning of the last day (local policy)', () => {
    const clock = clockOf(anshanDraft, 'uploadBeforePublication', day('2026-03-09'), calendar)!
    expect(formatInstant(clock.remindAt)).toBe('2026-03-06T08:00:00+08:00')
  })
})

describe('鞍山草案 第二十一条第二款第（五）项: corrected within twenty-four running hours of the notice', () => {
  it.each([
    ['2026-03-02T10:00+08:00', '2026-03-03T10:00:00+08:00', 'a working day'],
    ['2026-03-06T17:30+08:00', '2026-03-07T17:30:00+08:00', 'through a weekend'],
    ['2026-02-14T17:30+08:00', '2026-02-15T17:30:00+08:00', 'through the Spring Festival'],
    ['2026-12-31T23:59:59+08:00', '2027-01-01T23:59:59+08:00', 'through the turn of the year'],
  ])('received %s: too late from %s on (%s)', (received, due) => {
    const clock = clockOf(anshanDraft, 'errorCorrection', new Date(received), calendar)!
    expect(formatInstant(clock.due)).toBe(due)
    expect(clock).toMatchObject({ term: 'ASD-D10', provisional: false, localPolicy: false })
  })

  it('reminds four hours before the end (local policy)', () => {
    const clock = clockOf(anshanDraft, 'errorCorrection', new Date('2026-03-02T10:00+08:00'), calendar)!
    expect(formatInstant(clock.remindAt)).toBe('2026-03-03T06:00:00+08:00')
  })
})

describe('where the text is silent', () => {
  it.each([
    [anshan2019, '条例没有规定纠错期限，系统不设期限。'],
    [baiyin2024, '条例没有规定纠错期限，系统不设期限。'],
    [dandongFirstAsked, '办法没有规定纠错期限，系统不设期限。'],
  ])('$slug: no clock, and says so', (statute, says) => {
    const start = new Date('2026-03-02T10:00+08:00')
    expect(clockOf(statute, 'errorCorrection', start, calendar)).toBeNull()
    expect(clockOf(statute, 'uploadBeforePublication', day('2026-03-09'), calendar)).toBeNull()
    expect(whyNoClock(statute, 'errorCorrection')).toBe(says)
    expect(supervisionOf(statute, 'ASD-D10')).toBeNull()
  })

  it('never passes a limit of the city’s own for law', () => {
    const own: Statute = {
      ...anshan2019,
      terms: { ...anshan2019.terms, OWN: { ...anshanDraft.terms['ASD-D10']!, id: 'OWN' } },
      topics: {
        ...anshan2019.topics,
        knowledgeBase: {
          ...anshan2019.topics.knowledgeBase,
          errorCorrection: localPolicy('本市自定二十四小时', 'OWN'),
          supervised: localPolicy('本市自行督办', true),
        },
      },
    }
    const start = new Date('2026-03-02T10:00+08:00')
    expect(clockOf(own, 'errorCorrection', start, calendar)).toMatchObject({ localPolicy: true })
    expect(supervisionOf(own, 'OWN')).toBeNull()
  })
})

it('鞍山草案 第十九条第（四）项: what is missed is a trigger of supervision', () => {
  for (const term of ['ASD-D09', 'ASD-D10'])
    expect(supervisionOf(anshanDraft, term)).toEqual({
      trigger: 'knowledge',
      cite: '《鞍山市政务服务便民热线条例（草案）》第十九条第（四）项',
    })
})
