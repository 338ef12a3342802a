import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { type Call, endAllSipp, placeCall, type Phones, startPhones } from '../support/sipp.ts'
import { soon } from '../support/telephony.ts'

/** The dialplan alone: Asterisk serves callers without a gateway. */

let asterisk: TestAsterisk
let ami: TestAmi
let answering: Phones

const answers = (n: number): string => asterisk.banks[0]?.numbers[n] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''

const prompts = [
  'greeting',
  'notice',
  'nobody',
  'voicemail',
  'call-back',
  'emergency',
  'thanks',
  'native-wait',
]
const timings = { nativeAgents: 12, dutyAfter: 3, nativeRing: 3, nativeDuty: 4, holdMax: 8 }

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: shortPrompts(prompts),
    dutyNumber: '13800000099',
    timings,
  })
  ami = await TestAmi.connect(asterisk)
  const [first, second] = asterisk.banks
  if (first === undefined || second === undefined) throw new Error('two banks')
  answering = await startPhones({ ...first, answerAfterMs: 200 })
  await startPhones({ ...second })
})

afterAll(async () => {
  ami?.close()
  await endAllSipp()
  await asterisk?.stop()
})

afterEach(async () => {
  ami.stopHeartbeat()
  await ami.action('Setvar', { Variable: 'GW_HB', Value: '' })
  for (const phone of [...signedIn]) await signOut(phone)
})

interface Caller {
  call: Call
  contact: string
  channel: string
  from: string
}

let callers = 0

async function arrive(options: Partial<Parameters<typeof placeCall>[0]> = {}): Promise<Caller> {
  const from = `1380000${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '8890', ...options, from })
  await call.answered
  const arrived = await ami.event(
    ({ UserEvent, Ani }) => UserEvent === 'ContactNew' && Ani === from,
    'ContactNew',
  )
  return { call, contact: arrived['ContactId'] ?? '', channel: arrived['Channel'] ?? '', from }
}

const member = (phone: string): Record<string, string> => ({ Queue: 'hotline', Interface: `PJSIP/${phone}` })

const signedIn = new Set<string>()

async function signIn(phone: string): Promise<void> {
  const fields = { ...member(phone), StateInterface: `PJSIP/${phone}`, MemberName: phone, Penalty: '1' }
  expect((await ami.action('QueueAdd', fields))['Response']).toBe('Success')
  signedIn.add(phone)
}

async function signOut(phone: string): Promise<void> {
  signedIn.delete(phone)
  await ami.action('QueueRemove', member(phone))
}

/** Rows of the contact file of one contact, by the columns that `asterisk/README.md` lists. */
function contactRows(contact: string): Record<string, string>[] {
  const columns =
    'contact,dnis,ani,stage,agent,answered,native,ended,callback,voicemail,emergency,start,answer,end,disposition,dstchannel,uniqueid,linkedid,sequence'
  return readFileSync(asterisk.paths.contactsCsv, 'utf8')
    .split('\n')
    .filter((line) => line.includes(contact))
    .map((line) => {
      const values = line.split(',').map((value) => value.replaceAll('"', ''))
      return Object.fromEntries(columns.split(',').map((name, index) => [name, values[index] ?? '']))
    })
}

/** The one record that tells how the contact ended. */
function ending(contact: string): Record<string, string> | undefined {
  const ended = contactRows(contact).filter((row) => row['ended'] === '1')
  expect(ended).toHaveLength(1)
  return ended[0]
}

const queueRows = (contact: string): string[] =>
  readFileSync(asterisk.paths.queueLog, 'utf8')
    .split('\n')
    .filter((line) => line.split('|')[1] === contact)

const untilTaken = [{ press: '1' }, { wait: 1_500 }]

describe('without a gateway', () => {
  it('serves a caller at once by an agent who is signed in, and writes down who it was', async () => {
    await signIn(answers(0))
    const { call, contact, from } = await arrive()
    expect(await ami.user('ContactNative', contact)).toMatchObject({ Reason: 'gatewayDead' })
    expect(await ami.user('ContactAnswered', contact)).toMatchObject({ Agent: answers(0), Via: 'native' })
    await answering.record(({ what, detail }) => what === 'answered' && detail === answers(0))
    expect(answering.messages()).toContain(`X-Contact-Id: ${contact}`)
    expect(answering.messages()).not.toContain(from)
    const recording = join(asterisk.paths.recordings, `${contact}.wav`)
    await vi.waitFor(() => expect(statSync(recording).size).toBeGreaterThan(8_000), { timeout: 5_000 })
    await answering.hangUp(answers(0))
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'nativeTalk', Answered: '1' })
    expect(await call.ended).toBe(0)
    expect(ami.story(contact)).toEqual([
      'ContactNew',
      'ContactNative',
      'ContactAnswered',
      'ContactNativeDone',
      'ContactEnd',
    ])
    await soon(() =>
      expect(ending(contact)).toMatchObject({
        dnis: '8890',
        ani: from,
        stage: 'nativeTalk',
        agent: answers(0),
        answered: '1',
        native: '1',
      }),
    )
    expect(queueRows(contact).map((row) => row.split('|')[4])).toEqual([
      'ENTERQUEUE',
      'CONNECT',
      'COMPLETEAGENT',
    ])
    expect(queueRows(contact)[1]).toContain(`|${answers(0)}|CONNECT`)
  })

  it('rings the duty number when nobody is signed in, showing it the number of the hotline', async () => {
    const duty = await startPhones({ ...asterisk.trunk, answerAfterMs: 200 })
    const { call, contact, from } = await arrive()
    expect(await ami.user('ContactAnswered', contact)).toMatchObject({ Agent: 'duty', Via: 'native' })
    await duty.record(({ what, detail }) => what === 'answered' && detail === '13800000099')
    expect(duty.messages()).toMatch(/From: <sip:12345@/)
    expect(duty.messages()).not.toContain(from)
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'nativeTalk', Agent: 'duty' })
    await duty.kill()
  })

  it('rings the duty number at once when every agent is on a break, and when the last one begins it', async () => {
    const duty = await startPhones({ ...asterisk.trunk, answerAfterMs: 200 })
    const pause = (paused: boolean) =>
      ami.action('QueuePause', { ...member(rings(2)), Paused: String(paused) })
    await signIn(rings(2))
    await pause(true)
    const first = await arrive()
    await ami.user('ContactNativeDone', first.contact, { QueueStatus: 'JOINEMPTY' })
    expect(await ami.user('ContactAnswered', first.contact)).toMatchObject({ Agent: 'duty' })
    await first.call.hangUp()
    await pause(false)
    const second = await arrive()
    await ami.event(
      ({ Event, DestChannel }) =>
        Event === 'DialBegin' && (DestChannel ?? '').startsWith(`PJSIP/${rings(2)}-`),
      'DialBegin',
    )
    await pause(true)
    await ami.user('ContactNativeDone', second.contact, { QueueStatus: 'LEAVEEMPTY' })
    expect(await ami.user('ContactAnswered', second.contact)).toMatchObject({ Agent: 'duty' })
    await second.call.hangUp()
    await duty.kill()
  })

  it('rings the duty number when no agent answers for a while, and serves an emergency first', async () => {
    await signIn(rings(0))
    const duty = await startPhones({ ...asterisk.trunk, answerAfterMs: 200 })
    const first = await arrive()
    await ami.user('ContactNative', first.contact)
    const urgent = await arrive({ steps: ['told', { press: '9' }] })
    await soon(async () =>
      expect(await asterisk.cli('core show channels concise')).toMatch(
        new RegExp(`^${urgent.channel}!.*!Queue!`, 'm'),
      ),
    )
    urgent.call.goOn()
    await ami.user('ContactEmergency', urgent.contact)
    expect(await ami.user('ContactAnswered', urgent.contact)).toMatchObject({ Agent: 'duty' })
    expect(ami.story(first.contact)).not.toContain('ContactAnswered')
    await urgent.call.hangUp()
    await first.call.hangUp()
    expect(await ami.user('ContactEnd', first.contact)).toMatchObject({ Stage: 'native', Answered: '0' })
    await duty.kill()
  })

  it('offers a call back and takes a message when nobody answers at all', async () => {
    const duty = await startPhones({ ...asterisk.trunk, refuseWith: '486 Busy Here' })
    const [wanted, spoken, abandoned] = await Promise.all([
      // He presses the key until it is taken: when the offer is read out depends on how busy the machine is.
      arrive({ steps: [{ wait: 4_000 }, ...Array.from({ length: 10 }, () => untilTaken).flat()] }),
      arrive(),
      arrive(),
    ])
    await ami.user('ContactNative', abandoned.contact)
    await abandoned.call.hangUp()
    expect(await ami.user('ContactEnd', abandoned.contact)).toMatchObject({ Stage: 'native', Answered: '0' })
    expect(ami.story(abandoned.contact).filter((name) => name === 'ContactEnd')).toHaveLength(1)

    expect(await ami.user('ContactCallBack', wanted.contact)).toMatchObject({
      Number: wanted.from,
      Stage: 'native',
    })
    expect(await ami.user('ContactEnd', wanted.contact)).toMatchObject({ Stage: 'callBack' })

    await vi.waitFor(
      async () => expect(await asterisk.cli('core show channels concise')).toContain('!Record!'),
      { timeout: 15_000 },
    )
    await new Promise((go) => setTimeout(go, 1_500))
    await spoken.call.hangUp()
    const left = await ami.user('VoicemailLeft', spoken.contact)
    expect(left).toMatchObject({
      File: `vm-${spoken.contact}.wav`,
      Seconds: expect.stringMatching(/^[1-3]$/) as string,
    })
    expect(statSync(join(asterisk.paths.recordings, left['File'] ?? '')).size).toBeGreaterThan(16_000)
    expect(await ami.user('ContactEnd', spoken.contact)).toMatchObject({ Stage: 'voicemail' })
    expect(ami.story(spoken.contact).slice(-2)).toEqual(['VoicemailLeft', 'ContactEnd'])
    await soon(() => {
      expect(ending(wanted.contact)).toMatchObject({ stage: 'callBack', callback: wanted.from })
      expect(ending(spoken.contact)).toMatchObject({
        stage: 'voicemail',
        voicemail: left['File'],
      })
      expect(ending(abandoned.contact)).toMatchObject({
        stage: 'native',
        answered: '0',
        ended: '1',
      })
    })
    await duty.kill()
  })

  it('takes a heartbeat from the future, or older than 6 s, for none', async () => {
    await signIn(answers(1))
    const now = Number((await ami.action('Ping'))['Timestamp'])
    for (const beat of [now + 60, now - 7, 0]) {
      await ami.action('Setvar', { Variable: 'GW_HB', Value: beat.toFixed(6) })
      const { call, contact } = await arrive()
      expect(await ami.user('ContactNative', contact)).toMatchObject({ Reason: 'gatewayDead' })
      await call.hangUp()
    }
  })
})

describe('a living gateway that misses a caller', () => {
  it('loses him after 6 s unclaimed, and after the longest hold in any case', async () => {
    await signIn(answers(2))
    await signIn(answers(3))
    await ami.startHeartbeat()
    const [missed, forgotten] = await Promise.all([arrive(), arrive()])
    await ami.setvar(forgotten.channel, 'GW_SEEN', '1')
    const start = performance.now()
    expect(await ami.user('ContactNative', missed.contact)).toMatchObject({ Reason: 'unclaimed' })
    expect(performance.now() - start).toBeGreaterThan(4_500)
    expect(performance.now() - start).toBeLessThan(9_500)
    await ami.user('ContactAnswered', missed.contact, { Via: 'native' })
    expect(await ami.user('ContactNative', forgotten.contact)).toMatchObject({ Reason: 'holdTooLong' })
    await ami.user('ContactAnswered', forgotten.contact, { Via: 'native' })
    await Promise.all([missed.call.hangUp(), forgotten.call.hangUp()])
  })

  it('can itself send a caller to the native queue, when nobody is on shift', async () => {
    await ami.startHeartbeat()
    const { call, contact, channel } = await arrive()
    await ami.setvar(channel, 'GW_SEEN', '1')
    await ami.user('ContactHold', contact)
    await ami.redirect(channel, 'native')
    expect(await ami.user('ContactNative', contact)).toMatchObject({ Reason: 'asked' })
    await call.hangUp()
  })
})

describe('an Asterisk that was killed', () => {
  it('starts again in the same place, still knows who is signed in, and trusts no old heartbeat', async () => {
    await signIn(answers(5))
    signedIn.clear()
    // Asterisk writes its database about once a second
    const database = join(asterisk.paths.db, 'astdb.sqlite3')
    await vi.waitFor(() => expect(readFileSync(database).includes(`PJSIP/${answers(5)}`)).toBe(true), {
      timeout: 5_000,
    })
    ami.close()
    await asterisk.kill()
    asterisk = await startTestAsterisk(asterisk.options).then((again) => ({
      ...again,
      banks: asterisk.banks,
    }))
    ami = await TestAmi.connect(asterisk)
    const { call, contact } = await arrive()
    expect(await ami.user('ContactNative', contact)).toMatchObject({ Reason: 'gatewayDead' })
    await ami.user('ContactAnswered', contact, { Agent: answers(5), Via: 'native' })
    await call.hangUp()
  })
})

it('made Asterisk complain about nothing', () => {
  expect(asterisk.complaints()).toEqual([])
})
