import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPii } from '../../../src/base/pii.ts'
import { createDurable, Unreplayable } from '../../../src/db/spool-durable.ts'
import { openSpool, type Spool, type SpoolRecord } from '../../../src/db/spool.ts'

const codec = createPii('a synthetic secret of more than 32 characters')
const log = pino({ level: 'silent' })
const clock = (): Date => new Date('2026-03-02T10:00:00+08:00')

let dir: string
const opened: Spool[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spool-'))
})
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close()
  rmSync(dir, { recursive: true, force: true })
})

async function spoolIn(
  folder = dir,
  more: { maxBytes?: number; segmentBytes?: number } = {},
): Promise<Spool> {
  const spool = await openSpool({ dir: folder, codec, log, clock, ...more })
  opened.push(spool)
  return spool
}

/** Closes without settling, as the end of the process would. */
async function crash(spool: Spool): Promise<void> {
  await spool.close()
  opened.splice(opened.indexOf(spool), 1)
}

async function drain(spool: Spool): Promise<SpoolRecord[]> {
  const seen: SpoolRecord[] = []
  await spool.replay(async (batch) => {
    seen.push(...batch)
    return { settled: batch.length, bad: [] }
  })
  return seen
}

const numbers = (records: SpoolRecord[]): unknown[] => records.map((r) => r.data)
const segmentsOf = (slot = 'slot-0'): string[] =>
  readdirSync(join(dir, slot))
    .filter((n) => n.endsWith('.spool'))
    .sort()
    .map((n) => join(dir, slot, n))

describe('spool', () => {
  it('keeps the order over many concurrent appends, segments and a restart', async () => {
    const first = await spoolIn(dir, { segmentBytes: 2_000 })
    await Promise.all(Array.from({ length: 300 }, (_, i) => first.append({ kind: 'n', data: i })))
    for (let i = 300; i < 320; i++) await first.append({ kind: 'n', data: i })
    expect(first.depth).toBe(320)
    expect(segmentsOf().length).toBeGreaterThan(1)
    await crash(first)
    const second = await spoolIn()
    expect(second.depth).toBe(320)
    await second.append({ kind: 'n', data: 320 })
    expect(numbers(await drain(second))).toEqual(Array.from({ length: 321 }, (_, i) => i))
    expect(second.stats()).toEqual({ depth: 0, bytes: 0, quarantined: 0 })
    expect(await drain(second)).toEqual([])
  })

  it('leaves no plain text on the disk', async () => {
    const spool = await spoolIn()
    await spool.append({ kind: 'inbound', data: { from: '+8613800000001', text: '路灯不亮' } })
    const written = segmentsOf()
      .map((path) => readFileSync(path, 'utf8'))
      .join('')
    expect(written.length).toBeGreaterThan(50)
    expect(written).not.toContain('13800000001')
    expect(written).not.toContain('路灯')
  })

  it('drops a record torn by a crash, which nobody was told about, and keeps all others', async () => {
    const first = await spoolIn()
    for (const i of [1, 2, 3]) await first.append({ kind: 'n', data: i })
    await crash(first)
    const [path] = segmentsOf() as [string]
    const whole = readFileSync(path)
    const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1
    for (const cut of [lastLine + 1, lastLine + 16, lastLine + 40, whole.length - 2]) {
      writeFileSync(path, whole.subarray(0, cut))
      const spool = await spoolIn()
      expect(spool.depth).toBe(2)
      // Stop before settling anything, so that the next cut finds the same file.
      const seen: unknown[] = []
      await spool.replay(async (batch) => {
        seen.push(...numbers(batch))
        return { settled: 0, bad: [] }
      })
      expect(seen).toEqual([1, 2])
      await crash(spool)
    }
  })

  it('puts a line damaged in the middle aside and goes on', async () => {
    const first = await spoolIn()
    for (const i of [1, 2, 3]) await first.append({ kind: 'n', data: i })
    await crash(first)
    const [path] = segmentsOf() as [string]
    const lines = readFileSync(path, 'utf8').split('\n')
    const whole = lines[1] as string
    lines[1] = `${whole.slice(0, 30)}${whole[30] === 'X' ? 'Y' : 'X'}${whole.slice(31)}`
    writeFileSync(path, lines.join('\n'))
    const spool = await spoolIn()
    expect(numbers(await drain(spool))).toEqual([1, 3])
    expect(await spool.quarantined()).toMatchObject([{ kind: 'unknown', reason: 'unreadable' }])
    expect(spool.depth).toBe(0)
  })

  it('goes on behind the last settled record after a restart', async () => {
    const first = await spoolIn()
    for (const i of [1, 2, 3, 4]) await first.append({ kind: 'n', data: i })
    expect(await first.replay(async () => ({ settled: 2, bad: [] }))).toBe(false)
    expect(first.depth).toBe(2)
    await crash(first)
    const spool = await spoolIn()
    expect(spool.depth).toBe(2)
    expect(numbers(await drain(spool))).toEqual([3, 4])
  })

  it('replays twice rather than never when the cursor is torn', async () => {
    const first = await spoolIn()
    for (const i of [1, 2]) await first.append({ kind: 'n', data: i })
    await first.replay(async () => ({ settled: 1, bad: [] }))
    await crash(first)
    writeFileSync(join(dir, 'slot-0', 'cursor'), '1 1')
    expect(numbers(await drain(await spoolIn()))).toEqual([1, 2])
  })

  it('refuses when its limit is reached, and takes items again afterwards', async () => {
    const spool = await spoolIn(dir, { maxBytes: 600 })
    const item = { kind: 'n', data: 'x'.repeat(100) }
    await spool.append(item)
    await spool.append(item)
    await expect(spool.append(item)).rejects.toMatchObject({ status: 503, code: 'spoolFull' })
    expect(spool.depth).toBe(2)
    await drain(spool)
    await expect(spool.append(item)).resolves.toBeUndefined()
  })

  it('answers 503 when the folder cannot be written, and counts nothing', async () => {
    const spool = await spoolIn()
    rmSync(join(dir, 'slot-0'), { recursive: true })
    await expect(spool.append({ kind: 'n', data: 1 })).rejects.toMatchObject({ status: 503 })
    expect(spool.depth).toBe(0)
  })

  it('gives each process of a node its own slot and lets a living one inherit', async () => {
    const dead = await spoolIn()
    const alive = await spoolIn()
    await dead.append({ kind: 'n', data: 'theirs' })
    await alive.append({ kind: 'n', data: 'mine' })
    expect(await alive.adopt()).toBe(0)
    await crash(dead)
    expect(await alive.adopt()).toBe(1)
    expect(alive.depth).toBe(2)
    expect(numbers(await drain(alive))).toEqual(['mine', 'theirs'])
    expect(segmentsOf('slot-0')).toEqual([])
  })

  it('gives a quarantined record another chance', async () => {
    const spool = await spoolIn()
    await spool.append({ kind: 'n', data: 7 })
    await spool.replay(async () => ({ settled: 1, bad: [{ index: 0, reason: '22021' }] }))
    const [entry] = await spool.quarantined()
    expect(entry).toMatchObject({ kind: 'n', reason: '22021' })
    expect(spool.stats()).toMatchObject({ depth: 0, quarantined: 1 })
    expect(await spool.retry('../../etc/passwd')).toBe(false)
    expect(await spool.retry(entry?.id ?? '')).toBe(true)
    expect(numbers(await drain(spool))).toEqual([7])
    expect(spool.stats().quarantined).toBe(0)
  })

  it('reads a file of unknown length without losing a record at a chunk border', async () => {
    const spool = await spoolIn()
    const big = 'y'.repeat(400_000)
    for (const data of [1, big, 2]) await spool.append({ kind: 'n', data })
    expect(numbers(await drain(spool))).toEqual([1, big, 2])
  })

  it('ignores what is no segment', async () => {
    const first = await spoolIn()
    await first.append({ kind: 'n', data: 1 })
    appendFileSync(join(dir, 'slot-0', 'notes.txt'), 'hello')
    expect(numbers(await drain(first))).toEqual([1])
  })
})

describe('durable', () => {
  const down = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))

  it('commits while the database answers and spools while it does not, then replays in order', async () => {
    const stored: unknown[] = []
    let up = false
    const durable = createDurable({ spool: await spoolIn(), log, retryMs: 5 })
    durable.handle('text', async (items) => (up ? void stored.push(...items) : down()))
    durable.start()
    expect(await durable.submit('text', ['a', 'b'])).toEqual({ stored: 'spooled' })
    expect(await durable.submit('text', ['c'])).toEqual({ stored: 'spooled' })
    up = true
    await vi.waitFor(() => expect(durable.spool.depth).toBe(0))
    expect(stored).toEqual(['a', 'b', 'c'])
    expect(await durable.submit('text', ['d'])).toMatchObject({ stored: 'committed' })
    expect(stored).toEqual(['a', 'b', 'c', 'd'])
    opened.length = 0
    await durable.stop()
  })

  it('queues new items behind a spool that is not empty, even when the database is back', async () => {
    const spool = await spoolIn()
    await spool.append({ kind: 'text', data: 'older' })
    const stored: unknown[] = []
    const durable = createDurable({ spool, log, retryMs: 5 })
    durable.handle('text', async (items) => void stored.push(...items))
    // Not started: nothing drains, so the newer one must not overtake.
    expect(await durable.submit('text', ['newer'])).toEqual({ stored: 'spooled' })
    expect(stored).toEqual([])
    durable.start()
    await vi.waitFor(() => expect(stored).toEqual(['older', 'newer']))
    opened.length = 0
    await durable.stop()
  })

  it('spools a commit whose outcome is unknown', async () => {
    const durable = createDurable({ spool: await spoolIn(), log, commitWithinMs: 20 })
    durable.handle('text', () => new Promise(() => {}))
    expect(await durable.submit('text', ['late'])).toEqual({ stored: 'spooled' })
    expect(durable.spool.depth).toBe(1)
  })

  it('quarantines the one bad record of a batch and stores the others', async () => {
    const spool = await spoolIn()
    for (const data of ['a', 'poison', 'b']) await spool.append({ kind: 'text', data })
    await spool.append({ kind: 'callEvent', data: 'c' })
    await spool.append({ kind: 'ofTheFuture', data: 'd' })
    const stored: unknown[] = []
    const durable = createDurable({ spool, log, retryMs: 5 })
    durable.handle('text', async (items) => {
      if (items.includes('poison')) throw new Unreplayable('poisoned')
      stored.push(...items)
    })
    durable.handle('callEvent', async (items) => void stored.push(...items))
    durable.start()
    await vi.waitFor(() => expect(spool.depth).toBe(0))
    expect(stored).toEqual(['a', 'b', 'c'])
    expect((await spool.quarantined()).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['text', 'poisoned'],
      ['ofTheFuture', 'noHandler'],
    ])
    opened.length = 0
    await durable.stop()
  })

  it('tells the sender to keep the item when neither database nor disk takes it', async () => {
    const durable = createDurable({ spool: await spoolIn(dir, { maxBytes: 10 }), log })
    durable.handle('text', down)
    await expect(durable.submit('text', ['x'])).rejects.toMatchObject({ status: 503, code: 'spoolFull' })
  })
})
