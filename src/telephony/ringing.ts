import type { Log } from '../base/log.ts'
import { notSent, sent, type CallHandle, type Sent, type Speaker } from './speaker.ts'

/**
 * Sends a caller to a phone until he is there. Asterisk's `Success` only means queued, and on a link that is dead without
 * being closed no answer comes at all; the expected event tells (`asterisk/README.md`). Before it is sent again Asterisk is
 * asked where the caller is, so that a phone that rings already does not ring anew.
 */
export type Ringing = {
  ring(handle: CallHandle, phone: string, seconds: number): Promise<Sent>
  /** Something else is wanted for this call: the ring is not sent again. */
  forget(callId: string): void
}

/** Time for an answer and for the event, ms. */
const patienceMs = 1_000
/** Afterwards it is the reconciler's: he looks at a contact that connects for 7 s, ms. */
const giveUpMs = 5_000

export function createRinging({ find, redirect, setvar }: Speaker, log: Log): Ringing {
  /** The latest wish for each call that is being looked after. */
  const wishes = new Map<string, object>()

  async function send(handle: CallHandle, phone: string, seconds: number): Promise<Sent> {
    // In one breath: AMI serves the actions of a session in order.
    const [, redirected] = await Promise.all([
      setvar(handle, 'RINGT', Math.round(seconds)),
      redirect(handle, { Channel: handle.callerLeg.id, Context: 'to-agent', Exten: phone }),
    ])
    return redirected
  }

  /** Asks Asterisk itself; null when it does not answer in time, and a link that is silent altogether is given up. */
  async function isWhereHeWas({ link, callerLeg, call }: CallHandle, phone: string): Promise<boolean | null> {
    const read = (name: string): Promise<string> =>
      link.ami
        .request('Getvar', { Channel: callerLeg.id, Variable: name })
        .then((answer) => answer.fields['Value'] ?? '')
    const asked = Promise.all([read('SHARED(stage)'), read('SHARED(agent)'), read('HOLDN')])
    const answer = await within(asked.catch(() => null))
    if (!answer) {
      await link.ami.dropIfSilent(patienceMs)
      return null
    }
    const [stage, agent, holdN] = answer
    return stage === call.stage && agent !== phone && (Number(holdN) || 0) === call.holdN
  }

  async function insist(
    before: CallHandle,
    phone: string,
    seconds: number,
    first: Promise<Sent>,
  ): Promise<Sent> {
    const { id, stage, holdN } = before.call
    const wish = {}
    wishes.set(id, wish)
    const until = performance.now() + giveUpMs
    let answer: Promise<Sent | null> = first
    try {
      for (;;) {
        const [heard] = await Promise.all([within(answer), pause()])
        if (heard && !heard.sent && heard.why !== 'unknown' && heard.why !== 'nodeDown') return heard
        const outcome = heard?.sent ? sent : notSent('unknown')
        if (wishes.get(id) !== wish || performance.now() >= until) return outcome
        const now = find(id)
        if (now === 'nodeDown') continue
        if (typeof now === 'string') return notSent(now)
        const { call } = now
        if (call.stage !== stage || call.holdN !== holdN || call.phone === phone) return sent
        // A notice that he has not heard yet comes before the ring.
        if (heard?.sent && stage !== 'hold') return sent
        const still = await isWhereHeWas(now, phone)
        if (still === false) return sent
        if (still === null || wishes.get(id) !== wish) continue
        log.warn({ callId: id, phone }, 'Redirect without effect, sent again')
        answer = send(now, phone, seconds)
      }
    } finally {
      if (wishes.get(id) === wish) wishes.delete(id)
    }
  }

  return {
    async ring(handle, phone, seconds) {
      const first = send(handle, phone, seconds)
      const looked = insist(handle, phone, seconds, first)
      const quick = await Promise.race([first, looked])
      return quick.sent || (quick.why !== 'unknown' && quick.why !== 'nodeDown') ? quick : looked
    },
    forget: (callId) => void wishes.delete(callId),
  }
}

const pause = (): Promise<null> => new Promise((resolve) => setTimeout(() => resolve(null), patienceMs))

const within = async <T>(work: Promise<T>): Promise<T | null> => Promise.race([work, pause()])
