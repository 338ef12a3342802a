import type { Role } from '../base/actor.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf, valueOf } from '../statutes/types.ts'
import type { Clock } from './clock.ts'
import { limitWords, untilWords } from './due-words.ts'
import type { DispatchLeg, OrderEvent, WorkOrder } from './model.ts'
import { findProcedure, proceduresOf, type Procedure } from './procedures.ts'
import { staffNoticesOf } from './staff-notices.ts'
import { unitNoticesOf } from './unit-notices.ts'

/**
 * PURE. Which event of an order tells whom what, in Chinese: the requester what he has a right to know (鞍山 2019 第十条
 * and its like), the units what waits for them (`unit-notices.ts`). Supervision is no business of the requester's.
 *
 * Of a confidential order or a tip-off the words say only that there is something new: whoever looks at the requester's
 * telephone, or at a unit's, learns nothing from it.
 */
export type NoticeWords = { text: string; template: { name: string; params: Record<string, string> } }

export type Notice = {
  /** Place of its event among those given: with the order it makes the notice unique. */
  event: number
  to:
    | { kind: 'requester' }
    | { kind: 'unit'; unit: string }
    /** Whoever wears one of these roles, in that unit where one is named; `cite`: why he is told. */
    | { kind: 'staff'; roles: readonly Role[]; unit: string | null; cite: string | null }
  /** What it says; the second is for a carrier that has no template for the first. */
  words: readonly [NoticeWords, NoticeWords]
}

/** What notices know besides order and events. */
export type NoticeFacts = {
  statute: Statute
  /** The order's clocks after the events. */
  clocks: readonly Clock[]
  /** Names of units by their codes. */
  unitName: (code: string) => string
  /** Article of the events. */
  cite: string | null
}

/** Longer words do not go into one message. */
const most = 200
export const cut = (text: string, length = most): string => {
  const characters = [...text.trim()]
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`
}

/** With its full stop. */
const sentence = (text: string): string => (/[。！？…]$/u.test(text) ? text : `${text}。`)

/** @param order as it is after the events */
export const noticesOf = (order: WorkOrder, events: readonly OrderEvent[], facts: NoticeFacts): Notice[] => [
  ...requesterNoticesOf(order, events, facts),
  ...unitNoticesOf(order, events, facts),
  ...staffNoticesOf(order, events, facts),
]

function requesterNoticesOf(order: WorkOrder, events: readonly OrderEvent[], facts: NoticeFacts): Notice[] {
  return events.flatMap((event, n): Notice[] => {
    const said = tell(order, event, facts)
    if (!said) return []
    const plain = news(order, said.plain)
    const { name, params } = said
    const template = { name, params: { number: order.number, ...params } }
    const open: NoticeWords = { text: `您反映的事项（编号${order.number}）${said.text}`, template }
    return [
      {
        event: n,
        to: { kind: 'requester' },
        words: order.confidential === 'normal' ? [open, plain] : [plain, plain],
      },
    ]
  })
}

const reachesJoined: readonly OrderEvent['type'][] = [
  'extended',
  'concluded',
  'terminated',
  'transferred',
  'refused',
]

/**
 * What those hear whose own orders were joined to this one: that it takes longer or has ended. The words were meant for
 * the other requester and may speak of him: they follow their own number instead.
 */
export const joinedNoticesOf = (
  order: WorkOrder,
  joined: Pick<WorkOrder, 'number'>,
  events: readonly OrderEvent[],
  facts: NoticeFacts,
): Pick<Notice, 'event' | 'words'>[] =>
  events.flatMap((event, n) => {
    const said = reachesJoined.includes(event.type) ? tell(order, event, facts) : null
    if (!said) return []
    const plain = news(joined, said.plain)
    return [{ event: n, words: [plain, plain] as const }]
  })

/** The neutral form: `what` may only hold what betrays nothing, such as a date. */
const news = ({ number }: Pick<WorkOrder, 'number'>, what = '有新的进展'): NoticeWords => ({
  text: `您反映的事项（编号${number}）${what}，请凭编号和联系电话后四位查询，或者来电了解。`,
  template: { name: 'orderNews', params: { number } },
})

/** @param plain the neutral form of a confidential order, where it may say more than that there is something new */
type Told = { text: string; name: string; params: Record<string, string>; plain?: string }

function tell(order: WorkOrder, event: OrderEvent, facts: NoticeFacts): Told | null {
  switch (event.type) {
    case 'accepted':
      return { text: '已受理。', name: 'orderAccepted', params: {} }
    case 'refused':
      return tellRefusal(event, facts)
    case 'dispatched':
      return tellDispatch(order, event, facts)
    case 'split':
      return tellSplit(event, facts)
    case 'extended':
      return tellExtension(order, event, facts)
    case 'concluded':
      return tellResult(order)
    case 'terminated': {
      const why = cut(event.tell ?? event.reason)
      const text = `已终止办理：${sentence(why)}${afterEnd[event.ground] ?? raiseAnew}`
      return { text, name: 'orderTerminated', params: { reason: why }, plain: '已终止办理' }
    }
    case 'transferred':
      return tellTransfer(event, facts)
    case 'opened':
      return event.kind === 'material' ? tellMaterial(event, facts) : null
    case 'closed':
      return tellClosed(order, event)
    default:
      return null
  }
}

/** Only what was ended for want of material may be taken up again (`rules/material.ts`); else a new order is made. */
const raiseAnew = '有新的情况，可以另行提出，登记为新的办理单。'
const afterEnd: Readonly<Record<string, string>> = {
  materialNotSupplied: '补齐材料后，可以凭编号重新提出。',
  noCooperation: '能够配合办理时，可以另行提出，登记为新的办理单。',
  outOfReach: '方便联系时，可以另行提出，登记为新的办理单。',
}

function tellRefusal(event: OrderEvent & { type: 'refused' }, { cite }: NoticeFacts): Told {
  const reason = cut(event.tell)
  const channel = event.otherChannel ?? ''
  const basis = cite ? `（依据${cite}）` : ''
  const text = `不予受理${basis}：${sentence(reason)}${channel ? `其他渠道：${sentence(channel)}` : ''}`
  return { text, name: 'orderRefused', params: { reason, channel } }
}

/** Handling clocks of one leg that run. */
const handlingOf = (leg: number, { statute, clocks }: NoticeFacts): Clock | undefined => {
  const handling = valueOf<readonly string[]>(statute.topics.handlingLimit.handle, [])
  return clocks.find((c) => c.leg === leg && handling.includes(c.term) && c.metAt === null)
}

const within = (clock: Clock | undefined): string => (clock ? `，办理期限为${limitWords(clock)}` : '')

function tellDispatch(
  order: WorkOrder,
  event: OrderEvent & { type: 'dispatched' },
  facts: NoticeFacts,
): Told | null {
  const lead = event.legs.find((leg) => leg.role === 'lead')
  if (!lead) return null
  const clock = handlingOf(lead.n, facts)
  const unit = facts.unitName(lead.unitId)
  const before = order.legs.findLast((leg) => leg.role === 'lead' && leg.n < lead.n)
  const params = { unit, until: clock ? untilWords(clock.due) : '' }
  if (!before) return { text: `已转${unit}办理${within(clock)}。`, name: 'orderDispatched', params }
  const again = before.unitId === lead.unitId
  const text = again ? `已交${unit}再次办理` : `${whyMoved(before, facts)}已改由${unit}办理`
  return { text: `${text}${within(clock)}。`, name: 'orderUnitChanged', params }
}

/** 被退回的……重新转交有关单位承办，并告知诉求人 (白银 第十二条第二款); elsewhere the centre tells it all the same. */
const whyMoved = (before: DispatchLeg, { statute, unitName }: NoticeFacts): string => {
  if (before.ended !== 'sentBack') return ''
  const cite = citesOf(statute.topics.sendBack.tellRequester)
  return `经${unitName(before.unitId)}退回${cite ? `（依据${cite}告知）` : ''}，`
}

function tellSplit(event: OrderEvent & { type: 'split' }, { unitName }: NoticeFacts): Told {
  const parts = event.into.map(({ number, unit }) => `编号${number}由${unitName(unit)}办理`)
  return {
    text: `由几个单位分别办理：${parts.join('；')}。`,
    name: 'orderSplit',
    params: { numbers: event.into.map(({ number }) => number).join('、') },
  }
}

function tellExtension(
  order: WorkOrder,
  event: OrderEvent & { type: 'extended' },
  facts: NoticeFacts,
): Told | null {
  const asked = proceduresOf(order, 'timeExtension').findLast((p) => p.leg === event.leg)
  const clock = facts.clocks.find((c) => c.leg === event.leg && c.term === event.term)
  if (!clock) return null
  const part = (label: string, words: string | undefined): string =>
    words ? `${label}：${cut(words, 80)}；` : ''
  const said = asked
    ? [
        part('原因', asked.said.reason),
        part('进度', asked.said.progress),
        part('措施', asked.said.measures),
        part('依据', asked.said.basis),
      ].join('')
    : ''
  return {
    text: `需要延期办理。${said}新的期限：${limitWords(clock)}。`,
    name: 'orderExtended',
    params: { reason: cut(asked?.said.reason ?? '', 80), until: untilWords(clock.due) },
    plain: `的办理期限延长到${untilWords(clock.due)}`,
  }
}

function tellResult(order: WorkOrder): Told {
  const lead = order.legs.findLast((leg) => leg.role === 'lead' && leg.told)
  const result = cut(lead?.told?.text ?? '')
  return {
    text: `已办结。${result ? `办理结果：${result}` : '办理结果请凭编号查询。'}`,
    name: 'orderConcluded',
    params: { result },
    plain: '已办结',
  }
}

function tellTransfer(event: OrderEvent & { type: 'transferred' }, { statute }: NoticeFacts): Told {
  const onward = statute.topics.supervision.onward.find(
    (o) => o.basis !== 'silent' && o.value.to === event.to,
  )
  const label = onward && onward.basis !== 'silent' ? onward.value.label : '移交有关机关'
  const reason = cut(event.tell ?? event.reason)
  return {
    text: `已${label}协调处理：${sentence(reason)}`,
    name: 'orderTransferred',
    params: { label, reason },
  }
}

function tellMaterial(
  { n, said }: Extract<OrderEvent, { type: 'opened'; kind: 'material' }>,
  { clocks }: NoticeFacts,
): Told {
  const clock = clocks.find((c) => c.procedure === n)
  const until = said.until ? untilWords(new Date(said.until)) : clock ? untilWords(clock.due) : ''
  const items = cut(said.items.join('、'))
  const basis = clock ? `（${limitBasis(clock)}）` : ''
  return {
    text: `需要补充：${items}。请于${until || '近日'}补齐${basis}，可以来电或者直接回复。`,
    name: 'orderMaterial',
    params: { items, until },
    plain: `需要补充材料${until ? `，请于${until}补齐` : ''}`,
  }
}

const limitBasis = (clock: Clock): string =>
  clock.localPolicy ? `依据${clock.cite}，期限为本市设定` : `依据${clock.cite}`

function tellClosed(order: WorkOrder, event: OrderEvent & { type: 'closed' }): Told | null {
  if (event.kind === 'explanation' && event.verdict === 'given') {
    const words = cut(event.outcome.text)
    return { text: `承办单位说明：${words}`, name: 'orderExplained', params: { text: words } }
  }
  if (event.kind !== 'recusal' || event.verdict === 'withdrawn') return null
  const asked: Procedure<'recusal'> | null = findProcedure(order, 'recusal', event.n)
  // What a person declared himself was not the requester's to ask, and is not his to hear.
  if (asked?.said.by !== 'requester') return null
  const verdict = event.verdict === 'approved' ? '同意' : '不同意'
  const document = event.outcome.document ?? ''
  return {
    text: `的回避申请已经书面决定：${verdict}（${document}）。${cut(event.outcome.reason, 100)}`,
    name: 'orderRecusal',
    params: { verdict, document },
    plain: `的申请已经书面决定（${document}）`,
  }
}

/** What is told at the end of a contact: its orders, and of those dispatched at once to whom and until when. */
export function registrationWords(
  orders: readonly { order: WorkOrder; facts: Omit<NoticeFacts, 'cite'> }[],
): NoticeWords {
  const progress = orders.map(({ order, facts }) => {
    const plain = `编号${order.number}`
    if (order.confidential !== 'normal') return plain
    const lead = order.legs.find((leg) => leg.role === 'lead')
    if (!lead) return order.state === 'registered' ? plain : `${plain}（已受理）`
    const limit = within(handlingOf(lead.n, { ...facts, cite: null }))
    return `${plain}已受理并转${facts.unitName(lead.unitId)}办理${limit}`
  })
  const numbers = orders.map(({ order }) => order.number).join('、')
  return {
    text: `您反映的事项已登记，${progress.join('；')}。凭编号和联系电话后四位可以查询进度。`,
    template: { name: 'orderRegistered', params: { number: numbers } },
  }
}
