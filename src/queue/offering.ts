import { system, type Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Contact, ContactState } from '../contacts/model.ts'
import type { ContactDoor, ContactForMatching, ContactsForMatching } from '../contacts/ports.ts'
import type { ContactFact } from '../contacts/transition.ts'
import { sqlState, uniqueViolation, type Db } from '../db/pool.ts'
import { mayTake, ringsOf, type ContactToMatch } from './choose-agent.ts'
import type { QueueConfig } from './config.ts'
import type { Reservation } from './matcher.ts'
import { consequencesOf, contactGone, judgeAccept, judgeExpiry, judgeMoved, limitMs } from './offer.ts'
import type {
  AcceptResult,
  AgentDirectory,
  OfferListener,
  OfferMade,
  OfferOutcome,
  QueueService,
} from './ports.ts'
import * as store from './store.ts'
import { createGate } from './gate.ts'

/**
 * The life of an offer in PostgreSQL. Each step is one transaction through the contact's door and is told to others
 * only after its commit; the bells in the outbox are for should this process die over that, and wait for the relay's
 * next look. Locks are taken in one order: the agent, the contact, the offer.
 */
export type Offering = {
  /** Turns a reservation into an offer, if contact and agent are still free by PostgreSQL. */
  make(reservation: Reservation): Promise<Made>
  accept: QueueService['accept']
  /** Gives a text of one agent to another, if both still fit. */
  handOver: QueueService['handOver']
  /** Ends an open offer; false when it was over. */
  end(offerId: string, outcome: Refusal, reason: string | null): Promise<boolean>
  /** Ends it if its time is over; otherwise says how long it has, ms. */
  expire(offerId: string): Promise<{ waitMs: number } | null>
  /** Ends an open offer whose contact went on without it. `contact` must have been read after the offer. */
  settle(offer: store.OfferRow, contact: ContactForMatching | null): Promise<void>
  /** Tells the agent's desk or phone, again where that is in doubt. */
  announce(offer: store.OfferRow): Promise<void>
}

export type Made =
  | { made: true; contact: Contact }
  /** `rival`: PostgreSQL knows of a contact or an offer that stands in the way. */
  | { made: false; why: 'contactGone' | 'agentBusy' | 'rival' }

/** Ends after which the contact is offered to somebody else. */
export type Refusal = Exclude<OfferOutcome, 'accepted' | 'abandoned'>

export type OfferingDeps = {
  db: Db
  door: Pick<ContactDoor, 'applyIn' | 'look'>
  contacts: Pick<ContactsForMatching, 'one'>
  directory: Pick<AgentDirectory, 'factsIn' | 'markNotResponding'>
  /** Read at every call, so listeners may be added while the program is put together. */
  listeners: readonly OfferListener[]
  /** Told after a change of a contact was committed. */
  announceChange: (contact: Contact, fact: ContactFact, before: ContactState) => void
  /** A contact or an agent is free again, or gone. */
  changed: (contactId: string, agentId: string) => void
  config: QueueConfig
  log: Log
}

/** Rolls a transaction back with an expected refusal. */
class Refused extends Error {
  readonly why: Exclude<Made, { made: true }>['why']
  constructor(why: Exclude<Made, { made: true }>['why']) {
    super(why)
    this.why = why
  }
}

/** Rolls back because something else was first. */
class Lost extends Error {}

const actor = system('queue')

/** Offers under way at once on one gateway: a third of the pool, so that accepts, webhooks and desks have room beside. */
const atOnce = 8

export function createOffering(deps: OfferingDeps): Offering {
  const { db, door, contacts, directory, config, log } = deps
  const gate = createGate(atOnce)

  const tell = async (what: string, offerId: string, say: (listener: OfferListener) => Promise<void>) => {
    const told = await Promise.allSettled(deps.listeners.map(say))
    for (const one of told)
      if (one.status === 'rejected') log.warn({ offerId, what, err: String(one.reason) }, 'offer not told')
    return told.every((one) => one.status === 'fulfilled')
  }

  async function announce(offer: store.OfferRow): Promise<void> {
    if (await tell('offered', offer.offerId, (listener) => listener.offered(asMade(offer))))
      await store.markAnnounced(db, offer.offerId)
  }

  async function tellEnd(offer: store.OfferRow, outcome: OfferOutcome, reason: string | null) {
    const { offerId, contactId, agentId } = offer
    await tell('ended', offerId, (listener) =>
      listener.ended({ offerId, contactId, agentId }, outcome, reason),
    )
  }

  async function write(row: ContactForMatching, reservation: Reservation) {
    const { contactId, agentId, ring } = reservation
    return db.tx(async (tx) => {
      // One round trip, in this order: what is read is read under the lock.
      const [, facts, known] = await Promise.all([
        store.lockAgent(tx, agentId),
        directory.factsIn(tx, agentId),
        door.look(tx, contactId),
      ])
      if (!facts || !mayTake(facts, demandNow(row, ring, config), config.slots))
        throw new Refused('agentBusy')
      if (!known) throw new Refused('contactGone')
      const offerId = newId()
      const fact: ContactFact = { type: 'offered', agentId }
      // Texts come to the page even where calls ring on a telephone.
      const mode = row.channel === 'voice' ? facts.mode : 'desk'
      // Where the answered telephone is the accept, the citizen has to be reached before it can ring.
      const limit =
        row.callBack && mode === 'phone' ? config.callBackConnectingMs : limitMs(row.channel, config.offerMs)
      const offer: store.NewOffer = {
        id: offerId,
        contactId,
        agentId,
        agentEpoch: facts.epoch,
        channel: row.channel,
        mode,
        ring,
        limitMs: limit,
      }
      const [applied, inserted] = await Promise.allSettled([
        door.applyIn(tx, contactId, fact, { actor, data: { offerId, ring }, known, once: true }),
        store.insertOffer(tx, offer),
      ])
      if (applied.status === 'rejected') throw applied.reason
      // Whatever then stood in the way of the offer: first the contact was not to be had.
      if (!applied.value.ok || applied.value.note) throw new Refused('contactGone')
      if (inserted.status === 'rejected') throw inserted.reason
      return { offer: inserted.value, contact: applied.value.contact }
    })
  }

  async function make(reservation: Reservation): Promise<Made> {
    const row = await contacts.one(reservation.contactId)
    if (row?.state !== 'queued') return { made: false, why: 'contactGone' }
    try {
      const { offer, contact } = await gate(() => write(row, reservation))
      deps.announceChange(contact, { type: 'offered', agentId: offer.agentId }, 'queued')
      // The desk hears at once; what it does with it is not this contact's business to wait for.
      void announce(offer).catch((error: unknown) =>
        log.warn({ offerId: offer.offerId, err: String(error) }, 'announcement not noted'),
      )
      return { made: true, contact }
    } catch (error) {
      if (error instanceof Refused) return { made: false, why: error.why }
      if (sqlState(error) === uniqueViolation) return { made: false, why: 'rival' }
      throw error
    }
  }

  function accepted(offer: store.OfferRow, contact: Contact): AcceptResult {
    deps.announceChange(contact, { type: 'accepted', agentId: offer.agentId }, 'offered')
    void tellEnd(offer, 'accepted', null)
    const { id: contactId, channel, callId, callBack } = contact
    return { ok: true, contactId, channel, callId, callBack }
  }

  /**
   * Both compare-and-sets at once, on what the desk has just read; null when that was not how things stand. It judges
   * nothing a second time: the contact must not be locked after the offer.
   */
  async function acceptKnown(known: Contact, at: store.Accept): Promise<AcceptResult | null> {
    const fact: ContactFact = { type: 'accepted', agentId: at.agentId }
    const data = { offerId: at.offerId }
    try {
      const { offer, contact } = await db.tx(async (tx) => {
        const [applied, offer] = await Promise.all([
          door.applyIn(tx, known.id, fact, { actor, data, known, once: true }),
          store.acceptOffer(tx, { ...at, contactId: known.id }),
        ])
        if (!applied.ok || applied.note || !offer) throw new Lost()
        return { offer, contact: applied.contact }
      })
      return accepted(offer, contact)
    } catch (error) {
      if (error instanceof Lost) return null
      throw error
    }
  }

  async function accept(
    offerId: string,
    agentId: string,
    epoch: number,
    known?: Contact,
  ): Promise<AcceptResult> {
    const at = { offerId, agentId, epoch }
    const swift = known ? await acceptKnown(known, at) : null
    if (swift) return swift
    const judge = async () => {
      const offer = await store.findOffer(db, offerId)
      return { offer, refusal: judgeAccept(offer, agentId, epoch, offer?.nowMs ?? 0) }
    }
    const { offer, refusal } = await judge()
    if (refusal || !offer) return refusal ?? contactGone
    const fact: ContactFact = { type: 'accepted', agentId }
    try {
      const contact = await db.tx(async (tx) => {
        const applied = await door.applyIn(tx, offer.contactId, fact, { actor, data: { offerId } })
        if (!applied.ok || applied.note) throw new Lost()
        // The deadline and every other end of the offer are judged here, by the database, under the contact's lock.
        if (!(await store.acceptOffer(tx, at))) throw new Lost()
        return applied.contact
      })
      return accepted(offer, contact)
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      deps.changed(offer.contactId, agentId)
      return (await judge()).refusal ?? contactGone
    }
  }

  /** The colleague is locked as for an offer: of two who hand over to him at once, or of an offer, one gets his last slot. */
  async function handOver(contactId: string, from: string, to: string, by: Actor) {
    const row = await contacts.one(contactId)
    if (!row) return 'notHis'
    const fact: ContactFact = { type: 'transferred', agentId: to, of: from }
    try {
      const contact = await db.tx(async (tx) => {
        const [, facts] = await Promise.all([store.lockAgent(tx, to), directory.factsIn(tx, to)])
        // Whom the agent chose needs no skill that the contact asks for.
        if (!facts || !mayTake(facts, { ...row, requirement: {} }, config.slots))
          throw new Refused('agentBusy')
        const applied = await door.applyIn(tx, contactId, fact, { actor: by })
        if (!applied.ok) throw new Refused('contactGone')
        return applied.contact
      })
      deps.announceChange(contact, fact, row.state)
      return 'done'
    } catch (error) {
      if (error instanceof Refused) return error.why === 'agentBusy' ? 'noRoom' : 'notHis'
      throw error
    }
  }

  async function end(offerId: string, outcome: Refusal, reason: string | null): Promise<boolean> {
    const offer = await store.findOffer(db, offerId)
    if (!offer || offer.outcome !== null) return false
    const fact: ContactFact = { type: 'offerEnded', outcome }
    try {
      const { became, contact } = await db.tx(async (tx) => {
        const applied = await door.applyIn(tx, offer.contactId, fact, { actor, data: { offerId, reason } })
        const moved = applied.ok && !applied.note
        // If the contact went its own way first, that is how the offer ended, whatever was meant.
        const became = moved ? outcome : (judgeMoved(offer, applied.contact) ?? outcome)
        // Ended meanwhile: the contact may stand offered to somebody else by now and must not be touched.
        if (!(await store.closeOffer(tx, offerId, became, reason))) throw new Lost()
        if (consequencesOf(became).notResponding) await directory.markNotResponding(tx, offer.agentId, offer)
        return { became, contact: moved ? applied.contact : null }
      })
      if (contact) deps.announceChange(contact, fact, 'offered')
      await tellEnd(offer, became, reason)
      deps.changed(offer.contactId, offer.agentId)
      return became === outcome
    } catch (error) {
      if (error instanceof Lost) return false
      throw error
    }
  }

  return {
    make,
    accept,
    handOver,
    end,
    announce,

    async expire(offerId) {
      const offer = await store.findOffer(db, offerId)
      if (!offer) return null
      const judged = judgeExpiry(offer, offer.nowMs)
      if ('waitMs' in judged) return judged
      if ('outcome' in judged) await end(offerId, judged.outcome, 'deadline')
      return null
    },

    async settle(offer, contact) {
      const outcome = judgeMoved(offer, contact)
      if (!outcome || !(await store.closeOffer(db, offer.offerId, outcome, 'contactMoved'))) return
      await tellEnd(offer, outcome, 'contactMoved')
      deps.changed(offer.contactId, offer.agentId)
    },
  }
}

/** The contact with the demand of the ring in which it was matched. */
function demandNow(row: ContactForMatching, ring: number, config: QueueConfig): ContactToMatch {
  const rings = ringsOf(row.requirement, config.relaxation)
  return { ...row, requirement: (rings[ring] ?? rings.at(-1)!).requirement }
}

/** What others are told of an offer. */
export const asMade = ({
  offerId,
  contactId,
  channel,
  agentId,
  agentEpoch,
  mode,
  offeredAt,
  deadline,
  ring,
}: store.OfferRow): OfferMade => ({
  offerId,
  contactId,
  channel,
  agentId,
  agentEpoch,
  mode,
  offeredAt,
  deadline,
  ring,
})
