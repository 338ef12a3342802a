import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heapUp } from '../../bench/parts/contacts.ts'
import { createMatchingReads } from '../../src/contacts/service.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
let db: Db
const open = 3_000

beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, pino({ level: 'silent' }), 2)
  await heapUp(database.url, { open, waiting: 0.7, agentIds: [], ended: 20_000 })
})
afterAll(async () => {
  await db?.end()
  await database?.drop()
})

type Plan = { 'Actual Rows': number; 'Rows Removed by Filter'?: number; Plans?: Plan[] }
const looked = (plan: Plan): number =>
  plan['Actual Rows'] +
  (plan['Rows Removed by Filter'] ?? 0) +
  (plan.Plans ?? []).reduce((n, p) => n + looked(p), 0)

describe('the open contacts, from which the matcher is built', () => {
  it('are read without those that ended, however many they are', async () => {
    const plans: Plan[] = []
    const explaining = createMatchingReads({
      ...db,
      async query<R>(sql: string, values?: readonly unknown[]) {
        const [row] = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
          `explain (analyze, format json) ${sql}`,
          values,
        )
        plans.push(row!['QUERY PLAN'][0]!.Plan)
        return db.query<R>(sql, values)
      },
    })
    const first = await explaining.open(null, 100)
    const second = await explaining.open(first.at(-1)!.id, 100)
    expect(new Set([...first, ...second].map((c) => c.id)).size).toBe(200)
    for (const plan of plans) expect(looked(plan)).toBeLessThanOrEqual(500)
  })
})
