import type { Log } from '../base/log.ts'
import type { AmiConnection } from './ami/connection.ts'
import type { Healthy } from './ports.ts'

/**
 * Tells one Asterisk that somebody is there for its callers. The value is Asterisk's own clock (the Timestamp of the
 * Ping just before), so that one clock is compared with itself. It is written only by the owner, only when the resync
 * is complete, and only after a PostgreSQL commit and a matcher call have just succeeded.
 */
export type Heartbeat = {
  /** Instant of the last beat that Asterisk confirmed, or null. */
  last(): Date | null
  /** Does not wait for the next turn: callers who come now should not find Asterisk alone. */
  kick(): void
  stop(): Promise<void>
}

export type HeartbeatOptions = {
  ami: Pick<AmiConnection, 'request'>
  healthy: Healthy
  /** Owner, link up, resync complete. */
  ready: () => boolean
  log: Log
  now?: () => Date
  everyMs?: number
  /** A health check that takes longer than this has failed. */
  freshMs?: number
  /** Silence after which the dialplan has taken the callers over (HB_MAX_AGE). */
  fallBackMs?: number
  /** Health without a break that ends a fall-back, so that callers are not thrown to and fro. */
  resumeAfterMs?: number
}

export const heartbeatVariable = 'GW_HB'

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { ami, healthy, ready, log } = options
  const now = options.now ?? (() => new Date())
  const { everyMs = 2_000, freshMs = 2_000, fallBackMs = 6_000, resumeAfterMs = 10_000 } = options

  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let lastBeat: Date | null = null
  /** Monotonic instants, milliseconds. */
  let beatAt = -Infinity
  let healthySince: number | null = null
  let wasReady = false
  let fellBack = false

  async function check(): Promise<boolean> {
    let deadline: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => (deadline = setTimeout(() => resolve(false), freshMs)))
    try {
      return await Promise.race([healthy.check().catch(() => false), late])
    } finally {
      clearTimeout(deadline)
    }
  }

  /** A value that is old, or of a predecessor that died, means that callers went to Asterisk's own queue. */
  async function findsFallBack(): Promise<boolean> {
    const [value, ping] = await Promise.all([
      ami.request('Getvar', { Variable: heartbeatVariable }),
      ami.request('Ping'),
    ])
    const beat = Number(value.fields['Value'] || NaN)
    const age = Number(ping.fields['Timestamp']) - beat
    return Number.isFinite(age) && age * 1_000 > fallBackMs
  }

  async function turn(): Promise<void> {
    if (!ready()) {
      healthySince = null
      wasReady = false
      return
    }
    if (!(await check())) {
      if (healthySince !== null) log.warn('database or matcher not healthy, heartbeat pauses')
      healthySince = null
      return
    }
    const at = performance.now()
    healthySince ??= at
    if (!wasReady) fellBack = await findsFallBack()
    else if (beatAt > -Infinity && at - beatAt > fallBackMs) fellBack = true
    if (!ready()) return
    wasReady = true
    if (fellBack && at - healthySince < resumeAfterMs) return

    const ping = await ami.request('Ping')
    const value = ping.fields['Timestamp']
    if (!value || !ready()) return
    await ami.request('Setvar', { Variable: heartbeatVariable, Value: value })
    if (fellBack || beatAt === -Infinity) log.info('heartbeat runs')
    fellBack = false
    beatAt = performance.now()
    lastBeat = now()
  }

  async function loop(): Promise<void> {
    const began = performance.now()
    // A failed action means a lost link; the connection reports and mends it.
    await turn().catch((error: Error) => log.debug({ reason: error.message }, 'heartbeat not written'))
    if (!stopped) timer = setTimeout(again, Math.max(0, everyMs - (performance.now() - began)))
  }
  const again = (): void => {
    timer = undefined
    running = loop()
  }
  let running = loop()

  return {
    last: () => lastBeat,
    kick() {
      if (stopped || timer === undefined) return
      clearTimeout(timer)
      again()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
