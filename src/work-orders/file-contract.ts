import { Type, type Static } from 'typebox'

/** Files that belong to an order: what was handed in, and what was recorded. */
const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

export const AttachmentView = Type.Object({
  id: Type.String(),
  /** `requester`, `centre` or `unit`. */
  from: Type.String(),
  unit: nullable(Type.String()),
  name: nullable(Type.String()),
  mime: nullable(Type.String()),
  bytes: Type.Union([Type.Integer(), Type.Null()]),
  /** Of the file as it was handed in; null where it is given without its metadata. */
  sha256: nullable(Type.String()),
  /** `waiting`, `stored` or `gone`. */
  state: Type.String(),
  /** 脱敏副本: a copy made for handling. */
  forHandling: Type.Boolean(),
  /** Given without what the camera wrote into it. */
  stripped: Type.Boolean(),
  at: Type.String(),
})
export type AttachmentView = Static<typeof AttachmentView>

export const RecordingView = Type.Object({
  id: Type.String(),
  contactId: Type.String(),
  /** `conversation` or `voicemail`. */
  kind: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  storedAt: Type.String(),
})
export type RecordingView = Static<typeof RecordingView>
