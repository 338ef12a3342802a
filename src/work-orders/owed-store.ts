import type { Tx } from '../db/pool.ts'
import type { Statute } from '../statutes/statute.ts'
import { orderColumns, toOrder, type OrderRow, type RawOrder } from './rows.ts'
import { followUpRate, maxTries } from './rules/follow-up.ts'
import { highestStar } from './rules/rating.ts'
import type { Scope } from './visibility.ts'
import { addVisible, conditions, type Conditions } from './visible-store.ts'

/**
 * What is owed after an order was concluded, the longest waiting first. The same conditions as `owesFollowUp` and
 * `owesRating`; a test compares them.
 */
export type OwedFilter = {
  /** What was concluded before is not looked at. */
  since: Date
  after?: { at: string; id: string }
  limit: number
}

/** Follow-ups since the order was concluded last, as a set `f`. */
const round = `jsonb_array_elements(o.closing -> 'followUps') f
  where (f ->> 'at')::timestamptz >= o.concluded_at`

/** Share of one by Knuth's multiplicative hash, as `followUpShare` computes it. */
const share = `mod(('0' || regexp_replace(o.number, '\\D', '', 'g'))::numeric * 2654435761, 4294967296) / 4294967296`

/**
 * Orders `o` that still have to be followed up: each one, the sample, and those that were supervised or whose requester
 * was dissatisfied before.
 */
export function addOwesFollowUp(c: Conditions, statutes: readonly Statute[]): void {
  const rates = Object.fromEntries(statutes.map((s) => [s.slug, followUpRate(s)]))
  const rate = `(${c.value(JSON.stringify(rates))}::jsonb ->> o.statute)::numeric`
  c.add(`o.state = 'concluded'`)
  c.add(`not exists (select from ${round} and (f ->> 'reached')::boolean)`)
  c.add(`(select count(*) from ${round}) < ${c.value(maxTries)}::integer`)
  c.add(`${rate} > 0 and (${rate} >= 1 or ${share} < ${rate}
    or exists (select from work_order_procedures q where q.order_id = o.id and q.kind = 'supervision')
    or o.closing @> '{"followUps": [{"satisfied": "dissatisfied"}]}'
    or o.closing @> '{"followUps": [{"solved": false}]}')`)
}

/** Orders `o` whose requester has answered and that have no stars yet, where results are rated by stars. */
export function addOwesRating(c: Conditions, statutes: readonly Statute[]): void {
  const starred = statutes.filter((s) => highestStar(s) > 0).map((s) => s.slug)
  c.add(`o.state = 'concluded' and o.statute = any(${c.value(starred)})`)
  c.add(`coalesce((o.closing -> 'rating' ->> 'at')::timestamptz < o.concluded_at, true)`)
  c.add(`exists (select from ${round} and f ->> 'satisfied' is not null)`)
}

/** Oldest first; keyset on (concluded_at, id). Nobody is shown what his own unit handled. */
export async function owed(
  tx: Tx,
  condition: (c: Conditions) => void,
  { since, after, limit }: OwedFilter,
  scope: Scope,
): Promise<OrderRow[]> {
  const c = conditions()
  c.add(`o.concluded_at >= ${c.value(since)}`)
  if (after) c.add(`(o.concluded_at, o.id) > (${c.value(after.at)}::timestamptz, ${c.value(after.id)}::uuid)`)
  condition(c)
  if (scope.ownUnit !== null)
    c.add(`not exists (select from work_order_legs l
      where l.order_id = o.id and l.unit_code = ${c.value(scope.ownUnit)})`)
  addVisible(c, scope)
  const rows = await tx.query<RawOrder>(
    `select ${orderColumns} from work_orders o ${c.where()}
     order by o.concluded_at, o.id limit ${c.value(limit)}`,
    c.values,
  )
  return rows.map(toOrder)
}
