import type { Tx } from '../db/pool.ts'

/** SQL of the approvals to hear the recordings of one order. */

export type Approval = {
  id: string
  orderId: string
  staffId: string
  reason: string
  by: { id: string; role: string }
  at: Date
  until: Date
}

export async function insertApproval(tx: Tx, a: Approval): Promise<void> {
  await tx.query(
    `insert into recording_approvals (id, order_id, staff_id, reason, approved_by, approved_role, approved_at, until)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [a.id, a.orderId, a.staffId, a.reason, a.by.id, a.by.role, a.at, a.until],
  )
}

export async function isApproved(tx: Tx, orderId: string, staffId: string, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from recording_approvals where order_id = $1 and staff_id::text = $2 and until > $3 limit 1`,
    [orderId, staffId, now],
  )
  return rows.length > 0
}
