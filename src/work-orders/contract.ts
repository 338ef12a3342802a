import { Type, type Static } from 'typebox'

/** What an order looks like from outside, whole and in lists. Shared with `web/` as types. */
const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])
const code = Type.String({ minLength: 1, maxLength: 40 })
const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

export const MissingElement = Type.Object({
  element: Type.String(),
  label: Type.String(),
  cite: nullable(Type.String()),
})
export type MissingElement = Static<typeof MissingElement>

export const DeadlineView = Type.Object({
  term: Type.String(),
  /** The unit whose clock it is, or null where the centre's. */
  unit: nullable(Type.String()),
  name: Type.String(),
  startedAt: Type.String(),
  /** The first instant that is too late, ISO 8601 with +08:00. */
  due: Type.String(),
  provisional: Type.Boolean(),
  localPolicy: Type.Boolean(),
  cite: nullable(Type.String()),
  metAt: nullable(Type.String()),
  overdue: Type.Boolean(),
  /** A right that lapses (apply for an extension, send back) and not a duty. */
  right: Type.Boolean(),
  /** Another law's own limit (从其规定) with what the statute's would have been: both are shown. */
  otherLaw: Type.Optional(
    Type.Object({ law: Type.String(), article: Type.String(), localDue: nullable(Type.String()) }),
  ),
})
export type DeadlineView = Static<typeof DeadlineView>

export const AllowedAction = Type.Object({
  action: Type.String(),
  label: Type.String(),
  allowed: Type.Boolean(),
  /** Why not, in Chinese. */
  reason: nullable(Type.String()),
  cite: nullable(Type.String()),
})
export type AllowedAction = Static<typeof AllowedAction>

/** A field that this viewer has not, or not whole, and why. */
export const Withheld = Type.Object({
  field: Type.String(),
  /** `masked`, `redacted` or `none`. */
  sight: Type.String(),
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  says: Type.String(),
})
export type Withheld = Static<typeof Withheld>

const person = Type.Object({ id: nullable(Type.String()), role: Type.String() })

/** 申请、督办、回避 …: what it says is null where it is not the viewer's part. */
export const ProcedureView = Type.Object({
  n: Type.Integer(),
  kind: Type.String(),
  label: Type.String(),
  leg: Type.Union([Type.Integer(), Type.Null()]),
  unit: nullable(Type.String()),
  openedAt: Type.String(),
  openedBy: person,
  closedAt: nullable(Type.String()),
  closedBy: Type.Union([person, Type.Null()]),
  verdict: nullable(Type.String()),
  said: Type.Unknown(),
  outcome: Type.Unknown(),
})
export type ProcedureView = Static<typeof ProcedureView>

export const AuditView = Type.Object({
  at: Type.String(),
  by: nullable(Type.String()),
  passed: Type.Boolean(),
  points: Type.Record(Type.String(), Type.Boolean()),
  note: Type.String(),
  /** 办理质量, 1 to the highest star, where results are rated by stars. */
  quality: Type.Union([Type.Integer(), Type.Null()]),
  /** Units beside the leading one that had given neither result nor stage report. */
  lacking: Type.Array(Type.String()),
  /** What followed a result below the standard: `return` or `track`. */
  then: nullable(Type.String()),
})
export type AuditView = Static<typeof AuditView>

export const FollowUpView = Type.Object({
  n: Type.Integer(),
  at: Type.String(),
  by: nullable(Type.String()),
  channel: Type.String(),
  reached: Type.Boolean(),
  solved: Type.Union([Type.Boolean(), Type.Null()]),
  satisfied: nullable(Type.String()),
  says: nullable(Type.String()),
  /** The result turned out to be untrue. */
  untrue: Type.Boolean(),
  verdict: Type.Union([
    Type.Null(),
    Type.Object({ reasonable: Type.Boolean(), reason: Type.String(), then: Type.String() }),
  ]),
})
export type FollowUpView = Static<typeof FollowUpView>

export const RatingView = Type.Object({
  stars: Type.Number(),
  components: Type.Record(Type.String(), Type.Number()),
  dimensions: Type.Record(Type.String(), Type.Number()),
  at: Type.String(),
  final: Type.Boolean(),
})
export type RatingView = Static<typeof RatingView>

/** What is withheld is null (or empty) and named in `withheld`. */
export const OrderView = Type.Object({
  number: Type.String(),
  state: Type.String(),
  statute: Type.String(),
  statuteVersion: Type.String(),
  sourceChannel: Type.String(),
  raisedAt: Type.String(),
  kind: nullable(Type.String()),
  category: Type.Union([Type.Integer(), Type.Null()]),
  title: Type.String(),
  facts: Type.String(),
  place: nullable(Type.String()),
  requester: Type.Object({
    kind: Type.String(),
    name: nullable(Type.String()),
    contact: nullable(Type.String()),
    home: nullable(Type.String()),
    careGroups: Type.Array(Type.String()),
    /** Whether he has an entry in the integrity file (诚信档案); never what it says. */
    integrityFlag: Type.Union([Type.Boolean(), Type.Null()]),
  }),
  confidentialLevel: Type.String(),
  confidentialityWish: nullable(Type.String()),
  urgent: Type.Boolean(),
  incident: nullable(Type.String()),
  missing: Type.Array(MissingElement),
  /** 办理类别, where the statute knows classes. */
  handlingClass: nullable(Type.String()),
  /** Complained about, for those who must keep him out of it. */
  accused: Type.Union([
    Type.Null(),
    Type.Object({ unit: nullable(Type.String()), staff: nullable(Type.String()) }),
  ]),
  leadUnit: nullable(Type.String()),
  legs: Type.Array(
    Type.Object({
      n: Type.Integer(),
      unit: Type.String(),
      role: Type.String(),
      deliveredAt: Type.String(),
      acknowledgedAt: nullable(Type.String()),
      contactedAt: nullable(Type.String()),
      fedBackAt: nullable(Type.String()),
      /** Why it lies no longer with this unit. */
      ended: nullable(Type.String()),
      result: Type.Union([
        Type.Null(),
        Type.Object({
          text: Type.String(),
          parts: Type.Record(Type.String(), Type.String()),
          policy: Type.Union([
            Type.Null(),
            Type.Object({ number: Type.String(), name: Type.String(), article: Type.String() }),
          ]),
          solved: Type.Boolean(),
        }),
      ]),
      /** How and in which words the requester was told. */
      told: Type.Union([Type.Null(), Type.Object({ way: Type.String(), text: Type.String() })]),
      stageReports: Type.Array(Type.Object({ at: Type.String(), text: Type.String() })),
    }),
  ),
  procedures: Type.Array(ProcedureView),
  audits: Type.Array(AuditView),
  followUps: Type.Array(FollowUpView),
  rating: Type.Union([RatingView, Type.Null()]),
  /** The order it was registered beside, and the one it was merged into. */
  parent: nullable(Type.String()),
  mergedInto: nullable(Type.String()),
  /** More than one: the matter was raised again. */
  contactIds: Type.Array(Type.String()),
  version: Type.Integer(),
  deadlines: Type.Array(DeadlineView),
  withheld: Type.Array(Withheld),
})
export type OrderView = Static<typeof OrderView>

export const OrderEventView = Type.Object({
  type: Type.String(),
  at: Type.String(),
  actor: Type.Object({ kind: Type.String(), id: Type.String(), role: Type.String() }),
  cite: nullable(Type.String()),
  data: Type.Unknown(),
})
export type OrderEventView = Static<typeof OrderEventView>

const unitContact = Type.Object({
  name: Type.String(),
  position: Type.String(),
  phone: nullable(Type.String()),
})

/** 电话交办 that goes on now: whom to call at the unit, in the order of calling (丹东 第十七条). */
export const UrgentCalling = Type.Object({
  unit: Type.String(),
  situation: Type.String(),
  contacts: Type.Array(unitContact),
  /** Null: somebody answered, or there is nobody to call. */
  next: Type.Union([unitContact, Type.Null()]),
})
export type UrgentCalling = Static<typeof UrgentCalling>

export const OrderDetail = Type.Intersect([
  OrderView,
  Type.Object({
    events: Type.Array(OrderEventView),
    actions: Type.Array(AllowedAction),
    /** For the centre's people alone. */
    urgentCalling: Type.Optional(UrgentCalling),
  }),
])
export type OrderDetail = Static<typeof OrderDetail>

const flag = Type.Optional(Type.Boolean())
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

/** What a list, a search and an export can be narrowed by. */
const orderFilter = {
  state: Type.Optional(code),
  kind: Type.Optional(code),
  category: Type.Optional(Type.Integer()),
  statute: Type.Optional(code),
  class: Type.Optional(Type.Enum(['consultation', 'general', 'complex'])),
  /** The unit that leads it now. */
  leadUnit: Type.Optional(code),
  /** A unit that has or had any part of it. */
  unit: Type.Optional(code),
  contactId: Type.Optional(Type.String({ pattern: uuid })),
  urgent: flag,
  incomplete: flag,
  overdue: flag,
  /** Under supervision (督办) that is not closed. */
  supervised: flag,
  /** Still owed something to somebody, as opposed to ended. */
  open: flag,
  /** Whose clock runs: the centre's, a unit's (with `unit`: that unit's), or the requester's material is awaited. */
  owes: Type.Optional(Type.Enum(['centre', 'unit', 'requester'])),
  /** Raised on or after, and before or on: days of Beijing. */
  from: Type.Optional(day),
  to: Type.Optional(day),
  /** Words of title, facts, place or result, all of them; in quotation marks as they stand; or how a number begins. */
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
}

export const OrderNarrowing = Type.Object(orderFilter)
export type OrderNarrowing = Static<typeof OrderNarrowing>

export const OrderQuery = Type.Object({
  ...orderFilter,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

export const OrderPage = Type.Object({ items: Type.Array(OrderView), next: nullable(Type.String()) })

export const SimilarOrder = Type.Object({
  number: Type.String(),
  title: Type.String(),
  state: Type.String(),
  place: nullable(Type.String()),
  raisedAt: Type.String(),
  sameRequester: Type.Boolean(),
})
