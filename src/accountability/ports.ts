import type { Tx } from '../db/pool.ts'

/** What this slice asks of orders. */
export type OrderEvidence = {
  id: string
  number: string
  statute: string
  registeredAt: Date
  /** Units that had it or are complained about in it. */
  units: string[]
}

export type Orders = {
  /** Null: no such order. Holds its row until the transaction ends. */
  find(tx: Tx, number: string): Promise<OrderEvidence | null>
  /** Proposes on the order that the matter is handed on; nothing where it is proposed or handed on already. */
  propose(
    tx: Tx,
    number: string,
    proposal: { to: string; grounds: string[]; reason: string; cite: string | null },
  ): Promise<boolean>
}
