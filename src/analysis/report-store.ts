import type { Tx } from '../db/pool.ts'
import type { Composed, IssueBody } from './report-contract.ts'

/** SQL of issued reports. Rows are only ever added; the database refuses to change one. */

export type ReportRow = {
  id: string
  statute: string
  kind: IssueBody['kind']
  period: string
  periodLabel: string
  periodFrom: Date
  periodTo: Date
  focus: Composed['focus']
  edition: number
  because: string | null
  figuresVersion: string
  composed: Composed
  summary: string
  sentTo: { code: string | null; label: string }[]
  issuedAt: Date
  issuedBy: string
  issuedRole: string
}

const columns = `r.id, r.statute, r.kind, r.period, r.period_label as "periodLabel", r.period_from as "periodFrom",
  r.period_to as "periodTo", r.focus, r.edition, r.because, r.figures_version as "figuresVersion", r.composed,
  r.summary, r.sent_to as "sentTo", r.issued_at as "issuedAt", r.issued_by as "issuedBy",
  r.issued_role as "issuedRole"`

/** Two who issue at once get different editions: the caller holds this for the transaction. */
export const lockIssuing = (tx: Tx): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtext('analysis_reports'))`)

export async function lastEdition(
  tx: Tx,
  r: Pick<ReportRow, 'statute' | 'kind' | 'period' | 'focus'>,
): Promise<number> {
  const [row] = await tx.query<{ edition: number }>(
    `select coalesce(max(edition), 0) as edition from analysis_reports
     where statute = $1 and kind = $2 and period = $3 and focus = $4::jsonb`,
    [r.statute, r.kind, r.period, JSON.stringify(r.focus)],
  )
  return row!.edition
}

export async function insertReport(tx: Tx, r: ReportRow): Promise<void> {
  await tx.query(
    `insert into analysis_reports (id, statute, kind, period, period_label, period_from, period_to, focus, edition,
       because, figures_version, composed, summary, sent_to, issued_at, issued_by, issued_role)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      r.id,
      r.statute,
      r.kind,
      r.period,
      r.periodLabel,
      r.periodFrom,
      r.periodTo,
      JSON.stringify(r.focus),
      r.edition,
      r.because,
      r.figuresVersion,
      JSON.stringify(r.composed),
      r.summary,
      JSON.stringify(r.sentTo),
      r.issuedAt,
      r.issuedBy,
      r.issuedRole,
    ],
  )
}

export const reportsOf = (tx: Tx, statute: string, period: string): Promise<ReportRow[]> =>
  tx.query(
    `select ${columns} from analysis_reports r where r.statute = $1 and r.period = $2
     order by r.issued_at desc, r.id desc limit 100`,
    [statute, period],
  )

export async function findReport(tx: Tx, id: string): Promise<ReportRow | null> {
  const [row] = await tx.query<ReportRow>(`select ${columns} from analysis_reports r where r.id = $1`, [id])
  return row ?? null
}
