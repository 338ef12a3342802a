/**
 * PURE. What telephony tells the rest of the program about calls. `contacts/` consumes these and nothing else of AMI.
 *
 * A call is known by the `Uniqueid` of the caller's first leg (globally unique by the node's `systemname`), also when
 * he is called back on another, or by an id of the same form that the gateway gives a call of its own; an agent by the number of his phone. Every event has a `key`: equal keys are the same fact, whichever gateway saw it, live or in a
 * resync, so a consumer may receive a key twice and acts once. Events of one call arrive in order; `at` is the clock
 * of the Asterisk that raised the event, in milliseconds since the epoch.
 */
export type CallEvent = CallFact | DeviceFact

export type Known = {
  key: string
  callId: string
  node: string
  at: number
  /** Derived in a resync and not seen live: `at` may be late, fields may be empty. */
  recovered?: true
}

/** Where the caller's leg was when it ended, in the words of `asterisk/README.md`. */
export const stages = [
  'greeting',
  'menu',
  'hold',
  'ring',
  'talk',
  'held',
  'conference',
  'native',
  'nativeTalk',
  'callBack',
  'calledBack',
  'voicemail',
  'dismissed',
  'outPhone',
  'outDial',
] as const
export type Stage = (typeof stages)[number]

export const toStage = (value: string | undefined): Stage | null =>
  stages.includes(value as Stage) ? (value as Stage) : null

export type ConfRole = 'caller' | 'agent' | 'emergency'

export type CallFact = Known &
  (
    | { type: 'callArrived'; ani: string; withheld: boolean; dnis: string }
    /** The caller waits in hold and may be sent to a phone. `holdN` counts from 1. */
    | { type: 'callHeld'; holdN: number; reason: string; lastDial: string; emergency: boolean }
    | { type: 'callRinging'; phone: string; legId: string }
    | { type: 'callAnswered'; phone: string; legId: string }
    | { type: 'callBridged'; phone: string; legId: string }
    /** The dial to one phone is over; `status` as in DIALSTATUS. `ANSWER` here means the talk is over too. */
    | { type: 'dialEnded'; phone: string; status: string; cause: number }
    | { type: 'callNative'; reason: string }
    /** `phone` is null when the duty number answered. */
    | { type: 'nativeAnswered'; phone: string | null; legId: string }
    | { type: 'nativeEnded'; status: string; phone: string | null }
    | { type: 'emergencyKey'; stage: Stage | null }
    | { type: 'callBackRequested'; number: string }
    /** The citizen answered his call back; from here the call goes like any other, to the phone it was meant for. */
    | { type: 'calledBack' }
    | { type: 'callBackFailed'; status: string; cause: number }
    /** The phone of whoever calls somebody out has answered; that somebody is being called. */
    | { type: 'outPhoneAnswered'; phone: string }
    /** Whoever was called out was not reached; `status` as in DIALSTATUS, or `REFUSED` by the list of numbers. */
    | { type: 'outFailed'; phone: string; status: string; cause: number }
    | { type: 'voicemailLeft'; file: string; seconds: number }
    /** The caller hears music: `by` the gateway's hold, or by the hold key of the phone. */
    | { type: 'legHeld'; phone: string; by: 'gateway' | 'phone' }
    | { type: 'legResumed'; phone: string; by: 'gateway' | 'phone' }
    | { type: 'consultAnswered'; phone: string; by: string }
    | { type: 'consultEnded'; phone: string; by: string; status: string }
    | { type: 'confJoined'; role: ConfRole; party: string; legId: string }
    | { type: 'confLeft'; role: ConfRole; party: string; legId: string; cause: number }
    | { type: 'confFailed'; party: string; status: string; cause: number }
    /** The caller's leg is gone, whoever hung up. `stage` is null when nobody saw where it was. */
    | { type: 'callEnded'; stage: Stage | null; cause: number; phone: string | null; answered: boolean }
  )

export type PhoneState = 'notInUse' | 'inUse' | 'ringing' | 'onHold' | 'unavailable' | 'unknown'

/** State of a phone on one node. Only `notInUse` counts as ready. */
export type DeviceFact = {
  type: 'deviceState'
  key: string
  node: string
  at: number
  phone: string
  state: PhoneState
}

/** Asterisk's names (`devicestate.c`) in ours. */
export function toPhoneState(state: string | undefined): PhoneState {
  switch (state) {
    case 'NOT_INUSE':
      return 'notInUse'
    case 'INUSE':
    case 'BUSY':
      return 'inUse'
    case 'RINGING':
    case 'RINGINUSE':
      return 'ringing'
    case 'ONHOLD':
      return 'onHold'
    case 'UNAVAILABLE':
    case 'INVALID':
      return 'unavailable'
    default:
      return 'unknown'
  }
}

const callIdForm = /^(.+)-\d+\.\d+$/

/** Node of a call: `n1` of `n1-1795277522.2`; null for a call of an Asterisk without `systemname`. */
export const nodeOfCall = (callId: string): string | null => callIdForm.exec(callId)?.[1] ?? null

const phoneForm = /^PJSIP\/(\d{3,8})(?:-[0-9a-f]{8})?$/

/** Phone of a channel (`PJSIP/1001-0000001a`) or device (`PJSIP/1001`); null for trunks and local channels. */
export const phoneOf = (channel: string | undefined): string | null =>
  (channel && phoneForm.exec(channel)?.[1]) || null
