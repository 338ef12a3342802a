import type { Access } from '../../staff/ledger.ts'
import type { Tx } from '../../db/pool.ts'

/** Joins a unit to an order as 协办; what it answers is kept with the contact. */
export type JoinUnit = (
  order: string,
  unit: string,
  by: { id: string },
) => Promise<'joined' | { refused: string }>

/** The access ledger. */
export type Keep = (tx: Tx, entry: Access) => Promise<void>
