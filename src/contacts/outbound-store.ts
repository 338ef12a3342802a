import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Contact } from './model.ts'
import { contactColumns } from './rows.ts'

export type NewOutbound = {
  id: string
  /** Our own number, which the requester is shown. */
  account: string
  lookup: string
  sealed: string
  requesterId: string
  confidential: boolean
  callId: string
  node: string
  actor: Actor
}

/**
 * A call to a requester, before anything rings: what commits is accounted for, whatever becomes of this gateway.
 * @throws unique violation when the caller has a call or the offer of one
 */
export async function insertOutbound(tx: Tx, c: NewOutbound): Promise<Contact> {
  const [row] = await tx.query<Contact>(
    `with c as (
       insert into contacts (id, channel, direction, account, address_lookup, address_sealed, requester_id, confidential,
         state, call_id, node, received_at, last_inbound_at, agent_id)
       select $1, 'voice', 'outbound', $2, $3, $4, $5, $6, 'connecting', $7, $8, t.now, t.now, $9
       from (select clock_timestamp() as now) t
       returning *
     ), noted as (
       insert into contact_events (contact_id, type, to_state, actor_kind, actor_id, actor_role, data)
       select id, 'calledOut', 'connecting', $10, $9::text, $11, '{}' from c
     ), bell as (
       insert into outbox (queue, name, data)
       select 'contacts', 'changed', jsonb_build_object('contactId', id) from c
     )
     select ${contactColumns} from c`,
    [
      c.id,
      c.account,
      c.lookup,
      c.sealed,
      c.requesterId,
      c.confidential,
      c.callId,
      c.node,
      c.actor.id,
      c.actor.kind,
      c.actor.role,
    ],
  )
  return row!
}
