import { newId } from '../../base/ids.ts'
import { addToOutbox } from '../../db/outbox.ts'
import type { Tx } from '../../db/pool.ts'
import type { InboundText } from '../channel.ts'
import { mediaQueue } from '../jobs.ts'

/** SQL of `inbound_media`. */

export type MediaRow = {
  id: string
  mediaId: string
  state: 'waiting' | 'stored' | 'gone'
  tries: number
  ageMs: number
}

export type MediaView = {
  id: string
  providerId: string
  part: 'file' | 'thumb'
  state: 'waiting' | 'stored' | 'gone'
  reason: string | null
  mime: string | null
  bytes: number | null
  sha256: string | null
}

const ring = (tx: Tx, id: string, delayMs = 0): Promise<void> =>
  addToOutbox(tx, { queue: mediaQueue, name: 'fetch', data: { id }, delayMs })

/** One row and one bell per file, however often the message comes. */
export async function wantMedia(tx: Tx, item: InboundText): Promise<void> {
  const wanted: [part: string, mediaId: string | undefined][] = [
    ['file', item.media?.mediaId],
    ['thumb', item.media?.thumbMediaId],
  ]
  for (const [part, mediaId] of wanted) {
    if (!mediaId) continue
    const [row] = await tx.query<{ id: string }>(
      `insert into inbound_media (id, channel, account, provider_id, part, media_id)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (channel, account, provider_id, part) do nothing returning id`,
      [newId(), item.channel, item.account, item.providerId, part, mediaId],
    )
    if (row) await ring(tx, row.id)
  }
}

export async function findMedia(tx: Tx, id: string): Promise<MediaRow | null> {
  const [row] = await tx.query<MediaRow>(
    `select id, media_id as "mediaId", state, tries,
       (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "ageMs"
     from inbound_media where id = $1`,
    [id],
  )
  return row ?? null
}

export async function markStored(
  tx: Tx,
  id: string,
  file: { mime: string; bytes: number; sha256: string; keySealed: string },
): Promise<void> {
  await tx.query(
    `update inbound_media set state = 'stored', reason = null, mime = $2, bytes = $3, sha256 = $4, key_sealed = $5,
       stored_at = clock_timestamp(), tries = tries + 1
     where id = $1 and state = 'waiting'`,
    [id, file.mime, file.bytes, file.sha256, file.keySealed],
  )
}

export async function markGone(tx: Tx, id: string, reason: string): Promise<void> {
  await tx.query(
    `update inbound_media set state = 'gone', reason = $2, tries = tries + 1 where id = $1 and state = 'waiting'`,
    [id, reason],
  )
}

export async function markLater(tx: Tx, id: string, reason: string, afterMs: number): Promise<void> {
  await tx.query(
    `update inbound_media set reason = $2, tries = tries + 1, rung_at = clock_timestamp(),
       not_before = clock_timestamp() + $3 * interval '1 millisecond'
     where id = $1 and state = 'waiting'`,
    [id, reason, afterMs],
  )
  await ring(tx, id, afterMs)
}

export async function ringOverdueMedia(tx: Tx, silentMs: number): Promise<number> {
  const rows = await tx.query<{ id: string }>(
    `update inbound_media set rung_at = clock_timestamp()
     where id in (
       select id from inbound_media
       where state = 'waiting' and not_before < clock_timestamp()
         and rung_at < clock_timestamp() - $1 * interval '1 millisecond'
       order by not_before limit 200 for update skip locked)
     returning id`,
    [silentMs],
  )
  for (const { id } of rows) await ring(tx, id)
  return rows.length
}

const view = `id, provider_id as "providerId", part, state, reason, mime, bytes, sha256`

/** Files of some messages, for the desk. */
export const mediaOf = (
  tx: Tx,
  channel: string,
  account: string,
  providerIds: string[],
): Promise<MediaView[]> =>
  tx.query<MediaView>(
    `select ${view} from inbound_media
     where channel = $1 and account = $2 and provider_id = any($3) order by created_at, part`,
    [channel, account, providerIds],
  )

export async function keyOfMedia(tx: Tx, id: string): Promise<(MediaView & { keySealed: string }) | null> {
  const [row] = await tx.query<MediaView & { keySealed: string }>(
    `select ${view}, key_sealed as "keySealed" from inbound_media where id = $1 and state = 'stored'`,
    [id],
  )
  return row ?? null
}

/** The file is unreadable from here on, even from a backup of the folder. */
export async function dropKeys(tx: Tx, ids: string[]): Promise<void> {
  await tx.query(
    `update inbound_media set state = 'gone', reason = 'erased', key_sealed = null, sha256 = null where id = any($1)`,
    [ids],
  )
}
