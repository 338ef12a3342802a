import type { Statute } from '../../statutes/statute.ts'
import type { Raise, Threshold, Topic } from '../model.ts'
import { againstUnitThreshold, concentrated, riskOf, riskThreshold, subjectOf } from './risks.ts'
import { sharedWords } from './words.ts'

/** PURE. What many raised at once: the same category at the same place, the same words, or against the same unit. */
const dayMs = 86_400_000

const peopleOf = (raises: readonly Raise[]): number => new Set(raises.map((r) => r.person)).size
const openOf = (raises: readonly Raise[]): number =>
  new Set(raises.filter((r) => r.open).map((r) => r.orderId)).size

const within = (raises: readonly Raise[], days: number, now: Date): Raise[] =>
  raises.filter((r) => r.at.getTime() > now.getTime() - days * dayMs && r.at <= now)

const more = (a: Topic, b: Topic): number => b.requesters - a.requesters || (a.key < b.key ? -1 : 1)

function grouped<K extends string>(
  raises: readonly Raise[],
  keyOf: (raise: Raise) => K | null,
): Map<K, Raise[]> {
  const groups = new Map<K, Raise[]>()
  for (const raise of raises) {
    const key = keyOf(raise)
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), raise])
  }
  return groups
}

/** 同一地点同类事项. */
export function placeTopics(
  raises: readonly Raise[],
  statute: Statute,
  threshold: (risk: Topic['risk']) => Threshold,
): Topic[] {
  const groups = grouped(raises, (raise) => {
    const subject = subjectOf(raise, statute)
    return subject === null || raise.place === null ? null : `${subject}@${raise.place}`
  })
  return [...groups].flatMap(([key, own]): Topic[] => {
    const risk = riskOf(own, statute)
    const limit = threshold(risk)
    const requesters = peopleOf(own)
    if (requesters < limit.atLeast) return []
    const { place } = own[0]!
    return [
      {
        key: `hotTopic:${key}`,
        kind: 'hotTopic',
        risk,
        subject: subjectOf(own[0]!, statute),
        place,
        words: null,
        unit: null,
        requesters,
        open: openOf(own),
        raises: own,
        threshold: limit,
      },
    ]
  })
}

/** 不同地点、同样的说法. */
export const wordTopics = (raises: readonly Raise[], statute: Statute, limit: Threshold): Topic[] =>
  sharedWords(raises, limit.atLeast).map(({ words, raises: own }) => ({
    key: `sharedWords:${words}`,
    kind: 'sharedWords',
    risk: riskOf(own, statute),
    subject: null,
    place: null,
    words,
    unit: null,
    requesters: peopleOf(own),
    open: openOf(own),
    raises: own,
    threshold: limit,
  }))

/** Complaints and tip-offs against one unit: 廉政风险. */
export function unitTopics(raises: readonly Raise[], limit: Threshold = againstUnitThreshold): Topic[] {
  return [...grouped(raises, (r) => r.accusedUnit)].flatMap(([unit, own]): Topic[] => {
    const requesters = peopleOf(own)
    if (requesters < limit.atLeast) return []
    return [
      {
        key: `againstUnit:${unit}`,
        kind: 'againstUnit',
        risk: 'integrityRisk',
        subject: null,
        place: null,
        words: null,
        unit,
        requesters,
        open: openOf(own),
        raises: own,
        threshold: limit,
      },
    ]
  })
}

/**
 * What deserves a warning now: each kind in the window of its own threshold, the most people first.
 * @param againstUnits raises against units of a longer time
 */
export function topicsNow(
  raises: readonly Raise[],
  statute: Statute,
  now: Date,
  againstUnits: readonly Raise[] = raises,
): Topic[] {
  const many = concentrated(statute)
  const risky = riskThreshold(statute)
  const recent = within(raises, many.withinDays, now)
  const places = placeTopics(recent, statute, (risk) =>
    risk !== null && risky.atLeast < many.atLeast ? risky : many,
  )
  return [
    ...places,
    ...notCovered(wordTopics(recent, statute, many), places),
    ...unitTopics(within(againstUnits, againstUnitThreshold.withinDays, now)),
  ].sort(more)
}

/** The larger part of a topic's orders lies in another. */
export const mostlyIn = (orders: readonly string[], others: readonly string[]): boolean =>
  orders.filter((id) => others.includes(id)).length > orders.length / 2

/** What one place already tells is not told again by its words. */
const notCovered = (topics: readonly Topic[], by: readonly Topic[]): Topic[] =>
  topics.filter((topic) => !by.some((other) => mostlyIn(ordersOf(topic), ordersOf(other))))

/** How far back `topicsNow` looks, in days: for everything, and for what is against units. */
export const lookBackDays = (statute: Statute): { all: number; againstUnits: number } => ({
  all: Math.max(concentrated(statute).withinDays, riskThreshold(statute).withinDays),
  againstUnits: againstUnitThreshold.withinDays,
})

/** Hot topics of a whole period, by the number of people of the statute's threshold. */
export function topicsOfPeriod(raises: readonly Raise[], statute: Statute): Topic[] {
  const many = concentrated(statute)
  const places = placeTopics(raises, statute, () => many)
  return [
    ...places,
    ...notCovered(wordTopics(raises, statute, many), places),
    ...unitTopics(raises, { ...againstUnitThreshold, atLeast: many.atLeast }),
  ].sort(more)
}

/** After a warning was closed only what was raised since can open another. */
export function still(topic: Topic, closedAt: Date | null): Topic | null {
  if (closedAt === null) return topic
  const raises = topic.raises.filter((r) => r.at > closedAt)
  const requesters = peopleOf(raises)
  return requesters < topic.threshold.atLeast ? null : { ...topic, raises, requesters, open: openOf(raises) }
}

export const ordersOf = (topic: Pick<Topic, 'raises'>): string[] => [
  ...new Set(topic.raises.map((r) => r.orderId)),
]
