import { Type, type Static } from 'typebox'

/** What staff and the public see. Nothing the public gets leads back to a person. */
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const text = (most: number) => Type.String({ minLength: 1, maxLength: most, pattern: '\\S' })
export const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

export const Line = Type.Object({
  text: Type.String(),
  /** The article that says it; null for what the centre practises. */
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
})
export type Line = Static<typeof Line>

/** Channels, scope and process in the words of the statute. */
export const Process = Type.Object({
  statute: Type.Object({
    title: Type.String(),
    status: Type.String(),
    inForceFrom: nullable(Type.String()),
  }),
  platform: Type.String(),
  sections: Type.Array(Type.Object({ code: Type.String(), title: Type.String(), lines: Type.Array(Line) })),
  duty: Line,
})
export type Process = Static<typeof Process>

const Figure = Type.Object({
  code: Type.String(),
  label: Type.String(),
  formula: Type.String(),
  numerator: Type.Number(),
  denominator: Type.Number(),
  /** Null below thirty: then the two numbers are shown. */
  rate: nullable(Type.Number()),
  unit: Type.Enum(['share', 'average']),
  exclusions: Type.Array(Type.Object({ label: Type.String(), count: Type.Integer() })),
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  survey: nullable(Type.Object({ asked: Type.Integer(), answered: Type.Integer() })),
})
export type Figure = Static<typeof Figure>

const Count = Type.Object({
  label: Type.String(),
  /** Null where it is so small that it might tell of somebody. */
  count: nullable(Type.Integer()),
})

export const PublicFigures = Type.Object({
  id: Type.String(),
  title: Type.String(),
  statute: Type.String(),
  period: Type.Object({ code: Type.String(), label: Type.String(), from: Type.String(), to: Type.String() }),
  asOf: Type.String(),
  issuedAt: Type.String(),
  edition: Type.Integer(),
  because: nullable(Type.String()),
  formulas: Type.String(),
  /** 受理及办理情况. */
  raised: Type.Integer(),
  accepted: Type.Integer(),
  bySubject: Type.Array(Count),
  byChannel: Type.Array(Count),
  supervised: Type.Integer(),
  handling: Type.Array(Figure),
  /** 诉求人的评价情况. */
  ratings: Type.Array(Figure),
  solved: Type.Object({
    unitSays: Type.Object({ numerator: Type.Integer(), denominator: Type.Integer() }),
    requesterSays: Type.Object({ numerator: Type.Integer(), denominator: Type.Integer() }),
    unanswered: Type.Integer(),
  }),
  /** 热点问题. */
  topics: Type.Array(Type.Object({ title: Type.String(), requesters: Type.Integer() })),
})
export type PublicFigures = Static<typeof PublicFigures>

export const PublicReport = Type.Object({
  id: Type.String(),
  title: Type.String(),
  period: Type.String(),
  issuedAt: Type.String(),
})
export type PublicReport = Static<typeof PublicReport>

export const PublicCase = Type.Object({
  id: Type.String(),
  title: Type.String(),
  subject: nullable(Type.String()),
  /** The month in which it was concluded. */
  concludedIn: Type.String(),
  problem: Type.String(),
  handling: Type.String(),
  outcome: Type.String(),
})
export type PublicCase = Static<typeof PublicCase>

const CaseTexts = {
  title: text(60),
  problem: text(2000),
  handling: text(4000),
  outcome: text(2000),
}
export const DraftBody = Type.Object({ order: Type.String({ minLength: 1, maxLength: 40 }), ...CaseTexts })
export type DraftBody = Static<typeof DraftBody>
export const ReviseBody = Type.Object(CaseTexts)
export type ReviseBody = Static<typeof ReviseBody>
export const ReasonBody = Type.Object({ reason: text(1000) })
export const ObjectionBody = Type.Object({ words: text(1000) })

export const caseStates = ['draft', 'published', 'refused', 'withdrawn'] as const
const Step = nullable(Type.Object({ at: Type.String(), by: Type.String() }))
export const CaseView = Type.Object({
  id: Type.String(),
  state: Type.Enum(caseStates),
  title: Type.String(),
  problem: Type.String(),
  handling: Type.String(),
  outcome: Type.String(),
  subject: nullable(Type.String()),
  concludedIn: Type.String(),
  drafted: Type.Object({ at: Type.String(), by: Type.String(), role: Type.String() }),
  decided: Step,
  because: nullable(Type.String()),
  withdrawn: Step,
  withdrawnBecause: nullable(Type.String()),
  objections: Type.Integer(),
})
export type CaseView = Static<typeof CaseView>
export const CaseQuery = Type.Object({
  state: Type.Optional(Type.Enum(caseStates)),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
})
export const CasePage = Type.Object({ items: Type.Array(CaseView), next: nullable(Type.String()) })

export const Objections = Type.Object({
  items: Type.Array(Type.Object({ at: Type.String(), by: Type.String(), words: Type.String() })),
})

export const PublishBody = Type.Object({ report: Type.String({ pattern: uuid }) })
