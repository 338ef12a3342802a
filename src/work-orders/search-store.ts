import type { Tx } from '../db/pool.ts'
import { dayOf, startOf } from '../statutes/calendar.ts'
import type { OrderNarrowing } from './contract.ts'
import { orderColumns, runningDeadline, toOrder, type OrderRow, type RawOrder } from './rows.ts'
import { plainWords, type Asked } from './search-words.ts'
import type { Scope } from './visibility.ts'
import { conditions, isTipOff, visibleList, type Conditions, type ListSource } from './visible-store.ts'

/** SQL of lists and of the search over them. */

export type OrderFilter = Omit<OrderNarrowing, 'q'> & {
  withoutTipOffs?: boolean
  before?: { at: string; id: string }
  limit: number
}

const unmet = `${runningDeadline} and not d.is_window`

function addNarrowing(
  c: Conditions,
  f: OrderFilter,
  now: Date,
  { at, id }: Pick<ListSource, 'at' | 'id'>,
): void {
  const is = (column: string, value: unknown): void => {
    if (value !== undefined) c.add(`o.${column} = ${c.value(value)}`)
  }
  const whether = (flag: boolean | undefined, condition: string): void => {
    if (flag !== undefined) c.add(flag ? condition : `not (${condition})`)
  }
  is('state', f.state)
  is('kind', f.kind)
  is('category', f.category)
  is('statute', f.statute)
  is('handling_class', f.class)
  is('lead_unit', f.leadUnit)
  if (f.contactId !== undefined)
    c.add(`exists (select from work_order_contacts wc
      where wc.order_id = o.id and wc.contact_id = ${c.value(f.contactId)})`)
  whether(f.urgent, 'o.urgent')
  whether(f.incomplete, `o.missing <> '{}'`)
  whether(f.open, 'o.ended_at is null')
  if (f.overdue !== undefined)
    // From the few clocks to their orders, never from the many orders to their clocks.
    whether(
      f.overdue,
      `o.id in (select d.order_id from work_order_deadlines d where ${unmet} and d.due <= ${c.value(now)})`,
    )
  whether(f.supervised, ofOpenProcedure('supervision'))
  if (f.withoutTipOffs) c.add(`not ${isTipOff}`)
  addOwes(c, f)
  if (f.from !== undefined) c.add(`o.raised_at >= ${c.value(midnight(f.from, 0))}`)
  if (f.to !== undefined) c.add(`o.raised_at < ${c.value(midnight(f.to, 1))}`)
  if (f.before) {
    // Said twice: a pair of columns tells the planner nothing of how much it leaves out.
    c.add(`${at} <= ${c.value(f.before.at)}::timestamptz`)
    c.add(`(${at}, ${id}) < (${c.value(f.before.at)}::timestamptz, ${c.value(f.before.id)}::uuid)`)
  }
}

/** The offset keeps the few of them a set of their own, instead of a question to each of the many orders. */
const ofOpenProcedure = (kind: 'supervision' | 'material'): string =>
  `o.id in (select q.order_id from work_order_procedures q where q.kind = '${kind}' and q.closed_at is null offset 0)`

function addOwes(c: Conditions, { owes, unit }: OrderFilter): void {
  if (owes === undefined) return
  c.add('o.ended_at is null')
  if (owes === 'requester') c.add(ofOpenProcedure('material'))
  if (owes === 'centre')
    c.add(`exists (select from work_order_deadlines d where d.order_id = o.id and ${unmet} and d.leg = 0)`)
  if (owes === 'unit')
    c.add(
      unit === undefined
        ? `exists (select from work_order_deadlines d where d.order_id = o.id and ${unmet} and d.leg > 0)`
        : // A value and no set, so that it is asked of the unit's legs one by one, newest first, until the page is full.
          `(select true from work_order_deadlines d
             where d.order_id = o.id and ${unmet} and d.leg = (select part.n from work_order_legs part
               where part.order_id = o.id and part.unit_code = ${c.value(unit)} and part.ended_at is null)
             limit 1)`,
    )
}

/** Start of a civil day of Shanghai, `days` later. */
const midnight = (day: string, days: number): Date => startOf(dayOf(new Date(`${day}T12:00:00+08:00`)) + days)

/** Newest first; keyset on (raised_at, id). */
export const listOrders = (tx: Tx, f: OrderFilter, scope: Scope, now: Date): Promise<OrderRow[]> =>
  listed(tx, conditions(), f, scope, now)

/** Whose number begins so. */
export function listByNumber(
  tx: Tx,
  { prefixes, until }: Asked & { type: 'number' },
  f: OrderFilter,
  scope: Scope,
  now: Date,
): Promise<OrderRow[]> {
  const c = conditions()
  // Nothing is raised after the day it is registered on, so the newest of that time come first.
  if (until) c.add(`o.raised_at < ${c.value(midnight(until, 0))}`)
  const like = prefixes.map((prefix) => `o.number like ${c.value(`${prefix}%`)}`)
  c.add(`(${like.join(' or ')})`)
  return listed(tx, c, f, scope, now)
}

function listed(tx: Tx, c: Conditions, f: OrderFilter, scope: Scope, now: Date): Promise<OrderRow[]> {
  const source = visibleList(c, scope, f.unit)
  addNarrowing(c, f, now, source)
  const { from, at, id } = source
  return page(tx, c, f.limit, `select o.id from ${from} ${c.where()} order by ${at} desc, ${id} desc`)
}

const dayMs = 86_400_000
/** The newest are looked through first, so that a common word costs no more than a rare one. */
const windowsMs = [45, 135, 405, 1_215].map((days) => days * dayMs)

/** Orders in which every word occurs. */
export async function listByWords(
  tx: Tx,
  asked: Asked & { type: 'words' },
  f: OrderFilter,
  scope: Scope,
  now: Date,
): Promise<OrderRow[]> {
  const newest = f.before ? new Date(f.before.at) : now
  const found: OrderRow[] = []
  let to: Date | null = null
  for (const span of [...windowsMs, null]) {
    const from = span === null ? null : new Date(newest.getTime() - span)
    const c = conditions()
    c.add(`s.grams @> search_grams(${c.value(asked.words.join(' '))})`)
    const source = visibleList(c, scope, f.unit)
    const read = source.byLegs ? source : { ...source, at: 's.raised_at', id: 's.order_id' }
    if (from) c.add(`${read.at} >= ${c.value(from)}`)
    if (to) c.add(`${read.at} < ${c.value(to)}`)
    addNarrowing(c, f, now, read)
    // The words themselves are read in the order of the page, only until it is full.
    found.push(
      ...(await page(
        tx,
        c,
        f.limit - found.length,
        `select id from (
           select o.id from ${read.from} join work_order_search s on s.order_id = ${source.id} ${c.where()}
           order by ${read.at} desc, ${read.id} desc offset 0
         ) candidates
         where (select bool_and(strpos(text, piece) > 0)
           from (select lower(normalize(work_order_words(id), NFKC)) as text offset 0) words,
             unnest(${c.value(asked.pieces)}::text[]) piece)`,
      )),
    )
    if (found.length >= f.limit) break
    to = from
  }
  return found
}

/** The ids of a page first, so that the costly columns are read for these alone. */
async function page(tx: Tx, c: Conditions, limit: number, ids: string): Promise<OrderRow[]> {
  const rows = await tx.query<RawOrder>(
    `with page as materialized (${ids} limit ${c.value(limit)})
     select ${orderColumns} from work_orders o where o.id in (select id from page)
     order by o.raised_at desc, o.id desc`,
    c.values,
  )
  return rows.map(toOrder)
}

/** Whether what a person is shown of an order holds everything he asked for: nobody finds by words he may not read. */
export const holdsAll = (shown: readonly (string | null)[], pieces: readonly string[]): boolean => {
  const text = plainWords(shown.filter((part) => part !== null).join('\n'))
  return pieces.every((piece) => text.includes(piece))
}
