import { Type, type Static } from 'typebox'
import { DeadlineView, MissingElement } from './contract.ts'

/**
 * What wrap-up registers, and what it answers. Shared with `web/` as types. A missing element never refuses a
 * registration: the order is kept, marked incomplete, and says what is missing by which article.
 */
const words = (max: number) => Type.String({ minLength: 1, maxLength: max })
const maybe = (max: number) => Type.Optional(Type.String({ maxLength: max }))
const code = Type.String({ minLength: 1, maxLength: 40 })
const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

export const KnowledgeCited = Type.Object({ id: Type.String(), version: Type.Integer() })

/** 当场答复: answered or handled at once. */
export const Answered = Type.Object({
  type: Type.Literal('answered'),
  kind: code,
  category: Type.Optional(Type.Integer()),
  title: maybe(200),
  answer: words(4000),
  knowledge: Type.Array(KnowledgeCited, { maxItems: 10 }),
  /** What the knowledge base should hold and does not, where nothing can be cited; whose items it is missing in. */
  lacking: Type.Optional(Type.Object({ what: words(500), unit: Type.Optional(code) })),
})

/** 引导告知: another body's matter. `summary` is dropped where the statute lets no substance be kept. */
export const Referred = Type.Object({
  type: Type.Literal('referred'),
  matter: code,
  target: words(100),
  tell: words(1000),
  summary: maybe(2000),
})

/** 不予受理: with the reason and another channel, both told. */
export const Refused = Type.Object({
  type: Type.Literal('refused'),
  reason: code,
  tell: words(1000),
  otherChannel: maybe(300),
  summary: maybe(2000),
})

export const RequesterSaid = Type.Object({
  kind: Type.Optional(code),
  name: maybe(100),
  home: maybe(300),
  /** A telephone number or another way to reach him, as he gave it. */
  contact: maybe(100),
  careGroups: Type.Optional(Type.Array(code, { maxItems: 5 })),
})
export type RequesterSaid = Static<typeof RequesterSaid>

/** 生成工单. Several in one registration are siblings of one parent, the first. */
export const OrderDraft = Type.Object({
  type: Type.Literal('workOrder'),
  title: maybe(200),
  facts: words(10_000),
  kind: Type.Optional(code),
  category: Type.Optional(Type.Integer()),
  place: maybe(500),
  requester: RequesterSaid,
  confidential: Type.Boolean(),
  confidentialityWish: maybe(500),
  urgent: Type.Optional(Type.Boolean()),
  /** Class of incident whose departments are told at once. */
  incident: Type.Optional(code),
  /** The unit complained about; it never gets the order. */
  accusedUnit: Type.Optional(code),
  /** False leaves the decision on acceptance to somebody else, within the statute's limit. */
  accept: Type.Optional(Type.Boolean()),
  /** The member of staff complained about; he neither reads nor handles it. */
  accusedStaff: Type.Optional(Type.String({ pattern: uuid })),
  /** Dispatched at once to this unit. */
  leadUnit: Type.Optional(code),
  /** They help the leading one; only with it. */
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
  /** 办理类别, where the statute's limits differ by it. */
  class: Type.Optional(Type.Enum(['consultation', 'general', 'complex'])),
  /** 急需处理的情形: the unit is telephoned, too (丹东 第十七条). */
  urgentSituation: Type.Optional(code),
})
export type OrderDraft = Static<typeof OrderDraft>

/** The same matter as an open order: joined to it instead of a second one. */
export const Appended = Type.Object({
  type: Type.Literal('appended'),
  number: words(40),
  facts: words(10_000),
  /** The progress or the result that the requester was told (鞍山草案 第十二条第二款第（四）项). */
  told: maybe(1000),
  /** He brought a new circumstance or reason: then nothing has to be told. */
  somethingNew: Type.Optional(Type.Boolean()),
})

export const Outcome = Type.Union([Answered, Referred, Refused, OrderDraft, Appended])
export type Outcome = Static<typeof Outcome>

/** What `register` on the desk's socket answers, the first time and at every repetition. */
export const Registered = Type.Object({
  registrationId: Type.String(),
  contactId: Type.String(),
  registeredAt: Type.String(),
  outcomes: Type.Array(Type.Object({ type: Type.String(), cite: Type.Union([Type.String(), Type.Null()]) })),
  orders: Type.Array(
    Type.Object({
      number: Type.String(),
      state: Type.String(),
      missing: Type.Array(MissingElement),
      deadlines: Type.Array(DeadlineView),
    }),
  ),
})
export type Registered = Static<typeof Registered>
