import pg from 'pg'
import type { Log } from '../base/log.ts'

/** Anything that runs SQL: the pool itself or one transaction. Rows are typed by the caller's statement. */
export type Tx = {
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>
}

export type Db = Tx & {
  /** Runs in one transaction; commits when `run` resolves, rolls back when it rejects. */
  tx<T>(run: (tx: Tx) => Promise<T>): Promise<T>
  /** Simple protocol: several statements of a migration or a fixture. */
  end(): Promise<void>
  stats(): { total: number; idle: number; waiting: number }
}

// int8 as number: our ids of that type are row counters, far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** SQLSTATE of an error thrown by PostgreSQL, or null for anything else. */
export const sqlState = (error: unknown): string | null =>
  error instanceof pg.DatabaseError ? (error.code ?? null) : null

export const uniqueViolation = '23505'

/** True when the statement may or may not have been committed, or the server is not there. */
export const isUnavailable = (error: unknown): boolean => {
  const state = sqlState(error)
  if (state === null) return error instanceof Error
  return state.startsWith('08') || state.startsWith('57') || state.startsWith('53')
}

/**
 * A hung server must not hang the gateway: without `query_timeout` a SIGSTOPped PostgreSQL blocks the pool for ever.
 */
export function createPool(url: string, log: Log, max = 16): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_500,
    statement_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    application_name: 'hotline-gateway',
  })
  pool.on('error', (error) => log.warn({ err: error.message }, 'idle database connection failed'))

  const rows = async <R>(
    client: pg.Pool | pg.PoolClient,
    text: string,
    values?: readonly unknown[],
  ): Promise<R[]> => (await client.query(text, values as unknown[])).rows as R[]

  return {
    query: (text, values) => rows(pool, text, values),
    async tx(run) {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        await client.query('begin')
        const result = await run({ query: (text, values) => rows(client, text, values) })
        await client.query('commit')
        return result
      } catch (error) {
        // A connection that cannot roll back is in an unknown state: it leaves the pool.
        await client.query('rollback').catch((e: Error) => (broken = e))
        throw error
      } finally {
        client.release(broken)
      }
    },
    end: () => pool.end(),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  }
}
