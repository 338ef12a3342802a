import { afterEach, expect, it } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createLog } from '../../src/base/log.ts'
import { createPool, isUnavailable, type Db } from '../../src/db/pool.ts'
import { primaryOf } from '../../src/db/servers.ts'
import { ask, type PostgresPair, promote, startPostgresPair } from '../support/postgres-pair.ts'
import { startTestPostgres } from '../support/services.ts'
import { wait } from '../support/wait.ts'

let pair: PostgresPair | null = null
const pools: Db[] = []
const pool = (url: string, max = 4): Db => {
  const db = createPool(url, createLog('silent'), max)
  pools.push(db)
  return db
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((db) => db.end()))
  await pair?.stop()
  pair = null
})

const answers = async (db: Db): Promise<boolean> => {
  try {
    await db.query('insert into kept values (2)')
    return true
  } catch (error) {
    // Whoever was to store something must know that waiting helps.
    expect(isUnavailable(error)).toBe(true)
    return false
  }
}

it('keeps a connection that only refused a statement, and outlives a server that dies under an open transaction', async () => {
  const server = await startTestPostgres()
  const db = pool(server.url, 2)
  const backend = (): Promise<unknown> => db.query('select pg_backend_pid() as pid')
  const before = await backend()
  await expect(db.query('select 1 / 0')).rejects.toThrow('division by zero')
  expect(await backend()).toEqual(before)

  const died = db.tx(async (tx) => {
    await tx.query('select 1')
    await server.kill()
    // By the end of this the broken connection has said so, with no statement under way to hear it.
    await expect(db.query('select 1')).rejects.toThrow()
    await tx.query('select 1')
  })
  await expect(died).rejects.toThrow()
})

it('goes on at the standby that was promoted, with everything that was committed', async () => {
  pair = await startPostgresPair()
  const { primary, standby, url } = pair
  const backwards = url.replace(/(127[^,]+),(127[^/]+)/, '$2,$1')
  // Named in any order, the primary is found: here the standby comes first.
  await migrate(backwards)
  expect(await primaryOf(backwards)).toBe(primary.url)
  const [db, other] = [pool(url), pool(backwards)]
  await db.query('create table kept (n integer)')
  await other.query('insert into kept values (1)')

  await primary.kill()
  expect(await answers(db)).toBe(false)
  await promote(standby)
  await wait(() => answers(db), 30_000)
  await wait(() => answers(other), 30_000)
  expect(await ask(standby.url, 'select count(*)::integer as n from kept')).toEqual([{ n: 3 }])
  expect(await primaryOf(url)).toBe(standby.url)
}, 60_000)

it('leaves a former primary alone that still answers', async () => {
  pair = await startPostgresPair()
  const { primary, standby, url } = pair
  const db = pool(url, 2)
  await db.query('create table kept (n integer)')
  // Nobody fenced it: it still takes connections, but no commit of it is ever acknowledged.
  await promote(standby)
  await wait(() => answers(db), 30_000)
  for (let n = 0; n < 10; n += 1) await db.query('insert into kept values (3)')
  expect(await ask(standby.url, 'select count(*)::integer as n from kept where n = 3')).toEqual([{ n: 10 }])
  expect(await ask(primary.url, 'select count(*)::integer as n from kept where n = 3')).toEqual([{ n: 0 }])
}, 60_000)
