import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { createDesk, type Desk } from './agent-desk/desk.ts'
import { defaultDeskConfig } from './agent-desk/limits.ts'
import { createLog, type Log } from './base/log.ts'
import { createPii, type Pii } from './base/pii.ts'
import type { AskProgress } from './channels/progress.ts'
import type { Channels } from './channels/service.ts'
import { callWiring, followPhones, replayCalls } from './composition/call-wiring.ts'
import { composeChannels } from './composition/channels.ts'
import { deferred } from './composition/deferred.ts'
import { composeMatters, type ComposedMatters } from './composition/matters.ts'
import { createOfferCounts, type OfferCounts } from './composition/observation.ts'
import { createOrders, type Orders } from './composition/orders.ts'
import { deskOrders } from './composition/order-sight.ts'
import { createAskProgress, createProgressTexts, type ProgressTexts } from './composition/progress.ts'
import { makeRounds } from './composition/rounds.ts'
import { createSending } from './composition/sending.ts'
import { checkInstallation } from './composition/installation.ts'
import { followArrivals, followChanges } from './composition/changes.ts'
import {
  composeTelephony,
  deskCalls,
  nativeMembers,
  phoneLine,
  phoneOffers,
  type Calls,
} from './composition/telephony.ts'
import { createTries } from './composition/tries.ts'
import { atRest, createUpkeep } from './composition/upkeep.ts'
import type { Config } from './config/config.ts'
import {
  contactLimits,
  createContactDoor,
  createContacts,
  createMatchingReads,
  type Contacts,
} from './contacts/service.ts'
import { createLedgerClock } from './db/clock.ts'
import { migrate } from './db/migrate.ts'
import { createPool, type Db } from './db/pool.ts'
import { createRelay, type Relay } from './db/relay.ts'
import { createDurable, type Durable } from './db/spool-durable.ts'
import { openSpool } from './db/spool.ts'
import { defaultQueueConfig } from './queue/config.ts'
import { createJobs, type Jobs, type QueueName } from './queue/jobs.ts'
import { createMatcher } from './queue/matcher.ts'
import { gatherNews } from './queue/news.ts'
import type { OfferListener } from './queue/ports.ts'
import { connectRedis } from './queue/redis.ts'
import { createQueue, type Queue } from './queue/service.ts'
import { createRequesters, type Requesters } from './requesters/service.ts'
import { createStaff, defaultStaffConfig, type Staff } from './staff/staff.ts'
import { nodeOfCall } from './telephony/call-event.ts'
import { lost } from './telephony/reconcile.ts'
import type { Telephony } from './telephony/service.ts'

/** Everything one gateway is made of. Slices get their neighbours here and nowhere else. */
export type Context = {
  config: Config
  log: Log
  db: Db
  pii: Pii
  redis: Redis
  jobs: Jobs
  relay: Relay
  durable: Durable
  staff: Staff
  requesters: Requesters
  contacts: Contacts
  queue: Queue
  channels: Channels
  calls: Calls | null
  desk: Desk
  orders: Orders
  /** By hand, of units asked directly and of other platforms. */
  matters: ComposedMatters
  /** How a requester follows his order. */
  progress: { ask: AskProgress; texts: ProgressTexts }
  offerCounts: OfferCounts
  start(): Promise<void>
  /** No new work from here on; calls go on under Asterisk. */
  drain(): Promise<void>
  stop(): Promise<void>
}

export async function createContext(config: Config): Promise<Context> {
  const log = createLog(config.logLevel)
  const { pii, prefix } = {
    pii: createPii(config.pii.current, config.pii.previous, config.pii.lookup),
    prefix: `{cc:${config.region}}`,
  }
  await migrate(config.databaseUrl)
  const db = createPool(config.databaseUrl, log, 24)
  await checkInstallation(db, pii)
  const time = await createLedgerClock(db, log)
  const { clock } = time

  const redis = connectRedis(config.redisUrl, 'matcher', log)
  const blocking = connectRedis(config.redisUrl, 'jobs', log)
  const subscriber = connectRedis(config.redisUrl, 'jobs', log)
  const jobs = createJobs({ redis: connectRedis(config.redisUrl, 'jobs', log), region: config.region, log })
  const relay = createRelay(db, (batch) => jobs.addBulk(gatherNews(batch)), log)
  const wake = (): void => relay.wake()

  const spool = await openSpool({
    dir: join(config.dataDir, 'spool'),
    codec: { seal: pii.seal, open: pii.open },
    log,
    clock,
  })
  const durable = createDurable({ spool, log })
  const upkeep = createUpkeep(log)

  const contactsRef = deferred<Contacts>('contacts')
  const mattersRef = deferred<ComposedMatters>('matters')
  const channelsRef = deferred<Channels>('channels')
  const deskRef = deferred<Desk>('desk')
  const queueRef = deferred<Queue>('queue')
  let calls: Calls | null = null
  const telephony = (): Telephony | null => calls?.telephony ?? null
  const presence = () => deskRef.get().presence

  const staff = createStaff({ db, redis, subscriber, prefix, pii, log, config: defaultStaffConfig, clock })
  const requesters = createRequesters(db, pii)
  const door = createContactDoor(db, contactLimits)
  const sending = createSending({
    db,
    pii,
    requesters,
    contacts: contactsRef.get,
    outgoing: () => channelsRef.get().outgoing,
  })
  const orders = createOrders({
    config,
    db,
    pii,
    clock,
    log,
    jobs,
    requesters,
    sending,
    outgoing: () => channelsRef.get().outgoing,
    telephony,
    contacts: contactsRef.get,
    news: () => deskRef.get().news,
    phoneOfAgent: async (id) => (await presence().facts(id))?.phone ?? null,
    media: () => channelsRef.get().media,
    recordings: () => calls?.recordings ?? null,
    phones: () => calls?.phones ?? null,
    postsOf: staff.postsOf,
    orderChanged: (tx, order) => mattersRef.get().orderChanged(tx, order),
  })
  await orders.seed()
  const matters = mattersRef.set(
    composeMatters({
      db,
      pii,
      clock,
      log,
      statute: orders.statute,
      statutes: orders.statutes,
      calendar: orders.workingCalendar.current,
      platforms: config.exchange,
      requesters,
      contacts: contactsRef.get,
      workOrders: orders.workOrders,
      wake,
    }),
  )

  const tries = createTries(redis, prefix, pii, log)
  const askProgress = createAskProgress(orders.workOrders.progress, tries, log)
  const progressTexts = createProgressTexts({
    db,
    requesters,
    outgoing: () => channelsRef.get().outgoing,
    ask: askProgress,
    tries,
    clock,
    log,
  })

  const offerCounts = createOfferCounts()
  const listeners: OfferListener[] = [offerCounts.listener]
  const queue = queueRef.set(
    createQueue({
      db,
      door,
      contacts: createMatchingReads(db),
      directory: {
        facts: (id) => presence().facts(id),
        factsIn: (tx, id) => presence().factsIn(tx, id),
        all: () => presence().all(),
        markNotResponding: (tx, agentId, missed) => presence().markNotResponding(tx, agentId, missed),
      },
      listeners,
      calls: {
        callState: async (callId) => (await telephony()?.callState(callId)) ?? 'unknown',
        mayRing: (callId) => telephony()?.mayRing(callId) ?? true,
        lost: (callId) =>
          contactsRef.get().calls.handle(lost(nodeOfCall(callId) ?? '', { callId }, Date.now())),
      },
      announceChange: door.announce,
      matcher: createMatcher(redis, config.region, defaultQueueConfig, clock),
      jobs,
      config: defaultQueueConfig,
      owner: config.nodeId,
      log,
    }),
  )

  const contacts = contactsRef.set(
    createContacts(door, {
      db,
      requesters,
      screen: orders.screen,
      requirementFor: (account) => config.routing[account] ?? {},
      seal: pii.seal,
      forMachine: progressTexts.takes,
      wake,
      arrived: followArrivals(queue, log),
      log,
      send: sending.send,
      registrar: matters.registrar,
      limits: contactLimits,
      listeners: {
        deviceState: followPhones(telephony, presence),
        agentOfPhone: (phone) => presence().agentOfPhone(phone),
        async phoneFailed(agentId, contactId, status) {
          await queue.dialEnded(contactId, agentId, status)
          await presence().phoneFailed(agentId, status)
        },
        emergency: orders.onCallFact,
        async arrived(contact, harassing) {
          if (!contact.callId) return
          await telephony()?.control.claim(contact.callId)
          if (harassing) await telephony()?.control.playBlockedNotice(contact.callId)
        },
        async stranded(contact) {
          if (contact.callId) await telephony()?.control.toNative(contact.callId)
        },
      },
    }),
  )

  const channels = channelsRef.set(
    composeChannels({
      config,
      db,
      pii,
      redis,
      prefix,
      durable,
      requesters,
      contacts,
      desk: deskRef.get,
      channels: channelsRef.get,
      progressTexts,
      clock,
      log,
    }),
  )

  if (config.asterisk)
    calls = await composeTelephony(
      config,
      config.asterisk,
      db,
      log,
      callWiring({ db, nodeId: config.nodeId, contacts, queue, presence, durable, progress: askProgress }),
    )
  replayCalls(durable, contacts)

  const askDesk = deskCalls(telephony, contactsRef.get, (phone) => presence().agentOfPhone(phone), pii)
  const desk = deskRef.set(
    createDesk({
      db,
      redis,
      reader: blocking,
      prefix,
      node: config.nodeId,
      config: defaultDeskConfig,
      clock,
      log,
      staff,
      contacts: { ...contacts, messagesOf: sending.messagesOf },
      requesters,
      orders: deskOrders(orders.workOrders, db, staff.unitsOf),
      offers: queue,
      sending: sending.desk,
      calls: askDesk,
      phones: calls?.phones ?? noPhones,
      line: phoneLine(config, telephony),
      native: nativeMembers(telephony),
      referrals: orders.referrals,
    }),
  )
  listeners.push(
    desk.news.offers,
    phoneOffers(
      telephony,
      contactsRef.get,
      async (id) => (await desk.presence.facts(id))?.phone ?? null,
      () => askDesk,
    ),
  )
  followChanges({ door, queue, desk, orders, log })
  for (const { queue: name, name: job, run } of channels.jobs) jobs.handle(name as QueueName, job, run)

  makeRounds(upkeep, { contacts, queue, channels, calls, desk, staff, orders, matters, log })

  return {
    config,
    log,
    db,
    pii,
    redis,
    jobs,
    relay,
    durable,
    staff,
    requesters,
    contacts,
    queue,
    channels,
    calls,
    desk,
    orders,
    matters,
    progress: { ask: askProgress, texts: progressTexts },
    offerCounts,
    async start() {
      durable.start()
      jobs.start()
      queue.start()
    },
    async drain() {
      desk.refuse()
      await upkeep.stop()
    },
    async stop() {
      await desk.stop()
      await atRest(db)
      await jobs.rest()
      await relay.stop()
      await queue.stop()
      // Behind whoever accepts: he would be taken for unreachable.
      await calls?.telephony.stop()
      await jobs.stop()
      await channels.stop()
      await durable.stop()
      await atRest(db)
      await staff.stop()
      for (const connection of [redis, blocking, subscriber]) connection.disconnect()
      time.stop()
      await db.end()
    },
  }
}

const noPhones = {
  bind: async () => Promise.reject(new Error('telephony is off')),
  release: async () => null,
}
