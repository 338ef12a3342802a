import { createHash } from 'node:crypto'
import type { Pii } from '../../base/pii.ts'
import type { Db, Tx } from '../../db/pool.ts'
import { assemblyKey, joinParts, placePart, type PlacedPart, type SmsPart } from './joining.ts'

/** SQL of `sms_parts`. All decisions about one assembly are made under its advisory lock. */

/** A group that is to be handed over: its key and its parts in order. */
export type Group = { account: string; groupId: string; parts: SmsPart[] }

type Row = { id: number; seq: number; digest: string }

/** A group released partial stays open to its late parts for this long. */
const lateForMs = 10 * 60_000

const lock = `select pg_advisory_xact_lock(hashtextextended('sms_parts:' || $1, 0))`

export const assemblyLookup = (pii: Pii, part: SmsPart): string =>
  pii.lookup('smsAssembly', assemblyKey(part))

const digestOf = (part: SmsPart): string =>
  createHash('sha256').update(`${part.charset}:${part.bytes}`).digest('hex').slice(0, 32)

/**
 * Keeps a part and releases what it completes, or what waits already where that cannot wait for the rest. Repeating it
 * changes nothing.
 */
export async function placeInStore(
  db: Db,
  pii: Pii,
  part: SmsPart,
  isEmergency: (text: string) => boolean,
): Promise<void> {
  const assembly = assemblyLookup(pii, part)
  await db.tx(async (tx) => {
    await tx.query(lock, [assembly])
    const [kept] = await tx.query<Row>(
      `insert into sms_parts (account, provider_id, assembly, seq, total, digest, part_sealed)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (account, provider_id) do nothing
       returning id, seq, digest`,
      [
        part.account,
        part.providerId,
        assembly,
        part.seq,
        part.total,
        digestOf(part),
        pii.seal(JSON.stringify(part)),
      ],
    )
    if (!kept) return
    const waiting = (await waitingOf(tx, assembly)).filter((w) => w.id !== kept.id)
    const missed = await missedBy(tx, assembly, part.total)
    const placement = placePart(kept, part.total, waiting, missed)
    if (placement.kind === 'repeated')
      await tx.query(
        `update sms_parts set group_id = 'repeated', released_at = clock_timestamp(),
           handed_over_at = clock_timestamp(), part_sealed = null
         where id = $1`,
        [kept.id],
      )
    if (placement.kind === 'release')
      for (const { ids, partial } of placement.groups) await release(tx, ids, partial)
    // The rest follows by itself, as after the wait.
    if (placement.kind === 'waits' && isEmergency(await textSoFar(tx, pii, assembly)))
      await release(
        tx,
        (await waitingOf(tx, assembly)).map((w) => w.id),
        true,
      )
  })
}

async function textSoFar(tx: Tx, pii: Pii, assembly: string): Promise<string> {
  const rows = await tx.query<{ sealed: string }>(
    `select part_sealed as sealed from sms_parts where assembly = $1 and group_id is null order by seq`,
    [assembly],
  )
  return joinParts(rows.map(({ sealed }) => JSON.parse(pii.open(sealed)) as SmsPart)).text
}

const waitingOf = (tx: Tx, assembly: string): Promise<PlacedPart[]> =>
  tx.query<Row>(
    `select id, seq, digest from sms_parts where assembly = $1 and group_id is null order by seq`,
    [assembly],
  )

async function missedBy(tx: Tx, assembly: string, total: number): Promise<number[]> {
  const rows = await tx.query<{ seq: number }>(
    `select seq from sms_parts
     where assembly = $1 and group_id <> 'repeated' and released_at > clock_timestamp() - $2 * interval '1 millisecond'
       and exists (select 1 from sms_parts p where p.assembly = $1 and p.partial
                   and p.released_at > clock_timestamp() - $2 * interval '1 millisecond')`,
    [assembly, lateForMs],
  )
  if (rows.length === 0) return []
  const had = new Set(rows.map((r) => r.seq))
  return Array.from({ length: total }, (_, i) => i + 1).filter((seq) => !had.has(seq))
}

/** @param ids in the order of the parts */
const release = (tx: Tx, ids: number[], partial: boolean): Promise<unknown> =>
  tx.query(
    `update sms_parts set partial = $2, released_at = clock_timestamp(),
       group_id = (select provider_id from sms_parts where id = ($1::bigint[])[1])
     where id = any($1::bigint[])`,
    [ids, partial],
  )

/** Releases assemblies to which nothing was added for `waitMs`. @returns how many */
export async function releaseStale(db: Db, waitMs: number): Promise<number> {
  const stale = `
    select assembly from sms_parts where group_id is null
    group by assembly having max(stored_at) < clock_timestamp() - $1 * interval '1 millisecond'`
  const assemblies = await db.query<{ assembly: string }>(`${stale} limit 500`, [waitMs])
  let released = 0
  for (const { assembly } of assemblies)
    await db.tx(async (tx) => {
      await tx.query(lock, [assembly])
      // Another gateway may have been first, or the missing part may have come.
      const still = await tx.query(`select 1 from (${stale}) s where s.assembly = $2`, [waitMs, assembly])
      if (still.length === 0) return
      await release(
        tx,
        (await waitingOf(tx, assembly)).map((w) => w.id),
        true,
      )
      released++
    })
  return released
}

/** Released groups that nobody has handed over, of these parts or (`null`) all that are older than `olderMs`. */
export async function groupsToHandOver(
  db: Tx,
  pii: Pii,
  of: { account: string; providerId: string } | { olderMs: number },
): Promise<Group[]> {
  const [condition, values] =
    'olderMs' in of
      ? [`g.released_at < clock_timestamp() - $1 * interval '1 millisecond'`, [of.olderMs]]
      : [
          `g.assembly = (select assembly from sms_parts where account = $1 and provider_id = $2)`,
          [of.account, of.providerId],
        ]
  const rows = await db.query<{ account: string; groupId: string; sealed: string }>(
    `select g.account, g.group_id as "groupId", g.part_sealed as sealed
     from sms_parts g
     where g.group_id is not null and g.handed_over_at is null and ${condition}
     order by g.account, g.group_id, g.seq
     limit 5000`,
    values,
  )
  const groups = new Map<string, Group>()
  for (const { account, groupId, sealed } of rows) {
    const key = JSON.stringify([account, groupId])
    const group = groups.get(key) ?? { account, groupId, parts: [] }
    group.parts.push(JSON.parse(pii.open(sealed)) as SmsPart)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** The message exists elsewhere now: the parts keep their ids for the dedupe and lose their text. */
export async function markHandedOver(db: Tx, { account, groupId }: Group): Promise<void> {
  await db.query(
    `update sms_parts set handed_over_at = clock_timestamp(), part_sealed = null where account = $1 and group_id = $2`,
    [account, groupId],
  )
}

/** Parts are remembered for a month: no provider repeats later than that. */
export async function forgetOldParts(db: Tx): Promise<void> {
  await db.query(`delete from sms_parts where handed_over_at < clock_timestamp() - interval '30 days'`)
}

export const messageOf = (group: Group): ReturnType<typeof joinParts> => joinParts(group.parts)
