import { Type, type Static } from 'typebox'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

/** One hit. Dates are `YYYY-MM-DD` (Asia/Shanghai). `stale`: its validity is over; it may be read, not cited. */
export const KnowledgeHit = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  unitCode: Type.String(),
  title: Type.String(),
  body: Type.String(),
  source: Type.Object({
    number: nullable(Type.String()),
    name: Type.String(),
    article: nullable(Type.String()),
  }),
  confidential: Type.Boolean(),
  validFrom: Type.String(),
  validTo: nullable(Type.String()),
  stale: Type.Boolean(),
})
export type KnowledgeHit = Static<typeof KnowledgeHit>

export const KnowledgeQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 100 }),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
})

const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

export const KnowledgeDraft = Type.Object({
  unitCode: Type.String({ minLength: 1, maxLength: 64 }),
  title: Type.String({ minLength: 1, maxLength: 200 }),
  body: Type.String({ minLength: 1, maxLength: 20_000 }),
  keywords: Type.Optional(Type.String({ maxLength: 500 })),
  source: Type.Object({
    number: Type.Optional(Type.String({ maxLength: 100 })),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    article: Type.Optional(Type.String({ maxLength: 100 })),
  }),
  confidential: Type.Optional(Type.Boolean()),
  validFrom: day,
  validTo: Type.Optional(day),
})
export type KnowledgeDraft = Static<typeof KnowledgeDraft>

export const KnowledgeRef = Type.Object({ id: Type.String(), version: Type.Integer() })
export type KnowledgeRef = Static<typeof KnowledgeRef>
