import type { Log } from '../base/log.ts'
import type { Db } from './pool.ts'

/**
 * One owner for one thing, by a row in PostgreSQL (never a Redis key: FLUSHALL must not make two owners).
 * Invariant: at any database time at most one row holder's `expires_at` lies in the future, and `epoch` rises with
 * every change of hands. The holder treats the lease as lost when its own monotonic clock says that a renewal has
 * not succeeded for a whole `ttlMs`, so a paused process never believes longer than the database does.
 */
export type Lease = {
  isHeld(): boolean
  epoch(): number
  stop(): Promise<void>
}

export type LeaseHooks = { onGain?: (epoch: number) => void; onLoss?: () => void }

/**
 * `yieldTo`: name of a lease whose holder is preferred for this one. While somebody else holds that, this one is not taken,
 * and given up when it is held.
 */
export type LeaseOptions = LeaseHooks & { yieldTo?: string }

type Row = { epoch: number }

/** The first question again after one that failed, ms. */
const soonMs = 50

const take = `
  insert into leases as l (name, owner, epoch, expires_at)
  select $1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond'
  where not exists (select from leases p
    where p.name = $4::text and p.owner <> $2 and p.expires_at >= clock_timestamp())
  on conflict (name) do update
    set owner = excluded.owner,
        epoch = case when l.owner = excluded.owner then l.epoch else l.epoch + 1 end,
        expires_at = excluded.expires_at
    where l.owner = excluded.owner or l.expires_at < clock_timestamp()
  returning epoch`

export function createLease(
  db: Db,
  name: string,
  owner: string,
  ttlMs: number,
  log: Log,
  { yieldTo, ...hooks }: LeaseOptions = {},
): Lease {
  let held = false
  let epoch = 0
  let validUntil = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const lose = (): void => {
    if (!held) return
    held = false
    log.warn({ lease: name, epoch }, 'lease lost')
    hooks.onLoss?.()
  }

  /** @returns whether the database answered */
  async function beat(): Promise<boolean> {
    const asked = performance.now()
    try {
      const [row] = await db.query<Row>(take, [name, owner, ttlMs, yieldTo ?? null])
      if (stopped) return true
      if (!row) {
        lose()
        // Whoever is preferred need not wait until it runs out.
        if (yieldTo !== undefined) await giveBack()
        return true
      }
      // It ran out while this renewal was under way: whoever asked meanwhile was told no, and has to be told of the new
      // beginning, although nobody else took it and the epoch is the same.
      if (performance.now() >= validUntil) lose()
      // Counted from before the question: the answer may have travelled for long.
      validUntil = asked + ttlMs
      if (!held || row.epoch !== epoch) {
        held = true
        epoch = row.epoch
        log.info({ lease: name, epoch }, 'lease gained')
        hooks.onGain?.(epoch)
      }
      return true
    } catch {
      if (performance.now() >= validUntil) lose()
      return false
    }
  }

  const giveBack = (): Promise<unknown> =>
    db.query(
      `update leases set expires_at = clock_timestamp()
       where name = $1 and owner = $2 and epoch = $3 and expires_at > clock_timestamp()`,
      [name, owner, epoch],
    )

  async function loop(failures = 0): Promise<void> {
    const answered = await beat()
    // A question that failed is asked again soon: nobody may own the thing meanwhile.
    const pauseMs = answered ? ttlMs / 4 : Math.min(ttlMs / 4, soonMs * 2 ** failures)
    if (!stopped) timer = setTimeout(() => void loop(answered ? 0 : failures + 1), pauseMs)
  }
  void loop()

  return {
    isHeld: () => held && performance.now() < validUntil,
    epoch: () => epoch,
    async stop() {
      stopped = true
      clearTimeout(timer)
      if (!held) return
      held = false
      // Giving it back at once lets the successor start without waiting for the expiry.
      await giveBack().catch(() => {})
    },
  }
}
