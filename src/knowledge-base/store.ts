import type { Tx } from '../db/pool.ts'
import type { KnowledgeDraft, KnowledgeHit, TemplateParts } from './contract.ts'
import type { ItemKind } from './model.ts'

/** SQL of items and their versions. */

export type HitRow = Omit<KnowledgeHit, 'source' | 'matter' | 'words'> & {
  sourceNumber: string | null
  sourceName: string
  sourceArticle: string | null
  matterKind: string | null
  matterCategory: number | null
  keywords: string
}

/** Of `knowledge_versions v`, `knowledge_items i` and `knowledge_policies p`; $1 is today. */
export const hitColumns = `v.item_id as id, v.version, i.unit_code as "unitCode", i.kind, v.title, v.body, v.keywords,
  v.source_number as "sourceNumber", v.source_name as "sourceName", v.source_article as "sourceArticle",
  v.matter_kind as "matterKind", v.matter_category as "matterCategory",
  v.confidential, v.valid_from::text as "validFrom", v.valid_to::text as "validTo",
  coalesce(v.valid_to < $1::date, false) as stale,
  case when p.published_on > $1::date then p.published_on::text end as "publicFrom",
  (select count(*) from knowledge_errors e where e.item_id = i.id and e.state = 'open') as "openErrors"`

export const hitOf = (
  {
    sourceNumber,
    sourceName,
    sourceArticle,
    matterKind,
    matterCategory,
    keywords: _keywords,
    ...rest
  }: HitRow,
  words: string[],
): KnowledgeHit => ({
  ...rest,
  source: { number: sourceNumber, name: sourceName, article: sourceArticle },
  matter:
    matterKind === null && matterCategory === null ? null : { kind: matterKind, category: matterCategory },
  words,
})

/** The version as it was written, of an item that is not withdrawn. */
export async function findVersion(
  tx: Tx,
  id: string,
  version: number,
  today: string,
): Promise<KnowledgeHit | null> {
  const [row] = await tx.query<HitRow>(
    `select ${hitColumns} from knowledge_versions v join knowledge_items i on i.id = v.item_id
     left join knowledge_policies p on p.item_id = i.id and p.cancelled_at is null
     where v.item_id = $2 and v.version = $3 and i.withdrawn_at is null`,
    [today, id, version],
  )
  return row ? hitOf(row, []) : null
}

export type ItemRow = {
  id: string
  unitCode: string
  kind: ItemKind
  holding: string | null
  topic: string | null
  policyId: string | null
  publishedOn: string | null
  createdAt: Date
  withdrawnAt: Date | null
  withdrawnBy: string | null
  withdrawnBecause: string | null
  newest: number
  /** Of the newest version: what is confidential now, is so in its whole history. */
  confidential: boolean
  title: string
  openErrors: number
}

const item = `select i.id, i.unit_code as "unitCode", i.kind, i.holding, i.topic, i.created_at as "createdAt",
    i.withdrawn_at as "withdrawnAt", i.withdrawn_by as "withdrawnBy", i.withdrawn_because as "withdrawnBecause",
    p.id as "policyId", p.published_on::text as "publishedOn", v.version as newest, v.confidential, v.title,
    (select count(*) from knowledge_errors e where e.item_id = i.id and e.state = 'open') as "openErrors"
  from knowledge_items i
  join knowledge_versions v on v.item_id = i.id
    and v.version = (select max(w.version) from knowledge_versions w where w.item_id = i.id)
  left join knowledge_policies p on p.item_id = i.id and p.cancelled_at is null
  where i.id = $1`

export async function findItem(tx: Tx, id: string): Promise<ItemRow | null> {
  const [row] = await tx.query<ItemRow>(item, [id])
  return row ?? null
}

/** The same, and nobody else writes it until the transaction ends. */
export async function lockItem(tx: Tx, id: string): Promise<ItemRow | null> {
  // The lock comes first: what is read under it is what the last writer left.
  await tx.query(`select from knowledge_items where id = $1 for update`, [id])
  return findItem(tx, id)
}

export async function insertItem(
  tx: Tx,
  it: {
    id: string
    unitCode: string
    kind: ItemKind
    holding: string | null
    topic: string | null
    at: Date
  },
): Promise<void> {
  await tx.query(
    `insert into knowledge_items (id, unit_code, kind, holding, topic, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do nothing`,
    [it.id, it.unitCode, it.kind, it.holding, it.topic, it.at],
  )
}

export async function moveItem(tx: Tx, id: string, unitCode: string): Promise<void> {
  await tx.query(`update knowledge_items set unit_code = $2 where id = $1`, [id, unitCode])
}

export type NewVersion = {
  draft: KnowledgeDraft
  body: string
  words: string[]
  by: { id: string; role: string | null }
  at: Date
  note: string | null
}

/** The caller holds the item's lock, which makes versions gapless. @returns the version written */
export async function insertVersion(
  tx: Tx,
  id: string,
  { draft, body, words, by, at, note }: NewVersion,
): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `insert into knowledge_versions (item_id, version, title, body, keywords, source_number, source_name,
       source_article, confidential, valid_from, valid_to, grams, made_by, made_by_role, made_at, matter_kind,
       matter_category, parts, change_note)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10::date, $11, $12, $13, $14,
       $15, $16, $17, $18
     from knowledge_versions where item_id = $1
     returning version`,
    [
      id,
      draft.title,
      body,
      draft.keywords ?? '',
      draft.source.number ?? null,
      draft.source.name,
      draft.source.article ?? null,
      draft.confidential ?? false,
      draft.validFrom,
      draft.validTo ?? null,
      words,
      by.id,
      by.role,
      at,
      draft.matter?.kind ?? null,
      draft.matter?.category ?? null,
      draft.template ? JSON.stringify(draft.template) : null,
      note,
    ],
  )
  return row!.version
}

export async function withdrawItem(
  tx: Tx,
  id: string,
  how: { at: Date; by: string; because: string },
): Promise<void> {
  await tx.query(
    `update knowledge_items set withdrawn_at = $2, withdrawn_by = $3, withdrawn_because = $4 where id = $1`,
    [id, how.at, how.by, how.because],
  )
}

export type VersionRow = Pick<
  HitRow,
  'sourceNumber' | 'sourceName' | 'sourceArticle' | 'matterKind' | 'matterCategory'
> & {
  version: number
  title: string
  body: string
  keywords: string
  parts: TemplateParts | null
  confidential: boolean
  validFrom: string
  validTo: string | null
  stale: boolean
  madeBy: string
  madeByRole: string | null
  madeAt: Date
  note: string | null
  corrects: string[]
}

/** Newest first. */
export const versionsOf = (
  tx: Tx,
  id: string,
  today: string,
  page: { below: number | null; limit: number },
): Promise<VersionRow[]> =>
  tx.query(
    `select v.version, v.title, v.body, v.keywords, v.source_number as "sourceNumber", v.source_name as "sourceName",
       v.source_article as "sourceArticle", v.matter_kind as "matterKind", v.matter_category as "matterCategory",
       v.parts, v.confidential, v.valid_from::text as "validFrom", v.valid_to::text as "validTo",
       coalesce(v.valid_to < $2::date, false) as stale, v.made_by as "madeBy", v.made_by_role as "madeByRole",
       v.made_at as "madeAt", v.change_note as note,
       array(select e.id from knowledge_errors e where e.corrected_item = v.item_id
         and e.corrected_version = v.version order by e.id) as corrects
     from knowledge_versions v
     where v.item_id = $1 and ($3::int is null or v.version < $3) order by v.version desc limit $4`,
    [id, today, page.below, page.limit],
  )

/** The version in force today, or null. */
export async function currentVersion(tx: Tx, id: string, today: string): Promise<number | null> {
  const [row] = await tx.query<{ version: number | null }>(
    `select max(version) as version from knowledge_versions where item_id = $1 and valid_from <= $2::date`,
    [id, today],
  )
  return row?.version ?? null
}

export async function addEvent(
  tx: Tx,
  e: {
    subject: 'item' | 'policy' | 'error' | 'owner'
    id: string
    type: string
    at: Date
    by: { id: string; role: string }
    data?: Record<string, unknown>
  },
): Promise<void> {
  await tx.query(
    `insert into knowledge_events (subject, subject_id, type, at, actor_id, actor_role, data)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [e.subject, e.id, e.type, e.at, e.by.id, e.by.role, JSON.stringify(e.data ?? {})],
  )
}

export type EventRow = { type: string; at: Date; actorId: string; actorRole: string; data: unknown }

export const eventsOf = (tx: Tx, subject: 'item' | 'policy', id: string): Promise<EventRow[]> =>
  tx.query(
    `select type, at, actor_id as "actorId", actor_role as "actorRole", data from knowledge_events
     where subject = $1 and subject_id = $2 order by id desc limit 200`,
    [subject, id],
  )
