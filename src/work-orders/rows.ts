import type { WorkOrder } from './model.ts'

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

export type NewOrder = Omit<OrderRow, 'version' | 'legs' | 'leadUnit' | 'parentNumber' | 'contactIds'> & {
  parentId: string | null
  lastFourLookup: string | null
  grams: string[]
}

/** As PostgreSQL gives it: the nested statute and legs are put together in `toOrder`. */
export type RawOrder = Omit<OrderRow, 'statute' | 'legs'> & {
  statuteSlug: string
  statuteVersion: string
  legs: { n: number; unitId: string; role: 'lead' | 'co' | 'petition'; deliveredAt: string }[] | null
}

export const orderColumns = `
  o.id, o.number, o.statute as "statuteSlug", o.statute_version as "statuteVersion", o.state, o.version,
  o.source_channel as "sourceChannel", o.raised_at as "raisedAt", o.registered_at as "registeredAt",
  o.accepted_at as "acceptedAt", o.kind, o.category, o.title, o.facts, o.place, o.requester_id as "requesterId",
  o.confidential, o.urgent, o.incident, o.accused_unit as "accusedUnitId", o.missing, o.lead_unit as "leadUnit",
  o.registration_id as "registrationId", o.requester_kind as "requesterKind", o.name_sealed as "nameSealed",
  o.home_sealed as "homeSealed", o.contact_sealed as "contactSealed", o.care_groups as "careGroups",
  o.confidentiality_wish as "confidentialityWish", o.confidentiality_asked as "confidentialityAsked",
  (select m.number from work_orders m where m.id = o.merged_into) as "mergedInto",
  (select p.number from work_orders p where p.id = o.parent_id) as "parentNumber",
  (select coalesce(array_agg(wc.contact_id order by wc.at), '{}') from work_order_contacts wc
    where wc.order_id = o.id) as "contactIds",
  (select jsonb_agg(jsonb_build_object('n', l.n, 'unitId', l.unit_code, 'role', l.role,
      'deliveredAt', l.delivered_at) order by l.n) from work_order_legs l where l.order_id = o.id) as legs`

export function toOrder({ statuteSlug, statuteVersion, legs, ...rest }: RawOrder): OrderRow {
  return {
    ...rest,
    statute: { slug: statuteSlug, version: statuteVersion },
    legs: (legs ?? []).map((leg) => ({ ...leg, deliveredAt: new Date(leg.deliveredAt) })),
  }
}

export type DeadlineRow = {
  leg: number
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  cite: string
  metAt: Date | null
  missedAt: Date | null
}

export const deadlineColumns = `d.leg, d.term, d.started_at as "startedAt", d.due, d.provisional,
  d.local_policy as "localPolicy", d.cite, d.met_at as "metAt", d.missed_at as "missedAt"`

/** What still runs. */
export const runningDeadline = 'd.met_at is null and d.voided_at is null'
