import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { type Postgres, type PostgresOptions, startPostgres } from '../../services/postgres.ts'
import { type RedisOptions, type RedisServer, startRedis } from '../../services/redis.ts'
import { migrate } from '../../src/db/migrate.ts'
import { theRun } from './run.ts'

/** A database of its own on the run's PostgreSQL. */
export interface TestDatabase {
  url: string
  /** closes every connection to it and removes it */
  drop(): Promise<void>
}

const unique = (word: string): string => `${word}_${randomBytes(6).toString('hex')}`

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: theRun().postgresUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function newDatabase(template?: string): Promise<TestDatabase> {
  const name = unique('test')
  await asOwner(`create database ${name}${template === undefined ? '' : ` template ${template}`}`)
  const url = new URL(theRun().postgresUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asOwner(`drop database if exists ${name} with (force)`) }
}

/** A new database without tables. */
export const emptyDatabase = (): Promise<TestDatabase> => newDatabase()

/** A new database with the product's tables, empty. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { template } = theRun()
  if (template !== undefined) return newDatabase(template)
  const database = await emptyDatabase()
  await migrate(database.url)
  return database
}

/** A Redis of its own, for the test that may wipe, fill or kill it. Takes about 50 ms. */
export function startTestRedis(options: Omit<RedisOptions, 'dir' | 'log'> = {}): Promise<RedisServer> {
  return startRedis({ ...options, dir: join(theRun().folder, unique('redis')) })
}

/** A PostgreSQL of its own, for the test that kills or hangs it. Takes about a second. */
export function startTestPostgres(options: Omit<PostgresOptions, 'dir' | 'log'> = {}): Promise<Postgres> {
  return startPostgres({
    settings: { shared_buffers: '16MB' },
    ...options,
    dir: join(theRun().folder, unique('pg')),
  })
}

/** A folder that goes away with the run. */
export const runFolder = (): string => theRun().folder
