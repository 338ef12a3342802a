import { Type, type Static } from 'typebox'
import type { Statute, TerminationGround } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'
import type { WorkOrder } from '../model.ts'
import { openProcedures } from '../procedures.ts'
import { leadOf, notHere, standsApart } from './apart.ts'
import {
  body,
  code,
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
 * PURE. 终止办理: in the draft of Anshan (第十四条第四项) the unit applies with proof and the centre audits; in Baiyin (第十九条)
 * the platform decides. The requester is told in every case. No text lets
 * a terminated matter be taken up again: what is new is registered anew.
 */
type Grounds = readonly Answer<TerminationGround>[]

const groundsBy = (statute: Statute, by: TerminationGround['by']): Grounds =>
  statute.topics.termination.grounds.filter((g) => g.basis !== 'silent' && g.value.by === by)

const citeBy =
  (by: TerminationGround['by']) =>
  (statute: Statute): string | null => {
    const [first] = groundsBy(statute, by)
    return first ? citesOf(first) : null
  }

const find = (
  grounds: Grounds,
  wanted: string,
): { ground: TerminationGround; cite: string | null } | null => {
  const answer = grounds.find((g) => g.basis !== 'silent' && g.value.code === wanted)
  return answer && answer.basis !== 'silent' ? { ground: answer.value, cite: citesOf(answer) } : null
}

const labels = (grounds: Grounds): string =>
  grounds.flatMap((g) => (g.basis === 'silent' ? [] : [g.value.label])).join('、')

const unknownGround = (grounds: Grounds, cite: string | null): Refused =>
  refuse(422, 'groundUnknown', '没有这一终止办理的情形', `请选择：${labels(grounds)}。`, cite)

/** Where the statute gives this way of ending to somebody else, or to nobody. */
function absentUnless(by: TerminationGround['by'], other: string) {
  return (statute: Statute): Refused | null => {
    if (groundsBy(statute, by).length > 0) return null
    const { grounds } = statute.topics.termination
    const silent = grounds.find((g) => g.basis === 'silent')
    return silent
      ? notHere(
          '本市规定没有终止办理',
          silent,
          '请继续办理；办理不下去的，请报请上级协调，并向诉求人说明情况。',
        )
      : refuse(409, 'notInThisStatute', '本市规定的终止办理不由这一步作出', other)
  }
}

/** A try to reach the requester, or to win his help. */
const Attempt = Type.Object({
  at: Type.String({ format: 'date-time', maxLength: 40 }),
  way: words(40),
  note: words(1000),
})
const attempts = Type.Array(Attempt, { maxItems: 50 })

/** Tries lie in the past: a plan is no proof. */
const judgeAttempts = (tries: readonly Static<typeof Attempt>[], now: Date): Refused | null =>
  tries.some(({ at }) => !(new Date(at) <= now))
    ? refuse(422, 'attemptInFuture', '联系记录的时间还没有到', '请填写实际联系诉求人的时间。')
    : null

const applyBody = body({
  ground: code,
  reason: words(4000),
  /** 证明材料. */
  proof: Type.Array(words(500), { minItems: 1, maxItems: 20 }),
  attempts,
})

export const applyTermination = rule({
  label: '申请终止办理',
  body: applyBody,
  roles: () => unitRoles,
  states: ['dispatched'],
  cite: citeBy('unitWithAudit'),
  absent: absentUnless('unitWithAudit', '请向平台说明诉求人不配合等情况，由平台决定是否终止办理。'),
  barred(order, context) {
    const leg = ownLeg(order, context)
    if ('refused' in leg) return leg
    if (leg.role !== 'lead')
      return refuse(403, 'notLeadUnit', '终止办理由主办单位申请', '协办单位请向主办单位说明情况。')
    return openProcedures(order, 'termination').length > 0
      ? refuse(409, 'appliedBefore', '本单位已经申请终止办理', '请等待审核；审核前办理时限继续计算。')
      : null
  },
  decide(order, said, { statute, now }) {
    const grounds = groundsBy(statute, 'unitWithAudit')
    const found = find(grounds, said.ground)
    const lead = leadOf(order)
    if ('refused' in lead) return lead
    if (!found) return unknownGround(grounds, citeBy('unitWithAudit')(statute))
    const proof = said.proof.map((paper) => paper.trim()).filter((paper) => paper !== '')
    if (found.ground.proof && proof.length === 0)
      return refuse(
        422,
        'proofMissing',
        '没有提交证明材料',
        '请写明证明材料的名称，例如通话清单、上门记录，再申请终止办理。',
        found.cite,
      )
    if (found.ground.attempts && said.attempts.length === 0)
      return refuse(
        422,
        'attemptsMissing',
        '没有联系诉求人的记录',
        '请逐次填写联系诉求人的时间、方式和情况，与证明材料一并提交。',
        found.cite,
      )
    const wrong = judgeAttempts(said.attempts, now)
    if (wrong) return wrong
    const { ground, reason } = said
    return {
      events: [
        {
          type: 'opened',
          kind: 'termination',
          n: nextProcedure(order),
          leg: lead.n,
          said: { ground, reason, proof, attempts: said.attempts },
        },
      ],
      cite: found.cite,
    }
  },
})

const toldWords = Type.Optional(words(1000))

export const decideTermination = rule({
  label: '审核终止申请',
  body: body({
    approve: Type.Boolean(),
    reason: words(4000),
    /** What the requester is told of an approved end. */
    tell: toldWords,
  }),
  roles: () => ['auditor', 'teamLead', 'centreLeader'],
  states: ['dispatched', 'fedBack'],
  cite: citeBy('unitWithAudit'),
  absent: absentUnless('unitWithAudit', '平台可以直接终止办理，不需要审核承办单位的申请。'),
  barred: (order, context) =>
    standsApart(order, context) ??
    (openProcedures(order, 'termination').length === 0
      ? refuse(409, 'noApplication', '没有待审核的终止申请', '承办单位提交证明材料后才能审核。')
      : null),
  decide(order, said, { statute }) {
    const [applied] = openProcedures(order, 'termination')
    const cite = citeBy('unitWithAudit')(statute)
    if (!applied) return refuse(409, 'noApplication', '没有待审核的终止申请', '请刷新后查看。', cite)
    const { approve, reason } = said
    const tell = said.tell?.trim() ?? ''
    if (approve && tell === '') return notTold(cite)
    const verdict = approve ? 'approved' : 'refused'
    return {
      events: [
        { type: 'closed', kind: 'termination', n: applied.n, verdict, outcome: { reason } },
        ...(approve ? [{ type: 'terminated' as const, ground: applied.said.ground, reason, tell }] : []),
      ],
      cite: find(groundsBy(statute, 'unitWithAudit'), applied.said.ground)?.cite ?? cite,
    }
  },
})

const notTold = (cite: string | null): Refused =>
  refuse(
    422,
    'requesterNotTold',
    '没有写明告知诉求人的内容',
    '请写明终止办理的理由，以及有新的情况可以另行提出。',
    cite,
  )

const terminateBody = body({
  ground: code,
  reason: words(4000),
  /** What the ground demands, each with its facts, by its code. */
  facts: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 4000 }))),
  attempts: Type.Optional(attempts),
  tell: toldWords,
})

export const terminate = rule({
  label: '终止办理',
  body: terminateBody,
  roles: () => ['teamLead', 'centreLeader'],
  states: ['registered', 'awaitingMaterial', 'accepted', 'dispatched', 'fedBack'],
  cite: citeBy('platform'),
  absent: absentUnless('platform', '由承办单位提交证明材料申请，经审核后终止办理。'),
  barred: (order: WorkOrder, context: GateContext) => standsApart(order, context),
  decide: decideTerminate,
})

function decideTerminate(
  _order: WorkOrder,
  said: Static<typeof terminateBody>,
  { statute, now }: Context,
): Decided {
  const grounds = groundsBy(statute, 'platform')
  const found = find(grounds, said.ground)
  if (!found) return unknownGround(grounds, citeBy('platform')(statute))
  const { ground, cite } = found
  const unshown = (ground.needs ?? []).filter((need) => !said.facts?.[need.code]?.trim())
  if (unshown.length > 0)
    return refuse(
      422,
      'groundNotShown',
      '终止办理的条件没有逐项写明',
      `请写明：${unshown.map(({ label }) => label).join('、')}；各项都具备才能终止办理。`,
      cite,
    )
  // Not helping is shown by tries to win his help; an unlawful demand needs none.
  const tries = said.attempts ?? []
  if (ground.attempts && tries.length === 0)
    return refuse(
      422,
      'attemptsMissing',
      '没有联系诉求人的记录',
      '请逐次填写请诉求人配合的时间、方式和情况。',
      cite,
    )
  const tell = said.tell?.trim() ?? ''
  const wrong = judgeAttempts(tries, now) ?? (tell === '' ? notTold(cite) : null)
  if (wrong) return wrong
  const facts = said.facts && Object.keys(said.facts).length > 0 ? { facts: said.facts } : {}
  return {
    events: [
      {
        type: 'terminated',
        ground: said.ground,
        reason: said.reason,
        tell,
        ...facts,
        ...(tries.length > 0 ? { attempts: tries } : {}),
      },
    ],
    cite,
  }
}
