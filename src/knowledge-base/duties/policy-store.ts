import type { Place } from '../../base/cursor.ts'
import type { Tx } from '../../db/pool.ts'
import type { Exemption } from '../model.ts'

/** SQL of the policies that a unit is about to publish. */

export type PolicyState = 'announced' | 'uploaded' | 'exempt' | 'cancelled'

export type PolicyRow = {
  id: string
  unitCode: string
  title: string
  publishedOn: string
  state: PolicyState
  exemption: Exemption | null
  exemptionReason: string | null
  interpretation: string | null
  training: string | null
  itemId: string | null
  announcedAt: Date
  uploadedAt: Date | null
}

const state = `case when cancelled_at is not null then 'cancelled' when item_id is not null then 'uploaded'
  when exemption is not null then 'exempt' else 'announced' end`
const columns = `id, unit_code as "unitCode", title, published_on::text as "publishedOn", ${state} as state, exemption,
  exemption_reason as "exemptionReason", interpretation, training, item_id as "itemId",
  announced_at as "announcedAt", uploaded_at as "uploadedAt"`

export async function insertPolicy(
  tx: Tx,
  p: Pick<
    PolicyRow,
    | 'id'
    | 'unitCode'
    | 'title'
    | 'publishedOn'
    | 'exemption'
    | 'exemptionReason'
    | 'interpretation'
    | 'training'
  > & { statute: string; at: Date },
): Promise<void> {
  await tx.query(
    `insert into knowledge_policies (id, unit_code, title, statute, published_on, exemption, exemption_reason,
       interpretation, training, announced_at)
     values ($1, $2, $3, $4, $5::date, $6, $7, $8, $9, $10)`,
    [
      p.id,
      p.unitCode,
      p.title,
      p.statute,
      p.publishedOn,
      p.exemption,
      p.exemptionReason,
      p.interpretation,
      p.training,
      p.at,
    ],
  )
}

export async function findPolicy(tx: Tx, id: string): Promise<PolicyRow | null> {
  const [row] = await tx.query<PolicyRow>(`select ${columns} from knowledge_policies where id = $1`, [id])
  return row ?? null
}

export async function lockPolicy(tx: Tx, id: string): Promise<PolicyRow | null> {
  const [row] = await tx.query<PolicyRow>(
    `select ${columns} from knowledge_policies where id = $1 for update`,
    [id],
  )
  return row ?? null
}

export async function uploadPolicy(
  tx: Tx,
  id: string,
  u: { itemId: string; at: Date; interpretation: string | null; training: string | null },
): Promise<void> {
  await tx.query(
    `update knowledge_policies set item_id = $2, uploaded_at = $3, interpretation = coalesce($4, interpretation),
       training = coalesce($5, training) where id = $1`,
    [id, u.itemId, u.at, u.interpretation, u.training],
  )
}

export async function movePolicy(tx: Tx, id: string, publishedOn: string): Promise<void> {
  await tx.query(`update knowledge_policies set published_on = $2::date where id = $1`, [id, publishedOn])
}

export async function exemptPolicy(tx: Tx, id: string, kind: Exemption, reason: string): Promise<void> {
  await tx.query(`update knowledge_policies set exemption = $2, exemption_reason = $3 where id = $1`, [
    id,
    kind,
    reason,
  ])
}

export async function cancelPolicy(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.query(`update knowledge_policies set cancelled_at = $2 where id = $1`, [id, at])
}

export type PolicyFilter = {
  unit: string | null
  state: PolicyState | null
  /** The reader's own unit. */
  own: string | null
  /** Whether he sees other units' policies, and of those the secret ones. */
  all: boolean
  secret: boolean
  before: Place | null
  limit: number
}

export const listPolicies = (tx: Tx, f: PolicyFilter): Promise<PolicyRow[]> =>
  tx.query(
    `select ${columns} from knowledge_policies
     where ($1::text is null or unit_code = $1) and ($2::text is null or ${state} = $2)
       and (coalesce(unit_code = $3, false) or ($4 and ($5 or exemption is distinct from 'secret')))
       and ($6::timestamptz is null or (announced_at, id) < ($6, $7::uuid))
     order by announced_at desc, id desc limit $8`,
    [f.unit, f.state, f.own, f.all, f.secret, f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )
