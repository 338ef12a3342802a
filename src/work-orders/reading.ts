import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { grams } from '../base/grams.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import { ledgerOfSubject } from '../staff/ledger.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { deadlinesOf } from './deadline-store.ts'
import type { LedgerLine } from './progress-contract.ts'
import type { OrderNarrowing, OrderView, UrgentCalling } from './contract.ts'
import { eventViews, linked } from './history.ts'
import { createLooking, ledgerLines, type Keep, type Looked } from './looking.ts'
import { findLeg } from './model.ts'
import { parseOrderNumber } from './number.ts'
import { openProcedures } from './procedures.ts'
import * as reads from './reads-store.ts'
import { refusalProblem } from './refusals.ts'
import type { OrderRow } from './rows.ts'
import { centreRoles } from './rules/rule.ts'
import { nextToCall } from './rules/urgent.ts'
import { askedOf, type Asked } from './search-words.ts'
import * as search from './search-store.ts'
import { actionsOf, openIdentity, orderView, type Look } from './view.ts'
import { contactsOfUnit } from './unit-store.ts'
import { guardOf, insightOf, mayReveal, scopeOf, type Insight, type Viewer } from './visibility.ts'

export type ReadingParts = {
  db: Db
  clock: Clock
  pii: Pii
  statute: { numberPrefix: string }
  statutes: Statutes
  /** The access ledger. */
  record: Keep
  /** Requesters with whom this agent is in a call or a conversation now, with everybody proven to be the same person. */
  talksWith?: (agentId: string) => Promise<string[]>
  /** Whether the requester has an entry in the integrity file. */
  integrityFlag?: (requesterId: string) => Promise<boolean>
}

export type ListFilter = OrderNarrowing & { before?: { at: string; id: string }; limit: number }
export type Seen = { row: OrderRow; insight: Insight }

/** Whoever takes calls and dispatches; a unit's people see no list of those who are called. */
const isOfCentre = ({ roles, unitCode }: Viewer): boolean =>
  unitCode === null && roles.some((role) => centreRoles.includes(role))

/** Similar orders older than this are another matter. */
const similarSinceMs = 60 * 86_400_000
/** Pages looked through for one page of hits that the viewer may read. */
const mostRounds = 20

export const notFound = (): Problem =>
  problem(404, 'unknownOrder', '没有这张办理单', '请核对编号，或返回列表重新查找。')

/** Everything that a person reads of orders, each thing through the one filter of who may see what. */
export function createReading(parts: ReadingParts) {
  const { db, clock, pii, statutes } = parts
  const looking = createLooking(parts.record, () => clock().getTime())

  const insightAt = (row: OrderRow, viewer: Viewer): Insight | null =>
    insightOf(row, viewer, statutes.of(row.statute.slug))

  /** The viewer with what stands between him and orders now. */
  async function knowing(viewer: Viewer): Promise<Viewer> {
    const { roles, unitCode } = viewer
    const leads = roles.includes('unitLeader') && unitCode !== null && !viewer.unitsBelow
    const talks = roles.includes('agent') && parts.talksWith && !viewer.talksWith
    return {
      ...viewer,
      ...(leads ? { unitsBelow: await reads.unitsBelow(db, unitCode) } : {}),
      ...(talks ? { talksWith: await parts.talksWith!(viewer.actor.id) } : {}),
    }
  }

  /** @throws Problem 404 alike for a number that is none and an order that does not exist for the viewer */
  async function visible(tx: Tx, number: string, viewer: Viewer): Promise<Seen> {
    const row = await reads.findOrder(tx, storable(number), scopeOf(viewer))
    const insight = row && insightAt(row, viewer)
    if (!row || !insight) throw notFound()
    return { row, insight }
  }

  async function viewsOf(
    rows: readonly OrderRow[],
    viewer: Viewer,
    more: { flags?: ReadonlyMap<string, boolean>; named?: readonly string[] } = {},
  ): Promise<{ view: OrderView; look: Look; row: OrderRow }[]> {
    const near = rows.flatMap((row) => [row.parentNumber, row.mergedInto].filter((n) => n !== null))
    const [clocks, known] = await Promise.all([
      deadlinesOf(
        db,
        rows.map((row) => row.id),
      ),
      reads.knownNumbers(db, [...near, ...(more.named ?? [])], scopeOf(viewer)),
    ])
    return rows.flatMap((row) => {
      const insight = insightAt(row, viewer)
      if (!insight) return []
      const statute = statutes.of(row.statute.slug)
      // Whoever sees no author must not find him through the order beside it, in either direction.
      const open = (tipOff: boolean): boolean => viewer.roles.includes('confidentialDesk') || !tipOff
      const links = open(guardOf(row) === 'tipOff')
        ? known.filter((k) => open(k.tipOff)).map((k) => k.number)
        : []
      const integrityFlag = more.flags?.get(row.requesterId) ?? null
      const look: Look = {
        ...insight,
        viewer,
        statute,
        now: clock(),
        pii,
        links: new Set(links),
        integrityFlag,
      }
      const own = clocks.filter((d) => d.orderId === row.id)
      return [{ view: orderView(row, own, look), look, row }]
    })
  }

  const lookedAt = ({ row, look }: { row: OrderRow; look: Look }): Looked => ({
    order: row,
    sights: look.sights,
  })

  /** @throws Problem 404 */
  async function detail(number: string, given: Viewer) {
    const viewer = await knowing(given)
    const { row, insight } = await visible(db, number, viewer)
    const flagged = insight.sights.integrity.sight !== 'none' && parts.integrityFlag
    const [events, flag] = await Promise.all([
      reads.eventsOf(db, row.id),
      flagged ? parts.integrityFlag!(row.requesterId) : null,
    ])
    const named = events.flatMap((e) => linked((e.data ?? {}) as Record<string, unknown>))
    const flags = new Map(flag === null ? [] : [[row.requesterId, flag]])
    const [seen] = await viewsOf([row], viewer, { flags, named })
    await looking.looked(db, viewer, 'orderViewed', lookedAt(seen!))
    return {
      ...seen!.view,
      events: eventViews(row, events, seen!.look, openIdentity(row, pii)),
      actions: actionsOf(row, viewer, statutes.of(row.statute.slug), clock()),
      ...(isOfCentre(viewer) ? await urgentCallingOf(row) : {}),
    }
  }

  /** Telephones of a unit's people stay with the unit's record: they are read when they are needed. */
  async function urgentCallingOf(row: OrderRow): Promise<{ urgentCalling?: UrgentCalling }> {
    const open = openProcedures(row, 'urgentHandOver').at(-1)
    const unit = open?.leg ? findLeg(row, open.leg)?.unitId : undefined
    const found = unit === undefined ? null : await contactsOfUnit(db, unit)
    if (!open || unit === undefined || !found) return {}
    const { situation, calls } = open.said
    const { list, leader } = found
    return {
      urgentCalling: {
        unit,
        situation,
        contacts: leader ? [...list, leader] : list,
        next: nextToCall(list, leader, calls),
      },
    }
  }

  type Hit = { view: OrderView; look: Look; row: OrderRow }

  /** Words that are not in what the viewer is shown are no hit, however often the index knows them. */
  const shows = ({ view }: Hit, { pieces }: Asked & { type: 'words' }): boolean =>
    search.holdsAll(
      [
        view.title,
        view.facts,
        view.place,
        ...view.legs.flatMap((leg) =>
          leg.result ? [leg.result.text, ...Object.values(leg.result.parts)] : [],
        ),
      ],
      pieces,
    )

  async function hitsOf(filter: ListFilter, viewer: Viewer): Promise<Hit[]> {
    const { q, ...asIs } = storable(filter)
    const scope = scopeOf(viewer)
    // Where a contact is known its author is, and a tip-off has none for anybody but the confidential desk.
    const withoutTipOffs = asIs.contactId !== undefined && !viewer.roles.includes('confidentialDesk')
    const narrowing = { ...asIs, withoutTipOffs }
    if (q === undefined) return viewsOf(await search.listOrders(db, narrowing, scope, clock()), viewer)
    const asked = askedOf(q, [...new Set(statutes.slugs().map((slug) => statutes.of(slug).numberPrefix))])
    if (asked.type === 'nothing')
      throw problem(
        422,
        'searchTooShort',
        '查询内容太短',
        '请至少输入两个字的词语、一个数字或者编号的开头。',
        {
          errors: [{ field: 'q', message: '至少两个字' }],
        },
      )
    if (asked.type === 'number')
      return viewsOf(await search.listByNumber(db, asked, narrowing, scope, clock()), viewer)
    const hits: Hit[] = []
    let before = narrowing.before
    for (let round = 0; round < mostRounds && hits.length < narrowing.limit; round++) {
      const page = { ...narrowing, ...(before ? { before } : {}) }
      const rows = await search.listByWords(db, asked, page, scope, clock())
      hits.push(...(await viewsOf(rows, viewer)).filter((hit) => shows(hit, asked)))
      const last = rows.at(-1)
      if (!last || rows.length < narrowing.limit) break
      before = { at: last.raisedAt.toISOString(), id: last.id }
    }
    return hits.slice(0, narrowing.limit)
  }

  return {
    knowing,
    visible,
    detail,
    looking,
    hitsOf,
    insightAt,
    hidden: (row: OrderRow, viewer: Viewer): boolean => insightAt(row, viewer) === null,

    /** Newest first, one page; `next` is the place after its last order, null at the end. */
    async list(filter: ListFilter, given: Viewer) {
      const viewer = await knowing(given)
      const found = await hitsOf({ ...filter, limit: filter.limit + 1 }, viewer)
      const hits = found.slice(0, filter.limit)
      await looking.listed(db, viewer, filter.q === undefined ? 'orderListed' : 'search', hits.map(lookedAt))
      const last = found[filter.limit - 1]?.row
      const rows = hits.map((hit) => hit.row)
      return {
        rows,
        views: hits.map((hit) => hit.view),
        next: found.length > filter.limit && last ? { at: last.raisedAt, id: last.id } : null,
      }
    },

    /** The identity in full, with the reason on the ledger. A tip-off's only for the confidential desk. */
    async reveal(number: string, reason: string, viewer: Viewer) {
      return db.tx(async (tx) => {
        const { row, insight } = await visible(tx, number, viewer)
        const refused = mayReveal(row, viewer, statutes.of(row.statute.slug))
        if (refused) throw refusalProblem(refused)
        const { identity, contact } = insight.sights
        const whole = { ...insight.sights }
        whole.identity = { ...identity, sight: 'full' }
        whole.contact = { ...contact, sight: 'full' }
        await looking.looked(
          tx,
          viewer,
          'reveal',
          { order: row, sights: whole },
          {
            reason: storable(reason),
            only: ['identity', 'contact'],
          },
        )
        return openIdentity(row, pii)
      })
    },

    /** Open orders about the same thing, so that one matter does not become two. */
    similar(text: string, requesterIds: string[], viewer: Viewer | null = null, limit = 5) {
      const since = new Date(clock().getTime() - similarSinceMs)
      const scope = viewer && scopeOf(viewer)
      return reads.similarOrders(db, grams(storable(text)), requesterIds, since, limit, scope)
    },

    /** For the screen-pop. `viewer`: whose screen it is; without one nothing against anybody is left out. */
    async openOrdersOf(requesterIds: string[], viewer: Viewer | null = null) {
      const rows = await reads.openOrdersOf(db, requesterIds, viewer && scopeOf(viewer))
      return rows.map((o) => ({
        number: o.number,
        title: o.title,
        state: o.state,
        due: o.due ? formatInstant(o.due) : null,
        provisional: o.provisional,
        cite: o.cite,
        overdue: o.due !== null && o.due <= clock(),
      }))
    },

    async recentOrdersOf(requesterIds: string[], limit: number, viewer: Viewer | null = null) {
      const rows = await reads.recentOrdersOf(db, requesterIds, limit, viewer && scopeOf(viewer))
      return rows.map((o) => ({
        number: o.number,
        title: o.title,
        state: o.state,
        at: formatInstant(o.raisedAt),
      }))
    },

    /** Contacts that must not join a history on this person's screen: what they led to is hidden from him. */
    contactsToHide: (contactIds: string[], viewer: Viewer) =>
      contactIds.length === 0
        ? Promise.resolve(new Set<string>())
        : reads.contactsToHide(db, contactIds, scopeOf(viewer)),

    /** Numbers of the orders of contacts; without a viewer all of them. */
    ordersOfContacts(contactIds: string[], viewer: Viewer | null = null): Promise<Map<string, string[]>> {
      const tipOffs = viewer === null || viewer.roles.includes('confidentialDesk')
      return reads.ordersOfContacts(db, contactIds, viewer && scopeOf(viewer), tipOffs)
    },

    /** The contacts of an order that the viewer may know of, by its number as he types it. */
    async contactsOfOrder(number: string, viewer: Viewer): Promise<string[]> {
      const plain = parseOrderNumber(number, parts.statute.numberPrefix)
      if (plain === null) return []
      return reads.contactsOfOrder(db, plain, scopeOf(viewer), viewer.roles.includes('confidentialDesk'))
    },

    /** Who looked at the order, for its requester; null tells nothing of which of the two was wrong. */
    async accessLedgerFor(number: string, lastFour: string): Promise<LedgerLine[] | null> {
      const plain = parseOrderNumber(number, parts.statute.numberPrefix)
      if (plain === null || !/^\d{4}$/.test(lastFour)) return null
      const row = await reads.findForRequester(db, plain, pii.lookup('lastFour', lastFour))
      if (!row) return null
      const asked: Actor = { kind: 'requester', id: row.requesterId, role: 'requester' }
      const entries = await ledgerOfSubject(db, { kind: 'workOrder', id: row.number }, ledgerShown)
      await parts.record(db, {
        actor: asked,
        action: 'ledgerRead',
        subject: { kind: 'workOrder', id: row.number },
        requesterId: row.requesterId,
      })
      const units = await reads.listUnits(db)
      return ledgerLines(entries, new Map(units.map((unit) => [unit.code, unit.name])))
    },
  }
}

const ledgerShown = 500

export type Reading = ReturnType<typeof createReading>
