import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { createConnection, tellAll, type Connection } from '../../../src/agent-desk/connection.ts'
import { defaultDeskConfig } from '../../../src/agent-desk/limits.ts'
import type { SignedIn } from '../../../src/staff/model.ts'

const { pingMs, pongMs } = defaultDeskConfig.socket
const at = new Date('2026-03-02T08:00:00.000Z')

/** A socket that notes what is done to it. */
class FakeSocket extends EventEmitter {
  OPEN = 1
  readyState = 1
  bufferedAmount = 0
  sent: Buffer[] = []
  ping = vi.fn()
  terminate = vi.fn()
  send(body: Buffer, _options: object, done: () => void): void {
    this.sent.push(body)
    done()
  }
}

let now = 0
beforeEach(() => {
  now = 1_000
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function page(): { socket: FakeSocket; connection: Connection } {
  const socket = new FakeSocket()
  const connection = createConnection(
    socket as unknown as WebSocket,
    { id: 'c', staff: { id: 'a' } as SignedIn },
    () => at,
    defaultDeskConfig.socket,
    { onMessage: () => {}, onClosed: () => {} },
  )
  return { socket, connection }
}

const round = (): void => {
  now += pingMs
  vi.advanceTimersByTime(pingMs)
}

describe('a page', () => {
  it('that answers nothing is cut after its time', () => {
    const { socket } = page()
    for (let ms = 0; ms <= pongMs; ms += pingMs) round()
    expect(socket.ping).toHaveBeenCalled()
    expect(socket.terminate).toHaveBeenCalled()
  })

  it('is asked for a sign of life only when it has said nothing lately', () => {
    const { socket } = page()
    for (let n = 0; n < 5; n++) {
      now += pingMs
      socket.emit('message', Buffer.from('{}'), false)
      vi.advanceTimersByTime(pingMs)
    }
    expect(socket.ping).not.toHaveBeenCalled()
    round()
    expect(socket.ping).toHaveBeenCalledTimes(1)
  })

  it('is not cut because this process stood still', () => {
    const { socket } = page()
    now += 3 * pongMs
    vi.advanceTimersByTime(pingMs)
    expect(socket.terminate).not.toHaveBeenCalled()
    expect(socket.ping).toHaveBeenCalledTimes(1)
    socket.emit('pong')
    round()
    expect(socket.terminate).not.toHaveBeenCalled()
  })
})

describe('what all pages are told', () => {
  const waiting = { voice: { waiting: 1, oldestMs: 900 }, text: { waiting: 0, oldestMs: 0 } }

  it('is the same for each, with the time of its sending', async () => {
    const pages = Array.from({ length: 120 }, page)
    await tellAll(
      pages.map((p) => p.connection),
      { type: 'queue', waiting },
      () => at,
    )
    for (const { socket } of pages)
      expect(socket.sent.map((body) => JSON.parse(body.toString()) as unknown)).toEqual([
        { type: 'queue', waiting, serverTime: at.toISOString() },
      ])
  })

  it('leaves room for others in between', async () => {
    const pages = Array.from({ length: 120 }, page)
    let served = 0
    const telling = tellAll(
      pages.map((p) => p.connection),
      { type: 'queue', waiting },
      () => at,
    )
    setImmediate(() => (served = pages.filter((p) => p.socket.sent.length > 0).length))
    await telling
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThan(120)
  })
})
