import { Type, type Static } from 'typebox'
import type { Statute, SupervisionTrigger } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { findLeg, leadLegOf, legOfUnit, type DispatchLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, type Procedure } from '../procedures.ts'
import {
  body,
  code,
  maybe,
  refuse,
  rolesNamed,
  rule,
  unitRoles,
  words,
  type Context,
  type Refused,
} from './rule.ts'
import { wasLate } from './handling-clock.ts'
import { opens, runs } from './supervision-automatic.ts'
import { citeOf, judgeLevel, judgeNotice, levelsOf, triggerOf } from './supervision-levels.ts'

/**
 * PURE. Supervision (督办): opened by whoever the statute names, answered by the unit, closed as settled, or as not
 * settled and then opened again one level higher.
 */
type Supervision = Procedure<'supervision'>

const supervisors = (statute: Statute) =>
  rolesNamed(valueOf<readonly string[]>(statute.topics.supervision.who, []))

/** How it is supervised, and until when the unit answers. */
const notice = { means: Type.Optional(Type.Array(code, { maxItems: 5 })), until: maybe(40) }

export const supervise = rule({
  label: '督办',
  body: body({
    trigger: code,
    level: Type.Optional(code),
    /** The leading unit where none is named. */
    unit: Type.Optional(code),
    reason: words(2000),
    ...notice,
  }),
  roles: supervisors,
  states: ['dispatched', 'fedBack', 'concluded'],
  cite: citeOf,
  barred: (order, { statute }) =>
    leadLegOf(order)
      ? null
      : refuse(409, 'noUnit', '没有可以督办的承办单位', '请先转承办单位。', citeOf(statute)),
  decide(order, said, context) {
    const { statute } = context
    const found = triggerOf(statute, said.trigger)
    if (!found)
      return refuse(
        422,
        'triggerUnknown',
        '没有这种督办情形',
        '请从本市规定列出的督办情形中选择。',
        citeOf(statute),
      )
    const leg = said.unit === undefined ? leadLegOf(order) : legOfUnit(order, said.unit)
    if (!leg || leg.role === 'petition')
      return refuse(
        422,
        'unitNotOnOrder',
        '该单位不承办这张办理单',
        '请选择正在承办的单位。',
        citeOf(statute),
      )
    const cite = found.cite ?? citeOf(statute)
    const barred = judgeTrigger(order, leg, found.trigger, cite, context)
    if (barred) return barred
    const level = judgeLevel(order, leg, said.level, found.trigger, statute)
    if ('refused' in level) return level
    const how = judgeNotice(level, said, context)
    if ('refused' in how) return how
    const { trigger, reason } = said
    return { events: [opens(order, leg.n, { trigger, reason, ...how, automatic: false })], cite }
  },
})

/** Clocks that no order has: a unit's duties about the knowledge base. */
const outsideOrders: readonly string[] = ['policy.published', 'knowledge.errorReported']

/** One of a kind at a time; and nobody is supervised for a limit that he has kept. */
function judgeTrigger(
  order: WorkOrder,
  leg: DispatchLeg,
  trigger: SupervisionTrigger,
  cite: string | null,
  context: Context,
): Refused | null {
  if (runs(order, leg.n, trigger.code))
    return refuse(
      409,
      'supervisedBefore',
      '这一情形正在督办',
      '请等待承办单位答复，或者先办结原来的督办。',
      cite,
    )
  const { statute, clocks } = context
  const ofOrders = trigger.onMissed?.filter((id) => !outsideOrders.includes(statute.terms[id]?.starts ?? ''))
  const late = clocks.some((c) => ofOrders?.includes(c.term) && wasLate(order, c, context))
  if (ofOrders && ofOrders.length > 0 && !late)
    return refuse(
      409,
      'nothingMissed',
      '没有超过期限，不属于这一督办情形',
      '期限届满未办结的，系统自动督办；其他情况请选择相应的情形。',
      cite,
    )
  return null
}

/** Supervisions of a unit that wait for something, by the leg they concern. */
const ofUnit = (order: WorkOrder, unit: string | null): Supervision[] =>
  openProcedures(order, 'supervision').filter((p) => {
    const leg = p.leg === null ? null : findLeg(order, p.leg)
    return leg !== null && leg.unitId === unit
  })

const whileSupervised = [
  'accepted',
  'dispatched',
  'fedBack',
  'concluded',
  'terminated',
  'transferred',
] as const
const which = { procedure: Type.Optional(Type.Integer()) }

/** The one that is meant: by its number, or the only one there is. */
function pick(
  from: readonly Supervision[],
  n: number | undefined,
  cite: string | null,
): Supervision | Refused {
  const found = n === undefined && from.length === 1 ? from[0] : from.find((p) => p.n === n)
  return (
    found ??
    refuse(
      422,
      'supervisionUnknown',
      '没有指明是哪一次督办',
      from.length > 0 ? `正在督办的有：${from.map((p) => p.n).join('、')}。` : '请刷新后查看。',
      cite,
    )
  )
}

export const answerSupervision = rule({
  label: '答复督办',
  body: body({ ...which, text: words(10_000), signedBy: maybe(100) }),
  roles: () => unitRoles,
  states: whileSupervised,
  cite: (statute) => citesOf(statute.topics.supervision.answer) ?? citeOf(statute),
  barred: (order, context) => {
    const waiting = ofUnit(order, context.actorUnit)
    if (waiting.length === 0)
      return refuse(409, 'notSupervised', '本单位没有需要答复的督办', '请直接办理并反馈结果。')
    return waiting.every((p) => p.outcome !== null)
      ? refuse(409, 'answeredBefore', '本单位已经答复督办', '请等待督办部门办结。')
      : null
  },
  decide(order, said, context) {
    const { statute, now } = context
    const cite = citesOf(statute.topics.supervision.answer) ?? citeOf(statute)
    const own = ofUnit(order, context.actorUnit).filter((p) => p.outcome === null)
    const open = pick(own, said.procedure, cite)
    if ('refused' in open) return open
    const level = levelsOf(statute).find((l) => l.code === open.said.level)
    const signedBy = said.signedBy?.trim() || null
    if (level?.signedBy && signedBy === null)
      return refuse(
        422,
        'signatureMissing',
        `没有${level.signedBy}签批`,
        `${level.label}的办理结果应当由${level.signedBy}签批后反馈，请填写签批人。`,
        citeOf(statute),
      )
    const late = open.said.due !== null && now >= new Date(open.said.due)
    const answer = { text: said.text, signedBy, late }
    return { events: [{ type: 'stepped', kind: 'supervision', n: open.n, answer }], cite }
  },
})

const closeBody = body({ ...which, settled: Type.Boolean(), reason: words(2000), ...notice })

export const closeSupervision = rule({
  label: '办结督办',
  body: closeBody,
  roles: supervisors,
  states: whileSupervised,
  cite: citeOf,
  barred: (order) =>
    openProcedures(order, 'supervision').length > 0
      ? null
      : refuse(409, 'notSupervised', '没有正在进行的督办', '请刷新后查看。'),
  decide: decideClosing,
})

function decideClosing(order: WorkOrder, said: Static<typeof closeBody>, context: Context) {
  const { statute } = context
  const open = pick(openProcedures(order, 'supervision'), said.procedure, citeOf(statute))
  if ('refused' in open) return open
  const levels = levelsOf(statute)
  const at = levels.findIndex((level) => level.code === open.said.level)
  const answer = open.outcome?.answer ?? null
  if (said.settled && levels[at]?.written && answer === null)
    return refuse(
      409,
      'answerMissing',
      '承办单位还没有书面答复',
      '书面督办应当在答复以后办结；逾期不答复的按未解决处理。',
      citeOf(statute),
    )
  const { reason } = said
  const closed: OrderEvent = {
    type: 'closed',
    kind: 'supervision',
    n: open.n,
    verdict: said.settled ? 'settled' : 'unsettled',
    outcome: { answer, reason },
  }
  const next = said.settled ? undefined : levels[at + 1]
  // Beyond the last level the matter is handed on, which is an action of its own.
  if (!next) return { events: [closed], cite: citeOf(statute) }
  const how = judgeNotice(next, said, context)
  if ('refused' in how) return how
  const again = { trigger: open.said.trigger, reason, ...how, automatic: false }
  return { events: [closed, opens(order, open.leg, again)], cite: citeOf(statute) }
}
