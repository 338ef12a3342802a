import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problems } from '../../../src/http/problems.ts'
import { findStatute, findTerm } from '../../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../../src/statutes/state-council.ts'
import {
  always,
  atOnce,
  byClass,
  months,
  runningHours,
  runningMinutes,
  sameContact,
  sameDay,
  setByPlatform,
  workingDays,
  workingDaysBefore,
  years,
  type Limit,
} from '../../../src/statutes/term.ts'
import { chineseNumber, slugs, type Article } from '../../../src/statutes/types.ts'
import { statuteRoutes } from '../../../src/work-orders/statute-routes.ts'
import catalogue from '../../catalogue/deadlines.json' with { type: 'json' }

type Given = { limit: number | string | null; unit: string }
/** `shipped`: the centre's own number, where the text has none. */
type Row = Given & { id: string; article: string; shipped?: Given }

/** Differences from the catalogue; each is a correction of its second reading or follows from the text itself. */
const corrected: Record<string, Partial<Row>> = {
  // 第二十一条: its first paragraph is the hotline's own duty, the five items stand in the second
  'ASD-D09': { article: '第二十一条2款(二)' },
  'ASD-D10': { article: '第二十一条2款(五)' },
}

/** Terms that the second reading added: the text gives them no number, or leaves it to the platform. */
const added: readonly [id: string, article: string, what: string][] = [
  ['ASD-D11', '第十二条2款(一)', '及时通报'],
  ['ASD-D12', '第八条3款', 'explanation'],
  ['BY24-D10', '第十条1款', 'acceptance itself'],
  ['BY24-D11', '第十四条(一)', '及时联系'],
  ['BY24-D12', '第十八条', 'co-unit'],
  ['BY24-D13', '第二十条1款', 'warning'],
  ['DD-D12', '第十二条', '及时受理'],
  ['DD-D13', '第十二条', '及时转办'],
  ['DD-D14', '第十二条(一)', '即时'],
  ['DD-D15', '第十条(一)', '尽快'],
  ['DD-D16', '第十条(二)', '规定时限'],
  ['DD-D17', '第十六条', '规定时限 of the second supervision'],
]

/**
 * 及时 that the second reading names, too, but without a clock: each begins with somebody's judgement (the matter is
 * complex, the case is grave, the topic is hot) and the program records only what then follows from it.
 */
const withoutClock: readonly [article: string, topic: () => string][] = [
  ['鞍山 2019 第二十四条', () => findStatute('anshan-2019')!.topics.dispatch.escalation.basis],
  ['草案 第二十条', () => findStatute('anshan-draft')!.topics.supervision.onward[0]!.basis],
  ['草案 第二十一条（三）', () => findStatute('anshan-draft')!.topics.knowledgeBase.answerLines.basis],
]

/** Where the catalogue ships no number for 及时, the centre's own. */
const ownNumber: Record<string, Limit> = { 'AS19-D10': workingDays(1), 'AS19-D11': workingDays(1) }

const units: Record<string, (count: number) => Limit> = {
  working_day: (count) => (count < 0 ? workingDaysBefore(-count) : workingDays(count)),
  calendar_month: months,
  year: years,
  hour: runningHours,
  minute: runningMinutes,
  calendar_day: () => sameDay,
  same_contact: () => sameContact,
  immediate: () => atOnce,
  hours_per_day: () => always,
}

const limitOf = ({ limit, unit }: Given): Limit =>
  limit === '=limit'
    ? byClass({ consultation: workingDays(3), general: workingDays(7), complex: workingDays(15) })
    : units[unit]!(Number(limit))

/** What the catalogue says of a limit: numbers of the text are law, whatever the centre or the platform sets is not. */
function expectedOf(row: Row): { within: Limit; basis: 'law' | 'localPolicy' } {
  if (row.shipped) return { within: limitOf(row.shipped), basis: 'localPolicy' }
  if (row.unit === 'platform_defined') return { within: setByPlatform, basis: 'localPolicy' }
  if (row.unit === 'unspecified') return { within: ownNumber[row.id]!, basis: 'localPolicy' }
  return { within: limitOf(row), basis: 'law' }
}

/** `第十二条2款(二)`: a place as the catalogue writes it. */
const placeOf = ({ article, paragraph, item }: Article): string =>
  [
    `第${chineseNumber(article)}条`,
    ...(paragraph === undefined ? [] : [`${paragraph}款`]),
    ...(item === undefined ? [] : [`(${chineseNumber(item)})`]),
  ].join('')

describe('the deadlines of the catalogue', () => {
  const rows = (catalogue as Row[]).map((row): Row => ({ ...row, ...corrected[row.id] }))

  it('are forty-three, each once', () => expect(new Set(rows.map(({ id }) => id)).size).toBe(43))

  it.each(rows.map((row) => [row.id, row] as const))('%s has article, limit and unit', (id, row) => {
    const { within, basis, cite } = findTerm(id)!.term
    expect({ within, basis, article: placeOf(cite) }).toEqual({ ...expectedOf(row), article: row.article })
  })

  it.each(added)('%s was added by the second reading: %s %s', (id, article) => {
    const { basis, cite } = findTerm(id)!.term
    expect(placeOf(cite)).toBe(article)
    // DD-D14: 即时 is the text's own word, at once
    expect(basis).toBe(id === 'DD-D14' ? 'law' : 'localPolicy')
  })

  it('and those added are all that there are', () => {
    const known = slugs.flatMap((slug) => Object.keys(findStatute(slug)!.terms))
    expect(known.sort()).toEqual([...rows.map(({ id }) => id), ...added.map(([id]) => id)].sort())
  })

  it.each(withoutClock)('%s 及时 has a topic and no clock', (_article, basis) => expect(basis()).toBe('law'))

  it('bound what they extend as the text does', () => {
    expect(findTerm('AS19-D08')!.term.cap).toEqual({ appliesTo: 'extension', kind: 'soft' })
    expect(findTerm('ASD-D07')!.term.cap).toEqual({ appliesTo: 'total', kind: 'hard' })
    expect(findTerm('DD-D07')!.term.cap).toEqual({ appliesTo: 'extension', kind: 'hard' })
  })

  it('stop for recusal under 鞍山 2019 alone: acceptance, forwarding, handling and extension (A-12)', () => {
    const stopping = slugs.flatMap((slug) =>
      Object.values(findStatute(slug)!.terms).flatMap((term) => (term.stopsFor ? [term.id] : [])),
    )
    expect(stopping).toEqual(['AS19-D02', 'AS19-D03', 'AS19-D06', 'AS19-D07', 'AS19-D08'])
  })
})

/** Of the catalogue; `due` is the first instant that is too late: its `24:00` of the day before. */
const vectors: readonly [id: string, question: Record<string, unknown>, due: string, provisional?: true][] = [
  ['V01', { deadline: 'AS19-D06', start: '2026-03-02T10:00+08:00' }, '2026-03-10T00:00:00+08:00'],
  ['V03', { deadline: 'AS19-D06', start: '2026-02-14T09:00+08:00' }, '2026-03-01T00:00:00+08:00'],
  ['V05', { deadline: 'AS19-D02', start: '2026-04-30T20:00+08:00' }, '2026-05-09T00:00:00+08:00'],
  ['V07', { deadline: 'AS19-D08', start: '2026-03-09' }, '2026-05-10T00:00:00+08:00'],
  ['V09', { deadline: 'ASD-D07', start: '2025-12-31T08:00+08:00' }, '2026-03-01T00:00:00+08:00'],
  ['V11', { deadline: 'DD-D02', start: '2026-10-09T17:30+08:00' }, '2026-10-11T00:00:00+08:00'],
  ['V13', { deadline: 'DD-D04', start: '2026-09-28T08:00+08:00' }, '2026-10-14T00:00:00+08:00'],
  ['V15', { deadline: 'DD-D07', start: '2026-10-13' }, '2026-11-04T00:00:00+08:00'],
  [
    'V17',
    {
      deadline: 'AS19-D06',
      start: '2026-03-02T10:00+08:00',
      pauses: [{ from: '2026-03-04T15:00+08:00', to: '2026-03-06T10:00+08:00' }],
    },
    '2026-03-12T00:00:00+08:00',
  ],
  [
    'V19',
    {
      deadline: 'AS19-D06',
      start: '2026-02-10T10:00+08:00',
      pauses: [{ from: '2026-02-12T10:00+08:00', to: '2026-02-24T10:00+08:00' }],
    },
    '2026-02-28T00:00:00+08:00',
  ],
  ['V21', { deadline: 'ASD-D09', start: '2026-03-09' }, '2026-03-07T00:00:00+08:00'],
  ['V23', { deadline: 'ASD-D10', start: '2026-02-14T17:30+08:00' }, '2026-02-15T17:30:00+08:00'],
  ['V25', { deadline: 'DD-D10', start: '2026-01-31' }, '2026-03-01T00:00:00+08:00'],
  // over New Year's Eve into a year without a notice: computed by plain weekdays and never shown as final
  ['V27', { deadline: 'AS19-D06', start: '2026-12-29T10:00+08:00' }, '2027-01-06T00:00:00+08:00', true],
]

describe('the vectors of the catalogue through POST /api/deadlines', () => {
  const app = Fastify()
  beforeAll(async () => {
    const calendar = stateCouncilCalendar()
    await app.register(problems)
    await app.register(statuteRoutes, { calendar: () => calendar })
  })
  afterAll(() => app.close())

  it('are fourteen', () => expect(vectors).toHaveLength(14))

  it.each(vectors)('%s', async (_id, question, due, provisional) => {
    const response = await app.inject({ method: 'POST', url: '/api/deadlines', payload: question })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({
      deadline: question['deadline'],
      due,
      provisional: provisional ?? false,
    })
  })
})
