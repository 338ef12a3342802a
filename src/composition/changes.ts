import type { Desk } from '../agent-desk/desk.ts'
import type { Log } from '../base/log.ts'
import type { Intake } from '../channels/channel.ts'
import type { Door } from '../contacts/door.ts'
import type { Arrived } from '../contacts/intake.ts'
import type { Queue } from '../queue/service.ts'
import type { Orders } from './orders.ts'

type Parts = {
  door: Door
  queue: Queue
  desk: Desk
  orders: Pick<Orders, 'callerGone' | 'workOrders'>
  log: Log
}

/**
 * Who hears of a contact's change. In the process that made it, at once; everywhere else by the outbox's bell, which
 * the queue answers, and which tells the desk again, for the maker may have died over telling. Nothing here decides
 * anything: whoever is told rereads the row, or knows that nothing follows for him.
 */
export function followChanges({ door, queue, desk, orders, log }: Parts): void {
  const quietly = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => log.warn({ what, err: String(error) }, 'left to the reconciler'))
  }
  door.onChange((contact, fact, before) => {
    quietly('contactMoved', queue.contactMoved(contact, fact, before))
    quietly('news', desk.news.contactChanged(contact))
    if (contact.direction === 'outbound' && contact.endedAt)
      quietly('orderCall', orders.workOrders.calls.settle(contact.id))
    if (fact.type === 'hungUp') quietly('referral', orders.callerGone(contact.id))
  })
  // Nobody has ever had what has just arrived.
  queue.onHeard((row) => {
    if (row.version > 1) quietly('news', desk.news.contactHeard(row))
  })
}

/** Contacts that texts have opened reach the matcher without waiting for relay and job; their bell makes sure of it. */
export const followArrivals =
  (queue: Pick<Queue, 'contactsArrived'>, log: Log) =>
  (contacts: Arrived): void =>
    void queue
      .contactsArrived(contacts)
      .catch((error: unknown) => log.warn({ err: String(error) }, 'arrivals left to their bell'))

/** The desk that holds a conversation sees what was just committed to it. */
export const followTexts = (intake: Intake, desk: () => Desk, log: Log): Intake => ({
  async accept(items) {
    const accepted = await intake.accept(items)
    // A duplicate may be the retry of one whose process died between its commit and the telling.
    const grown = new Set(
      accepted.flatMap((a) =>
        a.contactId !== null && (a.duplicate || a.held !== false) ? [a.contactId] : [],
      ),
    )
    for (const contactId of grown)
      desk()
        .news.conversationGrew(contactId)
        .catch((error: unknown) => log.warn({ contactId, err: String(error) }, 'desk not told of a message'))
    return accepted
  },
})
