import { describe, expect, it } from 'vitest'
import {
  compareEvents,
  factsOf,
  hideNumbers,
  isEventId,
  mustLeave,
  noLoad,
  stepsDue,
  type AgentRow,
} from '../../../src/agent-desk/model.ts'

const row: AgentRow = {
  agentId: 'a',
  epoch: 3,
  intent: 'available',
  pauseReason: null,
  since: new Date(1_000),
  mode: 'desk',
  phone: '1001',
  ownerTab: 't',
  deviceState: 'notInUse',
  phoneReady: true,
  lostAt: null,
  notResponding: null,
  lastFreeAt: new Date(2_000),
  socket: true,
  phoneTab: true,
}
const account = { attributes: { language: ['mandarin'] }, capacity: { voice: 1, text: 3 } }
const routable = (change: Partial<AgentRow>, load = noLoad) =>
  factsOf({ ...row, ...change }, account, load).routable

describe('an agent is routable', () => {
  it.each<[string, Partial<AgentRow>, boolean, boolean]>([
    ['at his desk, ready', {}, true, true],
    ['paused', { intent: 'paused' }, false, false],
    ['draining', { intent: 'draining' }, false, false],
    ['set aside after a miss', { notResponding: 'noAnswer' }, false, false],
    ['his page gone', { socket: false, phoneTab: false }, false, false],
    ['the tab with his phone gone, another open', { phoneTab: false }, false, true],
    ['his phone in use', { phoneReady: false }, false, true],
    ['no phone bound', { phone: null }, false, true],
    ['text only', { mode: 'text', phone: null, phoneReady: false }, false, true],
    ['telephone on the table, page gone', { mode: 'phone', socket: false }, true, false],
    ['telephone on the table, unplugged', { mode: 'phone', phoneReady: false }, false, true],
  ])('%s', (_name, change, voice, text) => {
    expect(routable(change)).toEqual({ voice, text })
  })

  it('not during a wrap-up', () => {
    expect(routable({}, { voice: 0, text: 0, wrapUp: true })).toEqual({ voice: false, text: false })
  })

  it('only for what he may take at all', () => {
    const none = factsOf(row, { attributes: {}, capacity: { voice: 0, text: 0 } }, noLoad)
    expect(none.routable).toEqual({ voice: false, text: false })
    expect(factsOf({ ...row, mode: 'text' }, account, noLoad).capacity).toEqual({ voice: 0, text: 3 })
  })

  it('idle since he was freed or became available, whichever was later', () => {
    expect(factsOf(row, account, noLoad).idleSinceMs).toBe(2_000)
    expect(factsOf({ ...row, since: new Date(9_000) }, account, noLoad).idleSinceMs).toBe(9_000)
  })
})

describe('a loss', () => {
  const limits = { ringGraceMs: 4_000, offlineMs: 12_000, phoneAloneMs: 300_000, textsBackMs: 90_000 }
  it.each<[number, number, number[]]>([
    [3_999, 0, []],
    [4_000, 0, [1]],
    [4_000, 1, []],
    [90_000, 1, [2]],
    // A gateway that comes late draws all consequences, in order.
    [100_000, 0, [1, 2]],
    [100_000, 2, []],
  ])('of %d ms after step %d leads to %j', (lostMs, stage, due) => {
    expect(stepsDue(lostMs, stage, limits)).toEqual(due)
  })

  it.each<[string, Parameters<typeof mustLeave>[0], boolean]>([
    ['a closed tab', { intent: 'available', mode: 'desk', deviceState: 'notInUse', lostMs: 12_000 }, true],
    ['a reload', { intent: 'available', mode: 'desk', deviceState: 'notInUse', lostMs: 11_999 }, false],
    [
      'a telephone on the table',
      { intent: 'available', mode: 'phone', deviceState: 'inUse', lostMs: 60_000 },
      false,
    ],
    [
      'the same, long alone',
      { intent: 'paused', mode: 'phone', deviceState: 'inUse', lostMs: 300_000 },
      true,
    ],
    [
      'the same, unplugged',
      { intent: 'paused', mode: 'phone', deviceState: 'unavailable', lostMs: 12_000 },
      true,
    ],
    ['the same, never seen', { intent: 'paused', mode: 'phone', deviceState: null, lostMs: 12_000 }, true],
    ['whoever is out already', { intent: 'offline', mode: null, deviceState: null, lostMs: 99_000 }, false],
  ])('of %s: signed out is right', (_name, lost, leaves) => expect(mustLeave(lost, limits)).toBe(leaves))
})

describe('a summary', () => {
  it.each([
    ['请回电13800001234', '请回电****'],
    ['电话 138-0000-1234，谢谢', '电话 ****，谢谢'],
    ['身份证 210302199001011234', '身份证 ****'],
    ['3号楼2单元501室，10月15日起', '3号楼2单元501室，10月15日起'],
    ['拨打12345没人接', '拨打12345没人接'],
  ])('%s', (text, shown) => expect(hideNumbers(text)).toBe(shown))
})

describe('event ids', () => {
  it('are ordered as Redis orders them', () => {
    expect(compareEvents('9-0', '10-0')).toBeLessThan(0)
    expect(compareEvents('10-2', '10-10')).toBeLessThan(0)
    expect(compareEvents('1772000000000-3', '1772000000000-3')).toBe(0)
    expect(compareEvents('11-0', '10-99')).toBeGreaterThan(0)
  })

  it('are recognised', () => {
    expect(isEventId('1772000000000-3')).toBe(true)
    for (const wrong of ['', '-', '1', '1-', 'a-1', '1-1-1', '+', '99999999999999999999-1'])
      expect(isEventId(wrong)).toBe(false)
  })
})
