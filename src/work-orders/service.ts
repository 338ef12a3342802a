import { Value } from 'typebox/value'
import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { grams } from '../base/grams.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Contact } from '../contacts/model.ts'
import type { Registrar } from '../contacts/registration.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Access } from '../staff/ledger.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { Outcome, type OrderView, type Progress, type Registered } from './contract.ts'
import { deadlinesOf } from './deadline-store.ts'
import { createActions, type Acting, type ActionParts } from './actions.ts'
import { describeMissing } from './elements.ts'
import { parseOrderNumber } from './number.ts'
import * as reads from './reads-store.ts'
import { createRegistrar, type Matter, type RegistrarParts } from './registrar.ts'
import type { Command } from './rules/registry.ts'
import type { OrderRow } from './rows.ts'
import * as store from './store.ts'
import { actionsOf, deadlineView, openIdentity, orderView, progressView } from './view.ts'

export type OrderNotice = {
  contactId: string
  requesterId: string
  registrationId: string
  /** Numbers in the order of registration, with what the requester may be told of each. */
  orders: { number: string; due: string | null }[]
}

export type WorkOrderParts = RegistrarParts & {
  db: Db
  clock: Clock
  statutes: Statutes
  announce?: NonNullable<ActionParts['announce']>
  unitsOfStaff?: NonNullable<ActionParts['unitsOfStaff']>
  /** E.164 of the requester of a contact, where his channel has one. */
  phoneOf: (tx: Tx, contact: Contact) => Promise<string | null>
  /** Tells the requester his numbers, through the outbox of his channel: what commits is sent. */
  notify: (tx: Tx, notice: OrderNotice) => Promise<void>
  /** The access ledger. */
  record: (tx: Tx, entry: Access) => Promise<void>
}

/** Who looks: the actor of a request with all his hats, and his unit. */
export type Viewer = Acting

/** Similar orders older than this are another matter. */
const similarSinceMs = 60 * 86_400_000

export function createWorkOrders(parts: WorkOrderParts) {
  const { db, clock, pii, statute, statutes } = parts
  const registrar = createRegistrar(parts)
  const actions = createActions(parts)

  async function registered(tx: Tx, contactId: string): Promise<Registered | null> {
    const row = await reads.registrationOf(tx, contactId)
    if (!row) return null
    const orders = await reads.ordersOfRegistration(tx, row.id)
    const clocks = await deadlinesOf(
      tx,
      orders.map((o) => o.id),
    )
    return {
      registrationId: row.id,
      contactId,
      registeredAt: formatInstant(row.registeredAt),
      outcomes: row.outcomes,
      orders: orders.map((o) => ({
        number: o.number,
        state: o.state,
        missing: describeMissing(statutes.of(o.statute.slug), o.missing),
        deadlines: clocks
          .filter((d) => d.orderId === o.id)
          .map((d) => deadlineView(d, o, statutes.of(o.statute.slug), clock())),
      })),
    }
  }

  /**
   * Writes what a contact led to, in the transaction that ends it; exactly once per contact: every repetition gives
   * what the first one registered.
   * @throws Problem 422 for a malformed outcome, never for a missing element
   */
  async function register(
    tx: Tx,
    input: { matter: Matter; idempotencyKey: string; outcomes: readonly unknown[]; actor: Actor },
  ): Promise<Registered> {
    const { matter, actor, idempotencyKey: key } = input
    const outcomes = parseOutcomes(input.outcomes)
    const at = clock()
    const id = newId()
    const { slug, version } = statute
    const first = await store.insertRegistration(tx, {
      id,
      contactId: matter.contactId,
      key,
      statute: slug,
      statuteVersion: version,
      actor,
      at,
    })
    if (first) {
      const orders = await registrar.writeAll({ tx, registrationId: id, matter, actor, at }, outcomes)
      if (orders.length > 0) await parts.notify(tx, await noticeOf(tx, matter, id, orders))
    }
    return (await registered(tx, matter.contactId))!
  }

  async function noticeOf(
    tx: Tx,
    matter: Matter,
    registrationId: string,
    orders: OrderRow[],
  ): Promise<OrderNotice> {
    const clocks = await deadlinesOf(
      tx,
      orders.map((o) => o.id),
    )
    const { contactId, requesterId } = matter
    const due = (order: OrderRow): string | null => {
      const next = clocks.find((d) => d.orderId === order.id && d.metAt === null)
      return next ? formatInstant(next.due) : null
    }
    return {
      contactId,
      requesterId,
      registrationId,
      orders: orders.map((o) => ({ number: o.number, due: due(o) })),
    }
  }

  /** A unit sees what was dispatched to it; to everybody else it does not exist. */
  async function visible(tx: Tx, number: string, { actor, unitCode }: Viewer): Promise<OrderRow> {
    const row = await reads.findOrder(tx, storable(number))
    const may = row && (!isUnit(actor) || row.legs.some((leg) => leg.unitId === unitCode))
    if (!row || !may) throw notFound()
    return row
  }

  async function viewsOf(rows: OrderRow[], actor: Actor): Promise<OrderView[]> {
    const clocks = await deadlinesOf(
      db,
      rows.map((row) => row.id),
    )
    const ownOf = (row: OrderRow) => clocks.filter((d) => d.orderId === row.id)
    return rows.map((row) =>
      orderView(row, ownOf(row), { actor, now: clock(), pii, statute: statutes.of(row.statute.slug) }),
    )
  }

  /** @throws Problem 404 */
  async function detail(number: string, viewer: Viewer) {
    const row = await visible(db, number, viewer)
    const [[view], events] = await Promise.all([viewsOf([row], viewer.actor), reads.eventsOf(db, row.id)])
    await parts.record(db, {
      actor: viewer.actor,
      action: 'orderViewed',
      subject: { kind: 'workOrder', id: row.number },
      requesterId: row.requesterId,
    })
    return {
      ...view!,
      events: events.map((e) => ({
        type: e.type,
        at: formatInstant(e.at),
        actor: { kind: e.actorKind, id: e.actorId, role: e.actorRole },
        cite: e.cite,
        // Words of a protected matter stay out of a unit's sight in its history, too.
        data: isUnit(viewer.actor) && row.confidential !== 'normal' ? {} : e.data,
      })),
      actions: actionsOf(row, viewer, statutes.of(row.statute.slug), clock()),
    }
  }

  const registrarOfContacts: Registrar<unknown, Registered> = {
    async register(tx, { contact, idempotencyKey, outcomes, actor }) {
      const matter: Matter = {
        contactId: contact.id,
        requesterId: contact.requesterId,
        channel: contact.channel,
        // Statutory time runs from when the matter was raised, however late it is written down.
        raisedAt: contact.receivedAt,
        phone: await parts.phoneOf(tx, contact),
      }
      return register(tx, { matter, idempotencyKey, outcomes, actor })
    },
    find: (contactId) => registered(db, contactId),
  }

  return {
    /** What `contacts/` calls at the end of a wrap-up. */
    registrar: registrarOfContacts,
    register,

    /** One action through the one door. @throws Problem 403 | 404 | 409 | 422 */
    async act(number: string, command: Command, viewer: Viewer) {
      await visible(db, number, viewer)
      await actions.act(number, storable(command), viewer)
      return detail(number, viewer)
    },

    detail,

    async list(filter: Omit<reads.OrderFilter, 'visibleToUnit'>, { actor, unitCode }: Viewer) {
      const own = isUnit(actor) ? { visibleToUnit: unitCode ?? '' } : {}
      const rows = await reads.listOrders(db, { ...storable(filter), ...own }, clock())
      return { rows, views: await viewsOf(rows, actor) }
    },

    /** The identity in full, with the reason on the ledger. A tip-off's stays closed (鞍山 2019 第二十六条). */
    async reveal(number: string, reason: string, viewer: Viewer) {
      return db.tx(async (tx) => {
        const row = await visible(tx, number, viewer)
        const { identityOfTipOff } = statutes.of(row.statute.slug).topics.confidentiality
        if (row.confidential === 'tipOff')
          throw problem(403, 'tipOffProtected', '举报人身份不对外显示', identityOfTipOff.says)
        await parts.record(tx, {
          actor: viewer.actor,
          action: 'reveal',
          subject: { kind: 'workOrder', id: row.number },
          requesterId: row.requesterId,
          reason: storable(reason),
        })
        return openIdentity(row, pii)
      })
    },

    /** Open orders about the same thing, so that one matter does not become two. */
    similar(text: string, requesterIds: string[], limit = 5) {
      const since = new Date(clock().getTime() - similarSinceMs)
      return reads.similarOrders(db, grams(storable(text)), requesterIds, since, limit)
    },

    async openOrdersOf(requesterIds: string[]) {
      const rows = await reads.openOrdersOf(db, requesterIds)
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

    async recentOrdersOf(requesterIds: string[], limit: number) {
      const rows = await reads.recentOrdersOf(db, requesterIds, limit)
      return rows.map((o) => ({
        number: o.number,
        title: o.title,
        state: o.state,
        at: formatInstant(o.raisedAt),
      }))
    },

    ordersOfContacts: (contactIds: string[]) => reads.ordersOfContacts(db, contactIds),
    units: () => reads.listUnits(db),

    /** Progress by number and the last four digits of the telephone; null tells nothing of which was wrong. */
    async progress(number: string, lastFour: string): Promise<Progress | null> {
      const plain = parseOrderNumber(number, statute.numberPrefix)
      if (plain === null || !/^\d{4}$/.test(lastFour)) return null
      const row = await reads.findForRequester(db, plain, pii.lookup('lastFour', lastFour))
      if (!row) return null
      return progressView(row, await deadlinesOf(db, [row.id]))
    },
  }
}

const isUnit = (actor: Actor): boolean => actor.role === 'unit' || actor.role === 'unitLeader'

export type WorkOrders = ReturnType<typeof createWorkOrders>

/** @throws Problem 422 with the first fault of every malformed outcome */
function parseOutcomes(outcomes: readonly unknown[]): Outcome[] {
  if (outcomes.length === 0)
    throw problem(422, 'outcomeMissing', '没有登记内容', '请选择答复、引导、不予受理或者生成办理单。')
  const errors = outcomes.flatMap((outcome, n) => {
    if (Value.Check(Outcome, outcome)) return []
    const path = [...Value.Errors(Outcome, outcome)].map((e) => e.instancePath).find((p) => p !== '') ?? ''
    return [{ field: `outcomes.${n}${path.replaceAll('/', '.')}`, message: '内容缺失或格式不对' }]
  })
  if (errors.length > 0)
    throw problem(422, 'outcomeMalformed', '登记内容不完整', '请检查标出的栏目后重新提交。', { errors })
  return storable(outcomes as Outcome[])
}

const notFound = () => problem(404, 'unknownOrder', '没有这张办理单', '请核对编号，或返回列表重新查找。')
