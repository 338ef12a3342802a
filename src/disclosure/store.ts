import type { Place } from '../base/cursor.ts'
import type { Tx } from '../db/pool.ts'
import type { ReviseBody } from './contract.ts'

/** SQL of public cases, objections and published reports. */

export type CaseState = 'draft' | 'published' | 'refused' | 'withdrawn'

export type CaseRow = ReviseBody & {
  id: string
  statute: string
  orderId: string
  state: CaseState
  subject: string | null
  concludedIn: string
  draftedAt: Date
  draftedBy: string
  draftedRole: string
  decidedAt: Date | null
  decidedBy: string | null
  because: string | null
  withdrawnAt: Date | null
  withdrawnBy: string | null
  withdrawnBecause: string | null
  objections: number
}

const columns = `c.id, c.statute, c.order_id as "orderId", c.state, c.title, c.problem, c.handling, c.outcome, c.subject,
  c.concluded_in as "concludedIn", c.drafted_at as "draftedAt", c.drafted_by as "draftedBy",
  c.drafted_role as "draftedRole", c.decided_at as "decidedAt", c.decided_by as "decidedBy", c.because,
  c.withdrawn_at as "withdrawnAt", c.withdrawn_by as "withdrawnBy", c.withdrawn_because as "withdrawnBecause",
  (select count(*) from disclosure_objections o where o.case_id = c.id) as objections`

export async function insertCase(
  tx: Tx,
  c: Pick<
    CaseRow,
    | 'id'
    | 'statute'
    | 'orderId'
    | 'title'
    | 'problem'
    | 'handling'
    | 'outcome'
    | 'subject'
    | 'concludedIn'
    | 'draftedAt'
    | 'draftedBy'
    | 'draftedRole'
  >,
): Promise<void> {
  await tx.query(
    `insert into disclosure_cases (id, statute, order_id, state, title, problem, handling, outcome, subject,
       concluded_in, drafted_at, drafted_by, drafted_role)
     values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      c.id,
      c.statute,
      c.orderId,
      c.title,
      c.problem,
      c.handling,
      c.outcome,
      c.subject,
      c.concludedIn,
      c.draftedAt,
      c.draftedBy,
      c.draftedRole,
    ],
  )
}

export async function findCase(tx: Tx, id: string): Promise<CaseRow | null> {
  const [row] = await tx.query<CaseRow>(`select ${columns} from disclosure_cases c where c.id = $1`, [id])
  return row ?? null
}

export async function lockCase(tx: Tx, id: string): Promise<CaseRow | null> {
  await tx.query(`select from disclosure_cases where id = $1 for update`, [id])
  return findCase(tx, id)
}

export async function revise(tx: Tx, id: string, texts: ReviseBody, at: Date): Promise<void> {
  await tx.query(
    `update disclosure_cases set title = $2, problem = $3, handling = $4, outcome = $5, drafted_at = $6 where id = $1`,
    [id, texts.title, texts.problem, texts.handling, texts.outcome, at],
  )
}

export async function decide(
  tx: Tx,
  id: string,
  how: { state: 'published' | 'refused'; at: Date; by: string; because: string | null },
): Promise<void> {
  await tx.query(
    `update disclosure_cases set state = $2, decided_at = $3, decided_by = $4, because = $5 where id = $1`,
    [id, how.state, how.at, how.by, how.because],
  )
}

export async function withdraw(
  tx: Tx,
  id: string,
  how: { at: Date; by: string; because: string },
): Promise<void> {
  await tx.query(
    `update disclosure_cases set state = 'withdrawn', withdrawn_at = $2, withdrawn_by = $3, withdrawn_because = $4
     where id = $1`,
    [id, how.at, how.by, how.because],
  )
}

/** Newest first; keyset on (drafted_at, id). */
export const listCases = (
  tx: Tx,
  f: { state: CaseState | null; before: Place | null; limit: number },
): Promise<CaseRow[]> =>
  tx.query(
    `select ${columns} from disclosure_cases c where ($1::text is null or c.state = $1)
       and ($2::timestamptz is null or (c.drafted_at, c.id) < ($2, $3::uuid))
     order by c.drafted_at desc, c.id desc limit $4`,
    [f.state, f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )

export const publishedCases = (tx: Tx, statute: string, limit: number): Promise<CaseRow[]> =>
  tx.query(
    `select ${columns} from disclosure_cases c where c.state = 'published' and c.statute = $1
     order by c.decided_at desc, c.id desc limit $2`,
    [statute, limit],
  )

export async function insertObjection(
  tx: Tx,
  o: { id: string; caseId: string; at: Date; byKind: 'public' | 'staff'; byId: string; sealed: string },
): Promise<void> {
  await tx.query(
    `insert into disclosure_objections (id, case_id, at, by_kind, by_id, words_sealed) values ($1, $2, $3, $4, $5, $6)`,
    [o.id, o.caseId, o.at, o.byKind, o.byId, o.sealed],
  )
}

export const objectionsOf = (
  tx: Tx,
  caseId: string,
): Promise<{ at: Date; byKind: 'public' | 'staff'; byId: string; sealed: string }[]> =>
  tx.query(
    `select at, by_kind as "byKind", by_id as "byId", words_sealed as sealed from disclosure_objections
     where case_id = $1 order by at, id`,
    [caseId],
  )

/** @returns false when it is published already; what was withdrawn is published anew */
export async function publishReport(
  tx: Tx,
  p: { reportId: string; at: Date; by: string; role: string },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into disclosure_reports as d (report_id, published_at, published_by, published_role)
     values ($1, $2, $3, $4)
     on conflict (report_id) do update set published_at = excluded.published_at, published_by = excluded.published_by,
       published_role = excluded.published_role, withdrawn_at = null, withdrawn_by = null, because = null
       where d.withdrawn_at is not null
     returning report_id`,
    [p.reportId, p.at, p.by, p.role],
  )
  return rows.length > 0
}

/** @returns false where it was not public */
export async function withdrawReport(
  tx: Tx,
  w: { reportId: string; at: Date; by: string; because: string },
): Promise<boolean> {
  const rows = await tx.query(
    `update disclosure_reports set withdrawn_at = $2, withdrawn_by = $3, because = $4
     where report_id = $1 and withdrawn_at is null returning report_id`,
    [w.reportId, w.at, w.by, w.because],
  )
  return rows.length > 0
}

/** Ids of what is public now, the newest first. */
export async function publicReports(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select report_id as id from disclosure_reports where withdrawn_at is null
     order by published_at desc, report_id desc limit $1`,
    [limit],
  )
  return rows.map((r) => r.id)
}

export async function isPublic(tx: Tx, reportId: string): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from disclosure_reports where report_id = $1 and withdrawn_at is null`,
    [reportId],
  )
  return rows.length > 0
}
