import type { Db } from '../db/pool.ts'
import type { Reading } from '../http/metrics.ts'

/**
 * Figures that PostgreSQL alone knows, the same at every gateway: an alarm takes the greatest. Each statement reads what
 * an index of open or latest things holds, however much the database keeps.
 */
export function storedReadings(db: Db): Reading[] {
  /** One number; null leaves the figure out. */
  const number = (statement: string) => async (): Promise<Record<string, number>> => {
    const [row] = await db.query<{ n: number | null }>(statement)
    return typeof row?.n === 'number' ? { all: row.n } : {}
  }
  const byLabel = (statement: string) => async (): Promise<Record<string, number>> =>
    Object.fromEntries((await db.query<{ label: string; n: number }>(statement)).map((r) => [r.label, r.n]))
  return [
    {
      name: 'contacts_open',
      help: 'contacts of requesters that have not ended, by state; calls that staff make are none',
      label: 'state',
      read: byLabel(
        `select state as label, count(*)::integer as n from contacts
         where ended_at is null and direction = 'inbound' group by state`,
      ),
    },
    {
      name: 'contacts_owed',
      help: 'conversations that are over and not registered',
      read: number(
        `select count(*)::integer as n from contacts
         where owed_at is not null and ended_at is null and direction = 'inbound'`,
      ),
    },
    {
      name: 'contacts_received_5m',
      help: 'contacts that came within the last five minutes',
      label: 'channel',
      read: byLabel(
        `select channel as label, count(*)::integer as n from contacts
         where received_at > clock_timestamp() - interval '5 minutes' and direction = 'inbound' group by channel`,
      ),
    },
    {
      name: 'calls_out_of_sight',
      help: 'open calls on an Asterisk that no gateway owns: nobody knows how they go',
      label: 'node',
      read: byLabel(
        `select c.node as label, count(*)::integer as n from contacts c
         join leases l on l.name = 'asterisk:' || c.node and l.expires_at < clock_timestamp()
         where c.ended_at is null and c.call_id is not null and c.state <> 'wrapUp'
           and not (c.call_back and c.state in ('queued', 'offered')) group by c.node`,
      ),
    },
    {
      name: 'outbox_depth',
      help: 'promises not yet handed to the job queue, counted up to 10,000',
      read: number(`select count(*)::integer as n from (select from outbox limit 10000) t`),
    },
    {
      name: 'outbox_age_seconds',
      help: 'age of the oldest of them',
      read: number(
        `select coalesce((select extract(epoch from clock_timestamp() - created_at) from outbox order by id limit 1),
           0)::float8 as n`,
      ),
    },
    {
      name: 'offers_overdue',
      help: 'open offers whose deadline passed more than a second ago',
      read: number(
        `select count(*)::integer as n from offers
         where ended_at is null and deadline < clock_timestamp() - interval '1 second'`,
      ),
    },
    {
      name: 'deadlines_unrung',
      help: 'statutory clocks that ran out over a minute ago and are not marked as missed, counted up to 1,000',
      read: number(
        `select count(*)::integer as n from (
           select from work_order_deadlines
           where met_at is null and missed_at is null and voided_at is null and not is_window
             and due <= clock_timestamp() - interval '1 minute' limit 1000) t`,
      ),
    },
    {
      name: 'backup_age_seconds',
      help: 'since the last ./hotline backup; none when there never was one',
      read: number(
        `select extract(epoch from clock_timestamp() - changed_at)::float8 as n from installation
         where key = 'backup'`,
      ),
    },
    {
      name: 'database_archive_age_seconds',
      help: 'since PostgreSQL last archived its log (WAL); none when it does not archive',
      read: number(
        `select extract(epoch from clock_timestamp() - coalesce(last_archived_time, stats_reset))::float8 as n
         from pg_stat_archiver where current_setting('archive_mode') <> 'off'`,
      ),
    },
    {
      name: 'database_archive_failed',
      help: '1: the last try to archive failed',
      read: number(
        `select coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)::integer as n
         from pg_stat_archiver where current_setting('archive_mode') <> 'off'`,
      ),
    },
    {
      name: 'database_synchronous_standbys',
      help: 'synchronous standbys that follow; none when none is asked for. Needs the right pg_monitor',
      read: number(
        `select (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum'))::integer as n
         where current_setting('synchronous_standby_names') <> ''`,
      ),
    },
  ]
}
