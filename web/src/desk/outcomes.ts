import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import type { FormBody } from './form.ts'

/** PURE. The form as the registration takes it, and the registration as the agent reads it out. */
export function outcomesOf(form: FormBody): Record<string, unknown>[] {
  return [{ ...form }]
}

export type Registered = { contactId: string; who: string; numbers: string[]; text: string }

export function registeredOf(_data: unknown, contact: DeskContact): Registered {
  return { contactId: contact.id, who: contact.pop.name ?? '', numbers: [], text: '已登记' }
}
