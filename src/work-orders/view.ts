import { maskName, maskPhone } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { allowedActions } from './allowed.ts'
import type { AllowedAction, DeadlineView, OrderDetail, OrderView, Withheld } from './contract.ts'
import type { Progress } from './progress-contract.ts'
import type { Acting } from './actions.ts'
import { noticeTerm, type AppliedLaw } from './clock.ts'
import { describeMissing } from './elements.ts'
import { auditViews, followUpViews, isOwnLeg, mayKnow, procedureViews, ratingView } from './history.ts'
import type { WorkOrder } from './model.ts'
import { redact, redactDeep, type Identity } from './redact.ts'
import type { DeadlineRow, OrderRow } from './rows.ts'
import { isAbove } from './rules/confidentiality.ts'
import { dispatchAgain, extensionDecision } from './rules/moving-limits.ts'
import { fields, isUnitRole, type Insight, type Sight, type Sights, type Viewer } from './visibility.ts'

/** How an order looks to one person, on the way out of the store. What he may see is said by `visibility.ts`. */

export function openIdentity(row: OrderRow, pii: Pii): Identity {
  const open = (sealed: string | null): string | null => (sealed === null ? null : pii.open(sealed))
  return { name: open(row.nameSealed), contact: open(row.contactSealed), home: open(row.homeSealed) }
}

/** One look of one person at one order. */
export type Look = Insight & {
  viewer: Viewer
  statute: Statute
  now: Date
  pii: Pii
  /** Numbers of other orders that he may know to belong to this one. */
  links: ReadonlySet<string>
  /** Whether the requester has an entry in the integrity file; null where that was not asked for. */
  integrityFlag: boolean | null
}

const at = <T>(sight: Sight, whole: T, masked: T | null = null): T | null =>
  sight === 'full' ? whole : sight === 'masked' ? masked : null

/** A text without the requester where the viewer has it redacted, else as it is. */
export const wordsFor =
  (sights: Sights, identity: Identity) =>
  (text: string): string =>
    sights.content.sight === 'full' ? text : redact(text, identity)

export function orderView(row: OrderRow, deadlines: readonly DeadlineRow[], look: Look): OrderView {
  const { sights, seats, statute, now, viewer } = look
  const identity = openIdentity(row, look.pii)
  const words = wordsFor(sights, identity)
  const known = (number: string | null): string | null =>
    number !== null && look.links.has(number) ? number : null
  const notes = sights.notes.sight === 'full'
  // A unit that is out of it reads its own report and no other's.
  const former = seats.every((seat) => seat === 'formerUnit')
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
    place: row.place === null ? null : words(row.place),
    requester: requesterView(row, identity, look),
    confidentialLevel: row.confidential,
    confidentialityWish: row.confidentialityWish === null ? null : redact(row.confidentialityWish, identity),
    urgent: row.urgent,
    incident: row.incident,
    missing: describeMissing(statute, row.missing),
    handlingClass: row.handlingClass,
    accused: accusedView(row, look),
    leadUnit: row.leadUnit,
    legs: row.legs.map((leg) => {
      const own = isOwnLeg(row, leg.n, viewer)
      const seen = own || !former
      return {
        n: leg.n,
        unit: leg.unitId,
        role: leg.role,
        deliveredAt: formatInstant(leg.deliveredAt),
        acknowledgedAt: instantOrNull(leg.acknowledgedAt),
        contactedAt: instantOrNull(leg.contactedAt),
        fedBackAt: instantOrNull(leg.fedBackAt),
        ended: leg.ended,
        result: leg.result && seen ? resultView(leg.result, words) : null,
        told: leg.told && seen ? redactDeep(leg.told, identity) : null,
        // The leading unit waits for what its co-units report.
        stageReports:
          notes || own || seats.includes('leadUnit')
            ? leg.stageReports.map((report) => ({
                at: formatInstant(report.at),
                text: redact(report.text, identity),
              }))
            : [],
      }
    }),
    procedures: procedureViews(row, look, identity),
    audits: auditViews(row, look, identity),
    followUps: followUpViews(row, look, identity),
    rating: sights.rating.sight === 'full' ? ratingView(row) : null,
    parent: known(row.parentNumber),
    mergedInto: known(row.mergedInto),
    // A contact leads to who spoke in it.
    contactIds: sights.contact.sight === 'none' ? [] : row.contactIds,
    version: row.version,
    deadlines: deadlines
      .filter((deadline) => mayKnow(row, deadline.procedure, look))
      .map((deadline) => deadlineView(deadline, row, statute, now)),
    withheld: withheldOf(sights),
  }
}

function requesterView(
  row: OrderRow,
  identity: Identity,
  { sights, integrityFlag, viewer }: Look,
): OrderView['requester'] {
  const { identity: who, contact, integrity } = sights
  const { name, home } = identity
  return {
    kind: row.requesterKind,
    name: name === null ? null : at(who.sight, name, maskName(name)),
    contact:
      identity.contact === null ? null : at(contact.sight, identity.contact, maskPhone(identity.contact)),
    // A unit is given name and contact; where it has to go is the place of the matter.
    home: home === null || isUnitRole(viewer) ? null : at(who.sight, home),
    careGroups: who.sight === 'none' ? [] : row.careGroups,
    integrityFlag: integrity.sight === 'none' ? null : integrityFlag,
  }
}

/** Who must be kept out of it is for the centre, for oversight, and for the unit that handles the complaint. */
function accusedView(row: OrderRow, { sights, seats }: Look): OrderView['accused'] {
  const { accusedUnitId: unit, accusedStaffId: staff } = row
  if (unit === null && staff === null) return null
  if (sights.notes.sight === 'full' || seats.includes('oversight')) return { unit, staff }
  return seats.includes('leadUnit') ? { unit, staff: null } : null
}

function resultView(
  result: NonNullable<OrderRow['legs'][number]['result']>,
  words: (text: string) => string,
): OrderView['legs'][number]['result'] {
  const parts = Object.entries(result.parts).map(([code, text]) => [code, words(text)])
  return { ...result, text: words(result.text), parts: Object.fromEntries(parts) as Record<string, string> }
}

/** What is not whole, with the article or the sign of local policy; the ledger is nobody's business here. */
export const withheldOf = (sights: Sights): Withheld[] =>
  fields.flatMap((field) => {
    const { sight, ...why } = sights[field]
    return sight === 'full' || field === 'audit' ? [] : [{ field, sight, ...why }]
  })

/** What is left for somebody whose own action took the order out of his sight. */
export const goneView = (row: OrderRow): OrderDetail => ({
  number: row.number,
  state: row.state,
  statute: row.statute.slug,
  statuteVersion: row.statute.version,
  sourceChannel: row.sourceChannel,
  raisedAt: formatInstant(row.raisedAt),
  kind: null,
  category: null,
  title: '',
  facts: '',
  place: null,
  requester: { kind: '', name: null, contact: null, home: null, careGroups: [], integrityFlag: null },
  confidentialLevel: row.confidential,
  confidentialityWish: null,
  urgent: false,
  incident: null,
  missing: [],
  handlingClass: null,
  accused: null,
  leadUnit: null,
  legs: [],
  procedures: [],
  audits: [],
  followUps: [],
  rating: null,
  parent: null,
  mergedInto: null,
  contactIds: [],
  version: row.version,
  deadlines: [],
  withheld: [],
  events: [],
  actions: [],
})

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
    name: statute.terms[d.term]?.name ?? localNames[d.term] ?? d.term,
    startedAt: formatInstant(d.startedAt),
    due: formatInstant(d.due),
    provisional: d.provisional,
    localPolicy: d.localPolicy,
    cite: d.cite,
    metAt: d.metAt === null ? null : formatInstant(d.metAt),
    overdue: !d.window && end >= d.due,
    right: d.window,
    ...(d.otherLaw ? { otherLaw: lawView(d.otherLaw) } : {}),
  }
}

/** Clocks of the centre's own practice, which no statute names. */
const localNames: Record<string, string> = {
  [noticeTerm]: '督办答复',
  [extensionDecision]: '答复延期申请',
  [dispatchAgain]: '重新派单',
}

const lawView = ({ law, article, localDue }: AppliedLaw): NonNullable<DeadlineView['otherLaw']> => ({
  law,
  article,
  localDue: localDue ?? null,
})

export const actionsOf = (
  row: OrderRow,
  { actor, roles, unitCode }: Pick<Acting, 'actor' | 'roles' | 'unitCode'>,
  statute: Statute,
  now: Date,
): AllowedAction[] => allowedActions(row, { actor, actorUnit: unitCode, statute, now }, roles)

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
export const progressWord: Record<WorkOrder['state'], string> = {
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
    state: row.state,
    acceptance: acceptanceWord[row.state],
    unit: row.leadUnitName,
    progress: progressWord[row.state],
    due: next ? formatInstant(next.due) : null,
    cite: next?.cite ?? null,
    result: row.state === 'concluded' ? (leadResult(row)?.text ?? null) : null,
  }
}

/** What was told to the other requester, whose order it is. */
const joinedEnd: Partial<Record<WorkOrder['state'], string>> = {
  refused: '不予受理，请来电了解理由',
  terminated: '已终止办理，请来电了解理由',
  transferred: '已移交其他机关，请来电了解',
}

/**
 * Of an order that was joined to another: how that one goes. Its requester stays out of it, also in what its unit told
 * him; and where it is more secret by now, so does the result.
 */
export function joinedProgress(
  asked: OrderRow,
  into: OrderRow & { leadUnitName: string | null },
  deadlines: readonly DeadlineRow[],
  pii: Pii,
): Progress {
  const { number, title, raisedAt } = progressView({ ...asked, leadUnitName: null }, [])
  const goes = progressView(into, deadlines)
  const secret = isAbove(into.confidential, asked.confidential)
  return {
    ...goes,
    number,
    title,
    raisedAt,
    acceptance: goes.acceptance === acceptanceWord.accepted ? acceptanceWord.merged : goes.acceptance,
    progress: joinedEnd[into.state] ?? goes.progress,
    result: goes.result === null || secret ? null : redact(goes.result, openIdentity(into, pii)),
  }
}

/** What the leading unit told the requester; the report to the platform stays inside. */
const leadResult = (row: OrderRow) =>
  row.legs.findLast((leg) => leg.role === 'lead' && leg.told)?.told ?? null
