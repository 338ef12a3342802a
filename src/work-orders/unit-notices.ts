import { valueOf } from '../statutes/types.ts'
import type { Clock } from './clock.ts'
import { limitWords, untilWords } from './due-words.ts'
import { findLeg, type OrderEvent, type WorkOrder } from './model.ts'
import type { Notice, NoticeFacts, NoticeWords } from './notices.ts'
import { findProcedure } from './procedures.ts'
import { levelsOf, triggerOf } from './rules/supervision-levels.ts'

/**
 * PURE. What units are told by SMS: number, what is to be done, until when. Never a title, a place or a word of what was
 * reported: telephones lie about, and the requester is nobody's business who has not signed in.
 */
type Told = { unit: string; text: string; name: string; until: Clock | Date | null }

export function unitNoticesOf(order: WorkOrder, events: readonly OrderEvent[], facts: NoticeFacts): Notice[] {
  return events.flatMap((event, n) =>
    tell(order, event, facts).map(({ unit, text, name, until }): Notice => {
      const end = until === null ? '' : untilWords(until instanceof Date ? until : until.due)
      const { number } = order
      const open: NoticeWords = {
        text: `办理单${number}${text}`,
        template: { name, params: { number, until: end } },
      }
      const plain: NoticeWords = {
        text: `有一件保密办理单（${number}）需要处理${end ? `，期限为${end}` : ''}，请登录平台查看。`,
        template: { name: 'unitNews', params: { number, until: end } },
      }
      return {
        event: n,
        to: { kind: 'unit', unit },
        words: order.confidential === 'normal' ? [open, plain] : [plain, plain],
      }
    }),
  )
}

function tell(order: WorkOrder, event: OrderEvent, facts: NoticeFacts): Told[] {
  switch (event.type) {
    case 'dispatched':
      return event.legs.map((leg) => tellOrder(order, leg, facts))
    case 'reminded':
    case 'deadlineMissed':
      return tellClock(order, event, facts)
    case 'returned': {
      const clock = handlingOf(event.leg, facts)
      const limit = clock ? `，原期限不变：${limitWords(clock)}` : ''
      return toLeg(order, event.leg, `的办理结果退回继续办理${limit}。`, 'unitReturned', clock)
    }
    case 'opened':
      return tellOpened(order, event, facts)
    case 'closed':
      return tellDecided(order, event, facts)
    default:
      return []
  }
}

const toLeg = (
  order: WorkOrder,
  leg: number | null,
  text: string,
  name: string,
  until: Clock | Date | null = null,
): Told[] => {
  const found = leg === null ? null : findLeg(order, leg)
  return found ? [{ unit: found.unitId, text, name, until }] : []
}

function handlingOf(leg: number, { statute, clocks }: NoticeFacts): Clock | null {
  const { handle, coUnitResult } = statute.topics.handlingLimit
  const terms = [...valueOf<readonly string[]>(handle, []), valueOf(coUnitResult, '')]
  return clocks.find((c) => c.leg === leg && terms.includes(c.term) && c.metAt === null) ?? null
}

const asWhat = { lead: '请主办', co: '请协办', petition: '请督办' } as const

function tellOrder(
  order: WorkOrder,
  { n, unitId, role }: (OrderEvent & { type: 'dispatched' })['legs'][number],
  facts: NoticeFacts,
): Told {
  const clock = role === 'petition' ? null : handlingOf(n, facts)
  const limit = clock ? `，期限为${limitWords(clock)}` : ''
  const urgent = order.urgent ? '（急需处理）' : ''
  const text = `${urgent}已转本单位，${asWhat[role]}${limit}。请登录平台接收。`
  return { unit: unitId, text, name: 'unitNewOrder', until: clock }
}

function tellClock(
  order: WorkOrder,
  event: OrderEvent & { type: 'reminded' | 'deadlineMissed' },
  { statute, clocks }: NoticeFacts,
): Told[] {
  const term = statute.terms[event.term]
  const procedure = event.procedure ?? 0
  const ofProcedure = order.procedures.find((p) => p.n === procedure)
  // What the centre or a superior owes is no unit's; a supervision's own day has no term.
  if (term ? term.duty !== 'unit' : ofProcedure?.kind !== 'supervision') return []
  const clock =
    clocks.find((c) => c.term === event.term && c.leg === (event.leg ?? 0) && c.procedure === procedure) ??
    null
  const lead = order.legs.find((leg) => leg.role === 'lead' && leg.endedAt === null)
  const leg = ofProcedure?.leg ?? event.leg ?? lead?.n ?? null
  const name = term?.name ?? '督办答复'
  const end = clock ? limitWords(clock) : untilWords(new Date(event.due))
  return event.type === 'reminded'
    ? toLeg(order, leg, `的“${name}”期限为${end}，请抓紧办理。`, 'unitReminder', clock)
    : toLeg(order, leg, `的“${name}”已经超过期限（${end}），请立即办理。`, 'unitOverdue', clock)
}

function tellOpened(
  order: WorkOrder,
  event: OrderEvent & { type: 'opened' },
  { statute, clocks }: NoticeFacts,
): Told[] {
  if (event.kind === 'explanation') {
    const clock = clocks.find((c) => c.procedure === event.n) ?? null
    const limit = clock ? `，期限为${limitWords(clock)}` : ''
    return toLeg(order, event.leg, `需要本单位向诉求人作出说明${limit}。`, 'unitExplanation', clock)
  }
  if (event.kind !== 'supervision') return []
  const { trigger, level, means, due } = event.said
  const known = valueOf(statute.topics.supervision.means, [])
  const words = [
    triggerOf(statute, trigger)?.trigger.label ?? trigger,
    levelsOf(statute).find((l) => l.code === level)?.label ?? '督办',
    ...known.filter((m) => means.includes(m.code)).map((m) => m.label),
  ]
  const until = due === null ? null : new Date(due)
  const answer = until ? `请于${untilWords(until)}答复。` : '请立即办理并答复。'
  return toLeg(order, event.leg, `已被督办（${words.join('，')}）。${answer}`, 'unitSupervision', until)
}

function tellDecided(order: WorkOrder, event: OrderEvent & { type: 'closed' }, facts: NoticeFacts): Told[] {
  const approved = event.verdict === 'approved'
  if (!approved && event.verdict !== 'refused') return []
  if (event.kind === 'timeExtension') {
    const leg = findProcedure(order, 'timeExtension', event.n)?.leg ?? null
    const clock = leg === null ? null : handlingOf(leg, facts)
    const limit = clock ? `：${limitWords(clock)}` : ''
    const text = approved
      ? `的延期申请已获同意，新的期限${limit}。`
      : `的延期申请未获同意，原期限不变${limit}。`
    return toLeg(order, leg, text, 'unitDecided', clock)
  }
  if (event.kind !== 'sendBack') return []
  const leg = findProcedure(order, 'sendBack', event.n)?.leg ?? null
  const text = approved
    ? '的退回申请已获同意，不再由本单位承办。'
    : '的退回申请未获同意，请继续办理，期限不停止计算。'
  return toLeg(order, leg, text, 'unitDecided')
}
