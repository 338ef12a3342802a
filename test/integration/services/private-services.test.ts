import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { startPostgres } from '../../../services/postgres.ts'
import { isAlive } from '../../../services/processes.ts'
import { startRedis } from '../../../services/redis.ts'
import { emptyDatabase, runFolder } from '../../support/services.ts'

describe('the private services', () => {
  it('gives each test file a database of its own', async () => {
    const [first, second] = await Promise.all([emptyDatabase(), emptyDatabase()])
    const client = new pg.Client({ connectionString: first.url })
    await client.connect()
    await client.query('create table here (id int)')
    await client.end()
    const other = new pg.Client({ connectionString: second.url })
    await other.connect()
    await expect(other.query('select from here')).rejects.toThrow('does not exist')
    await other.end()
    await Promise.all([first.drop(), second.drop()])
  })

  it('runs PostgreSQL so that a commit is on the disk and errors carry no values into its log', async () => {
    const database = await emptyDatabase()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const setting = async (name: string): Promise<unknown> =>
      (await client.query<{ setting: string }>('select setting from pg_settings where name = $1', [name]))
        .rows[0]?.setting
    expect(await setting('fsync')).toBe('on')
    expect(await setting('synchronous_commit')).toBe('on')
    expect(await setting('listen_addresses')).toBe('127.0.0.1')
    expect(await setting('log_error_verbosity')).toBe('terse')
    expect(await setting('log_min_error_statement')).toBe('panic')
    await client.end()
    await database.drop()
  })

  it('runs Redis without eviction, and what it answered survives kill -9', async () => {
    const dir = join(runFolder(), 'redis-killed')
    const before = await startRedis({ dir })
    const client = new Redis(before.url)
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    expect(await client.config('GET', 'appendfsync')).toEqual(['appendfsync', 'everysec'])
    await client.set('kept', 'yes')
    client.disconnect()
    await before.kill()

    const after = await startRedis({ dir })
    const again = new Redis(after.url)
    expect(await again.get('kept')).toBe('yes')
    again.disconnect()
    await after.stop()
    expect(isAlive(after.mark)).toBe(false)
  })

  it('starts PostgreSQL again over a data folder whose server was killed', async () => {
    const dir = join(runFolder(), 'postgres-killed')
    const before = await startPostgres({ dir })
    const client = new pg.Client({ connectionString: before.url })
    client.on('error', () => {})
    await client.connect()
    await client.query('create table kept (word text)')
    await client.query("insert into kept values ('yes')")
    await before.kill()

    const after = await startPostgres({ dir })
    const again = new pg.Client({ connectionString: after.url })
    await again.connect()
    expect((await again.query('select word from kept')).rows).toEqual([{ word: 'yes' }])
    await again.end()
    await after.stop()
  })
})
