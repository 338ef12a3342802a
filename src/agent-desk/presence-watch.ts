import { system } from '../base/actor.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'
import { createReads } from '../db/reads.ts'
import { mustLeave, stepsDue, type LossLimits, type LossStep } from './model.ts'
import type { DeskContacts, DeskOffers } from './ports.ts'
import type { Presence } from './presence.ts'
import { returnTexts } from './return-texts.ts'
import * as store from './socket-store.ts'
import { createLanes, repeat } from './timing.ts'

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
  presence: Pick<Presence, 'leave' | 'released'>
  contacts: Pick<DeskContacts, 'door' | 'ofAgent' | 'loads'>
  offers: Pick<DeskOffers, 'withdrawOffersOf' | 'agentChanged' | 'contactChanged'>
  log: Log
}

/** Agents of whom routing is told at once. */
const tellers = 8

export function createPresenceWatch(parts: WatchParts): PresenceWatch {
  const { db, node, limits, presence, contacts, offers, log } = parts
  /**
   * Invariant: after each write, this gateway's rows in the database are exactly `mine`. So writes go one at a time, and
   * each reads `mine` when its turn comes: a beat that began before a socket closed would otherwise write it back, and
   * its agent would stay at work for ever with no page open.
   */
  const mine = new Map<string, store.SocketRow>()
  const lanes = createLanes()
  const tabsOf = createReads((agentIds) => store.tabsOf(db, agentIds, limits.nodeDeadMs))
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => lanes.run('sockets', write)
  /** What opened and closed since the last such write began; the next one takes all of it along. */
  type News = { opened: store.SocketRow[]; closed: store.SocketRow[]; written: Promise<{ found: string[] }> }
  let news: News | null = null
  const actor = system('presence')
  /** Sign-ins whose phone is in no open page: since when, monotonic ms, and whether that was followed up. */
  const phoneless = new Map<string, { since: number; done: boolean }>()
  let stopped = false
  /** Monotonic ms since which this gateway's beats have reached the database without a gap. */
  let steadySince: number | null = null
  let lastBeat = 0

  const started = store.forgetNode(db, node).catch((error: Error) => {
    log.warn({ err: error.name }, 'sockets of an earlier run not cleared; they expire')
  })

  /**
   * Routing hears of these agents beside the loops: with thousands at once, signs of life and sweeps that waited for it
   * would be late, and this gateway would be taken for dead.
   */
  function tellChanged(agentIds: string[]): void {
    for (const [n, agentId] of agentIds.entries())
      void lanes
        .run(`tell ${n % tellers}`, () => (stopped ? Promise.resolve() : offers.agentChanged(agentId)))
        .catch((error: Error) => log.warn({ agentId, err: error.name }, 'matcher not told of a change'))
  }

  /** The sockets that the database should know of, in the turn of a write: what is news is not written yet. */
  function* written(): Generator<string> {
    const opened = new Set(news?.opened.map(({ id }) => id))
    for (const id of mine.keys()) if (!opened.has(id)) yield id
    for (const { id } of news?.closed ?? []) if (!opened.has(id)) yield id
  }

  async function beat(): Promise<void> {
    try {
      const { found, asked } = await inTurn(async () => {
        const asked = performance.now()
        const { found, mark } = await store.beat(db, node)
        const { count, fold } = store.markOf(written())
        if (mark.count === count && mark.fold === fold) return { found, asked }
        // A write failed, or a neighbour took this gateway for dead.
        const held = [...mine.values()]
        await store.removeStrays(db, node, held)
        return { found: [...found, ...(await store.add(db, node, held))], asked }
      })
      if (steadySince === null || asked - lastBeat > limits.nodeDeadMs) steadySince = asked
      lastBeat = asked
      tellChanged(found)
    } catch (error) {
      steadySince = null
      log.warn({ err: (error as Error).name }, 'sign of life not written')
    }
  }

  /** Resolves when the database has it; a write that fails fails for all whom it took along. */
  function note(what: 'opened' | 'closed', socket: store.SocketRow): News['written'] {
    if (!news) {
      const next: Omit<News, 'written'> = { opened: [], closed: [] }
      const written = inTurn(() => {
        news = null
        // What closed before its turn came is never written.
        const opened = next.opened.filter(({ id }) => mine.has(id))
        return store.change(db, node, opened, next.closed)
      })
      news = { ...next, written }
    }
    news[what].push(socket)
    return news.written
  }

  /**
   * A browser's phone is in the tab of the sign-in, which closed, or whose gateway died. Another tab keeps the agent at
   * work, but no call rings there: one that he is offered is taken back without a stain on him, as when all his pages are
   * gone. His texts he sees.
   * @param silent agents with sockets on a gateway that has just been taken for dead: those closed when it fell silent
   */
  async function followPhoneTabs(silent: ReadonlySet<string>): Promise<void> {
    const now = performance.now()
    const found = (await store.withoutPhoneTab(db)).map(({ agentId, epoch }) => ({
      agentId,
      signIn: `${agentId} ${epoch}`,
    }))
    const still = new Set(found.map(({ signIn }) => signIn))
    for (const signIn of phoneless.keys()) if (!still.has(signIn)) phoneless.delete(signIn)
    tellChanged(found.flatMap(({ agentId, signIn }) => (phoneless.has(signIn) ? [] : [agentId])))
    for (const { agentId, signIn } of found) {
      const seen = phoneless.get(signIn)
      const state = seen ?? { since: silent.has(agentId) ? now - limits.nodeDeadMs : now, done: false }
      phoneless.set(signIn, state)
      if (state.done || now - state.since < limits.ringGraceMs) continue
      try {
        await offers.withdrawOffersOf(agentId, 'withdrawn', 'phoneTabClosed', 'voice')
        state.done = true
      } catch (error) {
        log.warn({ agentId, err: (error as Error).name }, 'calls of a closed tab not withdrawn yet')
      }
    }
  }

  async function takeStep(lost: store.Lost, step: LossStep): Promise<void> {
    const { agentId } = lost
    if (step === 1) await offers.withdrawOffersOf(agentId, 'withdrawn', 'socketLost')
    if (step === 2) await returnTexts({ contacts, offers }, agentId, 'agentLost', actor)
    if (await store.tookStep(db, agentId, step)) log.info({ agentId, step }, 'socket lost, step taken')
  }

  /** One agent whose steps fail (his Asterisk is away, say) must not hold up what follows from the losses of others. */
  async function followLoss(lost: store.Lost): Promise<void> {
    const { agentId } = lost
    try {
      for (const step of stepsDue(lost.lostMs, lost.stage, limits)) await takeStep(lost, step)
      if (mustLeave(lost, limits)) await presence.leave(agentId, 'socketLost')
    } catch (error) {
      log.warn({ agentId, err: (error as Error).name }, 'loss not followed up; the next sweep repeats it')
    }
  }

  /** The last contact of one who drains may have ended at a gateway that died before it told of it. */
  async function endDrains(): Promise<void> {
    const draining = await store.drainingAgents(db)
    if (draining.length === 0) return
    const loads = await contacts.loads(draining)
    for (const agentId of draining) if (!loads.has(agentId)) await presence.released(agentId, false)
  }

  async function sweep(): Promise<void> {
    // After an outage of the database every gateway looks dead: the others get the time to say that they are not.
    if (steadySince === null || performance.now() - steadySince < limits.nodeDeadMs) return
    try {
      const silent = await store.removeDeadNodes(db, limits.nodeDeadMs)
      tellChanged(await store.noticeLosses(db))
      for (const lost of await store.lostAgents(db)) await followLoss(lost)
      await store.closeLosses(db)
      await followPhoneTabs(new Set(silent))
      await endDrains()
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
      const { found } = await note('opened', socket)
      if (found.includes(socket.agentId)) log.info({ agentId: socket.agentId }, 'agent is back')
      await offers.agentChanged(socket.agentId)
    },
    async closed(socket) {
      await started
      mine.delete(socket.id)
      // What fails here, the next beat repeats.
      await note('closed', socket)
      await offers.agentChanged(socket.agentId)
    },
    tabsOf: async (agentId) => (await tabsOf(agentId)) ?? [],
    async stop() {
      stopped = true
      for (const loop of loops) loop.stop()
      await inTurn(async () => mine.clear())
      await store.forgetNode(db, node).catch(() => {})
    },
  }
}
