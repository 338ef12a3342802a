import { Type, type Static, type TSchema } from 'typebox'
import { itemKinds, topics } from './model.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD, Asia/Shanghai' })
const unitCode = Type.String({ minLength: 1, maxLength: 64 })
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const Matter = Type.Object({ kind: nullable(Type.String()), category: nullable(Type.Integer()) })

export const TemplateParts = Type.Object({
  acceptanceStandard: Type.String({ maxLength: 5_000, description: '受理标准' }),
  process: Type.String({ maxLength: 5_000, description: '办理流程' }),
  finishStandard: Type.String({ maxLength: 5_000, description: '办结标准' }),
  basis: Type.String({ maxLength: 5_000, description: '相关依据' }),
})
export type TemplateParts = Static<typeof TemplateParts>

/** One hit. Dates are `YYYY-MM-DD` (Asia/Shanghai). `stale`: its validity is over; it may be read, not cited. */
export const KnowledgeHit = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  unitCode: Type.String(),
  kind: Type.Enum([...itemKinds]),
  title: Type.String(),
  body: Type.String(),
  source: Type.Object({
    number: nullable(Type.String()),
    name: Type.String(),
    article: nullable(Type.String()),
  }),
  /** The kind of matter that a template is for. */
  matter: nullable(Matter),
  /** Inside the centre and the owning unit only; never in an answer to a citizen. */
  confidential: Type.Boolean(),
  validFrom: Type.String(),
  validTo: nullable(Type.String()),
  stale: Type.Boolean(),
  /** The day on which a policy is published, while that is ahead: until then no citizen is told. */
  publicFrom: nullable(Type.String()),
  /** Reports of an error that nobody has settled yet. */
  openErrors: Type.Integer(),
  /** The words of the query that hit, as they stand in it, longest first. */
  words: Type.Array(Type.String()),
})
export type KnowledgeHit = Static<typeof KnowledgeHit>

export const KnowledgeQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100, description: 'without it the newest come first' })),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000, default: 0 }),
  unit: Type.Optional(unitCode),
  kind: Type.Optional(Type.Enum([...itemKinds])),
  matterKind: Type.Optional(words(40)),
  category: Type.Optional(Type.Integer()),
  publicOnly: Type.Optional(Type.Boolean({ description: 'what a citizen may be told' })),
  validity: Type.Optional(
    Type.Enum(['current', 'stale', 'upcoming'], {
      description: 'without it: current and, after them, stale; upcoming ones only when asked for',
    }),
  ),
})
export type KnowledgeQuery = Static<typeof KnowledgeQuery>

export const KnowledgePage = Type.Object({
  items: Type.Array(KnowledgeHit),
  total: Type.Integer(),
  /** `offset` of the next page, or null on the last. */
  next: nullable(Type.Integer()),
})
export type KnowledgePage = Static<typeof KnowledgePage>

export const KnowledgeDraft = Type.Object({
  unitCode,
  kind: Type.Optional(Type.Enum([...itemKinds])),
  title: words(200),
  /** Needed for everything but an acceptance template, whose parts are its text. */
  body: Type.Optional(words(20_000)),
  keywords: Type.Optional(Type.String({ maxLength: 500 })),
  source: Type.Object({
    number: Type.Optional(Type.String({ maxLength: 100 })),
    name: words(200),
    article: Type.Optional(Type.String({ maxLength: 100 })),
  }),
  confidential: Type.Optional(Type.Boolean()),
  validFrom: day,
  validTo: Type.Optional(day),
  matter: Type.Optional(
    Type.Object({ kind: Type.Optional(words(40)), category: Type.Optional(Type.Integer()) }),
  ),
  template: Type.Optional(TemplateParts),
  holding: Type.Optional(words(40)),
  topic: Type.Optional(Type.Enum([...topics])),
})
export type KnowledgeDraft = Static<typeof KnowledgeDraft>

export const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
const corrects = Type.Optional(
  Type.Array(Type.String({ pattern: uuid }), { maxItems: 20, description: 'reports that this settles' }),
)
/** A new item; `corrects`: reports that something was missing. */
export const KnowledgeCreation = Type.Intersect([KnowledgeDraft, Type.Object({ corrects })])
/** The next version of an item. */
export const KnowledgeChange = Type.Intersect([
  KnowledgeDraft,
  Type.Object({
    /** The newest version that the writer has seen; another one meanwhile refuses the change. */
    basedOn: Type.Integer({ minimum: 1 }),
    note: Type.Optional(Type.String({ maxLength: 500, description: 'what changed and why' })),
    corrects,
  }),
])
export type KnowledgeChange = Static<typeof KnowledgeChange>

export const KnowledgeRef = Type.Object({ id: Type.String(), version: Type.Integer() })
export type KnowledgeRef = Static<typeof KnowledgeRef>

export const KnowledgeVersion = Type.Object({
  version: Type.Integer(),
  title: Type.String(),
  body: Type.String(),
  keywords: Type.String(),
  source: KnowledgeHit.properties.source,
  matter: nullable(Matter),
  template: nullable(TemplateParts),
  confidential: Type.Boolean(),
  validFrom: Type.String(),
  validTo: nullable(Type.String()),
  stale: Type.Boolean(),
  madeBy: Type.Object({ id: Type.String(), role: nullable(Type.String()) }),
  madeAt: Type.String(),
  note: nullable(Type.String()),
  /** Reports that this version settled. */
  corrects: Type.Array(Type.String()),
})
export type KnowledgeVersion = Static<typeof KnowledgeVersion>

export const KnowledgeEventView = Type.Object({
  type: Type.String(),
  at: Type.String(),
  actor: Type.Object({ id: Type.String(), role: Type.String() }),
  data: Type.Unknown(),
})

export const KnowledgeDetail = Type.Object({
  id: Type.String(),
  unitCode: Type.String(),
  kind: Type.Enum([...itemKinds]),
  holding: nullable(Type.String()),
  topic: nullable(Type.String()),
  publicFrom: nullable(Type.String()),
  /** The policy whose upload it is. */
  policyId: nullable(Type.String()),
  createdAt: Type.String(),
  withdrawn: nullable(
    Type.Object({ at: Type.String(), by: nullable(Type.String()), because: nullable(Type.String()) }),
  ),
  /** The version in force; null while every version is ahead. */
  current: nullable(KnowledgeVersion),
  newest: KnowledgeVersion,
  openErrors: Type.Integer(),
  mayWrite: Type.Boolean(),
  events: Type.Array(KnowledgeEventView),
})
export type KnowledgeDetail = Static<typeof KnowledgeDetail>
