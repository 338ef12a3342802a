import type { AmiMessage } from './ami/frames.ts'
import {
  phoneOf,
  toPhoneState,
  toStage,
  type CallEvent,
  type CallFact,
  type ConfRole,
  type Known,
} from './call-event.ts'
import type { Legs } from './legs.ts'

/** PURE. AMI's vocabulary ends here: one AMI event becomes the facts it tells about calls and phones. */

/** The only events that are parsed at all; the rest of the 34 a call brings is dropped by name. */
export const wantedEvents: ReadonlySet<string> = new Set([
  'UserEvent',
  'Newchannel',
  'DialBegin',
  'DialState',
  'BridgeEnter',
  'BridgeLeave',
  'Hangup',
  'Hold',
  'Unhold',
  'AgentConnect',
  'DeviceStateChange',
  'Shutdown',
])

type Fields = Readonly<Record<string, string>>

/** Milliseconds since the epoch, from the event's own `Timestamp` (seconds with a fraction). */
export const eventTime = (f: Fields, now: number): number => {
  const seconds = Number(f['Timestamp'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000) : now
}

/**
 * Brings the model of legs up to date with one AMI event and returns the facts it tells.
 *
 * @param node name of the Asterisk, for events of one that does not say `SystemName`
 * @param now used only for an event without `Timestamp`
 */
export function digest(message: AmiMessage, legs: Legs, node: string, now: number): CallEvent[] {
  // What a UserEvent or a Hangup says is judged against the state it ends; the rest needs the state it makes.
  if (message.name === 'UserEvent' || message.name === 'Hangup') {
    const events = translate(message, legs, node, now)
    legs.apply(message)
    return events
  }
  legs.apply(message)
  return translate(message, legs, node, now)
}

function translate(message: AmiMessage, legs: Legs, node: string, now: number): CallEvent[] {
  const f = message.fields
  const at = eventTime(f, now)
  const where = f['SystemName'] || node
  const fact = (callId: string, name: string): Known => ({
    key: `${callId}/${name}`,
    callId,
    node: where,
    at,
  })
  // AMI stamps an event once for all its readers, so every gateway gives the same fact the same key.
  const stamp = f['Timestamp'] ?? String(at)

  switch (message.name) {
    case 'UserEvent':
      return userEvent(f, legs, fact, stamp)

    case 'DialState': {
      const phone = phoneOf(f['DestChannel'])
      const legId = f['DestUniqueid'] ?? ''
      const callId = legs.leg(legId)?.callId
      if (!phone || !callId || f['Context'] !== 'to-agent' || f['DialStatus'] !== 'RINGING') return []
      return [{ ...fact(callId, `ringing:${legId}`), type: 'callRinging', phone, legId }]
    }

    case 'BridgeEnter':
      return bridged(f, legs, fact)

    case 'Hold':
    case 'Unhold': {
      const leg = legs.leg(f['Uniqueid'] ?? '')
      if (!leg?.callId || !leg.phone) return []
      const type = message.name === 'Hold' ? 'legHeld' : 'legResumed'
      return [{ ...fact(leg.callId, `${type}:${stamp}`), type, phone: leg.phone, by: 'phone' }]
    }

    case 'Hangup': {
      // ContactEnd comes before it on the same channel and says more; this is the net below it.
      const id = f['Uniqueid'] ?? ''
      const call = legs.call(legs.leg(id)?.callId ?? '')
      if (call?.callerLeg !== id) return []
      const answered = call.stage === 'talk' || call.stage === 'held' || call.stage === 'nativeTalk'
      const ended = { stage: call.stage, cause: Number(f['Cause']) || 0, phone: call.phone, answered }
      return [{ ...fact(call.id, `ended:${id}`), type: 'callEnded', ...ended }]
    }

    case 'AgentConnect': {
      // Asterisk's own queue says it too, should the dialplan's ContactAnswered be missing.
      const callId = legs.leg(f['Uniqueid'] ?? '')?.callId
      const legId = f['DestUniqueid'] ?? ''
      if (!callId) return []
      const answered = { phone: phoneOf(f['Interface']), legId }
      return [{ ...fact(callId, `nativeAnswered:${legId}`), type: 'nativeAnswered', ...answered }]
    }

    case 'DeviceStateChange': {
      const phone = phoneOf(f['Device'])
      if (!phone) return []
      const key = `${where}/${phone}/${stamp}`
      return [{ type: 'deviceState', key, node: where, at, phone, state: toPhoneState(f['State']) }]
    }
  }
  return []
}

/** Caller and phone in one bridge: they hear each other. */
function bridged(f: Fields, legs: Legs, fact: (callId: string, name: string) => Known): CallFact[] {
  const callId = legs.leg(f['Uniqueid'] ?? '')?.callId
  const call = callId ? legs.call(callId) : null
  // In Asterisk's own queue `nativeAnswered` is the fact.
  if (!callId || !call || call.native) return []
  const inside = legs.inBridge(f['BridgeUniqueid'] ?? '')
  if (!inside.some((leg) => leg.id === call.callerLeg)) return []
  return inside
    .filter((leg) => leg.callId === callId && leg.phone !== null)
    .map((leg) => ({
      ...fact(callId, `bridged:${leg.id}`),
      type: 'callBridged',
      phone: leg.phone ?? '',
      legId: leg.id,
    }))
}

function userEvent(
  f: Fields,
  legs: Legs,
  fact: (callId: string, name: string) => Known,
  stamp: string,
): CallFact[] {
  const callId = f['ContactId']
  if (!callId) return []
  const text = (name: string): string => f[name] ?? ''
  const number = (name: string): number => Number(f[name]) || 0
  const yes = (name: string): boolean => f[name] === '1'
  const agent = (): string | null => (/^\d+$/.test(text('Agent')) ? text('Agent') : null)
  const phone = text('Agent')
  const legId = text('Uniqueid')

  switch (f['UserEvent'] ?? '') {
    case 'ContactNew': {
      const arrived = { ani: text('Ani'), withheld: yes('Withheld'), dnis: text('Dnis') }
      return [{ ...fact(callId, 'arrived'), type: 'callArrived', ...arrived }]
    }
    case 'ContactHold': {
      const holdN = number('HoldN')
      const held = { reason: text('Reason'), lastDial: text('DialStatus'), emergency: yes('Emergency') }
      return [{ ...fact(callId, `held:${legId}:${holdN}`), type: 'callHeld', holdN, ...held }]
    }
    case 'ContactAnswered': {
      if (text('Via') === 'native') {
        return [{ ...fact(callId, `nativeAnswered:${legId}`), type: 'nativeAnswered', phone: agent(), legId }]
      }
      return [{ ...fact(callId, `answered:${legId}`), type: 'callAnswered', phone, legId }]
    }
    case 'ContactDialDone': {
      const ended = { phone, status: text('DialStatus'), cause: number('Cause') }
      return [{ ...fact(callId, `dialEnded:${stamp}`), type: 'dialEnded', ...ended }]
    }
    case 'ContactNative':
      return [{ ...fact(callId, `native:${legId}`), type: 'callNative', reason: text('Reason') }]
    case 'ContactNativeDone': {
      const ended = { status: text('QueueStatus'), phone: agent() }
      return [{ ...fact(callId, `nativeEnded:${stamp}`), type: 'nativeEnded', ...ended }]
    }
    case 'ContactEmergency':
      return [{ ...fact(callId, `emergency:${legId}`), type: 'emergencyKey', stage: toStage(f['Stage']) }]
    case 'ContactCallBack':
      return [{ ...fact(callId, `callBack:${legId}`), type: 'callBackRequested', number: text('Number') }]
    case 'ContactCalledBack':
      return [{ ...fact(callId, `calledBack:${legId}`), type: 'calledBack' }]
    case 'ContactCallBackFailed': {
      const failed = { status: text('DialStatus'), cause: number('Cause') }
      return [{ ...fact(callId, `callBackFailed:${stamp}`), type: 'callBackFailed', ...failed }]
    }
    case 'ContactOut':
      return [{ ...fact(callId, `outPhone:${legId}`), type: 'outPhoneAnswered', phone }]
    case 'ContactOutReached':
      return [{ ...fact(callId, `answered:${legId}`), type: 'callAnswered', phone, legId }]
    case 'ContactOutFailed': {
      const failed = { phone, status: text('DialStatus'), cause: number('Cause') }
      return [{ ...fact(callId, `outFailed:${legId}`), type: 'outFailed', ...failed }]
    }
    case 'VoicemailLeft': {
      const left = { file: text('File'), seconds: number('Seconds') }
      return [{ ...fact(callId, `voicemail:${legId}`), type: 'voicemailLeft', ...left }]
    }
    case 'ContactHeld':
      return [{ ...fact(callId, `legHeld:${stamp}`), type: 'legHeld', phone, by: 'gateway' }]
    case 'ContactConsultAnswered': {
      const consulted = { phone, by: text('By') }
      return [{ ...fact(callId, `consultAnswered:${legId}`), type: 'consultAnswered', ...consulted }]
    }
    case 'ContactConsultDone': {
      const ended = { phone, by: text('By'), status: text('DialStatus') }
      return [{ ...fact(callId, `consultEnded:${stamp}`), type: 'consultEnded', ...ended }]
    }
    case 'ContactConfJoin': {
      const joined = { role: text('Role') as ConfRole, party: text('Party'), legId }
      const facts: CallFact[] = [{ ...fact(callId, `confJoined:${stamp}`), type: 'confJoined', ...joined }]
      const call = legs.call(callId)
      if (joined.role === 'caller' && call?.stage === 'held' && call.phone) {
        const resumed = { phone: call.phone, by: 'gateway' as const }
        facts.unshift({ ...fact(callId, `legResumed:${stamp}`), type: 'legResumed', ...resumed })
      }
      return facts
    }
    case 'ContactConfLeave': {
      const left = { role: text('Role') as ConfRole, party: text('Party'), legId, cause: number('Cause') }
      return [{ ...fact(callId, `confLeft:${stamp}`), type: 'confLeft', ...left }]
    }
    case 'ContactConfFailed': {
      const failed = { party: text('Party'), status: text('DialStatus'), cause: number('Cause') }
      return [{ ...fact(callId, `confFailed:${stamp}`), type: 'confFailed', ...failed }]
    }
    case 'ContactEnd': {
      const ended = {
        stage: toStage(f['Stage']),
        cause: number('Cause'),
        phone: agent(),
        answered: yes('Answered'),
      }
      return [{ ...fact(callId, `ended:${legId}`), type: 'callEnded', ...ended }]
    }
  }
  return []
}
