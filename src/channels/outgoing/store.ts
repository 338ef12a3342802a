import { newId } from '../../base/ids.ts'
import type { Pii } from '../../base/pii.ts'
import { addToOutbox } from '../../db/outbox.ts'
import type { Tx } from '../../db/pool.ts'
import { prepared } from '../../db/prepared.ts'
import { outgoingQueue } from '../jobs.ts'
import type {
  OutgoingContent,
  OutgoingDraft,
  OutgoingMessage,
  OutgoingPurpose,
  OutgoingState,
} from './model.ts'
import type { Carrier } from './report.ts'

/** SQL of `outgoing_messages`. */

/** Kind of the keyed hash of an address: the same hash everywhere in the database. */
export const addressKind = (channel: 'sms' | 'wechat'): string => (channel === 'sms' ? 'phone' : 'wechat')

const ring = (tx: Tx, id: string, delayMs = 0): Promise<void> =>
  addToOutbox(tx, { queue: outgoingQueue, name: 'deliver', data: { id }, delayMs })

/** Writes a message and its bell. A key that is there already changes nothing. */
export async function insertMessage(
  tx: Tx,
  pii: Pii,
  draft: OutgoingDraft,
  via: Carrier,
  insteadOf: string | null = null,
): Promise<{ id: string; duplicate: boolean }> {
  const id = newId()
  const [row] = await tx.query<{ id: string }>(
    prepared(`insert into outgoing_messages
       (id, key, channel, via, purpose, about, to_lookup, to_sealed, content_sealed, otherwise_sealed, instead_of,
        expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (key) do nothing
     returning id`),
    [
      id,
      draft.key,
      draft.channel,
      via,
      draft.purpose,
      draft.about ?? null,
      pii.lookup(addressKind(draft.channel), draft.to),
      pii.seal(draft.to),
      pii.seal(JSON.stringify(draft.content)),
      draft.otherwise ? pii.seal(JSON.stringify(draft.otherwise)) : null,
      insteadOf,
      draft.expiresAt ?? null,
    ],
  )
  if (row) {
    await ring(tx, id)
    return { id, duplicate: false }
  }
  const [known] = await tx.query<{ id: string }>(`select id from outgoing_messages where key = $1`, [
    draft.key,
  ])
  return { id: known?.id ?? id, duplicate: true }
}

type ClaimRow = {
  id: string
  key: string
  channel: 'sms' | 'wechat'
  purpose: OutgoingPurpose
  about: string | null
  via: Carrier
  toSealed: string
  contentSealed: string
  tries: number
  expired: boolean
}

export type Claim = {
  message: OutgoingMessage
  tries: number
  expired: boolean
  key: string
  about: string | null
}

/**
 * Whoever changes what is being sent in a lane (messages of one purpose to one person) holds it: a claim that finds the
 * lane busy goes away, so whoever makes it free must see what came meanwhile. A statement of its own, because the next
 * one must look at the lane after it was had.
 */
export const lockLane = (tx: Tx, id: string): Promise<unknown> =>
  tx.query(
    prepared(`select pg_advisory_xact_lock(hashtextextended('outgoing:' || channel || to_lookup || purpose, 0))
     from outgoing_messages where id = $1`),
    [id],
  )

const sameLane = (a: string, b: string): string =>
  `${a}.channel = ${b}.channel and ${a}.to_lookup = ${b}.to_lookup and ${a}.purpose = ${b}.purpose`

const claimSql = prepared(`update outgoing_messages m
   set state = 'sending', tries = m.tries + 1, claimed_at = clock_timestamp()
   from (
     select first.id from outgoing_messages bell cross join lateral (
       select f.id, f.not_before from outgoing_messages f
       where ${sameLane('f', 'bell')} and f.state = 'queued' order by f.seq limit 1) first
     where bell.id = $1 and first.not_before <= clock_timestamp() and not exists (
       select from outgoing_messages busy where ${sameLane('busy', 'bell')} and busy.state = 'sending')) next
   where m.id = next.id
   returning m.id, m.key, m.channel, m.purpose, m.about, m.via, m.to_sealed as "toSealed",
     m.content_sealed as "contentSealed", m.tries, coalesce(m.expires_at < clock_timestamp(), false) as expired`)

/**
 * Takes the oldest queued message of the lane that `id` is in, so that messages of one purpose to one person leave in
 * the order in which they were written. At most one of a lane is being sent.
 * @returns null when there is nothing to do now: the lane is empty, busy, or its first message waits for its time
 */
export async function claimNext(tx: Tx, pii: Pii, id: string): Promise<Claim | null> {
  const [, [row]] = await Promise.all([lockLane(tx, id), tx.query<ClaimRow>(claimSql, [id])])
  if (!row) return null
  return {
    message: {
      id: row.id,
      channel: row.channel,
      via: row.via,
      purpose: row.purpose,
      to: pii.open(row.toSealed),
      content: JSON.parse(pii.open(row.contentSealed)) as OutgoingContent,
    },
    tries: row.tries,
    expired: row.expired,
    key: row.key,
    about: row.about,
  }
}

/** Whether anything of the lane waits. Asked by whoever holds the lane and has just made it free. */
export async function anyWaiting(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    prepared(`select from outgoing_messages m join outgoing_messages w on ${sameLane('w', 'm')}
     where m.id = $1 and w.state = 'queued' limit 1`),
    [id],
  )
  return rows.length > 0
}

/** Only the attempt that claimed the row may settle it; a sweep may have called it `unknown` meanwhile. */
const mine = `id = $1 and tries = $2 and state in ('sending', 'unknown')`

export async function markSent(tx: Tx, claim: Claim, providerMessageId: string | null): Promise<void> {
  await tx.query(
    prepared(`update outgoing_messages set state = 'sent', reason = null, provider_message_id = $3,
       sent_at = clock_timestamp(), ended_at = null
     where ${mine}`),
    [claim.message.id, claim.tries, providerMessageId],
  )
}

export async function markUnknown(tx: Tx, claim: Claim, reason: string): Promise<void> {
  await tx.query(
    `update outgoing_messages set state = 'unknown', reason = $3, ended_at = clock_timestamp() where ${mine}`,
    [claim.message.id, claim.tries, reason],
  )
}

export async function markRetry(tx: Tx, claim: Claim, reason: string, afterMs: number): Promise<void> {
  await tx.query(
    `update outgoing_messages set state = 'queued', reason = $3,
       not_before = clock_timestamp() + $4 * interval '1 millisecond', rung_at = clock_timestamp()
     where ${mine}`,
    [claim.message.id, claim.tries, reason, afterMs],
  )
  // A little later than the row says, so that the bell never comes too early.
  await ring(tx, claim.message.id, afterMs + 50)
}

/** @returns true when the row was not failed before */
export async function markFailed(
  tx: Tx,
  id: string,
  reason: string,
  from: OutgoingState[],
): Promise<boolean> {
  const rows = await tx.query(
    `update outgoing_messages set state = 'failed', reason = $2, ended_at = clock_timestamp()
     where id = $1 and state = any($3) returning id`,
    [id, reason, from],
  )
  return rows.length > 0
}

/** The draft that was to be sent instead, with the key that makes it unique. */
export async function otherwiseOf(tx: Tx, pii: Pii, id: string): Promise<OutgoingDraft | null> {
  const [row] = await tx.query<{ key: string; sealed: string | null; about: string | null }>(
    `select key, otherwise_sealed as sealed, about from outgoing_messages where id = $1`,
    [id],
  )
  if (!row?.sealed) return null
  const draft = JSON.parse(pii.open(row.sealed)) as Omit<OutgoingDraft, 'key'>
  return {
    ...draft,
    key: `${row.key}/otherwise`,
    ...(draft.expiresAt ? { expiresAt: new Date(draft.expiresAt) } : {}),
    ...(row.about && !draft.about ? { about: row.about } : {}),
  }
}

/** Delivery is the last word, also about a message that an earlier report or an interruption had given up. */
export async function markDelivered(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `update outgoing_messages set state = 'delivered', reason = null, ended_at = clock_timestamp()
     where id = $1 and state in ('sent', 'unknown', 'failed')`,
    [id],
  )
}

export type Interrupted = {
  id: string
  via: Carrier
  purpose: OutgoingPurpose
  contentSealed: string
}

/** Rows whose sender has been silent for too long: its process died. */
export const interrupted = (tx: Tx, olderMs: number): Promise<Interrupted[]> =>
  tx.query<Interrupted>(
    `select id, via, purpose, content_sealed as "contentSealed" from outgoing_messages
     where state = 'sending' and claimed_at < clock_timestamp() - $1 * interval '1 millisecond'
     order by claimed_at limit 500 for update skip locked`,
    [olderMs],
  )

/** @param again whether it may be sent once more */
export async function settleInterrupted(tx: Tx, id: string, again: boolean): Promise<void> {
  await tx.query(
    `update outgoing_messages set reason = 'interrupted', state = $2,
       ended_at = case when $2 = 'unknown' then clock_timestamp() end
     where id = $1 and state = 'sending'`,
    [id, again ? 'queued' : 'unknown'],
  )
  if (again) await ring(tx, id)
}

/** Rings again for due messages whose bell was lost with Redis. @returns how many */
export async function ringOverdue(tx: Tx, silentMs: number): Promise<number> {
  const rows = await tx.query<{ id: string }>(
    `update outgoing_messages set rung_at = clock_timestamp()
     where id in (
       select id from outgoing_messages
       where state = 'queued' and not_before < clock_timestamp()
         and rung_at < clock_timestamp() - $1 * interval '1 millisecond'
       order by not_before limit 500 for update skip locked)
     returning id`,
    [silentMs],
  )
  for (const { id } of rows) await ring(tx, id)
  return rows.length
}

export type OutgoingView = {
  id: string
  /** Key of the draft; what was sent instead carries the key of the first. */
  key: string
  channel: 'sms' | 'wechat'
  via: Carrier
  purpose: OutgoingPurpose
  state: OutgoingState
  reason: string | null
  insteadOf: string | null
  createdAt: Date
  sentAt: Date | null
}

/** What was sent about something, oldest first, without addresses and texts. */
export const messagesAbout = (tx: Tx, about: string): Promise<OutgoingView[]> =>
  tx.query<OutgoingView>(
    prepared(`select id, regexp_replace(key, '(/otherwise)+$', '') as key, channel, via, purpose, state, reason,
       instead_of as "insteadOf", created_at as "createdAt", sent_at as "sentAt"
     from outgoing_messages where about = $1 order by seq`),
    [about],
  )

/**
 * Personal data of an address are deleted. What is still to be sent goes out first (a citizen who left WeChat is owed
 * his order number by SMS); `blankForgotten` then makes the rows unreadable.
 */
export async function forgetAddress(
  tx: Tx,
  pii: Pii,
  channel: 'sms' | 'wechat',
  address: string,
): Promise<void> {
  await tx.query(`update outgoing_messages set forget = true where channel = $1 and to_lookup = $2`, [
    channel,
    pii.lookup(addressKind(channel), address),
  ])
}

export async function blankForgotten(tx: Tx, pii: Pii): Promise<void> {
  await tx.query(
    `update outgoing_messages set to_sealed = $1, content_sealed = $2, otherwise_sealed = null, forget = false
     where forget and state not in ('queued', 'sending')`,
    [pii.seal(''), pii.seal('{}')],
  )
}
