import { afterAll, beforeAll, expect, it } from 'vitest'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { ownPorts } from '../support/ports.ts'
import { type Call, endAllSipp, placeCall, startPhones } from '../support/sipp.ts'

/** A hotline whose lines are all in use: ten pairs of ports for sound, two of them for each conversation. */

let asterisk: TestAsterisk
let ami: TestAmi

beforeAll(async () => {
  const { first } = ownPorts(10_000, 20_000)
  asterisk = await startTestAsterisk({
    rtpStart: first,
    rtpEnd: first + 19,
    promptOverrides: shortPrompts(['greeting', 'notice', 'full', 'nobody']),
  })
  ami = await TestAmi.connect(asterisk)
  ami.claimAll()
  await ami.startHeartbeat()
  const [bank] = asterisk.banks
  await startPhones({ host: bank?.host ?? '', port: bank?.port ?? 0, answerAfterMs: 100 })
  await startPhones({ ...asterisk.emergency, answerAfterMs: 100 })
})
afterAll(async () => {
  ami?.close()
  await endAllSipp()
  await asterisk?.stop()
})

let callers = 0
async function arrive(): Promise<{ call: Call; contact: string; channel: string }> {
  const from = `1380000${String(7_000 + (callers += 1))}`
  const call = await placeCall({ target: asterisk.sip, to: '12345', from })
  const arrived = await ami.event(
    ({ UserEvent, Ani }) => UserEvent === 'ContactNew' && Ani === from,
    'ContactNew',
  )
  return { call, contact: arrived['ContactId'] ?? '', channel: arrived['Channel'] ?? '' }
}

it('still reaches the emergency line, and tells some callers that all lines are busy', async () => {
  const talks = []
  for (const phone of asterisk.banks[0]!.numbers.slice(0, 3)) {
    const talk = await arrive()
    await ami.user('ContactHold', talk.contact)
    await ami.redirect(talk.channel, 'to-agent', phone)
    const answered = await ami.user('ContactAnswered', talk.contact)
    await ami.event(
      ({ Event, Channel }) => Event === 'BridgeEnter' && Channel === talk.channel,
      'BridgeEnter of the caller',
    )
    talks.push({ ...talk, agent: answered['Channel'] ?? '' })
  }
  const told = [await arrive(), await arrive()]
  for (const { contact } of told) await ami.user('ContactNative', contact, { Reason: 'full' })
  // However many follow, what is left is not theirs.
  const refused = await arrive()
  expect(await ami.user('ContactEnd', refused.contact)).toMatchObject({ Answered: '0', Cause: '34' })

  const { contact, channel, agent } = talks[0]!
  await ami.redirect(agent, 'talk-agent', 's', { channel, context: 'talk-caller' })
  await ami.user('ContactConfJoin', contact, { Role: 'caller' })
  await ami.action('Originate', {
    Channel: 'Local/110@emergency-out/n',
    Context: 'talk-emergency',
    Exten: 's',
    Priority: '1',
    Async: 'true',
    Timeout: '40000',
    Variable: [`CONTACT=${contact}`, `CALLERCHAN=${channel}`],
  })
  expect(await ami.user('ContactConfJoin', contact, { Role: 'emergency' })).toMatchObject({ Party: '110' })
  await Promise.all([...talks, ...told].map(({ call }) => call.hangUp()))
})
