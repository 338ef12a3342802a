import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTelephone, type Telephone } from '../../services/demo/telephone.ts'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../support/asterisk.ts'
import { endAllSipp, placeCall } from '../support/sipp.ts'

let asterisk: TestAsterisk
let ami: TestAmi
const telephones: Telephone[] = []

async function telephone(
  number: string,
  pickUpAfterMs: number | undefined,
  talkMs?: number,
): Promise<Telephone> {
  const { secret } = asterisk.phones.find((phone) => phone.number === number) ?? { secret: 'unknown' }
  const started = await startTelephone({
    host: '127.0.0.3',
    server: { host: '127.0.0.1', port: asterisk.options.sipPort },
    account: { number, secret },
    pickUpAfterMs: () => pickUpAfterMs,
    talkMs: () => talkMs,
  })
  telephones.push(started)
  return started
}

async function callInHold(): Promise<string> {
  const before = ami.events.length
  await placeCall({ target: asterisk.sip, to: '12345', from: '13800000001' })
  const hold = await ami.event(
    (event) => event['UserEvent'] === 'ContactHold' && ami.events.indexOf(event) >= before,
  )
  return hold['ContactId'] ?? ''
}

describe("the demo's telephones", () => {
  beforeAll(async () => {
    asterisk = await startTestAsterisk({ promptOverrides: shortPrompts(['greeting', 'notice']) })
    ami = await TestAmi.connect(asterisk)
    await ami.startHeartbeat()
    ami.claimAll()
  })

  afterAll(async () => {
    await endAllSipp()
    await Promise.all(telephones.map((each) => each.stop()))
    ami.close()
    await asterisk.stop()
  })

  it('register, are rung, talk and hang up', async () => {
    const phone = await telephone('2001', 50, 800)
    const contact = await callInHold()
    await ami.redirect(contact, 'to-agent', '2001')
    await ami.user('ContactAnswered', contact, { Agent: '2001' })
    await ami.user('ContactEnd', contact, { Answered: '1' })
    expect(phone.taken()).toBe(1)
  })

  it('ring in vain when nobody is there', async () => {
    await telephone('2002', undefined)
    const contact = await callInHold()
    await ami.setvar(contact, 'RINGT', '1')
    await ami.redirect(contact, 'to-agent', '2002')
    const done = await ami.user('ContactDialDone', contact)
    expect(done['DialStatus']).toBe('NOANSWER')
  })

  it('are refused with a wrong secret', async () => {
    await expect(telephone('2999', 50)).rejects.toThrow('refused')
  })
})
