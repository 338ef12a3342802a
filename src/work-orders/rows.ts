import type { Element } from '../statutes/statute.ts'
import type { ConfidentialLevel, Order, OrderState } from './model.ts'

/** A stored order with what surrounds the pure `Order`. Identity stays sealed until somebody may see it. */
export type OrderRow = Order & {
  requesterId: string
  registrationId: string
  sourceChannel: string
  title: string
  facts: string
  requesterKind: string
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  careGroups: string[]
  confidentialityWish: string | null
  urgent: boolean
  incident: string | null
  parentNumber: string | null
  contactIds: string[]
}

export const orderColumns = `
  o.id, o.number, o.statute, o.statute_version as "statuteVersion", o.state, o.version, o.raised_at as "raisedAt",
  o.kind, o.category, o.place, o.confidential_level as "confidentialLevel", o.accused_unit as "accusedUnit",
  o.lead_unit as "leadUnit", o.co_units as "coUnits", o.missing, o.requester_id as "requesterId",
  o.registration_id as "registrationId", o.source_channel as "sourceChannel", o.title, o.facts,
  o.requester_kind as "requesterKind", o.name_sealed as "nameSealed", o.home_sealed as "homeSealed",
  o.contact_sealed as "contactSealed", o.care_groups as "careGroups",
  o.confidentiality_wish as "confidentialityWish", o.urgent, o.incident,
  (select p.number from work_orders p where p.id = o.parent_id) as "parentNumber",
  (select array_agg(contact_id order by at) from work_order_contacts wc where wc.order_id = o.id) as "contactIds"`

export type NewOrder = {
  id: string
  number: string
  registrationId: string
  parentId: string | null
  requesterId: string
  statute: string
  statuteVersion: string
  sourceChannel: string
  state: OrderState
  raisedAt: Date
  kind: string | null
  category: number | null
  title: string
  facts: string
  place: string | null
  requesterKind: string
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  lastFourLookup: string | null
  careGroups: string[]
  confidentialLevel: ConfidentialLevel
  confidentialityWish: string | null
  urgent: boolean
  incident: string | null
  accusedUnit: string | null
  missing: Element[]
  grams: string[]
}

export type DeadlineRow = {
  term: string
  startedAt: Date
  due: Date
  provisional: boolean
  localPolicy: boolean
  cite: string | null
  metAt: Date | null
  overdue: boolean
}
