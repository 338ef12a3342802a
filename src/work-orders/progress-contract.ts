import { Type, type Static } from 'typebox'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

/** What the requester may know (获知受理情况、承办情况、办理进度和办理结果); identity and texts are no part of it. */
export const Progress = Type.Object({
  number: Type.String(),
  title: Type.String(),
  raisedAt: Type.String(),
  /** State of the order; `acceptance` and `progress` are its words. */
  state: Type.String(),
  acceptance: Type.String(),
  unit: nullable(Type.String()),
  progress: Type.String(),
  due: nullable(Type.String()),
  cite: nullable(Type.String()),
  /** What the unit told him of the result. */
  result: nullable(Type.String()),
})
export type Progress = Static<typeof Progress>

/** One look at an order, as its requester is told of it. */
export const LedgerLine = Type.Object({
  at: Type.String(),
  action: Type.String(),
  role: Type.String(),
  unit: nullable(Type.String()),
  fields: Type.Array(Type.String()),
})
export type LedgerLine = Static<typeof LedgerLine>
