import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerMessage } from '../../../src/agent-desk/contract.ts'
import {
  createDeskSocket,
  DeskError,
  type ConnectionStatus,
  type DeskSocket,
  type SocketLike,
} from '../../../web/src/desk/socket.ts'

/** A server on the other end, and a clock that moves only when told. */
class Line implements SocketLike {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  closed = false
  sent: { id: string; type: string; [field: string]: unknown }[] = []
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Line['sent'][number])
  }
  close(): void {
    this.closed = true
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify({ serverTime: '2026-11-21T10:00:00Z', ...message }) })
  }
  answers(type: string, result: object = { ok: true }): void {
    const asked = this.sent.filter((m) => m.type === type).at(-1)
    this.says({ type: 'result', re: asked?.id, ...result })
  }
  greets(): void {
    this.onopen?.()
    this.answers('hello')
  }
}

let lines: Line[]
let statuses: ConnectionStatus[]
let seen: ServerMessage[]
let refused: number
let nowMs: number
let timers: { at: number; run: () => void }[]
let socket: DeskSocket
let lastEvent: string | null

const line = (): Line => lines.at(-1)!
function pass(ms: number): void {
  const end = nowMs + ms
  for (;;) {
    const next = timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
    if (!next) break
    timers.splice(timers.indexOf(next), 1)
    nowMs = next.at
    next.run()
  }
  nowMs = end
}

beforeEach(() => {
  lines = []
  statuses = []
  seen = []
  refused = 0
  nowMs = 0
  timers = []
  lastEvent = null
  let id = 0
  socket = createDeskSocket({
    open: () => {
      const opened = new Line()
      lines.push(opened)
      return opened
    },
    now: () => nowMs,
    newId: () => `i${++id}`,
    later: (run, ms) => {
      const timer = { at: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((t) => t !== timer)
      }
    },
    random: () => 0.5,
    tab: 'tab-1',
    lastEvent: () => lastEvent,
    onMessage: (message) => seen.push(message),
    onStatus: (status) => statuses.push(status),
    onRefused: () => refused++,
  })
  socket.start()
})

describe('the desk socket', () => {
  it('greets with its tab and what it saw last, and is online once the greeting is answered', () => {
    lastEvent = '7-0'
    line().onopen?.()
    expect(line().sent[0]).toMatchObject({ type: 'hello', tab: 'tab-1', lastEvent: '7-0' })
    expect(statuses).toEqual([])
    line().answers('hello')
    expect(statuses).toEqual(['online'])
  })

  it('gives a request its own answer', async () => {
    line().greets()
    const first = socket.send({ type: 'available' })
    const second = socket.send({ type: 'pause', reason: 'meal' })
    line().answers('pause', { ok: true, data: 2 })
    line().answers('available', { ok: true, data: 1 })
    expect(await Promise.all([first, second])).toEqual([1, 2])
  })

  it('rejects with the words of the server', async () => {
    line().greets()
    const asked = socket.send({ type: 'available' })
    line().answers('available', {
      ok: false,
      problem: { status: 409, code: 'staleEpoch', title: '已在别处签入' },
    })
    await expect(asked).rejects.toMatchObject({ problem: { title: '已在别处签入' } })
  })

  it('says that the outcome is unknown when no answer comes', async () => {
    line().greets()
    const asked = socket.send({ type: 'available' }, { timeoutMs: 1000 })
    const settled = asked.catch((error: unknown) => error)
    pass(1000)
    expect(await settled).toBeInstanceOf(DeskError)
  })

  it('notices a silent line within three seconds and is lost', () => {
    line().greets()
    const dead = line()
    pass(2950)
    expect(dead.sent.some((m) => m.type === 'ping')).toBe(true)
    expect(statuses).toEqual(['online', 'lost'])
    expect(dead.closed).toBe(true)
  })

  it('stays online while the server answers its pings', () => {
    line().greets()
    for (let i = 0; i < 80; i++) {
      pass(250)
      if (line().sent.at(-1)?.type === 'ping') line().answers('ping')
    }
    expect(statuses).toEqual(['online'])
    expect(lines).toHaveLength(1)
  })

  it('comes back with the last event and sends again what is safe to repeat, once', async () => {
    line().greets()
    const kept = socket.send({ type: 'say', contactId: 'c', clientId: 'k', text: 'x' }, { keep: true })
    const lost = socket.send({ type: 'hold', contactId: 'c' }).catch((error: unknown) => error)
    lastEvent = '9-1'
    line().onclose?.({ code: 1006 })
    expect(await lost).toMatchObject({ problem: { code: 'connectionLost' } })
    expect(statuses.at(-1)).toBe('lost')
    pass(1000)
    line().greets()
    expect(line().sent.map((m) => m.type)).toEqual(['hello', 'say'])
    expect(line().sent[0]).toMatchObject({ lastEvent: '9-1' })
    line().answers('say', { ok: true, data: 'stored' })
    expect(await kept).toBe('stored')
  })

  it('refuses at once, while away, what must not be done late', async () => {
    await expect(socket.send({ type: 'hangUp', contactId: 'c' })).rejects.toBeInstanceOf(DeskError)
  })

  it('sends again by itself what may be sent twice when the server is too busy, and no other', async () => {
    line().greets()
    const busy = {
      ok: false,
      problem: { status: 503, code: 'temporarilyUnavailable', title: '系统暂时繁忙' },
    }
    const kept = socket.send({ type: 'say', contactId: 'c', clientId: 'k', text: 'x' }, { keep: true })
    const other = socket.send({ type: 'available' })
    line().answers('say', busy)
    line().answers('available', busy)
    await expect(other).rejects.toMatchObject({ problem: { title: '系统暂时繁忙' } })
    pass(1000)
    expect(
      line()
        .sent.filter((m) => m.type === 'say')
        .map((m) => m.id),
    ).toHaveLength(2)
    line().answers('say', { ok: true, data: { messageId: 'm' } })
    expect(await kept).toEqual({ messageId: 'm' })
  })

  it('gives up on a server that stays too busy, with its words', async () => {
    line().greets()
    const kept = socket.send({ type: 'say', contactId: 'c', clientId: 'k', text: 'x' }, { keep: true })
    const refused = kept.catch((error: unknown) => error)
    for (let n = 0; n < 4; n++) {
      line().answers('say', { ok: false, problem: { code: 'temporarilyUnavailable', title: '系统暂时繁忙' } })
      for (let s = 0; s < 5; s++) {
        pass(1000)
        line().says({ type: 'queue' })
      }
    }
    expect(await refused).toMatchObject({ problem: { title: '系统暂时繁忙' } })
    expect(line().sent.filter((m) => m.type === 'say')).toHaveLength(4)
  })

  it('asks about the session when it is not let in, and keeps trying with growing pauses', () => {
    for (let i = 0; i < 4; i++) {
      line().onclose?.({ code: 1006 })
      pass(2600)
    }
    expect(refused).toBe(4)
    expect(lines).toHaveLength(5)
  })

  it('gives up an attempt that hangs', () => {
    pass(4000)
    expect(lines[0]?.closed).toBe(true)
    pass(1000)
    expect(lines.length).toBeGreaterThan(1)
  })

  it('does not come back after it was stopped', () => {
    line().greets()
    socket.stop()
    pass(20_000)
    expect(lines).toHaveLength(1)
    expect(statuses.at(-1)).toBe('stopped')
  })
})
