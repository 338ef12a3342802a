import { Type, type Static } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { OrderEvent, WorkOrder } from '../model.ts'
import { leadLegOf } from '../model.ts'
import { proceduresOf, type FollowUp } from '../procedures.ts'
import { standsApart } from './apart.ts'
import { body, code, maybe, refuse, rule, type Context, type Decided, type Refused } from './rule.ts'
import { automatic } from './supervision-automatic.ts'
import { triggerOf } from './supervision-levels.ts'

/**
 * PURE. 回访 (鞍山 2019 第二十三条第一款、草案第十七条、白银 第十七条、丹东 第十四条): what the requester himself says of the
 * result. Raw answers are kept as they were given; stars and rates are computed from them.
 */

/** Tries after which a requester counts as not reached; local policy. */
export const maxTries = 3

/** Calls and messages since the order was concluded last: an earlier result was another matter. */
export const roundOf = ({
  followUps,
  concludedAt,
}: Pick<WorkOrder, 'followUps' | 'concludedAt'>): FollowUp[] =>
  followUps.filter((f) => concludedAt !== null && f.at >= concludedAt)

const answered = (f: FollowUp): boolean => f.reached && (f.solved !== null || f.satisfied !== null)

/** Nothing more is owed: he was reached, or tried often enough. */
const settled = (round: readonly FollowUp[]): boolean =>
  round.some((f) => f.reached) || round.length >= maxTries

/**
 * Knuth's multiplicative hash of the number's digits, as a share of one. The same in SQL (`owed-store.ts`), and always
 * the same for one order: nobody chooses whom to call.
 */
export const followUpShare = (number: string): number =>
  Number((BigInt(number.replace(/\D/g, '') || 0) * 2_654_435_761n) % 4_294_967_296n) / 4_294_967_296

/** @param rate share that is called, 0–1 */
export const chosenForFollowUp = ({ number }: Pick<WorkOrder, 'number'>, rate: number): boolean =>
  followUpShare(number) < rate

/** The share of the statute's concluded orders that are called: 1 where every one is. */
export function followUpRate(statute: Statute): number {
  const { coverage, rate } = statute.topics.followUp
  if (coverage.basis === 'silent') return 0
  return coverage.value === 'all' ? 1 : valueOf(rate, 1)
}

/** Why an order still has to be followed up, or null: each one, by the sample, supervised, dissatisfied before. */
export function owesFollowUp(
  order: WorkOrder,
  statute: Statute,
): 'each' | 'sample' | 'supervised' | 'dissatisfied' | null {
  if (order.state !== 'concluded' || settled(roundOf(order))) return null
  const rate = followUpRate(statute)
  if (rate >= 1) return 'each'
  if (rate === 0) return null
  if (proceduresOf(order, 'supervision').length > 0) return 'supervised'
  if (order.followUps.some((f) => f.satisfied === 'dissatisfied' || f.solved === false)) return 'dissatisfied'
  return chosenForFollowUp(order, rate) ? 'sample' : null
}

const followUpBody = body({
  channel: code,
  reached: Type.Boolean(),
  /** The requester's own answers; left out: not asked, or no answer. */
  solved: Type.Optional(Type.Boolean()),
  satisfied: Type.Optional(Type.Enum(['satisfied', 'basicallySatisfied', 'dissatisfied'])),
  says: maybe(4000),
  /** 办理结果不实: the result turned out to be untrue. */
  untrue: Type.Optional(Type.Boolean()),
})
type Said = Static<typeof followUpBody>

export const followUp = rule({
  label: '登记回访',
  body: followUpBody,
  roles: () => ['followUp', 'agent', 'teamLead'],
  states: ['concluded'],
  cite: (statute) => citesOf(statute.topics.followUp.coverage),
  barred(order, context) {
    const apart = standsApart(order, context)
    if (apart) return apart
    if (roundOf(order).some(answered))
      return refuse(409, 'followedUpBefore', '已经回访，诉求人已经答复', '请直接查看回访记录。')
    return owesFollowUp(order, context.statute) === null && roundOf(order).length === 0
      ? refuse(
          409,
          'notInSample',
          '这张办理单不在回访名单中',
          '抽查名单由编号确定，不由人挑选；督办过的和不满意的另外逐件回访。',
          citesOf(context.statute.topics.followUp.coverage),
        )
      : null
  },
  decide: decideFollowUp,
})

function decideFollowUp(order: WorkOrder, said: Said, { statute }: Context): Decided {
  const wrong = judgeFollowUp(said, statute)
  if (wrong) return wrong
  const { channel, reached, solved = null, satisfied = null, untrue = false } = said
  const events: OrderEvent[] = [
    {
      type: 'followedUp',
      n: order.followUps.length + 1,
      channel,
      reached,
      solved,
      satisfied,
      says: said.says?.trim() || null,
      ...(untrue ? { untrue } : {}),
    },
    ...(untrue ? supervised(order, statute, said.says?.trim() ?? '') : []),
  ]
  return { events, cite: citesOf(statute.topics.followUp.coverage) }
}

/** 对办理结果不实的事项，由平台负责督办 (丹东 第十六条): it begins with the call that found it. */
const untrueTrigger = 'untrueResult'
const supervised = (order: WorkOrder, statute: Statute, reason: string): OrderEvent[] =>
  automatic(order, leadLegOf(order)?.n ?? null, { trigger: untrueTrigger, reason }, statute)

function judgeFollowUp(said: Said, statute: Statute): Refused | null {
  const { channels } = statute.topics.followUp
  const known = valueOf(channels, [])
  if (!known.some(({ code: c }) => c === said.channel))
    return refuse(
      422,
      'channelUnknown',
      '本市不用这种方式回访',
      `请选择：${known.map(({ label }) => label).join('、')}。`,
      citesOf(channels),
    )
  if (!said.reached && (said.solved !== undefined || said.satisfied !== undefined || said.untrue))
    return refuse(422, 'answerOfNobody', '没有联系到诉求人，却填写了答复', '请去掉答复，或改为已联系到。')
  if (!said.untrue) return null
  if (!triggerOf(statute, untrueTrigger))
    return refuse(
      422,
      'untrueNoTrigger',
      '本市规定没有把“办理结果不实”列为督办情形',
      '请如实登记诉求人的答复；弄虚作假的，请按列出的情形督办。',
    )
  return said.says?.trim()
    ? null
    : refuse(
        422,
        'untrueWithoutFacts',
        '没有写明办理结果哪里不实',
        '请写明诉求人所说的情况，督办以此为据。',
        citesOf(statute.topics.followUp.coverage),
      )
}
