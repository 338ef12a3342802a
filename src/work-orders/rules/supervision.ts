import { Type, type Static } from 'typebox'
import { dayOf, endOf, formatInstant, parseDay } from '../../statutes/calendar.ts'
import type { Statute, SupervisionLevel, SupervisionTrigger } from '../../statutes/statute.ts'
import { citesOf, valueOf, type Answer } from '../../statutes/types.ts'
import type { Clock } from '../clocks.ts'
import { untilWords } from '../due-words.ts'
import { findLeg, leadLegOf, legOfUnit, type DispatchLeg, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures, proceduresOf, type Procedure } from '../procedures.ts'
import {
  body,
  code,
  maybe,
  nextProcedure,
  refuse,
  rolesNamed,
  rule,
  unitRoles,
  words,
  type Context,
  type GateContext,
  type Refused,
} from './rule.ts'

/**
 * PURE. Supervision (督办): opened by whoever the statute names, answered by the unit, closed as settled, or as not
 * settled and then opened again one level higher. What ran out opens one by itself.
 */
type Supervision = Procedure<'supervision'>

/** Where the text knows no levels there is one, with every means. */
export function levelsOf(statute: Statute): readonly SupervisionLevel[] {
  const { levels, means } = statute.topics.supervision
  const named = valueOf<readonly SupervisionLevel[]>(levels, [])
  return named.length > 0
    ? named
    : [{ code: 'only', label: '督办', means: valueOf(means, []).map((m) => m.code) }]
}

/** A trigger of the statute by its code, with its article. */
export function triggerOf(
  statute: Statute,
  name: string,
): { trigger: SupervisionTrigger; cite: string | null } | null {
  for (const answer of statute.topics.supervision.triggers)
    if (answer.basis !== 'silent' && answer.value.code === name)
      return { trigger: answer.value, cite: citesOf(answer) }
  return null
}

const citeOf = (statute: Statute): string | null => {
  const { levels, means, who } = statute.topics.supervision
  return citesOf(levels) ?? citesOf(means) ?? citesOf(who)
}

const supervisors = (statute: Statute) =>
  rolesNamed(valueOf<readonly string[]>(statute.topics.supervision.who, []))

/** How it is supervised, and until when the unit answers: a date, which stands for its whole day, or an instant. */
const notice = { means: Type.Optional(Type.Array(code, { maxItems: 5 })), until: maybe(40) }
type Notice = { means?: string[]; until?: string }

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

const opens = (
  order: Pick<WorkOrder, 'procedures'>,
  leg: number | null,
  said: Supervision['said'],
): OrderEvent => ({ type: 'opened', kind: 'supervision', n: nextProcedure(order), leg, said })

/** Clocks that no order has: a unit's duties about the knowledge base. */
const outsideOrders: readonly string[] = ['policy.published', 'knowledge.errorReported']

/** One of a kind at a time; and nobody is supervised for a limit that he has kept. */
function judgeTrigger(
  order: WorkOrder,
  leg: DispatchLeg,
  trigger: SupervisionTrigger,
  cite: string | null,
  { statute, clocks, now }: Pick<Context, 'statute' | 'clocks' | 'now'>,
): Refused | null {
  if (runs(order, leg.n, trigger.code))
    return refuse(
      409,
      'supervisedBefore',
      '这一情形正在督办',
      '请等待承办单位答复，或者先办结原来的督办。',
      cite,
    )
  const ofOrders = trigger.onMissed?.filter((id) => !outsideOrders.includes(statute.terms[id]?.starts ?? ''))
  const late = (clock: Clock): boolean => (clock.metAt ?? now) >= clock.due
  if (ofOrders && ofOrders.length > 0 && !clocks.some((c) => ofOrders.includes(c.term) && late(c)))
    return refuse(
      409,
      'nothingMissed',
      '没有超过期限，不属于这一督办情形',
      '期限届满未办结的，系统自动督办；其他情况请选择相应的情形。',
      cite,
    )
  return null
}

const runs = (order: Pick<WorkOrder, 'procedures'>, leg: number | null, trigger: string): boolean =>
  openProcedures(order, 'supervision', leg).some((p) => p.said.trigger === trigger)

/** Index of the level that may be opened next: one above the highest that was left unsettled (逐级). */
function nextLevel(order: Pick<WorkOrder, 'procedures'>, leg: number, statute: Statute): number {
  const levels = levelsOf(statute)
  const unsettled = proceduresOf(order, 'supervision')
    .filter((p) => p.leg === leg && p.verdict === 'unsettled')
    .map((p) => levels.findIndex((level) => level.code === p.said.level))
  return Math.min(Math.max(-1, ...unsettled) + 1, levels.length - 1)
}

function judgeLevel(
  order: WorkOrder,
  leg: DispatchLeg,
  named: string | undefined,
  trigger: SupervisionTrigger,
  statute: Statute,
): SupervisionLevel | Refused {
  const levels = levelsOf(statute)
  const next = nextLevel(order, leg.n, statute)
  const at = named === undefined ? next : levels.findIndex((level) => level.code === named)
  const level = levels[at]
  if (!level)
    return refuse(
      422,
      'levelUnknown',
      '没有这一督办层级',
      `可选：${levels.map((l) => l.label).join('、')}。`,
      citeOf(statute),
    )
  if (at > next && !trigger.fromAbove)
    return refuse(
      409,
      'levelOutOfTurn',
      `还不能${level.label}`,
      `应当先${levels[next]?.label ?? '督办'}；仍未解决的再逐级督办。`,
      citeOf(statute),
    )
  return level
}

function judgeNotice(
  level: SupervisionLevel,
  said: Notice,
  { statute, now }: Pick<Context, 'statute' | 'now'>,
): { level: string; means: string[]; due: string | null } | Refused {
  const known = valueOf(statute.topics.supervision.means, [])
  const means = said.means ?? (level.means.length === 1 ? [...level.means] : [])
  const cite = citesOf(statute.topics.supervision.means) ?? citeOf(statute)
  const labels = known.filter((m) => level.means.includes(m.code)).map((m) => m.label)
  if (means.some((one) => !level.means.includes(one)))
    return refuse(
      422,
      'meansNotOfLevel',
      `${level.label}没有这种督办方式`,
      labels.length > 0 ? `可选：${labels.join('、')}。` : '本市规定没有列举督办方式，请写在事由中。',
      cite,
    )
  if (means.length === 0 && level.means.length > 0)
    return refuse(422, 'meansMissing', '没有选择督办方式', `可选：${labels.join('、')}。`, cite)
  const dated = known.some((m) => m.dated === true && means.includes(m.code))
  if (said.until === undefined) {
    if (!dated) return { level: level.code, means, due: null }
    return refuse(
      422,
      'untilMissing',
      '没有写明答复期限',
      '限期由督办通知写明，请填写承办单位最迟何时答复。',
      cite,
    )
  }
  const due = untilOf(said.until)
  if (due === null)
    return refuse(
      422,
      'untilMalformed',
      '答复期限不是日期',
      '请按 2026-03-09 或者 2026-03-09T17:30+08:00 填写。',
      cite,
    )
  if (due <= now || due.getTime() - now.getTime() > 366 * 86_400_000)
    return refuse(422, 'untilImpossible', '答复期限不可行', '期限应当在今后一年之内。', cite)
  return { level: level.code, means, due: formatInstant(due) }
}

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

function untilOf(text: string): Date | null {
  const day = parseDay(text)
  if (day !== null) return endOf(day)
  if (!instantForm.test(text) || parseDay(text.slice(0, 10)) === null) return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) || dayOf(at) < 0 ? null : at
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
