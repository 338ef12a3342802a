import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startAsterisk } from '../../services/asterisk.ts'
import { shortPrompts } from '../support/asterisk.ts'
import { startHotline, type Hotline } from '../support/hotline.ts'
import type { DeskClient } from '../support/desk-client.ts'
import { endAllSipp, placeCall, startPhones, type Call, type Phones } from '../support/sipp.ts'
import { wait } from '../support/wait.ts'

/** Real calls through a real Asterisk with a gateway process that decides: what goes wrong, and who then has the caller. */
let city: Hotline
const open: { desks: DeskClient[]; phones: Phones[] } = { desks: [], phones: [] }

beforeAll(async () => {
  city = await startHotline({
    asterisk: { promptOverrides: shortPrompts(['greeting', 'notice', 'keys']), timings: { slice: 2 } },
  })
  // Citizens who gave up are called back: they are not at home, and it is tried again later.
  await startPhones({
    ...city.asterisk.trunk,
    refuseWith: '480 Temporarily Unavailable',
    limitMs: 600_000,
  })
}, 120_000)
afterEach(async () => {
  for (const desk of open.desks.splice(0)) {
    await desk.ask({ type: 'signOut', handBack: true }).catch(() => {})
    desk.close()
  }
  for (const phones of open.phones.splice(0)) await phones.kill()
})
afterAll(async () => {
  await endAllSipp()
  await city.stop()
}, 60_000)

let serial = 200
const caller = (): string => `13800000${String((serial += 1)).padStart(3, '0')}`

async function phones(
  bank: number,
  options: Partial<Parameters<typeof startPhones>[0]> = {},
): Promise<Phones> {
  const { host, port } = city.asterisk.banks[bank]!
  const started = await startPhones({ host, port, ...options })
  open.phones.push(started)
  return started
}

async function agentAt(name: string, phone: string): Promise<DeskClient> {
  const desk = await city.agent(name)
  open.desks.push(desk)
  await desk.begin(phone)
  return desk
}

const dial = (from: string): Promise<Call> => placeCall({ target: city.asterisk.sip, to: '12345', from })

async function contactOf(
  from: string,
): Promise<{ id: string; state: string; end: string | null; callBack: boolean }> {
  const lookup = city.pii.lookup('phone', `+86${from}`)
  const [row] = await city.db.query<{ id: string; state: string; end: string | null; callBack: boolean }>(
    `select id, state, "end", call_back as "callBack" from contacts
     where address_lookup = $1 and parent_contact_id is null order by received_at desc limit 1`,
    [lookup],
  )
  return row ?? { id: '', state: '', end: null, callBack: false }
}

const becomes = (from: string, state: string, ms = 30_000): Promise<void> =>
  wait(async () => (await contactOf(from)).state === state, ms)

describe('a call', () => {
  it('that one phone does not answer goes to the next agent, at its old place', async () => {
    const [silent, willing] = [city.asterisk.banks[0]!.numbers[0]!, city.asterisk.banks[1]!.numbers[0]!]
    await phones(0)
    await phones(1, { answerAfterMs: 200 })
    const first = await agentAt('silent', silent)
    const from = caller()
    const call = await dial(from)
    await first.offer(0, 30_000)
    const second = await agentAt('willing', willing)
    await becomes(from, 'active', 40_000)
    const missed = await first.until(
      (m) => (m.type === 'agent' && m.agent.notResponding !== null ? m.agent : null),
      10_000,
    )
    expect(missed.notResponding).toBeTruthy()
    expect((await second.offer()).contact.channel).toBe('voice')
    await call.hangUp()
    await becomes(from, 'wrapUp')
  }, 90_000)

  it('given up in hold is an abandoned contact with one debt to call back', async () => {
    const from = caller()
    // Somebody is signed in, so that the caller is held, but he is on a break.
    const desk = await agentAt('break', city.asterisk.banks[0]!.numbers[1]!)
    await desk.ask({ type: 'pause', reason: 'rest' })
    const call = await dial(from)
    await becomes(from, 'queued')
    await wait(async () => {
      const [row] = await city.db.query<{ old: boolean }>(
        `select received_at < clock_timestamp() - interval '6 seconds' as old from contacts where id = $1`,
        [(await contactOf(from)).id],
      )
      return row!.old
    })
    await call.hangUp()
    await wait(async () => (await contactOf(from)).end === 'abandoned')
    const debts = await city.db.query(`select 1 from contacts where parent_contact_id = $1 and call_back`, [
      (await contactOf(from)).id,
    ])
    expect(debts).toHaveLength(1)
  }, 60_000)

  it('given up while the phone rings is no fault of the agent', async () => {
    await phones(0)
    const desk = await agentAt('ringing', city.asterisk.banks[0]!.numbers[2]!)
    const from = caller()
    const call = await dial(from)
    await desk.until(
      (m) => m.type === 'offer' && m.offer.contact.pop.maskedAddress?.endsWith(from.slice(-4)) && m,
    )
    await call.hangUp()
    await wait(async () => ['abandonedRinging', 'shortAbandon'].includes((await contactOf(from)).end ?? ''))
    const [agent] = await city.db.query<{ missed: string | null }>(
      `select a.not_responding as missed from agents a join staff s on s.id = a.agent_id where s.username = 'ringing'`,
    )
    expect(agent!.missed).toBeNull()
  }, 60_000)

  it('to an emergency is handed over live; the agent may leave only when it was taken over', async () => {
    await phones(0, { answerAfterMs: 200 })
    const emergency = await startPhones({ ...city.asterisk.emergency, answerAfterMs: 300 })
    open.phones.push(emergency)
    const phone = city.asterisk.banks[0]!.numbers[3]!
    const desk = await agentAt('emergency', phone)
    const from = caller()
    const call = await dial(from)
    await becomes(from, 'active', 40_000)
    const { id } = await contactOf(from)
    const referral = (await desk.ask({ type: 'refer', contactId: id, number: '120', kind: 'threeWay' })) as {
      id: string
    }
    await expect(
      desk.ask({ type: 'refer', contactId: id, number: '999', kind: 'threeWay' }),
    ).rejects.toMatchObject({ code: 'numberUnknown' })
    const joined = await desk.until(
      (m) => m.type === 'referral' && m.referral.state === 'joined' && m.referral,
      20_000,
    )
    expect(joined.agentMayLeave).toBe(false)
    await desk.ask({ type: 'takenOver', referralId: referral.id })
    await becomes(from, 'wrapUp')
    // The citizen still talks with the emergency line.
    await wait(async () => {
      const channels = await city.asterisk.cli('core show channels concise')
      return channels.includes('PJSIP/emergency-') && !channels.includes(`PJSIP/${phone}-`)
    })
    const [row] = await city.db.query<{ state: string; cite: string; joined: boolean; taken: boolean }>(
      `select state, cite, far_side_joined_at is not null as joined, taken_over_at is not null as taken
       from referrals where id = $1`,
      [referral.id],
    )
    expect(row).toMatchObject({ joined: true, taken: true })
    expect(row!.cite).toContain('第七条')
    await call.hangUp()
  }, 90_000)

  it('that the emergency line leaves first, after the agent, reaches an agent again', async () => {
    await phones(0, { answerAfterMs: 200 })
    const emergency = await startPhones({ ...city.asterisk.emergency, answerAfterMs: 300 })
    open.phones.push(emergency)
    const desk = await agentAt('handedover', city.asterisk.banks[0]!.numbers[7]!)
    const from = caller()
    const call = await dial(from)
    await becomes(from, 'active', 40_000)
    const { id } = await contactOf(from)
    const { id: referralId } = (await desk.ask({
      type: 'refer',
      contactId: id,
      number: '110',
      kind: 'threeWay',
    })) as { id: string }
    await desk.until((m) => m.type === 'referral' && m.referral.state === 'joined' && m, 20_000)
    await desk.ask({ type: 'takenOver', referralId })
    await becomes(from, 'wrapUp')
    await agentAt('helper', city.asterisk.banks[0]!.numbers[8]!)
    await emergency.hangUp('110')
    await becomes(from, 'active', 40_000)
    const [row] = await city.db.query<{ username: string; emergency: boolean }>(
      `select s.username, c.emergency from contacts c join staff s on s.id = c.agent_id where c.id = $1`,
      [id],
    )
    expect(['handedover', 'helper']).toContain(row!.username)
    expect(row!.emergency).toBe(true)
    await call.hangUp()
    await becomes(from, 'wrapUp')
  }, 120_000)

  it('to an emergency line that does not answer stays with the agent', async () => {
    await phones(0, { answerAfterMs: 200 })
    const busy = await startPhones({ ...city.asterisk.emergency, refuseWith: '486 Busy Here' })
    open.phones.push(busy)
    const desk = await agentAt('busyline', city.asterisk.banks[0]!.numbers[4]!)
    const from = caller()
    const call = await dial(from)
    await becomes(from, 'active', 40_000)
    const { id } = await contactOf(from)
    const referral = (await desk.ask({ type: 'refer', contactId: id, number: '110', kind: 'threeWay' })) as {
      id: string
    }
    const failed = await desk.until(
      (m) => m.type === 'referral' && m.referral.state === 'failed' && m.referral,
      20_000,
    )
    expect(failed.failure).toContain('占线')
    await expect(desk.ask({ type: 'takenOver', referralId: referral.id })).rejects.toMatchObject({
      code: 'farSideNotThere',
    })
    expect((await contactOf(from)).state).toBe('active')
    await call.hangUp()
    await becomes(from, 'wrapUp')
  }, 90_000)

  it('when the only gateway dies reaches a signed-in phone all the same, and is accounted for afterwards', async () => {
    const answering = await phones(0, { answerAfterMs: 300 })
    const desk = await agentAt('survivor', city.asterisk.banks[0]!.numbers[5]!)
    await desk.ask({ type: 'pause', reason: 'rest' })
    const from = caller()
    const call = await dial(from)
    await becomes(from, 'queued')
    // He is back just before the gateway dies: nobody is left to offer him the caller.
    await city.killGateway(0)
    const unpaused = city.asterisk.cli(
      `queue unpause member PJSIP/${city.asterisk.banks[0]!.numbers[5]!} queue hotline`,
    )
    await unpaused
    await answering.record(({ what }) => what === 'answered', 40_000)
    await call.hangUp()
    await city.startGateway(0)
    await becomes(from, 'wrapUp', 40_000)
    const [row] = await city.db.query<{ owed: boolean; bridged: boolean }>(
      `select owed_at is not null as owed, bridged_at is not null as bridged from contacts where id = $1`,
      [(await contactOf(from)).id],
    )
    expect(row).toEqual({ owed: true, bridged: true })
  }, 120_000)

  it('on an Asterisk that dies is ended, and the next call is served when it is back', async () => {
    await phones(0, { answerAfterMs: 200 })
    const desk = await agentAt('restart', city.asterisk.banks[0]!.numbers[6]!)
    const from = caller()
    const call = await dial(from)
    await becomes(from, 'active', 40_000)
    await city.asterisk.kill()
    const reborn = await startAsterisk(city.asterisk.options)
    onTestFinished(() => reborn.stop())
    await becomes(from, 'wrapUp', 40_000)
    await desk.register((await contactOf(from)).id, [
      { type: 'answered', kind: 'inquiry', answer: '已答复。', knowledge: [], lacking: { what: '办事时间' } },
    ])
    const next = caller()
    const again = await wait(
      async () => (await (await fetch(`${city.url()}/healthz`)).text()).includes('"asterisk":"ok"'),
      30_000,
    ).then(() => dial(next))
    await wait(async () => ['active', 'native'].includes((await contactOf(next)).state), 40_000)
    await again.hangUp()
    void call
  }, 150_000)
})
