import { problem, type Problem } from '../../base/problem.ts'
import type { Calendar } from '../../statutes/calendar.ts'
import { dueOf } from '../../statutes/deadline.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { WarningKind } from '../model.ts'
import { identifiersIn, identifierWords, type Identifier } from './identifiers.ts'

/**
 * PURE. The life of a warning: opened once, somebody of the centre takes notice, it goes to the bodies concerned, who
 * take notice too, and it is closed with what came of it.
 */
export type Life = {
  kind: WarningKind
  /** Complained about: hears nothing of it from here (鞍山 2019 第二十六条). */
  unit: string | null
  acknowledgedAt: Date | null
  closedAt: Date | null
}

export const stateOf = ({ acknowledgedAt, closedAt }: Pick<Life, 'acknowledgedAt' | 'closedAt'>) =>
  closedAt ? 'closed' : acknowledgedAt ? 'acknowledged' : 'open'

const closedBefore = (): Problem =>
  problem(409, 'warningClosed', '预警已经办结', '出现新的情况会生成新的预警。')

export const judgeAcknowledge = (life: Life): Problem | null => {
  if (life.closedAt) return closedBefore()
  return life.acknowledgedAt
    ? problem(409, 'warningAcknowledged', '预警已有人认领', '请刷新后查看由谁处理。')
    : null
}

export function judgeSend(life: Life, recipients: readonly { unit: string | null }[]): Problem | null {
  if (life.closedAt) return closedBefore()
  return life.kind === 'againstUnit' && recipients.some((r) => r.unit === life.unit)
    ? problem(
        409,
        'accusedUnit',
        '不能发给被投诉、被举报的单位',
        '请发给它的上级机关、主管部门或者有监督职责的机关。',
      )
    : null
}

export const judgeClose = (life: Life): Problem | null => {
  if (life.closedAt) return closedBefore()
  return life.acknowledgedAt
    ? null
    : problem(409, 'warningUnread', '预警还没有人认领', '请先认领，再登记结果。')
}

/** Places are needed to act on a danger; people are not. */
const forbidden: readonly Identifier[] = ['telephone', 'identityCard', 'mail']

/** @throws nothing; the problem names the fields that tell who somebody is */
export function judgeWords(texts: Readonly<Record<string, string | undefined>>): Problem | null {
  const errors = Object.entries(texts).flatMap(([field, text]) => {
    const found = identifiersIn(text ?? '').filter((f) => forbidden.includes(f))
    return found.length === 0
      ? []
      : [{ field, message: `含有${found.map((f) => identifierWords[f]).join('、')}` }]
  })
  return errors.length === 0
    ? null
    : problem(422, 'textTells', '文字里有个人信息', '分析和预警不得写入个人信息，请删去后再提交。', {
        errors,
      })
}

/** Until when a body that was warned must have taken notice. Local policy where the statute gives no limit. */
const noticeHours = 24

export function noticeDue(
  kind: WarningKind,
  at: Date,
  statute: Statute,
  calendar: Calendar,
): { due: Date; cite: string | null; localPolicy: boolean } {
  const { incidentNotice } = statute.topics.referral
  const term = kind === 'reported' ? statute.terms[valueOf(incidentNotice, '')] : undefined
  const found = term && dueOf(term, at, calendar)
  return found && 'due' in found && found.due
    ? { due: found.due, cite: citesOf(incidentNotice), localPolicy: term.basis === 'localPolicy' }
    : { due: new Date(at.getTime() + noticeHours * 3_600_000), cite: null, localPolicy: true }
}
