import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { LinkKind, LinkStatus } from './model.ts'

/** SQL of requesters and their links. */

export type NewLink = { id: string; requesterId: string; kind: LinkKind; lookup: string; sealed: string }

/**
 * Makes sure that every address has its verified requester. Link and requester are born in one statement, the
 * requester only where the link was really new, so two gateways that see a stranger at once make one person.
 */
export async function ensureLinks(tx: Tx, links: NewLink[], proof: string): Promise<Map<string, string>> {
  if (links.length === 0) return new Map()
  const column = (pick: (l: NewLink) => string): string[] => links.map(pick)
  const values = [
    column((l) => l.id),
    column((l) => l.requesterId),
    column((l) => l.kind),
    column((l) => l.lookup),
    column((l) => l.sealed),
    proof,
  ]
  const fresh = await tx.query<Owner>(
    prepared(`with wanted as (
       select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
         as t(id, requester_id, kind, lookup, sealed)
       order by kind, lookup
     ), fresh as (
       insert into requester_links (id, requester_id, kind, lookup, address_sealed, status, proof)
       select id, requester_id, kind, lookup, sealed, 'verified', $6 from wanted
       on conflict (kind, lookup) where status = 'verified' and undone_at is null do nothing
       returning kind, lookup, requester_id
     ), people as (
       insert into requesters (id, person_id) select requester_id, requester_id from fresh
     )
     select kind, lookup, requester_id as "requesterId" from fresh`),
    values,
  )
  const owners = ownersOf(fresh)
  // Whoever was not new is seen by a later statement alone: another gateway may have been first a moment ago.
  const known = links.filter((l) => !owners.has(linkKey(l.kind, l.lookup)))
  if (known.length > 0) for (const [key, owner] of await verifiedOwners(tx, known)) owners.set(key, owner)
  return owners
}

/** Key of a link in the returned maps. */
export const linkKey = (kind: string, lookup: string): string => `${kind}:${lookup}`

type Owner = { kind: string; lookup: string; requesterId: string }
const ownersOf = (rows: Owner[]): Map<string, string> =>
  new Map(rows.map((r) => [linkKey(r.kind, r.lookup), r.requesterId]))

export async function verifiedOwners(
  tx: Tx,
  links: Pick<NewLink, 'kind' | 'lookup'>[],
): Promise<Map<string, string>> {
  const rows = await tx.query<Owner>(
    prepared(`select l.kind, l.lookup, l.requester_id as "requesterId"
     from unnest($1::text[], $2::text[]) as w(kind, lookup)
     join requester_links l on l.kind = w.kind and l.lookup = w.lookup
     where l.status = 'verified' and l.undone_at is null`),
    [links.map((l) => l.kind), links.map((l) => l.lookup)],
  )
  return ownersOf(rows)
}

export async function insertRequester(tx: Tx, id: string): Promise<void> {
  await tx.query(`insert into requesters (id, person_id) values ($1, $1)`, [id])
}

export type RequesterRow = {
  id: string
  kind: string
  nameSealed: string | null
  homeSealed: string | null
  careGroups: string[]
  integrityFlag: boolean
  harassing: boolean
  links: Pick<LinkRow, 'id' | 'kind' | 'status' | 'addressSealed'>[]
}

export type LinkRow = {
  id: string
  requesterId: string
  kind: LinkKind
  lookup: string
  addressSealed: string
  status: LinkStatus
}

/** Everybody proven to be the same person with what is known of them, the requester himself first; empty: unknown. */
export const personOf = (tx: Tx, requesterId: string): Promise<RequesterRow[]> =>
  tx.query(
    prepared(`select o.id, o.kind, o.name_sealed as "nameSealed", o.home_sealed as "homeSealed",
       o.care_groups as "careGroups", marks.some as "integrityFlag", marks.harassing, links.some as links
     from requesters r join requesters o on o.person_id = r.person_id
     cross join lateral (
       select count(*) > 0 as some, count(*) filter (where m.reason = 'harassment') > 0 as harassing
       from integrity_marks m where m.requester_id = o.id and m.withdrawn_at is null) marks
     cross join lateral (
       select coalesce(json_agg(json_build_object('id', l.id, 'kind', l.kind, 'status', l.status,
         'addressSealed', l.address_sealed) order by l.created_at, l.id), '[]') as some
       from requester_links l where l.requester_id = o.id and l.undone_at is null) links
     where r.id = $1 order by o.id <> r.id, o.id`),
    [requesterId],
  )

/** Requesters who were marked for harassment, of those asked about. */
export async function harassers(tx: Tx, requesterIds: string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    prepared(`select distinct requester_id as id from integrity_marks
     where requester_id = any($1::uuid[]) and withdrawn_at is null and reason = 'harassment'`),
    [requesterIds],
  )
  return new Set(rows.map((r) => r.id))
}

/** Requesters who said that they are old, under age or disabled, over all that is proven to be theirs. */
export async function inNeedOfCare(tx: Tx, requesterIds: string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    prepared(`select r.id from requesters r
     where r.id = any($1::uuid[]) and exists (select 1 from requesters p
       where p.person_id = r.person_id and p.care_groups && array['minor', 'elderly', 'disabled'])`),
    [requesterIds],
  )
  return new Set(rows.map((r) => r.id))
}

export async function insertClaim(tx: Tx, link: NewLink): Promise<void> {
  await tx.query(
    `insert into requester_links (id, requester_id, kind, lookup, address_sealed, status, proof)
     values ($1, $2, $3, $4, $5, 'claimed', 'typed by the requester')`,
    [link.id, link.requesterId, link.kind, link.lookup, link.sealed],
  )
}

export async function insertCode(
  tx: Tx,
  code: { id: string; linkId: string; askedBy: string; hash: string; lifeMs: number },
): Promise<void> {
  await tx.query(
    `insert into link_codes (id, link_id, asked_by, code_hash, expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')`,
    [code.id, code.linkId, code.askedBy, code.hash, code.lifeMs],
  )
}

export async function codeAskedBy(tx: Tx, askedBy: string): Promise<boolean> {
  return (await tx.query(`select 1 from link_codes where asked_by = $1`, [askedBy])).length > 0
}

/** Codes asked for by this requester lately: sending one costs money and annoys the owner of the number. */
export async function recentCodes(tx: Tx, requesterId: string): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select count(*) as n from link_codes k join requester_links l on l.id = k.link_id
     where l.requester_id = $1 and k.expires_at > clock_timestamp() - interval '1 hour'`,
    [requesterId],
  )
  return row?.n ?? 0
}

/** A claim of this requester still waits for its code. */
export async function hasOpenClaim(tx: Tx, requesterId: string): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from requester_links l join link_codes k on k.link_id = l.id
     where l.requester_id = $1 and l.status = 'claimed' and l.undone_at is null and k.used_at is null
       and k.expires_at > clock_timestamp()`,
    [requesterId],
  )
  return rows.length > 0
}

export type CodeRow = { id: string; linkId: string; codeHash: string; tries: number; live: boolean }

/** The newest code for a claimed link of this requester; each look counts as a try, so guessing is bounded. */
export async function tryCode(tx: Tx, requesterId: string): Promise<CodeRow | null> {
  const [row] = await tx.query<CodeRow>(
    `update link_codes k set tries = k.tries + 1
     from (select c.id from link_codes c join requester_links l on l.id = c.link_id
           where l.requester_id = $1 and l.status = 'claimed' and l.undone_at is null and c.used_at is null
           order by c.expires_at desc limit 1) newest
     where k.id = newest.id
     returning k.id, k.link_id as "linkId", k.code_hash as "codeHash", k.tries,
       k.expires_at > clock_timestamp() as live`,
    [requesterId],
  )
  return row ?? null
}

export async function useCode(tx: Tx, codeId: string): Promise<void> {
  await tx.query(`update link_codes set used_at = clock_timestamp() where id = $1`, [codeId])
}

export async function findLink(tx: Tx, id: string): Promise<LinkRow | null> {
  const [row] = await tx.query<LinkRow>(
    `select id, requester_id as "requesterId", kind, lookup, address_sealed as "addressSealed", status
     from requester_links where id = $1 and undone_at is null for update`,
    [id],
  )
  return row ?? null
}

/** A claim that served its purpose, or a link that proved wrong. The row stays for the record. */
export async function undoLink(tx: Tx, id: string, by: string): Promise<boolean> {
  const rows = await tx.query(
    `update requester_links set undone_at = clock_timestamp(), undone_by = $2
     where id = $1 and undone_at is null returning id`,
    [id, by],
  )
  return rows.length > 0
}

export async function insertJoin(
  tx: Tx,
  join: { id: string; a: string; b: string; proof: string },
): Promise<void> {
  await tx.query(
    `insert into requester_joins (id, requester_a, requester_b, proof) values ($1, $2, $3, $4)`,
    [join.id, join.a, join.b, join.proof],
  )
}

export async function undoJoin(tx: Tx, id: string, by: string): Promise<{ a: string; b: string } | null> {
  const [row] = await tx.query<{ a: string; b: string }>(
    `update requester_joins set undone_at = clock_timestamp(), undone_by = $2
     where id = $1 and undone_at is null returning requester_a as a, requester_b as b`,
    [id, by],
  )
  return row ?? null
}

/**
 * Recomputes who is one person with `requesterId`: everybody reachable over joins in force. The person's id is the
 * smallest requester id among them, so the same joins always give the same person.
 */
export async function regroup(tx: Tx, requesterId: string): Promise<void> {
  await tx.query(
    `with recursive same(id) as (
       select $1::uuid
       union
       select case when j.requester_a = s.id then j.requester_b else j.requester_a end
       from same s join requester_joins j
         on (j.requester_a = s.id or j.requester_b = s.id) and j.undone_at is null
     )
     update requesters r set person_id = (select id from same order by id limit 1)
     from same where r.id = same.id`,
    [requesterId],
  )
}

/** All requesters proven to be the same person, the asked one included. */
export async function samePerson(tx: Tx, requesterId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select o.id from requesters r join requesters o on o.person_id = r.person_id where r.id = $1`,
    [requesterId],
  )
  return rows.map((r) => r.id)
}

export async function personsOf(tx: Tx, requesterIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; person: string }>(
    `select id, person_id as person from requesters where id = any($1::uuid[])`,
    [requesterIds],
  )
  return new Map(rows.map((r) => [r.id, r.person]))
}

export async function updateProfile(
  tx: Tx,
  id: string,
  change: { nameSealed?: string; homeSealed?: string; careGroups?: string[]; kind?: string },
): Promise<void> {
  await tx.query(
    `update requesters set name_sealed = coalesce($2, name_sealed), home_sealed = coalesce($3, home_sealed),
       care_groups = coalesce($4, care_groups), kind = coalesce($5, kind) where id = $1`,
    [
      id,
      change.nameSealed ?? null,
      change.homeSealed ?? null,
      change.careGroups ?? null,
      change.kind ?? null,
    ],
  )
}

export async function insertMark(
  tx: Tx,
  mark: {
    id: string
    requesterId: string
    reason: string
    evidenceContactId: string | null
    cite: string
    by: string
  },
): Promise<void> {
  await tx.query(
    `insert into integrity_marks (id, requester_id, reason, evidence_contact_id, cite, made_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [mark.id, mark.requesterId, mark.reason, mark.evidenceContactId, mark.cite, mark.by],
  )
}

export async function withdrawMark(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.query(`update integrity_marks set withdrawn_at = $2 where id = $1 and withdrawn_at is null`, [
    id,
    at,
  ])
}

/** 微信取消关注: the openid and everything sealed under it go; the cases stay, without an address. */
export async function forgetLink(tx: Tx, kind: LinkKind, lookup: string): Promise<string | null> {
  const [row] = await tx.query<{ requesterId: string }>(
    `update requester_links set undone_at = clock_timestamp(), undone_by = 'unsubscribed', address_sealed = ''
     where kind = $1 and lookup = $2 and status = 'verified' and undone_at is null
     returning requester_id as "requesterId"`,
    [kind, lookup],
  )
  return row?.requesterId ?? null
}
