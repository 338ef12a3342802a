import type { WebSocket } from 'ws'
import type { Clock } from '../base/clock.ts'
import type { SignedIn } from '../staff/model.ts'
import type { ServerMessage } from './contract.ts'
import { compareEvents, type EventId } from './model.ts'

/** Why a socket is closed by us (RFC 6455, 7.4.2: 4000–4999 are for applications). */
export const closeCodes = {
  displaced: 4001,
  sessionEnded: 4401,
  tooMuch: 4429,
  slow: 4408,
  goingAway: 1001,
} as const

type WithoutTime<M> = M extends { serverTime: string } ? Omit<M, 'serverTime'> : never
/** A message to the page; the time of sending is added when it is sent. */
export type Outgoing = WithoutTime<ServerMessage>

/** A message as it goes out at this moment. */
const written = (message: Outgoing, now: Date): Buffer =>
  Buffer.from(JSON.stringify({ ...message, serverTime: now.toISOString() }))

/** Pages that are told the same in one go; to tell all of them at once would make everybody else wait. */
const toldInOneGo = 50

/** The same for many pages, written once for each lot of them. */
export async function tellAll(pages: readonly Connection[], message: Outgoing, clock: Clock): Promise<void> {
  for (let from = 0; from < pages.length; from += toldInOneGo) {
    const body = written(message, clock())
    for (const page of pages.slice(from, from + toldInOneGo)) page.sendWritten(body)
    await new Promise(setImmediate)
  }
}

/** One open desk: one tab of one agent. */
export type Connection = {
  readonly id: string
  readonly agentId: string
  readonly staff: SignedIn
  /** Set by `hello`; until then nothing is delivered. */
  tab: string | null
  /** The newest event this page has. */
  seen: EventId | null
  send(message: Outgoing): void
  /** Sends what `written` made. */
  sendWritten(body: Buffer): void
  /** Sends an event unless the page has it already. */
  deliver(id: EventId, message: Outgoing): void
  /** Resolves when the page has read most of what it was sent, or is gone. */
  flowing(): Promise<void>
  close(code: number, reason: string): void
  readonly open: boolean
}

export type ConnectionLimits = {
  /** Unsent bytes after which the page is too slow at once: it is cut and comes back later. */
  unsentBytes: number
  /** Unsent bytes that must shrink from one ping to the next. */
  stalledBytes: number
  pingMs: number
  /** Without a pong for this long the socket is dead, ms. */
  pongMs: number
}

export type ConnectionHooks = {
  onMessage: (data: string) => void
  onClosed: (why: { slow: boolean }) => void
}

export function createConnection(
  socket: WebSocket,
  who: { id: string; staff: SignedIn },
  clock: Clock,
  limits: ConnectionLimits,
  hooks: ConnectionHooks,
): Connection {
  let alive = performance.now()
  let slow = false
  let over = false
  let unsentAtPing = 0
  let lastSent: Promise<void> = Promise.resolve()

  const end = (): void => {
    if (over) return
    over = true
    clearInterval(pinging)
    hooks.onClosed({ slow })
  }
  /** A close frame would queue behind everything that is not read. */
  const cut = (): void => {
    slow = true
    socket.terminate()
  }
  let lookedAt = alive
  const pinging = setInterval(() => {
    const now = performance.now()
    // After a standstill of this process answers lie unread: nobody is judged by it.
    const stoodStill = now - lookedAt > 1.5 * limits.pingMs
    lookedAt = now
    // A page that sleeps or lost its network answers nothing and would ring for nobody.
    if (now - alive > limits.pongMs && !stoodStill) return socket.terminate()
    const unsent = socket.bufferedAmount
    if (unsent > limits.stalledBytes && unsent >= unsentAtPing && unsentAtPing > 0) return cut()
    unsentAtPing = unsent
    // Whoever has just said something is there.
    const heardLately = now - alive < limits.pingMs / 2
    if (!heardLately && socket.readyState === socket.OPEN) socket.ping()
  }, limits.pingMs)
  pinging.unref()

  socket.on('pong', () => (alive = performance.now()))
  socket.on('message', (data, isBinary) => {
    alive = performance.now()
    // With the default `nodebuffer` a text frame is one Buffer.
    hooks.onMessage(isBinary ? '' : (data as Buffer).toString('utf8'))
  })
  socket.on('close', end)
  socket.on('error', () => socket.terminate())

  const connection: Connection = {
    id: who.id,
    agentId: who.staff.id,
    staff: who.staff,
    tab: null,
    seen: null,
    get open() {
      return !over && socket.readyState === socket.OPEN
    },
    send: (message) => connection.sendWritten(written(message, clock())),
    sendWritten(body) {
      if (!connection.open) return
      if (socket.bufferedAmount > limits.unsentBytes) return cut()
      lastSent = new Promise((resolve) => socket.send(body, { binary: false }, () => resolve()))
    },
    async flowing() {
      while (connection.open && socket.bufferedAmount > limits.stalledBytes) await lastSent
    },
    deliver(id, message) {
      if (connection.seen !== null && compareEvents(id, connection.seen) <= 0) return
      connection.seen = id
      connection.send({ ...message, event: id })
    },
    close(code, reason) {
      if (!connection.open) return
      socket.close(code, reason)
      // A page that does not answer the close is cut.
      setTimeout(() => socket.terminate(), 2_000).unref()
    },
  }
  return connection
}
