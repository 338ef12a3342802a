import { createHash, randomBytes } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import { newId } from '../../src/base/ids.ts'
import type { Db } from '../../src/db/pool.ts'
import { cookieName } from '../../src/staff/guard.ts'

/** What a gateway signs cookies with; given to it as HOTLINE_SECRET. */
export type Member = { id: string; cookie: string }

/**
 * Agents who are signed in to the site already: rows of accounts and sessions, without ten thousand password hashes and
 * forms. For benchmarks only.
 * @param shift they also stand in the middle of a shift for texts, as after the death of their gateway
 */
export async function staffAtOnce(
  db: Db,
  secret: string,
  count: number,
  { shift = false, named = 'bench' } = {},
): Promise<Member[]> {
  const signer = new fastifyCookie.Signer(secret)
  const name = cookieName(secret, false)
  const members = Array.from({ length: count }, () => {
    const session = randomBytes(24).toString('base64url')
    const hash = createHash('sha256').update(session).digest('hex')
    return { id: newId(), hash, cookie: `${name}=${encodeURIComponent(signer.sign(session))}` }
  })
  const ids = members.map((m) => m.id)
  await db.tx(async (tx) => {
    await tx.query(
      `insert into staff (id, username, display_name, roles, attributes, capacity_voice, capacity_text, password_hash,
         password_changed_at, created_by)
       select id, $2 || n, '坐席' || n, '{agent}', '{"language": ["mandarin"]}', 1, 3, 'none', clock_timestamp(), 'bench'
       from unnest($1::uuid[]) with ordinality as t(id, n)`,
      [ids, named],
    )
    await tx.query(
      `insert into staff_sessions (id_hash, staff_id, data, expires_at)
       select hash, id, jsonb_build_object('staffId', id, 'via', 'password'), clock_timestamp() + interval '12 hours'
       from unnest($1::text[], $2::uuid[]) as t(hash, id)`,
      [members.map((m) => m.hash), ids],
    )
    if (shift)
      await tx.query(
        `insert into agents (agent_id, epoch, intent, mode, owner_tab)
         select id, 1, 'available', 'text', 'tab-' || (n - 1) from unnest($1::uuid[]) with ordinality as t(id, n)`,
        [ids],
      )
  })
  return members.map(({ id, cookie }) => ({ id, cookie }))
}
