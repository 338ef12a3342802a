/**
 * PURE. What the browser's phone does with an INVITE. It answers by itself only the call whose contact this agent has
 * accepted. A call of Asterisk's own queue (there is no gateway then that could ask), a colleague who consults or passes a
 * caller on, and a call to a requester of which this page has not heard yet ring like any telephone. Everything else is refused, so that nobody can make the desk listen by dialling it.
 */
export type InviteHeaders = {
  contactId: string | null
  native: boolean
  consult: boolean
  transfer?: boolean
  out?: boolean
}
export type InviteDecision = 'answer' | 'ring' | 'reject'

export function decideInvite(
  { contactId, native, consult, transfer = false, out = false }: InviteHeaders,
  desk: { acceptedCallIds: ReadonlySet<string>; inCall: boolean },
): InviteDecision {
  if (desk.inCall) return 'reject'
  if (native || consult || transfer) return 'ring'
  if (contactId !== null && desk.acceptedCallIds.has(contactId)) return 'answer'
  return out ? 'ring' : 'reject'
}
