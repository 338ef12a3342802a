import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { type Call, endAllSipp, placeCall, type Phones, startPhones } from '../support/sipp.ts'

/** The dialplan under a living gateway, played by a bare AMI socket; at the end the gateway dies. */

let asterisk: TestAsterisk
let ami: TestAmi
let answering: Phones
let silent: Phones

/** phones that answer at once, that only ring, that refuse */
const answers = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''
const refuses = (n: number): string => asterisk.banks[2]?.numbers[n] ?? ''

const short = ['greeting', 'notice', 'keys', 'call-back', 'dismissed', 'blocked', 'agentLost', 'number-wrong']

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts([...short, 'enter-number', 'emergency']),
    timings: { sayEvery: 4, slice: 2 },
  })
  ami = await TestAmi.connect(asterisk)
  ami.claimAll()
  await ami.startHeartbeat()
  const [first, second, third] = asterisk.banks
  if (first === undefined || second === undefined || third === undefined) throw new Error('three banks')
  answering = await startPhones({ ...first, answerAfterMs: 200 })
  silent = await startPhones({ ...second })
  await startPhones({ ...third, refuseWith: '486 Busy Here' })
})

afterAll(async () => {
  ami?.close()
  await endAllSipp()
  await asterisk?.stop()
})

interface Caller {
  call: Call
  contact: string
  channel: string
}

let callers = 0

async function arrive(options: Partial<Parameters<typeof placeCall>[0]> = {}): Promise<Caller> {
  const from = options.from ?? `1380000${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', ...options, from })
  await call.answered
  const arrived = await ami.event(
    ({ UserEvent, Ani }) => UserEvent === 'ContactNew' && Ani === from,
    'ContactNew',
  )
  return { call, contact: arrived['ContactId'] ?? '', channel: arrived['Channel'] ?? '' }
}

/** A citizen who is waiting in hold. */
async function held(options: Partial<Parameters<typeof placeCall>[0]> = {}): Promise<Caller> {
  const caller = await arrive(options)
  await ami.user('ContactHold', caller.contact)
  return caller
}

/** A citizen who talks with the phone. */
async function talking(phone: string): Promise<Caller> {
  const caller = await held()
  await ami.redirect(caller.channel, 'to-agent', phone)
  await ami.user('ContactAnswered', caller.contact, { Agent: phone })
  return caller
}

/** What the channel plays now, as the console shows it. */
const playing = async (channel: string): Promise<string> =>
  (await asterisk.cli('core show channels concise')).split('\n').find((line) => line.startsWith(channel)) ??
  ''

describe.concurrent('a call while the gateway lives', () => {
  it('is announced with its number, held, and reaches the chosen phone', async () => {
    const { call, contact, channel } = await held()
    expect(await ami.user('ContactNew', contact)).toMatchObject({
      Dnis: '12345',
      Withheld: '0',
      Uniqueid: contact,
    })
    expect(contact.startsWith(`${asterisk.options.systemName}-`)).toBe(true)
    await ami.redirect(channel, 'to-agent', answers(0))
    expect(await ami.user('ContactAnswered', contact)).toMatchObject({ Agent: answers(0), Via: 'gateway' })
    await answering.record(({ what, detail }) => what === 'answered' && detail === answers(0))
    expect(answering.messages()).toContain(`X-Contact-Id: ${contact}`)
    await call.hangUp()
    const end = await ami.user('ContactEnd', contact)
    expect(end).toMatchObject({ Stage: 'talk', Agent: answers(0), Answered: '1' })
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold', 'ContactAnswered', 'ContactEnd'])
  })

  it('shows the caller no number of the agent, and the phone no number of the caller', async () => {
    const { call, contact, channel } = await held({ from: '13877776666' })
    await ami.redirect(channel, 'to-agent', answers(1))
    await ami.user('ContactAnswered', contact)
    await call.hangUp()
    // The trace of the phones reaches its file a little after the call.
    await vi.waitFor(() => expect(answering.messages()).toMatch(/From: <sip:12345@/), 10_000)
    expect(answering.messages()).not.toContain('13877776666')
    expect(call.messages()).not.toContain(answers(1))
  })

  it('goes back to hold on the same channel when the phone is not answered', async () => {
    const { call, contact, channel } = await held()
    await ami.setvar(channel, 'RINGT', '2')
    await ami.redirect(channel, 'to-agent', rings(0))
    await silent.record(({ what, detail }) => what === 'rings' && detail.startsWith(rings(0)))
    const done = await ami.user('ContactDialDone', contact)
    expect(done).toMatchObject({ Agent: rings(0), DialStatus: 'NOANSWER' })
    const again = await ami.user('ContactHold', contact, { HoldN: '2' })
    expect(again).toMatchObject({ Channel: channel, Uniqueid: contact, Reason: 'noAnswer' })
    await silent.record(({ what, detail }) => what === 'cancelled' && detail === rings(0))
    await ami.redirect(channel, 'to-agent', answers(2))
    await ami.user('ContactAnswered', contact, { Agent: answers(2) })
    await call.hangUp()
  })

  it('rings as long as the gateway says, once', async () => {
    const { call, contact, channel } = await held()
    await ami.setvar(channel, 'RINGT', '1')
    const start = performance.now()
    await ami.redirect(channel, 'to-agent', rings(1))
    await ami.user('ContactHold', contact, { HoldN: '2' })
    expect(performance.now() - start).toBeLessThan(6_000)
    await call.hangUp()
  })

  it('goes back to hold when the phone is busy', async () => {
    const { call, contact, channel } = await held()
    await ami.redirect(channel, 'to-agent', refuses(0))
    expect(await ami.user('ContactDialDone', contact)).toMatchObject({ DialStatus: 'BUSY' })
    await ami.user('ContactHold', contact, { HoldN: '2', Reason: 'noAnswer' })
    await call.hangUp()
  })

  it('can be taken back while it rings', async () => {
    const { call, contact, channel } = await held()
    await ami.redirect(channel, 'to-agent', rings(2))
    await silent.record(({ what, detail }) => what === 'rings' && detail.startsWith(rings(2)))
    await ami.redirect(channel, 'hold')
    await ami.user('ContactHold', contact, { HoldN: '2', Reason: 'asked' })
    await silent.record(({ what, detail }) => what === 'cancelled' && detail === rings(2))
    await call.hangUp()
  })

  it('reports an abandon in hold exactly once', async () => {
    const { call, contact } = await held()
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'hold', Answered: '0', Agent: '' })
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold', 'ContactEnd'])
  })

  it('reports an abandon while ringing exactly once', async () => {
    const { call, contact, channel } = await held()
    await ami.redirect(channel, 'to-agent', rings(3))
    await silent.record(({ what, detail }) => what === 'rings' && detail.startsWith(rings(3)))
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({
      Stage: 'ring',
      Answered: '0',
      Agent: rings(3),
    })
    await silent.record(({ what, detail }) => what === 'cancelled' && detail === rings(3))
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold', 'ContactEnd'])
  })

  it('ends when the agent hangs up', async () => {
    const { call, contact } = await talking(answers(3))
    await answering.hangUp(answers(3))
    expect(await ami.user('ContactDialDone', contact)).toMatchObject({ DialStatus: 'ANSWER', Cause: '16' })
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Answered: '1' })
    expect(await call.ended).toBe(0)
    expect(call.records().map(({ what }) => what)).toEqual(['answered', 'was hung up on'])
  })

  it('is recorded only while somebody talks, and silent while the gateway suspends it', async () => {
    const { call, contact, channel } = await held()
    await delay(2_500)
    await ami.redirect(channel, 'to-agent', answers(4))
    await ami.user('ContactAnswered', contact)
    const start = performance.now()
    await delay(1_500)
    const muted = await ami.action('MixMonitorMute', { Channel: channel, Direction: 'both', State: '1' })
    expect(muted['Response']).toBe('Success')
    await delay(1_500)
    await call.hangUp()
    const talked = (performance.now() - start) / 1_000
    await ami.user('ContactEnd', contact)
    const file = join(asterisk.paths.recordings, `${contact}.wav`)
    const sound = await vi.waitFor(
      () => {
        const wav = readFileSync(file)
        // Asterisk writes the length into the header when it closes the file
        expect(wav.readUInt32LE(40)).toBe(wav.length - 44)
        expect(wav.length).toBeGreaterThan(44)
        return new Int16Array(Uint8Array.from(wav.subarray(44)).buffer)
      },
      { timeout: 5_000 },
    )
    // the two and a half seconds in hold before are not in it
    expect(sound.length / 8_000).toBeLessThan(talked + 0.5)
    expect(sound.length / 8_000).toBeGreaterThan(1)
    const loud = (part: Int16Array): number =>
      part.filter((sample) => Math.abs(sample) > 100).length / part.length
    expect(loud(sound.slice(0, 4_000))).toBeGreaterThan(0.3)
    expect(loud(sound.slice(-4_000))).toBe(0)
  })

  it('plays the recording notice before an agent can be reached, even when he was chosen at once', async () => {
    const { call, contact, channel } = await arrive()
    await ami.redirect(channel, 'to-agent', answers(5))
    await ami.user('ContactAnswered', contact)
    const noticed = await ami.action('Getvar', { Channel: channel, Variable: 'NOTICED' })
    expect(noticed['Value']).toBe('1')
    await call.hangUp()
  })

  it('raises the emergency at once by its key, once', async () => {
    const { call, contact } = await arrive({ steps: [{ press: '9' }, { wait: 1_500 }, { press: '9' }] })
    expect(await ami.user('ContactEmergency', contact)).toMatchObject({ Stage: 'greeting' })
    expect(await ami.user('ContactHold', contact)).toMatchObject({ Emergency: '01' })
    await delay(2_000)
    await call.hangUp()
    await ami.user('ContactEnd', contact)
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactEmergency', 'ContactHold', 'ContactEnd'])
  })

  it('raises the emergency from hold', async () => {
    const { call, contact } = await held({ steps: [{ wait: 1_500 }, { press: '9' }] })
    expect(await ami.user('ContactEmergency', contact)).toMatchObject({ Stage: 'hold' })
    await call.hangUp()
  })

  it('takes a wish to be called back', async () => {
    const { call, contact } = await held({ steps: [{ wait: 1_500 }, { press: '1' }] })
    const wish = await ami.user('ContactCallBack', contact)
    expect(wish).toMatchObject({ Stage: 'hold', Number: expect.stringMatching(/^1380000/) })
    expect(await call.ended).toBe(0)
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'callBack', Answered: '0' })
  })

  it('says the place every few seconds, and a wait that never grows', async () => {
    const { call, channel } = await held()
    await ami.setvar(channel, 'QPOS', '3')
    await ami.setvar(channel, 'QWAIT', '170')
    const looking = { timeout: 12_000, interval: 40 }
    await vi.waitFor(async () => expect(await playing(channel)).toContain('hotline/position-3'), looking)
    await vi.waitFor(async () => expect(await playing(channel)).toContain('hotline/wait-3'), looking)
    await ami.setvar(channel, 'QPOS', '25')
    await ami.setvar(channel, 'QWAIT', '900')
    await vi.waitFor(async () => expect(await playing(channel)).toContain('hotline/position-many'), looking)
    await vi.waitFor(async () => expect(await playing(channel)).toContain('hotline/wait-3'), looking)
    await call.hangUp()
  })

  it('plays the notice for blocked numbers and keeps them waiting', async () => {
    const { call, contact, channel } = await held()
    await ami.setvar(channel, 'BLOCKED', '1')
    await vi.waitFor(
      async () =>
        expect((await ami.action('Getvar', { Channel: channel, Variable: 'BLOCKED_SAID' }))['Value']).toBe(
          '1',
        ),
      { timeout: 6_000 },
    )
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'hold' })
  })

  it('is ended with a notice by the rule of two warnings', async () => {
    const { call, contact, channel } = await talking(answers(6))
    await ami.redirect(channel, 'dismissed')
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'dismissed', Answered: '1' })
    expect(await call.ended).toBe(0)
  })

  it('comes in on every number of the hotline', async () => {
    for (const to of ['8890', '8890000']) {
      const { call, contact } = await held({ to })
      expect(await ami.user('ContactNew', contact)).toMatchObject({ Dnis: to })
      await call.hangUp()
    }
  })
})

describe('the optional menu', () => {
  it('asks one question when the operator wants it, and never keeps anybody', async () => {
    const menu = await startTestAsterisk({
      menuKeys: '12',
      promptOverrides: shortPrompts(['greeting', 'notice', 'menu']),
      banks: 0,
    })
    const gateway = await TestAmi.connect(menu)
    try {
      gateway.claimAll()
      await gateway.startHeartbeat()
      const [choosing, silent] = await Promise.all([
        placeCall({
          target: menu.sip,
          to: '12345',
          from: '13800000031',
          steps: ['told', { press: '2' }],
        }),
        placeCall({ target: menu.sip, to: '12345', from: '13800000032' }),
      ])
      await vi.waitFor(
        async () =>
          expect(await menu.cli('core show channels concise')).toMatch(/!Read!CHOICE,.*!13800000031!/),
        { timeout: 8_000, interval: 30 },
      )
      choosing.goOn()
      const chosen = await gateway.user('ContactMenu')
      expect(chosen).toMatchObject({ Choice: '2' })
      await gateway.user('ContactHold', chosen['ContactId'])
      await vi.waitFor(
        () => expect(gateway.events.filter(({ UserEvent }) => UserEvent === 'ContactHold')).toHaveLength(2),
        { timeout: 8_000 },
      )
      await Promise.all([choosing.hangUp(), silent.hangUp()])
    } finally {
      gateway.close()
      await menu.stop()
    }
  })
})

describe('an agent whose phone is lost', () => {
  it('leaves the caller in hold, not cut off', async () => {
    const [bank] = asterisk.banks
    await answering.kill()
    const failing = await startPhones({ ...bank!, answerAfterMs: 100, talkMs: 500, byeCause: 41 })
    const { call, contact } = await talking(answers(0))
    expect(await ami.user('ContactDialDone', contact)).toMatchObject({ DialStatus: 'ANSWER', Cause: '41' })
    await ami.user('ContactHold', contact, { HoldN: '2', Reason: 'agentLost' })
    await call.hangUp()
    await failing.kill()
  })
})

describe('a gateway that dies', () => {
  it('lets the caller who is held go to the agents who are signed in, within about 10 s', async () => {
    const [bank] = asterisk.banks
    answering = await startPhones({ ...bank!, answerAfterMs: 200 })
    const phone = { Queue: 'hotline', Interface: `PJSIP/${answers(7)}`, MemberName: answers(7), Penalty: '1' }
    const added = await ami.action('QueueAdd', { ...phone, StateInterface: phone.Interface })
    expect(added['Response']).toBe('Success')
    const { call, contact } = await held()
    const died = performance.now()
    ami.stopHeartbeat()
    expect(await ami.user('ContactNative', contact, {}, 12_000)).toMatchObject({ Reason: 'gatewayDead' })
    expect(await ami.user('ContactAnswered', contact)).toMatchObject({ Agent: answers(7), Via: 'native' })
    const took = performance.now() - died
    expect(took).toBeGreaterThan(5_000)
    expect(took).toBeLessThan(13_000)
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'nativeTalk', Agent: answers(7) })
  })
})

it('made Asterisk complain about nothing', () => {
  expect(asterisk.complaints()).toEqual([])
})
