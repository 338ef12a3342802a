import type { Contact, ContactState } from '../../src/contacts/model.ts'
import type { Change } from '../../src/contacts/transition.ts'

const received = new Date('2026-03-02T02:00:00Z')

/** A row as the ledger would have it. */
export const contactRow = (state: ContactState, more: Partial<Contact> = {}): Contact => ({
  id: 'c',
  channel: 'voice',
  account: '12345',
  requesterId: 'r',
  confidential: false,
  state,
  end: state === 'ended' ? 'completed' : null,
  version: 1,
  callId: null,
  node: null,
  receivedAt: received,
  queuedAt: null,
  offeredAt: null,
  answeredAt: null,
  bridgedAt: null,
  lastInboundAt: received,
  firstAnswerAt: null,
  wrapUpUntil: null,
  wrapUpRenewed: false,
  owedAt: null,
  endedAt: state === 'ended' ? received : null,
  agentId: null,
  stickyAgentId: null,
  requirement: {},
  creditMs: 0,
  emergency: false,
  callBack: false,
  direction: 'inbound',
  callBackTries: 0,
  parentContactId: null,
  ...more,
})

/** The row after a change, as the store writes it. */
export function written(row: Contact, change: Change, now: Date, wrapUpMs: number): Contact {
  const next: Contact = { ...row, ...change.set }
  for (const key of change.clear) next[key] = null
  for (const key of change.stamp) {
    if (key === 'wrapUpUntil') next.wrapUpUntil = new Date(now.getTime() + wrapUpMs)
    else if (key === 'answeredAt' || key === 'bridgedAt' || key === 'queuedAt') next[key] = row[key] ?? now
    else next[key] = now
  }
  return { ...next, state: change.state, end: change.end ?? null, version: row.version + 1 }
}
