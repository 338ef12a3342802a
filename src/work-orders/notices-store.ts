import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { OrderEvent } from './model.ts'
import { orderColumns, toOrder, type OrderRow, type RawOrder } from './rows.ts'

/** SQL behind the notices: the events they are made of, by whose ids each notice is sent once. */

/** Ids of the order's last events, the oldest first. The caller holds the order's row lock. */
export async function lastEventIds(tx: Tx, orderId: string, count: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    // By the number, not by the text of it: 9 comes before 10.
    prepared(
      `select e.id::text as id from work_order_events e where e.order_id = $1 order by e.id desc limit $2`,
    ),
    [orderId, count],
  )
  return rows.map((r) => r.id).reverse()
}

/** What has happened to an order so far. */
export async function eventsSoFar(tx: Tx, orderId: string): Promise<OrderEvent[]> {
  const rows = await tx.query<{ type: string; data: object }>(
    prepared(
      `select type, data from work_order_events where order_id = $1 and version is not null order by id`,
    ),
    [orderId],
  )
  // As `insertEvent` took it apart.
  return rows.map(({ type, data }) => ({ ...data, type }) as OrderEvent)
}

/** The orders that were joined to this one, by whatever way. */
export async function joinedTo(tx: Tx, orderId: string): Promise<OrderRow[]> {
  const rows = await tx.query<RawOrder>(
    `with recursive joined as (
       select id from work_orders where merged_into = $1
       union select w.id from work_orders w join joined j on w.merged_into = j.id
     )
     select ${orderColumns} from work_orders o join joined using (id) order by o.number`,
    [orderId],
  )
  return rows.map(toOrder)
}

export async function unitNames(tx: Tx, codes: readonly string[]): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map()
  const rows = await tx.query<{ code: string; name: string }>(
    prepared(`select code, name from units where code = any($1::text[])`),
    [codes],
  )
  return new Map(rows.map((r) => [r.code, r.name]))
}
