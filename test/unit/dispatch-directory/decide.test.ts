import { describe, expect, it } from 'vitest'
import { parseDay, type Day } from '../../../src/statutes/calendar.ts'
import { statuteOf } from '../../../src/statutes/registry.ts'
import type { EntryBody } from '../../../src/dispatch-directory/contract.ts'
import {
  decideEnd,
  decideEntry,
  suggest,
  warningsOf,
  warningsOfEntry,
} from '../../../src/dispatch-directory/decide.ts'
import { matchOf, type DirectoryUnit, type Entry } from '../../../src/dispatch-directory/model.ts'

const statute = statuteOf('anshan-2019')
const day = (text: string): Day => parseDay(text)!
const today = day('2026-03-02')
const unit = (code: string, kind = 'department', active = true): [string, DirectoryUnit] => [
  code,
  { code, name: code, kind, active },
]
const units = new Map([
  unit('lighting'),
  unit('water'),
  unit('street', 'subdistrict'),
  unit('village', 'village'),
  unit('closed', 'department', false),
])
const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id,
  statute: statute.slug,
  category: null,
  keywords: [],
  place: null,
  leadUnit: 'lighting',
  coUnits: [],
  validFrom: day('2026-01-01'),
  validTo: null,
  basis: '鞍政办发〔2026〕1号',
  note: null,
  ...more,
})
const body = (more: Partial<EntryBody> = {}): EntryBody => ({
  keywords: ['路灯'],
  leadUnit: 'lighting',
  validFrom: '2026-03-01',
  basis: '鞍政办发〔2026〕1号',
  ...more,
})
const known = (...entries: Entry[]) => ({ statute, units, entries })

describe('an entry of the directory', () => {
  it('keeps what was said, without blanks and repetitions', () => {
    const words = { keywords: ['路灯 ', '路灯', ' '], place: ' 铁西区 ', coUnits: ['water'] }
    expect(decideEntry(body(words), known())).toMatchObject({
      keywords: ['路灯'],
      place: '铁西区',
      coUnits: ['water'],
      validTo: null,
    })
  })

  it.each<[string, Partial<EntryBody>, string]>([
    ['without a document', { basis: '  ' }, 'basisMissing'],
    ['that fits everything', { keywords: [' '] }, 'entryMatchesAll'],
    ['of no category of the statute', { category: 11 }, 'categoryUnknown'],
    ['for no unit', { leadUnit: 'nowhere' }, 'unitUnknown'],
    ['for a closed unit', { leadUnit: 'closed' }, 'unitUnknown'],
    ['with its lead as a co-unit', { coUnits: ['lighting'] }, 'unitTwice'],
    ['from no day', { validFrom: '2026-02-30' }, 'dayMalformed'],
    ['that ends before it begins', { validTo: '2026-02-28' }, 'entryBackwards'],
  ])('is refused %s', (_what, more, code) => {
    expect(decideEntry(body(more), known())).toMatchObject({ refused: code, status: 422 })
  })

  it('stands once at a time for one matter, in whatever order its words are', () => {
    const before = entry('a', { keywords: ['路灯', '灯杆'], validTo: day('2026-03-31') })
    const same = body({ keywords: ['灯杆', '路灯'], validFrom: '2026-03-31' })
    expect(decideEntry(same, known(before))).toMatchObject({ refused: 'entryKnown', status: 409 })
    expect(decideEntry({ ...same, validFrom: '2026-04-01' }, known(before))).not.toHaveProperty('refused')
    expect(decideEntry({ ...same, place: '铁西区' }, known(before))).not.toHaveProperty('refused')
  })

  it.each<[string, string, string | null]>([
    ['today', '2026-03-02', null],
    ['yesterday, because nothing was dispatched by it since', '2026-03-01', null],
    ['before that', '2026-02-28', 'endTooEarly'],
    ['on no day', 'bald', 'dayMalformed'],
  ])('ends %s', (_what, validTo, code) => {
    const ended = decideEnd(entry('a'), { validTo, basis: '职责调整' }, today)
    expect('refused' in ended ? ended.refused : null).toBe(code)
  })

  it('ends once, and with a document', () => {
    const ended = entry('a', { validTo: day('2026-02-01') })
    expect(decideEnd(ended, { validTo: '2026-03-02', basis: '调整' }, today)).toMatchObject({
      refused: 'entryEnded',
    })
    expect(decideEnd(entry('a'), { validTo: '2026-03-02', basis: ' ' }, today)).toMatchObject({
      refused: 'basisMissing',
    })
    expect(decideEnd(null, { validTo: '2026-03-02', basis: '调整' }, today)).toMatchObject({ status: 404 })
  })
})

describe('a suggestion', () => {
  const matter = { category: 2, text: '路灯不亮\n小区门口', place: '铁西区示范路1号' }
  const entries = [
    entry('category', { category: 2 }),
    entry('place', { place: '铁西区', leadUnit: 'street' }),
    entry('words', { keywords: ['路灯'] }),
    entry('words here', { keywords: ['路灯'], place: '铁西区' }),
    entry('elsewhere', { keywords: ['路灯'], place: '立山区' }),
    entry('other words', { keywords: ['供水'], leadUnit: 'water' }),
    entry('over', { keywords: ['路灯', '不亮'], validTo: day('2026-02-01') }),
    entry('to come', { keywords: ['路灯', '不亮'], validFrom: day('2026-04-01') }),
  ]

  it('names everything that fits today, the narrowest first', () => {
    const found = suggest(matter, today, { entries, units })
    expect(found.map((s) => s.entry.id)).toEqual(['words here', 'words', 'place', 'category'])
    expect(found[0]).toMatchObject({ keywords: ['路灯'], place: true, category: false })
  })

  it('fits only where everything that an entry names fits', () => {
    expect(matchOf(entry('a', { keywords: ['路灯'], category: 3 }), matter)).toBeNull()
    expect(matchOf(entry('a', { place: '铁西区' }), { ...matter, place: null })).toBeNull()
  })

  it('warns of a closed unit', () => {
    const [only] = suggest(matter, today, {
      entries: [entry('a', { category: 2, leadUnit: 'closed' })],
      units,
    })
    expect(only?.warnings).toEqual(['unitClosed'])
  })
})

describe('国办函〔2025〕66号第五项 部门职责事项不得分派给基层', () => {
  const department = entry('d', { keywords: ['路灯'] })
  const fits = [{ entry: department }, { entry: entry('s', { place: '铁西区', leadUnit: 'street' }) }]

  it.each<[string, string[]]>([
    ['street', ['departmentMatterToGrassRoots']],
    ['village', ['departmentMatterToGrassRoots']],
    ['water', []],
    ['lighting', []],
  ])('%s', (code, warnings) => {
    expect(warningsOf(code, fits, units)).toEqual(warnings)
  })

  it('a matter that no department has may go there', () => {
    expect(warningsOf('street', [fits[1]!], units)).toEqual([])
    expect(warningsOf('street', [], units)).toEqual([])
  })

  it('warns whoever enters it so, too', () => {
    const down = decideEntry(body({ place: '铁西区', leadUnit: 'street' }), known(department))
    if ('refused' in down) throw new Error(down.refused)
    expect(warningsOfEntry(down, { entries: [department], units })).toEqual(['departmentMatterToGrassRoots'])
    expect(warningsOfEntry(down, { entries: [], units })).toEqual([])
  })
})
