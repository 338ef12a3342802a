import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { AgentRow, DeskMode, Intent } from './model.ts'

/** SQL of agents and their sockets. A socket counts while its gateway says that it lives. */

const live = (
  which = '',
): string => `exists (select 1 from desk_sockets s join desk_nodes n on n.node = s.node
  where s.agent_id = a.agent_id ${which} and n.seen_at > clock_timestamp() - $1 * interval '1 millisecond')`
const columns = `a.agent_id as "agentId", a.epoch, a.intent, a.pause_reason as "pauseReason", a.since, a.mode, a.phone,
  a.owner_tab as "ownerTab", a.device_state as "deviceState", a.phone_ready as "phoneReady", a.lost_at as "lostAt",
  a.not_responding as "notResponding", a.last_free_at as "lastFreeAt", ${live()} as socket,
  ${live('and s.tab = a.owner_tab')} as "phoneTab"`

export async function findAgent(tx: Tx, agentId: string, nodeDeadMs: number): Promise<AgentRow | null> {
  const [row] = await tx.query<AgentRow>(`select ${columns} from agents a where a.agent_id = $2`, [
    nodeDeadMs,
    agentId,
  ])
  return row ?? null
}

/** Agents who never signed in are missing from the map. */
export async function someAgents(
  tx: Tx,
  agentIds: readonly string[],
  nodeDeadMs: number,
): Promise<Map<string, AgentRow>> {
  const rows = await tx.query<AgentRow>(
    prepared(`select ${columns} from agents a where a.agent_id = any($2::uuid[])`),
    [nodeDeadMs, agentIds],
  )
  return new Map(rows.map((r) => [r.agentId, r]))
}

export const signedInAgents = (tx: Tx, nodeDeadMs: number): Promise<AgentRow[]> =>
  tx.query<AgentRow>(`select ${columns} from agents a where a.intent <> 'offline' order by a.agent_id`, [
    nodeDeadMs,
  ])

/** Makes the row on the first sign-in ever and holds it until the transaction ends. */
export async function lockAgent(tx: Tx, agentId: string, nodeDeadMs: number): Promise<AgentRow> {
  await tx.query(`insert into agents (agent_id) values ($1) on conflict do nothing`, [agentId])
  await tx.query(`select 1 from agents where agent_id = $1 for update`, [agentId])
  const row = await findAgent(tx, agentId, nodeDeadMs)
  if (!row) throw new Error('agent row vanished')
  return row
}

/** A new sign-in: not yet available, and without a phone until `writePhone`. Gives its epoch. */
export async function writeSignIn(
  tx: Tx,
  agentId: string,
  mode: DeskMode,
  ownerTab: string,
  pauseReason: string,
): Promise<number> {
  const [row] = await tx.query<{ epoch: number }>(
    `update agents set epoch = epoch + 1, intent = 'paused', pause_reason = $4, since = clock_timestamp(), mode = $2,
       phone = null, device_state = null, phone_ready = false, owner_tab = $3, not_responding = null,
       lost_at = null, lost_stage = 0
     where agent_id = $1 returning epoch`,
    [agentId, mode, ownerTab, pauseReason],
  )
  return row!.epoch
}

export async function writePhone(
  tx: Tx,
  agentId: string,
  epoch: number,
  phone: string,
  state: string | null,
): Promise<void> {
  // The pool has just given it to this agent: whoever still shows it has lost it.
  await tx.query(`update agents set phone = null, phone_ready = false where phone = $1 and agent_id <> $2`, [
    phone,
    agentId,
  ])
  await tx.query(
    `update agents set phone = $3, last_phone = $3, device_state = $4::text, phone_ready = $4::text is not distinct from 'notInUse'
     where agent_id = $1 and epoch = $2 and intent <> 'offline'`,
    [agentId, epoch, phone, state],
  )
}

/** False when the agent is not signed in, or not in this epoch any more. */
export async function writeIntent(
  tx: Tx,
  agentId: string,
  epoch: number | null,
  intent: Exclude<Intent, 'offline'>,
  pauseReason: string | null,
): Promise<boolean> {
  const rows = await tx.query(
    `update agents set pause_reason = $4, intent = $3,
       since = case when intent = $3 and pause_reason is not distinct from $4 then since else clock_timestamp() end,
       not_responding = case when $3 = 'available' then null else not_responding end
     where agent_id = $1 and intent <> 'offline' and ($2::bigint is null or epoch = $2) returning agent_id`,
    [agentId, epoch, intent, pauseReason],
  )
  return rows.length > 0
}

/**
 * Signs out; undefined when there was nothing to do. Whoever did not drain may leave conversations behind: from now on
 * they count as lost, and unless he signs in again they go back to the queue in time, whatever page is open.
 * @param only when he drains, or while he is lost: a page that came back meanwhile keeps him
 * @param epoch only this sign-in, not one that came after it
 */
export async function writeOffline(
  tx: Tx,
  agentId: string,
  only: 'draining' | 'lost' | null,
  epoch: number | null = null,
): Promise<{ epoch: number } | undefined> {
  const [row] = await tx.query<{ epoch: number }>(
    `update agents set intent = 'offline', pause_reason = null, since = clock_timestamp(), mode = null, phone = null,
       owner_tab = null, device_state = null, phone_ready = false, not_responding = null,
       lost_at = case when $2 = 'draining' then lost_at else coalesce(lost_at, clock_timestamp()) end
     where agent_id = $1 and intent <> 'offline' and ($3::bigint is null or epoch = $3)
       and ($2::text is null or ($2 = 'draining' and intent = 'draining') or ($2 = 'lost' and lost_at is not null))
     returning epoch`,
    [agentId, only, epoch],
  )
  return row
}

export async function setAside(tx: Tx, agentId: string, reason: string): Promise<boolean> {
  const rows = await tx.query(
    `update agents set not_responding = $2
     where agent_id = $1 and intent <> 'offline' and not_responding is null and lost_at is null returning agent_id`,
    [agentId, reason],
  )
  return rows.length > 0
}

/** The agent of that phone when calls can be put through to it now and could not before, or the other way round; else null. */
export async function writeDeviceState(tx: Tx, phone: string, state: string): Promise<string | null> {
  const [row] = await tx.query<{ agentId: string; turned: boolean }>(
    prepared(`with before as (
       select agent_id, phone_ready from agents where phone = $1 and device_state is distinct from $2 for update)
     update agents a set device_state = $2, phone_ready = ($2 = 'notInUse') from before b
     where a.agent_id = b.agent_id
     returning a.agent_id as "agentId", a.phone_ready <> b.phone_ready as turned`),
    [phone, state],
  )
  return row?.turned ? row.agentId : null
}

export async function agentOfPhone(tx: Tx, phone: string): Promise<string | null> {
  const [row] = await tx.query<{ agentId: string }>(
    prepared(`select agent_id as "agentId" from agents where phone = $1 or last_phone = $1
     order by phone is not distinct from $1 desc, since desc limit 1`),
    [phone],
  )
  return row?.agentId ?? null
}

/** His place among the idle starts anew. @returns his intent; null of somebody who never signed in */
export async function stampFree(tx: Tx, agentId: string): Promise<Intent | null> {
  const [row] = await tx.query<{ intent: Intent }>(
    prepared(`update agents set last_free_at = clock_timestamp() where agent_id = $1 returning intent`),
    [agentId],
  )
  return row?.intent ?? null
}

export async function addEvent(
  tx: Tx,
  agentId: string,
  epoch: number,
  type: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await tx.query(`insert into agent_events (agent_id, epoch, type, data) values ($1, $2, $3, $4)`, [
    agentId,
    epoch,
    type,
    JSON.stringify(data),
  ])
}
