import { Type, type Static } from 'typebox'

/** What is owed to a requester after his order was concluded. */
const nullable = Type.Union([Type.String(), Type.Null()])

export const OwedItem = Type.Object({
  number: Type.String(),
  title: Type.String(),
  statute: Type.String(),
  unit: nullable,
  concludedAt: Type.String(),
  /** `each`, `sample`, `supervised`, `dissatisfied`; `answered` of a rating. */
  why: Type.String(),
  tries: Type.Integer(),
  lastTryAt: nullable,
  version: Type.Integer(),
  cite: nullable,
})
export type OwedItem = Static<typeof OwedItem>

export const OwedQuery = Type.Object({
  /** What was concluded before is left out; 90 days back where it is not given. */
  since: Type.Optional(Type.String({ format: 'date-time' })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

export const OwedPage = Type.Object({
  since: Type.String(),
  items: Type.Array(OwedItem),
  next: nullable,
})
