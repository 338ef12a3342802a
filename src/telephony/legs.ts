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
  stage: Stage | null
  /** Asterisk's own queue has the caller: hands off until the leg ends. */
  native: boolean
  /** Phone of the agent who talks, or who is being rung. */
  phone: string | null
  holdN: number
  /** A call back has no caller's leg; its contact is older than its channels. */
  callBack: boolean
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
  'ROLE',
] as const

export type Legs = ReturnType<typeof createLegs>

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
      known = { id, stage: null, native: false, phone: null, holdN: 0, callBack: false }
      calls.set(id, known)
    }
    return known
  }

  function forgetLeg(id: string): void {
    const gone = legs.get(id)
    legs.delete(id)
    bury(id)
    if (!gone?.callId) return
    const owner = calls.get(gone.callId)
    const rest = [...legs.values()].some((other) => other.callId === gone.callId)
    // A call lives as long as its caller's leg; a call back, as long as any leg.
    if (id === gone.callId || (owner?.callBack && !rest)) forgetCall(gone.callId)
  }

  function forgetCall(id: string): void {
    calls.delete(id)
    bury(id)
    for (const [linkedId, contact] of contactOf) if (contact === id) contactOf.delete(linkedId)
  }

  function userEvent(f: Readonly<Record<string, string>>): void {
    const contact = f['ContactId']
    if (!contact) return
    // An event of a call that has ended must not bring it back to life; a call back does so on purpose.
    if (dead.has(contact) && !calls.has(contact) && f['Via'] !== 'callBack') return
    if (f['UserEvent'] === 'ContactEnd') return forgetLeg(contact)

    const known = call(contact)
    const linkedId = f['Linkedid'] ?? ''
    if (linkedId && linkedId !== contact) contactOf.set(linkedId, contact)
    const raiser = leg(f['Uniqueid'] ?? '', f['Channel'] ?? '', linkedId)
    if (raiser) raiser.callId = contact

    switch (f['UserEvent']) {
      case 'ContactNew':
        known.stage = 'greeting'
        break
      case 'ContactHold':
        known.stage = 'hold'
        known.phone = null
        known.holdN = Number(f['HoldN']) || known.holdN
        break
      case 'ContactAnswered':
        known.phone = f['Agent'] === 'duty' ? null : (f['Agent'] ?? null)
        known.callBack = f['Via'] === 'callBack'
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
      case 'ContactConfJoin':
        if (raiser) raiser.role = (f['Role'] as ConfRole | undefined) ?? null
        known.stage = f['Role'] === 'emergency' || inRoom(contact, 'emergency') ? 'conference' : 'talk'
        if (f['Role'] === 'agent') known.phone = f['Party'] ?? known.phone
        break
      case 'ContactConfLeave':
        if (f['Role'] === 'emergency') known.stage = 'talk'
        break
    }
  }

  const inRoom = (callId: string, role: ConfRole): boolean =>
    [...legs.values()].some((other) => other.callId === callId && other.role === role)

  return {
    apply(message: AmiMessage): void {
      const f = message.fields
      switch (message.name) {
        case 'UserEvent':
          return userEvent(f)
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
        legs.set(id, {
          id,
          channel: f['Channel'] ?? '',
          linkedId: f['Linkedid'] ?? id,
          callId: contact,
          phone: phoneOf(f['Channel']),
          role: (vars['ROLE'] || null) as ConfRole | null,
          bridgeId: f['BridgeID'] || null,
        })
        if (!contact) continue
        if (f['Linkedid'] && f['Linkedid'] !== contact) contactOf.set(f['Linkedid'], contact)
        if (id === contact) {
          const stage = toStage(vars['SHARED(stage)'])
          calls.set(contact, {
            id: contact,
            stage,
            native: vars['NATIVE'] === '1' || stage === 'native' || stage === 'nativeTalk',
            phone: /^\d+$/.test(vars['SHARED(agent)'] ?? '') ? vars['SHARED(agent)']! : null,
            holdN: Number(vars['HOLDN']) || 0,
            callBack: false,
          })
        }
      }
      // Channels with a contact whose own leg is not there belong to a call back.
      for (const one of legs.values()) {
        if (!one.callId || calls.has(one.callId)) continue
        const back = call(one.callId)
        back.callBack = true
        back.stage = 'talk'
        back.phone ??= one.phone
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
