import { execFile } from 'node:child_process'
import { chownSync, copyFileSync, existsSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { ServiceProblem } from './command.ts'
import { answers, freePort, launch, type Running } from './launch.ts'
import { secretIn } from './secret.ts'
import { makeServiceFolder, serviceUser } from './service-user.ts'
import { type Tool, tool } from './tools.ts'

const run = promisify(execFile)

export interface PostgresOptions {
  /** data folder; made on the first start */
  dir: string
  /** 0 or absent: a free port */
  port?: number
  /** the postgres program; absent: the machine's, or the private one */
  bin?: Tool
  /** absent: beside the data folder */
  log?: string
  /** further settings, e.g. `{ shared_buffers: '16MB' }` */
  settings?: Record<string, string>
  /** folder to remove should this run be killed */
  removes?: string
}

export interface Postgres extends Running {
  /** connection string of the database `hotline`, with its password */
  url: string
  port: number
}

const owner = 'hotline'

/** What every private PostgreSQL runs with. Errors are logged without statements and details: both can hold names. */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // no socket file: its path would be limited to 107 characters, and everybody here uses the loopback address
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  jit: 'off',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
}

/**
 * Starts a private PostgreSQL on the loopback address and makes its data folder and database on the first start. As
 * root it runs as the service user, because PostgreSQL refuses root.
 * @throws Error with PostgreSQL's own last lines when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dir, log = `${dir}.log` } = options
  const bin = options.bin ?? (await tool('postgres'))
  const password = secretIn(`${dir}.password`)
  if (!existsSync(join(dir, 'PG_VERSION'))) await create(dir, bin)
  refuseOtherMajor(dir, bin)
  forgetStalePid(dir)
  for (let tries = 1; ; tries += 1) {
    const port = options.port || (await freePort())
    try {
      return await startOnce({ ...options, log, bin, port, password })
    } catch (problem) {
      // a free port can be taken between probe and use; after kill -9 the old backends need a moment to notice
      const passing = /could not bind|Address already in use|shared memory block|is still in use/.test(
        String(problem),
      )
      if (!passing || tries >= 20 || (options.port && /bind|Address already/.test(String(problem))))
        throw problem
      await delay(100)
    }
  }
}

type Start = PostgresOptions & { log: string; bin: Tool; port: number; password: string }

async function startOnce({ dir, log, bin, port, password, ...rest }: Start): Promise<Postgres> {
  const all = { ...settings, port: String(port), ...rest.settings }
  const running = await launch({
    service: 'postgres',
    tool: bin,
    args: ['-D', dir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: dir,
    log,
    asServiceUser: true,
    // fast shutdown: connections are closed and everything is written
    ask: 'SIGINT',
    graceMs: 15_000,
    ...(rest.removes === undefined ? {} : { removes: rest.removes }),
  })
  const at = (database: string): string => `postgres://${owner}:${password}@127.0.0.1:${port}/${database}`
  await answers('postgres', running, log, () => makeDatabase(at('postgres')))
  return { ...running, url: at(owner), port }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rowCount } = await client.query('select from pg_database where datname = $1', [owner])
    if (rowCount === 0) await client.query(`create database ${owner}`)
  } finally {
    await client.end().catch(() => {})
  }
}

async function create(dir: string, postgres: Tool): Promise<void> {
  // initdb of the same installation
  const initdb = { ...postgres, command: join(dirname(postgres.command), 'initdb') }
  const fresh = `${dir}.new`
  const password = `${dir}.pw`
  rmSync(fresh, { recursive: true, force: true })
  rmSync(password, { force: true })
  makeServiceFolder(fresh)
  // initdb runs as the service user, who may not read our own secret
  copyFileSync(`${dir}.password`, password)
  const user = serviceUser()
  if (user !== undefined) chownSync(password, user.uid, user.gid)
  try {
    const args = [
      '-D',
      fresh,
      '-U',
      owner,
      '-E',
      'UTF8',
      '--locale=C',
      '-A',
      'scram-sha-256',
      `--pwfile=${password}`,
    ]
    await run(initdb.command, [...initdb.args, ...args], {
      env: { ...process.env, ...initdb.env, LC_ALL: 'C' },
      cwd: '/',
      ...user,
    })
  } catch (problem) {
    throw new ServiceProblem(
      `PostgreSQL could not make its data folder ${dir}: ${(problem as { stderr?: string }).stderr ?? ''}`,
      {
        cause: problem,
      },
    )
  } finally {
    rmSync(password, { force: true })
  }
  // a folder that was only half made by a killed run never counts as made
  renameSync(fresh, dir)
}

/** PostgreSQL cannot read the files of another major version, and says so in words that help nobody. */
function refuseOtherMajor(dir: string, bin: Tool): void {
  const made = readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim()
  if (made === bin.version.split('.')[0]) return
  throw new ServiceProblem(
    `The data in ${dir} was written by PostgreSQL ${made}, and the one found here is ${bin.version}. ` +
      `Install PostgreSQL ${made}, or move the data by "./hotline backup" there and "./hotline restore" here.`,
  )
}

/** After a crash the noted pid can belong to some other process by now, and PostgreSQL would refuse to start. */
function forgetStalePid(dir: string): void {
  const file = join(dir, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = readFileSync(file, 'utf8').split('\n')[0] ?? ''
  if (workingFolder(pid) !== dir) rmSync(file, { force: true })
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}
