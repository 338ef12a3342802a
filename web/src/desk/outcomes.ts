import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import type { Outcome, Registered } from '../../../src/work-orders/registration-contract.ts'
import { accuses, outcomeWord, type Field, type FormBody } from './form.ts'

/** PURE. The form as the registration takes it, and the registration as the agent reads it out. */

/** Optional fields that are empty are not sent: an empty name is no name. */
const given = (text: string): string | undefined => text.trim() || undefined
const numeric = (text: string): number | undefined => (text === '' ? undefined : Number(text))

type Loose<T> = { [K in keyof T]: T[K] | undefined }
const compact = <T extends object>(fields: Loose<T>): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

type Of<T extends Outcome['type']> = Extract<Outcome, { type: T }>

export function outcomesOf(form: FormBody): Outcome[] {
  switch (form.outcome) {
    case 'workOrder':
      return [
        compact<Of<'workOrder'>>({
          type: 'workOrder',
          title: given(form.title),
          facts: form.facts.trim() || form.title.trim(),
          kind: given(form.kind),
          category: numeric(form.category),
          place: given(form.place),
          requester: compact<Of<'workOrder'>['requester']>({
            kind: given(form.requesterKind),
            name: given(form.requesterName),
            home: given(form.requesterAddress),
            contact: given(form.requesterContact),
            careGroups: form.careGroups.length > 0 ? form.careGroups : undefined,
          }),
          confidential: form.confidential,
          confidentialityWish: form.confidential ? given(form.confidentialityWish) : undefined,
          urgent: form.urgent || undefined,
          incident: form.urgent ? given(form.incident) : undefined,
          accusedUnit: accuses(form.kind) ? given(form.accusedUnit) : undefined,
          leadUnit: given(form.leadUnit),
        }),
      ]
    case 'appended':
      return [
        compact<Of<'appended'>>({
          type: 'appended',
          number: form.appendTo,
          facts: form.facts.trim(),
          told: given(form.told),
          somethingNew: form.somethingNew || undefined,
        }),
      ]
    case 'answered':
      return [
        compact<Of<'answered'>>({
          type: 'answered',
          kind: form.kind,
          category: numeric(form.category),
          title: given(form.title),
          answer: form.answer.trim(),
          knowledge: form.knowledge.map(({ id, version }) => ({ id, version })),
          lacking:
            form.knowledge.length === 0 && given(form.lacking) ? { what: form.lacking.trim() } : undefined,
        }),
      ]
    case 'referred':
      return [
        compact<Of<'referred'>>({
          type: 'referred',
          matter: form.referral,
          target: form.referralTarget.trim(),
          tell: form.referralTell.trim(),
          summary: given(form.title),
        }),
      ]
    case 'refused':
      return [
        compact<Of<'refused'>>({
          type: 'refused',
          reason: form.refusal,
          tell: form.refusalTell.trim(),
          otherChannel: given(form.refusalOther),
          summary: given(form.title),
        }),
      ]
  }
}

/** The form's field for what a refused registration complains about. */
const fieldNames: Record<string, Field> = {
  matter: 'referral',
  target: 'referralTarget',
  reason: 'refusal',
  otherChannel: 'refusalOther',
  number: 'appendTo',
  knowledge: 'lacking',
  name: 'requesterName',
  home: 'requesterAddress',
  contact: 'requesterContact',
}

/** Errors come with the path of the registration (`outcomes/0/matter`); the form knows its own names. */
export function fieldErrors(errors: readonly { field: string; message: string }[]): Record<string, string> {
  return Object.fromEntries(
    errors.map(({ field, message }) => {
      const last = field.split(/[/.]/).pop() ?? field
      return [fieldNames[last] ?? last, message]
    }),
  )
}

/** What the agent sees and reads out after a registration. */
export type Receipt = { contactId: string; text: string; numbers: string[]; missing: string[] }

export function receiptOf(data: Registered, contact: DeskContact): Receipt {
  const kinds = data.outcomes.map((o) => outcomeWord[o.type as FormBody['outcome']] ?? o.type)
  const who = contact.pop.name ?? contact.pop.maskedAddress ?? ''
  return {
    contactId: contact.id,
    text: `已登记${who ? `（${who}）` : ''}：${[...new Set(kinds)].join('、')}`,
    numbers: data.orders.map((o) => o.number),
    missing: data.orders.flatMap((o) => o.missing.map((m) => m.label)),
  }
}
