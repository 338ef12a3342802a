import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { SeededNumber } from './numbers.ts'
import type { ReferralChange } from './decide.ts'
import type { Referral } from './model.ts'

/** SQL of referrals, their numbers and the notices of incidents. */

const columns = `id, contact_id as "contactId", kind, number, state, failure, created_at as "createdAt",
  far_side_joined_at as "farSideJoinedAt", taken_over_at as "takenOverAt", agent_left_at as "agentLeftAt"`

export type NewReferral = {
  id: string
  contactId: string
  kind: Referral['kind']
  state: Referral['state']
  failure?: string | null
  matter?: string | null
  target?: string | null
  number: string | null
  cite: string | null
  actor: Actor
  messageId?: string | null
  recognisedAt?: Date | null
  toldAt?: Date | null
  dialledAt?: Date | null
}

/** @returns null when there is one already (a live call of this contact, or an answer to this message) */
export async function insertReferral(tx: Tx, r: NewReferral): Promise<Referral | null> {
  const [row] = await tx.query<Referral>(
    `insert into referrals (id, contact_id, kind, state, matter, target, number, cite, by_kind, by_id, by_role,
       message_id, recognised_at, told_at, dialled_at, failure)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict do nothing returning ${columns}`,
    [
      r.id,
      r.contactId,
      r.kind,
      r.state,
      r.matter ?? null,
      r.target ?? null,
      r.number,
      r.cite,
      r.actor.kind,
      r.actor.id,
      r.actor.role,
      r.messageId ?? null,
      r.recognisedAt ?? null,
      r.toldAt ?? null,
      r.dialledAt ?? null,
      r.failure ?? null,
    ],
  )
  return row ?? null
}

export async function findReferral(tx: Tx, id: string): Promise<Referral | null> {
  const [row] = await tx.query<Referral>(`select ${columns} from referrals where id = $1`, [id])
  return row ?? null
}

/** What an agent sees of a contact: its live referral, else its latest. */
export async function latestOf(tx: Tx, contactId: string): Promise<Referral | null> {
  const [row] = await tx.query<Referral>(
    prepared(`select ${columns} from referrals where contact_id = $1 and kind <> 'told'
     order by state in ('dialling', 'joined', 'takenOver') desc, created_at desc limit 1`),
    [contactId],
  )
  return row ?? null
}

/** Calls that should have been answered or given up by now. */
export const unheardOf = (tx: Tx, seconds: number): Promise<Referral[]> =>
  tx.query<Referral>(
    prepared(`select ${columns} from referrals where kind = 'threeWay' and state = 'dialling'
       and created_at < clock_timestamp() - make_interval(secs => $1)`),
    [seconds],
  )

const columnOf = {
  farSideJoinedAt: 'far_side_joined_at',
  takenOverAt: 'taken_over_at',
  agentLeftAt: 'agent_left_at',
  endedAt: 'ended_at',
} as const

/** Writes only while the referral is as it was judged: of two facts that race the second is judged again. */
export async function writeReferral(tx: Tx, r: Referral, change: ReferralChange): Promise<Referral | null> {
  const stamps = change.stamp.map((s) => `, ${columnOf[s]} = clock_timestamp()`).join('')
  const [row] = await tx.query<Referral>(
    `update referrals set state = $3, failure = coalesce($4, failure) ${stamps}
     where id = $1 and state = $2 and agent_left_at is not distinct from $5 returning ${columns}`,
    [r.id, r.state, change.state, change.failure ?? null, r.agentLeftAt],
  )
  return row ?? null
}

export async function listNumbers(tx: Tx): Promise<SeededNumber[]> {
  return tx.query<SeededNumber>(
    `select number, name, use, emergency, cite from referral_numbers order by emergency desc, number`,
  )
}

/** A number that an administrator changed is left as he made it. */
export async function seedNumbers(tx: Tx, numbers: readonly SeededNumber[]): Promise<void> {
  for (const n of numbers)
    await tx.query(
      `insert into referral_numbers (number, name, use, emergency, cite) values ($1, $2, $3, $4, $5)
       on conflict (number) do nothing`,
      [n.number, n.name, n.use, n.emergency, n.cite],
    )
}

export async function putNumber(tx: Tx, n: Omit<SeededNumber, 'cite'>, by: string): Promise<void> {
  await tx.query(
    `insert into referral_numbers (number, name, use, emergency, changed_by) values ($1, $2, $3, $4, $5)
     on conflict (number) do update set name = excluded.name, use = excluded.use, emergency = excluded.emergency,
       changed_by = excluded.changed_by, changed_at = clock_timestamp()`,
    [n.number, n.name, n.use, n.emergency, by],
  )
}

/** A number that stands in the statute stays; @returns false then, and when there is no such number */
export async function removeNumber(tx: Tx, number: string): Promise<boolean> {
  const rows = await tx.query(
    `delete from referral_numbers where number = $1 and cite is null returning number`,
    [number],
  )
  return rows.length > 0
}

export type Notice = {
  id: string
  contactId: string
  incident: string
  department: string
  cite: string | null
  madeAt: Date
  due: Date
  localPolicy: boolean
  reminders: number
  acknowledgedAt: Date | null
}

const noticeColumns = `id, contact_id as "contactId", incident, department, cite, made_at as "madeAt", due,
  local_policy as "localPolicy", reminders, acknowledged_at as "acknowledgedAt"`

export async function insertNotice(
  tx: Tx,
  n: Pick<Notice, 'id' | 'contactId' | 'incident' | 'department' | 'cite' | 'madeAt' | 'due' | 'localPolicy'>,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into incident_notices (id, contact_id, incident, department, cite, made_at, due, local_policy)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (contact_id, incident, department) do nothing returning id`,
    [n.id, n.contactId, n.incident, n.department, n.cite, n.madeAt, n.due, n.localPolicy],
  )
  return rows.length > 0
}

export const openNotices = (tx: Tx, limit: number): Promise<Notice[]> =>
  tx.query<Notice>(
    `select ${noticeColumns} from incident_notices where acknowledged_at is null order by due limit $1`,
    [limit],
  )

export const noticesOfContact = (tx: Tx, contactId: string): Promise<Notice[]> =>
  tx.query<Notice>(
    `select ${noticeColumns} from incident_notices where contact_id = $1 order by made_at, department`,
    [contactId],
  )

/** Notices that are due again: unanswered at their limit, and then at the same interval. */
export const remind = (tx: Tx, limit: number): Promise<Notice[]> =>
  tx.query<Notice>(
    `with late as (
       select id from incident_notices
       where acknowledged_at is null and due <= clock_timestamp()
         and coalesce(reminded_at, made_at) + (due - made_at) <= clock_timestamp()
       order by due limit $1 for update skip locked)
     update incident_notices set reminders = reminders + 1, reminded_at = clock_timestamp()
     where id in (select late.id from late)
     returning ${noticeColumns}`,
    [limit],
  )

export async function acknowledge(tx: Tx, id: string, by: string): Promise<Notice | null> {
  const [row] = await tx.query<Notice>(
    `update incident_notices set acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
       acknowledged_by = coalesce(acknowledged_by, $2)
     where id = $1 returning ${noticeColumns}`,
    [id, by],
  )
  return row ?? null
}

export async function databaseNow(tx: Tx): Promise<Date> {
  const [row] = await tx.query<{ now: Date }>(`select clock_timestamp() as now`)
  return row!.now
}
