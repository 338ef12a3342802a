import type { Clock } from './clock.ts'
import type { DispatchLeg, WorkOrder } from './model.ts'
import type { Procedure } from './procedures.ts'

/** A stored order with what surrounds the pure one. Identity stays sealed until somebody may see it. */
export type OrderRow = WorkOrder & {
  registrationId: string
  requesterKind: string
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  careGroups: string[]
  confidentialityWish: string | null
  confidentialityAsked: boolean
  leadUnit: string | null
  parentNumber: string | null
  contactIds: string[]
}

export type NewOrder = Omit<OrderRow, 'version' | 'leadUnit' | 'parentNumber' | 'contactIds'> & {
  parentId: string | null
  lastFourLookup: string | null
  grams: string[]
}

/** JSON knows no instants: what PostgreSQL builds as JSON comes with strings in their place. */
type Stored<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Stored<U>[]
    : T extends object
      ? { [K in keyof T]: Stored<T[K]> }
      : T

/** As PostgreSQL gives it: the nested parts are put together in `toOrder`. */
export type RawOrder = Omit<
  OrderRow,
  'statute' | 'legs' | 'procedures' | 'audits' | 'followUps' | 'rating'
> & {
  statuteSlug: string
  statuteVersion: string
  legs: Stored<DispatchLeg>[] | null
  procedures: Stored<Procedure>[] | null
  closing: Stored<Pick<WorkOrder, 'audits' | 'followUps' | 'rating'>>
}

export const orderColumns = `
  o.id, o.number, o.statute as "statuteSlug", o.statute_version as "statuteVersion", o.state, o.version,
  o.source_channel as "sourceChannel", o.raised_at as "raisedAt", o.registered_at as "registeredAt",
  o.accepted_at as "acceptedAt", o.concluded_at as "concludedAt", o.kind, o.handling_class as "handlingClass",
  o.category, o.title, o.facts, o.place, o.requester_id as "requesterId",
  o.confidential, o.urgent, o.incident, o.accused_unit as "accusedUnitId", o.accused_staff as "accusedStaffId",
  o.missing, o.lead_unit as "leadUnit", o.closing,
  o.registration_id as "registrationId", o.requester_kind as "requesterKind", o.name_sealed as "nameSealed",
  o.home_sealed as "homeSealed", o.contact_sealed as "contactSealed", o.care_groups as "careGroups",
  o.confidentiality_wish as "confidentialityWish", o.confidentiality_asked as "confidentialityAsked",
  (select m.number from work_orders m where m.id = o.merged_into) as "mergedInto",
  (select p.number from work_orders p where p.id = o.parent_id) as "parentNumber",
  (select coalesce(array_agg(wc.contact_id order by wc.at), '{}') from work_order_contacts wc
    where wc.order_id = o.id) as "contactIds",
  (select jsonb_agg(jsonb_build_object('n', l.n, 'unitId', l.unit_code, 'role', l.role,
      'deliveredAt', l.delivered_at, 'acknowledgedAt', l.acknowledged_at, 'contactedAt', l.contacted_at,
      'fedBackAt', l.fed_back_at, 'result', l.result, 'told', l.told, 'stageReports', l.stage_reports,
      'endedAt', l.ended_at, 'ended', l.ended) order by l.n)
    from work_order_legs l where l.order_id = o.id) as legs,
  (select jsonb_agg(jsonb_build_object('n', q.n, 'kind', q.kind, 'leg', q.leg, 'openedAt', q.opened_at,
      'openedBy', q.opened_by, 'openedRole', q.opened_role, 'said', q.said, 'closedAt', q.closed_at,
      'closedBy', q.closed_by, 'closedRole', q.closed_role, 'verdict', q.verdict, 'outcome', q.outcome) order by q.n)
    from work_order_procedures q where q.order_id = o.id) as procedures`

export function toOrder(raw: RawOrder): OrderRow {
  const { statuteSlug, statuteVersion, legs, procedures, closing, ...rest } = raw
  const { audits, followUps, rating } = closing
  return {
    ...rest,
    statute: { slug: statuteSlug, version: statuteVersion },
    legs: (legs ?? []).map((leg) => ({
      ...leg,
      deliveredAt: new Date(leg.deliveredAt),
      acknowledgedAt: instant(leg.acknowledgedAt),
      contactedAt: instant(leg.contactedAt),
      fedBackAt: instant(leg.fedBackAt),
      endedAt: instant(leg.endedAt),
      stageReports: leg.stageReports.map((report) => ({ ...report, at: new Date(report.at) })),
    })),
    // Each row is one member of the union; spreading it loses which.
    procedures: (procedures ?? []).map((p) => ({
      ...p,
      openedAt: new Date(p.openedAt),
      closedAt: instant(p.closedAt),
    })),
    audits: audits.map((audit) => ({ ...audit, at: new Date(audit.at) })),
    followUps: followUps.map((call) => ({ ...call, at: new Date(call.at) })),
    rating: rating && {
      ...rating,
      at: new Date(rating.at),
      before: rating.before.map((b) => ({ ...b, until: new Date(b.until) })),
    },
  }
}

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text))

export type DeadlineRow = Clock

export const deadlineColumns = `d.leg, d.procedure, d.term, d.started_at as "startedAt", d.due, d.provisional,
  d.local_policy as "localPolicy", d.calendar_version as "calendarVersion", d.cite, d.is_window as "window",
  d.extensions, d.other_law as "otherLaw", d.met_at as "metAt", d.missed_at as "missedAt"`

/** What still runs. */
export const runningDeadline = 'd.met_at is null and d.voided_at is null'
