import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAsterisk } from '../../services/asterisk.ts'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import type { TestDatabase } from '../support/services.ts'
import { endAllSipp, placeCall } from '../support/sipp.ts'
import {
  beating,
  inStep,
  linkIs,
  MemoryLedger,
  startGateway,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** Asterisk knows whether somebody is there for its callers, and acts on it by itself. */

let asterisk: TestAsterisk
let database: TestDatabase
let eye: TestAmi

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(['greeting', 'notice', 'keys', 'nobody', 'voicemail', 'thanks']),
    timings: { slice: 1, voicemailMax: 2, claimWithin: 3 },
  })
  eye = await TestAmi.connect(asterisk)
  database = await telephonyDatabase()
})

afterAll(async () => {
  eye?.close()
  await stopGateways()
  await endAllSipp()
  await asterisk?.stop()
})

/** Age of the heartbeat by Asterisk's own clock, seconds; null when there is none. */
async function age(): Promise<number | null> {
  const [value, ping] = [await eye.action('Getvar', { Variable: 'GW_HB' }), await eye.action('Ping')]
  return value['Value'] ? Number(ping['Timestamp']) - Number(value['Value']) : null
}

const start = (
  ledger = new MemoryLedger(),
  options: Parameters<typeof startGateway>[2] = {},
): TestGateway => {
  const gateway = startGateway([asterisk], database, { ledger, resumeAfterMs: 3_000, ...options })
  ledger.after = async (fact) => {
    if (fact.type === 'callArrived') await gateway.telephony.control.claim(fact.callId)
  }
  return gateway
}

let callers = 0

async function caller() {
  const from = `1380002${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', from })
  const arrived = await eye.event(({ UserEvent, Ani }) => UserEvent === 'ContactNew' && Ani === from)
  return { call, callId: arrived['ContactId'] ?? '' }
}

describe('the heartbeat', () => {
  it('is Asterisk’s own clock, renewed every two seconds, by the owner alone', async () => {
    expect(await age()).toBeNull()
    const owner = start()
    await beating(owner)
    const other = start()
    await linkIs(other, true)
    const values = new Set<string>()
    const until = performance.now() + 5_000
    while (performance.now() < until) {
      const { Value } = await eye.action('Getvar', { Variable: 'GW_HB' })
      values.add(Value ?? '')
      const seconds = await age()
      expect(seconds).toBeGreaterThanOrEqual(0)
      expect(seconds).toBeLessThan(5)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // In five seconds one gateway beats two or three times; two gateways would beat five times.
    expect(values.size).toBeGreaterThanOrEqual(2)
    expect(values.size).toBeLessThanOrEqual(4)
    expect(other.telephony.health()[0]?.lastHeartbeat).toBeNull()
    await other.stop()
    await owner.stop()
  })

  it('stops when nothing can be committed; callers go to Asterisk’s own queue; health brings it back after a while', async () => {
    const gateway = start()
    await beating(gateway)
    const waiting = await caller()
    await eye.user('ContactHold', waiting.callId)

    gateway.healthy.value = false
    const native = await eye.user('ContactNative', waiting.callId, {}, 15_000)
    expect(native['Reason']).toBe('gatewayDead')
    const late = await caller()
    expect((await eye.user('ContactNative', late.callId))['Reason']).toBe('gatewayDead')

    gateway.healthy.value = true
    const healthyAgain = performance.now()
    await vi.waitFor(async () => expect(await age()).toBeLessThan(6), { timeout: 15_000, interval: 100 })
    expect(performance.now() - healthyAgain).toBeGreaterThan(3_000)
    const served = await caller()
    await eye.user('ContactHold', served.callId)
    expect(eye.story(served.callId)).not.toContain('ContactNative')
    for (const { call } of [waiting, late, served]) await call.kill()
    await gateway.stop()
  })

  it('keeps nobody waiting whose contact was never claimed', async () => {
    const gateway = start()
    gateway.ledger.after = () => {}
    await beating(gateway)
    const unclaimed = await caller()
    const native = await eye.user('ContactNative', unclaimed.callId, {}, 15_000)
    expect(native['Reason']).toBe('unclaimed')
    await unclaimed.call.kill()
    await gateway.stop()
  })
})

describe('Asterisk is killed and started again', () => {
  it('is recognised: its calls are ended, and it is served again at once', async () => {
    const ledger = new MemoryLedger()
    const gateway = start(ledger, { resumeAfterMs: 30_000 })
    // Left over from the test before: the value is old, so the gateway would wait.
    await eye.action('Setvar', { Variable: 'GW_HB', Value: '' })
    await beating(gateway)
    const waiting = await caller()
    await ledger.until('callHeld', (fact) => fact.callId === waiting.callId)

    await asterisk.kill()
    await linkIs(gateway, false)
    // Unknown is not ended.
    expect(ledger.story(waiting.callId)).not.toContain('callEnded')
    eye.close()
    Object.assign(asterisk, await startAsterisk(asterisk.options))
    eye = await TestAmi.connect(asterisk)

    await inStep(gateway)
    const end = await ledger.until('callEnded', (fact) => fact.callId === waiting.callId)
    expect(end).toMatchObject({ stage: null, answered: false, recovered: true })
    await vi.waitFor(async () => expect(await age()).toBeLessThan(3), { timeout: 5_000, interval: 50 })
    const next = await caller()
    await ledger.until('callHeld', (fact) => fact.callId === next.callId)
    await waiting.call.kill()
    await next.call.kill()
    await gateway.stop()
  })
})
