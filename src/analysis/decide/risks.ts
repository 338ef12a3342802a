import type { Statute } from '../../statutes/statute.ts'
import { valueOf } from '../../statutes/types.ts'
import type { Raise, RiskClass, Threshold } from '../model.ts'
import { basisOf, dutyToAnalyse } from './duty.ts'

/**
 * PURE. Risk of a topic (鞍山 2019 第三十一条第一款: 社会稳定、公共安全、廉政风险). The text names the classes and not what
 * belongs to them: the marks below are local policy, taken from what is on the order, never from its words.
 */
export const riskLabels: Record<RiskClass, string> = {
  socialStability: '社会稳定',
  publicSafety: '公共安全',
  integrityRisk: '廉政风险',
}

/** Names of categories that are about danger, whatever the statute calls them. */
const dangerous = /安全|食品|药品|消防/

export const labelOfCategory = (statute: Statute, category: number | null): string | null =>
  category === null
    ? null
    : (valueOf(statute.topics.acceptance.categories, []).find((c) => c.code === category)?.label ??
      `第${category}类`)

export const labelOfKind = (statute: Statute, kind: string): string =>
  valueOf(statute.topics.acceptance.kinds, []).find((k) => k.code === kind)?.label ?? kind

/** By what matters are told apart: the statute's categories, or its kinds where it lists none (白银 第十条). */
export const subjectBy = ({ topics: { acceptance } }: Statute): 'category' | 'kind' =>
  acceptance.categories.basis === 'silent' ? 'kind' : 'category'

export function subjectOf(
  raise: { category: number | null; kind: string | null },
  statute: Statute,
): string | null {
  if (subjectBy(statute) === 'kind') return raise.kind
  return raise.category === null ? null : String(raise.category)
}

export const labelOfSubject = (statute: Statute, subject: string): string =>
  subjectBy(statute) === 'kind' ? labelOfKind(statute, subject) : labelOfCategory(statute, Number(subject))!

/** The gravest class that marks of its raises speak for, or null. */
export function riskOf(
  raises: readonly Pick<Raise, 'incident' | 'kind' | 'category' | 'accusedUnit'>[],
  statute: Statute,
): RiskClass | null {
  const categories = valueOf(statute.topics.acceptance.categories, [])
  const marked = (category: number | null) => categories.find((c) => c.code === category)
  if (raises.some((r) => r.incident === 'socialSecurity' || marked(r.category)?.petition))
    return 'socialStability'
  if (raises.some((r) => r.incident !== null || dangerous.test(marked(r.category)?.label ?? '')))
    return 'publicSafety'
  return raises.some((r) => r.kind === 'tipOff') ? 'integrityRisk' : null
}

/** 集中反映: the number of the statute's own supervision trigger, or ten requesters in seven days. */
export function concentrated(statute: Statute): Threshold {
  for (const answer of statute.topics.supervision.triggers) {
    if (answer.basis === 'silent' || answer.value.code !== 'repeatedByMany') continue
    const { atLeast = 10, withinDays = 7 } = answer.value
    return { atLeast, withinDays, basis: basisOf(answer) }
  }
  return {
    atLeast: 10,
    withinDays: 7,
    basis: { cite: null, localPolicy: true, says: '“集中”按七日内十名诉求人计，本地规定' },
  }
}

/** A risk is looked at earlier. Local policy under the duty to warn. */
export function riskThreshold(statute: Statute): Threshold {
  const { says } = dutyToAnalyse(statute)
  return {
    atLeast: 5,
    withinDays: 7,
    basis: { cite: null, localPolicy: true, says: `有风险标记的按七日内五名诉求人计，本地规定（${says}）` },
  }
}

/** 廉政风险: complaints and tip-offs of different people against one unit. Local policy. */
export const againstUnitThreshold: Threshold = {
  atLeast: 3,
  withinDays: 30,
  basis: { cite: null, localPolicy: true, says: '三十日内三名诉求人投诉、举报同一单位，本地规定' },
}
