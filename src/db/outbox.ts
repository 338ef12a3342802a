import type { Tx } from './pool.ts'
import { prepared } from './prepared.ts'

/**
 * A promise made inside a transaction: once it commits, the job reaches BullMQ at least once. `queue` is one of the
 * names in `src/queue/jobs.ts`; `data` carries ids, never personal data, because Redis is not encrypted.
 */
export type OutboxJob = { queue: string; name: string; data: unknown; delayMs?: number }

export async function addToOutbox(tx: Tx, job: OutboxJob): Promise<void> {
  await tx.query(prepared(`insert into outbox (queue, name, data, delay_ms) values ($1, $2, $3, $4)`), [
    job.queue,
    job.name,
    JSON.stringify(job.data),
    job.delayMs ?? 0,
  ])
}
