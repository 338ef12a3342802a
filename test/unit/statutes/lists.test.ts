import { describe, expect, it } from 'vitest'
import { statuteOf } from '../../../src/statutes/registry.ts'
import type { Answer, Article, Slug } from '../../../src/statutes/types.ts'
import { lists } from '../../catalogue/lists/all.ts'
import { printedWords } from '../../support/statute-answers.ts'

type Said = Exclude<Answer<unknown>, { basis: 'silent' }>
const isAnswer = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && 'basis' in value && 'value' in value

/** What the answer under a path such as `supervision.onward.police.grounds` holds, and where it says so. */
function heldAt(slug: Slug, path: string): { items: unknown[]; cite: readonly Article[] } {
  let at: unknown = statuteOf(slug).topics
  let answer: Said | null = null
  for (const key of path.split('.')) {
    const named = (x: unknown): boolean => isAnswer(x) && (x.value as { code?: unknown }).code === key
    const next: unknown = Array.isArray(at) ? at.find(named) : (at as Record<string, unknown>)[key]
    if (isAnswer(next)) answer = next
    at = isAnswer(next) ? next.value : next
  }
  // a list of answers, each with its own article: those of the text
  const own = Array.isArray(at) ? at.filter((x) => isAnswer(x) && 'cite' in x) : []
  if (own.length > 0) return { items: own.map((x) => x.value), cite: own.flatMap((x) => x.cite as Article[]) }
  if (!answer || !('cite' in answer)) throw new Error(`${slug}: no article behind ${path}`)
  return { items: Array.isArray(at) ? at : [at], cite: answer.cite }
}

const codeOf = (item: unknown): string => {
  if (typeof item !== 'object' || item === null) return String(item)
  const { code, number } = item as { code?: string | number; number?: string | number }
  return String(code ?? number)
}

describe('the lists of each text', () => {
  it.each(lists)('%s %s: in the words of the text, whole', (slug, path, words) => {
    const { items, cite } = heldAt(slug, path)
    expect(items.map(codeOf).sort()).toEqual(Object.keys(words).sort())
    const text = cite.map(printedWords).join('')
    for (const quote of Object.values(words)) expect(text).toContain(quote)
  })
})
