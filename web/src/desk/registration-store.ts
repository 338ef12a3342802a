import { defineStore } from 'pinia'
import { computed, nextTick, reactive, ref, shallowRef, watch } from 'vue'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import type { Registered } from '../../../src/work-orders/registration-contract.ts'
import { useCatalogue } from './catalogue-store.ts'
import { useDesk } from './desk-store.ts'
import { useDrafts } from './draft-store.ts'
import { formOf, missingOf, type Field, type Missing } from './form.ts'
import { announce } from './live.ts'
import { fieldErrors, outcomesOf, receiptOf, type Receipt } from './outcomes.ts'

/** Why a contact cannot be registered now, or null when it can. */
export function notYet(contact: DeskContact): string | null {
  const over = contact.state === 'wrapUp' || contact.owedSince !== null
  return contact.channel === 'voice' && !over ? '通话结束后才能提交；填写的内容会自动保存' : null
}

/** The channel itself brings a number under which the requester can be reached. */
export const hasNumber = ({ channel, pop }: DeskContact): boolean =>
  (channel === 'voice' || channel === 'sms') && !pop.withheld && pop.maskedAddress !== null

/** Submits the form of a contact: checks what the statute asks for, then registers once. */
export const useRegistration = defineStore('registration', () => {
  const desk = useDesk()
  const drafts = useDrafts()
  const catalogue = useCatalogue()
  /** Contacts whose form was submitted at least once: only then are gaps shown as errors. */
  const tried = reactive(new Set<string>())
  const refused = reactive(new Map<string, Partial<Record<string, string>>>())
  const done = shallowRef<Receipt | null>(null)
  const focusField = ref<{ field: Field; at: number } | null>(null)

  const missing = computed((): Missing[] =>
    drafts.form && catalogue.catalogue
      ? missingOf(drafts.form, catalogue.catalogue, desk.contact !== undefined && hasNumber(desk.contact))
      : [],
  )
  const shown = computed(() => (desk.contact && tried.has(desk.contact.id) ? missing.value : []))

  // The receipt is for the moment after; the next contact takes its place.
  watch(
    () => desk.contact?.id,
    (contactId) => {
      if (contactId !== undefined) done.value = null
    },
  )

  async function point(field: Field, text: string): Promise<void> {
    await nextTick()
    focusField.value = { field, at: Date.now() }
    announce(text, true)
  }

  /** @param incomplete the agent has seen what is missing and submits all the same */
  async function submit(incomplete = false): Promise<void> {
    const contact = desk.contact
    const form = drafts.form
    const draft = drafts.current
    if (!contact || !form || !draft || !catalogue.catalogue) return
    const gaps = missing.value
    const [first] = gaps
    if (first && !(incomplete && gaps.every((g) => !g.blocking))) {
      tried.add(contact.id)
      const more = gaps.length > 1 ? `，共缺 ${gaps.length} 项` : ''
      return point(first.field, `${first.message}${more}`)
    }
    const wait = notYet(contact)
    if (wait) {
      announce(wait)
      return desk.tell('info', wait)
    }
    const {
      done: ok,
      data,
      error,
    } = await desk.ask(
      `register:${contact.id}`,
      {
        type: 'register',
        contactId: contact.id,
        idempotencyKey: draft.key,
        outcomes: outcomesOf(formOf(draft.body)),
      },
      // The key makes a repetition harmless: after a lost connection the same registration is asked for again.
      { keep: true },
    )
    if (!ok) {
      refused.set(contact.id, fieldErrors(error?.problem.errors ?? []))
      return
    }
    done.value = receiptOf(data as Registered, contact)
    announce(done.value.text)
    tried.delete(contact.id)
    refused.delete(contact.id)
    drafts.drop(contact.id)
  }

  return {
    missing,
    shown,
    done,
    focusField,
    submit,
    busy: computed(() => desk.contact !== undefined && desk.busy.has(`register:${desk.contact.id}`)),
    errorOf: (field: Field): string | null =>
      shown.value.find((m) => m.field === field)?.message ??
      (desk.contact && refused.get(desk.contact.id)?.[field]) ??
      null,
  }
})
