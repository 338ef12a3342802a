import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAskProgress } from '../../src/composition/progress.ts'
import { createTries } from '../../src/composition/tries.ts'
import { shortPrompts, startTestAsterisk, type TestAsterisk, TestAmi } from '../support/asterisk.ts'
import { silentLog, testPii } from '../support/contacts.ts'
import { startHotline } from '../support/hotline.ts'
import { endAllSipp, placeCall, startPhones, type Call, type Phones, type Step } from '../support/sipp.ts'
import { kannelText, sendSms } from '../support/sms-push.ts'
import { beating, startGateway, stopGateways, telephonyDatabase } from '../support/telephony.ts'
import { draft, startOrders } from '../support/work-orders.ts'

/** A caller follows his order by the keys of his telephone, while he waits or on a number of its own. */

let asterisk: TestAsterisk
let ami: TestAmi
let answering: Phones
let answerer: NodeJS.Timeout

/** What the played gateway knows of a number; of any other it says nothing at all. */
const known = '2603024816539'
const unknown = '2600000000000'
const unanswered = '2611111111111'
const told = 'progress-order&digit-2&progress-accepted&progress-due&month-3&day-9'
const answers: Record<string, string> = { [known]: told, [unknown]: 'none' }

const short = ['greeting', 'notice', 'keys', 'emergency', 'progress-number', 'progress-last-four']
const prompts = shortPrompts([
  ...short,
  'progress-none',
  'progress-short',
  'progress-after',
  'progress-person',
])

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    promptOverrides: prompts,
    progressNumber: '12399',
    timings: { sayEvery: 4, slice: 2 },
  })
  ami = await TestAmi.connect(asterisk)
  ami.claimAll()
  await ami.startHeartbeat()
  let seen = 0
  answerer = setInterval(() => {
    for (; seen < ami.events.length; seen++) {
      const { UserEvent, Channel = '', Ask = '', Number = '' } = ami.events[seen] ?? {}
      const answer = answers[Number]
      if (UserEvent === 'ProgressAsked' && answer) void ami.setvar(Channel, `PROGRESS_ANSWER_${Ask}`, answer)
    }
  }, 20)
  answering = await startPhones({ ...asterisk.banks[0]!, answerAfterMs: 200 })
})

afterAll(async () => {
  clearInterval(answerer)
  ami?.close()
  await endAllSipp()
  await stopGateways()
  await asterisk?.stop()
})

const press = (keys: string): Step[] => [...keys].map((key) => ({ press: key }))
/** Hold has begun and the gateway has claimed the caller: then the test tells him to go on. */
const inHold: Step = 'told'

interface Caller {
  call: Call
  from: string
  contact: string
  channel: string
}

let callers = 0
const telephone = (): string => `1380000${String((callers += 1)).padStart(4, '0')}`

async function calling(steps: Step[], from = telephone()): Promise<Caller> {
  const call = await placeCall({ target: asterisk.sip, to: '12345', from, steps })
  await call.answered
  const caller = { call, from, ...(await contactOf(from)) }
  if (steps[0] === inHold) {
    await ami.user('ContactHold', caller.contact)
    call.goOn()
  }
  return caller
}

async function contactOf(from: string): Promise<{ contact: string; channel: string }> {
  const arrived = await ami.event((e) => e['UserEvent'] === 'ContactNew' && e['Ani'] === from, 'ContactNew')
  return { contact: arrived['ContactId'] ?? '', channel: arrived['Channel'] ?? '' }
}

const asked = (from: string) => (e: Record<string, string>) =>
  e['UserEvent'] === 'ProgressAsked' && e['CallerIDNum'] === from

const questions = (from: string): Record<string, string>[] => ami.events.filter(asked(from))

const variable = async (channel: string, name: string): Promise<string> =>
  (await ami.action('Getvar', { Channel: channel, Variable: name }))['Value'] ?? ''

/** What the channel plays now, as the console shows it. */
const playing = async (channel: string): Promise<string> =>
  (await asterisk.cli('core show channels concise')).split('\n').find((line) => line.startsWith(channel)) ??
  ''

const hears = (channel: string, what: string): Promise<void> =>
  vi.waitFor(async () => expect(await playing(channel)).toContain(what), { timeout: 12_000, interval: 40 })

/** Among those who wait: music, and a key is listened to. */
const listened = /!hold!s!\d+!Up!Read!KEY,,1,,1,[1-9]!/
const waits = (channel: string): Promise<void> =>
  vi.waitFor(async () => expect(await playing(channel)).toMatch(listened), {
    timeout: 12_000,
    interval: 40,
  })

describe.concurrent('a caller who waits', () => {
  it('keys number and last four digits, hears the progress, and keeps his place', async () => {
    const steps = [inHold, ...press(`2${known}#1234#`)]
    const { call, from, contact, channel } = await calling(steps)
    const question = await ami.event(asked(from), 'ProgressAsked')
    expect(question).toMatchObject({ Ask: '1', Number: known, LastFour: '1234', Uniqueid: contact })
    await hears(channel, 'hotline/progress-accepted&hotline/progress-due&hotline/month-3&hotline/day-9')
    expect(await variable(channel, 'SHARED(stage)')).toBe('hold')
    await waits(channel)
    // He was in hold all the time: nothing told the gateway otherwise.
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold'])
    await ami.redirect(channel, 'to-agent', asterisk.banks[0]!.numbers[0])
    await ami.user('ContactAnswered', contact)
    await call.hangUp()
  })

  it('reaches an agent at any key of it', async () => {
    const { call, contact, channel } = await calling([inHold, ...press('226')])
    await vi.waitFor(async () => expect(await variable(channel, 'ENTERED')).toBe('26'), { timeout: 8_000 })
    await ami.redirect(channel, 'to-agent', asterisk.banks[0]!.numbers[1])
    await ami.user('ContactAnswered', contact, { Agent: asterisk.banks[0]!.numbers[1]! })
    await answering.record(
      ({ what, detail }) => what === 'answered' && detail === asterisk.banks[0]!.numbers[1],
    )
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold', 'ContactAnswered'])
    await call.hangUp()
  })

  it('reaches an agent while he hears the answer', async () => {
    const { call, contact, channel } = await calling([inHold, ...press(`2${known}1234`)])
    await hears(channel, 'hotline/progress-accepted')
    await ami.redirect(channel, 'to-agent', asterisk.banks[0]!.numbers[2])
    await ami.user('ContactAnswered', contact, { Agent: asterisk.banks[0]!.numbers[2]! })
    await call.hangUp()
  })

  it('goes back by the star key, at once', async () => {
    const { call, from, contact, channel } = await calling([inHold, ...press('226*')])
    await vi.waitFor(async () => expect(await variable(channel, 'ENTERED')).toBe('26'), { timeout: 8_000 })
    await waits(channel)
    expect(questions(from)).toEqual([])
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold'])
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'hold', HoldN: '01' })
  })

  it('has three tries in one call, whether a number is too short or not found', async () => {
    const pause: Step = { wait: 1_500 }
    const wrong = press(`${unknown}9999`)
    const steps = [
      inHold,
      ...press('2260302#'),
      pause,
      ...wrong,
      pause,
      ...wrong,
      { wait: 6_000 },
      ...press('2'),
    ]
    const { call, from, contact, channel } = await calling(steps)
    await vi.waitFor(() => expect(questions(from)).toHaveLength(2), { timeout: 20_000 })
    await hears(channel, 'hotline/progress-none&hotline/progress-enough')
    await waits(channel)
    expect(await variable(channel, 'PROGRESS_WRONG')).toBe('3')
    // The key is still answered, but asks no more.
    await vi.waitFor(async () => expect(await variable(channel, 'PROMPT')).toBe('hotline/progress-enough'), {
      timeout: 12_000,
    })
    await waits(channel)
    expect(questions(from)).toHaveLength(2)
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold'])
    await call.hangUp()
  })

  it('hears an apology within seconds when the gateway does not answer', async () => {
    const { call, from, contact, channel } = await calling([inHold, ...press(`2${unanswered}1234`)])
    await ami.event(asked(from), 'ProgressAsked')
    const since = performance.now()
    await hears(channel, 'hotline/progress-sorry')
    expect(performance.now() - since).toBeLessThan(6_000)
    await waits(channel)
    expect(ami.story(contact)).toEqual(['ContactNew', 'ContactHold'])
    await call.hangUp()
  })

  it('can still report an emergency: no number begins with its key', async () => {
    const { call, contact } = await calling([inHold, ...press('29')])
    expect(await ami.user('ContactEmergency', contact)).toMatchObject({ Stage: 'hold' })
    await call.hangUp()
  })

  it('is offered it once, after all else, and never before he waits', async () => {
    const { call, channel } = await calling([])
    const heard: string[] = []
    // Two announcements, 4 s apart.
    await vi.waitFor(
      async () => {
        const [, what = ''] = /hotline\/([\w-]+)/.exec(await playing(channel)) ?? []
        if (what !== '' && heard.at(-1) !== what) heard.push(what)
        expect(heard.filter((each) => each === 'keys')).toHaveLength(2)
      },
      { timeout: 25_000, interval: 30 },
    )
    expect(heard.filter((each) => each === 'progress-offer')).toHaveLength(1)
    expect(heard.indexOf('progress-offer')).toBeGreaterThan(heard.indexOf('keys'))
    await call.hangUp()
  })
})

describe.concurrent('the number of progress alone', () => {
  const line = async (
    steps: Step[],
  ): Promise<{ call: Call; from: string; channel: () => Promise<string> }> => {
    const from = telephone()
    const call = await placeCall({ target: asterisk.sip, to: '12399', from, steps })
    await call.answered
    const channel = async (): Promise<string> => {
      const rows = (await asterisk.cli('core show channels concise')).split('\n')
      return rows.find((row) => row.includes(`!${from}!`))?.split('!')[0] ?? ''
    }
    return { call, from, channel }
  }

  it('asks at once, tells, and hangs up on whoever wants nothing more', async () => {
    const { call, from, channel } = await line([{ wait: 500 }, ...press(`${known}1234`)])
    await ami.event(asked(from), 'ProgressAsked')
    await hears(await channel(), 'hotline/progress-accepted')
    expect(await call.ended).toBe(0)
    expect(call.records().map(({ what }) => what)).toEqual(['answered', 'was hung up on'])
    // Nobody waited for a person, so nobody is anybody's contact.
    expect(ami.events.filter((e) => e['UserEvent'] === 'ContactNew' && e['Ani'] === from)).toEqual([])
  })

  it('gives a person by the star key: from there on a call like any other', async () => {
    const { call, from } = await line([{ wait: 500 }, ...press('*')])
    const { contact, channel } = await contactOf(from)
    expect(await ami.user('ContactNew', contact)).toMatchObject({ Dnis: '12345' })
    await ami.user('ContactHold', contact)
    await waits(channel)
    await ami.redirect(channel, 'to-agent', asterisk.banks[0]!.numbers[3])
    await ami.user('ContactAnswered', contact)
    await call.hangUp()
    expect(await ami.user('ContactEnd', contact)).toMatchObject({ Stage: 'talk', Answered: '1' })
  })

  it('knows the emergency key from the first second', async () => {
    const { call, from } = await line([{ wait: 500 }, ...press('9')])
    const { contact } = await contactOf(from)
    await ami.user('ContactEmergency', contact)
    expect(await ami.user('ContactHold', contact)).toMatchObject({ Emergency: '01' })
    await call.hangUp()
  })
})

describe('the gateway', () => {
  it('answers a real caller with his real order, and nobody who has only the number', async () => {
    const [own, world, database] = await Promise.all([
      startTestAsterisk({ promptOverrides: prompts, progressNumber: '12399', banks: 0 }),
      startOrders(),
      telephonyDatabase(),
    ])
    onTestFinished(async () => {
      await own.stop()
      await world.stop()
    })
    const { orders } = await world.register(await world.wrappedUp('+8613800000001'), draft())
    const number = orders[0]!.number
    const nothing = { eval: () => Promise.reject(new Error('no Redis')), srem: async () => 0 } as never
    const tries = createTries(nothing, 'x', testPii, silentLog)
    const gateway = startGateway([own], database, {
      progress: createAskProgress((n, four) => world.workOrders.progress(n, four), tries, silentLog),
    })
    gateway.ledger.after = async (fact) => {
      if (fact.type === 'callArrived') await gateway.telephony.control.claim(fact.callId)
    }
    await beating(gateway)
    const digits = number.slice(2)
    const steps = [inHold, ...press(`2${digits}9999`), { wait: 2_500 }, ...press(`${digits}0001`)]
    const call = await placeCall({ target: own.sip, to: '12345', from: '13800000009', steps })
    const { callId } = await gateway.ledger.until('callHeld')
    call.goOn()
    const said = async (): Promise<string> =>
      (await own.cli('core show channels concise'))
        .split('\n')
        .find((row) => row.includes('!13800000009!')) ?? ''
    await vi.waitFor(async () => expect(await said()).toContain('hotline/progress-none'), {
      timeout: 15_000,
      interval: 30,
    })
    const spoken = [...digits].map((digit) => `hotline/digit-${digit}`).join('&')
    await vi.waitFor(
      async () =>
        expect(await said()).toContain(
          `hotline/progress-order&${spoken}&hotline/progress-registered&hotline/progress-undecided&hotline/progress-due&`,
        ),
      { timeout: 15_000, interval: 30 },
    )
    expect(await gateway.telephony.callState(callId)).toBe('waiting')
    await call.hangUp()
    expect(own.complaints()).toEqual([])
  })
})

describe('a whole gateway', () => {
  it('is asked by page, text and telephone', async () => {
    const city = await startHotline({ asterisk: { promptOverrides: prompts, banks: 0 } })
    onTestFinished(() => city.stop())
    const typed = new URLSearchParams({ number: known, lastFour: '1234' })
    const page = await fetch(`${city.url()}/progress`, { method: 'POST', body: typed })
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await page.text()).toContain('没有查到')
    const openapi = (await (await fetch(`${city.url()}/api/openapi.json`)).json()) as { paths: object }
    expect(openapi.paths).toHaveProperty('/api/progress')

    const text = kannelText(city.smsToken, '13800000041', `查询 AS${known} 1234`)
    expect((await sendSms(city.url(), text)).ok).toBe(true)
    await vi.waitFor(
      () => expect(city.smsProvider.sent.map((s) => s.text)).toEqual([expect.stringContaining('没有查到')]),
      {
        timeout: 15_000,
      },
    )
    expect(await city.db.query(`select 1 from contacts where channel = 'sms'`)).toEqual([])

    const steps = [inHold, ...press(`2${known}1234`)]
    const call = await placeCall({ target: city.asterisk.sip, to: '12345', from: '13800000042', steps })
    await vi.waitFor(
      async () => expect(await city.asterisk.cli('core show channels concise')).toMatch(listened),
      { timeout: 20_000, interval: 40 },
    )
    call.goOn()
    await vi.waitFor(
      async () =>
        expect(await city.asterisk.cli('core show channels concise')).toContain('hotline/progress-none'),
      { timeout: 20_000, interval: 30 },
    )
    await call.hangUp()
  })
})

describe('an Asterisk without that number', () => {
  it('knows no such number', async () => {
    const plain = await startTestAsterisk({ banks: 0 })
    onTestFinished(() => plain.stop())
    const call = await placeCall({ target: plain.sip, to: '12399', from: telephone() })
    await expect(call.answered).rejects.toThrow('404')
  })
})

describe('a gateway that dies', () => {
  it('leaves the caller to the others, who hears an apology on the number of progress', async () => {
    const waiting = await calling([inHold, ...press('226030')])
    await vi.waitFor(async () => expect(await variable(waiting.channel, 'ENTERED')).toBe('26030'), {
      timeout: 8_000,
    })
    ami.stopHeartbeat()
    await ami.user('ContactNative', waiting.contact, { Reason: 'gatewayDead' }, 20_000)
    await waiting.call.hangUp()
    const from = telephone()
    const call = await placeCall({
      target: asterisk.sip,
      to: '12399',
      from,
      steps: [{ wait: 6_000 }, ...press('*')],
    })
    const { contact } = await contactOf(from)
    await ami.user('ContactNative', contact, { Reason: 'gatewayDead' })
    await call.hangUp()
    expect(questions(from)).toEqual([])
  })
})

it('made Asterisk complain about nothing', () => {
  expect(asterisk.complaints()).toEqual([])
})
