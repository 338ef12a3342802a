import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { AgentRow } from './model.ts'

/** SQL of open sockets and of the gateways that hold them. */

export type SocketRow = { id: string; agentId: string; tab: string }

/** How many sockets, and their ids folded into 48 bits: equal for equal sets, whatever their order. */
export type SocketMark = { count: number; fold: number }

/** Of the random ends of the ids (UUIDv7), as `beat` folds them in SQL. */
export function markOf(ids: Iterable<string>): SocketMark {
  let [count, high, low] = [0, 0, 0]
  for (const id of ids) {
    count += 1
    high ^= parseInt(id.slice(-12, -6), 16)
    low ^= parseInt(id.slice(-6), 16)
  }
  return { count, fold: high * 2 ** 24 + low }
}

/**
 * Says that this gateway lives; agents with a socket here who were believed lost are found.
 * @returns agents whose loss was revoked, and which sockets the database believes to be here
 */
export async function beat(tx: Tx, node: string): Promise<{ found: string[]; mark: SocketMark }> {
  const [row] = await tx.query<SocketMark & { found: string[] }>(
    `with alive as (
       insert into desk_nodes (node) values ($1) on conflict (node) do update set seen_at = clock_timestamp()
     ), found as (
       update agents a set lost_at = null, lost_stage = 0
       where a.lost_at is not null and a.intent <> 'offline'
         and exists (select 1 from desk_sockets s where s.agent_id = a.agent_id and s.node = $1)
       returning a.agent_id
     )
     select count(*) as count, coalesce(bit_xor(('x' || right(id::text, 12))::bit(48)::bigint), 0) as fold,
       array(select agent_id::text from found) as found
     from desk_sockets where node = $1`,
    [node],
  )
  const { found, count, fold } = row!
  return { found, mark: { count, fold } }
}

/**
 * Writes sockets that are not there: new ones, or such as a neighbour removed while the database was away. Agents who were
 * believed lost are found.
 * @returns agents whose loss was revoked
 */
export async function add(tx: Tx, node: string, sockets: SocketRow[]): Promise<string[]> {
  const rows = await tx.query<{ agentId: string }>(
    `with alive as (
       insert into desk_nodes (node) values ($1) on conflict (node) do update set seen_at = clock_timestamp()
     ), mine as (
       select * from unnest($2::uuid[], $3::uuid[], $4::text[]) as t(id, agent_id, tab)
     ), back as (
       insert into desk_sockets (id, agent_id, node, tab) select id, agent_id, $1, tab from mine
       on conflict (id) do nothing
     )
     update agents set lost_at = null, lost_stage = 0
     where agent_id in (select agent_id from mine) and lost_at is not null and intent <> 'offline' returning agent_id as "agentId"`,
    [node, sockets.map((s) => s.id), sockets.map((s) => s.agentId), sockets.map((s) => s.tab)],
  )
  return rows.map((r) => r.agentId)
}

/** A gateway that starts holds no sockets yet, whatever a former process of that name left behind. */
export async function forgetNode(tx: Tx, node: string): Promise<void> {
  await tx.query(`delete from desk_sockets where node = $1`, [node])
  await tx.query(`delete from desk_nodes where node = $1`, [node])
}

/**
 * Sockets that opened and closed, in two statements however many they are: after the death of a gateway thousands come at
 * once.
 * @returns agents who were believed lost, and agents who now are
 */
export async function change(
  tx: Tx,
  node: string,
  opened: SocketRow[],
  closed: SocketRow[],
): Promise<{ found: string[]; lost: string[] }> {
  const found = opened.length > 0 ? await add(tx, node, opened) : []
  if (closed.length === 0) return { found, lost: [] }
  await tx.query(`delete from desk_sockets where id = any ($1::uuid[])`, [closed.map((s) => s.id)])
  return { found, lost: await noticeLosses(tx, [...new Set(closed.map((s) => s.agentId))]) }
}

/** Open tabs of these agents on living gateways; who has none is missing from the map. */
export async function tabsOf(
  tx: Tx,
  agentIds: readonly string[],
  nodeDeadMs: number,
): Promise<Map<string, string[]>> {
  const rows = await tx.query<{ agentId: string; tabs: string[] }>(
    prepared(
      `select s.agent_id as "agentId", array_agg(distinct s.tab) as tabs
       from desk_sockets s join desk_nodes n on n.node = s.node
       where s.agent_id = any($1::uuid[]) and n.seen_at > clock_timestamp() - $2 * interval '1 millisecond'
       group by s.agent_id`,
    ),
    [agentIds, nodeDeadMs],
  )
  return new Map(rows.map((r) => [r.agentId, r.tabs]))
}

/** Removes rows of sockets that this gateway does not hold any more: their own removal failed. */
export async function removeStrays(tx: Tx, node: string, held: SocketRow[]): Promise<void> {
  await tx.query(`delete from desk_sockets where node = $1 and not (id = any ($2::uuid[]))`, [
    node,
    held.map((s) => s.id),
  ])
}

/** Removes the sockets of gateways that fell silent. @returns whose they were */
export async function removeDeadNodes(tx: Tx, nodeDeadMs: number): Promise<string[]> {
  const [row] = await tx.query<{ agentIds: string[] }>(
    `with dead as (
       select node from desk_nodes where seen_at < clock_timestamp() - $1 * interval '1 millisecond' for update skip locked
     ), gone as (delete from desk_sockets where node in (select node from dead) returning agent_id),
     forgotten as (
       delete from desk_nodes n using dead where n.node = dead.node
         and not exists (select 1 from desk_sockets s where s.node = n.node))
     select array(select distinct agent_id::text from gone) as "agentIds"`,
    [nodeDeadMs],
  )
  return row?.agentIds ?? []
}

/** Signed-in agents who have a page open, but not the one with their browser's phone. */
export const withoutPhoneTab = (tx: Tx): Promise<Pick<AgentRow, 'agentId' | 'epoch'>[]> =>
  tx.query(
    `select a.agent_id as "agentId", a.epoch from agents a
     where a.intent <> 'offline' and a.mode = 'desk' and a.lost_at is null
       and exists (select 1 from desk_sockets s where s.agent_id = a.agent_id)
       and not exists (select 1 from desk_sockets s where s.agent_id = a.agent_id and s.tab = a.owner_tab)`,
  )

/**
 * Signed-in agents without a socket whose loss was not yet noticed.
 * @param among only these, where it is known who may have lost one
 */
export async function noticeLosses(tx: Tx, among: string[] | null = null): Promise<string[]> {
  const rows = await tx.query<{ agentId: string }>(
    `update agents a set lost_at = clock_timestamp(), lost_stage = 0
     where a.intent <> 'offline' and a.lost_at is null and ($1::uuid[] is null or a.agent_id = any ($1))
       and not exists (select 1 from desk_sockets s where s.agent_id = a.agent_id)
     returning a.agent_id as "agentId"`,
    [among],
  )
  return rows.map((r) => r.agentId)
}

export type Lost = Pick<AgentRow, 'agentId' | 'epoch' | 'intent' | 'mode' | 'deviceState'> & {
  lostMs: number
  stage: number
}

export const lostAgents = (tx: Tx): Promise<Lost[]> =>
  tx.query<Lost>(
    `select agent_id as "agentId", epoch, intent, mode, device_state as "deviceState", lost_stage as stage,
       (extract(epoch from clock_timestamp() - lost_at) * 1000)::float8 as "lostMs"
     from agents where lost_at is not null`,
  )

/** Notes a step as taken; false when another gateway noted it first or the agent came back. */
export async function tookStep(tx: Tx, agentId: string, step: number): Promise<boolean> {
  const rows = await tx.query(
    `update agents set lost_stage = $2
     where agent_id = $1 and lost_at is not null and lost_stage < $2 returning agent_id`,
    [agentId, step],
  )
  return rows.length > 0
}

export async function drainingAgents(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ agentId: string }>(
    `select agent_id as "agentId" from agents where intent = 'draining'`,
  )
  return rows.map((r) => r.agentId)
}

/** A loss is over when everything has followed from it. */
export async function closeLosses(tx: Tx): Promise<void> {
  await tx.query(
    `update agents set lost_at = null, lost_stage = 0
     where lost_at is not null and lost_stage >= 2 and intent = 'offline'`,
  )
}
