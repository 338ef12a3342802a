import AmiClient from 'asterisk-ami-client'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectAsteriskAmiClient } from '../../../src/telephony/ami/asterisk-ami-client.ts'
import { createAmiConnection } from '../../../src/telephony/ami/connection.ts'
import { defaults, ok, startFakeAmi } from './fake-ami.ts'

/**
 * The defects of asterisk-ami-client 1.1.5 that docs/adr/0002-ami-client.md names and the wrapper makes up for. A
 * failure here is good news: the package has changed, and the wrapper may become simpler.
 */
const stops: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function loggedIn(answer: Parameters<typeof startFakeAmi>[0]) {
  const fake = await startFakeAmi(answer)
  stops.push(() => fake.stop())
  const client = new AmiClient({})
  await client.connect('gateway', 'a secret', { host: '127.0.0.1', port: fake.port })
  stops.push(() => client.disconnect())
  return { fake, client }
}

describe('asterisk-ami-client by itself', () => {
  it('gives actions of the same millisecond one ActionID, so one gets the answer of another', async () => {
    const { client } = await loggedIn((action) =>
      action['Action'] === 'Getvar' ? ok(action, `Value: ${action['Variable']}`) : defaults(action),
    )
    vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000)
    const answers = await Promise.all(
      ['v1', 'v2'].map((Variable) => client.action({ Action: 'Getvar', Variable }, true)),
    )
    expect(answers.map((a) => a['Value'])).toEqual(['v1', 'v1'])
  })

  it('keeps only the last of several values', async () => {
    const { fake, client } = await loggedIn(defaults)
    const event = new Promise<Record<string, string>>((resolve) => client.once('event', resolve))
    fake.sessions[0]!.send('Event: UserEvent', 'ChanVariable: A=1', 'ChanVariable: B=2')
    expect((await event)['ChanVariable']).toBe('B=2')
  })

  it('lets a line break in a value start an action of its own', async () => {
    const { fake, client } = await loggedIn(defaults)
    client.action({ Action: 'Setvar', Value: 'x\r\n\r\nAction: Originate\r\nChannel: Local/1' })
    await vi.waitFor(() => expect(fake.sessions[0]!.actions.map((a) => a['Action'])).toContain('Originate'))
  })

  it('loses the events that share a segment with the login reply', async () => {
    const seen: string[] = []
    const fake = await startFakeAmi((action, session) => {
      if (action['Action'] !== 'login') return defaults(action)
      const id = `ActionID: ${action['ActionID']}`
      session.socket.write(`Response: Success\r\n${id}\r\n\r\nEvent: FullyBooted\r\nUptime: 9\r\n\r\n`)
      setTimeout(() => session.send('Event: Hangup', 'Uniqueid: n1-1.1'), 50)
      return null
    })
    stops.push(() => fake.stop())
    const client = new AmiClient({})
    client.on('event', (event: Record<string, string>) => seen.push(event['Event']!))
    await client.connect('gateway', 'a secret', { host: '127.0.0.1', port: fake.port })
    stops.push(() => client.disconnect())
    await vi.waitFor(() => expect(seen).toContain('Hangup'))
    expect(seen).not.toContain('FullyBooted')
  })

  it('leaves the socket of a refused login open', async () => {
    const fake = await startFakeAmi((action) => ['Response: Error', `ActionID: ${action['ActionID']}`])
    stops.push(() => fake.stop())
    const client = new AmiClient({ reconnect: true })
    await expect(client.connect('gateway', 'wrong', { host: '127.0.0.1', port: fake.port })).rejects.toThrow()
    await new Promise((done) => setTimeout(done, 50))
    expect(fake.openSockets()).toBe(1)
  })
})

describe('the adapter', () => {
  it('loses no event that comes after the login reply, and asks for what came with it', async () => {
    const events: string[] = []
    const fake = await startFakeAmi((action, session) => {
      if (action['Action'] !== 'login') return defaults(action)
      const id = `ActionID: ${action['ActionID']}`
      // The last event is torn: its first half shares the segment with the reply.
      session.socket.write(`Response: Success\r\n${id}\r\n\r\nEvent: FullyBooted\r\n\r\nEvent: Hang`)
      setTimeout(
        () => session.socket.write('up\r\nUniqueid: n1-1.1\r\n\r\nEvent: Hangup\r\nUniqueid: n1-1.2\r\n\r\n'),
        30,
      )
      return null
    })
    stops.push(() => fake.stop())
    let ups = 0
    const ami = createAmiConnection({
      target: fake.target,
      connect: connectAsteriskAmiClient,
      log: pino({ level: 'silent' }),
      wanted: new Set(['Hangup', 'FullyBooted']),
      onEvent: (message) => events.push(message.fields['Uniqueid'] ?? message.name),
      onUp: () => ups++,
      onDown: () => {},
    })
    stops.push(() => ami.stop())
    await vi.waitFor(() => expect(events).toContain('n1-1.2'))
    expect(ups).toBe(1)
    expect(events).not.toContain('up')
  })
})
