import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Tx } from './pool.ts'

/** One time for all gateways, which no step of a machine's wall clock moves. */
export type LedgerClock = {
  /** PostgreSQL's time as far as it is known here: its last answer, and what has passed since by the monotonic clock. */
  clock: Clock
  stop(): void
}

/** An answer that was so long on its way says too little, ms. */
const tooLate = 1_000

/**
 * Asks PostgreSQL for the time every `everyMs`. While it does not answer, the monotonic clock goes on alone, which is
 * wrong by milliseconds an hour; a wall clock that somebody sets would be wrong by as much as he likes.
 */
export async function createLedgerClock(
  db: Tx,
  log: Log,
  { everyMs = 10_000, elapsed = () => performance.now() } = {},
): Promise<LedgerClock> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  /** Of the monotonic clock to the time, ms. Until the first answer the wall clock has to do. */
  let offset = Date.now() - elapsed()

  async function ask(): Promise<void> {
    const asked = elapsed()
    const [row] = await db.query<{ ms: number }>(
      `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
    )
    const travel = elapsed() - asked
    if (!row || travel > tooLate) return
    const found = row.ms - asked - travel / 2
    // Within the time of its travel the answer cannot tell more than we know.
    if (Math.abs(found - offset) <= travel / 2 + 1) return
    if (Math.abs(found - offset) > tooLate)
      log.warn({ byMs: Math.round(found - offset) }, 'time taken over from PostgreSQL')
    offset = found
  }

  async function loop(): Promise<void> {
    await ask().catch((error: Error) => log.debug({ err: error.name }, 'PostgreSQL does not tell the time'))
    if (stopped) return
    timer = setTimeout(() => void loop(), everyMs)
    timer.unref()
  }
  await loop()

  return {
    clock: () => new Date(elapsed() + offset),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
