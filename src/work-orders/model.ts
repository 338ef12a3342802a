import type { Element, Kind } from '../statutes/statute.ts'
import type { HandlingClass, Limit } from '../statutes/term.ts'
import type {
  Attempt,
  Audit,
  FollowUp,
  Judged,
  OutcomeOf,
  Procedure,
  ProcedureKind,
  Rating,
  ReEvaluated,
  Result,
  SaidOf,
  Told,
} from './procedures.ts'

/**
 * PURE. What a work order is and which events change it; `src/work-orders/decide/apply.ts` folds them. Identity (name,
 * home, contact) is no part of it: it stays sealed in the store and is opened only for whoever may see it.
 *
 * States: `registered` (受理与否未定) ⇄ `awaitingMaterial` (待补齐) → `accepted` → `dispatched` (承办中) → `fedBack`
 * (已反馈) → `concluded` (已办结). Other ends: `refused` (不予受理), `merged` (并单), `terminated` (终止), `transferred`
 * (移交). Acknowledgement, send-back and the like belong to a leg or a procedure, not to the order.
 */
export const orderStates = [
  'registered',
  'awaitingMaterial',
  'accepted',
  'dispatched',
  'fedBack',
  'concluded',
  'refused',
  'merged',
  'terminated',
  'transferred',
] as const
export type OrderState = (typeof orderStates)[number]

/** States in which something is still owed to the requester. */
export const openStates: readonly OrderState[] = [
  'registered',
  'awaitingMaterial',
  'accepted',
  'dispatched',
  'fedBack',
]

export const confidentialLevels = ['normal', 'confidential', 'tipOff'] as const
export type ConfidentialLevel = (typeof confidentialLevels)[number]

/** 主办, 协办, 信访部门督办. */
export type LegRole = 'lead' | 'co' | 'petition'

/** Dispatch leg: the part of an order that lies with one unit. `n` counts from 1 within the order. */
export type DispatchLeg = {
  n: number
  unitId: string
  role: LegRole
  deliveredAt: Date
  /** 接收. */
  acknowledgedAt: Date | null
  /** 联系诉求人. */
  contactedAt: Date | null
  fedBackAt: Date | null
  result: Result | null
  told: Told | null
  /** 阶段性工作情况 of a co-unit that cannot finish in time. */
  stageReports: { at: Date; text: string }[]
  endedAt: Date | null
  /** Why the leg lies no longer with this unit: `sentBack`, `reassigned`, `handledAgain`, `recused` … */
  ended: string | null
}

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
  handlingClass: HandlingClass | null
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
  /** Member of staff complained about; can neither read nor handle the order. */
  accusedStaffId: string | null
  missing: Element[]
  legs: DispatchLeg[]
  procedures: Procedure[]
  audits: Audit[]
  followUps: FollowUp[]
  rating: Rating | null
  mergedInto: string | null
  acceptedAt: Date | null
  concludedAt: Date | null
}

type Opened = { [K in ProcedureKind]: { kind: K; said: SaidOf[K] } }[ProcedureKind]
type Closed = { [K in ProcedureKind]: { kind: K; outcome: OutcomeOf[K] } }[ProcedureKind]

export type OrderEvent =
  | { type: 'registered'; missing: Element[] }
  | { type: 'accepted' }
  | { type: 'refused'; reason: string; tell: string; otherChannel: string | null }
  | {
      type: 'dispatched'
      legs: { n: number; unitId: string; role: LegRole }[]
      basis: string | null
      warnings: string[]
      class?: HandlingClass
    }
  | {
      type: 'supplied'
      elements: Element[]
      missing: Element[]
      kind?: Kind
      category?: number
      place?: string
      facts?: string
    }
  | { type: 'appended'; facts: string; contactId: string | null; told?: string; somethingNew?: true }
  | { type: 'merged'; into: string }
  | { type: 'classified'; class: HandlingClass; reason: string }
  | { type: 'acknowledged'; leg: number; late: boolean }
  | { type: 'contacted'; leg: number; way: string; note: string }
  | { type: 'stageReported'; leg: number; text: string }
  /** Both feedbacks at once: the report to the platform and what the requester was told. */
  | { type: 'fedBack'; leg: number; result: Result; told: Told | null }
  /** Back to the unit under the old clock: the audit failed. */
  | { type: 'returned'; leg: number; why: string }
  | { type: 'legEnded'; leg: number; why: string; reason?: string }
  | ({ type: 'audited' } & Omit<Audit, 'at' | 'by'>)
  | { type: 'concluded' }
  | ({ type: 'followedUp' } & Omit<FollowUp, 'at' | 'by' | 'verdict'>)
  | ({ type: 'judged'; followUp: number } & Judged)
  | {
      type: 'rated'
      stars: number
      components: Record<string, number>
      dimensions: Record<string, number>
      followUp: number
    }
  | { type: 'ratingFinal'; stars: number | null; components: Record<string, number> | null }
  | ({ type: 'opened'; n: number; leg: number | null } & Opened)
  | ({ type: 'closed'; n: number; verdict: string } & Closed)
  /** A step inside an open procedure: a telephone call, the centre's verdict before the office's. */
  | {
      type: 'stepped'
      n: number
      kind: 'urgentHandOver'
      call: { at: string; name: string; answered: boolean }
    }
  | {
      type: 'stepped'
      n: number
      kind: 'objection'
      centre: ReEvaluated
    }
  | {
      type: 'stepped'
      n: number
      kind: 'supervision'
      answer: { text: string; signedBy: string | null; late: boolean }
    }
  | { type: 'stepped'; n: number; kind: 'recusal'; check: { found: boolean; note: string } }
  /** The limit of a leg moved: an extension in force, or another law's own limit. */
  | {
      type: 'extended'
      leg: number
      term: string
      by: Limit
      due?: string
      /** Roles that are told of it beside the requester. */
      alsoTold?: readonly string[]
    }
  /** `due` under that law; `localDue` is what the statute's own limit would have been (both are shown, A-22). */
  | {
      type: 'otherLawApplied'
      leg: number
      term: string
      law: string
      article: string
      within: Limit
      due?: string
      localDue?: string
    }
  /** 分别确定承办单位: these orders now lie beside this one (白银 第十一条第二项). */
  | { type: 'split'; reason: string; into: { number: string; unit: string; title: string }[] }
  | { type: 'splitFrom'; number: string; reason: string }
  /** `tell`: what the requester is told of it. */
  | {
      type: 'terminated'
      ground: string
      reason: string
      tell?: string
      /** What the ground demands, and the tries to win the requester's help. */
      facts?: Record<string, string>
      attempts?: Attempt[]
    }
  | { type: 'transferred'; to: string; reason: string; tell?: string }
  | { type: 'reopened'; reason: string }
  /** 密级: who may see what of the order changed. */
  | { type: 'levelSet'; level: ConfidentialLevel; reason: string }
  | { type: 'deadlineMissed'; term: string; due: string; leg?: number; procedure?: number }
  /** Somebody had the requester called, who sees no number; `seconds` of talk, null where nobody measured it. */
  | {
      type: 'requesterCalled'
      purpose: string
      leg: number | null
      result: string
      seconds: number | null
      contactId: string
    }
  | { type: 'reminded'; term: string; due: string; leg?: number; procedure?: number }

/** What was said first stays as it was said; later words follow it. */
export const joinFacts = (before: string, more: string): string => (before ? `${before}\n\n${more}` : more)

type HasLegs = { legs: readonly DispatchLeg[] }

/** Legs that lie with their unit now. */
export const liveLegs = (order: HasLegs): DispatchLeg[] => order.legs.filter((leg) => leg.endedAt === null)

export const leadLegOf = (order: HasLegs): DispatchLeg | null =>
  liveLegs(order).find((leg) => leg.role === 'lead') ?? null

export const leadUnitOf = (order: HasLegs): string | null => leadLegOf(order)?.unitId ?? null

export const findLeg = (order: HasLegs, n: number): DispatchLeg | null =>
  order.legs.find((leg) => leg.n === n) ?? null

/** The live leg of a unit, or null. */
export const legOfUnit = (order: HasLegs, unitId: string | null): DispatchLeg | null =>
  liveLegs(order).find((leg) => leg.unitId === unitId) ?? null

export const isOpen = (order: Pick<WorkOrder, 'state'>): boolean => openStates.includes(order.state)
