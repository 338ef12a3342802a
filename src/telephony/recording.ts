import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'
import { decryptFile, encryptFile, type RecordingKey } from './recording-file.ts'

/**
 * Takes recordings off a node's disk: encrypted, hashed, entered in the table, then removed there. Each step may be
 * repeated after a crash: the row is the only truth about what is stored, and the source goes last.
 */
export type Recordings = {
  /** Takes over what is finished in a node's folder. */
  collect(node: string, folder: string, isLive: (callId: string) => boolean): Promise<number>
  /** Deletes what is past its time and not kept as evidence. */
  purge(): Promise<number>
  ofCall(callId: string): Promise<Recording[]>
  /** Decrypts for playback; the caller writes the audit entry. Null: not there, or deleted. */
  open(id: string): Promise<Readable | null>
  /** Keeps a recording beyond its time, or lets it go again (`null`). */
  keepFor(id: string, reason: string | null): Promise<void>
}

export type Recording = {
  id: string
  callId: string
  kind: RecordingKind
  bytes: number
  sha256: string
  storedAt: Date
  deleteAfter: Date | null
  keptFor: string | null
}

export type RecordingKind = 'conversation' | 'voicemail'

/**
 * How long recordings are kept, days. Local policy: no statute names a time; the Personal Information Protection Law
 * (article 19) asks for the shortest time the purpose needs.
 */
export type Retention = { localPolicy: true; days: Record<RecordingKind, number> }
export const defaultRetention: Retention = { localPolicy: true, days: { conversation: 730, voicemail: 365 } }

export type RecordingOptions = {
  db: Db
  /** Folder of the encrypted files. */
  dir: string
  /** The first encrypts; all decrypt. */
  keys: readonly [RecordingKey, ...RecordingKey[]]
  retention?: Retention
  log: Log
  now?: () => number
  /** A file that has not grown for so long, of a call that is over, is finished. */
  restMs?: number
  /** Below this many free bytes nothing is stored, so that the database has room. */
  reserveBytes?: number
}

/**
 * `n1-1795277522.2.wav` or `vm-n1-1795277522.2.wav`; with an id behind it once it is ours. A citizen who is called back
 * is recorded under the same name again, so a file must be renamed before it is entered anywhere.
 */
const nameForm = /^(vm-)?(.+-\d+\.\d+)\.wav(?:\.([0-9a-f-]{36}))?$/

/** Head of a WAV file; no more means that nobody said anything. */
const emptyWav = 44

type Row = {
  id: string
  call_id: string
  kind: RecordingKind
  bytes: number
  sha256: string
  stored_name: string
  stored_at: Date
  delete_after: Date | null
  kept_for: string | null
}

export function createRecordings(options: RecordingOptions): Recordings {
  const { db, dir, keys, log } = options
  const { retention = defaultRetention, restMs = 3_000, reserveBytes = 512 * 1024 * 1024 } = options
  const now = options.now ?? Date.now

  async function store(node: string, source: string, id: string, callId: string, kind: RecordingKind) {
    const [row] = await db.query<{ stored_at: Date | null; found_at: Date }>(
      `insert into recordings (id, call_id, node, kind) values ($1, $2, $3, $4)
       on conflict (id) do update set node = excluded.node
       returning stored_at, found_at`,
      [id, callId, node, kind],
    )
    if (!row) throw new Error('no row for a recording')
    if (!row.stored_at) {
      const month = row.found_at.toISOString().slice(0, 7)
      const storedName = join(month, `${id}.hlr`)
      await mkdir(join(dir, month), { recursive: true, mode: 0o700 })
      const { sha256, bytes } = await encryptFile(source, join(dir, storedName), keys[0])
      await db.query(
        `update recordings
         set stored_name = $2, key_id = $3, sha256 = $4, bytes = $5, stored_at = clock_timestamp(),
             delete_after = clock_timestamp() + $6 * interval '1 day'
         where id = $1 and stored_at is null`,
        [id, storedName, keys[0].id, sha256, bytes, retention.days[kind]],
      )
    }
    await rm(source, { force: true })
  }

  return {
    async collect(node, folder, isLive) {
      const names = await readdir(folder).catch(() => [])
      let stored = 0
      for (const name of names) {
        const [, voicemail, callId, taken] = nameForm.exec(name) ?? []
        if (!callId || (!taken && isLive(callId))) continue
        try {
          const found = join(folder, name)
          const { size, mtimeMs } = await stat(found)
          if (!taken && now() - mtimeMs < restMs) continue
          if (size <= emptyWav) {
            await rm(found, { force: true })
            continue
          }
          if (!(await hasRoom(size))) return stored
          const id = taken ?? newId()
          const source = taken ? found : `${found}.${id}`
          if (!taken) await rename(found, source)
          await store(node, source, id, callId, voicemail ? 'voicemail' : 'conversation')
          stored++
        } catch (error) {
          // The next round tries again; the file stays where it is.
          log.warn({ reason: (error as Error).message, node, file: name }, 'recording not stored')
        }
      }
      return stored
    },

    async purge() {
      const due = await db.query<{ id: string; stored_name: string }>(
        `select id, stored_name from recordings
         where deleted_at is null and kept_for is null and stored_name is not null
           and delete_after < clock_timestamp()
         order by delete_after limit 500`,
      )
      for (const { id, stored_name } of due) {
        await rm(join(dir, stored_name), { force: true })
        await db.query(`update recordings set deleted_at = clock_timestamp() where id = $1`, [id])
      }
      if (due.length > 0) log.info({ count: due.length }, 'recordings deleted, their time is over')
      return due.length
    },

    async ofCall(callId) {
      const rows = await db.query<Row>(
        `select id, call_id, kind, bytes, sha256, stored_name, stored_at, delete_after, kept_for
         from recordings where call_id = $1 and stored_at is not null and deleted_at is null order by stored_at`,
        [callId],
      )
      return rows.map((row) => ({
        id: row.id,
        callId: row.call_id,
        kind: row.kind,
        bytes: row.bytes,
        sha256: row.sha256,
        storedAt: row.stored_at,
        deleteAfter: row.delete_after,
        keptFor: row.kept_for,
      }))
    },

    async open(id) {
      const [row] = await db.query<{ stored_name: string }>(
        `select stored_name from recordings
         where id = $1 and stored_name is not null and deleted_at is null`,
        [id],
      )
      return row ? decryptFile(join(dir, row.stored_name), keys) : null
    },

    async keepFor(id, reason) {
      await db.query(`update recordings set kept_for = $2 where id = $1`, [id, reason])
    },
  }

  async function hasRoom(bytes: number): Promise<boolean> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const disk = await statfs(dir)
    const free = disk.bavail * disk.bsize
    if (free - bytes > reserveBytes) return true
    log.error(
      { freeBytes: free },
      'disk nearly full: recordings stay on the node, the room is kept for the database',
    )
    return false
  }
}
