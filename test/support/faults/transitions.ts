import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Site } from './site.ts'

/** A step of a contact at whose commit a gateway dies. */
export type Boundary = {
  channel: 'voice' | 'text'
  /** null: the contact comes into being */
  from: string | null
  to: string
  /** `before`: the commit that was asked for never happens; `after`: it does, and nobody alive has heard of it. */
  side: 'before' | 'after'
}

export const boundaryName = ({ channel, from, to, side }: Boundary): string =>
  `${channel} ${from ?? '·'} → ${to}, ${side} the commit`

/**
 * Holds commits at one step. A deferred trigger of the test, not of the product, runs when the gateway has asked
 * PostgreSQL for the commit; it waits there for an advisory lock, so that the kill falls into the commit itself. Then
 * the backend is either ended, and the step is undone, or let go, and the step stands.
 */
const schema = `
  create schema if not exists faults;
  create table if not exists faults.armed (id integer primary key, channel text, from_state text, to_state text);
  create or replace function faults.hold() returns trigger language plpgsql as $$
  declare one faults.armed;
  begin
    select a.* into one from faults.armed a
    where a.to_state = new.to_state and a.from_state is not distinct from new.from_state
      and (a.channel = 'voice') = ((select channel from public.contacts where id = new.contact_id) = 'voice')
    limit 1;
    -- The first that comes is held; all others pass.
    if one.id is null or not pg_try_advisory_xact_lock(781, one.id) then return null; end if;
    perform set_config('application_name',
      'held ' || current_setting('faults.gateway', true) || ' ' || new.contact_id, false);
    perform pg_advisory_xact_lock_shared(782, one.id);
    return null;
  end $$;
  drop trigger if exists faults_hold on public.contact_events;
  create constraint trigger faults_hold after insert on public.contact_events
    deferrable initially deferred for each row when (new.to_state is not null) execute function faults.hold();`

let armed = 0

export async function installTransitions(site: Site): Promise<void> {
  await site.ask(schema)
}

export type Struck = { gateway: number; contactId: string }

/**
 * Waits for that step and kills the gateway that is taking it, kill -9.
 * @returns null when nobody took it within `ms`
 */
export async function killAtBoundary(site: Site, boundary: Boundary, ms: number): Promise<Struck | null> {
  const id = (armed += 1)
  const bolt = new pg.Client({ connectionString: site.databaseUrl, application_name: 'faults-bolt' })
  bolt.on('error', () => {})
  await bolt.connect()
  try {
    await bolt.query('select pg_advisory_lock(782, $1)', [id])
    await bolt.query('insert into faults.armed values ($1, $2, $3, $4)', [
      id,
      boundary.channel,
      boundary.from,
      boundary.to,
    ])
    const held = await whoIsHeld(bolt, id, ms)
    if (held) await site.city.killGateway(held.gateway)
    await bolt.query('delete from faults.armed where id = $1', [id])
    if (held && boundary.side === 'before') await bolt.query('select pg_terminate_backend($1)', [held.pid])
    return held && { gateway: held.gateway, contactId: held.contactId }
  } finally {
    // Takes its locks along.
    await bolt.end()
  }
}

type Held = Struck & { pid: number }

async function whoIsHeld(bolt: pg.Client, id: number, ms: number): Promise<Held | null> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    const { rows } = await bolt.query<{ pid: number; name: string }>(
      `select l.pid, s.application_name as name from pg_locks l join pg_stat_activity s on s.pid = l.pid
       where l.locktype = 'advisory' and l.classid = 782 and l.objid = $1 and not l.granted`,
      [id],
    )
    const [, gateway, contactId] = /^held (\d+) (\S+)$/.exec(rows[0]?.name ?? '') ?? []
    if (rows[0] && gateway !== undefined && contactId !== undefined)
      return { pid: rows[0].pid, gateway: Number(gateway), contactId }
    await delay(10)
  }
  return null
}
