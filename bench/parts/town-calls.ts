import { randomUUID } from 'node:crypto'
import * as frames from './town-frames.ts'
import { type Fields, type Leg, systemName } from './town-frames.ts'

/**
 * What Asterisk and its dialplan do with a call, without the sound: arrival, hold with the looks at heartbeat and claim,
 * the ring that the gateway asked for, the talk, the end, and its own queue when the gateway is dead or silent. Times
 * that are the dialplan's promises (claim 6 s, heartbeat 6 s, hold 600 s) are the real ones; those that belong to people
 * come with the call.
 */
export type Caller = {
  number: string
  /** hangs up when nobody is there for him after so long */
  patienceMs: number
  /** in units of the mean talk of that moment */
  talk: number
}

export type CallEnd = 'talked' | 'nativeTalked' | 'abandoned' | 'abandonedRinging' | 'abandonedNative'

type Stage = 'greeting' | 'hold' | 'ring' | 'talk' | 'native' | 'nativeTalk' | 'over'

export type TownCall = {
  callId: string
  leg: Leg
  stage: Stage
  caller: Caller
  arrivedAt: number
  claimed: boolean
  holdN: number
  phone: string | null
  agent: Leg | null
  bridge: string
  calledBack: boolean
  recorded: boolean
  timers: Set<NodeJS.Timeout>
}

export type TownCounts = {
  arrived: number
  waiting: number
  talking: number
  bridged: number
  ended: Partial<Record<CallEnd, number>>
  /** callers that Asterisk's own queue took, by reason */
  native: Record<string, number>
  calledBack: number
  /** a phone was to ring that was in a call: an agent was given two at once */
  phoneBusy: number
  notSimulated: Record<string, number>
}

const claimMs = 6_000
const heartbeatMs = 6_000
const holdMs = 600_000
const sliceMs = 5_000
/** The browser's phone picks up by itself. */
const answerMs = 10
/** Until a citizen who is called back is on the line. */
const citizenMs = 30

export type Town = ReturnType<typeof createTown>

/** @param emit sends frames to everybody who is logged in */
export function createTown(emit: (text: string) => void, onEnd: (call: TownCall, end: CallEnd) => void) {
  /** by the Uniqueid of the caller's leg */
  const calls = new Map<string, TownCall>()
  const phones = new Map<string, { busy: boolean; member: boolean; paused: boolean }>()
  const forNative: TownCall[] = []
  const waits: number[] = []
  const counts: TownCounts = {
    arrived: 0,
    waiting: 0,
    talking: 0,
    bridged: 0,
    ended: {},
    native: {},
    calledBack: 0,
    phoneBusy: 0,
    notSimulated: {},
  }
  const state = { heartbeat: 0, talkMeanMs: 500 }
  let serial = 0
  const legOf = (name: string, number: string, linked?: string): Leg => {
    const n = serial++
    const id = `${systemName}-${Math.floor(Date.now() / 1_000)}.${n}`
    return {
      channel: `${name}-${n.toString(16).padStart(8, '0')}`,
      id,
      linked: linked ?? id,
      number,
      peer: '<unknown>',
    }
  }
  const after = (call: TownCall, ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      call.timers.delete(timer)
      if (call.stage !== 'over') act()
    }, ms)
    call.timers.add(timer)
  }
  const up = (call: TownCall, context: string, exten = 's'): Fields =>
    frames.channel(call.leg, 'Up', context, exten)
  const music = (call: TownCall, what: 'Start' | 'Stop', context: string): string =>
    frames.event(`MusicOnHold${what}`, 'call', { ...up(call, context), Class: 'default' })
  const alive = (): boolean => {
    const age = Date.now() - state.heartbeat
    return age >= 0 && age <= heartbeatMs
  }

  function arrive(caller: Caller): TownCall {
    const leg = legOf('PJSIP/trunk', caller.number)
    const call: TownCall = {
      callId: leg.id,
      leg,
      stage: 'greeting',
      caller,
      arrivedAt: performance.now(),
      claimed: false,
      holdN: 0,
      phone: null,
      agent: null,
      bridge: '',
      calledBack: false,
      recorded: false,
      timers: new Set(),
    }
    calls.set(leg.id, call)
    counts.arrived += 1
    counts.waiting += 1
    const ring = (context: string): Fields => frames.channel(leg, 'Ring', context, '12345')
    const known = { Dnis: '12345', Ani: caller.number, Withheld: 0 }
    emit(
      frames.event('Newchannel', 'call', ring('from-trunk')) +
        frames.user('ContactNew', ring('arrive'), call.callId, known),
    )
    after(call, 2, () => {
      emit(
        frames.event('Newstate', 'call', up(call, 'arrive', '12345')) + frames.device('PJSIP/trunk', 'INUSE'),
      )
      hold(call, 'new')
    })
    after(call, caller.patienceMs, () => {
      if (call.stage !== 'talk' && call.stage !== 'nativeTalk') hangUp(call, 'caller')
    })
    return call
  }

  function hold(call: TownCall, reason: string): void {
    if (!alive()) return native(call, 'gatewayDead')
    call.stage = 'hold'
    call.holdN += 1
    call.phone = null
    const said = { HoldN: call.holdN, Reason: reason, DialStatus: '', Emergency: 0 }
    emit(music(call, 'Start', 'hold') + frames.user('ContactHold', up(call, 'hold'), call.callId, said))
    slice(call, call.holdN)
  }

  /** As the dialplan: the slice ends when the caller should have been claimed, at the latest. */
  function slice(call: TownCall, holdN: number): void {
    const leftMs = call.claimed ? sliceMs : claimMs - (performance.now() - call.arrivedAt)
    if (leftMs <= 0) return native(call, 'unclaimed')
    after(call, Math.min(sliceMs, leftMs), () => {
      if (call.stage !== 'hold' || call.holdN !== holdN) return
      if (!alive()) return native(call, 'gatewayDead')
      if (performance.now() - call.arrivedAt > holdMs) return native(call, 'holdTooLong')
      slice(call, holdN)
    })
  }

  function ringPhone(call: TownCall, phone: string): void {
    const known = phones.get(phone)
    const context = 'to-agent'
    call.stage = 'ring'
    call.phone = phone
    const agent = legOf(`PJSIP/${phone}`, phone, call.leg.linked)
    agent.peer = '12345'
    call.agent = agent
    const dialled = (state: 'Down' | 'Ringing' | 'Up'): Fields =>
      frames.channel(agent, state, 'from-phone', phone, 'Dest')
    const own = (state: 'Down' | 'Ringing'): Fields => frames.channel(agent, state, 'from-phone', phone)
    emit(
      music(call, 'Stop', 'hold') +
        (call.recorded ? '' : frames.event('MixMonitorStart', 'call', up(call, 'record'))) +
        frames.event('Newchannel', 'call', own('Down')) +
        frames.event('NewCallerid', 'call', {
          ...own('Down'),
          'CID-CallingPres': '0 (Presentation Allowed)',
        }) +
        frames.event('NewConnectedLine', 'call', own('Down')) +
        frames.event('NewConnectedLine', 'call', own('Down')) +
        frames.event('DialBegin', 'call', {
          ...up(call, context, phone),
          ...dialled('Down'),
          DialString: phone,
        }) +
        music(call, 'Start', context),
    )
    call.recorded = true
    if (known === undefined || known.busy) {
      counts.phoneBusy += 1
      const over = { ...up(call, context, phone), ...dialled('Down'), DialStatus: 'BUSY' }
      const done = { Agent: phone, DialStatus: 'BUSY', Cause: 17 }
      emit(
        frames.event('DialEnd', 'call', over) +
          frames.event('Hangup', 'call', { ...own('Down'), Cause: 17 }) +
          frames.user('ContactDialDone', up(call, context, phone), call.callId, done),
      )
      call.agent = null
      return hold(call, 'noAnswer')
    }
    known.busy = true
    call.leg.peer = phone
    emit(
      frames.event('NewConnectedLine', 'call', up(call, context, phone)) +
        frames.event('Newstate', 'call', own('Ringing')) +
        frames.event('DialState', 'call', {
          ...up(call, context, phone),
          ...dialled('Ringing'),
          DialStatus: 'RINGING',
        }) +
        frames.device(`PJSIP/${phone}`, 'RINGING'),
    )
    after(call, answerMs, () => {
      if (call.agent === agent) answered(call, agent, phone)
    })
  }

  function answered(call: TownCall, agent: Leg, phone: string): void {
    const context = 'to-agent'
    const own = frames.channel(agent, 'Up', 'phone-answered', 's')
    const over = { ...up(call, context, phone), ...frames.channel(agent, 'Up', 'from-phone', '', 'Dest') }
    emit(
      frames.event('Newstate', 'call', own) +
        frames.device(`PJSIP/${phone}`, 'BUSY') +
        frames.user('ContactAnswered', own, call.callId, { Agent: phone, Via: 'gateway' }) +
        frames.event('QueueMemberStatus', 'agent', frames.member(phone, 3)) +
        frames.event('DialEnd', 'call', { ...over, DialStatus: 'ANSWER' }) +
        music(call, 'Stop', context),
    )
    join(call, agent, context, phone)
    call.stage = 'talk'
  }

  /** Caller and agent hear each other, for as long as the caller has to say. */
  function join(call: TownCall, agent: Leg, context: string, phone: string): void {
    call.bridge = randomUUID()
    counts.waiting -= 1
    counts.talking += 1
    counts.bridged += 1
    if (!call.calledBack) waits.push(performance.now() - call.arrivedAt)
    emit(
      frames.event('BridgeCreate', 'call', frames.bridge(call.bridge, 0)) +
        frames.event('BridgeEnter', 'call', {
          ...frames.bridge(call.bridge, 1),
          ...frames.channel(agent, 'Up', 'from-phone', ''),
        }) +
        frames.event('BridgeEnter', 'call', {
          ...frames.bridge(call.bridge, 2),
          ...up(call, context, phone),
        }),
    )
    after(call, Math.max(20, call.caller.talk * state.talkMeanMs), () => hangUp(call, 'caller'))
  }

  function leave(call: TownCall, agent: Leg, phone: string): string {
    const known = phones.get(phone)
    if (known) known.busy = false
    return (
      frames.event('Hangup', 'call', {
        ...frames.channel(agent, 'Up', 'from-phone', ''),
        Cause: 16,
        'Cause-txt': 'Normal Clearing',
      }) +
      frames.device(`PJSIP/${phone}`, 'NOT_INUSE') +
      frames.event('QueueMemberStatus', 'agent', frames.member(phone, 1))
    )
  }

  /** The caller's leg goes, whoever wished it. */
  function hangUp(call: TownCall, by: 'caller' | 'gateway'): void {
    const { stage, agent, phone } = call
    const talked = stage === 'talk' || stage === 'nativeTalk'
    const context = stage === 'talk' || stage === 'ring' ? 'to-agent' : 'hold'
    const here = up(call, context)
    let text = by === 'caller' ? frames.event('HangupRequest', 'call', here) : ''
    if (talked && agent)
      text +=
        frames.event('BridgeLeave', 'call', { ...frames.bridge(call.bridge, 1), ...here }) +
        frames.event('BridgeLeave', 'call', {
          ...frames.bridge(call.bridge, 0),
          ...frames.channel(agent, 'Up', 'from-phone', ''),
        }) +
        frames.event('BridgeDestroy', 'call', frames.bridge(call.bridge, 0))
    else if (stage === 'ring' && agent)
      text += frames.event('DialEnd', 'call', {
        ...here,
        ...frames.channel(agent, 'Ringing', 'from-phone', phone ?? '', 'Dest'),
        DialStatus: 'CANCEL',
      })
    else text += music(call, 'Stop', context)
    const cause = talked ? 16 : 0
    const said = {
      Stage: stage,
      Cause: cause,
      Agent: phone ?? '',
      Answered: talked ? 1 : 0,
      HoldN: `0${call.holdN}`,
    }
    text +=
      frames.event('SoftHangupRequest', 'call', { ...here, Cause: 16 }) +
      frames.user('ContactEnd', frames.channel(call.leg, 'Up', 'contact-end', 's'), call.callId, said) +
      frames.event('Hangup', 'call', { ...here, Cause: cause, 'Cause-txt': 'Normal Clearing' })
    if (agent && phone) text += leave(call, agent, phone)
    emit(text + frames.device('PJSIP/trunk', 'NOT_INUSE'))
    call.stage = 'over'
    for (const timer of call.timers) clearTimeout(timer)
    calls.delete(call.leg.id)
    if (talked) counts.talking -= 1
    else counts.waiting -= 1
    const end: CallEnd =
      stage === 'talk'
        ? 'talked'
        : stage === 'nativeTalk'
          ? 'nativeTalked'
          : stage === 'ring'
            ? 'abandonedRinging'
            : stage === 'native'
              ? 'abandonedNative'
              : 'abandoned'
    counts.ended[end] = (counts.ended[end] ?? 0) + 1
    onEnd(call, end)
    serveNative()
  }

  function native(call: TownCall, reason: string): void {
    counts.native[reason] = (counts.native[reason] ?? 0) + 1
    call.stage = 'native'
    call.phone = null
    const said = { Reason: reason, HoldN: `0${call.holdN}` }
    emit(music(call, 'Stop', 'hold') + frames.user('ContactNative', up(call, 'native'), call.callId, said))
    forNative.push(call)
    serveNative()
  }

  /** Asterisk's own queue: whoever is signed in and free. */
  function serveNative(): void {
    while (forNative.length > 0) {
      const call = forNative[0]!
      if (call.stage !== 'native') {
        forNative.shift()
        continue
      }
      const free = [...phones].find(([, one]) => one.member && !one.paused && !one.busy)
      if (!free) return
      forNative.shift()
      const [phone, known] = free
      known.busy = true
      call.phone = phone
      const agent = legOf(`PJSIP/${phone}`, phone, call.leg.linked)
      call.agent = agent
      const own = frames.channel(agent, 'Up', 'native-answered', 's')
      emit(
        frames.event('Newchannel', 'call', frames.channel(agent, 'Down', 'from-phone', phone)) +
          frames.device(`PJSIP/${phone}`, 'BUSY') +
          frames.user('ContactAnswered', own, call.callId, { Agent: phone, Via: 'native' }),
      )
      join(call, agent, 'native', 's')
      call.stage = 'nativeTalk'
    }
  }

  /** The citizen is called first; he is always at home. */
  function callBack(callId: string, phone: string, number: string): void {
    const leg = legOf('Local/s@call-back-out', number)
    const call: TownCall = {
      callId,
      leg,
      stage: 'greeting',
      caller: { number, patienceMs: 60_000, talk: 1 },
      arrivedAt: performance.now(),
      claimed: true,
      holdN: 0,
      phone: null,
      agent: null,
      bridge: '',
      calledBack: true,
      recorded: false,
      timers: new Set(),
    }
    counts.calledBack += 1
    counts.waiting += 1
    calls.set(leg.id, call)
    emit(frames.event('Newchannel', 'call', frames.channel(leg, 'Down', 'called-back', phone)))
    after(call, citizenMs, () => {
      emit(frames.user('ContactCalledBack', up(call, 'called-back', phone), callId))
      ringPhone(call, phone)
    })
  }

  return {
    state,
    counts,
    phones,
    calls,
    arrive,
    callBack,
    ringPhone,
    hangUp: (call: TownCall) => hangUp(call, 'gateway'),
    toNative: (call: TownCall) => native(call, 'asked'),
    /** Out of the ring and back to music. */
    backToHold(call: TownCall): void {
      const { agent, phone } = call
      if (call.stage !== 'ring' || !agent || !phone) return
      const here = up(call, 'to-agent', phone)
      const dialled = frames.channel(agent, 'Ringing', 'from-phone', phone, 'Dest')
      call.agent = null
      emit(
        frames.event('DialEnd', 'call', { ...here, ...dialled, DialStatus: 'CANCEL' }) +
          leave(call, agent, phone),
      )
      hold(call, 'asked')
    },
    /** How long callers waited since the last time it was asked, ms. */
    takeWaits: (): number[] => waits.splice(0),
  }
}
