import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../../src/base/log.ts'
import { createLedgerClock, type LedgerClock } from '../../../src/db/clock.ts'

const noon = Date.parse('2026-12-31T23:59:00+08:00')
const log = createLog('silent')
let ledger: LedgerClock

/** PostgreSQL, whose time is `noon` plus what has passed, and a monotonic clock that the test turns. */
function machine({ travelMs = 0 } = {}) {
  const at = { elapsed: 5_000, database: 0, away: false }
  const db = {
    async query<R>() {
      if (at.away) throw new Error('gone')
      at.elapsed += travelMs / 2
      const ms = noon + at.elapsed - 5_000 + at.database
      at.elapsed += travelMs / 2
      return [{ ms }] as R[]
    },
  }
  return { at, db, elapsed: () => at.elapsed }
}

afterEach(() => {
  ledger?.stop()
  vi.useRealTimers()
})

describe('the clock of the ledger', () => {
  it('is PostgreSQL’s, and goes on by the monotonic clock whatever the wall clock does', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: noon - 3_600_000 })
    const { at, db, elapsed } = machine()
    ledger = await createLedgerClock(db, log, { elapsed })
    expect(ledger.clock().getTime()).toBe(noon)
    vi.setSystemTime(noon + 3_600_000)
    at.elapsed += 60_000
    expect(ledger.clock()).toEqual(new Date('2027-01-01T00:00:00+08:00'))
  })

  it('follows PostgreSQL when its time is set, and goes on alone while it is away', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: noon })
    const { at, db, elapsed } = machine()
    ledger = await createLedgerClock(db, log, { elapsed, everyMs: 1_000 })
    at.away = true
    at.elapsed += 1_000
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ledger.clock().getTime()).toBe(noon + 1_000)
    at.away = false
    at.database = -7_000
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ledger.clock().getTime()).toBe(noon + 1_000 - 7_000)
  })

  it('takes no answer that was long on its way, and no difference smaller than the way', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: noon + 30 })
    const near = machine({ travelMs: 80 })
    ledger = await createLedgerClock(near.db, log, { elapsed: near.elapsed })
    expect(ledger.clock().getTime()).toBe(noon + 30 + 80)
    ledger.stop()
    vi.setSystemTime(noon + 9_000)
    const far = machine({ travelMs: 4_000 })
    ledger = await createLedgerClock(far.db, log, { elapsed: far.elapsed })
    expect(ledger.clock().getTime()).toBe(noon + 9_000 + 4_000)
  })
})
