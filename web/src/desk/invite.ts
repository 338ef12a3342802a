/**
 * PURE. What the browser's phone does with an INVITE. It answers by itself only the call whose contact this agent has
 * accepted; a call of Asterisk's own queue rings like any telephone, because then there is no gateway that could ask;
 * everything else is refused, so that nobody can make the desk listen by dialling it.
 */
export type InviteHeaders = { contactId: string | null; native: boolean }
export type InviteDecision = 'answer' | 'ring' | 'reject'

export function decideInvite(
  { contactId, native }: InviteHeaders,
  desk: { acceptedCallIds: ReadonlySet<string>; inCall: boolean },
): InviteDecision {
  if (desk.inCall) return 'reject'
  if (native) return 'ring'
  return contactId !== null && desk.acceptedCallIds.has(contactId) ? 'answer' : 'reject'
}
