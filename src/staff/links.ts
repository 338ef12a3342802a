import { createHash, randomBytes } from 'node:crypto'
import type { Tx } from '../db/pool.ts'

/** One-time links: 256 random bits, stored as a hash, carried in the URL's fragment, which no server ever sees. */
export type LinkPurpose = 'setup' | 'signIn' | 'password'
export type Link = { purpose: LinkPurpose; staffId: string | null }

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** @returns the path with the token, to be put behind the public address */
export async function issueLink(
  tx: Tx,
  link: Link,
  options: { lifeMs: number; uses?: number },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await tx.query(
    `insert into one_time_links (token_hash, purpose, staff_id, uses_left, expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')`,
    [hashOf(token), link.purpose, link.staffId, options.uses ?? 1, options.lifeMs],
  )
  return `/welcome#${link.purpose}=${token}`
}

/** Uses the link up; null when it is unknown, used, expired or for something else. */
export async function redeemLink(tx: Tx, token: string, purpose: LinkPurpose): Promise<Link | null> {
  const [row] = await tx.query<Link>(
    `update one_time_links set uses_left = uses_left - 1
     where token_hash = $1 and purpose = $2 and uses_left > 0 and expires_at > clock_timestamp()
     returning purpose, staff_id as "staffId"`,
    [hashOf(token), purpose],
  )
  return row ?? null
}

/** An older link of the same kind must not outlive a newer one. */
export async function withdrawLinks(tx: Tx, purpose: LinkPurpose, staffId: string | null): Promise<void> {
  await tx.query(
    `update one_time_links set uses_left = 0
     where purpose = $1 and staff_id is not distinct from $2 and uses_left > 0`,
    [purpose, staffId],
  )
}
