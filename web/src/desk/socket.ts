import type { ClientMessage, DeskProblem, ServerMessage } from '../../../src/agent-desk/contract.ts'

/** The least of a WebSocket that is used here, so that tests can play the server. */
export type SocketLike = {
  send(data: string): void
  close(): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
}

/** `connecting` is the first attempt; `lost` means that there was a connection, and another is being tried. */
export type ConnectionStatus = 'connecting' | 'online' | 'lost' | 'stopped'

// The distribution keeps the union: each message type loses its own `id`.
type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
export type Request = WithoutId<ClientMessage>

/** What the agent asked for was not done; `problem` holds Chinese sentences for the screen. */
export class DeskError extends Error {
  readonly problem: DeskProblem
  constructor(problem: DeskProblem) {
    super(problem.code)
    this.name = 'DeskError'
    this.problem = problem
  }
}

export type DeskSocketOptions = {
  open: () => SocketLike
  /** Monotonic milliseconds: a clock that is set must not look like a dead connection. */
  now: () => number
  newId: () => string
  later: (run: () => void, ms: number) => () => void
  random: () => number
  /** Identifies this tab, so that a reload is not a second desk. */
  tab: string
  lastEvent: () => string | null
  onMessage: (message: ServerMessage) => void
  onStatus: (status: ConnectionStatus) => void
  /** An attempt failed before the socket opened: the session may be over. */
  onRefused: () => void
}

export type SendOptions = {
  /**
   * Safe to send twice (it carries its own key or revision): it waits for the next connection, or for a server that is too
   * busy, instead of failing.
   */
  keep?: boolean
  timeoutMs?: number
}

type Pending = {
  body: string
  /** How often the server was too busy for it. */
  busy: number
  keep: boolean
  resolve: (data: unknown) => void
  reject: (error: DeskError) => void
  cancel: () => void
}

/** Silence after which the server is asked for a sign of life, and how long it may take: together below 3 s. */
const askAfterMs = 1000
const lifeMs = 1400
const tickMs = 250
const answerMs = 10_000
const openMs = 4000
/** A server that is too busy is asked again so much later, as long as the request may be sent twice. */
const busyMs = [1000, 2000, 4000] as const
const retryMs = [300, 600, 1200, 2500, 4000] as const

const localProblem = (code: string, title: string, detail: string): DeskProblem => ({
  status: 0,
  code,
  title,
  detail,
})
const lost = (): DeskProblem =>
  localProblem(
    'connectionLost',
    '与服务器的连接中断，这一步没有完成',
    '正在重新连接；恢复后请核对当前状态，再试一次。',
  )
const silent = (): DeskProblem =>
  localProblem('noAnswer', '服务器没有及时回应，不确定这一步是否完成', '请核对当前状态；没有变化时再试一次。')

/**
 * One connection to the desk's socket that looks after itself: notices silence, reconnects, says what it saw last,
 * and gives every request exactly one answer.
 */
export function createDeskSocket(options: DeskSocketOptions) {
  const { now, later } = options
  let socket: SocketLike | null = null
  let status: ConnectionStatus = 'connecting'
  let attempts = 0
  let heardAt = 0
  let askedAt: number | null = null
  let cancelTick = (): void => undefined
  let cancelRetry = (): void => undefined
  let cancelOpen = (): void => undefined
  const pending = new Map<string, Pending>()

  const setStatus = (next: ConnectionStatus): void => {
    if (next === status) return
    status = next
    options.onStatus(next)
  }

  function connect(): void {
    if (status === 'stopped') return
    let opened = false
    const mine = options.open()
    socket = mine
    cancelOpen = later(() => drop(mine, opened), openMs)
    mine.onopen = () => {
      opened = true
      heardAt = now()
      const lastEvent = options.lastEvent()
      const id = options.newId()
      // Requests that wait are sent after the greeting is answered: the server then knows who asks.
      pending.set(id, {
        body: '',
        busy: 0,
        keep: false,
        resolve: () => greeted(mine),
        reject: () => drop(mine, true),
        cancel: () => undefined,
      })
      mine.send(
        JSON.stringify({ id, type: 'hello', tab: options.tab, ...(lastEvent === null ? {} : { lastEvent }) }),
      )
    }
    mine.onmessage = (event) => {
      if (mine !== socket) return
      heardAt = now()
      askedAt = null
      receive(event.data)
    }
    mine.onclose = () => drop(mine, opened)
  }

  function greeted(mine: SocketLike): void {
    if (mine !== socket) return
    cancelOpen()
    attempts = 0
    setStatus('online')
    for (const { keep, body } of pending.values()) if (keep) mine.send(body)
    cancelTick = later(tick, tickMs)
  }

  function tick(): void {
    const mine = socket
    if (!mine || status !== 'online') return
    const quiet = now() - heardAt
    if (askedAt !== null && now() - askedAt >= lifeMs) return drop(mine, true)
    if (askedAt === null && quiet >= askAfterMs) {
      askedAt = now()
      mine.send(JSON.stringify({ id: options.newId(), type: 'ping' } satisfies ClientMessage))
    }
    cancelTick = later(tick, tickMs)
  }

  function drop(mine: SocketLike, opened: boolean): void {
    if (mine !== socket) return
    socket = null
    askedAt = null
    cancelTick()
    cancelOpen()
    mine.onmessage = mine.onclose = mine.onopen = null
    mine.close()
    for (const [id, request] of pending) {
      if (request.keep) continue
      pending.delete(id)
      request.cancel()
      if (request.body !== '') request.reject(new DeskError(lost()))
    }
    if (status === 'stopped') return
    if (!opened) options.onRefused()
    if (status === 'online') setStatus('lost')
    const wait = retryMs[Math.min(attempts, retryMs.length - 1)] ?? 4000
    attempts += 1
    // Two hundred desks that lose one gateway must not come back in the same instant.
    cancelRetry = later(connect, wait * (0.7 + 0.6 * options.random()))
  }

  function receive(data: unknown): void {
    const message = JSON.parse(String(data)) as ServerMessage
    options.onMessage(message)
    if (message.type !== 'result') return
    const request = pending.get(message.re)
    if (!request) return
    if (!message.ok && request.keep && message.problem.code === 'temporarilyUnavailable') {
      const wait = busyMs[request.busy++]
      if (wait !== undefined) return resend(message.re, request, wait)
    }
    pending.delete(message.re)
    request.cancel()
    if (message.ok) request.resolve(message.data)
    else request.reject(new DeskError(message.problem))
  }

  /** What may be sent twice goes out again by itself; a connection that is new by then has sent it already. */
  function resend(id: string, request: Pending, wait: number): void {
    const asked = socket
    later(
      () => {
        if (pending.get(id) === request && socket === asked && status === 'online') asked?.send(request.body)
      },
      wait * (0.7 + 0.6 * options.random()),
    )
  }

  return {
    start: connect,
    /** @throws DeskError when the server refuses, does not answer, or cannot be reached */
    send(request: Request, { keep = false, timeoutMs = answerMs }: SendOptions = {}): Promise<unknown> {
      const id = options.newId()
      const body = JSON.stringify({ ...request, id })
      return new Promise((resolve, reject) => {
        if (status === 'stopped' || (status !== 'online' && !keep)) return reject(new DeskError(lost()))
        const cancel = keep
          ? () => undefined
          : later(() => {
              pending.delete(id)
              reject(new DeskError(silent()))
            }, timeoutMs)
        pending.set(id, { body, busy: 0, keep, resolve, reject, cancel })
        if (status === 'online') socket?.send(body)
      })
    },
    /** Tries again now instead of after the pause: the network is back, or the person asked for it. */
    retryNow(): void {
      if (socket || status === 'stopped') return
      cancelRetry()
      attempts = 0
      connect()
    },
    stop(): void {
      setStatus('stopped')
      cancelRetry()
      const mine = socket
      if (mine) drop(mine, true)
    },
    get status(): ConnectionStatus {
      return status
    },
  }
}
export type DeskSocket = ReturnType<typeof createDeskSocket>
