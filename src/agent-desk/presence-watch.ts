import { system } from '../base/actor.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'
import { mustLeave, stepsDue, type LossLimits, type LossStep } from './model.ts'
import type { DeskContacts, DeskOffers } from './ports.ts'
import type { Presence } from './presence.ts'
import * as store from './socket-store.ts'
import { repeat } from './timing.ts'

/** This gateway's sign of life, and what follows when sockets are lost, here or on a gateway that died. */
export type PresenceWatch = {
  /** The socket counts from now on. */
  opened(socket: store.SocketRow): Promise<void>
  closed(socket: store.SocketRow): Promise<void>
  /** Open tabs of the agent, on all gateways. */
  tabsOf(agentId: string): Promise<string[]>
  stop(): Promise<void>
}

export type WatchParts = {
  db: Db
  node: string
  limits: LossLimits & { beatMs: number; nodeDeadMs: number; sweepMs: number }
  presence: Pick<Presence, 'leave'>
  contacts: Pick<DeskContacts, 'door' | 'ofAgent'>
  offers: Pick<DeskOffers, 'withdrawOffersOf' | 'agentChanged' | 'contactChanged'>
  log: Log
}

export function createPresenceWatch(parts: WatchParts): PresenceWatch {
  const { db, node, limits, presence, contacts, offers, log } = parts
  const mine = new Map<string, store.SocketRow>()
  const actor = system('presence')
  let stopped = false
  /** Monotonic ms since which this gateway's beats have reached the database without a gap. */
  let steadySince: number | null = null
  let lastBeat = 0

  const started = store.forgetNode(db, node).catch((error: Error) => {
    log.warn({ err: error.name }, 'sockets of an earlier run not cleared; they expire')
  })

  async function beat(): Promise<void> {
    const asked = performance.now()
    try {
      const found = await store.beat(db, node, [...mine.values()])
      if (steadySince === null || asked - lastBeat > limits.nodeDeadMs) steadySince = asked
      lastBeat = asked
      for (const agentId of found) await offers.agentChanged(agentId)
    } catch (error) {
      steadySince = null
      log.warn({ err: (error as Error).name }, 'sign of life not written')
    }
  }

  async function takeStep(lost: store.Lost, step: LossStep): Promise<void> {
    const { agentId } = lost
    if (step === 1) await offers.withdrawOffersOf(agentId, 'withdrawn', 'socketLost')
    if (step === 2) await returnTexts(agentId)
    if (await store.tookStep(db, agentId, step)) log.info({ agentId, step }, 'socket lost, step taken')
  }

  async function returnTexts(agentId: string): Promise<void> {
    for (const contact of await contacts.ofAgent(agentId)) {
      if (contact.channel === 'voice' || !['active', 'held', 'consulting'].includes(contact.state)) continue
      const fact = { type: 'requeued', reason: 'agentLost' } as const
      const applied = await contacts.door.apply(contact.id, fact, { actor })
      if (applied.ok) await offers.contactChanged(contact.id)
    }
  }

  async function sweep(): Promise<void> {
    // After an outage of the database every gateway looks dead: the others get the time to say that they are not.
    if (steadySince === null || performance.now() - steadySince < limits.nodeDeadMs) return
    try {
      await store.removeDeadNodes(db, limits.nodeDeadMs)
      for (const agentId of await store.noticeLosses(db)) await offers.agentChanged(agentId)
      for (const lost of await store.lostAgents(db)) {
        for (const step of stepsDue(lost.lostMs, lost.stage, limits)) await takeStep(lost, step)
        if (mustLeave(lost, limits)) await presence.leave(lost.agentId, 'socketLost')
      }
      await store.closeLosses(db)
    } catch (error) {
      log.warn({ err: (error as Error).name }, 'presence sweep failed; the next one repeats it')
    }
  }

  const loops: { stop(): void }[] = []
  void started.then(() => {
    if (!stopped) loops.push(repeat(limits.beatMs, beat), repeat(limits.sweepMs, sweep))
  })

  return {
    async opened(socket) {
      await started
      mine.set(socket.id, socket)
      const found = await store.beat(db, node, [socket])
      if (found.length > 0) log.info({ agentId: socket.agentId }, 'agent is back')
      await offers.agentChanged(socket.agentId)
    },
    async closed(socket) {
      mine.delete(socket.id)
      await store.removeSocket(db, socket.id)
      await store.noticeLosses(db)
      await offers.agentChanged(socket.agentId)
    },
    tabsOf: (agentId) => store.tabsOf(db, agentId, limits.nodeDeadMs),
    async stop() {
      stopped = true
      for (const loop of loops) loop.stop()
      await store.forgetNode(db, node).catch(() => {})
    },
  }
}
