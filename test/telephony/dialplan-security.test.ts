import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asterisk, startAsterisk } from '../../services/asterisk.ts'
import { isAlive } from '../../services/processes.ts'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { unusedPort } from '../support/ports.ts'
import { endAllSipp, placeCall } from '../support/sipp.ts'
import { soon } from '../support/telephony.ts'
import { registerWebPhone } from '../support/web-phone.ts'

/** What comes from outside cannot reach further than it should. */

let asterisk: TestAsterisk
let ami: TestAmi
const canary = '13899990000'

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    httpsPort: await unusedPort(),
    dutyNumber: '13800000099',
    maxCallers: 12,
    promptOverrides: shortPrompts([
      'greeting',
      'notice',
      'nobody',
      'voicemail',
      'full',
      'thanks',
      'call-back',
    ]),
    timings: { nativeAgents: 2, nativeDuty: 2 },
  })
  ami = await TestAmi.connect(asterisk)
})

afterAll(async () => {
  ami?.close()
  await endAllSipp()
  await asterisk?.stop()
})

const arrivals = (): number => ami.events.filter(({ UserEvent }) => UserEvent === 'ContactNew').length

describe('the trunk', () => {
  it('leads to the numbers of the hotline and nowhere else', async () => {
    const before = arrivals()
    const tried = ['110', '13800000000', '12346', '88900', '8890001', 's', 'h', '600', '1001', '3001', 'duty']
    const calls = await Promise.all(tried.map((to) => placeCall({ target: asterisk.sip, to, from: canary })))
    for (const call of calls) await expect(call.answered).rejects.toThrow('refused with 404')
    expect(arrivals()).toBe(before)
    const channels = await asterisk.cli('core show channels count')
    expect(channels).toContain('0 active channels')
  })

  it('takes calls without a number', async () => {
    const call = await placeCall({ target: asterisk.sip, to: '12345' })
    await call.answered
    const arrived = await ami.user('ContactNew', undefined, { Withheld: '1' })
    expect(arrived).toMatchObject({ Ani: '', Dnis: '12345' })
    await call.hangUp()
    expect(await ami.user('ContactEnd', arrived['ContactId'])).toMatchObject({ Answered: '0' })
  })

  it('takes a calling number that is none for a withheld one', async () => {
    const users = [
      '138%24%7BGLOBAL%28GW_HB%29%7D0000',
      '138,1%29%7D%24%7BSHELL%28id%29%7D',
      '13800000000%22%2c%22x',
      '13800000000%7c1',
      '1'.repeat(200),
    ]
    for (const user of users) {
      const before = arrivals()
      const rawFrom = `"x\${SHELL(id)}, <y>" <sip:${user}@127.0.0.2>`
      const call = await placeCall({ target: asterisk.sip, to: '8890', rawFrom })
      await call.answered
      await soon(() => expect(arrivals()).toBe(before + 1))
      const arrived = ami.events.findLast(({ UserEvent }) => UserEvent === 'ContactNew') ?? {}
      expect(arrived).toMatchObject({ Ani: '', Withheld: '1', CallerIDName: '<unknown>' })
      await call.hangUp()
      await ami.user('ContactEnd', arrived['ContactId'])
    }
    await soon(() => {
      const rows = readFileSync(asterisk.paths.contactsCsv, 'utf8').trim().split('\n')
      expect(rows.length).toBeGreaterThan(users.length)
      for (const row of rows) expect(row.split(',')).toHaveLength(20)
    })
  })

  it('ignores a calling number that would end a line', async () => {
    const before = arrivals()
    const rawFrom = '<sip:138%0d%0aUserEvent:%20ContactEnd%0d%0aContactId:%20x@127.0.0.2>'
    const call = await placeCall({ target: asterisk.sip, to: '8890', rawFrom })
    const other = await placeCall({ target: asterisk.sip, to: '8890', from: '+8613800000021' })
    expect(await ami.user('ContactNew', undefined, { Ani: '+8613800000021' })).toMatchObject({
      Withheld: '0',
    })
    expect(arrivals()).toBe(before + 1)
    expect(call.records()).toEqual([])
    expect(ami.events.filter(({ ContactId }) => ContactId === 'x')).toEqual([])
    await Promise.all([call.kill(), other.hangUp()])
  })

  it('offers no transfer to the other side', async () => {
    const call = await placeCall({ target: asterisk.sip, to: '12345', from: canary })
    await call.answered
    expect(call.messages()).toMatch(/^Allow: .*INVITE/m)
    expect(call.messages()).not.toMatch(/^Allow: .*REFER/m)
    await call.hangUp()
  })

  it('says that all lines are busy when they are, and keeps the way to a message open', async () => {
    const calls = await Promise.all(
      Array.from({ length: 13 }, () => placeCall({ target: asterisk.sip, to: '12345', from: canary })),
    )
    await Promise.all(calls.map((call) => call.answered))
    const full = await ami.user('ContactNative', undefined, { Reason: 'full' })
    expect(ami.events.filter(({ Reason }) => Reason === 'full')).toHaveLength(1)
    await Promise.all(calls.map((call) => call.hangUp()))
    await ami.user('ContactEnd', full['ContactId'])
  })
})

describe('a stranger', () => {
  it('cannot call, whatever he calls himself', async () => {
    const before = arrivals()
    for (const user of ['trunk', 'emergency', '1001', 'anonymous']) {
      const rawFrom = `<sip:${user}@127.0.0.9>`
      const call = await placeCall({ target: asterisk.sip, to: '12345', host: '127.0.0.9', rawFrom })
      await expect(call.answered).rejects.toThrow('refused with 401')
    }
    expect(arrivals()).toBe(before)
  })

  it('registers no phone without its secret, and is written down for it', async () => {
    const stranger = await registerWebPhone(`ws://127.0.0.1:${asterisk.options.httpPort}/ws`, '1001', 'guess')
    expect(stranger.status).toBe(401)
    stranger.close()
    await soon(() => {
      const log = readFileSync(join(asterisk.paths.log, 'security'), 'utf8')
      expect(log).toMatch(/ChallengeResponseFailed.*AccountID="1001".*RemoteAddress="IPV4/)
    })
  })
})

describe("an agent's phone", () => {
  const stateOf = async (number: string): Promise<string> =>
    (await asterisk.cli(`pjsip show endpoint ${number}`))
      .split('\n')
      .find((line) => / Endpoint: +\d/.test(line)) ?? ''

  it('registers over WebSocket with its long secret, and only one at a time', async () => {
    const [phone] = asterisk.phones
    expect(phone).toMatchObject({ number: '1001', kind: 'web' })
    expect(phone?.secret.length).toBeGreaterThanOrEqual(32)
    const { httpPort, httpsPort } = asterisk.options
    const secret = phone?.secret ?? ''
    const first = await registerWebPhone(`ws://127.0.0.1:${httpPort}/ws`, '1001', secret)
    expect(first.status).toBe(200)
    await soon(async () => expect(await stateOf('1001')).toContain('Not in use'))
    const second = await registerWebPhone(`wss://127.0.0.1:${httpsPort}/ws`, '1001', secret)
    expect(second.status).toBe(200)
    const contacts = await asterisk.cli('pjsip show aor 1001')
    expect(contacts.match(/ Contact: +1001\//g)).toHaveLength(1)
    second.close()
    await soon(async () => expect(await stateOf('1001')).toContain('Unavailable'))
    first.close()
  })

  it('can call nobody by itself', async () => {
    const tried = ['110', '13800000000', '12345', '1002', '3001', 's']
    const calls = await Promise.all(
      tried.map((to) => placeCall({ target: asterisk.sip, to, host: '127.0.0.9', from: '3001' })),
    )
    for (const call of calls) await expect(call.answered).rejects.toThrow(/refused with 40[14]/)
  })
})

describe('the door of the gateway', () => {
  it('refuses what the gateway has no need of', async () => {
    const refused: [string, Record<string, string>][] = [
      ['Command', { Command: 'core stop now' }],
      ['DBPut', { Family: 'registrar', Key: 'x', Val: 'y' }],
      ['GetConfig', { Filename: 'pjsip.conf' }],
      ['UpdateConfig', { SrcFilename: 'pjsip.conf', DstFilename: 'pjsip.conf' }],
      ['ModuleLoad', { LoadType: 'load', Module: 'app_system.so' }],
      ['DialplanExtensionAdd', { Context: 'nothing', Extension: '1', Priority: '1', Application: 'Hangup' }],
      ['Getvar', { Variable: 'SHELL(id)' }],
      ['Setvar', { Variable: 'FILE(/tmp/x)', Value: 'y' }],
      ['Originate', { Channel: 'Local/600@from-phone', Application: 'System', Data: 'id', Async: 'true' }],
    ]
    for (const [action, fields] of refused) {
      expect(await ami.action(action, fields), action).toMatchObject({ Response: 'Error' })
    }
  })

  it('stays shut for a wrong secret', async () => {
    const stranger = { ...asterisk, options: { ...asterisk.options, amiSecret: 'guess' } }
    await expect(TestAmi.connect(stranger)).rejects.toThrow('Authentication failed')
  })
})

describe('an instance', () => {
  it('lives beside another one, and ends what a killed run left in its folder', async () => {
    const options = {
      ...asterisk.options,
      dir: `${asterisk.options.dir}-second`,
      systemName: 'second',
      sipPort: await unusedPort(),
      amiPort: await unusedPort(),
      httpPort: await unusedPort(),
      httpsPort: await unusedPort(),
    }
    const leftOver = await startAsterisk(options)
    let again: Asterisk | undefined
    try {
      expect(await asterisk.cli('core show settings')).toContain(asterisk.options.systemName)
      expect(await leftOver.cli('core show settings')).toContain('second')
      again = await startAsterisk(options)
      expect(isAlive(leftOver.mark)).toBe(false)
      expect(again.phones).toEqual(leftOver.phones)
    } finally {
      await leftOver.kill()
      await again?.stop()
    }
  })

  it('does not start where its port is taken', async () => {
    const options = { ...asterisk.options, dir: `${asterisk.options.dir}-third` }
    await expect(startAsterisk(options)).rejects.toThrow('cannot use')
  })
})

it('wrote no telephone number into its logs', () => {
  const logs = (readdirSync(asterisk.paths.log, { recursive: true }) as string[])
    .filter((name) => !/queue_log|contacts\.csv|cdr-custom$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(asterisk.paths.log, name), 'utf8') }))
  for (const { name, text } of logs) expect(text, name).not.toMatch(/1389999|1380000/)
  // the strangers of this file are in it: what was read is what Asterisk wrote
  expect(logs.find(({ name }) => name === 'security')?.text).toContain('RemoteAddress="IPV4')
})
