import type { Tx } from '../db/pool.ts'
import type { UnitContact } from './rules/urgent.ts'

/** SQL of the register of units beyond what rules and screens of orders read. */

export type RegisteredUnit = { code: string; name: string; kind: string; active: boolean }

export const registerOfUnits = (tx: Tx): Promise<RegisteredUnit[]> =>
  tx.query(`select code, name, kind, active from units order by code`)

/** Whom to call at a unit, in the order of calling, and its leader. */
export async function contactsOfUnit(
  tx: Tx,
  code: string,
): Promise<{ list: UnitContact[]; leader: UnitContact | null } | null> {
  const [row] = await tx.query<{ list: Partial<UnitContact>[]; leader: string | null }>(
    `select contacts as list, leader from units where code = $1`,
    [code],
  )
  if (!row) return null
  const list = row.list.map(({ name = '', position = '', phone = null }) => ({ name, position, phone }))
  const { leader } = row
  // The leader of the unit is named without a telephone: where he stands in the list, he is called there.
  const last = leader === null || list.some(({ name }) => name === leader)
  return { list, leader: last ? null : { name: leader, position: '主要领导', phone: null } }
}
