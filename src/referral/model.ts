/**
 * PURE. A live referral: the caller, his agent and an emergency line in one call. Its one law: the agent leaves only
 * after the far side is in the call and he has confirmed "taken over"; on any failure he keeps the caller
 * (鞍山 2019 第七条; national norm: a number read out is not enough).
 */
export type ReferralState = 'dialling' | 'joined' | 'takenOver' | 'told' | 'failed' | 'cancelled' | 'ended'

export type Referral = {
  id: string
  contactId: string
  kind: 'threeWay' | 'text' | 'told'
  number: string | null
  state: ReferralState
  failure: string | null
  createdAt: Date
  farSideJoinedAt: Date | null
  takenOverAt: Date | null
  agentLeftAt: Date | null
}

export const live: readonly ReferralState[] = ['dialling', 'joined', 'takenOver']

/** The agent may hang up now without leaving the caller alone. */
export const agentMayLeave = (
  r: Pick<Referral, 'kind' | 'state' | 'farSideJoinedAt' | 'takenOverAt'>,
): boolean =>
  r.kind === 'threeWay' && r.state === 'takenOver' && r.farSideJoinedAt !== null && r.takenOverAt !== null
