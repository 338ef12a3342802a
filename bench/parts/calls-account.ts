import type { Hotline } from '../../test/support/hotline.ts'
import { account } from '../../test/support/oracle.ts'

/**
 * Every caller by his number and every call by Asterisk's own id against the database.
 * @returns what to tell, and whether anything was lost, doubled or mixed up
 */
export async function accountCalls(
  city: Hotline,
  callers: readonly string[],
  callIds: readonly string[],
): Promise<{ lines: string[]; wrong: boolean }> {
  const lookup = (caller: string): string => city.pii.lookup('phone', `+86${caller}`)
  const found = await account(city.db, { acknowledged: [], callers: [...callers] }, lookup, {
    textCapacity: 3,
  })
  const [calls] = await city.db.query<{
    lost: number
    doubled: number
    unregistered: number
    native: number
  }>(
    `select count(*) filter (where n = 0) as lost, count(*) filter (where n > 1) as doubled,
       count(*) filter (where completed and registered = 0) as unregistered,
       count(*) filter (where native) as native
     from (select k.id, count(c.id) as n, bool_or(c."end" = 'completed') as completed,
         count(r.contact_id) as registered,
         bool_or(exists (select 1 from contact_events e where e.contact_id = c.id and e.to_state = 'native')) as native
       from unnest($1::text[]) as k(id) left join contacts c on c.call_id = k.id
       left join registrations r on r.contact_id = c.id group by 1) t`,
    [callIds],
  )
  const lines = [
    `calls through the gateway: ${callers.length}; ends ${JSON.stringify(found.ends)}`,
    `lost ${found.lost.length + calls!.lost}, doubled ${found.doubled.length + calls!.doubled}, open ${found.open}, ` +
      `unregistered ${calls!.unregistered}, served by Asterisk alone ${calls!.native}, overlapping voice ` +
      `${found.overlappingVoice}, offers late ${found.lateOffers}, offers at once ${found.overlappingOffers}, ` +
      `registered twice ${found.registeredTwice}, unbalanced ${found.unbalanced}`,
  ]
  const wrong =
    found.lost.length +
    found.doubled.length +
    calls!.lost +
    calls!.doubled +
    calls!.unregistered +
    found.unbalanced +
    found.registeredTwice +
    found.overlappingVoice +
    found.overlappingOffers
  return { lines, wrong: wrong > 0 }
}

/** Where the time of a call goes, by the ledger's own events: median and 95th percentile of each step, ms. */
export async function stepsOf(city: Hotline, callIds: readonly string[]): Promise<string> {
  const rows = await city.db.query<{ step: string; p50: number; p95: number }>(
    `with e as (
       select e.contact_id, e.type, c.call_id,
         extract(epoch from e.at - coalesce(lag(e.at) over (partition by e.contact_id order by e.at, e.id), c.received_at))
           * 1000 as ms
       from contacts c join contact_events e on e.contact_id = c.id where c.call_id = any($1::text[]))
     select type as step, percentile_cont(0.5) within group (order by ms) as p50,
       percentile_cont(0.95) within group (order by ms) as p95
     from e group by type order by min(array_position(array['received', 'queued', 'offered', 'accepted', 'connected'], type))`,
    [callIds],
  )
  return rows.map(({ step, p50, p95 }) => `${step} ${p50.toFixed(1)}/${p95.toFixed(1)}`).join(', ')
}
