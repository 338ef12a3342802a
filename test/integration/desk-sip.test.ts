import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closeCodes } from '../../src/agent-desk/connection.ts'
import { atWork, agent, createDeskSite, quick, type DeskSite } from './desk-support.ts'
import { createGround, makeMember, signedIn, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite
let asterisk: WebSocketServer

beforeAll(async () => {
  ground = await createGround()
  site = await createDeskSite(ground)
  asterisk = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' })
  await once(asterisk, 'listening')
  site.sipTarget.url = `ws://127.0.0.1:${(asterisk.address() as AddressInfo).port}/ws`
})
afterAll(async () => {
  for (const socket of asterisk.clients) socket.terminate()
  asterisk.close()
  await site?.close()
  await ground?.close()
})

const open = (cookie: string, protocol = 'sip', origin?: string): WebSocket =>
  new WebSocket(site.base.replace(/^http/, 'ws') + '/sip', protocol, {
    headers: { cookie, ...(origin ? { origin } : {}) },
  })
const refusal = async (socket: WebSocket): Promise<number> => {
  socket.on('error', () => {})
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  return response.statusCode
}
const accepted = async (): Promise<WebSocket> => {
  const [socket] = (await once(asterisk, 'connection')) as [WebSocket]
  return socket
}
/** A browser's phone and what Asterisk has of it. */
const phone = async (cookie: string): Promise<{ browser: WebSocket; far: WebSocket }> => {
  const far = accepted()
  const browser = open(cookie)
  await once(browser, 'open')
  return { browser, far: await far }
}

describe('the browser’s phone', () => {
  it('talks SIP with Asterisk through the page’s own origin, unchanged both ways', async () => {
    const one = await atWork(ground, site)
    const { browser, far } = await phone(one.cookie)
    expect(browser.protocol).toBe('sip')
    expect(far.protocol).toBe('sip')
    const register = 'REGISTER sip:asterisk SIP/2.0\r\nContent-Length: 0\r\n\r\n'
    const heard = once(far, 'message')
    browser.send(register)
    const [data, binary] = (await heard) as [Buffer, boolean]
    expect([data.toString(), binary]).toEqual([register, false])
    const answered = once(browser, 'message')
    far.send(Buffer.from('SIP/2.0 200 OK\r\n\r\n'), { binary: true })
    const [answer, answerBinary] = (await answered) as [Buffer, boolean]
    expect([answer.toString(), answerBinary]).toEqual(['SIP/2.0 200 OK\r\n\r\n', true])
    const closed = once(far, 'close')
    browser.close()
    await closed
    await one.desk.close()
  })

  it('loses nothing that it sends before Asterisk has answered', async () => {
    const one = await atWork(ground, site)
    const far = accepted()
    const browser = open(one.cookie)
    const got: string[] = []
    void far.then((socket) => socket.on('message', (m: Buffer) => got.push(m.toString())))
    await once(browser, 'open')
    for (let n = 0; n < 20; n++) browser.send(`OPTIONS ${n}`)
    await vi.waitFor(() => expect(got).toHaveLength(20), { timeout: 8_000 })
    expect(got).toEqual(Array.from({ length: 20 }, (_, n) => `OPTIONS ${n}`))
    browser.close()
    await one.desk.close()
  })

  it.each([
    ['nobody', 401, async () => open('')],
    ['a team lead', 403, async () => open(await signedIn(site, (await makeMember(ground, ['teamLead'])).id))],
    ['an agent without a phone', 409, async () => open((await agent(ground, site)).cookie)],
    [
      'another site',
      403,
      async () => open((await atWork(ground, site)).cookie, 'sip', 'https://evil.example'),
    ],
    ['another protocol', 400, async () => open((await atWork(ground, site)).cookie, 'chat')],
  ])('is refused to %s', async (_name, status, socket) => {
    expect(await refusal(await socket())).toBe(status)
  })

  it('ends with the session', async () => {
    const one = await atWork(ground, site)
    const { browser, far } = await phone(one.cookie)
    const over = Promise.all([once(browser, 'close'), once(far, 'close')])
    await site.app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie: one.cookie } })
    const [[code]] = await over
    expect(code).toBe(closeCodes.sessionEnded)
  })

  it('ends when the phone is given back: it may be a colleague’s in a moment', async () => {
    const one = await atWork(ground, site)
    const { browser, far } = await phone(one.cookie)
    const over = Promise.all([once(browser, 'close'), once(far, 'close')])
    await one.desk.do({ type: 'signOut' })
    const [[code]] = await over
    expect(code).toBe(closeCodes.displaced)
    expect(await refusal(open(one.cookie))).toBe(409)
    await one.desk.close()
  })

  it('hears when Asterisk is away', async () => {
    const one = await atWork(ground, site)
    const { url } = site.sipTarget
    site.sipTarget.url = 'ws://127.0.0.1:9/ws'
    const browser = open(one.cookie)
    const [code] = (await once(browser, 'close')) as [number]
    expect(code).toBe(1013)
    site.sipTarget.url = url
    await one.desk.close()
  })

  it('is cut off with a frame that no SIP message needs', async () => {
    const one = await atWork(ground, site)
    const { browser } = await phone(one.cookie)
    browser.send('x'.repeat(quick.sip.frameBytes + 1))
    const [code] = (await once(browser, 'close')) as [number]
    expect(code).toBe(1009)
    await one.desk.close()
  })

  it('is slowed down when Asterisk does not read, and everything arrives in the end', async () => {
    const one = await atWork(ground, site)
    const { browser, far } = await phone(one.cookie)
    far.pause()
    let received = 0
    far.on('message', (m: Buffer) => (received += m.length))
    const frame = 'y'.repeat(60_000)
    const frames = 400
    for (let n = 0; n < frames; n++) browser.send(frame)
    // 24 MB cannot lie in socket buffers: what is not read stays with the browser, not in the gateway.
    await vi.waitFor(() => expect(browser.bufferedAmount).toBeGreaterThan(0), { timeout: 8_000 })
    const stuck = await settled(() => browser.bufferedAmount)
    expect(stuck).toBeGreaterThan(frame.length * 20)
    far.resume()
    await vi.waitFor(() => expect(received).toBe(frame.length * frames), { timeout: 15_000 })
    browser.close()
    await one.desk.close()
  })
})

/** The value when it no longer changes. */
async function settled(value: () => number): Promise<number> {
  let before = -1
  await vi.waitFor(
    () => {
      const now = value()
      const same = now === before
      before = now
      expect(same).toBe(true)
    },
    { interval: 300, timeout: 10_000 },
  )
  return before
}
