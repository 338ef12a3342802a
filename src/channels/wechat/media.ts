import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../../base/log.ts'
import type { Pii } from '../../base/pii.ts'
import type { Db } from '../../db/pool.ts'
import { failureCode } from '../../db/spool-durable.ts'
import type { InboundEffect } from '../channel.ts'
import { CallFailed } from '../http-call.ts'
import type { MediaAnswer } from './api.ts'
import * as store from './media-store.ts'

/**
 * Files that citizens send. WeChat keeps them for three days; a job brings them over. On the disk each lies encrypted
 * with its own key (AES-256-GCM), and the key lies sealed in its row: who erases the row erases the file everywhere.
 */
export type Media = {
  /** Notes the files of committed messages and rings for them. */
  effect: InboundEffect
  /** The job. Safe to run twice; never throws for what WeChat does. */
  fetch(id: string): Promise<void>
  /** Plain bytes of a stored file, or null. `mime` is one of a closed list: it may be shown to a browser. */
  read(id: string): Promise<{ bytes: Buffer; mime: string; sha256: string } | null>
  of(channel: string, account: string, providerIds: string[]): Promise<store.MediaView[]>
  /** Every few seconds: rings again for files whose bell was lost with Redis. */
  sweep(): Promise<void>
  erase(ids: string[]): Promise<void>
}

export type MediaOptions = {
  db: Db
  pii: Pii
  /** Below the data folder. */
  dir: string
  fetchMedia: (mediaId: string) => Promise<MediaAnswer>
  log: Log
}

/** WeChat forgets a file after this. */
const keptByWechatMs = 72 * 3_600_000
const pauses = [5_000, 15_000, 60_000, 300_000, 900_000]
const hourly = 3_600_000
const bellLostAfterMs = 30_000

/** Types a browser shows without running anything. */
const shown = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'audio/amr',
  'audio/speex',
  'audio/mpeg',
  'video/mp4',
])

const safeMime = (mime: string): string => (shown.has(mime) ? mime : 'application/octet-stream')

export function createMedia({ db, pii, dir, fetchMedia, log }: MediaOptions): Media {
  const pathOf = (id: string): string => join(dir, id.slice(-2), id)

  async function keep(id: string, bytes: Buffer, mime: string): Promise<void> {
    const key = randomBytes(32)
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const body = Buffer.concat([cipher.update(bytes), cipher.final()])
    const path = pathOf(id)
    const fresh = `${path}.${randomBytes(4).toString('hex')}`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(Buffer.concat([iv, cipher.getAuthTag(), body]))
      await file.sync()
    } finally {
      await file.close()
    }
    await db.tx(async (tx) => {
      // Under the row's lock, so that of two workers the file and the key of one stay together.
      await tx.query(`select 1 from inbound_media where id = $1 for update`, [id])
      if ((await store.findMedia(tx, id))?.state !== 'waiting') return rm(fresh, { force: true })
      await rename(fresh, path)
      await store.markStored(tx, id, {
        mime: safeMime(mime),
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        keySealed: pii.seal(key.toString('base64')),
      })
    })
  }

  return {
    effect: async (items) => {
      const withMedia = items.filter((i) => i.media?.mediaId)
      if (withMedia.length === 0) return
      await db.tx(async (tx) => {
        for (const item of withMedia) await store.wantMedia(tx, item)
      })
    },

    async fetch(id) {
      const row = await store.findMedia(db, id)
      if (!row || row.state !== 'waiting') return
      let answer: MediaAnswer
      try {
        answer = await fetchMedia(row.mediaId)
      } catch (error) {
        const tooLarge = error instanceof CallFailed && error.message === 'ETOOBIG'
        answer = tooLarge
          ? { kind: 'gone', reason: 'tooLarge' }
          : { kind: 'later', reason: failureCode(error) }
      }
      if (answer.kind === 'file') return keep(id, answer.bytes, answer.mime)
      log.warn({ id, kind: answer.kind, reason: answer.reason }, 'file of a citizen not fetched')
      if (answer.kind === 'gone' || row.ageMs > keptByWechatMs) return store.markGone(db, id, answer.reason)
      const { reason } = answer
      return db.tx((tx) => store.markLater(tx, id, reason, pauses[row.tries] ?? hourly))
    },

    async read(id) {
      const row = await store.keyOfMedia(db, id)
      if (!row) return null
      const stored = await readFile(pathOf(id))
      const decipher = createDecipheriv(
        'aes-256-gcm',
        Buffer.from(pii.open(row.keySealed), 'base64'),
        stored.subarray(0, 12),
      )
      decipher.setAuthTag(stored.subarray(12, 28))
      const bytes = Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()])
      return { bytes, mime: row.mime ?? 'application/octet-stream', sha256: row.sha256 ?? '' }
    },

    of: (channel, account, providerIds) => store.mediaOf(db, channel, account, providerIds),

    async sweep() {
      const rung = await db.tx((tx) => store.ringOverdueMedia(tx, bellLostAfterMs))
      if (rung > 0) log.warn({ rung }, 'bells of files were lost')
    },

    async erase(ids) {
      await store.dropKeys(db, ids)
      for (const id of ids) await rm(pathOf(id), { force: true })
    },
  }
}
