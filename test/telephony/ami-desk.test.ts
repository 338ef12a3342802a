import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPool, type Db } from '../../src/db/pool.ts'
import { recordingKey } from '../../src/telephony/recording-file.ts'
import { createRecordings, type Recordings } from '../../src/telephony/recording.ts'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import { runFolder } from '../support/services.ts'
import { endAllSipp, placeCall, startPhones, type Call } from '../support/sipp.ts'
import {
  beating,
  linkIs,
  startGateway,
  soon,
  startWire,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** What a desk needs of telephony beside the call itself: the mirror of sign-ins, call backs, recordings. */

let asterisk: TestAsterisk
let gateway: TestGateway
let wire: Awaited<ReturnType<typeof startWire>>
let recordings: Recordings
let db: Db
let eye: TestAmi
const signedIn: { phone: string; paused: boolean }[] = []

const phone = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(['greeting', 'notice', 'keys', 'called-back', 'call-back']),
    timings: { slice: 2, qualify: 0 },
  })
  eye = await TestAmi.connect(asterisk)
  const [bank] = asterisk.banks
  await startPhones({ host: bank?.host ?? '', port: bank?.port ?? 0, answerAfterMs: 100 })
  const database = await telephonyDatabase()
  wire = await startWire(asterisk.options.amiPort)
  const log = pino({ level: 'silent' })
  db = createPool(database.url, log, 2)
  const dir = join(runFolder(), `recordings-${asterisk.options.systemName}`)
  mkdirSync(dir, { recursive: true })
  const key = recordingKey('a secret of more than thirty-two characters')
  recordings = createRecordings({ db, dir, keys: [key], log, restMs: 200, reserveBytes: 0 })
  gateway = startGateway([asterisk], database, {
    amiPort: wire.port,
    resumeAfterMs: 500,
    signedIn: { list: () => Promise.resolve(signedIn) },
  })
  gateway.ledger.after = async (fact) => {
    if (fact.type === 'callArrived') await gateway.telephony.control.claim(fact.callId)
  }
  await beating(gateway)
})

afterAll(async () => {
  eye?.close()
  await db?.end()
  await stopGateways()
  await endAllSipp()
  await asterisk?.stop()
})

let callers = 0

async function talking(agent: string): Promise<{ call: Call; callId: string; from: string }> {
  const from = `1380003${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '8890', from })
  const { callId } = await gateway.ledger.until('callArrived', (fact) => fact.ani === from)
  await gateway.ledger.until('callHeld', (fact) => fact.callId === callId)
  await gateway.telephony.control.ringPhone(callId, agent, 5)
  await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
  return { call, callId, from }
}

describe('the mirror in Asterisk’s own queue', () => {
  const members = async (): Promise<string[]> => {
    const shown = await asterisk.cli('queue show hotline')
    return shown
      .split('\n')
      .flatMap((line) => /^\s+(\d{4}) \(PJSIP.*?(\(paused[^)]*\))?/.exec(line)?.slice(1, 2) ?? [])
      .sort()
  }

  it('follows sign-in, pause and sign-out, however often these are told', async () => {
    const { nativeQueue } = gateway.telephony
    await nativeQueue.put(phone(0), false)
    await nativeQueue.put(phone(0), false)
    await nativeQueue.put(phone(1), true)
    expect(await members()).toEqual([phone(0), phone(1)])
    expect(await asterisk.cli('queue show hotline')).toMatch(new RegExp(`${phone(1)}.*paused`))
    await nativeQueue.put(phone(1), false)
    expect(await asterisk.cli('queue show hotline')).not.toMatch(/paused/)
    await nativeQueue.remove(phone(0))
    await nativeQueue.remove(phone(0))
    expect(await members()).toEqual([phone(1)])
    await nativeQueue.remove(phone(1))
  })

  it('is put right after a gap in which agents came and went', async () => {
    await gateway.telephony.nativeQueue.put(phone(2), false)
    signedIn.splice(0, signedIn.length, { phone: phone(3), paused: true }, { phone: phone(4), paused: false })
    await wire.cut()
    await linkIs(gateway, false)
    await gateway.telephony.nativeQueue.put(phone(5), false)
    await wire.mend()
    await soon(async () => expect(await members()).toEqual([phone(3), phone(4)]))
    signedIn.splice(0)
    await beating(gateway)
  })
})

describe('a call back', () => {
  it('reaches the citizen, then the agent, under the contact’s own name', async () => {
    const citizen = await startPhones({ ...asterisk.trunk, answerAfterMs: 200 })
    const contact = 'n0-1700000000.1'
    expect(await gateway.telephony.control.callBack(contact, phone(6), '13800000001')).toEqual({ sent: true })
    await gateway.ledger.until('calledBack', (fact) => fact.callId === contact)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === contact && fact.phone === phone(6))
    expect(await gateway.telephony.control.hold(contact)).toEqual({ sent: true })
    await gateway.ledger.until('legHeld', (fact) => fact.callId === contact)
    expect(await gateway.telephony.control.resume(contact)).toEqual({ sent: true })
    await gateway.ledger.until('legResumed', (fact) => fact.callId === contact)
    await gateway.ledger.until('legResumed', (fact) => fact.callId === contact)
    // He is on the line: the next agent has only to be rung.
    expect(await gateway.telephony.control.backToHold(contact)).toEqual({ sent: true })
    await gateway.ledger.until('callHeld', (fact) => fact.callId === contact)
    await gateway.ledger.until('confLeft', (fact) => fact.callId === contact && fact.role === 'agent')
    expect(await gateway.telephony.control.callBack(contact, phone(7), '13800000001')).toEqual({ sent: true })
    await gateway.ledger.until('callBridged', (fact) => fact.callId === contact && fact.phone === phone(7))
    expect(await gateway.telephony.control.hangup(contact)).toEqual({ sent: true })
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === contact)
    expect(end).toMatchObject({ answered: true, phone: phone(7) })
    await citizen.kill()
  })

  it('says so when the citizen is not reached', async () => {
    const citizen = await startPhones({ ...asterisk.trunk, refuseWith: '486 Busy Here' })
    const contact = 'n0-1700000000.2'
    await gateway.telephony.control.callBack(contact, phone(7), '13800000002')
    const failed = await gateway.ledger.until('callBackFailed', (fact) => fact.callId === contact)
    expect(failed.status).toBe('BUSY')
    await citizen.kill()
  })
})

describe('a conversation', () => {
  it('is recorded, and its recording ends up encrypted and off the node', async () => {
    const { call, callId } = await talking(phone(8))
    const { control } = gateway.telephony
    expect(await control.pauseRecording(callId, true)).toEqual({ sent: true })
    expect(await control.pauseRecording(callId, false)).toEqual({ sent: true })
    // Long enough for a few packets of sound.
    await soon(async () => {
      const [name] = (await readdir(asterisk.paths.recordings)).filter((one) => one.startsWith(callId))
      expect(name).toBe(`${callId}.wav`)
    })
    const node = asterisk.options.systemName
    const live = (id: string): boolean => id === callId
    await recordings.collect(node, asterisk.paths.recordings, live)
    expect(await recordings.ofCall(callId)).toEqual([])
    expect(await readdir(asterisk.paths.recordings)).toContain(`${callId}.wav`)
    await call.hangUp()
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    await vi.waitFor(
      async () => {
        await recordings.collect(node, asterisk.paths.recordings, () => false)
        expect(await recordings.ofCall(callId)).toHaveLength(1)
      },
      { timeout: 10_000, interval: 100 },
    )
    const [recording] = await recordings.ofCall(callId)
    const sound = await buffer((await recordings.open(recording!.id))!)
    expect(sound.subarray(0, 4).toString()).toBe('RIFF')
    expect(sound.length).toBe(recording!.bytes)
    expect((await readdir(asterisk.paths.recordings)).filter((name) => name.startsWith(callId))).toEqual([])
  })

  it('shows the phone as in use, and free again afterwards', async () => {
    const { call } = await talking(phone(9))
    await soon(() => expect(gateway.telephony.phoneState(phone(9))).toBe('inUse'))
    await call.hangUp()
    await soon(() => expect(gateway.telephony.phoneState(phone(9))).toBe('notInUse'))
  })
})
