import { anshan2019 } from './anshan-2019/index.ts'
import { anshanDraft } from './anshan-draft/index.ts'
import { baiyin2024 } from './baiyin-2024/index.ts'
import { configured, LimitsRefused, unknownTerm, type Limits } from './configured.ts'
import { dandongFirstAsked } from './dandong-first-asked/index.ts'
import type { Statute } from './statute.ts'
import type { Term } from './term.ts'

/** PURE. The statutes by slug. A further statute is a new folder and one line here. */
const all: readonly Statute[] = [anshan2019, anshanDraft, baiyin2024, dandongFirstAsked]

/** The statutes of this installation, with the limits that its city set. */
export type Statutes = {
  /** For slugs that were checked before, such as that of a stored order; an unknown one throws. */
  of(slug: string): Statute
  /** The statute of a city, or null when there is none by that slug. */
  find(slug: string): Statute | null
  slugs(): string[]
  /** A term by its id (`AS19-D06`) and the statute it belongs to, or null. */
  findTerm(id: string): { statute: Statute; term: Term } | null
}

const termOf = (statute: Statute, id: string): Term | undefined =>
  Object.hasOwn(statute.terms, id) ? statute.terms[id] : undefined

/**
 * @param limits what the platform has to set or sets otherwise, by id of the term
 * @throws LimitsRefused
 */
export function createStatutes(limits: Limits = {}): Statutes {
  const given = Object.entries(limits)
  const strangers = given.filter(([id]) => !all.some((statute) => termOf(statute, id)))
  const refusals = strangers.map(([id]) => unknownTerm(id))
  const statutes = new Map<string, Statute>()
  for (const statute of all) {
    const own = Object.fromEntries(given.filter(([id]) => termOf(statute, id)))
    try {
      statutes.set(statute.slug, configured(statute, own))
    } catch (error) {
      if (!(error instanceof LimitsRefused)) throw error
      refusals.push(...error.refusals)
    }
  }
  if (refusals.length > 0) throw new LimitsRefused(refusals)
  return {
    of(slug) {
      const statute = statutes.get(slug)
      if (!statute) throw new Error(`no statute by the slug ${slug}`)
      return statute
    },
    find: (slug) => statutes.get(slug) ?? null,
    slugs: () => [...statutes.keys()],
    findTerm(id) {
      for (const statute of statutes.values()) {
        const term = termOf(statute, id)
        if (term) return { statute, term }
      }
      return null
    },
  }
}

/** The statutes as their texts stand, without anything that a city set. */
const bare = createStatutes()

export const statuteSlugs = bare.slugs
export const findStatute = bare.find
export const statuteOf = bare.of
export const findTerm = bare.findTerm
