import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { account } from '../support/oracle.ts'
import { password, startHotline, type Hotline } from '../support/hotline.ts'
import { endAllSipp, placeCall, startPhones } from '../support/sipp.ts'
import { kannelText, sendSms } from '../support/sms-push.ts'
import { sendPush, signedPush, textPush } from '../support/wechat-push.ts'
import { wait } from '../support/wait.ts'
import { startWorkingAgent, type WorkingAgent } from '../support/working-agent.ts'

/**
 * The first accounting: load on all three channels while a gateway is killed -9 and Redis is flushed. What was
 * acknowledged outside must be in the ledger once; nobody holds two calls; every contact ends or is open.
 */
let city: Hotline
const agents: WorkingAgent[] = []

beforeEach(async () => {
  city = await startHotline({ gateways: 2 })
}, 120_000)
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop()
  await endAllSipp()
  await city.stop()
}, 60_000)

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  redis.disconnect()
}

const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

/** A provider keeps what was not acknowledged and sends it again, to whichever gateway lives. */
async function deliver(send: (base: string) => Promise<Response>): Promise<void> {
  await wait(async () => {
    try {
      return (await send(city.url())).ok
    } catch {
      return false
    }
  }, 60_000)
}

it('loses nothing and doubles nothing while a gateway is killed and Redis is flushed', async () => {
  const { db, asterisk } = city
  await startPhones({ ...asterisk.trunk, refuseWith: '480 Temporarily Unavailable', limitMs: 300_000 })
  const bank = asterisk.banks[0]!
  await startPhones({ host: bank.host, port: bank.port, answerAfterMs: 100, talkMs: 700, limitMs: 300_000 })
  for (let n = 0; n < 6; n++) {
    const name = `fault${n}`
    await city.staff(name)
    agents.push(startWorkingAgent(() => city.url(), name, password, n < 4 ? bank.numbers[n] : undefined))
  }

  const acknowledged: { channel: string; providerId: string }[] = []
  const callers: string[] = []
  const texts = (async () => {
    for (let n = 0; n < 60; n++) {
      const providerId = `fault-${n}`
      if (n % 2 === 0) {
        const push = kannelText(city.smsToken, `1380000${String(5000 + n)}`, `第${n}条`, providerId)
        await deliver((base) => sendSms(base, push))
        acknowledged.push({ channel: 'sms', providerId })
        // Sent twice, as a provider does whose answer was lost.
        if (n % 6 === 0) await deliver((base) => sendSms(base, push))
      } else {
        const msgId = String(900_000 + n)
        await deliver((base) => sendPush(base, signedPush(...textPush(`oFault${n}`, `第${n}条`, msgId))))
        acknowledged.push({ channel: 'wechat', providerId: msgId })
      }
      await pause(250)
    }
  })()
  const calls = (async () => {
    for (let n = 0; n < 15; n++) {
      const from = `1380000${String(6000 + n)}`
      const call = await placeCall({ target: asterisk.sip, to: '12345', from, hangUpAfterMs: 40_000 })
      callers.push(from)
      call.answered.catch(() => {})
      await pause(1_000)
    }
  })()
  const faults = (async () => {
    await pause(4_000)
    await city.killGateway(0)
    await pause(3_000)
    await flush(city.redis.url)
    await city.startGateway(0)
    await pause(2_000)
    await city.killGateway(1)
    await city.startGateway(1)
  })()
  await Promise.all([texts, calls, faults])

  // Everything that can end does: texts are registered, calls talk for a moment and are registered.
  const stillOpen = (): Promise<unknown[]> =>
    db.query(
      `select c.id, c.channel, c.state, c.agent_id, c.owed_at, c.call_back, c.node, c.call_id,
         (select json_agg(json_build_array(e.type, e.to_state) order by e.id) from contact_events e
          where e.contact_id = c.id) as events,
         (select json_agg(json_build_array(f.type, f.at, f.data) order by f.stored_at) from call_facts f
          where f.call_id = c.call_id) as facts
       from contacts c where c.ended_at is null and not c.call_back`,
    )
  await wait(async () => (await stillOpen()).length === 0, 120_000).catch(async (late: Error) => {
    throw new Error(`${late.message}: ${JSON.stringify(await stillOpen())}`)
  })

  const result = await account(
    db,
    { acknowledged, callers },
    (caller) => city.pii.lookup('phone', `+86${caller}`),
    // Deadlines that passed while nobody ran are ended by whoever comes first.
    { graceMs: 15_000 },
  )
  process.stdout.write(`accounts ${JSON.stringify(result)}\n`)
  expect(result).toMatchObject({
    lost: [],
    doubled: [],
    unbalanced: 0,
    registeredTwice: 0,
    overlappingVoice: 0,
    overCapacity: 0,
    overlappingOffers: 0,
    lateOffers: 0,
  })
}, 300_000)
