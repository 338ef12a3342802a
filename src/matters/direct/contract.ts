import { Type, type Static, type TSchema } from 'typebox'
import { handlingClasses } from '../../statutes/term.ts'
import { RequesterSaid } from '../../work-orders/registration-contract.ts'
import { Basis, code, entryKey, moment, uuid, words } from '../contract.ts'
import { directDuties, directStates, forms } from '../model.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const maybe = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

/** 当场答复或者办结. */
const Answered = Type.Object({ type: Type.Literal('answered'), answer: words(4000) })

/** 不属于本单位职责: where to, and what was told, by the codes of the statute's list. */
const Guided = Type.Object({
  type: Type.Literal('guided'),
  to: words(200),
  told: Type.Record(Type.String({ maxLength: 40 }), words(1000)),
})

/** An order that this unit leads as the first asked; its facts are the summary of the contact. */
const Ordered = Type.Object({
  type: Type.Literal('workOrder'),
  title: maybe(200),
  category: Type.Optional(Type.Integer()),
  place: maybe(500),
  confidential: Type.Boolean(),
  confidentialityWish: maybe(500),
  urgent: Type.Optional(Type.Boolean()),
  incident: Type.Optional(code),
  urgentSituation: Type.Optional(code),
  accusedUnit: Type.Optional(code),
  accusedStaff: Type.Optional(Type.String({ pattern: uuid })),
  class: Type.Optional(Type.Enum([...handlingClasses])),
})

/** Whether it is this unit's duty is in dispute. */
const Disputed = Type.Object({ type: Type.Literal('disputed'), why: words(2000) })
const DisputeReported = Type.Object({
  type: Type.Literal('disputeReported'),
  /** The superior or competent body. */
  to: words(200),
  text: words(2000),
})
const DisputeDecided = Type.Object({
  type: Type.Literal('disputeDecided'),
  own: Type.Boolean(),
  by: words(200),
  document: maybe(200),
  /** Whose duty it is instead. */
  owner: maybe(200),
})

export const DirectStep = Type.Union([Answered, Guided, Ordered, Disputed, DisputeReported, DisputeDecided])
export type DirectStep = Static<typeof DirectStep>
export type DirectOrder = Static<typeof Ordered>

export const DirectEntry = Type.Object({
  key: entryKey,
  form: Type.Enum([...forms]),
  kind: code,
  /** What was asked, in the unit's words. */
  summary: words(10_000),
  receivedAt: Type.Optional(moment('when the unit was asked; left out: now')),
  requester: RequesterSaid,
  duty: Type.Enum([...directDuties]),
  /** Other units whose duty it is, too: the first asked leads, they help. */
  otherUnits: Type.Optional(Type.Array(code, { maxItems: 10, uniqueItems: true })),
  /** What was done at once; left out while it is still to be done. */
  step: Type.Optional(DirectStep),
})
export type DirectEntry = Static<typeof DirectEntry>

export const DirectClock = Type.Object({
  term: Type.String(),
  name: Type.String(),
  startedAt: Type.String(),
  /** The first instant that is too late, ISO 8601 with +08:00. */
  due: Type.String(),
  provisional: Type.Boolean(),
  localPolicy: Type.Boolean(),
  cite: Type.String(),
  metAt: nullable(Type.String()),
  missedAt: nullable(Type.String()),
  voidedAt: nullable(Type.String()),
  overdue: Type.Boolean(),
})

export const DirectView = Type.Object({
  id: Type.String(),
  unit: Type.String(),
  form: Type.Enum([...forms]),
  kind: Type.String(),
  duty: Type.Enum([...directDuties]),
  state: Type.Enum([...directStates]),
  summary: Type.String(),
  otherUnits: Type.Array(Type.String()),
  receivedAt: Type.String(),
  registeredAt: Type.String(),
  registeredBy: Type.Object({ id: Type.String(), role: Type.String() }),
  settledAt: nullable(Type.String()),
  /** Masked in lists; whole for the own unit in the detail. */
  requester: Type.Object({
    kind: Type.String(),
    name: nullable(Type.String()),
    home: nullable(Type.String()),
    contact: nullable(Type.String()),
  }),
  order: nullable(Type.String()),
  /** By what the unit asked first leads. */
  firstAsked: Basis,
  clocks: Type.Array(DirectClock),
  /** Why no clock runs. */
  noClock: nullable(Type.String()),
})
export type DirectView = Static<typeof DirectView>

export const DirectEvent = Type.Object({
  type: Type.String(),
  at: Type.String(),
  by: Type.Object({ id: Type.String(), role: Type.String() }),
  cite: nullable(Type.String()),
  data: Type.Unknown(),
})

export const DirectDetail = Type.Intersect([DirectView, Type.Object({ events: Type.Array(DirectEvent) })])
export type DirectDetail = Static<typeof DirectDetail>

export const DirectEntered = Type.Object({ direct: DirectDetail, repeated: Type.Boolean() })

const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'day of Beijing' })

export const DirectQuery = Type.Object({
  unit: Type.Optional(code),
  state: Type.Optional(Type.Enum([...directStates])),
  overdue: Type.Optional(Type.Boolean()),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
})

export const DirectCountQuery = Type.Object({
  unit: Type.Optional(code),
  /** Asked on or after, and before or on. */
  from: Type.Optional(day),
  to: Type.Optional(day),
})

export const DirectCounts = Type.Object({
  unit: Type.String(),
  asked: Type.Integer(),
  own: Type.Integer(),
  notOwn: Type.Integer(),
  disputed: Type.Integer(),
  several: Type.Integer(),
  open: Type.Integer(),
  answered: Type.Integer(),
  guided: Type.Integer(),
  ordered: Type.Integer(),
  /** With a clock that was missed. */
  late: Type.Integer(),
})
export type DirectCounts = Static<typeof DirectCounts>
