import { addMonths, formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'

/**
 * PURE. 责任追究 (丹东 第二十二条至第二十四条；鞍山 2019 第三十九条；草案 第二十八条；白银 第三十条): decisions by which a unit, or the
 * centre itself, was held responsible. A record is never changed; what was wrong is corrected or withdrawn by a further one.
 */
export const outcomes = ['held', 'lighter', 'exempt'] as const
/** 追究、从轻或者减轻、免于追究. */
export type Outcome = (typeof outcomes)[number]

export type AccountabilityRecord = {
  id: string
  /** Null: the centre itself. */
  unit: string | null
  statute: string
  ground: string
  orderId: string
  orderNumber: string
  decidedBy: string
  document: string | null
  /** `YYYY-MM-DD` */
  decidedOn: string
  outcome: Outcome
  mitigation: string[]
  note: string | null
  cite: string | null
  corrects: string | null
  withdrawn: boolean
  correctionReason: string | null
  recordedBy: string
  recordedRole: string
  recordedAt: Date
}

/** Acts by their codes in the statutes' `assessment.accountability`. */
const labels: Readonly<Record<string, string>> = {
  refusal: '对职责内的事项拒不接收、拒不办理',
  delay: '推诿、敷衍塞责、拖延办理',
  refusalOrDelay: '拒不办理，或者推诿、拖延办理',
  leftUndone: '应办未办，经督办仍未办理',
  falsehood: '弄虚作假、虚报瞒报、虚假办结',
  evasion: '首问责任部门推诿扯皮，不能及时办理',
  rudeness: '服务态度生硬、作风粗暴',
  rudenessOrRetaliation: '态度恶劣、作风粗暴，或者威胁、刁难、打击报复',
  leak: '违反保密规定泄露信息',
  retaliation: '打击报复诉求人',
  notHeardOrNotTold: '未及时听取诉求或者未及时告知处理意见',
  lateOrNoFeedback: '未按时办理或者未反馈意见',
  abuseOfPower: '滥用职权、玩忽职守、徇私舞弊',
  dereliction: '玩忽职守',
  favouritism: '徇私舞弊',
  other: '其他违反规定的行为',
  selfCorrection: '主动认知过错并立即改正',
  cooperation: '积极配合调查并弥补过失',
  damageAvoided: '主动避免、挽回损失，消除不良影响',
  causedByServedParty: '因管理或者服务对象原因引起',
}

export type Choice = { code: string; label: string }

/** The acts for which this statute holds somebody responsible, with the article. */
export function actsOf(statute: Statute): { choices: Choice[]; cite: string | null } {
  return choicesOf(statute, 'accountability')
}

/** What makes it lighter, or ends it (丹东 第二十四条); none where the statute is silent. */
export const mitigationsOf = (statute: Statute): { choices: Choice[]; cite: string | null } =>
  choicesOf(statute, 'mitigation')

function choicesOf(statute: Statute, topic: string): { choices: Choice[]; cite: string | null } {
  const answer = statute.topics.assessment[topic]
  if (!answer || answer.basis === 'silent' || !Array.isArray(answer.value)) return { choices: [], cite: null }
  const codes = answer.value.filter((code): code is string => typeof code === 'string')
  return { choices: codes.map((code) => ({ code, label: labels[code] ?? code })), cite: citesOf(answer) }
}

/** How many decisions within how many months are passed on as clues, and to whom; null where the statute has no such rule. */
export type Repetition = { atLeast: number; months: number; to: string; ground: string; cite: string | null }

const repeated = 'repeatedAccountability'

export function repetitionOf(statute: Statute): Repetition | null {
  const answer = statute.topics.assessment[repeated]
  if (!answer || answer.basis === 'silent') return null
  const { atLeast, within } = answer.value as { atLeast: number; within: string }
  const limit = statute.terms[within]?.within
  const onward = statute.topics.supervision.onward.find(
    (o) => o.basis !== 'silent' && o.value.grounds.some((g) => g.code === repeated),
  )
  if (!limit || !onward || onward.basis === 'silent') return null
  const months = limit.unit === 'year' ? limit.count * 12 : limit.unit === 'month' ? limit.count : 0
  return { atLeast, months, to: onward.value.code, ground: repeated, cite: citesOf(answer) }
}

/** What stands: the last of each chain of corrections, unless it was withdrawn. */
export function standing<R extends Pick<AccountabilityRecord, 'id' | 'corrects' | 'withdrawn'>>(
  records: readonly R[],
): R[] {
  const corrected = new Set(records.map((r) => r.corrects))
  return records.filter((r) => !corrected.has(r.id) && !r.withdrawn)
}

type Dated = Pick<AccountabilityRecord, 'id' | 'decidedOn' | 'outcome'>
const dayOf = ({ decidedOn }: Pick<AccountabilityRecord, 'decidedOn'>): Day => parseDay(decidedOn) ?? 0

/**
 * Decisions that count on a day: those of the months before it, the same date included (A-16: rolling, never by calendar
 * year; Civil Code arts. 201, 202). Who was exempted was not held responsible.
 * @param records what stands
 */
export function counted<R extends Dated>(records: readonly R[], on: Day, { months }: Repetition): R[] {
  return records
    .filter((r) => r.outcome !== 'exempt' && dayOf(r) <= on && on <= addMonths(dayOf(r), months))
    .sort((a, b) => dayOf(a) - dayOf(b))
}

/** The decisions that together reach the number within one window that ends with any of them, or null. */
export function reachedWith<R extends Dated>(
  records: readonly R[],
  one: R,
  repetition: Repetition,
): R[] | null {
  for (const end of records) {
    const window = counted(records, dayOf(end), repetition)
    if (window.length >= repetition.atLeast && window.some((r) => r.id === one.id)) return window
  }
  return null
}

/** The last day on which a decision counts. */
export const countsUntil = (
  record: Pick<AccountabilityRecord, 'decidedOn'>,
  { months }: Repetition,
): string => formatDay(addMonths(dayOf(record), months))
