import type { Log } from '../base/log.ts'
import { sqlState } from './pool.ts'
import type { Replayed, Spool, SpoolRecord } from './spool.ts'

/**
 * Work on records of one kind, live and replayed. It gets one record or a run of consecutive ones, in order, and must
 * be idempotent: a commit whose outcome is unknown comes again.
 */
export type DurableHandler = (data: unknown[]) => Promise<unknown>

export type Submitted<R> = { stored: 'committed'; result: R } | { stored: 'spooled' }

/**
 * "Committed, or fsynced on this node": the promise behind every 2xx. While the spool is not empty new items queue
 * behind it, so nothing overtakes.
 */
export type Durable = {
  /** Names who commits records of `kind`. Once per kind. */
  handle(kind: string, handler: DurableHandler): void
  /**
   * Commits by the handler of `kind`; when that fails or is not certain within the time limit, spools each item.
   * @throws Problem 503 `spoolFull` when neither is possible
   */
  submit<R>(kind: string, data: unknown[]): Promise<Submitted<R>>
  readonly spool: Spool
  /** Begins to replay, at once and whenever something is spooled. */
  start(): void
  stop(): Promise<void>
}

export type DurableOptions = {
  spool: Spool
  log: Log
  /** Beyond this the outcome of a commit counts as unknown, ms. WeChat waits 5 s for its answer. */
  commitWithinMs?: number
  /** Pause after a replay that PostgreSQL refused, ms. */
  retryMs?: number
  /** How often the node is searched for spools of dead processes, ms. */
  adoptMs?: number
}

/** Thrown by a handler whose record can never be committed. */
export class Unreplayable extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'Unreplayable'
  }
}

const programmingErrors = [TypeError, RangeError, ReferenceError, SyntaxError]

/**
 * True when the record itself is at fault, so that waiting cannot help: data PostgreSQL cannot hold (classes 22, 23)
 * or a defect of ours. Everything else (a missing server, a missing table) is waited for.
 */
export function isRecordFault(error: unknown): boolean {
  if (error instanceof Unreplayable) return true
  const state = sqlState(error)
  if (state !== null) return state.startsWith('22') || state.startsWith('23')
  return programmingErrors.some((type) => error instanceof type)
}

/** What may be logged of a failure: SQLSTATE, system code or class name. A message can quote the row. */
export function failureCode(error: unknown): string {
  const state = sqlState(error)
  if (state !== null) return state
  if (!(error instanceof Error)) return 'unknown'
  const code = (error as NodeJS.ErrnoException).code
  return error instanceof Unreplayable ? error.message : (code ?? error.name)
}

export function createDurable(options: DurableOptions): Durable {
  const { spool, log, commitWithinMs = 2_500, retryMs = 500, adoptMs = 10_000 } = options
  const handlers = new Map<string, DurableHandler>()
  let running = false
  let replay: Promise<void> | null = null
  let again = false
  let retryTimer: NodeJS.Timeout | undefined
  let adoptTimer: NodeJS.Timeout | undefined

  async function within<R>(work: Promise<R>): Promise<R> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('commit outcome unknown')), commitWithinMs)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Settles a run of one kind; null means "not now". */
  async function settleRun(kind: string, data: unknown[]): Promise<(string | null)[] | null> {
    const handler = handlers.get(kind)
    if (!handler) return data.map(() => 'noHandler')
    try {
      await handler(data)
      return data.map(() => null)
    } catch (error) {
      if (!isRecordFault(error)) {
        log.info({ kind, waiting: spool.depth, code: failureCode(error) }, 'spool not replayed yet')
        return null
      }
      if (data.length === 1) return [failureCode(error)]
    }
    // One of them is bad: find it without holding up the others.
    const verdicts: (string | null)[] = []
    for (const one of data) {
      const verdict = await settleRun(kind, [one])
      if (!verdict) return verdicts.length > 0 ? verdicts : null
      verdicts.push(...verdict)
    }
    return verdicts
  }

  async function replayBatch(batch: SpoolRecord[]): Promise<Replayed> {
    const result: Replayed = { settled: 0, bad: [] }
    while (result.settled < batch.length) {
      const kind = (batch[result.settled] as SpoolRecord).kind
      const run: unknown[] = []
      for (let i = result.settled; batch[i]?.kind === kind; i++) run.push(batch[i]?.data)
      const verdicts = await settleRun(kind, run)
      for (const reason of verdicts ?? []) {
        if (reason !== null) result.bad.push({ index: result.settled, reason })
        result.settled++
      }
      if (!verdicts || verdicts.length < run.length) break
    }
    return result
  }

  function wakeIn(ms: number): void {
    retryTimer = setTimeout(() => {
      retryTimer = undefined
      wake()
    }, ms)
  }

  function wake(): void {
    if (!running || retryTimer) return
    if (replay) {
      again = true
      return
    }
    again = false
    replay = spool
      .replay(replayBatch)
      .catch((error: unknown) => {
        log.error({ code: failureCode(error) }, 'spool cannot be read')
        return false
      })
      .then((empty) => {
        replay = null
        if (running && (again || !empty)) wakeIn(empty ? 0 : retryMs)
      })
  }

  async function adopt(): Promise<void> {
    try {
      if ((await spool.adopt()) > 0) wake()
    } catch (error) {
      log.warn({ code: failureCode(error) }, 'spools of other processes cannot be read')
    }
    if (running) adoptTimer = setTimeout(() => void adopt(), adoptMs)
  }

  return {
    spool,
    handle(kind, handler) {
      if (handlers.has(kind)) throw new Error(`two handlers for spool records of kind ${kind}`)
      handlers.set(kind, handler)
    },
    async submit<R>(kind: string, data: unknown[]): Promise<Submitted<R>> {
      const handler = handlers.get(kind)
      if (!handler) throw new Error(`no handler for spool records of kind ${kind}`)
      if (spool.depth === 0) {
        try {
          return { stored: 'committed', result: (await within(handler(data))) as R }
        } catch (error) {
          log.warn({ kind, code: failureCode(error) }, 'not committed, spooling')
        }
      }
      await Promise.all(data.map((item) => spool.append({ kind, data: item })))
      return { stored: 'spooled' }
    },
    start() {
      running = true
      // While a retry is due PostgreSQL was away a moment ago: the timer asks again, not every new item.
      spool.onAppend(wake)
      wake()
      void adopt()
    },
    async stop() {
      running = false
      clearTimeout(retryTimer)
      clearTimeout(adoptTimer)
      await replay
      await spool.close()
    },
  }
}
