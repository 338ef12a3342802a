import type { Access } from '../../staff/ledger.ts'
import type { Tx } from '../../db/pool.ts'

/** The access ledger. */
export type Keep = (tx: Tx, entry: Access) => Promise<void>
