import type { Pii } from '../../base/pii.ts'
import type { Tx } from '../../db/pool.ts'
import type { InboundEffect } from '../channel.ts'
import { optWord } from './opt-out-words.ts'

/** Who wants no notices, by keyed hash of his number. Conversations and codes he asks for are not stopped by it. */

/** Notes opt-outs and opt-ins. The latest message wins, by the time it was received, so a replay changes nothing. */
export function optOutEffect(db: Tx, pii: Pii): InboundEffect {
  return async (items) => {
    const latest = new Map<string, { lookup: string; out: boolean; at: string }>()
    for (const item of items) {
      const word = item.channel === 'sms' && item.kind === 'text' ? optWord(item.text) : null
      if (!word) continue
      const lookup = pii.lookup('phone', item.from)
      const known = latest.get(lookup)
      if (!known || known.at <= item.receivedAt)
        latest.set(lookup, { lookup, out: word.word === 'optOut', at: item.receivedAt })
    }
    if (latest.size === 0) return
    // Sorted, so that two gateways lock rows in the same order.
    const rows = [...latest.values()].sort((a, b) => (a.lookup < b.lookup ? -1 : 1))
    await db.query(
      `insert into sms_opt_outs as o (number_lookup, opted_out, said_at)
       select * from unnest($1::text[], $2::boolean[], $3::timestamptz[])
       on conflict (number_lookup) do update set opted_out = excluded.opted_out, said_at = excluded.said_at
         where o.said_at <= excluded.said_at`,
      [rows.map((r) => r.lookup), rows.map((r) => r.out), rows.map((r) => r.at)],
    )
  }
}

/** @param number E.164 */
export async function hasOptedOut(db: Tx, pii: Pii, number: string): Promise<boolean> {
  const rows = await db.query(`select 1 from sms_opt_outs where number_lookup = $1 and opted_out`, [
    pii.lookup('phone', number),
  ])
  return rows.length > 0
}
