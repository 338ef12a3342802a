import type { Tx } from '../db/pool.ts'
import type { Statutes } from '../statutes/registry.ts'
import { runningAndMet } from './deadline-store.ts'
import type { OrderEvent } from './model.ts'
import {
  joinedNoticesOf,
  noticesOf,
  registrationWords,
  type NoticeFacts,
  type NoticeWords,
} from './notices.ts'
import { eventsSoFar, joinedTo, lastEventIds, unitNames } from './notices-store.ts'
import type { OrderRow } from './rows.ts'
import type { StaffTold } from './staff-inbox-store.ts'
import type { By } from './write-events.ts'

/**
 * Puts what `notices.ts` says through the outbox, in the transaction of the events it speaks of: what commits is sent,
 * and each notice once, by the id of its event.
 */
export type AnnounceParts = {
  statutes: Statutes
  /**
   * By the channel of the requester's own latest contact, else to the number that he left; what cannot be sent undoes
   * nothing.
   */
  tellRequester: (
    tx: Tx,
    to: Pick<OrderRow, 'requesterId' | 'contactIds' | 'contactSealed'>,
    key: string,
    words: readonly NoticeWords[],
  ) => Promise<void>
  /** By SMS to the contacts of a unit. */
  tellUnit: (tx: Tx, unit: string, key: string, words: readonly NoticeWords[]) => Promise<void>
  /** Those who wear a role of staff. */
  tellStaff: (tx: Tx, told: StaffTold) => Promise<void>
}

export type Announcer = ReturnType<typeof createAnnouncer>

export function createAnnouncer({ statutes, tellRequester, tellUnit, tellStaff }: AnnounceParts) {
  async function factsOf(tx: Tx, order: OrderRow): Promise<Omit<NoticeFacts, 'cite'>> {
    const codes = [...new Set(order.legs.map((leg) => leg.unitId))]
    const names = await unitNames(tx, codes)
    return {
      statute: statutes.of(order.statute.slug),
      clocks: await runningAndMet(tx, order.id),
      unitName: (code) => names.get(code) ?? '承办单位',
    }
  }

  async function tell(
    tx: Tx,
    order: OrderRow,
    events: readonly OrderEvent[],
    facts: NoticeFacts,
    to: 'everybody' | 'notRequester',
  ): Promise<void> {
    const notices = noticesOf(order, events, facts).filter(
      (n) => to === 'everybody' || n.to.kind !== 'requester',
    )
    if (notices.length === 0) return
    const ids = await lastEventIds(tx, order.id, events.length)
    for (const { event, to: whom, words } of notices) {
      const key = `order-${order.id}-${ids[event]}`
      if (whom.kind === 'unit') await tellUnit(tx, whom.unit, `${key}-unit-${whom.unit}`, words)
      else if (whom.kind === 'requester') await tellRequester(tx, order, key, words)
      else
        for (const role of whom.roles)
          await tellStaff(tx, {
            orderId: order.id,
            role,
            unit: whom.unit,
            key: `${key}-staff-${role}`,
            text: words[0].text,
            cite: whom.cite,
          })
    }
  }

  /** Whoever was the same requester has heard of it already. */
  async function tellJoined(
    tx: Tx,
    order: OrderRow,
    events: readonly OrderEvent[],
    facts: NoticeFacts,
  ): Promise<void> {
    if (joinedNoticesOf(order, order, events, facts).length === 0) return
    const joined = (await joinedTo(tx, order.id)).filter((j) => j.requesterId !== order.requesterId)
    if (joined.length === 0) return
    const ids = await lastEventIds(tx, order.id, events.length)
    for (const one of joined)
      for (const { event, words } of joinedNoticesOf(order, one, events, facts))
        await tellRequester(tx, one, `order-${one.id}-${ids[event]}`, words)
  }

  return {
    /** After events, which must be the order's last. */
    async announce(
      tx: Tx,
      order: OrderRow,
      events: readonly OrderEvent[],
      by: Pick<By, 'cite'>,
    ): Promise<void> {
      // Most events tell nobody anything: those cost no reading.
      if (!events.some(maySpeak)) return
      const facts = { ...(await factsOf(tx, order)), cite: by.cite }
      await tell(tx, order, events, facts, 'everybody')
      await tellJoined(tx, order, events, facts)
    },

    /** After a registration: the units of what was dispatched at once. The requester hears of it all in one notice. */
    async registered(tx: Tx, orders: readonly OrderRow[]): Promise<NoticeWords> {
      const known = []
      for (const order of orders) {
        const facts = await factsOf(tx, order)
        known.push({ order, facts })
        if (order.legs.length > 0)
          await tell(tx, order, await eventsSoFar(tx, order.id), { ...facts, cite: null }, 'notRequester')
      }
      return registrationWords(known)
    },
  }
}

const silentEvents: readonly OrderEvent['type'][] = [
  'registered',
  'supplied',
  'appended',
  'acknowledged',
  'contacted',
  'stageReported',
  'audited',
  'followedUp',
  'rated',
  'ratingFinal',
]
const maySpeak = ({ type }: OrderEvent): boolean => !silentEvents.includes(type)
