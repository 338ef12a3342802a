import { Type, type Static } from 'typebox'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { leadLegOf, type WorkOrder } from '../model.ts'
import { openProcedures, type Procedure, type Rating, type ReEvaluated } from '../procedures.ts'
import { notHere, standsApart } from './apart.ts'
import { judgeScores, starsOf } from './rating.ts'
import {
  body,
  nextProcedure,
  ownLeg,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type Decided,
  type GateContext,
  type Refused,
} from './rule.ts'

/**
 * PURE. 异议、复评、审核 (鞍山 2019 第二十三条第三款): the unit objects to the rating, the centre re-evaluates, the office reviews;
 * then it is final. Every value that was ever given stays. Its limit (AS19-D13), and that the one who called back does not
 * re-evaluate, are local policy.
 */
const absent = ({ topics: { reEvaluation } }: Statute): Refused | null =>
  reEvaluation.ladder.basis === 'silent'
    ? notHere(
        '本市规定没有对评价的复评',
        reEvaluation.ladder,
        '对回访记录有疑问的，请向服务机构书面反映，由其核对原始答复。',
      )
    : null

const citeOf = (statute: Statute): string | null => citesOf(statute.topics.reEvaluation.ladder)

/** The objection that waits, with the rating it is against. */
function pending(order: WorkOrder): { objection: Procedure<'objection'>; rating: Rating } | Refused {
  const [objection] = openProcedures(order, 'objection')
  return objection && order.rating
    ? { objection, rating: order.rating }
    : refuse(409, 'noObjection', '没有待复评的异议', '承办单位提出异议后才能复评。')
}

export const objectRating = rule({
  label: '对评价提出异议',
  body: body({
    reason: words(4000),
    evidence: Type.Array(words(500), { minItems: 1, maxItems: 20 }),
  }),
  roles: () => unitRoles,
  states: ['concluded'],
  cite: citeOf,
  absent,
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    if (leg.role !== 'lead')
      return refuse(403, 'notLeadUnit', '评价对主办单位作出', '协办单位请向主办单位说明，由其提出异议。')
    if (!order.rating)
      return refuse(409, 'notRated', '还没有评定星级', '评定星级后才能提出异议。', citeOf(context.statute))
    if (order.rating.final)
      return refuse(
        409,
        'ratingFinal',
        '评价结果已经最后确定',
        '复评并经审核的结果不再变更。',
        citeOf(context.statute),
      )
    return openProcedures(order, 'objection').length > 0
      ? refuse(409, 'objectedBefore', '本单位已经提出异议', '请等待复评和审核。', citeOf(context.statute))
      : null
  },
  decide(order, { reason, evidence }, { statute }) {
    return {
      events: [
        {
          type: 'opened',
          kind: 'objection',
          n: nextProcedure(order),
          leg: leadLegOf(order)?.n ?? null,
          said: {
            reason,
            evidence,
            stars: order.rating?.stars ?? null,
            followUp: order.rating?.followUp ?? null,
          },
        },
      ],
      cite: citeOf(statute),
    }
  },
})

const score = Type.Optional(Type.Integer({ minimum: 1, maximum: 10 }))
/** Components that change; the stars follow from them by the same formula as ever. */
const components = { quality: score, satisfaction: score }
type Components = { quality?: number; satisfaction?: number }

/** What a rating becomes with these components; null keeps it. */
function reRated(rating: Rating, said: Components): Omit<ReEvaluated, 'reason'> {
  if (said.quality === undefined && said.satisfaction === undefined) return { stars: null, components: null }
  const { quality = 1, satisfaction = 1 } = { ...rating.components, ...given(said) }
  const next = { quality, satisfaction }
  return { stars: starsOf(next), components: next }
}

const given = ({ quality, satisfaction }: Components): Components => ({
  ...(quality === undefined ? {} : { quality }),
  ...(satisfaction === undefined ? {} : { satisfaction }),
})

export const reEvaluate = rule({
  label: '复评',
  body: body({ ...components, reason: words(4000) }),
  roles: () => ['auditor', 'teamLead', 'centreLeader'],
  states: ['concluded'],
  cite: citeOf,
  absent,
  barred(order, context) {
    const found = pending(order)
    if ('refused' in found) return found
    if (found.objection.outcome?.centre)
      return refuse(409, 'reEvaluatedBefore', '已经复评', '请等待办公室审核。', citeOf(context.statute))
    return standsApart(order, context) ?? calledBack(order, found.rating, context)
  },
  decide: decideReEvaluate,
})

/** Local policy: whoever called the requester does not review what came of it. */
function calledBack(order: WorkOrder, rating: Rating, { actor, statute }: GateContext): Refused | null {
  const { differentPeople } = statute.topics.reEvaluation
  const caller = order.followUps.find((f) => f.n === rating.followUp)?.by
  return valueOf(differentPeople, null) && caller === actor.id
    ? refuse(
        403,
        'samePerson',
        '您是原回访人，不能复评',
        '本市规定（非法定）复评人不得是原回访人，请交其他人员复评。',
        citesOf(differentPeople),
      )
    : null
}

function decideReEvaluate(
  order: WorkOrder,
  said: Components & { reason: string },
  { statute }: Context,
): Decided {
  const found = pending(order)
  if ('refused' in found) return found
  const wrong = judgeScores(Object.values(given(said)), statute)
  if (wrong) return wrong
  return {
    events: [
      {
        type: 'stepped',
        kind: 'objection',
        n: found.objection.n,
        centre: { ...reRated(found.rating, said), reason: said.reason },
      },
    ],
    cite: citeOf(statute),
  }
}

const confirmBody = body({
  /** With the centre's re-evaluation; without, the office names the components itself. */
  agree: Type.Boolean(),
  ...components,
  reason: words(4000),
})

export const confirmReEvaluation = rule({
  label: '审核复评',
  body: confirmBody,
  roles: () => ['office'],
  states: ['concluded'],
  cite: citeOf,
  absent,
  barred(order, context) {
    const found = pending(order)
    if ('refused' in found) return found
    const centre = found.objection.outcome?.centre
    if (!centre)
      return refuse(409, 'notReEvaluated', '服务中心还没有复评', '复评后再审核。', citeOf(context.statute))
    if (centre.by === context.actor.id)
      return refuse(
        403,
        'samePerson',
        '您就是复评人，不能审核',
        '复评和审核由两级进行，请交其他人员审核。',
        citeOf(context.statute),
      )
    return standsApart(order, context)
  },
  decide: decideConfirm,
})

function decideConfirm(order: WorkOrder, said: Static<typeof confirmBody>, context: Context): Decided {
  const { statute, actor, now } = context
  const found = pending(order)
  if ('refused' in found) return found
  const { objection, rating } = found
  const centre = objection.outcome?.centre
  if (!centre) return refuse(409, 'notReEvaluated', '服务中心还没有复评', '复评后再审核。', citeOf(statute))
  const own = given(said)
  if (said.agree !== (Object.keys(own).length === 0))
    return refuse(
      422,
      'reviewContradicts',
      said.agree ? '同意复评，却另外填写了评分' : '不同意复评，却没有写明评价结果',
      said.agree ? '请去掉评分，或改为不同意。' : '请填写办理质量或者满意度的评分，由此最后确定。',
      citeOf(statute),
    )
  const wrong = judgeScores(Object.values(own), statute)
  if (wrong) return wrong
  const final = said.agree ? centre : reRated(rating, own)
  const changed = final.stars !== null && final.stars !== rating.stars
  return {
    events: [
      {
        type: 'closed',
        kind: 'objection',
        n: objection.n,
        verdict: changed ? 'changed' : 'kept',
        outcome: {
          centre,
          office: { by: actor.id, at: now.toISOString(), reason: said.reason },
          reason: said.reason,
        },
      },
      { type: 'ratingFinal', stars: final.stars, components: final.components },
    ],
    cite: citeOf(statute),
  }
}
