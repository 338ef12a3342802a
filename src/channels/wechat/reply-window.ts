import type { Pii } from '../../base/pii.ts'
import type { Tx } from '../../db/pool.ts'
import { failureCode } from '../../db/spool-durable.ts'
import type { Log } from '../../base/log.ts'
import type { InboundEffect, InboundText } from '../channel.ts'

/**
 * How many customer-service messages WeChat still takes for a citizen: 5 within 48 h of his message; 3 within a minute
 * of a menu click, a follow or a scan. A hint that spares useless calls for notices and tells the desk; WeChat's codes 45015
 * and 45047 are the last word, and the only one about an agent's reply.
 */
export type ReplyWindows = {
  effect: InboundEffect
  /** @returns null when nothing is known: then WeChat decides */
  remaining(openid: string): Promise<{ messages: number; until: Date } | null>
  spend(openid: string): Promise<void>
  /** WeChat says that nothing more is taken. */
  exhaust(openid: string): Promise<void>
  forget(openid: string): Promise<void>
  stop(): Promise<void>
}

type Opening = { lookup: string; allowance: number; at: Date; until: Date; fresh: boolean }

const hours48 = 48 * 3_600_000
const minute = 60_000
const granting = new Set(['subscribe', 'SCAN', 'CLICK'])

function openingOf(item: InboundText): Omit<Opening, 'lookup'> | null {
  const at = new Date(item.receivedAt)
  const isMessage = item.kind !== 'event' || item.event?.unknownMessage === true
  if (isMessage) return { allowance: 5, at, until: new Date(at.getTime() + hours48), fresh: true }
  if (!granting.has(item.event?.name ?? '')) return null
  return { allowance: 3, at, until: new Date(at.getTime() + minute), fresh: false }
}

/** @param flushMs how long openings are gathered: one loud sender costs one row now and then, not one per message */
export function createReplyWindows(db: Tx, pii: Pii, log: Log, flushMs = 300): ReplyWindows {
  const lookupOf = (openid: string): string => pii.lookup('wechat', openid)
  let gathered = new Map<string, Opening>()
  let timer: NodeJS.Timeout | null = null
  let flushing: Promise<void> = Promise.resolve()

  async function write(openings: Opening[]): Promise<void> {
    const rows = openings.sort((a, b) => (a.lookup < b.lookup ? -1 : 1))
    await db.query(
      `insert into wechat_windows as w (requester_lookup, allowance, opened_at, expires_at)
       select * from unnest($1::text[], $2::smallint[], $3::timestamptz[], $4::timestamptz[])
       on conflict (requester_lookup) do update
         set allowance = excluded.allowance, used = 0, opened_at = excluded.opened_at,
             expires_at = excluded.expires_at
         -- A message always opens a new window; an event only where none is open.
         where excluded.opened_at >= w.opened_at
           and (excluded.allowance = 5 or w.expires_at < excluded.opened_at or w.used >= w.allowance)`,
      [
        rows.map((r) => r.lookup),
        rows.map((r) => r.allowance),
        rows.map((r) => r.at),
        rows.map((r) => r.until),
      ],
    )
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    const openings = [...gathered.values()]
    gathered = new Map()
    if (openings.length > 0)
      flushing = flushing
        .then(() => write(openings))
        .catch((error: unknown) => log.info({ code: failureCode(error) }, 'reply windows not noted'))
    return flushing
  }

  return {
    effect: (items) => {
      for (const item of items) {
        const opening = item.channel === 'wechat' ? openingOf(item) : null
        if (!opening) continue
        const lookup = lookupOf(item.from)
        const known = gathered.get(lookup)
        if (!known || opening.fresh || !known.fresh) gathered.set(lookup, { lookup, ...opening })
      }
      if (gathered.size > 0) timer ??= setTimeout(() => void flush(), flushMs)
      return Promise.resolve()
    },
    async remaining(openid) {
      await flush()
      const [row] = await db.query<{ messages: number; until: Date }>(
        `select case when expires_at < clock_timestamp() then 0 else greatest(0, allowance - used) end as messages,
           expires_at as until
         from wechat_windows where requester_lookup = $1`,
        [lookupOf(openid)],
      )
      return row ?? null
    },
    async spend(openid) {
      await db.query(`update wechat_windows set used = least(used + 1, 100) where requester_lookup = $1`, [
        lookupOf(openid),
      ])
    },
    async exhaust(openid) {
      await db.query(`update wechat_windows set used = allowance where requester_lookup = $1`, [
        lookupOf(openid),
      ])
    },
    async forget(openid) {
      gathered.delete(lookupOf(openid))
      await db.query(`delete from wechat_windows where requester_lookup = $1`, [lookupOf(openid)])
    },
    stop: flush,
  }
}
