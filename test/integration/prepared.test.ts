import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { prepared } from '../../src/db/prepared.ts'
import { emptyDatabase, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
let db: Db
let other: Db
beforeAll(async () => {
  database = await emptyDatabase()
  db = createPool(database.url, createLog('silent'), 1)
  other = createPool(database.url, createLog('silent'), 1)
  await db.query(`create table things (id integer)`)
  await db.query(`insert into things values (1), (2)`)
})
afterAll(async () => {
  await Promise.all([db.end(), other.end()])
  await database.drop()
})

describe('a prepared statement', () => {
  const all = prepared(`select * from things where id = any($1::integer[]) order by id`)

  it('is kept by its connection under one name', async () => {
    expect(prepared(all)).toBe(all)
    expect(await db.query(all, [[1, 2]])).toEqual([{ id: 1 }, { id: 2 }])
    expect(await db.query(all, [[2]])).toEqual([{ id: 2 }])
    expect(await db.query(`select count(*) as n from pg_prepared_statements`)).toEqual([{ n: 1 }])
  })

  it('outlives a migration that changes its table', async () => {
    await other.query(`alter table things add column name text`)
    expect(await db.query(all, [[1]])).toEqual([{ id: 1, name: null }])
    await other.query(`alter table things add column place text`)
    await db.tx((tx) => tx.query(all, [[1]])).catch(() => {})
    expect(await db.tx((tx) => tx.query(all, [[1]]))).toEqual([{ id: 1, name: null, place: null }])
  })
})
