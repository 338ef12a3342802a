import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { problem, type Problem } from '../base/problem.ts'
import { tryLock } from './spool-lock.ts'
import { openQuarantine, type QuarantineEntry, type SpoolCodec } from './spool-quarantine.ts'
import { countLines, frame, listSegments, readLines, segmentPath, syncFolder } from './spool-segment.ts'

/** What may lie in the spool: anything JSON, told apart by `kind`. */
export type SpoolRecord = { kind: string; data: unknown }

/** What a replay made of a batch: how many leading records are settled, and which of those were bad. */
export type Replayed = { settled: number; bad: { index: number; reason: string }[] }

/** Must be idempotent: after a crash the last batch comes again. */
export type ReplayHandler = (batch: SpoolRecord[]) => Promise<Replayed>

export type SpoolStats = { depth: number; bytes: number; quarantined: number }

/**
 * The fsynced waiting room of one node while PostgreSQL is away. Invariants: `append` resolves only after the record
 * is on the disk; records are replayed in the order of their append; a record leaves the disk only after it was
 * settled or quarantined. Outside the guarantee: loss of this node's disk.
 */
export type Spool = {
  /** @throws Problem 503 `spoolFull` when the disk or the limit is exhausted: the sender must keep the item. */
  append(record: SpoolRecord): Promise<void>
  /** Records not yet settled, those being written included: while it is not 0 new items queue behind them. */
  readonly depth: number
  stats(): SpoolStats
  /** Hands all records over in order; resolves `true` when the spool is empty, `false` when the handler stopped. */
  replay(handler: ReplayHandler): Promise<boolean>
  /** Takes over what processes of this node that have died left behind. @returns number of records */
  adopt(): Promise<number>
  /** Called after each append. */
  onAppend(listener: () => void): void
  quarantined(): Promise<QuarantineEntry[]>
  /** Puts a record aside for a person. */
  quarantine(record: SpoolRecord, reason: string): Promise<void>
  /** Gives a quarantined record another chance, after what broke it was mended. */
  retry(id: string): Promise<boolean>
  close(): Promise<void>
}

export type SpoolOptions = {
  /** Folder shared by all gateway processes of the node. */
  dir: string
  codec: SpoolCodec
  log: Log
  clock: Clock
  /** Beyond this many bytes new items are refused, so that the disk is left to the database. */
  maxBytes?: number
  segmentBytes?: number
}

type Segment = { number: number; size: number; records: number }
type Waiting = { line: Buffer; resolve: () => void; reject: (error: unknown) => void }

const slots = 64
const batchBytes = 256 * 1024

export const spoolFull = (): Problem =>
  problem(503, 'spoolFull', '暂时无法接收', '服务器存储空间不足，请稍后重试；请管理员清理磁盘。')

export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { dir, codec, log, clock, maxBytes = 1 << 30, segmentBytes = 16 << 20 } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const { folder, lock } = await takeSlot(dir)
  const quarantine = await openQuarantine(join(dir, 'quarantine'), clock)

  const segments: Segment[] = []
  let active: { file: FileHandle; segment: Segment } | null = null
  let lastNumber = 0
  /** Bytes of the first segment that are settled. */
  let offset = 0
  let depth = 0
  let pending: Waiting[] = []
  let writing: Promise<void> | null = null
  let replaying = false
  let closed = false
  const listeners: (() => void)[] = []

  const bytes = (): number => segments.reduce((sum, s) => sum + s.size, 0) - offset
  const cursorPath = join(folder, 'cursor')

  async function load(): Promise<void> {
    // A torn cursor lacks its line feed: better to replay twice than to start inside a record.
    const cursor = /^(\d+) (\d+)\n$/.exec(await readFile(cursorPath, 'utf8').catch(() => ''))
    const [number, settled] = cursor ? [Number(cursor[1]), Number(cursor[2])] : []
    for (const n of await listSegments(folder)) {
      const { size } = await stat(segmentPath(folder, n))
      const from = n === number && segments.length === 0 ? Math.min(settled ?? 0, size) : 0
      const records = await countLines(segmentPath(folder, n), size, from)
      if (segments.length === 0) offset = from
      segments.push({ number: n, size, records })
      depth += records
      lastNumber = n
    }
    if (depth > 0) log.warn({ depth }, 'spool holds records of an earlier run')
  }

  async function startSegment(): Promise<{ file: FileHandle; segment: Segment }> {
    const segment = { number: ++lastNumber, size: 0, records: 0 }
    const file = await open(segmentPath(folder, segment.number), 'wx', 0o600)
    await syncFolder(folder)
    segments.push(segment)
    return { file, segment }
  }

  async function closeActive(): Promise<void> {
    const was = active
    active = null
    await was?.file.close()
  }

  /** Group commit: everything that waits goes out in one write and one fsync. */
  async function write(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending
      pending = []
      try {
        if (active && active.segment.size >= segmentBytes) await closeActive()
        active ??= await startSegment()
        const { file, segment } = active
        await file.appendFile(Buffer.concat(batch.map((w) => w.line)))
        await file.datasync()
        segment.size += batch.reduce((sum, w) => sum + w.line.length, 0)
        segment.records += batch.length
        for (const waiting of batch) waiting.resolve()
        for (const tell of listeners) tell()
      } catch (error) {
        depth -= batch.length
        log.error({ err: (error as Error).message, refused: batch.length }, 'spool cannot write')
        // What this write left is unknown to the kernel too: cut it off and never append to that file again.
        const broken = active
        await broken?.file.truncate(broken.segment.size).catch(() => {})
        await closeActive().catch(() => {})
        for (const waiting of batch) waiting.reject(spoolFull())
      }
    }
    // In the same turn as the last look at `pending`, or an append in between would wait for ever.
    writing = null
  }

  function append(record: SpoolRecord): Promise<void> {
    if (closed) return Promise.reject(spoolFull())
    const line = Buffer.from(frame(codec.seal(JSON.stringify(record))))
    if (bytes() + line.length > maxBytes) return Promise.reject(spoolFull())
    depth++
    return new Promise<void>((resolve, reject) => {
      pending.push({ line, resolve, reject })
      writing ??= write()
    })
  }

  /** Reads the head of the queue; a payload that cannot be opened is quarantined at once. */
  async function readBatch(
    head: Segment,
  ): Promise<{ records: (SpoolRecord | null)[]; sealed: string[]; next: number }> {
    const path = segmentPath(folder, head.number)
    const { lines, next } = await readLines(path, offset, head.size, batchBytes)
    const records: (SpoolRecord | null)[] = []
    for (const line of lines) {
      let record: SpoolRecord | null = null
      try {
        if (line.payload !== null) record = JSON.parse(codec.open(line.payload)) as SpoolRecord
      } catch {
        record = null
      }
      records.push(record)
    }
    return { records, sealed: lines.map((l) => l.payload ?? l.text), next }
  }

  async function replayAll(handler: ReplayHandler): Promise<boolean> {
    for (;;) {
      const head = segments[0]
      if (!head) return depth === 0
      if (offset >= head.size) {
        if (active?.segment === head) {
          if (depth > 0 || writing) return depth === 0
          await closeActive()
        }
        segments.shift()
        offset = 0
        await unlink(segmentPath(folder, head.number))
        continue
      }
      const { records, sealed, next } = await readBatch(head)
      const good = records.filter((r) => r !== null)
      const { settled, bad } = good.length > 0 ? await handler(good) : { settled: 0, bad: [] }
      const reasons = new Map(bad.map((b) => [b.index, b.reason]))
      let done = 0
      for (let i = 0, nth = 0; i < records.length; i++) {
        const record = records[i]
        if (record) {
          if (nth >= settled) break
          const reason = reasons.get(nth++)
          if (reason !== undefined) await aside(record.kind, reason, sealed[i] as string)
        } else await aside('unknown', 'unreadable', sealed[i] as string)
        done++
      }
      const all = done === records.length
      offset = all
        ? next
        : offset + sealed.slice(0, done).reduce((sum, s, i) => sum + lineLength(records[i], s), 0)
      head.records -= done
      depth -= done
      await writeFile(cursorPath, `${head.number} ${offset}\n`)
      if (!all) return false
    }
  }

  const lineLength = (record: SpoolRecord | null | undefined, sealed: string): number =>
    Buffer.byteLength(record ? frame(sealed) : `${sealed}\n`)

  async function aside(kind: string, reason: string, sealed: string): Promise<void> {
    await quarantine.add(kind, reason, sealed)
    log.error({ kind, reason }, 'spool record quarantined')
  }

  async function adopt(): Promise<number> {
    let found = 0
    for (const name of await readdir(dir)) {
      const other = join(dir, name)
      if (!/^slot-\d+$/.test(name) || other === folder) continue
      if ((await listSegments(other)).length === 0) continue
      const theirs = await tryLock(join(other, 'lock'))
      if (!theirs) continue
      try {
        while (writing) await writing
        await closeActive()
        for (const n of await listSegments(other)) {
          const { size } = await stat(segmentPath(other, n))
          const records = await countLines(segmentPath(other, n), size)
          const number = ++lastNumber
          await rename(segmentPath(other, n), segmentPath(folder, number))
          segments.push({ number, size, records })
          depth += records
          found += records
        }
        await unlink(join(other, 'cursor')).catch(() => {})
        await syncFolder(folder)
      } finally {
        await theirs.release()
      }
    }
    if (found > 0) log.warn({ records: found }, 'spool of a dead process taken over')
    return found
  }

  await load()
  return {
    append,
    get depth() {
      return depth
    },
    stats: () => ({ depth, bytes: bytes(), quarantined: quarantine.count() }),
    async replay(handler) {
      if (replaying) return false
      replaying = true
      try {
        return await replayAll(handler)
      } finally {
        replaying = false
      }
    },
    adopt,
    onAppend: (listener) => void listeners.push(listener),
    quarantined: () => quarantine.list(),
    quarantine: (record, reason) => aside(record.kind, reason, codec.seal(JSON.stringify(record))),
    async retry(id) {
      const sealed = await quarantine.read(id)
      if (sealed === null) return false
      await append(JSON.parse(codec.open(sealed)) as SpoolRecord)
      await quarantine.remove(id)
      return true
    },
    async close() {
      closed = true
      while (writing) await writing
      await closeActive()
      await lock.release()
    },
  }
}

async function takeSlot(dir: string): Promise<{ folder: string; lock: { release(): Promise<void> } }> {
  for (let n = 0; n < slots; n++) {
    const folder = join(dir, `slot-${n}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const lock = await tryLock(join(folder, 'lock'))
    if (lock) return { folder, lock }
  }
  throw new Error(`all ${slots} slots of the spool are taken`)
}
