import { Type, type Static, type TSchema } from 'typebox'
import { Outcome, Registered, RequesterSaid } from '../work-orders/registration-contract.ts'
import { SimilarOrder } from '../work-orders/contract.ts'
import { momentPattern } from './decide/entry.ts'
import { ways } from './model.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
export const code = Type.String({ minLength: 1, maxLength: 64 })
export const words = (maxLength: number) => Type.String({ minLength: 1, maxLength })
export const moment = (description: string) =>
  Type.String({
    pattern: momentPattern,
    description: `${description}; instant with offset, or a day of Beijing`,
  })
/** Chosen by the page for one entry: sent twice it is entered once. */
export const entryKey = Type.String({ minLength: 8, maxLength: 100 })
export const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) })

/** What stands behind something: an article, or the centre's own practice. */
export const Basis = Type.Object({
  cite: nullable(Type.String()),
  localPolicy: Type.Boolean(),
  says: Type.String(),
})

export const Source = Type.Object({ code: Type.String(), label: Type.String(), basis: Basis })
export type Source = Static<typeof Source>

export const MatterEntry = Type.Object({
  source: code,
  /** The number that the matter has at its source: the second entry of one gives the first one's. */
  sourceNumber: Type.Optional(words(100)),
  key: entryKey,
  raisedAt: moment('when it was raised at its source'),
  receivedAt: Type.Optional(moment('when the centre received it, from which its time runs; left out: now')),
  /** Fills what an order among the outcomes leaves open. */
  requester: Type.Optional(RequesterSaid),
  outcomes: Type.Array(Outcome, { minItems: 1, maxItems: 10 }),
})
export type MatterEntry = Static<typeof MatterEntry>

export const MatterView = Type.Object({
  id: Type.String(),
  way: Type.Enum([...ways]),
  source: Type.String(),
  sourceLabel: Type.String(),
  sourceNumber: nullable(Type.String()),
  raisedAt: Type.String(),
  receivedAt: Type.String(),
  enteredAt: Type.String(),
  enteredBy: Type.Object({ id: Type.String(), role: Type.String() }),
  contactId: Type.String(),
  /** Numbers of its orders, also of one that it was joined to. */
  orders: Type.Array(Type.String()),
  /** Why its time runs from `receivedAt`. */
  time: Basis,
})
export type MatterView = Static<typeof MatterView>

export const MatterEntered = Type.Object({
  matter: MatterView,
  /** It had been entered before: nothing was added. */
  repeated: Type.Boolean(),
  /** Null while a platform's matter waits for an agent. */
  registered: nullable(Registered),
  /** Open orders about the same thing; linking them is `append` or `merge`. */
  similar: Type.Array(SimilarOrder),
})
export type MatterEntered = Static<typeof MatterEntered>

export const MatterQuery = Type.Object({
  source: Type.Optional(code),
  sourceNumber: Type.Optional(words(100)),
  way: Type.Optional(Type.Enum([...ways])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
})
