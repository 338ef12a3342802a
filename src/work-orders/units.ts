import type { Db, Tx } from '../db/pool.ts'
import { registerOfUnits, type RegisteredUnit } from './unit-store.ts'

/** The register of units for other slices: closed ones too, with their kind (部门、乡镇、街道 …). */
export const createUnitRegister = (db: Db): { all: (tx?: Tx) => Promise<RegisteredUnit[]> } => ({
  all: (tx = db) => registerOfUnits(tx),
})
