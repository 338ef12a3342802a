import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPool } from '../../../src/db/pool.ts'
import type { CallEvent } from '../../../src/telephony/call-event.ts'
import { createTelephony, type Telephony } from '../../../src/telephony/service.ts'
import { freshDatabase, type TestDatabase } from '../../support/services.ts'
import { defaults, ok, startFakeAmi, type Action, type Session } from '../../unit/telephony/fake-ami.ts'

/**
 * `gone` makes the reconciler act, so it may be said only when no fact of the call is still on its way to the ledger.
 * Asterisk is a fake that only speaks the protocol; leases and marks are PostgreSQL's.
 */

let database: TestDatabase
const log = pino({ level: 'silent' })
const callId = 'n1-1800000000.1'
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await freshDatabase()
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
afterAll(() => database.drop())

/** Asterisk's clock, seconds; moves with every ping, so that the mark of the node can pass what was heard. */
let seconds = 1_800_000_000

function answer(action: Action, session: Session): string[] | null {
  switch (action['Action']) {
    case 'CoreSettings':
      return ok(action, 'SystemName: n1')
    case 'CoreStatus':
      return ok(action, 'CoreStartupDate: 2027-01-15', 'CoreStartupTime: 08:00:00')
    case 'Ping':
      return ok(action, 'Ping: Pong', `Timestamp: ${(seconds += 10)}.000001`)
    case 'Status':
    case 'DeviceStateList':
    case 'QueueStatus':
      session.send('Response: Success', `ActionID: ${action['ActionID']}`, 'EventList: start')
      session.send('Event: Complete', `ActionID: ${action['ActionID']}`, 'EventList: Complete')
      return null
    default:
      return defaults(action)
  }
}

const said = (name: string, ...more: string[]): string[] => [
  'Event: UserEvent',
  `UserEvent: ${name}`,
  `ContactId: ${callId}`,
  `Uniqueid: ${callId}`,
  `Linkedid: ${callId}`,
  'Channel: PJSIP/trunk-00000001',
  `Timestamp: ${seconds}.500000`,
  ...more,
]

/** A gateway whose commits the test lets through. */
function gateway(id: string, target: Awaited<ReturnType<typeof startFakeAmi>>['target']) {
  const db = createPool(database.url, log, 4)
  const gate = { open: true, waiting: [] as (() => void)[], handled: [] as string[] }
  const spool = { depth: 0, append: () => Promise.resolve() }
  const telephony: Telephony = createTelephony({
    nodes: [{ target, files: null }],
    gatewayId: id,
    db,
    sink: {
      async handle(event: CallEvent) {
        if (!gate.open) await new Promise<void>((go) => gate.waiting.push(go))
        gate.handled.push(event.type)
      },
    },
    openCalls: { list: () => Promise.resolve([]) },
    spool,
    healthy: { check: () => Promise.resolve(true) },
    signedIn: { list: () => Promise.resolve([]) },
    recordings: null,
    log,
  })
  const letThrough = (): void => {
    gate.open = true
    gate.waiting.splice(0).forEach((go) => go())
  }
  stops.push(async () => {
    letThrough()
    await telephony.stop()
    await db.end()
  })
  return { telephony, gate, letThrough, spool, health: () => telephony.health()[0]! }
}

const soon = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000 })

describe('a call that Asterisk does not know any more', () => {
  it('is gone only when the ledger has learnt how it went, at the owner and beside him', async () => {
    const fake = await startFakeAmi(answer)
    stops.push(() => fake.stop())
    const owner = gateway('owner', fake.target)
    await soon(() => expect(owner.health().inStep).toBe(true))
    const other = gateway('other', fake.target)
    await soon(() => expect(other.health().linkUp).toBe(true))
    const states = () => Promise.all([owner, other].map(({ telephony }) => telephony.callState(callId)))
    await soon(async () => expect(await states()).toEqual(['gone', 'gone']))

    const tell = (...lines: string[]): void => fake.sessions.forEach((session) => session.send(...lines))
    owner.gate.open = false
    tell(...said('ContactNew', 'Dnis: 12345', 'Ani: 13800000001', 'Withheld: 0'))
    await soon(async () => expect(await states()).toEqual(['waiting', 'waiting']))
    // Long gone, live, and so young that it may not have been heard of here.
    const rings = ['n1-1700000000.1', callId, `n1-${Math.round(Date.now() / 1_000)}.2`]
    expect(rings.map((id) => owner.telephony.mayRing(id))).toEqual([false, true, true])
    tell(...said('ContactEnd', 'Stage: talk', 'Cause: 16', 'Answered: 1', 'Agent: 1001'))
    await soon(() => expect(owner.telephony.health()[0]?.queueDepth).toBe(2))
    await soon(async () => expect(await states()).toEqual(['unknown', 'unknown']))

    owner.letThrough()
    await soon(() => expect(owner.gate.handled).toEqual(['callArrived', 'callEnded']))
    await soon(async () => expect(await states()).toEqual(['gone', 'gone']))

    // What lies in the spool is not in the ledger either.
    owner.spool.depth = 1
    expect(await owner.telephony.callState(callId)).toBe('unknown')
  }, 40_000)
})
