import type { Tx } from '../db/pool.ts'
import type { Asked } from './decide/query.ts'
import type { ItemKind } from './model.ts'
import { hitColumns, type HitRow } from './store.ts'

/** SQL of the search. */

export type Filter = {
  /** `YYYY-MM-DD` */
  today: string
  unit: string | null
  kind: ItemKind | null
  matterKind: string | null
  category: number | null
  validity: 'current' | 'stale' | 'upcoming' | null
  /** Whose internal items are seen, besides public ones: everybody's, one unit's, nobody's. */
  internal: 'all' | { unit: string } | 'none'
  limit: number
  offset: number
}

export type Found = HitRow & { total: number }

/** $1 today … $8; the same places in every statement here. */
const filtered = `i.withdrawn_at is null
  and ($2::text is null or i.unit_code = $2)
  and ($3::text is null or i.kind = $3)
  and ($4::text is null or v.matter_kind = $4)
  and ($5::int is null or v.matter_category = $5)
  and (not v.confidential or $6 or i.unit_code = $7)
  and case $8::text
    when 'upcoming' then greatest(v.valid_from, p.published_on) > $1::date
      and ($6 or i.unit_code = $7)
      and not exists (select from knowledge_versions w where w.item_id = v.item_id and w.version > v.version)
    else v.valid_from <= $1::date and coalesce(p.published_on <= $1::date, true)
      and not exists (select from knowledge_versions w
        where w.item_id = v.item_id and w.version > v.version and w.valid_from <= $1::date)
      and ($8 is null or ($8 = 'stale') = coalesce(v.valid_to < $1::date, false))
    end`

const joined = `join knowledge_items i on i.id = v.item_id
  left join knowledge_policies p on p.item_id = i.id and p.cancelled_at is null`

const valuesOf = (f: Filter): unknown[] => [
  f.today,
  f.unit,
  f.kind,
  f.matterKind,
  f.category,
  f.internal === 'all',
  typeof f.internal === 'object' ? f.internal.unit : null,
  f.validity,
]

/** What an item says in its title counts most, then its keywords; a pair that few items have counts more. */
const weightOfTitle = 5
const weightOfKeywords = 3
/** A hit that shares so little with the query, compared with the best one, is none. */
const tail = 0.08

/** A pair that so many versions have tells nothing beside one that fewer have; and so many pairs are enough. */
const common = 1_000
const pairs = 12

/**
 * Best match first, stale items after all others. One row per item: the version in force, or the upcoming one.
 * Each pair is looked up in the index by itself, so the cost follows what is found and not what is stored.
 */
export const searchText = `with asked as (
    select gram, weight, (
      select count(*) from (select from knowledge_versions where grams @> array[gram] limit ${common}) as having_it
    ) as known
    from unnest($9::text[], $10::float8[]) as t(gram, weight)
  ),
  chosen as (
    select gram, weight * ln(1 + (select count(*) from knowledge_items)::float8 / known) as value
    from asked
    where known > 0 and (known < ${common} or not exists (select from asked where known between 1 and ${common - 1}))
    order by value desc, gram limit ${pairs}
  ),
  scored as (
    select v.item_id, v.version,
      sum(c.value * case when strpos(v.title_text, c.gram) > 0 then ${weightOfTitle}
                         when strpos(v.keyword_text, c.gram) > 0 then ${weightOfKeywords} else 1 end) as score
    from chosen c join knowledge_versions v on v.grams @> array[c.gram]
    group by v.item_id, v.version
  ),
  found as (
    select v.item_id, v.version, s.score, coalesce(v.valid_to < $1::date, false) as over
    from scored s join knowledge_versions v on v.item_id = s.item_id and v.version = s.version ${joined}
    where ${filtered}
  ),
  page as (
    select item_id, version, score, over, count(*) over () as total
    from found where score >= ${tail} * (select max(score) from found)
    order by over, score desc, item_id limit $11 offset $12
  )
  select ${hitColumns}, page.total
  from page join knowledge_versions v on v.item_id = page.item_id and v.version = page.version ${joined}
  order by page.over, page.score desc, page.item_id`

export const search = (tx: Tx, asked: Asked['grams'], f: Filter): Promise<Found[]> =>
  tx.query(searchText, [
    ...valuesOf(f),
    asked.map((a) => a.text),
    asked.map((a) => a.weight),
    f.limit,
    f.offset,
  ])

/** Without a query: what was written last comes first, stale items after all others. */
export const list = (tx: Tx, f: Filter): Promise<Found[]> =>
  tx.query(
    `with page as (
       select v.item_id, v.version, v.made_at, coalesce(v.valid_to < $1::date, false) as over,
         count(*) over () as total
       from knowledge_versions v ${joined} where ${filtered}
       order by over, v.made_at desc, v.item_id limit $9 offset $10
     )
     select ${hitColumns}, page.total
     from page join knowledge_versions v on v.item_id = page.item_id and v.version = page.version ${joined}
     order by page.over, page.made_at desc, page.item_id`,
    [...valuesOf(f), f.limit, f.offset],
  )
