import type { Tx } from '../db/pool.ts'
import { streetOf } from './figures-store.ts'

/** SQL of the lists behind figures: who raised what where, and which orders show a sign. Ids and sealed columns only. */

type Window = { statute: string; from: Date; to: Date; asOf: Date }

const window = ({ statute, from, to, asOf }: Window): unknown[] => [statute, from, to, asOf]
const inWindow = (at: string): string => `${at} >= $2 and ${at} < $3 and ${at} <= $4`

/** Whose words are nobody's here: complaints, tip-offs and what is to be kept secret. */
const plain = `o.confidential = 'normal' and o.accused_unit is null and o.accused_staff is null
  and coalesce(o.kind, '') not in ('complaint', 'tipOff')`

export type RaiseRow = {
  orderId: string
  contactId: string
  at: Date
  kind: string | null
  category: number | null
  place: string | null
  title: string | null
  incident: string | null
  accusedUnit: string | null
  open: boolean
}

/** Matters raised in the window, for the first time or again; the newest first, at most `limit`. */
export const raises = (
  tx: Tx,
  w: Window,
  { limit, againstUnits }: { limit: number; againstUnits: boolean },
): Promise<RaiseRow[]> =>
  tx.query(
    `select o.id as "orderId", r.contact_id as "contactId", r.at, o.kind, o.category, ${streetOf} as place,
       case when ${plain} then o.title end as title, o.incident, o.accused_unit as "accusedUnit",
       o.ended_at is null as open
     from (
       select wc.order_id, wc.contact_id, raised.raised_at as at from work_orders raised
         join work_order_contacts wc on wc.order_id = raised.id and wc.relation = 'origin'
       where ${inWindow('raised.raised_at')}
       union all
       select wc.order_id, wc.contact_id, wc.at from work_order_contacts wc
       where wc.relation = 'appended' and ${inWindow('wc.at')}
     ) r join work_orders o on o.id = r.order_id
     where o.statute = $1 and o.state <> 'refused' and ($5 or o.accused_unit is not null)
     order by r.at desc limit $6`,
    [...window(w), !againstUnits, limit],
  )

export type GlimpseRow = {
  id: string
  number: string
  title: string
  state: string
  unit: string | null
  category: number | null
  raisedAt: Date
  /** Its words may be shown once the identity is out of them. */
  plain: boolean
  tipOff: boolean
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
}

export const glimpses = (tx: Tx, ids: readonly string[]): Promise<GlimpseRow[]> =>
  tx.query(
    `select o.id, o.number, o.title, o.state, o.lead_unit as unit, o.category, o.raised_at as "raisedAt", ${plain} as plain,
       o.confidential = 'tipOff' or coalesce(o.kind, '') = 'tipOff' as "tipOff",
       o.name_sealed as "nameSealed", o.home_sealed as "homeSealed", o.contact_sealed as "contactSealed"
     from work_orders o where o.id = any($1::uuid[]) order by o.raised_at desc, o.id desc`,
    [ids],
  )

export async function idsOf(
  tx: Tx,
  numbers: readonly string[],
  unit: string | null,
): Promise<Map<string, string>> {
  const rows = await tx.query<{ number: string; id: string }>(
    `select o.number, o.id from work_orders o where o.number = any($1::text[]) and ($2::text is null or exists (
       select 1 from work_order_legs l where l.order_id = o.id and l.unit_code = $2))`,
    [numbers, unit],
  )
  return new Map(rows.map((r) => [r.number, r.id]))
}

export type StageRow = {
  stage: 'acceptance' | 'handling' | 'feedback' | 'supervision' | 'evaluation'
  count: number
  overdue: number
  oldest: Date | null
}

/** What waits in each stage at `asOf`. Evaluation: concluded within `evaluationDays` and not followed up. */
export const stages = (
  tx: Tx,
  { statute, asOf, evaluationDays }: { statute: string; asOf: Date; evaluationDays: number },
): Promise<StageRow[]> =>
  tx.query(
    `select case when o.state = 'dispatched' then 'handling' when o.state = 'fedBack' then 'feedback'
         else 'acceptance' end as stage, count(*) as count,
       count(*) filter (where exists (select 1 from work_order_deadlines d where d.order_id = o.id
         and d.met_at is null and d.voided_at is null and not d.is_window and d.due <= $2)) as overdue,
       min(o.raised_at) as oldest
     from work_orders o where o.ended_at is null and o.statute = $1 and o.raised_at <= $2 group by 1
     union all
     select 'supervision', count(*), count(*) filter (where exists (select 1 from work_order_deadlines d
         where d.order_id = p.order_id and d.procedure = p.n and d.met_at is null and d.voided_at is null
           and d.due <= $2)), min(p.opened_at)
     from work_order_procedures p join work_orders o on o.id = p.order_id
     where p.kind = 'supervision' and p.closed_at is null and o.statute = $1 and p.opened_at <= $2
     union all
     select 'evaluation', count(*), 0, min(o.concluded_at) from work_orders o
     where o.state = 'concluded' and o.statute = $1 and o.concluded_at <= $2
       and o.concluded_at > $2::timestamptz - make_interval(days => $3)
       and not exists (select 1 from work_order_events e
         where e.order_id = o.id and e.type = 'followedUp' and e.at >= o.concluded_at)`,
    [statute, asOf, evaluationDays],
  )

/** Results that leading units fed back, by unit and day of Asia/Shanghai. */
export const closings = (tx: Tx, w: Window): Promise<{ unit: string; day: string; orderIds: string[] }[]> =>
  tx.query(
    `select l.unit_code as unit, to_char(e.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day,
       array_agg(distinct e.order_id) as "orderIds"
     from work_order_events e join work_orders o on o.id = e.order_id
       join work_order_legs l on l.order_id = e.order_id and l.n = (e.data->>'leg')::integer and l.role = 'lead'
     where e.type = 'fedBack' and ${inWindow('e.at')} and o.statute = $1 group by 1, 2 order by 1, 2`,
    window(w),
  )

/** Orders that were dispatched or asked to be taken back in the window, and how often in their whole life. */
export const wanderings = (
  tx: Tx,
  w: Window,
  least: { sentBack: number; units: number },
): Promise<{ orderId: string; unit: string | null; sentBack: number; units: number }[]> =>
  tx.query(
    `select * from (
       select o.id as "orderId", o.lead_unit as unit,
         (select count(*) from work_order_procedures p where p.order_id = o.id and p.kind = 'sendBack'
           and p.opened_at <= $4) as "sentBack",
         (select count(distinct l.unit_code) from work_order_legs l where l.order_id = o.id and l.role = 'lead'
           and l.delivered_at <= $4) as units
       from work_orders o where o.statute = $1 and o.id in (
         select p.order_id from work_order_procedures p where p.kind = 'sendBack' and ${inWindow('p.opened_at')}
         union select l.order_id from work_order_legs l where l.role = 'lead' and ${inWindow('l.delivered_at')})
     ) moved where "sentBack" >= $5 or units >= $6
     order by "sentBack" desc, units desc, "orderId" limit 200`,
    [...window(w), least.sentBack, least.units],
  )

/** Changes of class, kind or category less than `hours` before a limit of handling ended, or after it. */
export const lateLabels = (
  tx: Tx,
  w: Window,
  { terms, hours }: { terms: readonly string[]; hours: number },
): Promise<{ orderId: string; unit: string | null; what: string; afterDue: boolean }[]> =>
  tx.query(
    `select e.order_id as "orderId", o.lead_unit as unit, bool_or(d.due <= e.at) as "afterDue",
       case when e.type = 'classified' then '办理类别' when e.data ? 'kind' then '诉求类别' else '事项类别' end as what
     from work_order_events e join work_orders o on o.id = e.order_id
       join work_order_deadlines d on d.order_id = e.order_id and d.term = any($5) and d.started_at < e.at
         and d.due <= e.at + make_interval(hours => $6) and (d.met_at is null or d.met_at > e.at)
         and (d.voided_at is null or d.voided_at >= e.at)
     where e.type in ('classified', 'supplied') and ${inWindow('e.at')} and o.statute = $1
       and (e.type = 'classified' or e.data ?| '{kind,category}')
     group by e.id, o.lead_unit order by e.id limit 200`,
    [...window(w), terms, hours],
  )

/** Follow-ups by people of a unit, or by whoever fed back the result himself. */
export const ownFollowUps = (tx: Tx, w: Window): Promise<{ orderId: string; unit: string | null }[]> =>
  tx.query(
    `select distinct e.order_id as "orderId", o.lead_unit as unit
     from work_order_events e join work_orders o on o.id = e.order_id
     where e.type = 'followedUp' and ${inWindow('e.at')} and o.statute = $1
       and (e.actor_role in ('unit', 'unitLeader') or exists (select 1 from work_order_events f
         where f.order_id = e.order_id and f.type = 'fedBack' and f.actor_kind = 'staff' and f.actor_id = e.actor_id))
     order by 2, 1 limit 500`,
    window(w),
  )

/** Supervised or handled again at least `least` times, the last of them in the window. */
export const ineffective = (
  tx: Tx,
  w: Window,
  least: number,
): Promise<{ orderId: string; unit: string | null; supervised: number; again: number }[]> =>
  tx.query(
    `select * from (
       select o.id as "orderId", o.lead_unit as unit,
         (select count(*) from work_order_procedures p where p.order_id = o.id and p.kind = 'supervision') as supervised,
         (select count(*) from work_order_events e where e.order_id = o.id and e.type = 'judged'
           and e.data->>'then' = 'handleAgain') as again
       from work_orders o where o.statute = $1 and o.id in (
         select p.order_id from work_order_procedures p where p.kind = 'supervision' and ${inWindow('p.opened_at')}
         union select e.order_id from work_order_events e where e.type = 'judged' and ${inWindow('e.at')})
     ) tried where supervised >= $5 or again >= $5 order by supervised + again desc, "orderId" limit 200`,
    [...window(w), least],
  )

export type CaseRow = {
  id: string
  number: string
  statute: string
  state: string
  version: number
  kind: string | null
  category: number | null
  confidential: string
  concludedAt: Date | null
  place: string | null
  nameSealed: string | null
  homeSealed: string | null
  contactSealed: string | null
  units: string[]
  /** Leaders and duty contacts of its units. */
  people: string[]
}

/** An order as the source of a case that the public may read. */
export async function caseSource(tx: Tx, by: { number: string } | { id: string }): Promise<CaseRow | null> {
  const [row] = await tx.query<CaseRow>(
    `select o.id, o.number, o.statute, o.state, o.version, o.kind, o.category, o.confidential,
       o.concluded_at as "concludedAt", o.place,
       o.name_sealed as "nameSealed", o.home_sealed as "homeSealed", o.contact_sealed as "contactSealed",
       coalesce((select array_agg(distinct l.unit_code) from work_order_legs l where l.order_id = o.id), '{}') as units,
       coalesce((select array_agg(distinct person) from work_order_legs l join units u on u.code = l.unit_code,
         lateral (select u.leader union select u.deputy union
           select c->>'name' from jsonb_array_elements(u.contacts) c) p(person)
         where l.order_id = o.id and person is not null), '{}') as people
     from work_orders o where o.number = $1 or o.id = $2::uuid`,
    'number' in by ? [by.number, null] : [null, by.id],
  )
  return row ?? null
}

export async function unitNames(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.query<{ code: string; name: string }>(`select code, name from units`)
  return new Map(rows.map((r) => [r.code, r.name]))
}

/** Statutes of the orders that were raised in the window or in the year before it. */
export async function statutesOf(tx: Tx, { from, to }: Pick<Window, 'from' | 'to'>): Promise<string[]> {
  const rows = await tx.query<{ statute: string }>(
    `select distinct statute from work_orders
     where raised_at >= $1::timestamptz - interval '1 year' and raised_at < $2 order by 1`,
    [from, to],
  )
  return rows.map((r) => r.statute)
}
