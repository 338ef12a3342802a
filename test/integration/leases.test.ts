import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createLease, type Lease, type LeaseOptions } from '../../src/db/lease.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { silentLog } from '../support/contacts.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

/** Leases in the real database. */

const ttlMs = 1_000
let database: TestDatabase
let db: Db
const stops: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, silentLog, 4)
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await db.query('delete from leases')
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

const take = (name: string, owner: string, options: LeaseOptions = {}, from: Db = db): Lease => {
  const lease = createLease(from, name, owner, ttlMs, silentLog, options)
  stops.push(() => lease.stop())
  return lease
}
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 10 })

describe('a lease that yields', () => {
  it('is held while nobody is preferred, and goes over at once when somebody is', async () => {
    const other = take('node', 'other', { yieldTo: 'reader' })
    await soon(() => expect(other.isHeld()).toBe(true))
    take('reader', 'preferred')
    let both = false
    const preferred = take('node', 'preferred', { onGain: () => void (both = other.isHeld()) })
    await soon(() => expect(preferred.isHeld()).toBe(true))
    expect([other.isHeld(), both]).toEqual([false, false])
    // And it stays where it is.
    const [renewed] = [preferred.epoch()]
    const [row] = await db.query<{ until: Date }>(
      `select expires_at as until from leases where name = 'node'`,
    )
    await vi.waitFor(async () => {
      const [now] = await db.query<{ until: Date }>(
        `select expires_at as until from leases where name = 'node' and owner = 'preferred'`,
      )
      expect(now!.until.getTime()).toBeGreaterThan(row!.until.getTime() + ttlMs)
    }, 5_000)
    expect(preferred.epoch()).toBe(renewed)
  })

  it('is taken over within the time of a lease when the preferred one has died', async () => {
    const dying = createPool(database.url, silentLog, 2)
    take('reader', 'preferred', {}, dying)
    const preferred = take('node', 'preferred', {}, dying)
    await soon(() => expect(preferred.isHeld()).toBe(true))
    const other = take('node', 'other', { yieldTo: 'reader' })
    await soon(() => expect(preferred.epoch()).toBe(1))
    expect(other.isHeld()).toBe(false)
    await dying.end()
    await soon(() => expect(other.isHeld()).toBe(true))
    const late = await db.query<{ ms: number }>(
      `select (extract(epoch from n.expires_at - r.expires_at) * 1000)::float8 as ms
       from leases n, leases r where n.name = 'node' and r.name = 'reader'`,
    )
    // Asked again every quarter of the time; the machine may be busy.
    expect(late[0]!.ms).toBeLessThan(2.5 * ttlMs)
  })
})
