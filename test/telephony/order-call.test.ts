import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { OutCallPlace } from '../../src/telephony/outgoing-calls.ts'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import { endAllSipp, startPhones, type Phones } from '../support/sipp.ts'
import {
  beating,
  soon,
  startGateway,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** Staff call a requester whose number they do not see: telephony's part, on a real Asterisk with real SIP calls. */

let asterisk: TestAsterisk
let gateway: TestGateway
let eye: TestAmi
let desks: Phones
let away: Phones
let citizens: Phones | null = null

const answers = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(['order-call', 'notice', 'called-back', 'dismissed']),
    timings: { citizenRing: 3, qualify: 0 },
  })
  eye = await TestAmi.connect(asterisk)
  const [quick, slow] = asterisk.banks
  desks = await startPhones({ host: quick?.host ?? '', port: quick?.port ?? 0, answerAfterMs: 200 })
  away = await startPhones({ host: slow?.host ?? '', port: slow?.port ?? 0 })
  gateway = startGateway([asterisk], await telephonyDatabase())
  await beating(gateway)
}, 60_000)
afterEach(async () => {
  await citizens?.kill()
  citizens = null
})
afterAll(async () => {
  await stopGateways()
  eye?.close()
  await endAllSipp()
  await asterisk?.stop()
}, 60_000)

let serial = 0
const someone = (): string => `1380000${String(9_000 + (serial += 1))}`

async function call(phone: string, number: string): Promise<OutCallPlace> {
  const { control } = gateway.telephony
  const place = await control.placeOut(phone)
  expect(place).not.toBeNull()
  expect(await control.callOut(place!, phone, number)).toEqual({ sent: true })
  return place!
}

const atHome = async (options: Partial<Parameters<typeof startPhones>[0]> = {}): Promise<Phones> =>
  (citizens = await startPhones({ ...asterisk.trunk, answerAfterMs: 300, ...options }))

const nobodyLeft = (): Promise<void> =>
  soon(async () => expect(await asterisk.cli('core show channels count')).toMatch(/^0 active channels/))

describe('a call to a requester', () => {
  it('rings the phone of whoever calls, then him, joins the two and ends once', async () => {
    const home = await atHome()
    const number = someone()
    const { callId, account } = await call(answers(0), number)
    expect(account).toBe('12345')
    await gateway.ledger.until('outPhoneAnswered', (fact) => fact.callId === callId)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId && fact.phone === answers(0))
    expect(home.records().filter(({ what }) => what === 'rings')).toMatchObject([
      { detail: expect.stringContaining(number) },
    ])
    expect(home.messages()).toContain('From: <sip:12345@')
    await home.hangUp(number)
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ stage: 'talk', answered: true, phone: answers(0) })
    expect(gateway.ledger.story(callId)).toEqual([
      'outPhoneAnswered',
      'callAnswered',
      'callBridged',
      'callEnded',
    ])
    await nobodyLeft()
  })

  it('says nothing of his number: not to the phone, not in a log, not in a record', async () => {
    await atHome()
    const number = someone()
    const { callId } = await call(answers(1), number)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
    await gateway.telephony.control.hangup(callId)
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    // The phone writes its messages down in its own time.
    const heard = await soon(() => {
      const written = desks.messages()
      expect(written).toContain(`X-Contact-Id: ${callId}`)
      return written
    })
    expect(heard).toContain('From: <sip:12345@')
    expect(heard).not.toContain(number)
    const record = await soon(() => {
      const line = readFileSync(asterisk.paths.contactsCsv, 'utf8')
        .split('\n')
        // Of the records of a call one tells how it ended.
        .find((text) => text.startsWith(`"${callId}"`) && text.split(',')[7] === '"1"')
      expect(line).toBeDefined()
      return line
    })
    expect(record).toContain(`"${answers(1)}","1"`)
    for (const file of ['messages', 'security', 'queue_log', 'cdr-custom/contacts.csv'])
      expect(readFileSync(join(asterisk.paths.log, file), 'utf8')).not.toContain(number)
    expect(JSON.stringify([...gateway.ledger.facts.values()])).not.toContain(number)
  })

  it('is held and taken back, and ends for both when either hangs up in the room', async () => {
    await atHome()
    const { control } = gateway.telephony
    const { callId } = await call(answers(2), someone())
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
    expect(await control.hold(callId)).toEqual({ sent: true })
    await gateway.ledger.until('legHeld', (fact) => fact.callId === callId)
    expect(await control.resume(callId)).toEqual({ sent: true })
    await gateway.ledger.until('legResumed', (fact) => fact.callId === callId)
    // Nobody else takes him over, and he waits in no queue.
    expect(await control.backToHold(callId)).toEqual({ sent: false, why: 'wrongStage' })
    expect(await control.blindTransfer(callId, answers(3), 5)).toEqual({ sent: false, why: 'wrongStage' })
    expect(await control.toNative(callId)).toEqual({ sent: false, why: 'wrongStage' })
    await desks.hangUp(answers(2))
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ answered: true, phone: answers(2) })
    await nobodyLeft()
  })

  it('ends for him, too, when the line of whoever called is lost while he hears music', async () => {
    await atHome()
    const { callId } = await call(answers(4), someone())
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
    await gateway.telephony.control.hold(callId)
    await gateway.ledger.until('legHeld', (fact) => fact.callId === callId)
    await desks.hangUp(answers(4))
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(gateway.ledger.story(callId)).not.toContain('callHeld')
    expect(gateway.ledger.story(callId)).not.toContain('callNative')
    await nobodyLeft()
  })

  it('is joined by an emergency line, and goes on between the two when that is called off', async () => {
    await atHome()
    const line = await startPhones({ ...asterisk.emergency, answerAfterMs: 300 })
    try {
      const { control } = gateway.telephony
      const { callId } = await call(answers(3), someone())
      await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
      expect(await control.startReferral(callId, '110')).toEqual({ sent: true })
      await line.record(({ what }) => what === 'rings')
      await gateway.ledger.until(
        'confJoined',
        (fact) => fact.callId === callId && fact.role === 'emergency' && fact.party === '110',
      )
      expect(await control.cancelReferral(callId)).toEqual({ sent: true })
      await gateway.ledger.until('confLeft', (fact) => fact.callId === callId && fact.role === 'emergency')
      // Still together: whoever called can put him on hold.
      expect(await control.hold(callId)).toEqual({ sent: true })
      await gateway.ledger.until('legHeld', (fact) => fact.callId === callId && fact.phone === answers(3))
      expect(gateway.ledger.story(callId)).not.toContain('callEnded')
      await control.hangup(callId)
      await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
      await nobodyLeft()
    } finally {
      await line.kill()
    }
  })

  it.each([
    ['he is busy', { refuseWith: '486 Busy Here' as const }, { status: 'BUSY', cause: 17 }],
    ['he declines', { refuseWith: '603 Decline' as const }, { cause: 21 }],
    ['he does not answer', { answerAfterMs: 60_000 }, { status: 'NOANSWER' }],
  ])('says why, once, when %s', async (_how, options, result) => {
    await atHome(options)
    const { callId } = await call(answers(5), someone())
    const failed = await gateway.ledger.until('outFailed', (fact) => fact.callId === callId)
    expect(failed).toMatchObject(result)
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ stage: 'outDial', answered: false })
    expect(gateway.ledger.story(callId)).toEqual(['outPhoneAnswered', 'outFailed', 'callEnded'])
  })

  it('dials no number outside the list', async () => {
    const home = await atHome()
    for (const number of ['0085212345678', '110', '116114']) {
      const { callId } = await call(answers(6), number)
      const failed = await gateway.ledger.until('outFailed', (fact) => fact.callId === callId)
      expect(failed.status).toBe('REFUSED')
      await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    }
    expect(home.records()).toEqual([])
  })

  it('calls nobody when the phone of whoever calls is not taken, or rings no more', async () => {
    const home = await atHome()
    const { callId } = await call(rings(0), someone())
    await away.record(({ what, detail }) => what === 'rings' && detail.startsWith(rings(0)))
    await soon(async () => expect(await gateway.telephony.callState(callId)).toBe('busy'))
    expect(await gateway.telephony.control.hangup(callId)).toEqual({ sent: true })
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ stage: 'outPhone', answered: false })
    expect(home.records()).toEqual([])
    await nobodyLeft()
  })

  it('is recorded under its own name, after the notice', async () => {
    await atHome()
    const { callId } = await call(answers(7), someone())
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId)
    await soon(() =>
      expect(readFileSync(join(asterisk.paths.recordings, `${callId}.wav`)).length).toBeGreaterThan(8_000),
    )
    await gateway.telephony.control.hangup(callId)
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
  })
})

describe('a gateway that was away', () => {
  it('learns how a call went that ended meanwhile, and sees the one that goes on', async () => {
    const home = await atHome()
    const [first, second] = [someone(), someone()]
    const gone = await call(answers(8), first)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === gone.callId)
    const stays = await call(answers(9), second)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === stays.callId)
    const before = gateway
    await before.kill()
    await home.hangUp(first)
    gateway = startGateway([asterisk], await telephonyDatabase(), { ledger: before.ledger })
    await beating(gateway)
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === gone.callId)
    expect(end).toMatchObject({ answered: true, recovered: true })
    expect(gateway.ledger.story(stays.callId)).not.toContain('callEnded')
    expect(await gateway.telephony.control.hangup(stays.callId)).toEqual({ sent: true })
    await gateway.ledger.until('callEnded', (fact) => fact.callId === stays.callId)
    expect([...gateway.ledger.facts.values()].map(({ type }) => type)).not.toContain('callArrived')
  })
})

it('made Asterisk complain about nothing', () => {
  expect(asterisk.complaints()).toEqual([])
})
