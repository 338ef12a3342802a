import { formatInstant, type Calendar } from '../../statutes/calendar.ts'
import { dueOf, type Start } from '../../statutes/deadline.ts'
import type { Statute } from '../../statutes/statute.ts'
import type { Term } from '../../statutes/term.ts'
import { citesOf, citeText } from '../../statutes/types.ts'
import type { Duty } from '../model.ts'

/** PURE. Which clock a duty has under a statute, and what its missing leads to. */

export type StartedClock = {
  term: string
  due: Date
  provisional: boolean
  localPolicy: boolean
  calendarVersion: string
  /** The term's article, as people read it. */
  cite: string
  remindAt: Date
}

/** Local policy: how long before the end a unit is reminded. */
const remindBeforeMs: Readonly<Record<Duty, number>> = {
  errorCorrection: 4 * 3_600_000,
  // the end is 24:00, so at eight in the morning of the last day
  uploadBeforePublication: 16 * 3_600_000,
}

export const remindAt = (duty: Duty, due: Date): Date => new Date(due.getTime() - remindBeforeMs[duty])

/** The term of a duty, or null where the statute is silent. */
export function termOf(statute: Statute, duty: Duty): Term | null {
  const answer = statute.topics.knowledgeBase[duty]
  if (answer.basis === 'silent') return null
  const term = statute.terms[answer.value]
  if (!term) throw new Error(`${statute.slug} names the term ${answer.value} and does not have it`)
  return term
}

/** Why there is no clock, in Chinese. */
export function whyNoClock(statute: Statute, duty: Duty): string | null {
  const answer = statute.topics.knowledgeBase[duty]
  return answer.basis === 'silent' ? `${answer.says}，系统不设期限。` : null
}

/**
 * @param start the instant at which the unit received the notice, or the day of publication
 * @returns null where the statute sets no limit, or leaves it to a platform that has not set it
 */
export function clockOf(statute: Statute, duty: Duty, start: Start, calendar: Calendar): StartedClock | null {
  const term = termOf(statute, duty)
  if (!term) return null
  const found = dueOf(term, start, calendar)
  if ('refused' in found || found.due === null) return null
  return {
    term: term.id,
    due: found.due,
    provisional: found.provisional,
    localPolicy: term.basis !== 'law' || statute.topics.knowledgeBase[duty].basis === 'localPolicy',
    calendarVersion: found.calendarVersion,
    cite: citeText(term.cite),
    remindAt: remindAt(duty, found.due),
  }
}

/** What to call it where the statute lists no trigger for this term. */
const ownTrigger = 'knowledge'

/**
 * The supervision that follows from a missed clock. Only where an article makes it one: a local limit or a local habit
 * of supervising is no 督办情形 of the statute.
 */
export function supervisionOf(statute: Statute, term: string): { trigger: string; cite: string } | null {
  const { knowledgeBase, supervision } = statute.topics
  const cite = citesOf(knowledgeBase.supervised)
  if (cite === null) return null
  const trigger = supervision.triggers.find(
    (t) => t.basis !== 'silent' && t.value.onMissed?.includes(term) === true,
  )
  return { trigger: trigger && trigger.basis !== 'silent' ? trigger.value.code : ownTrigger, cite }
}

export type ClockRow = {
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  cite: string
  metAt: Date | null
  missedAt: Date | null
  voidedAt: Date | null
}

/** How a clock is shown. It is overdue at `due` itself: that is the first instant that is too late. */
export function clockView(row: ClockRow, statute: Statute, now: Date) {
  const instant = (at: Date | null): string | null => (at ? formatInstant(at) : null)
  const end = row.metAt ?? row.voidedAt ?? now
  return {
    term: row.term,
    name: statute.terms[row.term]?.name ?? row.term,
    startedAt: formatInstant(row.startedAt),
    due: formatInstant(row.due),
    provisional: row.provisional,
    localPolicy: row.localPolicy,
    cite: row.cite,
    metAt: instant(row.metAt),
    missedAt: instant(row.missedAt),
    voidedAt: instant(row.voidedAt),
    overdue: row.missedAt !== null || end >= row.due,
  }
}
