import type { Tx } from '../db/pool.ts'
import type { Limit } from '../statutes/term.ts'
import type { OtherLaw } from '../statutes/deadline.ts'

/**
 * SQL that counts orders over a period. Every figure follows from rows that events made; nothing is kept twice. No
 * statement here gives a name, a telephone or an address: places are cut to the street or community in the database.
 */

/** Parameters $1–$7, the same in every statement. */
export type Counted = {
  statute: string
  from: Date
  /** The first instant after it. */
  to: Date
  asOf: Date
  by: 'unit' | 'category' | 'place' | 'kind' | 'channel' | null
  unit: string | null
  category: number | null
  place: string | null
}

export type TallyRow = {
  key: string
  measure: string
  numerator: number
  denominator: number
  excluded: Record<string, number>
}

/** The place of a tip-off is nobody's. */
const cut = (pattern: string): string =>
  `case when o.confidential = 'tipOff' then null else substring(normalize(o.place, NFKC) from '${pattern}') end`

/** The street, estate or community of an order `o`, or null; a house number is never part of it. */
export const streetOf = cut(
  String.raw`^\s*([^0-9A-Za-z#\s]{2,20}?(?:街道|社区|小区|花园|家园|公寓|广场|市场|大街|大道|街(?!道)|路|巷|胡同|镇|乡|村))`,
)

/** The same, else the district. */
const placeOf = `coalesce(${streetOf}, ${cut(String.raw`^\s*([^0-9A-Za-z#\s]{2,8}?(?:区|县|市))`)})`

const values = (c: Counted): unknown[] => [c.statute, c.from, c.to, c.asOf, c.unit, c.category, c.place]

/** Orders of the statute that the filters name and that were there at `asOf`. @param unit the unit that is counted */
const counted = (unit: string): string => `o.statute = $1 and o.raised_at <= $4
  and ($5::text is null or ${unit} = $5) and ($6::integer is null or o.category = $6)
  and ($7::text is null or ${placeOf} = $7) and $2::timestamptz <= $3::timestamptz`

function keyOf(by: Counted['by'], unit: string): string {
  switch (by) {
    case 'unit':
      return `coalesce(${unit}, '')`
    case 'category':
      return `coalesce(o.category::text, '')`
    case 'place':
      return `coalesce(${placeOf}, '')`
    case 'kind':
      return `coalesce(o.kind, '')`
    case 'channel':
      return 'o.source_channel'
    case null:
      return `''`
  }
}

const count = (when: string): string => `count(*) filter (where ${when})`
const inPeriod = (at: string): string => `${at} >= $2 and ${at} < $3 and ${at} <= $4`

/** The unit whose result lay there at that instant. */
const unitAt = (at: string): string => `(select l.unit_code from work_order_legs l
  where l.order_id = o.id and l.role = 'lead' and l.delivered_at <= ${at} order by l.n desc limit 1)`

/** Accepted in the period: how many are concluded. */
const acceptedOrders = (c: Counted): string => `
  select ${keyOf(c.by, 'o.lead_unit')} as key, 'concluded' as measure,
    ${count(`o.state = 'concluded'`)} as numerator,
    ${count(`o.state not in ('merged', 'transferred', 'terminated', 'refused')`)} as denominator,
    jsonb_build_object('merged', ${count(`o.state = 'merged'`)}, 'transferred', ${count(`o.state = 'transferred'`)},
      'terminated', ${count(`o.state = 'terminated'`)}, 'refused', ${count(`o.state = 'refused'`)}) as excluded
  from work_orders o where ${inPeriod('o.accepted_at')} and ${counted('o.lead_unit')} group by 1`

/** Concluded in the period: how, and what happened since. */
const concludedOrders = (c: Counted): string => `
  select key, m.measure, ${count('m.yes')} as numerator, count(*) as denominator, '{}'::jsonb as excluded
  from (
    select ${keyOf(c.by, 'o.lead_unit')} as key,
      exists (select 1 from work_order_events e
        where e.order_id = o.id and e.type = 'followedUp' and e.at <= $4) as called,
      exists (select 1 from work_order_deadlines d where d.order_id = o.id and d.extensions <> '[]') as extended,
      not exists (select 1 from work_order_events e where e.order_id = o.id and (e.type = 'returned'
        or (e.type = 'judged' and e.data->>'then' = 'handleAgain'))) as once
    from work_orders o where ${inPeriod('o.concluded_at')} and ${counted('o.lead_unit')}
  ) orders, lateral (values ('followUp', called), ('extension', extended), ('firstTime', once)) m(measure, yes)
  group by 1, 2`

/** Dispatch legs delivered in the period: how many were asked to be taken back. */
const sentBackLegs = (c: Counted): string => `
  select ${keyOf(c.by, 'l.unit_code')} as key, 'sendBack' as measure,
    ${count(`exists (select 1 from work_order_procedures p
      where p.order_id = l.order_id and p.kind = 'sendBack' and p.leg = l.n)`)} as numerator,
    count(*) as denominator, '{}'::jsonb as excluded
  from work_order_legs l join work_orders o on o.id = l.order_id
  where ${inPeriod('l.delivered_at')} and l.role <> 'petition' and ${counted('l.unit_code')} group by 1`

/** Leading legs delivered in the period to another unit than the one before. Once more to the same is handling again. */
const redispatches = (c: Counted): string => `
  select key, 'redispatch' as measure, ${count('before is not null and before <> unit')} as numerator,
    count(distinct id) as denominator, '{}'::jsonb as excluded
  from (
    select ${keyOf(c.by, 'l.unit_code')} as key, o.id, l.unit_code as unit, (select b.unit_code from work_order_legs b
      where b.order_id = l.order_id and b.role = 'lead' and b.n < l.n order by b.n desc limit 1) as before
    from work_order_legs l join work_orders o on o.id = l.order_id
    where ${inPeriod('l.delivered_at')} and l.role = 'lead' and ${counted('l.unit_code')}
  ) legs group by 1`

/** What requesters said in the period; of several answers about one order the last counts. */
const followUps = (c: Counted): string => `
  select key, m.measure, ${count('m.yes')} as numerator, ${count('m.yes is not null')} as denominator,
    case when m.measure in ('survey', 'handledAgain') then '{}'::jsonb else jsonb_build_object(
      'notReached', ${count('m.yes is null and not reached')}, 'noAnswer', ${count('m.yes is null and reached')}) end
      as excluded
  from (
    select ${keyOf(c.by, 'unit')} as key, calls.* from (
      select e.order_id, bool_or((e.data->>'reached')::boolean) as reached,
        (array_agg((e.data->>'solved')::boolean order by e.at desc, e.id desc)
          filter (where e.data->>'solved' is not null))[1] as solved,
        (array_agg(e.data->>'satisfied' order by e.at desc, e.id desc)
          filter (where e.data->>'satisfied' is not null))[1] as satisfied,
        bool_or(exists (select 1 from work_order_events j where j.order_id = e.order_id and j.type = 'judged'
          and j.data->>'then' = 'handleAgain' and j.data->>'followUp' = e.data->>'n' and j.at <= $4)) as again,
        max(e.at) as last_at
      from work_order_events e where e.type = 'followedUp' and ${inPeriod('e.at')} group by e.order_id
    ) calls join work_orders o on o.id = calls.order_id,
      lateral (select ${unitAt('calls.last_at')} as unit) u
    where ${counted('unit')}
  ) answers, lateral (values ('survey', reached), ('handledAgain', again), ('resolution', solved),
    ('satisfied', satisfied in ('satisfied', 'basicallySatisfied')), ('fullySatisfied', satisfied = 'satisfied')
  ) m(measure, yes)
  group by 1, 2`

/** Stars given in the period, as they stand now: an objection may have changed them. */
const stars = (c: Counted): string => `
  select ${keyOf(c.by, 'unit')} as key, 'stars' as measure, sum((o.closing->'rating'->>'stars')::numeric)::float8
    as numerator, count(*) as denominator, '{}'::jsonb as excluded
  from (select e.order_id, max(e.at) as at from work_order_events e
    where e.type = 'rated' and ${inPeriod('e.at')} group by e.order_id) rated
    join work_orders o on o.id = rated.order_id, lateral (select ${unitAt('rated.at')} as unit) u
  where o.closing->'rating'->>'stars' is not null and ${counted('unit')} group by 1`

/** What registrations of the period led to. Answers know no unit and no place. */
const registrations = (c: Counted): string => `
  select ${c.by === 'category' ? `coalesce(ro.data->>'category', o.category::text, '')` : c.by === 'kind' ? `coalesce(ro.data->>'kind', o.kind, '')` : `''`}
    as key, 'answered' as measure, ${count(`ro.type = 'answered'`)} as numerator,
    ${count(`ro.type in ('answered', 'workOrder')`)} as denominator,
    jsonb_build_object('referred', ${count(`ro.type = 'referred'`)}, 'refused', ${count(`ro.type = 'refused'`)},
      'appended', ${count(`ro.type = 'appended'`)}) as excluded
  from registrations r join registration_outcomes ro on ro.registration_id = r.id
    left join work_orders o on o.id = ro.order_id
  where ${inPeriod('r.registered_at')} and r.statute = $1 and $5::text is null and $7::text is null
    and ($6::integer is null or coalesce(ro.data->>'category', o.category::text) = $6::text) group by 1`

export type Terms = { handle: string[]; forward: string[]; acknowledge: string[]; response: string[] }

/**
 * A clock fell due in the period when its last day lies in it: `due` is the first instant that is too late, so the
 * boundary belongs to the day before. What was owed no more before its day is no part of it.
 */
const fellDue = (due: string): string => `${due} > $2 and ${due} <= $3 and ${due} <= $4`

const deadlines = (c: Counted): string => `
  select key, m.measure, ${count('owed and met_at < due')} as numerator, ${count('owed')} as denominator,
    jsonb_build_object('voided', ${count('concerned and not standing')}, 'coUnits', ${count('not concerned')}) as excluded
  from (
    select ${keyOf(c.by, 'coalesce(l.unit_code, o.lead_unit)')} as key, d.term, d.due, d.met_at, l.role,
      d.extensions = '[]' as as_set, d.voided_at is null or d.voided_at >= d.due as standing
    from work_order_deadlines d join work_orders o on o.id = d.order_id
      left join work_order_legs l on l.order_id = d.order_id and l.n = d.leg
    where not d.is_window and ${fellDue('d.due')} and d.term = any($8::text[] || $9::text[] || $10::text[] || $11::text[])
      and l.role is distinct from 'petition' and ${counted('coalesce(l.unit_code, o.lead_unit)')}
  ) clocks, lateral (
    select measure, concerned, concerned and standing as owed from (values
      ('onTime', term = any($8)), ('onTimeOriginal', term = any($8) and as_set), ('forward', term = any($9)),
      ('acknowledge', term = any($10)), ('response', term = any($11))) v(measure, mine),
      lateral (select measure = 'acknowledge' or role is distinct from 'co' as concerned) r where mine
  ) m
  group by 1, 2`

/** @returns what was counted for each measure and group; nothing for a group in which nothing was */
export async function tallies(tx: Tx, c: Counted, terms: Terms): Promise<TallyRow[]> {
  const found: TallyRow[] = []
  for (const sql of [
    acceptedOrders(c),
    concludedOrders(c),
    sentBackLegs(c),
    redispatches(c),
    followUps(c),
    stars(c),
    ...(c.by === null || c.by === 'category' || c.by === 'kind' ? [registrations(c)] : []),
  ])
    found.push(...(await tx.query<TallyRow>(sql, values(c))))
  const { handle, forward, acknowledge, response } = terms
  found.push(
    ...(await tx.query<TallyRow>(deadlines(c), [...values(c), handle, forward, acknowledge, response])),
  )
  return found
}

export type ExtendedClock = {
  key: string
  term: string
  startedAt: Date
  otherLaw: OtherLaw | null
  metAt: Date | null
  voidedAt: Date | null
  handlingClass: 'consultation' | 'general' | 'complex' | null
  recusals: { openedAt: string; closedAt: string | null }[] | null
  extensions: Limit[]
}

/** Extended clocks whose first due date may lie in the period: without the extension they fall due earlier. */
export const extendedClocks = (tx: Tx, c: Counted, terms: readonly string[]): Promise<ExtendedClock[]> =>
  tx.query(
    `select ${keyOf(c.by, 'l.unit_code')} as key, d.term, d.started_at as "startedAt", d.other_law as "otherLaw",
       d.met_at as "metAt", d.voided_at as "voidedAt", o.handling_class as "handlingClass", d.extensions,
       (select jsonb_agg(jsonb_build_object('openedAt', p.opened_at, 'closedAt', p.closed_at))
        from work_order_procedures p
        where p.order_id = o.id and p.kind = 'recusal' and p.said->>'by' = 'requester') as recusals
     from work_order_deadlines d join work_orders o on o.id = d.order_id
       join work_order_legs l on l.order_id = d.order_id and l.n = d.leg and l.role = 'lead'
     where d.extensions <> '[]' and d.started_at < $3 and d.due > $2 and not d.is_window
       and d.term = any($8) and ${counted('l.unit_code')}`,
    [...values(c), terms],
  )

export type TruthRow = { key: string; unit: boolean; requester: boolean | null; count: number }

/** Results fed back in the period: solved as the unit says, and as the requester said of that result. */
export const truths = (tx: Tx, c: Counted): Promise<TruthRow[]> =>
  tx.query(
    `select key, unit_says as unit, requester_says as requester, count(*) as count from (
       select ${keyOf(c.by, 'l.unit_code')} as key, (l.result->>'solved')::boolean as unit_says,
         (select (e.data->>'solved')::boolean from work_order_events e
          where e.order_id = o.id and e.type = 'followedUp' and e.at >= l.fed_back_at and e.at <= $4
            and e.at <= coalesce(l.ended_at, 'infinity') and e.data->>'solved' is not null
          order by e.at desc, e.id desc limit 1) as requester_says
       from work_order_legs l join work_orders o on o.id = l.order_id
       where ${inPeriod('l.fed_back_at')} and l.role = 'lead' and l.result is not null and ${counted('l.unit_code')}
     ) results group by 1, 2, 3`,
    values(c),
  )

export type VolumeRow = { key: string; raised: number; accepted: number; refused: number; merged: number }

/** Orders raised in the period. */
export const volumes = (tx: Tx, c: Counted): Promise<VolumeRow[]> =>
  tx.query(
    `select ${keyOf(c.by, 'o.lead_unit')} as key, count(*) as raised, ${count('o.accepted_at is not null')} as accepted,
       ${count(`o.state = 'refused'`)} as refused, ${count(`o.state = 'merged'`)} as merged
     from work_orders o where ${inPeriod('o.raised_at')} and ${counted('o.lead_unit')} group by 1`,
    values(c),
  )

export type SupervisionRow = { trigger: string; opened: number; closed: number; late: number }

/** Answered after the day that its notice set, or not answered by then. */
const answeredLate = `(p.said->>'due')::timestamptz <= $4 and (coalesce((p.outcome->'answer'->>'late')::boolean, false)
  or (p.outcome->'answer'->>'at' is null and coalesce(p.closed_at, 'infinity') >= (p.said->>'due')::timestamptz))`

/** 督办 opened in the period, by what it was opened for. */
export const supervisions = (tx: Tx, c: Counted): Promise<SupervisionRow[]> =>
  tx.query(
    `select p.said->>'trigger' as trigger, count(*) as opened, ${count('p.closed_at <= $4')} as closed,
       ${count(answeredLate)} as late
     from work_order_procedures p join work_orders o on o.id = p.order_id
       left join work_order_legs l on l.order_id = p.order_id and l.n = p.leg
     where p.kind = 'supervision' and ${inPeriod('p.opened_at')} and ${counted('coalesce(l.unit_code, o.lead_unit)')}
     group by 1`,
    values(c),
  )

/** Streets and communities from which at least so many different requesters raised something in the period. */
export async function commonPlaces(tx: Tx, c: Counted, least: number): Promise<string[]> {
  const rows = await tx.query<{ place: string }>(
    `select ${placeOf} as place from work_orders o
     where ${inPeriod('o.raised_at')} and ${counted('o.lead_unit')} and ${placeOf} is not null
     group by 1 having count(distinct o.requester_id) >= $8`,
    [...values(c), least],
  )
  return rows.map((r) => r.place)
}
