import { Worker, type Job, type Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'

export type WorkerOptions = {
  name: string
  prefix: string
  redis: Redis
  log: Log
  concurrency: number
  backoffMs: (attempt: number) => number
  run: (job: Job) => Promise<void>
}

/**
 * A BullMQ worker with what its defaults get wrong here: two killed gateways must not turn a job into a failed one,
 * jobs of a killed gateway come back within seconds, and a lost connection is tried again at once.
 */
export function createWorker({
  name,
  prefix,
  redis,
  log,
  concurrency,
  backoffMs,
  run,
}: WorkerOptions): Worker {
  const worker = new Worker(name, run, {
    connection: redis,
    prefix,
    concurrency,
    maxStalledCount: 1_000,
    lockDuration: 10_000,
    stalledInterval: 5_000,
    runRetryDelay: 500,
    settings: { backoffStrategy: (attempt) => backoffMs(attempt) },
  })
  worker.on('error', (error) => log.warn({ queue: name, err: error.message }, 'job worker in trouble'))
  worker.on('failed', (job, error) =>
    log.warn({ queue: name, job: job?.name, id: job?.id, err: error.message }, 'job failed'),
  )
  return worker
}

export type WatchedWorker = { queue: Queue; make: () => Worker; worker: Worker }

export type WatchTimes = {
  everyMs: number
  /** Work may lie ready this long beside an idle worker before the worker counts as dead. */
  patienceMs: number
}

/**
 * Replaces workers that have stopped to fetch, which BullMQ's have been seen to do after a reconnect. A worker is
 * judged by what it is for, not by its connection: jobs lie ready, it has room, and it starts none.
 * @returns a function that ends the watch
 */
export function watchWorkers(
  watched: readonly WatchedWorker[],
  redis: Redis,
  log: Log,
  times: WatchTimes = { everyMs: 5_000, patienceMs: 15_000 },
): () => void {
  type Seen = { worker: Worker; running: number; lastSign: number }
  const seen = new Map<WatchedWorker, Seen>()
  let over = false

  function follow(w: WatchedWorker): Seen {
    const state: Seen = { worker: w.worker, running: 0, lastSign: performance.now() }
    w.worker.on('active', () => {
      state.running += 1
      state.lastSign = performance.now()
    })
    const ended = (): void => {
      state.running = Math.max(0, state.running - 1)
      state.lastSign = performance.now()
    }
    w.worker.on('completed', ended)
    w.worker.on('failed', ended)
    seen.set(w, state)
    return state
  }

  async function look(w: WatchedWorker): Promise<void> {
    const state = seen.get(w) ?? follow(w)
    const full = state.running >= w.worker.concurrency
    if (full || !(await hasReadyWork(w.queue))) {
      state.lastSign = performance.now()
      return
    }
    const silentMs = performance.now() - state.lastSign
    if (over || silentMs < times.patienceMs) return
    log.error(
      { queue: w.queue.name, silentMs: Math.round(silentMs) },
      'job worker stopped fetching, replaced',
    )
    // Forced: one that does not fetch may never finish closing. What it still runs is repeated by others.
    void w.worker.close(true).catch(() => {})
    w.worker = w.make()
    follow(w)
  }

  for (const w of watched) follow(w)
  let looking = false
  const timer = setInterval(() => {
    if (looking || redis.status !== 'ready') return
    looking = true
    Promise.allSettled(watched.map(look)).then(
      () => (looking = false),
      () => {},
    )
  }, times.everyMs)
  timer.unref()
  return () => {
    over = true
    clearInterval(timer)
  }
}

async function hasReadyWork(queue: Queue): Promise<boolean> {
  if (await queue.isPaused()) return false
  const counts = await queue.getJobCounts('waiting', 'prioritized')
  if ((counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0) > 0) return true
  return (await queue.getDelayedCount(Date.now() - 1_000)) > 0
}
