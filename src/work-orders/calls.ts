import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import { sqlState, uniqueViolation, type Db, type Tx } from '../db/pool.ts'
import { formatInstant, type Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { CallState, OrderCall, OrderCalls } from './call-contract.ts'
import type { CallLine, CalledContact } from './call-ports.ts'
import * as calls from './call-store.ts'
import { findLeg, type OrderEvent } from './model.ts'
import { notFound, type Reading } from './reading.ts'
import { refusalProblem } from './refusals.ts'
import type { OrderRow } from './rows.ts'
import {
  callPurposes,
  callResults,
  decideCall,
  purposeLabel,
  resultOf,
  type CallPurpose,
} from './rules/call-requester.ts'
import * as store from './store.ts'
import { openIdentity } from './view.ts'
import { guardOf, isUnitRole, type Insight, type Viewer } from './visibility.ts'
import { writeEvents } from './write-events.ts'

export type OrderCallParts = {
  db: Db
  clock: Clock
  pii: Pii
  calendar: () => Calendar
  statutes: Statutes
  reading: Pick<Reading, 'knowing' | 'visible' | 'insightAt' | 'looking'>
  /** Absent: no telephony here. */
  line?: CallLine
}

export type OrderCalling = ReturnType<typeof createOrderCalls>

const dayMs = 86_400_000
const callsShown = 100
const settledAtOnce = 50

/**
 * Calls to the requester of an order through the platform (隐号): decided in one place, begun in one transaction with the
 * entry in the access ledger, settled once with an event of the order, whatever became of gateway and Asterisk meanwhile.
 */
export function createOrderCalls(parts: OrderCallParts) {
  const { db, clock, pii, calendar, statutes, reading, line } = parts

  const judge = (row: OrderRow, purpose: CallPurpose, { actor, roles, unitCode }: Viewer, lately: number) =>
    decideCall(row, purpose, { actor, roles, unitCode, statute: statutes.of(row.statute.slug), lately })

  const lately = (tx: Tx, orderId: string): Promise<number> =>
    calls.callsSince(tx, orderId, new Date(clock().getTime() - dayMs))

  /** E.164, for the ears of Asterisk alone. */
  async function numberOf(row: OrderRow): Promise<string> {
    const said = openIdentity(row, pii).contact
    const number = (said && numberIn(said)) ?? (await line!.verifiedPhone(row.requesterId))
    if (number) return number
    throw problem(
      422,
      'noTelephone',
      '办理单没有可以拨打的电话',
      '诉求人没有留下电话，请通过他使用的渠道（短信、微信或者信函）联系。',
    )
  }

  /**
   * Rings the person's own telephone, then the requester. Resolves once his telephone is asked to ring.
   * @throws Problem 403 | 404 | 409 | 422 | 503
   */
  async function place(number: string, purpose: CallPurpose, given: Viewer): Promise<OrderCall> {
    const viewer = await reading.knowing(given)
    const { row } = await reading.visible(db, number, viewer)
    const judged = judge(row, purpose, viewer, await lately(db, row.id))
    if ('refused' in judged) {
      const by = { actor: viewer.actor, at: clock(), cite: judged.cite }
      await store.insertAttempt(db, row.id, { action: 'callRequester', refused: judged.refused }, by)
      throw refusalProblem(judged)
    }
    if (!line) throw lineDown()
    const phone = await ownPhone(viewer.actor.id)
    await numberOf(row)
    const where = await line.placeOut(phone)
    if (!where) throw lineDown()

    const begun = await db
      .tx(async (tx) => {
        const order = await store.lockOrder(tx, row.number)
        const insight = order && reading.insightAt(order, viewer)
        if (!order || !insight) throw notFound()
        const may = judge(order, purpose, viewer, await lately(tx, order.id))
        if ('refused' in may) throw refusalProblem(may)
        if (await calls.unsettledOfOrder(tx, order.id)) throw beingCalled()
        const actor: Actor = { ...viewer.actor, role: may.role } as Actor
        const to = await numberOf(order)
        const contact = await line.begin(tx, {
          ...where,
          contactId: newId(),
          number: to,
          requesterId: order.requesterId,
          confidential: guardOf(order) !== 'open',
          actor,
        })
        const call = {
          id: newId(),
          orderId: order.id,
          contactId: contact.id,
          purpose,
          leg: may.leg,
          callerId: actor.id,
          callerRole: may.role,
          cite: may.cite,
          startedAt: clock(),
        }
        await calls.insertCall(tx, call)
        // On record before anything rings: whoever uses an identity is written down first.
        await reading.looking.looked(
          tx,
          { ...viewer, actor },
          'maskedCall',
          { order, sights: insight.sights },
          { only: ['contact'], reason: purposeLabel(purpose), data: { call: call.id } },
        )
        return { call, contact, to }
      })
      .catch((error: unknown) => {
        throw sqlState(error) === uniqueViolation ? youAreBusy() : error
      })

    line.begun(begun.contact)
    const asked = await line.callOut(where, phone, begun.to)
    // Without an answer of Asterisk it may ring all the same: what it says later decides.
    if (!asked.sent && asked.why !== 'unknown') {
      await line.failed(begun.contact.id, asked.why)
      await settle(begun.contact.id)
      throw lineDown()
    }
    const settledNow = await calls.callOfContact(db, begun.contact.id)
    return viewOf(settledNow!, await line.find(begun.contact.id), row, true)
  }

  async function ownPhone(staffId: string): Promise<string> {
    const own = await line!.phoneOf(staffId)
    if (!own)
      throw problem(
        409,
        'noPhone',
        '您没有可用的话机',
        '请先在坐席台签入，或者登记桌上的话机，再联系诉求人。',
      )
    if (!own.ready)
      throw problem(
        409,
        'phoneNotReady',
        '您的话机没有就绪',
        '话机正在通话或者没有连接，请挂好或者连接话机后再试。',
      )
    return own.number
  }

  /**
   * Writes what came of a call into its order, once; does nothing while the contact is open. Every gateway may call it at
   * any time, again and again.
   */
  async function settle(contactId: string): Promise<void> {
    const contact = await line?.find(contactId)
    if (!contact?.endedAt) return
    const call = await calls.callOfContact(db, contactId)
    if (!call || call.settledAt) return
    const endings = await line!.endingsOf(contactId)
    const result = resultOf(contact.bridgedAt !== null, endings)
    // What a resync found out later is no measure of time.
    const seconds = endings.some(({ recovered }) => recovered) ? null : talkedFor(contact)
    await db.tx(async (tx) => {
      const order = await store.lockOrderById(tx, call.orderId)
      const at = clock()
      if (!order || !(await calls.settleCall(tx, call.id, { at, result, seconds }))) return
      const { purpose, leg } = call
      const events: OrderEvent[] = [{ type: 'requesterCalled', purpose, leg, result, seconds, contactId }]
      // A unit that spoke with him has contacted him; the platform itself saw it.
      if (result === 'reached' && leg !== null && findLeg(order, leg)?.contactedAt === null)
        events.push({ type: 'contacted', leg, way: '平台转接电话', note: purposeLabel(purpose) })
      await writeEvents(tx, order, events, {
        actor: { kind: 'staff', id: call.callerId, role: call.callerRole as Role },
        at,
        cite: call.cite,
        statute: statutes.of(order.statute.slug),
        calendar: calendar(),
      })
    })
  }

  /** The whole list is for those who read the order's notes; a unit sees its own, everybody what he made himself. */
  function mayKnow(call: calls.CallRow, row: OrderRow, { sights, seats }: Insight, viewer: Viewer): boolean {
    if (call.callerId === viewer.actor.id) return true
    if (isUnitRole(viewer)) return call.leg !== null && findLeg(row, call.leg)?.unitId === viewer.unitCode
    return sights.notes.sight === 'full' || seats.includes('oversight')
  }

  function viewOf(
    call: calls.CallRow,
    contact: CalledContact | null,
    row: OrderRow,
    full: boolean,
  ): OrderCall {
    return {
      id: call.id,
      contactId: full ? call.contactId : null,
      purpose: call.purpose,
      purposeLabel: purposeLabel(call.purpose),
      state: call.settledAt || !contact ? 'ended' : stateOf(contact),
      startedAt: formatInstant(call.startedAt),
      by: {
        id: full ? call.callerId : null,
        role: call.callerRole,
        unit: call.leg === null ? null : (findLeg(row, call.leg)?.unitId ?? null),
      },
      cite: call.cite,
      result: call.result,
      resultLabel: call.result && callResults[call.result],
      seconds: call.seconds,
    }
  }

  const shown = async (call: calls.CallRow, row: OrderRow, insight: Insight, viewer: Viewer) =>
    viewOf(
      call,
      call.settledAt ? null : ((await line?.find(call.contactId)) ?? null),
      row,
      call.callerId === viewer.actor.id || insight.sights.notes.sight === 'full',
    )

  async function known(number: string, id: string, given: Viewer) {
    const viewer = await reading.knowing(given)
    const { row, insight } = await reading.visible(db, number, viewer)
    const call = await calls.findCall(db, row.id, id)
    if (!call || !mayKnow(call, row, insight, viewer))
      throw problem(404, 'unknownCall', '没有这次通话', '请刷新办理单后查看。')
    return { viewer, row, insight, call }
  }

  return {
    place,
    settle,

    /** @throws Problem 404 */
    async list(number: string, given: Viewer): Promise<OrderCalls> {
      const viewer = await reading.knowing(given)
      const { row, insight } = await reading.visible(db, number, viewer)
      const all = await calls.callsOf(db, row.id, callsShown)
      const own = all.filter((call) => mayKnow(call, row, insight, viewer))
      const count = await lately(db, row.id)
      return {
        items: await Promise.all(own.map((call) => shown(call, row, insight, viewer))),
        purposes: callPurposes.map((purpose) => {
          const may = judge(row, purpose, viewer, count)
          const refused = 'refused' in may ? may : null
          return {
            purpose,
            label: purposeLabel(purpose),
            allowed: refused === null,
            reason: refused?.title ?? null,
            cite: may.cite,
          }
        }),
      }
    },

    /** @throws Problem 404 */
    async one(number: string, id: string, given: Viewer): Promise<OrderCall> {
      const { viewer, row, insight, call } = await known(number, id, given)
      return shown(call, row, insight, viewer)
    },

    /** Hangs up, or calls it off while somebody's telephone rings. @throws Problem 403 | 404 | 503 */
    async end(number: string, id: string, given: Viewer): Promise<OrderCall> {
      const { viewer, row, insight, call } = await known(number, id, given)
      if (call.callerId !== viewer.actor.id)
        throw problem(403, 'notYourCall', '这不是您的通话', '只有拨打人自己可以挂断。')
      const contact = call.settledAt ? null : await line?.find(call.contactId)
      if (contact?.callId && !contact.endedAt) {
        const asked = await line!.hangUp(contact.callId)
        // No leg of it is left: the contact is ended here, as the resync would.
        if (!asked.sent && asked.why === 'gone') {
          await line!.failed(contact.id, 'cancelled')
          await settle(contact.id)
        } else if (!asked.sent) throw lineDown()
      }
      return shown((await calls.findCall(db, row.id, id))!, row, insight, viewer)
    },

    /** Settles what a gateway that died has left. */
    async sweep(): Promise<void> {
      if (!line) return
      for (const { contactId } of await calls.unsettled(db, settledAtOnce)) await settle(contactId)
    },

    line,
  }
}

const stateOf = ({ state, answeredAt, endedAt }: CalledContact): CallState => {
  if (endedAt) return 'ended'
  if (state === 'connecting') return answeredAt ? 'ringingRequester' : 'ringingYou'
  return state === 'held' ? 'held' : 'talking'
}

const talkedFor = ({ bridgedAt, endedAt }: CalledContact): number =>
  bridgedAt && endedAt ? Math.max(0, Math.round((endedAt.getTime() - bridgedAt.getTime()) / 1_000)) : 0

/** People write more into a field than a number: 13800000001（微信同号）. */
const telephone = /(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}/

function numberIn(said: string): string | null {
  return toE164(said) ?? toE164(telephone.exec(said)?.[0] ?? '')
}

const lineDown = (): Problem =>
  problem(503, 'phoneSystemDown', '电话系统暂时连接不上', '没有拨出，请稍后再试。')
const beingCalled = (): Problem =>
  problem(409, 'requesterInCall', '正在联系这位诉求人', '同一时间只由一人联系，请等这次通话结束。')
const youAreBusy = (): Problem =>
  problem(409, 'youAreInCall', '您正在通话或者有来话', '请先结束手上的通话，再联系诉求人。')
