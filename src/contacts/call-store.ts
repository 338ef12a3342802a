import type { Transaction, Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Contact, Requirement } from './model.ts'
import { contactColumns } from './rows.ts'

export type NewCall = {
  id: string
  callId: string
  node: string
  account: string
  lookup: string
  sealed: string | null
  requesterId: string
  receivedAt: Date
  creditMs: number
  requirement: Requirement
}

/**
 * A call becomes a contact once: `call_id` (Asterisk's Uniqueid, unique over all nodes) is the key, so replayed and
 * reordered events find the same row. An Asterisk whose clock runs ahead must not put its callers behind all others.
 * Commits.
 */
export async function insertCall(tx: Pick<Transaction, 'last'>, call: NewCall): Promise<Contact | null> {
  const [row] = await tx.last<Contact>(
    prepared(`with c as (
       insert into contacts (id, channel, account, address_lookup, address_sealed, requester_id, state, call_id, node,
         received_at, last_inbound_at, credit_ms, requirement, sticky_agent_id)
       values ($1, 'voice', $2, $3, $4, $5, 'received', $6, $7, least($8, clock_timestamp()), least($8, clock_timestamp()),
         $9 + case when exists (select 1 from contacts p where p.address_lookup = $3 and p.received_at > $8::timestamptz - interval '24 hours'
           and p."end" in ('abandoned', 'abandonedRinging')) then $11::bigint else 0 end,
         $10,
         (select p.agent_id from contacts p where p.requester_id = $5 and p.agent_id is not null
            and p.received_at > $8::timestamptz - interval '24 hours' order by p.received_at desc limit 1))
       on conflict (call_id) where call_id is not null do nothing
       returning *
     ), noted as (
       insert into contact_events (contact_id, type, to_state, actor_kind, actor_id, actor_role, data)
       select id, 'received', 'received', 'system', 'telephony', 'system', '{}' from c
     )
     select ${contactColumns} from c`),
    [
      call.id,
      call.account,
      call.lookup,
      call.sealed,
      call.requesterId,
      call.callId,
      call.node,
      call.receivedAt,
      call.creditMs,
      JSON.stringify(call.requirement),
      3 * 60_000,
    ],
  )
  return row ?? null
}

/**
 * Open contacts whose caller should be on this node now; the other half of the resync's comparison. A call that staff have
 * just asked for may not have reached Asterisk yet. Of a call back that connects nobody can know it: while the citizen's
 * telephone rings there is no caller yet, and given up then he would be called twice at once. The reconciler looks at it
 * when the time for a try is over. `andCallBacks`: those over that time too, of a node that nobody can ask any more.
 */
export async function openCallsOf(
  tx: Tx,
  node: string,
  also: { andCallBacks: boolean } = { andCallBacks: false },
): Promise<{ contactId: string; callId: string; state: string }[]> {
  return tx.query(
    `select id as "contactId", call_id as "callId", state from contacts
     where node = $1 and ended_at is null and call_id is not null and state <> 'wrapUp'
       and not (call_back and (state in ('queued', 'offered') or state = 'connecting' and
         not ($2::boolean and changed_at < clock_timestamp() - interval '60 seconds')))
       and not (direction = 'outbound' and state = 'connecting'
         and received_at > clock_timestamp() - interval '5 seconds')`,
    [node, also.andCallBacks],
  )
}

/**
 * The one open debt of an abandoned or recorded call; a second one joins the first. It gets a call id of
 * its own, in the form of a node's Uniqueid (with milliseconds, which Asterisk's never have), because the dialplan
 * carries it through the legs of every try.
 */
export async function insertCallBack(
  tx: Tx,
  parent: Contact,
  id: string,
  creditMs: number,
): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(
    `with c as (
       insert into contacts (id, channel, account, address_lookup, address_sealed, requester_id, confidential, state,
         call_id, node, received_at, queued_at, last_inbound_at, credit_ms, requirement, call_back, parent_contact_id)
       select $2::uuid, 'voice', p.account, p.address_lookup, p.address_sealed, p.requester_id, p.confidential, 'queued',
         p.node || '-' || (extract(epoch from clock_timestamp()) * 1000)::bigint || '.' || floor(random() * 1000000)::int,
         p.node, p.received_at, clock_timestamp(), p.received_at, $3, p.requirement, true, p.id
       from contacts p
       where p.id = $1 and p.address_sealed is not null
         and not exists (select 1 from contacts o where o.address_lookup = p.address_lookup and o.channel = 'voice'
           and o.direction = 'inbound' and o.id <> p.id
           and (o.state not in ('wrapUp', 'ended') or o.bridged_at > p.received_at))
       on conflict (address_lookup) where call_back and ended_at is null and parent_contact_id is not null do nothing
       returning id
     ), noted as (
       insert into contact_events (contact_id, type, to_state, actor_kind, actor_id, actor_role, data)
       select id, 'queued', 'queued', 'system', 'callBack', 'system', jsonb_build_object('parent', $1::text) from c
     ), bell as (
       insert into outbox (queue, name, data)
       select 'contacts', 'changed', jsonb_build_object('contactId', id) from c
     )
     select id from c`,
    [parent.id, id, creditMs],
  )
  return row?.id ?? null
}

/** Open call backs to this address that became pointless because the number has reached an agent since. */
export async function openCallBacks(tx: Tx, contactId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    prepared(`select o.id from contacts p join contacts o on o.address_lookup = p.address_lookup
     where p.id = $1 and o.id <> p.id and o.call_back and o.ended_at is null and o.state = 'queued'`),
    [contactId],
  )
  return rows.map((r) => r.id)
}

/** Whether this call is known to have ended since an instant: the legs of earlier tries of a call back bear the same id. */
export async function hasEndedSince(tx: Tx, callId: string, instant: Date): Promise<boolean> {
  const rows = await tx.query(
    `select from call_facts where call_id = $1 and type = 'callEnded' and at >= $2 limit 1`,
    [callId, instant],
  )
  return rows.length > 0
}

/** Calls that are on their way to this agent and not bridged. */
export const ringingAt = (
  tx: Tx,
  agentId: string,
  exceptId: string,
): Promise<{ id: string; state: 'offered' | 'connecting' }[]> =>
  tx.query(
    `select id, state from contacts
     where agent_id = $1 and id <> $2 and channel = 'voice' and state in ('offered', 'connecting')`,
    [agentId, exceptId],
  )

/**
 * The number at which a caller wants to be called back; what the network showed stays. The lookup of a withheld number stays
 * random: what somebody keys joins him to nobody. @returns false when he cannot be reached
 */
export async function keepAddress(tx: Tx, contactId: string, sealed: string | null): Promise<boolean> {
  const [row] = await tx.query<{ reachable: boolean }>(
    `update contacts set address_sealed = coalesce(address_sealed, $2) where id = $1
     returning address_sealed is not null as reachable`,
    [contactId, sealed],
  )
  return row?.reachable ?? false
}

/**
 * Begins a try to reach the citizen, and says on which node it is made: there his call will live. Whoever begins it alone may
 * dial; until it is known what became of it, and at most `tryMs`, nobody else may, whatever becomes of the offer.
 * @returns false when somebody has begun one, or the contact is not this agent's
 */
export async function beginTry(
  tx: Tx,
  contactId: string,
  agentId: string | null,
  node: string,
  tryMs: number,
): Promise<boolean> {
  const rows = await tx.query(
    `update contacts set call_back_tries = call_back_tries + 1, node = $3, version = version + 1,
       changed_at = clock_timestamp(), call_back_after = clock_timestamp() + $4 * interval '1 millisecond'
     where id = $1 and call_back and agent_id = $2::uuid and state in ('offered', 'connecting')
       and (call_back_after is null or call_back_after <= clock_timestamp()) returning id`,
    [contactId, agentId, node, tryMs],
  )
  return rows.length > 0
}

/** A try that Asterisk has not taken is none. */
export async function takeTryBack(tx: Tx, contactId: string): Promise<void> {
  await tx.query(
    `update contacts set call_back_tries = call_back_tries - 1, call_back_after = null, version = version + 1,
       changed_at = clock_timestamp()
     where id = $1 and call_back_tries > 0 and call_back_after is not null`,
    [contactId],
  )
}

/** The citizen is on the line: he can be given to anybody. A change of its own, with its bell. */
export async function endTry(tx: Tx, contactId: string): Promise<void> {
  await tx.query(
    `with c as (
       update contacts set call_back_after = null, version = version + 1, changed_at = clock_timestamp()
       where id = $1 and call_back_after is not null returning id)
     insert into outbox (queue, name, data)
     select 'contacts', 'changed', jsonb_build_object('contactId', id) from c`,
    [contactId],
  )
}

/** Nobody is asked to make this call back before `pauseMs` have passed; `releaseCallBacks` ends the pause. */
export async function postponeCallBack(tx: Tx, contactId: string, pauseMs: number): Promise<void> {
  await tx.query(
    `update contacts set call_back_after = clock_timestamp() + $2 * interval '1 millisecond',
       version = version + 1, changed_at = clock_timestamp()
     where id = $1 and state = 'queued' and call_back`,
    [contactId, pauseMs],
  )
}

/**
 * The pause is over: the contact counts as waiting again, at its old place. A change of its own, with its bell. Whoever
 * connects it does not do so for a shorter time by that.
 */
export async function releaseCallBacks(tx: Tx): Promise<number> {
  const rows = await tx.query(
    `with due as (
       update contacts set call_back_after = null, version = version + 1,
         changed_at = case state when 'queued' then clock_timestamp() else changed_at end
       where call_back_after <= clock_timestamp() returning id)
     insert into outbox (queue, name, data)
     select 'contacts', 'changed', jsonb_build_object('contactId', id) from due returning id`,
  )
  return rows.length
}

/** @returns false when the fact was already known: the caller then acts no further */
export async function keepFact(
  tx: Tx,
  fact: { key: string; callId: string; type: string; data: unknown; at: Date },
): Promise<boolean> {
  const rows = await tx.query(
    prepared(`insert into call_facts (key, call_id, type, data, at) values ($1, $2, $3, $4, $5)
     on conflict (key) do nothing returning key`),
    [fact.key, fact.callId, fact.type, JSON.stringify(fact.data), fact.at],
  )
  return rows.length > 0
}

export type KeptFact = { key: string; type: string; data: Record<string, unknown>; at: Date }

/** Facts of a call that came before its contact was known, in their order. */
export const factsOf = (tx: Tx, callId: string): Promise<KeptFact[]> =>
  tx.query(
    prepared(`select key, type, data, at from call_facts
     where call_id = $1 and type <> 'callArrived' order by at, stored_at`),
    [callId],
  )

/** The emergency key: the caller goes to the head of the queue, whatever he was before. */
export async function raiseEmergency(tx: Tx, contactId: string, creditMs: number): Promise<void> {
  await tx.query(
    `update contacts set emergency = true, credit_ms = greatest(credit_ms, $2), version = version + 1,
       changed_at = clock_timestamp() where id = $1 and ended_at is null`,
    [contactId, creditMs],
  )
}
