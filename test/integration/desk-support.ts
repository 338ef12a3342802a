import { once } from 'node:events'
import websocket from '@fastify/websocket'
import type { Redis } from 'ioredis'
import { createDesk, type Desk } from '../../src/agent-desk/desk.ts'
import { defaultDeskConfig, type DeskConfig } from '../../src/agent-desk/limits.ts'
import type { DeskCalls, OrderOfRequester, Sent } from '../../src/agent-desk/ports.ts'
import { webSocketOptions } from '../../src/agent-desk/socket.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { contactLimits, createContactDoor, createContacts } from '../../src/contacts/service.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { Page } from './desk-page.ts'
import { createTestQueue, type TestQueue } from './desk-queue.ts'
import {
  createStaffSite,
  makeMember,
  prefix,
  signedIn,
  type Ground,
  type StaffSite,
} from './staff-support.ts'

/** Limits short enough for a test that waits for them, long enough for a busy machine. */
export const quick: DeskConfig = {
  ...defaultDeskConfig,
  loss: { ringGraceMs: 300, offlineMs: 900, phoneAloneMs: 60_000, textsBackMs: 1_800 },
  beatMs: 100,
  nodeDeadMs: 1_000,
  sweepMs: 50,
  sessionCheckMs: 150,
  queueMs: 200,
  streams: { kept: 300, followMs: 100, followLifeMs: 5_000, blockMs: 100 },
  retryMs: 50,
  popLifeMs: 0,
}

export type DeskSite = StaffSite & {
  desk: Desk
  queue: TestQueue
  contacts: ReturnType<typeof createContacts<unknown, unknown>>
  requesters: ReturnType<typeof createRequesters>
  /** What was asked of telephony, in order. */
  asked: string[]
  /** What telephony answers from now on. */
  answer(sent: Sent): void
  /** Asterisk's own queue as it would be. */
  members: Map<string, 'available' | 'paused'>
  phoneStates: Map<string, string>
  phones: ReturnType<typeof phonePool>
  orders: { open: OrderOfRequester[] }
  registered: { contactId: string; outcomes: unknown[]; actor: unknown }[]
  redis: Redis
  base: string
  /** Where `/sip` leads. */
  sipTarget: { url: string | null }
}

export async function createDeskSite(
  ground: Ground,
  options: { node?: string; config?: Partial<DeskConfig> } = {},
): Promise<DeskSite> {
  const { db, pii, log } = ground
  const config = { ...quick, ...options.config }
  const redis = ground.redis('brisk')
  if (redis.status !== 'ready') await once(redis, 'ready')
  const requesters = createRequesters(db, pii)
  const door = createContactDoor(db, contactLimits)
  const registered: DeskSite['registered'] = []
  const contacts = createContacts<unknown, unknown>(door, {
    db,
    requesters,
    screen: (text) => ({ emergency: text.includes('着火'), urgent: false }),
    requirementFor: () => ({}),
    seal: pii.seal,
    wake: () => {},
    log,
    send: async () => {},
    registrar: {
      async register(_tx, { contact, outcomes, actor }) {
        registered.push({ contactId: contact.id, outcomes, actor })
        return { orders: ['AS20260302-0001'] }
      },
      find: async () => null,
    },
    limits: contactLimits,
    listeners: {
      deviceState: async () => {},
      agentOfPhone: async () => null,
      phoneFailed: async () => {},
      emergency: async () => {},
      arrived: async () => {},
      stranded: async () => {},
    },
  })
  const queue = createTestQueue(db, door)
  const asked: string[] = []
  let sent: Sent = { sent: true }
  const ask =
    (what: string) =>
    async (...args: unknown[]): Promise<Sent> => {
      asked.push([what, ...args].join(' '))
      return sent
    }
  const calls: DeskCalls = {
    ringPhone: ask('ring'),
    callBack: ask('callBack'),
    hold: ask('hold'),
    resume: ask('resume'),
    hangup: ask('hangup'),
    pauseRecording: ask('pauseRecording'),
    blindTransfer: ask('blindTransfer'),
    backToHold: ask('backToHold'),
    dismiss: ask('dismiss'),
  }
  const members: DeskSite['members'] = new Map()
  const phoneStates = new Map<string, string>()
  const phones = phonePool()
  const sipTarget: DeskSite['sipTarget'] = { url: null }
  const orders: DeskSite['orders'] = { open: [] }

  let desk!: Desk
  const site = await createStaffSite(ground, {
    async more(scope, staff) {
      await scope.register(websocket, { options: webSocketOptions(config) })
      desk = createDesk({
        db,
        redis,
        reader: ground.redis(),
        prefix,
        node: options.node ?? 'node-a',
        config,
        log,
        staff,
        contacts,
        requesters,
        orders: {
          openOrdersOf: async () => orders.open,
          recentOrdersOf: async () => [],
          contactsToHide: async () => new Set(),
        },
        offers: queue,
        sending: {
          sending: async () => ({ freeText: true, reason: null, templates: [] }),
          sendTemplate: async () => ({ messageId: null }),
        },
        calls,
        phones,
        line: {
          realm: 'asterisk',
          sockets: [{ url: 'ws://127.0.0.1/sip', weight: 10 }],
          webSocketOf: () => sipTarget.url,
          state: async (phone) => phoneStates.get(phone) ?? 'notInUse',
        },
        native: {
          put: async (phone, paused) => void members.set(phone, paused ? 'paused' : 'available'),
          remove: async (phone) => void members.delete(phone),
        },
        referrals: {
          ofContact: async () => null,
          refer: async () => Promise.reject(new Error('not here')),
          takenOver: async () => Promise.reject(new Error('not here')),
          cancel: async () => Promise.reject(new Error('not here')),
          contactOf: async () => null,
          emergencyWords: (texts) => (texts.some((t) => t.includes('着火')) ? '着火' : null),
        },
      })
      await desk.routes(scope)
    },
  })
  queue.listen(desk)
  door.onChange((contact) => {
    desk.news.contactChanged(contact).catch((error: Error) => log.warn({ err: error.name }, 'left as it is'))
  })
  const base = await site.app.listen({ host: '127.0.0.1', port: 0 })

  return {
    ...site,
    desk,
    queue,
    contacts,
    requesters,
    asked,
    answer: (next) => (sent = next),
    members,
    phoneStates,
    phones,
    orders,
    registered,
    redis,
    base,
    sipTarget,
    async close() {
      await desk.stop()
      await site.close()
    },
  }
}

/** Phones as the telephony slice gives them: one per agent, asked again the same. */
function phonePool() {
  const bound = new Map<string, string>()
  let next = 1001
  return {
    async bind(agentId: string, _epoch: number, _kind: string, wanted?: string) {
      const number = wanted ?? bound.get(agentId) ?? String(next++)
      bound.set(agentId, number)
      return { number, secret: `secret-of-${number}` }
    },
    async release(agentId: string) {
      const number = bound.get(agentId) ?? null
      bound.delete(agentId)
      return number
    },
  }
}

/** An agent with a session. */
export async function agent(ground: Ground, site: DeskSite, roles: ('agent' | 'teamLead')[] = ['agent']) {
  const { id } = await makeMember(ground, roles)
  const cookie = await signedIn(site, id)
  return { id, cookie, page: (options: { tab?: string } = {}) => new Page(site.base, cookie, options) }
}

/** An agent at his desk, available. */
export async function atWork(ground: Ground, site: DeskSite, mode: 'desk' | 'phone' | 'text' = 'desk') {
  const one = await agent(ground, site)
  const page = await one.page().hello()
  await page.do({ type: 'signIn', mode })
  await page.do({ type: 'available' })
  return { ...one, desk: page }
}

let serial = 0
/** Numbers of people who do not exist; none of them may ever be logged. */
export const number = (): string => `+861380000${String(1000 + serial++)}`

/** A text that waits in the queue. */
export async function text(site: DeskSite, from = number(), body = '小区供暖温度不够') {
  const [accepted] = await site.contacts.intake.accept([
    {
      channel: 'sms',
      account: '12345',
      providerId: newId(),
      from,
      kind: 'text',
      text: body,
      receivedAt: new Date().toISOString(),
    },
  ])
  return (await site.contacts.find(accepted!.contactId!))!
}

/** A caller who waits in hold. */
export async function call(site: DeskSite, from = number()) {
  const callId = `n1-1780000000.${serial++}`
  const fact = { callId, node: 'n1', at: Date.now() }
  await site.contacts.calls.handle({
    ...fact,
    key: `${callId}:1`,
    type: 'callArrived',
    ani: from,
    withheld: false,
    dnis: '12345',
  })
  await site.contacts.calls.handle({
    ...fact,
    key: `${callId}:2`,
    type: 'callHeld',
    holdN: 1,
    reason: 'new',
    lastDial: '',
    emergency: false,
  })
  const [contact] = await site.contacts.list({ callId, limit: 1 })
  return contact!
}

/** A contact that the agent has taken. */
export async function taken(
  site: DeskSite,
  who: { id: string; desk: Page },
  contact: { id: string },
): Promise<string> {
  const offer = await site.queue.offer(contact.id, who.id)
  await who.desk.next('offer', (m) => m.offer.offerId === offer.offerId)
  await who.desk.do({ type: 'acceptOffer', offerId: offer.offerId })
  const now = (await site.contacts.find(contact.id))!
  if (now.channel === 'voice')
    await site.contacts.door.apply(contact.id, { type: 'connected' }, { actor: system('test') })
  await who.desk.next('contact', (m) => m.contact.id === contact.id && m.contact.state === 'active')
  return contact.id
}
