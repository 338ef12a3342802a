import { Value } from 'typebox/value'
import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { Problem, problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Contact } from '../contacts/model.ts'
import type { Registrar } from '../contacts/registration.ts'
import type { Db, Tx } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { Outcome, type Registered } from './registration-contract.ts'
import { type Progress } from './progress-contract.ts'
import { deadlinesOf } from './deadline-store.ts'
import { createActions, type ActionParts } from './actions.ts'
import { createOrderCalls, type OrderCallParts } from './calls.ts'
import { createAttachments, type AttachmentParts } from './attachments.ts'
import { describeMissing } from './elements.ts'
import type { NoticeWords } from './notices.ts'
import { createExport } from './export.ts'
import { parseOrderNumber } from './number.ts'
import { createReading, type ReadingParts } from './reading.ts'
import * as reads from './reads-store.ts'
import { createOrderRecordings, type RecordingParts } from './recordings.ts'
import type { Matter } from './matter.ts'
import { createRegistrar, type RegistrarParts } from './registrar.ts'
import type { Command } from './rules/registry.ts'
import type { OrderRow } from './rows.ts'
import { createSealedFiles } from './sealed-files.ts'
import * as store from './store.ts'
import { deadlineView, goneView, joinedProgress, progressView } from './view.ts'
import { guardOf, type Viewer as OrderViewer } from './visibility.ts'

export type OrderNotice = {
  contactId: string
  requesterId: string
  registrationId: string
  /** Numbers in the order of registration, with what the requester may be told of each. */
  orders: { number: string; due: string | null }[]
  /** 联系方式 that was left with them, sealed, or null. */
  contactSealed: string | null
  /** What is said of them, where notices are composed. */
  words?: NoticeWords
}

export type WorkOrderParts = RegistrarParts &
  Pick<ReadingParts, 'record' | 'talksWith' | 'integrityFlag'> &
  Pick<AttachmentParts, 'requesterFiles'> &
  Pick<RecordingParts, 'recordings'> &
  Pick<OrderCallParts, 'line'> & {
    db: Db
    clock: Clock
    statutes: Statutes
    announce?: NonNullable<ActionParts['announce']>
    /** Folder of the encrypted attachments. */
    attachmentsDir: string
    postsOf?: NonNullable<ActionParts['postsOf']>
    /** After a registration: tells units what was dispatched at once. @returns the words for the requester */
    registered?: (tx: Tx, orders: readonly OrderRow[]) => Promise<NoticeWords>
    /** These orders are new or were raised again. */
    raised?: (tx: Tx, numbers: readonly string[]) => Promise<void>
    /** E.164 of the requester of a contact, where his channel has one. */
    phoneOf: (tx: Tx, contact: Contact) => Promise<string | null>
    /** Tells the requester his numbers, through the outbox of his channel: what commits is sent. */
    notify: (tx: Tx, notice: OrderNotice) => Promise<void>
  }

/** Who looks: the actor of a request with all his hats, and his unit. */
export type Viewer = OrderViewer

export function createWorkOrders(parts: WorkOrderParts) {
  const { db, clock, pii, statute, statutes } = parts
  const registrar = createRegistrar(parts)
  const reading = createReading(parts)
  const actions = createActions({ ...parts, hidden: reading.hidden })
  const files = createSealedFiles(parts.attachmentsDir, pii)
  const attachments = createAttachments({ ...parts, reading, files })
  const recordings = createOrderRecordings({ ...parts, reading })

  /** @param asker somebody who did not register it himself hears of no tip-off and of nothing against him */
  async function registered(tx: Tx, contactId: string, asker: Actor | null): Promise<Registered | null> {
    const row = await reads.registrationOf(tx, contactId)
    if (!row) return null
    const all = await reads.ordersOfRegistration(tx, row.id)
    const orders = asker === null || asker.id === row.actorId ? all : all.filter((o) => mayHearOf(o, asker))
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

  const mayHearOf = (order: OrderRow, asker: Actor): boolean => {
    const viewer = { actor: asker, roles: [asker.role as Role], unitCode: null }
    return guardOf(order) !== 'tipOff' && !reading.hidden(order, viewer)
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
      if (orders.length > 0) {
        const words = await parts.registered?.(tx, orders)
        await parts.notify(tx, { ...(await noticeOf(tx, matter, id, orders)), ...(words ? { words } : {}) })
      }
      const again = outcomes.flatMap((o) => (o.type === 'appended' ? [o.number] : []))
      await parts.raised?.(tx, [...orders.map((o) => o.number), ...again])
    }
    return (await registered(tx, matter.contactId, null))!
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
      contactSealed: orders.find((o) => o.contactSealed !== null)?.contactSealed ?? null,
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
    find: (contactId, actor) => registered(db, contactId, actor),
  }

  return {
    /** What `contacts/` calls at the end of a wrap-up. */
    registrar: registrarOfContacts,
    register,

    /**
     * One action through the one door. An order that does not exist for this person is the same 404 before the action,
     * under the lock and afterwards. @throws Problem 403 | 404 | 409 | 422
     */
    async act(number: string, command: Command, given: Viewer) {
      const viewer = await reading.knowing({ ...given, roles: deskFirst(given.roles) })
      const { row } = await reading.visible(db, number, viewer)
      await actions.act(number, storable(command), viewer)
      try {
        return await reading.detail(number, viewer)
      } catch (error) {
        // Whoever withdrew has done his part and sees the order no more.
        if (error instanceof Problem && error.status === 404) return goneView(row)
        throw error
      }
    },

    attachments,
    recordings,
    calls: createOrderCalls({ ...parts, reading }),
    export: createExport({ ...parts, reading }),
    detail: reading.detail,
    list: reading.list,
    reveal: reading.reveal,
    similar: reading.similar,
    openOrdersOf: reading.openOrdersOf,
    recentOrdersOf: reading.recentOrdersOf,
    contactsToHide: reading.contactsToHide,
    ordersOfContacts: reading.ordersOfContacts,
    contactsOfOrder: reading.contactsOfOrder,
    accessLedgerFor: reading.accessLedgerFor,
    units: () => reads.listUnits(db),

    /** Progress by number and the last four digits of the telephone; null tells nothing of which was wrong. */
    async progress(number: string, lastFour: string): Promise<Progress | null> {
      const plain = parseOrderNumber(number, statute.numberPrefix)
      if (plain === null || !/^\d{4}$/.test(lastFour)) return null
      const row = await reads.findForRequester(db, plain, pii.lookup('lastFour', lastFour))
      if (!row) return null
      const into = row.state === 'merged' ? await reads.orderItGoesOnIn(db, row.id) : null
      if (into) return joinedProgress(row, into, await deadlinesOf(db, [into.id]), pii)
      return progressView(row, await deadlinesOf(db, [row.id]))
    },
  }
}

/** Only the confidential desk may lower a level: among several hats it is the one to wear for that. */
const deskFirst = (roles: readonly Role[]): Role[] =>
  [...roles].sort((a, b) => Number(b === 'confidentialDesk') - Number(a === 'confidentialDesk'))

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
