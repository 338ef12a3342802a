import { Type, type Static } from 'typebox'
import { roles } from '../base/actor.ts'
import { usernamePattern } from './model.ts'

/** Bodies and answers of the staff routes; `web/` uses the types. */
const username = Type.String({ pattern: usernamePattern })
const password = Type.String({ minLength: 1, maxLength: 256 })
const code = Type.String({ pattern: '^[0-9]{6}$' })
const token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const role = Type.Enum([...roles])

export const SignInBody = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password,
  code: Type.Optional(code),
})
export const LinkBody = Type.Object({ token })
export const ChangePasswordBody = Type.Object({ current: password, next: password })
export const SetPasswordBody = Type.Object({ token, password })
export const CodeBody = Type.Object({ code })
export const SetUpBody = Type.Object({
  token,
  username,
  displayName: Type.String({ minLength: 1, maxLength: 64 }),
  password,
})

export const SessionView = Type.Object({
  staff: Type.Object({
    id: Type.String(),
    username: Type.String(),
    displayName: Type.String(),
    roles: Type.Array(role),
    unitId: Type.Union([Type.String(), Type.Null()]),
  }),
  /** `password`: must be changed first; `secondFactor`: must be enrolled first; `full`: everything the roles allow. */
  stage: Type.Union([Type.Literal('full'), Type.Literal('password'), Type.Literal('secondFactor')]),
  secondFactor: Type.Boolean(),
  /** Where this person starts. */
  home: Type.String(),
})
export type SessionView = Static<typeof SessionView>

const attributes = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$' }),
  Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 64 }),
)
const capacity = Type.Object({
  voice: Type.Integer({ minimum: 0, maximum: 1 }),
  text: Type.Integer({ minimum: 0, maximum: 20 }),
})
const displayName = Type.String({ minLength: 1, maxLength: 64 })
const unitId = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()])
const staffRoles = Type.Array(role, { minItems: 1, maxItems: 6, uniqueItems: true })

export const NewStaffBody = Type.Object({
  username,
  displayName,
  roles: staffRoles,
  attributes: Type.Optional(attributes),
  capacity: Type.Optional(capacity),
  unitId: Type.Optional(unitId),
})
export const ChangeStaffBody = Type.Object(
  {
    displayName: Type.Optional(displayName),
    roles: Type.Optional(staffRoles),
    attributes: Type.Optional(attributes),
    capacity: Type.Optional(capacity),
    unitId: Type.Optional(unitId),
  },
  { minProperties: 1, additionalProperties: false },
)
export const StaffView = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  roles: Type.Array(role),
  attributes,
  capacity,
  unitId: Type.Union([Type.String(), Type.Null()]),
  hasPassword: Type.Boolean(),
  secondFactor: Type.Boolean(),
  disabled: Type.Boolean(),
  lastSignInAt: Type.Union([Type.String(), Type.Null()]),
})
export type StaffView = Static<typeof StaffView>

export const StaffId = Type.Object({ id: Type.String({ format: 'uuid' }) })

export const LedgerQuery = Type.Object({
  actor: Type.Optional(Type.String({ maxLength: 64 })),
  requester: Type.Optional(Type.String({ format: 'uuid' })),
  contact: Type.Optional(Type.String({ format: 'uuid' })),
  subject: Type.Optional(Type.String({ maxLength: 64 })),
  action: Type.Optional(Type.String({ maxLength: 32 })),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time' })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
