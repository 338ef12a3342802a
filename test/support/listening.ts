import { createAnnouncer, type Announcer } from '../../src/work-orders/announce.ts'
import { createBells } from '../../src/work-orders/bells.ts'
import { onMissed } from '../../src/work-orders/rules/supervision-automatic.ts'
import type { WorkOrderParts } from '../../src/work-orders/service.ts'
import { createStaffInbox } from '../../src/work-orders/staff-inbox.ts'
import { startOrders } from './work-orders.ts'

/** What left the house: to the requester, or to a unit by its code. */
export type Sent = { to: string; text: string }

/** Orders whose notices are written as in the program; the carriers only listen. */
export async function startListening(...[city, limits, more]: Parameters<typeof startOrders>) {
  const sent: Sent[] = []
  const held: { announcer?: Announcer } = {}
  const announcing: Partial<WorkOrderParts> = {
    announce: async (...told) => held.announcer!.announce(...told),
    registered: (tx, orders) => held.announcer!.registered(tx, orders),
  }
  const world = await startOrders(city, limits, { ...announcing, ...more })
  const { db, statutes, calendars } = world
  const clock = (): Date => world.time.now
  const { announce } = (held.announcer = createAnnouncer({
    statutes,
    tellRequester: async (_tx, _order, _key, words) =>
      void sent.push({ to: 'requester', text: words[0]!.text }),
    tellUnit: async (_tx, unit, _key, words) => void sent.push({ to: unit, text: words[0]!.text }),
    tellStaff: createStaffInbox({ db, clock }).tell,
  }))
  const bells = createBells({
    db,
    clock,
    calendar: () => calendars.current,
    statutes,
    onMissed: async (_tx, order, bell, by) => onMissed(order, bell, by),
    announce,
  })
  return { ...world, bells, sent }
}

export type ListeningWorld = Awaited<ReturnType<typeof startListening>>
