import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from './spool-segment.ts'

/** Encrypts what lies on the disk: the spool holds numbers and texts of citizens. `Pii` fits. */
export type SpoolCodec = { seal(plain: string): string; open(sealed: string): string }

/** A record that cannot be replayed, without its content: safe to list and to log. */
export type QuarantineEntry = { id: string; kind: string; reason: string; quarantinedAt: string }

type Stored = QuarantineEntry & { sealed: string }

export type Quarantine = {
  count(): number
  list(): Promise<QuarantineEntry[]>
  /** `sealed` is the payload as it stood in the spool, or a damaged line. */
  add(kind: string, reason: string, sealed: string): Promise<void>
  /** Payload of one entry, or null when there is none. */
  read(id: string): Promise<string | null>
  remove(id: string): Promise<void>
}

/** One file per record, so that a person can look, retry or copy it without a tool. Shared by all slots of a node. */
export async function openQuarantine(folder: string, clock: () => Date): Promise<Quarantine> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const ids = async (): Promise<string[]> =>
    (await readdir(folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -5))
      .sort()
  let count = (await ids()).length
  let added = 0

  const load = async (id: string): Promise<Stored | null> => {
    if (!/^[\w-]+$/.test(id)) return null
    try {
      return JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')) as Stored
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  return {
    count: () => count,
    async list() {
      const entries = await Promise.all((await ids()).map(load))
      count = entries.length
      return entries
        .filter((entry) => entry !== null)
        .map(({ id, kind, reason, quarantinedAt }) => ({ id, kind, reason, quarantinedAt }))
    },
    async add(kind, reason, sealed) {
      const at = clock().toISOString()
      // Names sort by time, and within one instant by the order in which they were put aside.
      const id = `${at.replace(/\D/g, '')}-${String(added++).padStart(9, '0')}-${randomBytes(4).toString('hex')}`
      const stored: Stored = { id, kind, reason, quarantinedAt: at, sealed }
      const path = join(folder, `${id}.json`)
      const file = await open(`${path}.new`, 'wx', 0o600)
      try {
        await file.writeFile(JSON.stringify(stored))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
      await syncFolder(folder)
      count++
    },
    read: async (id) => (await load(id))?.sealed ?? null,
    async remove(id) {
      await unlink(join(folder, `${id}.json`))
      count--
    },
  }
}
