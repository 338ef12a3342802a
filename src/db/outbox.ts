import type { Tx } from './pool.ts'
import { prepared } from './prepared.ts'

/**
 * A promise made inside a transaction: once it commits, the job reaches BullMQ at least once. `queue` is one of the
 * names in `src/queue/jobs.ts`; `data` carries ids, never personal data, because Redis is not encrypted.
 */
export type OutboxJob = { queue: string; name: string; data: unknown; delayMs?: number }

/** In the order given. */
export async function addToOutbox(tx: Tx, ...jobs: OutboxJob[]): Promise<void> {
  if (jobs.length === 0) return
  await tx.query(
    prepared(`insert into outbox (queue, name, data, delay_ms)
     select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::int[])`),
    [
      jobs.map((job) => job.queue),
      jobs.map((job) => job.name),
      jobs.map((job) => JSON.stringify(job.data)),
      jobs.map((job) => job.delayMs ?? 0),
    ],
  )
}
