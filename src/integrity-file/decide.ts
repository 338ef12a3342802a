import { endOf, parseDay } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf, valueOf } from '../statutes/types.ts'
import {
  entryDays,
  measureDays,
  type Correction,
  type Entry,
  type Evidence,
  type FileRecord,
} from './model.ts'

/** PURE. What may be entered about a requester, who decides on it, and how long it counts. */
export type Refused = {
  status: 403 | 409 | 422
  code: string
  title: string
  detail: string
  cite: string | null
}

const refuse = (
  status: Refused['status'],
  code: string,
  title: string,
  detail: string,
  cite: string | null = null,
): Refused => ({ status, code, title, detail, cite })

/** What the file rests on: the article, or that it is the centre's own practice. */
export function basisOf(statute: Statute): { law: boolean; says: string; cite: string | null } {
  const { duty } = statute.topics.integrityFile
  if (duty.basis !== 'silent') return { law: duty.basis === 'law', says: duty.says, cite: citesOf(duty) }
  const { grounds } = statute.topics.conduct
  return {
    law: false,
    says: `${duty.says}。这里只保存不当行为的证据（${grounds.says}），不作其他用途。`,
    cite: citesOf(grounds),
  }
}

/** @param known the evidence that was found and belongs to this requester */
export function judgeEntry(
  said: { ground: string; what: string },
  known: Evidence,
  statute: Statute,
): Refused | null {
  const { grounds } = statute.topics.conduct
  const cite = citesOf(grounds)
  const list = valueOf(grounds, [])
  if (!list.some((g) => g.code === said.ground))
    return refuse(
      422,
      'groundUnknown',
      '没有这一情形',
      `只能记录规定列出的情形：${list.map((g) => g.label).join('、')}。`,
      cite,
    )
  if (known.orderId === null && known.contactId === null && known.recordingId === null)
    return refuse(
      422,
      'evidenceMissing',
      '没有证据',
      '没有证据不得记入。请写明该诉求人的办理单、联络或者录音。',
      basisOf(statute).cite,
    )
  return null
}

/** Two people: whoever made it never decides on it. */
export function judgeDecider(
  record: Pick<FileRecord, 'madeBy' | 'state'>,
  actor: { id: string },
): Refused | null {
  if (record.state !== 'proposed') return refuse(409, 'decidedBefore', '已经有结论', '请刷新后查看最新状态。')
  return record.madeBy === actor.id
    ? refuse(403, 'ownRecord', '不能确认自己提出的记录', '请由另一人确认。')
    : null
}

const later = (at: Date, days: number): Date => new Date(at.getTime() + days * 86_400_000)

export const entryExpires = (at: Date): Date => later(at, entryDays)

/** The statute's own article about telephone numbers, or that it has none. */
export function numberHandling(statute: Statute): { cite: string } | Refused {
  const { numberHandling: answer } = statute.topics.conduct
  const cite = answer && citesOf(answer)
  return cite
    ? { cite }
    : refuse(
        409,
        'notInThisStatute',
        '本市规定没有对电话号码的处置',
        '请劝阻、教育并告知后果；违反治安管理的，移送公安机关。',
        citesOf(statute.topics.conduct.grounds),
      )
}

export type MeasureSaid = {
  study: string
  participants: readonly string[]
  document: string
  until: string
}

/** @param entries those of this requester that are in force and that the measure names */
export function judgeMeasure(
  said: MeasureSaid,
  entries: readonly Entry[],
  hasTelephone: boolean,
  { cite, now }: { cite: string; now: Date },
): { until: Date } | Refused {
  const people = new Set(said.participants.map((name) => name.trim()).filter((name) => name !== ''))
  if (!said.study.trim() || !said.document.trim() || people.size < 2)
    return refuse(
      422,
      'studyMissing',
      '没有研究记录',
      '对电话的处置应当先经研究：请写明研究情况、参加人员（二人以上）和决定文号。',
      cite,
    )
  if (entries.length === 0)
    return refuse(
      422,
      'entriesMissing',
      '没有生效的行为记录',
      '处置应当以已经确认的行为记录为依据，请先记录并确认。',
      cite,
    )
  if (!hasTelephone)
    return refuse(422, 'noTelephone', '没有可以处置的电话', '该诉求人没有登记电话号码。', cite)
  const day = parseDay(said.until)
  const until = day === null ? null : endOf(day)
  if (until === null || until <= now || until > later(now, measureDays))
    return refuse(
      422,
      'measureTooLong',
      '处置期限不可行',
      `请填写 ${measureDays} 天以内的截止日期（本地规定）；需要延长的，届满前重新研究。`,
      cite,
    )
  return { until }
}

/** Whoever made or confirmed what is disputed, or wrote down the request, does not decide on it. */
export function judgeCorrection(
  correction: Correction,
  disputed: readonly Pick<FileRecord, 'madeBy' | 'decidedBy'>[],
  actor: { id: string },
): Refused | null {
  if (correction.decidedAt !== null) return refuse(409, 'decidedBefore', '更正申请已经答复', '请刷新后查看。')
  const involved = disputed.some((r) => r.madeBy === actor.id || r.decidedBy === actor.id)
  return involved || correction.askedBy === actor.id
    ? refuse(403, 'notIndependent', '您参与过这条记录', '更正申请应当由没有提出、确认或者登记过的人员决定。')
    : null
}
