import type { InboundText } from '../../src/channels/channel.ts'
import type { CallFact } from '../../src/telephony/call-event.ts'
import { createPii } from '../../src/base/pii.ts'
import { createLog } from '../../src/base/log.ts'
import type { CallListeners } from '../../src/contacts/calls.ts'
import type { SendToRequester } from '../../src/contacts/conversations.ts'
import { contactLimits, createContactDoor, createContacts } from '../../src/contacts/service.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { freshDatabase } from './services.ts'

export const testPii = createPii('a secret of the tests, thirty-two characters')
export const silentLog = createLog('silent')

/** A ledger of contacts on a database of its own; the neighbours are told nothing unless a test listens. */
export async function startContacts(
  listeners: Partial<CallListeners> = {},
  neighbours: { send?: SendToRequester } = {},
) {
  const database = await freshDatabase()
  const db: Db = createPool(database.url, silentLog)
  const requesters = createRequesters(db, testPii)
  const door = createContactDoor(db, contactLimits)
  const contacts = createContacts(door, {
    db,
    requesters,
    screen: (text) => ({ emergency: text.includes('着火'), urgent: false }),
    requirementFor: () => ({}),
    seal: testPii.seal,
    wake: () => {},
    log: silentLog,
    listeners: {
      deviceState: async () => {},
      agentOfPhone: async () => null,
      phoneFailed: async () => {},
      emergency: async () => {},
      arrived: async () => {},
      stranded: async () => {},
      ...listeners,
    },
    send: neighbours.send ?? (async () => {}),
    registrar: { register: async () => ({ number: 'T-1' }), find: async () => null },
    limits: contactLimits,
  })
  return {
    db,
    url: database.url,
    requesters,
    contacts,
    async stop() {
      await db.end()
      await database.drop()
    },
  }
}

let serial = 0
export function sms(from: string, text: string, more: Partial<InboundText> = {}): InboundText {
  return {
    channel: 'sms',
    account: '12345',
    providerId: `m${++serial}`,
    from,
    kind: 'text',
    text,
    receivedAt: new Date().toISOString(),
    ...more,
  }
}

type FactOf<T extends CallFact['type']> = Extract<CallFact, { type: T }>

/** A fact about a call, `seconds` after its arrival at 10:00 Shanghai time. */
export function fact<T extends CallFact['type']>(
  callId: string,
  type: T,
  seconds: number,
  fields: Omit<FactOf<T>, 'type' | 'key' | 'callId' | 'node' | 'at'>,
): CallFact {
  const at = Date.parse('2026-03-02T02:00:00Z') + seconds * 1000
  return { type, key: `${callId}:${type}:${seconds}`, callId, node: 'n1', at, ...fields } as CallFact
}

export const arrived = (callId: string, ani: string): CallFact =>
  fact(callId, 'callArrived', 0, { ani, withheld: ani === '', dnis: '12345' })
export const heldNew = (callId: string): CallFact =>
  fact(callId, 'callHeld', 1, { holdN: 1, reason: 'new', lastDial: '', emergency: false })
export const ended = (callId: string, seconds: number, answered = false): CallFact =>
  fact(callId, 'callEnded', seconds, {
    stage: answered ? 'talk' : 'hold',
    cause: 16,
    phone: null,
    answered,
  })
