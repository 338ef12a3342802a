import { Type, type Static } from 'typebox'

/** Bodies and answers of the dispatch directory. Days are `YYYY-MM-DD` (Asia/Shanghai). */
const day = Type.String({ maxLength: 40 })
const code = Type.String({ minLength: 1, maxLength: 40 })
const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(t: T) =>
  Type.Union([t, Type.Null()])

export const EntryBody = Type.Object({
  category: Type.Optional(Type.Integer()),
  keywords: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 30 })),
  place: Type.Optional(Type.String({ maxLength: 100 })),
  leadUnit: code,
  coUnits: Type.Optional(Type.Array(code, { maxItems: 10 })),
  validFrom: day,
  /** The last day; left out: until further notice. */
  validTo: Type.Optional(day),
  basis: Type.String({ maxLength: 300, description: '文号 or title of the document; demanded' }),
  note: Type.Optional(Type.String({ maxLength: 500 })),
})
export type EntryBody = Static<typeof EntryBody>

export const EndBody = Type.Object({
  /** The last day on which it stands. */
  validTo: day,
  basis: Type.String({ maxLength: 300, description: '文号 or title of the document; demanded' }),
})
export type EndBody = Static<typeof EndBody>

export const UnitRef = Type.Object({ code: Type.String(), name: Type.String() })

export const EntryView = Type.Object({
  id: Type.String(),
  statute: Type.String(),
  category: nullable(Type.Integer()),
  keywords: Type.Array(Type.String()),
  place: nullable(Type.String()),
  leadUnit: UnitRef,
  coUnits: Type.Array(UnitRef),
  validFrom: Type.String(),
  validTo: nullable(Type.String()),
  basis: Type.String(),
  note: nullable(Type.String()),
  /** Stands today. */
  valid: Type.Boolean(),
  changes: Type.Array(
    Type.Object({
      change: Type.String(),
      at: Type.String(),
      by: Type.String(),
      role: Type.String(),
      basis: Type.String(),
      validTo: nullable(Type.String()),
    }),
  ),
})
export type EntryView = Static<typeof EntryView>

/** `says`: what a person should think of; national guidance, not the statute. */
export const WarningView = Type.Object({ code: Type.String(), says: Type.String(), source: Type.String() })
export type WarningView = Static<typeof WarningView>

export const Written = Type.Object({ id: Type.String(), warnings: Type.Array(WarningView) })
export type Written = Static<typeof Written>

export const SuggestQuery = Type.Object({
  category: Type.Optional(Type.Integer()),
  title: Type.String({ maxLength: 200, default: '' }),
  facts: Type.String({ maxLength: 2000, default: '' }),
  place: Type.String({ maxLength: 500, default: '' }),
  /** The unit that the dispatcher has in mind: `chosen` says what speaks against it. */
  unit: Type.Optional(code),
})
export type SuggestQuery = Static<typeof SuggestQuery>

export const Suggestions = Type.Object({
  items: Type.Array(
    Type.Object({
      entry: Type.String(),
      leadUnit: UnitRef,
      coUnits: Type.Array(UnitRef),
      basis: Type.String(),
      /** Why it fits. */
      because: Type.Object({
        category: Type.Boolean(),
        place: Type.Boolean(),
        keywords: Type.Array(Type.String()),
      }),
      warnings: Type.Array(WarningView),
    }),
  ),
  chosen: Type.Union([
    Type.Null(),
    Type.Object({ unit: UnitRef, listed: Type.Boolean(), warnings: Type.Array(WarningView) }),
  ]),
})
export type Suggestions = Static<typeof Suggestions>
