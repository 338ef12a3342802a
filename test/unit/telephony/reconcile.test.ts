import { describe, expect, it } from 'vitest'
import type { AmiMessage } from '../../../src/telephony/ami/frames.ts'
import type { EndedRecord } from '../../../src/telephony/journals.ts'
import { createLegs } from '../../../src/telephony/legs.ts'
import { reconcile, type Evidence } from '../../../src/telephony/reconcile.ts'

const now = 1_800_000_100_000
const caller = 'n1-1800000000.1'

const row = (
  id: string,
  variables: Record<string, string>,
  channel = 'PJSIP/trunk-00000001',
): AmiMessage => ({
  kind: 'event',
  name: 'Status',
  fields: { Uniqueid: id, Linkedid: caller, Channel: channel, BridgeID: '' },
  repeated: { Variable: Object.entries(variables).map(([name, value]) => `${name}=${value}`) },
})

const callerRow = (stage: string, more: Record<string, string> = {}): AmiMessage =>
  row(caller, { CONTACT: caller, 'SHARED(stage)': stage, DNIS: '12345', ANI: '13800000001', ...more })
const agentRow = row('n1-1800000005.2', { CONTACT: caller, 'SHARED(stage)': '(null)' }, 'PJSIP/1001-00000002')

const record = (over: Partial<EndedRecord> = {}): EndedRecord => ({
  callId: caller,
  legId: caller,
  dnis: '12345',
  ani: '13800000001',
  stage: 'hold',
  phone: null,
  answered: false,
  native: false,
  callBackNumber: '',
  voicemail: '',
  emergency: false,
  outbound: '',
  start: 1_800_000_000_000,
  answer: null,
  end: 1_800_000_050_000,
  ...over,
})

const find = (over: Partial<Evidence>) =>
  reconcile({ node: 'n1', open: [], rows: [], ended: [], connects: [], now, ...over })
const types = (over: Partial<Evidence>): string[] => find(over).state.map((fact) => fact.type)

describe('a call that staff made', () => {
  const legId = `${caller}~out`
  it.each([
    ['outPhone', []],
    ['outDial', ['outPhoneAnswered']],
    ['talk', ['callAnswered', 'callBridged']],
  ])('is in stage %s no call that came in', (stage, expected) => {
    const live = callerRow(stage, { OUTBOUND: '1', ANI: '', 'SHARED(agent)': '1001' })
    expect(types({ rows: [live, agentRow], open: [{ callId: caller }] })).toEqual(expected)
    expect(find({ rows: [live, agentRow], open: [{ callId: caller }] }).orphans).toEqual([])
  })
  it.each([
    ['BUSY', false, ['outFailed', 'callEnded']],
    ['CANCEL', false, ['callEnded']],
    ['ANSWER', true, ['callAnswered', 'callBridged', 'callEnded']],
  ])('that ended %s in the gap is told so', (outbound, answered, expected) => {
    const ended = [record({ legId, outbound, answered, phone: '1001', stage: 'outDial' })]
    expect(types({ ended })).toEqual(expected)
  })
})

describe('what is alive', () => {
  it.each([
    ['greeting', {}, ['callArrived']],
    ['hold', { HOLDN: '1' }, ['callArrived', 'callHeld']],
    ['ring', { 'SHARED(agent)': '1001' }, ['callArrived', 'callRinging']],
    ['talk', { 'SHARED(agent)': '1001' }, ['callArrived', 'callAnswered', 'callBridged']],
    ['held', { 'SHARED(agent)': '1001' }, ['callArrived', 'callAnswered', 'callBridged', 'legHeld']],
    ['native', { NATIVE: '1' }, ['callArrived', 'callNative']],
    ['nativeTalk', { NATIVE: '1', 'SHARED(agent)': '1001' }, ['callArrived', 'callNative', 'nativeAnswered']],
    ['callBack', { CALLBACK: '13800000001' }, ['callArrived', 'callBackRequested']],
    ['voicemail', { NATIVE: '1' }, ['callArrived', 'callNative']],
    ['dismissed', {}, ['callArrived']],
  ])('in stage %s tells what led there', (stage, variables, expected) => {
    expect(types({ rows: [callerRow(stage, variables), agentRow] })).toEqual(expected)
  })

  it('uses the keys of the live events, so what is known already changes nothing', () => {
    const { state } = find({ rows: [callerRow('talk', { 'SHARED(agent)': '1001' }), agentRow] })
    expect(state.map((fact) => fact.key)).toEqual([
      `${caller}/arrived`,
      `${caller}/answered:n1-1800000005.2`,
      `${caller}/bridged:n1-1800000005.2`,
    ])
  })

  it.each([
    [{ HOLDN: '1' }, 'new'],
    [{ HOLDN: '2', LASTDIAL: 'NOANSWER' }, 'noAnswer'],
    [{ HOLDN: '2', 'SHARED(answered)': '1' }, 'agentLost'],
  ])('says why a caller is in hold: %o', (variables, reason) => {
    const held = find({ rows: [callerRow('hold', variables)] }).state[1]
    expect(held).toMatchObject({ type: 'callHeld', reason, recovered: true })
  })

  it('tells that the emergency line is in the room', () => {
    const line = row(
      'n1-1.9',
      { CONTACT: caller, ROLE: 'emergency', PARTY: '110' },
      'Local/110@emergency-out-1;1',
    )
    expect(
      find({ rows: [callerRow('conference', { 'SHARED(agent)': '1001' }), agentRow, line] }).state,
    ).toContainEqual(expect.objectContaining({ type: 'confJoined', role: 'emergency', party: '110' }))
  })

  it('ends nobody who is still there', () => {
    expect(find({ open: [{ callId: caller }], rows: [callerRow('hold')] }).orphans).toEqual([])
  })
})

describe('what has ended', () => {
  it('in the ledger’s eyes open, neither alive nor written down: an orphan', () => {
    expect(find({ open: [{ callId: caller }] }).orphans).toMatchObject([
      { type: 'callEnded', key: `${caller}/lost:${now}`, stage: null, at: now },
    ])
  })

  it('written down: with the time, stage and agent of its record', () => {
    const { state, orphans } = find({
      open: [{ callId: caller }],
      ended: [record({ stage: 'talk', phone: '1001', answered: true, answer: 1_800_000_010_000 })],
    })
    expect(orphans).toEqual([])
    expect(state.map((fact) => fact.type)).toEqual([
      'callArrived',
      'callAnswered',
      'callBridged',
      'callEnded',
    ])
    expect(state.at(-1)).toMatchObject({
      at: 1_800_000_050_000,
      stage: 'talk',
      phone: '1001',
      answered: true,
    })
  })

  it('began and ended in the gap: arrives and ends', () => {
    expect(types({ ended: [record()] })).toEqual(['callArrived', 'callEnded'])
  })

  it('was served by Asterisk’s own queue: the queue log says by whom', () => {
    const connect = { legId: caller, phone: '1002', agentLegId: 'n1-1800000020.7', at: 1_800_000_020_000 }
    const { state } = find({
      ended: [record({ native: true, answered: true, phone: '1002', stage: 'nativeTalk' })],
      connects: [connect],
    })
    expect(state.map((fact) => fact.type)).toEqual([
      'callArrived',
      'callNative',
      'nativeAnswered',
      'callEnded',
    ])
    expect(state[2]).toMatchObject({
      phone: '1002',
      at: 1_800_000_020_000,
      key: `${caller}/nativeAnswered:n1-1800000020.7`,
    })
  })

  it.each([
    [{ callBackNumber: '13800000001', stage: 'callBack' }, 'callBackRequested'],
    [{ voicemail: 'vm-x.wav', stage: 'voicemail' }, 'voicemailLeft'],
    [{ emergency: true }, 'emergencyKey'],
  ] satisfies [Partial<EndedRecord>, string][])('left something behind: %o', (over, type) => {
    expect(types({ ended: [record(over)] })).toContain(type)
  })

  it('was a call back: its leg is another than the first', () => {
    const { state } = find({ ended: [record({ legId: 'n1-1800000040.9', stage: 'talk' })] })
    expect(state.map((fact) => fact.key)).toEqual([
      `${caller}/calledBack:n1-1800000040.9`,
      `${caller}/ended:n1-1800000040.9`,
    ])
  })
})

describe('the model of legs after a snapshot', () => {
  it('knows calls, callers’ legs, phones and who is native', () => {
    const legs = createLegs()
    legs.snapshot([callerRow('nativeTalk', { NATIVE: '1', 'SHARED(agent)': '1001', HOLDN: '2' }), agentRow])
    expect(legs.calls()).toEqual([
      {
        id: caller,
        callerLeg: caller,
        stage: 'nativeTalk',
        native: true,
        phone: '1001',
        holdN: 2,
        outbound: false,
      },
    ])
    expect(legs.legsOf(caller).map((leg) => leg.phone)).toEqual([null, '1001'])
  })

  it('does not bring back a leg whose end has been seen', () => {
    const legs = createLegs()
    legs.apply({ kind: 'event', name: 'Hangup', fields: { Uniqueid: caller }, repeated: null })
    legs.snapshot([callerRow('hold')])
    expect(legs.calls()).toEqual([])
  })
})
