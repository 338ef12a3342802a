import type { AmiMessage } from './ami/frames.ts'
import { phoneOf, toStage, type ConfRole, type Stage } from './call-event.ts'

/**
 * PURE (one mutable model, no IO, no clock). The live legs of one Asterisk, from events and snapshots. Every gateway
 * keeps one per node, owner or not, because any of them may have to send a call to a phone.
 *
 * Asterisk does not promise an order across channels, so a leg is created by whatever event names it first, and the
 * only end of a leg is its Hangup, after which its id stays dead: ids are never used twice.
 */
export type Leg = {
  id: string
  channel: string
  linkedId: string
  callId: string | null
  phone: string | null
  role: ConfRole | null
  bridgeId: string | null
}

export type Call = {
  id: string
  /**
   * The caller's leg. Its id is the call's id, except when the citizen was called back: then the contact is older
   * than its channel.
   */
  callerLeg: string | null
  stage: Stage | null
  /** Asterisk's own queue has the caller: hands off until the leg ends. */
  native: boolean
  /** Phone of the agent who talks, or who is being rung. */
  phone: string | null
  holdN: number
  /** Staff call somebody out: until he answers, the caller's leg is that of the phone. */
  outbound: boolean
}

/** One row of the `Status` action, read with `snapshotVariables`. */
export type SnapshotRow = AmiMessage

/** Channel variables a snapshot asks for; the shared ones live on the caller's leg. */
export const snapshotVariables = [
  'CONTACT',
  'SHARED(stage)',
  'SHARED(agent)',
  'SHARED(answered)',
  'HOLDN',
  'DNIS',
  'ANI',
  'WITHHELD',
  'NATIVE',
  'EMERGENCY',
  'LASTDIAL',
  'CALLBACK',
  'PARTY',
  'ROLE',
  'OUTBOUND',
] as const

export type Legs = ReturnType<typeof createLegs>

/** Events that speak of the call but are raised by the leg of somebody else. */
const ofOthers = new Set([
  'ContactAnswered',
  'ContactConsultAnswered',
  'ContactConsultDone',
  'ContactConfFailed',
  'ContactCallBackFailed',
])

const raisedByCaller = (f: Readonly<Record<string, string>>): boolean =>
  !ofOthers.has(f['UserEvent'] ?? '') && (f['Role'] === undefined || f['Role'] === 'caller')

/** Ids of legs that hung up are remembered until this many newer ones died. */
const tombstoneLimit = 5_000

export function createLegs() {
  let legs = new Map<string, Leg>()
  let calls = new Map<string, Call>()
  /** Contact of a group of linked channels, learnt from UserEvents. */
  let contactOf = new Map<string, string>()
  const dead = new Set<string>()

  function bury(id: string): void {
    dead.add(id)
    if (dead.size > tombstoneLimit) dead.delete(dead.values().next().value as string)
  }

  function leg(id: string, channel: string, linkedId: string): Leg | null {
    if (!id || dead.has(id)) return null
    let known = legs.get(id)
    if (!known) {
      known = {
        id,
        channel,
        linkedId,
        callId: null,
        phone: phoneOf(channel),
        role: null,
        bridgeId: null,
      }
      legs.set(id, known)
    }
    if (linkedId) known.linkedId = linkedId
    known.callId ??= calls.has(known.linkedId) ? known.linkedId : (contactOf.get(known.linkedId) ?? null)
    return known
  }

  function call(id: string): Call {
    let known = calls.get(id)
    if (!known) {
      known = {
        id,
        callerLeg: null,
        stage: null,
        native: false,
        phone: null,
        holdN: 0,
        outbound: false,
      }
      calls.set(id, known)
    }
    return known
  }

  function forgetLeg(id: string): void {
    const callId = legs.get(id)?.callId ?? id
    legs.delete(id)
    bury(id)
    // A call lives as long as its caller's leg.
    if (calls.get(callId)?.callerLeg === id) forgetCall(callId)
  }

  function forgetCall(id: string): void {
    calls.delete(id)
    for (const [linkedId, contact] of contactOf) if (contact === id) contactOf.delete(linkedId)
  }

  function userEvent(f: Readonly<Record<string, string>>): void {
    const contact = f['ContactId']
    const raiserId = f['Uniqueid'] ?? ''
    // An event of a leg that has ended must not bring its call back to life.
    if (!contact || dead.has(raiserId)) return
    if (f['UserEvent'] === 'ContactEnd') return forgetLeg(raiserId)

    const byCaller = raisedByCaller(f)
    if (!byCaller && !calls.has(contact)) return
    const known = call(contact)
    const linkedId = f['Linkedid'] ?? ''
    if (linkedId && linkedId !== contact) contactOf.set(linkedId, contact)
    const raiser = leg(raiserId, f['Channel'] ?? '', linkedId)
    if (raiser) raiser.callId = contact
    if (byCaller) known.callerLeg = raiserId

    switch (f['UserEvent'] ?? '') {
      case 'ContactNew':
        known.stage = 'greeting'
        break
      case 'ContactCalledBack':
        known.stage = 'calledBack'
        break
      case 'ContactHold':
        known.stage = 'hold'
        known.phone = null
        known.holdN = Number(f['HoldN']) || known.holdN
        break
      case 'ContactAnswered':
        known.phone = f['Agent'] === 'duty' ? null : (f['Agent'] ?? null)
        known.stage = f['Via'] === 'native' ? 'nativeTalk' : 'talk'
        break
      case 'ContactNative':
        known.native = true
        known.stage = 'native'
        known.phone = null
        break
      case 'ContactHeld':
        known.stage = 'held'
        break
      case 'ContactOut':
      case 'ContactOutReached':
        known.outbound = true
        known.stage = f['UserEvent'] === 'ContactOut' ? 'outDial' : 'talk'
        known.phone = f['Agent'] ?? known.phone
        break
      case 'ContactCallBack':
        known.stage = 'callBack'
        break
      case 'ContactConfJoin':
        if (raiser) raiser.role = (f['Role'] as ConfRole | undefined) ?? null
        if (f['Role'] === 'agent') known.phone = f['Party'] ?? known.phone
        if (f['Role'] === 'emergency') known.stage = 'conference'
        if (f['Role'] === 'caller') known.stage = inRoom(contact, 'emergency') ? 'conference' : 'talk'
        break
      case 'ContactConfLeave':
        if (f['Role'] === 'emergency' && known.stage === 'conference') known.stage = 'talk'
        break
    }
  }

  /** The phone of somebody who calls out: with it the call begins. */
  function outLeg(callId: string, id: string, channel: string): void {
    const made = leg(id, channel, '')
    if (!made) return
    made.callId = callId
    Object.assign(call(callId), { callerLeg: id, stage: 'outPhone', phone: made.phone, outbound: true })
  }

  const inRoom = (callId: string, role: ConfRole): boolean =>
    [...legs.values()].some((other) => other.callId === callId && other.role === role)

  return {
    apply(message: AmiMessage): void {
      const f = message.fields
      switch (message.name) {
        case 'UserEvent':
          return userEvent(f)
        case 'Newchannel': {
          // Only a channel that we asked for: it must be known before it is answered, to be called off.
          const id = f['Uniqueid'] ?? ''
          const owner = callOfOwnLeg(id)
          if (owner && isOutLeg(id)) return outLeg(owner, id, f['Channel'] ?? '')
          const made = owner && calls.has(owner) ? leg(id, f['Channel'] ?? '', '') : null
          if (made) made.callId = owner
          return
        }
        case 'Hangup':
          return forgetLeg(f['Uniqueid'] ?? '')
        case 'DialBegin':
        case 'DialState':
        case 'DialEnd': {
          leg(f['Uniqueid'] ?? '', f['Channel'] ?? '', f['Linkedid'] ?? '')
          const dialled = leg(f['DestUniqueid'] ?? '', f['DestChannel'] ?? '', f['DestLinkedid'] ?? '')
          const owner = dialled?.callId ? calls.get(dialled.callId) : undefined
          if (owner && dialled?.phone && f['Context'] === 'to-agent' && message.name !== 'DialEnd') {
            owner.stage = 'ring'
            owner.phone = dialled.phone
          }
          return
        }
        case 'BridgeEnter': {
          const entered = leg(f['Uniqueid'] ?? '', f['Channel'] ?? '', f['Linkedid'] ?? '')
          if (entered) entered.bridgeId = f['BridgeUniqueid'] ?? null
          return
        }
        case 'BridgeLeave': {
          const left = legs.get(f['Uniqueid'] ?? '')
          if (left && left.bridgeId === f['BridgeUniqueid']) left.bridgeId = null
          return
        }
      }
    },

    /** Replaces the model by what Asterisk says exists now. */
    snapshot(rows: readonly SnapshotRow[]): void {
      legs = new Map()
      calls = new Map()
      contactOf = new Map()
      for (const row of rows) {
        const f = row.fields
        const id = f['Uniqueid'] ?? ''
        if (!id || dead.has(id)) continue
        const vars = variablesOf(row)
        const contact = vars['CONTACT'] || null
        const linkedId = f['Linkedid'] ?? id
        legs.set(id, {
          id,
          channel: f['Channel'] ?? '',
          linkedId,
          callId: contact,
          phone: phoneOf(f['Channel']),
          role: (vars['ROLE'] || null) as ConfRole | null,
          bridgeId: f['BridgeID'] || null,
        })
        if (!contact) continue
        if (linkedId !== contact) contactOf.set(linkedId, contact)
        // Shared variables live on the caller's leg alone.
        const stage = toStage(vars['SHARED(stage)'])
        if (!stage) continue
        const agent = vars['SHARED(agent)'] ?? ''
        calls.set(contact, {
          id: contact,
          callerLeg: id,
          stage,
          native: vars['NATIVE'] === '1' || stage === 'native' || stage === 'nativeTalk',
          phone: /^\d+$/.test(agent) ? agent : null,
          holdN: Number(vars['HOLDN']) || 0,
          outbound: vars['OUTBOUND'] === '1' || isOutLeg(id),
        })
      }
    },

    call: (id: string): Readonly<Call> | null => calls.get(id) ?? null,
    calls: (): Readonly<Call>[] => [...calls.values()],
    leg: (id: string): Readonly<Leg> | null => legs.get(id) ?? null,
    legsOf: (callId: string): Readonly<Leg>[] => [...legs.values()].filter((one) => one.callId === callId),
    inBridge: (bridgeId: string): Readonly<Leg>[] =>
      [...legs.values()].filter((one) => one.bridgeId === bridgeId),
    size: () => legs.size,
  }
}

/** Id for a leg that the gateway originates on behalf of a call; `random` keeps it unique. */
export const ownLegId = (callId: string, random: string): string => `${callId}~${random}`

/** Id of the phone's leg in a call that staff make. */
export const outLegId = (callId: string): string => ownLegId(callId, 'out')

const isOutLeg = (legId: string): boolean => legId.endsWith('~out')

/** The call of a leg that some gateway originated, or null. */
export const callOfOwnLeg = (legId: string): string | null => {
  const at = legId.indexOf('~')
  return at > 0 ? legId.slice(0, at) : null
}

/** `Variable: NAME=value` lines of one row; a variable that is not set is left out. */
export function variablesOf(row: AmiMessage): Record<string, string> {
  const lines = row.repeated?.['Variable'] ?? (row.fields['Variable'] ? [row.fields['Variable']] : [])
  const found: Record<string, string> = {}
  for (const line of lines) {
    const equals = line.indexOf('=')
    const value = line.slice(equals + 1)
    if (equals > 0 && value !== '' && value !== '(null)') found[line.slice(0, equals)] = value
  }
  return found
}
