import type { Log } from '../base/log.ts'
import type { OutboxJob } from './outbox.ts'
import type { Db } from './pool.ts'
import { prepared } from './prepared.ts'

/** `id` is the same each time a row is delivered again, so a repeated delivery is recognised while its job is kept. */
export type RelayedJob = OutboxJob & { id: string }

export type Relay = {
  /** Something was committed in this process: look now instead of at the next poll. */
  wake(): void
  stats(): RelayStats
  /** Ends after the batch at hand. */
  stop(): Promise<void>
}

export type RelayStats = {
  moved: number
  failures: number
  /** Age of the oldest row of the latest batch when it was delivered, ms; 0 when the outbox was empty. */
  lagMs: number
}

export type RelayOptions = {
  pollMs?: number
  batch?: number
  /** Longest time a delivery may take before it is undone. */
  deliverMs?: number
}

type Row = {
  id: number
  queue: string
  name: string
  data: unknown
  delayMs: number
  createdMs: number
  ageMs: number
}

// Rows that another gateway has in hand are skipped, so any number of relays share one outbox.
const take = prepared(`
  with taken as (
    delete from outbox where id in (select id from outbox order by id limit $1 for update skip locked)
    returning *
  )
  select id, queue, name, data, delay_ms as "delayMs",
    (extract(epoch from created_at) * 1000)::bigint as "createdMs",
    (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "ageMs"
  from taken order by id`)

/**
 * Keeps the promises of the outbox: rows are deleted, delivered and only then committed. A failure between delivery
 * and commit delivers twice, never not at all.
 * @param deliver hands jobs to BullMQ; rejects when it could not
 */
export function createRelay(
  db: Db,
  deliver: (jobs: RelayedJob[]) => Promise<void>,
  log: Log,
  { pollMs = 200, batch = 500, deliverMs = 3_000 }: RelayOptions = {},
): Relay {
  const stats: RelayStats = { moved: 0, failures: 0, lagMs: 0 }
  let stopped = false
  let failuresInRow = 0
  let woken = false
  let rest: { timer: NodeJS.Timeout; end: () => void } | undefined

  async function moveBatch(): Promise<number> {
    return db.tx(async (tx) => {
      const rows = await tx.query<Row>(take, [batch])
      if (rows.length > 0) await within(deliverMs, deliver(rows.map(toJob)))
      stats.lagMs = Math.max(0, ...rows.map((row) => row.ageMs))
      return rows.length
    })
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((end) => (rest = { timer: setTimeout(end, ms), end }))

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false
      let waitMs = pollMs
      try {
        const moved = await moveBatch()
        stats.moved += moved
        if (failuresInRow > 0) log.info({ afterFailures: failuresInRow }, 'outbox is delivered again')
        failuresInRow = 0
        if (moved === batch) continue
      } catch (error) {
        stats.failures += 1
        failuresInRow += 1
        if (failuresInRow === 1) log.warn({ err: String(error) }, 'outbox could not be delivered, keeping it')
        waitMs = Math.min(5_000, pollMs * 2 ** Math.min(failuresInRow, 10))
      }
      // A wake cuts a poll short but not a back-off: what failed just now would fail again.
      if (!stopped && !(woken && failuresInRow === 0)) await pause(waitMs)
    }
  }
  const running = loop()

  const cutShort = (): void => {
    if (!rest) return
    clearTimeout(rest.timer)
    rest.end()
  }

  return {
    wake() {
      woken = true
      if (failuresInRow === 0) cutShort()
    },
    stats: () => ({ ...stats }),
    async stop() {
      stopped = true
      cutShort()
      await running
    },
  }
}

const toJob = ({ id, queue, name, data, delayMs, createdMs, ageMs }: Row): RelayedJob => ({
  // The instant keeps ids apart from those of before a restored backup, whose numbering starts again.
  id: `outbox-${id}-${createdMs}`,
  queue,
  name,
  data,
  // A due time counts from the commit, however long Redis was away.
  delayMs: Math.max(0, delayMs - ageMs),
})

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`jobs not delivered within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
