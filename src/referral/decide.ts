import { agentMayLeave, live, type Referral, type ReferralState } from './model.ts'

/** PURE. What a fact or a wish does to a live referral. Facts that come late change nothing. */
export type ReferralFact =
  | { type: 'farSideJoined' }
  | { type: 'farSideLeft' }
  | { type: 'notReached'; status: string }
  | { type: 'takenOver' }
  | { type: 'agentLeft' }
  | { type: 'cancelled' }
  | { type: 'callerGone' }

type Stamp = 'farSideJoinedAt' | 'takenOverAt' | 'agentLeftAt' | 'endedAt'
export type ReferralChange = { state: ReferralState; stamp: Stamp[]; failure?: string }
export type ReferralVerdict =
  { change: ReferralChange } | { note: 'late' } | { refused: 'farSideNotThere' | 'notTakenOver' | 'over' }

/** Why nobody came, in words for the agent's screen; `status` as in DIALSTATUS. */
export function failureWords(status: string): string {
  switch (status) {
    case 'BUSY':
      return '对方占线。'
    case 'NOANSWER':
    case 'CANCEL':
      return '对方无人接听。'
    case 'REFUSED':
      return '该号码不允许呼出。'
    case 'LEFT':
      return '对方已挂断。'
    default:
      return '线路不通。'
  }
}

export function judge(referral: Referral, fact: ReferralFact): ReferralVerdict {
  const { state } = referral
  const to = (next: ReferralState, stamp: Stamp[] = [], failure?: string): ReferralVerdict => ({
    change: { state: next, stamp, ...(failure === undefined ? {} : { failure }) },
  })
  const isLive = live.includes(state)
  switch (fact.type) {
    case 'farSideJoined':
      return state === 'dialling' ? to('joined', ['farSideJoinedAt']) : { note: 'late' }
    case 'takenOver':
      if (!isLive) return { refused: 'over' }
      if (state === 'dialling') return { refused: 'farSideNotThere' }
      return state === 'joined' ? to('takenOver', ['takenOverAt']) : { note: 'late' }
    case 'agentLeft':
      if (referral.agentLeftAt) return { note: 'late' }
      // Whoever hangs up by himself before that is a lost agent, which telephony treats; nothing was handed over.
      return agentMayLeave(referral) ? to('takenOver', ['agentLeftAt']) : { refused: 'notTakenOver' }
    case 'notReached':
      return state === 'dialling' ? to('failed', ['endedAt'], failureWords(fact.status)) : { note: 'late' }
    case 'farSideLeft':
      if (!isLive) return { note: 'late' }
      // The agent has gone and the matter was taken over: this is its regular end.
      return referral.agentLeftAt ? to('ended', ['endedAt']) : to('failed', ['endedAt'], failureWords('LEFT'))
    case 'cancelled':
      return isLive ? to('cancelled', ['endedAt']) : { note: 'late' }
    case 'callerGone':
      return isLive ? to('ended', ['endedAt']) : { note: 'late' }
  }
}
