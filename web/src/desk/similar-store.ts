import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import type { Static } from 'typebox'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import type { SimilarOrder } from '../../../src/work-orders/contract.ts'
import { request } from '../session/session.ts'
import { useDesk } from './desk-store.ts'
import { useDrafts } from './draft-store.ts'

export type Similar = Static<typeof SimilarOrder>

/** Shown within a second of a pause in typing: the same matter should become one order. */
const askAfterMs = 400
/** Fewer characters find everything. */
const fewest = 4

/** Open orders about the same place or thing as the form of a contact. */
export const useSimilar = defineStore('similar', () => {
  const desk = useDesk()
  const drafts = useDrafts()
  const found = shallowReactive(new Map<string, Similar[]>())
  let timer = 0
  let asked = 0

  async function ask(contact: DeskContact, text: string): Promise<void> {
    const mine = ++asked
    const query = new URLSearchParams({ text, requesterId: contact.pop.requesterId })
    const answer = await request<{ items: Similar[] }>('GET', `/api/work-orders/similar?${query.toString()}`)
    // A slower answer to an older question must not replace a newer one.
    if (mine !== asked) return
    // Only a help: when it fails the form goes on without it.
    found.set(contact.id, answer.ok ? answer.data.items : [])
  }

  watch(
    () => {
      const form = drafts.form
      return form?.outcome === 'workOrder' || form?.outcome === 'appended'
        ? `${form.place} ${form.title}`.trim().slice(0, 300)
        : ''
    },
    (text) => {
      window.clearTimeout(timer)
      const contact = desk.contact
      if (!contact || text.length < fewest) return
      timer = window.setTimeout(() => void ask(contact, text), askAfterMs)
    },
  )

  return {
    /** Without those that the pop lists anyway. */
    of: (contact: DeskContact): Similar[] =>
      (found.get(contact.id) ?? []).filter((s) => !contact.pop.openOrders.some((o) => o.number === s.number)),
  }
})
