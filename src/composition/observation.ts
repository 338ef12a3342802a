import type { Context } from '../context.ts'
import type { Check, Checks } from '../http/health.ts'
import type { Reading } from '../http/metrics.ts'

/** What an operator can see from outside: health and figures. No figure names a person. */
export function checksOf(context: Context): Checks {
  const { config, db, redis, calls } = context
  const state = (on: boolean): Check => (on ? 'ok' : 'off')
  return {
    postgres: async () => (await db.query('select 1'), 'ok'),
    redis: async () => ((await redis.ping()) === 'PONG' ? 'ok' : 'failing'),
    asterisk: async () =>
      calls ? (calls.telephony.health().every((n) => n.linkUp) ? 'ok' : 'failing') : 'off',
    wechat: async () => state(config.channels.wechat !== null),
    sms: async () => state(config.channels.sms !== null),
  }
}

export function readingsOf(context: Context): Reading[] {
  const { queue, relay, durable, db, calls } = context
  const byNode =
    (pick: (n: ReturnType<NonNullable<typeof calls>['telephony']['health']>[number]) => number) => () =>
      Object.fromEntries((calls?.telephony.health() ?? []).map((n) => [n.node ?? 'unknown', pick(n)]))
  return [
    {
      name: 'queue_waiting',
      help: 'contacts that wait for an agent',
      label: 'channel',
      read: async () =>
        Object.fromEntries(Object.entries(await queue.depth()).map(([c, d]) => [c, d.waiting])),
    },
    {
      name: 'queue_oldest_seconds',
      help: 'age of the longest waiting contact',
      label: 'channel',
      read: async () =>
        Object.fromEntries(Object.entries(await queue.depth()).map(([c, d]) => [c, d.oldestMs / 1000])),
    },
    {
      name: 'offers_ended_total',
      help: 'offers of the last hour by outcome',
      label: 'outcome',
      async read() {
        const rows = await db.query<{ outcome: string; n: number }>(
          `select outcome, count(*) as n from offers
           where ended_at > clock_timestamp() - interval '1 hour' group by outcome`,
        )
        return Object.fromEntries(rows.map((r) => [r.outcome, r.n]))
      },
    },
    {
      name: 'relay_lag_seconds',
      help: 'age of the oldest outbox row at its delivery',
      read: () => ({ all: relay.stats().lagMs / 1000 }),
    },
    {
      name: 'relay_failures_total',
      help: 'deliveries of the outbox that failed',
      read: () => ({ all: relay.stats().failures }),
    },
    {
      name: 'reconciler_repaired_total',
      help: 'contacts that nobody had told the matcher about',
      read: () => ({ all: queue.reconciler.stats().repaired }),
    },
    {
      name: 'reconciler_rebuilds_total',
      help: 'rebuilds of the matcher from PostgreSQL',
      read: () => ({ all: queue.reconciler.stats().rebuilds }),
    },
    {
      name: 'spool_depth',
      help: 'records on this disk that PostgreSQL has not yet',
      read: () => ({ all: durable.spool.depth }),
    },
    {
      name: 'spool_quarantined',
      help: 'records that could not be replayed and wait for a person',
      read: async () => ({ all: (await durable.spool.quarantined()).length }),
    },
    {
      name: 'database_connections',
      help: 'connections of the pool',
      label: 'state',
      read: () => ({ ...db.stats() }),
    },
    {
      name: 'ami_link_up',
      help: 'link to an Asterisk',
      label: 'node',
      read: byNode((n) => Number(n.linkUp)),
    },
    {
      name: 'ami_owned',
      help: 'this gateway owns that Asterisk',
      label: 'node',
      read: byNode((n) => Number(n.owned)),
    },
    {
      name: 'ami_resyncs_total',
      help: 'resynchronisations with an Asterisk',
      label: 'node',
      read: byNode((n) => n.resyncs),
    },
    {
      name: 'ami_events_waiting',
      help: 'call events not yet committed or spooled',
      label: 'node',
      read: byNode((n) => n.queueDepth),
    },
    {
      name: 'heartbeat_age_seconds',
      help: 'age of the last heartbeat this gateway gave as owner',
      label: 'node',
      read: byNode((n) => (n.lastHeartbeat ? (Date.now() - n.lastHeartbeat.getTime()) / 1000 : -1)),
    },
  ]
}
