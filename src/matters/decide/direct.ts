import { problem, type Problem } from '../../base/problem.ts'
import type { Calendar } from '../../statutes/calendar.ts'
import { dueOf } from '../../statutes/deadline.ts'
import type { Labelled, Statute } from '../../statutes/statute.ts'
import type { HandlingClass, Term } from '../../statutes/term.ts'
import { citesOf, citeText, valueOf } from '../../statutes/types.ts'
import type { DirectContact, DirectDuty } from '../model.ts'
import { basisOf } from './entry.ts'

/**
 * PURE. What a unit owes to whoever came to it or called it past the hotline (丹东 第十条, 鞍山 2019 第二十八条). Where the
 * text gives no term there is no clock.
 */

/** 咨询, and 查询 where the text tells them apart. */
export const asksOnly = (kind: string): boolean => kind === 'consultation' || kind === 'inquiry'

/** Which duty is owed: to answer, to guide, or to have a dispute decided. */
export type Owed = { duty: DirectDuty; kind: string }

function termsNamed(statute: Statute, ids: readonly string[]): Term[] {
  return ids.map((id) => {
    const term = statute.terms[id]
    if (!term) throw new Error(`${statute.slug} names the term ${id} and does not have it`)
    return term
  })
}

/** The term of what is owed, or null where the statute has none. */
export function termOfDirect(statute: Statute, { duty, kind }: Owed): Term | null {
  const { referral, dispatch } = statute.topics
  const told = valueOf<string | null>(referral.otherChannels, null)
  const dispute = valueOf<string | null>(dispatch.dispute, null)
  switch (duty) {
    case 'notOwn':
      return termsNamed(statute, told === null ? [] : [told]).find(isOfGuiding) ?? null
    case 'disputed':
      return (
        termsNamed(statute, dispute === null ? [] : [dispute]).find((t) => t.starts === 'dispute.arose') ??
        null
      )
    case 'own': {
      const own = dispatch.directContact ? valueOf<readonly string[]>(dispatch.directContact, []) : []
      // the term of a consultation may also end by guiding; that of help ends by its result alone (丹东 第十条)
      return (
        termsNamed(statute, own).find(
          (t) => t.ends.includes('requester.answered') && isOfGuiding(t) === asksOnly(kind),
        ) ?? null
      )
    }
  }
}

const isOfGuiding = (term: Term): boolean => term.ends.includes('referral.told')

export type StartedClock = {
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  calendarVersion: string
  cite: string
}

/** @param start when the unit was asked, or when the dispute arose */
export function clockOfDirect(
  statute: Statute,
  owed: Owed,
  start: Date,
  calendar: Calendar,
): StartedClock | null {
  const term = termOfDirect(statute, owed)
  return term && clockOfTerm(term, start, calendar)
}

export function clockOfTerm(term: Term, start: Date, calendar: Calendar): StartedClock | null {
  const found = dueOf(term, start, calendar)
  if ('refused' in found || found.due === null) return null
  return {
    term: term.id,
    startedAt: start,
    due: found.due,
    provisional: found.provisional,
    localPolicy: term.basis !== 'law',
    calendarVersion: found.calendarVersion,
    cite: citeText(term.cite),
  }
}

/** Why no clock runs, in Chinese. */
export function whyNoClock(statute: Statute, owed: Owed): string {
  const term = termOfDirect(statute, owed)
  if (term) return `${term.name}按${term.words ?? '规定时限'}，平台没有设定期限。`
  const { referral, dispatch } = statute.topics
  const answer = { own: dispatch.directContact, notOwn: referral.otherChannels, disputed: dispatch.dispute }[
    owed.duty
  ]
  return answer?.basis === 'silent'
    ? `${answer.says}，系统不设期限。`
    : '本市规定没有写明承办单位直接接到的诉求的期限，系统不设期限。'
}

/** That the unit asked first leads: law in 丹东, elsewhere the way in which this centre does it. */
export const firstAsked = (statute: Statute) => basisOf(statute.topics.dispatch.directContact)

/** What must be told of a matter that is not the unit's own. */
export function tellsOf(statute: Statute): { tells: readonly Labelled[]; cite: string | null } {
  const answer = statute.topics.referral.tellsOfOtherDuty
  if (answer && answer.basis !== 'silent') return { tells: answer.value, cite: citesOf(answer) }
  return { tells: [{ code: 'notOurs', label: '不属于本单位职责' }], cite: null }
}

/** @returns why the guidance is not complete, or null */
export function judgeTold(statute: Statute, told: Readonly<Record<string, string>>): Problem | null {
  const { tells, cite } = tellsOf(statute)
  const missing = tells.filter(({ code }) => !told[code]?.trim())
  const strange = Object.keys(told).filter((given) => !tells.some(({ code }) => code === given))
  if (missing.length === 0 && strange.length === 0) return null
  return problem(
    422,
    'toldIncomplete',
    '没有写明告知的内容',
    `应当写明：${tells.map(({ label }) => label).join('、')}。`,
    {
      errors: [
        ...missing.map(({ code, label }) => ({ field: `told.${code}`, message: `缺少：${label}` })),
        ...strange.map((given) => ({ field: `told.${given}`, message: '不是需要告知的内容' })),
      ],
      ...(cite ? { cite } : {}),
    },
  )
}

const settled = (): Problem =>
  problem(409, 'directSettled', '这条首问登记已经处理', '请刷新后查看处理结果；再次提出的请另行登记。')

/** Which steps an open contact can take. @param reported whether its dispute has been reported upward */
export function judgeStep(
  direct: Pick<DirectContact, 'state'>,
  step: 'answered' | 'guided' | 'workOrder' | 'disputed' | 'disputeReported' | 'disputeDecided',
  reported: boolean,
): Problem | null {
  const ofDispute = step === 'disputeReported' || step === 'disputeDecided'
  switch (direct.state) {
    case 'open':
      return ofDispute
        ? problem(409, 'noDispute', '没有待确定的职责争议', '对职责有争议的，请先登记争议。')
        : null
    case 'disputed':
      if (!ofDispute)
        return problem(409, 'disputeOpen', '职责争议还没有确定', '请先登记上级或者主管部门的决定。')
      if (step === 'disputeReported')
        return reported
          ? problem(409, 'disputeReportedBefore', '争议已经上报', '请等待上级或者主管部门研究确定。')
          : null
      return reported
        ? null
        : problem(409, 'disputeNotReported', '争议还没有上报', '请先登记上报情况，再登记决定。')
    default:
      return settled()
  }
}

/** 办理类别 of an order that a unit opens for itself, where the statute has classes. */
export function classOf(
  statute: Statute,
  kind: string,
  said: HandlingClass | undefined,
): HandlingClass | undefined {
  if (statute.topics.dispatch.classes.basis === 'silent') return said
  return said ?? (asksOnly(kind) ? 'consultation' : 'general')
}

export function judgeKind(statute: Statute, kind: string): Problem | null {
  const { kinds } = statute.topics.acceptance
  if (valueOf(kinds, []).some(({ code }) => code === kind)) return null
  const cite = citesOf(kinds)
  return problem(422, 'kindUnknown', '诉求类别不在可选范围内', '请从列出的类别中选择。', {
    errors: [{ field: 'kind', message: '没有这个诉求类别' }],
    ...(cite ? { cite } : {}),
  })
}
