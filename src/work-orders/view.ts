import type { Actor } from '../base/actor.ts'
import { maskName, maskPhone } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { allowedActions } from './allowed.ts'
import type { AllowedAction, DeadlineView, OrderView, Progress } from './contract.ts'
import type { Acting } from './actions.ts'
import { noticeTerm } from './clocks.ts'
import { describeMissing } from './elements.ts'
import type { WorkOrder } from './model.ts'
import type { DeadlineRow, OrderRow } from './rows.ts'

/** How an order looks to one person. Who may see identity is decided here, on the way out of the store. */

type Identity = { name: string | null; contact: string | null; home: string | null }

export function openIdentity(row: OrderRow, pii: Pii): Identity {
  const open = (sealed: string | null): string | null => (sealed === null ? null : pii.open(sealed))
  return { name: open(row.nameSealed), contact: open(row.contactSealed), home: open(row.homeSealed) }
}

/**
 * Design "Who may see what": a tip-off shows nobody here who raised it; the unit that handles a plain matter sees whom
 * to call; everybody else sees the masked form, and the whole only by `reveal` with a reason.
 */
function visibleIdentity(row: OrderRow, identity: Identity, actor: Actor): Omit<Identity, 'home'> {
  if (row.confidential === 'tipOff') return { name: null, contact: null }
  const plain = isUnit(actor) && row.confidential === 'normal'
  if (plain) return { name: identity.name, contact: identity.contact }
  return {
    name: identity.name === null ? null : maskName(identity.name),
    contact: identity.contact === null ? null : maskPhone(identity.contact),
  }
}

const blackened = '＊＊＊'
const numbers =
  /(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)/g

/** What a unit reads of a protected matter: the requester's name, home and every telephone or identity number are out. */
export function redact(text: string, identity: Identity): string {
  const known = [identity.name, identity.home, identity.contact].filter(
    (word): word is string => word !== null && [...word].length > 1,
  )
  return known.reduce((t, word) => t.replaceAll(word, blackened), text).replace(numbers, blackened)
}

export function orderView(
  row: OrderRow,
  deadlines: readonly DeadlineRow[],
  { actor, now, pii, statute }: { actor: Actor; now: Date; pii: Pii; statute: Statute },
): OrderView {
  const identity = openIdentity(row, pii)
  const seen = visibleIdentity(row, identity, actor)
  const protectedFromUnit = isUnit(actor) && row.confidential !== 'normal'
  const words = (text: string): string => (protectedFromUnit ? redact(text, identity) : text)
  return {
    number: row.number,
    state: row.state,
    statute: row.statute.slug,
    statuteVersion: row.statute.version,
    sourceChannel: row.sourceChannel,
    raisedAt: formatInstant(row.raisedAt),
    kind: row.kind,
    category: row.category,
    title: words(row.title),
    facts: words(row.facts),
    place: row.place,
    requester: {
      kind: row.requesterKind,
      ...seen,
      careGroups: row.confidential === 'tipOff' ? [] : row.careGroups,
    },
    confidentialLevel: row.confidential,
    urgent: row.urgent,
    incident: row.incident,
    missing: describeMissing(statute, row.missing),
    leadUnit: row.leadUnit,
    legs: row.legs.map((leg) => ({
      unit: leg.unitId,
      role: leg.role,
      deliveredAt: formatInstant(leg.deliveredAt),
      acknowledgedAt: instantOrNull(leg.acknowledgedAt),
      contactedAt: instantOrNull(leg.contactedAt),
      fedBackAt: instantOrNull(leg.fedBackAt),
      ended: leg.ended,
      result: leg.result && { ...leg.result, text: words(leg.result.text) },
    })),
    parent: row.parentNumber,
    mergedInto: row.mergedInto,
    contactIds: row.contactIds,
    version: row.version,
    deadlines: deadlines.map((deadline) => deadlineView(deadline, row, statute, now)),
  }
}

export function deadlineView(
  d: DeadlineRow,
  order: Pick<WorkOrder, 'legs'>,
  statute: Statute,
  now: Date,
): DeadlineView {
  const end = d.metAt ?? now
  return {
    term: d.term,
    unit: order.legs.find((leg) => leg.n === d.leg)?.unitId ?? null,
    name: statute.terms[d.term]?.name ?? (d.term === noticeTerm ? '督办答复' : d.term),
    startedAt: formatInstant(d.startedAt),
    due: formatInstant(d.due),
    provisional: d.provisional,
    localPolicy: d.localPolicy,
    cite: d.cite,
    metAt: d.metAt === null ? null : formatInstant(d.metAt),
    overdue: !d.window && end >= d.due,
    right: d.window,
  }
}

export const actionsOf = (
  row: OrderRow,
  { actor, unitCode }: Pick<Acting, 'actor' | 'unitCode'>,
  statute: Statute,
  now: Date,
): AllowedAction[] => allowedActions(row, { actor, actorUnit: unitCode, statute, now })

const isUnit = (actor: Actor): boolean => actor.role === 'unit' || actor.role === 'unitLeader'
const instantOrNull = (at: Date | null): string | null => (at ? formatInstant(at) : null)

const acceptanceWord: Record<WorkOrder['state'], string> = {
  registered: '已登记，正在确定是否受理',
  awaitingMaterial: '等待补齐材料',
  accepted: '已受理',
  dispatched: '已受理',
  fedBack: '已受理',
  concluded: '已受理',
  refused: '不予受理',
  merged: '已受理，与同一事项合并办理',
  terminated: '已终止办理',
  transferred: '已移交其他机关',
}
const progressWord: Record<WorkOrder['state'], string> = {
  registered: '待确定是否受理',
  awaitingMaterial: '请按通知补齐材料',
  accepted: '待转承办单位',
  dispatched: '承办单位办理中',
  fedBack: '承办单位已反馈，正在审核',
  concluded: '已办结',
  refused: '已告知理由和其他渠道',
  merged: '随合并的办理单办理',
  terminated: '已终止办理，理由已告知',
  transferred: '由接收机关办理，接收机关已告知',
}

export function progressView(
  row: OrderRow & { leadUnitName: string | null },
  deadlines: readonly DeadlineRow[],
): Progress {
  const next = deadlines.find((d) => d.metAt === null && !d.window)
  return {
    number: row.number,
    title: row.confidential === 'normal' ? row.title : '保密事项',
    raisedAt: formatInstant(row.raisedAt),
    acceptance: acceptanceWord[row.state],
    unit: row.leadUnitName,
    progress: progressWord[row.state],
    due: next ? formatInstant(next.due) : null,
    cite: next?.cite ?? null,
    result: row.state === 'concluded' ? (leadResult(row)?.text ?? null) : null,
  }
}

/** What the leading unit told the requester; the report to the platform stays inside. */
const leadResult = (row: OrderRow) =>
  row.legs.findLast((leg) => leg.role === 'lead' && leg.told)?.told ?? null
