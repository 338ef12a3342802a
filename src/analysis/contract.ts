import { Type, type Static } from 'typebox'
import { dimensions, riskClasses, warningKinds } from './model.ts'

/** What analysis takes and gives. No answer holds a person, a telephone or the words of a protected matter. */
export const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
export const text = (most: number) => Type.String({ minLength: 1, maxLength: most, pattern: '\\S' })
export const code = Type.String({ minLength: 1, maxLength: 64 })
export const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
export const periodCode = Type.String({
  minLength: 4,
  maxLength: 24,
  description: '2026, 2026-Q1, 2026-03, 2026-W10, 2026-03-02, or FIRST..END with the first day after it',
})

export const page = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) })

export const BasisView = Type.Object({
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  says: Type.String(),
})

export const PeriodView = Type.Object({
  code: Type.String(),
  label: Type.String(),
  from: Type.String(),
  /** The first instant after it. */
  to: Type.String(),
})

export const Indicator = Type.Object({
  code: Type.String(),
  label: Type.String(),
  /** How it is computed; the texts name indicators and give no formulas. */
  formula: Type.String(),
  unit: Type.Enum(['share', 'average']),
  numerator: Type.Number(),
  denominator: Type.Number(),
  /** Null below thirty: then the two numbers are shown. */
  rate: nullable(Type.Number()),
  shownAs: Type.Enum(['rate', 'count']),
  period: Type.String(),
  exclusions: Type.Array(Type.Object({ code: Type.String(), label: Type.String(), count: Type.Integer() })),
  /** The article that makes it an indicator; null where the centre measures for itself. */
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  /** The limit that it is measured against. */
  limit: nullable(BasisView),
  /** Of those who were asked: how many answered. Only where people were asked. */
  survey: Type.Optional(
    Type.Object({ asked: Type.Integer(), answered: Type.Integer(), rate: nullable(Type.Number()) }),
  ),
  /** What the share should be, where the statute or the centre says so. */
  target: Type.Optional(Type.Object({ value: Type.Number(), basis: BasisView })),
})
export type Indicator = Static<typeof Indicator>

export const IndicatorGroup = Type.Object({
  key: Type.String(),
  label: Type.String(),
  indicators: Type.Array(Indicator),
})
export type IndicatorGroup = Static<typeof IndicatorGroup>

/** What this statute has no ground for, and what it says of that. */
const Absent = Type.Object({ code: Type.String(), label: Type.String(), says: Type.String() })

export const StatuteFigures = Type.Object({
  statute: Type.String(),
  title: Type.String(),
  standard: nullable(BasisView),
  absent: Type.Array(Absent),
  total: Type.Array(Indicator),
  /** In the order of their names: a league table would be a judgement. */
  groups: Type.Array(IndicatorGroup),
})
export type StatuteFigures = Static<typeof StatuteFigures>

export const Figures = Type.Object({
  version: Type.String(),
  period: PeriodView,
  asOf: Type.String(),
  by: nullable(Type.String()),
  statutes: Type.Array(StatuteFigures),
})
export type Figures = Static<typeof Figures>

export const FiguresQuery = Type.Object({
  period: periodCode,
  by: Type.Optional(Type.Enum([...dimensions, 'statute'])),
  statute: Type.Optional(code),
  unit: Type.Optional(code),
  category: Type.Optional(Type.Integer()),
  place: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
})
export type FiguresQuery = Static<typeof FiguresQuery>

const Share = Type.Object({
  numerator: Type.Integer(),
  denominator: Type.Integer(),
  rate: nullable(Type.Number()),
})
export const Truths = Type.Object({
  key: Type.String(),
  label: Type.String(),
  /** 承办单位称已解决. */
  unitSays: Share,
  /** 诉求人称已解决, of those who answered. */
  requesterSays: Share,
  bothSolved: Type.Integer(),
  onlyUnit: Type.Integer(),
  onlyRequester: Type.Integer(),
  neither: Type.Integer(),
  unanswered: Type.Integer(),
})
export type Truths = Static<typeof Truths>
export const TwoTruths = Type.Object({
  period: PeriodView,
  asOf: Type.String(),
  statute: Type.String(),
  total: Truths,
  groups: Type.Array(Truths),
})

export const Stage = Type.Object({
  code: Type.Enum(['acceptance', 'handling', 'supervision', 'feedback', 'evaluation']),
  label: Type.String(),
  count: Type.Integer(),
  overdue: Type.Integer(),
  oldestSince: nullable(Type.String()),
})
export const Stages = Type.Object({
  asOf: Type.String(),
  statute: Type.String(),
  basis: BasisView,
  stages: Type.Array(Stage),
})

export const OrderLine = Type.Object({
  number: Type.String(),
  title: Type.String(),
  state: Type.String(),
  unit: nullable(Type.String()),
  category: nullable(Type.String()),
  raisedAt: Type.String(),
})
export type OrderLine = Static<typeof OrderLine>

/** Orders as lists show them. */
export const Lines = {
  orders: Type.Array(OrderLine),
  /** Protected orders that are counted and not listed. */
  withheld: Type.Integer(),
}

export const ThresholdView = Type.Object({
  atLeast: Type.Integer(),
  withinDays: Type.Integer(),
  basis: BasisView,
})

export const TopicView = Type.Object({
  key: Type.String(),
  kind: Type.Enum(warningKinds),
  title: Type.String(),
  risk: nullable(Type.Enum(riskClasses)),
  riskLabel: nullable(Type.String()),
  /** Category, or kind where the statute knows no categories. */
  subject: nullable(Type.String()),
  place: nullable(Type.String()),
  words: nullable(Type.String()),
  unit: nullable(Type.String()),
  requesters: Type.Integer(),
  orderCount: Type.Integer(),
  open: Type.Integer(),
  threshold: ThresholdView,
  /** Orders about this subject in the same weeks of last year. */
  lastYear: nullable(Type.Integer()),
})
export type TopicView = Static<typeof TopicView>
export const TopicDetail = Type.Intersect([TopicView, Type.Object(Lines)])
export const Topics = Type.Object({
  period: PeriodView,
  basis: BasisView,
  /** False where so much was raised that only the newest was looked at. */
  complete: Type.Boolean(),
  topics: Type.Array(TopicDetail),
})
export const TopicsQuery = Type.Object({
  days: Type.Integer({ minimum: 1, maximum: 92, default: 7 }),
})

export const SeasonLine = Type.Object({
  subject: Type.String(),
  label: Type.String(),
  /** The weeks that just went by, and the same of last year. */
  now: Type.Integer(),
  lastYear: Type.Integer(),
  /** What last year brought in the weeks that are coming. */
  lastYearAhead: Type.Integer(),
  /** Last year it rose from the one to the other by half or more. */
  rises: Type.Boolean(),
})
export const Season = Type.Object({
  weeks: Type.Integer(),
  basis: BasisView,
  items: Type.Array(SeasonLine),
})
export const SeasonQuery = Type.Object({
  weeks: Type.Integer({ minimum: 1, maximum: 13, default: 4 }),
})

export const Signal = Type.Object({
  code: Type.Enum(['massClosing', 'pingPong', 'lateLabel', 'ownFollowUp']),
  label: Type.String(),
  /** What was counted and by which threshold: a reason to look, never a finding. */
  hint: Type.String(),
  unit: nullable(Type.String()),
  count: Type.Integer(),
  ...Lines,
})
export type Signal = Static<typeof Signal>
export const Signals = Type.Object({ period: PeriodView, basis: BasisView, items: Type.Array(Signal) })

export const Selected = Type.Object({
  ground: Type.String(),
  label: Type.String(),
  /** Why it is proposed; a person chooses. */
  hint: Type.String(),
  subject: Type.String(),
  ...Lines,
})
export type Selected = Static<typeof Selected>
export const Selection = Type.Object({ period: PeriodView, basis: BasisView, items: Type.Array(Selected) })

export const PeriodQuery = Type.Object({ period: periodCode })
