import type { Tx } from '../../db/pool.ts'

/** SQL of what a unit keeps as a whole: who looks after its items, and what it has delivered. */

export type OwnerRow = { unitCode: string; staffId: string | null; name: string; namedAt: Date }

export const listOwners = (tx: Tx): Promise<OwnerRow[]> =>
  tx.query(
    `select unit_code as "unitCode", staff_id as "staffId", name, named_at as "namedAt" from knowledge_owners`,
  )

export async function nameOwner(
  tx: Tx,
  o: { unitCode: string; staffId: string | null; name: string; by: string; at: Date },
): Promise<void> {
  await tx.query(
    `insert into knowledge_owners (unit_code, staff_id, name, named_by, named_at) values ($1, $2, $3, $4, $5)
     on conflict (unit_code) do update set staff_id = excluded.staff_id, name = excluded.name,
       named_by = excluded.named_by, named_at = excluded.named_at`,
    [o.unitCode, o.staffId, o.name, o.by, o.at],
  )
}

export type HeldRow = {
  unitCode: string
  holding: string | null
  items: number
  stale: number
  openErrors: number
}

/** Items in force, counted by unit and by what they deliver. */
export const held = (tx: Tx, today: string): Promise<HeldRow[]> =>
  tx.query(
    `select i.unit_code as "unitCode", i.holding, count(*) as items,
       count(*) filter (where v.valid_to < $1::date) as stale,
       coalesce(sum((select count(*) from knowledge_errors e where e.item_id = i.id and e.state = 'open')), 0)::int
         as "openErrors"
     from knowledge_items i
     join lateral (
       select valid_to from knowledge_versions
       where item_id = i.id and valid_from <= $1::date order by version desc limit 1
     ) v on true
     where i.withdrawn_at is null group by i.unit_code, i.holding`,
    [today],
  )
