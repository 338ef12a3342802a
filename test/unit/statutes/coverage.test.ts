import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findStatute, findTerm } from '../../../src/statutes/registry.ts'
import { anshan2019 } from '../../catalogue/anshan-2019.ts'
import { anshanDraft } from '../../catalogue/anshan-draft.ts'
import { baiyin2024 } from '../../catalogue/baiyin-2024.ts'
import catalogue from '../../catalogue/catalogue.json' with { type: 'json' }
import { compared, counted, inWords, type Answer, type Coverage } from '../../catalogue/coverage.ts'
import { dandongFirstAsked } from '../../catalogue/dandong-first-asked.ts'
import deadlines from '../../catalogue/deadlines.json' with { type: 'json' }
import { lists } from '../../catalogue/lists/all.ts'
import { matters, short } from '../../catalogue/triage.ts'

/** Every rule of the catalogue is answered, and every answer points at something that is there. */
const root = join(import.meta.dirname, '../../..')
const coverage: Coverage = { ...anshan2019, ...anshanDraft, ...baiyin2024, ...dandongFirstAsked }
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const answersOf = (id: string): readonly Answer[] => coverage[id] ?? []

/** The statute's answer under a path such as `topics.recusal.decide`, in a list by its code, or undefined. */
function topic(slug: string, path: string): unknown {
  let at: unknown = findStatute(slug)
  for (const key of path.split('.'))
    at = Array.isArray(at)
      ? at.find((answer: { value?: { code?: unknown } }) => answer.value?.code === key)
      : typeof at === 'object' && at
        ? (at as Record<string, unknown>)[key]
        : undefined
  return at
}

/** The basis of what an answer names, where that has one: a topic, or a term by who gave its number. */
function basisOf(slug: string, { by }: Answer): string | null {
  const term = findTerm(by)?.term
  if (term) return term.basis
  const said = by.startsWith('topics.') ? topic(slug, by) : undefined
  return typeof said === 'object' && said && 'basis' in said ? String(said.basis) : null
}

/** Why the thing an answer names is not there, or null. */
function missing(slug: string, { by }: Answer): string | null {
  if (by === '') return null
  if (by.startsWith('topics.')) return topic(slug, by) === undefined ? `no topic ${by}` : null
  if (/^[A-Z0-9]+-D\d+$/.test(by))
    return findTerm(by)?.statute.slug === slug ? null : `no term ${by} of ${slug}`
  const [file = '', name] = by.split('#')
  if (!existsSync(join(root, file))) return `no file ${file}`
  return name === undefined || new RegExp(`\\b${name}\\b`).test(read(file)) ? null : `no ${name} in ${file}`
}

/** Why the test an answer names is not there, or null. */
function untested({ shown }: Answer): string | null {
  if (shown === undefined) return null
  const [file = '', title = ''] = shown.split(' > ')
  if (title.trim() === '') return `no title in ${shown}`
  if (!existsSync(join(root, file))) return `no test file ${file}`
  return read(file).includes(title) ? null : `no test "${title}" in ${file}`
}

/** Tables of tests that one title stands for: is the thing among what they go through? */
function inTable(slug: string, { by, shown }: Answer): boolean {
  if (shown === inWords)
    return lists.some(
      ([city, path, words]) =>
        city === slug &&
        (by === `topics.${path}` || Object.keys(words).some((code) => by === `topics.${path}.${code}`)),
    )
  if (shown === counted) return deadlines.some(({ id }) => id === by)
  if (shown !== compared) return true
  const city = (['AS19', 'ASD', 'BY24', 'DD'] as const).find((name) => short[name] === slug)
  const code = by.split('.').at(-1) ?? ''
  const lines = matters.flatMap(([, , cells]) => (city ? [cells[city]].flat() : []))
  return lines.some((line) => new RegExp(`\\b${code}\\b`).test(line))
}

describe('the catalogue of rules', () => {
  it('has an answer to every row, and no answer without a row', () => {
    const ids = catalogue.map((row) => row.id)
    expect(ids.filter((id) => answersOf(id).length === 0)).toEqual([])
    expect(Object.keys(coverage).filter((id) => !ids.includes(id))).toEqual([])
    expect(ids.length).toBeGreaterThanOrEqual(179)
  })

  it('is answered by things that are there', () => {
    const gone = catalogue.flatMap(({ id, statute }) =>
      answersOf(id).flatMap((answer) =>
        [missing(statute, answer), untested(answer)].map((why) => why && `${id}: ${why}`),
      ),
    )
    expect(gone.filter((why) => why !== null)).toEqual([])
  })

  it('names a table only for what stands in it', () => {
    const strangers = catalogue.flatMap(({ id, statute }) =>
      answersOf(id).flatMap((answer) => (inTable(statute, answer) ? [] : [`${id}: ${answer.by}`])),
    )
    expect(strangers).toEqual([])
  })

  it('names a test for whatever is law or a reading', () => {
    const bare = catalogue.flatMap(({ id }) =>
      answersOf(id).some((a) => (a.is === 'law' || a.is === 'reading') && a.shown === undefined) ? [id] : [],
    )
    expect(bare).toEqual([])
  })

  it('calls law what the statute calls law', () => {
    const wrong = catalogue.flatMap(({ id, statute }) =>
      answersOf(id).flatMap((answer) => {
        const basis = basisOf(statute, answer)
        return basis === null || basis === answer.is ? [] : [`${id}: ${answer.by} is ${basis}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  it('says why wherever nothing follows, and by what wherever something does', () => {
    const mute = catalogue.flatMap(({ id }) =>
      answersOf(id).some((a) => (a.by === '' ? a.is !== 'silent' || !a.note?.trim() : a.is === 'silent'))
        ? [id]
        : [],
    )
    expect(mute).toEqual([])
  })

  it('stands in docs/statutes/coverage.md as it is (write it anew with vitest -u)', async () => {
    const word = { law: '法定', reading: '解释', silent: '未规定', localPolicy: '本市做法' }
    const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
    const rows = catalogue.flatMap(({ id, article, duty }) =>
      answersOf(id).map(({ is, by, shown, note }, n) =>
        [
          n === 0 ? id : '',
          n === 0 ? article : '',
          n === 0 ? duty : '',
          word[is],
          by && `\`${by}\``,
          shown ?? '',
          note ?? '',
        ]
          .map(cell)
          .join(' | '),
      ),
    )
    const table = [
      '# Coverage',
      '',
      'Every rule of the catalogue: law implemented (法定), implemented under a reading (解释), the text says nothing that',
      'a program could do (未规定), or the centre’s own practice (本市做法). Generated; `test/unit/statutes/coverage.test.ts`',
      'fails when a rule is unanswered or an answer points at nothing.',
      '',
      '| Rule | Article | Duty | Basis | By | Shown by | Note |',
      '|---|---|---|---|---|---|---|',
      ...rows.map((row) => `| ${row} |`),
      '',
    ].join('\n')
    await expect(table).toMatchFileSnapshot(join(root, 'docs/statutes/coverage.md'))
  })
})
