import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { type Call, endAllSipp, placeCall, type Phones, startPhones } from '../support/sipp.ts'
import { soon } from '../support/telephony.ts'

/** Hold by the agent, consultation, transfer, the emergency line as third party, and calling back. */

let asterisk: TestAsterisk
let ami: TestAmi
let phones: Phones
let silent: Phones
/** The phones from the tenth on. */
let colleagues: Phones
let police: Phones
let citizens: Phones

const phone = (n: number): string => asterisk.banks[n < 10 ? 0 : 2]?.numbers[n % 10] ?? ''
const rings = (n: number): string => asterisk.banks[1]?.numbers[n] ?? ''

const prompts = ['greeting', 'notice', 'agentLost', 'farSideLeft', 'called-back']

beforeAll(async () => {
  asterisk = await startTestAsterisk({ promptOverrides: shortPrompts(prompts), timings: { ring: 4 } })
  ami = await TestAmi.connect(asterisk)
  ami.claimAll()
  await ami.startHeartbeat()
  const [first, second, third] = asterisk.banks
  if (first === undefined || second === undefined || third === undefined) throw new Error('three banks')
  phones = await startPhones({ ...first, answerAfterMs: 100 })
  silent = await startPhones({ ...second })
  colleagues = await startPhones({ ...third, answerAfterMs: 100 })
  police = await startPhones({ ...asterisk.emergency, answerAfterMs: 300 })
  citizens = await startPhones({ ...asterisk.trunk, answerAfterMs: 300 })
})

afterAll(async () => {
  ami?.close()
  await endAllSipp()
  await asterisk?.stop()
})

interface Talk {
  call: Call
  contact: string
  /** the caller's channel and the agent's */
  caller: string
  agent: string
  from: string
}

let callers = 0

/** A citizen who talks with the phone. */
async function talking(
  number: string,
  options: Partial<Parameters<typeof placeCall>[0]> = {},
): Promise<Talk> {
  const from = `1380001${String((callers += 1)).padStart(4, '0')}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', from, ...options })
  await call.answered
  const arrived = await ami.event(
    ({ UserEvent, Ani }) =>
      UserEvent === 'ContactNew' && (Ani === from || (options.rawFrom !== undefined && Ani === '')),
    'ContactNew',
  )
  const contact = arrived['ContactId'] ?? ''
  const caller = arrived['Channel'] ?? ''
  await ami.user('ContactHold', contact)
  await ami.redirect(caller, 'to-agent', number)
  const answered = await ami.user('ContactAnswered', contact, { Agent: number })
  await bridged(caller)
  return { call, contact, caller, agent: answered['Channel'] ?? '', from }
}

/** An answered phone is bridged a moment after `ContactAnswered`; a Redirect in between would meet it half-way. */
const bridged = (channel: string): Promise<unknown> =>
  ami.event(
    ({ Event, Channel }) => Event === 'BridgeEnter' && Channel === channel,
    `BridgeEnter of ${channel}`,
  )

/** Puts caller and agent on hold for a consultation; gives the channel of the colleague who answered. */
async function consult(talk: Talk, colleague: string): Promise<string> {
  await ami.redirect(talk.agent, 'consult', colleague, { channel: talk.caller, context: 'held' })
  const answered = await ami.user('ContactConsultAnswered', talk.contact, { Agent: colleague })
  const channel = answered['Channel'] ?? ''
  await bridged(channel)
  return channel
}

/** Both talk in the room of the contact. */
async function inRoom(number: string, options: Partial<Parameters<typeof placeCall>[0]> = {}): Promise<Talk> {
  const talk = await talking(number, options)
  await ami.redirect(talk.agent, 'talk-agent', 's', { channel: talk.caller, context: 'talk-caller' })
  await ami.user('ContactConfJoin', talk.contact, { Role: 'caller' })
  return talk
}

function callEmergency({ contact, caller }: Talk, number = '110'): Promise<unknown> {
  return ami.action('Originate', {
    Channel: `Local/${number}@emergency-out/n`,
    Context: 'talk-emergency',
    Exten: 's',
    Priority: '1',
    Async: 'true',
    Timeout: '40000',
    Variable: [`CONTACT=${contact}`, `CALLERCHAN=${caller}`],
  })
}

/** Parties of the contact's room. */
const parties = async (contact: string): Promise<number> =>
  (await asterisk.cli(`confbridge list ${contact}`)).split('\n').filter((line) => /PJSIP|Local/.test(line))
    .length

/** How often a UserEvent of that name was raised for the contact. */
const times = (contact: string, name: string): number =>
  ami.story(contact).filter((told) => told === name).length

const hangUpChannel = (channel: string): Promise<unknown> =>
  ami.action('Hangup', { Channel: channel, Cause: '16' })

describe.concurrent('the emergency line', () => {
  it('joins caller and agent; the agent leaves, the two stay; when the line leaves, the caller is held', async () => {
    const talk = await inRoom(phone(0))
    const { call, contact } = talk
    await callEmergency(talk)
    expect(await ami.user('ContactConfJoin', contact, { Role: 'emergency' })).toMatchObject({ Party: '110' })
    await soon(async () => expect(await parties(contact)).toBe(3))
    const invite = police
      .messages()
      .split(/-{20,}/)
      .find((text) => text.includes(`<sip:${talk.from}@`))
    expect(invite).toContain('INVITE sip:110@')
    await phones.hangUp(phone(0))
    expect(await ami.user('ContactConfLeave', contact, { Role: 'agent' })).toMatchObject({ Party: phone(0) })
    await delay(500)
    expect(await parties(contact)).toBe(2)
    expect(times(contact, 'ContactHold')).toBe(1)
    const line = await ami.user('ContactConfJoin', contact, { Role: 'emergency' })
    await hangUpChannel(line['Channel'] ?? '')
    await ami.user('ContactConfLeave', contact, { Role: 'emergency' })
    await ami.user('ContactHold', contact, { HoldN: '2', Reason: 'farSideLeft' })
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'hold', Answered: '1' })
  })

  it('that leaves a caller whose agent has gone tells him so first; whoever hangs up then waits for nobody', async () => {
    const talk = await inRoom(phone(17))
    const { call, contact } = talk
    await callEmergency(talk)
    const line = await ami.user('ContactConfJoin', contact, { Role: 'emergency' })
    await colleagues.hangUp(phone(17))
    await ami.user('ContactConfLeave', contact, { Role: 'agent' })
    await hangUpChannel(line['Channel'] ?? '')
    await ami.user('ContactConfLeave', contact, { Role: 'emergency' })
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'conference', Answered: '1' })
    expect(times(contact, 'ContactHold')).toBe(1)
  })

  it('is shown the number of a citizen who withholds it from everybody else', async () => {
    const from = '13855554444'
    const talk = await inRoom(phone(1), {
      rawFrom: '"Anonymous" <sip:anonymous@anonymous.invalid>',
      headers: [`P-Asserted-Identity: <sip:${from}@127.0.0.2>`, 'Privacy: id'],
    })
    expect(await ami.user('ContactNew', talk.contact)).toMatchObject({ Ani: '', Withheld: '1' })
    await callEmergency(talk, '120')
    await ami.user('ContactConfJoin', talk.contact, { Role: 'emergency', Party: '120' })
    expect(police.messages()).toContain(`<sip:${from}@`)
    expect(phones.messages()).not.toContain(from)
    await talk.call.hangUp()
  })

  it('leaves caller and agent together when the line hangs up first', async () => {
    const talk = await inRoom(phone(2))
    await callEmergency(talk)
    const line = await ami.user('ContactConfJoin', talk.contact, { Role: 'emergency' })
    await hangUpChannel(line['Channel'] ?? '')
    await ami.user('ContactConfLeave', talk.contact, { Role: 'emergency' })
    await delay(300)
    expect(await parties(talk.contact)).toBe(2)
    await phones.hangUp(phone(2))
    expect(await ami.user('ContactEnd', talk.contact)).toMatchObject({ Stage: 'talk', Agent: phone(2) })
    expect(times(talk.contact, 'ContactHold')).toBe(1)
  })

  it('stays with the agent when the caller goes, and is let go with him', async () => {
    const talk = await inRoom(phone(3))
    await callEmergency(talk)
    await ami.user('ContactConfJoin', talk.contact, { Role: 'emergency' })
    await talk.call.hangUp()
    expect(await ami.user('ContactEnd', talk.contact)).toMatchObject({ Stage: 'conference', Answered: '1' })
    await delay(300)
    expect(await parties(talk.contact)).toBe(2)
    await phones.hangUp(phone(3))
    await ami.user('ContactConfLeave', talk.contact, { Role: 'emergency' })
    expect(await parties(talk.contact)).toBe(0)
  })

  it('is only called on the numbers of the list; caller and agent stay together', async () => {
    const talk = await inRoom(phone(4))
    await callEmergency(talk, '13800000009')
    expect(await ami.user('ContactConfFailed', talk.contact)).toMatchObject({ DialStatus: 'REFUSED' })
    expect(await parties(talk.contact)).toBe(2)
    await talk.call.hangUp()
  })
})

describe.concurrent('an agent', () => {
  it('puts his caller on hold with music and takes him back; only the talk is recorded', async () => {
    const { call, contact, caller, agent } = await talking(phone(5))
    await delay(1_000)
    await ami.redirect(agent, 'talk-agent', 's', { channel: caller, context: 'held' })
    expect(await ami.user('ContactHeld', contact)).toMatchObject({ Agent: phone(5) })
    await ami.event(({ Event, Channel }) => Event === 'MusicOnHoldStart' && Channel === caller, 'music')
    await delay(2_500)
    await ami.redirect(caller, 'talk-caller')
    await ami.user('ContactConfJoin', contact, { Role: 'caller' })
    await delay(1_500)
    await phones.hangUp(phone(5))
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Agent: phone(5) })
    expect(await call.ended).toBe(0)
    const file = join(asterisk.paths.recordings, `${contact}.wav`)
    await soon(() => {
      const seconds = (statSync(file).size - 44) / 16_000
      expect(seconds).toBeGreaterThan(1.8)
      expect(seconds).toBeLessThan(4)
    })
  })

  it('who goes while his caller is on hold leaves him in the queue', async () => {
    const { call, contact, caller, agent } = await talking(phone(6))
    await ami.redirect(agent, 'talk-agent', 's', { channel: caller, context: 'held' })
    await ami.user('ContactHeld', contact)
    await phones.hangUp(phone(6))
    await ami.user('ContactHold', contact, { HoldN: '2', Reason: 'agentLost' })
    await call.hangUp()
  })

  it('asks a colleague, and both are joined again when he hangs up', async () => {
    const talk = await talking(phone(7))
    const { call, contact } = talk
    const colleague = await consult(talk, phone(10))
    await ami.user('ContactConsultAnswered', contact, { Agent: phone(10), By: phone(7) })
    await hangUpChannel(colleague)
    expect(await ami.user('ContactConsultDone', contact)).toMatchObject({ DialStatus: 'ANSWER' })
    await ami.user('ContactConfJoin', contact, { Role: 'caller' })
    await ami.user('ContactConfJoin', contact, { Role: 'agent', Party: phone(7) })
    expect(times(contact, 'ContactHold')).toBe(1)
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Agent: phone(7) })
  })

  it('who asks a colleague in vain has his caller back', async () => {
    const { call, contact, caller, agent } = await talking(phone(8))
    await ami.redirect(agent, 'consult', rings(0), { channel: caller, context: 'held' })
    expect(await ami.user('ContactConsultDone', contact)).toMatchObject({ DialStatus: 'NOANSWER' })
    await silent.record(({ what, detail }) => what === 'cancelled' && detail === rings(0))
    await ami.user('ContactConfJoin', contact, { Role: 'caller' })
    await call.hangUp()
  })

  it('hands his caller over to the colleague he asked', async () => {
    const talk = await talking(phone(9))
    const { call, contact, caller } = talk
    const colleague = await consult(talk, phone(11))
    await ami.redirect(colleague, 'talk-agent', 's', { channel: caller, context: 'talk-caller' })
    await ami.user('ContactConfJoin', contact, { Role: 'agent', Party: phone(11) })
    await ami.user('ContactConfJoin', contact, { Role: 'caller' })
    await phones.record(({ what, detail }) => what === 'was hung up on' && detail === phone(9))
    await delay(700)
    expect(await parties(contact)).toBe(2)
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Agent: phone(11) })
    expect(times(contact, 'ContactHold')).toBe(1)
  })

  it('makes it three with the colleague he asked', async () => {
    const talk = await talking(phone(12))
    const { call, contact, caller, agent } = talk
    const colleague = await consult(talk, phone(13))
    await ami.redirect(colleague, 'talk-agent', 's', { channel: agent, context: 'talk-agent' })
    await ami.redirect(caller, 'talk-caller')
    await soon(async () => expect(await parties(contact)).toBe(3))
    await call.hangUp()
  })

  it('passes his caller on without asking', async () => {
    const { call, contact, caller } = await talking(phone(14))
    await ami.redirect(caller, 'to-agent', phone(15))
    await ami.user('ContactAnswered', contact, { Agent: phone(15) })
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Agent: phone(15) })
    // The desk would refuse a call that it has not accepted. The phone writes its messages down in its own time.
    const invites = () =>
      colleagues
        .messages()
        .split(/-{20,}/)
        .filter((text) => text.includes('INVITE sip:') && text.includes(`X-Contact-Id: ${contact}`))
    await soon(() => expect(invites()).toHaveLength(2))
    expect(invites().map((text) => text.includes('X-Transfer: 1'))).toEqual([false, true])
  })
})

describe.concurrent('a call back', () => {
  const originate = (number: string, contact: string, agent: string): Promise<unknown> =>
    ami.action('Originate', {
      Channel: 'Local/s@call-back-out/n',
      Context: 'called-back',
      Exten: agent,
      Priority: '1',
      Async: 'true',
      Timeout: '50000',
      Variable: [`CONTACT=${contact}`, `NUMBER=${number}`],
    })

  it('rings the citizen first, then the agent, and is a call like any other from then on', async () => {
    const contact = 'earlier-1795277522.7'
    await originate('13866665555', contact, phone(16))
    await ami.user('ContactCalledBack', contact)
    const answered = await ami.user('ContactAnswered', contact, { Agent: phone(16), Via: 'gateway' })
    expect(citizens.messages()).toContain('INVITE sip:13866665555@')
    expect(citizens.messages()).toMatch(/From: <sip:12345@/)
    await hangUpChannel(answered['Channel'] ?? '')
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Agent: phone(16) })
    await citizens.record(({ what, detail }) => what === 'was hung up on' && detail === '13866665555')
  })

  it('after a talk that was lost is recorded behind it, not over it', async () => {
    const contact = 'earlier-1795277522.8'
    const file = join(asterisk.paths.recordings, `${contact}.wav`)
    const seconds = (): number => (statSync(file).size - 44) / 16_000
    /** Calls the citizen, talks for more than a second, and says how much is recorded then. */
    async function talk(agent: string): Promise<number> {
      const before = times(contact, 'ContactEnd')
      await originate('13866665556', contact, agent)
      const answered = await ami.user('ContactAnswered', contact, { Agent: agent })
      await delay(1_300)
      await hangUpChannel(answered['Channel'] ?? '')
      await soon(() => expect(times(contact, 'ContactEnd')).toBe(before + 1))
      await soon(async () => expect(await asterisk.cli('core show channels concise')).not.toContain(contact))
      await delay(200)
      return seconds()
    }
    const first = await talk(phone(18))
    expect(first).toBeGreaterThan(0.8)
    const both = await talk(phone(19))
    expect(both).toBeGreaterThan(first + 0.8)
    // The head of the file knows of both.
    expect(readFileSync(file).readUInt32LE(40)).toBe(statSync(file).size - 44)
  })

  it('goes to no number outside the list', async () => {
    for (const [index, number] of ['008613800000001', '110', '4008005588000000'].entries()) {
      const contact = `earlier-${index}`
      await originate(number, contact, phone(17))
      expect(await ami.user('ContactCallBackFailed', contact)).toMatchObject({ DialStatus: 'REFUSED' })
      expect(citizens.messages()).not.toContain(`INVITE sip:${number}@`)
    }
  })
})

describe('an emergency line that is busy', () => {
  it('leaves the caller with his agent', async () => {
    await police.kill()
    await startPhones({ ...asterisk.emergency, refuseWith: '486 Busy Here' })
    const talk = await inRoom(phone(0))
    await callEmergency(talk, '119')
    expect(await ami.user('ContactConfFailed', talk.contact)).toMatchObject({
      DialStatus: 'BUSY',
      Party: '119',
    })
    expect(await parties(talk.contact)).toBe(2)
    await talk.call.hangUp()
  })
})

it('made Asterisk complain about nothing', () => {
  expect(asterisk.complaints()).toEqual([])
})
