import { citesOf, valueOf } from '../statutes/types.ts'
import { untilWords } from './due-words.ts'
import { findLeg, type OrderEvent, type WorkOrder } from './model.ts'
import type { Notice, NoticeFacts, NoticeWords } from './notices.ts'
import { findProcedure } from './procedures.ts'
import { approversOf } from './rules/extension.ts'
import { extensionDecision, needsApproval } from './rules/moving-limits.ts'
import { rolesNamed } from './rules/rule.ts'

/**
 * PURE. What people of staff are told by their role: the department that has to hear of an extension (鞍山草案
 * 第十四条第二项), and whoever has to answer an application. Number, unit and day; never a word of what was reported.
 */
type Told = {
  roles: readonly string[]
  unit?: string | null
  text: string
  name: string
  until: Date | null
  cite: string | null
}

export function staffNoticesOf(
  order: WorkOrder,
  events: readonly OrderEvent[],
  facts: NoticeFacts,
): Notice[] {
  return events.flatMap((event, n): Notice[] => {
    const said = tell(order, event, facts)
    if (!said || said.roles.length === 0) return []
    const until = said.until ? untilWords(said.until) : ''
    const words: NoticeWords = {
      text: `办理单${order.number}${said.text}`,
      template: { name: said.name, params: { number: order.number, until } },
    }
    const to = {
      kind: 'staff' as const,
      roles: rolesNamed(said.roles),
      unit: said.unit ?? null,
      cite: said.cite,
    }
    return [{ event: n, to, words: [words, words] }]
  })
}

function tell(order: WorkOrder, event: OrderEvent, facts: NoticeFacts): Told | null {
  switch (event.type) {
    case 'extended':
      return tellExtended(order, event, facts)
    case 'opened':
      if (event.kind === 'recusal') return tellRecusal(order, event.n, facts)
      return event.kind === 'timeExtension' && needsApproval(facts.statute)
        ? tellApplication(order, event.n, facts, '的延期申请等待答复', 'staffExtensionAsked')
        : null
    case 'deadlineMissed':
      return event.term === extensionDecision && event.procedure !== undefined
        ? tellApplication(
            order,
            event.procedure,
            facts,
            '的延期申请超过一个工作日没有答复',
            'staffExtensionLate',
          )
        : null
    default:
      return null
  }
}

function tellExtended(
  order: WorkOrder,
  event: OrderEvent & { type: 'extended' },
  { statute, clocks, unitName }: NoticeFacts,
): Told {
  const unit = findLeg(order, event.leg)?.unitId
  const due = clocks.find((c) => c.leg === event.leg && c.term === event.term)?.due ?? null
  const by = unit ? `由${unitName(unit)}办理，` : ''
  return {
    roles: event.alsoTold ?? [],
    text: `${by}办理期限延长${due ? `到${untilWords(due)}` : ''}，特此通报。`,
    name: 'staffExtended',
    until: due,
    cite: citesOf(statute.topics.timeExtension.alsoTold),
  }
}

/** Whoever decides: the leader of his unit, or those of the centre who stand for a superior. No name is said. */
function tellRecusal(order: WorkOrder, n: number, { statute, clocks }: NoticeFacts): Told | null {
  const asked = findProcedure(order, 'recusal', n)
  if (!asked) return null
  const { said } = asked
  const deciders = valueOf<readonly string[]>(statute.topics.recusal.whoDecides, [])
  const due = clocks.find((c) => c.procedure === n && c.metAt === null)?.due ?? null
  return {
    roles: said.inUnit ? ['unitLeader'] : deciders.filter((role) => role !== 'unitLeader'),
    unit: said.inUnit ? (said.personUnit ?? null) : null,
    text: `有一项${said.unit === null ? '工作人员' : '单位'}回避申请等待书面决定${due ? `，应当于${untilWords(due)}决定` : ''}。`,
    name: 'staffRecusalAsked',
    until: due,
    cite: citesOf(statute.topics.recusal.decide) ?? citesOf(statute.topics.recusal.whoDecides),
  }
}

function tellApplication(
  order: WorkOrder,
  n: number,
  { statute, clocks, unitName }: NoticeFacts,
  what: string,
  name: string,
): Told | null {
  const asked = findProcedure(order, 'timeExtension', n)
  if (!asked) return null
  const unit = asked.leg === null ? null : findLeg(order, asked.leg)?.unitId
  const clock = clocks.find((c) => c.procedure === n && c.term === extensionDecision)
  const until = clock ? `，应当于${untilWords(clock.due)}答复（本市内部规定）` : ''
  return {
    roles: approversOf(statute, [asked]),
    text: `${unit ? `由${unitName(unit)}办理，该单位` : ''}${what}${until}；答复前原期限不变。`,
    name,
    until: clock?.due ?? null,
    cite: citesOf(statute.topics.timeExtension.whileUndecided),
  }
}
