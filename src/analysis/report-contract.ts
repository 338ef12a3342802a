import { Type, type Static } from 'typebox'
import {
  BasisView,
  code,
  IndicatorGroup,
  nullable,
  periodCode,
  PeriodView,
  SeasonLine,
  StatuteFigures,
  text,
  TopicView,
  Truths,
} from './contract.ts'

/** Reports: figures as they are composed, and as they were issued. */
export const Volume = Type.Object({
  key: Type.String(),
  label: Type.String(),
  raised: Type.Integer(),
  accepted: Type.Integer(),
  refused: Type.Integer(),
  merged: Type.Integer(),
})
export type Volume = Static<typeof Volume>

export const ReportFigures = Type.Object({
  statute: StatuteFigures,
  byUnit: Type.Array(IndicatorGroup),
  bySubject: Type.Array(IndicatorGroup),
  volumes: Type.Object({
    total: Volume,
    byKind: Type.Array(Volume),
    bySubject: Type.Array(Volume),
    byChannel: Type.Array(Volume),
  }),
  twoTruths: Truths,
  topics: Type.Array(TopicView),
  /** False where so much was raised that only the newest was looked at for topics. */
  topicsComplete: Type.Boolean(),
  season: Type.Array(SeasonLine),
  supervision: Type.Array(
    Type.Object({
      trigger: Type.String(),
      label: Type.String(),
      opened: Type.Integer(),
      closed: Type.Integer(),
      late: Type.Integer(),
    }),
  ),
  warnings: Type.Object({ opened: Type.Integer(), closed: Type.Integer(), open: Type.Integer() }),
})
export type ReportFigures = Static<typeof ReportFigures>

const Focus = Type.Object({
  unit: Type.Optional(code),
  category: Type.Optional(Type.Integer()),
  place: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
})

export const Composed = Type.Object({
  version: Type.String(),
  statute: Type.String(),
  period: PeriodView,
  asOf: Type.String(),
  focus: Focus,
  figures: ReportFigures,
  basis: BasisView,
  /** To whom it goes by the statute. */
  recipients: Type.Object({
    basis: BasisView,
    items: Type.Array(Type.Object({ code: Type.String(), label: Type.String() })),
  }),
})
export type Composed = Static<typeof Composed>

export const reportKinds = ['periodic', 'special', 'assessment'] as const
export const Issued = Type.Object({
  id: Type.String(),
  kind: Type.Enum(reportKinds),
  /** From 1; a later one corrects the earlier, which stays as it was. */
  edition: Type.Integer(),
  period: PeriodView,
  title: Type.String(),
  issuedAt: Type.String(),
  issuedBy: Type.String(),
  issuedRole: Type.String(),
  because: nullable(Type.String()),
  sentTo: Type.Array(Type.Object({ code: nullable(Type.String()), label: Type.String() })),
})
export type Issued = Static<typeof Issued>
export const IssuedReport = Type.Intersect([
  Issued,
  Type.Object({ summary: Type.String(), composed: Composed }),
])
export type IssuedReport = Static<typeof IssuedReport>

export const ReportsQuery = Type.Object({ period: periodCode, ...Focus.properties })
export const Reports = Type.Object({ issued: Type.Array(Issued), current: Composed })

export const IssueBody = Type.Object({
  period: periodCode,
  kind: Type.Enum(reportKinds),
  summary: text(10_000),
  /** By the codes of the statute, or by name where the statute names nobody. */
  recipients: Type.Array(Type.Object({ code: Type.Optional(code), label: Type.Optional(text(100)) }), {
    minItems: 1,
    maxItems: 20,
  }),
  focus: Type.Optional(Focus),
  /** Why there is a further edition. */
  because: Type.Optional(text(500)),
})
export type IssueBody = Static<typeof IssueBody>
