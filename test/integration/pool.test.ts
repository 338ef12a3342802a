import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { createPool, isUnavailable, sqlState, uniqueViolation, type Db, type Tx } from '../../src/db/pool.ts'
import { prepared } from '../../src/db/prepared.ts'
import { emptyDatabase, startTestPostgres, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
/** One connection: whoever leaves it in a wrong state is found out by the next. */
let db: Db
let other: Db
beforeAll(async () => {
  database = await emptyDatabase()
  db = createPool(database.url, createLog('silent'), 1)
  other = createPool(database.url, createLog('silent'), 1)
  await db.query(`create table things (id integer primary key)`)
})
beforeEach(() => db.query(`truncate things`))
afterAll(async () => {
  await Promise.all([db.end(), other.end()])
  await database.drop()
})

const put = (tx: Pick<Tx, 'query'>, id: number) => tx.query(`insert into things values ($1)`, [id])
const kept = async (): Promise<number[]> =>
  (await other.query<{ id: number }>(`select id from things order by id`)).map((row) => row.id)

describe('a transaction whose statements share a round trip', () => {
  it('runs them in the order given and commits them together', async () => {
    const [, , found] = await db.tx((tx) =>
      Promise.all([put(tx, 1), put(tx, 2), tx.query(`select id from things order by id`)]),
    )
    expect(found).toEqual([{ id: 1 }, { id: 2 }])
    expect(await kept()).toEqual([1, 2])
  })

  it('keeps nothing when one in the middle fails, and names the one that failed', async () => {
    const failed = db.tx((tx) => Promise.all([put(tx, 1), put(tx, 1), put(tx, 2)]))
    await expect(failed).rejects.toSatisfy((error) => sqlState(error) === uniqueViolation)
    expect(await kept()).toEqual([])
    await db.tx((tx) => put(tx, 3))
    expect(await kept()).toEqual([3])
  })

  it('says that nothing was committed when a failure was not said by the work itself', async () => {
    const swallowed = db.tx(async (tx) => {
      await put(tx, 1)
      await put(tx, 1).catch(() => {})
    })
    await expect(swallowed).rejects.toThrow('had failed')
    expect(await kept()).toEqual([])
  })

  it('rolls back what was given at once and judged afterwards', async () => {
    const judged = db.tx(async (tx) => {
      await Promise.all([put(tx, 1), put(tx, 2)])
      throw new Error('not what was hoped for')
    })
    await expect(judged).rejects.toThrow('hoped for')
    expect(await kept()).toEqual([])
  })

  it('lets nothing through that comes after its end', async () => {
    let left: Tx | undefined
    await db.tx(async (tx) => {
      left = tx
      await put(tx, 1)
    })
    await expect(left!.query(`insert into things values (9)`)).rejects.toThrow('over')
    expect(await kept()).toEqual([1])
  })

  it('commits with its last statement, or not at all', async () => {
    const [, found] = await db.tx((tx) =>
      Promise.all([put(tx, 1), tx.last(`insert into things values (2) returning id`)]),
    )
    expect(found).toEqual([{ id: 2 }])
    const failed = db.tx(async (tx) => {
      await put(tx, 3)
      await tx.last(`insert into things values (1)`)
    })
    await expect(failed).rejects.toSatisfy((error) => sqlState(error) === uniqueViolation)
    const after = db.tx(async (tx) => {
      await tx.last(`insert into things values (4)`)
      await put(tx, 5)
    })
    await expect(after).rejects.toThrow('over')
    expect(await kept()).toEqual([1, 2, 4])
  })

  it('gives a connection up whose kept plan is stale, also when others were sent behind it', async () => {
    const all = prepared(`select * from things where id >= $1 order by id`)
    await put(db, 1)
    await db.tx((tx) => tx.query(all, [0]))
    await other.query(`alter table things add column name text`)
    const stale = db.tx((tx) => Promise.all([put(tx, 2), tx.query(all, [0]), tx.query(all, [1])]))
    await expect(stale).rejects.toThrow('cached plan')
    const twice = (tx: Tx) => Promise.all([tx.query(all, [0]), tx.query(all, [0])])
    expect(await db.tx(twice)).toEqual([[{ id: 1, name: null }], [{ id: 1, name: null }]])
    await other.query(`alter table things drop column name`)
  })
})

describe('reads of one moment', () => {
  it('share a connection, and one at fault fails alone', async () => {
    await put(db, 1)
    const many = createPool(database.url, createLog('silent'), 4)
    const backend = prepared(`select pg_backend_pid() as pid, $1::integer as n`)
    const asked = await Promise.allSettled([
      many.query(backend, [1]),
      many.query(prepared(`select 1 / $1::integer`), [0]),
      many.query(backend, [2]),
      many.query(prepared(`select id from things`)),
    ])
    const [one, fault, two, rows] = asked
    expect(one).toMatchObject({ status: 'fulfilled', value: [{ n: 1 }] })
    const [{ pid } = { pid: 0 }] = (one as PromiseFulfilledResult<{ pid: number }[]>).value
    expect(two).toMatchObject({ status: 'fulfilled', value: [{ n: 2, pid }] })
    expect(fault).toMatchObject({ status: 'rejected', reason: { message: 'division by zero' } })
    expect(rows).toMatchObject({ status: 'fulfilled', value: [{ id: 1 }] })
    expect(many.stats()).toMatchObject({ total: 1 })
    await many.end()
  })

  it('of any length go beside each other', async () => {
    const many = createPool(database.url, createLog('silent'), 4)
    // Behind one another they would take longer than a statement may.
    await Promise.all(Array.from({ length: 3 }, () => many.query(`select pg_sleep(0.7)`)))
    expect(many.stats()).toMatchObject({ total: 3 })
    await many.end()
  })

  it('never stand behind a statement that may wait for a lock', async () => {
    const many = createPool(database.url, createLog('silent'), 4)
    await put(many, 1)
    await other.tx(async (tx) => {
      await tx.query(`update things set id = 2 where id = 1`)
      const blocked = many.query(prepared(`select id from things for update`))
      const writes = many.query(`update things set id = 3`)
      // Answered while the lock is held, or not at all.
      expect(await many.query(prepared(`select id from things`))).toEqual([{ id: 1 }])
      void Promise.allSettled([blocked, writes])
    })
    await many.end()
  })
})

describe('a server in trouble', () => {
  it('hung: every statement under way fails in time, and the pool goes on when it goes on', async () => {
    const server = await startTestPostgres()
    const pool = createPool(server.url, createLog('silent'), 2)
    try {
      await pool.query(`create table things (id integer primary key)`)
      const [{ pid } = { pid: 0 }] = await pool.query<{ pid: number }>(`select pg_backend_pid() as pid`)
      const work = pool.tx(async (tx) => {
        // All but this one backend answer; the transaction has it, because it was released last.
        const [own] = await tx.query<{ pid: number }>(`select pg_backend_pid() as pid`)
        expect(own!.pid).toBe(pid)
        process.kill(pid, 'SIGSTOP')
        await Promise.all([put(tx, 1), put(tx, 2)])
      })
      const began = performance.now()
      await expect(work).rejects.toSatisfy(isUnavailable)
      expect(performance.now() - began).toBeLessThan(4_000)
      process.kill(pid, 'SIGCONT')
      // The hung one may have got as far as to write, but never to commit.
      await pool.tx((tx) => Promise.all([put(tx, 1), put(tx, 2)]))
      expect(await pool.query(`select count(*) as n from things`)).toEqual([{ n: 2 }])
      expect(pool.stats().waiting).toBe(0)
    } finally {
      await pool.end()
      await server.stop()
    }
  })

  it('lost: every statement under way fails, and so does a commit on its way', async () => {
    await expect(
      db.tx((tx) =>
        Promise.all([put(tx, 1), tx.query(`select pg_terminate_backend(pg_backend_pid())`), put(tx, 2)]),
      ),
    ).rejects.toSatisfy(isUnavailable)
    await expect(
      db.tx(async (tx) => {
        await put(tx, 1)
        await tx.last(`select pg_terminate_backend(pg_backend_pid())`)
      }),
    ).rejects.toSatisfy(isUnavailable)
    expect(await kept()).toEqual([])
    await db.tx((tx) => put(tx, 3))
    expect(await kept()).toEqual([3])
  })
})
