import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import type { Channel, Requirement } from '../../src/contacts/model.ts'
import { loads } from '../../src/contacts/reads.ts'
import { contactLimits, createContactDoor, createMatchingReads } from '../../src/contacts/service.ts'
import { createPool, type Db, type Tx } from '../../src/db/pool.ts'
import { createRelay } from '../../src/db/relay.ts'
import { defaultQueueConfig, type QueueConfig } from '../../src/queue/config.ts'
import { createJobs } from '../../src/queue/jobs.ts'
import { createMatcher } from '../../src/queue/matcher.ts'
import { gatherNews } from '../../src/queue/news.ts'
import type {
  AgentDirectory,
  AgentFacts,
  CallSight,
  OfferListener,
  OfferMade,
  OfferOutcome,
} from '../../src/queue/ports.ts'
import { createGate } from '../../src/queue/gate.ts'
import { connectRedis } from '../../src/queue/redis.ts'
import { createQueue, type Queue } from '../../src/queue/service.ts'
import { startRedis } from '../../services/redis.ts'
import { freshDatabase, runFolder } from './services.ts'

/** Intent and skills of the agents; their load is counted from the ledger, as the product does. */
export type TestAgent = {
  agentId: string
  epoch: number
  attributes: Record<string, string[]>
  capacity: { voice: number; text: number }
  available: boolean
  notResponding: boolean
  idleSinceMs: number
  mode: 'desk' | 'phone'
}

export type Heard =
  | { what: 'offered'; offer: OfferMade }
  | { what: 'ended'; offerId: string; contactId: string; agentId: string; outcome: OfferOutcome }

export type Gateway = { queue: Queue; directory: AgentDirectory; stop(): Promise<void> }

export type NewContact = {
  channel?: Channel
  score?: number
  requirement?: Requirement
  emergency?: boolean
  stickyAgentId?: string | null
  callId?: string | null
  callBack?: boolean
}

/** Several gateways over one PostgreSQL and one Redis, with the real door of contacts and agents made by the test. */
export async function startQueues(options: { gateways?: number; config?: Partial<QueueConfig> } = {}) {
  const redisFolder = join(runFolder(), `queue-${newId()}`)
  const [database, firstServer] = await Promise.all([freshDatabase(), startRedis({ dir: redisFolder })])
  let server = firstServer
  const logged: { level: number; msg: string }[] = []
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line) as { level: number; msg: string }) },
  )
  const db = createPool(database.url, log, 24)
  const redis = new Redis(server.url)
  redis.on('error', () => {})
  const agents = new Map<string, TestAgent>()
  const heard: Heard[] = []
  /** `odd`: telephony fails over it. */
  const callStates = new Map<string, Awaited<ReturnType<CallSight['callState']>> | 'odd'>()
  /** Calls that telephony was told of as lost. */
  const lostCalls: string[] = []
  const config: QueueConfig = { ...defaultQueueConfig, ...options.config }
  /** A test may make the announcement fail, or answer offers at once. */
  const hooks: { offered: (offer: OfferMade, gateway: Gateway) => Promise<void> } = {
    offered: async () => {},
  }
  const gateways: Gateway[] = []

  function startGateway(name: string): Gateway {
    const pool = createPool(database.url, log, 12)
    const door = createContactDoor(pool, contactLimits)
    const jobs = createJobs({
      redis: connectRedis(server.url, 'jobs', log),
      region: 't',
      log: log,
    })
    const matcherRedis = connectRedis(server.url, 'matcher', log)
    const relay = createRelay(pool, (some) => jobs.addBulk(gatherNews(some)), log)
    const directory = directoryOf(pool, agents)
    const listener: OfferListener = {
      async offered(offer) {
        await hooks.offered(offer, gateway)
        heard.push({ what: 'offered', offer })
      },
      async ended({ offerId, contactId, agentId }, outcome) {
        heard.push({ what: 'ended', offerId, contactId, agentId, outcome })
      },
    }
    const queue = createQueue({
      db: pool,
      door,
      contacts: createMatchingReads(pool),
      directory,
      listeners: [listener],
      calls: {
        async callState(callId) {
          const state = callStates.get(callId) ?? 'unknown'
          if (state === 'odd') throw new Error('telephony fails over this call')
          return state
        },
        mayRing: (callId) => callStates.get(callId) !== 'gone',
        async lost(callId) {
          lostCalls.push(callId)
          const [row] = await pool.query<{ id: string }>(`select id from contacts where call_id = $1`, [
            callId,
          ])
          await door.apply(row!.id, { type: 'hungUp', at: new Date() }, { actor: system('telephony') })
        },
      },
      announceChange: door.announce,
      matcher: createMatcher(matcherRedis, 't', config),
      jobs,
      config,
      owner: name,
      log: log,
    })
    const gateway: Gateway = {
      queue,
      directory,
      async stop() {
        await relay.stop()
        await queue.stop()
        await jobs.stop()
        matcherRedis.disconnect()
        await pool.end()
      },
    }
    queue.start()
    jobs.start()
    return gateway
  }

  for (let n = 0; n < (options.gateways ?? 1); n += 1) gateways.push(startGateway(`gateway-${n}`))
  const [first] = gateways
  // The test itself must not fail for want of a connection on a busy machine.
  const inTurn = createGate(6)
  const door = createContactDoor(db, contactLimits)

  return {
    db,
    redis,
    door,
    agents,
    heard,
    /** What the gateways logged. */
    logged,
    hooks,
    callStates,
    lostCalls,
    gateways,
    config,
    queue: first!.queue,
    offersTo: (agentId: string) =>
      heard.flatMap((h) => (h.what === 'offered' && h.offer.agentId === agentId ? [h.offer] : [])),
    offersOf: (contactId: string) =>
      heard.flatMap((h) => (h.what === 'offered' && h.offer.contactId === contactId ? [h.offer] : [])),
    endsOf: (contactId: string) =>
      heard.flatMap((h) => (h.what === 'ended' && h.contactId === contactId ? [h.outcome] : [])),

    /** Signs an agent in on any gateway. */
    async signIn(more: Partial<TestAgent> = {}): Promise<string> {
      const agentId = more.agentId ?? newId()
      agents.set(agentId, {
        agentId,
        epoch: 1,
        attributes: {},
        capacity: { voice: 1, text: 3 },
        available: true,
        notResponding: false,
        idleSinceMs: Date.now(),
        mode: 'desk',
        ...more,
      })
      await first!.queue.agentChanged(agentId)
      return agentId
    },

    /** A contact that has come in and waits; the bell goes through the outbox, as in the product. */
    enter: (contact: NewContact = {}) => inTurn(() => patiently(() => insertContact(db, contact))),

    async state(contactId: string) {
      const [row] = await db.query<{ state: string; end: string | null; agentId: string | null }>(
        `select state, "end", agent_id as "agentId" from contacts where id = $1`,
        [contactId],
      )
      return row!
    },

    apply: (contactId: string, fact: Parameters<typeof door.apply>[1]) =>
      inTurn(() => patiently(() => door.apply(contactId, fact, { actor: system('test') }))),

    /** Signs everybody out and ends everything, for the next test on the same machinery. */
    async clear() {
      const gone = [...agents.keys()]
      agents.clear()
      hooks.offered = async () => {}
      for (const agentId of gone) await first!.queue.agentChanged(agentId)
      for (const { id } of await db.query<{ id: string }>(`select id from contacts where ended_at is null`)) {
        await this.apply(id, { type: 'failed' })
        await first!.queue.contactChanged(id)
      }
      heard.length = 0
    },

    /** Kills Redis, does something without it, and starts it again on its data and port. */
    async withoutRedis(meanwhile: () => Promise<void>) {
      const { port } = server
      await server.kill()
      await meanwhile()
      server = await startRedis({ dir: redisFolder, port })
    },

    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()))
      redis.disconnect()
      await db.end()
      await server.stop()
      await database.drop()
    },
  }
}

function directoryOf(db: Db, agents: Map<string, TestAgent>): AgentDirectory {
  async function factsOf(tx: Tx, some: TestAgent[]): Promise<AgentFacts[]> {
    const byId = await loads(
      tx,
      some.map((a) => a.agentId),
    )
    return some.map((a) => {
      const load = byId.get(a.agentId) ?? { voice: 0, text: 0, wrapUp: false }
      const willing = a.available && !a.notResponding && !load.wrapUp
      return {
        agentId: a.agentId,
        epoch: a.epoch,
        attributes: a.attributes,
        mode: a.mode,
        phone: null,
        capacity: a.capacity,
        load: { voice: load.voice, text: load.text },
        routable: { voice: willing, text: willing },
        idleSinceMs: a.idleSinceMs,
      }
    })
  }
  async function factsIn(tx: Tx, agentId: string): Promise<AgentFacts | null> {
    const agent = agents.get(agentId)
    return agent ? ((await factsOf(tx, [agent]))[0] ?? null) : null
  }
  return {
    facts: (agentId) => factsIn(db, agentId),
    factsIn,
    all: () => factsOf(db, [...agents.values()]),
    async markNotResponding(_tx, agentId) {
      const agent = agents.get(agentId)
      if (agent) agent.notResponding = true
    },
  }
}

/** Tries again when a busy machine gave no connection in time: nothing had been sent then. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === 10 || !/connection timeout|timeout exceeded when trying to connect/.test(String(error)))
        throw error
    }
  }
}

let serial = 0

async function insertContact(db: Db, c: NewContact): Promise<string> {
  const id = newId()
  const requester = newId()
  const number = (serial += 1)
  const channel = c.channel ?? 'voice'
  // `score` orders within the test: a second of waiting for each step.
  const receivedAt = c.score === undefined ? new Date() : new Date(Date.now() - 3_600_000 + c.score * 1_000)
  await db.tx(async (tx) => {
    await tx.query(`insert into requesters (id, person_id) values ($1, $1)`, [requester])
    await tx.query(
      `insert into contacts (id, channel, account, address_lookup, requester_id, state, call_id, received_at, queued_at,
         last_inbound_at, requirement, emergency, sticky_agent_id, call_back)
       values ($1, $2, '12345', $3, $4, 'queued', $5, $6, clock_timestamp(), $6, $7, $8, $9, $10)`,
      [
        id,
        channel,
        `lookup-${number}`,
        requester,
        channel === 'voice' ? (c.callId === undefined ? `n1-${number}` : c.callId) : null,
        receivedAt,
        JSON.stringify(c.requirement ?? {}),
        c.emergency ?? false,
        c.stickyAgentId ?? null,
        c.callBack ?? false,
      ],
    )
    await tx.query(
      `insert into outbox (queue, name, data) values ('contacts', 'changed', jsonb_build_object('contactId', $1::text))`,
      [id],
    )
  })
  return id
}
