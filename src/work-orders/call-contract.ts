import { Type, type Static } from 'typebox'
import { callPurposes, callResults, type CallResult } from './rules/call-requester.ts'

/** Schemas of calls to the requester of an order. Instants are ISO 8601 +08:00. Numbers of telephones are in none of them. */
const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()])

export const callStates = ['ringingYou', 'ringingRequester', 'talking', 'held', 'ended'] as const
export type CallState = (typeof callStates)[number]

export const CallBody = Type.Object({
  purpose: Type.Enum([...callPurposes], {
    description: 'followUp 回访, material 请诉求人补充材料, inform 告知办理情况, hear 了解情况、听取意见',
  }),
})

export const OrderCall = Type.Object({
  id: Type.String(),
  /** The call as `/api/contacts` and the desk know it; null for whoever is not shown it. */
  contactId: nullable(Type.String()),
  purpose: Type.Enum([...callPurposes]),
  purposeLabel: Type.String(),
  state: Type.Enum([...callStates], {
    description: 'first the own telephone rings, then that of the requester',
  }),
  startedAt: Type.String(),
  by: Type.Object({ id: nullable(Type.String()), role: Type.String(), unit: nullable(Type.String()) }),
  cite: nullable(Type.String()),
  result: Type.Union([Type.Enum(Object.keys(callResults) as CallResult[]), Type.Null()]),
  resultLabel: nullable(Type.String()),
  seconds: nullable(Type.Integer({ description: 'time of talk; null while it goes on or was not measured' })),
})
export type OrderCall = Static<typeof OrderCall>

export const OrderCalls = Type.Object({
  items: Type.Array(OrderCall),
  /** What this person may call for now, and why not. */
  purposes: Type.Array(
    Type.Object({
      purpose: Type.Enum([...callPurposes]),
      label: Type.String(),
      allowed: Type.Boolean(),
      reason: nullable(Type.String()),
      cite: nullable(Type.String()),
    }),
  ),
})
export type OrderCalls = Static<typeof OrderCalls>

export const Telephone = Type.Object({
  number: nullable(
    Type.String({ description: 'the telephone that rings when this person calls a requester' }),
  ),
  /** Of the desk he is signed in at; another one cannot be chosen meanwhile. */
  ofDesk: Type.Boolean(),
  ready: Type.Boolean(),
})
export type Telephone = Static<typeof Telephone>

export const TelephoneBody = Type.Object({
  number: Type.String({
    pattern: '^[0-9]{4}$',
    description: 'a SIP telephone of the pool, on the own table',
  }),
})
