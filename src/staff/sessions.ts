import { createHash } from 'node:crypto'
import type { SessionStore } from '@fastify/session'
import type { Session } from 'fastify'
import type { Db, Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import { createReads } from '../db/reads.ts'
import type { Revocation, Revocations } from './revocations.ts'

declare module 'fastify' {
  interface Session {
    /** Set at sign-in; a session without it is nobody's and is never stored. */
    staffId?: string
    via?: 'password' | 'link'
  }
}

export type SessionLimits = {
  /** Without a request or an open signed-in desk for this long the session ends, ms. */
  idleMs: number
  /** It ends after this long whatever happens, ms. */
  absoluteMs: number
}

export const defaultSessionLimits: SessionLimits = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 }

export type Sessions = {
  store: SessionStore
  hashOf(sessionId: string): string
  /** Of the given hashes, those that are still good. */
  alive(hashes: string[]): Promise<Set<string>>
  /** An open desk counts as use. */
  touch(hashes: string[]): Promise<void>
  /** Ends one session, or all of a member, everywhere and at once. Sockets close by the announcement. */
  revoke(tx: Tx, revocation: Revocation): Promise<void>
  /** After the commit of `revoke`. */
  announce(revocation: Revocation): Promise<void>
  limits: SessionLimits
}

/** Seen stamps are written at most this often per session, ms. */
const touchEveryMs = 60_000

/** Sessions in PostgreSQL. Every request reads its row, so a revoked session is refused by every gateway at once. */
export function createSessions(db: Db, revocations: Revocations, limits: SessionLimits): Sessions {
  const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex')

  const alive = `revoked_at is null and expires_at > clock_timestamp()
    and seen_at > clock_timestamp() - $2 * interval '1 millisecond'
    and exists (select 1 from staff m where m.id = staff_id and m.disabled_at is null)`

  const read = createReads(async (hashes) => {
    const rows = await db.query<{ hash: string; data: Session; stale: boolean }>(
      prepared(
        `select id_hash as hash, data, seen_at < clock_timestamp() - $3 * interval '1 millisecond' as stale
         from staff_sessions where id_hash = any($1::text[]) and ${alive}`,
      ),
      [hashes, limits.idleMs, touchEveryMs],
    )
    const stale = rows.filter((r) => r.stale).map((r) => r.hash)
    if (stale.length > 0) await touch(stale)
    return new Map(rows.map((r) => [r.hash, r.data]))
  })

  async function write(id: string, session: Session): Promise<void> {
    if (!session.staffId) return
    const { staffId, via, cookie } = session
    await db.query(
      `insert into staff_sessions (id_hash, staff_id, data, expires_at)
       values ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
       on conflict (id_hash) do update set data = excluded.data where staff_sessions.revoked_at is null`,
      [hashOf(id), staffId, JSON.stringify({ staffId, via, cookie }), limits.absoluteMs],
    )
  }

  async function touch(hashes: string[]): Promise<void> {
    await db.query(
      `update staff_sessions set seen_at = clock_timestamp() where id_hash = any($1) and ${alive}`,
      [hashes, limits.idleMs],
    )
  }

  const settle = <T>(work: Promise<T>, done: (error: unknown, result?: T) => void): void =>
    void work.then(
      (result) => done(null, result),
      (error: unknown) => done(error),
    )

  return {
    limits,
    hashOf,
    touch,
    store: {
      get: (id, done) => settle(read(hashOf(id)), done),
      set: (id, session, done) => settle(write(id, session), done),
      destroy: (id, done) =>
        settle(
          db.query(
            `update staff_sessions set revoked_at = clock_timestamp(), revoked_reason = 'signedOut'
             where id_hash = $1 and revoked_at is null`,
            [hashOf(id)],
          ),
          done,
        ),
    },
    async alive(hashes) {
      const rows = await db.query<{ h: string }>(
        `select id_hash as h from staff_sessions where id_hash = any($1) and ${alive}`,
        [hashes, limits.idleMs],
      )
      return new Set(rows.map((r) => r.h))
    },
    async revoke(tx, { staffId, sessionHash, keep, reason }) {
      await tx.query(
        `update staff_sessions set revoked_at = clock_timestamp(), revoked_reason = $4
         where staff_id = $1 and revoked_at is null
           and ($2::text is null or id_hash = $2) and ($3::text is null or id_hash <> $3)`,
        [staffId, sessionHash ?? null, keep ?? null, reason],
      )
    },
    announce: (revocation) => revocations.announce(revocation),
  }
}

/** Rows that nobody can use any more; kept a month for the auditor. */
export async function purgeSessions(tx: Tx): Promise<void> {
  await tx.query(`delete from staff_sessions where expires_at < clock_timestamp() - interval '30 days'`)
  await tx.query(`delete from one_time_links where expires_at < clock_timestamp() - interval '30 days'`)
  await tx.query(`delete from sign_in_failures where last_at < clock_timestamp() - interval '1 day'`)
}
