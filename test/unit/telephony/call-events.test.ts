import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AmiMessage } from '../../../src/telephony/ami/frames.ts'
import type { CallEvent } from '../../../src/telephony/call-event.ts'
import { digest } from '../../../src/telephony/call-events.ts'
import { createLegs } from '../../../src/telephony/legs.ts'
import { event, readTrace } from './traces.ts'

function run(messages: AmiMessage[], legs = createLegs()): CallEvent[] {
  return messages.flatMap((message) => digest(message, legs, 'n1', 0))
}

/** Each fact once, in order of first appearance: what a consumer that acts once per key sees. */
const facts = (events: CallEvent[]): CallEvent[] => [...new Map(events.map((e) => [e.key, e])).values()]
const types = (events: CallEvent[]): string[] => facts(events).map((e) => e.type)

const call = 'n1-1795277522.2'
const user = (name: string, fields: Record<string, string> = {}, id = call): AmiMessage =>
  event('UserEvent', {
    UserEvent: name,
    ContactId: call,
    Uniqueid: id,
    Linkedid: call,
    Channel: id === call ? 'PJSIP/trunk-00000002' : 'PJSIP/1001-00000003',
    Timestamp: '1800000000.000001',
    ...fields,
  })

describe('traces of real calls', () => {
  it('answered: rings, is answered, is bridged, ends once', () => {
    const events = facts(run(readTrace('answered')))
    expect(events.filter((e) => e.type !== 'deviceState')).toMatchObject([
      { type: 'callHeld', callId: call, holdN: 1 },
      { type: 'callRinging', phone: '3001' },
      { type: 'callAnswered', phone: '3001', legId: 'n1-1795277522.3' },
      { type: 'callBridged', phone: '3001' },
      { type: 'callEnded', cause: 16, phone: '3001' },
    ])
  })

  it('abandoned while ringing: ends without ever being bridged', () => {
    expect(types(run(readTrace('abandoned-ringing')))).toEqual(['callHeld', 'callRinging', 'callEnded'])
  })

  it('native: Asterisk’s own queue answers; no gateway fact is made of it', () => {
    const events = facts(run(readTrace('native'))).filter((e) => e.type !== 'deviceState')
    const first = events.filter((e) => e.callId === 'n1-1795277627.10')
    expect(first).toMatchObject([
      { type: 'callNative' },
      { type: 'nativeAnswered', phone: '3002' },
      { type: 'callEnded' },
    ])
  })

  it('leaves no call and no leg of an ended call behind', () => {
    const legs = createLegs()
    run(readTrace('answered'), legs)
    run(readTrace('abandoned-ringing'), legs)
    expect(legs.calls()).toEqual([])
    expect(legs.size()).toBe(0)
  })
})

describe('order and repetition', () => {
  const trace = readTrace('answered')

  it('gives each fact one key, however often its event comes', () => {
    const twice = facts(run(trace.flatMap((message) => [message, message])))
    expect(twice.map((e) => e.key)).toEqual(facts(run(trace)).map((e) => e.key))
  })

  it('gives two gateways the same keys', () => {
    expect(run(trace).map((e) => e.key)).toEqual(run(trace, createLegs()).map((e) => e.key))
  })

  it('tells the same facts when events of different legs overtake each other', () => {
    const expected = facts(run(trace))
      .map((e) => e.key)
      .sort()
    const lanes = [
      trace.filter((m) => m.fields['Uniqueid'] === call),
      trace.filter((m) => m.fields['Uniqueid'] !== call && m.fields['Uniqueid']),
    ]
    // Both bridge entries and both hang-ups may come in either order; only the order within a leg is kept.
    const interleavings = fc.array(fc.boolean(), { minLength: trace.length, maxLength: trace.length })
    fc.assert(
      fc.property(interleavings, (turns) => {
        const queues = lanes.map((lane) => [...lane])
        const shuffled: AmiMessage[] = []
        const window = 3
        let lead = 0
        for (const turn of turns) {
          // A leg may lag by a few events, not by a whole call.
          const pick = lead >= window ? 1 : lead <= -window ? 0 : turn ? 0 : 1
          const next = queues[pick]!.shift() ?? queues[1 - pick]!.shift()
          if (!next) break
          lead += pick === 0 ? 1 : -1
          shuffled.push(next)
        }
        const seen = new Set(facts(run(shuffled)).map((e) => e.key))
        expect(seen.has(`${call}/ended:${call}`)).toBe(true)
        for (const key of seen) expect(expected).toContain(key)
      }),
      { numRuns: 200 },
    )
  })

  it('does not revive a call by an event that comes after its end', () => {
    const legs = createLegs()
    run(
      [user('ContactNew', { Dnis: '12345', Ani: '13800000001' }), user('ContactEnd', { Stage: 'hold' })],
      legs,
    )
    run([user('ContactHold', { HoldN: '1' })], legs)
    expect(legs.call(call)).toBeNull()
  })

  it('ends a call by the hang-up of the caller’s leg when ContactEnd was lost', () => {
    const hangup = event('Hangup', {
      Uniqueid: call,
      Linkedid: call,
      Cause: '127',
      Timestamp: '1800000005.5',
    })
    expect(run([user('ContactNew'), user('ContactHold', { HoldN: '1' }), hangup]).at(-1)).toMatchObject({
      type: 'callEnded',
      key: `${call}/ended:${call}`,
      stage: 'hold',
      cause: 127,
      answered: false,
      at: 1_800_000_005_500,
    })
  })

  it('takes the hang-up of an agent for no end of the call', () => {
    const events = run([
      user('ContactNew'),
      user('ContactAnswered', { Agent: '1001', Via: 'gateway' }, 'n1-1795277522.3'),
      event('Hangup', { Uniqueid: 'n1-1795277522.3', Linkedid: call, Cause: '16' }),
    ])
    expect(types(events)).toEqual(['callArrived', 'callAnswered'])
  })
})

describe('the dialplan’s contract', () => {
  it.each([
    [
      user('ContactNew', { Dnis: '12345', Ani: '', Withheld: '1' }),
      { type: 'callArrived', dnis: '12345', ani: '', withheld: true, key: `${call}/arrived` },
    ],
    [
      user('ContactHold', { HoldN: '2', Reason: 'noAnswer', DialStatus: 'NOANSWER', Emergency: '1' }),
      { type: 'callHeld', holdN: 2, reason: 'noAnswer', lastDial: 'NOANSWER', emergency: true },
    ],
    [user('ContactEmergency', { Stage: 'greeting' }), { type: 'emergencyKey', stage: 'greeting' }],
    [
      user('ContactCallBack', { Number: '13800000001', Stage: 'hold' }),
      { type: 'callBackRequested', number: '13800000001' },
    ],
    [
      user('ContactDialDone', { Agent: '1001', DialStatus: 'CHANUNAVAIL', Cause: '20' }),
      { type: 'dialEnded', phone: '1001', status: 'CHANUNAVAIL', cause: 20 },
    ],
    [user('ContactNative', { Reason: 'unclaimed' }), { type: 'callNative', reason: 'unclaimed' }],
    [
      user('ContactAnswered', { Agent: 'duty', Via: 'native' }, 'n1-1.9'),
      { type: 'nativeAnswered', phone: null, legId: 'n1-1.9' },
    ],
    [
      user('ContactNativeDone', { QueueStatus: 'CONTINUE', Agent: '1001' }),
      { type: 'nativeEnded', status: 'CONTINUE', phone: '1001' },
    ],
    [
      user('ContactConsultAnswered', { Agent: '1002', By: '1001' }),
      { type: 'consultAnswered', phone: '1002', by: '1001' },
    ],
    [
      user('ContactConsultDone', { Agent: '1002', By: '1001', DialStatus: 'BUSY' }),
      { type: 'consultEnded', phone: '1002', by: '1001', status: 'BUSY' },
    ],
    [
      user('ContactConfJoin', { Role: 'emergency', Party: '110' }),
      { type: 'confJoined', role: 'emergency', party: '110' },
    ],
    [
      user('ContactConfLeave', { Role: 'agent', Party: '1001', Cause: '16' }),
      { type: 'confLeft', role: 'agent', party: '1001', cause: 16 },
    ],
    [
      user('ContactConfFailed', { Role: 'emergency', Party: '110', DialStatus: 'BUSY', Cause: '17' }),
      { type: 'confFailed', party: '110', status: 'BUSY', cause: 17 },
    ],
    [
      user('VoicemailLeft', { File: 'vm-x.wav', Seconds: '12' }),
      { type: 'voicemailLeft', file: 'vm-x.wav', seconds: 12 },
    ],
    [
      user('ContactEnd', { Stage: 'talk', Cause: '16', Agent: '1001', Answered: '1' }),
      {
        type: 'callEnded',
        stage: 'talk',
        cause: 16,
        phone: '1001',
        answered: true,
        key: `${call}/ended:${call}`,
      },
    ],
  ])('reads %o', (message, expected) => {
    expect(run([message])).toMatchObject([{ callId: call, node: 'n1', at: 1_800_000_000_000, ...expected }])
  })

  it('tells that a caller who heard music talks again', () => {
    const events = run([
      user('ContactNew'),
      user('ContactAnswered', { Agent: '1001', Via: 'gateway' }, 'n1-1795277522.3'),
      user('ContactHeld', { Agent: '1001', Timestamp: '1800000001.1' }),
      user('ContactConfJoin', { Role: 'caller', Timestamp: '1800000002.1' }),
    ])
    expect(types(events)).toEqual(['callArrived', 'callAnswered', 'legHeld', 'legResumed', 'confJoined'])
  })

  it('tells that a phone’s own hold key was used', () => {
    const agent = 'n1-1795277522.3'
    const events = run([
      user('ContactNew'),
      user('ContactAnswered', { Agent: '1001', Via: 'gateway' }, agent),
      event('Hold', { Uniqueid: agent, Channel: 'PJSIP/1001-00000003', Linkedid: call }),
    ])
    expect(events.at(-1)).toMatchObject({ type: 'legHeld', phone: '1001', by: 'phone' })
  })

  it.each([
    ['NOT_INUSE', 'notInUse'],
    ['RINGINUSE', 'ringing'],
    ['UNAVAILABLE', 'unavailable'],
    ['SOMETHING NEW', 'unknown'],
  ])('reads the device state %s', (state, expected) => {
    expect(run([event('DeviceStateChange', { Device: 'PJSIP/1001', State: state })])).toMatchObject([
      { type: 'deviceState', phone: '1001', state: expected },
    ])
  })

  it('ignores the state of trunks and of Asterisk’s own devices', () => {
    const devices = ['PJSIP/trunk', 'Queue:hotline', 'confbridge:1', 'Local/110@emergency-out']
    expect(run(devices.map((Device) => event('DeviceStateChange', { Device, State: 'INUSE' })))).toEqual([])
  })

  it('knows a call back by the contact it serves, though its leg is new', () => {
    const legs = createLegs()
    run([user('ContactNew'), user('ContactCallBack', { Number: '13800000001' }), user('ContactEnd')], legs)
    const line = { Linkedid: 'n1-9.1', Channel: 'Local/s@call-back-out-1;1', Uniqueid: 'n1-9.1' }
    const agent = { Linkedid: 'n1-9.1', Channel: 'PJSIP/1001-000000ab', Uniqueid: 'n1-9.4' }
    const events = run(
      [
        user('ContactCalledBack', line),
        event('DialState', {
          Context: 'to-agent',
          DialStatus: 'RINGING',
          ...line,
          DestUniqueid: 'n1-9.4',
          DestChannel: 'PJSIP/1001-000000ab',
          DestLinkedid: 'n1-9.1',
        }),
        user('ContactAnswered', { Agent: '1001', Via: 'gateway', ...agent }),
        event('BridgeEnter', { ...agent, BridgeUniqueid: 'b' }),
        event('BridgeEnter', { ...line, BridgeUniqueid: 'b' }),
      ],
      legs,
    )
    expect(events.map((e) => e.type)).toEqual(['calledBack', 'callRinging', 'callAnswered', 'callBridged'])
    expect(legs.call(call)).toMatchObject({ callerLeg: 'n1-9.1', phone: '1001', stage: 'talk' })
    // The end of the second leg is another fact than the end of the first.
    expect(run([user('ContactEnd', { Stage: 'talk', Answered: '1', ...line })], legs)).toMatchObject([
      { type: 'callEnded', callId: call, key: `${call}/ended:n1-9.1` },
    ])
    expect(legs.call(call)).toBeNull()
  })

  it('reads a call back that did not reach the citizen', () => {
    expect(run([user('ContactCallBackFailed', { DialStatus: 'BUSY', Cause: '17' })])).toMatchObject([
      { type: 'callBackFailed', callId: call, status: 'BUSY', cause: 17 },
    ])
  })
})
