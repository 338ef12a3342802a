import { describe, expect, it } from 'vitest'
import { factsOf, type AgentRow, type Load } from '../../../src/agent-desk/model.ts'
import { onShift } from '../../../src/composition/rounds.ts'
import { createWaitingCallers } from '../../../src/composition/waiting-callers.ts'
import type { Telephony } from '../../../src/telephony/service.ts'
import { silentLog } from '../../support/contacts.ts'

const row: AgentRow = {
  agentId: 'a1',
  epoch: 1,
  intent: 'available',
  pauseReason: null,
  since: new Date(0),
  mode: 'desk',
  phone: '1001',
  ownerTab: 't',
  deviceState: 'notInUse',
  phoneReady: true,
  lostAt: null,
  notResponding: null,
  lastFreeAt: new Date(0),
  socket: true,
  phoneTab: true,
}
type Him = Partial<AgentRow> & { load?: Partial<Load>; voice?: number }
const on = ({ load, voice = 1, ...more }: Him): boolean => {
  const his = { ...row, ...more }
  const account = { attributes: {}, capacity: { voice, text: 2 } }
  return onShift([his], [factsOf(his, account, { voice: 0, text: 0, wrapUp: false, ...load })])
}
const noAnswer = { notResponding: 'noAnswer' }

describe('on shift', () => {
  it.each<[string, Him, boolean]>([
    ['who is free', {}, true],
    ['who is in a call', { phoneReady: false, deviceState: 'inUse', load: { voice: 1 } }, true],
    ['who registers what he has heard', { load: { wrapUp: true } }, true],
    ['who has a telephone and no page', { mode: 'phone', socket: false, phoneTab: false }, true],
    ['who did not answer and has gone', noAnswer, false],
    ['who has paused', { intent: 'paused', pauseReason: 'meal' }, false],
    ['who leaves after this call', { intent: 'draining', load: { voice: 1 } }, false],
    ['whose phone is not there', { phoneReady: false, deviceState: 'unavailable' }, false],
    ['whose page is closed', { socket: false, phoneTab: false }, false],
    ['who answers texts only', { mode: 'text', phone: null, phoneReady: false }, false],
    ['who has no slot for calls', { voice: 0 }, false],
  ])('is one %s: %o %s', (_who, him, expected) => expect(on(him)).toBe(expected))
})

it('a caller goes to the duty telephone when the only agent sleeps', async () => {
  const asked: string[] = []
  const alarms: number[] = []
  let waitedMs = 5_000
  const telephony = {
    health: () => [{ node: 'n1', owned: true }],
    control: {
      toNative: async (callId: string) => asked.push(`native ${callId}`),
      setPosition: async () => asked.push('position'),
    },
  } as unknown as Telephony
  const waiting = createWaitingCallers({
    contacts: { waitingCalls: async () => [{ contactId: 'c1', callId: 'n1-1.1', waitedMs }] },
    queue: { position: async () => 1 },
    telephony,
    anybodyOnShift: async () => on(noAnswer),
    alarm: async (count) => void alarms.push(count),
    nobodyMs: 10_000,
    log: silentLog,
  })
  await waiting.sweep()
  waitedMs = 11_000
  await waiting.sweep()
  expect(asked).toEqual(['position', 'native n1-1.1'])
  expect(alarms).toEqual([1])
})
