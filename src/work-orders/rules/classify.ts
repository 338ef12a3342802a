import { Type } from 'typebox'
import { formatInstant } from '../../statutes/calendar.ts'
import { handlingClasses, type HandlingClass } from '../../statutes/term.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { startTerm } from '../clock.ts'
import { liveLegs, type WorkOrder } from '../model.ts'
import { handlingClock } from './handling-clock.ts'
import { body, refuse, rolesNamed, rule, words, type Context, type Refused } from './rule.ts'

/**
 * PURE. 办理类别 of an order and its change. Only the platform changes it, with a reason and before the limit of the old
 * class has ended; the clock keeps its start, so that nothing is re-labelled after the fact.
 */
export const classify = rule({
  label: '更改办理类别',
  body: body({ class: Type.Enum([...handlingClasses]), reason: words(1000) }),
  roles: (statute) => rolesNamed(valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, [])),
  states: ['registered', 'accepted', 'dispatched'],
  cite: (statute) => citesOf(statute.topics.dispatch.classes),
  absent: (statute) => {
    const { classes } = statute.topics.dispatch
    return classes.basis === 'silent'
      ? refuse(
          409,
          'notInThisStatute',
          '本市规定不区分办理类别',
          `${classes.says}。无法按期办结的，请由承办单位申请延期或者说明。`,
        )
      : null
  },
  decide(order, { class: to, reason }, context) {
    const { classes } = context.statute.topics.dispatch
    const cite = citesOf(classes)
    if (!valueOf(classes, []).some(({ code }) => code === to))
      return refuse(422, 'classUnknown', '没有这一办理类别', '请从列出的类别中选择。', cite)
    if (order.handlingClass === to)
      return refuse(409, 'classedBefore', '办理单已经是这一类别', '请刷新后查看。', cite)
    const late = judgeTime(order, to, context)
    return late ?? { events: [{ type: 'classified', class: to, reason }], cite }
  },
})

/** Neither the limit that runs nor the one that would take its place may have ended. */
function judgeTime(order: WorkOrder, to: HandlingClass, context: Context): Refused | null {
  const { statute, calendar, now } = context
  const cite = citesOf(statute.topics.dispatch.classes)
  for (const leg of liveLegs(order)) {
    const clock = handlingClock(leg, context)
    if (!clock || leg.fedBackAt) continue
    if (now >= clock.due)
      return refuse(
        409,
        'classTooLate',
        '原类别的办理期限已经届满，不能再更改类别',
        `期限已于 ${formatInstant(clock.due)} 届满；请尽快办结。`,
        cite,
      )
    const next = Object.values(statute.terms).find(
      (term) => term.starts === 'workOrder.delivered' && term.when?.class === to,
    )
    const started =
      next &&
      startTerm(next, { ...order, handlingClass: to }, { leg: leg.n }, leg.deliveredAt, { statute, calendar })
    if (started && now >= started.due && clock.extensions.length === 0)
      return refuse(
        409,
        'classTooLate',
        '按这一类别计算，办理期限已经届满',
        '期限自送达之日起算，不因更改类别重新起算；请保留原类别。',
        cite,
      )
  }
  return null
}
