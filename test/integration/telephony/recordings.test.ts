import { randomBytes, randomUUID, createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPool, type Db } from '../../../src/db/pool.ts'
import { recordingKey } from '../../../src/telephony/recording-file.ts'
import { createRecordings, type RecordingOptions, type Recordings } from '../../../src/telephony/recording.ts'
import { freshDatabase, runFolder, type TestDatabase } from '../../support/services.ts'

let database: TestDatabase
let db: Db
let recordings: Recordings
let spool: string
let store: string
const key = recordingKey('a secret of more than thirty-two characters')

const make = (more: Partial<RecordingOptions> = {}): Recordings =>
  createRecordings({ db, dir: store, keys: [key], log: pino({ level: 'silent' }), reserveBytes: 0, ...more })

beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, pino({ level: 'silent' }), 4)
})

beforeEach(async () => {
  await db.query('delete from recordings')
  const folder = join(runFolder(), `recordings-${randomUUID()}`)
  spool = join(folder, 'spool')
  store = join(folder, 'store')
  mkdirSync(spool, { recursive: true })
  recordings = make()
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

/** A file that has rested for a minute. */
function record(
  name: string,
  content: Buffer = Buffer.concat([Buffer.from('RIFF'), randomBytes(200_000)]),
): Buffer {
  const path = join(spool, name)
  writeFileSync(path, content)
  const minuteAgo = Date.now() / 1_000 - 60
  utimesSync(path, minuteAgo, minuteAgo)
  return content
}

const over = (): boolean => false
const storedFiles = (): string[] =>
  existsSync(store)
    ? (readdirSync(store, { recursive: true }) as string[]).filter((name) => name.includes('.hlr'))
    : []

describe('recordings', () => {
  it('are encrypted, hashed, entered and taken off the node', async () => {
    const sound = record('n1-1800000000.1.wav')
    expect(await recordings.collect('n1', spool, over)).toBe(1)
    expect(readdirSync(spool)).toEqual([])
    const [row] = await recordings.ofCall('n1-1800000000.1')
    expect(row).toMatchObject({
      kind: 'conversation',
      bytes: sound.length,
      sha256: createHash('sha256').update(sound).digest('hex'),
    })
    const [file] = storedFiles()
    const encrypted = readFileSync(join(store, file!))
    expect(encrypted.includes(sound.subarray(0, 64))).toBe(false)
    expect((await buffer((await recordings.open(row!.id))!)).equals(sound)).toBe(true)
  })

  it('are left where they are while the call lives or the file grows', async () => {
    record('n1-1800000000.1.wav')
    writeFileSync(join(spool, 'n1-1800000000.2.wav'), randomBytes(1_000))
    expect(await recordings.collect('n1', spool, (callId) => callId === 'n1-1800000000.1')).toBe(0)
    expect(readdirSync(spool)).toHaveLength(2)
  })

  it('keep both parts of a call whose citizen was called back under the same name', async () => {
    const first = record('n1-1800000000.1.wav')
    await recordings.collect('n1', spool, over)
    const second = record('n1-1800000000.1.wav')
    await recordings.collect('n1', spool, over)
    const rows = await recordings.ofCall('n1-1800000000.1')
    const sounds = await Promise.all(rows.map(async ({ id }) => buffer((await recordings.open(id))!)))
    expect(sounds.map((sound) => sound.equals(first) || sound.equals(second))).toEqual([true, true])
    expect(sounds[0]!.equals(sounds[1]!)).toBe(false)
  })

  it('know a message from a conversation, and drop what holds no sound', async () => {
    record('vm-n1-1800000000.1.wav')
    record('n1-1800000000.1.wav', Buffer.alloc(44))
    record('something else.txt')
    await recordings.collect('n1', spool, over)
    expect((await recordings.ofCall('n1-1800000000.1')).map((one) => one.kind)).toEqual(['voicemail'])
    expect(readdirSync(spool)).toEqual(['something else.txt'])
  })

  it.each([
    ['the file was renamed', async () => {}],
    [
      'the row was written',
      (id: string) =>
        db.query(
          `insert into recordings (id, call_id, node, kind) values ($1, 'n1-1800000000.1', 'n1', 'conversation')`,
          [id],
        ),
    ],
  ])('survive a gateway that died after %s', async (_when, left) => {
    const id = randomUUID()
    const sound = record(`n1-1800000000.1.wav.${id}`)
    await left(id)
    mkdirSync(store, { recursive: true })
    await recordings.collect('n1', spool, () => true)
    const [row] = await recordings.ofCall('n1-1800000000.1')
    expect(row?.id).toBe(id)
    expect((await buffer((await recordings.open(id))!)).equals(sound)).toBe(true)
    expect(readdirSync(spool)).toEqual([])
  })

  it('survive a gateway that died before it removed the source', async () => {
    const sound = record('n1-1800000000.1.wav')
    await recordings.collect('n1', spool, over)
    const [row] = await recordings.ofCall('n1-1800000000.1')
    record(`n1-1800000000.1.wav.${row!.id}`, sound)
    await recordings.collect('n1', spool, over)
    expect(storedFiles()).toHaveLength(1)
    expect(readdirSync(spool)).toEqual([])
  })

  it('are whole though two gateways collect at the same moment', async () => {
    const sounds = Array.from({ length: 8 }, (_, n) => record(`n1-1800000000.${n}.wav`))
    await Promise.all([recordings.collect('n1', spool, over), make().collect('n1', spool, over)])
    await recordings.collect('n1', spool, over)
    for (const [n, sound] of sounds.entries()) {
      const rows = await recordings.ofCall(`n1-1800000000.${n}`)
      expect(rows).toHaveLength(1)
      expect((await buffer((await recordings.open(rows[0]!.id))!)).equals(sound)).toBe(true)
    }
    expect(readdirSync(spool)).toEqual([])
  })

  it('do not open when a byte was changed, nor without their key', async () => {
    record('n1-1800000000.1.wav')
    await recordings.collect('n1', spool, over)
    const [row] = await recordings.ofCall('n1-1800000000.1')
    const other = make({ keys: [recordingKey('another secret of more than thirty-two characters')] })
    await expect(other.open(row!.id)).rejects.toThrow(/unknown key/)
    const path = join(store, storedFiles()[0]!)
    const bytes = readFileSync(path)
    bytes[5_000]! ^= 1
    writeFileSync(path, bytes)
    await expect(buffer((await recordings.open(row!.id))!)).rejects.toThrow()
  })

  it('open with the previous key after a change of keys', async () => {
    const sound = record('n1-1800000000.1.wav')
    await recordings.collect('n1', spool, over)
    const [row] = await recordings.ofCall('n1-1800000000.1')
    const changed = make({ keys: [recordingKey('the next secret of more than thirty-two characters'), key] })
    expect((await buffer((await changed.open(row!.id))!)).equals(sound)).toBe(true)
  })

  it('stay on the node when the disk is nearly full', async () => {
    record('n1-1800000000.1.wav')
    expect(await make({ reserveBytes: Number.MAX_SAFE_INTEGER }).collect('n1', spool, over)).toBe(0)
    expect(readdirSync(spool)).toEqual(['n1-1800000000.1.wav'])
  })

  it('are deleted when their time is over, unless they are kept as evidence', async () => {
    record('n1-1800000000.1.wav')
    record('n1-1800000000.2.wav')
    await recordings.collect('n1', spool, over)
    const [evidence] = await recordings.ofCall('n1-1800000000.2')
    await recordings.keepFor(evidence!.id, 'appeal')
    expect(await recordings.purge()).toBe(0)
    await db.query(`update recordings set delete_after = clock_timestamp() - interval '1 second'`)
    expect(await recordings.purge()).toBe(1)
    expect(storedFiles()).toHaveLength(1)
    expect(await recordings.ofCall('n1-1800000000.1')).toEqual([])
    expect(await recordings.ofCall('n1-1800000000.2')).toHaveLength(1)
    const [gone] = await db.query<{ deleted_at: Date | null }>(
      `select deleted_at from recordings where call_id = 'n1-1800000000.1'`,
    )
    expect(gone?.deleted_at).toBeInstanceOf(Date)
  })
})
