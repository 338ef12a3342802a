import { Type, type Static } from 'typebox'
import type { Role } from '../../base/actor.ts'
import type { Onward, Statute } from '../../statutes/statute.ts'
import { citesOf } from '../../statutes/types.ts'
import { leadLegOf, openStates, orderStates, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, proceduresOf, type Procedure } from '../procedures.ts'
import { wasLate } from './handling-clock.ts'
import {
  body,
  code,
  nextProcedure,
  refuse,
  rule,
  words,
  type Context,
  type Decided,
  type Refused,
} from './rule.ts'

/**
 * PURE. 移送、移交、提交督查、约谈: a grave matter is handed on to another body, on grounds of the statute, with a dossier; its
 * receipt is recorded. The petition office takes the matter itself (丹东 第十八条); with every other the order goes on. What
 * a unit reports upward itself is an escalation.
 */
export const onwardRoles: readonly Role[] = ['supervisor', 'centreLeader', 'office', 'confidentialDesk']

/** To whom the statute lets a matter be handed on by that code, with its article. */
export function onwardOf(statute: Statute, to: string): { onward: Onward; cite: string | null } | null {
  for (const answer of statute.topics.supervision.onward)
    if (answer.basis !== 'silent' && answer.value.code === to)
      return { onward: answer.value, cite: citesOf(answer) }
  return null
}

/** The first article by which anything is handed on. */
const citeOf = (statute: Statute): string | null =>
  statute.topics.supervision.onward.map(citesOf).find((cite) => cite !== null) ?? null

const recipients = (statute: Statute): string =>
  statute.topics.supervision.onward
    .flatMap((o) => (o.basis === 'silent' || o.value.by === 'unit' ? [] : [o.value.label]))
    .join('、')

/** Handed on, and not merely proposed. */
export const handedOn = (order: Pick<WorkOrder, 'procedures'>): Procedure<'onward'>[] =>
  proceduresOf(order, 'onward').filter((p) => !p.said.proposed)

const proposals = (order: Pick<WorkOrder, 'procedures'>): Procedure<'onward'>[] =>
  openProcedures(order, 'onward').filter((p) => p.said.proposed)

const handOnBody = body({
  to: code,
  grounds: Type.Array(code, { minItems: 1, maxItems: 10 }),
  reason: words(4000),
  /** What the requester is told, where the matter itself goes to another body. */
  tell: Type.Optional(words(1000)),
})
type Said = Static<typeof handOnBody>

/** An order that was merged is another's matter: that one is handed on. */
const anyState = orderStates.filter((state) => state !== 'merged')

export const handOn = rule({
  label: '移送、提交其他机关',
  body: handOnBody,
  roles: () => onwardRoles,
  states: anyState,
  cite: citeOf,
  decide: decideHandOn,
})

function decideHandOn(order: WorkOrder, said: Said, context: Context): Decided {
  const { statute } = context
  const found = onwardOf(statute, said.to)
  if (!found)
    return refuse(
      422,
      'recipientUnknown',
      '本市规定没有这一移送去向',
      `可以移送、提交的有：${recipients(statute)}。`,
    )
  const { onward, cite } = found
  const wrong =
    judgeSender(onward, cite, context) ??
    judgeGrounds(order, said, onward, cite, context) ??
    judgeAgain(order, said, cite) ??
    (takesMatter(onward) ? judgeTransfer(order, said, cite) : null)
  if (wrong) return wrong
  const { to, grounds, reason } = said
  const taken = proposals(order).filter((p) => p.said.to === to)
  const events: OrderEvent[] = [
    ...taken.map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'onward',
      n,
      verdict: 'handedOn',
      outcome: { receipt: null },
    })),
    {
      type: 'opened',
      kind: 'onward',
      n: nextProcedure(order),
      leg: leadLegOf(order)?.n ?? null,
      said: { to, grounds, reason, dossier: null },
    },
    ...(takesMatter(onward)
      ? [{ type: 'transferred' as const, to: onward.to, reason, tell: said.tell?.trim() ?? '' }]
      : []),
  ]
  return { events, cite }
}

const takesMatter = (onward: Onward): boolean => onward.to === 'petitionOffice'

function judgeSender(onward: Onward, cite: string | null, { actor }: Context): Refused | null {
  if (onward.by === 'unit')
    return refuse(
      422,
      'handedOnByUnit',
      `${onward.label}由承办单位提出`,
      '请承办单位用“报请上级协调”办理。',
      cite,
    )
  return onward.by === 'government' && actor.role !== 'office'
    ? refuse(403, 'officeOnly', `${onward.label}由政府决定`, '请由办公室登记政府的决定。', cite)
    : null
}

function judgeGrounds(
  order: WorkOrder,
  { grounds }: Said,
  onward: Onward,
  cite: string | null,
  context: Context,
): Refused | null {
  for (const ground of grounds) {
    const known = onward.grounds.find((g) => g.code === ground)
    if (!known)
      return refuse(
        422,
        'groundUnknown',
        `没有这一${onward.label}的情形`,
        `请选择：${onward.grounds.map((g) => g.label).join('、')}。`,
        cite,
      )
    const lacking = factsOf[`${onward.code}.${ground}`]?.(order, context) ?? null
    if (lacking !== null)
      return refuse(422, 'groundNotShown', `“${known.label}”与办理单的记录不符`, lacking, cite)
  }
  return null
}

function judgeAgain(order: WorkOrder, { to }: Said, cite: string | null): Refused | null {
  return handedOn(order).some((p) => p.said.to === to && p.closedAt === null)
    ? refuse(409, 'handedOnBefore', '已经移送，还没有回执', '请登记接收机关的回执；不必重复移送。', cite)
    : null
}

function judgeTransfer(order: WorkOrder, { tell }: Said, cite: string | null): Refused | null {
  if (!openStates.includes(order.state))
    return refuse(409, 'wrongState', '办理单已经结束，不能移交', '诉求人再次反映的，请另行登记。', cite)
  return tell?.trim()
    ? null
    : refuse(
        422,
        'requesterNotTold',
        '没有写明告知诉求人的内容',
        '移交后由接收机关协调处理，请写明告知诉求人的内容。',
        cite,
      )
}

/** Supervisions that did not settle the matter. */
const inVain = (order: WorkOrder): number =>
  proceduresOf(order, 'supervision').filter((p) => p.verdict !== 'settled' && p.verdict !== 'withdrawn')
    .length

/** How often the matter was handled: again after a failed audit, and again after a complaint. */
const timesHandled = (order: WorkOrder): number =>
  1 +
  order.audits.filter((a) => a.then === 'return').length +
  order.followUps.filter((f) => f.verdict?.then === 'handleAgain').length

const overdue = (order: WorkOrder, context: Context): boolean =>
  context.clocks.some(
    (clock) =>
      context.statute.terms[clock.term]?.ends.includes('workOrder.fedBack') && wasLate(order, clock, context),
  )

const supervisedAtLeast =
  (times: number) =>
  (order: WorkOrder): string | null =>
    inVain(order) >= times
      ? null
      : `需要有${times}次没有解决问题的督办，现有${inVain(order)}次；请先督办，或者选择其他情形。`

const handledTwice = (order: WorkOrder): string | null =>
  timesHandled(order) >= 2 ? null : '这张办理单只办理过一次；请选择其他情形。'

const isOverdue = (order: WorkOrder, context: Context): string | null =>
  overdue(order, context) ? null : '这张办理单没有超过办理期限；请选择其他情形。'

/**
 * Grounds whose facts are on record, by recipient and ground: null, or what the record lacks. The other grounds rest on
 * the judgement and the words of whoever hands on.
 */
const factsOf: Readonly<Record<string, (order: WorkOrder, context: Context) => string | null>> = {
  'discipline.clearlyOverdue': isOverdue,
  'discipline.supervisedInVain': supervisedAtLeast(2),
  'discipline.sentBackWithoutReason': (order) =>
    proceduresOf(order, 'sendBack').filter((p) => p.verdict === 'refused').length >= 2
      ? null
      : '需要有二次经审查不成立的退回申请；请选择其他情形。',
  'discipline.stillComplained': handledTwice,
  'discipline.leftUndone': supervisedAtLeast(1),
  'governmentInspection.supervisedInVain': supervisedAtLeast(1),
  'governmentInspection.promiseBroken': isOverdue,
  'deputies.repeatedlyIneffective': handledTwice,
  'clues.repeatedAccountability': (order) =>
    proceduresOf(order, 'onward').some(
      (p) => p.said.proposed && p.said.grounds.includes('repeatedAccountability'),
    )
      ? null
      : '责任追究记录没有达到次数；请先登记责任追究决定，达到次数时系统自动提示。',
}

const which = { procedure: Type.Integer({ minimum: 1 }) }

export const recordReceipt = rule({
  label: '登记移送回执',
  body: body({ ...which, receipt: words(500) }),
  roles: () => onwardRoles,
  states: orderStates,
  cite: citeOf,
  barred: (order) =>
    handedOn(order).some((p) => p.closedAt === null)
      ? null
      : refuse(409, 'nothingHandedOn', '没有等待回执的移送', '移送以后才能登记回执。'),
  decide(order, { procedure, receipt }, { statute }) {
    const found = handedOn(order).find((p) => p.n === procedure && p.closedAt === null)
    if (!found) return refuse(422, 'onwardUnknown', '没有这次等待回执的移送', '请刷新后重新选择。')
    return {
      events: [{ type: 'closed', kind: 'onward', n: procedure, verdict: 'received', outcome: { receipt } }],
      cite: onwardOf(statute, found.said.to)?.cite ?? null,
    }
  },
})

/** The program proposes by counting; a person who decides otherwise says why. */
export const declineOnward = rule({
  label: '不采纳移送提示',
  body: body({ ...which, reason: words(4000) }),
  roles: () => onwardRoles,
  states: orderStates,
  cite: citeOf,
  barred: (order) =>
    proposals(order).length > 0
      ? null
      : refuse(409, 'nothingProposed', '没有待处理的移送提示', '请刷新后查看。'),
  decide(order, { procedure, reason }, { statute }) {
    const found = proposals(order).find((p) => p.n === procedure)
    if (!found) return refuse(422, 'onwardUnknown', '没有这条移送提示', '请刷新后重新选择。')
    return {
      events: [
        {
          type: 'closed',
          kind: 'onward',
          n: procedure,
          verdict: 'declined',
          outcome: { receipt: null, reason },
        },
      ],
      cite: onwardOf(statute, found.said.to)?.cite ?? null,
    }
  },
})
