import pg from 'pg'
import { newId } from '../../src/base/ids.ts'

/** Contacts as rows, without the webhooks and calls they came by. For benchmarks only. */
export type Heap = {
  open: number
  /** Of those that are open, the share that waits in the queue; the others stand with agents. */
  waiting: number
  /** With whom the others stand, in turn; their conversations go on. */
  agentIds: readonly string[]
  /** Ended ones that lie beside them: years of history. */
  ended: number
}

const slice = 20_000

/**
 * Voice, SMS, WeChat and web in turn, in three languages and forty topics, waiting for up to an hour. What waits by voice
 * is to be called back, so that no Asterisk is asked for its leg.
 */
/** @param url of the database; a connection of its own, because the product's gives up after 1.5 s */
export async function heapUp(url: string, { open, waiting, agentIds, ended }: Heap): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const agents = agentIds.length > 0 ? agentIds : [newId()]
  // As a day goes: what ended came earlier, and ids rise with time.
  for (const [count, state] of [
    [ended, 'ended'],
    [open, 'open'],
  ] as const)
    for (let from = 0; from < count; from += slice) {
      const size = Math.min(slice, count - from)
      const ids = Array.from({ length: size }, () => newId())
      await client.query('begin')
      await client.query(`set local session_replication_role = replica`)
      await client.query(`set local synchronous_commit = off`)
      await client.query(`set local statement_timeout = 0`)
      await client.query(`insert into requesters (id, person_id) select id, id from unnest($1::uuid[]) id`, [
        ids,
      ])
      await client.query(
        `insert into contacts (id, channel, account, address_lookup, requester_id, state, "end", ended_at, received_at,
             queued_at, last_inbound_at, answered_at, requirement, call_back, agent_id)
           select id, channel, '12345', 'bench-' || id, id, state,
             case when state = 'ended' then 'completed' end, case when state = 'ended' then came end, came, came,
             clock_timestamp(), case when state = 'active' then came end,
             jsonb_build_object('language', jsonb_build_array((array['mandarin', 'korean', 'mongolian'])[n % 3 + 1]))
               || case when n % 2 = 0 then '{}' else jsonb_build_object('topic', jsonb_build_array('topic-' || n % 40)) end,
             state = 'queued' and channel = 'voice',
             case when state = 'active' then ($4::uuid[])[n % cardinality($4::uuid[]) + 1] end
           from (
             select id, n, came, state,
               (array['voice', 'sms', 'wechat', 'web'])[case when state = 'active' then n % 3 + 2 else n % 4 + 1 end] as channel
             from (
               select id, (n + $2)::integer as n,
                 clock_timestamp() - (n % 3600) * interval '1 second'
                   - case when $3 = 'ended' then interval '30 days' else '0' end as came,
                 case when $3 = 'ended' then 'ended' when n % 100 < $5 then 'queued' else 'active' end as state
               from unnest($1::uuid[]) with ordinality as t(id, n)) numbered) placed`,
        [ids, from, state, agents, Math.round(waiting * 100)],
      )
      await client.query('commit')
    }
  await client.query('analyze contacts')
  await client.end()
}
