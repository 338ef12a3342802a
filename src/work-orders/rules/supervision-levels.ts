import { endOf, formatInstant, parseDay } from '../../statutes/calendar.ts'
import type { Statute, SupervisionLevel, SupervisionTrigger } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { DispatchLeg, WorkOrder } from '../model.ts'
import { proceduresOf } from '../procedures.ts'
import { refuse, type Context, type Refused } from './rule.ts'

/** PURE. How high and in which way it is supervised: levels, means and the day of the answer, as the statute has them. */
/** Where the text knows no levels there is one, with every means. */
export function levelsOf(statute: Statute): readonly SupervisionLevel[] {
  const { levels, means } = statute.topics.supervision
  const named = valueOf<readonly SupervisionLevel[]>(levels, [])
  return named.length > 0
    ? named
    : [{ code: 'only', label: '督办', means: valueOf(means, []).map((m) => m.code) }]
}

/** A trigger of the statute by its code, with its article. */
export function triggerOf(
  statute: Statute,
  name: string,
): { trigger: SupervisionTrigger; cite: string | null } | null {
  for (const answer of statute.topics.supervision.triggers)
    if (answer.basis !== 'silent' && answer.value.code === name)
      return { trigger: answer.value, cite: citesOf(answer) }
  return null
}

export const citeOf = (statute: Statute): string | null => {
  const { levels, means, who } = statute.topics.supervision
  return citesOf(levels) ?? citesOf(means) ?? citesOf(who)
}

/** What a notice of supervision says; `until` is a date, which stands for its whole day, or an instant. */
export type Notice = { means?: string[]; until?: string }

/** Index of the level that may be opened next: one above the highest that was left unsettled (逐级). */
function nextLevel(order: Pick<WorkOrder, 'procedures'>, leg: number, statute: Statute): number {
  const levels = levelsOf(statute)
  const unsettled = proceduresOf(order, 'supervision')
    .filter((p) => p.leg === leg && p.verdict === 'unsettled')
    .map((p) => levels.findIndex((level) => level.code === p.said.level))
  return Math.min(Math.max(-1, ...unsettled) + 1, levels.length - 1)
}

export function judgeLevel(
  order: WorkOrder,
  leg: DispatchLeg,
  named: string | undefined,
  trigger: SupervisionTrigger,
  statute: Statute,
): SupervisionLevel | Refused {
  const levels = levelsOf(statute)
  const next = nextLevel(order, leg.n, statute)
  const at = named === undefined ? next : levels.findIndex((level) => level.code === named)
  const level = levels[at]
  if (!level)
    return refuse(
      422,
      'levelUnknown',
      '没有这一督办层级',
      `可选：${levels.map((l) => l.label).join('、')}。`,
      citeOf(statute),
    )
  if (at > next && !trigger.fromAbove)
    return refuse(
      409,
      'levelOutOfTurn',
      `还不能${level.label}`,
      `应当先${levels[next]?.label ?? '督办'}；仍未解决的再逐级督办。`,
      citeOf(statute),
    )
  return level
}

export function judgeNotice(
  level: SupervisionLevel,
  said: Notice,
  { statute, now }: Pick<Context, 'statute' | 'now'>,
): { level: string; means: string[]; due: string | null } | Refused {
  const known = valueOf(statute.topics.supervision.means, [])
  const means = said.means ?? (level.means.length === 1 ? [...level.means] : [])
  const cite = citesOf(statute.topics.supervision.means) ?? citeOf(statute)
  const labels = known.filter((m) => level.means.includes(m.code)).map((m) => m.label)
  if (means.some((one) => !level.means.includes(one)))
    return refuse(
      422,
      'meansNotOfLevel',
      `${level.label}没有这种督办方式`,
      labels.length > 0 ? `可选：${labels.join('、')}。` : '本市规定没有列举督办方式，请写在事由中。',
      cite,
    )
  if (means.length === 0 && level.means.length > 0)
    return refuse(422, 'meansMissing', '没有选择督办方式', `可选：${labels.join('、')}。`, cite)
  const dated = known.some((m) => m.dated === true && means.includes(m.code))
  if (said.until === undefined) {
    if (!dated) return { level: level.code, means, due: null }
    return refuse(
      422,
      'untilMissing',
      '没有写明答复期限',
      '限期由督办通知写明，请填写承办单位最迟何时答复。',
      cite,
    )
  }
  const due = untilOf(said.until)
  if (due === null)
    return refuse(
      422,
      'untilMalformed',
      '答复期限不是日期',
      '请按 2026-03-09 或者 2026-03-09T17:30+08:00 填写。',
      cite,
    )
  if (due <= now || due.getTime() - now.getTime() > 366 * 86_400_000)
    return refuse(422, 'untilImpossible', '答复期限不可行', '期限应当在今后一年之内。', cite)
  return { level: level.code, means, due: formatInstant(due) }
}

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

function untilOf(text: string): Date | null {
  const day = parseDay(text)
  if (day !== null) return endOf(day)
  if (!instantForm.test(text) || parseDay(text.slice(0, 10)) === null) return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at
}
