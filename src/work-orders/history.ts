import { formatInstant } from '../statutes/calendar.ts'
import type { AuditView, FollowUpView, OrderEventView, ProcedureView, RatingView } from './contract.ts'
import type { Procedure, ProcedureKind } from './procedures.ts'
import { redact, redactDeep, type Identity } from './redact.ts'
import type { OrderEventRow } from './reads-store.ts'
import type { OrderRow } from './rows.ts'
import type { Look } from './view.ts'
import { isUnitRole, type Viewer } from './visibility.ts'

/**
 * What happened to an order, as far as a viewer may read it: procedures, audits, follow-ups and events. Identity is in
 * none of it, whoever looks: words that people wrote here are redacted for everybody.
 */
const labels: Partial<Record<ProcedureKind, string>> = {
  material: '补齐材料',
  timeExtension: '申请延期',
  sendBack: '退回',
  termination: '终止办理',
  supervision: '督办',
  recusal: '回避',
  explanation: '要求说明',
  objection: '评价异议',
  escalation: '报请协调',
  urgentHandOver: '电话交办',
  onward: '移送',
}

/** Of the order as a whole, and the leading unit's business. */
const leadsBusiness: readonly ProcedureKind[] = [
  'material',
  'objection',
  'escalation',
  'urgentHandOver',
  'termination',
]
/**
 * A unit is not told of its own recusal by others, nor that the matter goes to those who supervise it. Its leader hears of
 * that of one of its people: he has to decide (鞍山 2019 第二十七条第二款).
 */
const neverUnits: readonly ProcedureKind[] = ['recusal', 'onward']

const unitOfLeg = (row: OrderRow, n: number | null): string | null =>
  row.legs.find((leg) => leg.n === n)?.unitId ?? null

export const isOwnLeg = (row: OrderRow, n: number | null, { unitCode }: Viewer): boolean =>
  unitCode !== null && unitOfLeg(row, n) === unitCode

/** `words`: with what it says; `fact`: that it is there; null: not to be known. */
type Reading = 'words' | 'fact' | null

const isHisToDecide = (p: Procedure, { actor, roles, unitCode }: Viewer): boolean =>
  p.kind === 'recusal' &&
  roles.includes('unitLeader') &&
  unitCode !== null &&
  p.said.personUnit === unitCode &&
  p.said.person !== actor.id

function readingOf(row: OrderRow, p: Procedure, { viewer, sights, seats }: Look): Reading {
  if (sights.notes.sight === 'full' || seats.includes('oversight')) return 'words'
  if (!isUnitRole(viewer)) return neverUnits.includes(p.kind) ? null : 'fact'
  if (neverUnits.includes(p.kind))
    return p.openedBy === viewer.actor.id || isHisToDecide(p, viewer) ? 'words' : null
  if (isOwnLeg(row, p.leg, viewer)) return 'words'
  return p.leg === null && seats.includes('leadUnit') && leadsBusiness.includes(p.kind) ? 'words' : null
}

/** Whether the viewer may know that something runs, or ran out, for this procedure; 0 or null: for none. */
export const mayKnow = (row: OrderRow, procedure: number | null, look: Look): boolean => {
  const named = row.procedures.find((p) => p.n === procedure)
  return named === undefined || readingOf(row, named, look) !== null
}

/** Ids of people are for those who read the notes; a requester's id would join his orders. */
const personOf = (id: string | null, role: string | null, { sights }: Look) => ({
  id: sights.notes.sight === 'full' && role !== 'requester' ? id : null,
  role: role ?? 'system',
})

export const procedureViews = (row: OrderRow, look: Look, identity: Identity): ProcedureView[] =>
  row.procedures.flatMap((p) => {
    const sight = readingOf(row, p, look)
    if (sight === null) return []
    const words = sight === 'words'
    return [
      {
        n: p.n,
        kind: p.kind,
        label: labels[p.kind] ?? p.kind,
        leg: p.leg,
        unit: unitOfLeg(row, p.leg),
        openedAt: formatInstant(p.openedAt),
        openedBy: personOf(p.openedBy, p.openedRole, look),
        closedAt: p.closedAt === null ? null : formatInstant(p.closedAt),
        closedBy: p.closedAt === null ? null : personOf(p.closedBy, p.closedRole, look),
        verdict: p.verdict,
        said: words ? redactDeep<unknown>(p.said, identity) : null,
        outcome: words ? redactDeep<unknown>(p.outcome, identity) : null,
      },
    ]
  })

/** For the centre, and for the unit whose result was audited. */
export const auditViews = (row: OrderRow, look: Look, identity: Identity): AuditView[] => {
  const { sights, seats } = look
  if (sights.notes.sight !== 'full' && !seats.includes('leadUnit')) return []
  return row.audits.map((audit) => ({
    at: formatInstant(audit.at),
    by: personOf(audit.by, 'auditor', look).id,
    passed: audit.passed,
    points: audit.points,
    note: redact(audit.note, identity),
    quality: audit.quality ?? null,
    lacking: audit.lacking ?? [],
    then: audit.then ?? null,
  }))
}

/** The requester's own answers are part of the rating. */
export const followUpViews = (row: OrderRow, look: Look, identity: Identity): FollowUpView[] =>
  look.sights.rating.sight !== 'full'
    ? []
    : row.followUps.map((call) => ({
        n: call.n,
        at: formatInstant(call.at),
        by: personOf(call.by, 'followUp', look).id,
        channel: call.channel,
        reached: call.reached,
        solved: call.solved,
        satisfied: call.satisfied,
        says: call.says === null ? null : redact(call.says, identity),
        untrue: call.untrue ?? false,
        verdict: call.verdict && {
          reasonable: call.verdict.reasonable,
          reason: redact(call.verdict.reason, identity),
          then: call.verdict.then,
        },
      }))

export const ratingView = ({ rating }: Pick<OrderRow, 'rating'>): RatingView | null =>
  rating && {
    stars: rating.stars,
    components: rating.components,
    dimensions: rating.dimensions,
    at: formatInstant(rating.at),
    final: rating.final,
  }

const ofRating: readonly string[] = ['followedUp', 'judged', 'rated', 'ratingFinal']
const ofProcedures: readonly string[] = ['opened', 'closed', 'stepped']
const ofClocks: readonly string[] = ['deadlineMissed', 'reminded']
/** They name other orders. */
const ofLinks: readonly string[] = ['merged', 'split', 'splitFrom']
/** Inside the centre: who tried what in vain, who may see what, what was noted for the next step. */
const ofCentre: readonly string[] = ['attemptRefused', 'levelSet', 'classified']
/** What everybody who sees the order may read in it; everything else is a note of its leg or of the centre. */
const ofContent: readonly string[] = [
  'registered',
  'accepted',
  'refused',
  'dispatched',
  'supplied',
  'appended',
  'acknowledged',
  'fedBack',
  'concluded',
  'terminated',
  'reopened',
  'deadlineMissed',
  'reminded',
]

/** The events that the viewer may know of; one whose words are not his comes with empty data. */
export const eventViews = (
  row: OrderRow,
  events: readonly OrderEventRow[],
  look: Look,
  identity: Identity,
): OrderEventView[] =>
  events.flatMap((event) => {
    const sight = eventReading(row, event, look)
    if (sight === null) return []
    return [
      {
        type: event.type,
        at: formatInstant(event.at),
        actor: {
          kind: event.actorKind,
          // A requester's id would join his orders, and a tip-off to its author.
          id: event.actorKind === 'requester' ? 'requester' : event.actorId,
          role: event.actorRole,
        },
        cite: event.cite,
        data: sight === 'words' ? redactDeep(withoutContact(event.data, look), identity) : {},
      },
    ]
  })

function eventReading(row: OrderRow, event: OrderEventRow, look: Look): Reading {
  const { sights, viewer } = look
  const data = (event.data ?? {}) as Record<string, unknown>
  const leg = typeof data['leg'] === 'number' ? data['leg'] : null
  // A clock of a procedure tells that there is one: that somebody applied for a recusal, above all.
  const of = typeof data['procedure'] === 'number' ? data['procedure'] : null
  if (ofClocks.includes(event.type) && !mayKnow(row, of, look)) return null
  if (ofRating.includes(event.type)) return sights.rating.sight === 'full' ? 'words' : null
  if (ofProcedures.includes(event.type)) {
    const procedure = row.procedures.find((p) => p.n === data['n'])
    return procedure ? readingOf(row, procedure, look) : 'fact'
  }
  if (ofLinks.includes(event.type)) return linked(data).every((n) => look.links.has(n)) ? 'words' : 'fact'
  if (sights.notes.sight === 'full') return 'words'
  if (ofCentre.includes(event.type)) return null
  if (ofContent.includes(event.type)) {
    const others = leg !== null && isUnitRole(viewer) && !isOwnLeg(row, leg, viewer)
    return others || sights.contact.sight === 'none' ? 'fact' : 'words'
  }
  return isOwnLeg(row, leg, viewer) ? 'words' : 'fact'
}

/** Numbers of orders that an event names. */
export const linked = (data: Record<string, unknown>): string[] => {
  const into = Array.isArray(data['into'])
    ? (data['into'] as { number?: unknown }[]).map((i) => i.number)
    : [data['into']]
  return [...into, data['number']].filter((n): n is string => typeof n === 'string')
}

function withoutContact(data: unknown, { sights }: Look): unknown {
  if (sights.contact.sight !== 'none' || data === null || typeof data !== 'object') return data
  const { contactId: _hidden, ...rest } = data as Record<string, unknown>
  return rest
}
