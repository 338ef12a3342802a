import type { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'
import type { Pii } from '../base/pii.ts'

/** One thing that is limited: so many different tries within a time that begins with the first of them. */
export type Bound = { kind: string; id: string; most: number; windowMs: number }

/**
 * Counts tries across all gateways, in Redis. A try is counted before it is judged, so that a burst of parallel guesses
 * is no way around the limit, and by its own name, so that the same one told twice counts once. While Redis is away
 * each gateway counts for itself.
 */
export type Tries = {
  /** @returns ms until the next try when one of the bounds is reached, else 0 and the try is counted */
  take(bounds: readonly Bound[], tryId: string): Promise<number>
  /** The try was right: it did no harm. */
  forgive(bounds: readonly Bound[], tryId: string): Promise<void>
}

/** KEYS: a set of tries for each bound. ARGV: the try, then most and window of each. */
const take = `
for i, key in ipairs(KEYS) do
  if redis.call('SISMEMBER', key, ARGV[1]) == 0 and redis.call('SCARD', key) >= tonumber(ARGV[2 * i]) then
    return math.max(1, redis.call('PTTL', key))
  end
end
for i, key in ipairs(KEYS) do
  if redis.call('SADD', key, ARGV[1]) == 1 and redis.call('SCARD', key) == 1 then
    redis.call('PEXPIRE', key, ARGV[2 * i + 1])
  end
end
return 0`

/** Different keys that one gateway remembers while Redis is away. */
const mostAlone = 50_000

export function createTries(redis: Redis, prefix: string, pii: Pii, log: Log): Tries {
  const alone = new Map<string, { tries: Set<string>; until: number }>()
  const keyOf = ({ kind, id, windowMs }: Bound): string =>
    `${prefix}:tries:${pii.lookup(`tries.${kind}`, id).slice(0, 32)}:${windowMs}`

  function takeAlone(bounds: readonly Bound[], tryId: string): number {
    const now = performance.now()
    if (alone.size > mostAlone) alone.clear()
    const entries = bounds.map((bound) => {
      const known = alone.get(keyOf(bound))
      return known && known.until > now ? known : { tries: new Set<string>(), until: now + bound.windowMs }
    })
    const full = entries.findIndex((e, n) => !e.tries.has(tryId) && e.tries.size >= bounds[n]!.most)
    if (full >= 0) return Math.max(1, entries[full]!.until - now)
    entries.forEach((entry, n) => alone.set(keyOf(bounds[n]!), { ...entry, tries: entry.tries.add(tryId) }))
    return 0
  }

  return {
    async take(bounds, tryId) {
      const limits = bounds.flatMap((bound) => [bound.most, bound.windowMs])
      try {
        return Number(await redis.eval(take, bounds.length, ...bounds.map(keyOf), tryId, ...limits))
      } catch (error) {
        log.debug({ reason: (error as Error).message }, 'tries are counted without Redis')
        return takeAlone(bounds, tryId)
      }
    },
    async forgive(bounds, tryId) {
      for (const bound of bounds) alone.get(keyOf(bound))?.tries.delete(tryId)
      await Promise.all(bounds.map((bound) => redis.srem(keyOf(bound), tryId))).catch((error: Error) =>
        log.debug({ reason: error.message }, 'a right try stays counted'),
      )
    },
  }
}
