import type { Place } from '../../base/cursor.ts'
import type { Tx } from '../../db/pool.ts'
import type { Duty } from '../model.ts'
import type { SupervisionMatter } from '../ports.ts'

export type MatterRow = {
  id: string
  unitCode: string
  trigger: string
  kind: Duty
  subjectId: string
  about: string
  term: string
  termCite: string
  due: Date
  cite: string
  at: Date
}

/** Each missed clock once. */
export async function insertMatter(tx: Tx, id: string, m: SupervisionMatter): Promise<void> {
  const { kind, id: subjectId, about, term, termCite, due } = m.subject
  await tx.query(
    `insert into knowledge_supervision (id, unit_code, trigger, subject_kind, subject_id, about, term, term_cite, due,
       cite, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (subject_kind, subject_id) do nothing`,
    [id, m.unit, m.trigger, kind, subjectId, about, term, termCite, due, m.cite, m.at],
  )
}

/** Newest first. */
export const listMatters = (
  tx: Tx,
  f: { unit: string | null; before: Place | null; limit: number },
): Promise<MatterRow[]> =>
  tx.query(
    `select id, unit_code as "unitCode", trigger, subject_kind as kind, subject_id as "subjectId", about, term,
       term_cite as "termCite", due, cite, at
     from knowledge_supervision
     where ($1::text is null or unit_code = $1) and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
     order by at desc, id desc limit $4`,
    [f.unit, f.before?.at ?? null, f.before?.id ?? null, f.limit],
  )
