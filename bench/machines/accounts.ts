import { setTimeout as delay } from 'node:timers/promises'
import type { Hotline } from '../../test/support/hotline.ts'
import { account, type Accounts } from '../../test/support/oracle.ts'
import type { Load } from './load.ts'

/** Services are children that do not keep this process alive: waiting for one that ends must not end the benchmark. */
setInterval(() => {}, 60_000)

/** Waits until everything that can end has ended. @returns what has not, after `ms` */
export async function settle(city: Hotline, ms: number): Promise<Record<string, unknown>[]> {
  const until = performance.now() + ms
  for (;;) {
    const open = await city.db
      .query(
        `select channel, state, node, owed_at is not null as owed, received_at from contacts
         where ended_at is null and not call_back`,
      )
      .catch(() => null)
    if (open?.length === 0 || (open && performance.now() > until)) return open
    await delay(500)
  }
}

/** The ledger against what citizens know; prints every count. @returns what must not be so, in words */
export async function audit(
  city: Hotline,
  load: Load,
  outages: { from: number; to: number }[] = [],
): Promise<string[]> {
  const found: Accounts = await account(
    city.db,
    load,
    (caller) => city.pii.lookup('phone', `+86${caller}`),
    // Whoever came first ended what had fallen into an outage.
    { graceMs: 5_000, outages },
  )
  const ends = Object.entries(found.ends).map(([end, n]) => `${end} ${n}`)
  console.log(
    `  received ${found.received} = ended ${found.received - found.open} (${ends.join(', ')}) + open ${found.open}`,
  )
  console.log(
    `  texts acknowledged ${load.acknowledged.length}, tries refused ${load.refused()}, given up ${load.givenUp()}; ` +
      `calls carried ${load.callers.length}, not carried ${load.uncarried()}`,
  )
  console.log(
    `  lost ${found.lost.length}, doubled ${found.doubled.length}, registered twice ${found.registeredTwice}, ` +
      `two calls at once ${found.overlappingVoice}, offers late ${found.lateOffers}, two offers at once ${found.overlappingOffers}`,
  )
  const wrong: string[] = []
  const none = (what: string, value: number | readonly string[]): void => {
    const count = typeof value === 'number' ? value : value.length
    if (count > 0) wrong.push(`${what}: ${typeof value === 'number' ? value : value.slice(0, 20).join(', ')}`)
  }
  none('lost', found.lost)
  none('doubled', found.doubled)
  none('unbalanced', found.unbalanced)
  none('registered twice', found.registeredTwice)
  none('two calls at once', found.overlappingVoice)
  none('over capacity', found.overCapacity)
  none('offers that ended late', found.lateOffers)
  none('two offers at once', found.overlappingOffers)
  return wrong
}

/**
 * Until any text was offered again, until one was that came after `since` (ms since 1970), behind all that had waited, and
 * until a caller who came after it spoke, ms; null: never.
 */
export async function recovery(
  city: Hotline,
  since: number,
  limitMs = 60_000,
): Promise<{ anyText: number | null; text: number | null; voice: number | null }> {
  const until = performance.now() + limitMs
  const first = async (statement: string): Promise<number | null> => {
    for (; performance.now() < until; await delay(100)) {
      const [row] = await city.db.query<{ at: number | null }>(statement, [new Date(since)]).catch(() => [])
      if (typeof row?.at === 'number') return Math.max(0, Math.round(row.at - since))
    }
    return null
  }
  const [anyText, text, voice] = await Promise.all([
    first(`select (extract(epoch from min(o.offered_at)) * 1000)::float8 as at from offers o
           where o.offered_at >= $1 and o.channel <> 'voice'`),
    first(`select (extract(epoch from min(e.at)) * 1000)::float8 as at from contacts c
           join contact_events e on e.contact_id = c.id and e.to_state = 'offered'
           where c.received_at >= $1 and c.channel <> 'voice'`),
    first(`select (extract(epoch from min(bridged_at)) * 1000)::float8 as at from contacts
           where received_at >= $1 and channel = 'voice' and not call_back`),
  ])
  return { anyText, text, voice }
}

export const seconds = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`)

/** Ends the benchmark: correctness decides the code, speed never does. */
export function conclude(wrong: readonly string[]): never {
  for (const line of wrong) console.log(`BROKEN ${line}`)
  process.exit(wrong.length === 0 ? 0 : 1)
}
