import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../../src/base/log.ts'
import { createLease } from '../../../src/db/lease.ts'
import type { Db } from '../../../src/db/pool.ts'

/** A database whose answers come when the test says so. */
function slowDatabase() {
  const waiting: ((rows: { epoch: number }[]) => void)[] = []
  const db = {
    query: () => new Promise((answer) => waiting.push(answer)),
  } as unknown as Db
  return {
    db,
    async answer(rows: { epoch: number }[]): Promise<void> {
      waiting.shift()?.(rows)
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

describe('a lease', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('that lapsed while its renewal was under way is told as lost and gained, though nobody else took it', async () => {
    const { db, answer } = slowDatabase()
    const told: string[] = []
    const lease = createLease(db, 'node', 'me', 10_000, createLog('silent'), {
      onGain: (epoch) => void told.push(`gained ${epoch}`),
      onLoss: () => void told.push('lost'),
    })
    await answer([{ epoch: 7 }])
    expect(lease.isHeld()).toBe(true)
    // The renewal is asked for and answered only long after the lease has run out by our own clock.
    await vi.advanceTimersByTimeAsync(2_500)
    await vi.advanceTimersByTimeAsync(9_000)
    expect(lease.isHeld()).toBe(false)
    await answer([{ epoch: 7 }])
    expect(told).toEqual(['gained 7', 'lost', 'gained 7'])
    void lease.stop()
  })

  it('that is renewed in time is told once', async () => {
    const { db, answer } = slowDatabase()
    const told: string[] = []
    const lease = createLease(db, 'node', 'me', 10_000, createLog('silent'), {
      onGain: (epoch) => void told.push(`gained ${epoch}`),
      onLoss: () => void told.push('lost'),
    })
    for (let n = 0; n < 8; n += 1) {
      await answer([{ epoch: 7 }])
      expect(lease.isHeld()).toBe(true)
      await vi.advanceTimersByTimeAsync(2_500)
    }
    expect(told).toEqual(['gained 7'])
    void lease.stop()
  })

  it('that could not be asked for is asked for again at once, and not a quarter of its time later', async () => {
    let asked = 0
    const db = {
      query: async () => {
        asked += 1
        if (asked <= 2) throw new Error('timeout exceeded when trying to connect')
        return [{ epoch: 1 }]
      },
    } as unknown as Db
    const lease = createLease(db, 'node', 'me', 10_000, createLog('silent'))
    await vi.advanceTimersByTimeAsync(200)
    expect(lease.isHeld()).toBe(true)
    // From then on it is renewed in peace.
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked).toBe(3)
    void lease.stop()
  })

  it('whose database stays away is not asked for more often than it would be renewed', async () => {
    let asked = 0
    const db = {
      query: async () => {
        asked += 1
        throw new Error('away')
      },
    } as unknown as Db
    const lease = createLease(db, 'node', 'me', 10_000, createLog('silent'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBeLessThan(35)
    expect(lease.isHeld()).toBe(false)
    void lease.stop()
  })
})
