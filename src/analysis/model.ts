import type { Basis } from './decide/duty.ts'

/**
 * PURE. What analysis speaks of. Everything here is de-identified: figures, groups and numbers of orders, never a person.
 *
 * Period: whole days of Asia/Shanghai, half-open. Tally: what was counted for one measure of one group, before anybody
 * makes a rate of it. Topic: what many raised at once. Warning: a topic or an observation that somebody has to act on.
 */
export type Period = {
  /** `2026-03`, `2026-W10`, `2026-Q1`, `2026`, `2026-03-02`, `2026-03-02..2026-03-09`. */
  code: string
  /** As people read it, in Chinese. */
  label: string
  from: Date
  /** The first instant after it. */
  to: Date
}

export const dimensions = ['unit', 'category', 'place', 'kind', 'channel'] as const
/** By what figures are grouped. */
export type Dimension = (typeof dimensions)[number]

/** Which orders are counted. Figures of several statutes are never added up: their limits differ. */
export type Scope = {
  statute: string
  period: Period
  /** The figures are those of this instant. */
  asOf: Date
  by: Dimension | null
  unit: string | null
  category: number | null
  place: string | null
}

export type Tally = {
  /** Of the group; empty where it is unknown or nothing is grouped. */
  key: string
  measure: string
  numerator: number
  denominator: number
  excluded: Readonly<Record<string, number>>
}

/** What shows in a list: never the words of a protected matter, never a person. */
export type OrderGlimpse = {
  number: string
  title: string
  state: string
  unit: string | null
  category: number | null
  raisedAt: Date
}

/** One time that somebody raised a matter: the first time, or again under an order that was there. */
export type Raise = {
  orderId: string
  person: string
  at: Date
  kind: string | null
  category: number | null
  place: string | null
  /** Null for a protected matter: its words are nobody's here. */
  title: string | null
  incident: string | null
  accusedUnit: string | null
  open: boolean
}

export const riskClasses = ['socialStability', 'publicSafety', 'integrityRisk'] as const
/** 社会稳定、公共安全、廉政风险 (鞍山 2019 第三十一条第一款). */
export type RiskClass = (typeof riskClasses)[number]

/** `reported`: by a person who handles a matter (白银 第二十条); the others are found by counting. */
export const warningKinds = ['hotTopic', 'sharedWords', 'againstUnit', 'reported'] as const
export type WarningKind = (typeof warningKinds)[number]

/** 处置完毕、专项治理、专题研究、核实不成立. */
export const warningOutcomes = ['settled', 'campaign', 'specialStudy', 'unfounded'] as const
export type WarningOutcome = (typeof warningOutcomes)[number]

export type Topic = {
  /** The same for the same topic at any time. */
  key: string
  kind: Exclude<WarningKind, 'reported'>
  risk: RiskClass | null
  /** Code of the category; of the kind where the statute knows no categories. */
  subject: string | null
  place: string | null
  words: string | null
  unit: string | null
  /** Different people. */
  requesters: number
  /** Orders that are not finished yet. */
  open: number
  raises: readonly Raise[]
  /** What made it one. */
  threshold: Threshold
}

export type Threshold = { atLeast: number; withinDays: number; basis: Basis }
