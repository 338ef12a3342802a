import type { Tx } from '../db/pool.ts'

/** SQL of orders that are made beside another one: what is known of the requester is copied sealed, never opened. */

export type Sibling = {
  id: string
  number: string
  title: string
  facts: string
  place: string | null
  category: number | null
  grams: string[]
  at: Date
}

/**
 * An accepted order of the same matter: raised and accepted with the one it comes from, under the same parent. All
 * orders of one split have one parent, however often it is split again.
 */
export async function insertSibling(tx: Tx, fromId: string, s: Sibling): Promise<void> {
  await tx.query(
    `insert into work_orders (id, number, registration_id, parent_id, requester_id, statute, statute_version,
       source_channel, state, raised_at, registered_at, accepted_at, kind, category, title, facts, place,
       requester_kind, name_sealed, home_sealed, contact_sealed, last_four_lookup, care_groups, confidential,
       confidentiality_wish, confidentiality_asked, urgent, incident, accused_unit, missing, grams, accused_staff,
       handling_class, version)
     select $2, $3, registration_id, coalesce(parent_id, id), requester_id, statute, statute_version,
       source_channel, 'accepted', raised_at, $9, accepted_at, kind, $7, $4, $5, $6,
       requester_kind, name_sealed, home_sealed, contact_sealed, last_four_lookup, care_groups, confidential,
       confidentiality_wish, confidentiality_asked, urgent, incident, accused_unit, missing, $8, accused_staff,
       handling_class, 0
     from work_orders where id = $1`,
    [fromId, s.id, s.number, s.title, s.facts, s.place, s.category, s.grams, s.at],
  )
  await tx.query(
    `insert into work_order_contacts (order_id, contact_id, relation, at)
     select $2, contact_id, relation, at from work_order_contacts where order_id = $1`,
    [fromId, s.id],
  )
}
