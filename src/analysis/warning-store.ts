import type { Place } from '../base/cursor.ts'
import type { Tx } from '../db/pool.ts'
import type { RiskClass, WarningKind, WarningOutcome } from './model.ts'
import type { Basis } from './decide/duty.ts'

/** SQL of warnings and of what was sent of them. */

export type Found = {
  requesters: number
  threshold: { atLeast: number; withinDays: number; basis: Basis }
  lastYear: number | null
}

export type WarningRow = {
  id: string
  statute: string
  kind: WarningKind
  key: string
  risk: RiskClass | null
  subject: string | null
  place: string | null
  unit: string | null
  title: string
  reason: string | null
  found: Found | null
  latest: number | null
  orderIds: string[]
  cite: string | null
  localPolicy: boolean
  says: string
  openedAt: Date
  openedBy: string
  openedRole: string
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  acknowledgedRole: string | null
  closedAt: Date | null
  closedBy: string | null
  closedRole: string | null
  outcome: WarningOutcome | null
  result: string | null
}

const columns = `w.id, w.statute, w.kind, w.key, w.risk, w.subject, w.place, w.unit_code as unit, w.title, w.reason,
  w.found, w.latest, w.order_ids as "orderIds", w.cite, w.local_policy as "localPolicy", w.says,
  w.opened_at as "openedAt", w.opened_by as "openedBy", w.opened_role as "openedRole",
  w.acknowledged_at as "acknowledgedAt", w.acknowledged_by as "acknowledgedBy",
  w.acknowledged_role as "acknowledgedRole", w.closed_at as "closedAt", w.closed_by as "closedBy",
  w.closed_role as "closedRole", w.outcome, w.result`

export type NewWarning = Pick<
  WarningRow,
  | 'id'
  | 'statute'
  | 'kind'
  | 'key'
  | 'risk'
  | 'subject'
  | 'place'
  | 'unit'
  | 'title'
  | 'reason'
  | 'found'
  | 'orderIds'
  | 'cite'
  | 'localPolicy'
  | 'says'
  | 'openedAt'
  | 'openedBy'
  | 'openedRole'
>

/** @returns false while one about the same is open */
export async function insertWarning(tx: Tx, w: NewWarning): Promise<boolean> {
  const rows = await tx.query(
    `insert into analysis_warnings (id, statute, kind, key, risk, subject, place, unit_code, title, reason, found,
       latest, order_ids, cite, local_policy, says, opened_at, opened_by, opened_role)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
     on conflict (statute, key) where closed_at is null do nothing returning id`,
    [
      w.id,
      w.statute,
      w.kind,
      w.key,
      w.risk,
      w.subject,
      w.place,
      w.unit,
      w.title,
      w.reason,
      w.found && JSON.stringify(w.found),
      w.found?.requesters ?? null,
      w.orderIds,
      w.cite,
      w.localPolicy,
      w.says,
      w.openedAt,
      w.openedBy,
      w.openedRole,
    ],
  )
  return rows.length > 0
}

/** What grew since: an open warning shows the newest figure and every order. */
export async function growWarning(
  tx: Tx,
  statute: string,
  key: string,
  latest: number,
  orderIds: readonly string[],
): Promise<void> {
  await tx.query(
    `update analysis_warnings set latest = $3,
       order_ids = array(select distinct unnest(order_ids || $4::uuid[]))
     where statute = $1 and key = $2 and closed_at is null and (latest is distinct from $3 or not order_ids @> $4::uuid[])`,
    [statute, key, latest, orderIds],
  )
}

export const openWarnings = (
  tx: Tx,
  statute: string,
): Promise<{ key: string; kind: WarningKind; orderIds: string[] }[]> =>
  tx.query(
    `select key, kind, order_ids as "orderIds" from analysis_warnings where statute = $1 and closed_at is null`,
    [statute],
  )

/** When a warning about each of these was closed last. */
export async function lastClosed(
  tx: Tx,
  statute: string,
  keys: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await tx.query<{ key: string; at: Date }>(
    `select key, max(closed_at) as at from analysis_warnings
     where statute = $1 and key = any($2) and closed_at is not null group by key`,
    [statute, keys],
  )
  return new Map(rows.map((r) => [r.key, r.at]))
}

export async function findWarning(tx: Tx, id: string): Promise<WarningRow | null> {
  const [row] = await tx.query<WarningRow>(`select ${columns} from analysis_warnings w where w.id = $1`, [id])
  return row ?? null
}

export async function lockWarning(tx: Tx, id: string): Promise<WarningRow | null> {
  await tx.query(`select from analysis_warnings where id = $1 for update`, [id])
  return findWarning(tx, id)
}

const states = {
  open: 'w.acknowledged_at is null and w.closed_at is null',
  acknowledged: 'w.acknowledged_at is not null and w.closed_at is null',
  closed: 'w.closed_at is not null',
} as const

/** Newest first; keyset on (opened_at, id). */
export const listWarnings = (
  tx: Tx,
  f: { state: keyof typeof states | null; before: Place | null; limit: number },
): Promise<WarningRow[]> =>
  tx.query(
    `select ${columns} from analysis_warnings w
     where ${f.state ? states[f.state] : 'true'}
       and ($1::timestamptz is null or (w.opened_at, w.id) < ($1, $2::uuid))
     order by w.opened_at desc, w.id desc limit $3`,
    [f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )

type By = { id: string; role: string }

export async function acknowledge(tx: Tx, id: string, at: Date, by: By): Promise<void> {
  await tx.query(
    `update analysis_warnings set acknowledged_at = $2, acknowledged_by = $3, acknowledged_role = $4 where id = $1`,
    [id, at, by.id, by.role],
  )
}

export async function close(
  tx: Tx,
  id: string,
  how: { at: Date; by: By; outcome: WarningOutcome; result: string },
): Promise<void> {
  await tx.query(
    `update analysis_warnings set closed_at = $2, closed_by = $3, closed_role = $4, outcome = $5, result = $6
     where id = $1`,
    [id, how.at, how.by.id, how.by.role, how.outcome, how.result],
  )
}

export type SendingRow = {
  id: string
  warningId: string
  unit: string | null
  recipient: string
  words: string
  sentAt: Date
  sentBy: string
  sentRole: string
  due: Date
  cite: string | null
  localPolicy: boolean
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  missedAt: Date | null
}

const sendingColumns = `s.id, s.warning_id as "warningId", s.unit_code as unit, s.recipient, s.words,
  s.sent_at as "sentAt", s.sent_by as "sentBy", s.sent_role as "sentRole", s.due, s.cite,
  s.local_policy as "localPolicy", s.acknowledged_at as "acknowledgedAt", s.acknowledged_by as "acknowledgedBy",
  s.missed_at as "missedAt"`

/** @returns false when this recipient has it already */
export async function insertSending(
  tx: Tx,
  s: Omit<SendingRow, 'acknowledgedAt' | 'acknowledgedBy' | 'missedAt'>,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into analysis_warning_sendings (id, warning_id, unit_code, recipient, words, sent_at, sent_by, sent_role,
       due, cite, local_policy)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (warning_id, recipient) do nothing returning id`,
    [
      s.id,
      s.warningId,
      s.unit,
      s.recipient,
      s.words,
      s.sentAt,
      s.sentBy,
      s.sentRole,
      s.due,
      s.cite,
      s.localPolicy,
    ],
  )
  return rows.length > 0
}

export const sendingsOf = (tx: Tx, warningIds: readonly string[]): Promise<SendingRow[]> =>
  tx.query(
    `select ${sendingColumns} from analysis_warning_sendings s where s.warning_id = any($1::uuid[])
     order by s.sent_at, s.id`,
    [warningIds],
  )

export type ReceivedRow = SendingRow & { title: string; risk: RiskClass | null }

export const receivedBy = (tx: Tx, unit: string, limit: number): Promise<ReceivedRow[]> =>
  tx.query(
    `select ${sendingColumns}, w.title, w.risk from analysis_warning_sendings s
       join analysis_warnings w on w.id = s.warning_id
     where s.unit_code = $1 order by s.sent_at desc, s.id desc limit $2`,
    [unit, limit],
  )

export async function lockSending(tx: Tx, id: string): Promise<SendingRow | null> {
  const [row] = await tx.query<SendingRow>(
    `select ${sendingColumns} from analysis_warning_sendings s where s.id = $1 for update`,
    [id],
  )
  return row ?? null
}

export async function acknowledgeSending(tx: Tx, id: string, at: Date, by: string): Promise<void> {
  await tx.query(
    `update analysis_warning_sendings set acknowledged_at = $2, acknowledged_by = $3 where id = $1`,
    [id, at, by],
  )
}

/** Claims what nobody has taken notice of in time; each once. */
export const claimMissed = (tx: Tx, now: Date, limit: number): Promise<SendingRow[]> =>
  tx.query(
    `update analysis_warning_sendings s set missed_at = $1 where s.id in (
       select id from analysis_warning_sendings
       where acknowledged_at is null and missed_at is null and due <= $1 order by due limit $2 for update skip locked)
     returning ${sendingColumns}`,
    [now, limit],
  )

/** Of a period, for reports: opened and closed in it, and open at its end or now. */
export async function warningCounts(
  tx: Tx,
  f: { statute: string; from: Date; to: Date; asOf: Date },
): Promise<{ opened: number; closed: number; open: number }> {
  const [row] = await tx.query<{ opened: number; closed: number; open: number }>(
    `select count(*) filter (where opened_at >= $2 and opened_at < $3) as opened,
       count(*) filter (where closed_at >= $2 and closed_at < $3) as closed,
       count(*) filter (where opened_at < least($3, $4) and (closed_at is null or closed_at >= least($3, $4))) as open
     from analysis_warnings where statute = $1`,
    [f.statute, f.from, f.to, f.asOf],
  )
  return row!
}
