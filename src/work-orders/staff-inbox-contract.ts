import { Type, type Static } from 'typebox'

/** What people of staff are told by their role. */
const nullable = Type.Union([Type.String(), Type.Null()])

export const StaffNoticeView = Type.Object({
  id: Type.String(),
  number: Type.String(),
  /** The role that is told. */
  role: Type.String(),
  text: Type.String(),
  cite: nullable,
  at: Type.String(),
  /** When and by whom it was noted first. */
  notedAt: nullable,
  notedBy: nullable,
})
export type StaffNoticeView = Static<typeof StaffNoticeView>

export const StaffNoticeQuery = Type.Object({
  /** Only what nobody has taken note of. */
  unnoted: Type.Boolean({ default: false }),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

export const StaffNoticePage = Type.Object({ items: Type.Array(StaffNoticeView), next: nullable })
