/**
 * PURE. What the city's statute says about taking a matter in, as the form needs it: read from
 * `GET /api/statutes/{slug}`, so that no rule of law is written in a page.
 */
export type Choice = { code: string; label: string }
export type Cited = { cite: string | null; localPolicy: boolean }
export type ElementRule = Cited & { label: string; must: boolean }
export type RefusalReason = Choice & Cited & { tell: string; otherChannel: string }
export type ReferralMatter = Choice &
  Cited & {
    tell: string
    keepsSubstance: boolean
    targets: { name: string; number?: string; address?: string }[]
  }
export type EmergencyNumber = { number: string; name: string }

export type Catalogue = {
  slug: string
  title: string
  words: { platform: string; workOrder: string; requester: string; unit: string }
  kinds: Choice[]
  categories: Choice[]
  requesterKinds: Choice[]
  careGroups: Choice[]
  incidents: Choice[]
  elements: Record<string, ElementRule>
  refusals: RefusalReason[]
  referrals: ReferralMatter[]
  emergencyNumbers: EmergencyNumber[]
  /** An answer on the spot cites an item, or says what the knowledge base lacks; null: nothing asks for it. */
  citation: Cited | null
  /** Whoever raises the same matter without anything new is told how it stands; null: nothing asks for it. */
  repeatedTold: Cited | null
}

type Article = { title: string; article: number; paragraph?: number; item?: number }
type Answer<T> =
  | { basis: 'law' | 'reading'; cite: readonly Article[]; says: string; value: T }
  | { basis: 'localPolicy'; says: string; value: T }
  | { basis: 'silent'; says: string }
type Labelled = { code: string | number; label: string }

/** The part of the statute's answers that the desk reads. */
export type StatuteDocument = {
  slug: string
  title: string
  words: Catalogue['words']
  topics: {
    acceptance: {
      kinds: Answer<readonly Labelled[]>
      categories: Answer<readonly Labelled[]>
      requesterKinds: Answer<readonly Labelled[]>
      careGroups: Answer<readonly Labelled[]>
      elements: Record<string, Answer<{ label: string; must: boolean }>>
      repeatedTold?: Answer<unknown>
    }
    knowledgeBase: { citeOnAnswer: Answer<unknown> }
    refusal: { reasons: readonly Answer<Labelled & { tell: string; otherChannel: string }>[] }
    referral: {
      numbers: Answer<readonly (EmergencyNumber & { emergency: boolean })[]>
      incidents: Answer<readonly Labelled[]>
      matters: readonly Answer<
        Labelled & { tell: string; keepsSubstance: boolean; targets: ReferralMatter['targets'] }
      >[]
    }
  }
}

const digits = '〇一二三四五六七八九'
const chinese = (n: number): string => {
  const tens = Math.floor(n / 10)
  const ones = n % 10
  return (tens > 1 ? digits[tens] : '') + (tens > 0 ? '十' : '') + (ones > 0 || n === 0 ? digits[ones] : '')
}

/** `第十八条`: the text's title stands once on the screen, not beside each field. */
const place = ({ article, paragraph, item }: Article): string =>
  `第${chinese(article)}条` +
  (paragraph === undefined ? '' : `第${chinese(paragraph)}款`) +
  (item === undefined ? '' : `第（${chinese(item)}）项`)

const cited = (answer: Answer<unknown>): Cited => ({
  cite: 'cite' in answer ? answer.cite.map(place).join('、') : null,
  localPolicy: answer.basis === 'localPolicy',
})

const choices = (answer: Answer<readonly Labelled[]>): Choice[] =>
  answer.basis === 'silent' ? [] : answer.value.map(({ code, label }) => ({ code: String(code), label }))

/** The article that asks for something, or null where none does. */
const askedBy = (answer: Answer<unknown> | undefined): Cited | null =>
  answer && answer.basis !== 'silent' ? cited(answer) : null

export function catalogueOf({ slug, title, words, topics }: StatuteDocument): Catalogue {
  const { acceptance, refusal, referral, knowledgeBase } = topics
  return {
    slug,
    title,
    words,
    kinds: choices(acceptance.kinds),
    categories: choices(acceptance.categories),
    requesterKinds: choices(acceptance.requesterKinds),
    careGroups: choices(acceptance.careGroups),
    incidents: choices(referral.incidents),
    elements: Object.fromEntries(
      Object.entries(acceptance.elements).flatMap(([name, answer]) =>
        answer.basis === 'silent' ? [] : [[name, { ...answer.value, ...cited(answer) }]],
      ),
    ),
    refusals: refusal.reasons.flatMap((answer) =>
      answer.basis === 'silent'
        ? []
        : [{ ...answer.value, code: String(answer.value.code), ...cited(answer) }],
    ),
    referrals: referral.matters.flatMap((answer) =>
      answer.basis === 'silent'
        ? []
        : [{ ...answer.value, code: String(answer.value.code), ...cited(answer) }],
    ),
    emergencyNumbers:
      referral.numbers.basis === 'silent'
        ? []
        : referral.numbers.value.filter((n) => n.emergency).map(({ number, name }) => ({ number, name })),
    citation: askedBy(knowledgeBase.citeOnAnswer),
    repeatedTold: askedBy(acceptance.repeatedTold),
  }
}
