import { Type, type Static, type TSchema } from 'typebox'
import { KnowledgeDraft, KnowledgeEventView, uuid } from '../contract.ts'
import { duties, exemptions } from '../model.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD, Asia/Shanghai' })
const unitCode = Type.String({ minLength: 1, maxLength: 64 })
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const Person = Type.Object({ id: Type.String(), role: Type.String() })

export const Clock = Type.Object({
  term: Type.String(),
  name: Type.String(),
  startedAt: Type.String(),
  /** The first instant that is too late, ISO 8601 with +08:00. */
  due: Type.String(),
  /** Counted without the notice of a year; it will be computed again. */
  provisional: Type.Boolean(),
  /** The centre's own number and no law. */
  localPolicy: Type.Boolean(),
  cite: Type.String(),
  metAt: nullable(Type.String()),
  missedAt: nullable(Type.String()),
  voidedAt: nullable(Type.String()),
  overdue: Type.Boolean(),
})

const errorStates = ['open', 'corrected', 'refused', 'withdrawn'] as const

export const ErrorReport = Type.Object({
  id: Type.String(),
  /** Null where something is missing altogether. */
  itemId: nullable(Type.String()),
  version: nullable(Type.Integer()),
  title: nullable(Type.String()),
  unitCode: Type.String(),
  what: Type.String(),
  reportedAt: Type.String(),
  reportedBy: Person,
  state: Type.Enum([...errorStates]),
  settledAt: nullable(Type.String()),
  settledBy: nullable(Person),
  reason: nullable(Type.String()),
  /** The version that settled it. */
  corrected: nullable(Type.Object({ id: Type.String(), version: Type.Integer() })),
  clock: nullable(Clock),
  /** Why there is no clock, in Chinese. */
  noClock: nullable(Type.String()),
  mayRefuse: Type.Boolean(),
})
export type ErrorReport = Static<typeof ErrorReport>

export const NewErrorReport = Type.Object({
  itemId: Type.Optional(Type.String({ pattern: uuid })),
  /** Without it the newest. */
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Instead of the item: the unit in whose items something is missing. */
  unitCode: Type.Optional(unitCode),
  what: words(2_000),
})

const cursor = Type.Optional(Type.String({ maxLength: 200 }))
const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 })

export const ErrorQuery = Type.Object({
  unit: Type.Optional(unitCode),
  item: Type.Optional(Type.String({ pattern: uuid })),
  state: Type.Optional(Type.Enum([...errorStates])),
  cursor,
  limit,
})

export const Reason = Type.Object({ reason: words(500) })

export const policyStates = ['announced', 'uploaded', 'exempt', 'cancelled'] as const

export const Policy = Type.Object({
  id: Type.String(),
  unitCode: Type.String(),
  title: Type.String(),
  publishedOn: Type.String(),
  state: Type.Enum([...policyStates]),
  exemption: nullable(Type.Object({ kind: Type.Enum([...exemptions]), reason: Type.String() })),
  interpretation: nullable(Type.String()),
  training: nullable(Type.String()),
  /** Neither 专题培训 nor 配套解读 came with it. */
  supportMissing: Type.Boolean(),
  itemId: nullable(Type.String()),
  announcedAt: Type.String(),
  uploadedAt: nullable(Type.String()),
  clock: nullable(Clock),
  noClock: nullable(Type.String()),
})
export type Policy = Static<typeof Policy>

export const PolicyDetail = Type.Intersect([Policy, Type.Object({ events: Type.Array(KnowledgeEventView) })])

const Support = Type.Object({
  interpretation: Type.Optional(Type.String({ maxLength: 20_000, description: '相关政策配套解读' })),
  training: Type.Optional(Type.String({ maxLength: 2_000, description: '专题培训' })),
})
export type Support = Static<typeof Support>
const Exempted = Type.Object({ kind: Type.Enum([...exemptions]), reason: words(500) })

export const PolicyUpload = Type.Intersect([Support, Type.Object({ draft: KnowledgeDraft })])
export const PolicyAnnouncement = Type.Intersect([
  Support,
  Type.Object({
    unitCode,
    title: words(200),
    publishedOn: day,
    exemption: Type.Optional(Exempted),
    /** The item itself, where it is uploaded at once. */
    draft: Type.Optional(KnowledgeDraft),
  }),
])
export type PolicyAnnouncement = Static<typeof PolicyAnnouncement>
export const PolicyExemption = Exempted
export const PolicyMove = Type.Object({ publishedOn: day, reason: words(500) })

export const PolicyQuery = Type.Object({
  unit: Type.Optional(unitCode),
  state: Type.Optional(Type.Enum([...policyStates])),
  cursor,
  limit,
})

export const DutyView = Type.Object({
  kind: Type.Enum([...duties]),
  /** Of the report or the policy. */
  id: Type.String(),
  unitCode: Type.String(),
  about: Type.String(),
  clock: Clock,
  remindedAt: nullable(Type.String()),
})
export type DutyView = Static<typeof DutyView>

export const UnitKnowledge = Type.Object({
  unitCode: Type.String(),
  unitName: Type.String(),
  /** 专人; null where the unit has named nobody. */
  owner: nullable(
    Type.Object({ staffId: nullable(Type.String()), name: Type.String(), namedAt: Type.String() }),
  ),
  items: Type.Integer(),
  stale: Type.Integer(),
  openErrors: Type.Integer(),
  holdings: Type.Array(
    Type.Object({
      code: Type.String(),
      label: Type.String(),
      state: Type.Enum(['current', 'stale', 'missing']),
      items: Type.Integer(),
    }),
  ),
})
export type UnitKnowledge = Static<typeof UnitKnowledge>

export const UnitKnowledgeList = Type.Object({
  items: Type.Array(UnitKnowledge),
  /** What the statute says of the holdings, and where; null where it lists none. */
  says: Type.String(),
  cite: nullable(Type.String()),
  /** Where it demands a named owner. */
  ownerCite: nullable(Type.String()),
})
export type UnitKnowledgeList = Static<typeof UnitKnowledgeList>

export const OwnerNaming = Type.Object({
  name: words(40),
  staffId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
})

export const KnowledgeSupervision = Type.Object({
  id: Type.String(),
  unitCode: Type.String(),
  trigger: Type.String(),
  subject: Type.Object({
    kind: Type.Enum([...duties]),
    id: Type.String(),
    about: Type.String(),
    term: Type.String(),
    termCite: Type.String(),
    due: Type.String(),
  }),
  cite: Type.String(),
  at: Type.String(),
})
export type KnowledgeSupervision = Static<typeof KnowledgeSupervision>

export const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) })
