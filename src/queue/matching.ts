import { createBatcher } from '../base/batcher.ts'
import type { Log } from '../base/log.ts'
import type { Contact, ContactState } from '../contacts/model.ts'
import type { ContactForMatching, ContactsForMatching } from '../contacts/ports.ts'
import type { ContactFact } from '../contacts/transition.ts'
import { isBusyOrAway, type Db } from '../db/pool.ts'
import { isRecordFault } from '../db/spool-durable.ts'
import type { QueueConfig } from './config.ts'
import { createGate, createLatest } from './gate.ts'
import { MatcherAway, type Matcher, type Moment, type Synced } from './matcher.ts'
import { goneRow, standingOf, standingOfContact, toMatch } from './match-row.ts'
import type { Offering } from './offering.ts'
import { createPairing } from './pairing.ts'
import type { AgentDirectory, CallSight } from './ports.ts'
import * as store from './store.ts'

/**
 * Keeps the matcher in line with PostgreSQL and turns what it reserves into offers. What fails for want of one of them
 * is owed and done again by `retry`; what a dead gateway owed is found by the reconciler.
 */
export type Matching = {
  contactChanged(contactId: string): Promise<void>
  /** The same of a change that this process has just made, which it may know to mean nothing here. */
  contactMoved(contact: Contact, fact: ContactFact, before: ContactState): Promise<void>
  /** The same, unless this process has already done what follows from that version of the contact. */
  bellRang(contactId: string, version?: number): Promise<void>
  /** It was opened just now by this process: nobody can have been offered it yet. */
  contactOpened(contactId: string): Promise<void>
  /** A message joined it: its place may be another, whoever has it stays the same. */
  contactTouched(contactId: string): Promise<void>
  agentChanged(agentId: string): Promise<void>
  /** Looks again for an agent for a contact that waits. */
  matchContact(contactId: string): Promise<void>
  /** Matches until no waiting contact and no free agent fit each other. */
  matchAll(): Promise<void>
  /** What follows from the matcher's answer: agents who are free, contacts to match. */
  follow(row: ContactForMatching | null, synced: Synced): Promise<void>
  /** Does again what failed for want of a database or of Redis. */
  retry(): Promise<void>
  /** Tells the matcher what these rows say; rows of ended contacts included. */
  sync(rows: readonly ContactForMatching[], at: Moment): Promise<Synced[]>
}

export type MatchingDeps = {
  db: Db
  contacts: ContactsForMatching
  directory: Pick<AgentDirectory, 'facts'>
  calls: Pick<CallSight, 'mayRing'>
  matcher: Matcher
  offering: Pick<Offering, 'make' | 'settle'>
  /** A bell told of a change that this process had not told of: whoever made it may have died over telling. */
  heard: (row: ContactForMatching) => void
  /** Looks again for an agent for this contact after that time. */
  rematchLater: (contactId: string, afterMs: number) => void
  config: QueueConfig
  log: Log
}

/** Outcomes that nobody had told before. */
const news: readonly Synced['outcome'][] = ['new', 'moved', 'held', 'gone']
/** Contacts of which is remembered what was told of them. */
const remembered = 20_000
/** Contacts that change in the same moment are read and told together, and so are agents. */
const batches = { max: 200, inFlight: 4 }
/**
 * Contacts at once for which is done what follows from their news. However many bells one job rings, the connections to
 * PostgreSQL are shared with the webhooks and the desks.
 */
const following = 16

export function createMatching(deps: MatchingDeps): Matching {
  const { db, contacts, directory, calls, matcher, offering, config, log } = deps
  const turns = { first: createGate(following), texts: createGate(following) }
  /** A flood of texts keeps neither a caller waiting nor somebody in danger. */
  const inTurn = (row: ContactForMatching | null, work: () => Promise<void>): Promise<void> =>
    turns[row && (row.channel === 'voice' || row.emergency) ? 'first' : 'texts'](work)

  async function sync(rows: readonly ContactForMatching[], at: Moment): Promise<Synced[]> {
    // Who was ever offered has a later version than the first.
    const waiting = rows.filter((row) => row.state === 'queued' && row.version > 1).map((row) => row.id)
    const past = waiting.length > 0 ? await store.recentOffers(db, waiting, config.excludeMs) : []
    const pastOf = new Map<string, store.PastOffer[]>()
    for (const offer of past) pastOf.set(offer.contactId, [...(pastOf.get(offer.contactId) ?? []), offer])
    return matcher.syncContacts(
      rows.map((row) => toMatch(inReach(row), pastOf.get(row.id) ?? [])),
      at,
    )
  }

  /**
   * After an outage callers are read from a backlog who have hung up long ago: until the ledger has learnt of it, and while
   * nobody reaches their Asterisk, they wait for nobody. Every full pass of the reconciler asks again.
   */
  function inReach(row: ContactForMatching): ContactForMatching {
    const caller = row.state === 'queued' && !row.callBack ? row.callId : null
    return caller === null || calls.mayRing(caller) ? row : { ...row, state: 'received' }
  }

  /** Reads agents and tells the matcher. @returns whether contacts may wait for each */
  async function refreshAgents(agentIds: string[]): Promise<boolean[]> {
    const at = await matcher.moment()
    if (!at) return agentIds.map(() => false)
    const ids = [...new Set(agentIds)]
    const read = await Promise.all(ids.map((id) => directory.facts(id)))
    const facts = read.filter((one) => one !== null)
    const gone = ids.filter((_, n) => read[n] === null)
    const wanted = new Set(facts.length > 0 ? await matcher.upsertAgents(facts, at) : [])
    if (gone.length > 0) await matcher.removeAgents(gone, at)
    return agentIds.map((id) => wanted.has(id))
  }
  const refreshes = createBatcher(refreshAgents, { ...batches, isItemFault: isRecordFault })
  const refreshAgent = (agentId: string): Promise<boolean> => refreshes.add(agentId)

  /** Tells the matcher about a contact in the midst of other work, which must not wait for what follows from it. */
  async function lookAside(contactId: string): Promise<void> {
    const { row, synced } = await lookAt(contactId)
    if (synced)
      void followOwing(row, synced).catch((error: unknown) =>
        log.warn({ contactId, err: String(error) }, 'owed, done again later'),
      )
  }

  const { matchContact, matchAgent, matchAll } = createPairing({
    matcher,
    offering,
    lookAside,
    refreshAgent,
    confirmed: (contact) => noteTold(contact.id, contact.version, standingOfContact(contact)),
    agentInDoubt: (agentId) =>
      void agentChanged(agentId).catch((error: unknown) =>
        log.warn({ agentId, err: String(error) }, 'owed, done again later'),
      ),
  })

  type Look = { row: ContactForMatching | null; synced: Synced | null }

  /** Reads rows and tells the matcher. One moment before all of the reading serves each of them. */
  async function lookAtAll(contactIds: string[]): Promise<Look[]> {
    const at = await matcher.moment()
    const rows = new Map((await contacts.some(contactIds)).map((row) => [row.id, row]))
    if (!at) return contactIds.map((id) => ({ row: rows.get(id) ?? null, synced: null }))
    const gone = [...new Set(contactIds)].filter((id) => !rows.has(id)).map(goneRow)
    const told = [
      ...(rows.size > 0 ? await sync([...rows.values()], at) : []),
      ...(gone.length > 0 ? await matcher.syncContacts(gone, at) : []),
    ]
    const syncedOf = new Map(told.map((synced) => [synced.id, synced]))
    return contactIds.map((id) => ({ row: rows.get(id) ?? null, synced: syncedOf.get(id) ?? null }))
  }

  /** One that cannot be told, for a defect of ours, does not keep the others from it. */
  const looks = createBatcher(lookAtAll, { ...batches, isItemFault: isRecordFault })
  /** Reads the row and tells the matcher; without any of what follows from it. */
  const lookAt = (contactId: string): Promise<Look> => looks.add(contactId)

  const openOffers = createBatcher(async (contactIds: string[]) => {
    const offers = await store.openOffersOfContacts(db, contactIds)
    const offerOf = new Map(offers.map((offer) => [offer.contactId, offer]))
    return contactIds.map((id) => offerOf.get(id) ?? null)
  }, batches)

  /** Work that failed on the way, by name. A freed slot must wake the queue even if the database blinked. */
  const owed = new Map<string, () => Promise<void>>()

  async function attempt(name: string, again: () => Promise<void>, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      owed.set(name, again)
      if (!(error instanceof MatcherAway)) throw error
      log.debug({ name, err: error.message }, 'matcher away, owed')
    }
  }

  const agentChanged: (agentId: string) => Promise<void> = createLatest((agentId) =>
    attempt(
      `agent ${agentId}`,
      () => agentChanged(agentId),
      async () => {
        if (await refreshAgent(agentId)) await matchAgent(agentId)
      },
    ),
  )

  /** Whoever tells the matcher first does what follows; those who come with the same news later find it done. */
  async function follow(row: ContactForMatching | null, synced: Synced): Promise<void> {
    if (news.includes(synced.outcome))
      for (const agentId of new Set([synced.formerAgentId, row?.agentId]))
        if (agentId) await agentChanged(agentId)
    if (row?.state !== 'queued') return
    if (synced.room) await matchContact(row.id)
    // Whoever it came back from is left out for a while, unless he is alone: those are the times to look again.
    if (synced.outcome === 'new' && synced.formerAgentId)
      for (const afterMs of [config.aloneMs, config.excludeMs]) deps.rematchLater(row.id, afterMs)
  }

  /**
   * The version of each contact whose news this process has told and followed, and how it stood then; oldest first.
   * Whoever commits a change tells at once, and his bell comes after: it is for the case that he died in between.
   */
  const told = new Map<string, { version: number; standing: string | null }>()
  function noteTold(contactId: string, version: number, standing: string | null): void {
    if ((told.get(contactId)?.version ?? -1) > version) return
    told.delete(contactId)
    told.set(contactId, { version, standing })
    if (told.size > remembered) told.delete(told.keys().next().value!)
  }

  /** Contacts whose bell rang and whose row has not been read since. */
  const rung = new Set<string>()
  const telling = new Map<string, Promise<void>>()
  function underWay(contactId: string, run: Promise<void>): Promise<void> {
    telling.set(contactId, run)
    const over = (): void => {
      if (telling.get(contactId) === run) telling.delete(contactId)
    }
    run.then(over, over)
    return run
  }
  const contactChanged = (contactId: string): Promise<void> => underWay(contactId, tellChange(contactId))
  const contactOpened = (contactId: string): Promise<void> => underWay(contactId, tell(contactId))

  async function contactMoved(contact: Contact, fact: ContactFact, before: ContactState): Promise<void> {
    // Whoever has made an offer confirms it to the matcher; its bell is for when he could not.
    if (fact.type === 'offered') return
    const known = told.get(contact.id)
    const standing = standingOfContact(contact)
    // With no version between them nobody else can have had it. Only an accept closes the offer with the contact.
    const stands = standing !== null && known?.standing === standing && known.version + 1 === contact.version
    if (stands && (before !== 'offered' || fact.type === 'accepted'))
      return noteTold(contact.id, contact.version, standing)
    await contactChanged(contact.id)
  }

  async function bellRang(contactId: string, version?: number): Promise<void> {
    const isKnown = (): boolean => version !== undefined && (told.get(contactId)?.version ?? -1) >= version
    if (isKnown()) return
    // What is being told just now may hold it, or not: that is known when it is over.
    await telling.get(contactId)?.catch(() => {})
    if (isKnown()) return
    rung.add(contactId)
    await contactChanged(contactId)
  }

  const tellChange = createLatest(async (contactId) => {
    // The offer before the contact: a contact read later has moved at least as far as the offer says.
    const offer = await openOffers.add(contactId)
    if (offer) await offering.settle(offer, await contacts.one(contactId))
    await tell(contactId)
  })

  const tell = (contactId: string): Promise<void> =>
    attempt(
      `contact ${contactId}`,
      () => contactChanged(contactId),
      async () => {
        const { row, synced } = await lookAt(contactId)
        if (rung.delete(contactId) && row) deps.heard(row)
        if (!synced) return
        await followOwing(row, synced)
        // What of it failed is owed by this process.
        if (row) noteTold(contactId, row.version, standingOf(row))
      },
    )

  /** Once told, the same news brings nothing again: what fails on the way is owed by itself. */
  const followOwing = (row: ContactForMatching | null, synced: Synced): Promise<void> => {
    const again = (): Promise<void> =>
      attempt(`follow ${synced.id}`, again, () => inTurn(row, () => follow(row, synced)))
    return again()
  }

  async function contactTouched(contactId: string): Promise<void> {
    const { row, synced } = await lookAt(contactId)
    const moved = synced?.outcome === 'moved' || synced?.outcome === 'new'
    if (moved && synced.room && row?.state === 'queued') await inTurn(row, () => matchContact(contactId))
  }

  return {
    contactChanged,
    contactMoved,
    contactOpened,
    bellRang,
    agentChanged,
    sync,
    follow: followOwing,
    contactTouched: (contactId) =>
      attempt(
        `contact ${contactId}`,
        () => contactChanged(contactId),
        () => contactTouched(contactId),
      ),
    matchContact: (contactId) =>
      attempt(
        `contact ${contactId}`,
        () => contactChanged(contactId),
        () => matchContact(contactId),
      ),
    async retry() {
      const debts = [...owed]
      const failed: unknown[] = []
      owed.clear()
      for (const [n, [, again]] of debts.entries()) {
        try {
          await again()
        } catch (error) {
          // This one has noted itself. What is away is away for the rest, too; a defect is nobody else's.
          failed.push(error)
          if (!isBusyOrAway(error)) continue
          for (const [name, later] of debts.slice(n + 1)) owed.set(name, later)
          break
        }
      }
      if (failed.length > 0) throw failed[0]
    },
    matchAll,
  }
}
