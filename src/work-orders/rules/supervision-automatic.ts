import type { Statute, SupervisionTrigger } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'
import { untilWords } from '../due-words.ts'
import { findLeg, leadLegOf, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, type Procedure } from '../procedures.ts'
import { nextProcedure, type Context, type GateContext } from './rule.ts'
import { levelsOf, triggerOf } from './supervision-levels.ts'

/** PURE. Supervision that begins by itself. */
export const opens = (
  order: Pick<WorkOrder, 'procedures'>,
  leg: number | null,
  said: Procedure<'supervision'>['said'],
): OrderEvent => ({ type: 'opened', kind: 'supervision', n: nextProcedure(order), leg, said })

export const runs = (order: Pick<WorkOrder, 'procedures'>, leg: number | null, trigger: string): boolean =>
  openProcedures(order, 'supervision', leg).some((p) => p.said.trigger === trigger)

/** A supervision that nobody has to order, by the statute's own trigger; its first means, until somebody takes over. */
export function automatic(
  order: Pick<WorkOrder, 'procedures'>,
  leg: number | null,
  { trigger, reason }: { trigger: string; reason: string },
  statute: Statute,
): OrderEvent[] {
  if (runs(order, leg, trigger)) return []
  const [level] = levelsOf(statute)
  const means = level!.means.slice(0, 1)
  return [opens(order, leg, { trigger, level: level!.code, means, reason, due: null, automatic: true })]
}

/**
 * What the statute makes of a clock that ran out: the trigger that names the term opens one supervision of the unit
 * whose duty it was, or of no unit where it was a superior's. Not started and not finished are both overdue (C-18); the
 * reason says which.
 */
export function onMissed(
  order: WorkOrder,
  missed: { term: string; leg: number; procedure: number; due: Date },
  { statute }: Pick<GateContext, 'statute'>,
): { events: OrderEvent[]; cite: string | null } {
  const answer = statute.topics.supervision.triggers.find(
    (t): t is Exclude<Answer<SupervisionTrigger>, { basis: 'silent' }> =>
      t.basis !== 'silent' && t.value.onMissed?.includes(missed.term) === true,
  )
  if (!answer) return { events: [], cite: null }
  const term = statute.terms[missed.term]
  const named = order.procedures.find((p) => p.n === missed.procedure)?.leg ?? (missed.leg || null)
  const leg = term?.duty !== 'unit' ? null : named === null ? leadLegOf(order) : findLeg(order, named)
  const started = !leg || leg.acknowledgedAt || leg.contactedAt || leg.stageReports.length > 0
  const reason = [
    `“${term?.name ?? missed.term}”期限为${untilWords(missed.due)}，届满未完成`,
    ...(started ? [] : ['承办单位尚未开始办理']),
  ].join('，')
  return {
    events: automatic(order, leg?.n ?? null, { trigger: answer.value.code, reason }, statute),
    cite: citesOf(answer),
  }
}

/**
 * What is done after its end is late. Where no bell has told so yet, supervision begins with it: the bell finds the
 * clock met and says nothing any more.
 */
export function lateToo(
  order: WorkOrder,
  { term, procedure }: { term: string; procedure: number },
  context: Pick<Context, 'statute' | 'clocks' | 'now'>,
): { late: boolean; events: OrderEvent[] } {
  const clock = context.clocks.find((c) => c.procedure === procedure && c.term === term)
  if (!clock || context.now < clock.due) return { late: false, events: [] }
  const untold = clock.missedAt === null
  return { late: true, events: untold ? onMissed(order, clock, context).events : [] }
}

/** What is counted, which trigger it opens, and under which codes the centre's numbers and the article stand. */
const counted = {
  repeatedBySame: { opens: 'repeated', articles: ['repeated'] },
  repeatedByMany: { opens: 'repeatedByMany', articles: ['concentrated', 'repeated'] },
  manyDissatisfied: { opens: 'dissatisfied', articles: ['dissatisfied'] },
} as const

export type Criterion = {
  trigger: string
  atLeast: number
  days: number
  /** 0–1: at least this part of all, where it is more. */
  share: number
  cite: string | null
}

/** When 多次, 集中 or 较多 is reached: the article, and the numbers that the centre sets. Null: no such trigger. */
export function criterionOf(statute: Statute, of: keyof typeof counted): Criterion | null {
  const { opens: trigger, articles } = counted[of]
  const numbers = triggerOf(statute, of)?.trigger
  if (numbers?.atLeast === undefined || numbers.withinDays === undefined) return null
  const cite = articles.flatMap((code) => triggerOf(statute, code)?.cite ?? [])[0] ?? null
  const { atLeast, withinDays: days, share = 0 } = numbers
  return { trigger, atLeast, days, share, cite }
}
