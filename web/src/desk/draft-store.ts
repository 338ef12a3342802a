import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import { useDesk } from './desk-store.ts'
import * as drafts from './draft.ts'
import { emptyForm, formOf, type FormBody } from './form.ts'
import { uuid } from './ids.ts'
import { draftLeft } from './left-behind.ts'
import { DeskError } from './socket.ts'
import type { DeskState } from './state.ts'

/** The server has what was typed within two seconds; a pause in typing sends it sooner. */
const saveAfterMs = 800
const retryAfterMs = 3000

/** Every contact's unfinished registration, kept on the screen, in the tab and on the server. */
export const useDrafts = defineStore('drafts', () => {
  const desk = useDesk()
  const all = shallowReactive(new Map<string, drafts.Draft>())
  const timers = new Map<string, number>()
  const underWay = new Set<string>()
  let shelf: drafts.DraftShelf | null = null
  let shelfOf: string | null = null

  function openShelf(agentId: string): drafts.DraftShelf {
    if (!shelf || shelfOf !== agentId) {
      shelf = drafts.draftShelf(sessionStorage, agentId)
      shelfOf = agentId
      shelf.clear('others')
    }
    return shelf
  }

  function put(draft: drafts.Draft): void {
    all.set(draft.contactId, draft)
    shelf?.save(draft)
    if (drafts.isDirty(draft) && !draft.conflict) schedule(draft.contactId, saveAfterMs)
  }

  /** What the requester already told elsewhere need not be asked again; it can be corrected in the form. */
  const known = (contact: DeskContact): FormBody => ({
    ...emptyForm,
    requesterName: contact.pop.name ?? '',
    careGroups: [...contact.pop.careGroups],
    urgent: contact.emergency || contact.pop.emergency,
  })

  function meet(contact: DeskContact): void {
    const here = all.get(contact.id) ?? shelf?.load(contact.id) ?? null
    if (here) return put(drafts.meet(here, contact.draft))
    const fresh = drafts.startDraft(contact.id, contact.draft, known(contact), uuid())
    const note = contact.callId ? noteOf(contact.callId) : ''
    if (!contact.callId || note === '') return put(fresh)
    const { facts } = formOf(fresh.body)
    put(drafts.edit(fresh, { facts: facts ? `${facts}\n${note}` : note }))
    setNote(contact.callId, '')
  }

  /** Notes of calls whose contact is not known yet. The count makes the screen follow the storage. */
  const noted = ref(0)
  function noteOf(callId: string): string {
    return noted.value >= 0 ? (shelf?.note(callId) ?? '') : ''
  }
  function setNote(callId: string, text: string): void {
    shelf?.setNote(callId, text)
    noted.value += 1
  }

  function schedule(contactId: string, ms: number): void {
    if (timers.has(contactId)) return
    timers.set(
      contactId,
      window.setTimeout(() => {
        timers.delete(contactId)
        void save(contactId)
      }, ms),
    )
  }

  async function save(contactId: string): Promise<void> {
    const draft = all.get(contactId)
    if (!draft || !drafts.isDirty(draft) || draft.conflict || underWay.has(contactId)) return
    underWay.add(contactId)
    const { edits } = draft
    put(drafts.saving(draft))
    try {
      const data = await desk.send({ type: 'saveDraft', contactId, ...drafts.toSave(draft) }, { keep: true })
      const { revision = draft.base + 1, savedAt = new Date(desk.now).toISOString() } = (data ??
        {}) as Partial<drafts.ServerDraft>
      const current = all.get(contactId)
      if (current) put(drafts.saved(current, edits, revision, savedAt))
    } catch (error) {
      if (!(error instanceof DeskError)) throw error
      // A conflict shows itself by the contact's own view, which the server sends with the newer draft.
      if (error.problem.status !== 409 && all.has(contactId)) schedule(contactId, retryAfterMs)
    } finally {
      underWay.delete(contactId)
    }
  }

  function drop(contactId: string): void {
    window.clearTimeout(timers.get(contactId))
    timers.delete(contactId)
    all.delete(contactId)
    shelf?.remove(contactId)
  }

  /** The contact is here no more: what the server has of its form goes with it, the rest is given back. */
  function leave(contactId: string, before: DeskState): void {
    const draft = all.get(contactId)
    drop(contactId)
    // A registration under way takes the form along; its answer is still to come.
    if (!draft || !drafts.isDirty(draft) || desk.busy.has(`register:${contactId}`)) return
    const left = draftLeft(before, contactId, draft.body)
    if (left) desk.giveBack(left)
  }

  watch(
    () => desk.state,
    ({ agent, contacts, owed }, before) => {
      if (!agent) return
      openShelf(agent.agentId)
      const present = [...contacts, ...owed]
      for (const contact of present) {
        const old = before && [...before.contacts, ...before.owed].find((c) => c.id === contact.id)
        if (!all.has(contact.id) || old?.draft !== contact.draft) meet(contact)
      }
      for (const contactId of [...all.keys()])
        if (!present.some((c) => c.id === contactId)) leave(contactId, before ?? desk.state)
    },
    { immediate: true },
  )

  window.addEventListener('beforeunload', (event) => {
    if (desk.status === 'online' || ![...all.values()].some(drafts.isDirty)) return
    // The tab's storage goes with the tab, and the server has not heard the last words yet.
    event.preventDefault()
  })

  return {
    all,
    current: computed(() => (desk.contact ? all.get(desk.contact.id) : undefined)),
    form: computed((): FormBody | null => {
      const draft = desk.contact && all.get(desk.contact.id)
      return draft ? formOf(draft.body) : null
    }),
    edit(contactId: string, patch: Partial<FormBody>): void {
      const draft = all.get(contactId)
      if (draft) put(drafts.edit(draft, patch))
    },
    keepMine(contactId: string): void {
      const draft = all.get(contactId)
      if (draft) put(drafts.keepMine(draft))
    },
    takeTheirs(contactId: string): void {
      const draft = all.get(contactId)
      if (draft) put(drafts.takeTheirs(draft))
    },
    noteOf,
    setNote,
    drop,
    /** At sign-out nothing of anybody stays in the browser. */
    clear(): void {
      for (const contactId of [...all.keys()]) drop(contactId)
      shelf?.clear('all')
    },
  }
})
