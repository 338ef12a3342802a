import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'

/**
 * What routing is measured by: BullMQ alone, a job added for each contact and taken by a worker of the same process; and
 * the same with the statements of the gateway sent again, in their transactions, without the program around them.
 */
export type JobsWish =
  | { type: 'paced'; count: number; perSecond: number }
  /** `file`: what record-sql.mjs wrote. */
  | { type: 'replay'; count: number; file: string }
export type Replayed = { tookMs: number; statements: number; failed: number }

type Statement = { text: string; name?: string; values: unknown[] }

const atOnce = 16
const connect = () => new Redis(process.env['REDIS_URL']!, { maxRetriesPerRequest: null })
const options = { prefix: '{cc:raw}:jobs' }
const url = process.env['DATABASE_URL']
const pool = url ? new pg.Pool({ connectionString: url, max: atOnce }) : null
const queue = new Queue('raw', {
  connection: connect(),
  ...options,
  defaultJobOptions: { removeOnComplete: { count: 1_000 } },
})
let handle: (data: { n: number; sentMs: number }) => Promise<void> = async () => {}
const worker = new Worker<{ n: number; sentMs: number }>('raw', (job) => handle(job.data), {
  connection: connect(),
  ...options,
  concurrency: atOnce,
})
await worker.waitUntilReady()

/** @returns how long each job took from its adding to its worker, ms */
async function paced(count: number, perSecond: number): Promise<number[]> {
  const took: number[] = []
  const all = new Promise<void>((done) => {
    handle = async ({ sentMs }) => {
      if (took.push(performance.now() - sentMs) === count) done()
    }
  })
  const began = performance.now()
  for (let n = 0; n < count; n += 1) {
    const waitMs = began + (n / perSecond) * 1_000 - performance.now()
    if (waitMs > 0) await new Promise((go) => setTimeout(go, waitMs))
    void queue.add('raw', { n, sentMs: performance.now() })
  }
  await all
  return took
}

async function send(group: Statement[]): Promise<void> {
  const client = await pool!.connect()
  try {
    if (group.length > 1) await client.query('begin')
    for (const statement of group) await client.query(statement)
    if (group.length > 1) await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Each job does its share of the groups, all of them together everything, nearly in the order of the recording. */
async function replay(count: number, file: string): Promise<Replayed> {
  const groups = deserialize(readFileSync(file)) as Statement[][]
  let failed = 0
  let done = 0
  let finish: () => void = () => {}
  const all = new Promise<void>((resolve) => (finish = resolve))
  handle = async ({ n }) => {
    const from = Math.floor((n * groups.length) / count)
    const to = Math.floor(((n + 1) * groups.length) / count)
    for (const group of groups.slice(from, to)) await send(group).catch(() => (failed += 1))
    if ((done += 1) === count) finish()
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: count }, (_, n) => queue.add('raw', { n, sentMs: 0 })))
  await all
  const statements = groups.reduce((sum, group) => sum + group.length, 0)
  return { tookMs: performance.now() - began, statements, failed }
}

process.on('message', (wish: JobsWish) => {
  const work = wish.type === 'paced' ? paced(wish.count, wish.perSecond) : replay(wish.count, wish.file)
  work.then(
    (result) => process.send!(result),
    (error: unknown) => {
      console.error(String(error))
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send!('ready')
