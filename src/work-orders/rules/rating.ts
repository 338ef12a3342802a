import { Type, type Static } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { WorkOrder } from '../model.ts'
import type { FollowUp } from '../procedures.ts'
import { notHere, standsApart } from './apart.ts'
import { roundOf } from './follow-up.ts'
import { body, refuse, rule, type Context, type Decided, type Refused } from './rule.ts'

/**
 * PURE. 星级评价 (鞍山 2019 第二十三条第二款): stars by the quality of the handling and by satisfaction. The text names the two
 * components; how they are put together is local policy:
 *
 * - quality: what the auditor or the centre scored, 1 to the highest star;
 * - satisfaction: the requester's own answer: satisfied the highest star, basically satisfied the middle one,
 *   dissatisfied 1;
 * - stars: their mean, whole; a half goes to the side of the requester, whose satisfaction is the only standard (第三条).
 *
 * Without one of the two there is no rating; nobody's silence is made into stars.
 */
export function starsOf({ quality, satisfaction }: { quality: number; satisfaction: number }): number {
  const mean = (quality + satisfaction) / 2
  return satisfaction > quality ? Math.ceil(mean) : Math.floor(mean)
}

/** @param stars the highest star */
export function satisfactionPoints(satisfied: NonNullable<FollowUp['satisfied']>, stars: number): number {
  const points = { satisfied: stars, basicallySatisfied: Math.ceil(stars / 2), dissatisfied: 1 }
  return points[satisfied]
}

/** The highest star, or 0 where the statute has no stars. */
export const highestStar = (statute: Statute): number => valueOf(statute.topics.rating.stars, 0)

/** Concluded and answered, and not rated yet: where results are rated by stars. */
export const owesRating = (order: WorkOrder, statute: Statute): boolean =>
  highestStar(statute) > 0 &&
  order.state === 'concluded' &&
  !ratedNow(order) &&
  roundOf(order).some((f) => f.satisfied !== null)

/** Is what was concluded last rated? */
const ratedNow = ({ rating, concludedAt }: Pick<WorkOrder, 'rating' | 'concludedAt'>): boolean =>
  rating !== null && concludedAt !== null && rating.at >= concludedAt

const score = Type.Integer({ minimum: 1, maximum: 10 })
const rateBody = body({
  followUp: Type.Integer({ minimum: 1 }),
  /** 办理质量; the auditor's where it is left out. */
  quality: Type.Optional(score),
  /** 服务态度、工作效率 …: the requester's own, by the codes of the statute. */
  dimensions: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), score)),
})
type Said = Static<typeof rateBody>

export const rate = rule({
  label: '评定星级',
  body: rateBody,
  roles: () => ['auditor', 'followUp', 'teamLead', 'centreLeader'],
  states: ['concluded'],
  cite: (statute) => citesOf(statute.topics.rating.components),
  absent: ({ topics: { rating } }) =>
    rating.stars.basis === 'silent'
      ? notHere(
          '本市规定没有星级评价',
          rating.stars,
          '请登记诉求人的原始答复；各项比率由原始答复计算，不需要评定星级。',
        )
      : null,
  barred: (order, context) =>
    standsApart(order, context) ??
    (ratedNow(order)
      ? refuse(
          409,
          'ratedBefore',
          '已经评定星级',
          '承办单位有异议的，请按复评程序办理。',
          citesOf(context.statute.topics.rating.components),
        )
      : null),
  decide: decideRate,
})

function decideRate(order: WorkOrder, said: Said, { statute }: Context): Decided {
  const { components } = statute.topics.rating
  const cite = citesOf(components)
  const found = roundOf(order).find((f) => f.n === said.followUp)
  if (!found) return refuse(422, 'followUpUnknown', '没有这次回访', '请从本次办结后的回访中选择。', cite)
  if (found.satisfied === null)
    return refuse(
      422,
      'satisfactionMissing',
      '没有诉求人的满意度，不能评定星级',
      '星级由办理质量和满意度两项组成；没有联系到或者没有表态的，不评星级。',
      cite,
    )
  const quality = said.quality ?? order.audits.findLast((a) => a.passed)?.quality
  if (quality === undefined)
    return refuse(
      422,
      'qualityMissing',
      '没有办理质量，不能评定星级',
      '星级由办理质量和满意度两项组成，请填写办理质量。',
      cite,
    )
  const wrong = judgeScores([quality, ...Object.values(said.dimensions ?? {})], statute)
  if (wrong) return wrong
  const stranger = unknownDimension(said.dimensions ?? {}, statute)
  if (stranger) return stranger
  const scores = { quality, satisfaction: satisfactionPoints(found.satisfied, highestStar(statute)) }
  return {
    events: [
      {
        type: 'rated',
        stars: starsOf(scores),
        components: scores,
        dimensions: said.dimensions ?? {},
        followUp: found.n,
      },
    ],
    cite,
  }
}

/** Scores are whole stars of the statute. */
export function judgeScores(scores: readonly number[], statute: Statute): Refused | null {
  const stars = highestStar(statute)
  return scores.some((s) => s > stars)
    ? refuse(422, 'starsOutOfRange', '星级超出范围', `请填一至${stars}星。`)
    : null
}

function unknownDimension(dimensions: Record<string, number>, statute: Statute): Refused | null {
  const { dimensions: topic } = statute.topics.rating
  const known = valueOf(topic, [])
  return Object.keys(dimensions).some((d) => !known.some(({ code }) => code === d))
    ? refuse(
        422,
        'dimensionUnknown',
        '没有这一评价方面',
        `请从列出的方面中选择：${known.map(({ label }) => label).join('、')}。`,
        citesOf(topic),
      )
    : null
}
