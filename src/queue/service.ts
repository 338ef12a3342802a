import type { Log } from '../base/log.ts'
import type { Contact, ContactState } from '../contacts/model.ts'
import type { ContactDoor, ContactForMatching, ContactsForMatching } from '../contacts/ports.ts'
import type { ContactFact } from '../contacts/transition.ts'
import type { Db } from '../db/pool.ts'
import type { QueueConfig } from './config.ts'
import type { Jobs } from './jobs.ts'
import { MatcherAway, type Matcher } from './matcher.ts'
import { createMatching } from './matching.ts'
import type { News } from './news.ts'
import { outcomeOfDial } from './offer.ts'
import { asMade, createOffering } from './offering.ts'
import type { AgentDirectory, CallSight, OfferListener, QueueService } from './ports.ts'
import { createReconciler, type Reconciler } from './reconciler.ts'
import * as store from './store.ts'

export type QueueDeps = {
  db: Db
  door: Pick<ContactDoor, 'applyIn' | 'look'>
  contacts: ContactsForMatching
  directory: AgentDirectory
  /** May grow after creation: desk and telephony are made later than the queue. */
  listeners: readonly OfferListener[]
  calls: CallSight
  /** Told after the queue has committed a change of a contact, like the door's own listeners. */
  announceChange: (contact: Contact, fact: ContactFact, before: ContactState) => void
  matcher: Matcher
  jobs: Pick<Jobs, 'handle' | 'add'>
  config: QueueConfig
  /** Unique name of this gateway. */
  owner: string
  log: Log
}

export type Queue = QueueService & {
  reconciler: Pick<Reconciler, 'stats'>
  /** A change of a contact that this process has just committed. */
  contactMoved(contact: Contact, fact: ContactFact, before: ContactState): Promise<void>
  /** The bell told of a change that this process did not make; it stands as it is read now. */
  onHeard(listener: (row: ContactForMatching) => void): void
  /** Begins to reconcile; the jobs begin with `jobs.start()`. */
  start(): void
}

/** How often a gateway widens due rings and does again what failed, ms. */
const tickMs = 1_000

/**
 * Routing, composed. Registers its job handlers at once: `contacts/changed`, `contacts/message`, `contacts/news`,
 * `contacts/rematch` and `offers/expire`.
 */
export function createQueue(deps: QueueDeps): Queue {
  const { db, matcher, jobs, log } = deps
  const background = new Set<Promise<void>>()
  const hearers: ((row: ContactForMatching) => void)[] = []
  let reconciler: Reconciler | null = null
  let ticking: NodeJS.Timeout | undefined
  let stopped = false

  function inBackground(what: string, work: () => Promise<unknown>): void {
    if (stopped) return
    const running: Promise<void> = work()
      .then(
        () => {},
        (error: unknown) => log.warn({ what, err: String(error) }, 'queue work failed, done again later'),
      )
      .finally(() => background.delete(running))
    background.add(running)
  }

  const offering = createOffering({
    ...deps,
    changed(contactId, agentId) {
      inBackground('contactChanged', () => matching.contactChanged(contactId))
      inBackground('agentChanged', () => matching.agentChanged(agentId))
    },
  })
  const matching = createMatching({
    ...deps,
    offering,
    heard(row) {
      for (const hear of hearers) hear(row)
    },
    rematchLater: (contactId, afterMs) =>
      inBackground('rematch', () =>
        jobs.add('contacts', 'rematch', { contactId }, { delayMs: afterMs + 100 }),
      ),
  })

  jobs.handle<{ contactId: string; version?: number }>('contacts', 'changed', ({ contactId, version }) =>
    matching.bellRang(contactId, version),
  )
  jobs.handle<{ contactId: string }>('contacts', 'message', ({ contactId }) =>
    matching.contactTouched(contactId),
  )
  jobs.handle<News>('contacts', 'news', async ({ changed = [], touched = [] }) => {
    // One that fails must not hold up the others: it is rung for again alone, and only if that fails all of them are.
    const again = (job: string, data: { contactId: string }) => async (error: unknown) => {
      log.warn({ contactId: data.contactId, job, err: String(error) }, 'bell not answered, rung again')
      await jobs.add('contacts', job, data, { delayMs: tickMs })
    }
    const answers = await Promise.allSettled([
      ...changed.map((one) => matching.bellRang(one.contactId, one.version).catch(again('changed', one))),
      ...touched.map((contactId) =>
        matching.contactTouched(contactId).catch(again('message', { contactId })),
      ),
    ])
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason
  })
  jobs.handle<{ contactId: string }>('contacts', 'rematch', ({ contactId }) =>
    matching.matchContact(contactId),
  )
  jobs.handle<{ offerId: string }>('offers', 'expire', async ({ offerId }) => {
    // Redis's clock may be ahead of the database's, which decides.
    const early = await offering.expire(offerId)
    if (early) await jobs.add('offers', 'expire', { offerId }, { delayMs: early.waitMs + 5 })
  })

  async function tick(): Promise<void> {
    try {
      await matching.retry()
      for (const contactId of await matcher.relax(100)) await matching.matchContact(contactId)
    } catch (error) {
      if (!(error instanceof MatcherAway)) throw error
    }
  }

  return {
    accept: offering.accept,

    handOver: (contactId, from, to, by) => offering.handOver(contactId, from, to, by),

    async decline(offerId, agentId, reason) {
      const offer = await store.findOffer(db, offerId)
      return offer?.agentId === agentId ? offering.end(offerId, 'declined', reason) : false
    },

    async withdrawOffersOf(agentId, outcome, reason, only) {
      for (const offer of await store.openAndComingOffersOf(db, agentId))
        if (only === undefined || offer.channel === only) await offering.end(offer.offerId, outcome, reason)
    },

    openOffersOf: async (agentId) => (await store.openOffersOfAgent(db, agentId)).map(asMade),

    async dialEnded(contactId, agentId, status) {
      const [offer] = await store.openOffersOfContacts(db, [contactId])
      // The dial of the last agent may end when the next has the offer.
      if (offer?.mode === 'phone' && offer.agentId === agentId)
        await offering.end(offer.offerId, outcomeOfDial(status), status)
    },

    agentChanged: (agentId) => matching.agentChanged(agentId),
    async contactsArrived({ opened, moved }) {
      await Promise.all([...opened.map(matching.contactOpened), ...moved.map(matching.contactTouched)])
    },
    contactChanged: (contactId) => matching.contactChanged(contactId),
    contactMoved: (contact, fact, before) => matching.contactMoved(contact, fact, before),
    position: (contactId) => matcher.position(contactId),
    depth: () => matcher.depth(),
    onHeard: (listener) => void hearers.push(listener),
    reconciler: {
      stats: () => reconciler?.stats() ?? { passes: 0, rebuilds: 0, repaired: 0, lastFullMs: 0 },
    },

    start() {
      reconciler ??= createReconciler({ ...deps, matching, offering })
      ticking ??= setInterval(() => inBackground('tick', tick), tickMs)
    },

    async stop() {
      stopped = true
      clearInterval(ticking)
      await reconciler?.stop()
      await Promise.allSettled(background)
    },
  }
}
