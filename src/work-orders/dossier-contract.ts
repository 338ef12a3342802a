import { Type, type Static } from 'typebox'
import { DeadlineView } from './contract.ts'

/** 卷宗: what another body gets of an order that was handed on to it. */
const nullable = Type.Union([Type.String(), Type.Null()])
const Choice = Type.Object({ code: Type.String(), label: Type.String() })
const Person = Type.Object({ id: Type.String(), role: Type.String() })

/** What identity is given, or why it is not. */
const RequesterInDossier = Type.Object({
  kind: Type.String(),
  identity: Type.Union([Type.Null(), Type.Object({ name: nullable, contact: nullable, home: nullable })]),
  /** In Chinese; null where it is given. */
  withheld: nullable,
})

export const DossierProcedure = Type.Object({
  n: Type.Integer(),
  kind: Type.String(),
  unit: nullable,
  openedAt: Type.String(),
  openedBy: Person,
  said: Type.Unknown(),
  closedAt: nullable,
  closedBy: Type.Union([Person, Type.Null()]),
  verdict: nullable,
  outcome: Type.Unknown(),
})

/** A file or a recording: named here, handed over beside the dossier. */
export const Attached = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  at: Type.String(),
  bytes: Type.Union([Type.Integer(), Type.Null()]),
  /** Hexadecimal, of what was received. */
  sha256: nullable,
})
export type Attached = Static<typeof Attached>

export const ContactInDossier = Type.Object({
  id: Type.String(),
  channel: Type.String(),
  receivedAt: Type.String(),
  endedAt: nullable,
  attachments: Type.Array(Attached),
})
export type ContactInDossier = Static<typeof ContactInDossier>

export const Dossier = Type.Object({
  to: Choice,
  /** The article by which the matter is handed on. */
  cite: nullable,
  /** The legal basis on which identity was asked for. */
  basis: nullable,
  exportedAt: Type.String(),
  exportedBy: Person,
  handedOn: Type.Array(
    Type.Object({
      n: Type.Integer(),
      at: Type.String(),
      by: Person,
      grounds: Type.Array(Choice),
      reason: Type.String(),
      receipt: nullable,
    }),
  ),
  order: Type.Object({
    number: Type.String(),
    state: Type.String(),
    statute: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.String() }),
    sourceChannel: Type.String(),
    raisedAt: Type.String(),
    registeredAt: Type.String(),
    acceptedAt: nullable,
    concludedAt: nullable,
    kind: nullable,
    handlingClass: nullable,
    category: Type.Union([Type.Integer(), Type.Null()]),
    title: Type.String(),
    facts: Type.String(),
    place: nullable,
    urgent: Type.Boolean(),
    confidentialLevel: Type.String(),
    accusedUnit: nullable,
    mergedInto: nullable,
    legs: Type.Array(
      Type.Object({
        n: Type.Integer(),
        unit: Type.String(),
        role: Type.String(),
        deliveredAt: Type.String(),
        acknowledgedAt: nullable,
        contactedAt: nullable,
        fedBackAt: nullable,
        endedAt: nullable,
        ended: nullable,
        result: Type.Unknown(),
        told: Type.Unknown(),
        stageReports: Type.Array(Type.Object({ at: Type.String(), text: Type.String() })),
      }),
    ),
    audits: Type.Array(Type.Unknown()),
    followUps: Type.Array(Type.Unknown()),
    rating: Type.Unknown(),
  }),
  requester: RequesterInDossier,
  supervision: Type.Array(DossierProcedure),
  procedures: Type.Array(DossierProcedure),
  clocks: Type.Array(DeadlineView),
  events: Type.Array(
    Type.Object({
      type: Type.String(),
      at: Type.String(),
      by: Person,
      cite: nullable,
      data: Type.Unknown(),
    }),
  ),
  contacts: Type.Array(ContactInDossier),
  /** What staff and units put beside the order. */
  attachments: Type.Array(Attached),
})
export type Dossier = Static<typeof Dossier>

/**
 * `digest`: SHA-256, hexadecimal, of the dossier's JSON with sorted keys and without white space; kept on the ledger, so
 * that a changed copy can be told.
 */
export const DossierExport = Type.Object({ dossier: Dossier, digest: Type.String() })

export const DossierQuery = Type.Object({
  /** Code of the recipient, as in `handOn`. */
  to: Type.String({ minLength: 1, maxLength: 40 }),
  /** Ask for the requester's identity; only with a legal basis. */
  identity: Type.Boolean({ default: false }),
  /** The legal basis: which provision, which letter. */
  basis: Type.Optional(Type.String({ minLength: 2, maxLength: 500 })),
})
