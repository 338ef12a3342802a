import type { Log } from '../base/log.ts'
import { createAmiConnection, type AmiConnection } from './ami/connection.ts'
import type { AmiMessage } from './ami/frames.ts'
import type { AmiTarget, ConnectAmi } from './ami/transport.ts'
import { phoneOf, toPhoneState, type CallEvent, type DeviceFact, type PhoneState } from './call-event.ts'
import { digest, wantedEvents } from './call-events.ts'
import { createLegs, snapshotVariables, type Legs } from './legs.ts'

/**
 * One gateway's view of one Asterisk: the link, who it is, its live legs and the state of its phones. Every gateway
 * has one for every node, owner or not; it changes nothing in the ledger.
 */
export type Link = {
  ami: AmiConnection
  legs: Legs
  /** `systemname`; null until the first login. */
  node(): string | null
  /** Changes when Asterisk restarts: then every call of before is gone. */
  boot(): string | null
  /** Logged in, and the model is taken from a snapshot of this session. */
  isKnown(): boolean
  phoneState(phone: string): PhoneState
  /** Reads everything anew; the rows of `Status` serve the reconciliation too. */
  snapshot(): Promise<Snapshot>
  stop(): Promise<void>
}

export type Snapshot = { rows: AmiMessage[]; devices: DeviceFact[]; members: QueueMember[] }
export type QueueMember = { phone: string; paused: boolean }

export type LinkOptions = {
  target: AmiTarget
  connect: ConnectAmi
  log: Log
  onEvents(events: CallEvent[]): void
  /** Every wanted event as it came, for questions of the dialplan that are no facts about a call. */
  onMessage?(message: AmiMessage): void
  /** A session has begun and is identified: a snapshot is due. */
  onUp(): void
  onDown(): void
  now?: () => number
}

/** Name of Asterisk's own queue (`queues.conf`). */
export const nativeQueueName = 'hotline'

export function createLink(options: LinkOptions): Link {
  const { log } = options
  const now = options.now ?? Date.now
  const legs = createLegs()
  const phones = new Map<string, PhoneState>()
  let node: string | null = null
  let boot: string | null = null
  let known = false
  /** Numbers the sessions, so that an answer of an old one is not taken for this one's. */
  let session = 0
  /** What came in while a snapshot was being read: the rows may be older than it. */
  let meanwhile: AmiMessage[] | null = null
  let retry: NodeJS.Timeout | undefined

  const ami = createAmiConnection({
    target: options.target,
    connect: options.connect,
    log,
    wanted: wantedEvents,
    onEvent(message) {
      // Asterisk tells its end; the calls that go with it are found by the next resync.
      if (message.name === 'Shutdown') return ami.drop('Asterisk shuts down')
      if (!node) return
      meanwhile?.push(message)
      tell(digest(message, legs, node, now()))
      options.onMessage?.(message)
    },
    onUp: () => void identify(++session),
    onDown() {
      session++
      known = false
      clearTimeout(retry)
      options.onDown()
    },
  })

  function tell(events: CallEvent[]): void {
    for (const event of events) if (event.type === 'deviceState') phones.set(event.phone, event.state)
    if (events.length > 0) options.onEvents(events)
  }

  async function identify(mine: number): Promise<void> {
    try {
      const [settings, status] = await Promise.all([ami.request('CoreSettings'), ami.request('CoreStatus')])
      if (mine !== session) return
      const name = settings.fields['SystemName'] || options.target.host
      const started = `${status.fields['CoreStartupDate']} ${status.fields['CoreStartupTime']}`
      if (boot !== null && boot !== started) log.warn({ node: name }, 'Asterisk has restarted')
      node = name
      boot = started
      options.onUp()
    } catch (error) {
      if (mine !== session) return
      // Asterisk lets us in before all its modules are loaded.
      log.info({ reason: (error as Error).message }, 'Asterisk cannot be identified yet')
      retry = setTimeout(() => void identify(mine), 500)
    }
  }

  return {
    ami,
    legs,
    node: () => node,
    boot: () => boot,
    isKnown: () => known,
    phoneState: (phone) => (known ? (phones.get(phone) ?? 'unknown') : 'unknown'),
    async snapshot() {
      const mine = session
      const name = node
      if (!name) throw new Error('Asterisk is not identified')
      meanwhile = []
      try {
        const [rows, devices, queue] = await Promise.all([
          ami.list('Status', { Variables: snapshotVariables.join(',') }),
          ami.list('DeviceStateList'),
          ami.list('QueueStatus', { Queue: nativeQueueName }),
        ])
        if (mine !== session) throw new Error('the session ended during the snapshot')
        const channels = rows.filter((row) => row.name === 'Status')
        const states = devices.flatMap((item) => deviceFact(item, name, now()))
        legs.snapshot(channels)
        phones.clear()
        for (const state of states) phones.set(state.phone, state.state)
        // Told again: of a call that began in the gap the old model could make nothing.
        for (const message of meanwhile) tell(digest(message, legs, name, now()))
        known = true
        // A leg that has just ended may still have a row.
        const alive = channels.filter((row) => legs.leg(row.fields['Uniqueid'] ?? '') !== null)
        return { rows: alive, devices: states, members: queue.flatMap(memberOf) }
      } finally {
        meanwhile = null
      }
    },
    async stop() {
      session++
      clearTimeout(retry)
      await ami.stop()
    },
  }
}

function deviceFact(item: AmiMessage, node: string, at: number): DeviceFact[] {
  const phone = phoneOf(item.fields['Device'])
  if (!phone) return []
  const state = toPhoneState(item.fields['State'])
  return [{ type: 'deviceState', key: `${node}/${phone}/${at}`, node, at, phone, state }]
}

function memberOf(item: AmiMessage): QueueMember[] {
  if (item.name !== 'QueueMember') return []
  const phone = phoneOf(item.fields['Location'] ?? item.fields['Interface'])
  return phone ? [{ phone, paused: item.fields['Paused'] === '1' }] : []
}
