import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AmiError } from '../../../src/telephony/ami/errors.ts'
import type { AmiFields, AmiMessage } from '../../../src/telephony/ami/frames.ts'
import { createHeartbeat, type Heartbeat } from '../../../src/telephony/heartbeat.ts'

beforeEach(() => void vi.useFakeTimers())
const running: Heartbeat[] = []
afterEach(async () => {
  const stopped = Promise.all(running.splice(0).map((heartbeat) => heartbeat.stop()))
  await vi.advanceTimersByTimeAsync(5_000)
  await stopped
  vi.useRealTimers()
})

/** An Asterisk that only knows its clock and GW_HB. */
function setUp({ value = '', checkMs = 0 }: { value?: string; checkMs?: number } = {}) {
  const state = { healthy: true, ready: true, up: true, value, writes: [] as number[] }
  const clock = (): string => (1_800_000_000 + performance.now() / 1_000).toFixed(6)
  const request = (action: string, fields: AmiFields = {}): Promise<AmiMessage> => {
    if (!state.up) return Promise.reject(new AmiError('down', 'no session'))
    if (action === 'Setvar') {
      state.value = String(fields['Value'])
      state.writes.push(performance.now())
    }
    const answer = { Timestamp: clock(), Value: state.value }
    return Promise.resolve({ kind: 'response', name: 'Success', fields: answer, repeated: null })
  }
  const heartbeat = createHeartbeat({
    ami: { request },
    healthy: {
      check: async () => {
        if (checkMs > 0) await new Promise((resolve) => setTimeout(resolve, checkMs))
        return state.healthy
      },
    },
    ready: () => state.ready,
    log: pino({ level: 'silent' }),
  })
  running.push(heartbeat)
  return { state, heartbeat, clock }
}

const run = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

describe('heartbeat', () => {
  it('writes the time of the Ping before it, every two seconds', async () => {
    const { state } = setUp()
    await run(10_100)
    expect(state.writes).toHaveLength(6)
    expect(Number(state.value) - 1_800_000_000).toBeCloseTo(state.writes.at(-1)! / 1_000, 3)
  })

  it('writes nothing until it is ready, and at once when it is kicked', async () => {
    const { state, heartbeat } = setUp()
    state.ready = false
    await run(10_000)
    const before = state.writes.length
    state.ready = true
    heartbeat.kick()
    await run(10)
    expect(state.writes).toHaveLength(before + 1)
  })

  it('writes nothing while nothing can be committed', async () => {
    const { state } = setUp()
    await run(100)
    state.healthy = false
    const before = state.writes.length
    await run(60_000)
    expect(state.writes).toHaveLength(before)
  })

  it('takes a check that is too slow for a failed one', async () => {
    const { state } = setUp({ checkMs: 2_500 })
    await run(30_000)
    expect(state.writes).toEqual([])
  })

  it('goes on at once after a gap in which the dialplan noticed nothing', async () => {
    const { state } = setUp()
    await run(100)
    state.healthy = false
    await run(3_900)
    state.healthy = true
    const before = state.writes.length
    await run(2_000)
    expect(state.writes.length).toBeGreaterThan(before)
  })

  it('waits for ten healthy seconds without a break once callers have gone to Asterisk’s own queue', async () => {
    const { state } = setUp()
    await run(100)
    state.healthy = false
    await run(8_000)
    const before = state.writes.length
    for (let round = 0; round < 5; round++) {
      state.healthy = true
      await run(6_000)
      state.healthy = false
      await run(4_000)
    }
    expect(state.writes).toHaveLength(before)
    state.healthy = true
    await run(9_000)
    expect(state.writes).toHaveLength(before)
    await run(4_000)
    expect(state.writes.length).toBeGreaterThan(before)
  })

  it('waits as well when a predecessor has left an old value', async () => {
    const { state } = setUp({ value: '1799999000.5' })
    await run(9_000)
    expect(state.writes).toHaveLength(0)
    await run(4_000)
    expect(state.writes.length).toBeGreaterThan(0)
  })

  it('follows a predecessor of a moment ago without waiting', async () => {
    const { clock } = setUp()
    const { state } = setUp({ value: clock() })
    await run(100)
    expect(state.writes).toHaveLength(1)
  })

  it('does not wait for an Asterisk that has just started: it has no value', async () => {
    const { state } = setUp()
    await run(10_000)
    state.ready = false
    state.up = false
    await run(20_000)
    state.value = ''
    state.up = true
    state.ready = true
    const before = state.writes.length
    await run(2_000)
    expect(state.writes.length).toBeGreaterThan(before)
  })

  it('outlives a link that fails in the middle', async () => {
    const { state } = setUp()
    await run(100)
    state.up = false
    await run(3_000)
    state.up = true
    const before = state.writes.length
    await run(2_000)
    expect(state.writes.length).toBeGreaterThan(before)
  })
})
