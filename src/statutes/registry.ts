import { anshan2019 } from './anshan-2019/index.ts'
import type { Statute } from './statute.ts'
import type { Term } from './term.ts'

/** PURE. The statutes by slug. A further statute is a new folder and one line here. */
const statutes: ReadonlyMap<string, Statute> = new Map([[anshan2019.slug, anshan2019]])

export const statuteSlugs = (): string[] => [...statutes.keys()]

/** The statute of a city, or null when there is none by that slug. */
export const findStatute = (slug: string): Statute | null => statutes.get(slug) ?? null

/** As `findStatute`, for slugs that were checked before, such as that of a stored order. */
export function statuteOf(slug: string): Statute {
  const statute = statutes.get(slug)
  if (!statute) throw new Error(`no statute by the slug ${slug}`)
  return statute
}

/** A term by its id (`AS19-D06`) and the statute it belongs to, or null. */
export function findTerm(id: string): { statute: Statute; term: Term } | null {
  for (const statute of statutes.values()) {
    const term = Object.hasOwn(statute.terms, id) ? statute.terms[id] : undefined
    if (term) return { statute, term }
  }
  return null
}
