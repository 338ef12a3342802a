import type { Statute } from './statute.ts'
import type { Limit, Term } from './term.ts'
import { citeText } from './types.ts'

/**
 * PURE. The numbers that a text leaves to the platform (规定期限) or does not give (及时), as the city set them. What the
 * text itself numbers can never be set.
 */
export type Limits = Readonly<Record<string, Limit>>

export type LimitRefusal = {
  id: string
  refused: 'unknownTerm' | 'numberedByText' | 'impossibleNumber'
  /** One English sentence for the operator. */
  says: string
}

/** Thrown with every refused limit at once, so that one look mends them all. */
export class LimitsRefused extends Error {
  readonly refusals: readonly LimitRefusal[]
  constructor(refusals: readonly LimitRefusal[]) {
    super(refusals.map((refusal) => refusal.says).join('; '))
    this.name = 'LimitsRefused'
    this.refusals = refusals
  }
}

/** The longest limit of each unit that can be meant; more is a slip of the pen. */
const longest = { workingDay: 366, month: 24, hour: 8784, minute: 1440 } as const

const isSettable = (term: Term): boolean =>
  term.within.unit === 'setByPlatform' || term.basis === 'localPolicy'

const isPossible = (limit: Limit): boolean =>
  limit.unit in longest &&
  'count' in limit &&
  Number.isInteger(limit.count) &&
  limit.count >= 1 &&
  limit.count <= longest[limit.unit as keyof typeof longest]

export const unknownTerm = (id: string): LimitRefusal => ({
  id,
  refused: 'unknownTerm',
  says: `${id} is no limit of any statute here`,
})

function refusalOf(statute: Statute, id: string, limit: Limit): LimitRefusal[] {
  const term = Object.hasOwn(statute.terms, id) ? statute.terms[id] : undefined
  if (!term) return [unknownTerm(id)]
  if (!isSettable(term))
    return [
      {
        id,
        refused: 'numberedByText',
        says: `${id} (${term.name}) cannot be set: ${citeText(term.cite)} gives it itself`,
      },
    ]
  if (isPossible(limit)) return []
  const bounds = Object.entries(longest).map(([unit, most]) => `${unit} 1 to ${most}`)
  return [{ id, refused: 'impossibleNumber', says: `${id} needs a whole number: ${bounds.join(', ')}` }]
}

/**
 * The statute with the given limits in place. They stay the centre's own: local policy, beside the words of the text.
 * Without limits it is the same object.
 * @throws LimitsRefused
 */
export function configured(statute: Statute, limits: Limits): Statute {
  const given = Object.entries(limits)
  if (given.length === 0) return statute
  const refusals = given.flatMap(([id, limit]) => refusalOf(statute, id, limit))
  if (refusals.length > 0) throw new LimitsRefused(refusals)
  const terms = Object.entries(statute.terms).map(([id, term]): [string, Term] => {
    const within = Object.hasOwn(limits, id) ? limits[id] : undefined
    return [id, within ? { ...term, within, basis: 'localPolicy' } : term]
  })
  return { ...statute, terms: Object.fromEntries(terms) }
}

/** Handling limits that the platform has to set and has not: without them an order would never be due. */
export function unsetHandlingLimits(statute: Statute): Term[] {
  const { handle } = statute.topics.handlingLimit
  if (handle.basis === 'silent') return []
  return handle.value.flatMap((id) => {
    const term = statute.terms[id]
    return term?.within.unit === 'setByPlatform' ? [term] : []
  })
}
