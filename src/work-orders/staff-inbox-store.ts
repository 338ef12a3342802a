import type { Role } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Scope } from './visibility.ts'
import { addVisible, conditions, type Conditions } from './visible-store.ts'

/** SQL of the notices to people of staff. */

/** What is told, of which order, and to whom. */
export type StaffTold = {
  orderId: string
  role: Role
  /** Only those of this unit; null: whoever wears the role. */
  unit: string | null
  key: string
  text: string
  cite: string | null
}

/** A notice as it is read. */
export type StaffNotice = {
  id: string
  number: string
  role: Role
  text: string
  cite: string | null
  at: Date
  notedAt: Date | null
  notedBy: string | null
}

export async function insertStaffNotice(tx: Tx, n: StaffTold & { id: string; at: Date }): Promise<void> {
  await tx.query(
    `insert into staff_notices (id, order_id, role, unit_code, key, text, cite, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing`,
    [n.id, n.orderId, n.role, n.unit, n.key, n.text, n.cite, n.at],
  )
}

export type InboxFilter = {
  roles: readonly Role[]
  unnoted: boolean
  before?: { at: string; id: string }
  limit: number
}

/** Newest first; whoever is kept out of an order hears nothing of it. */
export async function listStaffNotices(tx: Tx, f: InboxFilter, scope: Scope): Promise<StaffNotice[]> {
  const c = conditions()
  addOwn(c, f.roles, scope)
  if (f.unnoted) c.add('n.noted_at is null')
  if (f.before) c.add(`(n.at, n.id) < (${c.value(f.before.at)}::timestamptz, ${c.value(f.before.id)}::uuid)`)
  return tx.query<StaffNotice>(
    `select n.id, o.number, n.role, n.text, n.cite, n.at, n.noted_at as "notedAt", n.noted_by as "notedBy"
     from staff_notices n join work_orders o on o.id = n.order_id ${c.where()}
     order by n.at desc, n.id desc limit ${c.value(f.limit)}`,
    c.values,
  )
}

/** Who takes note first stands there; later ones change nothing. @returns whether there is such a notice for him */
export async function noteStaffNotice(
  tx: Tx,
  id: string,
  by: { id: string; roles: readonly Role[]; at: Date },
  scope: Scope,
): Promise<boolean> {
  const c = conditions()
  c.add(`n.id = ${c.value(id)}::uuid`)
  addOwn(c, by.roles, scope)
  const set = `noted_at = coalesce(n.noted_at, ${c.value(by.at)}), noted_by = coalesce(n.noted_by, ${c.value(by.id)})`
  const rows = await tx.query(
    `update staff_notices n set ${set} from work_orders o ${c.where()} and o.id = n.order_id returning n.id`,
    c.values,
  )
  return rows.length > 0
}

function addOwn(c: Conditions, roles: readonly Role[], scope: Scope): void {
  c.add(`n.role = any(${c.value([...roles])}::text[])`)
  c.add(`(n.unit_code is null or n.unit_code = ${c.value(scope.ownUnit)}::text)`)
  addVisible(c, scope)
}
