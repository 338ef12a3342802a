import type { Place } from '../base/cursor.ts'
import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { Channel, Contact } from './model.ts'
import type { ContactForMatching } from './ports.ts'
import { contactColumns } from './rows.ts'

/** Reading statements: nothing here changes a row. */

const matchingColumns = `c.id, c.channel,
  case when c.state = 'queued' and c.call_back_after is not null then 'received' else c.state end as state,
  c.version, c.call_id as "callId", c.call_back as "callBack", c.agent_id as "agentId",
  c.owed_at is not null as owed,
  (extract(epoch from c.received_at) * 1000)::bigint - c.credit_ms as score,
  (extract(epoch from coalesce(c.queued_at, c.received_at)) * 1000)::bigint as "queuedAtMs", c.requirement,
  c.sticky_agent_id as "stickyAgentId", c.emergency,
  (extract(epoch from c.changed_at) * 1000)::bigint as "changedAtMs"`

export const openForMatching = (
  tx: Tx,
  afterId: string | null,
  limit: number,
): Promise<ContactForMatching[]> =>
  tx.query(
    `select ${matchingColumns} from contacts c
     where c.ended_at is null and ($1::uuid is null or c.id > $1) order by c.id limit $2`,
    [afterId, limit],
  )

export const changedForMatching = (tx: Tx, sinceMs: number, limit: number): Promise<ContactForMatching[]> =>
  tx.query(
    `select ${matchingColumns} from contacts c
     where c.changed_at > to_timestamp($1::double precision / 1000) and c.changed_at <= statement_timestamp()
     order by c.changed_at limit $2`,
    [sinceMs, limit],
  )

export const someForMatching = (tx: Tx, ids: readonly string[]): Promise<ContactForMatching[]> =>
  tx.query(prepared(`select ${matchingColumns} from contacts c where c.id = any($1::uuid[])`), [ids])

/** Two texts, each with its own plan: few agents are looked up, all are counted. */
const loadsOf = (whose: '' | 'and agent_id = any($1::uuid[])'): string =>
  prepared(`select agent_id as "agentId",
       count(*) filter (where channel = 'voice' and state <> 'wrapUp') as voice,
       count(*) filter (where channel <> 'voice' and state <> 'wrapUp') as text,
       bool_or(state = 'wrapUp') as "wrapUp"
     from contacts
     where ended_at is null and agent_id is not null and owed_at is null
       and state in ('offered','connecting','active','held','consulting','native','wrapUp') ${whose}
     group by agent_id`)

/** Slots in use by agent: voice and text counted apart; an unexpired wrap-up blocks both until it is settled. */
export async function loads(
  tx: Tx,
  agentIds?: string[],
): Promise<Map<string, { voice: number; text: number; wrapUp: boolean }>> {
  type Row = { agentId: string; voice: number; text: number; wrapUp: boolean }
  const rows = await (agentIds
    ? tx.query<Row>(loadsOf(`and agent_id = any($1::uuid[])`), [agentIds])
    : tx.query<Row>(loadsOf(''), []))
  return new Map(rows.map((r) => [r.agentId, { voice: r.voice, text: r.text, wrapUp: r.wrapUp }]))
}

export const contactsOfAgent = (tx: Tx, agentId: string): Promise<Contact[]> =>
  tx.query(
    prepared(`select ${contactColumns} from contacts c
     where c.agent_id = $1 and c.ended_at is null order by c.received_at`),
    [agentId],
  )

/** Where the requester of a contact can be reached; the address is sealed, null when it was withheld. */
export async function addressOf(
  tx: Tx,
  contactId: string,
): Promise<{ channel: Channel; account: string; sealed: string | null } | null> {
  const [row] = await tx.query<{ channel: Channel; account: string; sealed: string | null }>(
    prepared(`select channel, account, address_sealed as sealed from contacts where id = $1`),
    [contactId],
  )
  return row ?? null
}

/** Callers who wait on these nodes for an agent, oldest first. */
export const waitingCalls = (
  tx: Tx,
  nodes: string[],
): Promise<{ contactId: string; callId: string; waitedMs: number }[]> =>
  tx.query(
    `select id as "contactId", call_id as "callId",
       (extract(epoch from clock_timestamp() - coalesce(queued_at, received_at)) * 1000)::float8 as "waitedMs"
     from contacts
     where ended_at is null and channel = 'voice' and state = 'queued' and not call_back and call_id is not null
       and node = any($1)
     order by received_at limit 500`,
    [nodes],
  )

/** Registrations that are owed, the oldest debt first: the team lead's list. */
export const owedContacts = (tx: Tx, limit: number): Promise<Contact[]> =>
  tx.query(
    `select ${contactColumns} from contacts c
     where c.owed_at is not null and c.ended_at is null order by c.owed_at limit $1`,
    [limit],
  )

export type HistoryRow = {
  id: string
  channel: Channel
  at: string
  state: string
  end: string | null
  agentId: string | null
  summary: string
}

/** The latest contacts of one person over all channels; confidential ones never join a history. */
export const historyOf = (
  tx: Tx,
  requesterIds: string[],
  exceptId: string,
  limit: number,
): Promise<HistoryRow[]> =>
  tx.query(
    prepared(`select c.id, c.channel, to_char(c.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
       c.state, c."end", c.agent_id as "agentId",
       coalesce((select left(m.body, 60) from messages m where m.contact_id = c.id and m.direction = 'in'
                 order by m.received_at limit 1), '') as summary
     from contacts c
     where c.requester_id = any($1::uuid[]) and c.id <> $2 and not c.confidential
     order by c.received_at desc limit $3`),
    [requesterIds, exceptId, limit],
  )

export type MessageRow = {
  id: string
  providerId: string
  direction: 'in' | 'out'
  kind: string
  body: string
  media: unknown
  author: string | null
  receivedAt: Date
}

export const messagesOf = (tx: Tx, contactId: string, limit = 200): Promise<MessageRow[]> =>
  tx.query(
    prepared(`select * from (
       select id, provider_id as "providerId", direction, kind, body, media, author, received_at as "receivedAt"
       from messages where contact_id = $1 order by received_at desc, id desc limit $2) newest
     order by "receivedAt", id`),
    [contactId, limit],
  )

export async function textOf(tx: Tx, messageId: string): Promise<string | null> {
  const [row] = await tx.query<{ body: string }>(`select body from messages where id = $1`, [messageId])
  return row?.body ?? null
}

/** Instants are ISO 8601; `From` is within, `Until` is not. */
export type ContactFilter = {
  id?: string
  /** Of these contacts only. */
  among?: readonly string[]
  channel?: string
  direction?: string
  state?: string
  end?: string
  agentId?: string
  callId?: string
  providerId?: string
  receivedFrom?: string
  receivedUntil?: string
  endedFrom?: string
  endedUntil?: string
  open?: boolean
  before?: Place
  limit: number
}

/** Newest first, keyset paging on (received_at, id): a page never shifts while contacts arrive. */
export const listContacts = (tx: Tx, f: ContactFilter): Promise<(Contact & { providerIds: string[] })[]> =>
  tx.query(
    `select ${contactColumns},
       coalesce((select array_agg(m.provider_id order by m.received_at) from (
         select provider_id, received_at from messages where contact_id = c.id and direction = 'in'
         order by received_at limit 100) m), '{}') as "providerIds"
     from contacts c
     where ($1::text is null or c.channel = $1) and ($2::text is null or c.state = $2)
       and ($3::text is null or c."end" = $3) and ($4::uuid is null or c.agent_id = $4)
       and ($5::text is null or c.call_id = $5)
       and ($6::text is null or exists (select 1 from messages m where m.contact_id = c.id and m.provider_id = $6))
       and ($7::boolean is null or (c.ended_at is null) = $7)
       and ($8::timestamptz is null or (c.received_at, c.id) < ($8, $9::uuid))
       and ($11::uuid is null or c.id = $11) and ($12::text is null or c.direction = $12)
       and ($13::uuid[] is null or c.id = any($13))
       and ($14::timestamptz is null or c.received_at >= $14)
       and ($15::timestamptz is null or c.received_at < $15)
       and ($16::timestamptz is null or c.ended_at >= $16) and ($17::timestamptz is null or c.ended_at < $17)
     order by c.received_at desc, c.id desc limit $10`,
    [
      f.channel ?? null,
      f.state ?? null,
      f.end ?? null,
      f.agentId ?? null,
      f.callId ?? null,
      f.providerId ?? null,
      f.open ?? null,
      f.before?.at ?? null,
      f.before?.id ?? null,
      f.limit,
      f.id ?? null,
      f.direction ?? null,
      f.among ?? null,
      f.receivedFrom ?? null,
      f.receivedUntil ?? null,
      f.endedFrom ?? null,
      f.endedUntil ?? null,
    ],
  )

export type EventRow = {
  type: string
  fromState: string | null
  toState: string | null
  at: Date
  actorKind: string
  actorId: string
  actorRole: string
  cite: string | null
  data: unknown
}

export const eventsOf = (tx: Tx, contactId: string): Promise<EventRow[]> =>
  tx.query(
    `select type, from_state as "fromState", to_state as "toState", at, actor_kind as "actorKind",
       actor_id as "actorId", actor_role as "actorRole", cite, data
     from contact_events where contact_id = $1 order by id`,
    [contactId],
  )
