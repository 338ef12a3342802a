import { Type, type Static } from 'typebox'
import { BasisView, code, Lines, nullable, text, ThresholdView } from './contract.ts'
import { riskClasses, warningKinds, warningOutcomes } from './model.ts'

/** Warnings: what the centre sees of them, and what a recipient gets. */
export const Sending = Type.Object({
  id: Type.String(),
  recipient: Type.String(),
  unit: nullable(Type.String()),
  words: Type.String(),
  sentAt: Type.String(),
  sentBy: Type.String(),
  sentRole: Type.String(),
  due: Type.String(),
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  acknowledgedAt: nullable(Type.String()),
  acknowledgedBy: nullable(Type.String()),
  overdue: Type.Boolean(),
})
export type Sending = Static<typeof Sending>

const Step = nullable(Type.Object({ at: Type.String(), by: Type.String(), role: Type.String() }))

export const WarningView = Type.Object({
  id: Type.String(),
  statute: Type.String(),
  kind: Type.Enum(warningKinds),
  state: Type.Enum(['open', 'acknowledged', 'closed']),
  title: Type.String(),
  reason: nullable(Type.String()),
  risk: nullable(Type.Enum(riskClasses)),
  riskLabel: nullable(Type.String()),
  subject: nullable(Type.String()),
  place: nullable(Type.String()),
  unit: nullable(Type.String()),
  /** When it was opened, and at the last look. */
  requesters: nullable(Type.Integer()),
  latestRequesters: nullable(Type.Integer()),
  threshold: nullable(ThresholdView),
  lastYear: nullable(Type.Integer()),
  basis: BasisView,
  openedAt: Type.String(),
  openedBy: Type.String(),
  openedRole: Type.String(),
  acknowledged: Step,
  closed: Step,
  outcome: nullable(Type.Enum(warningOutcomes)),
  result: nullable(Type.String()),
  sendings: Type.Array(Sending),
})
export type WarningView = Static<typeof WarningView>
export const WarningDetail = Type.Intersect([WarningView, Type.Object(Lines)])

export const WarningQuery = Type.Object({
  state: Type.Optional(Type.Enum(['open', 'acknowledged', 'closed'])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
})
const RecipientBody = Type.Object({
  /** One of the units, or the name of another body. */
  unit: Type.Optional(code),
  name: Type.Optional(text(100)),
})
export const ReportWarningBody = Type.Object({
  title: text(100),
  reason: text(2000),
  risk: Type.Enum(riskClasses),
  orders: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 50 })),
  /** Who is warned at the same time. */
  recipients: Type.Optional(Type.Array(RecipientBody, { maxItems: 20 })),
})
export type ReportWarningBody = Static<typeof ReportWarningBody>
export const SendBody = Type.Object({
  recipients: Type.Array(RecipientBody, { minItems: 1, maxItems: 20 }),
  words: text(2000),
})
export type SendBody = Static<typeof SendBody>
export const CloseBody = Type.Object({ outcome: Type.Enum(warningOutcomes), result: text(4000) })
export type CloseBody = Static<typeof CloseBody>

/** What a recipient gets: the words that were sent, and nothing of the orders behind. */
export const Received = Type.Object({
  id: Type.String(),
  title: Type.String(),
  riskLabel: nullable(Type.String()),
  words: Type.String(),
  sentAt: Type.String(),
  due: Type.String(),
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  acknowledgedAt: nullable(Type.String()),
})
export type Received = Static<typeof Received>
