import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import type { TestDatabase } from '../support/services.ts'
import { endAllSipp, placeCall, startPhones, type Call } from '../support/sipp.ts'
import {
  beating,
  inStep,
  linkIs,
  MemoryLedger,
  startGateway,
  soon,
  startWire,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** What the ledger knows after the link was away: everything, whatever happened meanwhile. */

let asterisk: TestAsterisk
let database: TestDatabase
let eye: TestAmi

const answers = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(['greeting', 'notice', 'keys', 'nobody', 'voicemail', 'thanks']),
    timings: { slice: 2, ring: 2, voicemailMax: 2 },
  })
  const [quick, slow] = asterisk.banks
  await startPhones({ host: quick?.host ?? '', port: quick?.port ?? 0, answerAfterMs: 100 })
  await startPhones({ host: slow?.host ?? '', port: slow?.port ?? 0 })
  eye = await TestAmi.connect(asterisk)
})

const gateways: TestGateway[] = []
const calls: Call[] = []

afterEach(async () => {
  await Promise.all(calls.splice(0).map((call) => call.kill()))
  for (const gateway of gateways.splice(0)) await gateway.stop()
  // Nothing of one test reaches the next: dead callers are found by their silence only much later.
  await asterisk.cli('channel request hangup all')
  await vi.waitFor(
    async () => expect(await asterisk.cli('core show channels count')).toMatch(/^0 active channels/m),
    {
      timeout: 10_000,
    },
  )
  await asterisk.cli('dialplan set global GW_HB ""')
})

afterAll(async () => {
  eye?.close()
  await stopGateways()
  await endAllSipp()
  await asterisk?.stop()
})

async function gatewayFor(
  ledger: MemoryLedger,
  options: Parameters<typeof startGateway>[2] = {},
): Promise<TestGateway> {
  database ??= await telephonyDatabase()
  const gateway = startGateway([asterisk], database, { ledger, ...options })
  gateways.push(gateway)
  return gateway
}

const claiming = (ledger: MemoryLedger): void => {
  ledger.after = async (fact) => {
    if (fact.type !== 'callArrived') return
    await Promise.all(gateways.map(({ telephony }) => telephony.control.claim(fact.callId)))
  }
}

let callers = 0

async function arrive(): Promise<{ call: Call; callId: string; from: string }> {
  const from = `1380001${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', from })
  calls.push(call)
  // Seen by another client of AMI: the gateway's own may be away.
  const arrived = await eye.event(({ UserEvent, Ani }) => UserEvent === 'ContactNew' && Ani === from)
  return { call, callId: arrived['ContactId'] ?? '', from }
}

async function held(ledger: MemoryLedger): Promise<{ call: Call; callId: string }> {
  const caller = await arrive()
  await ledger.until('callHeld', (fact) => fact.callId === caller.callId)
  return caller
}

async function talk(gateway: TestGateway, phone: string): Promise<{ call: Call; callId: string }> {
  const caller = await held(gateway.ledger)
  await gateway.telephony.control.ringPhone(caller.callId, phone, 5)
  await gateway.ledger.until('callBridged', (fact) => fact.callId === caller.callId)
  return caller
}

const ended = (ledger: MemoryLedger, callId: string) =>
  ledger.until('callEnded', (fact) => fact.callId === callId, 20_000)

describe('the link is cut', () => {
  it('accounts for every call that ended, went on, or began and ended while it was away', async () => {
    const wire = await startWire(asterisk.options.amiPort)
    const ledger = new MemoryLedger()
    claiming(ledger)
    const gateway = await gatewayFor(ledger, { amiPort: wire.port, resumeAfterMs: 500 })
    await beating(gateway)
    const talks = await talk(gateway, answers(0))
    const goes = await held(ledger)
    const stays = await held(ledger)

    await wire.cut()
    await linkIs(gateway, false)
    expect(await gateway.telephony.control.backToHold(stays.callId)).toEqual({ sent: false, why: 'nodeDown' })
    await talks.call.hangUp()
    await goes.call.hangUp()
    const missed = await arrive()
    await eye.user('ContactHold', missed.callId)
    await missed.call.hangUp()
    await eye.user('ContactEnd', missed.callId)
    expect(ledger.story(talks.callId)).not.toContain('callEnded')

    await wire.mend()
    await inStep(gateway)
    expect(await ended(ledger, talks.callId)).toMatchObject({
      answered: true,
      phone: answers(0),
      stage: 'talk',
    })
    expect(await ended(ledger, goes.callId)).toMatchObject({ answered: false, stage: 'hold' })
    expect(ledger.story(missed.callId)).toEqual(['callArrived', 'callEnded'])
    expect(ledger.of(missed.callId)[0]).toMatchObject({ ani: missed.from, dnis: '12345', recovered: true })
    expect(ledger.story(stays.callId)).not.toContain('callEnded')

    // The one who stayed is reachable as before, if he has not turned to Asterisk's own queue meanwhile.
    const open = await ledger.list(asterisk.options.systemName)
    expect(open).toEqual([{ callId: stays.callId }])
  })

  it('notices a link that is dead without being closed, and comes back', async () => {
    const wire = await startWire(asterisk.options.amiPort)
    const ledger = new MemoryLedger()
    claiming(ledger)
    const gateway = await gatewayFor(ledger, { amiPort: wire.port, resumeAfterMs: 500 })
    await beating(gateway)
    const caller = await held(ledger)
    wire.goDeaf()
    await linkIs(gateway, false)
    await caller.call.hangUp()
    await wire.cut()
    await wire.mend()
    await inStep(gateway)
    expect(await ended(ledger, caller.callId)).toMatchObject({
      stage: expect.stringMatching(/hold|native/) as string,
    })
  })
})

describe('a caller is sent to a phone while the link is dead without being closed', () => {
  it('reaches it all the same, before anybody has to put the contact right', async () => {
    const wire = await startWire(asterisk.options.amiPort)
    const ledger = new MemoryLedger()
    claiming(ledger)
    const gateway = await gatewayFor(ledger, { amiPort: wire.port, resumeAfterMs: 500 })
    await beating(gateway)
    const caller = await held(ledger)
    wire.forgetConnections()
    expect(await gateway.telephony.control.ringPhone(caller.callId, answers(5), 5)).toEqual({ sent: true })
    await ledger.until('callBridged', (fact) => fact.callId === caller.callId && fact.phone === answers(5))
    await inStep(gateway)
    await caller.call.hangUp()
    expect(await ended(ledger, caller.callId)).toMatchObject({ answered: true, phone: answers(5) })
  })
})

describe('the gateway dies', () => {
  it('is succeeded by another one, which knows the last minute and loses no call', async () => {
    const ledger = new MemoryLedger()
    claiming(ledger)
    const first = await gatewayFor(ledger, { resumeAfterMs: 500 })
    await beating(first)
    const second = await gatewayFor(ledger, { resumeAfterMs: 500 })
    await linkIs(second, true)
    const before = await talk(first, answers(1))
    expect(second.telephony.health()[0]).toMatchObject({ owned: false, inStep: false, lastHeartbeat: null })

    await first.kill()
    const meanwhile = await arrive()
    await eye.user('ContactHold', meanwhile.callId)
    await before.call.hangUp()

    await inStep(second)
    expect(await ended(ledger, before.callId)).toMatchObject({ answered: true, phone: answers(1) })
    await ledger.until('callHeld', (fact) => fact.callId === meanwhile.callId)
    expect(ledger.of(meanwhile.callId).every((fact) => !fact.recovered)).toBe(true)
  })

  it('lets any gateway control a call, owner or not', async () => {
    const ledger = new MemoryLedger()
    claiming(ledger)
    const owner = await gatewayFor(ledger)
    await beating(owner)
    const other = await gatewayFor(ledger)
    await linkIs(other, true)
    const caller = await held(ledger)
    await soon(async () =>
      expect(await other.telephony.control.ringPhone(caller.callId, answers(2), 5)).toEqual({ sent: true }),
    )
    await ledger.until('callBridged', (fact) => fact.callId === caller.callId)
    await caller.call.hangUp()
  })

  it('hands its node over at once when it stops in order', async () => {
    const ledger = new MemoryLedger()
    const first = await gatewayFor(ledger, { leaseMs: 120_000 })
    await inStep(first)
    const second = await gatewayFor(ledger)
    await linkIs(second, true)
    await first.stop()
    // Long before the lease would have run out.
    await inStep(second)
  })
})

describe('the link of the owner alone is cut', () => {
  it('leaves the node to a gateway whose link works', async () => {
    const wire = await startWire(asterisk.options.amiPort)
    const ledger = new MemoryLedger()
    claiming(ledger)
    const first = await gatewayFor(ledger, { amiPort: wire.port, resumeAfterMs: 500, leaseMs: 60_000 })
    await beating(first)
    const second = await gatewayFor(ledger, { resumeAfterMs: 500, leaseMs: 2_000 })
    const caller = await held(ledger)
    await wire.cut()
    await caller.call.hangUp()
    await inStep(second)
    expect(first.telephony.health()[0]).toMatchObject({ owned: false, linkUp: false })
    expect(await ended(ledger, caller.callId)).toMatchObject({ answered: false })
    await beating(second)
  })
})

describe('two nodes', () => {
  it('are served side by side; the end of one does not touch the calls of the other', async () => {
    const neighbour = await startTestAsterisk({
      promptOverrides: shortPrompts(['greeting', 'notice', 'keys']),
      timings: { slice: 2 },
    })
    try {
      const ledger = new MemoryLedger()
      claiming(ledger)
      database ??= await telephonyDatabase()
      const gateway = startGateway([asterisk, neighbour], database, { ledger })
      gateways.push(gateway)
      await beating(gateway)
      const here = await held(ledger)
      const from = '13800019999'
      const there = await placeCall({ target: neighbour.sip, to: '8890', from })
      calls.push(there)
      const { callId, node } = await ledger.until('callArrived', (fact) => fact.ani === from)
      await ledger.until('callHeld', (fact) => fact.callId === callId)
      expect(node).toBe(neighbour.options.systemName)

      await neighbour.kill()
      await soon(() => expect(gateway.telephony.health().map((one) => one.linkUp)).toEqual([true, false]))
      const { control } = gateway.telephony
      expect(await control.ringPhone(callId, answers(5), 5)).toEqual({ sent: false, why: 'nodeDown' })
      expect(await control.ringPhone(here.callId, answers(5), 5)).toEqual({ sent: true })
      await ledger.until('callBridged', (fact) => fact.callId === here.callId)
      expect(ledger.story(callId)).not.toContain('callEnded')
    } finally {
      await neighbour.stop()
    }
  })
})

describe('a gateway starts', () => {
  it('learns who was served by Asterisk’s own queue while there was none, and by whom', async () => {
    const member = answers(6)
    await eye.action('QueueAdd', {
      Queue: 'hotline',
      Interface: `PJSIP/${member}`,
      MemberName: member,
      Penalty: '1',
    })
    const served = await arrive()
    await eye.user('ContactAnswered', served.callId, { Via: 'native' })
    await served.call.hangUp()
    const gaveUp = await arrive()
    await eye.user('ContactNative', gaveUp.callId)
    await eye.action('QueueRemove', { Queue: 'hotline', Interface: `PJSIP/${member}` })
    await gaveUp.call.hangUp()
    await eye.user('ContactEnd', served.callId)
    await eye.user('ContactEnd', gaveUp.callId)

    const ledger = new MemoryLedger()
    await inStep(await gatewayFor(ledger))
    expect(ledger.story(served.callId)).toEqual(['callArrived', 'callNative', 'nativeAnswered', 'callEnded'])
    expect(ledger.of(served.callId)[2]).toMatchObject({ phone: member })
    expect(ledger.of(served.callId)[3]).toMatchObject({ answered: true, stage: 'nativeTalk', phone: member })
    expect(ledger.story(gaveUp.callId).at(-1)).toBe('callEnded')
  })

  it('finds out about calls it has never seen, wherever they are', async () => {
    // Nobody beats: these callers are served by Asterisk alone.
    const native = await arrive()
    await eye.user('ContactNative', native.callId)
    await eye.startHeartbeat()
    eye.claimAll()
    const waits = await arrive()
    const talks = await arrive()
    const arrived = await eye.user('ContactHold', talks.callId)
    await eye.redirect(arrived['Channel'] ?? '', 'to-agent', answers(3))
    await eye.user('ContactAnswered', talks.callId)
    const rung = await arrive()
    const ringing = await eye.user('ContactHold', rung.callId)
    await eye.setvar(ringing['Channel'] ?? '', 'RINGT', '30')
    await eye.redirect(ringing['Channel'] ?? '', 'to-agent', rings(0))
    await eye.event(
      ({ Event, DestChannel }) => Event === 'DialState' && !!DestChannel?.startsWith(`PJSIP/${rings(0)}-`),
    )

    const ledger = new MemoryLedger()
    const gateway = await gatewayFor(ledger)
    await inStep(gateway)
    eye.stopHeartbeat()
    expect(ledger.story(waits.callId)).toEqual(['callArrived', 'callHeld'])
    expect(ledger.story(talks.callId)).toEqual(['callArrived', 'callAnswered', 'callBridged'])
    expect(ledger.of(talks.callId)[2]).toMatchObject({ phone: answers(3), recovered: true })
    expect(ledger.story(rung.callId)).toEqual(['callArrived', 'callRinging'])
    expect(ledger.story(native.callId)).toEqual(['callArrived', 'callNative'])
    expect(await gateway.telephony.control.ringPhone(native.callId, answers(4), 5)).toMatchObject({
      why: 'native',
    })
    expect(await gateway.telephony.control.backToHold(talks.callId)).toEqual({ sent: true })
    await ledger.until('callHeld', (fact) => fact.callId === talks.callId)
  })
})

describe('the ledger fails', () => {
  it('spools what it could not commit, in order, and keeps queueing behind it', async () => {
    const ledger = new MemoryLedger()
    const gateway = await gatewayFor(ledger)
    await beating(gateway)
    ledger.failing = true
    const caller = await arrive()
    await eye.user('ContactHold', caller.callId)
    ledger.failing = false
    await caller.call.hangUp()
    await eye.user('ContactEnd', caller.callId)
    await soon(() =>
      expect(gateway.spooled.map((record) => (record as { data: { type: string } }).data.type)).toEqual([
        'callArrived',
        'callHeld',
        'callEnded',
      ]),
    )
    expect(ledger.story(caller.callId)).toEqual([])
  })
})
