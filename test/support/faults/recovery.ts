import { setTimeout as delay } from 'node:timers/promises'
import type { Site } from './site.ts'

export type ByChannel = 'text' | 'voice'

/**
 * Until the first new contact of a channel was through, counted from an instant, ms; null: not within the limit; absent:
 * not waited for.
 */
export type Recovery = Partial<Record<ByChannel, number | null>>

/** The longest of them; one that never came counts as endless. */
export const longest = (recovery: Recovery): number =>
  Math.max(0, ...Object.values(recovery).map((ms) => ms ?? Infinity))

/** Of contacts received since then: a text was offered to an agent, a caller spoke with one, whoever routed him. */
const firstThrough: Record<ByChannel, string> = {
  text: `select (extract(epoch from min(e.at)) * 1000)::float8 as at
    from contacts c join contact_events e on e.contact_id = c.id and e.to_state = 'offered'
    where c.received_at >= $1 and c.channel <> 'voice'`,
  voice: `select (extract(epoch from min(c.bridged_at)) * 1000)::float8 as at
    from contacts c where c.received_at >= $1 and c.channel = 'voice' and not c.call_back`,
}

export async function recoveryOf(
  site: Site,
  since: number,
  limitMs: number,
  channels: readonly ByChannel[] = ['text', 'voice'],
): Promise<Recovery> {
  const until = performance.now() + limitMs
  const of = async (channel: ByChannel): Promise<number | null> => {
    while (performance.now() < until) {
      const [row] = await site.ask<{ at: number | null }>(firstThrough[channel], [new Date(since)])
      if (typeof row?.at === 'number') return Math.max(0, Math.round(row.at - since))
      await delay(100)
    }
    return null
  }
  const took = await Promise.all(channels.map(async (channel) => [channel, await of(channel)] as const))
  return Object.fromEntries(took)
}
