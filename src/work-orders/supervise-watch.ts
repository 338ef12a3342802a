import { system } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { addToOutbox } from '../db/outbox.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { isOpen, leadLegOf, legOfUnit, type OrderEvent } from './model.ts'
import type { OrderRow } from './rows.ts'
import { automatic, criterionOf, type Criterion } from './rules/supervision-automatic.ts'
import * as store from './store.ts'
import * as counts from './supervise-store.ts'
import { writeEvents, type By } from './write-events.ts'

/**
 * Supervision by counting: one matter raised again and again, many requesters with the same trouble at one place, many
 * who are dissatisfied with one unit (鞍山 2019 第二十五条, draft 第十九条, 白银 第二十三条; the numbers are the centre's, A-17).
 *
 * Whoever adds to a count leaves a bell in his own transaction; the count itself is taken afterwards in one of its own,
 * so that a registration neither waits for it nor locks the orders of others. A sweep finds lost bells.
 */
export type OversightParts = {
  db: Db
  clock: Clock
  calendar: () => Calendar
  statutes: Statutes
  /** The person behind each requester. */
  personsOf: (tx: Tx, requesterIds: readonly string[]) => Promise<Map<string, string>>
  announce?: (tx: Tx, order: OrderRow, events: readonly OrderEvent[], by: By) => Promise<void>
}

export type Oversight = ReturnType<typeof createOversight>

/** Where the bell hangs: `queue` and `name` of its job. */
export const oversightBell = { queue: 'workOrders', name: 'oversight' } as const
export type OversightBell = { number: string }

const actor = system('oversight')
const dayMs = 86_400_000
/** How long the common pairs of characters are taken for known, and how soon they are asked for again where none are. */
const [commonMs, unknownMs] = [3_600_000, 60_000]
/** What was raised longer ago than this has been counted, or will be with the next contact. */
const sweptMs = 2 * 3_600_000

export function createOversight(parts: OversightParts) {
  const { db, clock, calendar, statutes, personsOf, announce } = parts

  const ring = async (tx: Tx, numbers: readonly string[]): Promise<void> => {
    for (const number of new Set(numbers)) {
      const data: OversightBell = { number }
      await addToOutbox(tx, { ...oversightBell, data })
    }
  }

  async function open(
    tx: Tx,
    order: OrderRow,
    leg: number,
    { trigger, cite }: Criterion,
    reason: string,
    at: Date,
  ): Promise<boolean> {
    const statute = statutes.of(order.statute.slug)
    const events = automatic(order, leg, { trigger, reason }, statute)
    if (events.length === 0) return false
    const by: By = { actor, at, cite, statute, calendar: calendar() }
    const after = await writeEvents(tx, order, events, by)
    await announce?.(tx, after, events, by)
    return true
  }

  const sinceOf = ({ days }: Criterion, at: Date): Date => new Date(at.getTime() - days * dayMs)
  const later = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a)

  /** 多次反映: contacts of one open order. What an earlier supervision has settled is not counted again. */
  const checkRepeats = (number: string, at: Date): Promise<boolean> =>
    db.tx(async (tx) => {
      const order = await store.lockOrder(tx, number)
      const lead = order && leadLegOf(order)
      const criterion = order && criterionOf(statutes.of(order.statute.slug), 'repeatedBySame')
      if (!order || !lead || !criterion || !isOpen(order)) return false
      const last = await counts.lastSupervised(tx, order.id, criterion.trigger)
      const times = await counts.timesRaised(tx, order.id, later(sinceOf(criterion, at), last))
      if (times < criterion.atLeast) return false
      const reason = `${criterion.days}日内反映${times}次，尚未解决（次数标准为本市设定）`
      return open(tx, order, lead.n, criterion, reason, at)
    })

  /** What is common in a city changes slowly, and an old notion of it costs time alone. */
  let known = { at: -Infinity, common: new Map() as ReadonlyMap<string, number> }
  async function commonGrams(tx: Tx): Promise<ReadonlyMap<string, number>> {
    const now = performance.now()
    const life = known.common.size === 0 ? unknownMs : commonMs
    if (now - known.at > life) known = { at: now, common: await counts.commonGrams(tx) }
    return known.common
  }

  /** 集中反映: different people, one category, one place. It is opened on the oldest order that a unit has. */
  const checkMany = (number: string, at: Date): Promise<boolean> =>
    db.tx(async (tx) => {
      const mine = await counts.topicOf(tx, number)
      const criterion = mine && criterionOf(statutes.of(mine.statute), 'repeatedByMany')
      if (!mine || !criterion) return false
      await counts.lockTopic(tx, `${mine.statute}:${mine.sort}`)
      const common = await commonGrams(tx)
      const found = await counts.alike(tx, mine, criterion.trigger, sinceOf(criterion, at), common)
      const settled = found.reduce<Date>((last, o) => later(last, o.supervisedUntil), sinceOf(criterion, at))
      const fresh = found.filter((o) => o.raisedAt > settled)
      const persons = await personsOf(
        tx,
        fresh.map((o) => o.requesterId),
      )
      const people = new Set(fresh.map((o) => persons.get(o.requesterId) ?? o.requesterId)).size
      const first = found.find((o) => o.led)
      if (people < criterion.atLeast || !first || found.some((o) => o.supervised)) return false
      const order = await store.lockOrderById(tx, first.id)
      const lead = order && leadLegOf(order)
      if (!order || !lead || !isOpen(order)) return false
      const numbers = fresh.map((o) => o.number).join('、')
      const reason = `${criterion.days}日内${people}名诉求人在同一地点反映同类事项，尚未解决：${numbers}（人数标准为本市设定）`
      return open(tx, order, lead.n, criterion, reason, at)
    })

  /** 不满意较多: by the last word of each requester about a unit; opened on the newest of those orders. */
  const checkDissatisfied = (unit: string, slug: string, at: Date): Promise<boolean> =>
    db.tx(async (tx) => {
      const criterion = criterionOf(statutes.of(slug), 'manyDissatisfied')
      if (!criterion) return false
      await counts.lockTopic(tx, `unit:${unit}`)
      const since = sinceOf(criterion, at)
      const { asked, dissatisfied, newest } = await counts.satisfaction(tx, unit, since)
      const many = Math.max(criterion.atLeast, criterion.share * asked)
      if (newest === null || dissatisfied < many) return false
      if (await counts.unitSupervised(tx, unit, criterion.trigger, since)) return false
      const order = await store.lockOrderById(tx, newest)
      const leg = order && legOfUnit(order, unit)
      if (!order || !leg) return false
      const reason = `${criterion.days}日内回访${asked}件，不满意${dissatisfied}件（标准为本市设定）`
      return open(tx, order, leg.n, criterion, reason, at)
    })

  return {
    /** A hook after events of an order: leaves a bell where they add to a count. */
    async watch(tx: Tx, order: Pick<OrderRow, 'number'>, events: readonly OrderEvent[]): Promise<void> {
      const numbers = events.flatMap((event) => {
        if (event.type === 'merged') return [event.into]
        return ['appended', 'dispatched', 'followedUp'].includes(event.type) ? [order.number] : []
      })
      if (numbers.length > 0) await ring(tx, numbers)
    },

    /** A hook after a registration: these orders are new or were raised again. */
    raised: ring,

    /** The bell. May ring twice, late, or for what is settled. @returns how many supervisions it opened */
    async check({ number }: OversightBell): Promise<number> {
      const at = clock()
      const mine = await counts.topicOf(db, number)
      if (!mine) return 0
      const opened = [await checkRepeats(number, at), await checkMany(number, at)]
      if (mine.leadUnit !== null) opened.push(await checkDissatisfied(mine.leadUnit, mine.statute, at))
      return opened.filter(Boolean).length
    },

    /** Counts what was raised lately and whose bell may be lost. @returns how many supervisions it opened */
    async sweep(limit = 500): Promise<number> {
      const at = clock()
      const since = new Date(at.getTime() - sweptMs)
      let opened = 0
      for (const { number } of await counts.raisedSince(db, since, limit)) {
        if (await checkRepeats(number, at)) opened++
        if (await checkMany(number, at)) opened++
      }
      for (const { unit, statute } of await counts.unitsComplainedOf(db, since))
        if (await checkDissatisfied(unit, statute, at)) opened++
      return opened
    },
  }
}
