import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'
import { recordAccess, type Access } from '../staff/ledger.ts'
import type { Staff } from '../staff/staff.ts'
import { agentCommands } from './agent-commands.ts'
import type { Commands } from './commands.ts'
import { tellAll } from './connection.ts'
import { contactCommands } from './contact-commands.ts'
import type { Publish } from './events.ts'
import { createHub, type Hub } from './hub.ts'
import { createBucket, type DeskConfig } from './limits.ts'
import type {
  DeskCalls,
  DeskContacts,
  DeskOffers,
  DeskOrders,
  DeskReferrals,
  DeskRequesters,
  DeskSending,
  NativeMembers,
  PhoneLine,
  PhonePool,
} from './ports.ts'
import { createPresence, type Presence } from './presence.ts'
import { createPresenceWatch } from './presence-watch.ts'
import { createRecordingSuspensions } from './recording-store.ts'
import { createRenderer } from './render.ts'
import { deskRoutes } from './routes.ts'
import { createDeskNews, type DeskNews } from './service.ts'
import { createSessionSockets } from './session-sockets.ts'
import { createSipLines, sipProxy } from './sip-proxy.ts'
import { deskSocket } from './socket.ts'
import { createStreams } from './streams.ts'
import { repeat } from './timing.ts'
import { createViews } from './views.ts'

export type DeskParts = {
  db: Db
  redis: Redis
  /** A Redis connection of its own that may block. */
  reader: Redis
  /** Start of every Redis key, with the region's hash tag. */
  prefix: string
  /** Unique among gateways. */
  node: string
  config: DeskConfig
  /** The time that pages are told; a countdown runs by it. */
  clock?: Clock
  log: Log
  staff: Pick<Staff, 'agentAccounts' | 'namesOf' | 'sessions' | 'revocations' | 'administration'>
  contacts: DeskContacts
  requesters: DeskRequesters
  orders: DeskOrders
  offers: DeskOffers
  sending: DeskSending
  calls: DeskCalls
  phones: PhonePool
  line: PhoneLine
  native: NativeMembers
  referrals: DeskReferrals
}

export type Desk = {
  /** Routing's view of the agents, and what telephony tells about their phones. */
  presence: Presence
  news: DeskNews
  /** `/desk/socket`, `/sip` and `/api/desk/agents`; inside the scope of `staffGuard`. */
  routes(app: FastifyInstance): Promise<void>
  /** What this gateway keeps in memory for open pages. */
  kept(): ReturnType<Hub['kept']> & { followed: number }
  /** Begins no more commands of pages: what one would ask of others may be gone before it ends. */
  refuse(): void
  stop(): Promise<void>
}

/** The desk slice, put together. */
export function createDesk(parts: DeskParts): Desk {
  const { db, redis, prefix, node, config, clock = systemClock, log, staff } = parts
  const { contacts, requesters, orders, offers, sending, calls, phones, line, native, referrals } = parts
  const record = (entry: Access): Promise<void> => recordAccess(db, entry)
  const recording = createRecordingSuspensions(db)

  // Presence publishes through the streams, which deliver through the hub, which asks presence: tied here, once.
  const publish: Publish = (agentId, event, once) => streams.publish(agentId, event, once)
  const presence = createPresence({
    db,
    nodeDeadMs: config.nodeDeadMs,
    accounts: (tx, ids) => staff.agentAccounts(tx, ids),
    contacts,
    offers,
    phones,
    line,
    native,
    publish,
  })
  const news = createDeskNews({
    redis,
    prefix,
    publish,
    contacts,
    presence,
    showWhole: (agentId) => hub.showWhole(agentId),
    log,
  })
  const lines = createSipLines(presence)
  const limits = { ...config.loss, ...config }
  const watch = createPresenceWatch({ db, node, limits, presence, contacts, offers, log })
  const sockets = createSessionSockets(staff.sessions, staff.revocations, config.sessionCheckMs, log)
  const views = createViews({
    contacts,
    requesters,
    orders,
    referrals,
    namesOf: (ids) => staff.namesOf(ids),
    phones,
    line,
    recordingSuspended: (contactId) => recording.suspended(contactId),
    sending,
    popLifeMs: config.popLifeMs,
  })
  const render = createRenderer({
    views,
    presence,
    contacts,
    offers,
    referrals,
    tabsOf: (id) => watch.tabsOf(id),
    onWhole: (agentId, contactIds) => news.shown(agentId, contactIds),
    record,
  })
  const streams = createStreams({
    redis,
    reader: parts.reader,
    prefix,
    node,
    limits: config.streams,
    onEvent(agentId, id, event) {
      hub.onEvent(agentId, id, event)
      if (event.type === 'agent')
        lines.check(agentId).catch((error: Error) => {
          log.warn({ agentId, err: error.name }, 'lines of a released phone not looked at')
        })
    },
    onGap: (agentIds) => hub.onGap(agentIds),
    log,
  })
  const hub = createHub({ streams, render, watch, presence, sockets, retryMs: config.retryMs, log })

  const commands: Commands = {
    ...agentCommands({ presence, contacts, offers, calls, ringSeconds: config.ringSeconds }),
    ...contactCommands({
      presence,
      contacts,
      requesters,
      sending,
      offers,
      calls,
      referrals,
      views,
      render,
      record,
      recording,
      spoken: async (agentId, contactId, messageId) =>
        void (await publish(agentId, { type: 'message', contactId, messageId })),
      touched: async (agentId, contactId) => void (await publish(agentId, { type: 'contact', contactId })),
      mayReveal: revealLimit(config.revealsPerMinute),
      transferSeconds: config.transferSeconds,
    }),
  }

  /** A skill or a capacity changed: matching may have an answer now. */
  staff.administration.onChanged((staffId) => {
    offers.agentChanged(staffId).catch((error: Error) => {
      log.warn({ agentId: staffId, err: error.name }, 'matcher not told of a changed account')
    })
  })

  const quietly = (what: string, work: () => Promise<void>) => async (): Promise<void> => {
    try {
      await work()
    } catch (error) {
      log.debug({ err: (error as Error).name }, `${what} failed; it comes again`)
    }
  }
  let stopping = false
  const loops = [
    repeat(
      config.queueMs,
      quietly('state of the queue', async () => {
        const pages = hub.ready()
        if (pages.length === 0) return
        const waiting = await offers.depth()
        await tellAll(pages, { type: 'queue', waiting }, clock)
      }),
    ),
    repeat(
      config.sessionTouchMs,
      quietly('touch of sessions', async () => {
        const onShift = new Set((await presence.signedIn()).map((r) => r.agentId))
        const used = hub.ready().filter((c) => onShift.has(c.agentId))
        if (used.length > 0) await staff.sessions.touch(used.map((c) => c.staff.sessionHash))
      }),
    ),
  ]

  return {
    presence,
    news,
    async routes(app) {
      const isStopping = (): boolean => stopping
      app.addHook('preClose', async () => void (stopping = true))
      await app.register(deskSocket, { hub, commands, config, clock, log, isStopping })
      await app.register(sipProxy, { presence, line, sockets, lines, config: config.sip, log })
      await app.register(deskRoutes, { presence, namesOf: (ids) => staff.namesOf(ids) })
    },
    kept: () => ({ ...hub.kept(), followed: streams.followed() }),
    refuse: () => void (stopping = true),
    async stop() {
      stopping = true
      for (const loop of loops) loop.stop()
      hub.stop()
      sockets.stop()
      await Promise.all([watch.stop(), streams.stop()])
    },
  }
}

/** Per agent, whichever tab he uses. */
function revealLimit(perMinute: number): (agentId: string) => boolean {
  const buckets = new Map<string, ReturnType<typeof createBucket>>()
  return (agentId) => {
    const bucket = buckets.get(agentId) ?? createBucket(perMinute / 60, perMinute)
    buckets.set(agentId, bucket)
    return bucket.take(performance.now())
  }
}
