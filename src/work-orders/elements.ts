import { elements, type Element, type Kind, type Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'

/** PURE. Which elements of the 办理单 an order has, and which its statute misses. */

export type Given = {
  kind: Kind | null
  category: number | null
  place: string | null
  facts: string
  name: string | null
  home: string | null
  contact: string | null
  confidentialityAsked: boolean
}

const has: Record<Element, (given: Given) => boolean> = {
  requesterName: (g) => filled(g.name),
  requesterAddress: (g) => filled(g.home),
  requesterContact: (g) => filled(g.contact),
  kind: (g) => g.kind !== null,
  category: (g) => g.category !== null,
  place: (g) => filled(g.place),
  facts: (g) => filled(g.facts),
  confidentialityWish: (g) => g.confidentialityAsked,
}

const filled = (text: string | null): boolean => text !== null && text.trim() !== ''

/** The demanded elements that are not there, in the order of the statute's list. */
export function missingElements(statute: Statute, given: Given): Element[] {
  const asked = statute.topics.acceptance.elements
  return elements.filter((element) => {
    const rule = asked[element]
    return rule.basis !== 'silent' && rule.value.must && !has[element](given)
  })
}

export type Missing = { element: Element; label: string; cite: string | null }

export const describeMissing = (statute: Statute, missing: readonly Element[]): Missing[] =>
  missing.map((element) => {
    const rule = statute.topics.acceptance.elements[element]
    return { element, label: rule.basis === 'silent' ? element : rule.value.label, cite: citesOf(rule) }
  })

/** The statute's own kinds; another code is no kind here. */
export function kindOf(statute: Statute, code: string | undefined): Kind | null {
  const { kinds } = statute.topics.acceptance
  return kinds.basis === 'silent' ? null : (kinds.value.find((kind) => kind.code === code)?.code ?? null)
}

export function categoryOf(statute: Statute, code: number | undefined): number | null {
  const { categories } = statute.topics.acceptance
  return categories.basis === 'silent' ? null : (categories.value.find((c) => c.code === code)?.code ?? null)
}

export function isPetition(statute: Statute, category: number | null): boolean {
  const { categories } = statute.topics.acceptance
  return (
    categories.basis !== 'silent' && categories.value.some((c) => c.code === category && c.petition === true)
  )
}
