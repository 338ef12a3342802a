import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { Correction, Entry, FileRecord, Measure, RecordState } from './model.ts'

/** SQL of the integrity file. Words about a person go in and out sealed. */
export type RecordTable = 'integrity_entries' | 'integrity_measures'

const common = `r.id, r.requester_id as "requesterId", r.state, r.made_at as "madeAt", r.made_by as "madeBy",
  r.made_role as "madeRole", r.decided_at as "decidedAt", r.decided_by as "decidedBy", r.decision,
  r.expires_at as "expiresAt", r.ended_at as "endedAt", r.ended_because as "endedBecause", r.mark_id as "markId",
  r.cite`
const entryColumns = `${common}, r.ground, r.what_sealed as what, r.order_id as "orderId",
  r.contact_id as "contactId", r.recording_id as "recordingId",
  (select o.number from work_orders o where o.id = r.order_id) as "orderNumber"`
const measureColumns = `${common}, r.scope, r.study_sealed as study, r.participants, r.document, r.entries`

export async function insertEntry(
  tx: Tx,
  e: Pick<
    Entry,
    'id' | 'requesterId' | 'ground' | 'cite' | 'what' | 'orderId' | 'contactId' | 'recordingId'
  > & {
    statute: string
    expiresAt: Date
  },
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `insert into integrity_entries (id, requester_id, statute, ground, cite, what_sealed, order_id, contact_id,
       recording_id, state, made_at, made_by, made_role, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed', $10, $11, $12, $13)`,
    [
      e.id,
      e.requesterId,
      e.statute,
      e.ground,
      e.cite,
      e.what,
      e.orderId,
      e.contactId,
      e.recordingId,
      by.at,
      by.actor.id,
      by.actor.role,
      e.expiresAt,
    ],
  )
}

export async function insertMeasure(
  tx: Tx,
  m: Pick<Measure, 'id' | 'requesterId' | 'scope' | 'study' | 'participants' | 'document' | 'entries'> & {
    statute: string
    cite: string
    expiresAt: Date
  },
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `insert into integrity_measures (id, requester_id, statute, cite, scope, study_sealed, participants, document,
       entries, state, made_at, made_by, made_role, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed', $10, $11, $12, $13)`,
    [
      m.id,
      m.requesterId,
      m.statute,
      m.cite,
      m.scope,
      m.study,
      m.participants,
      m.document,
      m.entries,
      by.at,
      by.actor.id,
      by.actor.role,
      m.expiresAt,
    ],
  )
}

export async function lockEntry(tx: Tx, id: string): Promise<Entry | null> {
  const [row] = await tx.query<Entry>(
    `select ${entryColumns} from integrity_entries r where r.id = $1 for update of r`,
    [id],
  )
  return row ?? null
}

export async function lockMeasure(tx: Tx, id: string): Promise<Measure | null> {
  const [row] = await tx.query<Measure>(
    `select ${measureColumns} from integrity_measures r where r.id = $1 for update`,
    [id],
  )
  return row ?? null
}

/** Of these requesters, who are one person; newest first. */
export const entriesOf = (tx: Tx, requesterIds: readonly string[]): Promise<Entry[]> =>
  tx.query<Entry>(
    `select ${entryColumns} from integrity_entries r where r.requester_id = any($1::uuid[])
     order by r.made_at desc, r.id`,
    [requesterIds],
  )

export const measuresOf = (tx: Tx, requesterIds: readonly string[]): Promise<Measure[]> =>
  tx.query<Measure>(
    `select ${measureColumns} from integrity_measures r where r.requester_id = any($1::uuid[])
     order by r.made_at desc, r.id`,
    [requesterIds],
  )

/** What waits for its second person, the oldest first. */
export const proposedEntries = (tx: Tx, limit: number): Promise<Entry[]> =>
  tx.query<Entry>(
    `select ${entryColumns} from integrity_entries r where r.state = 'proposed' order by r.made_at limit $1`,
    [limit],
  )
export const proposedMeasures = (tx: Tx, limit: number): Promise<Measure[]> =>
  tx.query<Measure>(
    `select ${measureColumns} from integrity_measures r where r.state = 'proposed' order by r.made_at limit $1`,
    [limit],
  )

export async function settle(
  tx: Tx,
  table: RecordTable,
  id: string,
  to: { state: 'inForce' | 'rejected'; decision: string; markId: string | null; expiresAt: Date },
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `update ${table} set state = $2, decision = $3, mark_id = $4, expires_at = $5, decided_at = $6, decided_by = $7
     where id = $1`,
    [id, to.state, to.decision, to.markId, to.expiresAt, by.at, by.actor.id],
  )
}

export async function endRecord(
  tx: Tx,
  table: RecordTable,
  id: string,
  to: { state: RecordState; because: string; by: string; at: Date },
): Promise<void> {
  await tx.query(
    `update ${table} set state = $2, ended_because = $3, ended_by = $4, ended_at = $5 where id = $1`,
    [id, to.state, to.because, to.by, to.at],
  )
}

/** Ends what has run out; whoever comes second finds nothing. */
export const claimExpired = (
  tx: Tx,
  table: RecordTable,
  now: Date,
  limit: number,
): Promise<Pick<FileRecord, 'id' | 'markId'>[]> =>
  tx.query(
    `update ${table} set state = case when state = 'proposed' then 'lapsed' else 'expired' end, ended_at = $1,
       ended_by = 'integrity', ended_because = 'time'
     where id in (select id from ${table} where state in ('proposed', 'inForce') and expires_at <= $1
       order by expires_at limit $2 for update skip locked)
     returning id, mark_id as "markId"`,
    [now, limit],
  )

export async function insertCorrection(
  tx: Tx,
  c: Pick<Correction, 'id' | 'requesterId' | 'entryId' | 'measureId' | 'contactId' | 'request'>,
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `insert into integrity_corrections (id, requester_id, entry_id, measure_id, contact_id, request_sealed, asked_at,
       asked_by, asked_role)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [c.id, c.requesterId, c.entryId, c.measureId, c.contactId, c.request, by.at, by.actor.id, by.actor.role],
  )
}

const correctionColumns = `id, requester_id as "requesterId", entry_id as "entryId", measure_id as "measureId",
  contact_id as "contactId", request_sealed as request, asked_at as "askedAt", asked_by as "askedBy",
  decided_at as "decidedAt", decided_by as "decidedBy", granted, reason`

export async function lockCorrection(tx: Tx, id: string): Promise<Correction | null> {
  const [row] = await tx.query<Correction>(
    `select ${correctionColumns} from integrity_corrections where id = $1 for update`,
    [id],
  )
  return row ?? null
}

export const correctionsOf = (tx: Tx, requesterIds: readonly string[]): Promise<Correction[]> =>
  tx.query<Correction>(
    `select ${correctionColumns} from integrity_corrections where requester_id = any($1::uuid[])
     order by asked_at desc, id`,
    [requesterIds],
  )

export const openCorrections = (tx: Tx, limit: number): Promise<Correction[]> =>
  tx.query<Correction>(
    `select ${correctionColumns} from integrity_corrections where decided_at is null order by asked_at limit $1`,
    [limit],
  )

export async function decideCorrection(
  tx: Tx,
  id: string,
  decided: { granted: boolean; reason: string; by: string; at: Date },
): Promise<void> {
  await tx.query(
    `update integrity_corrections set granted = $2, reason = $3, decided_by = $4, decided_at = $5 where id = $1`,
    [id, decided.granted, decided.reason, decided.by, decided.at],
  )
}
