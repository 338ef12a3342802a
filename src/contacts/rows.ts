import type { Contact } from './model.ts'

/** Column list that yields a `Contact`; instants arrive as `Date`, `credit_ms` as number. */
export const contactColumns = `
  c.id, c.channel, c.direction, c.account, c.requester_id as "requesterId", c.confidential, c.state, c."end", c.version,
  c.call_id as "callId", c.node, c.received_at as "receivedAt", c.queued_at as "queuedAt",
  c.offered_at as "offeredAt", c.answered_at as "answeredAt", c.bridged_at as "bridgedAt",
  c.last_inbound_at as "lastInboundAt", c.first_answer_at as "firstAnswerAt",
  c.wrap_up_until as "wrapUpUntil", c.wrap_up_renewed as "wrapUpRenewed", c.owed_at as "owedAt",
  c.ended_at as "endedAt", c.agent_id as "agentId", c.sticky_agent_id as "stickyAgentId", c.requirement,
  c.credit_ms as "creditMs", c.emergency, c.call_back as "callBack", c.call_back_tries as "callBackTries",
  c.parent_contact_id as "parentContactId"`

export type ContactRow = Contact

/** Column of each property that a transition may set or stamp. A closed list: nothing else is ever interpolated. */
export const columnOf = {
  agentId: 'agent_id',
  wrapUpRenewed: 'wrap_up_renewed',
  callBack: 'call_back',
  queuedAt: 'queued_at',
  offeredAt: 'offered_at',
  answeredAt: 'answered_at',
  bridgedAt: 'bridged_at',
  owedAt: 'owed_at',
  endedAt: 'ended_at',
  wrapUpUntil: 'wrap_up_until',
} as const
