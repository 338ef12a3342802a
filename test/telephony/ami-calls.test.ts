import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import { endAllSipp, placeCall, startPhones, type Call, type Sipp } from '../support/sipp.ts'
import {
  beating,
  startGateway,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** The gateway's telephony on a real Asterisk with real SIP calls. */

let asterisk: TestAsterisk
let gateway: TestGateway
let eye: TestAmi

const answers = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(['greeting', 'notice', 'keys', 'called-back', 'dismissed']),
    // Far ends come and go here; what OPTIONS said of them a moment ago must not decide.
    timings: { slice: 2, sayEvery: 4, ring: 2, qualify: 0 },
  })
  eye = await TestAmi.connect(asterisk)
  const [quick, slow] = asterisk.banks
  await startPhones({ host: quick?.host ?? '', port: quick?.port ?? 0, answerAfterMs: 200 })
  await startPhones({ host: slow?.host ?? '', port: slow?.port ?? 0 })
  gateway = startGateway([asterisk], await telephonyDatabase())
  gateway.ledger.after = async (fact) => {
    if (fact.type === 'callArrived') await gateway.telephony.control.claim(fact.callId)
  }
  await beating(gateway)
})

afterAll(async () => {
  await stopGateways()
  eye?.close()
  await endAllSipp()
  await asterisk?.stop()
})

let callers = 0

async function heldCaller(): Promise<{ call: Call; callId: string }> {
  const from = `1380000${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', from })
  const { callId } = await gateway.ledger.until('callArrived', (fact) => fact.ani === from)
  await gateway.ledger.until('callHeld', (fact) => fact.callId === callId)
  return { call, callId }
}

/** A caller who talks with the phone. */
async function talking(phone: string): Promise<{ call: Call; callId: string }> {
  const held = await heldCaller()
  expect(await gateway.telephony.control.ringPhone(held.callId, phone, 5)).toEqual({ sent: true })
  await gateway.ledger.until('callBridged', (fact) => fact.callId === held.callId && fact.phone === phone)
  return held
}

describe('a call', () => {
  it('is announced, held, rung, answered, bridged and ended, each once and in order', async () => {
    const { call, callId } = await talking(answers(0))
    await call.hangUp()
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ stage: 'talk', answered: true, phone: answers(0) })
    expect(gateway.ledger.story(callId)).toEqual([
      'callArrived',
      'callHeld',
      'callRinging',
      'callAnswered',
      'callBridged',
      'callEnded',
    ])
    expect(gateway.telephony.health()[0]?.queueDepth).toBe(0)
  })

  it('comes back to hold when the phone is not answered, and can be sent to the next', async () => {
    const { call, callId } = await heldCaller()
    await gateway.telephony.control.ringPhone(callId, rings(0), 1)
    const ended = await gateway.ledger.until('dialEnded', (fact) => fact.callId === callId)
    expect(ended).toMatchObject({ phone: rings(0), status: 'NOANSWER' })
    await gateway.ledger.until('callHeld', (fact) => fact.callId === callId && fact.holdN === 2)
    await gateway.telephony.control.ringPhone(callId, answers(1), 5)
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId && fact.phone === answers(1))
    await call.hangUp()
  })

  it('rings a phone once though it is asked for twice at the same moment', async () => {
    const { call, callId } = await heldCaller()
    const { control } = gateway.telephony
    await control.ringPhone(callId, rings(1), 3)
    await gateway.ledger.until('callRinging', (fact) => fact.callId === callId)
    expect(await control.ringPhone(callId, rings(1), 3)).toEqual({ sent: true })
    await gateway.ledger.until('callHeld', (fact) => fact.callId === callId && fact.holdN === 2)
    expect(gateway.ledger.story(callId).filter((type) => type === 'callRinging')).toHaveLength(1)
    await call.hangUp()
  })

  it('moves to another phone by two redirects at once: the second waits until it can be done', async () => {
    const { call, callId } = await heldCaller()
    const { control } = gateway.telephony
    const [first, second] = await Promise.all([
      control.ringPhone(callId, rings(2), 5),
      control.ringPhone(callId, answers(2), 5),
    ])
    expect([first, second]).toEqual([{ sent: true }, { sent: true }])
    await gateway.ledger.until('callBridged', (fact) => fact.callId === callId && fact.phone === answers(2))
    await call.hangUp()
  })

  it('is taken back from a phone that rings, and nobody is cut off', async () => {
    const { call, callId } = await heldCaller()
    const { control } = gateway.telephony
    await control.ringPhone(callId, rings(3), 20)
    await gateway.ledger.until('callRinging', (fact) => fact.callId === callId)
    expect(await control.backToHold(callId)).toEqual({ sent: true })
    const held = await gateway.ledger.until('callHeld', (fact) => fact.callId === callId && fact.holdN === 2)
    expect(held.reason).toBe('asked')
    expect(gateway.ledger.story(callId)).not.toContain('callEnded')
    await call.hangUp()
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ stage: 'hold', answered: false })
  })

  it('is refused as gone once the caller has hung up', async () => {
    const { call, callId } = await heldCaller()
    await call.hangUp()
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    const { control } = gateway.telephony
    const gone = { sent: false, why: 'gone' }
    expect(await control.ringPhone(callId, answers(0), 5)).toEqual(gone)
    expect(await control.backToHold(callId)).toEqual(gone)
    expect(await control.claim(callId)).toEqual(gone)
    expect(await control.hangup(callId)).toEqual(gone)
  })

  it('is left alone once Asterisk’s own queue has it', async () => {
    const { call, callId } = await heldCaller()
    const { control } = gateway.telephony
    await control.toNative(callId)
    await gateway.ledger.until('callNative', (fact) => fact.callId === callId)
    expect(await control.ringPhone(callId, answers(0), 5)).toEqual({ sent: false, why: 'native' })
    await call.hangUp()
  })

  it('ends when the gateway hangs up', async () => {
    const { call, callId } = await talking(answers(3))
    expect(await gateway.telephony.control.hangup(callId)).toEqual({ sent: true })
    await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(await call.ended).toBe(0)
  })
})

describe('with an agent', () => {
  it('is put on hold and taken back, twice', async () => {
    const { call, callId } = await talking(answers(4))
    const { control } = gateway.telephony
    for (const round of [1, 2]) {
      expect(await control.hold(callId)).toEqual({ sent: true })
      await gateway.ledger.until('legHeld', () => count(callId, 'legHeld') === round)
      expect(await control.resume(callId)).toEqual({ sent: true })
      await gateway.ledger.until('legResumed', () => count(callId, 'legResumed') === round)
    }
    expect(gateway.ledger.story(callId)).not.toContain('callEnded')
    await call.hangUp()
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end).toMatchObject({ answered: true, phone: answers(4) })
  })

  it('is handed to a colleague after a consultation', async () => {
    const { call, callId } = await talking(answers(5))
    const { control } = gateway.telephony
    expect(await control.consult(callId, answers(6))).toEqual({ sent: true })
    await gateway.ledger.until('consultAnswered', (fact) => fact.callId === callId)
    expect(await control.completeTransfer(callId)).toEqual({ sent: true })
    await gateway.ledger.until(
      'confJoined',
      (fact) => fact.callId === callId && fact.role === 'agent' && fact.party === answers(6),
    )
    await gateway.ledger.until('confJoined', (fact) => fact.callId === callId && fact.role === 'caller')
    await call.hangUp()
    const end = await gateway.ledger.until('callEnded', (fact) => fact.callId === callId)
    expect(end.phone).toBe(answers(6))
  })

  it('is joined with the agent again when the consultation ends', async () => {
    const { call, callId } = await talking(answers(7))
    const { control } = gateway.telephony
    await control.consult(callId, answers(8))
    await gateway.ledger.until('consultAnswered', (fact) => fact.callId === callId)
    expect(await control.endConsult(callId)).toEqual({ sent: true })
    await gateway.ledger.until('consultEnded', (fact) => fact.callId === callId)
    await gateway.ledger.until('legResumed', (fact) => fact.callId === callId)
    await call.hangUp()
  })

  it('goes to another phone at once, and back to hold when that is not answered', async () => {
    const { call, callId } = await talking(answers(9))
    expect(await gateway.telephony.control.blindTransfer(callId, rings(4), 1)).toEqual({ sent: true })
    await gateway.ledger.until('callHeld', (fact) => fact.callId === callId && fact.holdN === 2)
    await call.hangUp()
  })
})

const count = (callId: string, type: string): number =>
  gateway.ledger.story(callId).filter((one) => one === type).length

describe('an emergency referral', () => {
  let line: Sipp
  afterEach(async () => line?.kill())

  it('joins caller, agent and line; the agent leaves, the caller stays with the line', async () => {
    line = await startPhones({ ...asterisk.emergency, answerAfterMs: 300 })
    const { call, callId } = await talking(answers(0))
    const { control } = gateway.telephony
    expect(await control.agentLeaves(callId, answers(0))).toEqual({ sent: false, why: 'wrongStage' })
    expect(await control.startReferral(callId, '110')).toEqual({ sent: true })
    const joined = await gateway.ledger.until(
      'confJoined',
      (fact) => fact.callId === callId && fact.role === 'emergency',
    )
    expect(joined.party).toBe('110')
    expect(await control.lineState(callId, '110')).toBe('joined')
    expect(await control.lineState(callId, '119')).toBe('none')
    expect(await control.agentLeaves(callId, answers(0))).toEqual({ sent: true })
    await gateway.ledger.until('confLeft', (fact) => fact.callId === callId && fact.role === 'agent')
    expect(gateway.ledger.story(callId)).not.toContain('callEnded')
    await call.hangUp()
  })

  it('leaves the caller with his agent when the line does not answer', async () => {
    line = await startPhones({ ...asterisk.emergency, refuseWith: '486 Busy Here' })
    const { call, callId } = await talking(answers(1))
    await gateway.telephony.control.startReferral(callId, '119')
    const failed = await gateway.ledger.until('confFailed', (fact) => fact.callId === callId)
    expect(failed).toMatchObject({ party: '119', status: 'BUSY' })
    await gateway.ledger.until('confJoined', (fact) => fact.callId === callId && fact.role === 'caller')
    expect(gateway.ledger.story(callId)).not.toContain('callEnded')
    await call.hangUp()
  })

  it('is called off while the line still rings', async () => {
    line = await startPhones({ ...asterisk.emergency })
    const { call, callId } = await talking(answers(2))
    const { control } = gateway.telephony
    await control.startReferral(callId, '120')
    await line.record(({ what }) => what === 'rings')
    expect(await control.lineState(callId, '120')).toBe('ringing')
    expect(await control.cancelReferral(callId)).toEqual({ sent: true })
    await line.record(({ what }) => what === 'cancelled')
    expect(gateway.ledger.story(callId)).not.toContain('callEnded')
    await call.hangUp()
  })

  it('refuses a number that is not an emergency number', async () => {
    const { call, callId } = await talking(answers(3))
    await gateway.telephony.control.startReferral(callId, '13800000000')
    const failed = await gateway.ledger.until('confFailed', (fact) => fact.callId === callId)
    expect(failed.status).toBe('REFUSED')
    await call.hangUp()
  })
})
