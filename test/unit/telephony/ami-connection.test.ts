import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectAsteriskAmiClient } from '../../../src/telephony/ami/asterisk-ami-client.ts'
import { createAmiConnection, type AmiOptions } from '../../../src/telephony/ami/connection.ts'
import { AmiUnsafeValue, type AmiMessage } from '../../../src/telephony/ami/frames.ts'
import { defaults, ok, startFakeAmi } from './fake-ami.ts'

type Fake = Awaited<ReturnType<typeof startFakeAmi>>

const log = pino({ level: 'silent' })
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const stop of stops.splice(0).reverse()) await stop()
})

function connect(fake: Pick<Fake, 'target'>, more: Partial<AmiOptions> = {}) {
  const events: AmiMessage[] = []
  const downs: string[] = []
  let ups = 0
  const ami = createAmiConnection({
    target: fake.target,
    connect: connectAsteriskAmiClient,
    log,
    wanted: new Set(['UserEvent', 'Hangup', 'FullyBooted']),
    onEvent: (message) => events.push(message),
    onUp: () => ups++,
    onDown: (reason) => downs.push(reason),
    ...more,
  })
  stops.push(() => ami.stop())
  return { ami, events, downs, ups: () => ups, up: () => vi.waitFor(() => expect(ami.isUp()).toBe(true)) }
}

async function fakeAmi(answer: Parameters<typeof startFakeAmi>[0] = defaults): Promise<Fake> {
  const fake = await startFakeAmi(answer)
  stops.push(() => fake.stop())
  return fake
}

describe('actions', () => {
  it('gives five concurrent Getvars their own answers, in whatever order these come', async () => {
    const asked: string[][] = []
    const fake = await fakeAmi((action, session) => {
      if (action['Action'] !== 'Getvar') return defaults(action)
      asked.push(ok(action, `Value: value of ${action['Variable']}`))
      if (asked.length === 5) for (const reply of asked.reverse()) session.send(...reply)
      return null
    })
    const { ami, up } = connect(fake)
    await up()
    const answers = await Promise.all(
      ['v1', 'v2', 'v3', 'v4', 'v5'].map((Variable) => ami.request('Getvar', { Variable })),
    )
    expect(answers.map((a) => a.fields['Value'])).toEqual(
      ['v1', 'v2', 'v3', 'v4', 'v5'].map((v) => `value of ${v}`),
    )
  })

  it.each(['x\r\nAction: Originate', 'x\ny', 'x\ry', 'x\0y'])(
    'refuses %j as a value and sends nothing',
    async (bad) => {
      const fake = await fakeAmi()
      const { ami, up } = connect(fake)
      await up()
      await expect(ami.request('Setvar', { Variable: 'CALLERNAME', Value: bad })).rejects.toThrow(
        AmiUnsafeValue,
      )
      await expect(ami.request('Originate', { Variable: ['A=1', bad] })).rejects.toThrow(AmiUnsafeValue)
      await ami.request('Ping')
      expect(fake.sessions[0]!.raw).not.toMatch(/Originate|Setvar/)
    },
  )

  it('repeats a field that has several values', async () => {
    const fake = await fakeAmi()
    const { ami, up } = connect(fake)
    await up()
    await ami.request('Originate', { Channel: 'Local/1', Variable: ['A=1', 'B=2'] })
    expect(fake.sessions[0]!.raw).toContain('Variable: A=1\r\nVariable: B=2\r\n')
  })

  it('rejects with "refused" and Asterisk’s words when the answer is an error', async () => {
    const fake = await fakeAmi((action) =>
      action['Action'] === 'Redirect'
        ? ['Response: Error', `ActionID: ${action['ActionID']}`, 'Message: Redirect failed, channel not up.']
        : defaults(action),
    )
    const { ami, up } = connect(fake)
    await up()
    await expect(ami.request('Redirect', { Channel: 'x' })).rejects.toMatchObject({
      failure: 'refused',
      message: 'Redirect failed, channel not up.',
    })
  })

  it('rejects with "unknown" when no answer comes, and a late answer disturbs nobody', async () => {
    let late = ''
    const fake = await fakeAmi((action) => {
      if (action['Action'] !== 'Setvar') return defaults(action)
      late = action['ActionID']!
      return null
    })
    const { ami, up } = connect(fake, { actionTimeoutMs: 50 })
    await up()
    await expect(ami.request('Setvar')).rejects.toMatchObject({ failure: 'unknown' })
    fake.sessions[0]!.send('Response: Success', `ActionID: ${late}`)
    expect((await ami.request('Ping')).fields['Ping']).toBe('Pong')
  })

  it('rejects with "down", at once, while there is no session', async () => {
    const { ami } = connect({ target: { host: '127.0.0.1', port: 1, user: 'u', secret: 's' } })
    await expect(ami.request('Redirect')).rejects.toMatchObject({ failure: 'down' })
  })

  it('rejects what is pending when the session ends', async () => {
    const fake = await fakeAmi((action) => (action['Action'] === 'Redirect' ? null : defaults(action)))
    const { ami, up } = connect(fake)
    await up()
    const pending = expect(ami.request('Redirect')).rejects.toMatchObject({ failure: 'unknown' })
    await vi.waitFor(() => expect(fake.sessions[0]!.raw).toContain('Redirect'))
    fake.sessions[0]!.socket.destroy()
    await pending
  })

  it('collects an event list and leaves other events of the same moment to their reader', async () => {
    const fake = await fakeAmi((action, session) => {
      if (action['Action'] !== 'CoreShowChannels') return defaults(action)
      const id = `ActionID: ${action['ActionID']}`
      session.send('Response: Success', id, 'EventList: start', 'Message: Channels will follow')
      session.send('Event: CoreShowChannel', id, 'Uniqueid: n1-1.1')
      session.send('Event: Hangup', 'Uniqueid: n1-0.9')
      session.send('Event: CoreShowChannel', id, 'Uniqueid: n1-1.2')
      session.send('Event: CoreShowChannelsComplete', id, 'EventList: Complete', 'ListItems: 2')
      return null
    })
    const { ami, events, up } = connect(fake)
    await up()
    const channels = await ami.list('CoreShowChannels')
    expect(channels.map((c) => c.fields['Uniqueid'])).toEqual(['n1-1.1', 'n1-1.2'])
    expect(events.map((e) => e.fields['Uniqueid'])).toEqual(['n1-0.9'])
  })

  it('keeps every value of a repeated field', async () => {
    const fake = await fakeAmi()
    const { events, up } = connect(fake)
    await up()
    fake.sessions[0]!.send('Event: UserEvent', 'ChanVariable: A=1', 'ChanVariable: B=2', 'Uniqueid: n1-1.1')
    await vi.waitFor(() => expect(events).toHaveLength(1))
    expect(events[0]!.repeated?.['ChanVariable']).toEqual(['A=1', 'B=2'])
  })

  it('reads an event that arrives one byte at a time', async () => {
    const fake = await fakeAmi()
    const { events, up } = connect(fake)
    await up()
    for (const byte of Buffer.from('Event: UserEvent\r\nCallerIDName: 市民\r\n\r\n')) {
      await new Promise<void>((done) => fake.sessions[0]!.socket.write(Buffer.from([byte]), () => done()))
      await new Promise((done) => setImmediate(done))
    }
    await vi.waitFor(() => expect(events).toHaveLength(1))
    expect(events[0]!.fields['CallerIDName']).toBe('市民')
  })
})

describe('the link', () => {
  it('comes back after a loss, and tells when it went and came', async () => {
    const fake = await fakeAmi()
    const { up, ups, downs } = connect(fake)
    await up()
    fake.sessions[0]!.socket.destroy()
    await vi.waitFor(() => expect(ups()).toBe(2), { timeout: 3_000 })
    expect(downs).toHaveLength(1)
    expect(fake.openSockets()).toBe(1)
  })

  it('comes back after a refused login, which the package takes as final', async () => {
    let refused = 0
    const fake = await fakeAmi((action) =>
      action['Action'] === 'login' && ++refused <= 2
        ? ['Response: Error', `ActionID: ${action['ActionID']}`, 'Message: Authentication failed']
        : defaults(action),
    )
    const { up } = connect(fake)
    await up()
    expect(refused).toBe(3)
    await vi.waitFor(() => expect(fake.openSockets()).toBe(1))
  })

  it('gives up a login that is never answered, and leaves no socket behind', async () => {
    let logins = 0
    const fake = await fakeAmi((action) =>
      action['Action'] === 'login' && ++logins === 1 ? null : defaults(action),
    )
    const { up } = connect(fake, { loginTimeoutMs: 100 })
    await up()
    expect(logins).toBe(2)
    await vi.waitFor(() => expect(fake.openSockets()).toBe(1))
  })

  it('notices a half-open link: the socket lives, nothing answers', async () => {
    let mute = false
    const fake = await fakeAmi((action) => (mute ? null : defaults(action)))
    const { up, downs, ups } = connect(fake, { pingEveryMs: 40, deadAfterMs: 120 })
    await up()
    mute = true
    await vi.waitFor(() => expect(downs[0]).toMatch(/half-open/), { timeout: 3_000 })
    mute = false
    await vi.waitFor(() => expect(ups()).toBe(2), { timeout: 3_000 })
  })

  it('outlives an event handler that throws', async () => {
    const fake = await fakeAmi()
    const { ami, up } = connect(fake, {
      onEvent: () => {
        throw new Error('strange event')
      },
    })
    await up()
    fake.sessions[0]!.send('Event: UserEvent', 'UserEvent: X')
    expect((await ami.request('Ping')).fields['Ping']).toBe('Pong')
  })

  it('logs off and leaves neither a socket nor a retry behind', async () => {
    const fake = await fakeAmi()
    const { ami, up, ups } = connect(fake)
    await up()
    await ami.stop()
    expect(fake.sessions[0]!.raw).toContain('Action: Logoff')
    await vi.waitFor(() => expect(fake.openSockets()).toBe(0))
    expect(ups()).toBe(1)
    await expect(ami.request('Ping')).rejects.toMatchObject({ failure: 'down' })
  })

  it('stops in the middle of a login', async () => {
    const fake = await fakeAmi(() => null)
    const { ami } = connect(fake)
    await vi.waitFor(() => expect(fake.sessions).toHaveLength(1))
    await ami.stop()
    await vi.waitFor(() => expect(fake.openSockets()).toBe(0))
  })
})

describe('back-off', () => {
  beforeEach(() => void vi.useFakeTimers())

  it('never gives up: the forty-first attempt succeeds, none closer than 100 ms, none later than 5 s', async () => {
    const attempts: number[] = []
    const { ups } = connect(
      { target: { host: 'x', port: 1, user: 'u', secret: 's' } },
      {
        random: () => 0,
        connect: () => {
          attempts.push(Date.now())
          return attempts.length <= 40
            ? Promise.reject(new Error('connect ECONNREFUSED'))
            : Promise.resolve({ send: () => false, close: () => {} })
        },
      },
    )
    while (ups() === 0 && attempts.length < 100) await vi.advanceTimersByTimeAsync(100)
    expect(attempts).toHaveLength(41)
    expect(ups()).toBe(1)
    const gaps = attempts.slice(1).map((at, i) => at - attempts[i]!)
    expect(Math.min(...gaps)).toBe(100)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000)
  })
})
