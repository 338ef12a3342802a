import type { Log } from '../base/log.ts'
import type { SessionSocket, SessionSockets } from './session-sockets.ts'
import { closeCodes, type Connection } from './connection.ts'
import type { DeskEvent } from './events.ts'
import type { EventId } from './model.ts'
import type { Presence } from './presence.ts'
import type { PresenceWatch } from './presence-watch.ts'
import type { Renderer } from './render.ts'
import type { Streams } from './streams.ts'
import { createLanes } from './timing.ts'

/**
 * The open desks of this gateway. Whatever happens to one agent goes through one lane, so a replay, a snapshot and live
 * events never overtake each other; a page gets each event once, because it is never sent an id that it has passed.
 */
export type Hub = {
  attach(connection: Connection): void
  /** The page says who it is and what it saw last: it is brought up to date. */
  hello(connection: Connection, tab: string, lastEvent: string | undefined): Promise<void>
  detach(connection: Connection): Promise<void>
  onEvent(agentId: string, id: EventId, event: DeskEvent): void
  onGap(agentIds: string[]): void
  /** Brings the agent's pages here up to date. @returns whether there was one, and it worked at once */
  showWhole(agentId: string): Promise<boolean>
  /** Pages that said hello. */
  ready(): Connection[]
  /** What is kept in memory for pages: all zero once the last one is gone. */
  kept(): { agents: number; pages: number; sessions: number; lanes: number }
  stop(): void
}

export type HubParts = {
  streams: Pick<Streams, 'after' | 'head' | 'follow' | 'unfollow'>
  render: Renderer
  watch: Pick<PresenceWatch, 'opened' | 'closed'>
  presence: Pick<Presence, 'row' | 'signOut'>
  sockets: SessionSockets
  retryMs: number
  log: Log
}

export function createHub(parts: HubParts): Hub {
  const { streams, render, watch, presence, sockets, retryMs, log } = parts
  const byAgent = new Map<string, Set<Connection>>()
  const sessionOf = new Map<Connection, SessionSocket>()
  /** Pages that are being kept up to date. A page joins inside its agent's lane, never beside it. */
  const joined = new Set<Connection>()
  /** Agents whose pages are about to get a snapshot. */
  const behind = new Map<string, Promise<boolean>>()
  const lanes = createLanes()
  let stopped = false

  const readyOf = (agentId: string): Connection[] =>
    [...(byAgent.get(agentId) ?? [])].filter((c) => joined.has(c) && c.open)

  async function snapshot(connection: Connection): Promise<void> {
    // Read before the rest: what happens while the rest is read comes again as an event.
    const head = await streams.head(connection.agentId).catch(() => null)
    const message = await render.snapshot(connection, head)
    if (head !== null) connection.seen = head
    connection.send(message)
  }

  async function showAll(agentId: string): Promise<boolean> {
    const pages = readyOf(agentId)
    await Promise.all(pages.map(snapshot))
    return pages.length > 0
  }

  /**
   * Everybody of this agent gets a snapshot, again and again until it worked.
   * @returns whether the first try showed it to a page
   */
  function catchUp(agentId: string, afterMs: number): Promise<boolean> {
    const coming = behind.get(agentId)
    if (coming) return coming
    const first = new Promise<boolean>((shown) => {
      const timer = setTimeout(() => {
        behind.delete(agentId)
        if (stopped) return shown(false)
        lanes
          .run(agentId, () => showAll(agentId))
          .then(shown, (error: Error) => {
            log.warn({ agentId, err: error.name }, 'snapshot failed; it is tried again')
            void catchUp(agentId, Math.min(Math.max(afterMs, retryMs) * 2, 5_000))
            shown(false)
          })
      }, afterMs)
      timer.unref()
    })
    behind.set(agentId, first)
    return first
  }

  async function deliver(agentId: string, id: EventId, event: DeskEvent): Promise<void> {
    const open = readyOf(agentId)
    if (open.length === 0) return
    const message = await render.event(agentId, event)
    if (!message) return
    for (const connection of open) {
      const own = await message(connection)
      if (!own) continue
      connection.deliver(id, own)
      if (event.type === 'displaced') connection.close(closeCodes.displaced, event.reason)
    }
  }

  /** Of events that show how things stand now, only the last of each kind is worth rendering. */
  const subjectOf = (event: DeskEvent, id: EventId): string =>
    event.type === 'agent' || event.type === 'displaced'
      ? event.type
      : event.type === 'contact' || event.type === 'referral'
        ? `${event.type}:${event.contactId}`
        : id

  async function replay(connection: Connection, since: EventId): Promise<boolean> {
    const { agentId } = connection
    const missed = await streams.after(agentId, since)
    if (missed === null) return false
    connection.seen = since
    const last = new Map(missed.map(({ id, event }) => [subjectOf(event, id), id]))
    let count = 0
    for (const { id, event } of missed) {
      // Who displaced this page is told by the agent's state; a page that came back is not displaced again.
      if (last.get(subjectOf(event, id)) !== id || event.type === 'displaced') continue
      const message = await (await render.event(agentId, event))?.(connection)
      if (!message) continue
      connection.deliver(id, message)
      count++
      // Many at once: as fast as the page reads, and no faster.
      await connection.flowing()
    }
    const newest = missed.at(-1)
    if (newest) connection.seen = newest.id
    const agent = await (await render.event(agentId, { type: 'agent' }))?.(connection)
    if (agent) connection.send(agent)
    connection.send({ type: 'replayed', count })
    return true
  }

  async function bringUpToDate(connection: Connection, lastEvent: string | undefined): Promise<void> {
    const replayed = lastEvent ? await replay(connection, lastEvent).catch(() => false) : false
    if (!replayed) await snapshot(connection)
  }

  function endSession(connection: Connection): void {
    connection.send({ type: 'displaced', reason: 'sessionEnded' })
    connection.close(closeCodes.sessionEnded, 'sessionEnded')
    const { agentId, tab } = connection
    void (async () => {
      const row = await presence.row(agentId)
      // Another page of his, with a session of its own, may be the one that works.
      if (row && row.intent !== 'offline' && row.ownerTab === tab)
        await presence.signOut(agentId, 'sessionEnded')
    })().catch((error: Error) => log.warn({ agentId, err: error.name }, 'sign-out after session end failed'))
  }

  return {
    attach(connection) {
      const set = byAgent.get(connection.agentId) ?? new Set()
      set.add(connection)
      byAgent.set(connection.agentId, set)
      const session: SessionSocket = { staff: connection.staff, end: () => endSession(connection) }
      sessionOf.set(connection, session)
      sockets.add(session)
    },

    async hello(connection, tab, lastEvent) {
      const { agentId } = connection
      // The same tab on a new connection: the old one is a leftover of a lost network.
      for (const other of readyOf(agentId))
        if (other !== connection && other.tab === tab) other.close(closeCodes.displaced, 'reconnected')
      connection.tab = tab
      await watch.opened({ id: connection.id, agentId, tab })
      await lanes.run(agentId, async () => {
        await streams.follow(agentId).catch((error: Error) => {
          log.warn({ agentId, err: error.name }, 'desk events not followed yet; a snapshot comes later')
        })
        joined.add(connection)
        await bringUpToDate(connection, lastEvent)
      })
    },

    async detach(connection) {
      const { agentId, id, tab } = connection
      const session = sessionOf.get(connection)
      if (session) sockets.remove(session)
      sessionOf.delete(connection)
      joined.delete(connection)
      const set = byAgent.get(agentId)
      set?.delete(connection)
      if (set?.size === 0) {
        byAgent.delete(agentId)
        await streams.unfollow(agentId)
      }
      if (tab !== null) await watch.closed({ id, agentId, tab })
    },

    onEvent(agentId, id, event) {
      void lanes
        .run(agentId, () => deliver(agentId, id, event))
        .catch((error: Error) => {
          log.warn(
            { agentId, type: event.type, err: error.name },
            'desk event not delivered; a snapshot follows',
          )
          void catchUp(agentId, retryMs)
        })
    },

    onGap: (agentIds) => agentIds.forEach((agentId) => void catchUp(agentId, 0)),
    showWhole: (agentId) => catchUp(agentId, 0),
    ready: () => [...byAgent.keys()].flatMap(readyOf),
    kept: () => ({
      agents: byAgent.size,
      pages: joined.size,
      sessions: sessionOf.size,
      lanes: lanes.size(),
    }),
    stop() {
      stopped = true
    },
  }
}
