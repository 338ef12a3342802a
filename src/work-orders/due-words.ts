import { civil, dayOf, startOf } from '../statutes/calendar.ts'
import type { Clock } from './clock.ts'

/** PURE. Due dates as people are told them: the last day, its article, and whether it is certain. */

/** `2026年3月9日24时前`; a running hour with its minute. @param due the first instant that is too late */
export function untilWords(due: Date): string {
  const day = dayOf(due)
  if (startOf(day).getTime() === due.getTime()) return `${dayWords(day - 1)}24时前`
  const minutes = Math.floor((due.getTime() - startOf(day).getTime()) / 60_000)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60]
  return `${dayWords(day)}${hour}时${minute > 0 ? `${minute}分` : ''}前`
}

const dayWords = (day: number): string => {
  const { year, month, date } = civil(day)
  return `${year}年${month}月${date}日`
}

/** The same with what it rests on. A year without a holiday notice is said, and local policy never passes for law. */
export function limitWords(clock: Pick<Clock, 'due' | 'cite' | 'provisional' | 'localPolicy'>): string {
  const basis = clock.localPolicy ? `依据${clock.cite}，期限为本市设定` : `依据${clock.cite}`
  const certain = clock.provisional ? '；暂定，放假安排公布后重新计算' : ''
  return `${untilWords(clock.due)}（${basis}${certain}）`
}
