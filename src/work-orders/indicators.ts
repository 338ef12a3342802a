import type { Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf, valueOf } from '../statutes/types.ts'
import { dueNow, type Clock } from './clock.ts'
import type { DispatchLeg, WorkOrder } from './model.ts'
import { proceduresOf, type FollowUp } from './procedures.ts'
import { chosenForFollowUp, followUpRate } from './rules/follow-up.ts'

/**
 * PURE. 响应率、解决率、满意率、办结率 …: computed from what was recorded, never entered. Each says its numerator, its
 * denominator, its period and what it left out; a rate of few is shown as counts, because 1 of 2 is not 50 %.
 */
export type Assessed = {
  order: WorkOrder
  /** Its clocks, running and met; voided ones are owed no more. */
  clocks: readonly Clock[]
  statute: Statute
}

/** From the first instant, up to and without the second. */
export type Period = { from: Date; to: Date }

/** Denominators below it have no rate; local policy. */
export const fewest = 30

export type Indicator = {
  code: IndicatorCode
  label: string
  /** How it is counted, for whoever reads the number. */
  says: string
  numerator: number
  denominator: number
  /** 0–1; null where the denominator is under `fewest`: shown as counts. */
  rate: number | null
  period: Period
  excluded: { why: Excluded; label: string; count: number }[]
  /** The article that names this indicator; null: the centre's own. */
  cite: string | null
}

const whyExcluded = {
  notReached: '没有联系到',
  noAnswer: '没有表态',
  notYetDue: '期限还没有届满',
  legEnded: '改由其他单位承办',
  endedOtherwise: '合并、移交、终止或者不予受理',
  notInSample: '不在抽查名单中',
} as const
export type Excluded = keyof typeof whyExcluded

/** One case: counted and hit, counted and missed, or left out for a reason. */
type Case = boolean | Excluded
type Seen = { period: Period; calendar: Calendar }
type Definition = {
  label: string
  says: string
  /** The cases of one order that fall into the period. */
  cases(assessed: Assessed, seen: Seen): Case[]
}

const within = (at: Date | null, { from, to }: Period): boolean => at !== null && at >= from && at < to

/** Legs of leading units that were delivered in the period; the petition office and co-units answer for no result. */
const delivered = ({ order }: Assessed, period: Period): DispatchLeg[] =>
  order.legs.filter((leg) => leg.role === 'lead' && within(leg.deliveredAt, period))

const met = ({ metAt }: Clock, due: Date): boolean => metAt !== null && metAt < due

/** Clocks of these terms, each against the day on which it fell due within the period. */
function dueClocks(
  { clocks }: Assessed,
  terms: readonly string[],
  period: Period,
  dueOf: (clock: Clock) => Date | null = (clock) => clock.due,
): Case[] {
  return clocks.flatMap((clock) => {
    const due = terms.includes(clock.term) ? dueOf(clock) : null
    return due !== null && within(due, period) ? [met(clock, due)] : []
  })
}

/** When a term that started then is due, without extensions; null where there is no such term. */
function dueFrom(
  { order, statute }: Assessed,
  id: string | null,
  startedAt: Date,
  calendar: Calendar,
  otherLaw: Clock['otherLaw'] = null,
): Date | null {
  const term = id === null ? undefined : statute.terms[id]
  if (!term) return null
  return dueNow(term, order, { startedAt, extensions: [], otherLaw }, statute, calendar)?.due ?? null
}

const handling = ({ statute }: Assessed): readonly string[] =>
  valueOf(statute.topics.handlingLimit.handle, [])

/** Handling clocks of leading units: a co-unit's is the lead's affair. */
const ofLead = (assessed: Assessed): Assessed => ({
  ...assessed,
  clocks: assessed.clocks.filter(
    (clock) => assessed.order.legs.find((leg) => leg.n === clock.leg)?.role === 'lead',
  ),
})

/** The requester's own answers in the period; an order of which he said nothing is left out once. */
function answers({ order }: Assessed, period: Period, hit: (f: FollowUp) => boolean | null): Case[] {
  const calls = order.followUps.filter((f) => within(f.at, period))
  const said = calls.flatMap((f) => hit(f) ?? [])
  if (said.length > 0 || calls.length === 0) return said
  return [calls.some((f) => f.reached) ? 'noAnswer' : 'notReached']
}

const withProcedure = (
  assessed: Assessed,
  period: Period,
  kind: 'timeExtension' | 'sendBack',
  verdicts: readonly string[] | null,
): Case[] =>
  delivered(assessed, period).map((leg) =>
    proceduresOf(assessed.order, kind).some(
      (p) => p.leg === leg.n && (verdicts === null || verdicts.includes(p.verdict ?? '')),
    ),
  )

const definitions = {
  responseRate: {
    label: '响应率',
    says: '送达的办理单中，主办单位在期限内联系诉求人的；本市没有规定联系期限的，按是否联系计算',
    cases(assessed, { period, calendar }) {
      const { firstContact } = assessed.statute.topics.handlingLimit
      return delivered(assessed, period).map((leg): Case => {
        const due = dueFrom(assessed, valueOf(firstContact, null), leg.deliveredAt, calendar)
        // Whoever told him the result has contacted him.
        const at = leg.contactedAt ?? (leg.told ? leg.fedBackAt : null)
        if (at) return due === null || at < due
        if (leg.endedAt && (due === null || leg.endedAt < due)) return 'legEnded'
        return (due === null ? leg.fedBackAt === null : due >= period.to) ? 'notYetDue' : false
      })
    },
  },
  resolutionRate: {
    label: '解决率',
    says: '有效回访中，诉求人自己认为已经解决的',
    cases: (assessed, { period }) => answers(assessed, period, (f) => (f.reached ? f.solved : null)),
  },
  satisfiedRate: {
    label: '满意率',
    says: '有满意度答复的回访中，诉求人答复“满意”的；“基本满意”不计',
    cases: (assessed, { period }) =>
      answers(assessed, period, (f) => (f.satisfied === null ? null : f.satisfied === 'satisfied')),
  },
  satisfiedOrBasicallyRate: {
    label: '满意率（含基本满意）',
    says: '有满意度答复的回访中，诉求人答复“满意”或者“基本满意”的',
    cases: (assessed, { period }) =>
      answers(assessed, period, (f) => (f.satisfied === null ? null : f.satisfied !== 'dissatisfied')),
  },
  concludedRate: {
    label: '办结率',
    says: '期间内受理的办理单中，已经办结的',
    cases({ order }, { period }) {
      if (!within(order.acceptedAt, period)) return []
      const otherwise = ['merged', 'transferred', 'terminated', 'refused'].includes(order.state)
      return [otherwise ? 'endedOtherwise' : order.state === 'concluded']
    },
  },
  onTimeRate: {
    label: '按时办结率',
    says: '期间内办理期限（含已批准的延期）届满的，在届满前反馈结果的',
    cases: (assessed, { period }) => dueClocks(ofLead(assessed), handling(assessed), period),
  },
  onTimeWithoutExtensionRate: {
    label: '按时办结率（不含延期）',
    says: '期间内原办理期限届满的，在原期限届满前反馈结果的',
    cases(assessed, { period, calendar }) {
      return dueClocks(ofLead(assessed), handling(assessed), period, ({ term, startedAt, otherLaw }) =>
        dueFrom(assessed, term, startedAt, calendar, otherLaw),
      )
    },
  },
  acknowledgedOnTimeRate: {
    label: '按时接收率',
    says: '期间内接收期限届满的，在届满前接收的',
    cases(assessed, { period }) {
      const term = valueOf(assessed.statute.topics.handlingLimit.acknowledge, null)
      return term === null ? [] : dueClocks(assessed, [term], period)
    },
  },
  forwardedOnTimeRate: {
    label: '及时转派率',
    says: '期间内转办期限届满的，在届满前转承办单位的',
    cases(assessed, { period }) {
      const { forward, forwardConsultation } = assessed.statute.topics.dispatch
      const terms = [forward, ...(forwardConsultation ? [forwardConsultation] : [])]
      return dueClocks(
        assessed,
        terms.flatMap((t) => valueOf(t, null) ?? []),
        period,
      )
    },
  },
  extensionRate: {
    label: '延期率',
    says: '期间内送达的办理单中，延期生效的',
    cases: (assessed, { period }) =>
      withProcedure(assessed, period, 'timeExtension', ['approved', 'reported']),
  },
  sendBackRate: {
    label: '退单率',
    says: '期间内送达的办理单中，承办单位申请退回的，不论结论',
    cases: (assessed, { period }) => withProcedure(assessed, period, 'sendBack', null),
  },
  handledAgainRate: {
    label: '重办率',
    says: '有效回访中，认定合理并交再次办理的',
    cases: (assessed, { period }) =>
      answers(assessed, period, (f) =>
        f.solved === null && f.satisfied === null ? null : f.verdict?.then === 'handleAgain',
      ),
  },
  followUpRate: {
    label: '回访率',
    says: '期间内办结且应当回访的，已经回访的，不论是否联系到',
    cases({ order, statute }, { period }) {
      if (!within(order.concludedAt, period)) return []
      const called = order.followUps.some((f) => f.at >= order.concludedAt!)
      const owed = called || chosenForFollowUp(order, followUpRate(statute))
      return [owed ? called : 'notInSample']
    },
  },
  effectiveFollowUpRate: {
    label: '有效回访率',
    says: '期间内回访过的办理单中，诉求人作了答复的',
    cases({ order }, { period }) {
      const calls = order.followUps.filter((f) => within(f.at, period))
      return calls.length === 0 ? [] : [calls.some((f) => f.solved !== null || f.satisfied !== null)]
    },
  },
} as const satisfies Record<string, Definition>

export type IndicatorCode = keyof typeof definitions
export const indicatorCodes = Object.keys(definitions) as IndicatorCode[]

/** One indicator over the orders of one statute. */
export function indicator(
  code: IndicatorCode,
  assessed: readonly Assessed[],
  period: Period,
  { statute, calendar }: { statute: Statute; calendar: Calendar },
): Indicator {
  const { label, says, cases }: Definition = definitions[code]
  const all = assessed.flatMap((one) => cases(one, { period, calendar }))
  const counted = all.filter((c): c is boolean => typeof c === 'boolean')
  const numerator = counted.filter((hit) => hit).length
  const denominator = counted.length
  const excluded = (Object.keys(whyExcluded) as Excluded[]).flatMap((why) => {
    const count = all.filter((c) => c === why).length
    return count > 0 ? [{ why, label: whyExcluded[why], count }] : []
  })
  const { indicators } = statute.topics.rating
  const named = valueOf(indicators, []).some((i) => i.code === code)
  return {
    code,
    label,
    says,
    numerator,
    denominator,
    rate: denominator < fewest ? null : numerator / denominator,
    period,
    excluded,
    cite: named ? citesOf(indicators) : null,
  }
}

/** Every indicator; those that the statute names itself first. */
export function indicators(
  assessed: readonly Assessed[],
  period: Period,
  by: { statute: Statute; calendar: Calendar },
): Indicator[] {
  const all = indicatorCodes.map((code) => indicator(code, assessed, period, by))
  return [...all.filter((i) => i.cite !== null), ...all.filter((i) => i.cite === null)]
}
