import type { ProgressTold } from '../channels/progress.ts'
import { civil, dayOf } from '../statutes/calendar.ts'

/**
 * PURE. Progress as recorded prompts (`asterisk/prompts/prompts.txt`). Words that nobody recorded, such as the names of
 * units, are not spoken: the caller hears where he learns more.
 */
const wordPrompts: Record<string, string> = {
  '已登记，正在确定是否受理': 'progress-registered',
  待确定是否受理: 'progress-undecided',
  等待补齐材料: 'progress-incomplete',
  请按通知补齐材料: 'progress-supply',
  已受理: 'progress-accepted',
  待转承办单位: 'progress-undispatched',
  承办单位办理中: 'progress-handled',
  '承办单位已反馈，正在审核': 'progress-fed-back',
  已办结: 'progress-concluded',
  不予受理: 'progress-refused',
  已告知理由和其他渠道: 'progress-refusal-told',
  '已受理，与同一事项合并办理': 'progress-merged',
  随合并的办理单办理: 'progress-merged-along',
  已终止办理: 'progress-terminated',
  '已终止办理，理由已告知': 'progress-termination-told',
  已移交其他机关: 'progress-transferred',
  '由接收机关办理，接收机关已告知': 'progress-transfer-told',
}

/** Prompts for acceptance and progress, by their words: `test/unit/telephony/progress-speech.test.ts` compares both. */
export const spokenWords: ReadonlyMap<string, string> = new Map(Object.entries(wordPrompts))

/** Names of the prompts, in order. @param now leaves the year out while it is this one */
export function progressSpeech(told: ProgressTold, now: Date): string[] {
  const said = [told.acceptance, told.progress].map((words) => spokenWords.get(words) ?? null)
  const known = [...new Set(said.filter((prompt) => prompt !== null))]
  return [
    'progress-order',
    ...digits(told.number.replace(/\D/g, '')),
    ...known,
    ...(told.due === null ? [] : ['progress-due', ...instant(told.due, now)]),
    ...(said.includes(null) || told.result ? ['progress-more'] : []),
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
