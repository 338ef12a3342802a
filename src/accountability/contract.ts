import { Type, type Static } from 'typebox'
import { outcomes } from './model.ts'

/** Bodies and answers of `/api/accountability`. Days are `YYYY-MM-DD` (Asia/Shanghai). */
const nullable = Type.Union([Type.String(), Type.Null()])
const words = (max: number) => Type.String({ minLength: 1, maxLength: max })

const decision = {
  /** Left out: the centre itself (平台). */
  unit: Type.Optional(words(40)),
  ground: words(40),
  /** Number of the order that shows it. */
  order: words(40),
  decidedBy: words(200),
  document: Type.Optional(Type.String({ maxLength: 200 })),
  decidedOn: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  outcome: Type.Enum([...outcomes]),
  mitigation: Type.Optional(Type.Array(words(40), { maxItems: 10 })),
  note: Type.Optional(Type.String({ maxLength: 4000 })),
}

export const DecisionBody = Type.Object(decision)
export type DecisionBody = Static<typeof DecisionBody>

/** What takes the place of a record; `withdrawn` takes it away. */
export const CorrectionBody = Type.Union([
  Type.Object({ reason: words(2000), withdrawn: Type.Literal(true) }),
  Type.Object({ reason: words(2000), ...decision }),
])
export type CorrectionBody = Static<typeof CorrectionBody>

const Choice = Type.Object({ code: Type.String(), label: Type.String() })
const choices = Type.Object({ choices: Type.Array(Choice), cite: nullable })
export const GroundsView = Type.Object({ statute: Type.String(), acts: choices, mitigations: choices })

export const RecordView = Type.Object({
  id: Type.String(),
  unit: nullable,
  statute: Type.String(),
  ground: Choice,
  order: Type.String(),
  decidedBy: Type.String(),
  document: nullable,
  decidedOn: Type.String(),
  outcome: Type.String(),
  mitigation: Type.Array(Choice),
  note: nullable,
  cite: nullable,
  corrects: nullable,
  correctedBy: nullable,
  withdrawn: Type.Boolean(),
  correctionReason: nullable,
  recordedBy: Type.String(),
  recordedAt: Type.String(),
})
export type RecordView = Static<typeof RecordView>

export const RecordPage = Type.Object({ items: Type.Array(RecordView), next: nullable })

/** How many decisions about one unit count on a day. */
export const WindowView = Type.Object({
  unit: nullable,
  count: Type.Integer(),
  atLeast: Type.Integer(),
  /** 移交线索: the number is reached. */
  passClues: Type.Boolean(),
  says: Type.String(),
  cite: nullable,
  records: Type.Array(
    Type.Object({
      id: Type.String(),
      order: Type.String(),
      decidedOn: Type.String(),
      /** The last day on which it counts. */
      countsUntil: Type.String(),
    }),
  ),
})
export type WindowView = Static<typeof WindowView>

export const WindowPage = Type.Object({
  on: Type.String(),
  /** False: this statute counts no repeated accountability. */
  known: Type.Boolean(),
  items: Type.Array(WindowView),
})

export const Recorded = Type.Object({
  record: RecordView,
  window: Type.Union([WindowView, Type.Null()]),
  /** A proposal to pass clues on was opened on the order. */
  proposed: Type.Boolean(),
})
export type Recorded = Static<typeof Recorded>
