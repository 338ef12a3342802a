import { Queue, UnrecoverableError, type Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'
import type { OutboxJob } from '../db/outbox.ts'
import { createWorker, watchWorkers, type WatchedWorker } from './workers.ts'

/**
 * Background jobs on BullMQ. A job only rings a bell: its data are ids, the truth is reread from PostgreSQL, and every
 * handler may be called twice or late. Delivery is at least once while Redis keeps its data; a sweep of the slice that
 * owns the truth finds what a lost Redis forgot.
 */
export const queueNames = [
  /**
   * `changed { contactId, version? }`: a contact changed, into that version. `message { contactId }`: a message joined it.
   * `news`: both, for many at once (`news.ts`). `rematch { contactId }`: look again.
   */
  'contacts',
  /** `expire { offerId }`. */
  'offers',
  /** Ends of wrap-ups and silent conversations. */
  'wrapUp',
  'callBacks',
  /** Messages to citizens. */
  'outgoing',
  /** Pictures, sounds and videos to fetch from a provider. */
  'media',
  'notices',
  /** Statutory and operating due dates. */
  'deadlines',
  'recordings',
  'referrals',
  'workOrders',
  'maintenance',
  /** Outbox rows whose queue has no name here: kept for an administrator to see. */
  'unrouted',
] as const
export type QueueName = (typeof queueNames)[number]

export type JobInfo = {
  id: string
  /** 1 for the first try. */
  attempt: number
  /** No further try follows a failure of this one. */
  last: boolean
}

export type JobHandler<Data> = (data: Data, info: JobInfo) => Promise<void>

export type AddOptions = {
  delayMs?: number
  /** While a job of this id exists, adding it again does nothing. Never an integer, never with a colon. */
  id?: string
}

export type BulkJob = OutboxJob & Pick<AddOptions, 'id'>

export type Jobs = {
  /**
   * Registered before `start`. Several handlers of one name all run, and all run again when one of them fails. A name
   * without a handler is retried, not lost.
   */
  handle<Data>(queue: QueueName, name: string, handler: JobHandler<Data>): void
  /** @throws when Redis is not there; a promise that must be kept goes through the outbox instead */
  add(queue: QueueName, name: string, data: Record<string, unknown>, options?: AddOptions): Promise<void>
  addBulk(jobs: readonly BulkJob[]): Promise<void>
  /** Begins to work on every queue that has a handler. */
  start(): void
  /** For the administrators' board. */
  readonly queues: readonly Queue[]
  /** Takes no more work, and lets running jobs finish for a moment, then lets go; others will repeat them. */
  rest(): Promise<void>
  /** Rests, and adds nothing from then on. */
  stop(): Promise<void>
}

export type JobsOptions = {
  /** A connection of its own, made by `connectRedis(url, 'jobs', log)`; closed by `stop`. */
  redis: Redis
  /** Hash tag that keeps all keys of one region on one node of a Redis cluster. */
  region: string
  log: Log
  /** Jobs at a time on one gateway, per queue. */
  concurrency?: Partial<Record<QueueName, number>>
}

/** A failure that no repetition will heal. */
export const giveUp = (reason: string): Error => new UnrecoverableError(reason)

/** 500 ms, 1 s, 2 s … at most 30 s between tries, so about 20 minutes in all. */
const attempts = 45
const backoffMs = (attempt: number): number => Math.min(30_000, 500 * 2 ** Math.min(attempt - 1, 10))

const defaultConcurrency: Partial<Record<QueueName, number>> = { contacts: 16, offers: 8 }

const isQueueName = (name: string): name is QueueName => (queueNames as readonly string[]).includes(name)

export function createJobs({ redis, region, log, concurrency = {} }: JobsOptions): Jobs {
  const prefix = `{cc:${region}}:jobs`
  const handlers = new Map<QueueName, Map<string, JobHandler<unknown>[]>>()
  const workers: WatchedWorker[] = []
  let stopWatching: (() => void) | undefined

  const queues = new Map(
    queueNames.map((name) => {
      const queue = new Queue(name, {
        connection: redis,
        prefix,
        streams: { events: { maxLen: 1_000 } },
        defaultJobOptions: {
          attempts,
          backoff: { type: 'custom' },
          removeOnComplete: { age: 3_600, count: 1_000 },
          removeOnFail: { age: 7 * 86_400, count: 5_000 },
          stackTraceLimit: 5,
        },
      })
      queue.on('error', (error) => log.warn({ queue: name, err: error.message }, 'job queue in trouble'))
      return [name, queue] as const
    }),
  )
  const queueOf = (name: QueueName): Queue => queues.get(name)!

  // Commands given to a connection that is down would pile up in memory and run much later.
  const mustBeReady = (): void => {
    if (redis.status !== 'ready') throw new Error('Redis is not connected')
  }

  const options = ({ delayMs, id }: AddOptions) => ({
    ...(delayMs && delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}),
    ...(id === undefined ? {} : { jobId: id }),
  })

  function work(name: QueueName): Worker {
    const known = handlers.get(name)
    return createWorker({
      name,
      prefix,
      redis,
      log,
      concurrency: concurrency[name] ?? defaultConcurrency[name] ?? 4,
      backoffMs,
      async run(job) {
        const some = known?.get(job.name)
        // A newer gateway may know it: the job waits for one instead of failing for good.
        if (!some) throw new Error(`no handler for ${name}/${job.name} here`)
        const attempt = job.attemptsMade + 1
        const info = { id: job.id ?? '', attempt, last: attempt >= (job.opts.attempts ?? 1) }
        const outcomes = await Promise.allSettled(some.map((handler) => handler(job.data, info)))
        const failed = outcomes.find((outcome) => outcome.status === 'rejected')
        if (failed) throw failed.reason
      },
    })
  }

  async function rest(): Promise<void> {
    stopWatching?.()
    await Promise.all(workers.splice(0).map((w) => closeWithin(w.worker, 5_000)))
  }

  return {
    handle(queue, name, handler) {
      const known = handlers.get(queue) ?? new Map<string, JobHandler<unknown>[]>()
      known.set(name, [...(known.get(name) ?? []), handler as JobHandler<unknown>])
      handlers.set(queue, known)
    },

    async add(queue, name, data, more = {}) {
      mustBeReady()
      await queueOf(queue).add(name, data, options(more))
    },

    async addBulk(jobs) {
      mustBeReady()
      const byQueue = new Map<QueueName, BulkJob[]>()
      for (const job of jobs) {
        const name = isQueueName(job.queue) ? job.queue : 'unrouted'
        const some = byQueue.get(name)
        if (some) some.push(job)
        else byQueue.set(name, [job])
      }
      await Promise.all(
        [...byQueue].map(([queue, some]) => {
          if (queue === 'unrouted')
            log.error({ queues: [...new Set(some.map((j) => j.queue))] }, 'jobs for unknown queues')
          return queueOf(queue).addBulk(
            some.map((job) => ({
              name: queue === 'unrouted' ? `${job.queue}/${job.name}` : job.name,
              data: job.data,
              opts: options({
                delayMs: job.delayMs ?? 0,
                ...(job.id === undefined ? {} : { id: job.id }),
              }),
            })),
          )
        }),
      )
    },

    start() {
      for (const name of handlers.keys())
        workers.push({ queue: queueOf(name), make: () => work(name), worker: work(name) })
      stopWatching = watchWorkers(workers, redis, log)
    },

    queues: [...queues.values()],

    rest,

    async stop() {
      await rest()
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => {})))
      redis.disconnect()
    },
  }
}

async function closeWithin(worker: Worker, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => (timer = setTimeout(done, ms)))
  // A worker that cannot reach Redis never finishes closing by itself.
  await Promise.race([worker.close().catch(() => {}), late])
  clearTimeout(timer)
}
