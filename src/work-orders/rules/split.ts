import { Type, type Static } from 'typebox'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { categoryOf } from '../elements.ts'
import type { WorkOrder } from '../model.ts'
import { decideDispatch } from './intake.ts'
import { body, code, maybe, refuse, rolesNamed, rule, words, type Context, type Decided } from './rule.ts'

/**
 * PURE. 分别确定承办单位 (白银 第十一条第二项): parts of a matter become orders beside it, each with its own unit. The order
 * itself keeps the rest. The rows beside it are made by `siblings.ts` in the same transaction.
 */
const partBody = Type.Object({
  title: words(200),
  facts: words(10_000),
  place: maybe(500),
  category: Type.Optional(Type.Integer()),
  unit: code,
})
export type Part = Static<typeof partBody>

export const split = rule({
  label: '分别确定承办单位',
  body: body({
    parts: Type.Array(partBody, { minItems: 1, maxItems: 9 }),
    reason: words(1000),
  }),
  roles: (statute) => rolesNamed(valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, [])),
  states: ['accepted', 'dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.severalUnits),
  absent(statute) {
    const { severalUnits } = statute.topics.dispatch
    return valueOf<readonly string[]>(severalUnits, []).includes('split')
      ? null
      : refuse(
          409,
          'notInThisStatute',
          '本市规定不分别确定承办单位',
          '涉及几个单位的，请确定一个主办单位，其他单位协办。',
          citesOf(severalUnits),
        )
  },
  units: ({ parts }) => parts.map(({ unit }) => unit),
  decide: decideSplit,
})

function decideSplit(
  order: WorkOrder,
  { parts, reason }: { parts: Part[]; reason: string },
  context: Context,
): Decided {
  const { statute } = context
  const cite = citesOf(statute.topics.dispatch.severalUnits)
  const units = parts.map(({ unit }) => unit)
  if (new Set(units).size < units.length)
    return refuse(422, 'unitTwice', '同一单位出现了两次', '同一单位的事项请合为一张办理单。', cite)
  const { categories } = statute.topics.acceptance
  for (const part of parts) {
    if (part.title.trim() === '' || part.facts.trim() === '')
      return refuse(422, 'partUnnamed', '没有写明分出的事项', '请写明每个部分的标题和内容。', cite)
    if (part.category !== undefined && categoryOf(statute, part.category) === null)
      return refuse(422, 'categoryUnknown', '没有这一事项类别', '请从列出的类别中选择。', citesOf(categories))
    const judged = dispatchPart(order, part, context)
    if ('refused' in judged) return judged
  }
  // The numbers are given when the rows are made.
  const into = parts.map(({ unit, title }) => ({ number: '', unit, title }))
  return { events: [{ type: 'split', reason, into }], cite }
}

/** One part on its way to its unit, judged with the legs of the order it comes from: who has that does not get this. */
export const dispatchPart = (order: WorkOrder, part: Part, context: Context): Decided =>
  decideDispatch(
    { ...order, category: part.category ?? order.category },
    {
      leadUnit: part.unit,
      basis: '分别确定承办单位',
      ...(order.handlingClass ? { class: order.handlingClass } : {}),
    },
    context,
  )
