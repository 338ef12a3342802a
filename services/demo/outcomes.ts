import type { DeskContact } from '../../src/agent-desk/contract.ts'
import type { OrderDraft, Outcome } from '../../src/work-orders/registration-contract.ts'
import type { Kind, Statute } from '../../src/statutes/statute.ts'
import { valueOf } from '../../src/statutes/types.ts'
import { inPercent, oneOf } from './chance.ts'
import { type Matter, someMatter, someNumber } from './matters.ts'

/** Items of the knowledge base by their titles. */
export type Items = ReadonlyMap<string, { id: string; version: number }>

/** What a simulated agent registers: an answer where the matter has one, otherwise an order by the city's statute. */
export function outcomesFor(contact: DeskContact, statute: Statute, items: Items = new Map()): Outcome[] {
  const matter = someMatter()
  const kind = kindOf(matter, statute)
  if (matter.answer === undefined) return [orderFor(contact, matter, kind, statute)]
  const { title, answer } = matter
  const cited = items.get(matter.item ?? '')
  // what no item says is reported to the unit that should say it
  const basis = cited
    ? { knowledge: [cited] }
    : { knowledge: [], lacking: { what: title, unit: matter.unit } }
  return [{ type: 'answered', kind, ...categoryOf(kind, statute), title, answer, ...basis }]
}

function orderFor(contact: DeskContact, matter: Matter, kind: Kind, statute: Statute): OrderDraft {
  const said = contact.messages.filter(({ direction }) => direction === 'in').map(({ text }) => text)
  const { elements } = statute.topics.acceptance
  // now and then the agent forgets to ask: the order is kept and marked incomplete
  const forgets = inPercent(10)
  const confidential = inPercent(10)
  return {
    type: 'workOrder',
    title: matter.title,
    facts: said.length > 0 ? said.join('\n') : `${matter.opening}${matter.more}`,
    kind,
    ...categoryOf(kind, statute),
    place: matter.address,
    requester: forgets
      ? {}
      : {
          kind: 'naturalPerson',
          name: '化名甲',
          ...(elements.requesterAddress.basis === 'silent' ? {} : { home: matter.address }),
          // whoever calls or sends an SMS has given his number already
          ...(contact.channel === 'wechat' ? { contact: someNumber() } : {}),
        },
    confidential,
    ...(forgets ? {} : { confidentialityWish: confidential ? '要求对身份保密' : '不要求保密' }),
    ...(inPercent(70) ? { accept: true, leadUnit: matter.unit, ...dispatchOf(matter, kind, statute) } : {}),
  }
}

/** The kind of the matter, or the next best of its kinds that the statute knows. */
export function kindOf({ kinds }: Pick<Matter, 'kinds'>, { topics, slug }: Statute): Kind {
  const known = valueOf(topics.acceptance.kinds, []).map(({ code }) => code)
  const kind = kinds.find((one) => known.includes(one))
  if (kind === undefined) throw new Error(`${slug} knows none of the kinds ${kinds.join(', ')}`)
  return kind
}

/** A category that is named after the kind; where none is, one that is named after no kind at all. */
export function categoryOf(kind: Kind, { topics }: Statute): { category?: number } {
  const kinds = valueOf(topics.acceptance.kinds, [])
  const categories = valueOf(topics.acceptance.categories, []).filter(({ petition }) => petition !== true)
  if (categories.length === 0) return {}
  const word = kinds.find(({ code }) => code === kind)?.label
  const named = categories.find(({ label }) => word !== undefined && label.includes(word))
  if (named !== undefined) return { category: named.code }
  const open = categories.filter((category) => !kinds.some(({ label }) => category.label.includes(label)))
  return { category: oneOf(open.length > 0 ? open : categories).code }
}

/** What only some statutes ask for when an order is dispatched. */
export function dispatchOf(
  { urgentNumber }: Pick<Matter, 'urgentNumber'>,
  kind: Kind,
  { topics }: Statute,
): Pick<OrderDraft, 'class' | 'urgentSituation'> {
  const { classes, urgentSituations } = topics.dispatch
  const urgent = valueOf(urgentSituations, []).find(({ number }) => number === urgentNumber)
  const ordinary = inPercent(15) ? 'complex' : 'general'
  return {
    ...(classes.basis === 'silent' ? {} : { class: kind === 'consultation' ? 'consultation' : ordinary }),
    ...(urgent === undefined ? {} : { urgentSituation: urgent.code }),
  }
}
