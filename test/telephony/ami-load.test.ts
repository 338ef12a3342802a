import { afterAll, beforeAll, expect, it } from 'vitest'
import { shortPrompts, startTestAsterisk, type TestAsterisk } from '../support/asterisk.ts'
import { endAllSipp, placeCall, startPhones } from '../support/sipp.ts'
import {
  beating,
  soon,
  startGateway,
  stopGateways,
  telephonyDatabase,
  type TestGateway,
} from '../support/telephony.ts'

/** A busy minute in small: every call is accounted, each fact once, and nothing piles up. */

const total = 60
const perSecond = 10

let asterisk: TestAsterisk
let gateways: TestGateway[]

beforeAll(async () => {
  asterisk = await startTestAsterisk({ promptOverrides: shortPrompts(['greeting', 'notice', 'keys']) })
  const [bank] = asterisk.banks
  await startPhones({ host: bank?.host ?? '', port: bank?.port ?? 0, answerAfterMs: 50 })
  const database = await telephonyDatabase()
  const owner = startGateway([asterisk], database)
  const follower = startGateway([asterisk], database, { ledger: owner.ledger })
  gateways = [owner, follower]
  await soon(() => expect(gateways.every(({ telephony }) => telephony.health()[0]?.linkUp)).toBe(true))
  await soon(() => expect(gateways.some(({ telephony }) => telephony.health()[0]?.inStep)).toBe(true))
})

afterAll(async () => {
  await stopGateways()
  await endAllSipp()
  await asterisk?.stop()
})

it('serves ten calls a second without losing, doubling or delaying any', async () => {
  const { ledger } = gateways[0]!
  const owner = gateways.find(({ telephony }) => telephony.health()[0]?.owned)!
  await beating(owner)
  const phones = asterisk.banks[0]!.numbers
  let next = 0
  const heldAt = new Map<string, number>()
  const waits: number[] = []
  ledger.after = async (fact) => {
    if (fact.type === 'callArrived') await owner.telephony.control.claim(fact.callId)
    if (fact.type === 'callHeld') {
      heldAt.set(fact.callId, performance.now())
      // The gateway that accepts an offer is any of them.
      const { control } = gateways[next % 2]!.telephony
      await control.ringPhone(fact.callId, phones[next++ % phones.length]!, 5)
    }
    if (fact.type === 'callBridged') waits.push(performance.now() - (heldAt.get(fact.callId) ?? 0))
  }
  const load = await placeCall({
    target: asterisk.sip,
    to: '12345',
    from: '13800040001',
    count: total,
    rate: perSecond,
    hangUpAfterMs: 4_000,
  })
  expect(await load.ended).toBe(0)
  await soon(() => expect(ends()).toHaveLength(total))
  const ended = ends()
  expect(new Set(ended.map((fact) => fact.callId)).size).toBe(total)
  const talked = ended.filter((fact) => fact.answered)
  // A caller who hangs up on a slow machine before his agent is there is no loss, but must stay the exception.
  expect(talked.length).toBeGreaterThan(total * 0.9)
  for (const { callId } of talked) {
    expect(ledger.story(callId)).toEqual([
      'callArrived',
      'callHeld',
      'callRinging',
      'callAnswered',
      'callBridged',
      'callEnded',
    ])
  }
  expect(owner.telephony.health()[0]).toMatchObject({ queueDepth: 0, lost: 0, inStep: true })
  expect(ledger.repeated).toBe(0)
  expect(gateways.flatMap(({ spooled }) => spooled)).toEqual([])
  // Of these, 50 ms are the phone's; the rest is Asterisk, the network and us. Generous for a busy machine.
  const median = waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)]!
  expect(median).toBeLessThan(1_000)

  function ends() {
    return [...ledger.facts.values()].filter((fact) => fact.type === 'callEnded')
  }
})
