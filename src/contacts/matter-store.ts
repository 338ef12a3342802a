import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'

export type NewMatterContact = {
  id: string
  account: string
  lookup: string
  requesterId: string
  receivedAt: Date
  agentId: string | null
  actor: Actor
}

/** A contact whose conversation is over before it is written down: it stands in wrap-up until its registration. */
export async function insertMatterContact(tx: Tx, c: NewMatterContact): Promise<void> {
  await tx.query(
    `with made as (
       insert into contacts (id, channel, account, address_lookup, requester_id, state, received_at, last_inbound_at,
         agent_id)
       values ($1, 'web', $2, $3, $4, 'wrapUp', $5, $5, $6)
       returning id
     )
     insert into contact_events (contact_id, type, from_state, to_state, actor_kind, actor_id, actor_role, data)
     select id, 'entered', null, 'wrapUp', $7, $8, $9, '{}' from made`,
    [
      c.id,
      c.account,
      c.lookup,
      c.requesterId,
      c.receivedAt,
      c.agentId,
      c.actor.kind,
      c.actor.id,
      c.actor.role,
    ],
  )
}
