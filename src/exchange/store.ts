import type { Tx } from '../db/pool.ts'
import type { Concern, Relation } from './model.ts'

/** SQL of what platforms hear. */

/** In the transaction of the change: cheap, and without a lock that others could wait for. */
export async function markContact(tx: Tx, contactId: string): Promise<void> {
  await tx.query(`insert into exchange_marks (subject, ref) values ('contact', $1)`, [contactId])
}

export async function markConcerns(tx: Tx, concerns: readonly Concern[]): Promise<void> {
  if (concerns.length === 0) return
  await tx.query(
    `insert into exchange_marks (platform, subject, ref, relation)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
    [
      concerns.map((c) => c.platform),
      concerns.map((c) => c.subject),
      concerns.map((c) => c.ref),
      concerns.map((c) => c.relation),
    ],
  )
}

export type Mark = { id: number } & (Concern | { platform: null; subject: 'contact'; ref: string })

/** Only one gateway moves marks at a time, so that a feed's places are in the order of their commits. */
export async function alone(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('hotline'), hashtext('exchange_feed')) as mine`,
  )
  return row?.mine === true
}

export const takeMarks = (tx: Tx, limit: number): Promise<Mark[]> =>
  tx.query(
    `with taken as (
       delete from exchange_marks where id in (select id from exchange_marks order by id limit $1)
       returning id, platform, subject, ref, relation
     )
     select * from taken order by id`,
    [limit],
  )

/** Each subject stands once in a feed, at its latest change. */
export async function feed(tx: Tx, c: Concern): Promise<void> {
  await tx.query(
    `insert into exchange_feed (platform, subject, ref, relation, seq)
     values ($1, $2, $3, $4, nextval('exchange_feed_seq'))
     on conflict (platform, subject, ref) do update set seq = excluded.seq, relation = excluded.relation`,
    [c.platform, c.subject, c.ref, c.relation],
  )
}

export type FeedRow = { subject: 'matter' | 'order'; ref: string; relation: Relation; seq: number }

export const readFeed = (tx: Tx, platform: string, after: number, limit: number): Promise<FeedRow[]> =>
  tx.query(
    `select subject, ref, relation, seq from exchange_feed where platform = $1 and seq > $2 order by seq limit $3`,
    [platform, after, limit],
  )
