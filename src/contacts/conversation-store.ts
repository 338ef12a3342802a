import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'

/** SQL of what is said in a text contact, and of drafts. */

export type Reply = {
  id: string
  contactId: string
  agentId: string
  /** Chosen by the desk, so a repeated send is one message. */
  clientId: string
  kind: string
  text: string
}

/**
 * Stores an agent's words only while he holds the conversation.
 * @returns 'stored', 'repeated' for a clientId already known, 'refused' when the contact is not his or not open
 */
export async function insertReply(tx: Tx, r: Reply): Promise<'stored' | 'repeated' | 'refused'> {
  const [row] = await tx.query<{ held: boolean; stored: boolean }>(
    `with held as (
       update contacts set first_answer_at = coalesce(first_answer_at, clock_timestamp())
       where id = $2 and agent_id = $3 and channel <> 'voice' and state in ('active', 'held', 'consulting')
       returning id, channel, account
     ), stored as (
       insert into messages (id, contact_id, channel, account, provider_id, direction, kind, body, author, received_at)
       select $1, id, channel, account, $4, 'out', $5, $6, $3::text, clock_timestamp() from held
       on conflict (channel, account, provider_id) do nothing
       returning id
     )
     select exists (select 1 from held) as held, exists (select 1 from stored) as stored`,
    [r.id, r.contactId, r.agentId, r.clientId, r.kind, r.text],
  )
  if (!row?.held) return 'refused'
  return row.stored ? 'stored' : 'repeated'
}

/**
 * A line the system says by itself (an emergency number, the notice of the end); unique by `key`.
 * @returns its channel, or null for a key already known
 */
export async function insertSystemLine(
  tx: Tx,
  line: { id: string; contactId: string; key: string; text: string },
): Promise<{ channel: string } | null> {
  const [row] = await tx.query<{ channel: string }>(
    `insert into messages (id, contact_id, channel, account, provider_id, direction, kind, body, author, received_at)
     select $1, id, channel, account, $3, 'out', 'text', $4, 'system', clock_timestamp() from contacts where id = $2
     on conflict (channel, account, provider_id) do nothing returning channel`,
    [line.id, line.contactId, line.key, line.text],
  )
  return row ?? null
}

export type Draft = { revision: number; body: Record<string, unknown>; savedAt: Date }

export async function findDraft(tx: Tx, contactId: string): Promise<Draft | null> {
  const [row] = await tx.query<Draft>(
    prepared(`select revision, body, saved_at as "savedAt" from drafts where contact_id = $1`),
    [contactId],
  )
  return row ?? null
}

/** @returns the new revision, or null when somebody saved a newer one first */
export async function saveDraft(
  tx: Tx,
  contactId: string,
  agentId: string,
  revision: number,
  body: Record<string, unknown>,
): Promise<Draft | null> {
  const [row] = await tx.query<Draft>(
    `insert into drafts as d (contact_id, agent_id, body, revision)
     select id, $2, $4, 1 from contacts where id = $1 and agent_id = $2 and ended_at is null
     on conflict (contact_id) do update
       set body = excluded.body, agent_id = excluded.agent_id, revision = d.revision + 1, saved_at = clock_timestamp()
       where d.revision = $3
     returning revision, body, saved_at as "savedAt"`,
    [contactId, agentId, revision, JSON.stringify(body)],
  )
  return row ?? null
}

export async function deleteDraft(tx: Tx, contactId: string): Promise<void> {
  await tx.query(prepared(`delete from drafts where contact_id = $1`), [contactId])
}

/** Wrap-ups whose time is over; the database clock decides. */
export const expiredWrapUps = (tx: Tx, limit: number): Promise<{ id: string; until: Date }[]> =>
  tx.query(
    `select id, wrap_up_until as until from contacts
     where state = 'wrapUp' and wrap_up_until < clock_timestamp() and owed_at is null
     order by wrap_up_until limit $1`,
    [limit],
  )

/**
 * Conversations whose citizen has left the agent's words without an answer for `silenceMs`. One who waits for an agent, in
 * the queue or for his next word, is not silent; lines that the system says by itself are nobody's answer. Whoever has just
 * taken the conversation over has the whole time. A matter from another platform is no conversation.
 */
export const silentConversations = (tx: Tx, silenceMs: number, limit: number): Promise<{ id: string }[]> =>
  tx.query(
    `select c.id from contacts c
     cross join lateral (
       select max(m.stored_at) filter (where m.direction = 'out' and m.author <> 'system') as said,
         max(m.stored_at) filter (where m.direction = 'in') as heard, max(m.stored_at) as latest
       from messages m where m.contact_id = c.id) as words
     where c.ended_at is null and c.channel in ('sms', 'wechat') and c.state = 'active'
       and greatest(c.changed_at, c.last_inbound_at) < clock_timestamp() - $1 * interval '1 millisecond'
       and words.latest < clock_timestamp() - $1 * interval '1 millisecond' and words.said > words.heard
     order by c.last_inbound_at limit $2`,
    [silenceMs, limit],
  )
