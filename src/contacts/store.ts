import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Contact } from './model.ts'
import { columnOf, contactColumns } from './rows.ts'
import type { Change, ContactFact } from './transition.ts'

/** SQL of the contact row. Every state change goes through `writeChange`; nothing else updates `state`. */

export async function findContact(tx: Tx, id: string): Promise<Contact | null> {
  const [row] = await tx.query<Contact>(
    prepared(`select ${contactColumns} from contacts c where c.id = $1`),
    [id],
  )
  return row ?? null
}

export async function findByCallId(tx: Tx, callId: string): Promise<Contact | null> {
  const [row] = await tx.query<Contact>(
    prepared(`select ${contactColumns} from contacts c where c.call_id = $1`),
    [callId],
  )
  return row ?? null
}

export type Written = {
  fact: ContactFact
  change: Change
  actor: Actor
  cite?: string | undefined
  data: Record<string, unknown>
  wrapUpMs: number
}

/**
 * Compare-and-set on (id, version): row, event and bell in one statement, or nothing at all.
 * @returns the new row, or null when another transaction was first
 */
export async function writeChange(tx: Tx, contact: Contact, w: Written): Promise<Contact | null> {
  const values: unknown[] = [contact.id, contact.version, w.change.state, w.change.end ?? null]
  const sets: string[] = []
  for (const [key, value] of Object.entries(w.change.set)) {
    values.push(value)
    sets.push(`${columnOf[key as keyof typeof w.change.set]} = $${values.length}`)
  }
  for (const key of w.change.clear) sets.push(`${columnOf[key]} = null`)
  for (const key of w.change.stamp) {
    if (key === 'wrapUpUntil') {
      values.push(w.wrapUpMs)
      sets.push(`wrap_up_until = clock_timestamp() + $${values.length} * interval '1 millisecond'`)
      // The first instant of a thing is the one that counts.
    } else if (key === 'answeredAt' || key === 'bridgedAt' || key === 'queuedAt')
      sets.push(`${columnOf[key]} = coalesce(${columnOf[key]}, clock_timestamp())`)
    else sets.push(`${columnOf[key]} = clock_timestamp()`)
  }
  const at = values.length
  values.push(w.fact.type, contact.state, w.actor.kind, w.actor.id, w.actor.role, w.cite ?? null, w.data)
  const [row] = await tx.query<Contact>(
    prepared(`with c as (
       update contacts set state = $3, "end" = $4, version = version + 1, changed_at = clock_timestamp()
         ${sets.map((s) => `, ${s}`).join('')}
       where id = $1 and version = $2
       returning *
     ), noted as (
       insert into contact_events (contact_id, type, from_state, to_state, actor_kind, actor_id, actor_role, cite, data)
       select id, $${at + 1}, $${at + 2}, state, $${at + 3}, $${at + 4}, $${at + 5}, $${at + 6}, $${at + 7} from c
     ), bell as (
       insert into outbox (queue, name, data)
       select 'contacts', 'changed', jsonb_build_object('contactId', id, 'version', version) from c
     )
     select ${contactColumns} from c`),
    values,
  )
  return row ?? null
}

/** Keeps a fact that changed nothing: late hang-ups, duplicates. The row and its version stay as they are. */
export async function writeNote(
  tx: Tx,
  contactId: string,
  type: string,
  actor: Actor,
  data: Record<string, unknown>,
  cite?: string,
): Promise<void> {
  await tx.query(
    `insert into contact_events (contact_id, type, actor_kind, actor_id, actor_role, cite, data)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [contactId, type, actor.kind, actor.id, actor.role, cite ?? null, data],
  )
}

/**
 * Makes an address unreadable in contacts from before an instant (个人信息保护法 第四十七条); the keyed hash stays, so that nothing
 * is counted twice.
 * @returns whether anybody has written from it since
 */
export async function forgetAddress(tx: Tx, channel: string, lookup: string, before: Date): Promise<boolean> {
  const [row] = await tx.query<{ since: boolean }>(
    `with forgotten as (
       update contacts set address_sealed = null
       where channel = $1 and address_lookup = $2 and last_inbound_at <= $3
     )
     select exists (select 1 from contacts
       where channel = $1 and address_lookup = $2 and last_inbound_at > $3) as since`,
    [channel, lookup, before],
  )
  return row!.since
}

/** Requesters who gave up waiting within the last hour, of those asked about. */
export async function abandonedLately(tx: Tx, requesterIds: string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    prepared(`select distinct requester_id as id from contacts
     where requester_id = any($1::uuid[]) and received_at > clock_timestamp() - interval '1 day'
       and ended_at > clock_timestamp() - interval '1 hour' and "end" in ('abandoned', 'abandonedRinging')`),
    [requesterIds],
  )
  return new Set(rows.map((r) => r.id))
}
