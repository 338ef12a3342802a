/**
 * PURE. One contact's unfinished registration. It lives in three places: on the screen, in this tab's storage (a
 * reload loses nothing), and on the server (another computer can go on). The server's revision tells whether somebody
 * else wrote in between; then both versions are shown and a person chooses.
 */
export type DraftBody = Record<string, unknown>
export type ServerDraft = { revision: number; body: DraftBody; savedAt: string }

export type Draft = {
  contactId: string
  body: DraftBody
  /** One registration, however often the button is pressed or the page reloaded. */
  key: string
  /** Revision of the server's draft that `body` builds on; 0 when there is none. */
  base: number
  /** Counts changes made here; equal to `savedEdits` when the server has them all. */
  edits: number
  savedEdits: number
  savedAt: string | null
  /** A save under way: the server may show it back before it answers. */
  sent: { edits: number; body: DraftBody } | null
  conflict: ServerDraft | null
}

/** The draft's key travels in the body, so that a second computer registers under the same one. */
const keyField = '_key'

const keyOf = (body: DraftBody): string | null => {
  const key = body[keyField]
  return typeof key === 'string' ? key : null
}
const withoutKey = (body: DraftBody): DraftBody => {
  const { [keyField]: _key, ...rest } = body
  return rest
}

export function startDraft(
  contactId: string,
  server: ServerDraft | null,
  empty: DraftBody,
  newKey: string,
): Draft {
  return {
    contactId,
    body: { ...empty, ...(server ? withoutKey(server.body) : {}) },
    key: (server && keyOf(server.body)) ?? newKey,
    base: server?.revision ?? 0,
    edits: 0,
    savedEdits: 0,
    savedAt: server?.savedAt ?? null,
    sent: null,
    conflict: null,
  }
}

export const isDirty = (draft: Draft): boolean => draft.edits !== draft.savedEdits

export const edit = (draft: Draft, patch: DraftBody): Draft => ({
  ...draft,
  body: { ...draft.body, ...patch },
  edits: draft.edits + 1,
})

/** What goes to the server. */
export const toSave = (draft: Draft): { revision: number; body: DraftBody } => ({
  revision: draft.base,
  body: { ...draft.body, [keyField]: draft.key },
})

/** The server took the text as it was at `edits`; what was typed since is still to be saved. */
export const saved = (draft: Draft, edits: number, revision: number, at: string): Draft => ({
  ...draft,
  base: Math.max(draft.base, revision),
  savedEdits: edits,
  savedAt: at,
  sent: null,
})

export const saving = (draft: Draft): Draft => ({ ...draft, sent: { edits: draft.edits, body: draft.body } })

const same = (a: DraftBody, b: DraftBody): boolean => changedFields(a, b).length === 0

/** Fields that differ, in the order of `a`. Empty values and missing ones count as equal. */
export function changedFields(a: DraftBody, b: DraftBody): string[] {
  const blank = (v: unknown): boolean =>
    v === undefined || v === null || v === '' || v === false || (Array.isArray(v) && v.length === 0)
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (field) =>
      field !== keyField &&
      !(blank(a[field]) && blank(b[field])) &&
      JSON.stringify(a[field]) !== JSON.stringify(b[field]),
  )
}

/** The server showed its draft (snapshot, contact, or a refused save). */
export function meet(draft: Draft, server: ServerDraft | null): Draft {
  if (!server || server.revision <= draft.base) return draft
  if (draft.sent && same(draft.sent.body, server.body))
    return saved(draft, draft.sent.edits, server.revision, server.savedAt)
  if (same(draft.body, server.body))
    return {
      ...draft,
      base: server.revision,
      savedEdits: draft.edits,
      savedAt: server.savedAt,
      conflict: null,
    }
  if (isDirty(draft)) return { ...draft, conflict: server }
  return {
    ...draft,
    body: { ...draft.body, ...withoutKey(server.body) },
    key: keyOf(server.body) ?? draft.key,
    base: server.revision,
    savedAt: server.savedAt,
    conflict: null,
  }
}

/** Nothing is thrown away silently: keeping mine writes it over theirs as a new revision. */
export const keepMine = (draft: Draft): Draft =>
  draft.conflict ? { ...draft, base: draft.conflict.revision, edits: draft.edits + 1, conflict: null } : draft

export const takeTheirs = (draft: Draft): Draft =>
  draft.conflict
    ? {
        ...draft,
        body: { ...draft.body, ...withoutKey(draft.conflict.body) },
        key: keyOf(draft.conflict.body) ?? draft.key,
        base: draft.conflict.revision,
        savedEdits: draft.edits,
        savedAt: draft.conflict.savedAt,
        conflict: null,
      }
    : draft

/** The least of `sessionStorage` that is used here. */
export type Shelf = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
  key(index: number): string | null
  readonly length: number
}

const prefix = 'desk.draft.'

/**
 * The drafts of this tab. Session storage and not local storage: the text is personal data, it must not outlive the
 * tab on a shared computer, and the server has it within two seconds anyway.
 */
export function draftShelf(shelf: Shelf, agentId: string) {
  const own = `${prefix}${agentId}.`
  const keys = (): string[] =>
    Array.from({ length: shelf.length }, (_, i) => shelf.key(i)).filter((k) => k !== null)
  return {
    load(contactId: string): Draft | null {
      const text = shelf.getItem(own + contactId)
      return text === null ? null : (JSON.parse(text) as Draft)
    },
    save(draft: Draft): void {
      shelf.setItem(own + draft.contactId, JSON.stringify(draft))
    },
    remove: (contactId: string): void => shelf.removeItem(own + contactId),
    /** What was noted of a call before its contact was known. */
    note: (callId: string): string => shelf.getItem(`${own}call:${callId}`) ?? '',
    setNote(callId: string, text: string): void {
      if (text === '') shelf.removeItem(`${own}call:${callId}`)
      else shelf.setItem(`${own}call:${callId}`, text)
    },
    /** Drafts of whoever worked here before, or of everybody at sign-out. */
    clear(whose: 'others' | 'all'): void {
      for (const key of keys())
        if (key.startsWith(prefix) && (whose === 'all' || !key.startsWith(own))) shelf.removeItem(key)
    },
  }
}
export type DraftShelf = ReturnType<typeof draftShelf>
