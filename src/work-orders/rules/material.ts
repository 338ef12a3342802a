import { Type } from 'typebox'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { startTerm } from '../clock.ts'
import type { OrderEvent, WorkOrder } from '../model.ts'
import { openProcedures, proceduresOf } from '../procedures.ts'
import {
  body,
  maybe,
  nextProcedure,
  refuse,
  rolesNamed,
  rule,
  words,
  type Context,
  type Decided,
  type Refused,
} from './rule.ts'

/**
 * PURE. Material that the requester has to supply (补齐材料). Where the statute gives it a day, the order waits for it
 * (鞍山草案第十二条第二款第二项); elsewhere it is asked for and nothing waits.
 */
const intakeRoles = (statute: Statute) =>
  rolesNamed(valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, []))

export const requestMaterial = rule({
  label: '通知补齐材料',
  body: body({
    items: Type.Array(words(200), { minItems: 1, maxItems: 20 }),
    /** How and in which words the requester was told what is missing and until when. */
    told: Type.Object({ way: words(40), text: words(4000) }),
  }),
  roles: intakeRoles,
  states: ['registered', 'accepted'],
  cite: (statute) => citesOf(statute.topics.material.request),
  barred: (order) =>
    openProcedures(order, 'material').length > 0
      ? refuse(409, 'materialAsked', '已经通知诉求人补齐材料', '请等待补齐，补齐后使用“补充要素”登记。')
      : null,
  decide(order, { items, told }, context) {
    const cite = citesOf(context.statute.topics.material.request)
    const named = items.map((item) => item.trim()).filter((item) => item !== '')
    if (named.length === 0 || !told.way.trim() || !told.text.trim())
      return refuse(
        422,
        'materialUnnamed',
        '没有写明缺少的材料或者告知的内容',
        '请逐项写明材料，并写明怎样告知诉求人。',
        cite,
      )
    const n = nextProcedure(order)
    const event: OrderEvent = {
      type: 'opened',
      kind: 'material',
      n,
      leg: null,
      said: { items: named, until: untilOf(order, n, context), told },
    }
    return { events: [event], cite }
  },
})

function untilOf(order: WorkOrder, n: number, { statute, calendar, now }: Context): string | null {
  const term = statute.terms[valueOf(statute.topics.material.request, '')]
  const clock = term && startTerm(term, order, { procedure: n }, now, { statute, calendar })
  return clock ? formatInstant(clock.due) : null
}

const absent = (statute: Statute): Refused | null => {
  const { notSupplied } = statute.topics.material
  if (notSupplied.basis !== 'silent' && notSupplied.value === 'closedMayReopen') return null
  return refuse(
    409,
    'notInThisStatute',
    '本市规定没有因材料逾期结束办理',
    `${notSupplied.says}。确实无法办理的，请按不予受理或者终止办理的规定处理。`,
    citesOf(notSupplied),
  )
}

export const closeForMaterial = rule({
  label: '材料逾期未补齐，结束',
  body: body({ tell: words(1000) }),
  roles: intakeRoles,
  states: ['awaitingMaterial'],
  cite: (statute) => citesOf(statute.topics.material.request),
  absent,
  barred(order, { now, statute }) {
    const [asked] = openProcedures(order, 'material')
    const until = asked?.said.until ?? null
    return until === null || now >= new Date(until)
      ? null
      : refuse(
          409,
          'materialNotYetDue',
          '补齐材料的期限还没有届满',
          `诉求人可以在 ${until} 之前补齐，届时仍未补齐的才能结束。`,
          citesOf(statute.topics.material.request),
        )
  },
  decide(order, { tell }, { statute }) {
    const closes = openProcedures(order, 'material').map(({ n }): OrderEvent => ({
      type: 'closed',
      kind: 'material',
      n,
      verdict: 'notSupplied',
      outcome: { late: true },
    }))
    const reason = '规定期限内没有补齐必要材料'
    return {
      events: [...closes, { type: 'terminated', ground: 'materialNotSupplied', reason, tell }],
      cite: citesOf(statute.topics.material.notSupplied),
    }
  },
})

/** Closed because its material was not supplied in time. */
const closedForMaterial = (order: Pick<WorkOrder, 'procedures' | 'state'>): boolean =>
  order.state === 'terminated' && proceduresOf(order, 'material').at(-1)?.verdict === 'notSupplied'

export const reopen = rule({
  label: '重新提出',
  body: body({ reason: words(1000), facts: maybe(10_000) }),
  roles: intakeRoles,
  states: ['terminated'],
  cite: (statute) => citesOf(statute.topics.material.notSupplied),
  absent,
  barred: (order) =>
    closedForMaterial(order)
      ? null
      : refuse(
          409,
          'endedOtherwise',
          '这张办理单不是因材料逾期结束的',
          '不能重新提出；有新的情况或者理由的，请另行登记。',
        ),
  decide(_order, { reason, facts }, { statute }): Decided {
    const more = facts?.trim()
    const events: OrderEvent[] = [{ type: 'reopened', reason }]
    if (more) events.push({ type: 'appended', facts: more, contactId: null })
    return { events, cite: citesOf(statute.topics.material.notSupplied) }
  },
})
