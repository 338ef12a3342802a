import type { Tx } from '../db/pool.ts'

/** Whose an order is, for slices that keep it as evidence. */
export type OrderOfRequester = { id: string; requesterId: string; confidential: string }

export async function ownerOf(tx: Tx, number: string): Promise<OrderOfRequester | null> {
  const [row] = await tx.query<OrderOfRequester>(
    `select id, requester_id as "requesterId", confidential from work_orders where number = $1`,
    [number],
  )
  return row ?? null
}
