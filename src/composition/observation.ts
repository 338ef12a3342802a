import type { Context } from '../context.ts'
import type { Check, Checks } from '../http/health.ts'
import type { Reading } from '../http/metrics.ts'
import type { OfferListener, OfferOutcome } from '../queue/ports.ts'
import { storedReadings } from './observation-store.ts'

/** What an operator can see from outside: health and figures. No figure names a person. */
export function checksOf(context: Context): Checks {
  const { config, db, redis, calls } = context
  const state = (on: boolean): Check => (on ? 'ok' : 'off')
  return {
    postgres: async () => (await db.query('select 1'), 'ok'),
    redis: async () => ((await redis.ping()) === 'PONG' ? 'ok' : 'failing'),
    // One node of several that is away is in the figures by its name: the others go on taking calls.
    asterisk: async () =>
      calls ? (calls.telephony.health().some((n) => n.linkUp) ? 'ok' : 'failing') : 'off',
    wechat: async () => state(config.channels.wechat !== null),
    sms: async () => state(config.channels.sms !== null),
  }
}

/** One figure without a label. */
const one = (read: () => number) => (): Record<string, number> => ({ all: read() })

export function readingsOf(context: Context): Reading[] {
  const { queue, relay, durable, db, calls, jobs, redis, offerCounts } = context
  const checks = checksOf(context)
  const byNode =
    (pick: (n: ReturnType<NonNullable<typeof calls>['telephony']['health']>[number]) => number) => () =>
      Object.fromEntries((calls?.telephony.health() ?? []).map((n) => [n.node ?? 'unknown', pick(n)]))
  const byQueue =
    (...states: ('waiting' | 'prioritized' | 'delayed' | 'failed')[]) =>
    async () => {
      // A command to a Redis that is away would wait for it, and with it everybody who asks for figures.
      if (redis.status !== 'ready') return {}
      const counts = jobs.queues.map(async (q) => {
        const found = await q.getJobCounts(...states)
        return [q.name, states.reduce((sum, state) => sum + (found[state] ?? 0), 0)] as const
      })
      return Object.fromEntries(await Promise.all(counts))
    }
  return [
    {
      name: 'part_up',
      help: '1: the part answers; a part that is switched off is left out',
      label: 'part',
      async read() {
        const states = await Promise.all(
          Object.entries(checks).map(
            async ([part, check]) => [part, await check().catch(() => 'failing')] as const,
          ),
        )
        return Object.fromEntries(
          states
            .filter(([, state]) => state !== 'off')
            .map(([part, state]) => [part, Number(state === 'ok')]),
        )
      },
    },
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
      name: 'offers_total',
      help: 'offers that this gateway has announced; one that is announced again counts again',
      label: 'channel',
      read: () => offerCounts.made(),
    },
    {
      name: 'offers_ended_total',
      help: 'offers that this gateway has ended: accepted, declined, expired (a miss), withdrawn, abandoned',
      label: 'outcome',
      read: () => offerCounts.ended(),
    },
    {
      name: 'relay_lag_seconds',
      help: 'age of the oldest outbox row at its delivery',
      read: one(() => relay.stats().lagMs / 1000),
    },
    {
      name: 'relay_moved_total',
      help: 'outbox rows that this gateway has delivered',
      read: one(() => relay.stats().moved),
    },
    {
      name: 'relay_failures_total',
      help: 'deliveries of the outbox that failed',
      read: one(() => relay.stats().failures),
    },
    {
      name: 'reconciler_passes_total',
      help: 'passes of the reconciler; one gateway at a time does them',
      read: one(() => queue.reconciler.stats().passes),
    },
    {
      name: 'reconciler_repaired_total',
      help: 'contacts that nobody had told the matcher about',
      read: one(() => queue.reconciler.stats().repaired),
    },
    {
      name: 'reconciler_rebuilds_total',
      help: 'rebuilds of the matcher from PostgreSQL',
      read: one(() => queue.reconciler.stats().rebuilds),
    },
    {
      name: 'jobs_ready',
      help: 'jobs that wait for a worker',
      label: 'queue',
      read: byQueue('waiting', 'prioritized'),
    },
    { name: 'jobs_delayed', help: 'jobs that are to run later', label: 'queue', read: byQueue('delayed') },
    { name: 'jobs_failed', help: 'jobs that were given up', label: 'queue', read: byQueue('failed') },
    {
      name: 'spool_depth',
      help: 'records on this disk that PostgreSQL has not yet',
      read: one(() => durable.spool.depth),
    },
    {
      name: 'spool_bytes',
      help: 'room that those records take',
      read: one(() => durable.spool.stats().bytes),
    },
    {
      name: 'spool_quarantined',
      help: 'records that could not be replayed and wait for a person',
      read: async () => ({ all: (await durable.spool.quarantined()).length }),
    },
    {
      name: 'database_connections',
      help: 'connections of the pool; waiting: statements that wait for one',
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
      name: 'ami_in_step',
      help: 'this gateway owns that Asterisk, and the ledger agrees with it',
      label: 'node',
      read: byNode((n) => Number(n.inStep)),
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
      name: 'ami_events_lost_total',
      help: 'call events that went neither to the ledger nor to the spool and made a resynchronisation necessary',
      label: 'node',
      read: byNode((n) => n.lost),
    },
    {
      name: 'ami_calls_given_up_total',
      help: 'calls that this gateway has ended because their Asterisk did not come back (HOTLINE_NODE_LOST_MINUTES)',
      label: 'node',
      read: () => calls?.telephony.givenUp() ?? {},
    },
    {
      name: 'heartbeat_age_seconds',
      help: 'age of the last heartbeat that this gateway gave; of those that never gave one there is none',
      label: 'node',
      read: () =>
        Object.fromEntries(
          (calls?.telephony.health() ?? []).flatMap(({ node, lastHeartbeat }) =>
            lastHeartbeat ? [[node ?? 'unknown', (Date.now() - lastHeartbeat.getTime()) / 1000]] : [],
          ),
        ),
    },
    ...storedReadings(db),
  ]
}

/** Offers as this gateway tells of them, counted since its start. */
export type OfferCounts = {
  listener: OfferListener
  made(): Record<string, number>
  ended(): Record<string, number>
}

export function createOfferCounts(): OfferCounts {
  const made: Record<string, number> = {}
  const ended: Record<OfferOutcome, number> = {
    accepted: 0,
    declined: 0,
    expired: 0,
    withdrawn: 0,
    abandoned: 0,
  }
  return {
    listener: {
      async offered({ channel }) {
        made[channel] = (made[channel] ?? 0) + 1
      },
      async ended(_offer, outcome) {
        ended[outcome] += 1
      },
    },
    made: () => ({ ...made }),
    ended: () => ({ ...ended }),
  }
}
