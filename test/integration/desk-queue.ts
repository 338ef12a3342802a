import type { Desk } from '../../src/agent-desk/desk.ts'
import type { DeskOffers } from '../../src/agent-desk/ports.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import type { ContactDoor } from '../../src/contacts/ports.ts'
import type { Db } from '../../src/db/pool.ts'
import type { OfferMade, OfferOutcome } from '../../src/queue/ports.ts'

/** Routing for tests: offers are rows as in the product, but the test says who is asked. */
export type TestQueue = DeskOffers & {
  /** Asks this agent, as the matcher would. */
  offer(
    contactId: string,
    agentId: string,
    options?: { ms?: number; mode?: 'desk' | 'phone' },
  ): Promise<OfferMade>
  /** Lets the offer run out. */
  expire(offerId: string): Promise<void>
  outcomeOf(offerId: string): Promise<{ outcome: string | null; reason: string | null }>
  /** Agents whose facts were reported as changed, in order. */
  changed: string[]
  /** Contacts reported as changed, in order. */
  contactsChanged: string[]
  listen(desk: Desk): void
}

const actor = system('test-queue')

export function createTestQueue(db: Db, door: ContactDoor): TestQueue {
  let desk: Desk | null = null
  const changed: string[] = []
  const contactsChanged: string[] = []

  const open = `select id as "offerId", contact_id as "contactId", channel, agent_id as "agentId",
    agent_epoch as "agentEpoch", mode, ring, offered_at as "offeredAt", deadline from offers where ended_at is null`
  type Row = Omit<OfferMade, 'offeredAt' | 'deadline'> & { offeredAt: Date; deadline: Date }
  const made = (r: Row): OfferMade => ({
    ...r,
    offeredAt: r.offeredAt.toISOString(),
    deadline: r.deadline.toISOString(),
  })

  async function end(o: OfferMade, outcome: OfferOutcome, reason: string | null): Promise<void> {
    const rows = await db.query(
      `update offers set outcome = $2, reason = $3, ended_at = clock_timestamp()
       where id = $1 and ended_at is null returning id`,
      [o.offerId, outcome, reason],
    )
    if (rows.length === 0) return
    if (outcome === 'declined' || outcome === 'expired' || outcome === 'withdrawn')
      await door.apply(o.contactId, { type: 'offerEnded', outcome }, { actor })
    await desk?.news.offers.ended(o, outcome, reason)
  }

  async function one(offerId: string): Promise<OfferMade | null> {
    const [row] = await db.query<Row>(`${open} and id = $1`, [offerId])
    return row ? made(row) : null
  }

  return {
    changed,
    contactsChanged,
    listen: (d) => (desk = d),

    async offer(contactId, agentId, { ms = 10_000, mode = 'desk' } = {}) {
      const facts = await desk!.presence.facts(agentId)
      const applied = await door.apply(contactId, { type: 'offered', agentId }, { actor })
      if (!applied.ok) throw new Error(`cannot offer: ${applied.refused}`)
      const id = newId()
      await db.query(
        `insert into offers (id, contact_id, agent_id, agent_epoch, channel, mode, deadline)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 millisecond')`,
        [id, contactId, agentId, facts?.epoch ?? 0, applied.contact.channel, mode, ms],
      )
      const offer = (await one(id))!
      await desk!.news.offers.offered(offer)
      return offer
    },

    async expire(offerId) {
      const offer = await one(offerId)
      if (!offer) return
      await db.tx((tx) => desk!.presence.markNotResponding(tx, offer.agentId, offer))
      await end(offer, 'expired', null)
    },

    async outcomeOf(offerId) {
      const [row] = await db.query<{ outcome: string | null; reason: string | null }>(
        `select outcome, reason from offers where id = $1`,
        [offerId],
      )
      return row!
    },

    async accept(offerId, agentId, epoch) {
      const offer = await one(offerId)
      if (!offer || offer.agentId !== agentId) return { ok: false, status: 404, code: 'unknownOffer' }
      if (offer.agentEpoch !== epoch) return { ok: false, status: 409, code: 'staleEpoch' }
      const applied = await door.apply(offer.contactId, { type: 'accepted', agentId }, { actor })
      if (!applied.ok) return { ok: false, status: 409, code: 'contactGone' }
      await end(offer, 'accepted', null)
      const { channel, callId, callBack } = applied.contact
      return { ok: true, contactId: offer.contactId, channel, callId, callBack }
    },

    async handOver(contactId, from, to, by) {
      const facts = await desk!.presence.facts(to)
      if (!facts?.routable.text || facts.load.text >= facts.capacity.text) return 'noRoom'
      const fact = { type: 'transferred', agentId: to, of: from } as const
      return (await door.apply(contactId, fact, { actor: by })).ok ? 'done' : 'notHis'
    },

    async decline(offerId, agentId, reason) {
      const offer = await one(offerId)
      if (offer?.agentId !== agentId) return false
      await end(offer, 'declined', reason)
      return true
    },

    async withdrawOffersOf(agentId, outcome, reason, only) {
      const rows = await db.query<Row>(`${open} and agent_id = $1 and channel = coalesce($2, channel)`, [
        agentId,
        only ?? null,
      ])
      for (const row of rows) await end(made(row), outcome, reason)
    },

    async openOffersOf(agentId) {
      return (await db.query<Row>(`${open} and agent_id = $1`, [agentId])).map(made)
    },

    async agentChanged(agentId) {
      changed.push(agentId)
    },
    async contactChanged(contactId) {
      contactsChanged.push(contactId)
    },
    async depth() {
      const none = { waiting: 0, oldestMs: 0 }
      return { voice: none, sms: none, wechat: none, web: none }
    },
  }
}
