import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import type { CallEvent } from '../../../src/telephony/call-event.ts'
import { createIngest } from '../../../src/telephony/ingest.ts'

const event = (callId: string, n: number): CallEvent => ({
  type: 'callHeld',
  key: `${callId}/held:${n}`,
  callId,
  node: 'n1',
  at: n,
  holdN: n,
  reason: 'new',
  lastDial: '',
  emergency: false,
})

const ringing: CallEvent = {
  type: 'deviceState',
  key: 'k',
  node: 'n1',
  at: 1,
  phone: '1001',
  state: 'ringing',
}

/** A sink whose commits the test lets through one by one. */
function setUp({ capacity = 100, parallel = 4 } = {}) {
  const begun: string[] = []
  const open = new Map<string, { done: () => void; fail: (error: Error) => void }>()
  const spooled: unknown[] = []
  const spool = {
    full: false,
    depth: 0,
    append: (record: { kind: string; data: unknown }) => {
      if (spool.full) return Promise.reject(new Error('disk full'))
      spooled.push(record.data)
      spool.depth++
      return Promise.resolve()
    },
  }
  const lost: string[] = []
  const ingest = createIngest({
    sink: {
      handle: ({ key }) =>
        new Promise<void>((done, fail) => {
          begun.push(key)
          open.set(key, { done, fail })
        }),
    },
    spool,
    log: pino({ level: 'silent' }),
    onLost: (reason) => lost.push(reason),
    capacity,
    parallel,
  })
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    ingest,
    begun,
    spool,
    spooled,
    lost,
    commit: async (key: string) => {
      open.get(key)?.done()
      await tick()
    },
    fail: async (key: string) => {
      open.get(key)?.fail(new Error('connection terminated'))
      await tick()
    },
    tick,
  }
}

describe('ingest', () => {
  it('commits the events of a call one after the other, those of other calls beside them', async () => {
    const { ingest, begun, commit } = setUp()
    for (const one of [event('a', 1), event('a', 2), event('b', 1)]) ingest.offer(one)
    expect(begun).toEqual(['a/held:1', 'b/held:1'])
    await commit('a/held:1')
    expect(begun).toEqual(['a/held:1', 'b/held:1', 'a/held:2'])
  })

  it('has no more commits under way than the pool can bear', () => {
    const { ingest, begun } = setUp({ parallel: 2 })
    for (const call of ['a', 'b', 'c']) ingest.offer(event(call, 1))
    expect(begun).toEqual(['a/held:1', 'b/held:1'])
  })

  it('settles when all that was offered before is done, not when as much of something else is', async () => {
    const { ingest, commit, tick } = setUp()
    ingest.offer(event('slow', 1))
    let settled = false
    void ingest.settled().then(() => (settled = true))
    ingest.offer(event('quick', 1))
    ingest.offer(event('quick', 2))
    await commit('quick/held:1')
    await commit('quick/held:2')
    expect(settled).toBe(false)
    await commit('slow/held:1')
    await tick()
    expect(settled).toBe(true)
  })

  it('spools what cannot be committed, and everything after it until the spool is empty', async () => {
    const { ingest, begun, fail, spooled, spool, tick } = setUp()
    ingest.offer(event('a', 1))
    ingest.offer(event('a', 2))
    await fail('a/held:1')
    await tick()
    ingest.offer(event('b', 1))
    await tick()
    expect(spooled).toEqual([event('a', 1), event('a', 2), event('b', 1)])
    expect(begun).toEqual(['a/held:1'])
    spool.depth = 0
    ingest.offer(event('c', 1))
    expect(begun).toEqual(['a/held:1', 'c/held:1'])
  })

  it('reports what can be neither committed nor spooled', async () => {
    const { ingest, fail, spool, lost, tick } = setUp()
    spool.full = true
    ingest.offer(event('a', 1))
    await fail('a/held:1')
    await tick()
    expect(lost).toEqual(['spoolFailed'])
    expect(ingest.depth()).toBe(0)
  })

  it('does not spool the state of a phone, which is worth nothing later', async () => {
    const { ingest, fail, spooled, lost, tick } = setUp()
    ingest.offer(ringing)
    await fail('k')
    await tick()
    expect([spooled, lost]).toEqual([[], []])
  })

  it('is bounded: it refuses, says so, and takes events again when there is room', async () => {
    const { ingest, lost, commit } = setUp({ capacity: 2 })
    expect([ingest.offer(event('a', 1)), ingest.offer(event('a', 2)), ingest.offer(event('b', 1))]).toEqual([
      true,
      true,
      false,
    ])
    expect(lost).toEqual(['overflow'])
    await commit('a/held:1')
    expect(ingest.offer(event('b', 1))).toBe(true)
  })

  it('handles a burst of ten thousand events of a thousand calls, each in its order', async () => {
    const seen = new Map<string, number[]>()
    const ingest = createIngest({
      sink: {
        handle: async (one) => {
          await Promise.resolve()
          if (one.type === 'callHeld') seen.set(one.callId, [...(seen.get(one.callId) ?? []), one.holdN])
        },
      },
      spool: { append: () => Promise.reject(new Error('not needed')), depth: 0 },
      log: pino({ level: 'silent' }),
      onLost: vi.fn(),
    })
    for (let n = 1; n <= 10; n++) for (let call = 0; call < 1_000; call++) ingest.offer(event(`c${call}`, n))
    await ingest.settled()
    expect(seen.size).toBe(1_000)
    for (const order of seen.values()) expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})
