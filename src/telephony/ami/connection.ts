import type { Log } from '../../base/log.ts'
import { backoff } from './backoff.ts'
import { AmiError } from './errors.ts'
import { parseFrame, renderAction, type AmiFields, type AmiMessage } from './frames.ts'
import { createPending, type Answer } from './pending.ts'
import type { AmiTarget, AmiTransport, ConnectAmi } from './transport.ts'

/**
 * A link to one Asterisk that is always up or being brought up. It never gives up, it never hangs, and it never
 * pretends: an action is answered, refused, or rejected with `AmiError`.
 */
export type AmiConnection = {
  isUp(): boolean
  /** One action, one response. Rejects with `AmiError`; throws `AmiUnsafeValue` before anything is sent. */
  request(action: string, fields?: AmiFields): Promise<AmiMessage>
  /** An action that answers with an event list; resolves with the items when the list is complete. */
  list(action: string, fields?: AmiFields): Promise<AmiMessage[]>
  /** Ends the session now; a new one follows. For a consumer that has lost its place in the stream. */
  drop(reason: string): void
  /** Ends the session if nothing at all has been heard on it for `ms`: somebody misses an answer that cannot take so long. */
  dropIfSilent(ms: number): Promise<void>
  /** Logs off and stops for good. Resolves when no timer and no socket is left. */
  stop(): Promise<void>
}

export type AmiOptions = {
  target: AmiTarget
  connect: ConnectAmi
  log: Log
  /** Names of the events to deliver; everything else is dropped unparsed. */
  wanted: ReadonlySet<string>
  onEvent(message: AmiMessage): void
  /** Logged in. Events before this moment are lost: take a snapshot. */
  onUp(): void
  onDown(reason: string): void
  /** Jitter source, 0 ≤ x < 1. */
  random?: () => number
  loginTimeoutMs?: number
  actionTimeoutMs?: number
  pingEveryMs?: number
  /** Silence after which the link counts as half-open, though the kernel still believes in it. */
  deadAfterMs?: number
}

/** A session that lives this long proves the other side healthy; the next loss starts the back-off anew. */
const stableMs = 5_000

export function createAmiConnection(options: AmiOptions): AmiConnection {
  const { target, log, wanted } = options
  const {
    loginTimeoutMs = 5_000,
    actionTimeoutMs = 3_000,
    pingEveryMs = 2_000,
    deadAfterMs = 5_000,
  } = options
  const random = options.random ?? Math.random
  const pending = createPending()
  // Unique over gateways and restarts too, so that a late answer to a predecessor is never taken for ours.
  const idPrefix = `gw${process.pid.toString(36)}${Date.now().toString(36)}`

  let stopped = false
  let transport: AmiTransport | null = null
  let login: AbortController | null = null
  let sequence = 0
  let failures = 0
  let upAt = 0
  let lastHeard = 0
  let lastWatch = 0
  let retryTimer: NodeJS.Timeout | undefined
  let watchdog: NodeJS.Timeout | undefined
  let attempt: Promise<void> = Promise.resolve()

  function onFrame(frame: string): void {
    lastHeard = performance.now()
    const message = parseFrame(frame, wanted)
    if (!message || pending.take(message) || message.kind === 'response' || !wanted.has(message.name)) return
    try {
      options.onEvent(message)
    } catch (error) {
      // One strange event must not cost the link, and with it every other call.
      log.error({ err: error, event: message.name }, 'AMI event handler failed')
    }
  }

  async function tryOnce(): Promise<void> {
    const limit = new AbortController()
    login = limit
    const timer = setTimeout(() => limit.abort(), loginTimeoutMs)
    let session: AmiTransport | null = null
    const onClose = (reason: string): void => {
      if (session && transport === session) lost(reason)
    }
    try {
      session = await options.connect(target, { onFrame, onClose }, limit.signal)
    } catch (error) {
      if (stopped) return
      const reason = limit.signal.aborted ? `no login within ${loginTimeoutMs} ms` : (error as Error).message
      log[failures === 0 ? 'warn' : 'debug'](
        { host: target.host, port: target.port, reason },
        'AMI login failed',
      )
      return retry()
    } finally {
      clearTimeout(timer)
      login = null
    }
    if (stopped) return session.close()
    transport = session
    upAt = lastHeard = lastWatch = performance.now()
    watchdog = setInterval(watch, pingEveryMs)
    log.info({ host: target.host, port: target.port }, 'AMI logged in')
    options.onUp()
  }

  function watch(): void {
    const now = performance.now()
    // After a pause of this process the answers may lie unread in the socket: judge at the next turn.
    const paused = now - lastWatch > 2 * pingEveryMs
    lastWatch = now
    if (!paused && now - lastHeard > deadAfterMs) return drop('half-open: silent in spite of pings')
    request('Ping').catch(() => {})
  }

  function lost(reason: string): void {
    clearInterval(watchdog)
    transport = null
    if (performance.now() - upAt >= stableMs) failures = 0
    pending.failAll('the session ended')
    if (stopped) return
    log.warn({ host: target.host, port: target.port, reason }, 'AMI link lost')
    options.onDown(reason)
    retry()
  }

  function retry(): void {
    retryTimer = setTimeout(
      () => {
        attempt = tryOnce()
      },
      backoff(failures++, random()),
    )
  }

  function drop(reason: string): void {
    transport?.close()
    if (transport) lost(reason)
  }

  async function send(action: string, fields: AmiFields | undefined, asList: boolean): Promise<Answer> {
    const id = `${idPrefix}-${++sequence}`
    const frame = renderAction(action, id, fields)
    if (pending.full()) throw new AmiError('busy', `${action} not sent, too many actions wait for an answer`)
    if (!transport?.send(frame)) throw new AmiError('down', `${action} not sent, no AMI session`)
    return pending.add(id, action, asList, actionTimeoutMs)
  }

  const request = async (action: string, fields?: AmiFields): Promise<AmiMessage> =>
    (await send(action, fields, false)).response

  attempt = tryOnce()

  return {
    isUp: () => transport !== null,
    request,
    list: async (action, fields) => (await send(action, fields, true)).items,
    drop,
    async dropIfSilent(ms) {
      const asked = transport
      // After a pause of this process the answer may lie unread in the socket.
      for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
      if (asked && transport === asked && performance.now() - lastHeard >= ms)
        drop('half-open: an action was not answered, nor anything else heard')
    },
    async stop() {
      // Asterisk says Goodbye and closes; if it does not, the socket is closed below all the same.
      const first = !stopped
      stopped = true
      if (first && transport) await Promise.race([request('Logoff').catch(() => {}), delay(300)])
      clearTimeout(retryTimer)
      clearInterval(watchdog)
      login?.abort()
      transport?.close()
      transport = null
      pending.failAll('the gateway stops')
      await attempt
    },
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
