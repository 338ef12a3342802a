import type { Scope } from './visibility.ts'

/** SQL conditions with numbered values, joined by `and`. */
export type Conditions = {
  /** A value's place in the statement, e.g. `$3`. */
  value(value: unknown): string
  add(condition: string): void
  /** `where …` of everything that was added. */
  where(): string
  values: unknown[]
}

export function conditions(): Conditions {
  const values: unknown[] = []
  const all: string[] = []
  return {
    values,
    value: (value) => `$${values.push(value)}`,
    add: (condition) => void all.push(condition),
    where: () => (all.length === 0 ? '' : `where ${all.join('\n  and ')}`),
  }
}

/** 举报, by its kind or by the level that somebody gave it. */
export const isTipOff = `(o.confidential = 'tipOff' or o.kind is not distinct from 'tipOff')`

/**
 * Only orders `o` that exist for this person: the same rule as `insightOf` of `visibility.ts`, before anything else is
 * looked at. Whoever is complained about or withdrew, and his unit, are left out of every statement.
 */
export function addVisible(c: Conditions, scope: Scope): void {
  addNotKeptOut(c, scope)
  if (scope.wide && scope.tipOffs) return
  const ways = scope.wide ? [`not ${isTipOff}`] : []
  if (scope.handlingUnit !== null)
    ways.push(`exists (select from work_order_legs l where l.order_id = o.id
      and l.unit_code = ${c.value(scope.handlingUnit)} and (l.ended_at is null or not ${isTipOff}))`)
  const below = scope.unitsBelow ?? []
  if (below.length > 0)
    ways.push(`exists (select from work_order_legs l where l.order_id = o.id
      and l.unit_code = any(${c.value([...below])}::text[]) and l.ended_at is null)`)
  c.add(ways.length === 0 ? 'false' : `(${ways.join(' or ')})`)
}

/** What a list is read from, and the two columns by which it is ordered and turned over. */
export type ListSource = { from: string; at: string; id: string; byLegs: boolean }
const orders: ListSource = { from: 'work_orders o', at: 'o.raised_at', id: 'o.id', byLegs: false }

/**
 * The same for a list, with what it is read from. A list of one unit's orders is led by that unit's legs `l`, each order
 * by the last of them: among everybody's orders its own would have to be looked for.
 * @param unit the unit that somebody who sees every order asks for
 */
export function visibleList(c: Conditions, scope: Scope, unit?: string): ListSource {
  // A superior looks at one unit below at a time; his own list stays that of his own unit.
  const above = unit !== undefined && (scope.unitsBelow ?? []).includes(unit)
  const own = scope.wide || above ? null : scope.handlingUnit
  const led = own ?? unit
  if (own === null) addVisible(c, scope)
  else {
    addNotKeptOut(c, scope)
    c.add(`(l.ended_at is null or not ${isTipOff})`)
    if (unit !== undefined && unit !== own)
      c.add(
        `exists (select from work_order_legs l2 where l2.order_id = o.id and l2.unit_code = ${c.value(unit)})`,
      )
  }
  if (led === undefined) return orders
  c.add(`l.unit_code = ${c.value(led)}`)
  c.add(`not exists (select from work_order_legs later
    where later.order_id = l.order_id and later.unit_code = l.unit_code and later.n > l.n)`)
  return {
    from: 'work_order_legs l join work_orders o on o.id = l.order_id',
    at: 'l.raised_at',
    id: 'l.order_id',
    byLegs: true,
  }
}

function addNotKeptOut(c: Conditions, scope: Scope): void {
  const actor = c.value(scope.actorId)
  const unit = scope.ownUnit === null ? null : c.value(scope.ownUnit)
  c.add(`(o.accused_staff is null or o.accused_staff::text <> ${actor})`)
  if (unit) c.add(`(o.accused_unit is null or o.accused_unit <> ${unit})`)
  const recused = [`q.said ->> 'person' = ${actor}`, ...(unit ? [`q.said ->> 'unit' = ${unit}`] : [])]
  c.add(`not exists (select from work_order_procedures q
    where q.order_id = o.id and q.kind = 'recusal' and (${recused.join(' or ')})
      and (q.verdict = 'approved' or (q.closed_at is null and q.said ->> 'by' = 'self')))`)
}
