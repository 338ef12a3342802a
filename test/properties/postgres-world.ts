import { agentCommands } from '../../src/agent-desk/agent-commands.ts'
import type { CommandContext } from '../../src/agent-desk/commands.ts'
import { contactCommands } from '../../src/agent-desk/contact-commands.ts'
import { createPresence } from '../../src/agent-desk/presence.ts'
import { returnTexts } from '../../src/agent-desk/return-texts.ts'
import { noticeLosses } from '../../src/agent-desk/socket-store.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import { createPii } from '../../src/base/pii.ts'
import { Problem } from '../../src/base/problem.ts'
import {
  contactLimits,
  createContactDoor,
  createContacts,
  createMatchingReads,
} from '../../src/contacts/service.ts'
import { defaultQueueConfig } from '../../src/queue/config.ts'
import type { Matcher, Reservation } from '../../src/queue/matcher.ts'
import type { OfferListener } from '../../src/queue/ports.ts'
import { createQueue } from '../../src/queue/service.ts'
import type { Tx } from '../../src/db/pool.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import type { CallFact } from '../../src/telephony/call-event.ts'
import { gatedDb, type GatedDb } from './gated-db.ts'
import type { Gate } from './interleave.ts'
import { textCapacity, type Actions, type Ledger, type World } from './world.ts'

const log = createLog('silent')
const pii = createPii('a secret of the tests, thirty-two characters')
let serial = 0

/** Many worlds, one after another, on one database. */
export type Lab = { gated: GatedDb; end(): Promise<void> }

export async function openLab(url: string): Promise<Lab> {
  const gated = gatedDb(url, log)
  await gated.db.query(`create table race_registrations (contact_id uuid not null)`)
  return { gated, end: () => gated.end() }
}

/** The product's own services over real PostgreSQL: two gateways' queues, one desk, texts and calls as they come in. */
export function postgresWorld({ gated }: Lab, gate: Gate): World {
  const { db } = gated
  const account = `race${++serial}`
  let event = 0
  const agentIds: string[] = []
  const phoneOf = new Map<string, string>()
  const fromOf = new Map<string, string>()
  const callOf = new Map<string, string>()
  const told = new Map<string, number>()

  const door = createContactDoor(db, contactLimits)
  const reads = createMatchingReads(db)
  const accounts = async () =>
    new Map(
      agentIds.map((id) => [
        id,
        { attributes: {}, capacity: { voice: 1, text: textCapacity }, displayName: '坐席', roles: ['agent'] },
      ]),
    )
  const presence = createPresence({
    db,
    nodeDeadMs: 3_600_000,
    accounts,
    contacts: {
      loads: (ids) => contacts.loads(ids),
      loadsIn: (tx, ids) => contacts.loadsIn(tx, ids),
      ofAgent: (id) => contacts.ofAgent(id),
    },
    offers: {
      withdrawOffersOf: (...args) => gateways[0].queue.withdrawOffersOf(...args),
      agentChanged: async () => {},
    },
    phones: {
      bind: async (agentId) => ({ number: phoneOf.get(agentId)!, secret: '' }),
      release: async () => null,
    },
    line: { state: async () => 'notInUse' },
    native: { put: async () => {}, remove: async () => {} },
    publish: async () => true,
  })
  const contacts = createContacts<unknown, unknown>(door, {
    db,
    requesters: createRequesters(db, pii),
    screen: () => ({ emergency: false, urgent: false }),
    requirementFor: () => ({}),
    seal: pii.seal,
    wake: () => {},
    log,
    send: async () => {},
    registrar: {
      register: (tx, { contact }) =>
        tx.query(`insert into race_registrations (contact_id) values ($1)`, [contact.id]),
      find: async (contactId) => {
        const found = await db.query(`select 1 from race_registrations where contact_id = $1`, [contactId])
        return found.length > 0 ? found : null
      },
    },
    limits: contactLimits,
    listeners: {
      deviceState: async () => {},
      agentOfPhone: (phone) => presence.agentOfPhone(phone),
      phoneFailed: (agentId, _contactId, status) => presence.phoneFailed(agentId, status),
      emergency: async () => {},
      arrived: async () => {},
      stranded: async () => {},
    },
  })
  const listener: OfferListener = {
    offered: async () => {},
    async ended({ offerId, agentId }, outcome) {
      told.set(offerId, (told.get(offerId) ?? 0) + 1)
      if (outcome !== 'accepted') await presence.released(agentId, false)
    },
  }

  /** A gateway whose matcher has lost sight of the others: it reserves whatever the race wants. */
  function gateway() {
    const handlers = new Map<string, (data: Record<string, unknown>) => Promise<unknown>>()
    const wanted = new Map<string, Reservation>()
    const matcher: Partial<Matcher> = {
      moment: async () => null,
      syncContacts: async () => [],
      upsertAgents: async () => [],
      removeAgents: async () => {},
      async reserveForContact(contactId) {
        const pair = wanted.get(contactId) ?? null
        wanted.delete(contactId)
        return pair
      },
      reserveForAgent: async () => null,
      confirm: async () => false,
      release: async () => {},
    }
    const queue = createQueue({
      db,
      door,
      contacts: reads,
      directory: presence,
      listeners: [listener],
      calls: { callState: async () => 'waiting', mayRing: () => true, lost: async () => {} },
      announceChange: door.announce,
      matcher: matcher as Matcher,
      jobs: {
        handle: (name, job, work) => void handlers.set(`${name}/${job}`, work as never),
        add: async () => {},
      },
      config: defaultQueueConfig,
      owner: account,
      log,
    })
    return {
      queue,
      ring: (job: string, data: Record<string, unknown>) => handlers.get(job)!(data),
      reserve: (pair: Reservation) => void wanted.set(pair.contactId, pair),
    }
  }
  const gateways = [gateway(), gateway()] as const
  const offers = gateways[0].queue

  const not = async (): Promise<never> => Promise.reject(new Error('not part of a race'))
  const sent = async () => ({ sent: true as const })
  const calls = {
    ringPhone: sent,
    callBack: sent,
    hold: sent,
    resume: sent,
    hangup: sent,
    pauseRecording: sent,
    blindTransfer: sent,
    backToHold: sent,
    dismiss: sent,
  }
  const commandsOf = (queue: typeof offers) => ({
    ...agentCommands({ presence, contacts, offers: queue, calls, ringSeconds: 7 }),
    ...contactCommands({
      presence,
      contacts,
      requesters: { profile: not },
      sending: { sendTemplate: not },
      offers: queue,
      calls,
      referrals: { ofContact: async () => null, refer: not, takenOver: not, cancel: not, contactOf: not },
      views: { forget: () => {} },
      render: { contact: not },
      record: async () => {},
      recording: { set: async () => {} },
      spoken: async () => {},
      touched: async () => {},
      mayReveal: () => true,
      transferSeconds: 15,
    }),
  })
  const commands = [commandsOf(gateways[0].queue), commandsOf(gateways[1].queue)] as const

  const as = (agentId: string): CommandContext => ({
    staff: { id: agentId, roles: ['agent'], displayName: '坐席', sessionHash: '' } as never,
    agentId,
    tab: 'tab',
    actor: { kind: 'staff', id: agentId, role: 'agent', name: '坐席' },
  })
  /** What the page would be told. */
  const code = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work
      return 'ok'
    } catch (error) {
      if (error instanceof Problem) return error.code
      throw error
    }
  }
  const id = newId

  async function telephony(contactId: string, fact: Record<string, unknown>): Promise<string> {
    const callId = callOf.get(contactId)!
    const more = { key: `${callId}:${++event}`, callId, node: 'n1', at: Date.now() }
    await contacts.calls.handle({ ...more, ...fact } as CallFact)
    return 'ok'
  }

  const actions: Actions = {
    async offer(contactId, agentId, gateway = 0) {
      gateways[gateway].reserve({ contactId, agentId, epoch: 1, ring: 0 })
      await gateways[gateway].ring('contacts/rematch', { contactId })
      return 'ok'
    },
    accept: (offerId, agentId, gateway = 0) =>
      code(commands[gateway].acceptOffer({ type: 'acceptOffer', id: id(), offerId }, as(agentId))),
    decline: (offerId, agentId) =>
      code(
        commands[0].declineOffer({ type: 'declineOffer', id: id(), offerId, reason: 'busy' }, as(agentId)),
      ),
    async timeUp(offerId, gateway = 0) {
      await db.query(`update offers set deadline = clock_timestamp() where id = $1 and ended_at is null`, [
        offerId,
      ])
      await gateways[gateway].ring('offers/expire', { offerId })
      return 'ok'
    },
    async expiryRings(offerId) {
      await gateways[1].ring('offers/expire', { offerId })
      return 'ok'
    },
    async hangUp(contactId) {
      const contact = await contacts.find(contactId)
      const answered = (contact?.bridgedAt ?? null) !== null
      return telephony(contactId, {
        type: 'callEnded',
        stage: answered ? 'talk' : 'hold',
        cause: 16,
        phone: null,
        answered,
      })
    },
    bridged: (contactId, agentId) =>
      telephony(contactId, { type: 'callBridged', phone: phoneOf.get(agentId), legId: `leg-${event}` }),
    dialFailed: (contactId) =>
      telephony(contactId, {
        type: 'callHeld',
        holdN: 2,
        reason: 'noAnswer',
        lastDial: 'NOANSWER',
        emergency: false,
      }),
    transferFailed: (contactId) =>
      telephony(contactId, {
        type: 'callHeld',
        holdN: 2,
        reason: 'noAnswer',
        lastDial: 'NOANSWER',
        emergency: false,
      }),
    native: (contactId) => telephony(contactId, { type: 'callNative', reason: 'unclaimed' }),
    nativeAnswered: (contactId, agentId) =>
      telephony(contactId, { type: 'nativeAnswered', phone: phoneOf.get(agentId), legId: `leg-${event}` }),
    async say(from) {
      const item = {
        channel: 'sms' as const,
        account,
        providerId: id(),
        from,
        kind: 'text',
        text: '小区供暖温度不够',
        receivedAt: new Date().toISOString(),
      }
      const [accepted] = await contacts.intake.accept([item as never])
      return accepted!.contactId!
    },
    endConversation: (contactId, agentId) =>
      code(commands[0].endConversation({ type: 'endConversation', id: id(), contactId }, as(agentId))),
    transfer: (contactId, from, to) =>
      code(
        commands[0].transfer(
          { type: 'transfer', id: id(), contactId, ...(to ? { toAgentId: to } : {}) },
          as(from),
        ),
      ),
    register: (contactId, agentId) =>
      code(
        commands[0].register(
          { type: 'register', id: id(), contactId, idempotencyKey: id(), outcomes: [] } as never,
          as(agentId),
        ),
      ),
    renew: (contactId, agentId) =>
      code(commands[0].renewWrapUp({ type: 'renewWrapUp', id: id(), contactId }, as(agentId))),
    async wrapUpOver(contactId) {
      await db.query(
        `update contacts set wrap_up_until = clock_timestamp() - interval '1 second'
         where id = $1 and state = 'wrapUp' and wrap_up_until is not null and not wrap_up_renewed`,
        [contactId],
      )
      await contacts.conversations.sweep()
      return 'ok'
    },
    pause: (agentId) => code(commands[0].pause({ type: 'pause', id: id(), reason: 'rest' }, as(agentId))),
    available: (agentId) => code(commands[0].available({ type: 'available', id: id() }, as(agentId))),
    signOut: (agentId, handBack = false) =>
      code(commands[0].signOut({ type: 'signOut', id: id(), handBack }, as(agentId))),
    signIn: (agentId) => code(commands[1].signIn({ type: 'signIn', id: id(), mode: 'desk' }, as(agentId))),
    async graceOver(agentId) {
      await db.query(`delete from desk_sockets where agent_id = $1`, [agentId])
      await noticeLosses(db)
      await offers.withdrawOffersOf(agentId, 'withdrawn', 'socketLost')
      return 'ok'
    },
    leave: (agentId) => code(presence.leave(agentId, 'socketLost')),
    async textsBack(agentId) {
      await returnTexts({ contacts, offers }, agentId, 'agentLost', system('presence'))
      return 'ok'
    },
  }

  async function waiting(channel: 'voice' | 'sms', from: string, callId: string | null): Promise<string> {
    const contactId = id()
    const { lookup, requesterId } = (
      await createRequesters(db, pii).ensure(db, [{ kind: 'phone', address: from }])
    )[0]!
    await db.query(
      `insert into contacts (id, channel, account, address_lookup, requester_id, state, call_id, received_at,
         queued_at, last_inbound_at)
       values ($1, $2, $3, $4, $5, 'queued', $6, clock_timestamp() - interval '1 minute', clock_timestamp(), clock_timestamp())`,
      [contactId, channel, account, lookup, requesterId, callId],
    )
    return contactId
  }
  const number = (): string => `+8613800${String(100_000 + ((serial * 100 + event++) % 900_000))}`

  async function ledgerOf(tx: Tx): Promise<Ledger> {
    const mine = `select id from contacts where account = $1`
    const rows = <R>(sql: string, values: unknown[] = [account]) => tx.query<R>(sql, values)
    const contacts = await rows<Ledger['contacts'][number]>(
      `select id, case when channel = 'voice' then 'voice' else 'text' end as channel, state, "end",
         agent_id as "agentId", emergency, owed_at is not null as owed from contacts where account = $1 order by id`,
    )
    const offers = await rows<Omit<Ledger['offers'][number], 'told'>>(
      `select id, contact_id as "contactId", agent_id as "agentId", agent_epoch as epoch, outcome
       from offers where contact_id in (${mine}) order by offered_at`,
    )
    const agents = await rows<Ledger['agents'][number]>(
      `select agent_id as id, intent, epoch, not_responding is not null as "notResponding" from agents
       where agent_id = any($1)`,
      [agentIds],
    )
    const changes = await rows<Ledger['changes'][number]>(
      `select contact_id as "contactId", type as fact, from_state as "from", to_state as "to" from contact_events
       where contact_id in (${mine}) and to_state is not null order by id`,
    )
    const registrations = await rows<{ contactId: string }>(
      `select contact_id as "contactId" from race_registrations where contact_id in (${mine})`,
    )
    const messages = await rows<{ id: string; contactId: string }>(
      `select id, contact_id as "contactId" from messages where contact_id in (${mine})`,
    )
    return {
      contacts,
      offers: offers.map((o) => ({ ...o, told: told.get(o.id) ?? 0 })),
      agents,
      changes,
      registrations,
      messages,
    }
  }

  const world: World = {
    do: actions,
    async agent({ mode = 'desk' } = {}) {
      const agentId = id()
      agentIds.push(agentId)
      const phone = `9${serial}${agentIds.length}`
      phoneOf.set(agentId, phone)
      await db.query(
        `with s as (
           insert into staff (id, username, display_name, roles, created_by)
           values ($1, $5, '坐席', '{agent}', 'test') returning id
         ), n as (
           insert into desk_nodes (node, seen_at) values ('race', clock_timestamp() + interval '1 day')
           on conflict (node) do update set seen_at = excluded.seen_at returning node
         ), a as (
           insert into agents (agent_id, epoch, intent, mode, phone, last_phone, device_state, phone_ready, owner_tab)
           select id, 1, 'available', $3, $4, $4, 'notInUse', true, 'tab' from s
         )
         insert into desk_sockets (id, agent_id, node, tab) select $2, s.id, n.node, 'tab' from s, n`,
        [agentId, id(), mode, phone, agentId],
      )
      return agentId
    },
    async call() {
      const callId = `n1-${serial}.${event++}`
      const contactId = await waiting('voice', number(), callId)
      callOf.set(contactId, callId)
      return contactId
    },
    async text(from = number()) {
      const contactId = await actions.say(from)
      fromOf.set(contactId, from)
      return contactId
    },
    requesterOf: (contactId) => fromOf.get(contactId)!,
    async offered(contactId, agentId) {
      await actions.offer(contactId, agentId)
      const [offer] = await offers
        .openOffersOf(agentId)
        .then((all) => all.filter((o) => o.contactId === contactId))
      if (!offer) throw new Error('the offer before the race was not made')
      return offer.offerId
    },
    async active(contactId, agentId) {
      const offerId = await world.offered(contactId, agentId)
      const answer = await actions.accept(offerId, agentId)
      if (answer !== 'ok') throw new Error(`not accepted before the race: ${answer}`)
      if (callOf.has(contactId)) await actions.bridged(contactId, agentId)
      return offerId
    },
    async wrapUp(contactId, agentId) {
      const offerId = await world.active(contactId, agentId)
      if (callOf.has(contactId)) await actions.hangUp(contactId)
      else await actions.endConversation(contactId, agentId)
      return offerId
    },
    race() {
      gated.gate = gate
    },
    async bells() {
      gated.gate = null
      // Offers that followed their contacts free agents, and freed agents sign out: twice is enough for all of it.
      for (let n = 0; n < 2; n++) {
        const rung = await db.query<{ contactId: string }>(
          `select o.contact_id as "contactId" from offers o join contacts c on c.id = o.contact_id
           where o.ended_at is null and c.account = $1`,
          [account],
        )
        for (const { contactId } of rung) await offers.contactChanged(contactId)
        const leaving = await db.query<{ agentId: string }>(
          `select agent_id as "agentId" from agents where intent = 'draining' and agent_id = any($1)`,
          [agentIds],
        )
        for (const { agentId } of leaving) await presence.released(agentId, false)
      }
    },
    async later() {
      for (const offer of (await world.ledger()).offers)
        if (offer.outcome === null) await actions.timeUp(offer.id)
      const lost = await db.query<{ agentId: string }>(
        `select agent_id as "agentId" from agents where lost_at is not null and agent_id = any($1::uuid[])`,
        [agentIds],
      )
      for (const { agentId } of lost) {
        await presence.leave(agentId, 'socketLost')
        await actions.textsBack(agentId)
      }
      await world.bells()
    },
    ledger: () =>
      gated.watch.tx(async (tx) => {
        await tx.query(`set transaction isolation level repeatable read`)
        return ledgerOf(tx)
      }),
    async stop() {
      gated.gate = null
      await Promise.all(gateways.map(({ queue }) => queue.stop()))
      // So that a sweep of the next world has nothing to do here.
      await db.query(
        `update contacts set state = 'ended', "end" = 'failed', ended_at = clock_timestamp(), wrap_up_until = null
         where account = $1 and ended_at is null`,
        [account],
      )
      await db.query(`update agents set lost_at = null where agent_id = any($1)`, [agentIds])
    },
  }
  return world
}
