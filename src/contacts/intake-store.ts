import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Requirement } from './model.ts'

/** One inbound message, resolved to its requester and ready to be written. */
export type ReadyMessage = {
  messageId: string
  contactId: string
  channel: string
  account: string
  lookup: string
  sealed: string | null
  requesterId: string
  providerId: string
  kind: string
  body: string
  raw: unknown
  media: unknown
  partial: boolean
  providerTime: string | null
  receivedAt: string
  creditMs: number
  emergency: boolean
  requirement: Requirement
}

export type StoredMessage = {
  messageId: string
  providerId: string
  channel: string
  account: string
  contactId: string
  opened: boolean
  /** Forward in the queue, by this message; opened ones, too. */
  moved: boolean
  /** An agent has the contact, or is being offered it. */
  held: boolean
}

/**
 * Messages, contacts, events and one bell for all of them in one statement. Invariants:
 * - a provider id is stored once per (channel, account); a duplicate, even of long ago, creates nothing;
 * - one open conversation per (channel, account, requester address): the partial unique index decides between rivals;
 * - senders are folded and sorted by key before the upsert, because one statement may touch a row only once and two
 *   batches must lock rows in the same order;
 * - a message that only joins rings no bell for the matcher and leaves `changed_at` alone, unless it moves its contact
 *   forward in the queue: everything else of the contact stays as the matcher knows it.
 */
const storeMessagesSql = prepared(`
  with incoming as (
    select * from unnest(
      $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[],
      $10::text[], $11::jsonb[], $12::jsonb[], $13::boolean[], $14::timestamptz[], $15::timestamptz[],
      $16::bigint[], $17::boolean[], $18::jsonb[])
    as t(message_id, contact_id, channel, account, lookup, sealed, requester_id, provider_id, kind, body, raw, media,
      partial, provider_time, received_at, credit_ms, emergency, requirement)
  ), fresh as (
    select distinct on (i.channel, i.account, i.provider_id) i.* from incoming i
    where not exists (select 1 from messages m
      where m.channel = i.channel and m.account = i.account and m.provider_id = i.provider_id)
    order by i.channel, i.account, i.provider_id, i.received_at
  ), senders as (
    select channel, account, lookup,
      (array_agg(contact_id order by received_at))[1] as contact_id,
      (array_agg(sealed order by received_at))[1] as sealed,
      (array_agg(requester_id order by received_at))[1] as requester_id,
      (array_agg(requirement order by received_at))[1] as requirement,
      min(received_at) as received_at, max(received_at) as last_at,
      max(credit_ms) as credit_ms, bool_or(emergency) as emergency
    from fresh group by channel, account, lookup
  ), joined as (
    insert into contacts as c (id, channel, account, address_lookup, address_sealed, requester_id, state, received_at,
      queued_at, last_inbound_at, credit_ms, emergency, requirement, sticky_agent_id)
    select s.contact_id, s.channel, s.account, s.lookup, s.sealed, s.requester_id, 'queued', s.received_at,
      clock_timestamp(), s.last_at, s.credit_ms, s.emergency, s.requirement,
      (select p.agent_id from contacts p where p.requester_id = s.requester_id and p.agent_id is not null
         and p.received_at > s.received_at - interval '24 hours' order by p.received_at desc limit 1)
    from senders s order by s.channel, s.account, s.lookup
    on conflict (channel, account, address_lookup) where state not in ('wrapUp', 'ended') and channel <> 'voice'
    do update set last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
      -- Of somebody who had left and is back.
      address_sealed = coalesce(c.address_sealed, excluded.address_sealed),
      credit_ms = greatest(c.credit_ms, excluded.credit_ms),
      emergency = c.emergency or excluded.emergency,
      changed_at = case when excluded.credit_ms > c.credit_ms or (excluded.emergency and not c.emergency)
        then clock_timestamp() else c.changed_at end
    returning c.id, c.channel, c.account, c.address_lookup, c.received_at, c.version, (c.xmax = 0) as opened,
      c.changed_at >= statement_timestamp() as moved, c.agent_id is not null as held
  ), stored as (
    insert into messages (id, contact_id, channel, account, provider_id, direction, kind, body, raw, media, partial,
      provider_time, received_at)
    select f.message_id, j.id, f.channel, f.account, f.provider_id, 'in', f.kind, f.body, f.raw, f.media, f.partial,
      f.provider_time, f.received_at
    from fresh f join joined j on j.channel = f.channel and j.account = f.account and j.address_lookup = f.lookup
    on conflict (channel, account, provider_id) do nothing
    returning id, contact_id, channel, account, provider_id
  ), noted as (
    insert into contact_events (contact_id, type, from_state, to_state, actor_kind, actor_id, actor_role, data)
    select j.id, e.type, e.from_state, e.to_state, 'system', 'intake', 'system', '{}'
    from joined j cross join (values ('received', null, 'received'), ('screened', 'received', 'screened'),
      ('queued', 'screened', 'queued')) as e(type, from_state, to_state)
    where j.opened
  ), bell as (
    insert into outbox (queue, name, data)
    select 'contacts', 'news', jsonb_strip_nulls(jsonb_build_object(
      'changed', jsonb_agg(jsonb_build_object('contactId', j.id, 'version', j.version)) filter (where j.opened),
      'touched', jsonb_agg(j.id) filter (where not j.opened)))
    from joined j where j.opened or j.moved having count(*) > 0
  ), alarm as (
    insert into outbox (queue, name, data)
    select 'referrals', 'emergencyText', jsonb_build_object('contactId', s.contact_id, 'messageId', s.id)
    from stored s join fresh f on f.message_id = s.id where f.emergency
  )
  select s.id as "messageId", s.provider_id as "providerId", s.channel, s.account, s.contact_id as "contactId",
    j.opened, j.moved, j.held
  from stored s join joined j on j.id = s.contact_id`)

export async function storeMessages(tx: Tx, messages: ReadyMessage[]): Promise<StoredMessage[]> {
  const column = <T>(pick: (m: ReadyMessage) => T): T[] => messages.map(pick)
  const json = (value: unknown): string | null =>
    value === undefined || value === null ? null : JSON.stringify(value)
  return tx.query<StoredMessage>(storeMessagesSql, [
    column((m) => m.messageId),
    column((m) => m.contactId),
    column((m) => m.channel),
    column((m) => m.account),
    column((m) => m.lookup),
    column((m) => m.sealed),
    column((m) => m.requesterId),
    column((m) => m.providerId),
    column((m) => m.kind),
    // PostgreSQL cannot store U+0000 in text; the raw bytes keep it.
    column((m) => m.body.replaceAll('\u0000', '\uFFFD')),
    column((m) => json(m.raw)),
    column((m) => json(m.media)),
    column((m) => m.partial),
    column((m) => m.providerTime),
    column((m) => m.receivedAt),
    column((m) => m.creditMs),
    column((m) => m.emergency),
    column((m) => JSON.stringify(m.requirement)),
  ])
}

/** Where a known message went; used to answer a duplicate with the contact it already belongs to. */
export async function contactsOfMessages(
  tx: Tx,
  keys: { channel: string; account: string; providerId: string }[],
): Promise<{ channel: string; account: string; providerId: string; contactId: string }[]> {
  return tx.query(
    `select m.channel, m.account, m.provider_id as "providerId", m.contact_id as "contactId"
     from unnest($1::text[], $2::text[], $3::text[]) as k(channel, account, provider_id)
     join messages m using (channel, account, provider_id)`,
    [keys.map((k) => k.channel), keys.map((k) => k.account), keys.map((k) => k.providerId)],
  )
}

export type ReadyEvent = {
  id: string
  channel: string
  account: string
  providerId: string
  requesterId: string
  name: string
  data: unknown
  receivedAt: string
}

export async function isKnownEvent(
  tx: Tx,
  { channel, account, providerId }: { channel: string; account: string; providerId: string },
): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from channel_events where channel = $1 and account = $2 and provider_id = $3`,
    [channel, account, providerId],
  )
  return rows.length > 0
}

export async function storeEvents(tx: Tx, events: ReadyEvent[]): Promise<string[]> {
  const column = <T>(pick: (e: ReadyEvent) => T): T[] => events.map(pick)
  const rows = await tx.query<{ providerId: string }>(
    `insert into channel_events (id, channel, account, provider_id, requester_id, name, data, received_at)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::jsonb[],
       $8::timestamptz[])
     on conflict (channel, account, provider_id) do nothing
     returning provider_id as "providerId"`,
    [
      column((e) => e.id),
      column((e) => e.channel),
      column((e) => e.account),
      column((e) => e.providerId),
      column((e) => e.requesterId),
      column((e) => e.name),
      column((e) => JSON.stringify(e.data ?? {})),
      column((e) => e.receivedAt),
    ],
  )
  return rows.map((r) => r.providerId)
}
