import type { Tx } from '../db/pool.ts'
import type { KnowledgeDraft, KnowledgeHit } from './contract.ts'

type Row = Omit<KnowledgeHit, 'source'> & {
  sourceNumber: string | null
  sourceName: string
  sourceArticle: string | null
}

const columns = `v.item_id as id, v.version, i.unit_code as "unitCode", v.title, v.body,
  v.source_number as "sourceNumber", v.source_name as "sourceName", v.source_article as "sourceArticle",
  v.confidential, v.valid_from::text as "validFrom", v.valid_to::text as "validTo",
  coalesce(v.valid_to < $1::date, false) as stale`

const hit = ({ sourceNumber, sourceName, sourceArticle, ...rest }: Row): KnowledgeHit => ({
  ...rest,
  source: { number: sourceNumber, name: sourceName, article: sourceArticle },
})

/**
 * The newest version of each item in force on `today`, best match first: shared pairs in title and keywords count
 * thrice, because an item is found by what it is about.
 */
export async function search(
  tx: Tx,
  q: { grams: string[]; today: string; confidential: boolean; limit: number },
): Promise<KnowledgeHit[]> {
  const rows = await tx.query<Row>(
    `with newest as (
       select distinct on (item_id) * from knowledge_versions where valid_from <= $1::date
       order by item_id, version desc
     )
     select ${columns}
     from newest v join knowledge_items i on i.id = v.item_id
     where i.withdrawn_at is null and v.grams && $2::text[] and (not v.confidential or $3)
     order by coalesce(v.valid_to < $1::date, false),
       (select count(*) from unnest($2::text[]) g where g = any(v.grams))
         + 2 * (select count(*) from unnest($2::text[]) g where position(g in lower(v.title || ' ' || v.keywords)) > 0) desc,
       v.item_id
     limit $4`,
    [q.today, q.grams, q.confidential, q.limit],
  )
  return rows.map(hit)
}

export async function findVersion(
  tx: Tx,
  id: string,
  version: number,
  today: string,
): Promise<KnowledgeHit | null> {
  const [row] = await tx.query<Row>(
    `select ${columns} from knowledge_versions v join knowledge_items i on i.id = v.item_id
     where v.item_id = $2 and v.version = $3 and i.withdrawn_at is null`,
    [today, id, version],
  )
  return row ? hit(row) : null
}

/** @returns the version written; the row lock on the item makes versions gapless */
export async function insertVersion(
  tx: Tx,
  id: string,
  draft: KnowledgeDraft,
  grams: string[],
  by: string,
): Promise<number> {
  await tx.query(
    `insert into knowledge_items (id, unit_code) values ($1, $2)
     on conflict (id) do update set unit_code = excluded.unit_code`,
    [id, draft.unitCode],
  )
  const [row] = await tx.query<{ version: number }>(
    `insert into knowledge_versions (item_id, version, title, body, keywords, source_number, source_name,
       source_article, confidential, valid_from, valid_to, grams, made_by)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10::date, $11, $12
     from knowledge_versions where item_id = $1
     returning version`,
    [
      id,
      draft.title,
      draft.body,
      draft.keywords ?? '',
      draft.source.number ?? null,
      draft.source.name,
      draft.source.article ?? null,
      draft.confidential ?? false,
      draft.validFrom,
      draft.validTo ?? null,
      grams,
      by,
    ],
  )
  return row!.version
}

export async function withdraw(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    `update knowledge_items set withdrawn_at = clock_timestamp() where id = $1 and withdrawn_at is null returning id`,
    [id],
  )
  return rows.length > 0
}
