import { describe, expect, it } from 'vitest'
import type { CallEvent } from '../../../src/telephony/call-event.ts'
import { createRecentEvents } from '../../../src/telephony/recent-events.ts'

const event = (at: number): CallEvent => ({
  type: 'calledBack',
  key: `c/${at}`,
  callId: 'c',
  node: 'n1',
  at,
})

describe('the last minute', () => {
  it('gives each event once, oldest first', () => {
    const recent = createRecentEvents()
    recent.add(event(1))
    recent.add(event(2))
    expect(recent.take().map((one) => one.at)).toEqual([1, 2])
    recent.add(event(3))
    expect(recent.take().map((one) => one.at)).toEqual([3])
  })

  it('forgets what is older than a minute by Asterisk’s clock', () => {
    const recent = createRecentEvents()
    for (const at of [0, 30_000, 60_000, 95_000]) recent.add(event(at))
    expect(recent.take().map((one) => one.at)).toEqual([60_000, 95_000])
  })

  it('stays small though nobody ever takes', () => {
    const recent = createRecentEvents(60_000, 1_000)
    for (let at = 0; at < 100_000; at++) recent.add(event(at))
    expect(recent.size()).toBeLessThanOrEqual(1_256)
    expect(recent.take()).toHaveLength(1_000)
  })
})
