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
})
