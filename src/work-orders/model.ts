import type { Element, Kind } from '../statutes/statute.ts'

/**
 * PURE. What a work order is and how its events change it. Identity (name, home, contact) is no part of it: it stays
 * sealed in the store and is opened only for whoever may see it.
 *
 * States: `registered` (受理与否未定) → `accepted` → `dispatched`; or `refused` (不予受理), or `merged` into the order
 * of the same matter. Later stages (acknowledged, fed back, concluded …) join as further states and events.
 */
export const orderStates = ['registered', 'accepted', 'dispatched', 'refused', 'merged'] as const
export type OrderState = (typeof orderStates)[number]

/** States in which something is still owed to the requester. */
export const openStates: readonly OrderState[] = ['registered', 'accepted', 'dispatched']

export const confidentialLevels = ['normal', 'confidential', 'tipOff'] as const
export type ConfidentialLevel = (typeof confidentialLevels)[number]

/** 主办, 协办, 信访部门督办. */
export type LegRole = 'lead' | 'co' | 'petition'

/** Dispatch leg: the part of an order that lies with one unit. `n` counts from 1 within the order. */
export type DispatchLeg = { n: number; unitId: string; role: LegRole; deliveredAt: Date }

export type WorkOrder = {
  id: string
  number: string
  statute: { slug: string; version: string }
  state: OrderState
  /** Rises with every change; whoever acts on an older one is told the new state instead. */
  version: number
  sourceChannel: string
  raisedAt: Date
  registeredAt: Date
  kind: Kind | null
  category: number | null
  title: string
  facts: string
  place: string | null
  requesterId: string
  confidential: ConfidentialLevel
  urgent: boolean
  incident: string | null
  /** Complained about; never gets the order. */
  accusedUnitId: string | null
  missing: Element[]
  legs: DispatchLeg[]
  mergedInto: string | null
  acceptedAt: Date | null
}

export type OrderEvent =
  | { type: 'registered'; missing: Element[] }
  | { type: 'accepted' }
  | { type: 'refused'; reason: string; tell: string; otherChannel: string | null }
  | { type: 'dispatched'; legs: DispatchLeg[]; basis: string | null; warnings: string[] }
  | {
      type: 'supplied'
      elements: Element[]
      missing: Element[]
      kind?: Kind
      category?: number
      place?: string
      facts?: string
    }
  | { type: 'appended'; facts: string; contactId: string | null }
  | { type: 'merged'; into: string }
  | { type: 'deadlineMissed'; term: string; due: string }

export function apply(order: WorkOrder, event: OrderEvent, at: Date): WorkOrder {
  const next: WorkOrder = { ...order, version: order.version + 1 }
  switch (event.type) {
    case 'registered':
      return { ...next, missing: event.missing }
    case 'accepted':
      return { ...next, state: 'accepted', acceptedAt: at }
    case 'refused':
      return { ...next, state: 'refused' }
    case 'dispatched':
      return { ...next, state: 'dispatched', legs: [...order.legs, ...event.legs] }
    case 'merged':
      return { ...next, state: 'merged', mergedInto: event.into }
    case 'supplied':
      return {
        ...next,
        missing: event.missing,
        kind: event.kind ?? order.kind,
        category: event.category ?? order.category,
        place: event.place ?? order.place,
        facts: event.facts === undefined ? order.facts : joinFacts(order.facts, event.facts),
      }
    case 'appended':
      return { ...next, facts: joinFacts(order.facts, event.facts) }
    case 'deadlineMissed':
      // Time passing is nobody's change: it must not turn away somebody who acts on what he sees.
      return order
  }
}

/** What was said first stays as it was said; later words follow it. */
export const joinFacts = (before: string, more: string): string => (before ? `${before}\n\n${more}` : more)

export const leadUnitOf = (order: Pick<WorkOrder, 'legs'>): string | null =>
  order.legs.find((leg) => leg.role === 'lead')?.unitId ?? null

export const isOpen = (order: Pick<WorkOrder, 'state'>): boolean => openStates.includes(order.state)
