import type { Writable } from 'node:stream'
import pg from 'pg'
import type { Log } from '../base/log.ts'
import { nameOf } from './prepared.ts'
import { createServers } from './servers.ts'

/** Anything that runs SQL: the pool itself or one transaction. Rows are typed by the caller's statement. */
export type Tx = {
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>
}

/**
 * One transaction. Statements given without awaiting those before share a round trip and run in the order given; when one
 * fails the rest fail too (`25P02`), so who gives several at once awaits them by `Promise.all`.
 */
export type Transaction = Tx & {
  /**
   * The last statement, sent together with the commit: for one after which nothing is left to judge, because whatever may
   * stand in its way is an error. `run` must not fail after it.
   */
  last: Tx['query']
}

export type Db = Tx & {
  /**
   * Runs in one transaction; commits when `run` resolves, rolls back when it rejects.
   * @throws when a statement failed and `run` did not say so: nothing was committed
   */
  tx<T>(run: (tx: Transaction) => Promise<T>): Promise<T>
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
  return state === readOnly || state.startsWith('08') || state.startsWith('57') || state.startsWith('53')
}

/** A primary that was made a standby under an open connection. */
const readOnly = '25006'

/** A kept plan whose table was changed by a migration: the connection is given up, its successor plans anew. */
const stalePlan = '0A000'

/** So many reads of one moment share a connection; more go beside them. */
const together = 8

/**
 * One of the short statements that run for every contact, and it waits for no lock: what stands behind it on the same
 * connection, with its time already running, is soon done too.
 */
const isSwiftRead = (text: string): boolean =>
  nameOf(text) !== undefined && /^\s*select\b/i.test(text) && !/\bfor (update|share)\b|advisory/i.test(text)

/** What is sent on a connection in one turn of the event loop goes out in one piece. */
function gather(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}

type Statement = { text: string; values: readonly unknown[] | undefined }
type Waiting = Statement & { done: (rows: never[]) => void; fail: (error: unknown) => void }

/** The pool was busy: no server is to blame. */
const noneFree = 'timeout exceeded when trying to connect'

/** What `pg` says in words alone when a connection is not had, is lost, or does not answer. */
const goneInWords =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|connection error and is not queryable|after calling end on the pool|this PostgreSQL (is a standby|was primary)/
const goneOnTheWay = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
])

/**
 * The database is away, or too busy to take more: worth another try in a moment, unlike a fault of ours. What was asked
 * may have been done or not.
 */
export function isBusyOrAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (sqlState(error) !== null) return isUnavailable(error)
  return goneInWords.test(error.message) || goneOnTheWay.has((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * A hung server must not hang the gateway: without `query_timeout` a SIGSTOPped PostgreSQL blocks the pool for ever.
 * With several servers in `url` each new connection goes to the one that takes writes; see `servers.ts`.
 */
export function createPool(url: string, log: Log, max = 16): Db {
  const servers = createServers(url)
  const cameFrom = new WeakMap<object, string>()
  class Client extends pg.Client {
    constructor(options?: pg.ClientConfig) {
      super({ ...options, connectionString: servers.url() })
      cameFrom.set(this, servers.url())
    }
  }
  const pool = new pg.Pool({
    Client,
    max,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_500,
    statement_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    // A statement is sent at once, whether or not those before it on this connection have been answered.
    pipeline: true,
    application_name: 'hotline-gateway',
    verify: (client, done) => void servers.check(client, cameFrom.get(client)!).then(() => done(), done),
  })
  pool.on('error', (error) => log.warn({ err: error.message }, 'idle database connection failed'))

  /*
   * A connection that breaks while somebody has it tells the statement under way or the next one; it also says so as an
   * event, which would end the process if nobody listened.
   */
  pool.on('connect', (client) => void client.on('error', () => {}))

  async function connect(): Promise<pg.PoolClient> {
    for (let tries = 1; ;) {
      const tried = servers.url()
      let client: pg.PoolClient
      try {
        client = await pool.connect()
      } catch (error) {
        if ((error as Error).message === noneFree) throw error
        servers.doubt(tried)
        if (tries >= servers.count) throw error
        tries += 1
        continue
      }
      if (servers.isCurrent(client)) return client
      client.release(true)
    }
  }

  /** A connection whose state is not known leaves the pool; one that only refused a statement stays. */
  function release(client: pg.PoolClient, error?: unknown): void {
    const broken = error !== undefined && isUnavailable(error)
    if (broken) servers.doubt(cameFrom.get(client) ?? '')
    client.release(broken || sqlState(error) === stalePlan)
  }

  async function rows<R>(client: pg.PoolClient, text: string, values?: readonly unknown[]): Promise<R[]> {
    gather(client)
    const name = nameOf(text)
    const result = await (name === undefined
      ? client.query(text, values as unknown[])
      : client.query({ name, text, values: values as unknown[] }))
    return result.rows as R[]
  }

  /** Sends them on one connection; each fails or succeeds by itself. */
  async function send(group: Waiting[]): Promise<void> {
    let client: pg.PoolClient
    try {
      client = await connect()
    } catch (error) {
      for (const { fail } of group) fail(error)
      return
    }
    let stale: unknown
    const answers = await Promise.allSettled(
      group.map(({ text, values }) =>
        rows<never>(client, text, values).catch(async (error: unknown) => {
          if (sqlState(error) !== stalePlan || nameOf(text) === undefined) throw error
          stale = error
          // It was refused before anything was done, so it can be sent again, this time as plain text.
          return (await client.query<never>(text, values as unknown[])).rows
        }),
      ),
    )
    const errors = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    )
    release(client, errors.find(isUnavailable) ?? stale ?? errors[0])
    answers.forEach((answer, n) => {
      if (answer.status === 'fulfilled') group[n]!.done(answer.value)
      else group[n]!.fail(answer.reason)
    })
  }

  /** Short reads that were asked for in this turn of the event loop: none of them can wait for another's answer. */
  let reads: Waiting[] = []
  function sendReads(): void {
    const asked = reads
    reads = []
    for (let n = 0; n < asked.length; n += together) void send(asked.slice(n, n + together))
  }

  return {
    query: (text, values) =>
      new Promise((done, fail) => {
        const waiting = { text, values, done: done as Waiting['done'], fail }
        if (!isSwiftRead(text)) return void send([waiting])
        if (reads.push(waiting) === 1) process.nextTick(sendReads)
      }),
    /*
     * Invariant: nothing is sent on this connection outside `begin` … `commit` or `rollback`, although neither is waited
     * for alone: PostgreSQL answers in the order of sending, after an error it refuses everything up to the end of the
     * transaction and makes of the commit a rollback, which its answer names; and whatever `run` left behind finds `over`.
     */
    async tx(run) {
      const client = await connect()
      let over = false
      let broken: unknown
      let committed: Promise<pg.QueryResult> | undefined
      const query: Tx['query'] = (text, values) =>
        over ? Promise.reject(new Error('this transaction is over')) : rows(client, text, values)
      const commit = (): Promise<pg.QueryResult> => {
        over = true
        gather(client)
        return client.query('commit')
      }
      const last: Tx['query'] = (text, values) => {
        const found = query<never>(text, values)
        if (!over) committed = commit()
        // Its failure is heard below, if nothing else failed before.
        committed?.catch(() => {})
        return found
      }
      gather(client)
      const begun = client.query('begin')
      begun.catch(() => {})
      try {
        const result = await run({ query, last })
        await begun
        const { command } = await (committed ?? commit())
        if (command !== 'COMMIT') throw new Error('a statement of this transaction had failed')
        return result
      } catch (error) {
        over = true
        if (sqlState(error) === stalePlan) broken = error
        // A connection that cannot roll back is in an unknown state: it leaves the pool.
        await client.query('rollback').catch((e: unknown) => (broken = e))
        throw error
      } finally {
        release(client, broken)
      }
    },
    end: () => pool.end(),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  }
}
