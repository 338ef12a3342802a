import { Type, type Static, type TSchema } from 'typebox'
import { moment, words } from '../matters/contract.ts'
import { relations } from './model.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const maybe = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

export const platformNumber = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^\\S(.*\\S)?$',
  description: "the platform's own number of the matter",
})

export const ExchangeMatter = Type.Object({
  number: platformNumber,
  raisedAt: moment('when it was raised there'),
  title: maybe(200),
  /** The matter in the requester's words. */
  text: words(10_000),
  place: maybe(500),
  /** Kept sealed; no answer of the exchange repeats it. */
  requester: Type.Optional(
    Type.Object({
      kind: Type.Optional(Type.Enum(['naturalPerson', 'legalPerson', 'otherOrganisation'])),
      name: maybe(100),
      home: maybe(300),
      phone: maybe(40),
    }),
  ),
})
export type ExchangeMatter = Static<typeof ExchangeMatter>

/** De-identified: no requester, no words, no place. */
export const ExchangeOrder = Type.Object({
  number: Type.String(),
  state: Type.String(),
  statute: Type.String(),
  kind: nullable(Type.String()),
  category: nullable(Type.Integer()),
  /** The order is protected; no more than its course is told of any. */
  confidential: Type.Boolean(),
  urgent: Type.Boolean(),
  /** When the centre received it. */
  raisedAt: Type.String(),
  leadUnit: nullable(Type.String()),
  mergedInto: nullable(Type.String()),
  /** The next clock, ISO 8601 with +08:00: the first instant that is too late. */
  due: nullable(Type.String()),
  cite: nullable(Type.String()),
  overdue: Type.Boolean(),
})
export type ExchangeOrder = Static<typeof ExchangeOrder>

export const ExchangeItem = Type.Object({
  relation: Type.Enum([...relations]),
  /** Null for an order whose source is another. */
  platformNumber: nullable(Type.String()),
  raisedAt: nullable(Type.String()),
  /** From then the centre's terms run. */
  receivedAt: nullable(Type.String()),
  /** `waiting`: for an agent. `registered`: with outcomes. `withdrawn`: no longer to be seen from outside. */
  state: Type.Enum(['waiting', 'registered', 'withdrawn']),
  outcomes: Type.Array(Type.Object({ type: Type.String(), cite: nullable(Type.String()) })),
  orders: Type.Array(ExchangeOrder),
})
export type ExchangeItem = Static<typeof ExchangeItem>

export const ExchangeReceipt = Type.Object({ repeated: Type.Boolean(), matter: ExchangeItem })

export const ExchangeQuery = Type.Object({
  since: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the answer before' })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 100 }),
})

export const ExchangeFeed = Type.Object({
  items: Type.Array(ExchangeItem),
  /** Where to go on, also where nothing came. */
  next: Type.String(),
  more: Type.Boolean(),
  /** By what orders are shared. */
  basis: Type.Object({ cite: nullable(Type.String()), localPolicy: Type.Boolean(), says: Type.String() }),
})

export const ExchangeNumber = Type.Object({ number: platformNumber })
