import { toE164 } from '../base/phone.ts'
import { dueOf } from '../statutes/deadline.ts'
import { parseDay, type Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Term } from '../statutes/term.ts'
import { citeText } from '../statutes/types.ts'
import type { UnitContact, UnitRecord } from './model.ts'

/** PURE. What may stand in a unit's record, and until when its own method is filed. */
export type Slip = { code: string; field: string; message: string }

const named = (text: string | null): string | null => text?.trim() || null

/** The record as it is kept: blank is absent, telephones are E.164. @returns it, or what is wrong in it */
export function tidy(record: UnitRecord): UnitRecord | Slip {
  const contacts: UnitContact[] = []
  for (const [n, { name, position, phone }] of record.contacts.entries()) {
    // Seeded contacts may have no number yet; a new one must have it.
    const number = phone === '' ? '' : toE164(phone)
    if (number === null)
      return {
        code: 'phoneMalformed',
        field: `contacts.${n}.phone`,
        message: '电话号码格式不对，请填写手机号码或者带区号的固定电话',
      }
    contacts.push({ name: name.trim(), position: position.trim(), phone: number })
  }
  // Field by field: what else a sender wrote has no place in a record.
  const { code, kind, parent, petitionOffice, active } = record
  return {
    code,
    kind,
    parent,
    petitionOffice,
    active,
    name: record.name.trim(),
    leader: named(record.leader),
    deputy: named(record.deputy),
    office: named(record.office),
    contacts,
  }
}

/** @param parents the unit above each unit; nobody may stand above himself */
export function judgeParent(
  code: string,
  parent: string | null,
  parents: ReadonlyMap<string, string | null>,
): Slip | null {
  if (parent === null) return null
  if (!parents.has(parent))
    return { code: 'parentUnknown', field: 'parent', message: '没有这个上级单位，请从名录中选择' }
  for (let above: string | null | undefined = parent; above; above = parents.get(above))
    if (above === code)
      return { code: 'parentCircle', field: 'parent', message: '上级单位不能是本单位或者本单位的下级' }
  return null
}

/** 自本办法下发之日起: the term of the statute, or null where it wants no filing. */
export const methodTerm = (statute: Statute): Term | null =>
  Object.values(statute.terms).find((term) => term.starts === 'method.issued') ?? null

export type MethodClock = {
  term: string
  due: Date
  provisional: boolean
  calendarVersion: string
  cite: string
}

/** @param issuedOn the day on which the city's method was issued, or on which a later unit joined */
export function methodClock(term: Term, issuedOn: string, calendar: Calendar): MethodClock | null {
  const day = parseDay(issuedOn)
  if (day === null) return null
  const found = dueOf(term, { day }, calendar)
  if ('refused' in found || found.due === null) return null
  const { due, provisional, calendarVersion } = found
  return { term: term.id, due, provisional, calendarVersion, cite: citeText(term.cite) }
}
