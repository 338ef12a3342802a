import type { Log } from '../base/log.ts'
import { AmiError } from './ami/errors.ts'
import type { AmiFields } from './ami/frames.ts'
import { nodeOfCall } from './call-event.ts'
import type { Call, Leg } from './legs.ts'
import type { Link } from './link.ts'

/**
 * Why a wish was not sent to Asterisk. None of these is a failure of the program, so they are values.
 * - `gone` the caller (or the leg that was meant) is not there any more
 * - `native` Asterisk's own queue has the caller: hands off until his leg ends
 * - `wrongStage` not possible where the call is now
 * - `nodeDown` no link to that Asterisk: nothing was sent
 * - `unknown` sent, but not answered: it may or may not have been done
 * - `refused` Asterisk said no
 */
export type ControlRefusal = 'gone' | 'native' | 'wrongStage' | 'nodeDown' | 'unknown' | 'refused'

/** `sent` means that Asterisk has queued it; what became of it is told by call events. */
export type Sent = { sent: true } | { sent: false; why: ControlRefusal }

export const sent: Sent = { sent: true }
export const notSent = (why: ControlRefusal): Sent => ({ sent: false, why })

export type Nodes = {
  byName(node: string): Link | null
  all(): Link[]
}

/** What every wish about one call needs: its node, its state, and a way to say it. */
export type CallHandle = {
  link: Link
  call: Readonly<Call>
  callerLeg: Readonly<Leg>
  /** The leg of the phone that talks with the caller, or null. */
  agentLeg: Readonly<Leg> | null
}

/** Asterisk answers so while a redirect of a moment ago is still under way. */
const notUpYet = /channel not up/i
const noSuchChannel = /no such channel|does not exist/i
const redirectTries = 20
const redirectPauseMs = 30

export type Speaker = ReturnType<typeof createSpeaker>

/** Finds calls and sends actions; knows what Asterisk's answers mean. */
export function createSpeaker(nodes: Nodes, log: Log) {
  function linkOf(callId: string): Link | null {
    const node = nodeOfCall(callId)
    const named = node === null ? null : nodes.byName(node)
    if (named) return named
    const [only, ...others] = nodes.all()
    return only && others.length === 0 ? only : null
  }

  function find(callId: string): CallHandle | ControlRefusal {
    // A call back may live on another node than the call it answers.
    const elsewhere = nodes.all().find((link) => link.isKnown() && link.legs.call(callId))
    const link = elsewhere ?? linkOf(callId)
    if (!link?.isKnown()) return 'nodeDown'
    const call = link.legs.call(callId)
    const callerLeg = call?.callerLeg ? link.legs.leg(call.callerLeg) : null
    if (!call || !callerLeg) return 'gone'
    const agentLeg = link.legs.legsOf(callId).find((leg) => leg.phone !== null && leg.phone === call.phone)
    return { link, call, callerLeg, agentLeg: agentLeg ?? null }
  }

  async function act(link: Link, action: string, fields: AmiFields): Promise<Sent> {
    try {
      await link.ami.request(action, fields)
      return sent
    } catch (error) {
      return refusalOf(error, action)
    }
  }

  function refusalOf(error: unknown, action: string): Sent {
    if (!(error instanceof AmiError)) throw error
    if (error.failure === 'down' || error.failure === 'busy') return notSent('nodeDown')
    if (error.failure === 'unknown') return notSent('unknown')
    if (noSuchChannel.test(error.message)) return notSent('gone')
    log.warn({ action, answer: error.message }, 'Asterisk refused an action')
    return notSent('refused')
  }

  /** Redirects; a second redirect that comes too soon after a first is tried again while the caller lives. */
  async function redirect(handle: CallHandle, fields: AmiFields): Promise<Sent> {
    for (let tries = 1; ; tries++) {
      try {
        await handle.link.ami.request('Redirect', { Exten: 's', Priority: 1, ...fields })
        return sent
      } catch (error) {
        const again = error instanceof AmiError && error.failure === 'refused' && notUpYet.test(error.message)
        if (!again) return refusalOf(error, 'Redirect')
        if (!handle.link.legs.leg(handle.callerLeg.id)) return notSent('gone')
        if (tries >= redirectTries) return refusalOf(error, 'Redirect')
        await new Promise((resolve) => setTimeout(resolve, redirectPauseMs))
      }
    }
  }

  return {
    find,
    linkOf,
    act,
    redirect,
    /** Runs `wish` on a live call; a call that is gone, native or out of reach is refused. */
    withCall: async (
      callId: string,
      wish: (handle: CallHandle) => Promise<Sent>,
      { evenNative = false } = {},
    ): Promise<Sent> => {
      const handle = find(callId)
      if (typeof handle === 'string') return notSent(handle)
      if (handle.call.native && !evenNative) return notSent('native')
      return wish(handle)
    },
    setvar: (handle: CallHandle, name: string, value: string | number): Promise<Sent> =>
      act(handle.link, 'Setvar', { Channel: handle.callerLeg.id, Variable: name, Value: value }),
  }
}

/** Phones are four digits (`asterisk/README.md`); anything else is a mistake of the program. */
export function assertPhone(phone: string): void {
  if (!/^\d{4}$/.test(phone)) throw new Error('a phone has four digits')
}

export function assertNumber(number: string): void {
  if (!/^\d{3,20}$/.test(number)) throw new Error('a number to call has 3 to 20 digits')
}
