import type { Pii } from '../base/pii.ts'
import type { Db } from '../db/pool.ts'
import { failureMemoryMs, lockMs, type FailureKey } from './model.ts'

/** Failed sign-ins. Keys are keyed hashes: the table tells nobody which names or addresses were tried. */
export type Failures = {
  /**
   * Counts a try as failed before it is judged, so that a burst of parallel guesses is no way around the limit.
   * Unknown accounts are treated like known ones.
   * @returns ms until the next try when it is not allowed now; `locking` when this try, if it fails, locks something
   */
  attempt(username: string, address: string): Promise<{ lockedMs: number; locking: boolean }>
  /** The password was right and something else is missing: the try did no harm. */
  forgive(username: string, address: string): Promise<void>
  /** A success clears what that person's own failures did. */
  succeeded(username: string, address: string): Promise<void>
  /** An administrator lets the account try again at once. */
  unlock(username: string): Promise<void>
}

type Row = { key: string; failures: number; lockedMs: number; old: boolean }

export function createFailures(db: Db, pii: Pii): Failures {
  const keysOf = (username: string, address: string): Record<FailureKey, string> => {
    const name = username.toLowerCase()
    return {
      pair: pii.lookup('signInPair', `${name}|${address}`),
      account: pii.lookup('signInAccount', name),
      address: pii.lookup('signInAddress', address),
    }
  }

  const decrement = (keys: string[]) =>
    db.query(
      `update sign_in_failures set failures = greatest(failures - 1, 0), locked_until = null where key = any($1)`,
      [keys],
    )

  return {
    attempt: (username, address) =>
      db.tx(async (tx) => {
        const keys = keysOf(username, address)
        const all = Object.values(keys).sort()
        await tx.query(
          `insert into sign_in_failures (key, account_key, failures, last_at)
           select k, case when k <> $2 then $3::text end, 0, clock_timestamp() from unnest($1::text[]) k order by k
           on conflict do nothing`,
          [all, keys.address, keys.account],
        )
        const rows = await tx.query<Row>(
          `select key, failures,
             coalesce(extract(epoch from locked_until - clock_timestamp()) * 1000, 0)::float8 as "lockedMs",
             greatest(last_at, locked_until) < clock_timestamp() - $2 * interval '1 millisecond' as old
           from sign_in_failures where key = any($1) order by key for update`,
          [all, failureMemoryMs],
        )
        const lockedMs = Math.max(0, ...rows.map((r) => Math.ceil(r.lockedMs)))
        if (lockedMs > 0) return { lockedMs, locking: false }
        const counted = (Object.entries(keys) as [FailureKey, string][]).map(([kind, key]) => {
          const row = rows.find((r) => r.key === key)
          const failures = (row && !row.old ? row.failures : 0) + 1
          return { key, failures, ms: lockMs(kind, failures) }
        })
        // One statement: a whole centre signs in from one address, and waits for this row at the start of its shift.
        await tx.query(
          `update sign_in_failures f set failures = c.failures, last_at = clock_timestamp(),
             locked_until = case when c.ms > 0 then clock_timestamp() + c.ms * interval '1 millisecond' end
           from unnest($1::text[], $2::int[], $3::float8[]) as c(key, failures, ms) where f.key = c.key`,
          [counted.map((c) => c.key), counted.map((c) => c.failures), counted.map((c) => c.ms)],
        )
        const locking = counted.some((c) => c.ms > 0)
        return { lockedMs: 0, locking }
      }),

    async forgive(username, address) {
      await decrement(Object.values(keysOf(username, address)))
    },

    async succeeded(username, address) {
      const keys = keysOf(username, address)
      await db.query(`delete from sign_in_failures where key = any($1)`, [[keys.pair, keys.account]])
      await decrement([keys.address])
    },

    async unlock(username) {
      await db.query(`delete from sign_in_failures where account_key = $1`, [keysOf(username, '').account])
    },
  }
}
