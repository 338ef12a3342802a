import { Type, type Static } from 'typebox'

/** Bodies and answers of the calendar's routes. Days are `YYYY-MM-DD` (Asia/Shanghai). */
const day = Type.String({ maxLength: 40 })
// Absent or blank is refused with a sentence of its own, not as a body without form.
const reference = Type.Optional(
  Type.String({ maxLength: 200, description: '文号 or title of the notice; demanded' }),
)

export const NoticeBody = Type.Object({
  year: Type.Integer({ minimum: 0, maximum: 9999 }),
  reference,
  holidays: Type.Array(day, { maxItems: 100 }),
  makeUpDays: Type.Array(day, { maxItems: 100 }),
})
export type NoticeBody = Static<typeof NoticeBody>

export const ClosureBody = Type.Object({ from: day, to: day, reference })
export type ClosureBody = Static<typeof ClosureBody>

/** `version`: the calendar's name from now on. */
export const Entered = Type.Object({ revision: Type.Integer(), version: Type.String() })
export type Entered = Static<typeof Entered>

const entry = {
  revision: Type.Integer(),
  version: Type.String(),
  reference: Type.String(),
  at: Type.String({ format: 'date-time' }),
  /** Id of the staff member. */
  by: Type.String(),
}

export const CalendarView = Type.Object({
  version: Type.String(),
  years: Type.Array(
    Type.Object({
      year: Type.Integer(),
      /** Null for a notice that the program ships with. */
      reference: Type.Union([Type.String(), Type.Null()]),
      holidays: Type.Array(Type.String()),
      makeUpDays: Type.Array(Type.String()),
    }),
  ),
  closures: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), ...entry })),
  /** Every entry, the newest first. */
  versions: Type.Array(Type.Object({ kind: Type.Enum(['notice', 'closure']), ...entry })),
})
export type CalendarView = Static<typeof CalendarView>
