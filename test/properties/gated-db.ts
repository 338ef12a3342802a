import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../src/base/log.ts'
import { createPool, type Db, type Transaction } from '../../src/db/pool.ts'
import type { Gate } from './interleave.ts'

/** A pool whose statements each wait at a gate, so that a scheduler decides which transaction goes on. */
export type GatedDb = {
  db: Db
  /** Null: nobody waits. */
  gate: Gate | null
  /** Resolves when no statement is on its way, except those that wait for another transaction's lock. */
  settled(): Promise<void>
  /** Looks on from outside: never waits at a gate. */
  watch: Db
  end(): Promise<void>
}

/** Nothing of PostgreSQL takes this long unless it waits for a lock, or the machine is busy: then we ask, ms. */
const askAfterMs = 4

const labelOf = (sql: string): string => sql.trim().split(/\s+/).slice(0, 4).join(' ')

export function gatedDb(url: string, log: Log): GatedDb {
  const pool = createPool(url, log, 24)
  const watch = createPool(url, log, 2)
  let onTheWay = 0
  const landed: (() => void)[] = []

  async function flying<T>(work: () => Promise<T>): Promise<T> {
    onTheWay++
    try {
      return await work()
    } finally {
      land()
    }
  }
  const land = (): void => {
    onTheWay--
    for (const tell of landed.splice(0)) tell()
  }
  const wait = async (label: string): Promise<void> => {
    await gated.gate?.(label)
  }

  const lockWaits = async (): Promise<number> => {
    const [row] = await watch.query<{ n: number }>(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return row!.n
  }

  const gated: GatedDb = {
    gate: null,
    watch,
    db: {
      ...pool,
      async query<R>(sql: string, values?: readonly unknown[]) {
        await wait(labelOf(sql))
        return flying(() => pool.query<R>(sql, values))
      },
      async tx<T>(run: (tx: Transaction) => Promise<T>) {
        let inside = false
        // Statements given at once run in the order given, as on the connection itself.
        let before: Promise<unknown> = Promise.resolve()
        const inTurn = <R>(sql: string, send: () => Promise<R>): Promise<R> => {
          const turn = before.then(async () => {
            await wait(labelOf(sql))
            return flying(send)
          })
          before = turn.catch(() => {})
          return turn
        }
        onTheWay++
        try {
          return await pool.tx(async (tx) => {
            land()
            inside = true
            try {
              let committed = false
              const result = await run({
                query: <R>(sql: string, values?: readonly unknown[]) =>
                  inTurn(sql, () => tx.query<R>(sql, values)),
                last<R>(sql: string, values?: readonly unknown[]) {
                  committed = true
                  return inTurn(sql, () => tx.last<R>(sql, values))
                },
              })
              if (!committed) await wait('commit')
              return result
            } finally {
              onTheWay++
              inside = false
            }
          })
        } finally {
          if (!inside) land()
        }
      },
    },
    async settled() {
      for (;;) {
        await turn()
        if (onTheWay === 0) {
          // What the last answer set in motion may be about to send the next statement.
          await turn()
          if (onTheWay === 0) return
        }
        const one = new Promise<void>((resolve) => landed.push(resolve))
        const late = new AbortController()
        const timer = pause(askAfterMs, 'late', { signal: late.signal }).catch(() => 'landed')
        const came = await Promise.race([one, timer])
        late.abort()
        if (came === 'late' && onTheWay > 0 && (await lockWaits()) >= onTheWay) return
      }
    },
    async end() {
      await Promise.all([pool.end(), watch.end()])
    },
  }
  return gated
}
