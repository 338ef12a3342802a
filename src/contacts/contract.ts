import { Type, type Static } from 'typebox'
import { channels, contactEnds, contactStates, directions } from './model.ts'

/** Schemas of `GET /api/contacts`. Instants are ISO 8601 UTC. No addresses, no texts: those are looked at on the desk. */
const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

export const ContactView = Type.Object({
  id: Type.String(),
  channel: Type.Enum([...channels]),
  direction: Type.Enum([...directions]),
  state: Type.Enum([...contactStates]),
  end: Type.Union([Type.Enum([...contactEnds]), Type.Null()]),
  receivedAt: Type.String(),
  answeredAt: nullable(Type.String()),
  endedAt: nullable(Type.String()),
  agentId: nullable(Type.String()),
  providerIds: Type.Array(Type.String()),
  callId: nullable(Type.String()),
  parentContactId: nullable(Type.String()),
  callBack: Type.Boolean(),
  emergency: Type.Boolean(),
  owed: Type.Boolean(),
  workOrders: Type.Array(Type.String()),
})
export type ContactView = Static<typeof ContactView>

export const ContactEventView = Type.Object({
  type: Type.String(),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  at: Type.String(),
  actor: Type.Object({ kind: Type.String(), id: Type.String(), role: Type.String() }),
  cite: nullable(Type.String()),
  data: Type.Unknown(),
})

export const ContactDetail = Type.Intersect([
  ContactView,
  Type.Object({ events: Type.Array(ContactEventView) }),
])

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

const instant = Type.String({ format: 'date-time', description: 'ISO 8601 with its offset' })

/** A filter for each thing that a contact shows; `From` is within, `Until` is not. */
export const ContactQuery = Type.Object({
  id: Type.Optional(Type.String({ pattern: uuid })),
  channel: Type.Optional(Type.Enum([...channels])),
  direction: Type.Optional(Type.Enum([...directions])),
  state: Type.Optional(Type.Enum([...contactStates])),
  end: Type.Optional(Type.Enum([...contactEnds])),
  agentId: Type.Optional(Type.String({ pattern: uuid })),
  callId: Type.Optional(Type.String({ maxLength: 100 })),
  providerId: Type.Optional(Type.String({ maxLength: 200 })),
  receivedFrom: Type.Optional(instant),
  receivedUntil: Type.Optional(instant),
  endedFrom: Type.Optional(instant),
  endedUntil: Type.Optional(instant),
  workOrder: Type.Optional(
    Type.String({ maxLength: 40, description: 'number of an order that the contact raised or belongs to' }),
  ),
  open: Type.Optional(Type.Boolean()),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'value of `next` of the page before' })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

export const ContactPage = Type.Object({ items: Type.Array(ContactView), next: nullable(Type.String()) })

export const ContactId = Type.Object({ id: Type.String({ pattern: uuid }) })
