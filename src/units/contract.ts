import { Type, type Static } from 'typebox'
import { unitKinds } from './model.ts'

/** Bodies and answers of the registry of units. Days are `YYYY-MM-DD`. */
const nullable = (max: number) => Type.Union([Type.String({ maxLength: max }), Type.Null()])
const words = (max: number) => Type.String({ minLength: 1, maxLength: max, pattern: '\\S' })

const fields = {
  name: words(100),
  kind: Type.Enum([...unitKinds]),
  parent: nullable(40),
  leader: nullable(100),
  deputy: nullable(100),
  office: nullable(100),
  contacts: Type.Array(Type.Object({ name: words(100), position: words(100), phone: words(40) }), {
    maxItems: 20,
  }),
  petitionOffice: Type.Boolean(),
  active: Type.Boolean(),
}

export const NewUnit = Type.Object({
  code: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
  ...fields,
})
export type NewUnit = Static<typeof NewUnit>

/** What is left out stays as it is. `version`: the record that its sender saw. */
export const UnitPatch = Type.Partial(Type.Object({ version: Type.Integer(), ...fields }))
export type UnitPatch = Static<typeof UnitPatch>

export const UnitView = Type.Object({
  code: Type.String(),
  version: Type.Integer(),
  ...fields,
  kind: Type.String(),
  /** Leading names are missing: dispatch warns of it (鞍山 2019 第八条). */
  leaderless: Type.Boolean(),
})
export type UnitView = Static<typeof UnitView>

export const UnitHistory = Type.Object({
  items: Type.Array(
    Type.Object({
      version: Type.Integer(),
      at: Type.String(),
      by: Type.String(),
      role: Type.String(),
      /** Names of the fields that changed. */
      changed: Type.Array(Type.String()),
      before: Type.Unknown(),
      after: Type.Unknown(),
    }),
  ),
})

export const MethodIssued = Type.Object({
  issuedOn: Type.String({ maxLength: 10 }),
  reference: words(200),
})
export const MethodFiled = Type.Object({ document: words(200), office: words(100), person: words(100) })
export type MethodFiled = Static<typeof MethodFiled>

export const MethodView = Type.Object({
  unit: Type.String(),
  issuedOn: Type.String(),
  reference: Type.String(),
  term: Type.String(),
  due: Type.String(),
  provisional: Type.Boolean(),
  cite: Type.String(),
  document: nullable(200),
  office: nullable(100),
  person: nullable(100),
  filedAt: nullable(40),
  overdue: Type.Boolean(),
})
export type MethodView = Static<typeof MethodView>
