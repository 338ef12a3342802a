import { randomBytes } from 'node:crypto'
import type { Log } from '../base/log.ts'
import type { Stage } from './call-event.ts'
import {
  assertNumber,
  assertPhone,
  createSpeaker,
  notSent,
  sent,
  type CallHandle,
  type Nodes,
  type Sent,
} from './speaker.ts'
import { outLegId, ownLegId } from './legs.ts'
import type { Link } from './link.ts'
import { createOutgoingCalls } from './outgoing-calls.ts'
import { createRinging } from './ringing.ts'

/** Everything the gateway may ask of a call. Any gateway may ask, owner of the node or not. */
export type CallControl = ReturnType<typeof createCallControl>

/** Where a caller can be sent to a phone for the first time. */
const waiting: readonly (Stage | null)[] = ['greeting', 'menu', 'hold', 'ring', null]
/** How long the phone rings for a citizen who was called back and waits again, seconds. */
const againSeconds = 10
const talking: readonly (Stage | null)[] = ['talk', 'held', 'conference']

export function createCallControl(nodes: Nodes, log: Log) {
  const speaker = createSpeaker(nodes, log)
  const outgoing = createOutgoingCalls(nodes, speaker)
  const { ring, forget } = createRinging(speaker, log)
  const { withCall, redirect, act, setvar } = speaker

  function moveCaller(handle: CallHandle, context: string): Promise<Sent> {
    forget(handle.call.id)
    return redirect(handle, { Channel: handle.callerLeg.id, Context: context })
  }

  /** Only for somebody who called us: whom staff called out nobody else takes over, and he waits for nobody. */
  function withCaller(callId: string, wish: (handle: CallHandle) => Promise<Sent>): Promise<Sent> {
    return withCall(callId, (handle) =>
      handle.call.outbound ? Promise.resolve(notSent('wrongStage')) : wish(handle),
    )
  }

  /**
   * Caller and agent in one Redirect, so that neither is without the other for a moment. The dialled leg comes first:
   * only the one who dialled waits for the other (`asterisk/README.md`).
   */
  const moveBoth = (handle: CallHandle, caller: string, agent: string, agentExten = 's'): Promise<Sent> => {
    const { agentLeg, callerLeg, call } = handle
    if (!agentLeg) return Promise.resolve(notSent('gone'))
    const ofAgent = { id: agentLeg.id, context: agent, exten: agentExten }
    const ofCaller = { id: callerLeg.id, context: caller, exten: 's' }
    const [dialled, dialler] = call.outbound ? [ofCaller, ofAgent] : [ofAgent, ofCaller]
    return redirect(handle, {
      Channel: dialled.id,
      Context: dialled.context,
      Exten: dialled.exten,
      ExtraChannel: dialler.id,
      ExtraContext: dialler.context,
      ExtraExten: dialler.exten,
      ExtraPriority: 1,
    })
  }

  const inRoom = (handle: CallHandle): boolean => handle.agentLeg?.role === 'agent'

  /** Legs of other phones than the one that talks: a colleague who is being consulted. */
  const consulted = ({ link, call, agentLeg }: CallHandle) =>
    link.legs
      .legsOf(call.id)
      .filter((leg) => leg.phone !== null && leg.phone !== call.phone && leg.id !== agentLeg?.id)

  /** Also while it rings. The phone of whoever calls somebody out is a leg of our own, too, and is none of these. */
  const emergencyLegs = ({ link, call }: CallHandle) =>
    link.legs
      .legsOf(call.id)
      .filter(
        ({ id, role }) =>
          role === 'emergency' || (id.startsWith(ownLegId(call.id, '')) && id !== outLegId(call.id)),
      )

  const linesOf = (handle: CallHandle, number: string) =>
    emergencyLegs(handle).filter(({ channel }) => channel.startsWith(`Local/${number}@`))

  function linkForCallBack(callId: string): Link | undefined {
    const known = nodes.all().filter((link) => link.isKnown())
    // He may be on the line already, wherever that is.
    return (
      known.find((link) => link.legs.call(callId)) ??
      known.find((link) => link === speaker.linkOf(callId)) ??
      known[0]
    )
  }

  return {
    /** Tells the dialplan that the contact is committed; without it the caller goes native after 6 s. */
    claim: (callId: string): Promise<Sent> =>
      withCall(callId, (handle) => setvar(handle, 'GW_SEEN', 1), { evenNative: true }),

    /**
     * Sends a waiting caller to a phone. Asking twice for the same phone rings it once.
     * Outcome: `callRinging`, then `callAnswered` and `callBridged`, or `dialEnded` and `callHeld`, or `callEnded`.
     * @param ringSeconds 1 to 60
     */
    ringPhone(callId: string, phone: string, ringSeconds: number): Promise<Sent> {
      assertPhone(phone)
      return withCall(callId, async (handle) => {
        const { stage, phone: current } = handle.call
        if (current === phone && (stage === 'ring' || talking.includes(stage))) return sent
        if (!waiting.includes(stage)) return notSent('wrongStage')
        return ring(handle, phone, ringSeconds)
      })
    },

    /** Takes the caller back from a phone that rings, or from his agent. Outcome: `callHeld`. */
    backToHold(callId: string): Promise<Sent> {
      forget(callId)
      return withCaller(callId, (handle) =>
        handle.call.stage === 'hold' ? Promise.resolve(sent) : moveCaller(handle, 'hold'),
      )
    },

    /** Nobody on shift: Asterisk's own queue, then duty number, call back, voicemail. */
    toNative: (callId: string): Promise<Sent> => withCaller(callId, (handle) => moveCaller(handle, 'native')),
    /** The end after two warnings: a closing notice is played first. */
    dismiss: (callId: string): Promise<Sent> => withCall(callId, (handle) => moveCaller(handle, 'dismissed')),

    /** Ends the call for everybody. Outcome: `callEnded`. */
    hangup: (callId: string): Promise<Sent> =>
      withCall(callId, (handle) => act(handle.link, 'Hangup', { Channel: handle.callerLeg.id, Cause: 16 }), {
        evenNative: true,
      }),

    /** Place in the queue (1 = next) and, if there are data, the estimated wait in seconds; both may be said. */
    setPosition: (callId: string, position: number, waitSeconds: number | null): Promise<Sent> =>
      withCall(callId, async (handle) => {
        const wait = waitSeconds === null ? '' : Math.round(waitSeconds)
        const [place] = await Promise.all([setvar(handle, 'QPOS', position), setvar(handle, 'QWAIT', wait)])
        return place
      }),

    /** The notice for blocked numbers; the emergency key stays open. */
    playBlockedNotice: (callId: string): Promise<Sent> =>
      withCall(callId, (handle) => setvar(handle, 'BLOCKED', 1)),

    /** Suspends or resumes the recording; the time stays in it as silence. */
    pauseRecording: (callId: string, paused: boolean): Promise<Sent> =>
      withCall(callId, ({ link, callerLeg }) =>
        act(link, 'MixMonitorMute', { Channel: callerLeg.id, Direction: 'both', State: paused ? 1 : 0 }),
      ),

    /** Music for the caller. Outcome: `legHeld`. */
    hold: (callId: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        if (handle.call.stage === 'held') return sent
        if (handle.call.stage !== 'talk') return notSent('wrongStage')
        return inRoom(handle)
          ? redirect(handle, { Channel: handle.callerLeg.id, Context: 'held' })
          : moveBoth(handle, 'held', 'talk-agent')
      }),

    /** Outcome: `legResumed`. */
    resume: (callId: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        if (handle.call.stage === 'talk') return sent
        if (handle.call.stage !== 'held') return notSent('wrongStage')
        return redirect(handle, { Channel: handle.callerLeg.id, Context: 'talk-caller' })
      }),

    /** The agent asks a colleague while the caller hears music. Outcome: `consultAnswered`, `consultEnded`. */
    consult(callId: string, phone: string): Promise<Sent> {
      assertPhone(phone)
      return withCaller(callId, async (handle) => {
        if (handle.call.stage !== 'talk' && handle.call.stage !== 'held') return notSent('wrongStage')
        if (handle.call.phone === phone) return notSent('wrongStage')
        return moveBoth(handle, 'held', 'consult', phone)
      })
    },

    /** Lets the colleague go; the dialplan joins agent and caller again. */
    endConsult: (callId: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        const [colleague] = consulted(handle)
        if (!colleague) return notSent('gone')
        return act(handle.link, 'Hangup', { Channel: colleague.id, Cause: 16 })
      }),

    /** The caller goes to the consulted colleague, the agent is free. Outcome: `confJoined` of that phone. */
    completeTransfer: (callId: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        const [colleague] = consulted(handle)
        if (!colleague) return notSent('gone')
        return redirect(handle, {
          Channel: colleague.id,
          Context: 'talk-agent',
          ExtraChannel: handle.callerLeg.id,
          ExtraContext: 'talk-caller',
          ExtraExten: 's',
          ExtraPriority: 1,
        })
      }),

    /** Agent, colleague and caller in one room. */
    joinConsult: (callId: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        const [colleague] = consulted(handle)
        if (!colleague || !handle.agentLeg) return notSent('gone')
        const both = await redirect(handle, {
          Channel: colleague.id,
          Context: 'talk-agent',
          ExtraChannel: handle.agentLeg.id,
          ExtraContext: 'talk-agent',
          ExtraExten: 's',
          ExtraPriority: 1,
        })
        if (!both.sent) return both
        return redirect(handle, { Channel: handle.callerLeg.id, Context: 'talk-caller' })
      }),

    /** The caller leaves his agent for another phone at once; not answered, he is in hold again. */
    blindTransfer(callId: string, phone: string, ringSeconds: number): Promise<Sent> {
      assertPhone(phone)
      return withCaller(callId, async (handle) => {
        if (!talking.includes(handle.call.stage)) return notSent('wrongStage')
        return ring(handle, phone, ringSeconds)
      })
    },

    /**
     * Three-way call with an emergency number: caller and agent go into the room, the line is called into it. The
     * dialplan shows it the citizen's number. Outcome: `confJoined` with role `emergency`, or `confFailed`; in both
     * cases the agent still has the caller.
     */
    startReferral(callId: string, number: string): Promise<Sent> {
      assertNumber(number)
      return withCall(callId, async (handle) => {
        const { link, call, callerLeg } = handle
        if (!talking.includes(call.stage)) return notSent('wrongStage')
        if (linesOf(handle, number).length > 0) return sent
        if (!inRoom(handle) || call.stage === 'held') {
          const together = inRoom(handle)
            ? await redirect(handle, { Channel: callerLeg.id, Context: 'talk-caller' })
            : await moveBoth(handle, 'talk-caller', 'talk-agent')
          // Not answered in time it comes before what is sent next all the same.
          if (!together.sent && together.why !== 'unknown') return together
        }
        const legId = ownLegId(call.id, randomBytes(4).toString('hex'))
        return act(link, 'Originate', {
          Channel: `Local/${number}@emergency-out/n`,
          Context: 'talk-emergency',
          Exten: 's',
          Priority: 1,
          Async: 'true',
          Timeout: 40_000,
          ChannelId: legId,
          OtherChannelId: `${legId}-2`,
          Variable: [`CONTACT=${call.id}`, `CALLERCHAN=${callerLeg.channel}`],
        })
      })
    },

    /** What is seen of an emergency line in this call now; null while its Asterisk is out of sight. */
    lineState(callId: string, number: string): Promise<'none' | 'ringing' | 'joined' | null> {
      const handle = speaker.find(callId)
      if (typeof handle === 'string') return Promise.resolve(handle === 'gone' ? 'none' : null)
      const lines = linesOf(handle, number)
      if (lines.length === 0) return Promise.resolve('none')
      return Promise.resolve(lines.some(({ role }) => role === 'emergency') ? 'joined' : 'ringing')
    },

    /** Calls the emergency line off, while it rings or afterwards; agent and caller stay together. */
    cancelReferral: (callId: string): Promise<Sent> =>
      withCall(callId, async ({ link, ...handle }) => {
        const legs = emergencyLegs({ link, ...handle })
        if (legs.length === 0) return notSent('gone')
        const results = await Promise.all(
          legs.map((leg) => act(link, 'Hangup', { Channel: leg.id, Cause: 16 })),
        )
        return results.find((result) => result.sent) ?? results[0]!
      }),

    /**
     * The agent leaves caller and emergency line to each other. Refused (`wrongStage`) until the line is in the room;
     * that the agent has confirmed "taken over" is for the caller of this function to know.
     */
    agentLeaves: (callId: string, phone: string): Promise<Sent> =>
      withCall(callId, async (handle) => {
        if (handle.call.stage !== 'conference') return notSent('wrongStage')
        const mine = handle.link.legs.legsOf(callId).find((leg) => leg.phone === phone)
        if (!mine) return notSent('gone')
        return act(handle.link, 'Hangup', { Channel: mine.id, Cause: 16 })
      }),

    /**
     * Calls a citizen back: he is called first, and when he answers the phone of the agent who has taken the contact
     * rings. Outcome: `calledBack` and then as after `ringPhone`, or `callBackFailed`.
     * @param number digits as the dialplan's allow-list takes them
     * @param mayDial asked right before he is dialled, with the node on which his call will live; false: somebody else does
     */
    async callBack(
      callId: string,
      phone: string,
      number: string,
      mayDial: (node: string) => Promise<boolean> = async () => true,
    ): Promise<Sent> {
      assertPhone(phone)
      assertNumber(number)
      const link = linkForCallBack(callId)
      const node = link?.node()
      if (!link || !node) return notSent('nodeDown')
      const live = speaker.find(callId)
      // He is on the line already, and waits again because the agent who had called him was lost.
      if (typeof live !== 'string' && live.call.stage === 'hold') return ring(live, phone, againSeconds)
      const call = link.legs.call(callId)
      // He still hears that he will be called: until he has hung up nobody can call him.
      if (call?.stage === 'callBack') return notSent('wrongStage')
      if (call || !(await mayDial(node))) return sent
      return act(link, 'Originate', {
        Channel: 'Local/s@call-back-out/n',
        Context: 'called-back',
        Exten: phone,
        Priority: 1,
        Async: 'true',
        Timeout: 50_000,
        Variable: [`CONTACT=${callId}`, `NUMBER=${number}`],
      })
    },

    ...outgoing,
  }
}
