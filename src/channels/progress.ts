import { civil, dayOf } from '../statutes/calendar.ts'

/**
 * How a requester follows his order over any channel. Channels and telephony never import work orders, so this is the
 * port: the shape of what may be told, and the question that `src/composition/progress.ts` answers.
 */
export type ProgressTold = {
  /** `AS2603024816539` */
  number: string
  title: string
  /** ISO 8601 with +08:00, like `due`. */
  raisedAt: string
  /** State of the order, for machines; the next three are its words. */
  state: string
  acceptance: string
  unit: string | null
  progress: string
  /** The first instant that is too late for the stage the order is in. */
  due: string | null
  /** The article the due date follows from. */
  cite: string | null
  /** What came of it, once there is something. */
  result?: string | null
}

/** One look at an order, as its requester is told of it: never who. */
export type LookTold = {
  /** ISO 8601 with +08:00. */
  at: string
  /** In Chinese, as the rest. */
  action: string
  role: string
  unit: string | null
  fields: string[]
}

/** Who looked at the order; null: no such order, or other digits. Asked only after the progress was found. */
export type LedgerOf = (number: string, lastFour: string) => Promise<LookTold[] | null>

/** Who asks. Only for counting wrong tries: `id` is hashed before it is kept. */
export type Asker = { kind: 'address' | 'sms' | 'wechat' | 'call'; id: string }

export type ProgressQuestion = {
  /** As typed or said: letters, spaces and full-width digits are understood. */
  number: string
  /** The last four digits of the telephone that the order names. */
  lastFour: string
  asker: Asker
  /** Names this try: asked again it is counted once. */
  tryId: string
}

export type ProgressAnswer =
  | { type: 'found'; progress: ProgressTold }
  /** One answer for a number that does not exist and for wrong digits. */
  | { type: 'none' }
  /** Too many wrong tries, of this asker or at this number. */
  | { type: 'locked'; waitMs: number }

export type AskProgress = (question: ProgressQuestion) => Promise<ProgressAnswer>

/** A due instant as people read it: 00:00 of a day is the end of the day before. */
export function dueWords(due: string): string {
  const instant = new Date(due)
  if (Number.isNaN(instant.getTime())) return due
  const time = clockOf(instant)
  const { year, month, date } = civil(dayOf(time === '00:00' ? new Date(instant.getTime() - 1) : instant))
  const day = `${year}年${month}月${date}日`
  return time === '00:00' ? `${day}（含当日）` : `${day}${time}之前`
}

/** `YYYY年M月D日 HH:MM` in Shanghai. */
export function instantWords(iso: string): string {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  const { year, month, date } = civil(dayOf(instant))
  return `${year}年${month}月${date}日 ${clockOf(instant)}`
}

/** `HH:MM` in Shanghai. */
export const clockOf = (instant: Date): string =>
  new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(11, 16)

/** Whole minutes to wait, at least one. */
export const waitMinutes = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 60_000))
