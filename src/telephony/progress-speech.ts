import type { ProgressTold } from '../channels/progress.ts'
import { civil, dayOf } from '../statutes/calendar.ts'

/**
 * PURE. Progress as recorded prompts (`asterisk/prompts/prompts.txt`). Words that nobody recorded, such as the names of
 * units, are not spoken: the caller hears where he learns more.
 */
const statePrompts: Record<string, readonly string[]> = {
  registered: ['progress-registered', 'progress-undecided'],
  awaitingMaterial: ['progress-incomplete', 'progress-supply'],
  accepted: ['progress-accepted', 'progress-undispatched'],
  dispatched: ['progress-accepted', 'progress-handled'],
  fedBack: ['progress-accepted', 'progress-fed-back'],
  concluded: ['progress-accepted', 'progress-concluded'],
  refused: ['progress-refused', 'progress-refusal-told'],
  merged: ['progress-merged', 'progress-merged-along'],
  terminated: ['progress-terminated', 'progress-termination-told'],
  transferred: ['progress-transferred', 'progress-transfer-told'],
}

/** Prompts for acceptance and progress, by the state: `test/unit/telephony/progress-calls.test.ts` compares the words. */
export const spokenStates: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(statePrompts))

/** Names of the prompts, in order. @param now leaves the year out while it is this one */
export function progressSpeech(told: ProgressTold, now: Date): string[] {
  const said = spokenStates.get(told.state)
  return [
    'progress-order',
    ...digits(told.number.replace(/\D/g, '')),
    ...(said ?? []),
    ...(told.due === null ? [] : ['progress-due', ...instant(told.due, now)]),
    ...(!said || told.result ? ['progress-more'] : []),
  ]
}

const digits = (text: string): string[] => [...text].map((digit) => `digit-${digit}`)

/** A due instant: the day that is still in time, and the time of day where it is not midnight. */
function instant(due: string, now: Date): string[] {
  const at = new Date(due)
  const minutes = Math.floor((at.getTime() / 60_000 + 8 * 60) % (24 * 60))
  const { year, month, date } = civil(dayOf(minutes === 0 ? new Date(at.getTime() - 1) : at))
  const { year: thisYear } = civil(dayOf(now))
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60]
  return [
    ...(year === thisYear ? [] : [...digits(String(year)), 'year']),
    `month-${month}`,
    `day-${date}`,
    ...(minutes === 0 ? [] : [`hour-${hour}`, ...(minute === 0 ? [] : [`minute-${minute}`])]),
  ]
}
