import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Postgres, type PostgresOptions, startPostgres } from '../../services/postgres.ts'
import { makeServiceFolder, serviceUser } from '../../services/service-user.ts'
import { tool } from '../../services/tools.ts'
import { theRun } from './run.ts'
import { wait } from './wait.ts'

const run = promisify(execFile)

/** A PostgreSQL and the folder of its data. */
export type Server = Postgres & { dir: string }

/** A primary and its synchronous standby, in the way of docs/operations.md. */
export type PostgresPair = {
  primary: Server
  standby: Server
  /** both, as `DATABASE_URL` names them */
  url: string
  stop(): Promise<void>
}

export const newFolder = (word: string): string =>
  join(theRun().folder, `${word}_${randomBytes(6).toString('hex')}`)

/** One statement as the owner of the cluster. */
export async function ask<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 30_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<R>(text)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

/** Copies a running server into a new folder; with `standby` the copy follows it from then on. */
export async function baseBackup(from: Server, dir: string, standby = false): Promise<void> {
  const postgres = await tool('postgres')
  const { username, password } = new URL(from.url)
  makeServiceFolder(dir)
  const args = ['-h', '127.0.0.1', '-p', String(from.port), '-U', username, '-D', dir]
  await run(
    join(dirname(postgres.command), 'pg_basebackup'),
    [...postgres.args, ...args, '-X', 'stream', '-c', 'fast', ...(standby ? ['-R'] : [])],
    { env: { ...process.env, ...postgres.env, PGPASSWORD: password }, cwd: '/', ...serviceUser() },
  )
  // the copy has the same accounts
  copyFileSync(`${from.dir}.password`, `${dir}.password`)
}

export async function startServer(
  word: string,
  settings: Record<string, string> = {},
  dir = newFolder(word),
  options: Partial<PostgresOptions> = {},
): Promise<Server> {
  const started = await startPostgres({ settings: { shared_buffers: '32MB', ...settings }, ...options, dir })
  return { ...started, dir }
}

/** A commit on the primary returns once the standby has it on its disk, too. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const primary = await startServer('primary')
  const dir = newFolder('standby')
  await baseBackup(primary, dir, true)
  const standby = await startServer('standby', { cluster_name: 'standby' }, dir)
  await ask(primary.url, `alter system set synchronous_standby_names = 'ANY 1 (standby)'`)
  await ask(primary.url, `select pg_reload_conf()`)
  await wait(
    async () =>
      (await ask(primary.url, `select 1 from pg_stat_replication where sync_state = 'quorum'`)).length === 1,
  )
  return {
    primary,
    standby,
    url: primary.url.replace(/(127\.0\.0\.1:\d+)/, `$1,127.0.0.1:${standby.port}`),
    async stop() {
      await Promise.all([primary.kill(), standby.kill()])
    },
  }
}

/** Makes the standby the primary; resolves once it takes writes. */
export const promote = (standby: Server): Promise<unknown> => ask(standby.url, `select pg_promote(true, 30)`)
