import { system } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Contact, ContactState } from '../contacts/model.ts'
import type { ContactDoor, ContactForMatching, ContactsForMatching } from '../contacts/ports.ts'
import type { ContactFact } from '../contacts/transition.ts'
import { createLease } from '../db/lease.ts'
import { isBusyOrAway, type Db } from '../db/pool.ts'
import type { QueueConfig } from './config.ts'
import { MatcherAway, type Matcher, type Moment } from './matcher.ts'
import type { Matching } from './matching.ts'
import type { Offering } from './offering.ts'
import type { AgentDirectory, CallSight } from './ports.ts'
import * as store from './store.ts'

/**
 * Gives the guarantee: whatever jobs, gateways or Redis lose, what PostgreSQL says comes true. One gateway does it at a
 * time. Quick passes look at rows changed lately, full passes at everything open; a lost memory of the matcher is built
 * anew first.
 */
export type Reconciler = {
  /** Looks now and not only at the next pass. */
  wake(): void
  stats(): { passes: number; rebuilds: number; repaired: number; lastFullMs: number }
  stop(): Promise<void>
}

export type ReconcilerDeps = {
  db: Db
  door: Pick<ContactDoor, 'applyIn'>
  contacts: ContactsForMatching
  directory: Pick<AgentDirectory, 'all'>
  calls: CallSight
  matcher: Matcher
  matching: Matching
  offering: Pick<Offering, 'expire' | 'end' | 'announce'>
  announceChange: (contact: Contact, fact: ContactFact, before: ContactState) => void
  config: QueueConfig
  /** Unique name of this gateway, for the lease. */
  owner: string
  log: Log
}

const actor = system('reconciler')
/** Unlike a requeue, this leaves a contact alone that was bridged a moment ago. */
const neverBridged: ContactFact = { type: 'dialFailed', status: 'gatewayLost' }
const some = 200

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { db, contacts, directory, matcher, matching, offering, config, log } = deps
  const { quickMs, fullMs, overlapMs, page, leaseMs, announceMs } = config.reconcile
  const stats = { passes: 0, rebuilds: 0, repaired: 0, lastFullMs: 0 }
  /** Greatest change of a row that was seen, by the database clock. */
  let seenMs = 0
  let fullAt = -Infinity
  /** Contacts that connect, with the instant since when. */
  const connecting = new Map<string, number>()
  /** Offers that the ledger's clock was set back behind, with the monotonic instant at which they end all the same. */
  const ahead = new Map<string, number>()
  /** What a pass could not do while it went on with the rest. */
  let left: unknown[] = []

  /** Tells the matcher about rows and does what whoever missed telling it should have done. */
  async function bring(rows: readonly ContactForMatching[], at: Moment, follow: boolean): Promise<void> {
    for (const row of rows) {
      if (row.state === 'connecting') connecting.set(row.id, row.changedAtMs)
      else connecting.delete(row.id)
    }
    // While all is built anew nothing follows; the passes behind it look at the offers.
    const open = follow
      ? await store.openOffersOfContacts(
          db,
          rows.filter((row) => row.state !== 'offered').map((row) => row.id),
        )
      : []
    const synced = await matching.sync(rows, at)
    if (!follow) return
    const rowOf = new Map(rows.map((row) => [row.id, row]))
    const missed = synced.filter(
      ({ outcome }) => outcome !== 'same' && outcome !== 'over' && outcome !== 'stale',
    )
    stats.repaired += missed.length
    await each(missed, (one) => matching.follow(rowOf.get(one.id) ?? null, one))
    await each(open, (offer) => matching.contactChanged(offer.contactId))
  }

  async function changedLately(at: Moment): Promise<void> {
    let since = seenMs - overlapMs
    for (;;) {
      const rows = await contacts.changedSince(since, page)
      await bring(rows, at, true)
      const last = rows.at(-1)?.changedAtMs
      if (last !== undefined) seenMs = Math.max(seenMs, last)
      if (rows.length < page || last === undefined) return
      // Instants are rounded to the millisecond: step back by one so that none of the same one is skipped.
      since = Math.max(last - 1, since + 1)
    }
  }

  async function everyOpen(visit: (rows: ContactForMatching[], at: Moment) => Promise<void>): Promise<void> {
    type Page = { rows: ContactForMatching[]; at: Moment }
    async function read(after: string | null): Promise<Page> {
      const at = await matcher.moment()
      if (!at) throw new MatcherAway('lost while its contacts were compared')
      return { rows: await contacts.open(after, page), at }
    }
    let next: Promise<Page> | null = read(null)
    while (next) {
      const { rows, at }: Page = await next
      // PostgreSQL reads the next page while Redis takes this one.
      next = rows.length < page ? null : read(rows.at(-1)!.id)
      // If this page fails, nobody will wait for the next one.
      next?.catch(() => {})
      await visit(rows, at)
    }
  }

  async function everyAgent(): Promise<void> {
    const at = await matcher.moment()
    if (!at) throw new MatcherAway('lost while its agents were compared')
    await matcher.upsertAgents(await directory.all(), at)
    const gone = await matcher.strangers('agents', at, some)
    await each(gone, (id) => matching.agentChanged(id))
  }

  async function rebuild(): Promise<void> {
    const began = performance.now()
    // What changes while the pages are read is found by the quick pass that follows.
    seenMs = await store.databaseNow(db)
    const build = newId()
    await matcher.beginRebuild(build)
    let count = 0
    await everyOpen(async (rows, at) => {
      count += rows.length
      await bring(rows, at, false)
    })
    await everyAgent()
    await matcher.finishRebuild(build)
    await store.writeGeneration(db, build)
    stats.rebuilds += 1
    log.warn({ contacts: count, ms: Math.round(performance.now() - began) }, 'matcher built from PostgreSQL')
    await matching.matchAll()
  }

  /** Offered without an offer cannot come from any transaction of ours; if it is there all the same, nobody would end it. */
  async function withoutOffer(rows: readonly ContactForMatching[], nowMs: number): Promise<void> {
    const offered = rows.filter((row) => row.state === 'offered' && nowMs - row.changedAtMs > overlapMs)
    if (offered.length === 0) return
    const open = await store.openOffersOfContacts(
      db,
      offered.map((row) => row.id),
    )
    const having = new Set(open.map((offer) => offer.contactId))
    for (const row of offered)
      if (!having.has(row.id)) await put(row, { type: 'offerEnded', outcome: 'withdrawn' })
  }

  async function put(row: ContactForMatching, fact: ContactFact): Promise<void> {
    const applied = await db.tx((tx) => deps.door.applyIn(tx, row.id, fact, { actor }))
    log.warn({ contactId: row.id, fact: fact.type, ok: applied.ok }, 'contact put right')
    if (applied.ok && !applied.note) deps.announceChange(applied.contact, fact, row.state)
    await matching.contactChanged(row.id)
  }

  async function full(): Promise<void> {
    const at = await matcher.moment()
    if (!at) return
    const began = performance.now()
    const nowMs = await store.databaseNow(db)
    // The clock was set back: what changes from now on has an earlier instant than what was seen.
    seenMs = Math.min(seenMs, nowMs)
    await everyOpen(async (rows, moment) => {
      await bring(rows, moment, true)
      await withoutOffer(rows, nowMs)
    })
    const gone = await matcher.strangers('live', at, some)
    await each(gone, (id) => matching.contactChanged(id))
    await everyAgent()
    await matching.matchAll()
    stats.lastFullMs = Math.round(performance.now() - began)
  }

  /** A gateway may have died between accept and bridge: telephony says what the call does now. */
  async function connectingTooLong(): Promise<void> {
    if (connecting.size === 0) return
    const nowMs = await store.databaseNow(db)
    const due = [...connecting].filter(([, sinceMs]) => nowMs - sinceMs >= config.connectingMs)
    await each(due, async ([id, sinceMs]) => {
      const row = await contacts.one(id)
      if (row?.state !== 'connecting') connecting.delete(id)
      else if (row.changedAtMs > sinceMs) connecting.set(id, row.changedAtMs)
      else {
        const state = row.callId === null ? 'gone' : await deps.calls.callState(row.callId)
        // A citizen whose telephone rings is not on the line yet: given up too soon he would be called twice at once.
        const dialled = state === 'gone' && (row.callBack || row.callId === null)
        if (dialled && nowMs - sinceMs < config.callBackConnectingMs) return
        if (state === 'waiting' || row.callId === null) await put(row, neverBridged)
        else if (state === 'gone') await deps.calls.lost(row.callId)
      }
    })
  }

  async function offersInDoubt(): Promise<void> {
    await each(await store.overdueOffers(db, some), (id) => offering.expire(id))
    await each(await store.unannouncedOffers(db, announceMs, some), (offer) => offering.announce(offer))
    await endAhead(await store.offersAhead(db, some))
  }

  /** They last no longer than they were meant to, counted from where they were first seen ahead of the clock. */
  async function endAhead(offers: readonly (store.OfferRow & { limitMs: number })[]): Promise<void> {
    const now = performance.now()
    const still = new Set(offers.map((offer) => offer.offerId))
    for (const id of ahead.keys()) if (!still.has(id)) ahead.delete(id)
    await each(offers, async ({ offerId, limitMs, announced }) => {
      const endsAt = ahead.get(offerId) ?? now + limitMs
      ahead.set(offerId, endsAt)
      if (now >= endsAt) await offering.end(offerId, announced ? 'expired' : 'withdrawn', 'clockSetBack')
    })
  }

  async function lapsedReservations(): Promise<void> {
    for (const { contactId, agentId } of await matcher.lapsed(some)) {
      await matching.contactChanged(contactId)
      if (agentId) await matching.agentChanged(agentId)
    }
  }

  async function pass(): Promise<void> {
    left = []
    // PostgreSQL's own matters come first: they need no Redis.
    await offersInDoubt()
    await connectingTooLong()
    let at = await matcher.moment()
    // Lost, or filled from another database: a restored one knows less than the memory that outlived it.
    if (!at || at.generation !== (await store.builtGeneration(db))) {
      await rebuild()
      fullAt = performance.now()
      at = await matcher.moment()
      if (!at) return
    }
    if (performance.now() - fullAt >= fullMs) {
      fullAt = performance.now()
      if (seenMs === 0) seenMs = await store.databaseNow(db)
      await full()
    }
    await changedLately(at)
    await lapsedReservations()
    stats.passes += 1
  }

  /** One that cannot be done does not keep the rest from it, nor the pass; what is away fails for all. */
  async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
    for (let n = 0; n < items.length; n += 8)
      for (const done of await Promise.allSettled(items.slice(n, n + 8).map(work))) {
        if (done.status === 'fulfilled') continue
        if (done.reason instanceof MatcherAway || isBusyOrAway(done.reason)) throw done.reason
        left.push(done.reason)
      }
  }

  // A new holder knows nothing of what the former one saw: it begins with a full pass.
  const lease = createLease(db, 'reconciler', deps.owner, leaseMs, log, {
    onGain: () => {
      fullAt = -Infinity
      seenMs = 0
      connecting.clear()
      ahead.clear()
    },
  })

  let stopped = false
  let rest: { timer: NodeJS.Timeout; end: () => void } | undefined
  let failing = false

  async function loop(): Promise<void> {
    while (!stopped) {
      if (lease.isHeld()) {
        try {
          await pass()
          const stuck = left.length > 0
          if (stuck && !failing)
            log.warn({ err: String(left[0]), left: left.length }, 'reconciler cannot do some of its work')
          if (failing && !stuck) log.info('reconciler works again')
          failing = stuck
        } catch (error) {
          if (!failing) log.warn({ err: String(error) }, 'reconciler cannot work')
          failing = true
          // Whatever was missed meanwhile is found by a full pass.
          fullAt = -Infinity
        }
      }
      if (stopped) return
      await new Promise<void>((end) => (rest = { timer: setTimeout(end, quickMs), end }))
    }
  }
  const running = loop()

  const cutShort = (): void => {
    if (!rest) return
    clearTimeout(rest.timer)
    rest.end()
  }

  return {
    wake: cutShort,
    stats: () => ({ ...stats }),
    async stop() {
      stopped = true
      cutShort()
      await running
      await lease.stop()
    },
  }
}
