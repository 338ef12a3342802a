import { Type, type Static, type TProperties, type TSchema } from 'typebox'
import type { Actor, Role } from '../../base/actor.ts'
import type { Calendar } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import type { DispatchLeg, OrderEvent, OrderState, WorkOrder } from '../model.ts'
import { legOfUnit } from '../model.ts'
import type { Clock } from '../clock.ts'

/**
 * PURE. Rule: one action that a person can take on an order: who may, in which states, by which article, and what it
 * leads to. `decide`, `allowedActions`, the routes and the API document are made from the same rules, so that no screen
 * knows any law.
 */
export type UnitFacts = {
  id: string
  name: string
  petitionOffice: boolean
  enabled: boolean
  hasLeaders: boolean
  /** The unit above it, or null. */
  parentId: string | null
}

/** A person of staff; `unit` is null where he is of the centre. `ledByOther`: his unit has a leader who is not he. */
export type PersonFacts = { id: string; unit: string | null; ledByOther: boolean }

/** What a rule may know besides the order. */
export type Context = {
  actor: Actor
  /** The actor's own unit; null for staff of the centre. */
  actorUnit: string | null
  statute: Statute
  now: Date
  calendar: Calendar
  /** The units that the command names (`Rule.units`), as far as they exist. */
  units: ReadonlyMap<string, UnitFacts>
  /** The orders that the command names (`Rule.orders`), locked, as far as they exist. */
  orders: ReadonlyMap<string, WorkOrder>
  /** The people of staff that the command names (`Rule.people`), as far as they exist. */
  people?: ReadonlyMap<string, PersonFacts>
  /** The order's clocks, running and met. */
  clocks: readonly Clock[]
  /** 信访部门 of this centre, or null. */
  petitionOffice: string | null
  /** What the dispatch directory has against each unit as the leading one, by codes; local policy, it bars nothing. */
  directory?: ReadonlyMap<string, readonly string[]>
  /** Which parts of the identity the order already has. */
  identity: { name: boolean; home: boolean; contact: boolean; confidentialityAsked: boolean }
}

/** What can be judged before the details of a command are known: by screens, too. */
export type GateContext = Pick<Context, 'actor' | 'actorUnit' | 'statute' | 'now'>

export type Refused = {
  refused: string
  status: 403 | 409 | 422
  title: string
  detail: string
  cite: string | null
}
export type Decided = { events: OrderEvent[]; cite: string | null } | Refused

export type Rule<B extends TSchema = TSchema> = {
  /** On the button. */
  label: string
  body: B
  roles(statute: Statute, order: WorkOrder): readonly Role[]
  states: readonly OrderState[]
  /** The article that it rests on, as people read it; null: local policy. */
  cite(statute: Statute): string | null
  /** Why this statute has no such action at all; null: it has. */
  absent?(statute: Statute): Refused | null
  /** Further reasons against it that need no details. */
  barred?(order: WorkOrder, context: GateContext): Refused | null
  /** Codes of the units that `decide` has to know. */
  units?(body: Static<B>, order: WorkOrder): readonly string[]
  /** Ids of the people of staff that `decide` has to know. */
  people?(body: Static<B>, order: WorkOrder, actorId: string): readonly string[]
  orders?(body: Static<B>): readonly string[]
  decide(order: WorkOrder, body: Static<B>, context: Context): Decided
}

/** Keeps the type of a rule's body for its `decide`. */
export const rule = <B extends TSchema>(r: Rule<B>): Rule<B> => r

export const refuse = (
  status: Refused['status'],
  code: string,
  title: string,
  detail: string,
  cite: string | null = null,
): Refused => ({ refused: code, status, title, detail, cite })

/** Every body may name the version that its sender saw: acting on an older one is turned away. */
export const body = <P extends TProperties>(properties: P) =>
  Type.Object({ version: Type.Optional(Type.Integer()), ...properties })

export const words = (max: number) => Type.String({ minLength: 1, maxLength: max })
export const maybe = (max: number) => Type.Optional(Type.String({ maxLength: max }))
export const code = Type.String({ minLength: 1, maxLength: 40 })

/** A limit as people give it; more than `most` is a slip of the pen. */
export const limitIn = <U extends 'workingDay' | 'month' | 'year' | 'hour'>(unit: U, most: number) =>
  Type.Object({ unit: Type.Literal(unit), count: Type.Integer({ minimum: 1, maximum: most }) })

/** Statutes name roles by their names; those that this program does not know give nobody a right. */
export const rolesNamed = (names: readonly string[]): readonly Role[] => names as readonly Role[]

/** Roles of the people who run the hotline, without those who only oversee it. */
export const centreRoles: readonly Role[] = ['agent', 'teamLead', 'dispatcher']
export const unitRoles: readonly Role[] = ['unit', 'unitLeader']

/** The hat for an action: the first of the person's that the rule admits, else the one he wears. */
export function wearing(actor: Actor, hats: readonly Role[], admitted: readonly Role[]): Actor {
  const hat = hats.find((role) => admitted.includes(role))
  return actor.kind === 'staff' && hat ? { ...actor, role: hat } : actor
}

/** The live leg of the actor's unit, or why he has none. */
export function ownLeg(
  order: Pick<WorkOrder, 'legs'>,
  { actorUnit }: Pick<GateContext, 'actorUnit'>,
): DispatchLeg | Refused {
  const leg = legOfUnit(order, actorUnit)
  return leg && leg.role !== 'petition'
    ? leg
    : refuse(403, 'notYourOrder', '本单位不承办这张办理单', '它可能已改派其他单位，请返回列表查看。')
}

/** The next number of a procedure. */
export const nextProcedure = (order: Pick<WorkOrder, 'procedures'>): number => order.procedures.length + 1
