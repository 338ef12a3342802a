import type { Actor } from '../base/actor.ts'
import type { Db, Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'

/**
 * The access ledger: every view of an identity and every change to a staff account, with who, when, in which role, of
 * whom and why (鞍山市群众诉求办理条例 第二十六条; GB/T 22239-2019, 8.1.4.3). Append-only by trigger; chained by seals.
 */
export const accessActions = [
  'screenPop',
  'contactOpened',
  'reveal',
  'maskedCall',
  'search',
  'orderListed',
  'orderViewed',
  'export',
  'playback',
  'playbackApproved',
  'attachmentOpened',
  'attachmentAdded',
  'signIn',
  'signInLocked',
  'signOut',
  'sessionsRevoked',
  'staffCreated',
  'staffChanged',
  'staffDisabled',
  'staffEnabled',
  'passwordSet',
  'linkIssued',
  'secondFactorEnrolled',
  'secondFactorReset',
  'ledgerRead',
  'integrityViewed',
  'integrityDisclosed',
  'integrityChanged',
] as const
export type AccessAction = (typeof accessActions)[number]

export type Access = {
  actor: Actor
  action: AccessAction
  subject: { kind: string; id: string }
  requesterId?: string | null
  contactId?: string | null
  /** Why, in the words of the person who looked. */
  reason?: string | null
  /** Ids and counts, never a number, a name or a text. */
  data?: Record<string, unknown>
}

/** Writes entries; in a transaction they live or die with what they describe. */
export async function recordAccess(tx: Tx, ...entries: Access[]): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    prepared(`insert into access_ledger
       (actor_kind, actor_id, actor_role, action, subject_kind, subject_id, requester_id, contact_id, reason, data)
     select * from jsonb_to_recordset($1::jsonb) as t(actor_kind text, actor_id text, actor_role text, action text,
       subject_kind text, subject_id text, requester_id uuid, contact_id uuid, reason text, data jsonb)`),
    [
      JSON.stringify(
        entries.map((e) => ({
          actor_kind: e.actor.kind,
          actor_id: e.actor.id,
          actor_role: e.actor.role,
          action: e.action,
          subject_kind: e.subject.kind,
          subject_id: e.subject.id,
          requester_id: e.requesterId ?? null,
          contact_id: e.contactId ?? null,
          reason: e.reason ?? null,
          data: e.data ?? {},
        })),
      ),
    ],
  )
}

export type LedgerEntry = {
  id: number
  at: Date
  actorKind: string
  actorId: string
  actorRole: string
  action: string
  subjectKind: string
  subjectId: string
  requesterId: string | null
  contactId: string | null
  reason: string | null
  data: Record<string, unknown>
}

export type LedgerFilter = {
  actorId?: string
  requesterId?: string
  contactId?: string
  subjectId?: string
  action?: string
  from?: Date
  to?: Date
  /** Entries older than this id. */
  before?: number
  limit: number
}

const columns = `id, at, actor_kind as "actorKind", actor_id as "actorId", actor_role as "actorRole", action,
  subject_kind as "subjectKind", subject_id as "subjectId", requester_id as "requesterId",
  contact_id as "contactId", reason, data`

/** Newest first. A requester may ask who looked at him: filter by `requesterId`. */
export async function readLedger(tx: Tx, filter: LedgerFilter): Promise<LedgerEntry[]> {
  return tx.query<LedgerEntry>(
    `select ${columns} from access_ledger
     where ($1::text is null or actor_id = $1) and ($2::uuid is null or requester_id = $2)
       and ($3::uuid is null or contact_id = $3) and ($4::text is null or subject_id = $4)
       and ($5::text is null or action = $5) and ($6::timestamptz is null or at >= $6)
       and ($7::timestamptz is null or at < $7) and ($8::bigint is null or id < $8)
     order by id desc limit $9`,
    [
      filter.actorId ?? null,
      filter.requesterId ?? null,
      filter.contactId ?? null,
      filter.subjectId ?? null,
      filter.action ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  )
}

/** Who looked at one thing, newest first. */
export const ledgerOfSubject = (
  tx: Tx,
  subject: { kind: string; id: string },
  limit: number,
): Promise<LedgerEntry[]> =>
  tx.query<LedgerEntry>(
    `select ${columns} from access_ledger where subject_kind = $1 and subject_id = $2 order by id desc limit $3`,
    [subject.kind, subject.id, limit],
  )

/** The bytes of a row that a seal covers; a fixed format of time keeps them independent of the session's settings. */
const sealed = `concat_ws('|', id, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor_kind, actor_id,
  actor_role, action, subject_kind, subject_id, coalesce(requester_id::text, ''), coalesce(contact_id::text, ''),
  coalesce(reason, ''), data::text)`
const hashOf = (previous: string): string =>
  `encode(sha256(convert_to(${previous} || string_agg(${sealed}, E'\\n' order by id), 'UTF8')), 'hex')`

/**
 * Seals the rows that no seal covers yet; gives their number. The share lock waits for inserts in flight, so no lower
 * id can appear afterwards; when it cannot be had quickly the next run does it.
 */
export async function sealLedger(db: Db): Promise<number> {
  return db.tx(async (tx) => {
    await tx.query(`set local lock_timeout = '500ms'`)
    await tx.query(`lock table access_ledger_seals in share row exclusive mode`)
    await tx.query(`lock table access_ledger in share mode`)
    const [row] = await tx.query<{ rows: number }>(
      `with last as (
         select up_to_id, hash from access_ledger_seals order by up_to_id desc limit 1
       ), start as (
         select coalesce((select up_to_id from last), 0) as after, coalesce((select hash from last), '') as hash
       )
       insert into access_ledger_seals (up_to_id, rows, hash)
       select max(l.id), count(*), ${hashOf('start.hash')}
       from start join access_ledger l on l.id > start.after group by start.hash
       returning rows`,
    )
    return row?.rows ?? 0
  })
}

export type LedgerCheck = { ok: true; sealedUpTo: number } | { ok: false; brokenBetween: [number, number] }

/** Recomputes every seal. Broken: a row between the two ids was changed or removed after it was sealed. */
export async function verifyLedger(db: Db): Promise<LedgerCheck> {
  const seals = await db.query<{ upToId: number; rows: number; hash: string }>(
    `select up_to_id as "upToId", rows, hash from access_ledger_seals order by up_to_id`,
  )
  let from = 0
  let previous = ''
  for (const seal of seals) {
    const [found] = await db.query<{ rows: number; hash: string | null }>(
      `select count(*)::int as rows, ${hashOf('$3::text')} as hash from access_ledger where id > $1 and id <= $2`,
      [from, seal.upToId, previous],
    )
    if (found?.rows !== seal.rows || found.hash !== seal.hash)
      return { ok: false, brokenBetween: [from, seal.upToId] }
    from = seal.upToId
    previous = seal.hash
  }
  return { ok: true, sealedUpTo: from }
}
