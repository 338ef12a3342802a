import type { Hotline } from '../../test/support/hotline.ts'
import { account } from '../../test/support/oracle.ts'
import type { TownLedger } from './ami-town.ts'
import type { Writers } from './day-texts.ts'

/** What the day left behind: the town's own ledger of calls and the writers' acknowledgements against the database. */
export type DayAccounts = { lines: string[]; wrong: string[] }

/** Ends in the ledger that fit what the town saw of a call. */
const fitting = `
  case k.ended
    when 'talked' then c."end" = 'completed'
    when 'nativeTalked' then c."end" = 'completed'
    when 'abandonedNative' then c."end" in ('abandoned', 'shortAbandon')
    -- offered or accepted in the ledger is still the music for the caller, until his phone rings
    when 'abandoned' then c."end" in ('abandoned', 'shortAbandon', 'abandonedRinging')
    when 'abandonedRinging' then c."end" in ('abandoned', 'shortAbandon', 'abandonedRinging')
    else c.ended_at is null
  end`

export async function accountDay(
  city: Hotline,
  ledger: TownLedger,
  writers: Writers,
  graceMs: number,
): Promise<DayAccounts> {
  const outside = { acknowledged: writers.acknowledged, callers: [] }
  const found = await account(city.db, outside, (caller) => caller, { textCapacity: 3, graceMs })
  const [calls] = await city.db.query<{
    lost: number
    doubled: number
    mismatched: number
    unregistered: number
  }>(
    `select count(*) filter (where n = 0) as lost, count(*) filter (where n > 1) as doubled,
       count(*) filter (where n = 1 and not fits) as mismatched,
       count(*) filter (where n = 1 and completed and registered = 0) as unregistered
     from (select k.id, count(c.id) as n, bool_and(${fitting}) as fits, bool_or(c."end" = 'completed') as completed,
         count(r.contact_id) as registered
       from unnest($1::text[], $2::text[]) as k(id, ended) left join contacts c on c.call_id = k.id
       left join registrations r on r.contact_id = c.id group by 1) t`,
    [ledger.map((call) => call.callId), ledger.map((call) => call.end)],
  )
  const odd = await city.db.query<{ town: string | null; ledger: string; n: number }>(
    `select k.ended as town, coalesce(c."end", c.state) as ledger, count(*) as n
     from unnest($1::text[], $2::text[]) as k(id, ended) join contacts c on c.call_id = k.id
     where not (${fitting}) group by 1, 2 order by 3 desc limit 8`,
    [ledger.map((call) => call.callId), ledger.map((call) => call.end)],
  )
  const [more] = await city.db.query<{ strangers: number; callBacks: number; calls: number; texts: number }>(
    `select count(*) filter (where channel = 'voice' and parent_contact_id is null
         and not call_id = any($1::text[])) as strangers,
       count(*) filter (where parent_contact_id is not null) as "callBacks",
       count(*) filter (where channel = 'voice' and parent_contact_id is null) as calls,
       count(*) filter (where channel <> 'voice') as texts
     from contacts`,
    [ledger.map((call) => call.callId)],
  )
  const zero = {
    'calls lost': calls!.lost,
    'calls doubled': calls!.doubled,
    'calls that ended otherwise than the town saw': calls!.mismatched,
    'talks without registration': calls!.unregistered,
    'contacts of calls that nobody made': more!.strangers,
    'messages lost': found.lost.length,
    'messages doubled': found.doubled.length,
    'channels and hours out of balance': found.unbalanced,
    'contacts registered twice': found.registeredTwice,
    'agents in two calls at once': found.overlappingVoice,
    'agents over their text capacity': found.overCapacity,
    'contacts with two offers at once': found.overlappingOffers,
    'contacts still open': found.open,
  }
  const wrong = Object.entries(zero).flatMap(([what, n]) => (n === 0 ? [] : [`${what}: ${n}`]))
  return {
    lines: [
      `contacts ${found.received}: calls ${more!.calls}, text conversations ${more!.texts} (messages acknowledged ` +
        `${writers.acknowledged.length}, refused ${writers.refused()}), call backs owed and made ${more!.callBacks}`,
      `ends: ${Object.entries(found.ends)
        .map(([end, n]) => `${end} ${n}`)
        .join(', ')}`,
      `lost 0, doubled 0 and the like: ${wrong.length === 0 ? 'yes, all thirteen counts are zero' : wrong.join('; ')}`,
      ...odd.map(({ town, ledger, n }) => `in the town ${town ?? 'still on'}, in the ledger ${ledger}: ${n}`),
      `offers that ended later than their deadline and ${graceMs / 1_000} s: ${found.lateOffers}`,
    ],
    wrong,
  }
}
