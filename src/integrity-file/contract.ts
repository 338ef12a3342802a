import { Type, type Static } from 'typebox'

/** Bodies and answers of the integrity file. */
const uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
})
const words = (max: number) => Type.String({ minLength: 1, maxLength: max, pattern: '\\S' })
const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])

export const Id = Type.Object({ id: uuid })

export const NewEntry = Type.Object({
  requesterId: uuid,
  ground: Type.String({ maxLength: 40 }),
  what: words(4000),
  /** Evidence: at least one, and of this requester. */
  orderNumber: Type.Optional(Type.String({ maxLength: 40 })),
  contactId: Type.Optional(uuid),
  /** Of that contact. */
  recordingId: Type.Optional(uuid),
})
export type NewEntry = Static<typeof NewEntry>

export const Decision = Type.Object({ approved: Type.Boolean(), reason: words(2000) })
export type Decision = Static<typeof Decision>

export const NewMeasure = Type.Object({
  requesterId: uuid,
  entries: Type.Array(uuid, { maxItems: 50 }),
  /** 研究情况. */
  study: Type.String({ maxLength: 10_000 }),
  participants: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 30 }),
  document: Type.String({ maxLength: 100 }),
  scope: Type.Enum(['lowestPriority']),
  /** Last day, `YYYY-MM-DD`. */
  until: Type.String({ maxLength: 10 }),
})
export type NewMeasure = Static<typeof NewMeasure>

export const Lift = Type.Object({ reason: words(2000) })

export const NewCorrection = Type.Object({
  /** The contact in which the requester asked for it himself. */
  contactId: uuid,
  request: words(4000),
  /** One of them, or neither: everything about him. */
  entryId: Type.Optional(uuid),
  measureId: Type.Optional(uuid),
})
export type NewCorrection = Static<typeof NewCorrection>

export const Disclosure = Type.Object({ contactId: uuid })
export const Made = Type.Object({ id: Type.String() })
export const Flag = Type.Object({ flag: Type.Boolean() })

const record = {
  id: Type.String(),
  requesterId: Type.String(),
  state: Type.String(),
  madeAt: Type.String(),
  decidedAt: nullable(Type.String()),
  decision: nullable(Type.String()),
  expiresAt: Type.String(),
  endedAt: nullable(Type.String()),
  endedBecause: nullable(Type.String()),
  cite: nullable(Type.String()),
}
const people = { madeBy: Type.String(), decidedBy: nullable(Type.String()) }
const entry = {
  ground: Type.String(),
  label: Type.String(),
  what: Type.String(),
  orderNumber: nullable(Type.String()),
  contactId: nullable(Type.String()),
  recordingId: nullable(Type.String()),
}
const measure = { scope: Type.String(), study: Type.String(), document: Type.String() }
const correction = {
  id: Type.String(),
  requesterId: Type.String(),
  entryId: nullable(Type.String()),
  measureId: nullable(Type.String()),
  request: Type.String(),
  askedAt: Type.String(),
  decidedAt: nullable(Type.String()),
  granted: Type.Union([Type.Boolean(), Type.Null()]),
  reason: nullable(Type.String()),
}

const EntryView = Type.Object({ ...record, ...people, ...entry })
const MeasureView = Type.Object({
  ...record,
  ...people,
  ...measure,
  participants: Type.Array(Type.String()),
  entries: Type.Array(Type.String()),
})
const CorrectionView = Type.Object({ ...correction, contactId: Type.String(), askedBy: Type.String() })
export type EntryView = Static<typeof EntryView>
export type MeasureView = Static<typeof MeasureView>
export type CorrectionView = Static<typeof CorrectionView>

/** What the file rests on: law, or a practice of the centre that never passes for it. */
const Basis = Type.Object({ law: Type.Boolean(), says: Type.String(), cite: nullable(Type.String()) })

export const FileView = Type.Object({
  basis: Basis,
  entries: Type.Array(EntryView),
  measures: Type.Array(MeasureView),
  corrections: Type.Array(CorrectionView),
})

/** The requester's own copy: everything about him, nothing about staff. */
export const OwnCopy = Type.Object({
  basis: Basis,
  correction: Type.String(),
  entries: Type.Array(Type.Object({ ...record, ...entry })),
  measures: Type.Array(Type.Object({ ...record, ...measure })),
  corrections: Type.Array(Type.Object(correction)),
})

export const Waiting = Type.Object({
  entries: Type.Array(EntryView),
  measures: Type.Array(MeasureView),
  corrections: Type.Array(CorrectionView),
})
