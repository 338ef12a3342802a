import type { Tx } from '../db/pool.ts'

/** SQL of the files that staff and units put beside an order. */

export type AttachmentRow = {
  id: string
  nameSealed: string
  mime: string
  bytes: number
  sha256: string
  keySealed: string
  forHandling: boolean
  addedBy: string
  addedRole: string
  addedUnit: string | null
  addedAt: Date
}

const columns = `id, name_sealed as "nameSealed", mime, bytes, sha256, key_sealed as "keySealed",
  for_handling as "forHandling", added_by as "addedBy", added_role as "addedRole", added_unit as "addedUnit",
  added_at as "addedAt"`

export const attachmentsOf = (tx: Tx, orderId: string): Promise<AttachmentRow[]> =>
  tx.query(`select ${columns} from work_order_attachments where order_id = $1 order by added_at, id`, [
    orderId,
  ])

export async function countAttachments(tx: Tx, orderId: string): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from work_order_attachments where order_id = $1`,
    [orderId],
  )
  return row!.n
}

export async function insertAttachment(tx: Tx, orderId: string, a: AttachmentRow): Promise<void> {
  await tx.query(
    `insert into work_order_attachments (id, order_id, name_sealed, mime, bytes, sha256, key_sealed, for_handling,
       added_by, added_role, added_unit, added_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      a.id,
      orderId,
      a.nameSealed,
      a.mime,
      a.bytes,
      a.sha256,
      a.keySealed,
      a.forHandling,
      a.addedBy,
      a.addedRole,
      a.addedUnit,
      a.addedAt,
    ],
  )
}
