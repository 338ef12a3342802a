import { Type } from 'typebox'
import { formatInstant } from '../../statutes/calendar.ts'
import { citesOf } from '../../statutes/types.ts'
import { leadLegOf, legOfUnit, type DispatchLeg, type WorkOrder } from '../model.ts'
import { dueIf, handlingClock, noHandlingClock } from './handling-clock.ts'
import {
  body,
  centreRoles,
  code,
  limitIn,
  ownLeg,
  refuse,
  rule,
  unitRoles,
  words,
  type Context,
  type Refused,
} from './rule.ts'

/**
 * PURE. 从其规定: another law's own limit in the place of the statute's. Whoever says so names law, article and number,
 * and both limits stay visible, so that nobody escapes his limit by a general word.
 */
export const applyOtherLaw = rule({
  label: '适用其他法律的时限',
  body: body({
    law: words(200),
    article: words(100),
    within: Type.Union([
      limitIn('workingDay', 366),
      limitIn('month', 36),
      limitIn('year', 5),
      limitIn('hour', 8784),
    ]),
    /** Whose limit; the centre's people name the unit, the leading one where they do not. */
    unit: Type.Optional(code),
  }),
  roles: () => [...centreRoles, ...unitRoles],
  states: ['dispatched'],
  cite: (statute) => citesOf(statute.topics.handlingLimit.otherLaw),
  absent: (statute) => {
    const { otherLaw } = statute.topics.handlingLimit
    return otherLaw.basis === 'silent'
      ? refuse(
          409,
          'notInThisStatute',
          '本市规定没有“从其规定”的办理时限',
          `${otherLaw.says}。无法按期办结的，请申请延期。`,
        )
      : null
  },
  decide(order, { law, article, within, unit }, context) {
    const { statute } = context
    const { otherLaw } = statute.topics.handlingLimit
    const leg = legOf(order, unit, context)
    if ('refused' in leg) return leg
    const name = law.replaceAll(/[《》\s]/g, '')
    if (name === '' || article.trim() === '' || name === statute.title.replaceAll(/[《》\s]/g, ''))
      return refuse(
        422,
        'otherLawUnnamed',
        '没有写明是哪部法律、法规的哪一条',
        '请写明其他法律、法规的名称和具体条款。',
        citesOf(otherLaw),
      )
    const clock = handlingClock(leg, context)
    if (!clock || !statute.terms[clock.term]?.yieldsToOtherLaw) return noHandlingClock()
    const other = { law: name, article: article.trim(), within }
    const due = dueIf(order, clock, { extensions: [], otherLaw: other }, context)
    const localDue = dueIf(order, clock, { extensions: clock.extensions, otherLaw: null }, context)
    if (!due || !localDue) return noHandlingClock()
    return {
      events: [
        {
          type: 'otherLawApplied',
          leg: leg.n,
          term: clock.term,
          ...other,
          due: formatInstant(due),
          localDue: formatInstant(localDue),
        },
      ],
      cite: citesOf(otherLaw),
    }
  },
})

function legOf(order: WorkOrder, unit: string | undefined, context: Context): DispatchLeg | Refused {
  if (context.actorUnit !== null) return ownLeg(order, context)
  const leg = unit === undefined ? leadLegOf(order) : legOfUnit(order, unit)
  return leg && leg.role !== 'petition'
    ? leg
    : refuse(422, 'unitNotHandling', '该单位不承办这张办理单', '请从正在承办的单位中选择。')
}
